"""RegisterBook: what one person may look at of the register. Of others, only what anybody must check before trading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection

from core import errors
from core.clock import day_in_lima
from core.guarding import standing
from core.papers import Paper, papers_of
from core.people import Actor, Membership
from core.register import Agent, read_deal
from core.requesting import holding
from core.statements import AGENT, MONTH_BOUGHT, MONTH_SOLD, PARTNERS
from core.terms import Party, Trade
from core.volumes import month_in_lima


class Named(NamedTuple):
    """Something to choose by its name: a seller or a brand."""

    id: int
    name: str
    place: str = ""
    trades: tuple[Trade, ...] = ()
    """Of a seller: what the matrix lets it sell to the agent."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether two agents could trade today: what stands against it or should be known, nothing if nothing does."""

    party: Party
    """The side of whoever asks."""
    trade: Trade
    other: Agent
    found: tuple[errors.Refused, ...]

    @property
    def is_free(self) -> bool:
        """Say whether nothing stops it."""
        return not any(one.stops for one in self.found)


class RegisterBook:
    """The register entries of the agents that a person acts for, and how others stand to them."""

    def __init__(self, tx: Connection, actor: Actor, at: datetime) -> None:
        self._tx = tx
        self._actor = actor
        self._at = at

    def entry(self, agent_id: int) -> Agent:
        """Return the register entry of an agent of the person's."""
        if self._actor.for_agent(agent_id) is None:
            raise errors.UnknownAgent
        return Agent(*AGENT.first(self._tx, {"agent_id": agent_id}))

    def papers(self, agent_id: int) -> list[Paper]:
        """Return what an agent of the person's must keep valid."""
        return papers_of(self._tx, self.entry(agent_id).id, day_in_lima(self._at))

    def holding(self, agent_id: int, trade: Trade) -> tuple[errors.Holding, ...]:
        """Return the unclosed orders that hold the capacity of an agent of the person's."""
        return holding(self._tx, self.entry(agent_id).id, trade)

    def month_in_bulk(self, agent_id: int, party: Party) -> list[tuple[str, Decimal]]:
        """Return with whom an agent of the person's traded bulk LPG this month, and how many gallons were sold."""
        start, end = month_in_lima(self._at)
        statement = MONTH_SOLD if party is Party.SELLER else MONTH_BOUGHT
        rows = statement.all(self._tx, {"ruc": self.entry(agent_id).ruc, "start": start, "end": end})
        return [(row.name, row.gallons) for row in rows]

    def partners(self, mine: Membership) -> list[Named]:
        """Return everybody with whom the matrix lets the agent trade, whether their entry holds or not."""
        facts = {"agent_id": mine.agent_id, "activity": mine.activity, "on": day_in_lima(self._at)}
        return [Named(*row) for row in PARTNERS.all(self._tx, facts)]

    def standing(self, mine: Membership, other_id: int, party: Party, trade: Trade) -> Standing | None:
        """Return whether the agent, on that side, could trade with another today; None: not in the matrix."""
        if self._actor.for_agent(mine.agent_id) is None:
            raise errors.UnknownAgent
        sides = (mine.agent_id, other_id) if party is Party.BUYER else (other_id, mine.agent_id)
        deal = read_deal(self._tx, *sides, trade, day_in_lima(self._at))
        if deal is None or not deal.in_matrix:
            return None
        other = deal.seller if party is Party.BUYER else deal.buyer
        return Standing(party, trade, other.agent, standing(self._tx, deal))
