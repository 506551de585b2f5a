"""The chat's own tables: who writes from where, what came in, what goes out."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, SmallInteger, String, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from core.statements import table_of
from core.tables import official
from core.terms import Role


class Reach(StrEnum):
    """Whether messages to an address arrive."""

    ACTIVE = "ACTIVA"
    BLOCKED = "BLOQUEADA"
    INVALID = "INVALIDA"


class Waiting(StrEnum):
    """Where an incoming message is."""

    NEW = "NUEVO"
    ANSWERED = "ATENDIDO"
    FAILED = "FALLIDO"


class Kind(StrEnum):
    """Why something goes out."""

    REPLY = "RESPUESTA"
    NOTICE = "AVISO"
    REMINDER = "RECORDATORIO"


class Sending(StrEnum):
    """Where an outgoing message is."""

    PENDING = "PENDIENTE"
    LEASED = "TOMADO"
    SENT = "ENVIADO"
    DELIVERED = "ENTREGADO"
    READ = "LEIDO"
    FAILED = "FALLIDO"
    UNCERTAIN = "INCIERTO"
    """It left, and whether it arrived nobody can say."""
    EXPIRED = "VENCIDO"
    SHUT = "EN ESPERA"
    """WhatsApp allows no free text to this person now: it waits until they write."""


class Urgency(IntEnum):
    """Which letters go first when the platform's rate holds them up; the lower, the sooner."""

    REPLY = 0
    NOTICE = 1
    LAST_CALL = 2
    TODAY = 3
    OVERDUE = 4
    SUMMARY = 5


class AddressRow(SQLModel, table=True):
    """One place from which somebody writes: a Telegram chat, a WhatsApp sender, a demo phone."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=20)
    external_id: str = Field(max_length=150)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    locale: str | None = Field(default=None, max_length=10)
    talk: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    reach: Reach = Field(sa_column=Column(official(Reach), nullable=False))
    quiet_until: datetime | None = None
    """Before this nothing is sent here: the platform's pace for one chat, or the wait it asked for."""
    last_inbound_at: datetime | None = None
    wrong_codes: int = 0
    wrong_codes_since: datetime | None = None


class InboxRow(SQLModel, table=True):
    """A message as it arrived, kept before anything is done with it."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "provider_id"),
        Index(
            "ix_inbox_waiting",
            "channel",
            "external_id",
            "id",
            sqlite_where=text("state = 'NUEVO'"),
            postgresql_where=text("state = 'NUEVO'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=20)
    external_id: str = Field(max_length=150)
    provider_id: str = Field(max_length=150)
    received_at: datetime
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    state: Waiting = Field(sa_column=Column(official(Waiting), nullable=False))
    attempts: int = 0
    next_attempt_at: datetime
    reference: str = Field(default="", max_length=12)
    answered_at: datetime | None = None


class OutboxRow(SQLModel, table=True):
    """A message to send. Its content is the same for every channel; the channel draws it when it leaves."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_notices",
            "address_id",
            "id",
            sqlite_where=text("kind != 'RESPUESTA'"),
            postgresql_where=text("kind != 'RESPUESTA'"),
        ),
        Index(
            "uq_outbox_dedupe_key",
            "dedupe_key",
            unique=True,
            sqlite_where=text("dedupe_key IS NOT NULL"),
            postgresql_where=text("dedupe_key IS NOT NULL"),
        ),
        Index(
            "ix_outbox_aside",
            "next_attempt_at",
            sqlite_where=text("state IN ('EN ESPERA', 'INCIERTO')"),
            postgresql_where=text("state IN ('EN ESPERA', 'INCIERTO')"),
        ),
        Index(
            "ix_outbox_provider",
            "address_id",
            "provider_id",
            sqlite_where=text("provider_id IS NOT NULL"),
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
        Index(
            "ix_outbox_waiting",
            "channel",
            "urgency",
            "next_attempt_at",
            "id",
            sqlite_where=text("state IN ('PENDIENTE', 'TOMADO')"),
            postgresql_where=text("state IN ('PENDIENTE', 'TOMADO')"),
        ),
        Index(
            "ix_outbox_queue",
            "address_id",
            "id",
            sqlite_where=text("state IN ('PENDIENTE', 'TOMADO')"),
            postgresql_where=text("state IN ('PENDIENTE', 'TOMADO')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    address_id: int = Field(foreign_key="address.id")
    channel: str = Field(max_length=20)
    external_id: str = Field(max_length=150)
    kind: Kind = Field(sa_column=Column(official(Kind), nullable=False))
    urgency: int = Field(default=Urgency.REPLY, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    critical: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """Whether it must arrive: notices, reminders and receipts. Anything else the person simply asks for again."""
    locale: str = Field(default="", sa_column=Column(String(10), nullable=False, server_default=""))
    person_id: int | None = None
    agent_id: int | None = None
    """For whom a notice or a reminder is meant: if it cannot arrive here, they are tried elsewhere."""
    order_id: int | None = None
    subject: str | None = Field(default=None, max_length=60)
    """What it is about, the same for everybody who is told: "order 12.3" is the third movement of order 12."""
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    dedupe_key: str | None = Field(default=None, max_length=80)
    state: Sending = Field(sa_column=Column(official(Sending), nullable=False))
    attempts: int = 0
    created_at: datetime
    next_attempt_at: datetime
    expires_at: datetime | None = None
    lease_until: datetime | None = None
    lease_by: str | None = Field(default=None, max_length=40)
    sent_at: datetime | None = None
    provider_id: str | None = Field(default=None, max_length=80)
    refused_id: str | None = Field(default=None, max_length=80)
    """The platform's id of a sending that failed afterwards and is tried again: what else it says of it is old."""
    doubts: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    """How many times its sending ended without anybody knowing whether it arrived."""
    parts_sent: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    """How many parts of a long message the platform has taken."""
    outside: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """Whether WhatsApp said that the person's 24 hours are over, whatever this side believed."""
    error: str = Field(default="", max_length=300)


class PaceRow(SQLModel, table=True):
    """How much of a channel's rate is left: shared by all workers."""

    __tablename__ = "pace"

    channel: str = Field(primary_key=True, max_length=20)
    tokens: float
    at: datetime


class TemplateRow(SQLModel, table=True):
    """A Content template at Twilio: what buttons, and messages outside the 24 hours, are sent with."""

    __tablename__ = "template"

    name: str = Field(primary_key=True, max_length=60)
    locale: str = Field(primary_key=True, max_length=10)
    content_sid: str = Field(max_length=34)
    digest: str = Field(max_length=32)
    """Of its definition: a changed definition is a new template."""
    approval: str = Field(default="", max_length=20)
    """WhatsApp's word: empty for those that need none, else unsubmitted, received, pending, approved, rejected …"""
    reason: str = Field(default="", max_length=300)
    checked_at: datetime


class NudgeRow(SQLModel, table=True):
    """That somebody is to be reminded of an order by a rule, once: decided, whatever becomes of the letter."""

    __tablename__ = "nudge"
    __table_args__ = (UniqueConstraint("order_id", "rule", "occurrence", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    order_id: int
    rule: str = Field(max_length=12)
    occurrence: str = Field(max_length=16)
    """Which time of the rule's: a day in Lima, or what else tells it from the next."""
    person_id: int
    agent_id: int
    address_id: int
    decided_at: datetime


class SnoozeRow(SQLModel, table=True):
    """Until when somebody put off an order's reminders; the journal says the same. Never changed or deleted."""

    __tablename__ = "snooze"
    __table_args__ = (Index("ix_snooze_order_id", "order_id", "person_id"), Index("ix_snooze_until", "until"))

    id: int | None = Field(default=None, primary_key=True)
    order_id: int
    person_id: int
    made_at: datetime
    until: datetime


class BatchRow(SQLModel, table=True):
    """Nudges that were decided together and whose letters are not all posted yet: how far that has come."""

    __tablename__ = "batch"

    id: int | None = Field(default=None, primary_key=True)
    rule: str = Field(max_length=12)
    bucket: str = Field(max_length=16)
    urgency: int = Field(sa_column=Column(SmallInteger, nullable=False))
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    decided_at: datetime
    until: datetime
    """When nothing of it is worth posting any more."""
    done: int
    """The nudges up to this id are posted."""
    last: int
    """The last one's id."""


class SweepRow(SQLModel, table=True):
    """Up to when everything due was decided: what was looked at before need not be looked at every minute."""

    __tablename__ = "sweep"

    name: str = Field(primary_key=True, max_length=20)
    swept_at: datetime


class InvitationRow(SQLModel, table=True):
    """An invitation to act for an agent: one code, one use, for a while. Only the code's hash is kept."""

    __tablename__ = "invitation"

    id: int | None = Field(default=None, primary_key=True)
    code_hash: str = Field(max_length=64, unique=True)
    agent_id: int = Field(foreign_key="agent.id")
    role: Role = Field(sa_column=Column(official(Role), nullable=False))
    name: str = Field(max_length=120)
    expires_at: datetime
    used_at: datetime | None = None


class MissedRow(SQLModel, table=True):
    """A message that was not understood, without phones and codes, and how often one like it came."""

    __tablename__ = "missed"
    __table_args__ = (Index("ix_missed_times", "times", "last_at"),)

    mark: str = Field(primary_key=True, max_length=24)
    """Of what makes two messages the same: folded words, numbers all alike, the question that was open."""
    text: str = Field(max_length=300)
    kind: str = Field(max_length=20)
    place: str = Field(max_length=60)
    times: int
    last_at: datetime


class ProcessRow(SQLModel, table=True):
    """When a process of the bot was last seen alive."""

    __tablename__ = "process"

    name: str = Field(primary_key=True, max_length=40)
    seen_at: datetime


class AlarmRow(SQLModel, table=True):
    """How often something was wrong that only the operator can mend."""

    __tablename__ = "alarm"

    kind: str = Field(primary_key=True, max_length=60)
    count: int = Field(sa_column=Column(BigInteger, nullable=False))
    last_at: datetime


class FactRow(SQLModel, table=True):
    """Something that one process found out and all of them use: the bot's name, how far a walk has come."""

    __tablename__ = "fact"

    name: str = Field(primary_key=True, max_length=60)
    value: str = Field(max_length=200)
    noted_at: datetime


addresses = table_of(AddressRow)
inbox = table_of(InboxRow)
outbox = table_of(OutboxRow)
invitations = table_of(InvitationRow)
processes = table_of(ProcessRow)
paces = table_of(PaceRow)
templates = table_of(TemplateRow)
missed_messages = table_of(MissedRow)
alarms = table_of(AlarmRow)
facts = table_of(FactRow)
nudges = table_of(NudgeRow)
snoozes = table_of(SnoozeRow)
sweeps = table_of(SweepRow)
batches = table_of(BatchRow)
