"""What an agent must keep valid: register entry, policies, vehicles' entries, certificates; and tanks that are lent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Date, and_, bindparam, exists, literal, or_, select, union_all
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from core.insurance import in_force
from core.statement import Statement
from core.statements import agents, certificates, lent_tanks, policies, vehicles
from core.terms import Standing

SOON = timedelta(days=30)
REMEMBERED = timedelta(days=90)
"""How long a paper that ended is still told of, unless another has taken its place."""


class PaperKind(StrEnum):
    """What kind of paper it is; in the order in which they are told."""

    REGISTER = "1 REGISTRO"
    POLICY = "2 POLIZA"
    VEHICLE = "3 VEHICULO"
    CERTIFICATE = "4 CERTIFICADO"
    TANKS_BORROWED = "5 TANQUES"
    """Tanks of the agent's site that a supplier lent: until it ends nobody else may fill them (art. 43A)."""
    TANKS_LENT = "6 TANQUES CEDIDOS"
    """The same, seen by the supplier."""

    @property
    def is_loan(self) -> bool:
        """Say whether it is a loan of tanks: one that has ended is missed by nobody."""
        return self in (PaperKind.TANKS_BORROWED, PaperKind.TANKS_LENT)


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of an agent and the days on which it holds."""

    kind: PaperKind
    agent_id: int
    agent: str
    number: str
    about: str
    """The plate that it is of, the envasadora that gave the certificate, the other side of a loan; else empty."""
    valid_from: date
    valid_to: date | None
    standing: Standing
    """Of a register entry; of anything else it is valid."""

    def is_valid(self, on: date) -> bool:
        """Say whether it holds on that day, both ends included."""
        return in_force(self.valid_from, self.valid_to, on) and self.standing is Standing.VALID

    def ends_soon(self, on: date) -> bool:
        """Say whether it still holds and its last day is at most 30 days away."""
        return self.is_valid(on) and self.valid_to is not None and self.valid_to <= on + SOON


_held = literal(Standing.VALID, agents.c.standing.type)
"""Of what is nobody's to suspend."""
_packers = agents.alias("packer")
_lenders = agents.alias("lender")


def _loans(kind: PaperKind, mine: Any, other: Any) -> Any:
    return select(
        literal(kind.value),
        mine.c.id,
        mine.c.name,
        literal(""),
        other.c.name,
        lent_tanks.c.valid_from,
        lent_tanks.c.valid_to,
        _held,
    ).select_from(
        lent_tanks.join(agents, lent_tanks.c.site_id == agents.c.id).join(
            _lenders, lent_tanks.c.lender_id == _lenders.c.id
        )
    )


_all = union_all(
    select(
        literal(PaperKind.REGISTER.value).label("kind"),
        agents.c.id.label("agent_id"),
        agents.c.name.label("agent"),
        agents.c.register_number.label("number"),
        literal("").label("about"),
        agents.c.valid_from,
        agents.c.valid_to,
        agents.c.standing,
    ),
    select(
        literal(PaperKind.POLICY.value),
        policies.c.agent_id,
        agents.c.name,
        policies.c.number,
        policies.c.plate,
        policies.c.valid_from,
        policies.c.valid_to,
        _held,
    ).select_from(policies.join(agents, policies.c.agent_id == agents.c.id)),
    select(
        literal(PaperKind.VEHICLE.value),
        vehicles.c.agent_id,
        agents.c.name,
        vehicles.c.register_number,
        vehicles.c.plate,
        vehicles.c.valid_from,
        vehicles.c.valid_to,
        vehicles.c.standing,
    ).select_from(vehicles.join(agents, vehicles.c.agent_id == agents.c.id)),
    select(
        literal(PaperKind.CERTIFICATE.value),
        certificates.c.shop_id,
        agents.c.name,
        certificates.c.number,
        _packers.c.name,
        certificates.c.valid_from,
        certificates.c.valid_to,
        _held,
    ).select_from(
        certificates.join(agents, certificates.c.shop_id == agents.c.id).join(
            _packers, certificates.c.packer_id == _packers.c.id
        )
    ),
    _loans(PaperKind.TANKS_BORROWED, agents, _lenders),
    _loans(PaperKind.TANKS_LENT, _lenders, agents),
)
_papers = _all.subquery("papers")
_later = _all.subquery("later")
_of_the_same = (
    _later.c.kind == _papers.c.kind,
    _later.c.agent_id == _papers.c.agent_id,
    _later.c.about == _papers.c.about,
    _later.c.standing == Standing.VALID,
    or_(_later.c.valid_to.is_(None), _later.c.valid_to > _papers.c.valid_to),
)


class _DayAfter(FunctionElement[Any]):
    """The day after a day: the two databases spell it differently."""

    type = Date()
    inherit_cache = True


@compiles(_DayAfter, "sqlite")
def _in_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    return f"date({compiler.process(element.clauses, **more)}, '+1 day')"


@compiles(_DayAfter, "postgresql")
def _in_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    return f"({compiler.process(element.clauses, **more)} + 1)"


_replaced = exists().where(*_of_the_same)
_continued = exists().where(*_of_the_same, _later.c.valid_from <= _DayAfter(_papers.c.valid_to))
"""Replaced without a day between the two."""
_in_order = (_papers.c.agent_id, _papers.c.kind, _papers.c.about, _papers.c.valid_from, _papers.c.number)
_OF_AGENT = Statement(
    select(_papers)
    .where(
        _papers.c.agent_id == bindparam("agent_id"),
        or_(
            _papers.c.valid_to.is_(None),
            and_(_papers.c.valid_to >= bindparam("on"), ~_continued),
            and_(_papers.c.valid_to < bindparam("on"), _papers.c.valid_to >= bindparam("since"), ~_replaced),
        ),
    )
    .order_by(*_in_order)
)
_ends_between = (
    _papers.c.valid_to >= bindparam("first"),
    _papers.c.valid_to <= bindparam("last"),
    _papers.c.standing == Standing.VALID,
    ~_continued,
)
_ENDING = Statement(select(_papers).where(*_ends_between).order_by(*_in_order))
_ENDING_OF = Statement(
    select(_papers).where(*_ends_between, _papers.c.agent_id == bindparam("agent_id")).order_by(*_in_order)
)


def papers_of(tx: Connection, agent_id: int, on: date) -> list[Paper]:
    """Return the agent's papers as they matter on the day: what another has replaced is left out."""
    facts = {"agent_id": agent_id, "on": on, "since": on - REMEMBERED}
    found = [_paper(row) for row in _OF_AGENT.all(tx, facts)]
    return [one for one in found if not one.kind.is_loan or one.valid_to is None or one.valid_to >= on]


def ending_soon(tx: Connection, on: date, within: timedelta = SOON) -> list[Paper]:
    """Return the papers of all agents whose last day lies between the day and so much later, both included.

    By agent; what another paper continues without a gap is left out, and what does not hold anyway. For whoever tells
    it once a week.
    """
    return [_paper(row) for row in _ENDING.all(tx, {"first": on, "last": on + within})]


def ending_soon_of(tx: Connection, agent_ids: Iterable[int], on: date) -> list[Paper]:
    """Return the same of some agents only."""
    facts = {"first": on, "last": on + SOON}
    return [_paper(row) for each in agent_ids for row in _ENDING_OF.all(tx, {**facts, "agent_id": each})]


def _paper(row: Any) -> Paper:
    kind, *rest = row
    return Paper(PaperKind(kind), *rest)
