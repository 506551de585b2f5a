"""execute(): the one way to change an order. Lock, check, change and journal, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from core import errors, guarding, requesting
from core.clock import day_in_lima
from core.order import Entry, Line, Order
from core.people import Actor, Membership
from core.proof.chain import Link, chained, start
from core.register import Deal, read_deal
from core.statements import (
    ADD_ENTRY,
    FIND,
    FIND_LOCKED,
    HISTORY,
    LINES,
    LINES_OF_SEVERAL,
    MOST_AT_ONCE,
    ORDER_COLUMNS,
    SAVE_LINE,
    SAVE_ORDER,
)
from core.terms import Movement, Party, Role, Status
from core.transitions import RULES, OrderCommand, Request, check, outcome

ORDER_WIDTH = len(ORDER_COLUMNS)


@dataclass(frozen=True, slots=True)
class Done:
    """What was registered: the order as it is now and the movement in the journal."""

    order: Order
    entry: Entry
    by_driver: bool = False
    warnings: tuple[errors.Refused, ...] = ()
    """What the guards found that did not stop it."""

    @property
    def fell_short(self) -> bool:
        """Say whether less was accepted than asked for, or less received than sold."""
        lines = self.order.lines
        if self.entry.movement is Movement.CLOSED:
            return any(line.received is None or line.received < (line.sold or 0) for line in lines if line.sold)
        return any(line.accepted is not None and line.accepted < line.requested for line in lines)


def execute(
    tx: Connection, command: OrderCommand | Request, actor: Actor, at: datetime, held: Order | None = None
) -> Done:
    """Carry out the command at the moment `at` (UTC), or raise a Refused: always before the first change.

    Of several people racing for one movement exactly one succeeds; the others are told what the order is now.
    `held` is an order of the actor's that this transaction has read since nobody else could change it: it is not locked
    and read once more.
    """
    at = at.replace(microsecond=0)  # the journal counts in seconds, as the SCOP does
    if isinstance(command, Request):
        return _request(tx, command, actor, at)
    if held is None or held.code != command.code:
        held = lock(tx, command.code, actor)
    return _move(tx, command, held, actor, at)


def _request(tx: Connection, command: Request, actor: Actor, at: datetime) -> Done:
    membership = actor.for_agent(command.buyer_id)
    if membership is None:
        raise errors.UnknownAgent
    if not membership.acts:
        raise errors.RoleNotAllowed("", Movement.REQUESTED, membership.role)
    order, deal = requesting.draft_order(tx, command, at)
    moved = RULES[Request].apply(order, command, at)
    requesting.check_capacity(tx, deal.buyer.agent, order)
    order_id, code = requesting.insert(tx, moved.order, command.draft)
    order = moved.order._replace(id=order_id, code=code)
    warnings = guarding.at_request(tx, deal, order, at)
    declared = {
        **moved.declared,
        "products": {str(line.position): line.name for line in order.lines},
        **_holders(deal),
        "asked": _asked(order),
    }
    order, entry = _chained(order, Movement.REQUESTED, order.status, Party.BUYER, membership, actor, at, declared)
    _journal(tx, order, entry)
    return Done(order, entry, membership.role is Role.DRIVER, warnings)


def _asked(order: Order) -> dict[str, str]:
    """Return what else the buyer said, and where it goes: nothing of it changes later."""
    said = {
        "trade": order.trade.value,
        "destination": order.destination,
        "purchase_order": order.purchase_order,
        "delivery_on": order.delivery_on.isoformat() if order.delivery_on else "",
        "comment": order.comment,
    }
    return {name: value for name, value in said.items() if value}


def _holders(deal: Deal) -> dict[str, Any]:
    """Return who holds both register entries on the day: they answer for what is registered now."""
    return {"buyer": deal.buyer.agent.snapshot(), "seller": deal.seller.agent.snapshot()}


def _move(tx: Connection, command: OrderCommand, order: Order, actor: Actor, at: datetime) -> Done:
    rule = RULES[type(command)]
    party, membership = check(rule, order, actor, lambda: history(tx, order.id), owners_only=command.owners_only)
    deal = _checked_parties(tx, order, at) if rule.registers_checked else None
    at = max(at, order.moved_at)  # clocks of several machines differ; the journal never goes backwards
    moved = rule.apply(order, command, at)
    warnings: tuple[errors.Refused, ...] = ()
    declared = moved.declared
    if deal is not None:
        warnings, vehicle = guarding.at_sale(tx, deal, moved.order, at)
        carried = {"vehicle": vehicle.snapshot()} if vehicle else {}
        declared = {**declared, **carried, **_holders(deal)}
    movement, status = outcome(rule, moved)
    after, entry = _chained(moved.order, movement, status, party, membership, actor, at, declared)
    _save(tx, order, after)
    _journal(tx, after, entry)
    return Done(after, entry, membership.role is Role.DRIVER, warnings)


def _checked_parties(tx: Connection, order: Order, at: datetime) -> Deal:
    deal = read_deal(tx, order.buyer_id, order.seller_id, order.trade, day_in_lima(at))
    if deal is None:
        raise errors.UnknownAgent
    guarding.check_parties(tx, deal)
    return deal


def lock(tx: Connection, code: str, actor: Actor) -> Order:
    """Return the order, its row locked until the transaction ends, or refuse: unknown and unseen look the same."""
    row = FIND_LOCKED.first(tx, {"code": code, "person_id": actor.person_id})
    if row is None:
        raise errors.UnknownOrder(code)
    return order_from(row, lines_of(tx, row.id))


def order_from(row: Any, lines: tuple[Line, ...] = ()) -> Order:
    """Return the order that a row of ORDER_COLUMNS holds."""
    return Order._make((*row, lines))  # in the order of the columns


def find(tx: Connection, code: str, person_id: int) -> Order | None:
    """Return the order with its lines, or None: never issued and not the person's look the same."""
    rows = FIND.all(tx, {"code": code, "person_id": person_id})
    if not rows:
        return None
    found = tuple(Line._make(row[ORDER_WIDTH:]) for row in rows if row.position is not None)
    return order_from(rows[0][:ORDER_WIDTH], found)


def lines_of(tx: Connection, order_id: int) -> tuple[Line, ...]:
    """Return the lines of an order."""
    return tuple(Line._make(row) for row in LINES.all(tx, {"order_id": order_id}))


def with_lines(tx: Connection, found: Sequence[Order]) -> list[Order]:
    """Return the orders, ten at most, with their lines."""
    most = found[:MOST_AT_ONCE]
    ids = [order.id for order in most] + [0] * (MOST_AT_ONCE - len(most))
    rows = LINES_OF_SEVERAL.all(tx, {f"order_{place}": order_id for place, order_id in enumerate(ids)})
    return [order._replace(lines=tuple(Line._make(row[1:]) for row in rows if row[0] == order.id)) for order in most]


def history(tx: Connection, order_id: int) -> tuple[Entry, ...]:
    """Return the movements of an order, oldest first."""
    return tuple(Entry._make(row) for row in HISTORY.all(tx, {"order_id": order_id}))


def _save(tx: Connection, before: Order, after: Order) -> None:
    saved = SAVE_ORDER.run(
        tx,
        {
            "this": before.id,
            "was": before.status,
            "status": after.status,
            "moved_at": after.moved_at,
            "sold_at": after.sold_at,
            "kilograms": after.kilograms,
            "gallons": after.gallons,
            "document_kind": after.document_kind,
            "document": after.document,
            "invoice": after.invoice,
            "plate": after.plate,
            "accepted_at": after.accepted_at,
            "arrived_at": after.arrived_at,
            "to_close_since": after.to_close_since,
            "entries": after.entries,
            "head": after.head,
        },
    )
    if saved != 1:
        raise RuntimeError(f"order {before.id} moved although its row was locked")
    changed = [line for line, old in zip(after.lines, before.lines, strict=True) if line != old]
    SAVE_LINE.run_each(tx, [_line_values(before.id, line) for line in changed])


def _line_values(order_id: int, line: Line) -> dict[str, Any]:
    return {
        "this": order_id,
        "at_position": line.position,
        "accepted": line.accepted,
        "sold": line.sold,
        "received": line.received,
        "status": line.status,
        "reason": line.reason,
    }


def _chained(
    order: Order,
    movement: Movement,
    status: Status,
    party: Party,
    membership: Membership,
    actor: Actor,
    at: datetime,
    declared: dict[str, Any],
) -> tuple[Order, Entry]:
    """Return the movement as the journal will keep it, and the order with it as its newest."""
    entry = Entry(
        order.entries + 1,
        at,
        movement,
        status,
        party,
        membership.agent_id,
        membership.agent,
        actor.person_id,
        actor.name,
        actor.channel,
        declared,
    )
    head = chained(order.head or start(order.code), link_of(order.id, entry))
    return order._replace(status=status, moved_at=at, entries=entry.number, head=head), entry


def link_of(order_id: int, entry: Entry) -> Link:
    """Return a movement as it is chained."""
    return Link(
        order_id,
        entry.number,
        entry.at,
        entry.movement,
        entry.status,
        entry.party,
        entry.agent_id,
        entry.person_id,
        entry.person_name,
        entry.channel,
        entry.declared,
    )


def _journal(tx: Connection, order: Order, entry: Entry) -> None:
    """Write the order's newest movement; its hash is the order's head."""
    row = {
        "order_id": order.id,
        "number": entry.number,
        "at": entry.at,
        "movement": entry.movement,
        "status": entry.status,
        "party": entry.party,
        "agent_id": entry.agent_id,
        "person_id": entry.person_id,
        "person_name": entry.person_name,
        "channel": entry.channel,
        "declared": entry.declared,
        "hash": order.head,
    }
    ADD_ENTRY.run(tx, row)
