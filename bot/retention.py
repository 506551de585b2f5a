"""What people wrote and were told is kept for a while, and then only that they were: ids and keys stay, words go.

The walk goes from the oldest rows on and notes how far it came; orders and their journal are never touched.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import String, Table, bindparam, cast, select, update

from bot import facts
from bot.runtime import Runtime
from bot.store import Sending, Waiting, inbox, outbox

BATCH = 500
MOST_BATCHES = 20
"""Of each table, at one look: the writer is let go between two batches, and others come in between two looks."""
FARTHEST = 200
"""Batches that a look goes on over rows that are blank already, behind one that is still not done."""
BLANK: dict[str, Any] = {}
_DONE = {
    inbox.name: (Waiting.ANSWERED, Waiting.FAILED),
    outbox.name: (
        Sending.SENT,
        Sending.DELIVERED,
        Sending.READ,
        Sending.FAILED,
        Sending.UNCERTAIN,
        Sending.EXPIRED,
    ),
}
"""States that nothing follows; what still waits keeps its words, and the walk comes back to it."""
_BORN = {inbox.name: inbox.c.received_at, outbox.name: outbox.c.created_at}


def blank_old(runtime: Runtime, kept_for: timedelta) -> int:
    """Take the words out of messages and letters that are done and older than that; return of how many."""
    before = runtime.clock() - kept_for
    return sum(_walk(runtime, table, before) for table in (inbox, outbox))


def _walk(runtime: Runtime, table: Table, before: datetime) -> int:
    after = _come_to(runtime, table)
    blanked = changed = 0
    passed = True
    for _batch in range(FARTHEST):
        with runtime.database.transaction() as tx:
            rows = tx.execute(_NEXT[table.name], {"after": after}).all()
            old = list(takewhile(lambda row: row.born < before, rows))
            done = [row.id for row in old if row.state in _DONE[table.name]]
            now_blank = tx.execute(_BLANK_THEM[table.name], {"ids": done}).rowcount if done else 0
            passed = passed and len(done) == len(old)
            if old and passed:  # what is not done is met again by the next look
                facts.note(tx, _mark(table), str(old[-1].id))
        blanked, changed = blanked + now_blank, changed + bool(now_blank)
        if len(old) < BATCH or changed >= MOST_BATCHES:
            break
        after = old[-1].id
    return blanked


def _next(table: Table) -> Any:
    """Return the rows that come next by id, whatever their age: looking for old ones would walk through all."""
    columns = table.c
    born = _BORN[table.name].label("born")
    return (
        select(columns.id, columns.state, born).where(columns.id > bindparam("after")).order_by(columns.id).limit(BATCH)
    )


def _blank_them(table: Table) -> Any:
    has_words = cast(table.c.content, String) != "{}"
    return update(table).where(table.c.id.in_(bindparam("ids", expanding=True)), has_words).values(content=BLANK)


_NEXT = {table.name: _next(table) for table in (inbox, outbox)}
_BLANK_THEM = {table.name: _blank_them(table) for table in (inbox, outbox)}


def _mark(table: Table) -> str:
    return f"{table.name} blanked to"


def _come_to(runtime: Runtime, table: Table) -> int:
    with runtime.database.reading() as tx:
        noted = facts.find(tx, _mark(table))
    return int(noted) if noted.isdecimal() else 0
