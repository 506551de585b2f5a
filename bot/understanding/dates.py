"""Days as people say them in Lima: hoy, ayer, el lunes, la semana pasada, 18/11, 18 de noviembre, del 10 al 12."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.understanding.day_patterns import patterns


@dataclass(frozen=True, slots=True)
class Days:
    """A day or several, and where the text says so."""

    first: date
    last: date
    start: int
    end: int


_MAY_BE_DATE = re.compile(
    r"[0-9][/.\-][0-9]|(?:el|al|dia|the) [0-9]|h?o[yi]|ayer|antier|ma[nñ]ana|seman|mes|dia|"
    r"ercol|finde|fin de|day|tomorrow|week|month|[lmjvsdtwf]\w{2,3}(?:es|do|go|ne|ez)|"
    r"ene|feb|mar|abr|may|jun|jul|ago|set|sep|oct|nov|dic|apr|aug|dec|jan"
)


def days_in(text: str, today: date, *, coming: bool) -> list[Days]:
    """Return the days that a text in small letters without accents says, in order.

    A day without its year or week is the next one that comes, or the last one that has been.
    """
    if not _MAY_BE_DATE.search(text):
        return []
    return _said_twice(text, sorted(_find(text, today, coming), key=lambda days: days.start))


def _said_twice(text: str, found: list[Days]) -> list[Days]:
    """Return the days with those put together that name one day twice: "el viernes 20 de noviembre"."""
    joined: list[Days] = []
    for days in found:
        last = joined[-1] if joined else None
        same = last is not None and (last.first, last.last) == (days.first, days.last)
        if last is not None and same and _BETWEEN.fullmatch(text[last.end : days.start]):
            joined[-1] = Days(days.first, days.last, last.start, days.end)
        else:
            joined.append(days)
    return joined


_BETWEEN = re.compile(r"[\s,(]*(?:el|the|dia|o sea|es decir)?\s*")


def _find(text: str, today: date, coming: bool) -> Iterator[Days]:
    taken: list[tuple[int, int]] = []
    for pattern, read in patterns():
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            said = read(match, today, coming)
            if said is not None:
                taken.append(match.span())
                yield Days(*said, *match.span())
