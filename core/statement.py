"""Statements that are compiled once and then handed straight to the driver.

Going through SQLAlchemy's execution for each of a turn's dozen statements costs more than the statements themselves.
The SQL, the types and the order of the parameters are still SQLAlchemy's; only the walk there is short.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import JSON, Boolean, Connection, Date, Enum
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import ClauseElement
from sqlmodel.sql.sqltypes import UTCDateTime

from core.tables import Quantity, quantity_of

Facts = Mapping[str, Any]
Convert = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement in one dialect."""

    sql: str
    arrange: Callable[[Facts], Any]
    """Turns named facts into what the driver takes."""
    make_row: Callable[[Sequence[Any]], Any]


class Statement:
    """A statement with named parameters, none of them a list. Rows are named tuples."""

    def __init__(self, clause: Any, columns: Sequence[str] | None = None) -> None:
        """`columns` are those that an INSERT is given; other statements name their own parameters."""
        self.clause = clause
        self._columns = columns
        self._prepared: dict[str, _Prepared] = {}

    def all(self, tx: Connection, facts: Facts) -> list[Any]:
        """Return every row."""
        prepared = self._prepared.get(tx.dialect.name) or self._prepare(tx.dialect)
        make_row = prepared.make_row
        return list(map(make_row, to_driver(tx, prepared.sql, prepared.arrange(facts)).fetchall()))

    def first(self, tx: Connection, facts: Facts) -> Any:
        """Return the first row, or None."""
        prepared = self._prepared.get(tx.dialect.name) or self._prepare(tx.dialect)
        row = to_driver(tx, prepared.sql, prepared.arrange(facts)).fetchone()
        return None if row is None else prepared.make_row(row)

    def scalar(self, tx: Connection, facts: Facts) -> Any:
        """Return the first column of the first row, or None."""
        row = self.first(tx, facts)
        return None if row is None else row[0]

    def run(self, tx: Connection, facts: Facts) -> int:
        """Do it, and return how many rows it touched."""
        return int(self.cursor(tx, facts).rowcount)

    def cursor(self, tx: Connection, facts: Facts) -> Any:
        """Do it, and return the driver's cursor."""
        prepared = self._prepared.get(tx.dialect.name) or self._prepare(tx.dialect)
        return to_driver(tx, prepared.sql, prepared.arrange(facts))

    def run_each(self, tx: Connection, many: Iterable[Facts]) -> None:
        """Do it for each."""
        for facts in many:
            self.run(tx, facts)

    def _prepare(self, dialect: Dialect) -> _Prepared:
        prepared = self._prepared[dialect.name] = _prepare(self.clause, self._columns, dialect)
        return prepared


def to_driver(tx: Connection, sql: str, parameters: Any = ()) -> Any:
    """Hand the SQL to the driver and return its cursor; its errors become SQLAlchemy's."""
    driver: Any = tx.connection.dbapi_connection  # of both drivers this is the driver's own connection
    try:
        return driver.execute(sql, parameters)
    except tx.dialect.loaded_dbapi.Error as error:
        lost = tx.dialect.is_disconnect(error, driver, None)
        if lost:
            tx.invalidate(error)
        raise DBAPIError.instance(
            sql,
            None,
            error,
            tx.dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=tx.dialect,
        ) from error


def _prepare(clause: ClauseElement, columns: Sequence[str] | None, dialect: Dialect) -> _Prepared:
    compiled: Any = clause.compile(dialect=dialect, column_keys=columns)
    constants: dict[str, Any] = {}
    converts: dict[str, Convert] = {}
    for bind, key in compiled.bind_names.items():
        converts[key] = _to_driver(bind.type, dialect)
        if not bind.required and bind.value is not None:
            constants[key] = bind.value
    names = compiled.positiontup or list(converts)
    fixed = {key: _converted(converts.get(key), value) for key, value in constants.items()}
    given = [(key, converts.get(key)) for key in dict.fromkeys(names) if key not in fixed]
    arrange = _by_position(names, given, fixed) if compiled.positiontup is not None else _by_name(given, fixed)
    return _Prepared(compiled.string, arrange, _row_maker(clause, dialect))


def _to_driver(kind: Any, dialect: Dialect) -> Convert:
    if dialect.name == "sqlite" and isinstance(kind, UTCDateTime):
        return _moment_as_text
    if dialect.name == "sqlite" and isinstance(kind, Enum | Boolean):
        return None  # the members are texts already, and truth values are integers
    if dialect.name == "sqlite" and isinstance(kind, Date):
        return _day_as_text
    if dialect.name == "sqlite" and isinstance(kind, JSON):
        return _as_json
    convert: Convert = kind.dialect_impl(dialect).bind_processor(dialect)
    return convert


def _from_driver(kind: Any, dialect: Dialect) -> Convert:
    if dialect.name == "sqlite" and isinstance(kind, UTCDateTime):
        return _text_as_moment
    if dialect.name == "sqlite" and isinstance(kind, JSON):
        return _from_json
    if isinstance(kind, Quantity):
        return quantity_of
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return {member.value: member for member in kind.enum_class}.get
    convert: Convert = kind.dialect_impl(dialect).result_processor(dialect, None)
    return convert


_WITHOUT_ZONE = len("2026-11-18 12:00:00.000000")


@lru_cache(maxsize=256)
def _moment_as_text(moment: datetime | None) -> str | None:
    """Return a moment as SQLAlchemy stores it in SQLite. The moment of a turn is written into a dozen columns."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return moment.astimezone(UTC).isoformat(" ", "microseconds")[:_WITHOUT_ZONE]


def _text_as_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}Z")


def _day_as_text(day: date | None) -> str | None:
    return None if day is None else date.isoformat(day)


def _as_json(value: Any) -> str:
    """Return the JSON of a value; what orjson refuses, half a sign of UTF-16 above all, Python's own escapes."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return json.dumps(value, separators=(",", ":"))


def _from_json(text: str | None) -> Any:
    if text is None:
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _converted(convert: Convert, value: Any) -> Any:
    return value if convert is None else convert(value)


def _by_position(names: list[str], given: list[tuple[str, Convert]], fixed: Facts) -> Callable[[Facts], Any]:
    converts = dict(given)
    converted = [(place, converts[key]) for place, key in enumerate(names) if converts.get(key) is not None]
    choose: Callable[[Facts], Iterable[Any]] = (
        itemgetter(*names) if len(names) > 1 else lambda facts: [facts[key] for key in names]
    )
    if not converted and not fixed:
        return choose

    def arrange(facts: Facts) -> list[Any]:
        values = list(choose({**facts, **fixed} if fixed else facts))
        for place, convert in converted:
            values[place] = convert(values[place])  # type: ignore[misc]  # those without one are left out above
        return values

    return arrange


def _by_name(given: list[tuple[str, Convert]], fixed: Facts) -> Callable[[Facts], Any]:
    def arrange(facts: Facts) -> dict[str, Any]:
        return {**fixed, **{key: facts[key] if convert is None else convert(facts[key]) for key, convert in given}}

    return arrange


def _row_maker(clause: Any, dialect: Dialect) -> Callable[[Sequence[Any]], Any]:
    chosen: Any = getattr(clause, "selected_columns", None)
    columns: list[Any] = list(getattr(clause, "exported_columns", ()) if chosen is None else chosen)
    if not columns:
        return tuple
    row = namedtuple("Row", [column.name for column in columns])  # type: ignore[misc]  # noqa: PYI024 - the columns are known only now
    converts = [_from_driver(column.type, dialect) for column in columns]
    converted = [(place, convert) for place, convert in enumerate(converts) if convert is not None]
    as_row = partial(tuple.__new__, row)  # what `row._make` does, without counting the values
    if not converted:
        return as_row

    def make(values: Sequence[Any]) -> Any:
        changed = list(values)
        for place, convert in converted:
            changed[place] = convert(changed[place])
        return as_row(changed)

    return make
