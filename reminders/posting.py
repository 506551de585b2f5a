"""The letters of what was decided, some at a time: fifty thousand at once would keep everybody who chats waiting.

What is decided stands in nudges; a batch remembers how far its letters are posted. Each step is one short transaction,
and whoever takes it holds the batch meanwhile.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot.runtime import Runtime
from bot.store import batches
from reminders.deciding import POST_SINGLES

STEP = 1_000
"""Nudges in one transaction."""
STEPS = 5
"""Transactions in one go of the worker's clock."""

_NEXT = select(batches).order_by(batches.c.urgency, batches.c.id).limit(1).with_for_update(skip_locked=True)
_ANY = select(batches.c.id).limit(1)
_MOVE_ON = batches.update().where(batches.c.id == bindparam("this")).values(done=bindparam("upto"))
_FINISH = batches.delete().where(batches.c.id == bindparam("this"))


def post_more(runtime: Runtime, steps: int = STEPS) -> int:
    """Post letters of what was decided, the most urgent first; return how many. For the worker's clock."""
    posted = 0
    for _step in range(steps):
        with runtime.database.reading() as tx:
            if tx.execute(_ANY).first() is None:
                return posted
        with runtime.database.transaction() as tx:
            batch = tx.execute(_NEXT).first()
            if batch is not None:
                posted += post_step(tx, batch, runtime.clock())
    return posted


def post_step(tx: Connection, batch: Any, now: datetime) -> int:
    """Post the letters of the batch's next nudges; one that came too late is dropped."""
    upto = min(batch.done + STEP, batch.last)
    posted = 0
    if now < batch.until:
        facts = {"before": batch.done, "upto": upto, "rule": batch.rule, "bucket": batch.bucket}
        letter = {"content": batch.content, "urgency": batch.urgency, "now": batch.decided_at, "until": batch.until}
        posted = tx.execute(POST_SINGLES, {**facts, **letter}).rowcount
    if upto >= batch.last or now >= batch.until:
        tx.execute(_FINISH, {"this": batch.id})
    else:
        tx.execute(_MOVE_ON, {"this": batch.id, "upto": upto})
    return posted
