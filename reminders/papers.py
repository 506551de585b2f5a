"""What an operator is told of an agent's papers: what ends within 30 days, who was told of it, and when next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select

from bot.hours import Hours
from bot.runtime import Runtime
from bot.store import Kind, outbox
from core.clock import LIMA, day_in_lima
from core.papers import Paper, ending_soon_of
from core.statements import agents, memberships, people
from core.terms import Role
from reminders import policy
from reminders.policy import Rule

WEEKS_SHOWN = timedelta(days=35)

_AGENTS = (
    select(agents.c.id, agents.c.name, agents.c.register_number)
    .where(or_(agents.c.ruc == bindparam("who"), agents.c.register_number == bindparam("who")))
    .order_by(agents.c.id)
)
_OWNERS = (
    select(people.c.id, people.c.name, people.c.weekly)
    .select_from(memberships.join(people, people.c.id == memberships.c.person_id))
    .where(memberships.c.agent_id == bindparam("agent"), memberships.c.role == Role.OWNER)
    .order_by(people.c.id)
)
_LETTERS = (
    select(outbox.c.created_at, outbox.c.channel, outbox.c.state, outbox.c.sent_at, outbox.c.error)
    .where(
        outbox.c.kind == Kind.REMINDER,
        outbox.c.person_id == bindparam("person"),
        outbox.c.subject.like("papers %"),
        outbox.c.created_at >= bindparam("since"),
    )
    .order_by(outbox.c.id)
)


def explain(runtime: Runtime, who: str, now: datetime) -> list[str]:
    """Return what is told of the papers of the agents with this RUC or register number; empty when there is none."""
    with runtime.database.reading() as tx:
        lines = [line for agent in tx.execute(_AGENTS, {"who": who}).all() for line in _of_agent(tx, agent, now)]
    return [*lines, f"  {_shown(next_turn(now, runtime.hours))}  to come: PAPERS"] if lines else []


def next_turn(now: datetime, hours: Hours) -> datetime:
    """Return when papers are told next, if they were told up to now."""
    ahead = (policy.weekly_turns(now + timedelta(days=days), now, hours) for days in range(8))
    return next(week.at for turns in ahead for rule, week in turns if rule is Rule.PAPERS)


def _of_agent(tx: Connection, agent: Any, now: datetime) -> Iterator[str]:
    yield f"{agent.name}, {agent.register_number}, as of {_shown(now)} (Lima)"
    papers = ending_soon_of(tx, [agent.id], day_in_lima(now))
    yield from (f"  {described(paper)}" for paper in papers)
    if not papers:
        yield "  nothing of it ends within 30 days"
    for owner in tx.execute(_OWNERS, {"agent": agent.id}).all():
        off = "" if owner.weekly else ": turned Mondays off"
        yield f"  {owner.name}{off}"
        for row in tx.execute(_LETTERS, {"person": owner.id, "since": now - WEEKS_SHOWN}):
            sent = f" {_shown(row.sent_at)}" if row.sent_at else f" ({row.error})" if row.error else ""
            yield f"    {_shown(row.created_at)}  PAPERS: {row.channel}, {row.state.value}{sent}"


def described(paper: Paper) -> str:
    """Return a paper on one line: its kind, number, what it is about, and its last day."""
    what = " ".join(part for part in (paper.kind.name, paper.number, paper.about) if part)
    return f"{what} until {paper.valid_to:%d/%m/%Y}"


def _shown(at: datetime) -> str:
    return at.astimezone(LIMA).strftime("%d/%m/%Y %H:%M:%S")
