"""Long texts in parts that a platform takes: cut between paragraphs, else lines, else words."""

from __future__ import annotations


def split(text: str, most: int) -> list[str]:
    """Return the text in parts of at most so many UTF-16 units, the way platforms count; never an empty list."""
    parts: list[str] = []
    rest = text
    while _length(rest) > most:
        place = _cut(rest, most)
        parts.append(rest[:place].rstrip())
        rest = rest[place:].lstrip()
    return [*parts, rest]


def _cut(text: str, most: int) -> int:
    """Return where to cut: after the last paragraph, line or word that fits, else where it is full."""
    full = _fitting(text, most)
    for mark in ("\n\n", "\n", " "):
        place = text.rfind(mark, full // 2, full)
        if place > 0:
            return place + len(mark)
    return full


def _fitting(text: str, most: int) -> int:
    units = 0
    for place, char in enumerate(text):
        units += 2 if ord(char) > 0xFFFF else 1
        if units > most:
            return place
    return len(text)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
