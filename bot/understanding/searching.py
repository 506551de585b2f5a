"""Which orders are looked for, or reported: of which days, with whom, and in which form."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.understanding.context import Context
from bot.understanding.dates import Days
from bot.understanding.heard import DATE, NAME, Heard
from bot.understanding.meaning import Doubt, Found, How
from bot.understanding.names import Match
from bot.understanding.said_days import LONGEST_MONTH, said_days

Slots = tuple[list[Found], list[Doubt]]


def searched(heard: Heard, context: Context) -> Slots:
    """Return the days, and the other side, of the orders that are looked for."""
    slots, doubts = _days_said(heard, context)
    return (slots + counterpart(heard), doubts) if slots else (slots, doubts)


def _days_said(heard: Heard, context: Context) -> Slots:
    if not heard.has(DATE):
        return _lone_day(heard, context), []
    found = said_days(heard.text, context.today, context.language, coming=False)
    return ([days_slot(found[0], heard)], []) if found else ([], [])


def counterpart(heard: Heard) -> list[Found]:
    """Return whose orders are looked for: the one other side that is named."""
    named = {
        name: one for one in heard.of(NAME) if isinstance(one.value, Match) for _token, name in one.value.candidates
    }
    if len(named) != 1 or heard.has("negation", "no"):
        return []
    name, mention = next(iter(named.items()))
    return [Found("counterpart", name, How.IMPLIED, name, heard.said(mention), "the other side that is named")]


_LONE_DAY = re.compile(
    r"\b(?:el|del|de el|el dia|del dia|on the) ([0-9]{1,2})(?:st|nd|rd|th)?"
    r"(?= *(?:$|[.,;!?]|que\b|pasado\b|por favor|porfa))",
    re.IGNORECASE,
)


def _lone_day(heard: Heard, context: Context) -> list[Found]:
    """Return the last such day of "qué compré el 10", which no size stands beside."""
    found = _LONE_DAY.search(heard.text)
    day = int(found[1]) if found else 0
    if found is None or not 0 < day <= LONGEST_MONTH or heard.has("unit", "brand", "kilo"):
        return []
    month = context.today.replace(day=1)
    for first in (month, (month - timedelta(days=1)).replace(day=1)):
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        if day <= last.day and first.replace(day=day) <= context.today:
            return [days_slot(Days(first.replace(day=day), first.replace(day=day), *found.span()), heard)]
    return []


def reported(heard: Heard, context: Context) -> Slots:
    """The days, the form, and which orders: all of it together is what a report asks."""
    slots, doubts = _days_said(heard, context)
    for key, kinds in (("form", ("xlsx", "csv")), ("what", ("late", "bought", "sold"))):
        named = [kind for kind in kinds if heard.has(f"report.{kind}")]
        if named:
            slots.append(Found(key, named[0], How.IMPLIED, why="which orders, and in which form, the message says"))
    return slots, doubts


def days_slot(days: Days, heard: Heard) -> Found:
    """Return some days as the search conversation reads them."""
    said = heard.text[days.start : days.end]
    value = f"{days.first:%d/%m/%Y}"
    if days.first != days.last:
        value += f" al {days.last:%d/%m/%Y}"
    return Found("days", value, said=said, why="the days that were said")
