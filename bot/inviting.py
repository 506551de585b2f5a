"""For operators at the command line: invitations."""

from __future__ import annotations

from sqlalchemy import select

from bot import people
from bot.runtime import Runtime
from core.statements import agents
from core.terms import Role


class UnknownAgentNameError(LookupError):
    """No agent, or more than one, answers to that register number, RUC or name."""


def invite(runtime: Runtime, agent: str, role: Role, name: str) -> tuple[str, str]:
    """Make an invitation to an agent named by its register number, RUC or name; return the agent and the code."""
    with runtime.database.transaction() as tx:
        named = (agents.c.register_number == agent) | (agents.c.ruc == agent) | (agents.c.name == agent)
        found = tx.execute(select(agents.c.id, agents.c.name).where(named)).all()
        if len(found) != 1:
            raise UnknownAgentNameError(f"{len(found)} agents answer to {agent!r}: use the register number")
        return found[0].name, people.invite(tx, found[0].id, role, name, runtime.clock())
