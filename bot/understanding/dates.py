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
    r"[0-9][/.\-][0-9]|(?:el|al|dia|the) [0-9]|h?o[yi]|ayer|antier|ma[nñ]ana|seman|mes|dia|finde|año|tm[rwo]|"
    r"ercol|fin de|day|tomorrow|week|month|[lmjvsdtwf]\w{2,3}(?:es|do|go|ne|ez)|"
    r"find|(?:by|on|for|this|next|until|till) (?:mon|tue|wed|thu|fri|sat|sun)|"
    r"\b(?:lun|mie|jue|vie|sab)\b|quincen|a[nñ]o|year|weekend|\b(?:mon|tue|wed|thu|fri|sat|sun)\b|"
    r"ene|feb|mar|abr|may|jun|jul|ago|set|sep|oct|nov|dic|apr|aug|dec|jan"
)


def days_in(text: str, today: date, *, coming: bool) -> list[Days]:
    """Return the days that a text in small letters without accents says, in order.

    A day without its year or week is the next one that comes, or the last one that has been.
    """
    if not _MAY_BE_DATE.search(text):
        return []
    found = _said_twice(text, sorted(_find(text, today, coming), key=lambda days: days.start))
    return found if coming else _ranged(text, found, today)


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


def _ranged(text: str, found: list[Days], today: date) -> list[Days]:
    """Return the days with those joined that begin and end a range: "del 28 de octubre al 3 de noviembre"."""
    joined: list[Days] = []
    for days in found:
        last = joined[-1] if joined else None
        goes_on = last is not None and last.first <= days.last and _UNTIL.fullmatch(text[last.end : days.start])
        if last is not None and goes_on and _begins_range(text, last):
            joined[-1] = Days(last.first, days.last, last.start, days.end)
        else:
            joined.append(days)
    return [_until_now(text, joined[0], today)] if len(joined) == 1 else joined


def _until_now(text: str, days: Days, today: date) -> Days:
    """Return the days from there until today, where it says so: "desde el lunes", "del 1 a la fecha"."""
    if days.first != days.last or days.last > today:
        return days
    since = _SINCE.search(text[: days.start]) or _SINCE.match(text[days.start : days.end])
    to_date = _TO_DATE.match(text[days.end :])
    if since or (to_date and _begins_range(text, days)):
        return Days(days.first, today, days.start, days.end + (to_date.end() if to_date else 0))
    return days


def _begins_range(text: str, days: Days) -> bool:
    """Say whether "del", "desde" or "entre" stands before a day, or begins what names it."""
    return bool(_FROM.search(text[: days.start]) or _FROM.match(text[days.start : days.end] + " "))


_FROM = re.compile(r"\b(?:d(?:e|el|l)?|desde|entre|from|between|since)(?: el| la| dia)* $")
_UNTIL = re.compile(r" *(?:a|al|hasta|y|to|until|till|thru|through|and|-)(?: el| dia| the)* *")
_SINCE = re.compile(r"\b(?:desde|since)\b(?: el| la| dia| the)*(?: |$)(?!.*\b(?:desde|since)\b)")
_TO_DATE = re.compile(
    r" (?:a la fecha|hasta (?:la fecha|ahora|aca)|en adelante|pa aca|para aca|to date|until now|till now)"
)
_BETWEEN = re.compile(r"[\s,(]*(?:el|the|dia|o sea|es decir)?\s*")


def _find(text: str, today: date, coming: bool) -> Iterator[Days]:
    taken: list[tuple[int, int]] = []
    for pattern, read, needs in patterns():
        if needs and not any(word in text for word in needs):
            continue
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            said = read(match, today, coming)
            if said is not None:
                taken.append(match.span())
                yield Days(*said, *match.span())
