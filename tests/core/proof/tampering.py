"""Changing the journal behind the program's back, as somebody with the database's password could."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from core.db import Database


@contextmanager
def unguarded(database: Database) -> Iterator[Connection]:
    """Yield a transaction in which no trigger and no foreign key keeps anybody from anything."""
    with database.engine.connect() as tx:
        if database.is_sqlite:
            tx.exec_driver_sql("COMMIT")
            tx.exec_driver_sql("PRAGMA foreign_keys=OFF")
            tx.exec_driver_sql("BEGIN IMMEDIATE")
            names = tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            for name in names:
                tx.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            tx.exec_driver_sql("SET session_replication_role = replica")
            tx.exec_driver_sql("ALTER TABLE entry ALTER COLUMN hash DROP NOT NULL")
        yield tx
        if not database.is_sqlite:
            tx.exec_driver_sql("SET session_replication_role = DEFAULT")
        tx.commit()
        if database.is_sqlite:
            tx.exec_driver_sql("COMMIT")
            tx.exec_driver_sql("PRAGMA foreign_keys=ON")
