"""What the groups of a pattern of days mean: the first and the last day that were said."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

from bot.understanding.lexicon import LANGUAGES, lexicon

Span = tuple[date, date]
Read = Callable[[re.Match[str], date, bool], Span | None]
"""From what a pattern found, today, and whether days without a year or week are to come."""


@cache
def named(kind: str) -> dict[str, int]:
    """Return the words of the vocabulary for months or weekdays, in every language."""
    return {word: value for language in LANGUAGES for word, value in lexicon(language).valued(kind).items()}


def shifted(by: int) -> Read:
    """Return a reader of the day so many days from today."""
    return lambda _found, today, _coming: span(today, by)


def span(today: date, first: int, last: int | None = None) -> Span:
    """Return the days from one to another, counted from today."""
    return today + timedelta(days=first), today + timedelta(days=first if last is None else last)


def whole_week(by: int) -> Read:
    """Return a reader of a week; the current one ends today where days that have been are meant."""

    def read(_found: re.Match[str], today: date, coming: bool) -> Span:
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=by)
        sunday = monday + timedelta(days=6)
        return monday, sunday if coming or by else min(sunday, today)

    return read


def last_weekend(_found: re.Match[str], today: date, _coming: bool) -> Span:
    """Read "el fin de semana pasado": the last Saturday and Sunday that have been."""
    sunday = today - timedelta(days=today.weekday() + 1)
    return sunday - timedelta(days=1), sunday


def until_today(found: re.Match[str], today: date, _coming: bool) -> Span:
    """Read "desde ayer hasta hoy"."""
    since = {"ayer": 1, "yesterday": 1, "antes de ayer": 2, "anteayer": 2}[found[1]]
    return today - timedelta(days=since), today


def whole_month_by(by: int) -> Read:
    """Return a reader of the current month so far, or of the one before it."""

    def read(_found: re.Match[str], today: date, _coming: bool) -> Span:
        first = today.replace(day=1)
        return (first, today) if not by else ((first - timedelta(days=1)).replace(day=1), first - timedelta(days=1))

    return read


def on_weekday(word: str, today: date, *, coming: bool) -> Span:
    """Return the next such weekday, or the last one that has been; never today."""
    wanted = named("weekday")[word]
    if coming:
        return span(today, (wanted - today.weekday()) % 7 or 7)
    return span(today, -((today.weekday() - wanted) % 7 or 7))


def whole_month(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "de noviembre": the whole month."""
    first = day_of("1", found[1], found[2], today, coming)
    if first is None:
        return None
    following = (first[0] + timedelta(days=31)).replace(day=1)
    return first[0], min(following - timedelta(days=1), today) if not coming else following - timedelta(days=1)


def weekday_of_month(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "domingo 22", if the 22nd is a Sunday in this month or the one beside it."""
    for months in (0, 1 if coming else -1):
        month = (today.replace(day=15) + timedelta(days=30 * months)).replace(day=1)
        day = made(month.year, month.month, int(found[2]))
        if day is not None and day.weekday() == named("weekday")[found[1]]:
            return day, day
    return None


def weekday_and_day(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "viernes 27 de noviembre", if that day is a Friday."""
    day = day_of(found[2], found[3], None, today, coming)
    return day if day is not None and day[0].weekday() == named("weekday")[found[1]] else None


def day_to_come(found: re.Match[str], today: date, _coming: bool) -> Span | None:
    """Read "para el 21": the next day of that number."""
    for months in (0, 1, 2):
        month = (today.replace(day=15) + timedelta(days=30 * months)).replace(day=1)
        day = made(month.year, month.month, int(found[1]))
        if day is not None and day >= today:
            return day, day
    return None


def two_weekdays(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "del lunes al miércoles": the last such days that have been, the second not before the first."""
    first = on_weekday(found[1], today + timedelta(days=1) if not coming else today, coming=coming)[0]
    days = (named("weekday")[found[2]] - named("weekday")[found[1]]) % 7
    return first, first + timedelta(days=days)


def weekday_until(found: re.Match[str], today: date, _coming: bool) -> Span | None:
    """Read "del lunes hasta ayer" or "desde el lunes": from the last such day, until then or today."""
    yesterday = found.re.groups > 1 and found[2] in ("ayer", "yesterday")
    last = today - timedelta(days=int(yesterday))
    return between(on_weekday(found[1], today, coming=False), (last, last))


def day_until_now(found: re.Match[str], today: date, _coming: bool) -> Span | None:
    """Read "desde el 5": from the last day of that number until today."""
    day = made(today.year, today.month, int(found[1]))
    return None if day is None or day > today else (day, today)


def whole_year(found: re.Match[str], today: date, _coming: bool) -> Span | None:
    """Read "del 2025": that year, until today; none that is to come."""
    year = int(found[1])
    return (date(year, 1, 1), min(date(year, 12, 31), today)) if year <= today.year else None


def month_until_now(found: re.Match[str], today: date, _coming: bool) -> Span | None:
    """Read "desde agosto": from its first day until today."""
    first = day_of("1", found[1], None, today, coming=False)
    return None if first is None else (first[0], today)


def numeric(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "18/11", with or without a year."""
    return day_of(found[1], found[2], found[3], today, coming)


def day_of_month(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "18 de noviembre"."""
    return day_of(found[1], found[2], found[3], today, coming)


def two_numeric(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "del 10/11 al 12/11"."""
    return between(
        day_of(found[1], found[2], found[3], today, coming), day_of(found[4], found[5], found[6], today, coming)
    )


def two_english(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "from November 10 to 12"."""
    first = day_of(found[2], found[1], None, today, coming)
    return between(first, day_of(found[4], found[3] or found[1], None, today, coming))


def two_of_month(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "del 10 al 12 de noviembre"."""
    return between(day_of(found[1], found[3], None, today, coming), day_of(found[2], found[3], None, today, coming))


def two_of_months(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "del 1 de octubre al 15 de noviembre"."""
    return between(day_of(found[1], found[2], None, today, coming), day_of(found[3], found[4], None, today, coming))


def _last_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


_WEEKS = {"primera": 1, "segunda": 8, "tercera": 15, "cuarta": 22}


def week_of_month(found: re.Match[str], today: date, _coming: bool) -> Span | None:
    """Read "la primera semana de noviembre": its first seven days; the last are its last seven."""
    first = day_of("1", found[2] or str(today.month), None, today, coming=False)
    if first is None:
        return None
    start = _WEEKS.get(found[1], 0)
    begins = first[0].replace(day=start) if start else _last_of_month(first[0]) - timedelta(days=6)
    return begins, begins + timedelta(days=6)


def two_of_last_month(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "del 1 al 10 del mes pasado"."""
    month = today.replace(day=1) - timedelta(days=1)
    first, last = (made(month.year, month.month, int(day)) for day in (found[1], found[2]))
    del coming
    return None if first is None or last is None or last < first else (first, last)


def two_days(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "del 10 al 12": days of this month."""
    month = str(today.month)
    return between(day_of(found[1], month, None, today, coming), day_of(found[2], month, None, today, coming))


def between(first: Span | None, last: Span | None) -> Span | None:
    """Return the days from one to the other, or None if they are not in that order."""
    return None if first is None or last is None or first[0] > last[0] else (first[0], last[0])


def day_of(day: str, month: str, year: str | None, today: date, coming: bool) -> Span | None:
    """Return the day of a month, by number or name; without a year the next that comes, or the last that has been."""
    number = named("month").get(month) or (int(month) if month.isdigit() else 0)
    if year:
        found = made(int(year) if len(year) == 4 else 2000 + int(year), number, int(day))
    else:
        years = range(today.year, today.year + 9) if coming else range(today.year, today.year - 9, -1)
        near = (made(one, number, int(day)) for one in years)
        found = next((one for one in near if one and (one >= today if coming else one <= today)), None)
    return None if found is None else (found, found)


def made(year: int, month: int, day: int) -> date | None:
    """Return the day, or None if there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def two_weekdays_of_last_week(found: re.Match[str], today: date, _coming: bool) -> Span | None:
    """Read "del lunes al miércoles de la semana pasada"."""
    monday = today - timedelta(days=today.weekday() + 7)
    first, last = (monday + timedelta(days=named("weekday")[found[one]]) for one in (1, 2))
    return (first, last) if first <= last else None


def day_until(found: re.Match[str], today: date, coming: bool) -> Span | None:
    """Read "desde el 10 hasta hoy"; no days to come are said so."""
    first = made(today.year, today.month, int(found[1]))
    last = today - timedelta(days=found[2] == "ayer")
    return None if coming or first is None or first > last else (first, last)
