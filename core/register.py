"""The register: who an agent is on a day, and whether its entry holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from core import errors
from core.statements import TWO_AGENTS
from core.terms import Activity, Standing


@dataclass(frozen=True, slots=True)
class Agent:
    """An entry in the Registro de Hidrocarburos."""

    id: int
    name: str
    register_number: str
    ruc: str
    activity: Activity
    place: str
    address: str
    valid_from: date
    valid_to: date | None
    standing: Standing
    capacity: Decimal | None

    def is_valid(self, on: date) -> bool:
        """Say whether the entry holds on that day, both ends included."""
        within = self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)
        return within and self.standing is Standing.VALID

    def snapshot(self) -> dict[str, str]:
        """Return what the journal keeps: the holder at the date of the order is the one who answers for it."""
        return {"name": self.name, "ruc": self.ruc, "register": self.register_number}


def two_agents(tx: Connection, buyer_id: int, seller_id: int) -> tuple[Agent | None, Agent | None]:
    """Return the buyer's and the seller's entries."""
    rows = TWO_AGENTS.all(tx, {"buyer_id": buyer_id, "seller_id": seller_id})
    found = {row.id: Agent(*row) for row in rows}
    return found.get(buyer_id), found.get(seller_id)


def check_valid(agent: Agent, on: date) -> None:
    """Refuse when the agent may not trade on that day (DS 01-94-EM art. 43A)."""
    if not agent.is_valid(on):
        raise errors.NotRegistered(agent.name, agent.register_number, on)
