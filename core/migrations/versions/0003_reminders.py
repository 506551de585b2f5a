"""Reminders: what was decided, what was put off, and when the clocks of an order started"""

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN_INDEXES = (
    ("ix_order_to_close", "POR CERRAR", ["to_close_since", "arrived_at", "buyer_id", "status"]),
    ("ix_order_to_sell", "ACEPTADO", ["accepted_at", "seller_id", "status"]),
    ("ix_order_to_answer", "SOLICITADO", ["requested_at", "seller_id", "status"]),
)
BACKFILL = (
    # finished orders need no clock: only what is open is looked at
    """UPDATE "order" SET accepted_at = (
         SELECT max(e.at) FROM entry e WHERE e.order_id = "order".id AND e.movement = 'ACEPTADO')
       WHERE status = 'ACEPTADO'""",
    """UPDATE "order" SET arrived_at = (
         SELECT min(e.at) FROM entry e WHERE e.order_id = "order".id AND e.movement = 'LLEGADA')
       WHERE status IN ('SOLICITADO', 'ACEPTADO', 'POR CERRAR')""",
    """UPDATE "order" SET to_close_since = CASE WHEN arrived_at > sold_at THEN arrived_at ELSE sold_at END
       WHERE status = 'POR CERRAR'""",
)
APPEND_ONLY = "the journal is append-only"
SQLITE_TRIGGERS = (
    f"CREATE TRIGGER snooze_no_update BEFORE UPDATE ON snooze BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END",
    f"CREATE TRIGGER snooze_no_delete BEFORE DELETE ON snooze BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END",
)
POSTGRESQL_TRIGGERS = (
    """CREATE TRIGGER snooze_no_change BEFORE UPDATE OR DELETE ON snooze
        FOR EACH ROW EXECUTE FUNCTION entry_is_append_only()""",
)


def upgrade() -> None:
    """Apply."""
    for name in ("accepted_at", "arrived_at", "to_close_since"):
        op.add_column("order", sa.Column(name, MOMENT, nullable=True))
    for name in ("morning", "weekly"):
        op.add_column("person", sa.Column(name, sa.Boolean(), server_default=sa.true(), nullable=False))
    for statement in BACKFILL:
        op.execute(statement)
    for name, status, columns in OPEN_INDEXES:
        where = sa.text(f"status = '{status}'")
        op.create_index(name, "order", columns, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "nudge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(12), nullable=False),
        sa.Column("occurrence", sa.String(16), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nudge")),
        sa.UniqueConstraint("order_id", "rule", "occurrence", "person_id", name=op.f("uq_nudge_order_id")),
    )
    op.create_table(
        "snooze",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snooze")),
    )
    op.create_index("ix_snooze_order_id", "snooze", ["order_id", "person_id"])
    op.create_index("ix_snooze_until", "snooze", ["until"])
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(12), nullable=False),
        sa.Column("bucket", sa.String(16), nullable=False),
        sa.Column("urgency", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_table(
        "sweep",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("swept_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sweep")),
    )
    triggers = SQLITE_TRIGGERS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_TRIGGERS
    for trigger in triggers:
        op.execute(trigger)


def downgrade() -> None:
    """What was decided is forgotten: after another upgrade today's latest reminder may come once more."""
    for table in ("sweep", "batch", "snooze", "nudge"):
        op.drop_table(table)
    for name, _status, _columns in OPEN_INDEXES:
        op.drop_index(name, "order")
    for name in ("weekly", "morning"):
        op.drop_column("person", name)
    for name in ("to_close_since", "arrived_at", "accepted_at"):
        op.drop_column("order", name)
