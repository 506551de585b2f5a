"""The whole journal, walked order by order: the first thing that is not as it was written is found and named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Integer, String, bindparam, select, type_coerce

from core.db import Database
from core.order import Line
from core.proof import sealing
from core.proof.agreeing import contradictions
from core.proof.chain import Bad, Fault, Link, first_bad
from core.proof.keys import Keyring
from core.proof.seals import Seal, first_broken
from core.service import history, order_from
from core.statement import Statement
from core.statements import LINE_COLUMNS, ORDER_COLUMNS, ORDER_SOURCE, brands, entries, lines, orders

BATCH = 200
"""Orders looked at together: memory does not grow with the journal."""
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, IndexError)
"""What reading rows raises that the program cannot have written."""
_ORDERS = (
    select(orders.c.id, orders.c.code, orders.c.head, type_coerce(orders.c.status, String).label("status"))
    .where(orders.c.id > bindparam("after"))
    .order_by(orders.c.id)
    .limit(BATCH)
)
_AS_WRITTEN = ("at", "movement", "status", "party", "declared")
"""Read as they are stored, without making of them what they should be."""
_LINKS = (
    select(
        entries.c.order_id,
        type_coerce(entries.c.number, Integer).label("number"),
        *(type_coerce(entries.c[name], String).label(name) for name in _AS_WRITTEN),
        entries.c.agent_id,
        entries.c.person_id,
        entries.c.person_name,
        entries.c.channel,
        entries.c.hash,
    )
    .where(entries.c.order_id > bindparam("after"), entries.c.order_id <= bindparam("last"))
    .order_by(entries.c.order_id, entries.c.number)
)
_STRAY = (
    select(entries.c.order_id, entries.c.number)
    .select_from(entries.outerjoin(orders, entries.c.order_id == orders.c.id))
    .where(orders.c.id.is_(None))
    .order_by(entries.c.order_id, entries.c.number)
    .limit(1)
)
_ORDER = Statement(
    select(*ORDER_COLUMNS, orders.c.to_close_since)
    .select_from(ORDER_SOURCE)
    .where(orders.c.id == bindparam("order_id"))
)
_LINES = Statement(
    select(*LINE_COLUMNS)
    .select_from(lines.outerjoin(brands, lines.c.brand_id == brands.c.id))
    .where(lines.c.order_id == bindparam("order_id"))
    .order_by(lines.c.position)
)


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong with the journal: the first bad entry, or a seal that it does not fit."""

    bad: Bad | None = None
    columns: tuple[str, ...] = ()
    """Of an order that contradicts its journal: what is different."""
    seal: Seal | None = None


@dataclass
class Walk:
    """How far the look has come."""

    orders: int = 0
    entries: int = 0
    seals: int = 0


def examine(database: Database, keyring: Keyring, walk: Walk) -> Found | None:
    """Look at every order and then, where keys are known, at every seal; return the first thing that is wrong.

    All of it as of one moment: what is journalled meanwhile is not looked at.
    """
    with database.reading() as tx:
        if not database.is_sqlite:  # there one transaction sees one state anyway
            tx.execution_options(isolation_level="REPEATABLE READ")
        return _examine_all(tx, keyring, walk)


def _examine_all(tx: Connection, keyring: Keyring, walk: Walk) -> Found | None:
    after = 0
    while batch := tx.execute(_ORDERS, {"after": after}).all():
        last = batch[-1].id
        if found := _examine(tx, batch, after, last, walk):
            return found
        after = last
    stray = tx.execute(_STRAY).first()
    if stray is not None:
        return Found(Bad(f"({stray.order_id})", stray.number, Fault.STRAY))
    broken = first_broken(_counted(tx, walk), sealing.hashes(tx), keyring) if keyring.public_keys() else None
    return Found(seal=broken) if broken else None


def _counted(tx: Connection, walk: Walk) -> Iterator[Seal]:
    for seal in sealing.seals_of(tx):
        walk.seals += 1
        yield seal


def _examine(tx: Connection, batch: Any, after: int, last: int, walk: Walk) -> Found | None:
    rows = tx.execute(_LINKS, {"after": after, "last": last}).all()
    links = {order_id: list(of_order) for order_id, of_order in groupby(rows, key=lambda row: row.order_id)}
    for order in batch:
        of_order = links.get(order.id, [])
        chain = [(_link(row), row.hash) for row in of_order]
        head = order.head
        if head is None and len(chain) == 1:
            head = chain[0][1]
        if bad := first_bad(order.code, chain, head):
            return Found(bad)
        if not chain:
            return Found(Bad(order.code, 1, Fault.MISSING))
        if wrong := _contradictions(tx, order.id):
            return Found(Bad(order.code, len(chain), Fault.CONTRADICTED), tuple(wrong))
        walk.orders += 1
        walk.entries += len(chain)
    return None


def _link(row: Any) -> Link:
    """Return an entry for its hash. What cannot be read stays as it is: the chain then says that it is unreadable."""
    at: Any = row.at
    declared: Any = row.declared
    try:
        at = datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at
        declared = json.loads(declared) if isinstance(declared, str) else declared
    except ValueError:
        declared = None
    number = row.number if isinstance(row.number, int) else 0
    return Link(
        row.order_id,
        number,
        at,
        row.movement,
        row.status,
        row.party,
        row.agent_id,
        row.person_id,
        row.person_name,
        row.channel,
        declared,
    )


def _contradictions(tx: Connection, order_id: int) -> list[str]:
    """Return what the order's row and lines say otherwise than its journal, which is as it was written."""
    try:
        row = _ORDER.first(tx, {"order_id": order_id})
        if row is None:
            return ["buyer_id", "seller_id"]  # one of the agents does not exist
        found = tuple(Line(*line) for line in _LINES.all(tx, {"order_id": order_id}))
        order = order_from(row[:-1], found)
        return contradictions(order, row.to_close_since, history(tx, order_id))
    except UNREADABLE:
        return ["a value that nobody can have written"]
