"""The policy, as tables: what happened, and when who is reminded of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.hours import Hours
from core.clock import LIMA
from reminders.policy import Rule, closing_steps, current, days_late, spans, to_answer, to_sell

H = Hours()
DAY = datetime(2021, 3, 25, tzinfo=LIMA)
NAMES = {
    Rule.AFTER_SALE: "sale",
    Rule.AFTER_ARRIVAL: "arrival",
    Rule.FIRST_CALL: "18",
    Rule.SECOND_CALL: "21",
    Rule.LAST_CALL: "last",
    Rule.OVERDUE: "late",
}


def lima(text: str) -> datetime:
    """Return a time of the day, "+1 07:00" of the day after it."""
    days, _space, clock = text.rpartition(" ")
    return (datetime.combine(DAY, time.fromisoformat(clock), LIMA) + timedelta(days=int(days or 0))).astimezone(UTC)


# when the clock started: what comes, of an order that nobody said arrived | of one that arrived then
DAYS = """
00:10    06:30 sale, 18:00 18, 21:00 21, 23:00 last          | 06:30 arrival, 18:00 18, 21:00 21, 23:00 last
05:00    07:00 sale, 18:00 18, 21:00 21, 23:00 last          | 06:30 arrival, 18:00 18, 21:00 21, 23:00 last
10:00    12:00 sale, 18:00 18, 21:00 21, 23:00 last          | 10:30 arrival, 18:00 18, 21:00 21, 23:00 last
15:30    17:30 sale, 18:00 18, 21:00 21, 23:00 last          | 16:00 arrival, 18:00 18, 21:00 21, 23:00 last
15:45    17:45 sale, 21:00 21, 23:00 last                    | 16:15 arrival, 18:00 18, 21:00 21, 23:00 last
16:10    18:00 18, 21:00 21, 23:00 last                      | 16:40 arrival, 18:00 18, 21:00 21, 23:00 last
16:30    18:00 18, 18:30 sale, 21:00 21, 23:00 last          | 17:00 arrival, 18:00 18, 21:00 21, 23:00 last
17:20    18:00 18, 19:20 sale, 21:00 21, 23:00 last          | 17:50 arrival, 21:00 21, 23:00 last
17:50    19:50 sale, 21:00 21, 23:00 last                    | 18:20 arrival, 21:00 21, 23:00 last
19:05    21:00 21, 23:00 last                                | 19:35 arrival, 21:00 21, 23:00 last
20:00    21:00 21, 22:00 sale, 23:00 last                    | 20:30 arrival, 21:00 21, 23:00 last
20:45    23:00 last                                          | 21:15 arrival, 23:00 last
22:30    23:00 last                                          | 23:00 last
23:10                                                        |
23:50                                                        |
"""


@pytest.mark.parametrize("row", DAYS.strip().splitlines())
def test_the_day_of_an_order(row: str) -> None:
    start, rest = row.split(maxsplit=1)
    for arrived, listed in enumerate(rest.split("|")):
        expected = [tuple(step.split()) for step in re.split(r",\s*", listed.strip()) if step]
        steps = [
            (step.at.astimezone(LIMA).strftime("%H:%M"), NAMES[step.rule])
            for step in closing_steps(lima(start), bool(arrived), H, days=0)
        ]
        assert expected == steps


def test_each_day_after_it_is_overdue_at_seven() -> None:
    steps = [step for step in closing_steps(lima("23:50"), False, H, days=3) if step.rule is Rule.OVERDUE]
    assert [(lima("+1 07:00"), 1), (lima("+2 07:00"), 2), (lima("+3 07:00"), 3)] == [
        (step.at, step.days_late) for step in steps
    ]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("11:59", None),
        ("12:00", "sale"),
        ("17:59", "sale"),
        ("18:00", "18"),
        ("22:59", "21"),
        ("23:00", "last"),
        ("23:59", "last"),
        ("+1 00:00", None),
        ("+1 06:59", None),
        ("+1 07:00", "late"),
        ("+1 23:29", "late"),
        ("+1 23:30", None),
        ("+2 06:30", None),
        ("+2 07:00", "late"),
    ],
)
def test_only_the_latest_is_due_and_never_at_night(now: str, expected: str | None) -> None:
    step = current(lima("10:00"), False, lima(now), H)
    assert expected == (NAMES[step.rule] if step else None)


@pytest.mark.parametrize(
    ("since", "now", "late"),
    [("10:00", "23:59", 0), ("23:59", "+1 00:00", 1), ("10:00", "+2 12:00", 2)],
)
def test_days_late_are_calendar_days_in_lima(since: str, now: str, late: int) -> None:
    assert late == days_late(lima(since), lima(now))


STARTS = st.integers(0, 2 * 86_400 - 1).map(lambda second: (DAY + timedelta(seconds=second)).astimezone(UTC))
CLOSES = st.tuples(STARTS, st.integers(-3, 3), st.sampled_from([0, 1800, 3600, 5400, 7200, 9000])).map(
    lambda near: near[0] + timedelta(seconds=near[1] + near[2])
)


@settings(max_examples=500, deadline=None)
@given(since=STARTS, now=STARTS | CLOSES, arrived=st.booleans(), near=st.sampled_from([None, 0, 1800, 1801, 7200]))
def test_the_spans_find_exactly_the_orders_whose_reminder_is_due(
    since: datetime, now: datetime, arrived: bool, near: int | None
) -> None:
    if near is not None:
        now = since + timedelta(seconds=near)
    if now < since:
        return
    step = current(since, arrived, now, H)
    found = [rule for rule in NAMES if any(first <= since < end for first, end in spans(rule, arrived, now, H))]
    assert ([step.rule] if step else []) == found


@settings(max_examples=500, deadline=None)
@given(sold=STARTS, waited=st.integers(0, 86_400))
def test_nobody_hears_of_an_order_four_times_within_an_hour(sold: datetime, waited: int) -> None:
    arrived = sold + timedelta(seconds=waited)
    told = [sold, arrived]  # the two notices
    told += [step.at for step in closing_steps(sold, False, H, days=2) if step.at < arrived]
    told += [step.at for step in closing_steps(arrived, True, H, days=2)]
    told.sort()
    assert all(fourth - first >= timedelta(hours=1) for first, fourth in zip(told, told[3:], strict=False))


@settings(max_examples=300, deadline=None)
@given(since=STARTS, arrived=st.booleans())
def test_no_reminder_begins_at_night(since: datetime, arrived: bool) -> None:
    assert not [step for step in closing_steps(since, arrived, H, days=2) if H.is_quiet(step.at)]


@pytest.mark.parametrize(
    ("requested", "now", "due"),
    [
        ("10:00", "11:59", False),
        ("10:00", "12:00", True),
        ("10:00", "+1 11:00", True),
        ("10:00", "+1 12:01", False),
        ("22:00", "23:59", False),
        ("22:00", "+1 06:29", False),
        ("22:00", "+1 06:30", True),
    ],
)
def test_a_request_is_to_be_answered_within_two_hours(requested: str, now: str, due: bool) -> None:
    assert due == any(first <= lima(requested) < end for first, end in to_answer(lima(now), H))


@pytest.mark.parametrize(
    ("accepted", "now", "due"),
    [
        ("10:00", "20:59", False),
        ("10:00", "21:00", True),
        ("20:30", "21:29", False),
        ("20:30", "21:30", True),
        ("23:00", "23:29", False),
        ("23:00", "+1 06:59", False),
        ("23:00", "+1 07:00", True),
        ("10:00", "+1 09:00", True),
        ("10:00", "+2 09:00", False),
    ],
)
def test_what_is_accepted_is_to_be_sold_by_the_end_of_the_day(accepted: str, now: str, due: bool) -> None:
    assert due == any(first <= lima(accepted) < end for first, end in to_sell(lima(now), H))
