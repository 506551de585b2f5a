"""The journal's chain: each movement's hash, each order's head, and signed seals

From here on the database takes no movement without its hash. A process of the release before, still running, is
refused; what it was to do stays in its inbox, and this release does it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

from core.proof.chain import Link, chained, start

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BATCH = 500
NO_UPDATE = (
    "CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry "
    "BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END"
)
NEEDS_HASH = (
    "CREATE TRIGGER entry_needs_hash BEFORE INSERT ON entry WHEN NEW.hash IS NULL "
    "BEGIN SELECT RAISE(ABORT, 'a movement needs its hash'); END"
)
ORDERS = sa.text('SELECT id, code FROM "order" WHERE id > :after ORDER BY id LIMIT :batch')
ENTRIES = sa.text(
    "SELECT id, order_id, number, at, movement, status, party, agent_id, person_id, person_name, channel, declared "
    "FROM entry WHERE order_id BETWEEN :first AND :last ORDER BY order_id, number"
)
SET_HASH = sa.text("UPDATE entry SET hash = :hash WHERE id = :id")
SET_HEAD = sa.text('UPDATE "order" SET entries = :entries, head = :head WHERE id = :id')


def upgrade() -> None:
    """Apply, and chain what the journal holds already."""
    op.add_column("entry", sa.Column("hash", sa.LargeBinary(32), nullable=True))
    op.add_column("order", sa.Column("entries", sa.Integer(), server_default="1", nullable=False))
    op.add_column("order", sa.Column("head", sa.LargeBinary(32), nullable=True))
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    if on_sqlite:
        op.execute("DROP TRIGGER entry_no_update")
    else:
        op.execute("ALTER TABLE entry DISABLE TRIGGER entry_no_change")
    _chain(op.get_bind())
    if on_sqlite:
        op.execute(NO_UPDATE)
        op.execute(NEEDS_HASH)
    else:
        op.execute("ALTER TABLE entry ENABLE TRIGGER entry_no_change")
        op.execute("ALTER TABLE entry ALTER COLUMN hash SET NOT NULL")
    op.create_table(
        "seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_entry", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("key_id", sa.LargeBinary(4), nullable=False),
        sa.Column("signature", sa.LargeBinary(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seal")),
    )


def _chain(bind: sa.Connection) -> None:
    """Chain every order's movements; a batch of orders at a time, however many there are."""
    after = 0
    while codes := {row.id: row.code for row in bind.execute(ORDERS, {"after": after, "batch": BATCH})}:
        after = max(codes)
        rows = bind.execute(ENTRIES, {"first": min(codes), "last": after}).all()
        hashes: list[dict[str, Any]] = []
        heads: list[dict[str, Any]] = []
        for order_id, of_order in groupby(rows, key=lambda row: row.order_id):
            made = list(_hashes(codes[order_id], of_order))
            hashes += made
            heads.append({"id": order_id, "entries": len(made), "head": made[-1]["hash"] if len(made) > 1 else None})
        if hashes:
            bind.execute(SET_HASH, hashes)
            bind.execute(SET_HEAD, heads)


def _hashes(code: str, rows: Any) -> Iterator[dict[str, Any]]:
    head = start(code)
    for row in rows:
        at = datetime.fromisoformat(row.at).replace(tzinfo=UTC) if isinstance(row.at, str) else row.at
        declared = json.loads(row.declared) if isinstance(row.declared, str) else row.declared
        link = Link(
            row.order_id,
            row.number,
            at,
            row.movement,
            row.status,
            row.party,
            row.agent_id,
            row.person_id,
            row.person_name,
            row.channel,
            declared,
        )
        head = chained(head, link)
        yield {"id": row.id, "hash": head}


def downgrade() -> None:
    """The journal stays; that it was not changed can no longer be shown."""
    op.drop_table("seal")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER entry_needs_hash")
    op.drop_column("order", "head")
    op.drop_column("order", "entries")
    op.drop_column("entry", "hash")
