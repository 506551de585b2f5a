"""What people wrote on WhatsApp and never reached this bot: Twilio keeps it, and is asked for it.

Twilio tries a post that failed a few times and then forgets it. So what it says it received is compared with the inbox:
what is missing is taken in as if it had been posted, once, by its id.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from bot import alarms, facts, inbox
from bot.handlers import whatsapp
from bot.handlers.twilio_client import make_client
from bot.messages import Content, Incoming
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import addresses
from bot.store import inbox as inbox_table

log = logging.getLogger(__name__)

LONGEST_LOOK = timedelta(hours=24)
"""How far a look goes back at most: as long as a person may be answered freely."""
OVERLAP = timedelta(minutes=15)
"""How far a look goes back behind the one before: Twilio lists a message somewhat after it came."""
STILL_COMING = timedelta(minutes=1)
"""A younger message may still be posted: Twilio tries again for 15 seconds, and its clock is not this one."""
FRESH = timedelta(minutes=15)
"""An older message is not acted upon: what it answered may be over."""
MOST = 20_000
"""Messages listed at one look."""
ASKED = "twilio asked"
"""The fact that names the moment of the last look: the first one ever must not answer what came before the bot."""
_KNOWN = select(inbox_table.c.provider_id).where(
    inbox_table.c.channel == whatsapp.NAME, inbox_table.c.provider_id.in_(bindparam("ids", expanding=True))
)
_LAST = select(addresses.c.last_inbound_at).where(
    addresses.c.channel == whatsapp.NAME, addresses.c.external_id == bindparam("address")
)


class Reconciler:
    """Asks Twilio, from time to time, for what it received for this bot."""

    def __init__(self, settings: Settings, runtime: Runtime) -> None:
        self._client = make_client(settings)
        self._number = settings.twilio_whatsapp_from
        self._runtime = runtime

    def has_looked(self) -> bool:
        """Say whether there was a look before, so that something may have been missed since."""
        return bool(self._noted())

    def look(self) -> int:
        """Take in what is missing; return how many messages. Called again, it takes nothing twice."""
        now = self._runtime.clock()
        since = max(now - LONGEST_LOOK, self._last_look(now) - OVERLAP)
        try:
            listed = self._client.messages.list(to=self._number, date_sent_after=since, limit=MOST, page_size=1000)
        except Exception as error:  # noqa: BLE001 - whatever it was, the next look goes back as far again
            log.warning("Twilio did not say what it received: %s", type(error).__name__)
            return 0
        missing = self._missing([one for one in listed if _was_said(one, self._number, since, now - STILL_COMING)])
        for of_one in missing.values():
            self._take_in(of_one, now)
        count = sum(len(of_one) for of_one in missing.values())
        if count:
            alarms.sound(self._runtime, "whatsapp_missed", f"{count} messages came late, by asking Twilio for them")
        if len(listed) >= MOST:
            alarms.sound(
                self._runtime, "whatsapp_too_many", f"Twilio lists more than {MOST} messages; some were not seen"
            )
        with self._runtime.database.transaction() as tx:
            facts.note(tx, ASKED, now.isoformat())
        return count

    def _last_look(self, now: datetime) -> datetime:
        noted = self._noted()
        return datetime.fromisoformat(noted) if noted else now

    def _noted(self) -> str:
        with self._runtime.database.reading() as tx:
            return facts.find(tx, ASKED)

    def _missing(self, said: Sequence[Any]) -> dict[str, list[Any]]:
        """Return what is not in the inbox, by sender, the oldest first."""
        known: set[str] = set()
        with self._runtime.database.reading() as tx:
            for start in range(0, len(said), 500):
                ids = [one.sid for one in said[start : start + 500]]
                known.update(tx.execute(_KNOWN, {"ids": ids}).scalars())
        missing = defaultdict(list)
        for one in sorted(said, key=_said_at):
            if one.sid not in known:
                missing[one.from_].append(one)
        return missing

    def _take_in(self, messages: Sequence[Any], now: datetime) -> None:
        """Take in what one person said, in order; if it is too late to act upon it, say so once."""
        read = [(message, _read(message)) for message in messages]
        mine = [(message, incoming) for message, incoming in read if incoming is not None]
        if not mine:
            return
        if self._is_timely(mine, now):
            for _message, incoming in mine:
                inbox.receive(self._runtime, incoming)
            return
        for _message, incoming in mine[:-1]:
            inbox.note_only(self._runtime, incoming)
        last, incoming = mine[-1]
        inbox.receive(self._runtime, _late(incoming, _said_at(last)))

    def _is_timely(self, mine: Iterable[tuple[Any, Incoming]], now: datetime) -> bool:
        """Say whether all of it is fresh, and nothing that the person said later was answered already."""
        message, incoming = next(iter(mine))
        with self._runtime.database.reading() as tx:
            last = tx.execute(_LAST, {"address": incoming.address}).scalar()
        return now - _said_at(message) < FRESH and (last is None or last < _said_at(message))


def _was_said(message: Any, number: str | None, since: datetime, until: datetime) -> bool:
    """Say whether a person said it, to this bot and in that time: the list has both directions."""
    at = message.date_sent or message.date_created
    return message.direction == "inbound" and message.to == number and at is not None and since <= at <= until


def _said_at(message: Any) -> datetime:
    at: datetime = message.date_sent or message.date_created
    return at


def _read(message: Any) -> Incoming | None:
    """Return what the person said. Which button was pressed Twilio does not tell here: its label is the text."""
    form = {"MessageSid": message.sid, "From": message.from_ or "", "Body": message.body or ""}
    incoming = whatsapp.read(form)
    if incoming is None or str(message.num_media or "0") == "0":
        return incoming
    return incoming._replace(content=Content.OTHER)


def _late(incoming: Incoming, said_at: datetime) -> Incoming:
    return incoming._replace(content=Content.LATE, text="", said_at=said_at.isoformat())
