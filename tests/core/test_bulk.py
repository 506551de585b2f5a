"""Bulk LPG and liquid fuels: the cycle in gallons, the sanction cases, and what keeps the kinds of trade apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core import codes, errors
from core.db import Database
from core.history import account_of, replay, status_at
from core.order import Order
from core.products import PRODUCTS, offered, trade_of
from core.service import Done
from core.terms import Document, LineStatus, Movement, Party, Status, Trade, Unit
from core.transitions import Accept, Arrive, Close, Reject, RequestedLine, Sell
from tests.core.bulk import FACTURA, GUIA, TRUCK, Chain, fuel, gas, lima


@pytest.fixture
def chain(database_url: str) -> Iterator[Chain]:
    database = Database(database_url)
    yield Chain(database)
    database.close()


# --- the sanction cases -----------------------------------------------------------------------------------------------


def test_the_truck_that_unloaded_while_the_order_was_solicitado(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    """Res. 1767-2018-OS/OR LIMA SUR, order 60597068962: the state on 23/05/2017 at 15:48 was SOLICITADO."""
    monkeypatch.setattr(codes, "draw", lambda _trade: "60597068962")
    chain.at = lima("2017-05-23 14:00")
    order = chain.bulk(2000).order
    chain.at = lima("2017-05-23 15:48")
    done = chain.does(chain.granel.owner, Arrive(order.code))
    assert (done.entry.movement, done.order.status) == (Movement.ARRIVED, Status.REQUESTED)
    refused = chain.close(chain.station, order, "2000")
    assert refused == errors.WrongStatus(order.code, Movement.CLOSED, Status.REQUESTED, Party.BUYER)
    chain.at = lima("2017-05-25 09:00")  # late, and still possible
    assert isinstance(chain.sell(order), Done)
    assert isinstance(chain.close(chain.station, order, "2000"), Done)
    told = chain.journal(order.code)
    assert status_at(told, lima("2017-05-23 15:48")) is Status.REQUESTED
    assert status_at(told, chain.at) is Status.CLOSED
    assert replay(told) == account_of(chain.stored(order.code))


def test_gasohol_84_plus_that_was_closed_three_days_late(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    """Res. 1865-2022-OS/OR PUNO, order 11954452339: on its day the product was an ordinary one."""
    monkeypatch.setattr(codes, "draw", lambda _trade: "11954452339")
    chain.at = lima("2021-08-16 10:00")
    done = chain.does(chain.grifo.owner, chain.ask(chain.grifo, chain.mayorista, fuel("Gasohol 84 Plus", 1500)))
    assert (done.order.trade, done.order.code, done.warnings) == (Trade.LIQUIDS, "11954452339", ())
    assert isinstance(chain.sell(done.order, "L7K-801", chain.mayorista), Done)
    chain.at = lima("2021-08-19 10:00")
    closed = chain.close(chain.grifo, done.order, "1500")
    assert isinstance(closed, Done)
    assert closed.order.status is Status.CLOSED


def test_the_3100_gallons_of_tumbes(chain: Chain) -> None:
    """Res. 2743-2022-OS/OR TUMBES, 3 100 gal: unloaded on a Sunday, closed two days later."""
    chain.at = lima("2017-07-09 08:00")
    order = chain.bulk("3100").order
    assert isinstance(chain.sell(order, "K8A-870"), Done)
    chain.at = lima("2017-07-11 08:00")
    for wrong in ("3101", "3100.001", "0", "-1", "3099.0001"):
        refused = chain.close(chain.station, order, wrong)
        assert refused == errors.BadQuantity("GLP-G", Decimal(wrong), Decimal(3100), Unit.GALLONS)
    done = chain.close(chain.station, order, "3100")
    assert isinstance(done, Done)
    stored = chain.stored(order.code)
    assert [stored.status, stored.lines[0].received, stored.plate] == [Status.CLOSED, 3100, "K8A-870"]


# --- gallons ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gallons", ["0.001", "3100", "3100.5", "3100.125", "1E+3", "1000000"])
def test_gallons_have_up_to_three_decimals(chain: Chain, gallons: str) -> None:
    order = chain.bulk(gallons).order
    stored = chain.stored(order.code)
    assert order == stored
    assert [stored.gallons, stored.kilograms, stored.held] == [Decimal(gallons), 0, Decimal(gallons)]
    line = stored.lines[0]
    assert (line.name, line.unit, line.requested) == ("GLP-G", Unit.GALLONS, Decimal(gallons))
    assert [line.brand_id, line.size, line.kilograms_each] == [None, "", 0]


@pytest.mark.parametrize("gallons", ["0", "-1", "0.0001", "3100.0005", "NaN", "Infinity", "1000000.001"])
def test_other_gallons_are_refused(chain: Chain, gallons: str) -> None:
    refused = chain.refusal(chain.station.owner, chain.ask(chain.station, chain.granel, gas(gallons)))
    assert isinstance(refused, errors.BadQuantity)
    assert (refused.line, refused.unit) == ("GLP-G", Unit.GALLONS)


def test_part_of_the_gallons_is_accepted_sold_and_received(chain: Chain) -> None:
    order = chain.bulk("3100").order
    chain.does(chain.granel.owner, Accept(order.code, {1: Decimal("2999.5")}))
    assert chain.stored(order.code).gallons == Decimal("2999.5")
    assert isinstance(chain.sell(order), Done)
    done = chain.close(chain.station, order, "2999.499")
    assert isinstance(done, Done)
    assert done.fell_short
    line = done.order.lines[0]
    assert (line.accepted, line.sold, line.received) == (Decimal("2999.5"), Decimal("2999.5"), Decimal("2999.499"))
    assert line.status is LineStatus.RECEIVED
    assert replay(chain.journal(order.code)) == account_of(chain.stored(order.code))


def test_a_fuel_named_twice_is_one_line(chain: Chain) -> None:
    asked = chain.ask(
        chain.grifo, chain.mayorista, fuel("Diesel B5", "100.5"), fuel("Diesel B5 S-50", 7), fuel("Diesel B5", "0.25")
    )
    order = chain.does(chain.grifo.owner, asked).order
    told = [(line.position, line.name, str(line.requested)) for line in chain.stored(order.code).lines]
    assert told == [(1, "Diesel B5", "100.75"), (2, "Diesel B5 S-50", "7")]
    assert order.gallons == Decimal("107.75")


# --- what goes with a sale --------------------------------------------------------------------------------------------


def requested(chain: Chain) -> Order:
    order = chain.bulk(100).order
    chain.does(chain.granel.owner, Accept(order.code, {1: Decimal(100)}))
    return order


@pytest.mark.parametrize(
    ("papers", "expected"),
    [
        ({"document": "F001-1"}, errors.MissingDocument(Document.WAYBILL)),
        ({"document": ""}, errors.BadDocument("")),
        ({"invoice": ""}, errors.MissingDocument(Document.INVOICE)),
        ({"invoice": "T001-2"}, errors.MissingDocument(Document.INVOICE)),
        ({"invoice": "nada"}, errors.BadDocument("nada")),
        ({"plate": ""}, errors.BadPlate("")),
        ({"plate": "camión"}, errors.BadPlate("camión")),
    ],
)
def test_a_tank_truck_goes_with_guia_factura_and_plate(
    chain: Chain, papers: dict[str, Any], expected: errors.Refused
) -> None:
    order = requested(chain)
    assert expected == chain.sell(order, **papers)
    assert chain.stored(order.code).status is Status.ACCEPTED


@pytest.mark.parametrize("typed", ["H7Y-710", "h7y710", " H7Y 710 ", "h7y–710"])
def test_the_papers_are_kept_as_they_are_written_elsewhere(chain: Chain, typed: str) -> None:
    order = requested(chain)
    done = chain.sell(order, typed, document="000929", invoice="001387")
    assert isinstance(done, Done)
    stored = chain.stored(order.code)
    assert done.order == stored
    assert (stored.document, stored.document_kind, stored.invoice, stored.plate) == (
        "000929",
        Document.WAYBILL,
        "001387",
        TRUCK,
    )
    told = chain.journal(order.code)[-1].declared
    assert (told["document"], told["invoice"], told["plate"]) == ("000929", "001387", TRUCK)
    assert (told["vehicle"]["holder"], told["vehicle"]["capacity"]) == ("GAS A GRANEL SAC", "4000")
    assert told["buyer"]["name"] == "LAS CONCHITAS EIRL"


def test_cylinders_need_one_document_and_no_plate(chain: Chain) -> None:
    chain.at = lima("2021-03-25 12:00")
    order = chain.sold()
    assert [order.invoice, order.plate, order.gallons] == ["", "", 0]


# --- the kinds of trade are apart -------------------------------------------------------------------------------------


def test_an_order_is_of_one_kind(chain: Chain) -> None:
    cylinders = RequestedLine(chain.brands["JOYCE GAS"], "10 kg", Decimal(1))
    for lines in ((gas(1), cylinders), (gas(1), fuel("Diesel B5", 1)), (cylinders, fuel("IFO", 1))):
        asked = chain.ask(chain.station, chain.granel, *lines)
        assert chain.refusal(chain.station.owner, asked) == errors.MixedProducts()


@pytest.mark.parametrize("product", ["", "GLP", "Diesel", "diesel b5", "GLP-g"])
def test_an_unknown_product_is_refused(chain: Chain, product: str) -> None:
    asked = chain.ask(chain.grifo, chain.mayorista, fuel(product, 1))
    assert chain.refusal(chain.grifo.owner, asked) == errors.UnknownProduct(product)


def test_a_product_that_is_not_there_yet_is_refused(chain: Chain) -> None:
    asked = chain.ask(chain.grifo, chain.mayorista, fuel("Gasohol Regular", 1))
    chain.at = lima("2022-06-30 23:59:59")
    assert chain.refusal(chain.grifo.owner, asked) == errors.UnknownProduct("Gasohol Regular")
    chain.at = lima("2022-07-01 00:00")
    assert chain.does(chain.grifo.owner, asked).warnings == ()


def test_a_legacy_product_is_marked_the_day_after_its_last(chain: Chain) -> None:
    asked = chain.ask(chain.grifo, chain.mayorista, fuel("Gasohol 84 Plus", 1))
    chain.at = lima("2022-06-30 23:59:59")
    assert chain.does(chain.grifo.owner, asked).warnings == ()
    chain.at = lima("2022-07-01 00:00")
    done = chain.does(chain.grifo.owner, asked)
    assert done.warnings == (errors.LegacyProduct("Gasohol 84 Plus"),)
    assert isinstance(chain.sell(done.order, "L7K-801", chain.mayorista), Done)


def test_the_catalogue_of_fuels() -> None:
    today, earlier = date(2026, 11, 21), date(2021, 3, 25)
    assert [one.name for one in offered(Trade.BULK, today)] == ["GLP-G"]
    fuels = [one.name for one in offered(Trade.LIQUIDS, today)]
    assert fuels[:6] == [
        "Gasohol Regular",
        "Gasohol Premium",
        "Gasolina Regular",
        "Gasolina Premium",
        "Diesel B5",
        "Diesel B5 S-50",
    ]
    assert {"Turbo A1", "Petróleo Industrial 6", "IFO", "Gasolina 97", "Gasohol 98 Plus"} <= set(fuels)
    assert not {"Gasohol Regular", "Gasolina Premium"} & {one.name for one in offered(Trade.LIQUIDS, earlier)}
    assert trade_of("GLP-E") is Trade.CYLINDERS
    assert all(len(name) <= 40 and one.unit is Unit.GALLONS for name, one in PRODUCTS.items())


def test_codes_of_liquids_begin_with_11_and_of_gas_with_60(chain: Chain) -> None:
    chain.at = lima("2021-03-25 12:00")
    liquid = chain.does(chain.grifo.owner, chain.ask(chain.grifo, chain.mayorista, fuel("Diesel B5", 1))).order
    assert [liquid.code[:2], chain.bulk(1).order.code[:2], chain.requested().code[:2]] == ["11", "60", "60"]


def test_tanks_hold_capacity_of_their_own_and_not_of_cylinders(chain: Chain) -> None:
    chain.change_agent(chain.station.id, capacity=Decimal(10), capacity_bulk=Decimal("3100.5"), capacity_liquids=None)
    order = chain.bulk("3000").order
    with chain.book(chain.station.owner) as book:
        free = [book.free_capacity(chain.station.id, trade) for trade in Trade]
    assert free == [10, Decimal("100.5"), None]
    refused = chain.refusal(chain.station.owner, chain.ask(chain.station, chain.granel, gas("100.501")))
    holding = (errors.Holding(order.code, Status.REQUESTED, Decimal(3000)),)
    assert refused == errors.OverCapacity(
        Decimal("3100.5"), Decimal("100.5"), Decimal("100.501"), holding, Unit.GALLONS
    )
    assert chain.bulk("100.5").order.held == Decimal("100.5")
    chain.does(chain.granel.owner, Reject(order.code, "sin stock"))
    chain.bulk("3000")


def test_a_sale_by_truck_is_closed_with_its_line_rejected(chain: Chain) -> None:
    order = chain.sold_bulk(500)
    done = chain.does(chain.station.owner, Close(order.code, {}, {1: "no llegó"}))
    assert done.order.status is Status.REJECTED
    assert isinstance(chain.tries(chain.granel.owner, Sell(order.code, GUIA, None, FACTURA, TRUCK)), errors.Refused)
