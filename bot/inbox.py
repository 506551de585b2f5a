"""The life of a message: keep it, then answer it.

After the first step nothing can be lost, and a second delivery changes nothing. The second step is one transaction: the
dialogue, the order, the journal and the replies are committed together or not at all. Nothing here talks to a platform.
"""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from bot import contacts, router
from bot.i18n import _, language
from bot.letters import Letter
from bot.messages import Incoming, Outgoing
from bot.outbox import post
from bot.people import ALPHABET
from bot.performing import Work
from bot.runtime import Runtime
from bot.store import Kind, Waiting, addresses, inbox
from core.adding import Adding
from core.statement import Statement

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
WAIT = timedelta(seconds=2)
LONGEST_TEXT = 4096
DEADLOCK_RETRIES = 5

_COLUMNS = (
    "channel",
    "external_id",
    "provider_id",
    "received_at",
    "content",
    "state",
    "attempts",
    "next_attempt_at",
    "reference",
)
_KEEP = Adding(inbox, _COLUMNS, once=("channel", "provider_id"))
_IS_NEW = text(f"state = '{Waiting.NEW.value}'")
"""Written out: an index over the new ones is used only when the planner can see that they are meant."""
_NEXT = Statement(
    select(inbox.c.id, inbox.c.content, inbox.c.next_attempt_at, inbox.c.attempts, inbox.c.channel, inbox.c.external_id)
    .where(
        inbox.c.channel == bindparam("channel"),
        inbox.c.external_id == bindparam("address"),
        _IS_NEW,
    )
    .order_by(inbox.c.id)
    .limit(1)
)
_TOUCH = Statement(
    inbox.update()
    .where(inbox.c.channel == bindparam("of_channel"), inbox.c.provider_id == bindparam("called"))
    .values(attempts=inbox.c.attempts)
)
_ANSWERED = Statement(
    inbox.update().where(inbox.c.id == bindparam("this")).values(state=Waiting.ANSWERED, answered_at=bindparam("at"))
)
_FAILED = (
    inbox.update()
    .where(inbox.c.id == bindparam("this"), inbox.c.state == Waiting.NEW, inbox.c.attempts == bindparam("were"))
    .values(attempts=inbox.c.attempts + 1, next_attempt_at=bindparam("next"))
    .returning(inbox.c.attempts)
)
_ASIDE = (
    inbox.update().where(inbox.c.id == bindparam("this")).values(state=Waiting.FAILED, reference=bindparam("reference"))
)
_WAITING = Statement(
    select(inbox.c.channel, inbox.c.external_id)
    .where(_IS_NEW, inbox.c.next_attempt_at <= bindparam("now"))
    .group_by(inbox.c.channel, inbox.c.external_id)
    .limit(200)
)
_COUNT_CODES = (
    addresses.update()
    .where(addresses.c.id == bindparam("this"))
    .values(wrong_codes=bindparam("count"), wrong_codes_since=bindparam("since"))
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """A message that was written down just now, still in hand: it need not be read again to be answered."""

    id: int
    incoming: Incoming
    attempts: int = 0

    @property
    def channel(self) -> str:
        """Return the message's channel."""
        return self.incoming.channel

    @property
    def external_id(self) -> str:
        """Return who wrote it."""
        return self.incoming.address


@dataclass(frozen=True, slots=True)
class _Step:
    """What one look into the inbox of an address came to."""

    answered: bool
    more: bool


class Taken(Enum):
    """What became of a message at once."""

    AGAIN = "again"
    """It was delivered before."""
    WAITS = "waits"
    """It is kept; the worker will answer it."""
    ANSWERED = "answered"


def receive(runtime: Runtime, incoming: Incoming) -> bool:
    """Keep the message, then answer it. Returns whether it was new; raises only when it could not be kept."""
    return take(runtime, incoming) is not Taken.AGAIN


def take(runtime: Runtime, incoming: Incoming) -> Taken:
    """Keep the message, then answer it.

    Raises only when it could not be kept. If answering fails the worker tries again: the message is safe. Before this
    returns there is one durable commit: that of the answer, which makes the kept message durable with it, or its own.
    """
    kept = _keep(runtime, incoming)
    if kept is None:
        _make_durable(runtime, incoming)  # the first delivery may still be on its way to the disk
        return Taken.AGAIN
    try:
        if answer_waiting(runtime, incoming.channel, incoming.address, kept):
            return Taken.ANSWERED
    except Exception:
        log.exception("a kept message was not answered; the worker will try")
    _make_durable(runtime, incoming)
    return Taken.WAITS


def note_only(runtime: Runtime, incoming: Incoming) -> bool:
    """Keep a message as answered that will get no answer of its own; a second delivery of it changes nothing."""
    with runtime.database.transaction() as tx:
        row = {**_row(runtime, _cleaned(incoming)), "state": Waiting.ANSWERED}
        return _KEEP.one(tx, row) is not None


def keep(runtime: Runtime, incoming: Incoming) -> bool:
    """Write the message down, durably. False: it was delivered before."""
    kept = _keep(runtime, incoming)
    _make_durable(runtime, incoming)
    return kept is not None


def _make_durable(runtime: Runtime, incoming: Incoming) -> None:
    with runtime.database.transaction() as tx:
        _TOUCH.run(tx, {"of_channel": incoming.channel, "called": incoming.provider_id})


def _keep(runtime: Runtime, incoming: Incoming) -> _Kept | None:
    """Write the message down and commit; return it as it was kept, or None when it was delivered before."""
    incoming = _cleaned(incoming)
    row = _row(runtime, incoming)
    try:
        key = _insert(runtime, row)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        key = _insert(runtime, row)  # the database was restarted; the second connection is a new one
    return None if key is None else _Kept(key, incoming)


def _row(runtime: Runtime, incoming: Incoming) -> dict[str, Any]:
    now = runtime.clock()
    return {
        "channel": incoming.channel,
        "external_id": incoming.address,
        "provider_id": incoming.provider_id,
        "received_at": now,
        "content": incoming.stored(),
        "state": Waiting.NEW,
        "attempts": 0,
        "next_attempt_at": now,
        "reference": "",
    }


def _insert(runtime: Runtime, row: dict[str, Any]) -> int | None:
    with runtime.database.one_statement() as tx:
        return _KEEP.one(tx, row)


def _cleaned(incoming: Incoming) -> Incoming:
    """Return the message without what no database can keep, and no longer than any answer could be."""
    if incoming.text.isprintable() and incoming.payload.isprintable() and len(incoming.text) <= LONGEST_TEXT:
        return incoming
    readable = "".join(char if char.isprintable() or char == "\n" else " " for char in incoming.text[:LONGEST_TEXT])
    text = readable.encode("utf-8", "ignore").decode()
    payload = "".join(char for char in incoming.payload[:256] if char.isprintable())
    return incoming._replace(text=text, payload=payload)


def answer_waiting(runtime: Runtime, channel: str, address: str, in_hand: _Kept | None = None) -> int:
    """Answer what waits from this address, in order; return how many. `in_hand` is one of them, read already."""
    answered = 0
    while True:
        step = _answer_next(runtime, channel, address, in_hand)
        answered += step.answered
        if not step.more:
            return answered
        in_hand = None


def answer_leftovers(runtime: Runtime) -> int:
    """Answer whatever waits from anybody: what a crash or a failure left behind. For the worker."""
    with runtime.database.reading() as tx:
        places = _WAITING.all(tx, {"now": runtime.clock()})
    return sum(_answer_place(runtime, place.channel, place.external_id) for place in places)


def _answer_place(runtime: Runtime, channel: str, address: str) -> int:
    """Answer one address; its trouble is not the others'."""
    try:
        return answer_waiting(runtime, channel, address)
    except Exception:
        log.exception("an address could not be answered; the next look tries again")
        return 0


def _answer_next(runtime: Runtime, channel: str, address: str, in_hand: _Kept | None) -> _Step:
    place = {"channel": channel, "address": address}
    for attempt in range(DEADLOCK_RETRIES):
        found: list[Any] = []
        try:
            with runtime.database.transaction() as tx:
                return _answer_in(tx, runtime, place, in_hand, found)
        except OperationalError as error:
            if attempt == DEADLOCK_RETRIES - 1:
                if not found or error.connection_invalidated:
                    raise
                log.exception("message %s could not be answered", found[0].id)
                return _put_off(runtime, found[0])
        except Exception:
            if not found:
                raise
            log.exception("message %s could not be answered", found[0].id)
            return _put_off(runtime, found[0])
    raise AssertionError("unreachable: the last attempt returns or raises")


def _answer_in(
    tx: Connection, runtime: Runtime, place: dict[str, str], in_hand: _Kept | None, found: list[Any]
) -> _Step:
    message: Any = in_hand
    if message is None:
        message = _NEXT.first(tx, place)
        if message is None or message.next_attempt_at > runtime.clock():
            return _Step(answered=False, more=False)
    found.append(message)
    incoming = Incoming.from_stored(message.content) if in_hand is None else in_hand.incoming
    contact = contacts.lock_for(tx, incoming, runtime.locale, message.id)
    if contact is None:  # an older one goes first, or somebody else answered this one while the lock was waited for
        return _Step(answered=False, more=True)
    at = runtime.clock()
    codes_before = contact.wrong_codes
    with language(contact.locale):
        reply = router.answer(Work(tx, runtime, contact, at), incoming)
    if reply is not None:
        letter = Letter(
            contact.address_id,
            contact.channel,
            contact.address,
            Kind.REPLY,
            reply,
            locale=contact.locale,
            critical=contact.talk.receipt_shown,
        )
        contact.talk.screen = post(tx, [letter], at) or 0
    contacts.save(tx, contact, datetime.fromisoformat(incoming.said_at) if incoming.said_at else at)
    if contact.wrong_codes != codes_before:
        facts = {"this": contact.address_id, "count": contact.wrong_codes, "since": contact.wrong_codes_since}
        tx.execute(_COUNT_CODES, facts)
    _ANSWERED.run(tx, {"this": message.id, "at": at})
    return _Step(answered=True, more=contact.newest_waiting != message.id)


def _put_off(runtime: Runtime, message: Any) -> _Step:
    """Count the failure. At the third the message steps aside, and the person is told with a reference."""
    now = runtime.clock()
    with runtime.database.transaction() as tx:
        facts = {"this": message.id, "were": message.attempts, "next": now + WAIT}
        attempts = tx.execute(_FAILED, facts).scalar()
        if attempts is None or attempts < MOST_ATTEMPTS:  # none: somebody else counted this failure, or answered it
            return _Step(answered=False, more=False)
        reference = "".join(secrets.choice(ALPHABET) for _place in range(6))
        tx.execute(_ASIDE, {"this": message.id, "reference": reference})
        log.error("message %s stepped aside, reference %s", message.id, reference)
        contact = contacts.lock(tx, Incoming(message.channel, message.external_id, ""), runtime.locale)
        with language(contact.locale):
            text = _(
                "Something failed here and your message was NOT registered (reference {reference}). "
                "Your conversation is where it was: please try again."
            ).format(reference=reference)
        letter = Letter(
            contact.address_id, contact.channel, contact.address, Kind.REPLY, Outgoing(text), locale=contact.locale
        )
        post(tx, [letter], now)
    return _Step(answered=False, more=True)
