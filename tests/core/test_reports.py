"""Reports: which orders they have, how late those were closed, what they add up to, and what they cost to read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from core import errors
from core.db import Database
from core.order import Order
from core.people import Actor
from core.reports.book import ReportBook, names_of, owned
from core.reports.reading import records
from core.reports.record import Record
from core.reports.statements import PAGE
from core.reports.sums import Summary, Volume
from core.reports.wanted import Wanted
from core.terms import Movement, Party, Role, Status, Unit
from core.transitions import Annul, Arrive, Close, Reject, Snooze
from tests.bench.filling import fill
from tests.core.bulk import FACTURA, GUIA, TRUCK, Chain, gas, lima
from tests.core.scene import WAYBILL, Scene, close_all
from tests.test_queries import recorded

MARCH = (date(2021, 3, 1), date(2021, 3, 31))


@pytest.fixture
def chain(database_url: str) -> Iterator[Chain]:
    database = Database(database_url)
    yield Chain(database)
    database.close()


def of(scene: Scene, *agents: int, days: tuple[date, date] = MARCH, **conditions: Any) -> list[Record]:
    wanted = Wanted(*days, agents, **conditions)
    with scene.database.snapshot() as tx:
        return list(records(tx, wanted, scene.at))


def codes(found: list[Record]) -> list[str]:
    return [record.code for record in found]


def sums(found: list[Record], *agents: int) -> Summary:
    summary = Summary(agents)
    for record in found:
        summary.add(record)
    return summary


def closed(scene: Scene, days_later: float, order: Order | None = None) -> Order:
    """Return an order that is closed so many days after its sale."""
    sold = scene.sold(of=order)
    scene.passes(days=days_later)
    return scene.does(scene.buyer, close_all(sold)).order


# --- which orders ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", Status)
def test_both_sides_have_every_order_and_strangers_none(any_scene: Scene, status: Status) -> None:
    order = any_scene.bring_to(status)
    for agent_id in (any_scene.buyer_id, any_scene.seller_id):
        (record,) = of(any_scene, agent_id)
        assert (record.code, record.status) == (order.code, status)
        assert record.lines == any_scene.stored(order.code).lines
    assert of(any_scene, any_scene.other_id) == []
    assert codes(of(any_scene)) == [order.code]


def test_a_month_ends_at_midnight_in_lima(any_scene: Scene) -> None:
    made = []
    for moment in ("2021-02-28 23:59:59", "2021-03-01 00:00:00", "2021-03-31 23:59:59", "2021-04-01 00:00:00"):
        any_scene.at = lima(moment)
        made.append(any_scene.requested().code)
    for agents in ((), (any_scene.buyer_id,), (any_scene.seller_id,)):
        assert codes(of(any_scene, *agents)) == made[1:3]
        assert codes(of(any_scene, *agents, days=(date(2021, 2, 28), date(2021, 2, 28)))) == made[:1]
        assert codes(of(any_scene, *agents, days=(date(2021, 4, 1), date(2021, 4, 30)))) == made[3:]


def test_by_state_by_side_and_by_counterpart(any_scene: Scene) -> None:
    asked = any_scene.requested()
    finished = any_scene.bring_to(Status.CLOSED)
    other = any_scene.does(any_scene.stranger, any_scene.asking(buyer_id=any_scene.other_id)).order
    seller, buyer = any_scene.seller_id, any_scene.buyer_id
    assert codes(of(any_scene, seller)) == [asked.code, finished.code, other.code]
    assert codes(of(any_scene, seller, statuses=frozenset({Status.CLOSED}))) == [finished.code]
    both = frozenset({Status.CLOSED, Status.REQUESTED})
    assert codes(of(any_scene, buyer, statuses=both)) == [asked.code, finished.code]
    assert codes(of(any_scene, seller, party=Party.SELLER)) == [asked.code, finished.code, other.code]
    assert of(any_scene, seller, party=Party.BUYER) == []
    assert codes(of(any_scene, seller, others=(any_scene.other_id,))) == [other.code]
    assert codes(of(any_scene, seller, others=(any_scene.other_id, buyer), party=Party.SELLER)) == [
        asked.code, finished.code, other.code,
    ]  # fmt: skip


def test_an_order_between_two_of_the_agents_comes_once(any_scene: Scene) -> None:
    made = [any_scene.requested().code, any_scene.requested().code]
    assert codes(of(any_scene, any_scene.buyer_id, any_scene.seller_id, any_scene.other_id)) == made


def test_a_side_without_agents_is_no_report() -> None:
    for conditions in ({"party": Party.BUYER}, {"others": (1,)}):
        with pytest.raises(ValueError, match="some agents"):
            Wanted(*MARCH, **conditions)
    with pytest.raises(ValueError, match="first day"):
        Wanted(MARCH[1], MARCH[0])


# --- what is told of an order --------------------------------------------------------------------------------------


def test_every_movement_is_there_to_the_second_with_who_did_it(any_scene: Scene) -> None:
    scene = any_scene
    scene.at = lima("2021-03-25 10:00:01")
    order = scene.requested(scene.line(20))
    scene.at = lima("2021-03-25 11:00:02")
    scene.sold(18, of=order)
    scene.at = lima("2021-03-25 12:00:03")
    scene.does(scene.hire("Chofer", Role.DRIVER, scene.buyer_id), Arrive(order.code))
    scene.does(scene.buyer, Snooze(order.code, scene.at + timedelta(hours=1)))
    scene.at = lima("2021-03-26 00:00:04")
    scene.does(scene.buyer, Close(order.code, {1: Decimal(17)}))
    (record,) = of(scene, scene.buyer_id)
    assert [(step.at, step.movement, step.person) for step in record.steps] == [
        (lima("2021-03-25 10:00:01"), Movement.REQUESTED, "Titular compradora"),
        (lima("2021-03-25 11:00:02"), Movement.ACCEPTED, "Titular vendedor"),
        (lima("2021-03-25 11:00:02"), Movement.SOLD, "Titular vendedor"),
        (lima("2021-03-25 12:00:03"), Movement.ARRIVED, "Chofer"),
        (lima("2021-03-25 12:00:03"), Movement.SNOOZED, "Titular compradora"),
        (lima("2021-03-26 00:00:04"), Movement.CLOSED, "Titular compradora"),
    ]
    told = (record.requested_at, record.accepted_at, record.sold_at, record.arrived_at, record.ended_at(Status.CLOSED))
    assert told == tuple(record.steps[place].at for place in (0, 1, 2, 3, 5))
    assert record.ended_at(Status.REJECTED) is None
    assert (record.closed_by, record.document) == ("Titular compradora", WAYBILL)
    (line,) = record.lines
    assert (line.requested, line.accepted, line.sold, line.received) == tuple(map(Decimal, (20, 18, 18, 17)))
    assert (record.buyer.name, record.seller.name) == ("EL DISTRIBUIDOR", "LA PLANTA")
    assert record.lateness is not None
    assert (record.lateness.since, record.lateness.days) == (lima("2021-03-25 12:00:03"), 1)
    assert record.lateness.took == timedelta(hours=12, seconds=1)


def test_the_ruc_is_that_of_the_day_of_the_request(any_scene: Scene) -> None:
    any_scene.requested()
    before = of(any_scene, any_scene.buyer_id)[0].buyer.ruc
    any_scene.change_agent(any_scene.buyer_id, ruc="20448559093")
    assert of(any_scene, any_scene.buyer_id)[0].buyer.ruc == before


def test_bulk_is_told_in_exact_gallons_with_its_papers(chain: Chain) -> None:
    order = chain.does(chain.station.owner, chain.ask(chain.station, chain.granel, gas("3100.125"))).order
    chain.sell(order)
    chain.close(chain.station, order, "3099.875")
    days = (date(2017, 5, 23), date(2017, 5, 23))
    (record,) = of(chain, chain.station.id, days=days)
    (line,) = record.lines
    assert (line.requested, line.sold, line.received) == (Decimal("3100.125"),) * 2 + (Decimal("3099.875"),)
    assert (record.document, record.invoice, record.plate) == (GUIA, FACTURA, TRUCK)
    assert record.destination == "AV. PACHACUTEC 6587"
    summary = sums([record], chain.station.id)
    assert summary.volumes == {
        ("GLP-G", Unit.GALLONS): Volume(
            1, Decimal("3100.125"), Decimal("3100.125"), Decimal("3100.125"), Decimal("3099.875"), Decimal(0)
        )
    }


# --- how late ---------------------------------------------------------------------------------------------------------


def test_late_is_what_was_closed_on_another_day_or_should_have_been(any_scene: Scene) -> None:
    scene = any_scene
    scene.at = lima("2021-03-10 23:00:00")
    in_time = closed(scene, 59 / 1440)
    scene.at = lima("2021-03-10 23:00:00")
    just_late = closed(scene, 61 / 1440)
    scene.at = lima("2021-03-10 08:00:00")
    three_days = closed(scene, 3)
    scene.at = lima("2021-03-12 08:00:00")
    open_one = scene.sold()
    scene.at = lima("2021-03-14 07:00:00")
    fresh = scene.sold()
    rejected = scene.does(scene.buyer, Reject(scene.sold().code, "no llegó")).order
    days = {record.code: record.lateness and record.lateness.days for record in of(scene, scene.buyer_id)}
    assert days == {
        in_time.code: 0,
        just_late.code: 1,
        three_days.code: 3,
        open_one.code: 2,
        fresh.code: 0,
        rejected.code: None,
    }
    late = of(scene, scene.buyer_id, late=True)
    assert set(codes(late)) == {just_late.code, three_days.code, open_one.code}
    assert codes(of(scene, late=True)) == codes(sorted(late, key=lambda record: record.id))
    assert codes(of(scene, scene.seller_id, late=True, statuses=frozenset({Status.TO_CLOSE}))) == [open_one.code]
    tally = sums(of(scene, scene.buyer_id), scene.buyer_id).tally
    assert (tally.closed_late.count, tally.closed_late.days, tally.closed_late.worst) == (2, 4, 3)
    assert (tally.overdue.count, tally.overdue.worst) == (1, 2)


# --- the sums ---------------------------------------------------------------------------------------------------------


def test_sums_by_state_by_counterpart_and_by_product(any_scene: Scene) -> None:
    scene = any_scene
    first = scene.sold(20, 5)
    scene.does(scene.buyer, Close(first.code, {1: Decimal(18), 2: Decimal(5)}))
    second = scene.sold(of=scene.requested(scene.line(7)))
    scene.does(scene.seller, Reject(second.code, "error"))
    scene.does(scene.buyer, Annul(scene.requested(scene.line(3)).code))
    summary = sums(of(scene, scene.seller_id), scene.seller_id)
    assert summary.tally.statuses == {Status.CLOSED: 1, Status.REJECTED: 1, Status.ANNULLED: 1}
    ((party, name, _ruc),) = summary.partners
    assert (party, name) == (Party.BUYER, "EL DISTRIBUIDOR")
    ten, big = summary.volumes["JOYCE GAS 10 kg", Unit.PIECES], summary.volumes["PROUST GAS 45 kg", Unit.PIECES]
    assert ten == Volume(3, Decimal(30), Decimal(27), Decimal(20), Decimal(18), Decimal(180))
    assert big == Volume(1, Decimal(5), Decimal(5), Decimal(5), Decimal(5), Decimal(225))
    everybody = sums(of(scene))
    assert {party for party, _name, _ruc in everybody.partners} == set(Party)


def test_nothing_adds_up_to_nothing(any_scene: Scene) -> None:
    summary = sums(of(any_scene, any_scene.buyer_id), any_scene.buyer_id)
    assert (summary.tally.orders, summary.partners, summary.volumes) == (0, {}, {})


# --- what an owner may have -----------------------------------------------------------------------------------------


def book(scene: Scene, actor: Actor, wanted: Wanted, most: int = 10) -> Any:
    with scene.database.reading() as tx:
        looking = ReportBook(tx, actor, scene.at)
        return looking.tally(wanted, most), looking.counterparts(wanted)


def test_an_owner_counts_and_names_what_the_report_will_have(any_scene: Scene) -> None:
    scene = any_scene
    scene.at = lima("2021-03-10 08:00:00")
    closed(scene, 1)
    scene.requested()
    for actor, agent_id, other in (
        (scene.buyer, scene.buyer_id, "LA PLANTA"),
        (scene.seller, scene.seller_id, "EL DISTRIBUIDOR"),
    ):
        wanted = Wanted(*MARCH, (agent_id,))
        tally, partners = book(scene, actor, wanted)
        assert tally == sums(of(scene, agent_id), agent_id).tally
        assert [one.name for one in partners] == [other]
        late, _partners = book(scene, actor, Wanted(*MARCH, (agent_id,), late=True))
        assert late.statuses == {Status.CLOSED: 1}
        too_many, _partners = book(scene, actor, wanted, most=1)
        assert too_many is None


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.DRIVER, None])
def test_whoever_does_not_own_the_agent_gets_nothing(any_scene: Scene, role: Role | None) -> None:
    scene = any_scene
    scene.requested()
    actor = scene.hire("Otra persona", role, scene.buyer_id) if role else scene.stranger
    for agents in ((scene.buyer_id,), (), (scene.other_id, scene.buyer_id)):
        with pytest.raises(errors.UnknownAgent):
            book(scene, actor, Wanted(*MARCH, agents))
    with scene.database.reading() as tx:
        assert owned(tx, actor.person_id, scene.buyer_id) is None
        assert owned(tx, scene.buyer.person_id, scene.seller_id) is None
        found = owned(tx, scene.buyer.person_id, scene.buyer_id)
        assert found is not None and found.name == "EL DISTRIBUIDOR"
        assert names_of(tx, (scene.buyer_id, scene.seller_id)) == ("LA PLANTA", "EL DISTRIBUIDOR")


# --- what it costs ----------------------------------------------------------------------------------------------------


def test_statements_grow_with_the_pages_and_not_with_the_orders(any_world: Any) -> None:
    made = fill(any_world.database, 5_000)
    at = any_world.clock()
    year = (date(2020, 1, 1), date(2100, 1, 1))
    with recorded(any_world) as statements, any_world.database.snapshot() as tx:
        everybody = list(records(tx, Wanted(*year), at))
    assert sorted(codes(everybody)) == sorted(made)
    pages = 5_000 // PAGE
    assert len([one for one in statements if one.startswith("SELECT")]) <= 3 * pages + 3
    plant = any_world.agent_id("CHARLES BUKOWSKY SRL - PTA CALLAO")
    hers = [record for record in everybody if plant in (record.buyer.agent_id, record.seller.agent_id)]
    with recorded(any_world) as statements, any_world.database.snapshot() as tx:
        found = list(records(tx, Wanted(*year, (plant,)), at))
    assert found == sorted(hers, key=lambda record: (record.requested_at, record.id))
    assert len(found) > 200
    assert len([one for one in statements if one.startswith("SELECT")]) <= 2 * (len(found) // PAGE + 2) + 2
    assert all(record.lines and record.steps for record in found)


def test_pages_go_on_where_the_last_one_ended(any_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.reports.reading.PAGE", 3)
    made = [any_scene.requested().code for _order in range(7)]  # all in the same second
    any_scene.passes(seconds=1)
    made += [any_scene.requested().code for _order in range(4)]
    for agents in ((), (any_scene.buyer_id,), (any_scene.seller_id, any_scene.buyer_id)):
        found = of(any_scene, *agents)
        assert codes(found) == made
        assert all(record.lines and record.steps for record in found)


def test_a_report_is_of_one_moment_although_orders_move(any_scene: Scene) -> None:
    orders = [any_scene.requested() for _order in range(3)]
    with any_scene.database.snapshot() as tx:
        told = records(tx, Wanted(*MARCH), any_scene.at)
        first = next(told)
        any_scene.does(any_scene.buyer, Annul(orders[2].code))
        assert [first.status, *(record.status for record in told)] == [Status.REQUESTED] * 3
        again = [record.status for record in records(tx, Wanted(*MARCH), any_scene.at)]
    assert again == [Status.REQUESTED] * 3
    assert of(any_scene)[2].status is Status.ANNULLED
