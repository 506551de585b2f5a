"""What a channel has to offer to the worker: a way to send. Each is one file in bot/handlers."""

from __future__ import annotations

from typing import Protocol

from bot.outbox import Claimed


class Sender(Protocol):
    """Sends letters over one channel."""

    async def send(self, letter: Claimed) -> str:
        """Send it and return the platform's id for it, or raise SendError."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
