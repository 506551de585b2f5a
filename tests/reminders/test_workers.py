"""Several workers, older databases, and what operators see."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

import scopbot
from bot.store import nudges, outbox
from core import schema
from core.db import Database
from core.transitions import Snooze
from reminders.posting import post_more
from reminders.sweep import sweep
from reminders.telling import explain
from tests.reminders.test_sweep import lima, order
from tests.world import EMILE, World


def count(world: World) -> tuple[int, int]:
    with world.database.reading() as tx:
        letters = select(func.count()).where(outbox.c.kind == "RECORDATORIO")
        return tx.execute(select(func.count()).select_from(nudges)).scalar_one(), tx.execute(letters).scalar_one()


def test_workers_at_the_same_moment_decide_once(any_world: World) -> None:
    world = any_world
    world.clock.at = lima("25/03 10:00")
    for _number in range(3):
        order(world)
    world.clock.at = lima("25/03 18:00")
    databases = [Database(world.url) for _worker in range(4)]
    start = threading.Barrier(len(databases))

    def work(database: Database) -> None:
        runtime = world._runtime(database)
        start.wait()
        for _time in range(3):
            sweep(runtime, world.clock())
            post_more(runtime)

    threads = [threading.Thread(target=work, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for database in databases:
        database.close()
    assert count(world) == (3, 3)


def test_a_clock_that_went_ahead_and_came_back_costs_nobody_a_reminder(any_world: World) -> None:
    world = any_world
    world.clock.at = lima("25/03 10:00")
    order(world)
    sweep(world.runtime, lima("26/03 12:00"))
    assert count(world) == (1, 1)  # it did say "overdue", as it was by that clock
    world.clock.at = lima("25/03 17:00")
    order(world)
    sweep(world.runtime, lima("25/03 18:00"))
    sweep(world.runtime, lima("25/03 18:01"))
    assert count(world) == (3, 3)
    sweep(world.runtime, lima("26/03 12:01"))
    assert count(world) == (4, 4)  # the second order is overdue too; the first is not told again


def test_a_sweep_that_fails_decides_nothing(any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = any_world
    world.clock.at = lima("25/03 10:00")
    order(world)

    def dies(*_facts: object) -> None:
        raise RuntimeError("the worker was killed")

    with monkeypatch.context() as broken:
        broken.setattr("reminders.sweep._note", dies)
        with pytest.raises(RuntimeError):
            sweep(world.runtime, lima("25/03 18:00"))
    assert count(world) == (0, 0)
    sweep(world.runtime, lima("25/03 18:01"))
    assert count(world) == (1, 1)


def test_what_was_put_off_cannot_be_changed(any_world: World) -> None:
    world = any_world
    world.clock.at = lima("25/03 10:00")
    order(world)
    world.says(EMILE, "posponer")
    world.says(EMILE, "1")
    for change in ("UPDATE snooze SET made_at = until", "DELETE FROM snooze"):
        with pytest.raises(DBAPIError), world.database.transaction() as tx:
            tx.execute(text(change))


@pytest.mark.slow
def test_an_older_database_gets_its_clocks_from_the_journal(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    config = schema.configuration()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    with database.transaction() as tx:
        _an_old_order(tx)
    schema.upgrade(database)
    with database.reading() as tx:
        found = tx.execute(
            text('SELECT status, accepted_at, arrived_at, to_close_since FROM "order" ORDER BY id')
        ).all()
    database.close()
    at = "2021-03-25 {}:00:00.000000".format
    assert found == [
        ("POR CERRAR", None, at(17), at(17)),
        ("ACEPTADO", at(15), None, None),
        ("CERRADO", None, None, None),
    ]


def _an_old_order(tx) -> None:  # type: ignore[no-untyped-def]
    for place in (1, 2):
        tx.execute(
            text("""INSERT INTO agent (id, register_number, ruc, name, activity, place, address, valid_from, standing)
                    VALUES (:n, :n, '20100000001', 'X', 'LOCAL DE VENTA', '', '', '2018-05-01', 'HABIL')"""),
            {"n": place},
        )
    tx.execute(text("INSERT INTO person (id, name, locale) VALUES (1, 'A', 'es_PE')"))
    for number, status in enumerate(("POR CERRAR", "ACEPTADO", "CERRADO"), start=1):
        sold = None if status == "ACEPTADO" else "2021-03-25 16:00:00.000000"
        tx.execute(
            text("""INSERT INTO "order" (id, code, trade, buyer_id, seller_id, status, requested_at, moved_at, sold_at,
                        kilograms, destination, purchase_order, comment, document)
                    VALUES (:n, :n, 'GLP-E', 1, 2, :status, '2021-03-25 14:00:00.000000',
                        '2021-03-25 14:00:00.000000', :sold, 0, '', '', '', '')"""),
            {"n": number, "status": status, "sold": sold},
        )
        for place, (movement, hour) in enumerate((("SOLICITADO", 14), ("ACEPTADO", 15), ("LLEGADA", 17)), start=1):
            if movement == "LLEGADA" and status != "POR CERRAR":
                continue
            tx.execute(
                text("""INSERT INTO entry (order_id, number, at, movement, status, party, agent_id, person_id,
                            person_name, channel, declared)
                        VALUES (:n, :place, :at, :movement, 'X', 'COMPRADOR', 1, 1, 'A', 'phone', '{}')"""),
                {"n": number, "place": place, "movement": movement, "at": f"2021-03-25 {hour}:00:00.000000"},
            )


# --- operators -------------------------------------------------------------------------------------------------------


def test_the_command_says_what_was_decided_and_why(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", world.url)
    monkeypatch.setenv("BOT_DEMO", "1")
    world.clock.at = lima("25/03 10:00")
    code = order(world)
    run = CliRunner()
    told = run.invoke(scopbot.app, ["reminders", "sweep", "--at", "2021-03-25T12:00-05:00"])
    assert told.exit_code == 0
    assert f"{code} -> Titular de EMILE CIORAN, EMILE CIORAN SRL (phone): sold 25/03/2021 10:00:00" in told.output
    again = run.invoke(scopbot.app, ["reminders", "sweep", "--at", "2021-03-25T12:00"])
    assert "Nobody is to be reminded of anything." in again.output
    assert run.invoke(scopbot.app, ["reminders", "sweep", "--at", "mañana"]).exit_code == 2
    shown = run.invoke(scopbot.app, ["reminders", "explain", code, "--at", "2021-03-25T13:00-05:00"])
    assert "25/03/2021 12:00:00  AFTER_SALE for Titular de EMILE CIORAN: phone, PENDIENTE" in shown.output
    assert "25/03/2021 23:00:00  to come: LAST_CALL for the buyer" in shown.output
    assert run.invoke(scopbot.app, ["reminders", "explain", "60000000000"]).exit_code == 1


def test_the_timetable_says_what_was_put_off(world: World) -> None:
    world.clock.at = lima("25/03 10:00")
    code = order(world)
    world.does(EMILE, Snooze(code, world.clock() + timedelta(hours=1)))
    lines = explain(world.runtime, code, world.clock())
    assert any("POSPUESTO until 25/03/2021 11:00:00 by Titular de EMILE CIORAN" in line for line in lines)


def test_a_letter_carries_only_what_it_needs(world: World) -> None:
    world.clock.at = lima("25/03 10:00")
    order(world)
    sweep(world.runtime, lima("25/03 18:00"))
    with world.database.reading() as tx:
        content = tx.execute(select(outbox.c.content).where(outbox.c.kind == "RECORDATORIO")).scalar_one()
    assert len(json.dumps(content)) < 200
    assert content["text"] == ""
