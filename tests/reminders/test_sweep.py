"""One sweep: who is reminded of what, decided once, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from bot.store import outbox
from core.clock import LIMA
from core.statements import brands
from core.transitions import Accept, Request, RequestedLine, Sell
from reminders.sweep import sweep
from tests.world import DRIVER, EMILE, HYDE, PLANT, World


def lima(text: str) -> datetime:
    """Return a moment written as 25/03 14:00, of the year 2021."""
    return datetime.strptime(f"2021/{text}", "%Y/%d/%m %H:%M").replace(tzinfo=LIMA).astimezone(UTC)


def order(world: World, *, sold: bool = True, buyer: str = EMILE, seller: str = HYDE) -> str:
    """Return the code of a new order, sold at the world's clock."""
    names = {EMILE: "EMILE CIORAN SRL", HYDE: "MR. HYDE", PLANT: "CHARLES BUKOWSKY SRL - PTA CALLAO"}
    with world.database.reading() as tx:
        brand = tx.execute(select(brands.c.id).limit(1)).scalar_one()
    line = RequestedLine(brand, "10 kg", Decimal(20))
    request = Request(world.agent_id(names[buyer]), world.agent_id(names[seller]), (line,))
    code = world.does(buyer, request).order.code
    if sold:
        world.does(seller, Accept(code, {1: Decimal(20)}))
        world.does(seller, Sell(code, "T001-00012345"))
    return code


def reminded(world: World, at: str) -> list[tuple[str, str]]:
    """Sweep at that moment of Lima; return who is reminded of what."""
    world.clock.at = lima(at)
    before = world.last_id()
    sweep(world.runtime, world.clock())
    with world.database.reading() as tx:
        rows = tx.execute(select(outbox).where(outbox.c.id > before).order_by(outbox.c.id)).all()
    return [(row.external_id, row.content["rule"]) for row in rows]


def test_a_day_of_one_order(any_world: World) -> None:
    world = any_world
    world.clock.at = lima("25/03 10:00")
    order(world)
    assert reminded(world, "25/03 11:59") == []
    assert reminded(world, "25/03 12:00") == [(EMILE, "VENTA")]
    assert reminded(world, "25/03 12:01") == []
    assert reminded(world, "25/03 18:00") == [(EMILE, "TARDE")]
    assert reminded(world, "25/03 18:05") == []
    assert reminded(world, "25/03 21:00") == [(EMILE, "NOCHE")]
    assert reminded(world, "25/03 23:00") == [(EMILE, "ULTIMO")]
    assert reminded(world, "26/03 00:10") == []
    assert reminded(world, "26/03 06:30") == []
    assert reminded(world, "26/03 07:00") == [(EMILE, "VENCIDA")]
    assert reminded(world, "26/03 23:00") == []
    assert reminded(world, "27/03 07:00") == [(EMILE, "VENCIDA")]


def test_the_order_of_those_who_have_staff(any_world: World) -> None:
    world = any_world
    world.clock.at = lima("25/03 10:00")
    order(world, buyer=HYDE, seller=PLANT)
    assert sorted(reminded(world, "25/03 12:00")) == [(HYDE, "VENTA"), (DRIVER, "VENTA")]
    assert reminded(world, "25/03 18:00") == [(HYDE, "TARDE")]


def test_busy_people_get_one_message(any_world: World) -> None:
    world = any_world
    world.clock.at = lima("25/03 10:00")
    for _number in range(4):
        order(world)
        world.clock.at += timedelta(minutes=1)
    assert reminded(world, "25/03 12:00") == [(EMILE, "VENTA")]
    assert reminded(world, "25/03 12:10") == []
    assert reminded(world, "25/03 18:00") == [(EMILE, "TARDE")]


def test_the_seller_is_reminded_to_answer(any_world: World) -> None:
    world = any_world
    world.clock.at = lima("25/03 10:00")
    order(world, sold=False)
    assert reminded(world, "25/03 11:00") == []
    assert reminded(world, "25/03 12:00") == [(HYDE, "RESPONDER")]
    assert reminded(world, "25/03 12:01") == []
