"""What a channel has to offer to the worker: a way to send. Each is one file in bot/handlers."""

from __future__ import annotations

from typing import Protocol

from bot.letters import Claimed


class Sender(Protocol):
    """Sends letters over one channel."""

    can_be_asked: bool
    """Whether the platform can be asked about a letter that it may have taken."""

    async def send(self, letter: Claimed) -> str:
        """Send what is not sent of it, and return the platform's id for it, or raise SendError."""
        ...

    async def look_up(self, letter: Claimed) -> str | None:
        """Return the platform's id for a letter that may have been sent, None if it surely was not.

        Raises CannotTellError where the platform cannot be asked.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
