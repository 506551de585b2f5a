"""Receiving: letters found by the platform's id, alarms, and facts that the processes share"""

import sqlalchemy as sa
from alembic import op


revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

HAS_ID = "provider_id IS NOT NULL"


def upgrade() -> None:
    """Apply."""
    op.create_index(
        "ix_outbox_provider",
        "outbox",
        ["address_id", "provider_id"],
        sqlite_where=sa.text(HAS_ID),
        postgresql_where=sa.text(HAS_ID),
    )
    op.create_table(
        "alarm",
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_alarm")),
    )
    op.create_table(
        "fact",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_fact")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("fact")
    op.drop_table("alarm")
    op.drop_index("ix_outbox_provider", "outbox")
