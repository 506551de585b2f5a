"""What /metrics counts, and what it costs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import text

from bot import health
from bot.store import Sending, Waiting, inbox, outbox
from tests.world import EMILE, HYDE, World


def _counted(world: World, table: str) -> dict[tuple[str, str], int]:
    pattern = rf'^scopbot_{table}_messages{{channel="(\w+)",state="(\w+)"}} ([0-9.]+)$'
    found = re.findall(pattern, world.client.get("/metrics").text, re.MULTILINE)
    assert len(found) == len({one[:2] for one in found}), "a state is told twice"
    return {(channel, state): int(float(count)) for channel, state, count in found}


def test_every_state_is_counted(any_world: World) -> None:
    for number, state in enumerate(Sending, start=1):
        for _time in range(number):
            any_world.says(EMILE, "menu")
        with any_world.database.transaction() as tx:
            newest = text(f"id > (SELECT max(id) - {number} FROM outbox)")
            tx.execute(outbox.update().where(newest).values(state=state))
    expected = {("phone", state.name.lower()): number for number, state in enumerate(Sending, start=1)}
    assert _counted(any_world, "outbox") == expected
    with any_world.database.transaction() as tx:
        tx.execute(inbox.update().where(text("id <= 3")).values(state=Waiting.NEW))
        tx.execute(inbox.update().where(text("id = 4")).values(state=Waiting.FAILED))
    rest = len(Sending) * (len(Sending) + 1) // 2 - 4
    assert _counted(any_world, "inbox") == {("phone", "new"): 3, ("phone", "failed"): 1, ("phone", "answered"): rest}


def test_channels_are_told_apart(world: World) -> None:
    world.says(EMILE, "menu", "whatsapp")
    world.says(HYDE, "menu", "telegram")
    assert _counted(world, "outbox") == {("whatsapp", "pending"): 1, ("telegram", "pending"): 1}


def test_an_empty_database_counts_nothing(any_world: World) -> None:
    assert _counted(any_world, "inbox") == {} == _counted(any_world, "outbox")


def _fill(world: World, count: int) -> None:
    """Put so many old letters and messages into the tables, one in a hundred of them still waiting."""
    numbers = (
        "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) SELECT i FROM n) AS n"
        if world.database.is_sqlite
        else "generate_series(1, :count) AS n(i)"
    )
    address = world.contact(EMILE).address_id
    with world.database.transaction() as tx:
        tx.execute(
            text(
                "INSERT INTO outbox (address_id, channel, external_id, kind, content, state, attempts, created_at,"
                f" next_attempt_at, error) SELECT {address}, 'phone', 'x', 'RESPUESTA', '{{}}', CASE WHEN i % 100 = 0"
                " THEN 'PENDIENTE' ELSE 'ENVIADO' END, 1, '2021-03-26 00:00:00.000000+00:00',"
                f" '2021-03-26 00:00:00.000000+00:00', '' FROM {numbers}"
            ),
            {"count": count},
        )
        tx.execute(
            text(
                "INSERT INTO inbox (channel, external_id, provider_id, received_at, content, state, attempts,"
                " next_attempt_at, reference) SELECT 'phone', 'x', CAST(i AS VARCHAR),"
                " '2021-03-26 00:00:00.000000+00:00', '{}', CASE WHEN i % 100 = 0 THEN 'NUEVO' ELSE 'ATENDIDO' END,"
                f" 0, '2021-03-26 00:00:00.000000+00:00', '' FROM {numbers}"
            ),
            {"count": count},
        )


def test_all_that_waits_and_only_the_newest_of_the_rest(any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(any_world, 15_000)
    done = health.NEWEST - health.NEWEST // 100
    assert _counted(any_world, "outbox") == {("phone", "pending"): 150, ("phone", "sent"): done}
    assert _counted(any_world, "inbox") == {("phone", "new"): 150, ("phone", "answered"): done}


def test_no_table_is_read_whole(any_world: World) -> None:
    """What waits is found by its index; the newest come from the end of the table."""
    _fill(any_world, 60_000)
    if any_world.database.is_sqlite:
        plan = _plan(any_world, "EXPLAIN QUERY PLAN ")
        assert "SCAN inbox USING INDEX ix_inbox_waiting" in plan
        assert "SCAN outbox USING INDEX ix_outbox_" in plan and "USING INDEX ix_outbox_aside" in plan
        assert plan.count("SCAN outbox'") == plan.count("SCAN inbox'") == 1  # by id, backwards, to the limit
    else:
        with any_world.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as tx:
            tx.execute(text("ANALYZE inbox"))
            tx.execute(text("ANALYZE outbox"))
        plan = _plan(any_world, "EXPLAIN ")
        assert "Seq Scan on" not in plan
        assert "Index Scan Backward using pk_inbox" in plan and "Index Scan Backward using pk_outbox" in plan


def _plan(world: World, how: str) -> str:
    told: list[Any] = []
    with world.database.reading() as tx:
        for counted in (health._INBOX, health._OUTBOX):
            sql = str(counted.compile(tx.engine, compile_kwargs={"literal_binds": True}))
            told += tx.exec_driver_sql(how + sql).all()
    return "\n".join(str(row) for row in told)
