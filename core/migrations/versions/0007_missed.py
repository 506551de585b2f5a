"""Missed: messages that were not understood, counted"""

import sqlalchemy as sa
from alembic import op


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "missed",
        sa.Column("mark", sa.String(24), nullable=False),
        sa.Column("text", sa.String(300), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("place", sa.String(60), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_missed")),
    )
    op.create_index("ix_missed_times", "missed", ["times", "last_at"])


def downgrade() -> None:
    """What was counted is forgotten."""
    op.drop_index("ix_missed_times", "missed")
    op.drop_table("missed")
