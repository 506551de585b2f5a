"""What the guards find is on the screen before the yes: at the request and acceptance, and at the sale what stops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from core.orderbook import OrderBook
from core.statements import agents, certificates, lent_tanks, policies
from core.transitions import Request, RequestedLine
from tests.world import BULK, EMILE, HYDE, STATION, World

NOVEMBER = datetime(2026, 11, 18, 13, tzinfo=UTC)
GASOCENTRO, GRANEL = "ESTACION DE SERVICIO CON GASOCENTRO DE PRUEBA SAC", "DISTRIBUIDOR A GRANEL DE PRUEBA SAC"


def change(world: World, table: Any, whose: Any, **values: Any) -> None:
    with world.database.transaction() as tx:
        tx.execute(table.update().where(whose).values(**values))


def forget(world: World, table: Any, whose: Any) -> None:
    with world.database.transaction() as tx:
        tx.execute(table.delete().where(whose))


def policy_of(world: World, name: str) -> Any:
    return (policies.c.agent_id == world.agent_id(name)) & (policies.c.plate == "")


def lend(world: World) -> None:
    loan = {"site_id": world.agent_id(GASOCENTRO), "lender_id": world.agent_id("PLANTA ENVASADORA II")}
    with world.database.transaction() as tx:
        tx.execute(lent_tanks.insert(), {**loan, "valid_from": date(2020, 1, 1), "valid_to": None})


def another_plant(world: World) -> None:
    with world.database.transaction() as tx:
        row = dict(tx.execute(agents.select().where(agents.c.name == GRANEL)).one()._mapping)
        del row["id"]
        tx.execute(
            agents.insert(),
            {**row, "name": "PLANTA ENVASADORA II", "ruc": "20538122107", "register_number": "99001-070-010120"},
        )
    lend(world)


@dataclass(frozen=True)
class Trade:
    """Who asks whom, in words typed ahead."""

    buyer: str
    asks: str
    seller: str
    papers: str


SHOP = Trade(EMILE, "solicitar hyde joyce 10 20 no", HYDE, "T001-1")
TANK = Trade(STATION, "solicitar granel 100", BULK, "T001-1 F001-1 F1X-710")
GUARDS: dict[str, tuple[Trade, Callable[[World], None], str, bool]] = {
    # who trades, what is wrong, what is read of it, whether it stops the sale
    "insurance lapsed": (
        SHOP,
        lambda w: change(w, policies, policy_of(w, "EMILE CIORAN SRL"), valid_to=date(2026, 11, 17)),
        "no tiene vigente el seguro de responsabilidad civil el 18/11/2026",
        True,
    ),
    "too little insurance": (
        SHOP,
        lambda w: change(w, policies, policy_of(w, "EMILE CIORAN SRL"), cover=199),
        "199 UIT",
        True,
    ),
    "insurance unknown": (
        TANK,
        lambda w: forget(w, policies, policy_of(w, GASOCENTRO)),
        "No tengo ninguna póliza",
        False,
    ),
    "no certificate of the brand": (
        SHOP,
        lambda w: change(w, certificates, certificates.c.number == "CC-0001", valid_to=date(2026, 11, 17)),
        "certificado de conformidad",
        True,
    ),
    "certificates unknown": (
        SHOP,
        lambda w: forget(w, certificates, certificates.c.number == "CC-0001"),
        "No tengo ningún certificado",
        False,
    ),
    "tanks lent by another": (TANK, another_plant, "PLANTA ENVASADORA II", True),
    "no destination": (
        TANK,
        lambda w: change(w, agents, agents.c.name == GASOCENTRO, address=""),
        "no indica la instalación",
        True,
    ),
}


def warnings(text: str, *signs: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(signs or ("⚠️",))]


@pytest.mark.parametrize("guard", GUARDS)
def test_it_is_read_before_the_yes(any_world: World, guard: str) -> None:
    world = any_world
    world.clock.at = NOVEMBER
    trade, goes_wrong, words, stops = GUARDS[guard]
    assert warnings(world.answer(trade.buyer, trade.asks)) == []
    world.answer(trade.buyer, "no")
    goes_wrong(world)
    summary = world.answer(trade.buyer, trade.asks)
    (warning,) = warnings(summary)
    assert summary.startswith("¿Solicitar este pedido?") and words in warning
    assert world.codes() == []
    receipt = world.answer(trade.buyer, "1")
    assert warnings(receipt) == [warning]
    (code,) = world.codes()
    assert warnings(world.to(trade.seller)[-1].text) == [warning]

    assert warnings(world.answer(trade.seller, f"atender {code}")) == [warning]
    world.answer(trade.seller, "1")
    assert warnings(world.answer(trade.seller, "2")) == [warning]
    assert "SÍ SE REGISTRÓ" in world.answer(trade.seller, "1")
    summary = world.answer(trade.seller, f"vender {code} {trade.papers}")
    before_the_sale = [warning.replace("⚠️", "❌") if stops else warning]
    assert warnings(summary, "⚠️", "❌") == before_the_sale
    answer = world.answer(trade.seller, "1")
    assert ("NO SE REGISTRÓ" in answer) == stops
    assert ("POR CERRAR" in answer) != stops


def test_a_warning_that_appears_between_summary_and_yes_is_read_first(any_world: World) -> None:
    """The yes was for a summary without it."""
    world = any_world
    world.clock.at = NOVEMBER
    world.answer(SHOP.buyer, SHOP.asks)
    forget(world, certificates, certificates.c.number == "CC-0001")
    again = world.answer(SHOP.buyer, "1")
    assert again.startswith("Algo cambió") and len(warnings(again)) == 1
    assert world.codes() == []
    assert "SÍ SE REGISTRÓ" in world.answer(SHOP.buyer, "1")


def test_accept_and_sell_in_one_go_is_warned_too(any_world: World) -> None:
    world = any_world
    world.clock.at = NOVEMBER
    world.answer(TANK.buyer, TANK.asks)
    world.answer(TANK.buyer, "1")
    (code,) = world.codes()
    change(world, agents, agents.c.name == GASOCENTRO, valid_to=date(2026, 11, 17))
    summary = world.answer(TANK.seller, f"atender {code} all now {TANK.papers}")
    assert summary.startswith("¿Aceptar y vender") and len(warnings(summary, "❌")) == 1
    assert "NO SE REGISTRÓ" in world.answer(TANK.seller, "1")


def test_a_request_that_cannot_be_made_is_refused_and_not_warned_of(any_world: World) -> None:
    world = any_world
    world.clock.at = NOVEMBER
    summary = world.answer(EMILE, "solicitar hyde joyce 45 9999 no")
    assert warnings(summary) == []
    assert "NO SE REGISTRÓ" in world.answer(EMILE, "1")


def test_looking_ahead_changes_nothing_and_asks_nothing_of_others(any_world: World) -> None:
    """Whoever acts for another company gets no word of it."""
    world = any_world
    world.clock.at = NOVEMBER
    forget(world, certificates, certificates.c.number == "CC-0001")
    world.answer(SHOP.buyer, SHOP.asks)
    line = RequestedLine(1, "10 kg", Decimal(20))
    asked = Request(world.agent_id("EMILE CIORAN SRL"), world.agent_id("MR. HYDE"), (line,))
    with world.database.reading() as tx:
        assert len(OrderBook(tx, world.actor(EMILE), NOVEMBER).warnings(asked)) == 1
        assert OrderBook(tx, world.actor(STATION), NOVEMBER).warnings(asked) == ()
    assert world.codes() == []
