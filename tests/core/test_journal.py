"""The journal: one entry for each movement, to the second, that nobody can change; and what can be told from it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core import codes
from core.clock import LIMA
from core.history import account_of, replay, status_at
from core.order import Entry, Order
from core.orderbook import OrderBook
from core.people import Actor
from core.statements import entries
from core.terms import Movement, Party, Role, Status
from core.transitions import Accept, Annul, Close, Reject, Request, RequestedLine, Sell
from tests.core.scene import WAYBILL, Scene, accept_all, close_all
from tests.world import HYDE, PLANT, World

SECOND = timedelta(seconds=1)


def lima(clock: str) -> datetime:
    """Return a moment of 25/03/2021, the day of the manual."""
    return datetime.fromisoformat(f"2021-03-25 {clock}").replace(tzinfo=LIMA)


def ask(world: World) -> Request:
    line = RequestedLine(1, "10 kg", Decimal(20))
    return Request(world.agent_id("MR. HYDE"), world.agent_id("CHARLES BUKOWSKY SRL - PTA CALLAO"), (line,))


def journal_of(world: World, order: Order) -> tuple[Entry, ...]:
    with world.database.reading() as tx:
        return OrderBook(tx, world.actor(HYDE), world.clock()).history(order)


# --- the traces of the manual -----------------------------------------------------------------------------------------


def test_the_order_that_the_manual_annuls_is_told_to_the_second(
    any_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = any_world
    monkeypatch.setattr(codes, "draw", lambda _trade: "60016454717")
    world.clock.at = lima("20:52:25").astimezone(UTC)
    world.does(HYDE, ask(world))
    world.clock.at = lima("21:30:25").astimezone(UTC)
    world.does(HYDE, Annul("60016454717"))
    order = world.order(HYDE, "60016454717")
    assert order is not None
    told = journal_of(world, order)
    assert [lima("20:52:25"), lima("21:30:25")] == [entry.at for entry in told]
    assert [entry.movement for entry in told] == [Movement.REQUESTED, Movement.ANNULLED]
    assert timedelta(minutes=38) == told[1].at - told[0].at
    for at, expected in (
        ("00:00:00", None),
        ("20:52:24", None),
        ("20:52:25", Status.REQUESTED),
        ("21:30:24", Status.REQUESTED),
        ("21:30:25", Status.ANNULLED),
        ("23:59:59", Status.ANNULLED),
    ):
        assert (at, expected) == (at, status_at(told, lima(at)))


def test_the_order_that_the_manual_closes_is_told_to_the_second(any_world: World) -> None:
    world = any_world
    world.clock.at = lima("21:58:33").astimezone(UTC)
    order = world.does(HYDE, ask(world)).order
    world.clock.at = lima("22:01:21").astimezone(UTC)
    world.does(PLANT, accept_all(order))
    world.does(PLANT, Sell(order.code, "001-001387"))
    world.clock.at = lima("22:12:36").astimezone(UTC)
    world.does(HYDE, Close(order.code, {1: Decimal(20)}))
    found = world.order(HYDE, order.code)
    assert found is not None
    told = journal_of(world, found)
    assert (lima("21:58:33"), lima("22:01:21"), lima("22:12:36")) == (
        found.requested_at,
        found.sold_at,
        found.moved_at,
    )
    assert [(one.number, one.movement, one.status, one.party, one.agent, one.person_name) for one in told] == [
        (1, Movement.REQUESTED, Status.REQUESTED, Party.BUYER, "MR. HYDE", "Titular de MR. HYDE"),
        (
            2,
            Movement.ACCEPTED,
            Status.ACCEPTED,
            Party.SELLER,
            "CHARLES BUKOWSKY SRL - PTA CALLAO",
            "Operador de planta",
        ),
        (3, Movement.SOLD, Status.TO_CLOSE, Party.SELLER, "CHARLES BUKOWSKY SRL - PTA CALLAO", "Operador de planta"),
        (4, Movement.CLOSED, Status.CLOSED, Party.BUYER, "MR. HYDE", "Titular de MR. HYDE"),
    ]
    for at, expected in (
        ("21:58:32", None),
        ("21:58:33", Status.REQUESTED),
        ("22:01:20", Status.REQUESTED),
        ("22:01:21", Status.TO_CLOSE),  # accepted and sold in the same second: the last word counts
        ("22:12:35", Status.TO_CLOSE),
        ("22:12:36", Status.CLOSED),
    ):
        assert (at, expected) == (at, status_at(told, lima(at)))


def test_no_order_has_a_status_before_any_movement() -> None:
    assert status_at((), lima("12:00:00")) is None


# --- what an entry says -----------------------------------------------------------------------------------------------


def test_each_movement_has_one_entry_with_who_for_whom_where_and_what(any_scene: Scene) -> None:
    scene = any_scene
    operator = scene.hire("Operadora", Role.OPERATOR, scene.seller_id)
    by_chat = Actor(operator.person_id, operator.name, "telegram", operator.memberships)
    by_phone = Actor(scene.buyer.person_id, scene.buyer.name, "whatsapp", scene.buyer.memberships)
    scene.at = datetime(2021, 3, 26, 2, 0, 0, 999_999, tzinfo=UTC)
    order = scene.does(by_phone, scene.asking()).order
    scene.passes(seconds=61)
    scene.does(by_chat, Accept(order.code, {1: Decimal(18), 2: Decimal(5)}))
    scene.passes(seconds=61)
    scene.does(scene.seller, Sell(order.code, WAYBILL))
    scene.passes(seconds=61)
    scene.does(by_phone, Close(order.code, {1: Decimal(17)}, {2: "fugas"}, "una abollada"))
    told = scene.journal(order.code)
    start = datetime(2021, 3, 26, 2, 0, 0, tzinfo=UTC)
    assert [start + timedelta(seconds=61 * step) for step in range(4)] == [entry.at for entry in told]
    assert [timedelta(0)] * 4 == [entry.at.utcoffset() for entry in told]
    assert [
        (by_phone.person_id, "Titular compradora", scene.buyer_id, "EL DISTRIBUIDOR", "whatsapp"),
        (operator.person_id, "Operadora", scene.seller_id, "LA PLANTA", "telegram"),
        (scene.seller.person_id, "Titular vendedor", scene.seller_id, "LA PLANTA", "phone"),
        (by_phone.person_id, "Titular compradora", scene.buyer_id, "EL DISTRIBUIDOR", "whatsapp"),
    ] == [(one.person_id, one.person_name, one.agent_id, one.agent, one.channel) for one in told]
    request, accept, sell, close = (entry.declared for entry in told)
    assert request["lines"] == {"1": "20", "2": "5"}
    assert request["products"] == {"1": "JOYCE GAS 10 kg", "2": "PROUST GAS 45 kg"}
    assert (request["buyer"]["name"], request["seller"]["name"]) == ("EL DISTRIBUIDOR", "LA PLANTA")
    assert accept == {"lines": {"1": "18", "2": "5"}}
    holders = {side: request[side] for side in ("buyer", "seller")}
    assert sell == {"lines": {"1": "18", "2": "5"}, "document": WAYBILL, "document_kind": "GUIA", **holders}
    assert close == {"lines": {"1": "17"}, "rejected": {"2": "fugas"}, "remark": "una abollada"}


def test_the_name_of_the_day_stays_when_the_person_is_called_otherwise(any_scene: Scene) -> None:
    order = any_scene.requested()
    with any_scene.database.transaction() as tx:
        tx.execute(text("UPDATE person SET name = 'Otra' WHERE id = :id"), {"id": any_scene.buyer.person_id})
    assert any_scene.journal(order.code)[0].person_name == "Titular compradora"


def test_a_moment_given_in_another_zone_is_the_same_moment(any_scene: Scene) -> None:
    any_scene.at = lima("21:58:33")
    order = any_scene.requested()
    stored = any_scene.stored(order.code)
    expected = datetime(2021, 3, 26, 2, 58, 33, tzinfo=UTC)
    assert (expected, expected) == (stored.requested_at, stored.moved_at)
    assert timedelta(0) == any_scene.journal(order.code)[0].at.utcoffset()


def test_entries_of_several_orders_are_numbered_by_themselves(any_scene: Scene) -> None:
    first, second = any_scene.requested(), any_scene.requested()
    any_scene.accepted(of=second)
    any_scene.accepted(of=first)
    any_scene.does(
        any_scene.buyer, Reject(any_scene.does(any_scene.seller, Sell(first.code, WAYBILL)).order.code, "no")
    )
    numbers = [[entry.number for entry in any_scene.journal(order.code)] for order in (first, second)]
    assert numbers == [[1, 2, 3, 4], [1, 2]]


# --- nobody can change it ---------------------------------------------------------------------------------------------

OTHER_WORDS = (
    "order_id, number, at, movement, 'ANULADO', party, agent_id, person_id, person_name, channel, declared"
    " FROM entry WHERE number = 1"
)
CHANGES = [
    "UPDATE entry SET at = at",
    "UPDATE entry SET status = 'ANULADO' WHERE number = 1",
    "UPDATE entry SET declared = '{}'",
    "UPDATE entry SET number = number + 100",
    "DELETE FROM entry",
    "DELETE FROM entry WHERE number = 2",
    "UPDATE OR REPLACE entry SET number = 1",
    f"INSERT OR REPLACE INTO entry SELECT id, {OTHER_WORDS}",
    f"REPLACE INTO entry SELECT id + 1000, {OTHER_WORDS}",
    f"INSERT INTO entry SELECT id, {OTHER_WORDS} ON CONFLICT (id) DO UPDATE SET status = 'ANULADO'",
    "TRUNCATE entry",
    'TRUNCATE "order" CASCADE',
    "TRUNCATE agent CASCADE",
    'DELETE FROM "order"',
    "DELETE FROM person",
    "DELETE FROM agent",
]
SQLITE_ONLY = ("UPDATE OR REPLACE", "INSERT OR REPLACE", "REPLACE")
POSTGRESQL_ONLY = ("TRUNCATE",)


def understood(statement: str, *, sqlite: bool) -> bool:
    return not statement.startswith(POSTGRESQL_ONLY if sqlite else SQLITE_ONLY)


@pytest.mark.parametrize("statement", CHANGES)
def test_the_database_itself_refuses_to_change_or_lose_an_entry(any_scene: Scene, statement: str) -> None:
    scene = any_scene
    if not understood(statement, sqlite=scene.database.is_sqlite):
        return  # the other database's dialect
    scene.sold()
    before = scene.rows()
    with pytest.raises(DBAPIError) as caught, scene.database.transaction() as tx:
        tx.exec_driver_sql(statement)
    assert "syntax" not in str(caught.value)
    assert before == scene.rows()


def test_the_statements_of_the_program_are_refused_too_and_say_why(any_scene: Scene) -> None:
    any_scene.sold()
    before = any_scene.rows()
    for statement in (entries.update().values(person_name="Nadie"), entries.delete()):
        with pytest.raises(DBAPIError, match="append-only"), any_scene.database.transaction() as tx:
            tx.execute(statement)
    assert before == any_scene.rows()


@pytest.mark.parametrize("statement", [one for one in CHANGES[:9] if understood(one, sqlite=True)])
def test_a_connection_from_outside_the_program_is_refused_as_well(scene: Scene, statement: str) -> None:
    scene.sold()
    before = scene.rows()
    connection = sqlite3.connect(str(scene.database.url.database))
    with pytest.raises(sqlite3.DatabaseError):
        connection.executescript(statement)
    connection.close()
    assert before == scene.rows()


def test_an_order_has_no_two_entries_of_one_number(any_scene: Scene) -> None:
    any_scene.sold()
    copy = (
        "INSERT INTO entry SELECT id + 1000, order_id, number, at, movement, status, party, agent_id, person_id,"
        " person_name, channel, declared FROM entry WHERE number = 1"
    )
    with pytest.raises(DBAPIError), any_scene.database.transaction() as tx:
        tx.exec_driver_sql(copy)


# --- told again -------------------------------------------------------------------------------------------------------

PATHS: dict[str, Callable[[Scene], Order]] = {
    "requested": lambda scene: scene.requested(),
    "annulled": lambda scene: scene.bring_to(Status.ANNULLED),
    "accepted": lambda scene: scene.accepted(),
    "accepted in part": lambda scene: scene.accepted(7, 0),
    "written with zeros": lambda scene: scene.sold("7.000", "-0"),
    "sold": lambda scene: scene.sold(),
    "sold in part": lambda scene: scene.sold(0, 1),
    "closed": lambda scene: scene.bring_to(Status.CLOSED),
    "closed short": lambda scene: (
        scene.does(scene.buyer, Close(scene.sold(19, 5).code, {1: Decimal(2), 2: Decimal(5)})).order
    ),
    "closed with a dropped line": lambda scene: (
        scene.does(scene.buyer, Close(scene.sold(19, 0).code, {1: Decimal("1E+1")})).order
    ),
    "closed with a rejected line": lambda scene: (
        scene.does(scene.buyer, Close(scene.sold().code, {2: Decimal(5)}, {1: "fugas"})).order
    ),
    "closed with every line rejected": lambda scene: (
        scene.does(scene.buyer, Close(scene.sold().code, {}, {1: "fugas", 2: "fugas"})).order
    ),
    "closed with the only sold line rejected": lambda scene: (
        scene.does(scene.buyer, Close(scene.sold(0, 5).code, {}, {2: "fugas"})).order
    ),
    "rejected at once": lambda scene: scene.bring_to(Status.REJECTED),
    "rejected when accepted": lambda scene: scene.does(scene.seller, Reject(scene.accepted(3, 0).code, "no")).order,
    "rejected when sold": lambda scene: scene.does(scene.seller, Reject(scene.sold(3, 0).code, "no")).order,
    "rejected by the buyer": lambda scene: scene.does(scene.buyer, Reject(scene.sold().code, "no")).order,
}


@pytest.mark.parametrize("path", PATHS)
def test_the_journal_tells_the_order_as_it_is_stored(any_scene: Scene, path: str) -> None:
    order = PATHS[path](any_scene)
    stored = any_scene.stored(order.code)
    assert order == stored
    told = replay(any_scene.journal(order.code))
    assert account_of(stored) == told
    assert stored.status == told.status


def test_the_journal_tells_every_moment_between(any_scene: Scene) -> None:
    scene = any_scene
    order = scene.requested()
    accounts = [account_of(order)]
    for actor, command in (
        (scene.seller, Accept(order.code, {1: Decimal(9), 2: Decimal(0)})),
        (scene.seller, Sell(order.code, WAYBILL)),
        (scene.buyer, Close(order.code, {1: Decimal(8)})),
    ):
        scene.passes(minutes=1)
        accounts.append(account_of(scene.does(actor, command).order))
    told = scene.journal(order.code)
    assert accounts == [replay(told[:length]) for length in range(1, 5)]
    assert replay(()).status is None


# --- clocks -----------------------------------------------------------------------------------------------------------


def steps(scene: Scene) -> Iterator[Order]:
    order = scene.requested()
    yield order
    yield scene.does(scene.seller, accept_all(order)).order
    order = scene.does(scene.seller, Sell(order.code, WAYBILL)).order
    yield order
    yield scene.does(scene.buyer, close_all(order)).order


@pytest.mark.parametrize("spans", [(-1, -1, -1), (5, -60, 30), (5, 5, -86_400), (-86_400, 5, 5), (10, -3, -3)])
def test_a_clock_that_goes_back_does_not_turn_the_journal_back(any_scene: Scene, spans: tuple[int, ...]) -> None:
    scene = any_scene
    told_by_clocks, latest = [scene.at], scene.at
    last = None
    for order, span in zip(steps(scene), (*spans, 0), strict=True):
        assert told_by_clocks[-1] == order.moved_at
        last = order
        scene.passes(seconds=span)
        latest = max(latest, scene.at)
        told_by_clocks.append(latest)
    assert last is not None
    told = scene.journal(last.code)
    assert told_by_clocks[:4] == [entry.at for entry in told] == sorted(entry.at for entry in told)
    stored = scene.stored(last.code)
    assert (told[0].at, told[2].at, told[3].at) == (stored.requested_at, stored.sold_at, stored.moved_at)
    assert status_at(told, told[-1].at) == Status.CLOSED
    assert status_at(told, told[0].at - SECOND) is None


def test_fractions_of_a_second_do_not_turn_it_back_either(any_scene: Scene) -> None:
    scene = any_scene
    scene.at = scene.at.replace(microsecond=900_000)
    order = scene.requested()
    scene.at = scene.at.replace(microsecond=100_000)
    scene.accepted(of=order)
    whole = scene.at.replace(microsecond=0)
    assert [whole, whole] == [entry.at for entry in scene.journal(order.code)]
    assert status_at(scene.journal(order.code), whole) == Status.ACCEPTED
