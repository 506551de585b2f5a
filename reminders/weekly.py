"""The owners' weekly summary: what was closed in the week before, in time or late, and how late."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from bot import reminding
from bot.messages import Outgoing
from bot.reminding import Week
from core.clock import day_in_lima, span_in_lima
from core.people import Actor
from core.statements import entries, orders
from core.terms import Movement, Role, Status
from reminders import policy

_CLOSED = (
    select(entries.c.at, orders.c.to_close_since, orders.c.sold_at)
    .select_from(orders.join(entries, entries.c.order_id == orders.c.id))
    .where(
        orders.c.buyer_id.in_(bindparam("agents", expanding=True)),
        orders.c.status == Status.CLOSED,
        orders.c.moved_at >= bindparam("start"),
        entries.c.movement == Movement.CLOSED,
        entries.c.at >= bindparam("start"),
        entries.c.at < bindparam("end"),
    )
)
_OVERDUE = select(func.count()).where(
    orders.c.buyer_id.in_(bindparam("agents", expanding=True)),
    orders.c.status == Status.TO_CLOSE,
    orders.c.to_close_since < bindparam("midnight"),
)


def summary(tx: Connection, owner: Actor, at: datetime) -> Outgoing | None:
    """Return what the person is told of the agents they own; None when there was nothing in that week."""
    owned = [one.agent_id for one in owner.memberships if one.role is Role.OWNER]
    week = of_week(tx, owned, at) if owned else None
    if week is None or not (week.in_time or week.late or week.overdue):
        return None
    return reminding.of_week(week, owner)


def of_week(tx: Connection, agent_ids: list[int], at: datetime) -> Week:
    """Count the week before the one that it is, Monday to Sunday in Lima."""
    today = day_in_lima(at)
    monday = today - timedelta(days=today.weekday())
    start, end = span_in_lima(monday - timedelta(days=7), monday - timedelta(days=1))
    late = [
        policy.days_late(row.to_close_since or row.sold_at, row.at)
        for row in tx.execute(_CLOSED, {"agents": agent_ids, "start": start, "end": end})
    ]
    midnight, _end = span_in_lima(today, today)
    overdue = tx.execute(_OVERDUE, {"agents": agent_ids, "midnight": midnight}).scalar_one()
    return Week(
        in_time=sum(days < 1 for days in late),
        late=sum(days > 0 for days in late),
        days_late=sum(days for days in late if days > 0),
        overdue=int(overdue),
    )
