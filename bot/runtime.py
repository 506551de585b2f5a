"""What every part of the running bot shares: the database, which channels are on, the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.hours import DEFAULT_HOURS, Hours
from bot.i18n import DEFAULT
from bot.pace import Pace
from core import clock
from core.db import Database


@dataclass(frozen=True)
class Runtime:
    """Made once per process, and by tests with a clock of their own."""

    database: Database
    channels: frozenset[str] = frozenset()
    """The channels over which messages can leave."""
    locale: str = DEFAULT
    """Spoken to those who have not chosen."""
    paces: Mapping[str, Pace] = field(default_factory=dict)
    """How fast each channel may be used; one that is not named has no limit."""
    whatsapp_number: str = ""
    hours: Hours = DEFAULT_HOURS
    """When people are reminded."""
    clock: Callable[[], datetime] = field(default=clock.now)

    def join_links(self, code: str) -> str:
        """Return where the invited person taps to join, one link a line; empty when no channel has links."""
        if not self.whatsapp_number:
            return ""
        return f"https://wa.me/{self.whatsapp_number.lstrip('+')}?text=ALTA%20{code}"
