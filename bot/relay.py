"""The relay: takes due letters from the outbox and hands them to their channels, many at once, in order per person."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import outbox, outcomes
from bot.channels import Sender
from bot.letters import CannotTellError, Claimed, Fate, SendError
from bot.messages import Outgoing
from bot.runtime import Runtime
from bot.store import Kind, Reach

log = logging.getLogger(__name__)

BATCH = 50
SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 0.25
"""Seconds between two looks into an empty outbox."""
BREATH = 0.01
"""Seconds between two looks while half the hands are full: many letters are taken at once, not one by one."""
SEND_TIMEOUT = 45
"""Seconds; shorter than a lease, so that nobody else sends the letter meanwhile."""

WRITTEN = frozenset({"text", "choices", "ask_contact", "ack", "template"})
"""What of a letter's content is its words: an attempt that says less leaves nothing of the one before."""

Write = Callable[[Connection, Claimed, datetime], Outgoing | None]
"""Writes a reminder when it leaves, from how things are then; None: there is nothing left to remind of."""


class Relay:
    """One worker's hand on the outbox."""

    def __init__(self, runtime: Runtime, senders: Mapping[str, Sender], write: Write | None = None) -> None:
        self._runtime = runtime
        self._senders = senders
        self._write = write
        self._worker = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._stopping = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._taken: list[tuple[Claimed, str]] = []
        self._marking: asyncio.Task[None] | None = None

    def stop(self) -> None:
        """Finish what is being sent and take nothing more."""
        self._stopping.set()

    async def run(self) -> None:
        """Deliver until stopped."""
        pause = SHORTEST_PAUSE
        while not self._stopping.is_set():
            try:
                sent = await self._take()
            except Exception:
                log.exception("the outbox could not be read or marked; trying again")
                sent, pause = 0, LONGEST_PAUSE * 4
            pause = SHORTEST_PAUSE if sent else min(pause * 1.5, LONGEST_PAUSE)
            if not sent:
                await self._rest(pause)
            elif len(self._sending) > BATCH // 2:
                await self._rest(BREATH)
        await asyncio.gather(*self._sending, return_exceptions=True)

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def deliver(self) -> int:
        """Send what is due now, once, and wait until it is done; return how many letters were handled."""
        taken = await self._take()
        await asyncio.gather(*self._sending)
        return taken

    async def _take(self) -> int:
        """Begin to send what is due, as far as there is room: one slow letter holds up only those behind it."""
        room = BATCH - len(self._sending)
        letters = await asyncio.to_thread(self._claim, room) if room else []
        for letter in letters:
            task = asyncio.create_task(self._handle(letter))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return len(letters)

    def _claim(self, room: int) -> list[Claimed]:
        if not outbox.is_anything_due(self._runtime):
            return []
        return outbox.claim(self._runtime, self._worker, room)

    async def _handle(self, letter: Claimed) -> None:
        """Send a letter and mark what became of it. What fails unmarked is found again when its lease ends."""
        try:
            ready = await asyncio.to_thread(self._written, letter) if letter.kind is Kind.REMINDER else letter
            if ready is None:
                await self._mark(outcomes.mark_needless, letter)
                return
            await self._send(ready)
        except Exception:
            log.exception("letter %s could not be marked", letter.id)

    def _written(self, letter: Claimed) -> Claimed | None:
        """Return the reminder with its words, or None when nobody need be reminded any more."""
        if self._write is None:
            return letter
        with self._runtime.database.reading() as tx:
            message = self._write(tx, letter, self._runtime.clock())
        if message is None:
            return None
        kept = {name: value for name, value in (letter.content or {}).items() if name not in WRITTEN}
        stored = {**kept, **message.stored()}
        outcomes.mark_written(self._runtime.database, letter, self._worker, stored)
        return replace(letter, message=message)

    async def _send(self, letter: Claimed) -> None:
        try:
            provider_id = await self._send_or_find(letter)
        except CannotTellError:
            await self._mark(outcomes.mark_uncertain, letter)
        except SendError as error:
            await self._failed(letter, error)
        except Exception as bug:
            log.exception("letter %s cannot be sent", letter.id)
            await self._failed(letter, SendError(f"bug: {type(bug).__name__}", Fate.PERMANENT))
        else:
            await self._mark_sent(letter, provider_id)

    async def _send_or_find(self, letter: Claimed) -> str:
        """Send a letter. One that may have left before is looked up; where it cannot be, the copy says what it is.

        Raises CannotTellError for an answer that is left alone then: the person asks again.
        """
        if not letter.doubts:
            return await self._send_now(letter)
        try:
            found = await asyncio.wait_for(self._senders[letter.channel].look_up(letter), SEND_TIMEOUT)
        except (CannotTellError, TimeoutError):
            if not letter.critical and letter.last_error:
                raise CannotTellError from None
            return await self._send_copy(letter)
        return found or await self._send_now(letter)

    async def _send_copy(self, letter: Claimed) -> str:
        try:
            return await self._send_now(replace(letter, repeated=True))
        except SendError as error:
            error.was_copy = True
            raise

    async def _send_now(self, letter: Claimed) -> str:
        if letter.reach is not Reach.ACTIVE and letter.kind is not Kind.REPLY:
            raise SendError("the address is unreachable", Fate.PERMANENT)
        try:
            return await asyncio.wait_for(self._senders[letter.channel].send(letter), SEND_TIMEOUT)
        except TimeoutError as slow:
            raise SendError("timeout", Fate.DOUBTFUL) from slow

    async def _mark_sent(self, letter: Claimed, provider_id: str) -> None:
        """Mark it, with all that were taken while the last ones were being marked: one commit for many."""
        self._taken.append((letter, provider_id))
        if self._marking is not None:
            await asyncio.wait([self._marking])
        if self._taken:
            taken, self._taken = self._taken, []
            self._marking = asyncio.create_task(self._mark_all(taken))
        if self._marking is not None:
            await asyncio.shield(self._marking)

    async def _mark_all(self, taken: list[tuple[Claimed, str]]) -> None:
        database, now = self._runtime.database, self._runtime.clock()
        await asyncio.to_thread(outcomes.mark_all_sent, database, self._worker, taken, now)

    async def _mark(self, mark: Callable[..., None], letter: Claimed, *facts: str) -> None:
        database, now = self._runtime.database, self._runtime.clock()
        await asyncio.to_thread(mark, database, letter, self._worker, *facts, now)

    async def _failed(self, letter: Claimed, error: SendError) -> None:
        log.warning("letter %s on %s was not sent: %s", letter.id, letter.channel, _harmless(error))
        now = self._runtime.clock()
        asked = letter.channel in self._senders and self._senders[letter.channel].can_be_asked
        await asyncio.to_thread(
            outcomes.mark_failed, self._runtime, letter, self._worker, error, now, can_be_asked=asked
        )

    async def close(self) -> None:
        """Let go of the channels."""
        for sender in self._senders.values():
            await sender.close()


def _harmless(error: SendError) -> str:
    """Return the reason without what a platform may have quoted of the message."""
    return str(error).partition(":")[0]
