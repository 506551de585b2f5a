"""An order as the rest of the program sees it: values, detached from the database.

Named tuples: several are made of rows and of one another in every turn, and a frozen dataclass takes ten times as long.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from core.terms import Document, LineStatus, Movement, Party, Status, Trade, Unit

NOTHING = Decimal(0)


class Line(NamedTuple):
    """One line. Quantities are in the line's unit; None means that the order has not come that far."""

    position: int
    product: str
    brand_id: int | None
    brand: str | None
    size: str
    unit: Unit
    kilograms_each: Decimal
    requested: Decimal
    accepted: Decimal | None
    sold: Decimal | None
    received: Decimal | None
    status: LineStatus
    reason: str
    packer_id: int | None = None
    """The envasadora of the brand, if it is known."""

    @property
    def name(self) -> str:
        """Return what people call it: JOYCE GAS 10 kg, Diesel B5."""
        return " ".join(part for part in (self.brand or self.product, self.size) if part)

    @property
    def current(self) -> Decimal:
        """Return the quantity that stands now: received, else sold, else accepted, else requested."""
        for quantity in (self.received, self.sold, self.accepted):
            if quantity is not None:
                return quantity
        return self.requested


class Order(NamedTuple):
    """An orden de pedido with its lines, in the order in which they were asked for."""

    id: int
    code: str
    trade: Trade
    status: Status
    buyer_id: int
    buyer: str
    seller_id: int
    seller: str
    requested_at: datetime
    moved_at: datetime
    sold_at: datetime | None
    kilograms: Decimal
    destination: str
    purchase_order: str
    delivery_on: date | None
    comment: str
    document_kind: Document | None
    document: str
    gallons: Decimal = NOTHING
    buyer_ruc: str = ""
    seller_ruc: str = ""
    invoice: str = ""
    plate: str = ""
    accepted_at: datetime | None = None
    arrived_at: datetime | None = None
    """When somebody of either side first said that the product is there."""
    entries: int = 0
    """How many movements its journal has."""
    head: bytes | None = None
    """The hash of the last one; None before the first."""
    lines: tuple[Line, ...] = ()

    @property
    def to_close_since(self) -> datetime | None:
        """Return when the buyer's clock started: at the sale, or at the arrival if that came later."""
        if self.sold_at is None or self.arrived_at is None:
            return self.sold_at
        return max(self.sold_at, self.arrived_at)

    def agent_of(self, party: Party) -> int:
        """Return the id of the agent on that side."""
        return self.buyer_id if party is Party.BUYER else self.seller_id

    @property
    def held(self) -> Decimal:
        """Return what it holds of the buyer's capacity while it is open, in the trade's unit."""
        return self.kilograms if self.trade is Trade.CYLINDERS else self.gallons

    @property
    def lines_to_receive(self) -> tuple[Line, ...]:
        """Return the lines that the seller sold something of."""
        return tuple(line for line in self.lines if line.sold)


class Entry(NamedTuple):
    """One movement of an order, as the journal keeps it."""

    number: int
    at: datetime
    movement: Movement
    status: Status
    party: Party
    agent_id: int
    agent: str
    person_id: int
    person_name: str
    channel: str
    declared: dict[str, Any]
