"""What one person may look at: their agents' orders, and nothing that would tell of any other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import errors
from core.order import Order
from core.orderbook import MOST_LISTED, OrderBook
from core.people import Actor
from core.statements import trade_rules
from core.terms import Activity, Party, Role, Standing, Status, Trade
from core.transitions import Annul
from tests.core.scene import NEVER_ISSUED, Scene

NOBODY = Actor(0, "", "phone", ())
DAY = date(2021, 3, 25)
FIRST_MOMENT = datetime(2021, 3, 25, 5, 0, 0, tzinfo=UTC)
"""00:00:00 of the 25th in Lima."""
NEXT_MIDNIGHT = FIRST_MOMENT + timedelta(days=1)


@contextmanager
def book(scene: Scene, actor: Actor) -> Iterator[OrderBook]:
    with scene.database.reading() as tx:
        yield OrderBook(tx, actor, scene.at)


def told(orders: list[Order]) -> list[str]:
    return [order.code for order in orders]


def everything(scene: Scene, actor: Actor) -> list[Any]:
    """Return all that somebody can look up about orders, without naming one."""
    with book(scene, actor) as looking:
        lists = [looking.waiting(party, status) for party in Party for status in Status]
        lists.append(looking.requested_between(date(2000, 1, 1), date(2100, 1, 1)))
        last = looking.last_request([one.agent_id for one in actor.memberships])
    return [*(order for orders in lists for order in orders), *([last] if last else [])]


@pytest.mark.parametrize("status", Status)
def test_to_strangers_an_order_is_as_if_it_had_never_been(any_scene: Scene, status: Status) -> None:
    order = any_scene.bring_to(status)
    for actor in (any_scene.stranger, NOBODY):
        with book(any_scene, actor) as looking:
            assert looking.find(NEVER_ISSUED) is looking.find(order.code) is None
        assert everything(any_scene, actor) == []


def test_listed_orders_get_their_lines_all_at_once(any_scene: Scene) -> None:
    orders = [any_scene.requested(), any_scene.sold()]
    with book(any_scene, any_scene.seller) as looking:
        listed = looking.requested_between(date(2021, 3, 1), date(2021, 3, 31))
        assert {order.code: order.lines for order in orders} == {
            order.code: order.lines for order in looking.with_lines(listed)
        }
        assert looking.with_lines([]) == []


@pytest.mark.parametrize("status", Status)
def test_both_sides_see_the_whole_order(any_scene: Scene, status: Status) -> None:
    order = any_scene.bring_to(status)
    driver = any_scene.hire("Chofer", Role.DRIVER, any_scene.seller_id)
    for actor in (any_scene.buyer, any_scene.seller, driver):
        with book(any_scene, actor) as looking:
            assert order == looking.find(order.code)
            (listed,) = looking.requested_between(date(2021, 3, 1), date(2021, 3, 31))
            assert listed.lines == ()


def test_the_buyer_and_the_seller_find_an_order_on_their_own_side(any_scene: Scene) -> None:
    order = any_scene.accepted()
    for actor, sides in (
        (any_scene.buyer, {Party.BUYER: [order.code], Party.SELLER: []}),
        (any_scene.seller, {Party.BUYER: [], Party.SELLER: [order.code]}),
        (any_scene.stranger, {Party.BUYER: [], Party.SELLER: []}),
    ):
        with book(any_scene, actor) as looking:
            assert sides == {party: told(looking.waiting(party, Status.ACCEPTED)) for party in Party}
            assert looking.waiting(Party.BUYER, Status.REQUESTED) == []
            assert looking.waiting(Party.SELLER, Status.REQUESTED) == []


def test_with_the_membership_goes_the_sight_of_the_orders(any_scene: Scene) -> None:
    order = any_scene.requested()
    leaving = any_scene.hire("Se va", Role.OPERATOR, any_scene.buyer_id)
    assert any_scene.find(leaving, order.code) is not None
    with any_scene.database.transaction() as tx:
        tx.exec_driver_sql(f"DELETE FROM membership WHERE person_id = {leaving.person_id}")
    assert any_scene.find(leaving, order.code) is None
    assert everything(any_scene, leaving) == []


@pytest.mark.parametrize("typed", ["", "6", "%", "60_________", "6000000000%", "60000000000 ", "' OR '1'='1", "٦" * 11])
def test_a_code_is_looked_for_as_it_is(any_scene: Scene, typed: str) -> None:
    any_scene.requested()
    assert any_scene.find(any_scene.buyer, typed) is None


def test_those_that_wait_longest_come_first(any_scene: Scene) -> None:
    scene = any_scene
    first, second, third = (scene.requested() for _ in range(3))
    scene.passes(minutes=1)
    scene.accepted(of=second)
    scene.passes(minutes=1)
    scene.accepted(of=first)
    fourth = scene.requested()
    with book(scene, scene.seller) as looking:
        assert [third.code, fourth.code] == told(looking.waiting(Party.SELLER, Status.REQUESTED))
        assert [second.code, first.code] == told(looking.waiting(Party.SELLER, Status.ACCEPTED))


def test_a_list_has_an_end(scene: Scene) -> None:
    codes = []
    for _ in range(MOST_LISTED + 3):
        codes.append(scene.requested(scene.line(1)).code)
        scene.passes(seconds=1)
    with book(scene, scene.buyer) as looking:
        assert codes[:MOST_LISTED] == told(looking.waiting(Party.BUYER, Status.REQUESTED))
        assert codes[: -MOST_LISTED - 1 : -1] == told(looking.requested_between(DAY, DAY))


@pytest.mark.parametrize(
    ("at", "found"),
    [
        (FIRST_MOMENT - timedelta(seconds=1), False),
        (FIRST_MOMENT, True),
        (FIRST_MOMENT + timedelta(hours=18, minutes=59, seconds=59), True),  # before midnight in UTC
        (FIRST_MOMENT + timedelta(hours=19), True),  # 19:00 in Lima, the 26th in UTC
        (NEXT_MIDNIGHT - timedelta(seconds=1), True),
        (NEXT_MIDNIGHT, False),
    ],
)
def test_a_day_is_a_day_in_lima_from_midnight_to_midnight(any_scene: Scene, at: datetime, found: bool) -> None:
    scene = any_scene
    scene.at = at
    order = scene.requested()
    for actor in (scene.buyer, scene.seller):
        with book(scene, actor) as looking:
            assert ([order.code] if found else []) == told(looking.requested_between(DAY, DAY))
            around = looking.requested_between(DAY - timedelta(days=1), DAY + timedelta(days=1))
            assert [order.code] == told(around)
            assert looking.requested_between(DAY + timedelta(days=1), DAY - timedelta(days=1)) == []
    with book(scene, scene.stranger) as looking:
        assert looking.requested_between(DAY - timedelta(days=1), DAY + timedelta(days=1)) == []


def test_orders_of_some_days_are_found_by_the_other_side(any_scene: Scene) -> None:
    scene = any_scene
    order = scene.requested()
    for actor, other in ((scene.buyer, order.seller), (scene.seller, order.buyer)):
        with book(scene, actor) as looking:
            assert [order.code] == told(looking.requested_between(DAY, DAY, other))
            assert looking.requested_between(DAY, DAY, "NOBODY SAC") == []
    with book(scene, scene.stranger) as looking:
        assert looking.requested_between(DAY, DAY, order.seller) == []


def test_the_newest_of_the_days_come_first_and_moving_does_not_change_that(any_scene: Scene) -> None:
    scene = any_scene
    codes = []
    for _ in range(3):
        codes.append(scene.requested().code)
        scene.passes(minutes=1)
    codes.append(scene.requested().code)
    codes.append(scene.requested().code)  # the same second: the later one is newer
    scene.does(scene.buyer, Annul(codes[0]))
    with book(scene, scene.buyer) as looking:
        assert codes[::-1] == told(looking.requested_between(DAY, DAY))


def test_the_last_request_is_the_newest_of_ones_own_purchases(any_scene: Scene) -> None:
    scene = any_scene
    scene.requested()
    scene.passes(minutes=1)
    mine = scene.does(scene.buyer, scene.asking(scene.line(3))).order
    scene.passes(minutes=1)
    theirs = scene.does(scene.stranger, scene.asking(scene.line(9), buyer_id=scene.other_id)).order
    for actor, expected in ((scene.buyer, mine), (scene.stranger, theirs), (scene.seller, None), (NOBODY, None)):
        with book(scene, actor) as looking:
            assert expected == looking.last_request([scene.buyer_id, scene.other_id])


def test_the_free_capacity_of_others_is_not_told(any_scene: Scene) -> None:
    scene = any_scene
    scene.change_agent(scene.buyer_id, capacity=Decimal(1000))
    scene.requested()
    with book(scene, scene.buyer) as looking:
        assert looking.free_capacity(scene.buyer_id) == 1000 - 425
    for actor in (scene.seller, scene.stranger, NOBODY):
        for agent_id in (scene.buyer_id, 987_654):
            with book(scene, actor) as looking, pytest.raises(errors.UnknownAgent) as caught:
                looking.free_capacity(agent_id)
            assert errors.UnknownAgent() == caught.value


# --- buyers, sellers, brands ------------------------------------------------------------------------------------------


def names_of_sellers(scene: Scene, actor: Actor) -> list[str]:
    with book(scene, actor) as looking:
        return [one.name for one in looking.sellers(actor.memberships[0])]


def test_the_sellers_last_bought_from_come_first(any_scene: Scene) -> None:
    scene = any_scene
    a_plant = scene.agent("AAA PLANTA", Activity.BOTTLING_PLANT)
    scene.agent("ZZZ PLANTA", Activity.BOTTLING_PLANT)
    demo = "CHARLES BUKOWSKY SRL - PTA CALLAO"
    assert ["AAA PLANTA", demo, "LA PLANTA", "ZZZ PLANTA"] == names_of_sellers(scene, scene.buyer)
    scene.requested()
    assert ["LA PLANTA", "AAA PLANTA", demo, "ZZZ PLANTA"] == names_of_sellers(scene, scene.buyer)
    scene.requested(seller_id=a_plant)
    assert ["AAA PLANTA", "LA PLANTA", demo, "ZZZ PLANTA"] == names_of_sellers(scene, scene.buyer)
    # what one buys is nobody else's business
    assert ["AAA PLANTA", demo, "LA PLANTA", "ZZZ PLANTA"] == names_of_sellers(scene, scene.stranger)


@pytest.mark.parametrize(
    ("entry", "listed"),
    [
        ({"valid_to": DAY}, True),
        ({"valid_to": DAY - timedelta(days=1)}, False),
        ({"valid_from": DAY}, True),
        ({"valid_from": DAY + timedelta(days=1)}, False),
        ({"standing": Standing.SUSPENDED}, False),
        ({"standing": Standing.CANCELLED}, False),
    ],
)
def test_only_sellers_whose_entry_holds_today_in_lima_are_offered(
    any_scene: Scene, entry: dict[str, object], listed: bool
) -> None:
    any_scene.at = NEXT_MIDNIGHT - timedelta(seconds=1)
    any_scene.change_agent(any_scene.seller_id, **entry)
    assert listed == ("LA PLANTA" in names_of_sellers(any_scene, any_scene.buyer))


def test_nobody_is_offered_to_buy_from_themselves_or_outside_the_matrix(scene: Scene) -> None:
    shop = scene.hire("Tendera", Role.OWNER, scene.agent("LOCAL", Activity.RETAIL_SHOP))
    offered = names_of_sellers(scene, shop)
    assert {"EL DISTRIBUIDOR", "OTRO DISTRIBUIDOR", "LA PLANTA"} <= set(offered)
    assert "LOCAL" not in offered and "EMILE CIORAN SRL" not in offered
    with book(scene, scene.seller) as looking:
        assert {one.trades for one in looking.sellers(scene.seller.memberships[0])} == {(Trade.BULK,)}
    driver = scene.hire("Chofer", Role.OWNER, scene.agent("TRANSPORTES", Activity.CARRIER))
    assert names_of_sellers(scene, driver) == []


def test_a_seller_whom_two_rows_of_the_matrix_allow_is_offered_once(any_scene: Scene) -> None:
    again = {
        "trade": Trade.CYLINDERS,
        "buyer": Activity.CYLINDER_DISTRIBUTOR,
        "seller": Activity.BOTTLING_PLANT,
        "source": "RCD 40-2026-OS/CD",
        "verified": True,
        "valid_from": date(2021, 3, 1),
        "valid_to": None,
    }
    with any_scene.database.transaction() as tx:
        tx.execute(trade_rules.insert(), again)
    offered = names_of_sellers(any_scene, any_scene.buyer)
    assert offered == ["CHARLES BUKOWSKY SRL - PTA CALLAO", "LA PLANTA"]


def test_brands_are_offered_by_name(any_scene: Scene) -> None:
    with book(any_scene, any_scene.buyer) as looking:
        assert [one.name for one in looking.brands()] == ["JOYCE GAS", "PROUST GAS"]


def test_looking_changes_nothing(any_scene: Scene) -> None:
    any_scene.sold()
    before = any_scene.rows()
    everything(any_scene, any_scene.buyer)
    everything(any_scene, any_scene.stranger)
    assert before == any_scene.rows()
