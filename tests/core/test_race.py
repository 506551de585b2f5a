"""Two hundred people want the same thing at once: one gets it, everybody else is told what the order is now."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from itertools import cycle, islice

import pytest
from sqlalchemy import select

from core.order import Order
from core.people import Actor, Membership
from core.statements import agents, memberships, orders, people
from core.terms import Movement, Party, Role, Status
from core.transitions import Annul, Reject, Sell
from tests.core.racing import Outcome, Start, prepare, race, race_here
from tests.core.scene import WAYBILL, Command, Scene, accept_all, close_all

PEOPLE = 200
PROCESSES = 3
THREADS_EACH = 20
"""PostgreSQL lets in a hundred connections: three processes of twenty stay below."""


def crowd(scene: Scene, agent_id: int, size: int = PEOPLE) -> list[Actor]:
    """Add that many operators of the agent, at once."""
    with scene.database.transaction() as tx:
        agent = tx.execute(select(agents.c.name, agents.c.activity).where(agents.c.id == agent_id)).one()
        name = f"Operador de {agent_id}"
        tx.execute(people.insert(), [{"name": name, "phone": None, "locale": "es_PE"}] * size)
        ids = list(tx.execute(select(people.c.id).where(people.c.name == name)).scalars())
        row = {"agent_id": agent_id, "role": Role.OPERATOR, "may_close": False}
        tx.execute(memberships.insert(), [{**row, "person_id": person_id} for person_id in ids])
    held = (Membership(agent_id, agent.name, agent.activity, Role.OPERATOR),)
    return [Actor(person_id, name, "phone", held) for person_id in ids]


def before(scene: Scene, kind: str) -> tuple[Order, int, Command]:
    """Return an order for which the command is due, the agent that does it, and the command."""
    if kind == "Annul":
        order = scene.requested()
        return order, scene.buyer_id, Annul(order.code)
    if kind == "Accept":
        order = scene.requested()
        return order, scene.seller_id, accept_all(order)
    if kind == "Sell":
        order = scene.accepted()
        return order, scene.seller_id, Sell(order.code, WAYBILL)
    order = scene.sold()
    if kind == "Reject":
        return order, scene.buyer_id, Reject(order.code, "no llegó")
    return order, scene.buyer_id, close_all(order)


MOVES = {
    "Annul": (Movement.ANNULLED, Status.ANNULLED),
    "Accept": (Movement.ACCEPTED, Status.ACCEPTED),
    "Sell": (Movement.SOLD, Status.TO_CLOSE),
    "Reject": (Movement.REJECTED, Status.REJECTED),
    "Close": (Movement.CLOSED, Status.CLOSED),
}


def check_one_winner(scene: Scene, order: Order, outcomes: list[Outcome], kind: str) -> None:
    movement, status = MOVES[kind]
    assert Counter(outcome.kind for outcome in outcomes) == {"Done": 1, "AlreadyDone": PEOPLE - 1}, outcomes[:3]
    (winner,) = [outcome for outcome in outcomes if outcome.is_done]
    told = scene.journal(order.code)
    assert [movement] == [entry.movement for entry in told if entry.movement is movement]
    assert (winner.person_id, winner.facts["number"]) == (told[-1].person_id, told[-1].number)
    assert list(range(1, len(told) + 1)) == [entry.number for entry in told]
    assert status == scene.stored(order.code).status
    last = told[-1]
    facts = {"code": order.code, "movement": movement, "at": last.at, "by": last.person_name, "now": status}
    facts["declared"] = last.declared
    assert [outcome for outcome in outcomes if not outcome.is_done and outcome.facts != facts] == []
    assert len({outcome.person_id for outcome in outcomes}) == PEOPLE


@pytest.mark.parametrize("kind", MOVES)
def test_of_two_hundred_threads_one_moves_the_order(any_scene: Scene, kind: str) -> None:
    order, agent_id, command = before(any_scene, kind)
    starts: list[Start] = [(actor, command) for actor in crowd(any_scene, agent_id)]
    any_scene.passes(minutes=1)
    outcomes = race(any_scene.database, starts, any_scene.at, PEOPLE)
    check_one_winner(any_scene, order, outcomes, kind)


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    spawning = multiprocessing.get_context("spawn")
    barrier = spawning.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, mp_context=spawning, initializer=prepare, initargs=(barrier,)) as pool:
        yield pool


def race_in(pool: ProcessPoolExecutor, scene: Scene, starts: list[Start]) -> list[Outcome]:
    """Deal the people out to the processes, which begin together."""
    url = scene.database.url.render_as_string(hide_password=False)
    shares = [starts[number::PROCESSES] for number in range(PROCESSES)]
    running = [pool.submit(race_here, url, share, scene.at, THREADS_EACH) for share in shares]
    return [outcome for one in running for outcome in one.result(timeout=120)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["Sell", "Close"])
def test_of_two_hundred_people_in_several_processes_one_moves_the_order(
    any_scene: Scene, processes: ProcessPoolExecutor, kind: str
) -> None:
    order, agent_id, command = before(any_scene, kind)
    starts: list[Start] = [(actor, command) for actor in crowd(any_scene, agent_id)]
    any_scene.passes(minutes=1)
    check_one_winner(any_scene, order, race_in(processes, any_scene, starts), kind)


# --- different movements at once --------------------------------------------------------------------------------------


def three_ways(scene: Scene, order: Order) -> list[Start]:
    """Deal the three movements out to people of the side that they belong to, in turn."""
    sellers, buyers = crowd(scene, scene.seller_id, 134), crowd(scene, scene.buyer_id, 66)
    commands: tuple[Command, ...] = (accept_all(order), Reject(order.code, "sin stock"), Annul(order.code))
    turns = islice(cycle(zip((sellers, sellers, buyers), commands, strict=True)), PEOPLE)
    return [(side.pop(), command) for side, command in turns]


def check_three_ways(scene: Scene, order: Order, outcomes: list[Outcome]) -> None:
    """An acceptance may be followed by a rejection; what is annulled or rejected stays so."""
    kinds = Counter(outcome.kind for outcome in outcomes)
    told = scene.journal(order.code)
    ways = [
        [Movement.REQUESTED, Movement.ANNULLED],
        [Movement.REQUESTED, Movement.REJECTED],
        [Movement.REQUESTED, Movement.ACCEPTED, Movement.REJECTED],
    ]
    assert [entry.movement for entry in told] in ways
    assert len(told) - 1 == kinds["Done"]
    assert len(outcomes) - kinds["Done"] == kinds["AlreadyDone"] + kinds["WrongStatus"], kinds
    assert told[-1].status == scene.stored(order.code).status
    assert list(range(1, len(told) + 1)) == [entry.number for entry in told]
    for outcome in outcomes:
        if outcome.is_done:
            continue
        assert outcome.facts["code"] == order.code
        assert outcome.facts["now"] in {entry.status for entry in told[1:]}
        if outcome.kind == "AlreadyDone":
            assert outcome.facts["movement"] in {entry.movement for entry in told}


def test_acceptances_rejections_and_annulments_in_threads_leave_one_story(any_scene: Scene) -> None:
    order = any_scene.requested()
    outcomes = race(any_scene.database, three_ways(any_scene, order), any_scene.at, PEOPLE)
    check_three_ways(any_scene, order, outcomes)


@pytest.mark.slow
def test_acceptances_rejections_and_annulments_in_several_processes_leave_one_story(
    any_scene: Scene, processes: ProcessPoolExecutor
) -> None:
    order = any_scene.requested()
    outcomes = race_in(processes, any_scene, three_ways(any_scene, order))
    check_three_ways(any_scene, order, outcomes)


def test_a_close_and_two_rejections_at_once_end_the_order_once(any_scene: Scene) -> None:
    scene = any_scene
    for _ in range(10):
        order = scene.sold()
        starts: list[Start] = [
            (scene.buyer, close_all(order)),
            (scene.buyer, Reject(order.code, "no llegó")),
            (scene.seller, Reject(order.code, "volvió")),
        ]
        outcomes = race(scene.database, starts, scene.at, 3)
        kinds = Counter(outcome.kind for outcome in outcomes)
        assert kinds["Done"] == 1
        assert kinds["WrongStatus"] + kinds["AlreadyDone"] == 2
        told = scene.journal(order.code)
        assert len(told) == 4
        ends = {Status.CLOSED, Status.REJECTED}
        assert told[-1].status == scene.stored(order.code).status
        assert {told[-1].status} == {outcome.facts["now"] for outcome in outcomes if not outcome.is_done} & ends


# --- the last free capacity -------------------------------------------------------------------------------------------


def check_one_fits(scene: Scene, outcomes: list[Outcome]) -> None:
    assert {"Done": 1, "OverCapacity": len(outcomes) - 1} == Counter(outcome.kind for outcome in outcomes), outcomes[:3]
    with scene.database.reading() as tx:
        (code,) = tx.execute(select(orders.c.code)).scalars()
    for outcome in outcomes:
        if not outcome.is_done:
            (holding,) = outcome.facts["holding"]
            assert (code, Status.REQUESTED, 425) == (holding.code, holding.status, holding.held)
            assert (outcome.facts["capacity"], outcome.facts["free"], outcome.facts["wanted"]) == (500, 75, 425)


@pytest.mark.parametrize("size", [2, 40])
def test_of_requests_for_the_last_free_capacity_one_fits(any_scene: Scene, size: int) -> None:
    any_scene.change_agent(any_scene.buyer_id, capacity=Decimal(500))
    starts: list[Start] = [(actor, any_scene.asking()) for actor in crowd(any_scene, any_scene.buyer_id, size)]
    check_one_fits(any_scene, race(any_scene.database, starts, any_scene.at, size))


@pytest.mark.slow
def test_of_requests_for_the_last_free_capacity_in_several_processes_one_fits(
    any_scene: Scene, processes: ProcessPoolExecutor
) -> None:
    any_scene.change_agent(any_scene.buyer_id, capacity=Decimal(500))
    starts: list[Start] = [(actor, any_scene.asking()) for actor in crowd(any_scene, any_scene.buyer_id, 60)]
    check_one_fits(any_scene, race_in(processes, any_scene, starts))


def test_of_two_requests_of_one_conversation_at_once_one_makes_the_order(any_scene: Scene) -> None:
    people_of_the_chat = crowd(any_scene, any_scene.buyer_id, 16)
    starts: list[Start] = [(actor, any_scene.asking(draft="chat-1")) for actor in people_of_the_chat]
    outcomes = race(any_scene.database, starts, any_scene.at, 16)
    assert Counter(outcome.kind for outcome in outcomes) == {"Done": 1, "AlreadyDone": 15}
    with any_scene.database.reading() as tx:
        (code,) = tx.execute(select(orders.c.code)).scalars()
    assert {code} == {outcome.facts["code"] for outcome in outcomes if not outcome.is_done}
    (entry,) = any_scene.journal(code)
    assert entry.party == Party.BUYER
