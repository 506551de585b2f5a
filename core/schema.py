"""Migrations: the database is brought to the newest form before the program starts."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from core import catalogue
from core.db import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def configuration() -> Config:
    """Return what alembic needs to know."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def upgrade(database: Database) -> None:
    """Apply every migration that is missing, and the rows of the trade matrix that are not there yet."""
    config = configuration()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    with database.transaction() as tx:
        catalogue.load_matrix(tx)


def current_revision(tx: Connection) -> str | None:
    """Return the newest migration that the database has."""
    return MigrationContext.configure(tx).get_current_revision()


@cache
def newest_revision() -> str | None:
    """Return the newest migration that the program has."""
    return ScriptDirectory.from_config(configuration()).get_current_head()
