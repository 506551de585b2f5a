"""INSERTs of one row that say under which number the row is kept, alike on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, TextClause
from sqlalchemy.dialects import postgresql, sqlite

from core.statement import Facts, Statement


class Adding:
    """Adds a row to a table with the key `id`; one that was there already, by the columns `once`, is left alone."""

    def __init__(
        self, table: Any, columns: Sequence[str], once: Sequence[str] = (), where: TextClause | None = None
    ) -> None:
        """`where` is the condition of the partial unique index over `once`, if that is partial."""
        on_sqlite: Any = sqlite.insert(table)
        on_postgresql: Any = postgresql.insert(table)
        if once:
            on_sqlite = on_sqlite.on_conflict_do_nothing(index_elements=once, index_where=where)
            on_postgresql = on_postgresql.on_conflict_do_nothing(index_elements=once, index_where=where)
        # SQLite's driver knows the number by itself, and RETURNING makes an INSERT half as dear again
        self._on_sqlite = Statement(on_sqlite, columns)
        self._elsewhere = Statement(on_postgresql.returning(table.c.id), columns)

    def one(self, tx: Connection, facts: Facts) -> int | None:
        """Add the row and return its id, or None if it was there."""
        if tx.dialect.name != "sqlite":
            key: int | None = self._elsewhere.scalar(tx, facts)
            return key
        cursor = self._on_sqlite.cursor(tx, facts)
        return int(cursor.lastrowid) if cursor.rowcount else None
