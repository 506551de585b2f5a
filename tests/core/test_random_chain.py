"""Generated orders of all three kinds, from request to end: whatever happens, the books add up."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from random import Random

import pytest

from core.db import Database
from core.errors import Refused
from core.history import account_of, replay
from core.order import Order
from core.service import Done
from core.terms import Activity, Status, Trade, Unit
from core.transitions import Accept, Annul, Arrive, Close, Reject, RequestedLine, Sell
from tests.core.bulk import FACTURA, GUIA, Chain, Site, fuel, gas, lima
from tests.core.scene import WAYBILL

ORDERS = 60
TANKS = Decimal(20_000)
FUELS = ("Diesel B5", "Diesel B5 S-50", "Gasohol 84 Plus")


class Trader:
    """Rolls dice for what people do, and keeps books of its own."""

    def __init__(self, chain: Chain, dice: Random) -> None:
        self.chain, self.dice = chain, dice
        chain.at = lima("2021-01-31 20:00")
        chain.truck("B1G-000", chain.granel.id, Trade.BULK, 15_000)
        self.distributor = Site(chain.buyer_id, chain.buyer)
        self.plant = Site(chain.seller_id, chain.seller)
        self.other = chain.site("OTRA GRANEL SAC", Activity.BULK_DISTRIBUTOR)
        for site in (chain.station, chain.grifo):
            chain.change_agent(site.id, capacity_bulk=TANKS, capacity_liquids=TANKS)
        self.sold: defaultdict[tuple[int, str], Decimal] = defaultdict(Decimal)
        self.count = 0

    def gallons(self, most: int) -> Decimal:
        return Decimal(self.dice.randint(1, most * 1000)) / 1000

    def request(self) -> tuple[Order, Site, Site] | None:
        chain, kind = self.chain, self.dice.choice(list(Trade))
        if kind is Trade.CYLINDERS:
            buyer, seller = self.distributor, self.plant
            lines: list[RequestedLine] = [chain.line(self.dice.randint(1, 50)), chain.line(3, "45 kg", "PROUST GAS")]
        elif kind is Trade.BULK:
            buyer, seller, lines = chain.station, chain.granel, [gas(self.gallons(12_000))]
        else:
            buyer, seller = chain.grifo, chain.mayorista
            lines = [fuel(product, self.gallons(4_000)) for product in self.dice.sample(FUELS, self.dice.randint(1, 3))]
        result = chain.tries(buyer.owner, chain.ask(buyer, seller, *lines))
        if isinstance(result, Refused):
            return None
        assert result.order.code.startswith("11" if kind is Trade.LIQUIDS else "60")
        assert (result.order.kilograms > 0, result.order.gallons > 0) == (kind is Trade.CYLINDERS, kind.by_truck)
        return result.order, buyer, seller

    def part(self, whole: Decimal, unit: Unit) -> Decimal:
        if self.dice.random() < 0.6:
            return whole
        share = whole * self.dice.randint(0, 1000) / 1000
        return share.quantize(Decimal(1) if unit is Unit.PIECES else Decimal("0.001"))

    def live(self) -> None:
        """Take one order as far as the dice want."""
        made = self.request()
        if made is None:
            return
        order, buyer, seller = made
        self.count += 1
        steps = (self.annul, self.accept, self.sell, self.arrive, self.close)
        for step in steps:
            if self.dice.random() < 0.15:
                continue
            result = step(order, buyer, seller)
            if isinstance(result, Done):
                self.chain.at = lima("2021-01-31 20:00") if self.dice.random() < 0.5 else lima("2021-02-01 00:00")
                order = self.chain.stored(order.code)
                assert order == result.order
        self.check(order)

    def annul(self, order: Order, buyer: Site, _seller: Site) -> Done | Refused:
        command = Annul(order.code) if self.dice.random() < 0.1 else Arrive(order.code)
        return self.chain.tries(buyer.owner, command)

    def accept(self, order: Order, _buyer: Site, seller: Site) -> Done | Refused:
        given = {line.position: self.part(line.requested, line.unit) for line in order.lines}
        return self.chain.tries(seller.owner, Accept(order.code, given))

    def sell(self, order: Order, _buyer: Site, seller: Site) -> Done | Refused:
        plate = {Trade.CYLINDERS: "", Trade.BULK: "B1G-000", Trade.LIQUIDS: "L7K-801"}[order.trade]
        papers = (WAYBILL,) if order.trade is Trade.CYLINDERS else (GUIA, None, FACTURA, plate)
        return self.chain.tries(seller.owner, Sell(order.code, *papers))

    def arrive(self, order: Order, _buyer: Site, seller: Site) -> Done | Refused:
        command = Reject(order.code, "choque") if self.dice.random() < 0.1 else Arrive(order.code)
        return self.chain.tries(seller.owner, command)

    def close(self, order: Order, buyer: Site, _seller: Site) -> Done | Refused:
        came = {line.position: self.part(line.sold or Decimal(0), line.unit) for line in order.lines_to_receive}
        rejected = {position: "no llegó" for position, count in came.items() if not count}
        received = {position: count for position, count in came.items() if count}
        return self.chain.tries(buyer.owner, Close(order.code, received, rejected))

    def check(self, order: Order) -> None:
        """The journal tells the order as it is stored, and each quantity is within the one before."""
        assert replay(self.chain.journal(order.code)) == account_of(order)
        for line in order.lines:
            counts = [count for count in (line.received, line.sold, line.accepted, line.requested) if count is not None]
            assert counts == sorted(counts)
            assert all(count == count.quantize(Decimal("0.001")) for count in counts)
        if order.trade is Trade.BULK and order.sold_at and order.status in (Status.TO_CLOSE, Status.CLOSED):
            month = (order.sold_at.month, "feb" if order.sold_at >= lima("2021-02-01 00:00") else "jan")
            self.sold[month] += sum((line.sold or Decimal(0) for line in order.lines), Decimal(0))

    def check_books(self) -> None:
        """Nobody holds more than their capacity, and no month has more than the norm allows a client."""
        chain = self.chain
        for site, trade in ((chain.station, Trade.BULK), (chain.grifo, Trade.LIQUIDS)):
            with chain.book(site.owner) as book:
                held = sum((one.held for one in book.register.holding(site.id, trade)), Decimal(0))
                assert 0 <= held <= TANKS
                assert book.free_capacity(site.id, trade) == TANKS - held
        assert all(gallons <= 30_000 for gallons in self.sold.values())


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_rolled_the_books_add_up(database_url: str, seed: int) -> None:
    database = Database(database_url)
    trader = Trader(Chain(database), Random(seed))
    for _order in range(ORDERS):
        trader.live()
    trader.check_books()
    assert trader.count > ORDERS // 4
    database.close()
