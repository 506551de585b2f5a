"""An order's code with a moment in Lima after it, as people type it: 60016454717 al 23/05/2017 15:48."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from bot.understanding.dates import days_in
from core.clock import LIMA

_CODE_FIRST = re.compile(r"\s*[#*_`]*((?:[0-9][\s.\-]*){10}[0-9])(?![0-9])[*_`,;:]*\s*(\S.*)", re.DOTALL)
_CLOCK = re.compile(
    r"(?<![0-9:/.\-])([0-9]{1,2})(?:[:h.]([0-9]{2})(?::([0-9]{2}))?)?\s*(?:h|hs|hrs|horas)?\s*([ap])?(?:\.?\s?m\b\.?)?(?![0-9/\-])"
)
_AT = re.compile(r"\b(?:a las?|at)\s*$")
_LAST_SECOND = time(23, 59, 59)


def after_code(typed: str) -> tuple[str, str]:
    """Return the code as it was typed and what follows it, if something does."""
    found = _CODE_FIRST.fullmatch(typed)
    return (found[1], found[2]) if found else (typed, "")


def moment_in(typed: str, at: datetime) -> datetime | None:
    """Return the moment that the text says, to the second; None when it says none, or nothing that can be told apart.

    A day without a time is its last second, or now if it is today; a time without a day is today's. 15:48 is 15:48:00.
    """
    text = _small(typed)
    here = at.astimezone(LIMA)
    days = days_in(text, here.date(), coming=False)
    if len(days) > 1 or any(one.first != one.last for one in days):
        return None
    for one in days:
        text = f"{text[: one.start]} , {text[one.end :]}"
    clock = _clock(text)
    if clock is None and (not days or any(char.isdigit() for char in text)):
        return None
    day = days[0].first if days else here.date()
    return _last_of(day, here) if clock is None else datetime.combine(day, clock, LIMA)


def _last_of(day: date, here: datetime) -> datetime:
    return min(datetime.combine(day, _LAST_SECOND, LIMA), here) if day == here.date() else _end_of(day)


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), LIMA) - timedelta(seconds=1)


def _small(typed: str) -> str:
    """Return the text in small letters without accents; signs stay, since a time is written with them."""
    plain = unicodedata.normalize("NFKD", typed.casefold())
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())


def _clock(text: str) -> time | None:
    """Return the one time of day in the text."""
    found = [one for one in _CLOCK.finditer(text) if one[2] or one[4] or _AT.search(text[: one.start()])]
    digits = sum(len(run) for run in re.findall(r"[0-9]+", text))
    if len(found) != 1 or digits != sum(len(part) for part in found[0].groups()[:3] if part):
        return None
    hour, minute, second = (int(part or 0) for part in found[0].groups()[:3])
    if half := found[0][4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None
