"""Alembic's entry: migrates over the connection that it is given."""

from alembic import context
from sqlmodel import SQLModel

import core.tables  # the tables of the core; the chat's are imported by whoever makes a migration

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
connection.commit()

__all__ = ["core"]
