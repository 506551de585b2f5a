"""Delivery: whom a letter is for, how urgent it is, what is known of its sending; pace; templates"""

import sqlalchemy as sa
from alembic import op


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WAITING = "state IN ('PENDIENTE', 'TOMADO')"
ASIDE = "state IN ('EN ESPERA', 'INCIERTO')"


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quiet_until", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("urgency", sa.SmallInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("critical", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("locale", sa.String(10), server_default="", nullable=False))
        batch_op.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("agent_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("order_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("subject", sa.String(60), nullable=True))
        batch_op.add_column(sa.Column("refused_id", sa.String(80), nullable=True))
        batch_op.add_column(sa.Column("doubts", sa.SmallInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("parts_sent", sa.SmallInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("outside", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.drop_index("ix_outbox_waiting")
    op.execute("UPDATE outbox SET urgency = 1, critical = true WHERE kind <> 'RESPUESTA'")
    for name, columns, where in (
        ("ix_outbox_waiting", ["channel", "urgency", "next_attempt_at", "id"], WAITING),
        ("ix_outbox_aside", ["next_attempt_at"], ASIDE),
    ):
        op.create_index(name, "outbox", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_table(
        "pace",
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_pace")),
    )
    op.create_table(
        "template",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("locale", sa.String(10), nullable=False),
        sa.Column("content_sid", sa.String(34), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("approval", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "locale", name=op.f("pk_template")),
    )


def downgrade() -> None:
    """Letters that wait for a person to write are given up: the older program knows no such state."""
    op.execute("UPDATE outbox SET state = 'VENCIDO' WHERE state IN ('EN ESPERA', 'INCIERTO')")
    op.drop_table("template")
    op.drop_table("pace")
    op.drop_index("ix_outbox_aside", "outbox")
    op.drop_index("ix_outbox_waiting", "outbox")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        for name in (
            "urgency",
            "critical",
            "locale",
            "person_id",
            "agent_id",
            "order_id",
            "subject",
            "refused_id",
            "doubts",
            "parts_sent",
            "outside",
        ):
            batch_op.drop_column(name)
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["next_attempt_at", "id"],
        sqlite_where=sa.text(WAITING),
        postgresql_where=sa.text(WAITING),
    )
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.drop_column("quiet_until")
