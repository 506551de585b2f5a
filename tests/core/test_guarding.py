"""The guards at work: each from both sides of its limit, a warning at the request and a stop at the sale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from core import errors
from core.db import Database
from core.errors import Refused
from core.guards import Guard
from core.order import Order
from core.service import Done
from core.terms import Activity, Currency, Standing, Status, Trade, Unit
from core.transitions import Accept, Reject, Sell
from tests.core.bulk import FACTURA, GUIA, TRUCK, Chain, Site, fuel, gas, lima
from tests.core.racing import Start, race
from tests.core.scene import WAYBILL, Scene


@pytest.fixture
def chain(database_url: str) -> Iterator[Chain]:
    database = Database(database_url)
    yield Chain(database)
    database.close()


def warned_then_stopped(chain: Chain, expected: Refused, gallons: int | str = 100, **sides: Site) -> None:
    """The request is registered with a warning, the sale refused with the same."""
    done = chain.bulk(gallons, **sides)
    assert done.warnings == (expected,)
    assert chain.sell(done.order, seller=sides.get("seller")) == expected
    assert chain.stored(done.order.code).status is Status.ACCEPTED


def passes(chain: Chain, gallons: int | str = 100, **sides: Site) -> Order:
    """Nothing is said at the request nor at the sale."""
    done = chain.bulk(gallons, **sides)
    assert done.warnings == ()
    sold = chain.sell(done.order, seller=sides.get("seller"))
    assert isinstance(sold, Done), sold
    assert sold.warnings == ()
    return sold.order


def test_every_refusal_of_a_guard_names_its_rule_and_source() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refused)]
    guards = {kind.guard for kind in kinds if kind.guard is not None}
    assert guards == set(Guard)
    assert all(guard.source for guard in guards)


# --- the register entry -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["station", "granel"])
def test_the_unit_changes_its_holder_between_request_and_sale(chain: Chain, side: str) -> None:
    """84408 was Hytek's until it was Veloz Gas's: whoever holds it on the day is the one on the order."""
    chain.at = lima("2017-10-04 23:59:59")
    old: Site = getattr(chain, side)
    chain.change_agent(old.id, register_number="84408-038-150516", valid_to=date(2017, 10, 4))
    activity = old.owner.memberships[0].activity
    new = chain.site("VELOZ SAC", activity, register_number="84408-038-051017", valid_from=date(2017, 10, 5))
    order = chain.bulk(100).order
    chain.does(chain.granel.owner, Accept(order.code, {1: Decimal(100)}))
    chain.at = lima("2017-10-05 00:00:00")
    with chain.book(old.owner) as book:
        assert book.find(order.code) is not None
    expected = errors.NotRegistered(old.owner.memberships[0].agent, "84408-038-150516", date(2017, 10, 5), "VELOZ SAC")
    assert chain.sell(order) == expected
    told = chain.journal(order.code)[0].declared
    assert told["buyer" if side == "station" else "seller"]["register"] == "84408-038-150516"
    if side == "granel":
        chain.truck("V1Z-111", new.id, Trade.BULK, 4000)
        again = chain.bulk(100, seller=new).order
        done = chain.sell(again, "V1Z-111", new)
        assert isinstance(done, Done)
        assert done.entry.declared["seller"]["register"] == "84408-038-051017"


def test_on_its_last_day_the_entry_still_sells(chain: Chain) -> None:
    chain.at = lima("2020-02-29 23:59:59")
    chain.change_agent(chain.granel.id, valid_to=date(2020, 2, 29))
    passes(chain)


# --- the insurance ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "passes_", "first", "last"),
    [
        ("2020-02-29 23:59:59", True, date(2019, 3, 1), date(2020, 2, 29)),
        ("2020-03-01 00:00:00", False, date(2019, 3, 1), date(2020, 2, 29)),
        ("2020-02-28 23:59:59", False, date(2020, 2, 29), None),
        ("2020-02-29 00:00:00", True, date(2020, 2, 29), None),
    ],
)
def test_a_policy_counts_on_its_days_in_lima(
    chain: Chain, at: str, passes_: bool, first: date, last: date | None
) -> None:
    chain.at = lima(at)
    chain.uninsure(chain.station.id)
    chain.insure(chain.station.id, 300, valid_from=first, valid_to=last)
    if passes_:
        passes(chain)
    else:
        day = datetime.fromisoformat(at).date()
        warned_then_stopped(chain, errors.NotInsured("LAS CONCHITAS EIRL", day))


@pytest.mark.parametrize(
    ("capacity", "cover", "least"),
    [
        ("1000", "100", None),
        ("1000", "99.999", "100"),
        ("1000.001", "199.999", "200"),
        ("1000.001", "200", None),
        ("10000", "200", None),
        ("10000.001", "299", "300"),
        ("10000.001", "300", None),
        (None, "100", None),
        (None, "99", "100"),
    ],
)
def test_the_cover_is_that_of_the_class_and_the_capacity(
    chain: Chain, capacity: str | None, cover: str, least: str | None
) -> None:
    tanks = Decimal(capacity) if capacity else None
    consumer = chain.site("CONSUMIDOR SAC", Activity.LPG_CONSUMER, insured=False, capacity_bulk=tanks)
    chain.insure(consumer.id, cover)
    if least is None:
        passes(chain, buyer=consumer)
    else:
        expected = errors.Underinsured("CONSUMIDOR SAC", Decimal(cover), Decimal(least))
        warned_then_stopped(chain, expected, buyer=consumer)


def test_the_best_of_several_policies_counts_and_lapsed_ones_do_not(chain: Chain) -> None:
    consumer = chain.site("CONSUMIDOR SAC", Activity.LPG_CONSUMER, insured=False, capacity_bulk=Decimal(5000))
    chain.insure(consumer.id, 150)
    chain.insure(consumer.id, 900, valid_to=date(2017, 5, 22))
    warned_then_stopped(chain, errors.Underinsured("CONSUMIDOR SAC", Decimal(150), Decimal(200)), buyer=consumer)
    chain.insure(consumer.id, 200)
    passes(chain, buyer=consumer)


@pytest.mark.parametrize(("soles", "enough"), [("415000", True), ("414999.999", False)])
def test_soles_count_by_the_uit_of_the_day_on_which_it_was_taken(chain: Chain, soles: str, enough: bool) -> None:
    chain.at = lima("2022-06-01 12:00")
    consumer = chain.site("CONSUMIDOR SAC", Activity.LPG_CONSUMER, insured=False, capacity_bulk=Decimal(1000))
    chain.insure(consumer.id, soles, currency=Currency.SOLES, valid_from=date(2018, 1, 1))
    if enough:
        passes(chain, buyer=consumer)
    else:
        assert isinstance(chain.sell(chain.bulk(100, buyer=consumer).order), errors.Underinsured)


def test_without_any_policy_known_there_is_a_warning_and_no_stop(chain: Chain) -> None:
    chain.uninsure(chain.station.id)
    done = chain.bulk(100)
    sold = chain.sell(done.order)
    assert isinstance(sold, Done)
    assert done.warnings == sold.warnings == (errors.PolicyUnknown("LAS CONCHITAS EIRL"),)


def test_cylinders_are_insured_too(any_scene: Scene) -> None:
    chain = Chain(any_scene.database)
    chain.at = lima("2021-03-25 12:00")
    chain.change_agent(chain.buyer_id, capacity=Decimal(2000))
    chain.insure(chain.buyer_id, "99.5")
    order = chain.accepted()
    expected = errors.Underinsured("EL DISTRIBUIDOR", Decimal("99.5"), Decimal(100))
    assert chain.refusal(chain.seller, Sell(order.code, WAYBILL)) == expected
    chain.insure(chain.buyer_id, 100)
    assert chain.does(chain.seller, Sell(order.code, WAYBILL)).warnings == ()


def test_the_insurance_of_lpg_is_not_asked_of_liquids(chain: Chain) -> None:
    chain.uninsure(chain.grifo.id)
    done = chain.does(chain.grifo.owner, chain.ask(chain.grifo, chain.mayorista, fuel("Diesel B5", 1)))
    assert done.warnings == ()


# --- certificates -----------------------------------------------------------------------------------------------------


def shop_of(chain: Chain) -> tuple[Site, Site, int]:
    """Return a local, a distributor and the envasadora of the cast's brands."""
    chain.at = lima("2021-03-25 12:00")
    with chain.database.reading() as tx:
        packer = tx.exec_driver_sql("SELECT packer_id FROM brand WHERE name = 'JOYCE GAS'").scalar_one()
    return (
        chain.site("LOCAL SAC", Activity.RETAIL_SHOP),
        chain.site("DISTRIBUIDOR SAC", Activity.CYLINDER_DISTRIBUTOR),
        packer,
    )


@pytest.mark.parametrize(
    ("first", "last", "good"),
    [
        (date(2021, 3, 25), None, True),
        (date(2021, 3, 26), None, False),
        (date(2020, 1, 1), date(2021, 3, 25), True),
        (date(2020, 1, 1), date(2021, 3, 24), False),
    ],
)
def test_a_local_buys_brands_that_certified_it(chain: Chain, first: date, last: date | None, good: bool) -> None:
    shop, distributor, packer = shop_of(chain)
    chain.certify(shop.id, packer, valid_from=first, valid_to=last)
    done = chain.does(shop.owner, chain.ask(shop, distributor, chain.line(5)))
    chain.does(distributor.owner, Accept(done.order.code, {1: Decimal(5)}))
    expected = errors.NotCertified("LOCAL SAC", "JOYCE GAS", date(2021, 3, 25))
    result = chain.tries(distributor.owner, Sell(done.order.code, WAYBILL))
    if good:
        assert (done.warnings, isinstance(result, Done)) == ((), True)
    else:
        assert (done.warnings, result) == ((expected,), expected)


def test_of_two_brands_only_those_that_are_sold_count(chain: Chain) -> None:
    shop, distributor, packer = shop_of(chain)
    with chain.database.transaction() as tx:
        tx.exec_driver_sql(f"UPDATE brand SET packer_id = {chain.seller_id} WHERE name = 'PROUST GAS'")
    chain.certify(shop.id, packer)
    asked = chain.ask(shop, distributor, chain.line(5), chain.line(3, "45 kg", "PROUST GAS"))
    done = chain.does(shop.owner, asked)
    expected = errors.NotCertified("LOCAL SAC", "PROUST GAS", date(2021, 3, 25))
    assert done.warnings == (expected,)
    chain.does(distributor.owner, Accept(done.order.code, {1: Decimal(5), 2: Decimal(0)}))
    assert isinstance(chain.tries(distributor.owner, Sell(done.order.code, WAYBILL)), Done)


def test_without_any_certificate_known_there_is_a_warning_and_no_stop(chain: Chain) -> None:
    shop, distributor, _packer = shop_of(chain)
    done = chain.does(shop.owner, chain.ask(shop, distributor, chain.line(5)))
    chain.does(distributor.owner, Accept(done.order.code, {1: Decimal(5)}))
    sold = chain.does(distributor.owner, Sell(done.order.code, WAYBILL))
    assert done.warnings == sold.warnings == (errors.CertificatesUnknown("LOCAL SAC"),)


def test_the_envasadora_itself_needs_no_certificate(chain: Chain) -> None:
    shop, _distributor, _packer = shop_of(chain)
    chain.certify(shop.id, chain.other_id)
    done = chain.does(shop.owner, chain.ask(shop, Site(chain.seller_id, chain.seller), chain.line(5)))
    assert done.warnings == ()


# --- lent tanks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "open_"),
    [
        (date(2017, 5, 23), None, False),
        (date(2017, 5, 24), None, True),
        (date(2017, 1, 1), date(2017, 5, 23), False),
        (date(2017, 1, 1), date(2017, 5, 22), True),
    ],
)
def test_tanks_that_another_lent(chain: Chain, first: date, last: date | None, open_: bool) -> None:
    other = chain.site("OTRA GRANEL SAC", Activity.BULK_DISTRIBUTOR)
    chain.lend(chain.station.id, other.id, valid_from=first, valid_to=last)
    if open_:
        passes(chain)
    else:
        warned_then_stopped(chain, errors.TanksLent("LAS CONCHITAS EIRL", "OTRA GRANEL SAC"))


def test_whoever_lent_the_tanks_fills_them(chain: Chain) -> None:
    chain.lend(chain.station.id, chain.granel.id)
    passes(chain)


# --- 30 000 gallons a client and month --------------------------------------------------------------------------------


def many_trucks(chain: Chain) -> None:
    chain.truck("M1L-000", chain.granel.id, Trade.BULK, 100_000)


def sold(chain: Chain, gallons: str, **sides: Site) -> Done | Refused:
    return chain.sell(chain.bulk(gallons, **sides).order, "M1L-000", sides.get("seller"))


@pytest.mark.parametrize(
    ("before", "then", "fits"),
    [("0.001", "29999.999", True), ("0.001", "30000", False), ("29999.999", "0.001", True), ("30000", "0.001", False)],
)
def test_thirty_thousand_gallons_are_the_limit(chain: Chain, before: str, then: str, fits: bool) -> None:
    many_trucks(chain)
    assert isinstance(sold(chain, before), Done)
    done = chain.bulk(then)
    result = chain.sell(done.order, "M1L-000")
    if fits:
        assert (done.warnings, isinstance(result, Done)) == ((), True)
        return
    left = Decimal(30_000) - Decimal(before)
    expected = errors.OverMonthlyVolume("LAS CONCHITAS EIRL", Decimal(then), Decimal(before), left)
    assert (done.warnings, result) == ((expected,), expected)


@pytest.mark.parametrize(
    ("first", "then", "fits"),
    [
        ("2020-02-29 23:59:59", "2020-03-01 00:00:00", True),
        ("2020-02-01 00:00:00", "2020-02-29 23:59:59", False),
        ("2021-12-31 23:59:59", "2022-01-01 00:00:00", True),
        ("2022-04-30 19:00:00", "2022-04-30 23:59:59", False),  # in UTC it is May from 19:00 on
    ],
)
def test_the_month_is_the_calendar_month_in_lima(chain: Chain, first: str, then: str, fits: bool) -> None:
    many_trucks(chain)
    chain.at = lima(first)
    assert isinstance(sold(chain, "30000"), Done)
    chain.at = lima(then)
    assert isinstance(sold(chain, "1"), Done) == fits


def ruc_of(chain: Chain, agent_id: int) -> str:
    with chain.database.reading() as tx:
        return str(tx.exec_driver_sql(f"SELECT ruc FROM agent WHERE id = {agent_id}").scalar_one())


def test_the_limit_is_of_the_ruc_on_both_sides(chain: Chain) -> None:
    many_trucks(chain)
    second_site = chain.site("LAS CONCHITAS II", Activity.LPG_STATION, ruc=ruc_of(chain, chain.station.id))
    second_unit = chain.site("GAS A GRANEL II", Activity.BULK_DISTRIBUTOR, ruc=ruc_of(chain, chain.granel.id))
    chain.truck("M2L-000", second_unit.id, Trade.BULK, 100_000)
    stranger = chain.site("OTRO GASOCENTRO", Activity.LPG_STATION)
    assert isinstance(sold(chain, "30000"), Done)
    assert isinstance(sold(chain, "1", buyer=second_site), errors.OverMonthlyVolume)
    by_the_other = chain.sell(chain.bulk(1, seller=second_unit).order, "M2L-000", second_unit)
    assert isinstance(by_the_other, errors.OverMonthlyVolume)
    assert isinstance(sold(chain, "30000", buyer=stranger), Done)


def test_what_was_rejected_or_is_not_sold_does_not_count(chain: Chain) -> None:
    many_trucks(chain)
    first = sold(chain, "20000")
    assert isinstance(first, Done)
    chain.bulk("30000")
    chain.does(chain.station.owner, Reject(first.order.code, "no llegó"))
    second = sold(chain, "30000")
    assert isinstance(second, Done)
    assert isinstance(chain.close(chain.station, second.order, "1"), Done)
    assert isinstance(sold(chain, "0.001"), errors.OverMonthlyVolume)  # of what was closed counts what was sold


def test_an_envasadora_has_no_limit(chain: Chain) -> None:
    plant = chain.site("PLANTA SAC", Activity.BOTTLING_PLANT)
    chain.truck("M3L-000", plant.id, Trade.BULK, 100_000)
    done = chain.sell(chain.bulk("90000", seller=plant).order, "M3L-000", plant)
    assert isinstance(done, Done)


# --- the truck --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gallons", "fits"), [("4000", True), ("4000.001", False)])
def test_a_truck_carries_what_its_entry_says(chain: Chain, gallons: str, fits: bool) -> None:
    result = chain.sell(chain.bulk(gallons).order)
    too_much = errors.OverTruckCapacity(TRUCK, Decimal(gallons), Decimal(4000), Unit.GALLONS)
    assert isinstance(result, Done) if fits else result == too_much


@pytest.mark.parametrize(
    ("entry", "good"),
    [
        ({"valid_to": date(2017, 5, 23)}, True),
        ({"valid_to": date(2017, 5, 22)}, False),
        ({"valid_from": date(2017, 5, 23)}, True),
        ({"valid_from": date(2017, 5, 24)}, False),
        ({"standing": Standing.SUSPENDED}, False),
    ],
)
def test_a_truck_has_an_entry_of_its_own(chain: Chain, entry: dict[str, Any], good: bool) -> None:
    chain.truck("N1W-001", chain.granel.id, Trade.BULK, 9000, register_number="91-038-010117", **entry)
    result = chain.sell(chain.bulk(10).order, "N1W-001")
    lapsed = errors.VehicleNotRegistered("N1W-001", "91-038-010117", date(2017, 5, 23))
    assert isinstance(result, Done) if good else result == lapsed


def test_a_truck_is_of_one_side_or_of_a_carrier_on_the_day(chain: Chain) -> None:
    other = chain.site("OTRA GRANEL SAC", Activity.BULK_DISTRIBUTOR)
    carrier = chain.site("TRANSPORTES SAC", Activity.CARRIER)
    chain.truck("N1W-001", chain.granel.id, Trade.BULK, 9000, valid_to=date(2017, 6, 30))
    chain.truck("N1W-001", other.id, Trade.BULK, 9000, valid_from=date(2017, 7, 1))
    chain.truck("C4R-001", carrier.id, Trade.BULK, 9000)
    chain.truck("B4Y-001", chain.station.id, Trade.BULK, 9000)
    for plate in ("N1W-001", "C4R-001", "B4Y-001"):
        assert isinstance(chain.sell(chain.bulk(1).order, plate), Done)
    chain.at = lima("2017-07-01 00:00")
    expected = errors.VehicleOfAnother("N1W-001", "OTRA GRANEL SAC")
    assert chain.sell(chain.bulk(1).order, "N1W-001") == expected


def test_an_unknown_truck_or_one_for_something_else_is_refused(chain: Chain) -> None:
    chain.truck("L1Q-001", chain.granel.id, Trade.LIQUIDS, 9000)
    for plate in ("ZZZ-999", "L1Q-001"):
        assert chain.sell(chain.bulk(1).order, plate) == errors.UnknownVehicle(plate)


def test_a_truck_is_insured_for_its_capacity(chain: Chain) -> None:
    chain.insure(chain.granel.id, "199.9", plate=TRUCK)
    order = chain.bulk(1).order
    assert chain.sell(order) == errors.VehicleUnderinsured(TRUCK, Decimal("199.9"), Decimal(200))
    chain.insure(chain.granel.id, 200, plate=TRUCK, valid_to=date(2017, 5, 23))
    assert isinstance(chain.sell(order), Done)
    with chain.database.transaction() as tx:
        tx.exec_driver_sql("DELETE FROM policy WHERE plate <> '' AND cover < 200000")
    chain.at = lima("2017-05-24 00:00")
    assert chain.sell(chain.bulk(1).order) == errors.VehicleNotInsured(TRUCK, date(2017, 5, 24))


# --- the destination --------------------------------------------------------------------------------------------------


def test_it_goes_to_the_registered_installation_and_nowhere_else(chain: Chain) -> None:
    done = chain.bulk(10)
    assert done.order.destination == "AV. PACHACUTEC 6587"
    chain.change_agent(chain.station.id, address="JR. OTRO 2")
    expected = errors.DestinationChanged("AV. PACHACUTEC 6587", "JR. OTRO 2")
    assert chain.sell(done.order) == expected
    chain.change_agent(chain.station.id, address="AV. PACHACUTEC 6587")
    assert isinstance(chain.sell(done.order), Done)


def test_without_an_installation_nothing_is_sold_by_truck(chain: Chain) -> None:
    chain.change_agent(chain.station.id, address="")
    warned_then_stopped(chain, errors.NoDestination("LAS CONCHITAS EIRL"))


# --- whom a distribuidor a granel may serve ---------------------------------------------------------------------------

FOUR = {Activity.LPG_STATION, Activity.STATION_WITH_LPG, Activity.LPG_CONSUMER, Activity.LPG_NETWORK}


def test_a_distribuidor_a_granel_serves_four_kinds_and_no_other(chain: Chain) -> None:
    served = set()
    for activity in Activity:
        buyer = chain.site(f"UN {activity.value}"[:60], activity)
        result = chain.tries(buyer.owner, chain.ask(buyer, chain.granel, gas(1)))
        if isinstance(result, Done):
            served.add(activity)
        else:
            assert result == errors.NotServedInBulk(activity.value)
    assert served == FOUR


def test_a_norm_that_came_and_went_between_request_and_sale(chain: Chain) -> None:
    """A row of the matrix with its days: an exception lets the request through, and not the sale after its end."""
    with chain.database.transaction() as tx:
        tx.exec_driver_sql(
            "INSERT INTO trade_rule (trade, buyer, seller, source, verified, valid_from, valid_to) VALUES "
            "('GLP-G', 'ESTACION DE SERVICIO', 'DISTRIBUIDOR A GRANEL', 'RCD 40', true, '2017-05-23', '2017-05-23')"
        )
    done = chain.bulk(1, buyer=chain.grifo)
    chain.does(chain.granel.owner, Accept(done.order.code, {1: Decimal(1)}))
    chain.at = lima("2017-05-24 00:00")
    assert chain.sell(done.order) == errors.NotServedInBulk("ESTACION DE SERVICIO")
    chain.at = lima("2017-05-23 23:59:59")
    assert isinstance(chain.sell(done.order), Done)


# --- at once ----------------------------------------------------------------------------------------------------------


def test_of_sales_at_once_only_as_many_pass_as_the_month_holds(chain: Chain) -> None:
    many_trucks(chain)
    second = chain.site("LAS CONCHITAS II", Activity.LPG_STATION, ruc=ruc_of(chain, chain.station.id))
    starts: list[Start] = []
    for number in range(8):
        order = chain.bulk("9000", buyer=chain.station if number % 2 else second).order
        chain.does(chain.granel.owner, Accept(order.code, {1: Decimal(9000)}))
        starts.append((chain.granel.owner, Sell(order.code, GUIA, None, FACTURA, "M1L-000")))
    outcomes = race(chain.database, starts, chain.at, 8)
    assert Counter(one.kind for one in outcomes) == {"Done": 3, "OverMonthlyVolume": 5}
    assert {one.facts["left"] for one in outcomes if not one.is_done} <= {Decimal(3000)}
