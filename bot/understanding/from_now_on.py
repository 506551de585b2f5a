"""What is wanted now, where something else was wanted before: "antes no quería, pero ahora sí: véndela"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.understanding.heard import CODE, NUMBER, Heard, Mention

_WHICH = (CODE, "digits", NUMBER, "name", "brand", "document")
"""What may be said before it of what is wanted now: which order, and whose."""
_BEFORE = ("no", "negation", "not_yet", "wished", "later")


def from_now_on(heard: Heard) -> Heard:
    """Return the message without what was wanted before a turn to "ahora sí", or as it is."""
    if not heard.has("yes", "moving.now"):
        return heard
    place = next((at for at, _one in enumerate(heard.mentions) if _turns(heard.mentions, at)), None)
    if place is None:
        return heard
    before, after = heard.mentions[:place], heard.mentions[place + 2 :]
    wished = any(one.has(*_BEFORE) for one in before)
    if not wished or "?" in heard.text or not any(not one.has("polite", "sign", "thanks") for one in after):
        return heard
    kept = [*(one for one in before if one.has(*_WHICH)), *after]
    return replace(heard, mentions=kept, known={kind for one in kept for kind in one.kinds})


def _turns(mentions: Sequence[Mention], place: int) -> bool:
    """Say whether "ahora sí" stands here, behind something and without an "if"."""
    said = [one.text for one in mentions[place : place + 2]]
    return place > 0 and said in (["ahora", "si"], ["ahorita", "si"], ["hoy", "si"], ["now", "yes"])
