"""What a report adds up. Kilograms and gallons are never mixed, nor are two products."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from core.order import NOTHING, Line
from core.reports.lateness import Lateness
from core.reports.record import Record, Side
from core.terms import COUNTED, Party, Status, Unit


@dataclass
class Delays:
    """Orders that are late, how many days altogether, and how many the worst."""

    count: int = 0
    days: int = 0
    worst: int = 0

    def add(self, days: int) -> None:
        """Take in one that is so many days late."""
        self.count += 1
        self.days += days
        self.worst = max(self.worst, days)


@dataclass
class Tally:
    """How many orders are in each state, and how late they were closed."""

    statuses: Counter[Status] = field(default_factory=Counter)
    closed_late: Delays = field(default_factory=Delays)
    overdue: Delays = field(default_factory=Delays)
    """Not closed yet, and late already."""

    @property
    def orders(self) -> int:
        """Return how many orders were counted."""
        return self.statuses.total()

    def add(self, status: Status, late: Lateness | None) -> None:
        """Take in one order."""
        self.statuses[status] += 1
        if late is not None and late.days:
            (self.closed_late if late.is_closed else self.overdue).add(late.days)


@dataclass
class Volume:
    """What was traded of one product, in its unit."""

    lines: int = 0
    requested: Decimal = NOTHING
    accepted: Decimal = NOTHING
    sold: Decimal = NOTHING
    """Without what was rejected afterwards."""
    received: Decimal = NOTHING
    kilograms: Decimal = NOTHING
    """Nominal kilograms of the cylinders that were received; 0 of what is counted in gallons."""

    def add(self, line: Line, status: Status) -> None:
        """Take in one line of an order in that state."""
        self.lines += 1
        self.requested += line.requested
        self.accepted += line.accepted or NOTHING
        self.sold += (line.sold or NOTHING) if status in COUNTED else NOTHING
        received = line.received or NOTHING
        self.received += received
        if line.unit is not Unit.GALLONS:
            self.kilograms += received * line.kilograms_each


Partner = tuple[Party, str, str]
"""The side that somebody is on, their name and their RUC."""


class Summary:
    """The sums of a whole report, taken in one order after the other."""

    def __init__(self, agents: tuple[int, ...] = ()) -> None:
        """`agents` are those whose report it is: the others are their counterparts. Without any, everybody is."""
        self._agents = frozenset(agents)
        self.tally = Tally()
        self.partners: dict[Partner, Tally] = {}
        self.volumes: dict[tuple[str, Unit], Volume] = {}
        """By the name of the product, as a line has it, and its unit."""

    def add(self, record: Record) -> None:
        """Take in one order."""
        self.tally.add(record.status, record.lateness)
        for party in Party:
            side = record.side(party)
            if side.agent_id not in self._agents:
                self._partner(party, side).add(record.status, record.lateness)
        for line in record.lines:
            self.volumes.setdefault((line.name, line.unit), Volume()).add(line, record.status)

    def _partner(self, party: Party, side: Side) -> Tally:
        return self.partners.setdefault((party, side.name, side.ruc), Tally())
