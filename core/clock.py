"""Time: stored in UTC, movements to the second; people read it in Lima."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LIMA = ZoneInfo("America/Lima")


def now() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)


def day_in_lima(at: datetime) -> date:
    """Return the calendar day in Peru at a moment."""
    return at.astimezone(LIMA).date()


def span_in_lima(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the moments between which the days lie: the first one's midnight and the midnight after the last one."""
    start = datetime.combine(first, time(), LIMA)
    end = datetime.combine(last + timedelta(days=1), time(), LIMA)
    return start.astimezone(UTC), end.astimezone(UTC)


def days_between(since: datetime, until: datetime) -> int:
    """Return how many calendar days in Lima lie between two moments: 0 on the same day, 1 on the next."""
    return (day_in_lima(until) - day_in_lima(since)).days
