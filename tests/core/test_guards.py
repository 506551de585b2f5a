"""What the core refuses although person and state are right: quantities, registers, matrix, capacity, products."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core import errors
from core.catalogue import SIZES
from core.order import Order
from core.orderbook import OrderBook
from core.statements import trade_rules
from core.terms import Activity, Document, LineStatus, Movement, Party, Role, Standing, Status, Trade
from core.transitions import Accept, Annul, Close, Reject, RequestedLine, Sell
from tests.core.scene import WAYBILL, Scene, accept_all, close_all

NO_QUANTITIES = [
    "-1",
    "-0.001",
    "0.5",
    "1.5",
    "0.001",
    "0.0001",
    "NaN",
    "sNaN",
    "-NaN",
    "Infinity",
    "-Infinity",
    "1E+400",
    "1E-400",
    "9E+999999",
    "1." + "0" * 40 + "1",
    "0." + "9" * 40,
]
"""Never a count of cylinders, whatever the limit; the last two become whole when they are rounded to 28 digits."""


def positions(*quantities: int | str) -> dict[int, Decimal]:
    return {position: Decimal(quantity) for position, quantity in enumerate(quantities, start=1)}


def is_bad_quantity(refused: errors.Refused, line: str, quantity: str, at_most: int) -> bool:
    """NaN equals nothing: compare what is written."""
    assert isinstance(refused, errors.BadQuantity), refused
    assert (line, quantity) == (refused.line, str(refused.quantity))
    assert at_most == refused.at_most
    return True


def summed(*sizes: str) -> list[int]:
    return [int(SIZES[size].kilograms) for size in sizes]


# --- SOLICITAR: lines -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("quantity", [*NO_QUANTITIES, "0", "-0", "0.000", "1000001"])
def test_a_request_takes_only_whole_cylinders(scene: Scene, quantity: str) -> None:
    refused = scene.refusal(scene.buyer, scene.asking(scene.line(3), scene.line(quantity, "45 kg")))
    assert isinstance(refused, errors.BadQuantity), refused
    assert refused.line == "JOYCE GAS 45 kg"
    assert refused.at_most == 1_000_000


@pytest.mark.parametrize("quantity", ["1", "1.000", "1E+3", "999999", "1000000"])
def test_a_request_takes_any_whole_number_up_to_a_million(any_scene: Scene, quantity: str) -> None:
    order = any_scene.requested(any_scene.line(quantity))
    assert Decimal(quantity) == order.lines[0].requested
    assert order == any_scene.stored(order.code)
    assert Decimal(quantity) * 10 == order.kilograms


@pytest.mark.parametrize(("first", "second"), [("10", "-5"), ("0.5", "0.5"), ("1", "1E-40")])
def test_a_bad_quantity_does_not_hide_in_a_line_that_is_merged(scene: Scene, first: str, second: str) -> None:
    refused = scene.refusal(scene.buyer, scene.asking(scene.line(first), scene.line(second)))
    assert isinstance(refused, errors.BadQuantity), refused


@pytest.mark.parametrize("quantity", ["sNaN", "Infinity", "9E+999999"])
def test_not_even_the_strangest_numbers_are_merged(scene: Scene, quantity: str) -> None:
    asked = scene.asking(scene.line(quantity), scene.line(f"-{quantity}"), scene.line(quantity))
    assert isinstance(scene.refusal(scene.buyer, asked), errors.BadQuantity)


def test_the_same_brand_and_size_twice_is_one_line(any_scene: Scene) -> None:
    scene = any_scene
    order = scene.requested(
        scene.line(5),
        scene.line(2, "45 kg"),
        scene.line(7),
        scene.line(3, "10 kg", "PROUST GAS"),
        scene.line(1, "45 kg"),
    )
    told = [(line.position, line.name, int(line.requested)) for line in scene.stored(order.code).lines]
    assert told == [(1, "JOYCE GAS 10 kg", 12), (2, "JOYCE GAS 45 kg", 3), (3, "PROUST GAS 10 kg", 3)]
    assert order.kilograms == 12 * 10 + 3 * 45 + 3 * 10
    assert scene.journal(order.code)[0].declared["lines"] == {"1": "12", "2": "3", "3": "3"}


def test_merged_lines_together_keep_the_limit(scene: Scene) -> None:
    assert scene.requested(scene.line(999_999), scene.line(1)).lines[0].requested == 1_000_000
    refused = scene.refusal(scene.buyer, scene.asking(scene.line(999_999), scene.line(2)))
    assert is_bad_quantity(refused, "JOYCE GAS 10 kg", "1000001", 1_000_000)


def test_an_order_without_lines_is_refused(scene: Scene) -> None:
    request = scene.asking()
    empty = type(request)(request.buyer_id, request.seller_id, ())
    assert errors.EmptyOrder() == scene.refusal(scene.buyer, empty)


@pytest.mark.parametrize("size", ["", "10", "10kg", "10 KG", "7 kg", "24 LB", "10 kg "])
def test_an_unknown_size_is_refused(scene: Scene, size: str) -> None:
    refused = scene.refusal(scene.buyer, scene.asking(scene.line(1), scene.line(1, size)))
    assert errors.UnknownProduct(size) == refused


@pytest.mark.parametrize("brand_id", [0, -1, 987_654, 2**70])
def test_an_unknown_brand_is_refused(scene: Scene, brand_id: int) -> None:
    refused = scene.refusal(scene.buyer, scene.asking(RequestedLine(brand_id, "10 kg", Decimal(1))))
    assert errors.UnknownProduct(str(brand_id)) == refused


@pytest.mark.parametrize(
    ("size", "kilograms"),
    [("3 kg", 3), ("5 kg", 5), ("10 kg", 10), ("15 kg", 15), ("45 kg", 45), ("24 lb", 10), ("100 lb", 45)],
)
def test_each_size_counts_as_its_kilograms(any_scene: Scene, size: str, kilograms: int) -> None:
    any_scene.change_agent(any_scene.buyer_id, capacity=Decimal(kilograms * 3))
    fits = any_scene.asking(any_scene.line(3, size))
    too_much = any_scene.asking(any_scene.line(4, size))
    expected = errors.OverCapacity(Decimal(kilograms * 3), Decimal(kilograms * 3), Decimal(kilograms * 4), ())
    assert expected == any_scene.refusal(any_scene.buyer, too_much)
    assert kilograms * 3 == any_scene.does(any_scene.buyer, fits).order.kilograms


def test_the_catalogue_is_that_of_the_norms() -> None:
    assert list(SIZES) == ["3 kg", "5 kg", "10 kg", "15 kg", "45 kg", "24 lb", "100 lb"]
    assert [size.name for size in SIZES.values() if size.legacy] == ["24 lb", "100 lb"]


def test_a_conversation_makes_one_order(any_scene: Scene) -> None:
    scene = any_scene
    first = scene.requested(draft="chat-1")
    made_at = scene.at
    expected = errors.AlreadyDone(first.code, Movement.REQUESTED, made_at, scene.buyer.name, Status.REQUESTED)
    scene.passes(minutes=5)
    assert expected == scene.refusal(scene.buyer, scene.asking(draft="chat-1"))
    scene.does(scene.buyer, Annul(first.code))
    refused = scene.refusal(scene.buyer, scene.asking(scene.line(1), draft="chat-1"))
    assert errors.AlreadyDone(first.code, Movement.REQUESTED, made_at, scene.buyer.name, Status.ANNULLED) == refused
    codes = {scene.requested(draft=draft).code for draft in ("chat-2", None, None)}
    assert len(codes - {first.code}) == 3


def test_somebody_else_s_conversation_tells_no_code(scene: Scene) -> None:
    code = scene.requested(draft="chat-1").code
    other = scene.asking(buyer_id=scene.other_id, draft="chat-1")
    assert code not in repr(scene.tries(scene.stranger, other))


def test_what_was_asked_along_is_kept_and_trimmed(any_scene: Scene) -> None:
    asked = any_scene.asking(purchase_order=f"  OC-{'9' * 60} ", delivery_on=date(2021, 3, 28), comment=" ñ" * 600)
    order = any_scene.does(any_scene.buyer, asked).order
    assert order == any_scene.stored(order.code)
    assert ("OC-" + "9" * 37, date(2021, 3, 28), "ñ", 500) == (
        order.purchase_order,
        order.delivery_on,
        order.comment[0],
        len(order.comment),
    )
    assert order.destination == "AV. DE EL DISTRIBUIDOR 100"


# --- ACEPTAR ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), [(20, 5), (19, 5), (1, 1), (20, 0), (0, 5), (0, 1), ("20.000", "-0")])
def test_any_whole_quantity_up_to_the_requested_one_is_accepted(
    any_scene: Scene, first: int | str, second: int | str
) -> None:
    order = any_scene.accepted(first, second)
    stored = any_scene.stored(order.code)
    assert order == stored
    expected = [Decimal(first), Decimal(second)]
    assert expected == [line.accepted for line in stored.lines]
    statuses = [LineStatus.ACCEPTED if quantity else LineStatus.REJECTED for quantity in expected]
    assert statuses == [line.status for line in stored.lines]
    assert expected[0] * 10 + expected[1] * 45 == stored.kilograms


@pytest.mark.parametrize("quantity", [*NO_QUANTITIES, "21", "20.5", "1000000"])
def test_no_other_quantity_is_accepted(scene: Scene, quantity: str) -> None:
    order = scene.requested()
    refused = scene.refusal(scene.seller, Accept(order.code, positions(quantity, 5)))
    assert is_bad_quantity(refused, "JOYCE GAS 10 kg", quantity, 20)
    refused = scene.refusal(scene.seller, Accept(order.code, positions(20, 6)))
    assert is_bad_quantity(refused, "PROUST GAS 45 kg", "6", 5)


@pytest.mark.parametrize("zero", ["0", "0.000", "-0", "0E+3"])
def test_an_acceptance_of_nothing_is_refused(scene: Scene, zero: str) -> None:
    order = scene.requested()
    assert errors.NothingLeft(order.code) == scene.refusal(scene.seller, Accept(order.code, positions(zero, zero)))


@pytest.mark.parametrize(
    ("named", "line"),
    [
        ({}, "JOYCE GAS 10 kg"),
        ({1: 20}, "PROUST GAS 45 kg"),
        ({2: 5}, "JOYCE GAS 10 kg"),
        ({1: 20, 2: 5, 3: 1}, "3"),
        ({0: 20, 1: 20, 2: 5}, "0"),
        ({-1: 20, 1: 20, 2: 5}, "-1"),
    ],
)
def test_an_acceptance_names_each_line_once(scene: Scene, named: dict[int, int], line: str) -> None:
    order = scene.requested()
    accept = Accept(order.code, {position: Decimal(quantity) for position, quantity in named.items()})
    assert errors.MissingLine(line) == scene.refusal(scene.seller, accept)


# --- VENDER -----------------------------------------------------------------------------------------------------------


def test_sold_is_what_was_accepted_and_a_dropped_line_stays_dropped(any_scene: Scene) -> None:
    scene = any_scene
    order = scene.sold(18, 0)
    stored = scene.stored(order.code)
    assert order == stored
    told = [(int(line.sold or 0), line.status) for line in stored.lines]
    assert told == [(18, LineStatus.SOLD), (0, LineStatus.REJECTED)]
    assert [line.position for line in stored.lines_to_receive] == [1]
    assert scene.at == stored.sold_at


@pytest.mark.parametrize(
    ("typed", "number", "said", "kind"),
    [
        ("t001-00012345", "T001-00012345", None, Document.WAYBILL),
        ("T001-1", "T001-1", Document.INVOICE, Document.WAYBILL),
        (" F001 - 123 ", "F001-123", None, Document.INVOICE),
        ("001-001387", "001-001387", Document.INVOICE, Document.INVOICE),
        ("000929", "000929", Document.WAYBILL, Document.WAYBILL),
        ("001387", "001387", None, None),
    ],
)
def test_the_document_of_a_sale_is_kept(
    any_scene: Scene, typed: str, number: str, said: Document | None, kind: Document | None
) -> None:
    order = any_scene.accepted()
    done = any_scene.does(any_scene.seller, Sell(order.code, typed, said))
    stored = any_scene.stored(order.code)
    assert (number, kind) == (stored.document, stored.document_kind)
    expected = {
        "lines": {"1": "20", "2": "5"},
        "document": number,
        "document_kind": kind.value if kind else "",
    }
    holders = {side: any_scene.journal(order.code)[0].declared[side] for side in ("buyer", "seller")}
    assert {**expected, **holders} == done.entry.declared


@pytest.mark.parametrize("typed", ["", "   ", "123", "sin guia", "T001-", "T001-123456789", "60016454717"])
def test_a_sale_without_a_document_is_refused(scene: Scene, typed: str) -> None:
    order = scene.accepted()
    assert errors.BadDocument(typed) == scene.refusal(scene.seller, Sell(order.code, typed))


# --- RECHAZAR ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", " ", "\n\t\u00a0"])
def test_a_rejection_says_why(scene: Scene, reason: str) -> None:
    assert errors.MissingReason() == scene.refusal(scene.seller, Reject(scene.requested().code, reason))
    assert errors.MissingReason() == scene.refusal(scene.buyer, Reject(scene.sold().code, reason))
    order = scene.sold()
    close = Close(order.code, {1: Decimal(20)}, {2: reason})
    assert errors.MissingReason() == scene.refusal(scene.buyer, close)


def test_a_rejection_takes_every_line_and_keeps_the_reason(any_scene: Scene) -> None:
    scene = any_scene
    order = scene.sold(20, 0)
    done = scene.does(scene.buyer, Reject(order.code, "  no llegó " + "x" * 400))
    stored = scene.stored(order.code)
    assert done.order == stored
    assert {LineStatus.REJECTED} == {line.status for line in stored.lines}
    reason = ("no llegó " + "x" * 400)[:300]
    assert {reason} == {line.reason for line in stored.lines}
    assert {"reason": reason} == done.entry.declared


# --- CERRAR -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "second"), [(20, 5), (19, 1), (1, 5), ("2E+1", "5.0")])
def test_receiving_less_than_was_sold_is_a_close(any_scene: Scene, first: int | str, second: int | str) -> None:
    order = any_scene.sold()
    done = any_scene.does(any_scene.buyer, Close(order.code, positions(first, second), remark="  conforme "))
    stored = any_scene.stored(order.code)
    assert done.order == stored
    assert stored.status == Status.CLOSED
    assert [Decimal(first), Decimal(second)] == [line.received for line in stored.lines]
    assert {LineStatus.RECEIVED} == {line.status for line in stored.lines}
    assert done.entry.declared["remark"] == "conforme"


@pytest.mark.parametrize("quantity", [*NO_QUANTITIES, "0", "-0", "21", "20.001", "1000000"])
def test_no_other_quantity_is_received(scene: Scene, quantity: str) -> None:
    order = scene.sold()
    refused = scene.refusal(scene.buyer, Close(order.code, positions(quantity, 5)))
    assert is_bad_quantity(refused, "JOYCE GAS 10 kg", quantity, 20)


def test_over_delivery_is_measured_by_what_was_sold_not_by_what_was_asked(scene: Scene) -> None:
    order = scene.sold(7, 5)
    refused = scene.refusal(scene.buyer, Close(order.code, positions(8, 5)))
    assert is_bad_quantity(refused, "JOYCE GAS 10 kg", "8", 7)
    assert scene.does(scene.buyer, Close(order.code, positions(7, 5))).order.status == Status.CLOSED


@pytest.mark.parametrize(
    ("received", "rejected", "line"),
    [
        ({}, {}, "JOYCE GAS 10 kg"),
        ({1: 20}, {}, "PROUST GAS 45 kg"),
        ({}, {2: "roto"}, "JOYCE GAS 10 kg"),
        ({1: 20, 2: 5, 3: 1}, {}, "3"),
        ({1: 20, 2: 5}, {3: "roto"}, "3"),
        ({1: 20, 2: 5}, {2: "roto"}, "PROUST GAS 45 kg"),
        ({1: 20, 2: 5}, {1: "roto", 2: "roto"}, "JOYCE GAS 10 kg"),
        ({0: 20, 1: 20, 2: 5}, {}, "0"),
    ],
)
def test_a_close_names_each_line_once(
    scene: Scene, received: dict[int, int], rejected: dict[int, str], line: str
) -> None:
    order = scene.sold()
    close = Close(order.code, {position: Decimal(quantity) for position, quantity in received.items()}, rejected)
    assert errors.MissingLine(line) == scene.refusal(scene.buyer, close)


@pytest.mark.parametrize(("received", "rejected"), [({1: 20, 2: 5}, {}), ({1: 20, 2: 1}, {}), ({1: 20}, {2: "no"})])
def test_a_dropped_line_is_not_received(scene: Scene, received: dict[int, int], rejected: dict[int, str]) -> None:
    order = scene.sold(20, 0)
    close = Close(order.code, {position: Decimal(quantity) for position, quantity in received.items()}, rejected)
    assert errors.MissingLine("2") == scene.refusal(scene.buyer, close)
    done = scene.does(scene.buyer, Close(order.code, {1: Decimal(20)}))
    assert [line.status for line in done.order.lines] == [LineStatus.RECEIVED, LineStatus.REJECTED]


def test_the_scenario_of_the_manual_closes_with_one_line_short_and_one_rejected(any_scene: Scene) -> None:
    scene = any_scene
    order = scene.sold(of=scene.requested(scene.line(50), scene.line(20, "45 kg", "PROUST GAS")))
    done = scene.does(scene.buyer, Close(order.code, {1: Decimal(48)}, {2: "  fugas "}))
    stored = scene.stored(order.code)
    assert done.order == stored
    assert (stored.status, done.entry.movement) == (Status.CLOSED, Movement.CLOSED)
    told = [(int(line.sold or 0), int(line.received or 0), line.status, line.reason) for line in stored.lines]
    assert told == [(50, 48, LineStatus.RECEIVED, ""), (20, 0, LineStatus.REJECTED, "fugas")]
    assert done.entry.declared == {"lines": {"1": "48"}, "rejected": {"2": "fugas"}, "remark": ""}


@pytest.mark.parametrize("quantities", [(20, 5), (20, 0)])
def test_closing_with_every_line_rejected_is_a_rejection_by_the_buyer(
    any_scene: Scene, quantities: tuple[int, int]
) -> None:
    scene = any_scene
    order = scene.sold(*quantities)
    reasons = {line.position: f"no llegó {line.position}" for line in order.lines_to_receive}
    done = scene.does(scene.buyer, Close(order.code, {}, reasons))
    stored = scene.stored(order.code)
    assert done.order == stored
    assert stored.status == Status.REJECTED
    assert (
        done.entry.movement,
        done.entry.status,
        done.entry.party,
    ) == (Movement.REJECTED, Status.REJECTED, Party.BUYER)
    assert {LineStatus.REJECTED} == {line.status for line in stored.lines}
    assert [reasons.get(line.position, "") for line in stored.lines] == [line.reason for line in stored.lines]
    again = errors.AlreadyDone(order.code, Movement.REJECTED, scene.at, scene.buyer.name, Status.REJECTED)
    assert again == scene.refusal(scene.buyer, Reject(order.code, "no llegó"))


# --- the register -----------------------------------------------------------------------------------------------------

LAST_SECOND = datetime(2021, 3, 26, 4, 59, 59, tzinfo=UTC)
"""25/03/2021 23:59:59 in Lima; in UTC it has been the 26th for five hours."""
MIDNIGHT = LAST_SECOND + timedelta(seconds=1)
BOTH_SIDES = pytest.mark.parametrize("side", ["buyer_id", "seller_id"])


def not_registered(scene: Scene, agent_id: int, on: date) -> errors.NotRegistered:
    with scene.database.reading() as tx:
        row = tx.exec_driver_sql(f"SELECT name, register_number FROM agent WHERE id = {agent_id}").one()
    return errors.NotRegistered(row.name, row.register_number, on)


@BOTH_SIDES
@pytest.mark.parametrize(
    ("at", "entry", "day"),
    [
        (LAST_SECOND, {"valid_from": date(2021, 3, 26)}, date(2021, 3, 25)),
        (MIDNIGHT, {"valid_from": date(2021, 3, 26)}, None),
        (LAST_SECOND, {"valid_from": date(2021, 3, 25)}, None),
        (LAST_SECOND - timedelta(days=1), {"valid_from": date(2021, 3, 25)}, date(2021, 3, 24)),
        (LAST_SECOND, {"valid_to": date(2021, 3, 25)}, None),
        (MIDNIGHT, {"valid_to": date(2021, 3, 25)}, date(2021, 3, 26)),
        (MIDNIGHT, {"valid_to": date(2021, 3, 26)}, None),
        (LAST_SECOND, {"valid_from": date(2021, 3, 25), "valid_to": date(2021, 3, 25)}, None),
        (LAST_SECOND, {"standing": Standing.SUSPENDED}, date(2021, 3, 25)),
        (MIDNIGHT, {"standing": Standing.CANCELLED}, date(2021, 3, 26)),
    ],
)
def test_an_agent_trades_while_its_entry_holds_on_the_day_in_lima(
    any_scene: Scene, side: str, at: datetime, entry: dict[str, object], day: date | None
) -> None:
    """Both at the request and, of an order that was accepted before, at the sale."""
    scene = any_scene
    agent_id = getattr(scene, side)
    scene.at = at
    order = scene.accepted()
    scene.change_agent(agent_id, **entry)
    if day is None:
        scene.requested()
        assert scene.does(scene.seller, Sell(order.code, WAYBILL)).order.status == Status.TO_CLOSE
        return
    expected = not_registered(scene, agent_id, day)
    assert expected == scene.refusal(scene.buyer, scene.asking())
    assert expected == scene.refusal(scene.seller, Sell(order.code, WAYBILL))


@BOTH_SIDES
@pytest.mark.parametrize("standing", [Standing.SUSPENDED, Standing.CANCELLED])
def test_everything_but_request_and_sale_stays_possible_without_a_valid_entry(
    scene: Scene, side: str, standing: Standing
) -> None:
    to_annul, to_accept, accepted, sold, arrived = (
        scene.requested(),
        scene.requested(),
        scene.accepted(),
        scene.sold(),
        scene.sold(),
    )
    scene.change_agent(getattr(scene, side), standing=standing)
    assert scene.does(scene.buyer, Annul(to_annul.code)).order.status == Status.ANNULLED
    assert scene.does(scene.seller, accept_all(to_accept)).order.status == Status.ACCEPTED
    assert scene.does(scene.seller, Reject(accepted.code, "suspendido")).order.status == Status.REJECTED
    assert scene.does(scene.buyer, Reject(sold.code, "no llegó")).order.status == Status.REJECTED
    assert scene.does(scene.buyer, close_all(arrived)).order.status == Status.CLOSED


def test_the_sale_is_possible_again_when_the_entry_holds_again(scene: Scene) -> None:
    order = scene.accepted()
    scene.change_agent(scene.buyer_id, standing=Standing.SUSPENDED)
    scene.refusal(scene.seller, Sell(order.code, WAYBILL))
    scene.change_agent(scene.buyer_id, standing=Standing.VALID)
    assert scene.does(scene.seller, Sell(order.code, WAYBILL)).order.status == Status.TO_CLOSE


def test_the_journal_keeps_the_holder_of_the_day_of_the_request(any_scene: Scene) -> None:
    scene = any_scene
    order = scene.sold()
    with scene.database.reading() as tx:
        ruc, register = tx.exec_driver_sql(f"SELECT ruc, register_number FROM agent WHERE id = {scene.buyer_id}").one()
    scene.change_agent(scene.buyer_id, name="OTRO DUEÑO SAC", ruc="20448559093", register_number="84408-038-051017")
    scene.does(scene.buyer, close_all(order))
    expected = {"name": "EL DISTRIBUIDOR", "ruc": ruc, "register": register}
    assert expected == scene.journal(order.code)[0].declared["buyer"]


# --- the trade matrix -------------------------------------------------------------------------------------------------

_SELL_CYLINDERS = {
    Activity.BOTTLING_PLANT: {
        Activity.CYLINDER_DISTRIBUTOR,  # C1
        Activity.RETAIL_SHOP,  # C4
        Activity.STATION,
        Activity.STATION_WITH_LPG,
        Activity.RURAL_STATION,
    },
    Activity.CYLINDER_DISTRIBUTOR: {
        Activity.RETAIL_SHOP,  # C2
        Activity.STATION,  # C3
        Activity.STATION_WITH_LPG,
        Activity.RURAL_STATION,
    },
}
"""Transcribed from domain.md 1.1, C1 to C4; everything else is refused."""


def test_every_pair_of_activities_trades_cylinders_as_the_matrix_says_and_no_other(scene: Scene) -> None:
    agent_ids = {activity: scene.agent(activity.value, activity) for activity in Activity}
    twins = {activity: scene.agent(f"OTRO {activity.value}", activity) for activity in Activity}
    everybody = scene.hire("De todos", Role.OWNER, *agent_ids.values())
    wrong = []
    for buyer in Activity:
        for seller in Activity:
            asked = scene.asking(scene.line(1), buyer_id=agent_ids[buyer], seller_id=twins[seller])
            result = scene.tries(everybody, asked)
            expected = buyer in _SELL_CYLINDERS.get(seller, set())
            if expected == isinstance(result, errors.Refused):
                wrong.append((buyer, seller, result))
            elif not expected:
                assert errors.NotInMatrix(buyer.value, seller.value) == result
    assert wrong == []


@pytest.mark.parametrize(
    ("buyer", "seller"),
    [
        (Activity.CYLINDER_DISTRIBUTOR, Activity.CYLINDER_DISTRIBUTOR),
        (Activity.RETAIL_SHOP, Activity.RETAIL_SHOP),
        (Activity.CYLINDER_DISTRIBUTOR, Activity.RETAIL_SHOP),
        (Activity.BOTTLING_PLANT, Activity.BOTTLING_PLANT),
        (Activity.BOTTLING_PLANT, Activity.CYLINDER_DISTRIBUTOR),
        (Activity.BOTTLING_PLANT, Activity.PRODUCTION_PLANT),
        (Activity.CARRIER, Activity.BOTTLING_PLANT),
        (Activity.EXCHANGE_CENTRE, Activity.CYLINDER_DISTRIBUTOR),
    ],
)
def test_pairs_that_must_not_trade_are_refused(any_scene: Scene, buyer: Activity, seller: Activity) -> None:
    buyer_id, seller_id = any_scene.agent("QUIEN PIDE", buyer), any_scene.agent("QUIEN VENDERIA", seller)
    owner = any_scene.hire("Titular", Role.OWNER, buyer_id)
    refused = any_scene.refusal(owner, any_scene.asking(buyer_id=buyer_id, seller_id=seller_id))
    assert errors.NotInMatrix(buyer.value, seller.value) == refused


def test_an_agent_does_not_buy_from_itself_even_if_a_row_allowed_it(scene: Scene) -> None:
    add_rule(scene, Activity.CYLINDER_DISTRIBUTOR, Activity.CYLINDER_DISTRIBUTOR)
    words = Activity.CYLINDER_DISTRIBUTOR.value
    refused = scene.refusal(scene.buyer, scene.asking(seller_id=scene.buyer_id))
    assert errors.NotInMatrix(words, words) == refused
    assert scene.does(scene.buyer, scene.asking(seller_id=scene.other_id)).order.status == Status.REQUESTED


def add_rule(
    scene: Scene,
    buyer: Activity,
    seller: Activity,
    trade: Trade = Trade.CYLINDERS,
    first: date = date(2000, 1, 1),
    last: date | None = None,
) -> None:
    rule = {"trade": trade, "buyer": buyer, "seller": seller, "source": "prueba", "verified": True}
    with scene.database.transaction() as tx:
        tx.execute(trade_rules.insert(), {**rule, "valid_from": first, "valid_to": last})


@pytest.mark.parametrize(
    ("at", "first", "last", "allowed"),
    [
        (LAST_SECOND, date(2021, 3, 26), None, False),
        (MIDNIGHT, date(2021, 3, 26), None, True),
        (LAST_SECOND, date(2021, 3, 1), date(2021, 3, 25), True),
        (MIDNIGHT, date(2021, 3, 1), date(2021, 3, 25), False),
        (LAST_SECOND, date(2021, 3, 25), date(2021, 3, 25), True),
    ],
)
def test_a_row_of_the_matrix_counts_on_its_days_in_lima(
    any_scene: Scene, at: datetime, first: date, last: date | None, allowed: bool
) -> None:
    any_scene.at = at
    add_rule(any_scene, Activity.CYLINDER_DISTRIBUTOR, Activity.CYLINDER_DISTRIBUTOR, first=first, last=last)
    result = any_scene.tries(any_scene.buyer, any_scene.asking(seller_id=any_scene.other_id))
    words = Activity.CYLINDER_DISTRIBUTOR.value
    if allowed:
        assert not isinstance(result, errors.Refused)
    else:
        assert errors.NotInMatrix(words, words) == result


@pytest.mark.parametrize("trade", [Trade.BULK, Trade.LIQUIDS])
def test_a_row_for_another_trade_does_not_open_cylinders(scene: Scene, trade: Trade) -> None:
    add_rule(scene, Activity.CYLINDER_DISTRIBUTOR, Activity.CYLINDER_DISTRIBUTOR, trade)
    words = Activity.CYLINDER_DISTRIBUTOR.value
    refused = scene.refusal(scene.buyer, scene.asking(seller_id=scene.other_id))
    assert errors.NotInMatrix(words, words) == refused


# --- capacity ---------------------------------------------------------------------------------------------------------


def limited(scene: Scene, kilograms: int) -> None:
    scene.change_agent(scene.buyer_id, capacity=Decimal(kilograms))


def free(scene: Scene) -> Decimal | None:
    with scene.database.reading() as tx:
        return OrderBook(tx, scene.buyer, scene.at).free_capacity(scene.buyer_id)


def test_an_order_that_fits_exactly_is_taken_and_one_kilogram_more_is_not(any_scene: Scene) -> None:
    scene = any_scene
    limited(scene, 1000)
    held = scene.requested(scene.line(60))
    assert free(scene) == 400
    one_more = scene.asking(scene.line(79, "5 kg"), scene.line(2, "3 kg"))
    holding = (errors.Holding(held.code, Status.REQUESTED, Decimal(600)),)
    expected = errors.OverCapacity(Decimal(1000), Decimal(400), Decimal(401), holding)
    assert expected == scene.refusal(scene.buyer, one_more)
    exact = scene.requested(scene.line(80, "5 kg"))
    assert exact.kilograms == 400
    assert free(scene) == 0
    smallest = scene.refusal(scene.buyer, scene.asking(scene.line(1, "3 kg")))
    both = (*holding, errors.Holding(exact.code, Status.REQUESTED, Decimal(400)))
    assert errors.OverCapacity(Decimal(1000), Decimal(0), Decimal(3), both) == smallest


def test_the_refusal_lists_the_open_orders_and_no_others(any_scene: Scene) -> None:
    scene = any_scene
    limited(scene, 10_000)
    by_status = {status: scene.bring_to(status) for status in Status}
    scene.does(scene.stranger, scene.asking(buyer_id=scene.other_id))  # somebody else's order holds nothing here
    refused = scene.refusal(scene.buyer, scene.asking(scene.line(1000)))
    still_open = (Status.REQUESTED, Status.ACCEPTED, Status.TO_CLOSE)
    kilograms = 20 * 10 + 5 * 45
    holding = {errors.Holding(by_status[status].code, status, Decimal(kilograms)) for status in still_open}
    assert isinstance(refused, errors.OverCapacity)
    assert holding == set(refused.holding)
    assert [10_000, 10_000 - 3 * kilograms, 10_000] == [int(refused.capacity), int(refused.free), int(refused.wanted)]


RELEASES: dict[str, Callable[[Scene, Order], object]] = {
    "annul": lambda scene, order: scene.does(scene.buyer, Annul(order.code)),
    "reject": lambda scene, order: scene.does(scene.seller, Reject(order.code, "sin stock")),
    "reject what was accepted": lambda scene, order: scene.does(
        scene.seller, Reject(scene.accepted(of=order).code, "sin stock")
    ),
    "reject what was sold": lambda scene, order: scene.does(scene.seller, Reject(scene.sold(of=order).code, "choque")),
    "not receive": lambda scene, order: scene.does(scene.buyer, Reject(scene.sold(of=order).code, "no llegó")),
    "close": lambda scene, order: scene.does(scene.buyer, close_all(scene.sold(of=order))),
    "close with everything rejected": lambda scene, order: scene.does(
        scene.buyer, Close(scene.sold(of=order).code, {}, {1: "fugas"})
    ),
}


@pytest.mark.parametrize("way", RELEASES)
def test_an_order_that_ends_lets_go_of_the_capacity(any_scene: Scene, way: str) -> None:
    scene = any_scene
    limited(scene, 1000)
    order = scene.requested(scene.line(100))
    assert free(scene) == 0
    RELEASES[way](scene, order)
    assert free(scene) == 1000
    scene.requested(scene.line(100))


def test_capacity_is_held_until_the_order_is_closed(scene: Scene) -> None:
    limited(scene, 425)
    order = scene.sold()
    assert free(scene) == 0
    assert isinstance(scene.refusal(scene.buyer, scene.asking(scene.line(1, "3 kg"))), errors.OverCapacity)
    scene.does(scene.buyer, Close(order.code, positions(1, 1)))
    assert free(scene) == 425


def test_accepting_less_lets_go_of_the_rest(any_scene: Scene) -> None:
    scene = any_scene
    limited(scene, 425)
    order = scene.requested()
    assert free(scene) == 0
    scene.accepted(7, 0, of=order)
    assert free(scene) == 425 - 70
    scene.does(scene.seller, Sell(order.code, WAYBILL))
    assert free(scene) == 425 - 70


def test_legacy_cylinders_count_as_the_norm_says(scene: Scene) -> None:
    limited(scene, 3 * 10 + 2 * 45)
    order = scene.requested(scene.line(3, "24 lb"), scene.line(2, "100 lb"))
    assert [10, 45] == summed("24 lb", "100 lb") == [line.kilograms_each for line in order.lines]
    assert free(scene) == 0


def test_without_a_capacity_there_is_no_limit(any_scene: Scene) -> None:
    for _ in range(3):
        any_scene.requested(any_scene.line(1_000_000, "45 kg"), any_scene.line(1_000_000, "45 kg", "PROUST GAS"))
    assert free(any_scene) is None


def test_with_a_capacity_of_zero_nothing_fits(scene: Scene) -> None:
    limited(scene, 0)
    expected = errors.OverCapacity(Decimal(0), Decimal(0), Decimal(3), ())
    assert expected == scene.refusal(scene.buyer, scene.asking(scene.line(1, "3 kg")))


def test_a_capacity_that_was_lowered_is_never_shown_below_zero(scene: Scene) -> None:
    order = scene.requested()
    limited(scene, 100)
    assert free(scene) == 0
    refused = scene.refusal(scene.buyer, scene.asking(scene.line(1, "3 kg")))
    holding = (errors.Holding(order.code, Status.REQUESTED, Decimal(425)),)
    assert errors.OverCapacity(Decimal(100), Decimal(0), Decimal(3), holding) == refused
    assert scene.does(scene.buyer, close_all(scene.sold(of=order))).order.status == Status.CLOSED


def test_fractions_of_a_kilogram_of_capacity_count(any_scene: Scene) -> None:
    any_scene.change_agent(any_scene.buyer_id, capacity=Decimal("29.999"))
    refused = any_scene.refusal(any_scene.buyer, any_scene.asking(any_scene.line(3)))
    assert errors.OverCapacity(Decimal("29.999"), Decimal("29.999"), Decimal(30), ()) == refused
    any_scene.requested(any_scene.line(2))
    assert Decimal("9.999") == free(any_scene)
