"""Who acts: a person, the agents they act for and in which role."""

from __future__ import annotations

from typing import NamedTuple

from core.order import Order
from core.terms import Activity, Party, Role


class Membership(NamedTuple):
    """A person's role for one agent."""

    agent_id: int
    agent: str
    activity: Activity
    role: Role
    may_close: bool = False

    @property
    def acts(self) -> bool:
        """Say whether the role includes every order action."""
        return self.role in (Role.OWNER, Role.OPERATOR)


class Actor(NamedTuple):
    """Somebody doing something now, through one channel."""

    person_id: int
    name: str
    channel: str
    memberships: tuple[Membership, ...]

    def for_agent(self, agent_id: int) -> Membership | None:
        """Return the membership for the agent, or None."""
        for one in self.memberships:
            if one.agent_id == agent_id:
                return one
        return None

    def parties(self, order: Order) -> dict[Party, Membership]:
        """Return the sides of the order that this person stands on; a stranger stands on none."""
        sides = ((Party.BUYER, self.for_agent(order.buyer_id)), (Party.SELLER, self.for_agent(order.seller_id)))
        return {party: membership for party, membership in sides if membership is not None}
