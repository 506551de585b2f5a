"""At which hours people are reminded, all in Lima time. Operators may change them; these are the defaults."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from core.clock import LIMA


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of the reminders. A day's calls go up; the quiet ones go from the night into the morning."""

    after_sale: timedelta = timedelta(hours=2)
    """Nobody said that it arrived: so long after the sale the buyer is asked."""
    after_arrival: timedelta = timedelta(minutes=30)
    first_call: time = time(18)
    second_call: time = time(21)
    """From this call on the owner is told too."""
    last_call: time = time(23)
    overdue: time = time(7)
    """On each day after the one on which the order should have been closed."""
    answer_after: timedelta = timedelta(hours=2)
    sell_by: time = time(21)
    weekly: time = time(8)
    """On Mondays."""
    quiet_from: time = time(23, 30)
    quiet_to: time = time(6, 30)
    """Between the two nobody is reminded of anything, but by the last call of the day."""
    gap: timedelta = timedelta(minutes=30)
    """"Just before": of two reminders of an order that come closer than this one is left out."""
    breath: timedelta = timedelta(hours=1)
    """So long before the last call nothing else comes; and so long after the acceptance nobody is told to sell."""

    def is_quiet(self, at: datetime) -> bool:
        """Say whether people are left alone at that moment."""
        clock = at.astimezone(LIMA).time()
        return clock >= self.quiet_from or clock < self.quiet_to


DEFAULT_HOURS = Hours()
