"""Who may do what to an order, from where, and where it leads: the table of domain.md 2.1, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Connection

from core import errors
from core.db import Database
from core.errors import Refused
from core.order import Order
from core.people import Actor
from core.service import Done, execute, history
from core.terms import Movement, Party, Role, Status
from core.transitions import Annul, Arrive, Close, OrderCommand, Reject, Sell, Snooze, possible
from tests.core.scene import NEVER_ISSUED, WAYBILL, Rows, Scene, accept_all, all_rows, attempt, close_all
from tests.world import HYDE, World

COLUMNS = (
    "buyer owner",
    "buyer operator",
    "seller owner",
    "seller operator",
    "buyer driver",
    "buyer driver who may close",
    "seller driver",
    "stranger",
)
# Written by hand from domain.md 2.1, "non-transitions" and A4, A5, A9, A19, A22. A word in capitals is the movement
# that is registered (VENDIDO leaves the order POR CERRAR). Otherwise: other = it belongs to the other side, role = not
# for this role, state = not from here, done = this side did this before, none = this person knows of no such order.
# RECHAZADO-V was rejected by the seller while SOLICITADO, RECHAZADO-C by the buyer while POR CERRAR.
TABLE = """
         from         b.owner    b.operator s.owner    s.operator b.driver b.closer s.driver stranger
Annul    SOLICITADO   ANULADO    ANULADO    other      other      role     role     other    none
Annul    ANULADO      done       done       other      other      role     role     other    none
Annul    ACEPTADO     state      state      other      other      role     role     other    none
Annul    POR-CERRAR   state      state      other      other      role     role     other    none
Annul    CERRADO      state      state      other      other      role     role     other    none
Annul    RECHAZADO-V  state      state      other      other      role     role     other    none
Annul    RECHAZADO-C  state      state      other      other      role     role     other    none
Accept   SOLICITADO   other      other      ACEPTADO   ACEPTADO   other    other    role     none
Accept   ANULADO      other      other      state      state      other    other    role     none
Accept   ACEPTADO     other      other      done       done       other    other    role     none
Accept   POR-CERRAR   other      other      done       done       other    other    role     none
Accept   CERRADO      other      other      done       done       other    other    role     none
Accept   RECHAZADO-V  other      other      state      state      other    other    role     none
Accept   RECHAZADO-C  other      other      done       done       other    other    role     none
Sell     SOLICITADO   other      other      state      state      other    other    role     none
Sell     ANULADO      other      other      state      state      other    other    role     none
Sell     ACEPTADO     other      other      VENDIDO    VENDIDO    other    other    role     none
Sell     POR-CERRAR   other      other      done       done       other    other    role     none
Sell     CERRADO      other      other      done       done       other    other    role     none
Sell     RECHAZADO-V  other      other      state      state      other    other    role     none
Sell     RECHAZADO-C  other      other      done       done       other    other    role     none
Reject   SOLICITADO   state      state      RECHAZADO  RECHAZADO  role     role     role     none
Reject   ANULADO      state      state      state      state      role     role     role     none
Reject   ACEPTADO     state      state      RECHAZADO  RECHAZADO  role     role     role     none
Reject   POR-CERRAR   RECHAZADO  RECHAZADO  RECHAZADO  RECHAZADO  role     role     role     none
Reject   CERRADO      state      state      state      state      role     role     role     none
Reject   RECHAZADO-V  state      state      done       done       role     role     role     none
Reject   RECHAZADO-C  done       done       state      state      role     role     role     none
Close    SOLICITADO   state      state      other      other      role     state    other    none
Close    ANULADO      state      state      other      other      role     state    other    none
Close    ACEPTADO     state      state      other      other      role     state    other    none
Close    POR-CERRAR   CERRADO    CERRADO    other      other      role     CERRADO  other    none
Close    CERRADO      done       done       other      other      role     done     other    none
Close    RECHAZADO-V  state      state      other      other      role     state    other    none
Close    RECHAZADO-C  state      state      other      other      role     state    other    none
Arrive   SOLICITADO   LLEGADA    LLEGADA    LLEGADA    LLEGADA    LLEGADA    LLEGADA    LLEGADA   none
Arrive   ANULADO      state      state      state      state      state      state      state   none
Arrive   ACEPTADO     LLEGADA    LLEGADA    LLEGADA    LLEGADA    LLEGADA    LLEGADA    LLEGADA   none
Arrive   POR-CERRAR   LLEGADA    LLEGADA    LLEGADA    LLEGADA    LLEGADA    LLEGADA    LLEGADA   none
Arrive   CERRADO      state      state      state      state      state      state      state   none
Arrive   RECHAZADO-V  state      state      state      state      state      state      state   none
Arrive   RECHAZADO-C  state      state      state      state      state      state      state   none
Snooze   SOLICITADO   state      state      other      other      role     state    other    none
Snooze   ANULADO      state      state      other      other      role     state    other    none
Snooze   ACEPTADO     state      state      other      other      role     state    other    none
Snooze   POR-CERRAR   POSPUESTO  POSPUESTO  other      other      role     POSPUESTO other   none
Snooze   CERRADO      state      state      other      other      role     state    other    none
Snooze   RECHAZADO-V  state      state      other      other      role     state    other    none
Snooze   RECHAZADO-C  state      state      other      other      role     state    other    none
"""
CELLS = [
    (command, situation, column, cell)
    for command, situation, *row in (text.split() for text in TABLE.strip().splitlines()[1:])
    for column, cell in zip(COLUMNS, row, strict=True)
]
STATUS = {
    "SOLICITADO": Status.REQUESTED,
    "ANULADO": Status.ANNULLED,
    "ACEPTADO": Status.ACCEPTED,
    "POR-CERRAR": Status.TO_CLOSE,
    "CERRADO": Status.CLOSED,
    "RECHAZADO-V": Status.REJECTED,
    "RECHAZADO-C": Status.REJECTED,
}
MOVEMENT = {
    "Annul": Movement.ANNULLED,
    "Accept": Movement.ACCEPTED,
    "Sell": Movement.SOLD,
    "Reject": Movement.REJECTED,
    "Close": Movement.CLOSED,
    "Arrive": Movement.ARRIVED,
    "Snooze": Movement.SNOOZED,
}
LEADS_TO = {
    "ANULADO": Status.ANNULLED,
    "ACEPTADO": Status.ACCEPTED,
    "VENDIDO": Status.TO_CLOSE,
    "CERRADO": Status.CLOSED,
    "RECHAZADO": Status.REJECTED,
}
BELONGS_TO = {
    "Annul": Party.BUYER,
    "Accept": Party.SELLER,
    "Sell": Party.SELLER,
    "Close": Party.BUYER,
    "Snooze": Party.BUYER,
}


def side_of(column: str) -> Party:
    return Party.SELLER if column.startswith("seller") else Party.BUYER


def role_of(column: str) -> Role:
    if "driver" in column:
        return Role.DRIVER
    return Role.OPERATOR if "operator" in column else Role.OWNER


@dataclass
class Stage:
    """An order in every situation, and one person for every column."""

    scene: Scene
    orders: dict[str, Order]
    done: dict[tuple[str, Movement, Party], tuple[datetime, str]]
    cast: dict[str, Actor]

    def command(self, name: str, situation: str) -> OrderCommand:
        order = self.orders[situation]
        return {
            "Annul": Annul(order.code),
            "Accept": accept_all(order),
            "Sell": Sell(order.code, WAYBILL),
            "Reject": Reject(order.code, "no hay stock"),
            "Close": close_all(order),
            "Arrive": Arrive(order.code),
            "Snooze": Snooze(order.code, self.scene.at + timedelta(minutes=30)),
        }[name]

    def tries(self, actor: Actor, command: OrderCommand) -> tuple[Done | Refused, Rows, Rows]:
        """Carry out a command and take it back; return the result and the rows before and after it."""
        with self.scene.database.engine.connect() as tx:
            before = all_rows(tx)
            result = attempt(tx, command, actor, self.scene.at)
            after = all_rows(tx)
            if isinstance(result, Done):
                assert history(tx, result.order.id)[-1] == result.entry
            tx.rollback()
        return result, before, after

    def refusal(self, name: str, situation: str, column: str, cell: str) -> Refused:
        """Return the refusal that a cell of the table means."""
        order, now, wanted = self.orders[situation], STATUS[situation], MOVEMENT[name]
        if cell == "none":
            return errors.UnknownOrder(order.code)
        if cell == "other":
            return errors.NotYourMove(order.code, wanted, BELONGS_TO[name], now)
        if cell == "role":
            return errors.RoleNotAllowed(order.code, wanted, role_of(column))
        if cell == "state":
            return errors.WrongStatus(order.code, wanted, now, side_of(column))
        assert cell == "done"
        at, by = self.done[situation, wanted, side_of(column)]
        return errors.AlreadyDone(order.code, wanted, at, by, now)


def build(scene: Scene) -> Stage:
    cast = {
        "buyer owner": scene.buyer,
        "buyer operator": scene.hire("Operador comprador", Role.OPERATOR, scene.buyer_id),
        "seller owner": scene.seller,
        "seller operator": scene.hire("Operadora vendedora", Role.OPERATOR, scene.seller_id),
        "buyer driver": scene.hire("Chofer comprador", Role.DRIVER, scene.buyer_id),
        "buyer driver who may close": scene.hire("Chofer que cierra", Role.DRIVER, scene.buyer_id, may_close=True),
        "seller driver": scene.hire("Chofer vendedor", Role.DRIVER, scene.seller_id, may_close=True),
        "stranger": scene.stranger,
    }
    ways: dict[str, tuple[tuple[str, str], ...]] = {
        "SOLICITADO": (),
        "ANULADO": (("buyer operator", "Annul"),),
        "ACEPTADO": (("seller operator", "Accept"),),
        "POR-CERRAR": (("seller operator", "Accept"), ("seller owner", "Sell")),
        "CERRADO": (("seller owner", "Accept"), ("seller operator", "Sell"), ("buyer driver who may close", "Close")),
        "RECHAZADO-V": (("seller operator", "Reject"),),
        "RECHAZADO-C": (("seller owner", "Accept"), ("seller operator", "Sell"), ("buyer operator", "Reject")),
    }
    stage = Stage(scene, {}, {}, cast)
    for situation, steps in ways.items():
        scene.passes(minutes=7)
        stage.orders[situation] = scene.requested()
        for column, name in steps:
            scene.passes(minutes=1, seconds=1)
            done = scene.does(cast[column], stage.command(name, situation))
            stage.orders[situation] = done.order
            stage.done[situation, MOVEMENT[name], side_of(column)] = (scene.at, cast[column].name)
    scene.passes(hours=1)
    return stage


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    maker = request.getfixturevalue(f"{request.param}_maker")
    with maker.new() as url:
        database = Database(url)
        yield build(Scene(database))
        database.close()


def test_the_table_has_every_cell() -> None:
    assert 7 * 7 * 8 == len({cell[:3] for cell in CELLS}) == len(CELLS)


def test_every_situation_is_what_it_is_called(stage: Stage) -> None:
    assert {name: stage.scene.stored(order.code).status for name, order in stage.orders.items()} == STATUS


@pytest.mark.parametrize(("name", "situation", "column", "cell"), CELLS)
def test_every_cell_of_the_table_holds(stage: Stage, name: str, situation: str, column: str, cell: str) -> None:
    actor, order = stage.cast[column], stage.orders[situation]
    result, before, after = stage.tries(actor, stage.command(name, situation))
    if cell.islower():
        assert stage.refusal(name, situation, column, cell) == result
        assert before == after
        return
    assert isinstance(result, Done), result
    leads_to = LEADS_TO.get(cell, order.status)  # LLEGADA is only noted
    assert (cell, leads_to) == (result.entry.movement.value, result.entry.status)
    assert leads_to == result.order.status
    assert (side_of(column), actor.person_id) == (result.entry.party, result.entry.person_id)
    assert stage.scene.at == result.entry.at
    assert len(before) + 1 == len(after)
    assert len(stage.scene.journal(order.code)) + 1 == result.entry.number


@pytest.mark.parametrize("situation", STATUS)
def test_what_is_offered_is_what_the_table_allows(stage: Stage, situation: str) -> None:
    for column in COLUMNS:
        offered = {command.__name__ for command in possible(stage.orders[situation], stage.cast[column])}
        expected = {cell[0] for cell in CELLS if cell[1:3] == (situation, column) and cell[3].isupper()}
        assert (column, expected) == (column, offered)


@pytest.mark.parametrize("name", MOVEMENT)
def test_a_stranger_cannot_tell_an_order_from_a_code_never_issued(stage: Stage, name: str) -> None:
    command = stage.command(name, "POR-CERRAR")
    seen, _before, _after = stage.tries(stage.scene.stranger, command)
    fields = dict(vars(command))
    never, _before, _after = stage.tries(stage.scene.stranger, type(command)(**(fields | {"code": NEVER_ISSUED})))
    assert errors.UnknownOrder(command.code) == seen
    assert errors.UnknownOrder(NEVER_ISSUED) == never
    assert vars(never) | {"code": command.code} == vars(seen)
    assert repr(never).replace(NEVER_ISSUED, command.code) == repr(seen)


def test_somebody_without_any_agent_sees_nothing(stage: Stage) -> None:
    nobody = Actor(0, "", "phone", ())
    for name in MOVEMENT:
        command = stage.command(name, "SOLICITADO")
        assert errors.UnknownOrder(command.code) == stage.tries(nobody, command)[0]


def test_a_membership_that_ended_no_longer_opens_the_order(stage: Stage) -> None:
    # the actor was read before the row went: the database has the last word
    former = Actor(999_999, "Quien fue titular", "phone", stage.scene.buyer.memberships)
    command = stage.command("Annul", "SOLICITADO")
    assert errors.UnknownOrder(command.code) == stage.tries(former, command)[0]


def test_a_whole_order_commits_step_by_step(any_scene: Scene) -> None:
    scene = any_scene
    order = scene.requested()
    steps = (
        (scene.seller, accept_all(order), Status.ACCEPTED, Movement.ACCEPTED),
        (scene.seller, Sell(order.code, WAYBILL), Status.TO_CLOSE, Movement.SOLD),
        (scene.buyer, close_all(order), Status.CLOSED, Movement.CLOSED),
    )
    for actor, command, status, movement in steps:
        scene.passes(seconds=1)
        done = scene.does(actor, command)
        assert done.order == scene.stored(order.code)
        assert done.entry == scene.journal(order.code)[-1]
        assert (status, movement) == (done.order.status, done.entry.movement)
    assert [entry.number for entry in scene.journal(order.code)] == [1, 2, 3, 4]


# --- SOLICITAR --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.OWNER, Role.OPERATOR])
def test_owners_and_operators_request(any_scene: Scene, role: Role) -> None:
    actor = any_scene.hire("Quien pide", role, any_scene.buyer_id)
    done = any_scene.does(actor, any_scene.asking())
    assert (
        done.order.status,
        done.entry.movement,
        done.entry.party,
    ) == (Status.REQUESTED, Movement.REQUESTED, Party.BUYER)
    assert done.order == any_scene.stored(done.order.code)
    assert (done.entry,) == any_scene.journal(done.order.code)


@pytest.mark.parametrize("may_close", [False, True])
def test_drivers_do_not_request(scene: Scene, may_close: bool) -> None:
    driver = scene.hire("Chofer", Role.DRIVER, scene.buyer_id, may_close=may_close)
    assert errors.RoleNotAllowed("", Movement.REQUESTED, Role.DRIVER) == scene.refusal(driver, scene.asking())


def test_nobody_requests_for_an_agent_that_is_not_theirs(scene: Scene) -> None:
    for actor in (scene.seller, scene.stranger, Actor(0, "", "phone", ())):
        assert errors.UnknownAgent() == scene.refusal(actor, scene.asking())
    assert errors.UnknownAgent() == scene.refusal(scene.buyer, scene.asking(buyer_id=987_654))
    assert errors.UnknownAgent() == scene.refusal(scene.buyer, scene.asking(seller_id=987_654))


# --- one person on both sides -----------------------------------------------------------------------------------------


def test_somebody_on_both_sides_does_each_step_for_the_side_it_belongs_to(any_scene: Scene) -> None:
    scene = any_scene
    both = scene.hire("De los dos", Role.OWNER, scene.seller_id, scene.buyer_id)
    order = scene.does(both, scene.asking()).order
    for command in (accept_all(order), Sell(order.code, WAYBILL), close_all(order)):
        scene.does(both, command)
    told = [(entry.party, entry.agent_id) for entry in scene.journal(order.code)]
    buying, selling = (Party.BUYER, scene.buyer_id), (Party.SELLER, scene.seller_id)
    assert [buying, selling, selling, buying] == told


@pytest.mark.parametrize("status", [Status.REQUESTED, Status.ACCEPTED])
def test_somebody_on_both_sides_rejects_as_the_seller_before_the_sale(scene: Scene, status: Status) -> None:
    both = scene.hire("De los dos", Role.OWNER, scene.buyer_id, scene.seller_id)
    done = scene.does(both, Reject(scene.bring_to(status).code, "se acabó"))
    assert (done.order.status, done.entry.party) == (Status.REJECTED, Party.SELLER)


@pytest.mark.parametrize(
    ("role_for_buyer", "role_for_seller", "party"),
    [
        (Role.DRIVER, Role.OWNER, Party.SELLER),
        (Role.OPERATOR, Role.DRIVER, Party.BUYER),
        (Role.DRIVER, Role.OPERATOR, Party.SELLER),
    ],
)
def test_somebody_on_both_sides_rejects_for_the_side_where_their_role_may(
    scene: Scene, role_for_buyer: Role, role_for_seller: Role, party: Party
) -> None:
    both = scene.hire_as(
        "De los dos", (scene.buyer_id, role_for_buyer, False), (scene.seller_id, role_for_seller, False)
    )
    order = scene.sold()
    assert Reject in possible(order, both)
    assert party == scene.does(both, Reject(order.code, "se acabó")).entry.party


def test_somebody_on_both_sides_who_rejects_twice_is_told_that_it_was_done(scene: Scene) -> None:
    both = scene.hire("De los dos", Role.OWNER, scene.buyer_id, scene.seller_id)
    order = scene.requested()
    scene.does(both, Reject(order.code, "se acabó"))
    expected = errors.AlreadyDone(order.code, Movement.REJECTED, scene.at, both.name, Status.REJECTED)
    assert expected == scene.refusal(both, Reject(order.code, "se acabó"))


def test_a_driver_of_the_seller_who_owns_the_buyer_closes(scene: Scene) -> None:
    both = scene.hire_as("De los dos", (scene.seller_id, Role.DRIVER, False), (scene.buyer_id, Role.OWNER, False))
    done = scene.does(both, close_all(scene.sold()))
    assert (done.order.status, done.entry.party) == (Status.CLOSED, Party.BUYER)


# --- how it is refused ------------------------------------------------------------------------------------------------


def test_a_refusal_comes_out_of_a_transaction_as_itself(any_world: World) -> None:
    with pytest.raises(errors.UnknownOrder) as caught:
        any_world.does(HYDE, Annul(NEVER_ISSUED))
    assert errors.UnknownOrder(NEVER_ISSUED) == caught.value


def accept_and_then(tx: Connection, order: Order, command: OrderCommand, scene: Scene) -> None:
    execute(tx, accept_all(order), scene.seller, scene.at)
    execute(tx, command, scene.buyer, scene.at)


def test_a_refusal_undoes_the_transaction_that_it_leaves(any_scene: Scene) -> None:
    order = any_scene.requested()
    before = any_scene.rows()
    wrong = Close(order.code, {1: Decimal(1)})
    with pytest.raises(errors.WrongStatus), any_scene.database.transaction() as tx:
        accept_and_then(tx, order, wrong, any_scene)
    assert before == any_scene.rows()
