"""WhatsApp, the way out: letters become messages of Twilio's REST API.

Whether a person's 24 hours are over is decided here, at the moment of sending. What Twilio does not answer may have
left all the same, so it is looked for among the messages to that person before anything is sent again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import bindparam, select

from bot import alarms
from bot.handlers.parts import first_of, send_parts
from bot.handlers.twilio_client import CONNECTIONS, FAILURES, code_of, decide, make_client
from bot.handlers.twilio_errors import CONTENT_REFUSED
from bot.handlers.whatsapp import NAME, PREFIX
from bot.handlers.whatsapp_drawing import Drawn, draw_attachment, draw_session, draw_template
from bot.handlers.whatsapp_templates import Known, find
from bot.letters import CannotTellError, Claimed, Fate, SendError
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import outbox

log = logging.getLogger(__name__)

WINDOW = timedelta(hours=23, minutes=50)
"""After the person's last message; WhatsApp's own 24 hours, less what clocks and queues may differ by."""
BELIEVED = timedelta(seconds=10)
LOOKED_AT = 100
"""Messages to one person, the newest; a doubtful letter is looked for within minutes."""
CLOCKS_DIFFER = timedelta(minutes=1)
UNDELIVERED = ("failed", "undelivered", "canceled")

T = TypeVar("T")
_LETTER = select(outbox.c.created_at, outbox.c.refused_id).where(outbox.c.id == bindparam("this"))
_OTHERS = select(outbox.c.provider_id).where(
    outbox.c.address_id == bindparam("address"),
    outbox.c.id != bindparam("this"),
    outbox.c.created_at >= bindparam("since"),
)


class WhatsAppSender:
    """Sends over Twilio's REST API; each call in a thread, so that it holds up nobody else."""

    can_be_asked = True

    def __init__(self, settings: Settings, runtime: Runtime) -> None:
        self._client = make_client(settings)
        self._sender = settings.twilio_whatsapp_from
        self._callback = f"{settings.public_base_url}/whatsapp/status"
        self._address = settings.public_base_url or ""
        self._runtime = runtime
        pace = runtime.paces.get(NAME)
        self._gap = pace.chat_gap.total_seconds() if pace else 0.0
        self._threads = ThreadPoolExecutor(max_workers=CONNECTIONS, thread_name_prefix="twilio")
        self._templates: dict[tuple[str, str], tuple[datetime, Known | None]] = {}
        self._arrived: dict[int, int] = {}
        """How many parts of a doubtful letter were found at Twilio, until the rest of it is sent."""

    async def send(self, letter: Claimed) -> str:
        """Send a letter, long ones in parts; return Twilio's id of the last part."""
        found = self._arrived.pop(letter.id, 0)
        drawn = await self._in_thread(self._draw, letter)
        last = drawn[-1]

        async def send(part: Drawn) -> str:
            # only of the last part is it asked what became of it: that is what became of the letter
            return await self._in_thread(self._create, letter, part, part is last)

        try:
            return await send_parts(drawn, letter.parts_sent + found, self._gap, send)
        except SendError as error:
            error.parts += found
            raise

    def _draw(self, letter: Claimed) -> list[Drawn]:
        if self._is_within_window(letter):
            return self._draw_all(letter)
        template = draw_template(letter, self._find)
        if template is not None:
            return [template]
        if letter.last_inbound_at is None and not letter.outside:
            return self._draw_all(letter)  # they may have written before this bot was there: Twilio knows
        raise SendError("outside the 24 hours, and no approved template says this", Fate.SHUT)

    def _draw_all(self, letter: Claimed) -> list[Drawn]:
        """Return what the letter is sent as; the file first, so that the buttons are the last that came."""
        files = draw_attachment(letter, self._runtime, self._address)
        rest = replace(letter, parts_sent=max(0, letter.parts_sent - len(files)))
        return [*files, *draw_session(rest, self._find)]

    def _is_within_window(self, letter: Claimed) -> bool:
        wrote = letter.last_inbound_at
        return not letter.outside and wrote is not None and self._runtime.clock() - wrote < WINDOW

    def _find(self, name: str, locale: str) -> Known | None:
        """Return a template that can be sent with. What was found is believed for some seconds, also nothing."""
        now = self._runtime.clock()
        until, known = self._templates.get((name, locale), (now, None))
        if until <= now:
            known = find(self._runtime.database, name, locale)
            self._templates[name, locale] = now + BELIEVED, known
        return known

    def _create(self, letter: Claimed, part: Drawn, is_last: bool) -> str:
        try:
            return self._call(letter, part, is_last)
        except FAILURES as error:
            refused = code_of(error) if part.content_sid else 0
            if refused not in CONTENT_REFUSED or not self._is_within_window(letter):
                raise decide(error) from error
        alarms.sound(self._runtime, "whatsapp_template", f"Twilio {refused} for buttons; the letter goes as text")
        try:
            return self._call(letter, part.as_text(), is_last)
        except FAILURES as error:
            raise decide(error) from error

    def _call(self, letter: Claimed, part: Drawn, is_last: bool) -> str:
        told = {"status_callback": f"{self._callback}?m={letter.id}"} if is_last else {}
        sent = self._client.messages.create(to=PREFIX + letter.address, from_=self._sender, **part.form(), **told)
        return str(sent.sid)

    async def look_up(self, letter: Claimed) -> str | None:
        """Return Twilio's id if it has the whole letter; what it has of its parts is not sent again."""
        try:
            return await self._in_thread(self._look, letter)
        except FAILURES as error:
            raise CannotTellError from error

    def _look(self, letter: Claimed) -> str | None:
        waiting = self._candidates(letter)
        as_template = self._template_bodies(letter)
        whole = next((message for message in waiting if _read(message.body) in as_template), None)
        if whole is not None:
            return str(whole.sid)
        wanted = self._bodies(letter)
        sids: list[str] = []
        for bodies in wanted:
            found = next((message for message in waiting if _read(message.body) in bodies), None)
            if found is None:
                break
            waiting.remove(found)
            sids.append(str(found.sid))
        if len(sids) == len(wanted):
            return sids[-1]
        self._arrived[letter.id] = len(sids)
        return None

    def _bodies(self, letter: Claimed) -> list[set[str]]:
        """Return what each part that is not surely sent reads like, with and without the words for a repeated one."""
        plain = [drawn.body for drawn in self._draw_all(replace(letter, repeated=False))]
        repeated = [drawn.body for drawn in self._draw_all(replace(letter, repeated=True))]
        first = first_of(plain, letter.parts_sent)
        return [{_read(plain[place]), _read(repeated[place])} for place in range(first, len(plain))]

    def _template_bodies(self, letter: Claimed) -> set[str]:
        """Return what the whole letter reads like as a template."""
        drawn = [draw_template(replace(letter, repeated=is_repeated), self._find) for is_repeated in (False, True)]
        return {_read(one.body) for one in drawn if one is not None}

    def _candidates(self, letter: Claimed) -> list[Any]:
        """Return what Twilio has for this person since the letter was written and that is no other letter's."""
        with self._runtime.database.reading() as tx:
            row = tx.execute(_LETTER, {"this": letter.id}).one()
            facts = {"address": letter.address_id, "this": letter.id, "since": row.created_at - timedelta(days=1)}
            taken = {row.refused_id, *tx.execute(_OTHERS, facts).scalars()}
        since = row.created_at - CLOCKS_DIFFER
        sent = self._client.messages.list(to=PREFIX + letter.address, from_=self._sender, limit=LOOKED_AT)
        return [
            message
            for message in sent
            if message.sid not in taken
            and message.status not in UNDELIVERED
            and (message.date_created or datetime.max.replace(tzinfo=since.tzinfo)) >= since
        ]

    async def _in_thread(self, work: Callable[..., T], *facts: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *facts)

    async def close(self) -> None:
        """Let the threads end and the connections go."""
        self._threads.shutdown(wait=False)
        self._client.http_client.session.close()


def _read(body: str | None) -> str:
    """Return a text as it is compared: Twilio may cut the space around it."""
    return " ".join((body or "").split())
