"""Telegram without a webhook: ask for updates, keep each, and only then let Telegram forget it."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from telegram.error import Conflict, RetryAfter, TelegramError

from bot import inbox
from bot.handlers import telegram
from bot.handlers.telegram_client import ClientBot
from bot.handlers.telegram_errors import wait_named_by
from bot.runtime import Runtime

log = logging.getLogger(__name__)

LONG_POLL = 25
"""Seconds that Telegram holds the question open."""
PAUSE_AFTER_ERROR = 3


class Poller:
    """Asks Telegram for updates until it is cancelled."""

    def __init__(self, runtime: Runtime, bot: ClientBot, bot_id: str) -> None:
        self._runtime = runtime
        self._bot = bot
        self._bot_id = bot_id
        self._next = 0
        self._stopping: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Poll; a webhook left from before is taken away first, its waiting updates are kept."""
        await self._bot.initialize_connection()
        try:
            await self._without_webhook()
            while True:
                await self._once()
        finally:
            await asyncio.gather(*self._stopping, return_exceptions=True)
            await self._bot.close_connection()

    async def _without_webhook(self) -> None:
        while True:
            try:
                await self._bot.delete_webhook(drop_pending_updates=False)
            except TelegramError as error:
                log.warning("Telegram does not answer yet: %s", type(error).__name__)
                await asyncio.sleep(PAUSE_AFTER_ERROR)
            else:
                return

    async def _once(self) -> None:
        try:
            for update in await self._bot.raw_updates(self._next, LONG_POLL):
                await self._take(update)
                self._next = int(update["update_id"]) + 1  # only now may Telegram forget it
        except RetryAfter as busy:
            await asyncio.sleep(wait_named_by(busy).total_seconds())
        except Conflict:
            log.warning("somebody else polls for this bot, or a webhook is set")
            await asyncio.sleep(PAUSE_AFTER_ERROR)
        except TelegramError as error:
            log.warning("no updates from Telegram: %s", type(error).__name__)
            await asyncio.sleep(PAUSE_AFTER_ERROR)
        except Exception:
            log.exception("an update was not kept; asking for it again")
            await asyncio.sleep(PAUSE_AFTER_ERROR)

    async def _take(self, update: dict[str, Any]) -> None:
        """Keep and answer an update; a pressed button's spinner is stopped at once, whatever becomes of the rest."""
        query = telegram.tapped(update)
        if query:
            stopping = asyncio.create_task(self._stop_spinner(query))
            self._stopping.add(stopping)
            stopping.add_done_callback(self._stopping.discard)
        incoming = telegram.read(update, self._bot_id)
        if incoming is not None:
            kept = incoming._replace(ack="") if query else incoming  # the answer need not stop it again
            await asyncio.to_thread(inbox.receive, self._runtime, kept)

    async def _stop_spinner(self, query: str) -> None:
        try:
            await self._bot.answer_callback_query(query)
        except TelegramError as error:
            log.debug("a button was not acknowledged: %s", type(error).__name__)
