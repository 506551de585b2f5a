"""When somebody is reminded of an order: pure functions of what happened and of now, in Lima time.

An order's reminders are not booked: they follow from when its clock started. `current` says which one is due for one
order; `spans` says the same the other way round, for which starts of the clock a rule is due now, so that one statement
finds all its orders. Moments within a day are whole seconds since its midnight, as the journal counts them; a day in
Lima always has 24 hours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from bot.hours import Hours
from bot.store import Urgency
from core.clock import LIMA, day_in_lima, days_between

DAY = 24 * 3600


class Rule(StrEnum):
    """Why somebody is reminded; the value is stored."""

    AFTER_SALE = "VENTA"
    AFTER_ARRIVAL = "LLEGADA"
    FIRST_CALL = "TARDE"
    SECOND_CALL = "NOCHE"
    LAST_CALL = "ULTIMO"
    OVERDUE = "VENCIDA"
    SNOOZE = "POSPUESTA"
    ANSWER = "RESPONDER"
    SELL = "VENDER"
    WEEKLY = "SEMANA"
    PAPERS = "PAPELES"


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder of an order: from when to when it is the one to send."""

    rule: Rule
    at: datetime
    until: datetime
    days_late: int = 0

    @property
    def occurrence(self) -> str:
        """Return which time of the rule's it is: its day in Lima."""
        return day_in_lima(self.at).isoformat()


@dataclass(frozen=True, slots=True)
class Started:
    """When a clock started: seconds since midnight in Lima, and whether the arrival started it."""

    second: int
    arrived: bool


def _seconds(moment: time | timedelta) -> int:
    if isinstance(moment, timedelta):
        return int(moment.total_seconds())
    return moment.hour * 3600 + moment.minute * 60 + moment.second


# --- the buyer's day: one rule a line --------------------------------------------------------------------------------


def _ask_after_sale(start: Started, hours: Hours) -> int | None:
    """Ask two hours after the sale, unless a call came just before or the last one comes within an hour."""
    if start.arrived:
        return None
    at = _waking(start.second + _seconds(hours.after_sale), hours)
    gap = _seconds(hours.gap)
    calls = (_seconds(hours.first_call), _seconds(hours.second_call))
    told_just_before = any(call <= at < call + gap for call in calls)
    return None if told_just_before or at > _seconds(hours.last_call) - _seconds(hours.breath) else at


def _press_after_arrival(start: Started, hours: Hours) -> int | None:
    """Press half an hour after the arrival, unless the last call comes within an hour."""
    if not start.arrived:
        return None
    at = _waking(start.second + _seconds(hours.after_arrival), hours)
    return None if at > _seconds(hours.last_call) - _seconds(hours.breath) else at


def _call(start: Started, hours: Hours, at: int) -> int | None:
    """Call at a fixed hour, unless the clock started just before or the step before came just before."""
    gap = _seconds(hours.gap)
    if start.second > at - gap:
        return None
    own = _press_after_arrival(start, hours) if start.arrived else _ask_after_sale(start, hours)
    return None if own is not None and at - gap < own < at else at


def _waking(second: int, hours: Hours) -> int:
    """Return the second, or the end of the night's quiet hours if it lies in them."""
    return max(second, _seconds(hours.quiet_to))


When = Callable[[Started, Hours], "int | None"]
BUYERS_DAY: tuple[tuple[Rule, When], ...] = (
    (Rule.AFTER_SALE, _ask_after_sale),
    (Rule.AFTER_ARRIVAL, _press_after_arrival),
    (Rule.FIRST_CALL, lambda start, h: _call(start, h, _seconds(h.first_call))),
    (Rule.SECOND_CALL, lambda start, h: _call(start, h, _seconds(h.second_call))),
    (Rule.LAST_CALL, lambda start, h: _seconds(h.last_call) if start.second < _seconds(h.last_call) else None),
)
"""Each rule and at which second of the day it reminds an order whose clock started then; None: not on that day.

The sale itself is told at once, by a notice with the button; so is the arrival.
"""


@lru_cache(maxsize=4096)
def _day(start: Started, hours: Hours) -> tuple[tuple[int, int, Rule], ...]:
    """Return from when to when each rule's reminder is the one to send, on the day on which the clock started."""
    told = [(at, rule) for rule, when in BUYERS_DAY if (at := when(start, hours)) is not None]
    told.sort(key=lambda step: step[0])
    ends = [*(at for at, _rule in told), DAY][1:]
    return tuple((at, end, rule) for (at, rule), end in zip(told, ends, strict=True))


# --- one order -------------------------------------------------------------------------------------------------------


def closing_steps(since: datetime, arrived: bool, hours: Hours, days: int = 1) -> Iterator[Step]:
    """Yield the reminders of an order whose buyer's clock started then: its own day's, and so many days' overdue."""
    day = day_in_lima(since)
    for at, end, rule in _day(Started(_second_of(since), arrived), hours):
        yield Step(rule, _moment(day, at), _moment(day, end))
    for late in range(1, days + 1):
        that_day = day + timedelta(days=late)
        yield Step(
            Rule.OVERDUE,
            _moment(that_day, _seconds(hours.overdue)),
            _moment(that_day, _seconds(hours.quiet_from)),
            late,
        )


def current(since: datetime, arrived: bool, now: datetime, hours: Hours) -> Step | None:
    """Return the one reminder that the buyer of an order POR CERRAR should have by now; None: none, or be quiet."""
    late = days_late(since, now)
    if late < 0:
        return None
    steps = list(closing_steps(since, arrived, hours, days=late))
    step = next((one for one in reversed(steps) if one.at <= now < one.until), None)
    if step is None or (hours.is_quiet(now) and step.rule is not Rule.LAST_CALL):
        return None
    return step


def days_late(since: datetime, now: datetime) -> int:
    """Return how many days late the close is: zero on the day on which the clock started."""
    return days_between(since, now)


# --- all orders at once ----------------------------------------------------------------------------------------------


Span = tuple[datetime, datetime]
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def spans(rule: Rule, arrived: bool, now: datetime, hours: Hours) -> list[Span]:
    """Return between which starts of the clock, the second excluded, the rule's reminder is the one to send now."""
    today = day_in_lima(now)
    if rule is Rule.OVERDUE:
        due = hours.overdue <= now.astimezone(LIMA).time() and not hours.is_quiet(now)
        return [(LONG_AGO, _moment(today, 0))] if due else []
    if hours.is_quiet(now) and rule is not Rule.LAST_CALL:
        return []
    second = _second_of(now)
    return [(_moment(today, start), _moment(today, end)) for start, end in _starts(rule, arrived, second, hours)]


def _starts(rule: Rule, arrived: bool, now: int, hours: Hours) -> Iterator[tuple[int, int]]:
    """Yield the same in seconds: whether the rule is due changes only at a few edges, one look behind each will do."""
    edges = sorted(edge for edge in {*_edges(hours), *_edges_of(now, hours)} if 0 <= edge <= now)
    since: int | None = None
    for edge in [*edges, now + 1]:
        holds = edge <= now and _is_due(rule, Started(edge, arrived), now, hours)
        if holds and since is None:
            since = edge
        elif not holds and since is not None:
            yield since, edge
            since = None


def _is_due(rule: Rule, start: Started, now: int, hours: Hours) -> bool:
    return any(one is rule and at <= now < end for at, end, one in _day(start, hours))


@lru_cache
def _edges(hours: Hours) -> frozenset[int]:
    fixed = (hours.first_call, hours.second_call, hours.last_call, hours.quiet_to)
    return frozenset({0, *(edge for hour in fixed for edge in _edges_of(_seconds(hour), hours))})


def _edges_of(second: int, hours: Hours) -> Iterator[int]:
    """Yield every start of a clock at which a comparison with this second may change, and the second after it."""
    gaps = {0, *(sign * _seconds(gap) for gap in (hours.gap, hours.breath) for sign in (1, -1))}
    for delay in (0, _seconds(hours.after_sale), _seconds(hours.after_arrival)):
        for distance in gaps:
            yield second - delay + distance
            yield second - delay + distance + 1


# --- the seller ------------------------------------------------------------------------------------------------------


def to_answer(now: datetime, hours: Hours) -> list[Span]:
    """Return when a request came in whose seller should be reminded now: two hours ago, and for a day after that."""
    if hours.is_quiet(now):
        return []
    latest = now - hours.answer_after
    return [(latest - timedelta(days=1), latest + timedelta(seconds=1))]


def to_sell(now: datetime, hours: Hours) -> list[Span]:
    """Return when an order was accepted whose seller should be reminded now to sell it.

    At the end of the day of the acceptance, at the earliest an hour after it; those of the late evening the next
    morning. What an outage kept back is made up for on the next day.
    """
    if hours.is_quiet(now):
        return []
    midnight = _moment(day_in_lima(now), 0)
    clock = now.astimezone(LIMA).time()
    before_quiet = _moment(day_in_lima(now), _seconds(hours.quiet_from)) - timedelta(days=1) - hours.breath
    yesterday = (midnight - timedelta(days=1), midnight if clock >= hours.overdue else before_quiet)
    if clock < hours.sell_by:
        return [yesterday]
    return [yesterday, (midnight, now - hours.breath + timedelta(seconds=1))]


# --- the owner's week -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Occasion:
    """The turn of a weekly letter: when it came, and which time of the rule's it is."""

    at: datetime
    occurrence: str


def _summary_of_last_week(now: datetime, hours: Hours) -> Occasion | None:
    """Sum up the week before, on its Monday only: later in the week it is old news."""
    today = day_in_lima(now)
    return Occasion(_moment(today, _seconds(hours.weekly)), today.isoformat()) if today.weekday() == 0 else None


def _papers_that_end(now: datetime, hours: Hours) -> Occasion | None:
    """Tell of papers that end soon on Monday, or, when nobody could be told then, on the next day of the week."""
    today = day_in_lima(now)
    year, week, day = today.isocalendar()
    return Occasion(_moment(today - timedelta(days=day - 1), _seconds(hours.weekly)), f"{year}-W{week:02d}")


OWNERS_WEEK: tuple[tuple[Rule, Callable[[datetime, Hours], Occasion | None]], ...] = (
    (Rule.WEEKLY, _summary_of_last_week),
    (Rule.PAPERS, _papers_that_end),
)
"""Each rule and its turn in the week that it is, whether that has come or not; None: not on that day."""


def weekly_turns(now: datetime, last: datetime | None, hours: Hours) -> Iterator[tuple[Rule, Occasion]]:
    """Yield the weekly letters whose turn came since the sweep before."""
    for rule, turn in OWNERS_WEEK:
        week = turn(now, hours)
        if week is not None and week.at <= now and (last is None or last < week.at):
            yield rule, week


# --- who -------------------------------------------------------------------------------------------------------------


TELLS_OWNERS = frozenset({Rule.SECOND_CALL, Rule.LAST_CALL, Rule.OVERDUE, Rule.SELL})
"""Operators, and drivers who may close, come first; these reach the owners too. Owners alone are told at once."""
ASKS_ALL_DRIVERS = frozenset({Rule.AFTER_SALE})
"""A driver who may not close can still say that it arrived, and is asked for that once."""
URGENCY = {
    Rule.LAST_CALL: Urgency.LAST_CALL,
    Rule.OVERDUE: Urgency.OVERDUE,
    Rule.WEEKLY: Urgency.SUMMARY,
    Rule.PAPERS: Urgency.SUMMARY,
}
"""Of the others: TODAY."""
MOST_SINGLE = 3
"""Whoever has more orders to close than this gets one message for all of them."""


def _second_of(at: datetime) -> int:
    local = at.astimezone(LIMA)
    return local.hour * 3600 + local.minute * 60 + local.second


def _moment(day: date, second: int) -> datetime:
    return (datetime.combine(day, time(), LIMA) + timedelta(seconds=second)).astimezone(UTC)
