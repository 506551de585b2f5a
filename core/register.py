"""The register: who an agent is on a day, whether its entry holds, and what two agents need to trade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection

from core.insurance import in_force
from core.statements import AGENT_COLUMNS, DEAL
from core.terms import Activity, Currency, Standing, Trade
from core.uit import tax_unit

_WIDTH = len(AGENT_COLUMNS)


class Agent(NamedTuple):
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
    capacity_bulk: Decimal | None = None
    capacity_liquids: Decimal | None = None

    def is_valid(self, on: date) -> bool:
        """Say whether the entry holds on that day, both ends included."""
        return in_force(self.valid_from, self.valid_to, on) and self.standing is Standing.VALID

    def capacity_for(self, trade: Trade) -> Decimal | None:
        """Return the authorised storage in the trade's unit; none is no limit. Tanks of one hold nothing of another."""
        if trade is Trade.CYLINDERS:
            return self.capacity
        return self.capacity_bulk if trade is Trade.BULK else self.capacity_liquids

    def snapshot(self) -> dict[str, str]:
        """Return what the journal keeps: the holder at the date of the order is the one who answers for it."""
        return {"name": self.name, "ruc": self.ruc, "register": self.register_number}


@dataclass(frozen=True, slots=True)
class Policy:
    """A póliza in force on the day that was asked about."""

    cover: Decimal
    currency: Currency
    taken_on: date

    @property
    def uits(self) -> Decimal:
        """Return the cover in UIT; of soles by the UIT of the day on which it was taken or renewed (art. 32)."""
        return self.cover if self.currency is Currency.TAX_UNITS else self.cover / tax_unit(self.taken_on).soles


@dataclass(frozen=True, slots=True)
class Side:
    """One of two agents, and what decides whether it may trade on the day."""

    agent: Agent
    policies: tuple[Policy, ...]
    was_insured: bool
    """Whether any policy of it is known, of whatever dates."""
    has_certificates: bool
    """Whether any certificado de conformidad of it is known, of whatever dates."""
    certified_by: frozenset[int]
    """The envasadoras whose certificate is in force on the day."""


@dataclass(frozen=True, slots=True)
class Deal:
    """Two agents who want to trade something on a day."""

    trade: Trade
    on: date
    buyer: Side
    seller: Side
    in_matrix: bool


def read_deal(tx: Connection, buyer_id: int, seller_id: int, trade: Trade, on: date) -> Deal | None:
    """Return what decides whether the two may trade, in one statement; None when the register lacks one of them."""
    rows = DEAL.all(tx, {"buyer_id": buyer_id, "seller_id": seller_id, "trade": trade, "on": on})
    sides = {}
    for row in rows:
        mine = [one for one in rows if one.id == row.id]
        policies = tuple({Policy(one.cover, one.currency, one.taken_on) for one in mine if one.cover is not None})
        certified_by = frozenset(one.certified_by for one in mine if one.certified_by is not None)
        sides[row.id] = Side(Agent._make(row[:_WIDTH]), policies, row.was_insured, row.has_certificates, certified_by)
    if buyer_id not in sides or seller_id not in sides:
        return None
    allowed = rows[0].in_matrix and buyer_id != seller_id
    return Deal(trade, on, sides[buyer_id], sides[seller_id], allowed)
