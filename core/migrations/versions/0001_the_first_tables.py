"""The first tables"""

import sqlalchemy as sa
from alembic import op


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = "the journal is append-only"
SQLITE_TRIGGERS = (
    f"CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END",
    f"CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END",
    # REPLACE deletes what stands in its way without asking the trigger above
    f"""CREATE TRIGGER entry_no_replace BEFORE INSERT ON entry
        WHEN EXISTS (SELECT 1 FROM entry WHERE id = NEW.id)
          OR EXISTS (SELECT 1 FROM entry WHERE order_id = NEW.order_id AND number = NEW.number)
        BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END""",
)
POSTGRESQL_TRIGGERS = (
    f"""CREATE FUNCTION entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END $$""",
    """CREATE TRIGGER entry_no_change BEFORE UPDATE OR DELETE ON entry
        FOR EACH ROW EXECUTE FUNCTION entry_is_append_only()""",
    """CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON entry
        FOR EACH STATEMENT EXECUTE FUNCTION entry_is_append_only()""",
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "agent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("register_number", sa.String(40), nullable=False),
        sa.Column("ruc", sa.String(11), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("activity", sa.String(40), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("standing", sa.String(40), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("register_number", name=op.f("uq_agent_register_number")),
    )
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agent_activity"), ["activity"], unique=False)
        batch_op.create_index(batch_op.f("ix_agent_ruc"), ["ruc"], unique=False)

    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("external_id", sa.String(150), nullable=False),
        sa.Column("provider_id", sa.String(150), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(12), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("channel", "provider_id", name=op.f("uq_inbox_channel")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inbox_waiting",
            ["channel", "external_id", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'NUEVO'"),
            postgresql_where=sa.text("state = 'NUEVO'"),
        )

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("phone", sa.String(20), nullable=True),
        sa.Column("locale", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_phone"), ["phone"], unique=False)

    op.create_table(
        "process",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_process")),
    )
    op.create_table(
        "trade_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("trade", sa.String(40), nullable=False),
        sa.Column("buyer", sa.String(40), nullable=False),
        sa.Column("seller", sa.String(40), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_rule")),
        sa.UniqueConstraint("trade", "buyer", "seller", "valid_from", name=op.f("uq_trade_rule_trade")),
    )
    op.create_table(
        "address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("external_id", sa.String(150), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("locale", sa.String(10), nullable=True),
        sa.Column("talk", sa.JSON(), nullable=False),
        sa.Column("reach", sa.String(40), nullable=False),
        sa.Column("last_inbound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("wrong_codes_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_address_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("channel", "external_id", name=op.f("uq_address_channel")),
    )
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_address_person_id"), ["person_id"], unique=False)

    op.create_table(
        "brand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("packer_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["packer_id"], ["agent.id"], name=op.f("fk_brand_packer_id_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand")),
        sa.UniqueConstraint("name", name=op.f("uq_brand_name")),
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("shop_id", sa.Integer(), nullable=False),
        sa.Column("packer_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["packer_id"], ["agent.id"], name=op.f("fk_certificate_packer_id_agent")),
        sa.ForeignKeyConstraint(["shop_id"], ["agent.id"], name=op.f("fk_certificate_shop_id_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_shop_id"), ["shop_id"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_invitation_agent_id_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitation_code_hash")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("may_close", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_membership_agent_id_agent")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("person_id", "agent_id", name=op.f("uq_membership_person_id")),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_agent_id"), ["agent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_membership_person_id"), ["person_id"], unique=False)

    op.create_table(
        "order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(11), nullable=False),
        sa.Column("trade", sa.String(40), nullable=False),
        sa.Column("buyer_id", sa.Integer(), nullable=False),
        sa.Column("seller_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sold_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kilograms", sa.BigInteger(), nullable=False),
        sa.Column("destination", sa.String(300), nullable=False),
        sa.Column("purchase_order", sa.String(40), nullable=False),
        sa.Column("delivery_on", sa.Date(), nullable=True),
        sa.Column("comment", sa.String(500), nullable=False),
        sa.Column("document_kind", sa.String(40), nullable=True),
        sa.Column("document", sa.String(20), nullable=False),
        sa.Column("draft", sa.String(40), nullable=True),
        sa.ForeignKeyConstraint(["buyer_id"], ["agent.id"], name=op.f("fk_order_buyer_id_agent")),
        sa.ForeignKeyConstraint(["seller_id"], ["agent.id"], name=op.f("fk_order_seller_id_agent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("code", name=op.f("uq_order_code")),
        sa.UniqueConstraint("buyer_id", "draft", name=op.f("uq_order_buyer_id")),
    )
    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.create_index("ix_order_buyer_id_requested_at", ["buyer_id", "requested_at"], unique=False)
        batch_op.create_index("ix_order_buyer_id_status", ["buyer_id", "status"], unique=False)
        batch_op.create_index("ix_order_buyer_id_seller_id", ["buyer_id", "seller_id", "id"], unique=False)
        batch_op.create_index("ix_order_seller_id_requested_at", ["seller_id", "requested_at"], unique=False)
        batch_op.create_index("ix_order_seller_id_status", ["seller_id", "status"], unique=False)

    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("movement", sa.String(40), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("party", sa.String(40), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("person_name", sa.String(length=120), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("declared", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_entry_agent_id_agent")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_entry_order_id_order")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_entry_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("order_id", "number", name=op.f("uq_entry_order_id")),
    )
    op.create_table(
        "line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product", sa.String(40), nullable=False),
        sa.Column("brand_id", sa.Integer(), nullable=True),
        sa.Column("size", sa.String(10), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("kilograms_each", sa.BigInteger(), nullable=False),
        sa.Column("requested", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=True),
        sa.Column("sold", sa.BigInteger(), nullable=True),
        sa.Column("received", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.CheckConstraint(
            "accepted >= 0 AND accepted <= requested", name=op.f("ck_line_accepted_no_more_than_requested")
        ),
        sa.CheckConstraint("received > 0 AND received <= sold", name=op.f("ck_line_received_no_more_than_sold")),
        sa.CheckConstraint("requested > 0", name=op.f("ck_line_requested_something")),
        sa.CheckConstraint("sold >= 0 AND sold <= accepted", name=op.f("ck_line_sold_no_more_than_accepted")),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name=op.f("fk_line_brand_id_brand")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_line_order_id_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line")),
        sa.UniqueConstraint("order_id", "position", name=op.f("uq_line_order_id")),
        sa.UniqueConstraint("order_id", "product", "brand_id", "size", name="uq_line_order_product"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("external_id", sa.String(150), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("dedupe_key", sa.String(80), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_by", sa.String(40), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_id", sa.String(80), nullable=True),
        sa.Column("error", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_outbox_address_id_address")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_notices",
            ["address_id", "id"],
            unique=False,
            sqlite_where=sa.text("kind != 'RESPUESTA'"),
            postgresql_where=sa.text("kind != 'RESPUESTA'"),
        )
        batch_op.create_index(
            "uq_outbox_dedupe_key",
            ["dedupe_key"],
            unique=True,
            sqlite_where=sa.text("dedupe_key IS NOT NULL"),
            postgresql_where=sa.text("dedupe_key IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_outbox_queue",
            ["address_id", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('PENDIENTE', 'TOMADO')"),
            postgresql_where=sa.text("state IN ('PENDIENTE', 'TOMADO')"),
        )
        batch_op.create_index(
            "ix_outbox_waiting",
            ["next_attempt_at", "id"],
            unique=False,
            sqlite_where=sa.text("state IN ('PENDIENTE', 'TOMADO')"),
            postgresql_where=sa.text("state IN ('PENDIENTE', 'TOMADO')"),
        )
    triggers = SQLITE_TRIGGERS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_TRIGGERS
    for trigger in triggers:
        op.execute(trigger)


def downgrade() -> None:
    """There is nothing before the first tables."""
    raise NotImplementedError("the first migration is not taken back: drop the database instead")
