"""What the rules found, weighed against what the learned ranking takes the message for.

The rules read what is stated and never guess; the ranking has seen how thousands of messages were meant. Where both
say the same, nothing changes. Where they differ, what the rules say counts as so many points of the ranking's own
scale, and the highest score is meant. Two things the ranking alone can never do: say yes, and answer for a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from bot.understanding import likening
from bot.understanding.context import Context, Expected
from bot.understanding.giving import gives
from bot.understanding.heard import Heard, Mention
from bot.understanding.listening import listen
from bot.understanding.meaning import Kind, Meaning
from bot.understanding.ranking import SAFE, ranking, shares
from bot.understanding.safety import is_attack, is_doubt
from bot.understanding.traits import of_context, of_message, traits

POINTS, POINTS_FIRM, POINTS_EACH = 2.0, 4.0, 1.0
"""What the word of the rules counts: for what they found, for what they hold back firmly, for each of several."""
FIRM = 0.9
NEVER = -99.0
OF_ORDERS = ("close", "accept", "sell", "annul")
SHOWN = 0.1
"""The smallest share of which the explanation tells."""


def weighed(meaning: Meaning, heard: Heard, context: Context) -> Meaning:
    """Return the meaning, or another in its place where the ranking is surer of it."""
    if _is_certain(meaning, heard, context):
        return meaning
    learned = ranking()
    said = learned.scores(of_message(heard, context))
    scores = learned.scores(of_context(context), said)
    for place, name in enumerate(learned.names):
        if likening.begins(name) and said[place] <= learned.start[place]:
            scores[place] = NEVER  # what it is said into starts nothing by itself
            if meaning.kind is Kind.INTENT and meaning.intent == name:
                meaning = Meaning(Kind.UNKNOWN, likely=(name,), notes=("no word of it speaks for that",))
    for name in (*_put_off(heard), *(("request",) if gives(heard) else ())):
        scores[learned.names.index(name)] = NEVER
    for name, points in (*_word_of(meaning).items(), *dict.fromkeys(_idle(context), -POINTS).items()):
        if name in learned.names:
            scores[learned.names.index(name)] += points
    ranked = sorted(zip(learned.names, shares(scores), strict=True), key=lambda one: -one[1])
    likened = likening.liken(meaning, heard, context, ranked)
    return replace(likened, ranked=tuple((name, round(share, 2)) for name, share in ranked if share >= SHOWN))


def _put_off(heard: Heard) -> list[str]:
    """Return what is said not to be done, or not yet: "todavía no cierre", however it goes on."""
    said = [one for one in heard.mentions if not one.has("small", "polite") or one.has("not_yet", "negation")]
    denied = {id(two) for one, two in pairwise(said) if one.has("not_yet") or one.text in _NOT or is_doubt(one)}
    denied |= {id(three) for one, two, three in _threes(heard) if one.text == "nada" and two.text == "de"}
    asked = {name: [one for one in said if one.has(f"{name}.asks")] for name in (*OF_ORDERS, "reject")}
    return [name for name, verbs in asked.items() if verbs and all(id(one) in denied for one in verbs)]


def _threes(heard: Heard) -> Iterator[tuple[Mention, Mention, Mention]]:
    return zip(heard.mentions, heard.mentions[1:], heard.mentions[2:], strict=False)


_NOT = frozenset({"no", "not", "don't", "dont", "do not", "never", "nunca", "tampoco", "ni"})


def _idle(context: Context) -> list[str]:
    """Return what can be done with an order, and with none of the person's now, while something else can be done."""
    able = {conversation for order in context.orders for conversation in order.can}
    return [name for name in OF_ORDERS if name not in able] if able else []


def traced(meaning: Meaning, text: str, context: Context) -> list[str]:
    """Return, for each thing that the ranking takes a message for, a line with the traits that speak most for it."""
    seen = traits(listen(text, context), context)
    lines = []
    for name, share in meaning.ranked:
        spoken = ", ".join(f"{trait} {weight:+g}" for trait, weight in ranking().why(seen, name))
        lines.append(f"{name} {share:.2f} by the ranking: {spoken}")
    return lines


def _is_certain(meaning: Meaning, heard: Heard, context: Context) -> bool:
    """Say whether there is nothing to weigh: a command word by itself, an attack, words taken as they are."""
    question = context.open
    if not heard.words or is_attack(heard) or meaning.confidence == 1 or meaning.kind is Kind.GREETING:
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
        return {SAFE: POINTS_FIRM if meaning.confidence >= FIRM else POINTS_EACH}
    return {meaning.intent or meaning.kind.value: POINTS}
