"""ReportBook: what an owner may count and have reported. Of agents that are not theirs there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from core import errors
from core.clock import span_in_lima
from core.people import Actor
from core.registerbook import Named
from core.reports.lateness import lateness
from core.reports.statements import counted, counterparts, how_many
from core.reports.sums import Tally
from core.reports.wanted import Wanted
from core.statement import Statement
from core.statements import agents, memberships
from core.terms import Party, Role

MOST_PARTNERS = 500
_OWNED = Statement(
    select(agents.c.id, agents.c.name)
    .select_from(memberships.join(agents, memberships.c.agent_id == agents.c.id))
    .where(
        memberships.c.person_id == bindparam("person_id"),
        memberships.c.agent_id == bindparam("agent_id"),
        memberships.c.role == Role.OWNER,
    )
)


def owned(tx: Connection, person_id: int, agent_id: int) -> Named | None:
    """Return the agent if the person owns it now, or None."""
    row = _OWNED.first(tx, {"person_id": person_id, "agent_id": agent_id})
    return None if row is None else Named(row.id, row.name)


def names_of(tx: Connection, agent_ids: tuple[int, ...]) -> tuple[str, ...]:
    """Return the agents' names, each once."""
    rows = tx.execute(select(agents.c.name).where(agents.c.id.in_(agent_ids)).order_by(agents.c.id)).scalars()
    return tuple(dict.fromkeys(rows))


class ReportBook:
    """What one person may have reported, as of a moment."""

    def __init__(self, tx: Connection, actor: Actor, at: datetime) -> None:
        self._tx = tx
        self._actor = actor
        self._at = at

    def tally(self, wanted: Wanted, most: int) -> Tally | None:
        """Count the orders, or return None when more than so many were requested on those days at all.

        That is asked first: it costs next to nothing, and this is done while others wait for the database.
        """
        self._check(wanted)
        if sum(row.count for row in self._rows(how_many, wanted, most + 1)) > most:
            return None
        rows = {row.id: row for row in self._rows(counted, wanted, most)}
        tally = Tally()
        for row in rows.values():
            late = lateness(row.status, row.clock, row.moved_at, self._at)
            if not wanted.late or (late is not None and late.days):
                tally.add(row.status, late)
        return tally

    def counterparts(self, wanted: Wanted) -> list[Named]:
        """Return who stands on the other side of the orders, by name."""
        self._check(wanted)
        found = {row.id: Named(row.id, row.name) for row in self._rows(counterparts, wanted, MOST_PARTNERS)}
        return sorted(found.values(), key=lambda one: (one.name, one.id))

    def _rows(self, statement: Callable[[Wanted, Party], Statement], wanted: Wanted, most: int) -> Iterator[Any]:
        """Yield the rows of a statement for each side and agent, of each at most so many."""
        start, end = span_in_lima(wanted.first, wanted.last)
        for party in wanted.parties:
            made = statement(wanted, party)
            for agent_id in wanted.agents:
                yield from made.all(self._tx, {"start": start, "end": end, "agent_id": agent_id, "most": most})

    def _check(self, wanted: Wanted) -> None:
        """Refuse unless the person owns every agent whose orders these are."""
        held = [self._actor.for_agent(agent_id) for agent_id in wanted.agents]
        if not held or any(one is None or one.role is not Role.OWNER for one in held):
            raise errors.UnknownAgent
