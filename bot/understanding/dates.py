"""Days as people say them in Lima: hoy, ayer, el lunes, la semana pasada, 18/11, 18 de noviembre, del 10 al 12."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from bot.understanding.lexicon import LANGUAGES, lexicon


@dataclass(frozen=True, slots=True)
class Days:
    """A day or several, and where the text says so."""

    first: date
    last: date
    start: int
    end: int


@cache
def _named(kind: str) -> dict[str, int]:
    """Return the words of the vocabulary for months or weekdays, in every language."""
    return {word: value for language in LANGUAGES for word, value in lexicon(language).valued(kind).items()}


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date, bool], tuple[date, date] | None]], ...]:
    weekday = "|".join(sorted(_named("weekday"), key=len, reverse=True))
    month = "|".join(sorted(_named("month"), key=len, reverse=True))
    numeric = r"([0-9]{1,2})[/.\-]([0-9]{1,2})(?:[/.\-]([0-9]{4}|[0-9]{2}))?"
    from_day, to_day = r"(?:del?|entre(?: el)?|desde(?: el)?)", r"(?: ?al?| ?y| ?hasta)(?: el)?"
    th = "(?:st|nd|rd|th)?"
    written = (
        (
            rf"(?:{from_day} |from )?{numeric}\s*(?:{to_day}|to|until|-)\s*(?:el )?{numeric}",
            _two_numeric,
        ),
        (
            rf"{from_day} ([0-9]{{1,2}}){to_day} ([0-9]{{1,2}}) del? ({month})",
            _two_of_month,
        ),
        (
            r"(?:del|entre el|desde el) ([0-9]{1,2})(?: al| y| hasta)(?: el)? ([0-9]{1,2})(?! ?(?:kg|kilo|de [0-9]))",
            _two_days,
        ),
        (numeric, _numeric),
        (
            r"([0-9]{1,2}) de este mes",
            lambda found, today, coming: _of(found[1], str(today.month), None, today, coming),
        ),
        (rf"([0-9]{{1,2}}) (?:de |del )?({month})(?: (?:de |del )?([0-9]{{4}}))?", _day_of_month),
        (
            rf"(?:from |between )?({month}) ([0-9]{{1,2}}){th} (?:to|and|until|till) (?:({month}) )?([0-9]{{1,2}}){th}",
            lambda found, today, coming: _between(
                _of(found[2], found[1], None, today, coming), _of(found[4], found[3] or found[1], None, today, coming)
            ),
        ),
        (
            rf"({month}) ([0-9]{{1,2}}){th}",
            lambda found, today, coming: _of(found[2], found[1], None, today, coming),
        ),
        (rf"(?:de|en|del mes de|of|in|for) ({month})(?: (?:de|del) ([0-9]{{4}}))?", _whole_month),
        (
            r"(?:para el|pa el|pal|para el dia|pal dia|el dia|for the) ([0-9]{1,2})(?:th|st|nd|rd)?"
            r"(?= *(?:$|[.,;!\n]|por|porfa|pls|please|nomas|a las|en la|temprano))",
            _day_to_come,
        ),
        (rf"({weekday}) ([0-9]{{1,2}})(?! ?(?:balon|cilindro|de [0-9]|kg|kilo))", _weekday_of_month),
        (
            rf"(?:del?|desde(?: el)?|entre(?: el)?|from|between) ({weekday}) (?:al?|y|hasta|to|and|until)(?: el)? ({weekday})",
            _two_weekdays,
        ),
        (r"pasado mañana|pasado manana|day after tomorrow", _shift(2)),
        (r"antes de ayer|anteayer|antier|antiayer|day before yesterday", _shift(-2)),
        (r"hoy dia|hoy|oy|oi|today", _shift(0)),
        (r"ayer|yesterday", _shift(-1)),
        (r"esta (?:mañana|manana)|this morning", _shift(0)),
        (r"(?<!por la )(?<!en la )(?<!de la )(?:mañana|manana|tomorrow)", _shift(1)),
        (r"(?:de )?(?:la )?(?:semana pasada|semana anterior|otra semana)|last week", _week(-1)),
        (r"(?:de )?esta semana|this week", _week(0)),
        (r"(?:del? )?(?:el )?mes pasado|last month", _month(-1)),
        (r"(?:de )?este mes|this month", _month(0)),
        (
            r"(?:de )?(?:los )?(?:ultimos|last) ([0-9]{1,2}) (?:dias|days)",
            lambda found, today, _coming: _span(today, 1 - int(found[1]), 0),
        ),
        (
            r"hace ([0-9]{1,2}) dias|([0-9]{1,2}) days ago",
            lambda found, today, _coming: _span(today, -int(found[1] or found[2])),
        ),
        (
            rf"({weekday}) (?:que|q|k) viene|({weekday}) (?:proximo|siguiente)",
            lambda found, today, _coming: _on_weekday(found[1] or found[2], today, coming=True),
        ),
        (
            rf"({weekday}) (?:pasado|anterior)|last ({weekday})",
            lambda found, today, _coming: _on_weekday(found[1] or found[2], today, coming=False),
        ),
        (
            rf"(?:next|proximo|este|this) ({weekday})",
            lambda found, today, _coming: _on_weekday(found[1], today, coming=True),
        ),
        (rf"({weekday})", lambda found, today, coming: _on_weekday(found[1], today, coming=coming)),
    )
    return tuple((re.compile(rf"(?<![\w/])(?:{pattern})(?![\w/])"), read) for pattern, read in written)


_MAY_BE_DATE = re.compile(
    r"[0-9][/.\-][0-9]|(?:el|al|dia|the) [0-9]|h?o[yi]|ayer|antier|ma[nñ]ana|seman|mes|dia|ercol|day|tomorrow|week|month|[lmjvsdtwf]\w{2,3}(?:es|do|go|ne|ez)|"
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
    for pattern, read in _patterns():
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            span = read(match, today, coming)
            if span is not None:
                taken.append(match.span())
                yield Days(*span, *match.span())


def _shift(by: int) -> Callable[[re.Match[str], date, bool], tuple[date, date]]:
    return lambda _found, today, _coming: _span(today, by)


def _span(today: date, first: int, last: int | None = None) -> tuple[date, date]:
    return today + timedelta(days=first), today + timedelta(days=first if last is None else last)


def _week(by: int) -> Callable[[re.Match[str], date, bool], tuple[date, date]]:
    def read(_found: re.Match[str], today: date, coming: bool) -> tuple[date, date]:
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=by)
        sunday = monday + timedelta(days=6)
        return monday, sunday if coming or by else min(sunday, today)

    return read


def _month(by: int) -> Callable[[re.Match[str], date, bool], tuple[date, date]]:
    def read(_found: re.Match[str], today: date, _coming: bool) -> tuple[date, date]:
        first = today.replace(day=1)
        return (first, today) if not by else ((first - timedelta(days=1)).replace(day=1), first - timedelta(days=1))

    return read


def _on_weekday(word: str, today: date, *, coming: bool) -> tuple[date, date]:
    wanted = _named("weekday")[word]
    if coming:
        return _span(today, (wanted - today.weekday()) % 7 or 7)
    return _span(today, -((today.weekday() - wanted) % 7 or 7))


def _whole_month(found: re.Match[str], today: date, coming: bool) -> tuple[date, date] | None:
    first = _of("1", found[1], found[2], today, coming)
    if first is None:
        return None
    following = (first[0] + timedelta(days=31)).replace(day=1)
    return first[0], min(following - timedelta(days=1), today) if not coming else following - timedelta(days=1)


def _weekday_of_month(found: re.Match[str], today: date, coming: bool) -> tuple[date, date] | None:
    """Read "domingo 22", if the 22nd is a Sunday in this month or the one beside it."""
    for months in (0, 1 if coming else -1):
        month = (today.replace(day=15) + timedelta(days=30 * months)).replace(day=1)
        day = _made(month.year, month.month, int(found[2]))
        if day is not None and day.weekday() == _named("weekday")[found[1]]:
            return day, day
    return None


def _day_to_come(found: re.Match[str], today: date, _coming: bool) -> tuple[date, date] | None:
    """Read "para el 21": the next day of that number."""
    for months in (0, 1, 2):
        month = (today.replace(day=15) + timedelta(days=30 * months)).replace(day=1)
        day = _made(month.year, month.month, int(found[1]))
        if day is not None and day >= today:
            return day, day
    return None


def _two_weekdays(found: re.Match[str], today: date, coming: bool) -> tuple[date, date] | None:
    """Read "del lunes al miércoles": the last such days that have been, the second not before the first."""
    first = _on_weekday(found[1], today + timedelta(days=1) if not coming else today, coming=coming)[0]
    days = (_named("weekday")[found[2]] - _named("weekday")[found[1]]) % 7
    return first, first + timedelta(days=days)


def _numeric(found: re.Match[str], today: date, coming: bool) -> tuple[date, date] | None:
    return _of(found[1], found[2], found[3], today, coming)


def _day_of_month(found: re.Match[str], today: date, coming: bool) -> tuple[date, date] | None:
    return _of(found[1], found[2], found[3], today, coming)


def _two_numeric(found: re.Match[str], today: date, coming: bool) -> tuple[date, date] | None:
    return _between(_of(found[1], found[2], found[3], today, coming), _of(found[4], found[5], found[6], today, coming))


def _two_of_month(found: re.Match[str], today: date, coming: bool) -> tuple[date, date] | None:
    return _between(_of(found[1], found[3], None, today, coming), _of(found[2], found[3], None, today, coming))


def _two_days(found: re.Match[str], today: date, coming: bool) -> tuple[date, date] | None:
    month = str(today.month)
    return _between(_of(found[1], month, None, today, coming), _of(found[2], month, None, today, coming))


def _between(first: tuple[date, date] | None, last: tuple[date, date] | None) -> tuple[date, date] | None:
    return None if first is None or last is None or first[0] > last[0] else (first[0], last[0])


def _of(day: str, month: str, year: str | None, today: date, coming: bool) -> tuple[date, date] | None:
    number = _named("month").get(month) or (int(month) if month.isdigit() else 0)
    if year:
        found = _made(int(year) if len(year) == 4 else 2000 + int(year), number, int(day))
    else:
        years = range(today.year, today.year + 9) if coming else range(today.year, today.year - 9, -1)
        near = (_made(one, number, int(day)) for one in years)
        found = next((one for one in near if one and (one >= today if coming else one <= today)), None)
    return None if found is None else (found, found)


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
