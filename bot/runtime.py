"""What every part of the running bot shares: the database, which channels are on, the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.hours import DEFAULT_HOURS, Hours
from bot.i18n import DEFAULT
from bot.pace import Pace
from bot.receipts.issuing import NO_RECEIPTS, Receipts
from bot.reports.links import Links
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
    telegram_name: Callable[[], str] = field(default=lambda: "")
    """Says the bot's username at Telegram, once it is known."""
    hours: Hours = DEFAULT_HOURS
    """When people are reminded."""
    receipts: Receipts = NO_RECEIPTS
    """What signs receipts."""
    clock: Callable[[], datetime] = field(default=clock.now)

    @property
    def reports(self) -> Links:
        """Return what signs the links of reports: with the key of the receipts."""
        return Links(self.receipts.keyring, self.receipts.address)

    def join_links(self, code: str) -> str:
        """Return where the invited person taps to join, one link a line; empty when no channel has links."""
        links = []
        if self.whatsapp_number:
            links.append(f"https://wa.me/{self.whatsapp_number.lstrip('+')}?text=ALTA%20{code}")
        if "telegram" in self.channels and (name := self.telegram_name()):
            links.append(f"https://t.me/{name}?start={code}")
        return "\n".join(links)
