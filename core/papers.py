"""What an agent must keep valid: its register entry, its policies, its vehicles' entries, its certificates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, literal, or_, select, union_all

from core.insurance import in_force
from core.statement import Statement
from core.statements import agents, certificates, policies, vehicles
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


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of an agent and the days on which it holds."""

    kind: PaperKind
    agent_id: int
    agent: str
    number: str
    about: str
    """The plate that it is of, or the envasadora that gave the certificate; else empty."""
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
)
_papers = _all.subquery("papers")
_later = _all.subquery("later")
_replaced = exists().where(
    _later.c.kind == _papers.c.kind,
    _later.c.agent_id == _papers.c.agent_id,
    _later.c.about == _papers.c.about,
    or_(_later.c.valid_to.is_(None), _later.c.valid_to > _papers.c.valid_to),
)
_in_order = (_papers.c.agent_id, _papers.c.kind, _papers.c.about, _papers.c.valid_from, _papers.c.number)
_OF_AGENT = Statement(
    select(_papers)
    .where(
        _papers.c.agent_id == bindparam("agent_id"),
        or_(_papers.c.valid_to.is_(None), and_(_papers.c.valid_to >= bindparam("since"), ~_replaced)),
    )
    .order_by(*_in_order)
)
_ENDING = Statement(
    select(_papers)
    .where(_papers.c.valid_to >= bindparam("first"), _papers.c.valid_to <= bindparam("last"), ~_replaced)
    .order_by(*_in_order)
)


def papers_of(tx: Connection, agent_id: int, on: date) -> list[Paper]:
    """Return the agent's papers as they matter on the day: what another has replaced is left out."""
    return [_paper(row) for row in _OF_AGENT.all(tx, {"agent_id": agent_id, "since": on - REMEMBERED})]


def ending_soon(tx: Connection, on: date, within: timedelta = SOON) -> list[Paper]:
    """Return the papers of all agents whose last day lies between the day and so much later, both included.

    By agent; what another paper continues is left out. For whoever tells it once a week.
    """
    return [_paper(row) for row in _ENDING.all(tx, {"first": on, "last": on + within})]


def _paper(row: Any) -> Paper:
    kind, *rest = row
    return Paper(PaperKind(kind), *rest)
