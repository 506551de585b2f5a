"""The outbox: letters are posted in the transaction that decides them, and sent by the worker alone.

Claim with a lease, send, mark: no transaction stays open while a platform answers. What goes out first: replies, then
notices, then reminders, the most urgent first; to one chat everything in order, only that a reminder which still waits
for its turn holds up nobody who is chatting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, exists, or_, select, text

from bot import pace
from bot.letters import Claimed, Letter
from bot.messages import Outgoing
from bot.runtime import Runtime
from bot.store import Kind, Sending, Urgency, addresses, outbox
from core.adding import Adding

LEASE = timedelta(seconds=60)
ANSWERS_EXPIRE = timedelta(minutes=30)
"""A question that could not be sent for so long would only confuse; the person asks again."""
NOTICES_EXPIRE = timedelta(days=2)
UNCERTAIN_WAIT = timedelta(minutes=10)
"""What matters is not lost with an outage that answers nothing: after so long it is sent again, as a copy; meanwhile it
holds up nobody."""
MOST_DOUBTS = 4

_COLUMNS = (
    "address_id",
    "channel",
    "external_id",
    "kind",
    "content",
    "state",
    "attempts",
    "created_at",
    "next_attempt_at",
    "expires_at",
    "error",
    "locale",
    "critical",
)
_POST_REPLY = Adding(outbox, _COLUMNS)
"""A reply has no key: it is posted in the transaction that answers the message, once as that is."""
_POST = Adding(
    outbox,
    (*_COLUMNS, "dedupe_key", "urgency", "person_id", "agent_id", "order_id", "subject"),
    once=("dedupe_key",),
    where=text("dedupe_key IS NOT NULL"),
)
"""A letter whose key was posted before is not posted again."""
_WAITING = text(f"outbox.state IN ('{Sending.PENDING.value}', '{Sending.LEASED.value}')")
"""Written out: an index over the waiting ones is used only when the planner can see that they are meant."""
_earlier = outbox.alias("earlier")
_IS_IN_THE_WAY = exists().where(
    _earlier.c.address_id == outbox.c.address_id,
    _earlier.c.id < outbox.c.id,
    text(f"earlier.state IN ('{Sending.PENDING.value}', '{Sending.LEASED.value}')"),
    or_(
        outbox.c.kind == Kind.REMINDER,
        _earlier.c.kind != Kind.REMINDER,
        _earlier.c.state == Sending.LEASED,
    ),
)
_DUE = (
    select(outbox.c.id, outbox.c.address_id)
    .select_from(outbox.join(addresses, outbox.c.address_id == addresses.c.id))
    .where(
        _WAITING,
        or_(
            and_(outbox.c.state == Sending.PENDING, outbox.c.next_attempt_at <= bindparam("now")),
            and_(outbox.c.state == Sending.LEASED, outbox.c.lease_until <= bindparam("now")),
        ),
        outbox.c.channel == bindparam("channel"),
        or_(
            addresses.c.quiet_until.is_(None),
            addresses.c.quiet_until
            <= case(
                (outbox.c.kind == Kind.REMINDER, bindparam("gently", type_=addresses.c.quiet_until.type)),
                else_=bindparam("now", type_=addresses.c.quiet_until.type),
            ),
        ),
        ~_IS_IN_THE_WAY,
    )
    .order_by(outbox.c.urgency, outbox.c.next_attempt_at, outbox.c.id)
    .limit(bindparam("most"))
)
_DUE_LOCKED = _DUE.with_for_update(of=outbox, skip_locked=True)
"""Says nothing on SQLite, where the transaction is alone anyway."""
_CLAIM = (
    outbox.update()
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        # whoever held it before let the lease end: whether the letter left, nobody knows
        doubts=outbox.c.doubts + case((outbox.c.state == Sending.LEASED, 1), else_=0),
        state=Sending.LEASED,
        lease_until=bindparam("until"),
        lease_by=bindparam("worker"),
        attempts=outbox.c.attempts + 1,
    )
)
_TAKEN = (
    select(outbox, addresses.c.last_inbound_at, addresses.c.reach)
    .select_from(outbox.join(addresses, outbox.c.address_id == addresses.c.id))
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(outbox.c.urgency, outbox.c.id)
)
_QUIET = (
    addresses.update()
    .where(addresses.c.id.in_(bindparam("ids", expanding=True)))
    .values(quiet_until=bindparam("until"))
)
_EXPIRE = (
    outbox.update()
    .where(_WAITING, outbox.c.expires_at.is_not(None), outbox.c.expires_at <= bindparam("now"))
    .where(or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= bindparam("now")))
    .values(state=Sending.EXPIRED)
)
_ASIDE = text(f"outbox.state IN ('{Sending.SHUT.value}', '{Sending.UNCERTAIN.value}')")
_EXPIRE_ASIDE = (
    outbox.update()
    .where(_ASIDE, outbox.c.state == Sending.SHUT, outbox.c.expires_at <= bindparam("now"))
    .values(state=Sending.EXPIRED)
)
_REPEAT = (
    outbox.update()
    .where(
        _ASIDE,
        outbox.c.state == Sending.UNCERTAIN,
        outbox.c.critical,
        outbox.c.doubts < MOST_DOUBTS,
        outbox.c.next_attempt_at <= bindparam("now"),
        outbox.c.expires_at > bindparam("now"),
    )
    .values(state=Sending.PENDING)
)
_REOPEN = (
    outbox.update()
    .where(
        _ASIDE,
        outbox.c.state == Sending.SHUT,
        exists().where(addresses.c.id == outbox.c.address_id, addresses.c.last_inbound_at > outbox.c.next_attempt_at),
    )
    .values(state=Sending.PENDING, outside=False)
)


def post(tx: Connection, letters: Iterable[Letter], at: datetime) -> int | None:
    """Put letters into the outbox; return the id of the last one that was new."""
    last: int | None = None
    for letter in letters:
        row = _row(letter, at)
        if letter.kind is Kind.REPLY:
            last = _POST_REPLY.one(tx, row)
        else:
            last = _POST.one(tx, row | _particulars(letter)) or last
    return last


def _row(letter: Letter, at: datetime) -> dict[str, Any]:
    critical = letter.critical or letter.kind is not Kind.REPLY
    return {
        "address_id": letter.address_id,
        "channel": letter.channel,
        "external_id": letter.address,
        "kind": letter.kind,
        "content": letter.message.stored(),
        "state": Sending.PENDING,
        "attempts": 0,
        "created_at": at,
        "next_attempt_at": at,
        "expires_at": at + (letter.lasts or (NOTICES_EXPIRE if critical else ANSWERS_EXPIRE)),
        "error": "",
        "locale": letter.locale,
        "critical": critical,
    }


def _particulars(letter: Letter) -> dict[str, Any]:
    """Return what a notice or a reminder has beside what a reply has."""
    purpose = letter.purpose
    return {
        "dedupe_key": letter.dedupe_key,
        "urgency": purpose.urgency if purpose else Urgency.NOTICE,
        "person_id": purpose.person_id if purpose else None,
        "agent_id": purpose.agent_id if purpose else None,
        "order_id": purpose.order_id if purpose else None,
        "subject": purpose.subject if purpose else None,
    }


def claim(runtime: Runtime, worker: str, most: int) -> list[Claimed]:
    """Take the letters that are due, at most so many; nobody else sends them while the lease holds."""
    now = runtime.clock()
    claimed: list[Claimed] = []
    with runtime.database.transaction() as tx:
        tx.execute(_EXPIRE, {"now": now})
        for channel in sorted(runtime.channels):
            claimed += _claim_on(tx, runtime, channel, worker, most - len(claimed), now)
    return claimed


def _claim_on(tx: Connection, runtime: Runtime, channel: str, worker: str, most: int, now: datetime) -> list[Claimed]:
    limits = runtime.paces.get(channel)
    tokens = pace.allowance(tx, channel, limits, now) if limits else float(most)
    room = min(most, int(tokens))
    if room < 1:
        return []
    due: dict[int, int] = {}
    for row in tx.execute(_DUE_LOCKED, _facts(runtime, channel, room, now)):
        due.setdefault(
            row.address_id, row.id
        )  # of a reply and the reminder that it overtakes only the reply leaves now
    if not due:
        return []
    ids = list(due.values())
    tx.execute(_CLAIM, {"ids": ids, "until": now + LEASE, "worker": worker})
    if limits:
        pace.spend(tx, channel, tokens - len(due), now)
        hush(tx, list(due), now + limits.chat_gap)
    return [_claimed(row) for row in tx.execute(_TAKEN, {"ids": ids})]


def hush(tx: Connection, address_ids: Sequence[int], until: datetime) -> None:
    """Send nothing to these addresses before that moment."""
    tx.execute(_QUIET, {"ids": list(address_ids), "until": until})


def _facts(runtime: Runtime, channel: str, most: int, now: datetime) -> dict[str, Any]:
    limits = runtime.paces.get(channel)
    extra = max(timedelta(), limits.reminder_gap - limits.chat_gap) if limits else timedelta()
    return {"now": now, "gently": now - extra, "channel": channel, "most": most}


def is_anything_due(runtime: Runtime) -> bool:
    """Say whether a look into the outbox is worth a write transaction."""
    now = runtime.clock()
    with runtime.database.reading() as tx:
        return any(
            tx.execute(_DUE, _facts(runtime, channel, 1, now)).first() is not None for channel in runtime.channels
        )


def take_up_again(runtime: Runtime) -> int:
    """Let go what stood aside: what waited for a person to write, now that they did, and what nobody could be sure of.

    Returns how many letters. For the worker's clock.
    """
    now = runtime.clock()
    with runtime.database.transaction() as tx:
        tx.execute(_EXPIRE_ASIDE, {"now": now})
        return tx.execute(_REOPEN).rowcount + tx.execute(_REPEAT, {"now": now}).rowcount


def _claimed(row: Any) -> Claimed:
    return Claimed(
        id=row.id,
        channel=row.channel,
        address=row.external_id,
        kind=row.kind,
        message=Outgoing.from_stored(row.content),
        attempts=row.attempts,
        address_id=row.address_id,
        locale=row.locale,
        critical=row.critical,
        doubts=row.doubts,
        last_error=row.error,
        parts_sent=row.parts_sent,
        outside=row.outside,
        last_inbound_at=row.last_inbound_at,
        reach=row.reach,
        order_id=row.order_id,
        person_id=row.person_id,
        agent_id=row.agent_id,
        content=row.content,
    )
