"""What an operator tells Telegram once per deployment: where updates go, and the commands that its menu lists."""

from __future__ import annotations

from telegram import BotCommand
from telegram.constants import BotCommandLimit

from bot import registry
from bot.folding import fold
from bot.handlers.telegram import ALLOWED_UPDATES
from bot.handlers.telegram_client import ClientBot, make_bot
from bot.i18n import KNOWN, _, language
from bot.settings import Settings
from bot.signs import shorten


async def set_webhook(settings: Settings) -> str:
    """Tell Telegram where updates go, and the commands; return the address."""
    address = f"{settings.public_base_url}/telegram/webhook"
    bot = make_bot(settings)
    await bot.initialize_connection()
    try:
        await bot.set_webhook(
            address,
            secret_token=settings.telegram_webhook_secret,
            allowed_updates=ALLOWED_UPDATES,
            drop_pending_updates=False,
        )
        await _tell_commands(bot, settings)
    finally:
        await bot.close_connection()
    return address


async def set_commands(settings: Settings) -> list[BotCommand]:
    """Tell Telegram the commands; return them as those read them who have chosen no language."""
    bot = make_bot(settings)
    await bot.initialize_connection()
    try:
        await _tell_commands(bot, settings)
    finally:
        await bot.close_connection()
    return commands(settings.bot_locale)


async def _tell_commands(bot: ClientBot, settings: Settings) -> None:
    """Set the list for everybody and one for each language: a forgotten one would go on hiding the newer list."""
    await bot.set_my_commands(commands(settings.bot_locale))
    for locale in KNOWN:
        await bot.set_my_commands(commands(locale), language_code=locale.partition("_")[0])


def commands(locale: str) -> list[BotCommand]:
    """Return a command for each conversation that a menu shows, in a menu's order, in that language."""
    registry.discover()
    shown = sorted(
        (entry for entry in registry.CONVERSATIONS.values() if entry.title), key=lambda one: (one.place, one.name)
    )
    with language(locale):
        titled = [("menu", _("Menu")), *((fold(entry.command), _(entry.title)) for entry in shown)]
    return [
        BotCommand(name[: BotCommandLimit.MAX_COMMAND], shorten(title, BotCommandLimit.MAX_DESCRIPTION))
        for name, title in titled
    ]
