"""The outbox: letters are posted in the transaction that decides them, and sent by the worker alone.

Claim with a lease, send, mark: no transaction stays open while a platform answers. A crash between claim and mark sends
the letter again when its lease ends: at least once, because a duplicate is better than a loss.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, and_, bindparam, exists, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite

from bot.messages import Outgoing
from bot.runtime import Runtime
from bot.store import Kind, Reach, Sending, addresses, outbox
from core.db import Database
from core.statement import Statement

LEASE = timedelta(seconds=60)
ANSWERS_EXPIRE = timedelta(minutes=30)
"""A question that could not be sent for so long would only confuse; the person asks again."""
NOTICES_EXPIRE = timedelta(days=2)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=10)


@dataclass(frozen=True)
class Letter:
    """A message with its address."""

    address_id: int
    channel: str
    address: str
    kind: Kind
    message: Outgoing
    dedupe_key: str | None = None
    lasts: timedelta | None = None
    """How long it is worth sending; None: as long as its kind. A receipt is proof, and lasts like a notice."""


@dataclass(frozen=True)
class Claimed:
    """A letter that this worker may send now."""

    id: int
    channel: str
    address: str
    kind: Kind
    message: Outgoing
    attempts: int


class SendError(Exception):
    """A channel could not send; carries the one decision that matters: is it worth trying again?"""

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        reach: Reach | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.reach = reach
        """What the failure says about the address, if it says something."""
        self.retry_after = retry_after


_COLUMNS = (
    "address_id",
    "channel",
    "external_id",
    "kind",
    "content",
    "dedupe_key",
    "state",
    "attempts",
    "created_at",
    "next_attempt_at",
    "expires_at",
    "error",
)
_POST = {
    dialect.dialect().name: Statement(
        dialect.insert(outbox)
        .on_conflict_do_nothing(index_elements=["dedupe_key"], index_where=text("dedupe_key IS NOT NULL"))
        .returning(outbox.c.id),
        _COLUMNS,
    )
    for dialect in (sqlite, postgresql)
}
"""By dialect. A letter whose key was posted before is not posted again."""
_WAITING = text(f"outbox.state IN ('{Sending.PENDING.value}', '{Sending.LEASED.value}')")
"""Written out: an index over the waiting ones is used only when the planner can see that they are meant."""
_earlier = outbox.alias("earlier")
_DUE = (
    select(outbox.c.id)
    .where(
        _WAITING,
        or_(
            and_(outbox.c.state == Sending.PENDING, outbox.c.next_attempt_at <= bindparam("now")),
            and_(outbox.c.state == Sending.LEASED, outbox.c.lease_until <= bindparam("now")),
        ),
        outbox.c.channel.in_(bindparam("channels", expanding=True)),
        # per-chat order: nothing leaves while an earlier letter to the same address waits
        ~exists().where(
            _earlier.c.address_id == outbox.c.address_id,
            _earlier.c.id < outbox.c.id,
            text(f"earlier.state IN ('{Sending.PENDING.value}', '{Sending.LEASED.value}')"),
        ),
    )
    .order_by(outbox.c.next_attempt_at, outbox.c.id)
    .limit(bindparam("most"))
)
_DUE_LOCKED = _DUE.with_for_update(skip_locked=True)  # says nothing on SQLite, where the transaction is alone anyway
_CLAIM = (
    outbox.update()
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state=Sending.LEASED,
        lease_until=bindparam("until"),
        lease_by=bindparam("worker"),
        attempts=outbox.c.attempts + 1,
    )
    .returning(outbox)
)
_MARK = (
    outbox.update()
    .where(outbox.c.id == bindparam("this"), outbox.c.lease_by == bindparam("worker"), outbox.c.state == Sending.LEASED)
    .values(
        state=bindparam("state"),
        sent_at=bindparam("sent_at"),
        provider_id=bindparam("provider_id"),
        error=bindparam("error"),
        next_attempt_at=bindparam("next"),
    )
)
_EXPIRE = (
    outbox.update()
    .where(_WAITING, outbox.c.expires_at.is_not(None), outbox.c.expires_at <= bindparam("now"))
    .where(or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= bindparam("now")))
    .values(state=Sending.EXPIRED)
)
_MARK_REACH = addresses.update().where(addresses.c.id == bindparam("this")).values(reach=bindparam("new"))
_ADDRESS_OF = select(outbox.c.address_id).where(outbox.c.id == bindparam("this"))


def post(tx: Connection, letters: Iterable[Letter], at: datetime) -> int | None:
    """Put letters into the outbox; return the id of the last one that was new."""
    last: int | None = None
    for letter in letters:
        expires = letter.lasts or (ANSWERS_EXPIRE if letter.kind is Kind.REPLY else NOTICES_EXPIRE)
        row = {
            "address_id": letter.address_id,
            "channel": letter.channel,
            "external_id": letter.address,
            "kind": letter.kind,
            "content": letter.message.stored(),
            "dedupe_key": letter.dedupe_key,
            "state": Sending.PENDING,
            "attempts": 0,
            "created_at": at,
            "next_attempt_at": at,
            "expires_at": at + expires,
            "error": "",
        }
        last = _POST[tx.dialect.name].scalar(tx, row) or last
    return last


def claim(runtime: Runtime, worker: str, most: int) -> list[Claimed]:
    """Take the letters that are due, at most so many; nobody else sends them while the lease holds."""
    now = runtime.clock()
    with runtime.database.transaction() as tx:
        tx.execute(_EXPIRE, {"now": now})
        facts = {"now": now, "channels": sorted(runtime.channels), "most": most}
        ids = list(tx.execute(_DUE_LOCKED, facts).scalars())
        if not ids:
            return []
        rows = tx.execute(_CLAIM, {"ids": ids, "until": now + LEASE, "worker": worker}).all()
    return sorted((_claimed(row) for row in rows), key=lambda letter: letter.id)


def is_anything_due(runtime: Runtime) -> bool:
    """Say whether a look into the outbox is worth a write transaction."""
    with runtime.database.reading() as tx:
        facts = {"now": runtime.clock(), "channels": sorted(runtime.channels), "most": 1}
        return tx.execute(_DUE, facts).first() is not None


def _claimed(row: Row[tuple[object, ...]]) -> Claimed:
    return Claimed(row.id, row.channel, row.external_id, row.kind, Outgoing.from_stored(row.content), row.attempts)


def mark_sent(database: Database, letter: Claimed, worker: str, provider_id: str, at: datetime) -> None:
    """Say that the platform took the letter."""
    _mark(database, letter, worker, Sending.SENT, at=at, provider_id=provider_id)


def mark_failed(database: Database, letter: Claimed, worker: str, error: SendError, at: datetime) -> None:
    """Say that it did not; it is tried again until it expires, unless that is pointless."""
    state = Sending.FAILED if error.permanent else Sending.PENDING
    _mark(database, letter, worker, state, at=at, error=error, wait=error.retry_after or waiting_time(letter.attempts))


def waiting_time(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: 5 s, 10 s, 20 s … ten minutes."""
    doublings: int = 2 ** min(attempts - 1, 10)
    return min(FIRST_WAIT * doublings, LONGEST_WAIT)


def _mark(
    database: Database,
    letter: Claimed,
    worker: str,
    state: Sending,
    *,
    at: datetime,
    provider_id: str | None = None,
    error: SendError | None = None,
    wait: timedelta = timedelta(),
) -> None:
    facts = {
        "this": letter.id,
        "worker": worker,
        "state": state,
        "sent_at": at if state is Sending.SENT else None,
        "provider_id": provider_id,
        "error": str(error)[:300] if error else "",
        "next": at + wait,
    }
    with database.transaction() as tx:
        marked = tx.execute(_MARK, facts).rowcount
        if marked and error is not None and error.reach is not None:
            address_id = tx.execute(_ADDRESS_OF, {"this": letter.id}).scalar_one()
            tx.execute(_MARK_REACH, {"this": address_id, "new": error.reach})


RANK = {
    Sending.LEASED: 0,
    Sending.PENDING: 0,
    Sending.SENT: 1,
    Sending.FAILED: 2,
    Sending.DELIVERED: 3,
    Sending.READ: 4,
}
"""A platform's word on a letter moves it only forward: a late "sent" undoes nothing, "failed" no delivery."""


def advance(database: Database, letter_id: int, provider_id: str, state: Sending, error: str = "") -> bool:
    """Note what became of a letter that the platform took; return whether that was news.

    The platform's word may come twice, out of order, and before this side has marked the letter as sent.
    """
    with database.transaction() as tx:
        row = tx.execute(_LETTER, {"this": letter_id}).first()
        if row is None or row.provider_id not in (None, provider_id) or RANK.get(row.state, 9) >= RANK[state]:
            return False
        tx.execute(_ADVANCE, {"this": letter_id, "state": state, "provider_id": provider_id, "error": error})
    return True


_LETTER = select(outbox.c.state, outbox.c.provider_id).where(outbox.c.id == bindparam("this")).with_for_update()
_ADVANCE = (
    outbox.update()
    .where(outbox.c.id == bindparam("this"))
    .values(state=bindparam("state"), provider_id=bindparam("provider_id"), error=bindparam("error"))
)
