"""A meaning brought to what the ranking finds likeliest, as far as what is stated allows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue import NO
from bot.understanding.agreeing import has_a_yes
from bot.understanding.context import Context, Expected
from bot.understanding.filling import filled
from bot.understanding.heard import Heard
from bot.understanding.looking import LOOKS
from bot.understanding.meaning import Kind, Meaning
from bot.understanding.postponing import until
from bot.understanding.ranking import SAFE
from bot.understanding.rereading import recorrected, reread
from bot.understanding.tokens import folded

Ranked = Sequence[tuple[str, float]]
"""What can be meant, with its share, the likeliest first."""
KINDS = {kind.value: kind for kind in Kind}
SURE_TO_LOOK, SURE_TO_BEGIN, SURE_TO_LEAVE, SURE_TO_HOLD = 0.25, 0.45, 0.6, 0.5
"""The smallest share with which something is shown, begun, an open question left, what the rules found held back."""
SURE_TO_READ_AGAIN = 0.55
"""The smallest share with which a message in which no answer was found is read again as one."""
SURE_OF_YES = 0.9
"""The smallest share with which a message that holds a yes, and nothing against it, is one."""
_TALK = (Kind.GREETING, Kind.THANKS, Kind.PERSON, Kind.OUT_OF_SCOPE)
_ACTS = (Kind.INTENT, Kind.ANSWER, Kind.YES, Kind.CORRECTION)
_HARMLESS = frozenset({*LOOKS, "can", "risk"})


def liken(meaning: Meaning, heard: Heard, context: Context, ranked: Ranked) -> Meaning:
    """Return what the message means by both: the rules' meaning, and the ranking in which it has its points already."""
    name, share = ranked[0]
    if _is(meaning, name) or name in meaning.also:  # of two wishes the rules know which comes first
        return replace(meaning, confidence=round(share, 2))
    if begins(name) and share < SURE_TO_BEGIN:
        return _unsure(meaning, ranked)
    if name == SAFE:
        return _held(meaning, share)
    if name == Kind.YES.value and share >= SURE_OF_YES and _agrees(meaning, heard, context):
        return Meaning(Kind.YES, confidence=round(share, 2), notes=("a yes, and nothing against it",))
    if name in (Kind.ANSWER.value, Kind.YES.value, Kind.CORRECTION.value):
        return _read_again(name, share, heard, context) or _kept_open(meaning, context)
    if name == Kind.NO.value:
        return _refused(meaning, share, context)
    if share < SURE_TO_LOOK or (context.open is not None and share < SURE_TO_LEAVE):
        return _unsure(meaning, ranked)
    return _of_kind(name, heard, context, ranked) or _begun(meaning, name, heard, context, ranked)


def _refused(meaning: Meaning, share: float, context: Context) -> Meaning:
    """Return a no to the summary, unless the rules found what is wanted instead: another amount, or a later hour."""
    is_summary = context.open is not None and context.open.expects is Expected.CONFIRM
    if not is_summary or share < SURE_TO_HOLD or meaning.kind in (Kind.LATER, Kind.CORRECTION):
        return meaning
    return Meaning(Kind.NO, confidence=round(share, 2))


def begins(name: str) -> bool:
    """Say whether it is a conversation that can end in a change."""
    return name not in KINDS and name != SAFE and name not in _HARMLESS


def _is(meaning: Meaning, name: str) -> bool:
    if meaning.kind is Kind.HELD:
        return name == SAFE
    return name == (meaning.intent or meaning.kind.value)


def _held(meaning: Meaning, share: float) -> Meaning:
    """Hold back what would act; a look or a word of thanks changes nothing and stays."""
    acts = meaning.kind in _ACTS and meaning.intent not in _HARMLESS
    if not acts or share < SURE_TO_HOLD:
        return meaning
    if meaning.kind in (Kind.YES, Kind.ANSWER, Kind.CORRECTION):
        return Meaning(Kind.UNKNOWN, confidence=share, notes=("no clear answer",))
    return Meaning(Kind.HELD, topic=meaning.intent, likely=(meaning.intent,), confidence=share)


def _agrees(meaning: Meaning, heard: Heard, context: Context) -> bool:
    question = context.open
    if question is None or question.expects is not Expected.CONFIRM or meaning.kind is not Kind.UNKNOWN:
        return False
    leaving = next((label for name, label in question.options if name == NO), "")
    return has_a_yes(heard, question.conversation, folded(leaving))


def _read_again(name: str, share: float, heard: Heard, context: Context) -> Meaning | None:
    """Return the answer or the correction that a lenient reading finds; a yes is never found this way."""
    if context.open is None or share < SURE_TO_READ_AGAIN:
        return None
    if name == Kind.ANSWER.value:
        return reread(heard, context, context.open)
    return recorrected(heard, context, context.open) if name == Kind.CORRECTION.value else None


def _kept_open(meaning: Meaning, context: Context) -> Meaning:
    """Keep the open question: what is said seems to answer it, and does not say what with."""
    if context.open is None or meaning.kind is not Kind.INTENT:
        return meaning
    return Meaning(Kind.UNKNOWN, likely=(meaning.intent,), notes=("of the open question, and no clear answer to it",))


def _unsure(meaning: Meaning, ranked: Ranked) -> Meaning:
    """Return "not understood", with the likeliest conversations as what to choose from."""
    if meaning.also or (meaning.kind is Kind.INTENT and not begins(meaning.intent)):
        return meaning
    if meaning.kind not in (Kind.UNKNOWN, Kind.INTENT, Kind.AMBIGUOUS):
        return meaning
    return Meaning(Kind.UNKNOWN, likely=tuple(conversations(ranked)[:3]), notes=("it may be one of several things",))


def conversations(ranked: Ranked) -> list[str]:
    """Return the conversations among what can be meant, the likeliest first."""
    return [name for name, _share in ranked if name not in KINDS and name != SAFE]


def _of_kind(name: str, heard: Heard, context: Context, ranked: Ranked) -> Meaning | None:
    """Return small talk, a question how, or what is not for now."""
    share = round(ranked[0][1], 2)
    kind = KINDS.get(name)
    if kind in _TALK:
        return Meaning(kind, confidence=share, likely=("contacts",) if kind is Kind.PERSON else ())
    if kind is Kind.HOWTO:
        topic = conversations(ranked)[0]
        return Meaning(kind, topic=topic, likely=(topic,), confidence=share)
    if kind is Kind.LATER:
        topic = context.notice.conversation if context.notice else "close"
        return Meaning(kind, topic=topic, slots=until(heard), confidence=share)
    return None


def _begun(meaning: Meaning, name: str, heard: Heard, context: Context, ranked: Ranked) -> Meaning:
    """Return the conversation, with what the message states; the open one is not begun anew."""
    if context.open is not None and context.open.conversation == name:
        return meaning if meaning.kind is not Kind.INTENT else Meaning(Kind.UNKNOWN, notes=("of the open question",))
    found = filled(heard, context, name)
    return replace(found, confidence=round(ranked[0][1], 2))
