"""What a report tells of one order, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.order import Line
from core.reports.lateness import Lateness
from core.terms import Document, Movement, Party, Status, Trade


@dataclass(frozen=True, slots=True)
class Step:
    """One movement of the order, as the journal has it."""

    at: datetime
    movement: Movement
    party: Party
    person: str
    channel: str


@dataclass(frozen=True, slots=True)
class Side:
    """An agent on one side of the order: its RUC is that of the day of the request."""

    agent_id: int
    name: str
    ruc: str
    register: str


@dataclass(frozen=True, slots=True)
class Record:
    """An order of a report. Times are in UTC."""

    id: int
    code: str
    trade: Trade
    status: Status
    buyer: Side
    seller: Side
    requested_at: datetime
    accepted_at: datetime | None
    sold_at: datetime | None
    arrived_at: datetime | None
    moved_at: datetime
    """Of the last movement."""
    destination: str
    purchase_order: str
    document_kind: Document | None
    document: str
    invoice: str
    plate: str
    lateness: Lateness | None
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]

    def ended_at(self, status: Status) -> datetime | None:
        """Return when the order came to this last state, or None if it is in another."""
        return self.moved_at if self.status is status else None

    @property
    def closed_by(self) -> str:
        """Return the name of whoever closed it; empty if nobody did."""
        return next((step.person for step in reversed(self.steps) if step.movement is Movement.CLOSED), "")

    def side(self, party: Party) -> Side:
        """Return the agent on that side."""
        return self.buyer if party is Party.BUYER else self.seller
