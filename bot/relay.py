"""The relay: takes due letters from the outbox and hands them to their channels, many at once, in order per person."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections.abc import Mapping

from bot import outbox
from bot.channels import Sender
from bot.outbox import Claimed, SendError
from bot.runtime import Runtime

log = logging.getLogger(__name__)

BATCH = 50
SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 0.25
"""Seconds between two looks into an empty outbox."""
SEND_TIMEOUT = 45
"""Seconds; shorter than a lease, so that nobody else sends the letter meanwhile."""


class Relay:
    """One worker's hand on the outbox."""

    def __init__(self, runtime: Runtime, senders: Mapping[str, Sender]) -> None:
        self._runtime = runtime
        self._senders = senders
        self._worker = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._stopping = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()

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
            task = asyncio.create_task(self._send(letter))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return len(letters)

    def _claim(self, room: int) -> list[Claimed]:
        if not outbox.is_anything_due(self._runtime):
            return []
        return outbox.claim(self._runtime, self._worker, room)

    async def _send(self, letter: Claimed) -> None:
        try:
            provider_id = await asyncio.wait_for(self._senders[letter.channel].send(letter), SEND_TIMEOUT)
        except SendError as error:
            await self._failed(letter, error)
        except TimeoutError:
            await self._failed(letter, SendError("timeout"))
        except Exception as bug:
            log.exception("letter %s cannot be sent", letter.id)
            await self._failed(letter, SendError(f"bug: {type(bug).__name__}", permanent=True))
        else:
            database, now = self._runtime.database, self._runtime.clock()
            await asyncio.to_thread(outbox.mark_sent, database, letter, self._worker, provider_id, now)

    async def _failed(self, letter: Claimed, error: SendError) -> None:
        log.warning("letter %s on %s was not sent: %s", letter.id, letter.channel, _harmless(error))
        database, now = self._runtime.database, self._runtime.clock()
        await asyncio.to_thread(outbox.mark_failed, database, letter, self._worker, error, now)

    async def close(self) -> None:
        """Let go of the channels."""
        for sender in self._senders.values():
            await sender.close()


def _harmless(error: SendError) -> str:
    """Return the reason without what a platform may have quoted of the message."""
    return str(error).partition(":")[0]
