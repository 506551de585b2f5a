"""What the rules found, weighed against what the learned ranking takes the message for.

The rules read what is stated and never guess; the ranking has seen how thousands of messages were meant. Where both
say the same, nothing changes. Where they differ, what the rules say counts as so many points of the ranking's own
scale, and the highest score is meant. Two things the ranking alone can never do: say yes, and answer for a person.
"""

from __future__ import annotations

from dataclasses import replace

from bot.understanding import likening
from bot.understanding.context import Context, Expected
from bot.understanding.heard import Heard
from bot.understanding.meaning import Kind, Meaning
from bot.understanding.ranking import ranking, shares
from bot.understanding.safety import is_attack
from bot.understanding.traits import traits

SAFE = "safe"
"""What the ranking calls a message that must start, answer and confirm nothing."""
POINTS, POINTS_HELD, POINTS_EACH = 2.0, 1.5, 1.0
"""What the word of the rules counts: for what they found, for what they hold back, and for each of several."""
SHOWN = 0.1
"""The smallest share of which the explanation tells."""


def weighed(meaning: Meaning, heard: Heard, context: Context) -> Meaning:
    """Return the meaning, or another in its place where the ranking is surer of it."""
    if _is_certain(meaning, heard, context):
        return meaning
    learned = ranking()
    scores = learned.scores(traits(heard, context))
    for name, points in _word_of(meaning).items():
        if name in learned.names:
            scores[learned.names.index(name)] += points
    ranked = sorted(zip(shares(scores), learned.names, strict=True), reverse=True)
    told = ", ".join(f"{name} {share:.2f}" for share, name in ranked if share >= SHOWN)
    likened = likening.liken(meaning, heard, context, [(name, share) for share, name in ranked])
    return replace(likened, notes=(*likened.notes, f"the ranking: {told}"))


def _is_certain(meaning: Meaning, heard: Heard, context: Context) -> bool:
    """Say whether there is nothing to weigh: a command word by itself, an attack, words taken as they are."""
    question = context.open
    if not heard.words or is_attack(heard) or meaning.confidence == 1:
        return True
    if question is None:
        return False
    if question.expects is Expected.WORDS:
        return True
    return meaning.kind is Kind.ANSWER and (len(heard.words) == 1 or any(s.why == "an option" for s in meaning.slots))


def _word_of(meaning: Meaning) -> dict[str, float]:
    """Return what the rules say, in points."""
    if meaning.kind is Kind.UNKNOWN:
        return {}
    if meaning.kind is Kind.AMBIGUOUS:
        return dict.fromkeys(meaning.likely, POINTS_EACH)
    if meaning.kind is Kind.HELD:
        return {SAFE: POINTS_HELD}
    return {meaning.intent or meaning.kind.value: POINTS}
