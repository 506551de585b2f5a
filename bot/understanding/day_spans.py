"""Longer spans of days as people say them of what has been: quincenas, years, "de agosto a octubre"."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache

from bot.understanding.day_readers import Span, between, day_of, made, named, span, whole_month

_MOST = 31
"""Days or weeks that are counted in one word, at most."""
HALF = 15
"""The last day of the first half of a month."""


@cache
def _numbers() -> dict[str, int]:
    return {"un": 1, "una": 1, "a": 1} | {word: value for word, value in named("number").items() if 0 < value <= _MOST}


@cache
def counted() -> str:
    """Return what a count of days or weeks may be, as a pattern: digits, or a number word of the vocabulary."""
    return "|".join((*sorted(_numbers(), key=len, reverse=True), "[0-9]{1,2}"))


def months(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "de agosto a octubre": the first day of one to the last of the other."""
    if not coming:  # the last August before the last October
        last = day_of("1", found[2], None, today, coming=False)
        first = day_of("1", found[1], None, last[0], coming=False) if last is not None else None
        whole = _whole(last[0]) if last is not None else None
        return (first[0], min(whole[1], today)) if first is not None and whole is not None else None
    return None


def _whole(first: date) -> Span:
    following = (first + timedelta(days=31)).replace(day=1)
    return first, following - timedelta(days=1)


def half_of_month(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "la primera quincena de noviembre", or of this month where none is named."""
    month = whole_month_named(found[2], today, coming=coming)
    if month is None:
        return None
    first, last = month[0], _whole(month[0])[1]
    is_first = found[1].startswith(("1", "prim", "first"))
    half = (first, first.replace(day=HALF)) if is_first else (first.replace(day=HALF + 1), last)
    return half if coming or half[1] <= today else between(_one(half[0]), _one(today))


def whole_month_named(said: str | None, today: date, *, coming: bool) -> Span | None:
    """Return the month that was named, the one before for "pasado", this one where nothing is said."""
    if said and said in named("month"):
        return day_of("1", said, None, today, coming)
    if said and said.endswith(("pasado", "anterior")):
        before = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
        return before, before
    return today.replace(day=1), today


def _one(day: date) -> Span:
    return day, day


def this_half(_found: re.Match[str], today: date, _coming: bool) -> Span:
    """Read "esta quincena": from its first day until today."""
    return today.replace(day=1 if today.day <= HALF else HALF + 1), today


def half_before(_found: re.Match[str], today: date, _coming: bool) -> Span:
    """Read "la quincena pasada": the half of a month before this one."""
    if today.day > HALF:
        return today.replace(day=1), today.replace(day=HALF)
    last = today.replace(day=1) - timedelta(days=1)
    return last.replace(day=HALF + 1), last


def year_so_far(_found: re.Match[str], today: date, _coming: bool) -> Span:
    """Read "lo que va del año"."""
    return today.replace(month=1, day=1), today


def year_before(_found: re.Match[str], today: date, _coming: bool) -> Span:
    """Read "el año pasado"."""
    return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)


def last_of(found: re.Match[str], today: date, _coming: bool) -> Span:
    """Read "los últimos siete días", "las últimas dos semanas", "la última semana"."""
    count, unit = found[1] or "1", found[2]
    days = _number(count) * (7 if unit.startswith(("semana", "week")) else 1)
    return span(today, 1 - days, 0)


def ago(found: re.Match[str], today: date, _coming: bool) -> Span:
    """Read "hace tres días", "hace una semana": that one day."""
    days = _number(found[1]) * (7 if found[2].startswith(("semana", "week")) else 1)
    return span(today, -days)


def _number(said: str) -> int:
    return _numbers()[said] if said in _numbers() else int(said)


def from_now(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "dentro de dos días", where a day to come is meant."""
    return span(today, _number(found[1])) if coming else None


def day_been(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "las órdenes del 12": the last day of that number that has been."""
    if coming:
        return None
    for months_back in (0, 1, 2):
        month = (today.replace(day=15) - timedelta(days=30 * months_back)).replace(day=1)
        day = made(month.year, month.month, int(found[1]))
        if day is not None and day <= today:
            return day, day
    return None


def month_of_orders(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "ventas octubre"."""
    return None if coming else whole_month(found, today, coming)


def of_month_named(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "from 10 to 12 november"."""
    return between(day_of(found[1], found[3], None, today, coming), day_of(found[2], found[3], None, today, coming))
