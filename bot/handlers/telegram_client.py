"""The Bot API's client: python-telegram-bot's, used only to call."""

from __future__ import annotations

from typing import Any

from telegram import Bot
from telegram.request import HTTPXRequest

from bot.handlers.telegram import ALLOWED_UPDATES
from bot.settings import Settings


class ClientBot(Bot):
    """A Bot that only calls: it does not ask who it is before its first message."""

    async def initialize_connection(self) -> None:
        """Open the connections."""
        for connection in self._request:
            await connection.initialize()

    async def raw_updates(self, after: int, seconds: int) -> list[dict[str, Any]]:
        """Return the updates from that id on as they came: one that cannot be understood must not hide the others."""
        question = {"offset": after, "timeout": seconds, "allowed_updates": ALLOWED_UPDATES}
        updates: Any = await self._post("getUpdates", question, read_timeout=seconds + 15)
        return list(updates)

    async def close_connection(self) -> None:
        """Close the connections."""
        for connection in self._request:
            await connection.shutdown()


def make_bot(settings: Settings) -> ClientBot:
    """Return a client of the Bot API, with timeouts."""
    if settings.telegram_bot_token is None:
        raise ValueError("TELEGRAM_BOT_TOKEN is not set")
    return ClientBot(
        settings.telegram_bot_token,
        base_url=f"{settings.telegram_api_base_url}/bot",
        base_file_url=f"{settings.telegram_api_base_url}/file/bot",
        request=HTTPXRequest(connection_pool_size=32, connect_timeout=5, read_timeout=10, write_timeout=10),
        get_updates_request=HTTPXRequest(connect_timeout=5, read_timeout=40),
    )
