"""Looking after Telegram's webhook: whether updates come where they should, and whether they pile up there.

Each look asks what Telegram knows, changes nothing, and raises an alarm for whatever the operator has to mend.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from telegram import WebhookInfo
from telegram.error import TelegramError

from bot import alarms, facts
from bot.handlers.telegram import ALLOWED_UPDATES
from bot.handlers.telegram_client import ClientBot, make_bot
from bot.runtime import Runtime
from bot.settings import Settings

log = logging.getLogger(__name__)

MANY_PENDING = 50
"""Updates that wait at Telegram; a bot that takes them has next to none."""
LATELY = timedelta(minutes=3)
"""How old an error may be and still count: a little longer than two looks are apart."""


async def look_at_telegram(settings: Settings, runtime: Runtime) -> None:
    """Learn the bot's name if it is not known, and look at its webhook if it should have one."""
    if runtime.telegram_name() and not settings.public_base_url:
        return
    bot = make_bot(settings)
    await bot.initialize_connection()
    try:
        await _learn_name(bot, runtime)
        if settings.public_base_url:
            info = await bot.get_webhook_info()
            for kind, what in wrong_with(info, webhook_address(settings), runtime.clock()):
                await asyncio.to_thread(alarms.sound, runtime, kind, what)
    except TelegramError as error:
        log.warning("Telegram could not be asked about its webhook: %s", type(error).__name__)
    finally:
        await bot.close_connection()


def webhook_address(settings: Settings) -> str:
    """Return where Telegram should send updates."""
    return f"{settings.public_base_url}/telegram/webhook"


async def _learn_name(bot: ClientBot, runtime: Runtime) -> None:
    if runtime.telegram_name():
        return
    name = (await bot.get_me()).username or ""
    await asyncio.to_thread(_note_name, runtime, name)


def _note_name(runtime: Runtime, name: str) -> None:
    with runtime.database.transaction() as tx:
        facts.note(tx, facts.TELEGRAM_NAME, name)


def wrong_with(info: WebhookInfo, address: str, at: datetime) -> Iterator[tuple[str, str]]:
    """Yield each thing that is wrong with the webhook: its kind, and what to do."""
    if info.url != address:
        yield "telegram_webhook_elsewhere", "updates go to another address or nowhere: scopbot telegram set-webhook"
        return
    if info.allowed_updates is not None and not set(ALLOWED_UPDATES) <= set(info.allowed_updates):
        yield "telegram_webhook_narrow", "not every kind of update comes: scopbot telegram set-webhook"
    if info.pending_update_count >= MANY_PENDING:
        yield "telegram_webhook_behind", f"{info.pending_update_count} updates wait at Telegram"
    if info.last_error_date is not None and at - info.last_error_date < LATELY:
        yield "telegram_webhook_failing", f"Telegram's last try failed: {(info.last_error_message or '')[:100]}"
