"""How late a close is: an order is to be closed on the day on which the buyer's clock started (RCD 025-2021, 28.1 g).

Days are counted as the resolutions show them, exclusively: received on Sunday, closed on Tuesday is two days late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import days_between
from core.terms import Status


@dataclass(frozen=True, slots=True)
class Lateness:
    """From the start of the clock to the close, or to the moment of the report while it is not closed."""

    since: datetime
    """The sale, or the arrival if that came later."""
    until: datetime
    is_closed: bool

    @property
    def days(self) -> int:
        """Return how many days late it is: zero on the day on which the clock started."""
        return max(0, days_between(self.since, self.until))

    @property
    def took(self) -> timedelta:
        """Return the time between, to the second."""
        return max(self.until - self.since, timedelta(0))


def lateness(status: Status, since: datetime | None, moved_at: datetime, at: datetime) -> Lateness | None:
    """Return how late an order's close is as of `at`; None where there is nothing to close.

    `since` is when the clock started, `moved_at` when the order last moved: of a closed one, its close.
    """
    if since is None or status not in (Status.TO_CLOSE, Status.CLOSED):
        return None
    is_closed = status is Status.CLOSED
    return Lateness(since, moved_at if is_closed else max(at, since), is_closed)
