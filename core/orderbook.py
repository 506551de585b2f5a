"""OrderBook: what one person may look at. It only reads, and what the person may not see is not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from core import foreseeing
from core.clock import day_in_lima, span_in_lima
from core.errors import Refused
from core.order import Entry, Order
from core.people import Actor, Membership
from core.registerbook import Named, RegisterBook
from core.reports.book import ReportBook
from core.requesting import holding
from core.service import find, history, lines_of, order_from, with_lines
from core.statements import (
    BOUGHT,
    BRANDS,
    LATEST_BOUGHT,
    REQUESTED_BETWEEN,
    REQUESTED_BETWEEN_WITH,
    SELLER,
    SELLERS_FOR,
    SOLD,
    TRUCKS,
)
from core.terms import Party, Status, Trade
from core.transitions import Request

MOST_LISTED = 50


class OrderBook:
    """The orders of the agents that a person acts for."""

    def __init__(self, tx: Connection, actor: Actor, at: datetime) -> None:
        self._tx = tx
        self._actor = actor
        self._at = at
        self.last_found: Order | None = None
        """The last order that was looked up by its code: what the conversation is about."""

    def find(self, code: str) -> Order | None:
        """Return the order with its lines, or None: never issued and not yours look the same.

        The same one again is as it was: a message is answered from one look at it, and whoever changes it looks anew.
        """
        if self.last_found is None or self.last_found.code != code:
            self.last_found = find(self._tx, code, self._actor.person_id)
        return self.last_found

    def waiting(self, party: Party, status: Status) -> list[Order]:
        """Return the orders in that status where the person is on that side, the longest waiting first, no lines."""
        statement = BOUGHT if party is Party.BUYER else SOLD
        facts = {"person_id": self._actor.person_id, "status": status, "most": MOST_LISTED}
        return [order_from(row) for row in statement.all(self._tx, facts)]

    def with_lines(self, found: Sequence[Order]) -> list[Order]:
        """Return orders of the person that were listed, ten at most, with their lines."""
        return with_lines(self._tx, found)

    def requested_between(self, first: date, last: date, counterpart: str = "") -> list[Order]:
        """Return the orders made on those days in Lima, both included, the newest first, without lines.

        With the name of an agent only those of which it is a side.
        """
        start, end = span_in_lima(first, last)
        facts = {"person_id": self._actor.person_id, "start": start, "end": end, "most": MOST_LISTED}
        if counterpart:
            rows = REQUESTED_BETWEEN_WITH.all(self._tx, {**facts, "counterpart": counterpart})
        else:
            rows = REQUESTED_BETWEEN.all(self._tx, facts)
        return [order_from(row) for row in rows]

    def last_request(self, agent_ids: Sequence[int]) -> Order | None:
        """Return the newest order that these agents of the person made."""
        me = {"person_id": self._actor.person_id, "most": 1}
        rows = [LATEST_BOUGHT.first(self._tx, {"agent_id": agent_id, **me}) for agent_id in agent_ids]
        newest = max((row for row in rows if row is not None), key=lambda row: (row.requested_at, row.id), default=None)
        return None if newest is None else order_from(newest, lines_of(self._tx, newest.id))

    def trucks(self, order: Order) -> list[tuple[str, Decimal]]:
        """Return the plates, with their capacity, of both sides' trucks that may carry the order today."""
        sides = {"seller_id": order.seller_id, "buyer_id": order.buyer_id}
        rows = TRUCKS.all(self._tx, {**sides, "trade": order.trade, "on": day_in_lima(self._at)})
        return [(row.plate, row.capacity) for row in rows]

    def warnings(self, request: Request) -> tuple[Refused, ...]:
        """Return what a request of the person's would be warned of, before it is made."""
        if self._actor.for_agent(request.buyer_id) is None:
            return ()
        return foreseeing.at_request(self._tx, request, self._at)

    def before_sale(
        self, order: Order, quantities: Mapping[int, Decimal] | None = None, plate: str = ""
    ) -> tuple[Refused, ...]:
        """Return what would stop the sale of an order that the person found here, or should be known before it."""
        return foreseeing.at_sale(self._tx, order, self._at, quantities, plate)

    def history(self, order: Order) -> tuple[Entry, ...]:
        """Return the movements, oldest first."""
        return history(self._tx, order.id)

    def sellers(self, buyer: Membership) -> list[Named]:
        """Return who may sell something to the agent today, those it last bought from first."""
        return _sellers(SELLERS_FOR.all(self._tx, self._buying(buyer)))

    def seller(self, buyer: Membership, seller_id: int) -> Named | None:
        """Return one of them, or None when it may not sell to the agent today."""
        found = _sellers(SELLER.all(self._tx, {**self._buying(buyer), "seller_id": seller_id}))
        return found[0] if found else None

    def _buying(self, buyer: Membership) -> dict[str, object]:
        return {"on": day_in_lima(self._at), "activity": buyer.activity, "agent_id": buyer.agent_id}

    def address(self, buyer: Membership) -> str:
        """Return the registered installation of an agent of the person's: where what it buys must be received."""
        return self.register.entry(buyer.agent_id).address

    def brands(self) -> list[Named]:
        """Return every brand."""
        return [Named(row.id, row.name) for row in BRANDS.all(self._tx, {})]

    @property
    def register(self) -> RegisterBook:
        """Return what the person may look at of the register."""
        return RegisterBook(self._tx, self._actor, self._at)

    @property
    def reports(self) -> ReportBook:
        """Return what the person may have reported."""
        return ReportBook(self._tx, self._actor, self._at)

    def free_capacity(self, agent_id: int, trade: Trade = Trade.CYLINDERS) -> Decimal | None:
        """Return how much the agent may still request, in the trade's unit; None is no limit. Only of one's own."""
        capacity = self.register.entry(agent_id).capacity_for(trade)
        if capacity is None:
            return None
        held = sum((one.held for one in holding(self._tx, agent_id, trade)), Decimal(0))
        return max(capacity - held, Decimal(0))


def _sellers(rows: Sequence[Any]) -> list[Named]:
    """Return each seller once, with everything that it may sell."""
    trades: dict[tuple[int, str, str], dict[Trade, None]] = {}
    for row in rows:
        trades.setdefault((row.id, row.name, row.place), {})[row.trade] = None
    return [Named(*seller, tuple(sold)) for seller, sold in trades.items()]
