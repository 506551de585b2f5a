"""What one process found out and every process uses: one small row each, kept in the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from bot.store import facts
from core.clock import now
from core.db import Database

TELEGRAM_NAME = "telegram name"
"""The bot's username at Telegram: what its links begin with."""


def _upsert(insert: Any) -> Any:
    news = {"value": insert.excluded.value, "noted_at": insert.excluded.noted_at}
    return insert.on_conflict_do_update(index_elements=["name"], set_=news)


_NOTE = {"sqlite": _upsert(sqlite.insert(facts)), "postgresql": _upsert(postgresql.insert(facts))}
_FIND = select(facts.c.value).where(facts.c.name == bindparam("this"))


def note(tx: Connection, name: str, value: str) -> None:
    """Keep a fact; the newest one counts."""
    tx.execute(_NOTE[tx.dialect.name], {"name": name, "value": value, "noted_at": now()})


def find(tx: Connection, name: str) -> str:
    """Return a fact; empty if nobody has noted it yet."""
    return tx.execute(_FIND, {"this": name}).scalar() or ""


class Remembered:
    """A fact that is looked up until it is known, and then no more."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._value = ""

    def __call__(self) -> str:
        """Return the fact; empty if nobody has noted it yet, or if it cannot be read now."""
        if not self._value:
            try:
                with self._database.reading() as tx:
                    self._value = find(tx, self._name)
            except SQLAlchemyError:
                return ""
        return self._value
