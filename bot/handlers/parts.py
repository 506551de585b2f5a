"""A letter in several parts: one after another at the pace of one chat, going on where an earlier try ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from bot.letters import Fate, SendError

PATIENCE = 20
"""Seconds after which the rest of a letter is left to the next try: a try must end before its lease does."""

Part = TypeVar("Part")


async def send_parts(parts: Sequence[Part], taken: int, gap: float, send: Callable[[Part], Awaitable[str]]) -> str:
    """Send what is not taken yet and return the platform's id of the last part.

    Raises SendError with the number of parts that the platform took this time. `gap` is in seconds.
    """
    provider_id = ""
    begun = time.monotonic()
    for number, part in enumerate(parts[first_of(parts, taken) :]):
        if number and time.monotonic() - begun > PATIENCE:
            raise SendError("the rest of a long letter waits", Fate.TEMPORARY, parts=number)
        if number and gap:
            await asyncio.sleep(gap)
        try:
            provider_id = await send(part)
        except SendError as error:
            error.parts = number
            raise
    return provider_id


def first_of(parts: Sequence[object], taken: int) -> int:
    """Return which part is sent first; the last one is never left out."""
    return min(taken, len(parts) - 1)
