"""Which rules have their turn at a sweep, and whom each could concern: pure, from now and the sweep before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from bot.hours import Hours
from core.clock import LIMA, day_in_lima
from reminders import policy
from reminders.policy import Rule, Span

SLACK = timedelta(minutes=5)
"""A movement is written down a little after the moment it bears."""
BUYERS = (Rule.AFTER_SALE, Rule.AFTER_ARRIVAL, Rule.FIRST_CALL, Rule.SECOND_CALL, Rule.LAST_CALL, Rule.OVERDUE)


@dataclass(frozen=True, slots=True)
class Turn:
    """One rule for the orders whose clock started within a span."""

    rule: Rule
    span: Span
    arrived: bool | None
    """Whether only orders that arrived are meant, or only those that did not; None: both."""
    occurrence: str
    bucket: str
    """Of several reminders of one bucket a busy person gets one message."""
    hushed_after: datetime | None
    """Who put the order off to later than this is left alone; None: nobody is."""
    until: datetime
    """When what is said now of one order would be old."""
    until_of_all: datetime
    """When what is said now of several would be old: at the next call of the day."""


def closing(now: datetime, last: datetime | None, hours: Hours) -> Iterator[Turn]:
    """Yield the turns of the buyers' rules."""
    day = day_in_lima(now).isoformat()
    for rule in BUYERS:
        turn_at = _fixed(rule, now, hours)
        if turn_at is not None and last is not None and turn_at <= last:
            continue
        for arrived, span in _spans(rule, now, last, hours):
            yield Turn(
                rule=rule,
                span=span,
                arrived=arrived,
                occurrence=day,
                bucket=day if turn_at else f"{day}T{_part_of_day(now, hours.after_arrival)}",
                hushed_after=_hushed_after(rule, turn_at, hours),
                until=_until(rule, now, hours),
                until_of_all=_next_call(rule, now, hours),
            )


def answering(now: datetime, last: datetime | None, hours: Hours) -> Iterator[Turn]:
    """Yield the turn of requests that nobody answers."""
    for span in policy.to_answer(now, hours):
        yield from _of_seller(Rule.ANSWER, _since(span, last, hours.answer_after), now)


def selling(now: datetime, last: datetime | None, hours: Hours) -> Iterator[Turn]:
    """Yield the turns of accepted orders that nobody sells."""
    this_morning = at_hour(now, hours.overdue)
    for span in policy.to_sell(now, hours):
        of_today = span[0] >= at_hour(now, time())
        if of_today and last is not None and last >= at_hour(now, hours.sell_by):
            yield from _of_seller(Rule.SELL, _since(span, last, hours.breath), now)
        elif of_today or last is None or last < this_morning:
            yield from _of_seller(Rule.SELL, span, now)


def _of_seller(rule: Rule, span: Span, now: datetime) -> Iterator[Turn]:
    bucket = f"{day_in_lima(now).isoformat()}T{_part_of_day(now, timedelta(hours=1))}"
    if span[0] < span[1]:
        tomorrow = now + timedelta(days=1)
        yield Turn(rule, span, None, "", bucket, None, until=tomorrow, until_of_all=tomorrow)


def _spans(rule: Rule, now: datetime, last: datetime | None, hours: Hours) -> Iterator[tuple[bool | None, Span]]:
    if rule is Rule.OVERDUE:
        for span in policy.spans(rule, False, now, hours):
            yield None, span
        return
    for arrived in (False, True):
        for span in policy.spans(rule, arrived, now, hours):
            if rule is Rule.AFTER_SALE:
                span = _since(span, last, hours.after_sale)  # noqa: PLW2901 - only what is new of it
            elif rule is Rule.AFTER_ARRIVAL:
                span = _since(span, last, hours.after_arrival)  # noqa: PLW2901
            if span[0] < span[1]:
                yield arrived, span


def _since(span: Span, last: datetime | None, delay: timedelta) -> Span:
    """Return the part of the span that was not due at the sweep before."""
    start, end = span
    return (start if last is None else max(start, last - delay - SLACK), end)


def _fixed(rule: Rule, now: datetime, hours: Hours) -> datetime | None:
    """Return at which moment of today the rule has its turn; None: at no hour of its own."""
    fixed = {
        Rule.FIRST_CALL: hours.first_call,
        Rule.SECOND_CALL: hours.second_call,
        Rule.LAST_CALL: hours.last_call,
        Rule.OVERDUE: hours.overdue,
    }
    return at_hour(now, fixed[rule]) if rule in fixed else None


def _hushed_after(rule: Rule, turn_at: datetime | None, hours: Hours) -> datetime | None:
    """Return the end of the latest put-off that does not keep the reminder back; the last call cannot be put off."""
    if rule is Rule.LAST_CALL:
        return None
    return policy.LONG_AGO if turn_at is None else turn_at - hours.gap


def _until(rule: Rule, now: datetime, hours: Hours) -> datetime:
    if rule in (Rule.AFTER_SALE, Rule.AFTER_ARRIVAL):  # whether a call comes between is looked at when it leaves
        return at_hour(now, hours.last_call)
    return _next_call(rule, now, hours)


def _next_call(rule: Rule, now: datetime, hours: Hours) -> datetime:
    if rule is Rule.OVERDUE:
        return at_hour(now, hours.quiet_from)
    calls = (at_hour(now, call) for call in (hours.first_call, hours.second_call, hours.last_call))
    return next((call for call in calls if call > now), at_hour(now, time()) + timedelta(days=1))


def _part_of_day(now: datetime, length: timedelta) -> int:
    passed = now - at_hour(now, time())
    return int(passed // max(length, timedelta(minutes=1)))


def at_hour(now: datetime, hour: time) -> datetime:
    """Return that hour of the day that it is in Lima."""
    return datetime.combine(day_in_lima(now), hour, LIMA).astimezone(UTC)
