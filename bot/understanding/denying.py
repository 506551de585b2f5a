"""What is said beside what is meant only to deny it: the 10 of "eran de 45, no de 10", the 20 of "15 y no 20"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.understanding.heard import BRAND, NAME, NUMBER, Heard, Mention

_DENIED = (NUMBER, BRAND, NAME)
_LITTLE = frozenset({"de", "del", "a", "al", "con", "los", "las", "la", "el", "para", "por", "of", "from", "with"})
_NOT = frozenset({"no", "ni", "not", "no es", "no son", "no era", "no eran", "en vez de", "en lugar de", "instead of"})


def without_denied(heard: Heard, *, after: bool = False) -> Heard:
    """Return the message without what it denies, where it says another amount or name that it does not deny.

    A denial may stand `after` it too, "30 no llego, 26 sí", where that cannot mean that so many did not come.
    """
    if not heard.has("no", "negation", "change"):
        return heard
    places = [place for place, one in enumerate(heard.mentions) if one.has(*_DENIED)]
    ends = {place: start for place in places if (start := _denial(heard.mentions, place)) is not None}
    if after:
        ends |= {place: place for place in places if place not in ends and is_denied_after(heard.mentions, place)}
    for kind in _DENIED:
        of_kind = [place for place in places if heard.mentions[place].has(kind)]
        if all(place in ends for place in of_kind):
            for place in of_kind:
                ends.pop(place)  # nothing else is said of it: the denial is all there is
    if not ends:
        return heard
    out = {gone for place, start in ends.items() for gone in range(start, place + 1)}
    kept = [one for place, one in enumerate(heard.mentions) if place not in out]
    return replace(heard, mentions=kept, known={kind for one in kept for kind in one.kinds})


def is_denied_after(mentions: Sequence[Mention], place: int) -> bool:
    """Say whether a mere denial follows a mention: "Hyde ya no, …", "rechazarlo no, …"."""
    following = [one.text for one in mentions[place + 1 : place + 3]]
    if not following or not (following[0] in ("no", "ya no", "tampoco", "not") or following[0].startswith("no ")):
        return False
    return len(following) == 1 or following[1] in (",", ".", ";", ":", "\n", "-")


def _denial(mentions: Sequence[Mention], place: int) -> int | None:
    """Return where the denial of a mention begins, or None if nothing right before it denies it."""
    start = place - 1
    while start >= 0 and mentions[start].text in _LITTLE:
        start -= 1
    if start < 0 or mentions[start].text not in _NOT:
        return None
    return start
