"""What "puedo" tells of papers that end, ended, or were never told of."""

from __future__ import annotations

from datetime import date
from typing import Any

from core.statements import agents, policies
from tests.world import EMILE, HYDE, World

SHOP, DISTRIBUTOR = "EMILE CIORAN SRL", "MR. HYDE"


def change(world: World, table: Any, agent: str, **values: Any) -> None:
    key = table.c.id if table is agents else table.c.agent_id
    with world.database.transaction() as tx:
        tx.execute(table.update().where(key == world.agent_id(agent)).values(**values))


def test_what_ends_within_thirty_days_is_marked(world: World) -> None:
    change(world, policies, SHOP, valid_to=date(2021, 4, 24))
    assert "⚠️ Póliza RC-0003: vigente hasta el 24/04/2021" in world.answer(EMILE, "papeles")
    change(world, policies, SHOP, valid_to=date(2021, 4, 25))
    assert "✅ Póliza RC-0003: vigente hasta el 25/04/2021" in world.answer(EMILE, "papeles")


def test_what_ended_says_so_and_why_nobody_may_sell(world: World) -> None:
    change(world, policies, SHOP, valid_to=date(2021, 3, 24))
    assert "❌ Póliza RC-0003: terminó el 24/03/2021" in world.answer(EMILE, "puedo")
    told = world.answer(EMILE, "hyde")
    assert "❌ Comprarle GLP en cilindros: hoy no puede" in told
    assert "DS 01-94-EM arts. 31 a 33" in told
    told = world.answer(HYDE, "puedo vender emile")
    assert "❌ Venderle GLP en cilindros: hoy no puede" in told
    assert "RC-0003" not in told  # of others nobody learns numbers


def test_what_is_not_known_is_a_doubt_and_not_a_stop(world: World) -> None:
    with world.database.transaction() as tx:
        tx.execute(policies.delete().where(policies.c.agent_id == world.agent_id(SHOP)))
    assert "⚠️ No tengo ninguna póliza de seguro." in world.answer(EMILE, "papeles")
    told = world.answer(EMILE, "hyde")
    assert "✅ Comprarle GLP en cilindros: hoy puede" in told
    assert "⚠️ No tengo ninguna póliza" in told


def test_the_entry_of_the_other_is_told(world: World) -> None:
    change(world, agents, DISTRIBUTOR, valid_to=date(2021, 3, 24))
    told = world.answer(EMILE, "puedo comprar hyde")
    assert "❌ Comprarle GLP en cilindros: hoy no puede" in told
    assert "Registro de Hidrocarburos" in told
    assert "❌ El registro no está vigente hoy" in world.answer(HYDE, "papeles")
