"""Values on their way to the driver and back, past SQLAlchemy's own execution, in SQLite."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    Table,
    bindparam,
    create_engine,
    insert,
    select,
)

from core.statement import Statement
from core.tables import Quantity

_table = Table(
    "thing",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("content", JSON),
    Column("day", Date),
    Column("much", Quantity),
)
_ADD = Statement(insert(_table), ("id", "content", "day", "much"))
_READ = Statement(select(_table.c.content, _table.c.day, _table.c.much).where(_table.c.id == bindparam("this")))


@pytest.fixture
def tx() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        _table.metadata.create_all(connection)
        yield connection
    engine.dispose()


def _there_and_back(tx: Connection, content: Any = None, day: date | None = None, much: Decimal | None = None) -> Any:
    _ADD.run(tx, {"id": 1, "content": content, "day": day, "much": much})
    by_sqlalchemy = tuple(tx.execute(select(_table.c.content, _table.c.day, _table.c.much)).one())
    found = _READ.first(tx, {"this": 1})
    assert by_sqlalchemy == found
    return found


@pytest.mark.parametrize(
    "content",
    [
        {"text": "Sí, señor: 20 × 10 kg ✅\n", "choices": [["Menú", ">menu"]], "serial": 3, "is": True, "none": None},
        {"half a sign": "\ud83d"},
        {"far": 2**70},
        [],
    ],
)
def test_json_comes_back_as_it_was_even_what_is_no_valid_text(tx: Connection, content: Any) -> None:
    assert content == _there_and_back(tx, content).content


def test_json_of_an_earlier_release_is_read(tx: Connection) -> None:
    tx.exec_driver_sql("""INSERT INTO thing (id, content) VALUES (1, '{"a":"S\\u00ed","half":"\\ud83d"}')""")
    assert _READ.first(tx, {"this": 1}).content == {"a": "Sí", "half": "\ud83d"}


def test_a_day_is_kept_without_the_time_of_a_moment(tx: Connection) -> None:
    assert date(2026, 11, 18) == _there_and_back(tx, day=date(2026, 11, 18)).day
    tx.execute(_table.delete())
    assert date(2026, 11, 18) == _there_and_back(tx, day=datetime(2026, 11, 18, 23, 59)).day  # noqa: DTZ001


@pytest.mark.parametrize("written", ["20", "3100.5", "0.001", "0", "-7.25"])
def test_a_quantity_is_exact_and_without_needless_zeros(tx: Connection, written: str) -> None:
    found = _there_and_back(tx, much=Decimal(written)).much
    assert Decimal(written) == found
    assert written == f"{found:f}"
