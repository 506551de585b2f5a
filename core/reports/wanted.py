"""Which orders a report is about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.terms import Party, Status


@dataclass(frozen=True, slots=True)
class Wanted:
    """The orders requested on some days in Lima, both included, that meet every condition."""

    first: date
    last: date
    agents: tuple[int, ...] = ()
    """Whose orders; none means everybody's, which only an operator may ask for."""
    party: Party | None = None
    """The side on which those agents stand; None: either."""
    statuses: frozenset[Status] = frozenset()
    """Where the orders are now; none means anywhere."""
    others: tuple[int, ...] = ()
    """Who is on the other side; none means anybody. It needs `agents`: without them there is no other side."""
    late: bool = False
    """Only what was closed late, or should have been closed by now."""

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise ValueError("the first day comes after the last one")
        if not self.agents and (self.party or self.others):
            raise ValueError("a side, and who is on the other one, are those of some agents")

    @property
    def parties(self) -> tuple[Party, ...]:
        """Return the sides on which the agents may stand."""
        return (self.party,) if self.party else tuple(Party)
