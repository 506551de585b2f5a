"""What concerns the person and no single order: fines, papers, reminders, joining a team."""

from __future__ import annotations

from bot.understanding.context import Context
from bot.understanding.filling import filled
from bot.understanding.heard import Heard, Mention
from bot.understanding.meaning import Kind, Meaning

_LOOKS = (("risk", "risk"), ("papers", "can"))
"""Their words, and their conversations."""
_STRANGE = ("others", "says_that", "unreal", "retract")
_WANTS = ("want", "look", "change", "make", "question", "negation", "reminders.switch", "request.weak", "no")


def concerned(heard: Heard, context: Context, *, asked_for: bool) -> Meaning | None:
    """Return which of them the message is about, or None. Risk and papers are only looked at."""
    if _asks_of_a_fine(heard):
        return filled(heard, context, "risk")
    asks = "?" in heard.text or heard.has("question", "look", "want")
    for words, name in _LOOKS:
        if heard.has(f"{words}.asks") or (heard.has(f"{words}.says") and (asks or not asked_for)):
            return filled(heard, context, name)
    if asked_for and not heard.has("join.says"):
        return None
    for name, about in (("join", _joins(heard)), ("reminders", _of_reminders(heard))):
        if not about:
            continue
        if any(one.text != "como" or not _before_a_role(heard, one) for one in heard.of("howto")):
            return Meaning(Kind.HOWTO, topic=name, likely=(name,), confidence=0.9, notes=("asks how",))
        return filled(heard, context, name)
    return None


def _asks_of_a_fine(heard: Heard) -> bool:
    """Say whether a fine is asked about, in whatever words: "cuánto me clavan de multa"."""
    asked = "?" in heard.text or heard.has("question") or any(one.text.startswith("cuant") for one in heard.words)
    paid = any(one.text.startswith(("pag", "deposit", "yape")) for one in heard.of("money"))
    return heard.has("risk.nouns") and asked and not paid and not heard.has("unreal", "retract")


def _before_a_role(heard: Heard, how: Mention) -> bool:
    """Say whether it is the "como" of "para entrar como chofer"."""
    following = next((one for one in heard.words if one.start >= how.end), None)
    return following is not None and any(kind.startswith("role.") for kind in following.kinds)


def _joins(heard: Heard) -> bool:
    return heard.has("join.says") and not heard.has("negation", "no", "when", "says_that", "unreal", "retract")


def _of_reminders(heard: Heard) -> bool:
    """Say whether it is about the reminders: named alone, or with what one wants of them."""
    if not heard.has("reminders.nouns", "reminders.says") or heard.has("thanks", "code", *_STRANGE):
        return False
    rest = [one for one in heard.words if not one.has("reminders.nouns", "small", "polite", "greeting", "one", "trade")]
    return heard.has("reminders.says") or not rest or heard.has(*_WANTS)
