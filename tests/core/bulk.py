"""What the tests of bulk LPG and liquid fuels share: the agents of the sanction cases, with their papers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from core.clock import LIMA
from core.db import Database
from core.errors import Refused
from core.order import Order
from core.orderbook import OrderBook
from core.people import Actor
from core.service import Done
from core.statements import certificates, lent_tanks, policies, vehicles
from core.terms import Activity, Currency, Role, Standing, Trade
from core.transitions import Accept, Close, Request, RequestedLine, Sell
from tests.core.scene import Scene

ALWAYS: dict[str, Any] = {"valid_from": date(2016, 1, 1), "valid_to": None}
GUIA, FACTURA, TRUCK = "T001-929", "F001-1387", "H7Y-710"


def lima(text: str) -> datetime:
    """Return a moment of Lima in UTC: "2017-05-23 15:48"."""
    return datetime.fromisoformat(text).replace(tzinfo=LIMA).astimezone(UTC)


@dataclass
class Site:
    """An agent and who owns it."""

    id: int
    owner: Actor


class Chain(Scene):
    """A distribuidor a granel with a truck, a station with gasocentro, a mayorista and a grifo, all in order."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.at = lima("2017-05-23 12:00")
        self.granel = self.site("GAS A GRANEL SAC", Activity.BULK_DISTRIBUTOR)
        self.station = self.site("LAS CONCHITAS EIRL", Activity.STATION_WITH_LPG, address="AV. PACHACUTEC 6587")
        self.mayorista = self.site("MAYORISTA SAC", Activity.WHOLESALER)
        self.grifo = self.site("NUEVA CALIFORNIA SRL", Activity.STATION, address="JR. JULIACA 1")
        self.truck(TRUCK, self.granel.id, Trade.BULK, 4000)
        self.truck("K8A-870", self.granel.id, Trade.BULK, 3100)
        self.truck("L7K-801", self.mayorista.id, Trade.LIQUIDS, 9000)

    def site(self, name: str, activity: Activity, *, insured: bool = True, **changes: Any) -> Site:
        """Add an agent and its owner, with an insurance that is enough for anything."""
        agent_id = self.agent(name, activity, **{"valid_from": date(2016, 1, 1), **changes})
        if insured:
            self.insure(agent_id, 1000)
        return Site(agent_id, self.hire(f"Titular de {name}", Role.OWNER, agent_id))

    def _add(self, table: Any, **row: Any) -> None:
        with self.database.transaction() as tx:
            tx.execute(table.insert(), row)

    def insure(self, agent_id: int, cover: int | str | Decimal, **changes: Any) -> None:
        """Add a policy."""
        row = {"insurer": "", "plate": "", "currency": Currency.TAX_UNITS, **ALWAYS, **changes}
        self._add(
            policies, number=f"P-{agent_id}-{cover}-{changes}"[:40], agent_id=agent_id, cover=Decimal(cover), **row
        )

    def uninsure(self, agent_id: int) -> None:
        """Forget the agent's policies."""
        with self.database.transaction() as tx:
            tx.execute(policies.delete().where(policies.c.agent_id == agent_id))

    def truck(self, plate: str, holder_id: int, trade: Trade, capacity: int | str, **changes: Any) -> None:
        """Add a register entry of a vehicle."""
        row = {
            "register_number": f"{plate}-{holder_id}-{changes}"[:40],
            "standing": Standing.VALID,
            **ALWAYS,
            **changes,
        }
        self._add(vehicles, plate=plate, agent_id=holder_id, trade=trade, capacity=Decimal(capacity), **row)

    def certify(self, shop_id: int, packer_id: int, **changes: Any) -> None:
        """Add a certificado de conformidad."""
        number = f"CC-{shop_id}-{packer_id}-{changes}"[:40]
        self._add(certificates, number=number, shop_id=shop_id, packer_id=packer_id, **{**ALWAYS, **changes})

    def lend(self, site_id: int, lender_id: int, **changes: Any) -> None:
        """Add tanks that a supplier lent."""
        self._add(lent_tanks, site_id=site_id, lender_id=lender_id, **{**ALWAYS, **changes})

    def ask(self, buyer: Site, seller: Site, *lines: RequestedLine) -> Request:
        """Return a request."""
        return Request(buyer.id, seller.id, lines)

    def bulk(self, gallons: int | str, buyer: Site | None = None, seller: Site | None = None) -> Done:
        """Let the station, or another, request bulk LPG."""
        buyer, seller = buyer or self.station, seller or self.granel
        return self.does(buyer.owner, self.ask(buyer, seller, gas(gallons)))

    def sell(self, order: Order, plate: str = TRUCK, seller: Site | None = None, **papers: Any) -> Done | Refused:
        """Accept all, if it was not yet, and sell."""
        actor = (seller or self.granel).owner
        if self.stored(order.code).status.value == "SOLICITADO":
            self.does(actor, Accept(order.code, {line.position: line.requested for line in order.lines}))
        given = {"document": GUIA, "invoice": FACTURA, "plate": plate, **papers}
        return self.tries(actor, Sell(order.code, **given))

    def sold_bulk(self, gallons: int | str, **sides: Site) -> Order:
        """Return an order of bulk LPG that was sold."""
        done = self.sell(self.bulk(gallons, **sides).order, seller=sides.get("seller"))
        assert isinstance(done, Done), done
        return done.order

    def close(self, buyer: Site, order: Order, received: str) -> Done | Refused:
        """Let the buyer declare what arrived of the first line."""
        return self.tries(buyer.owner, Close(order.code, {1: Decimal(received)}))

    @contextmanager
    def book(self, actor: Actor) -> Iterator[OrderBook]:
        """Look as somebody."""
        with self.database.reading() as tx:
            yield OrderBook(tx, actor, self.at)


def gas(gallons: int | str | Decimal) -> RequestedLine:
    """Return so many gallons of bulk LPG."""
    return RequestedLine.of_gallons("GLP-G", Decimal(gallons))


def fuel(product: str, gallons: int | str | Decimal) -> RequestedLine:
    """Return so many gallons of a fuel."""
    return RequestedLine.of_gallons(product, Decimal(gallons))
