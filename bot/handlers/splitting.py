"""Long texts in parts that a platform takes: cut between paragraphs, else lines, else words, never inside a sign."""

from __future__ import annotations

from bot.signs import length, whole

MARKS = ("\n\n", "\n", " ")


def split(text: str, most: int, last: int | None = None) -> list[str]:
    """Return the text in parts of at most so many UTF-16 units, the last of at most `last`; never an empty list.

    `last` is at least half of `most`. Always the same parts for the same text: a sending can go on where it ended.
    """
    last = last or most
    parts: list[str] = []
    rest = text.strip()
    while length(rest) > last:
        place = _cut(rest, most) if length(rest) > most else _cut_for_last(rest, last)
        parts.append(rest[:place].rstrip())
        rest = rest[place:].lstrip()
    return [*(part for part in parts if part), rest]


def _cut(text: str, most: int) -> int:
    """Return where to cut: after the last paragraph, line or word that fits, else where it is full."""
    full = _fitting(text, most)
    for mark in MARKS:
        place = text.rfind(mark, full // 2, full)
        if place > 0:
            return place + len(mark)
    return whole(text, full)


def _cut_for_last(text: str, last: int) -> int:
    """Return where to cut so that what follows fits as the last part, and is as much as may stand with buttons."""
    earliest = len(text) - _fitting(text[::-1], last)
    for mark in MARKS:
        place = text.find(mark, earliest)
        if 0 < place < len(text) - len(mark):
            return place + len(mark)
    return whole(text, _fitting(text, last))


def _fitting(text: str, most: int) -> int:
    units = 0
    for place, char in enumerate(text):
        units += 2 if ord(char) > 0xFFFF else 1
        if units > most:
            return place
    return len(text)
