"""What operators are told of the reminders: what a sweep decided and why, and the whole timetable of one order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.hours import Hours
from bot.runtime import Runtime
from bot.store import addresses, nudges, outbox, snoozes
from core.clock import LIMA, day_in_lima
from core.papers import ending_soon
from core.statements import agents, entries, orders, people
from core.terms import Status
from reminders import policy
from reminders.papers import described
from reminders.policy import Rule
from reminders.sweep import Decided

MOST_SHOWN = 200
WHY = {
    Rule.AFTER_SALE: "sold {since}, nobody said that it arrived: {after_sale} min after the sale",
    Rule.AFTER_ARRIVAL: "it arrived {since}: {after_arrival} min later it is not closed",
    Rule.FIRST_CALL: "to close since {since}: the day's first call",
    Rule.SECOND_CALL: "to close since {since}: the day's second call, the owner is told too",
    Rule.LAST_CALL: "to close since {since}: the day's last call, before midnight",
    Rule.OVERDUE: "to close since {since}: {late} day(s) late",
    Rule.SNOOZE: "put off until now by the person, and nothing said since",
    Rule.ANSWER: "requested {requested}: unanswered for {answer_after} min",
    Rule.SELL: "accepted {accepted}: not sold by the end of the day",
    Rule.WEEKLY: "Monday: the owners' summary of the week before",
    Rule.PAPERS: "once a week: to each owner, what ends within 30 days",
}

_DECIDED = (
    select(
        orders.c.code,
        orders.c.requested_at,
        orders.c.accepted_at,
        orders.c.to_close_since,
        people.c.name,
        addresses.c.channel,
        agents.c.name.label("agent"),
    )
    .select_from(
        nudges.join(orders, orders.c.id == nudges.c.order_id)
        .join(people, people.c.id == nudges.c.person_id)
        .join(addresses, addresses.c.id == nudges.c.address_id)
        .join(agents, agents.c.id == nudges.c.agent_id)
    )
    .where(nudges.c.id > bindparam("after"), nudges.c.rule == bindparam("rule"))
    .order_by(nudges.c.id)
    .limit(MOST_SHOWN)
)


def told(tx: Connection, decided: Decided, at: datetime, hours: Hours) -> Iterator[str]:
    """Yield the lines about what a sweep decided by one rule: each order, who is told, and why."""
    rule = decided.rule
    if rule in (Rule.WEEKLY, Rule.PAPERS):
        yield f"{rule.name}: {decided.digests} {'summaries' if rule is Rule.WEEKLY else 'letters'}. {WHY[rule]}"
        if rule is Rule.PAPERS:
            yield from _ending(tx, at)
        return
    yield f"{rule.name}: {decided.nudges} reminders, some of them within {decided.digests} messages for several orders"
    for row in tx.execute(_DECIDED, {"after": decided.after, "rule": rule.value}):
        yield f"  {row.code} -> {row.name}, {row.agent} ({row.channel}): {_why(rule, row, at, hours)}"
    if decided.nudges > MOST_SHOWN:
        yield f"  … and {decided.nudges - MOST_SHOWN} more"


def _ending(tx: Connection, at: datetime) -> Iterator[str]:
    """Yield each paper that ends soon, of whomever: this is for operators."""
    papers = ending_soon(tx, day_in_lima(at))
    for paper in papers[:MOST_SHOWN]:
        yield f"  {paper.agent}: {described(paper)}"
    if len(papers) > MOST_SHOWN:
        yield f"  … and {len(papers) - MOST_SHOWN} more"


def _why(rule: Rule, row: Any, at: datetime, hours: Hours) -> str:
    return WHY[rule].format(
        since=_shown(row.to_close_since),
        requested=_shown(row.requested_at),
        accepted=_shown(row.accepted_at),
        late=policy.days_late(row.to_close_since, at) if row.to_close_since else 0,
        after_sale=_minutes(hours.after_sale),
        after_arrival=_minutes(hours.after_arrival),
        answer_after=_minutes(hours.answer_after),
    )


# --- the timetable of one order --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Happening:
    """One line of a timetable."""

    at: datetime
    what: str


_SENT = (
    select(
        nudges.c.rule,
        nudges.c.occurrence,
        nudges.c.decided_at,
        people.c.name,
        outbox.c.channel,
        outbox.c.state,
        outbox.c.sent_at,
        outbox.c.error,
    )
    .select_from(
        nudges.join(people, people.c.id == nudges.c.person_id).outerjoin(
            outbox, (outbox.c.order_id == nudges.c.order_id) & (outbox.c.dedupe_key == bindparam("key"))
        )
    )
    .where(nudges.c.id == bindparam("this"))
)
_NUDGES = select(nudges).where(nudges.c.order_id == bindparam("order")).order_by(nudges.c.id)
_ENTRIES = select(entries).where(entries.c.order_id == bindparam("order")).order_by(entries.c.number)
_SNOOZES = select(snoozes).where(snoozes.c.order_id == bindparam("order"))
_ORDER = select(orders).where(orders.c.code == bindparam("code"))


def explain(runtime: Runtime, code: str, now: datetime) -> list[str]:
    """Return the order's whole timetable, what was and what is to come; empty when there is no such order."""
    with runtime.database.reading() as tx:
        order = tx.execute(_ORDER, {"code": code}).first()
        if order is None:
            return []
        past = [*_movements(tx, order), *_decided(tx, order)]
        coming = list(_coming(order, now, runtime.hours)) + list(_put_off(tx, order, now))
    lines = [f"{order.code} {order.status.value}, as of {_shown(now)} (Lima)"]
    lines += [f"  {_shown(one.at)}  {one.what}" for one in sorted(past, key=lambda one: one.at)]
    lines += [f"  {_shown(one.at)}  to come: {one.what}" for one in sorted(coming, key=lambda one: one.at)]
    if not coming:
        lines.append("  nothing is to come")
    return lines


def _movements(tx: Connection, order: Any) -> Iterator[Happening]:
    for entry in tx.execute(_ENTRIES, {"order": order.id}):
        until = entry.declared.get("until")
        put_off = f" until {_shown(datetime.fromisoformat(until))}" if until else ""
        yield Happening(entry.at, f"{entry.movement.value}{put_off} by {entry.person_name}")


def _decided(tx: Connection, order: Any) -> Iterator[Happening]:
    for nudge in tx.execute(_NUDGES, {"order": order.id}).all():
        key = f"nudge {order.id} {nudge.rule} {nudge.occurrence} to {nudge.person_id}"
        row = tx.execute(_SENT, {"key": key, "this": nudge.id}).one()
        state = f"{row.channel}, {row.state.value}" if row.state else "within a message about several orders"
        sent = f" {_shown(row.sent_at)}" if row.sent_at else f" ({row.error})" if row.error else ""
        yield Happening(row.decided_at, f"{Rule(row.rule).name} for {row.name}: {state}{sent}")


def _coming(order: Any, now: datetime, hours: Hours) -> Iterator[Happening]:
    if order.status is Status.TO_CLOSE:
        arrived = order.arrived_at is not None
        late = max(policy.days_late(order.to_close_since, now), 0)
        for step in policy.closing_steps(order.to_close_since, arrived, hours, days=late + 1):
            if step.at > now:
                who = (
                    "operators, drivers who may close and owners" if step.rule in policy.TELLS_OWNERS else "first line"
                )
                late_by = f", {step.days_late} day(s) late" if step.days_late else ""
                yield Happening(step.at, f"{step.rule.name} for the buyer ({who}){late_by}")
    elif order.status is Status.REQUESTED and order.requested_at + hours.answer_after > now:
        yield Happening(_waking(order.requested_at + hours.answer_after, hours), "ANSWER for the seller")
    elif order.status is Status.ACCEPTED and order.accepted_at:
        due = _next_turn(order.accepted_at, now, hours)
        if due is not None:
            yield Happening(due, "SELL for the seller")


def _next_turn(accepted: datetime, now: datetime, hours: Hours) -> datetime | None:
    """Return when the seller will be reminded to sell: the first minute from now on at which it is due."""
    due = max(datetime.combine(accepted.astimezone(LIMA).date(), hours.sell_by, LIMA), accepted + hours.breath)
    due = _waking(due, hours, hours.overdue)
    return due if due > now else None


def _waking(at: datetime, hours: Hours, hour: Any = None) -> datetime:
    """Return the moment, or the morning after if it lies in the quiet hours."""
    if not hours.is_quiet(at):
        return at
    local = at.astimezone(LIMA)
    day = local.date() + timedelta(days=1 if local.time() >= hours.quiet_from else 0)
    return datetime.combine(day, hour or hours.quiet_to, LIMA)


def _put_off(tx: Connection, order: Any, now: datetime) -> Iterator[Happening]:
    if order.status is not Status.TO_CLOSE:
        return
    for row in tx.execute(_SNOOZES, {"order": order.id}):
        if row.until > now:
            yield Happening(row.until, f"SNOOZE for person {row.person_id}")


def _shown(at: datetime | None) -> str:
    return at.astimezone(LIMA).strftime("%d/%m/%Y %H:%M:%S") if at else "-"


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
