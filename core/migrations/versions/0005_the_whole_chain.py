"""Bulk and liquids: gallons, plates, two documents, vehicles, policies, lent tanks"""

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

IN_BULK = "trade = 'GLP-G'"


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("capacity_bulk", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("capacity_liquids", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.add_column(sa.Column("gallons", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("buyer_ruc", sa.String(11), server_default="", nullable=False))
        batch_op.add_column(sa.Column("seller_ruc", sa.String(11), server_default="", nullable=False))
        batch_op.add_column(sa.Column("invoice", sa.String(20), server_default="", nullable=False))
        batch_op.add_column(sa.Column("plate", sa.String(12), server_default="", nullable=False))
    for side in ("buyer", "seller"):
        op.execute(f'UPDATE "order" SET {side}_ruc = (SELECT ruc FROM agent WHERE agent.id = "order".{side}_id)')
    op.create_index(
        "ix_order_sold_in_bulk",
        "order",
        ["seller_ruc", "buyer_ruc", "sold_at"],
        sqlite_where=sa.text(IN_BULK),
        postgresql_where=sa.text(IN_BULK),
    )
    op.create_table(
        "vehicle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(12), nullable=False),
        sa.Column("register_number", sa.String(40), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("trade", sa.String(40), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("standing", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_vehicle_agent_id_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle")),
        sa.UniqueConstraint("plate", "register_number", name=op.f("uq_vehicle_plate")),
    )
    op.create_index(op.f("ix_vehicle_agent_id"), "vehicle", ["agent_id"])
    op.create_table(
        "policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("insurer", sa.String(120), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("plate", sa.String(12), nullable=False),
        sa.Column("cover", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_policy_agent_id_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
        sa.UniqueConstraint("number", "valid_from", name=op.f("uq_policy_number")),
    )
    op.create_index("ix_policy_agent_id", "policy", ["agent_id", "plate"])
    op.create_table(
        "lent_tank",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("lender_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["agent.id"], name=op.f("fk_lent_tank_site_id_agent")),
        sa.ForeignKeyConstraint(["lender_id"], ["agent.id"], name=op.f("fk_lent_tank_lender_id_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lent_tank")),
        sa.UniqueConstraint("site_id", "lender_id", "valid_from", name=op.f("uq_lent_tank_site_id")),
    )


def downgrade() -> None:
    """Orders of bulk and liquids stay; the older program shows them without their plate and second document."""
    op.drop_table("lent_tank")
    op.drop_index("ix_policy_agent_id", "policy")
    op.drop_table("policy")
    op.drop_index(op.f("ix_vehicle_agent_id"), "vehicle")
    op.drop_table("vehicle")
    op.drop_index("ix_order_sold_in_bulk", "order")
    # not in batches: on SQLite those make the table anew, which the rows that refer to it forbid
    for name in ("gallons", "buyer_ruc", "seller_ruc", "invoice", "plate"):
        op.drop_column("order", name)
    for name in ("capacity_bulk", "capacity_liquids"):
        op.drop_column("agent", name)
