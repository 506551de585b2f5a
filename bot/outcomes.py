"""What became of a letter: said by its sending, and later by the platform. Both move it only forward."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot import alarms, elsewhere
from bot.letters import Claimed, Fate, SendError
from bot.outbox import UNCERTAIN_WAIT, hush
from bot.runtime import Runtime
from bot.store import Kind, Reach, Sending, addresses, outbox
from core.db import Database
from core.statement import Statement

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=1)
"""Short: after an outage of the platform nobody should wait much longer than it lasted."""
JITTER = 0.2
DOUBT_WAIT = timedelta(seconds=10)
"""Before asking the platform about a letter whose request may still be on its way there, or repeating it."""
ALARM_WAIT = timedelta(minutes=10)
MOST_TRIES = 6
"""Of a letter that the platform takes and then fails to deliver."""

_MARK = (
    outbox.update()
    .where(outbox.c.id == bindparam("this"), outbox.c.lease_by == bindparam("worker"), outbox.c.state == Sending.LEASED)
    .values(
        state=bindparam("new_state"),
        error=bindparam("reason"),
        next_attempt_at=bindparam("next"),
        doubts=outbox.c.doubts + bindparam("more_doubts"),
        parts_sent=outbox.c.parts_sent + bindparam("more_parts"),
    )
)
_SENT = Statement(
    outbox.update()
    .where(outbox.c.id == bindparam("this"), outbox.c.lease_by == bindparam("worker"), outbox.c.state == Sending.LEASED)
    .values(state=Sending.SENT, sent_at=bindparam("moment"), provider_id=bindparam("platform_id"), error="")
)
_WRITE = (
    outbox.update()
    .where(outbox.c.id == bindparam("this"), outbox.c.lease_by == bindparam("worker"))
    .values(content=bindparam("written"))
)
_REACHED = select(addresses.c.reach).where(addresses.c.id == bindparam("this")).with_for_update()
_MARK_REACH = addresses.update().where(addresses.c.id == bindparam("this")).values(reach=bindparam("new"))
_LETTER = select(outbox).where(outbox.c.id == bindparam("this")).with_for_update()
_ADVANCE = (
    outbox.update()
    .where(outbox.c.id == bindparam("this"))
    .values(state=bindparam("new_state"), provider_id=bindparam("platform_id"), error=bindparam("reason"))
)
_AGAIN = (
    outbox.update()
    .where(outbox.c.id == bindparam("this"))
    .values(
        state=Sending.PENDING,
        provider_id=None,
        refused_id=bindparam("platform_id"),
        error=bindparam("reason"),
        next_attempt_at=bindparam("next"),
        outside=bindparam("shut"),
    )
)


def mark_sent(database: Database, letter: Claimed, worker: str, provider_id: str, at: datetime) -> None:
    """Say that the platform took the letter."""
    mark_all_sent(database, worker, [(letter, provider_id)], at)


def mark_all_sent(database: Database, worker: str, taken: Sequence[tuple[Claimed, str]], at: datetime) -> None:
    """Say that the platform took these letters, under these ids of its own."""
    with database.transaction() as tx:
        for letter, provider_id in taken:
            _SENT.run(tx, {"this": letter.id, "worker": worker, "moment": at, "platform_id": provider_id})


def mark_needless(database: Database, letter: Claimed, worker: str, at: datetime) -> None:
    """Say that there is nothing left to say: what the letter was about is over."""
    with database.transaction() as tx:
        _mark(tx, letter, worker, Sending.EXPIRED, at, reason="needless")


def mark_written(database: Database, letter: Claimed, worker: str, content: dict[str, Any]) -> None:
    """Keep what a reminder says: it is written when it leaves."""
    with database.transaction() as tx:
        tx.execute(_WRITE, {"this": letter.id, "worker": worker, "written": content})


def mark_uncertain(database: Database, letter: Claimed, worker: str, at: datetime) -> None:
    """Say that nobody can know whether it arrived."""
    with database.transaction() as tx:
        _mark(tx, letter, worker, Sending.UNCERTAIN, at, reason=letter.last_error, wait=UNCERTAIN_WAIT)


def mark_failed(
    runtime: Runtime, letter: Claimed, worker: str, error: SendError, at: datetime, *, can_be_asked: bool = False
) -> None:
    """Say that it was not sent, or perhaps not, and do what follows from it."""
    state, wait = _consequence(letter, error, can_be_asked and not error.was_copy)
    with runtime.database.transaction() as tx:
        marked = _mark(
            tx,
            letter,
            worker,
            state,
            at,
            reason=str(error)[:300],
            wait=wait,
            more_doubts=error.fate is Fate.DOUBTFUL,
            more_parts=error.parts,
        )
        if not marked:
            return
        if error.retry_after is not None:
            hush(tx, [letter.address_id], at + error.retry_after)
        _note_reach(tx, runtime, letter.address_id, error.reach, at)
        if state in (Sending.FAILED, Sending.SHUT):
            elsewhere.tell(tx, runtime, letter.id, at)
    if error.fate is Fate.MISCONFIGURED:
        _alarm(runtime, letter.channel, error)


def _alarm(runtime: Runtime, channel: str, error: SendError) -> None:
    """Say that a platform refuses what this bot is set up with; what it quoted of a message is left out."""
    alarms.sound(runtime, f"{channel}_refuses", str(error).partition(":")[0])


def _consequence(letter: Claimed, error: SendError, can_be_asked: bool) -> tuple[Sending, timedelta]:
    match error.fate:
        case Fate.TEMPORARY:
            return Sending.PENDING, error.retry_after or waiting_time(letter.attempts)
        case Fate.DOUBTFUL if can_be_asked or (letter.critical and not error.was_copy):
            return Sending.PENDING, max(DOUBT_WAIT, waiting_time(letter.attempts))
        case Fate.DOUBTFUL:
            return Sending.UNCERTAIN, UNCERTAIN_WAIT
        case Fate.SHUT:
            return Sending.SHUT, timedelta()
        case Fate.MISCONFIGURED:
            return Sending.PENDING, ALARM_WAIT
        case _:
            return Sending.FAILED, timedelta()


def waiting_time(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: about 5 s, 10 s, 20 s … a minute."""
    doublings: int = 2 ** min(attempts - 1, 10)
    spread = 1 + random.uniform(-JITTER, JITTER)
    return min(FIRST_WAIT * doublings, LONGEST_WAIT) * spread


def _mark(
    tx: Connection,
    letter: Claimed,
    worker: str,
    state: Sending,
    at: datetime,
    *,
    reason: str = "",
    wait: timedelta = timedelta(),
    more_doubts: int = 0,
    more_parts: int = 0,
) -> bool:
    """Note it, unless the lease has passed to somebody else or the platform's word came first."""
    facts = {
        "this": letter.id,
        "worker": worker,
        "new_state": state,
        "reason": reason,
        "next": at + wait,
        "more_doubts": int(more_doubts),
        "more_parts": more_parts,
    }
    return bool(tx.execute(_MARK, facts).rowcount)


def _note_reach(tx: Connection, runtime: Runtime, address_id: int, reach: Reach | None, at: datetime) -> None:
    """Mark the address until its person writes again, and tell the owner once."""
    if reach is None or tx.execute(_REACHED, {"this": address_id}).scalar_one() == reach:
        return
    tx.execute(_MARK_REACH, {"this": address_id, "new": reach})
    elsewhere.warn_owner(tx, runtime, address_id, at)


RANK = {
    Sending.LEASED: 0,
    Sending.PENDING: 0,
    Sending.UNCERTAIN: 0,
    Sending.SENT: 1,
    Sending.FAILED: 2,
    Sending.DELIVERED: 3,
    Sending.READ: 4,
}
"""A platform's word on a letter moves it only forward: a late "sent" undoes nothing, "failed" no delivery."""


def advance(runtime: Runtime, letter_id: int, provider_id: str, state: Sending) -> bool:
    """Note what became of a letter that the platform took; return whether that was news.

    The platform's word may come twice, out of order, and before this side has marked the letter as sent.
    """
    with runtime.database.transaction() as tx:
        row = tx.execute(_LETTER, {"this": letter_id}).first()
        if row is None or not _is_news(row, provider_id, state):
            return False
        tx.execute(_ADVANCE, {"this": letter_id, "new_state": state, "platform_id": provider_id, "reason": row.error})
    return True


def came_back(runtime: Runtime, letter_id: int, provider_id: str, error: SendError) -> bool:
    """Note that the platform took the letter and then could not deliver it; return whether that was news."""
    at = runtime.clock()
    with runtime.database.transaction() as tx:
        row = tx.execute(_LETTER, {"this": letter_id}).first()
        if row is None or not row.content or not _is_news(row, provider_id, Sending.FAILED):
            return False  # without content: its words were blanked long ago, so nothing is left to tell elsewhere
        facts = {"this": letter_id, "platform_id": provider_id, "reason": str(error)[:300]}
        if _is_worth_repeating(row, error):
            wait = error.retry_after or waiting_time(row.attempts)
            wait = timedelta() if error.fate is Fate.SHUT else wait
            tx.execute(_AGAIN, {**facts, "next": at + wait, "shut": error.fate is Fate.SHUT})
        else:
            tx.execute(_ADVANCE, {**facts, "new_state": Sending.FAILED})
            elsewhere.tell(tx, runtime, letter_id, at)
        _note_reach(tx, runtime, row.address_id, error.reach, at)
    if error.fate is Fate.MISCONFIGURED:
        _alarm(runtime, row.channel, error)
    return True


def _is_worth_repeating(row: Any, error: SendError) -> bool:
    if error.fate is Fate.SHUT:
        return not row.outside and row.kind != Kind.REPLY
    return error.fate is Fate.TEMPORARY and row.attempts < MOST_TRIES


def _is_news(row: Any, provider_id: str, state: Sending) -> bool:
    if row.refused_id == provider_id or row.provider_id not in (None, provider_id):
        return False
    return RANK.get(row.state, 9) < RANK[state]
