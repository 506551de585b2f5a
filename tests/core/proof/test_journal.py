"""The journal in the database: whatever somebody changes in it is found, and the first bad movement is named."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from bot import logs
from core import schema
from core.proof import journal
from core.proof.chain import Bad, Fault, Link, chained, start
from core.proof.journal import Found, Walk
from core.proof.keys import Keyring, new_signing_key
from core.proof.sealing import SETTLED, seal_more
from core.statements import entries, orders, seals
from core.terms import Status
from core.transitions import Arrive, Close
from scopbot import app
from tests.core.proof.tampering import unguarded
from tests.core.scene import Scene

pytestmark = pytest.mark.slow

KEYRING = Keyring(new_signing_key())
NO_KEYS = Keyring()


def found(scene: Scene, keyring: Keyring = NO_KEYS) -> Found | None:
    return journal.examine(scene.database, keyring, Walk())


def change(scene: Scene, statement: str) -> None:
    with unguarded(scene.database) as tx:
        assert tx.execute(text(statement)).rowcount > 0


def three(scene: Scene) -> list[str]:
    """Return the codes of three orders with four movements each, the middle one with an arrival besides."""
    codes = [scene.bring_to(Status.CLOSED).code]
    middle = scene.sold()
    scene.does(scene.buyer, Arrive(middle.code))
    scene.does(scene.buyer, Close(middle.code, {1: Decimal(19)}, {2: "fugas"}, "llegó tarde"))
    codes.append(middle.code)
    codes.append(scene.bring_to(Status.CLOSED).code)
    return codes


@pytest.mark.parametrize("status", Status)
def test_what_was_written_holds(any_scene: Scene, status: Status) -> None:
    any_scene.bring_to(status)
    any_scene.requested(purchase_order="OC-1", comment="por la mañana", delivery_on=any_scene.at.date())
    three(any_scene)
    walk = Walk()
    assert journal.examine(any_scene.database, NO_KEYS, walk) is None
    assert walk.orders == 5


def test_each_movement_has_its_hash_and_the_order_its_head(any_scene: Scene) -> None:
    code = three(any_scene)[1]
    with any_scene.database.reading() as tx:
        order = tx.execute(select(orders).where(orders.c.code == code)).one()
        rows = tx.execute(select(entries).where(entries.c.order_id == order.id).order_by(entries.c.number)).all()
    expected = start(code)
    for row in rows:
        facts = {name: value for name, value in row._mapping.items() if name not in ("id", "hash")}
        expected = chained(expected, Link(**facts))
        assert expected == row.hash
    assert (5, expected) == (order.entries, order.head)


SPOILED = {
    "at": "'2021-03-26 02:00:01.000000'",
    "movement": "'ACEPTADO'",
    "status": "'ANULADO'",
    "party": "'COMPRADOR'",
    "agent_id": "agent_id + 1",
    "person_id": "person_id + 1",
    "person_name": "'Otra persona'",
    "channel": "'telegram'",
    "declared": """'{"lines": {"1": "21", "2": "5"}, "document": "T001-00012345", "document_kind": ""}'""",
    "order_id": "order_id + 1000",
    "number": "number + 40",
    "hash": "NULL",
}


def test_every_column_is_tried() -> None:
    assert SPOILED.keys() == set(entries.c.keys()) - {"id"}


@pytest.mark.parametrize("column", SPOILED)
def test_a_changed_column_is_found_and_named(any_scene: Scene, column: str) -> None:
    _first, middle, _last = three(any_scene)
    where = f"order_id = (SELECT id FROM \"order\" WHERE code = '{middle}') AND number = 3"
    change(any_scene, f"UPDATE entry SET {column} = {SPOILED[column]} WHERE {where}")
    wrong = found(any_scene)
    assert wrong is not None
    expected = Fault.MISSING if column in ("order_id", "number") else Fault.ALTERED
    assert wrong.bad == Bad(middle, 3, expected)


def test_what_nobody_can_have_written_is_found(scene: Scene) -> None:
    _first, middle, _last = three(scene)
    where = f"order_id = (SELECT id FROM \"order\" WHERE code = '{middle}') AND number = 2"
    change(scene, f"UPDATE entry SET declared = 'x', at = 'ayer' WHERE {where}")
    assert found(scene) == Found(Bad(middle, 2, Fault.UNREADABLE))


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_deleted_movement_is_found(any_scene: Scene, number: int) -> None:
    _first, middle, _last = three(any_scene)
    where = f"order_id = (SELECT id FROM \"order\" WHERE code = '{middle}') AND number = {number}"
    change(any_scene, f"DELETE FROM entry WHERE {where}")
    assert found(any_scene) == Found(Bad(middle, number, Fault.MISSING))


def test_a_deleted_request_is_found(any_scene: Scene) -> None:
    code = any_scene.requested().code
    change(any_scene, "DELETE FROM entry")
    assert found(any_scene) == Found(Bad(code, 1, Fault.MISSING))


def test_an_added_movement_is_found(any_scene: Scene) -> None:
    _first, middle, _last = three(any_scene)
    copied = "at, movement, status, party, agent_id, person_id, person_name, channel, declared, hash"
    where = f"order_id = (SELECT id FROM \"order\" WHERE code = '{middle}') AND number = 5"
    change(
        any_scene,
        f"INSERT INTO entry (id, order_id, number, {copied}) SELECT id + 1000, order_id, 6, {copied} "
        f"FROM entry WHERE {where}",
    )
    assert found(any_scene) == Found(Bad(middle, 6, Fault.ALTERED))


def test_swapped_movements_are_found(any_scene: Scene) -> None:
    _first, middle, _last = three(any_scene)
    its = f"order_id = (SELECT id FROM \"order\" WHERE code = '{middle}')"
    for before, after in ((2, 90), (3, 2), (90, 3)):
        change(any_scene, f"UPDATE entry SET number = {after} WHERE {its} AND number = {before}")
    assert found(any_scene) == Found(Bad(middle, 2, Fault.ALTERED))


def test_movements_swapped_between_orders_are_found(any_scene: Scene) -> None:
    first, middle, _last = three(any_scene)
    by_code = "(SELECT id FROM \"order\" WHERE code = '{}')"
    for before, after in ((first, "-1"), (middle, by_code.format(first)), (None, by_code.format(middle))):
        whose = by_code.format(before) if before else "-1"
        change(any_scene, f"UPDATE entry SET order_id = {after} WHERE order_id = {whose} AND number = 2")
    assert found(any_scene) == Found(Bad(first, 2, Fault.ALTERED))


def test_the_journal_of_a_deleted_order_is_found(any_scene: Scene) -> None:
    _first, middle, _last = three(any_scene)
    order_id = any_scene.stored(middle).id
    change(any_scene, f"DELETE FROM \"order\" WHERE code = '{middle}'")
    assert found(any_scene) == Found(Bad(f"({order_id})", 1, Fault.STRAY))


ROWS = {
    "trade": "'GLP-G'",
    "buyer_id": "(SELECT id FROM agent WHERE name = 'OTRO DISTRIBUIDOR')",
    "seller_id": "(SELECT id FROM agent WHERE name = 'OTRO DISTRIBUIDOR')",
    "status": "'RECHAZADO'",
    "requested_at": "'2021-03-25 02:00:00.000000'",
    "moved_at": "'2021-03-26 09:00:00.000000'",
    "sold_at": "'2021-03-26 09:00:00.000000'",
    "accepted_at": "NULL",
    "arrived_at": "NULL",
    "to_close_since": "'2021-03-26 09:00:00.000000'",
    "kilograms": "kilograms + 1",
    "gallons": "gallons + 1",
    "buyer_ruc": "'20100000001'",
    "seller_ruc": "'20100000001'",
    "destination": "'OTRA CALLE 1'",
    "purchase_order": "'OC-9'",
    "delivery_on": "'2021-03-30'",
    "comment": "'nada'",
    "document_kind": "'FACTURA'",
    "document": "'T001-00012346'",
    "invoice": "'F001-1'",
    "plate": "'ABC-123'",
}


def test_every_column_of_an_order_is_tried() -> None:
    beside = {"id", "code", "draft", "entries", "head"}  # the next test; who asked twice says nothing of what was asked
    assert ROWS.keys() == set(orders.c.keys()) - beside


@pytest.mark.parametrize("column", ROWS)
def test_an_order_that_contradicts_its_journal_is_found(any_scene: Scene, column: str) -> None:
    _first, middle, _last = three(any_scene)
    change(any_scene, f"UPDATE \"order\" SET {column} = {ROWS[column]} WHERE code = '{middle}'")
    wrong = found(any_scene)
    assert wrong is not None
    assert wrong.bad == Bad(middle, 5, Fault.CONTRADICTED)
    assert column in wrong.columns


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("code = '60000000001'", ("60000000001", 1, Fault.ALTERED)),
        ("head = NULL", (None, 6, Fault.MISSING)),
        ("entries = 4", (None, 5, Fault.CONTRADICTED)),
    ],
)
def test_another_code_head_or_count_is_found(
    any_scene: Scene, setting: str, expected: tuple[str | None, int, Fault]
) -> None:
    _first, middle, _last = three(any_scene)
    change(any_scene, f"UPDATE \"order\" SET {setting} WHERE code = '{middle}'")
    code, number, fault = expected
    wrong = found(any_scene)
    assert wrong is not None
    assert wrong.bad == Bad(code or middle, number, fault)


@pytest.mark.parametrize(
    "setting", ["received = 1000", "reason = 'otra'", "sold = NULL", "size = '3 kg'", "status = 'RECHAZADO'"]
)
def test_a_changed_line_is_found(any_scene: Scene, setting: str) -> None:
    _first, middle, _last = three(any_scene)
    its = f"order_id = (SELECT id FROM \"order\" WHERE code = '{middle}') AND position = 1"
    change(any_scene, f"UPDATE line SET {setting} WHERE {its}")
    wrong = found(any_scene)
    assert wrong is not None
    assert wrong.bad == Bad(middle, 5, Fault.CONTRADICTED)


def test_the_database_takes_no_movement_without_its_hash(any_scene: Scene) -> None:
    code = any_scene.requested().code
    copied = "order_id, at, movement, status, party, agent_id, person_id, person_name, channel, declared"
    with pytest.raises(DBAPIError), any_scene.database.transaction() as tx:
        tx.execute(text(f"INSERT INTO entry (number, {copied}) SELECT 2, {copied} FROM entry"))
    assert len(any_scene.journal(code)) == 1


# --- seals ------------------------------------------------------------------------------------------------------------


def sealed(scene: Scene) -> int:
    """Seal what is settled; return how many movements the seals cover now."""
    seal_more(scene.database, KEYRING, scene.at + SETTLED)
    with scene.database.reading() as tx:
        return int(tx.execute(select(seals.c.entries).order_by(seals.c.number.desc()).limit(1)).scalar_one())


def test_seals_cover_what_is_settled_once(any_scene: Scene) -> None:
    scene = any_scene
    assert seal_more(scene.database, KEYRING, scene.at) is None
    three(scene)
    assert seal_more(scene.database, KEYRING, scene.at + SETTLED - timedelta(seconds=1)) is None
    assert sealed(scene) == 13
    assert sealed(scene) == 13
    scene.passes(hours=1)
    scene.requested()
    assert sealed(scene) == 14
    assert found(scene, KEYRING) is None
    assert seal_more(scene.database, NO_KEYS, scene.at + timedelta(days=1)) is None


def test_a_chain_that_was_computed_anew_is_found_by_the_seals(any_scene: Scene) -> None:
    scene = any_scene
    code = scene.requested().code
    sealed(scene)
    scene.passes(hours=1)
    scene.requested()
    sealed(scene)
    change(scene, f"UPDATE entry SET person_name = 'Otra' WHERE order_id = {scene.stored(code).id}")
    with unguarded(scene.database) as tx:
        row = tx.execute(select(entries).where(entries.c.person_name == "Otra")).one()
        facts = {name: value for name, value in row._mapping.items() if name not in ("id", "hash")}
        new = chained(start(code), Link(**facts))
        tx.execute(entries.update().where(entries.c.id == row.id).values(hash=new))
    assert found(scene) is None  # without the key nobody can tell
    wrong = found(scene, KEYRING)
    assert wrong is not None
    assert wrong.seal is not None
    assert wrong.seal.number == 1


def test_an_order_taken_away_with_its_journal_is_found_by_the_seals(any_scene: Scene) -> None:
    codes = three(any_scene)
    sealed(any_scene)
    its = f"(SELECT id FROM \"order\" WHERE code = '{codes[1]}')"
    change(any_scene, f"DELETE FROM entry WHERE order_id = {its}")
    change(any_scene, f"DELETE FROM \"order\" WHERE code = '{codes[1]}'")
    assert found(any_scene) is None
    wrong = found(any_scene, KEYRING)
    assert wrong is not None
    assert wrong.seal is not None


# --- as an operator sees it; and what was there before ----------------------------------------------------------------


def verified(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    monkeypatch.setenv("DATABASE_URL", scene.database.url.render_as_string(hide_password=False))
    monkeypatch.setattr(logs, "set_up", lambda *_settings: None)  # it would stay for the tests after this one
    result = CliRunner().invoke(app, ["journal", "verify"])
    return result.exit_code, result.output


def test_the_command_names_the_first_bad_movement(any_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    _first, middle, last = three(any_scene)
    status, shown = verified(any_scene, monkeypatch)
    assert (status, "3 orders, 13 movements" in shown) == (0, True), shown
    for code in (last, middle):
        change(any_scene, f"UPDATE entry SET channel = 'x' WHERE order_id = {any_scene.stored(code).id} AND number = 2")
    status, shown = verified(any_scene, monkeypatch)
    assert (status, f"Order {middle}, movement 2: it is not what was written." in shown) == (1, True), shown


def test_what_was_journalled_before_the_chain_is_chained_by_the_migration(
    any_scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    scene = any_scene
    three(scene)
    waiting = scene.requested()
    before = scene.rows()
    with scene.database.engine.connect() as connection:
        config = schema.configuration()
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
    schema.upgrade(scene.database)
    assert before == scene.rows()
    assert found(scene) is None
    scene.accepted(of=waiting)
    assert found(scene) is None
    with pytest.raises(DBAPIError), scene.database.transaction() as tx:
        tx.execute(text("UPDATE entry SET channel = 'x'"))
