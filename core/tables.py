"""The tables of the core, declared with SQLModel. Statements over them live beside the code that needs them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Enum,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
    text,
    true,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from core.terms import Activity, Currency, Document, LineStatus, Movement, Party, Role, Standing, Status, Trade, Unit

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata

THOUSANDTHS = Decimal(1000)


@lru_cache(maxsize=4096)
def quantity_of(thousandths: int | None) -> Decimal | None:
    """Return a stored quantity in units, without needless zeros: 20, not 20.000."""
    if thousandths is None:
        return None
    whole, rest = divmod(thousandths, 1000)
    return Decimal(whole) if not rest else Decimal(thousandths) / THOUSANDTHS


class Quantity(TypeDecorator[Decimal]):
    """An exact quantity with at most three decimals, stored as an integer count of thousandths."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - as it is called
        """Return the thousandths; a finer quantity is an error, never rounded."""
        if value is None:
            return None
        thousandths = value * THOUSANDTHS
        if thousandths != int(thousandths):
            raise ValueError(f"{value} has more than three decimals")
        return int(thousandths)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Return the quantity in units."""
        return quantity_of(value)


def official(kind: type[StrEnum], length: int = 40) -> Enum:
    """Return a column type that stores the official word, not the member's English name."""
    return Enum(kind, native_enum=False, length=length, values_callable=lambda members: [m.value for m in members])


OPEN_INDEXES = (
    ("ix_order_to_close", Status.TO_CLOSE, ("to_close_since", "arrived_at", "buyer_id", "status")),
    ("ix_order_to_sell", Status.ACCEPTED, ("accepted_at", "seller_id", "status")),
    ("ix_order_to_answer", Status.REQUESTED, ("requested_at", "seller_id", "status")),
)
"""What the reminders look at: however many orders are finished, these hold only the open ones."""


def _open_index(name: str, status: Status, columns: tuple[str, ...]) -> Index:
    where = text(f"status = '{status.value}'")
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


class AgentRow(SQLModel, table=True):
    """An agent: one entry in the Registro de Hidrocarburos, with the dates between which it holds."""

    __tablename__ = "agent"

    id: int | None = Field(default=None, primary_key=True)
    register_number: str = Field(max_length=40, unique=True)
    ruc: str = Field(max_length=11, index=True)
    name: str = Field(max_length=200)
    activity: Activity = Field(sa_column=Column(official(Activity), nullable=False, index=True))
    place: str = Field(default="", max_length=120)
    address: str = Field(default="", max_length=300)
    valid_from: date
    valid_to: date | None = None
    standing: Standing = Field(sa_column=Column(official(Standing), nullable=False))
    capacity: Decimal | None = Field(default=None, sa_column=Column(Quantity))
    """Authorised storage of cylinders in kilograms; none means that it is not limited."""
    capacity_bulk: Decimal | None = Field(default=None, sa_column=Column(Quantity))
    """The same of LPG in tanks, in gallons."""
    capacity_liquids: Decimal | None = Field(default=None, sa_column=Column(Quantity))
    """The same of liquid fuels, in gallons."""


class PersonRow(SQLModel, table=True):
    """Somebody who acts for agents. The phone is an attribute: identity is the row."""

    __tablename__ = "person"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=120)
    phone: str | None = Field(default=None, max_length=20, index=True)
    locale: str = Field(default="es_PE", max_length=10)
    morning: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=true()))
    """Whether the person wants one summary in the morning of all that is overdue."""
    weekly: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=true()))
    """Whether the person wants to be told on Mondays how the week went."""


class MembershipRow(SQLModel, table=True):
    """A person's role for an agent."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "agent_id"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    role: Role = Field(sa_column=Column(official(Role), nullable=False))
    may_close: bool = False
    """Whether the owner lets this driver close orders."""


class BrandRow(SQLModel, table=True):
    """A signo: the mark of an empresa envasadora on its cylinders."""

    __tablename__ = "brand"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=80, unique=True)
    packer_id: int | None = Field(default=None, foreign_key="agent.id")


class CertificateRow(SQLModel, table=True):
    """A certificado de conformidad that an envasadora gave to a local de venta (DS 01-94-EM art. 50)."""

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("number"),)

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(max_length=40)
    shop_id: int = Field(foreign_key="agent.id", index=True)
    packer_id: int = Field(foreign_key="agent.id")
    valid_from: date
    valid_to: date | None = None


class PolicyRow(SQLModel, table=True):
    """A póliza de responsabilidad civil extracontractual (DS 01-94-EM arts. 31 and 32)."""

    __tablename__ = "policy"
    __table_args__ = (UniqueConstraint("number", "valid_from"), Index("ix_policy_agent_id", "agent_id", "plate"))

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(max_length=40)
    insurer: str = Field(default="", max_length=120)
    agent_id: int = Field(foreign_key="agent.id")
    plate: str = Field(default="", max_length=12)
    """The vehicle that it insures; empty: the installation."""
    cover: Decimal = Field(sa_column=Column(Quantity, nullable=False))
    currency: Currency = Field(sa_column=Column(official(Currency), nullable=False))
    valid_from: date
    """When it was taken or renewed: the UIT of that day counts."""
    valid_to: date | None = None


class VehicleRow(SQLModel, table=True):
    """A register entry of a medio de transporte: a plate has one after the other when its holder changes."""

    __tablename__ = "vehicle"
    __table_args__ = (UniqueConstraint("plate", "register_number"),)

    id: int | None = Field(default=None, primary_key=True)
    plate: str = Field(max_length=12)
    register_number: str = Field(max_length=40)
    agent_id: int = Field(foreign_key="agent.id", index=True)
    """The holder."""
    trade: Trade = Field(sa_column=Column(official(Trade), nullable=False))
    capacity: Decimal = Field(sa_column=Column(Quantity, nullable=False))
    """In the trade's unit: kilograms of cylinders, gallons of anything else."""
    valid_from: date
    valid_to: date | None = None
    standing: Standing = Field(sa_column=Column(official(Standing), nullable=False))


class LentTankRow(SQLModel, table=True):
    """Tanks cedidos en uso: only the supplier that lent them may dispatch there (DS 01-94-EM art. 43A)."""

    __tablename__ = "lent_tank"
    __table_args__ = (UniqueConstraint("site_id", "lender_id", "valid_from"),)

    id: int | None = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="agent.id")
    lender_id: int = Field(foreign_key="agent.id")
    valid_from: date
    valid_to: date | None = None


class TradeRuleRow(SQLModel, table=True):
    """One row of the trade matrix: this kind of buyer may buy this from that kind of seller."""

    __tablename__ = "trade_rule"
    __table_args__ = (UniqueConstraint("trade", "buyer", "seller", "valid_from"),)

    id: int | None = Field(default=None, primary_key=True)
    trade: Trade = Field(sa_column=Column(official(Trade), nullable=False))
    buyer: Activity = Field(sa_column=Column(official(Activity), nullable=False))
    seller: Activity = Field(sa_column=Column(official(Activity), nullable=False))
    source: str = Field(max_length=200)
    verified: bool = True
    valid_from: date
    valid_to: date | None = None


class OrderRow(SQLModel, table=True):
    """An orden de pedido."""

    __tablename__ = "order"
    __table_args__ = (
        UniqueConstraint("buyer_id", "draft"),
        Index("ix_order_buyer_id_status", "buyer_id", "status"),
        Index("ix_order_buyer_id_seller_id", "buyer_id", "seller_id", "id"),
        Index("ix_order_seller_id_status", "seller_id", "status"),
        Index("ix_order_buyer_id_requested_at", "buyer_id", "requested_at"),
        Index("ix_order_seller_id_requested_at", "seller_id", "requested_at"),
        Index(
            "ix_order_sold_in_bulk",
            "seller_ruc",
            "buyer_ruc",
            "sold_at",
            sqlite_where=text("trade = 'GLP-G'"),
            postgresql_where=text("trade = 'GLP-G'"),
        ),
        *(_open_index(*open_ones) for open_ones in OPEN_INDEXES),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=11, unique=True)
    trade: Trade = Field(sa_column=Column(official(Trade), nullable=False))
    buyer_id: int = Field(foreign_key="agent.id")
    seller_id: int = Field(foreign_key="agent.id")
    status: Status = Field(sa_column=Column(official(Status), nullable=False))
    requested_at: datetime
    moved_at: datetime
    """When the last movement was registered."""
    sold_at: datetime | None = None
    kilograms: Decimal = Field(sa_column=Column(Quantity, nullable=False))
    """What an order of cylinders holds of the buyer's capacity while it is open; 0 of anything else."""
    gallons: Decimal = Field(default=Decimal(0), sa_column=Column(Quantity, nullable=False, server_default="0"))
    """The same of bulk LPG and liquid fuels; 0 of cylinders."""
    buyer_ruc: str = Field(default="", sa_column=Column(String(11), nullable=False, server_default=""))
    """Of the holder on the day of the request, as is the next: what was sold counts for them (art. 2)."""
    seller_ruc: str = Field(default="", sa_column=Column(String(11), nullable=False, server_default=""))
    destination: str = Field(default="", max_length=300)
    purchase_order: str = Field(default="", max_length=40)
    delivery_on: date | None = None
    comment: str = Field(default="", max_length=500)
    document_kind: Document | None = Field(default=None, sa_column=Column(official(Document)))
    document: str = Field(default="", max_length=20)
    invoice: str = Field(default="", sa_column=Column(String(20), nullable=False, server_default=""))
    """The factura that goes with the guía, where both must (DS 01-94-EM art. 26)."""
    plate: str = Field(default="", sa_column=Column(String(12), nullable=False, server_default=""))
    accepted_at: datetime | None = None
    arrived_at: datetime | None = None
    """When somebody of either side first said that the product is there."""
    to_close_since: datetime | None = None
    """When the buyer's clock started: at the sale, or at the arrival if that came later."""
    draft: str | None = Field(default=None, max_length=40)
    """The conversation that asked for it: one conversation never makes two orders."""
    entries: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default="1"))
    """How many movements its journal has."""
    head: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32)))
    """The hash of the last one; none while there is only the request, whose own hash it then is."""


class LineRow(SQLModel, table=True):
    """A line of an order: one product, and of cylinders one brand and one size. Quantities are exact."""

    __tablename__ = "line"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        UniqueConstraint("order_id", "product", "brand_id", "size", name="uq_line_order_product"),
        CheckConstraint("requested > 0", name="requested_something"),
        CheckConstraint("accepted >= 0 AND accepted <= requested", name="accepted_no_more_than_requested"),
        CheckConstraint("sold >= 0 AND sold <= accepted", name="sold_no_more_than_accepted"),
        CheckConstraint("received > 0 AND received <= sold", name="received_no_more_than_sold"),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(sa_column=Column(ForeignKey("order.id"), nullable=False))
    position: int
    product: str = Field(max_length=40)
    brand_id: int | None = Field(default=None, foreign_key="brand.id")
    size: str = Field(default="", max_length=10)
    unit: Unit = Field(sa_column=Column(official(Unit), nullable=False))
    kilograms_each: Decimal = Field(sa_column=Column(Quantity, nullable=False))
    requested: Decimal = Field(sa_column=Column(Quantity, nullable=False))
    accepted: Decimal | None = Field(default=None, sa_column=Column(Quantity))
    sold: Decimal | None = Field(default=None, sa_column=Column(Quantity))
    received: Decimal | None = Field(default=None, sa_column=Column(Quantity))
    status: LineStatus = Field(sa_column=Column(official(LineStatus), nullable=False))
    reason: str = Field(default="", max_length=300)


class EntryRow(SQLModel, table=True):
    """A movement in the journal. The database refuses to change or delete it (see the first migration)."""

    __tablename__ = "entry"
    __table_args__ = (UniqueConstraint("order_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(sa_column=Column(ForeignKey("order.id"), nullable=False))
    number: int
    """1 for the request, then one more for each movement of the order."""
    at: datetime
    movement: Movement = Field(sa_column=Column(official(Movement), nullable=False))
    status: Status = Field(sa_column=Column(official(Status), nullable=False))
    party: Party = Field(sa_column=Column(official(Party), nullable=False))
    agent_id: int = Field(foreign_key="agent.id")
    person_id: int = Field(foreign_key="person.id")
    person_name: str = Field(sa_column=Column(String(120), nullable=False))
    channel: str = Field(max_length=20)
    declared: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    hash: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32)))
    """Of this and, by it, of every movement of the order before it; the database takes no new entry without."""


class SealRow(SQLModel, table=True):
    """A signature over the journal up to an entry (see core.proof.seals). Never changed or deleted."""

    __tablename__ = "seal"

    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at: datetime
    last_entry: int
    entries: int
    digest: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    key_id: bytes = Field(sa_column=Column(LargeBinary(4), nullable=False))
    signature: bytes = Field(sa_column=Column(LargeBinary(64), nullable=False))
