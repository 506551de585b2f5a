"""How many SQL statements a turn takes. A number here changes only on purpose: none of them grows with the orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, event, select

from bot.demo import DISTRIBUTOR, PLANT, SHOP
from core import statement
from core.statements import brands
from core.transitions import Accept, Request, RequestedLine, Sell
from tests import world as cast
from tests.world import VOICES, World

STATEMENTS: dict[str, tuple[int, int]] = {
    # what is said: (on SQLite, on PostgreSQL), savepoints included
    "question": (6, 7),
    "commit": (11, 14),
    "request": (19, 20),
    "sale, with its guards": (13, 16),
    "pending, 1 order": (10, 11),
    "pending, 7 orders": (10, 11),
    "search, 1 order": (6, 7),
    "search, 8 orders": (6, 7),
    "report, 1 order": (9, 10),
    "report, 8 orders": (9, 10),
    "choosing, 2 orders of one company": (7, 8),
    "choosing, 7 orders of one company": (7, 8),
    "a sentence, 1 order": (14, 15),
    "a sentence, 4 orders": (14, 15),
    "not understood": (16, 17),
    "not understood again": (14, 15),
}


@contextmanager
def recorded(world: World) -> Iterator[list[str]]:
    """Collect the statements that are sent to the database meanwhile."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(" ".join(statement.split()))

    def run(tx: Connection, sql: str, parameters: Any = ()) -> Any:
        statements.append(" ".join(sql.split()))
        return straight_to_the_driver(tx, sql, parameters)

    straight_to_the_driver = statement.to_driver
    engine = world.database.engine
    event.listen(engine, "before_cursor_execute", note)
    statement.to_driver = run
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
        statement.to_driver = straight_to_the_driver


def requested(world: World) -> str:
    """Let the distributor request an order; return its code."""
    with world.database.reading() as tx:
        brand = tx.execute(select(brands.c.id).limit(1)).scalar_one()
    buyer, seller = world.agent_id(DISTRIBUTOR), world.agent_id(PLANT)
    line = RequestedLine(brand, "10 kg", Decimal(20))
    return world.does(cast.HYDE, Request(buyer_id=buyer, seller_id=seller, lines=(line,))).order.code


def sold(world: World) -> str:
    """Let the plant accept and sell it too."""
    code = requested(world)
    world.does(cast.PLANT, Accept(code, {1: Decimal(20)}))
    world.does(cast.PLANT, Sell(code, "T001-00012345"))
    return code


def before_question(world: World) -> str:
    return f"cerrar {sold(world)}"


def before_commit(world: World) -> str:
    world.says(cast.HYDE, f"cerrar {sold(world)}", "whatsapp")
    world.says(cast.HYDE, "1", "whatsapp")
    return "1"


def before_request(world: World) -> str:
    world.says(cast.HYDE, "solicitar bukowsky joyce 10 20 no", "whatsapp")
    return "1"


def before_sale(world: World) -> str:
    """Let the shop, which has certificates, ask the distributor; the distributor accepts, and types everything."""
    with world.database.reading() as tx:
        brand = tx.execute(select(brands.c.id).limit(1)).scalar_one()
    line = RequestedLine(brand, "10 kg", Decimal(20))
    asked = Request(world.agent_id(SHOP), world.agent_id(DISTRIBUTOR), (line,))
    code = world.does(cast.EMILE, asked).order.code
    world.does(cast.HYDE, Accept(code, {1: Decimal(20)}))
    world.says(cast.HYDE, f"vender {code} T001-00012345", "whatsapp")
    return "1"


def with_orders(count: int, words: str) -> Callable[[World], str]:
    def before(world: World) -> str:
        for _order in range(count):
            requested(world)
        return words

    return before


def before_sentence(count: int) -> Callable[[World], str]:
    def before(world: World) -> str:
        codes = [sold(world) for _order in range(count)]
        return f"ya llegó todo lo de la {codes[0]}"

    return before


def before_miss(times: int) -> Callable[[World], str]:
    def before(world: World) -> str:
        for _time in range(times):
            world.says(cast.HYDE, "zas zis", "whatsapp")
        return "zas zis"

    return before


SCENES: dict[str, tuple[Callable[[World], str], str]] = {
    # how it comes to it, and what shows in the answer that it is the turn that is meant
    "question": (before_question, "?"),
    "commit": (before_commit, "CERRADO"),
    "request": (before_request, "SOLICITADO"),
    "sale, with its guards": (before_sale, "POR CERRAR"),
    "pending, 1 order": (with_orders(1, "pendientes"), "(1)"),
    "pending, 7 orders": (with_orders(7, "pendientes"), "(7)"),
    "search, 1 order": (with_orders(1, "buscar hoy"), ": 1."),
    "search, 8 orders": (with_orders(8, "buscar hoy"), ": 8."),
    "choosing, 2 orders of one company": (with_orders(2, "anular"), "20×10 kg"),
    "choosing, 7 orders of one company": (with_orders(7, "anular"), "20×10 kg"),
    "report, 1 order": (with_orders(1, "reporte 25/03/2021 todas csv"), "1 orden"),
    "report, 8 orders": (with_orders(8, "reporte 25/03/2021 todas csv"), "8 órdenes"),
    "a sentence, 1 order": (before_sentence(1), "¿Cerrar la orden"),
    "a sentence, 4 orders": (before_sentence(4), "¿Cerrar la orden"),
    "not understood": (before_miss(0), "No le entendí"),
    "not understood again": (before_miss(1), "No le entendí"),
}


@pytest.mark.parametrize("scene", STATEMENTS)
def test_statements_of_a_turn(any_world: World, scene: str) -> None:
    prepare, shown = SCENES[scene]
    words = prepare(any_world)
    with recorded(any_world) as statements:
        VOICES["whatsapp"](any_world, cast.HYDE, words, "", any_world.next_number())
    assert shown in any_world.to(cast.HYDE, "whatsapp")[-1].text
    on_sqlite, on_postgresql = STATEMENTS[scene]
    expected = on_sqlite if any_world.database.is_sqlite else on_postgresql
    assert len(statements) == expected, "\n".join(statements)
