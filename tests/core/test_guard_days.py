"""Every guard that looks at a paper's days: on both sides of its ends, at the second at which the day turns in Lima.

The days are those on which calendars differ: the leap day and the end of a year. In UTC each of them ends five hours
before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core import errors
from core.clock import LIMA
from core.db import Database
from core.errors import Refused
from core.order import Order
from core.service import Done
from core.statements import agents, lent_tanks, policies, trade_rules
from core.terms import Activity, Status, Trade
from core.transitions import Accept, Request, Sell
from tests.core.bulk import FACTURA, GUIA, Chain, Site, fuel, gas
from tests.core.scene import WAYBILL

LONG_AGO = date(2016, 1, 1)
PLATE = "D1A-001"
LAST_DAYS = [
    date(2020, 2, 29),
    *(pytest.param(day, marks=pytest.mark.slow) for day in (date(2021, 12, 31),)),
]


@pytest.fixture
def chain(database_url: str) -> Iterator[Chain]:
    database = Database(database_url)
    yield Chain(database)
    database.close()


def at(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """Return a moment of that day in Lima, in UTC as everywhere in the program."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=LIMA).astimezone(UTC)


@dataclass
class Trading:
    """Two sites, what the one asks of the other, and what goes with the sale."""

    chain: Chain
    buyer: Site
    seller: Site
    asks: Request
    papers: tuple[str, None, str, str] | tuple[str] = (WAYBILL,)
    wrong: Callable[[date], Refused] = field(default=lambda _on: errors.EmptyOrder())
    warns: bool = True
    """Whether the request is warned, and only the sale stopped."""

    def request(self) -> Done | Refused:
        return self.chain.tries(self.buyer.owner, self.asks)

    def accepted(self) -> Done:
        """Return the request, made now and accepted."""
        done = self.chain.does(self.buyer.owner, self.asks)
        given = {line.position: line.requested for line in done.order.lines}
        self.chain.does(self.seller.owner, Accept(done.order.code, given))
        return done

    def sell(self, order: Order) -> Done | Refused:
        return self.chain.tries(self.seller.owner, Sell(order.code, *self.papers))


def in_bulk(chain: Chain, wrong: Callable[[date], Refused], plate: str = PLATE, *, warns: bool = True) -> Trading:
    if plate == PLATE:
        chain.truck(PLATE, chain.granel.id, Trade.BULK, 9_000)
    asks = chain.ask(chain.station, chain.granel, gas(100))
    return Trading(chain, chain.station, chain.granel, asks, (GUIA, None, FACTURA, plate), wrong, warns)


# --- each paper, from a day to a day ----------------------------------------------------------------------------------


def registered(chain: Chain, first: date, last: date | None) -> Trading:
    chain.change_agent(chain.granel.id, valid_from=first, valid_to=last, register_number="84408-038-150516")
    return in_bulk(chain, lambda on: errors.NotRegistered("GAS A GRANEL SAC", "84408-038-150516", on), warns=False)


def of_the_buyer(chain: Chain, first: date, last: date | None) -> Trading:
    chain.change_agent(chain.station.id, valid_from=first, valid_to=last, register_number="9471-056-170816")
    return in_bulk(chain, lambda on: errors.NotRegistered("LAS CONCHITAS EIRL", "9471-056-170816", on), warns=False)


def insured(chain: Chain, first: date, last: date | None) -> Trading:
    with chain.database.transaction() as tx:
        whose = policies.c.agent_id == chain.station.id
        tx.execute(policies.update().where(whose).values(valid_from=first, valid_to=last))
    return in_bulk(chain, lambda on: errors.NotInsured("LAS CONCHITAS EIRL", on))


def certified(chain: Chain, first: date, last: date | None) -> Trading:
    shop = chain.site("LOCAL SAC", Activity.RETAIL_SHOP)
    distributor = chain.site("DISTRIBUIDOR SAC", Activity.CYLINDER_DISTRIBUTOR)
    with chain.database.reading() as tx:
        packer = tx.exec_driver_sql("SELECT packer_id FROM brand WHERE name = 'JOYCE GAS'").scalar_one()
    chain.certify(shop.id, packer, valid_from=first, valid_to=last)
    asks = chain.ask(shop, distributor, chain.line(5))
    return Trading(chain, shop, distributor, asks, wrong=lambda on: errors.NotCertified("LOCAL SAC", "JOYCE GAS", on))


def truck_registered(chain: Chain, first: date, last: date | None) -> Trading:
    chain.truck(
        "N1W-001", chain.granel.id, Trade.BULK, 9_000, register_number="91-038-1", valid_from=first, valid_to=last
    )
    return in_bulk(chain, lambda on: errors.VehicleNotRegistered("N1W-001", "91-038-1", on), "N1W-001", warns=False)


def truck_insured(chain: Chain, first: date, last: date | None) -> Trading:
    chain.insure(chain.granel.id, 900, plate=PLATE, valid_from=first, valid_to=last)
    return in_bulk(chain, lambda on: errors.VehicleNotInsured(PLATE, on))


def in_the_matrix(chain: Chain, first: date, last: date | None) -> Trading:
    plants = {"trade": Trade.BULK, "buyer": Activity.RURAL_STATION, "seller": Activity.BULK_DISTRIBUTOR}
    with chain.database.transaction() as tx:
        rule = {**plants, "source": "RCD 026-2020-OS/CD", "verified": True, "valid_from": first, "valid_to": last}
        tx.execute(trade_rules.insert(), rule)
    rural = chain.site("GRIFO RURAL SAC", Activity.RURAL_STATION)
    trading = in_bulk(chain, lambda _on: errors.NotServedInBulk("GRIFO RURAL"), warns=False)
    trading.buyer, trading.asks = rural, chain.ask(rural, chain.granel, gas(100))
    return trading


PAPERS = {
    "register entry of the seller": registered,
    "register entry of the buyer": of_the_buyer,
    "insurance": insured,
    "certificate": certified,
    "register entry of the truck": truck_registered,
    "insurance of the truck": truck_insured,
    "row of the matrix": in_the_matrix,
}
ONLY_AT_THE_SALE = ("register entry of the truck", "insurance of the truck")
STOPS_THE_REQUEST = ("register entry of the seller", "register entry of the buyer", "row of the matrix")


def passes(trading: Trading) -> None:
    done = trading.accepted()
    assert done.warnings == ()
    sold = trading.sell(done.order)
    assert isinstance(sold, Done), sold
    assert sold.order.status is Status.TO_CLOSE


def fails(trading: Trading, paper: str, on: date) -> None:
    wrong = trading.wrong(on)
    if paper in STOPS_THE_REQUEST:
        assert trading.request() == wrong
        return
    done = trading.accepted()
    assert done.warnings == (() if paper in ONLY_AT_THE_SALE else (wrong,))
    assert trading.sell(done.order) == wrong


@pytest.mark.parametrize("last", LAST_DAYS, ids=str)
@pytest.mark.parametrize("paper", PAPERS)
def test_it_holds_to_the_last_second_of_its_last_day_in_lima(chain: Chain, paper: str, last: date) -> None:
    trading = PAPERS[paper](chain, LONG_AGO, last)
    chain.at = at(last, 19)  # in UTC it is the next day
    passes(trading)
    chain.at = at(last, 23, 59, 59)
    passes(trading)
    chain.at = at(last + timedelta(days=1))
    fails(trading, paper, last + timedelta(days=1))


@pytest.mark.parametrize("first", LAST_DAYS, ids=str)
@pytest.mark.parametrize("paper", PAPERS)
def test_it_holds_from_the_first_second_of_its_first_day_in_lima(chain: Chain, paper: str, first: date) -> None:
    trading = PAPERS[paper](chain, first, None)
    chain.at = at(first) - timedelta(seconds=1)  # in UTC it has been that day for five hours
    fails(trading, paper, first - timedelta(days=1))
    chain.at = at(first)
    passes(trading)


@pytest.mark.parametrize("last", LAST_DAYS, ids=str)
@pytest.mark.parametrize("paper", PAPERS)
def test_what_lapses_between_request_and_sale_stops_the_sale(chain: Chain, paper: str, last: date) -> None:
    trading = PAPERS[paper](chain, LONG_AGO, last)
    chain.at = at(last, 23, 59, 59)
    done = trading.accepted()
    assert done.warnings == ()
    chain.at = at(last + timedelta(days=1))
    assert trading.sell(done.order) == trading.wrong(last + timedelta(days=1))
    assert chain.stored(done.order.code).status is Status.ACCEPTED


@pytest.mark.parametrize("first", LAST_DAYS, ids=str)
@pytest.mark.parametrize("paper", [paper for paper in PAPERS if paper not in STOPS_THE_REQUEST])
def test_what_begins_between_request_and_sale_was_only_a_warning(chain: Chain, paper: str, first: date) -> None:
    trading = PAPERS[paper](chain, first, None)
    chain.at = at(first) - timedelta(seconds=1)
    done = trading.accepted()
    expected = () if paper in ONLY_AT_THE_SALE else (trading.wrong(first - timedelta(days=1)),)
    assert done.warnings == expected
    chain.at = at(first)
    sold = trading.sell(done.order)
    assert isinstance(sold, Done), sold
    assert sold.warnings == ()


# --- what forbids instead of allowing ---------------------------------------------------------------------------------


@pytest.mark.parametrize("last", LAST_DAYS, ids=str)
def test_tanks_are_free_from_the_day_after_the_loan(chain: Chain, last: date) -> None:
    other = chain.site("OTRA GRANEL SAC", Activity.BULK_DISTRIBUTOR)
    chain.lend(chain.station.id, other.id, valid_to=last)
    lent = errors.TanksLent("LAS CONCHITAS EIRL", "OTRA GRANEL SAC")
    trading = in_bulk(chain, lambda _on: lent)
    chain.at = at(last, 23, 59, 59)
    done = trading.accepted()
    assert (done.warnings, trading.sell(done.order)) == ((lent,), lent)
    chain.at = at(last + timedelta(days=1))
    assert isinstance(trading.sell(done.order), Done)
    passes(trading)


@pytest.mark.parametrize("first", LAST_DAYS, ids=str)
def test_tanks_that_were_lent_between_request_and_sale_stop_it(chain: Chain, first: date) -> None:
    other = chain.site("OTRA GRANEL SAC", Activity.BULK_DISTRIBUTOR)
    chain.lend(chain.station.id, other.id, valid_from=first)
    trading = in_bulk(chain, lambda _on: errors.TanksLent("LAS CONCHITAS EIRL", "OTRA GRANEL SAC"))
    chain.at = at(first) - timedelta(seconds=1)
    done = trading.accepted()
    assert done.warnings == ()
    chain.at = at(first)
    assert trading.sell(done.order) == trading.wrong(first)
    with chain.database.transaction() as tx:  # the loan passes to whoever sells
        tx.execute(lent_tanks.update().values(lender_id=chain.granel.id))
    assert isinstance(trading.sell(done.order), Done)


@pytest.mark.parametrize("last", LAST_DAYS, ids=str)
def test_a_month_ends_between_request_and_sale(chain: Chain, last: date) -> None:
    """What was too much for the month of the request is counted in the month of the sale."""
    chain.truck("M1L-000", chain.granel.id, Trade.BULK, 100_000)
    chain.at = at(last.replace(day=1))
    full = in_bulk(chain, lambda _on: errors.EmptyOrder(), "M1L-000")
    full.asks = chain.ask(chain.station, chain.granel, gas(30_000))
    assert isinstance(full.sell(full.accepted().order), Done)
    chain.at = at(last, 23, 59, 59)
    one_more = in_bulk(chain, lambda _on: errors.EmptyOrder(), "M1L-000")
    done = one_more.accepted()
    too_much = errors.OverMonthlyVolume("LAS CONCHITAS EIRL", Decimal(100), Decimal(30_000), Decimal(0))
    assert done.warnings == (too_much,)
    assert one_more.sell(done.order) == too_much
    chain.at = at(last + timedelta(days=1))
    assert isinstance(one_more.sell(done.order), Done)
    full_again = full.accepted()
    left = errors.OverMonthlyVolume("LAS CONCHITAS EIRL", Decimal(30_000), Decimal(100), Decimal(29_900))
    assert full.sell(full_again.order) == left


@pytest.mark.parametrize("gallons", ["29999.999", "30000", "30000.001"])
def test_the_limit_is_that_of_the_gallons_that_are_accepted(chain: Chain, gallons: str) -> None:
    """Asked for too much, warned; accepted within the limit, sold."""
    chain.truck("M1L-000", chain.granel.id, Trade.BULK, 100_000)
    done = chain.bulk(40_000)
    assert len(done.warnings) == 1
    chain.does(chain.granel.owner, Accept(done.order.code, {1: Decimal(gallons)}))
    sold = chain.tries(chain.granel.owner, Sell(done.order.code, GUIA, None, FACTURA, "M1L-000"))
    assert isinstance(sold, Done) == (Decimal(gallons) <= 30_000)


# --- the day on which a product becomes another -----------------------------------------------------------------------


def test_a_legacy_product_asked_for_on_its_last_day_is_marked_at_the_sale(chain: Chain) -> None:
    """DS 014-2021-EM: from 1 July 2022 on; a warning that stops nothing."""
    last = date(2022, 6, 30)
    asks = chain.ask(chain.grifo, chain.mayorista, fuel("Gasohol 84 Plus", 10))
    trading = Trading(chain, chain.grifo, chain.mayorista, asks, (GUIA, None, FACTURA, "L7K-801"))
    chain.at = at(last, 23, 59, 59)
    done = trading.accepted()
    assert done.warnings == ()
    chain.at = at(last + timedelta(days=1))
    sold = trading.sell(done.order)
    assert isinstance(sold, Done)
    assert sold.warnings == (errors.LegacyProduct("Gasohol 84 Plus"),)


# --- who holds what on the day ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("last", LAST_DAYS, ids=str)
def test_a_truck_that_changes_hands_between_request_and_sale(chain: Chain, last: date) -> None:
    other = chain.site("OTRA GRANEL SAC", Activity.BULK_DISTRIBUTOR)
    chain.truck("N1W-001", chain.granel.id, Trade.BULK, 9_000, valid_to=last)
    chain.truck("N1W-001", other.id, Trade.BULK, 50, valid_from=last + timedelta(days=1))
    trading = in_bulk(chain, lambda _on: errors.VehicleOfAnother("N1W-001", "OTRA GRANEL SAC"), "N1W-001")
    chain.at = at(last, 23, 59, 59)
    first, second = trading.accepted(), trading.accepted()
    sold = trading.sell(first.order)
    assert isinstance(sold, Done)
    assert sold.entry.declared["vehicle"]["holder"] == "GAS A GRANEL SAC"
    chain.at = at(last + timedelta(days=1))
    assert trading.sell(second.order) == trading.wrong(last)


def test_a_truck_whose_entry_is_renewed_has_the_capacity_of_the_day(chain: Chain) -> None:
    last = date(2020, 2, 29)
    chain.truck("N1W-001", chain.granel.id, Trade.BULK, 100, valid_to=last)
    chain.truck("N1W-001", chain.granel.id, Trade.BULK, "99.999", valid_from=last + timedelta(days=1))
    trading = in_bulk(chain, lambda _on: errors.EmptyOrder(), "N1W-001")
    chain.at = at(last, 23, 59, 59)
    first, second = trading.accepted(), trading.accepted()
    assert isinstance(trading.sell(first.order), Done)
    chain.at = at(last + timedelta(days=1))
    assert isinstance(trading.sell(second.order), errors.OverTruckCapacity)


@pytest.mark.parametrize(("gallons", "fits"), [("9000", True), ("9000.001", False)])
def test_a_truck_of_liquids_carries_what_its_entry_says(chain: Chain, gallons: str, fits: bool) -> None:
    order = chain.does(chain.grifo.owner, chain.ask(chain.grifo, chain.mayorista, fuel("Diesel B5", gallons))).order
    assert isinstance(chain.sell(order, "L7K-801", chain.mayorista), Done) == fits


@pytest.mark.parametrize("last", LAST_DAYS, ids=str)
def test_the_buyers_unit_changes_its_holder_and_the_close_stays_with_the_old_one(chain: Chain, last: date) -> None:
    """The order is closed by whoever asked for it; the new holder sees nothing of it (A18)."""
    chain.change_agent(chain.station.id, register_number="9471-056-170816", valid_to=last)
    trading = in_bulk(chain, lambda on: errors.NotRegistered("LAS CONCHITAS EIRL", "9471-056-170816", on, "NUEVA SAC"))
    new = chain.site(
        "NUEVA SAC", Activity.STATION_WITH_LPG, register_number="9471-056-010320", valid_from=last + timedelta(days=1)
    )
    chain.at = at(last, 23, 59, 59)
    first, second = trading.accepted(), trading.accepted()
    assert isinstance(trading.sell(first.order), Done)
    chain.at = at(last + timedelta(days=1))
    assert trading.sell(second.order) == trading.wrong(last + timedelta(days=1))
    assert chain.find(new.owner, first.order.code) is None
    closed = chain.close(chain.station, first.order, "100")
    assert isinstance(closed, Done)
    assert chain.journal(first.order.code)[0].declared["buyer"]["register"] == "9471-056-170816"
    with chain.database.reading() as tx:
        ruc = tx.execute(agents.select().where(agents.c.id == chain.station.id)).one().ruc
    assert chain.stored(first.order.code).buyer_ruc == ruc
