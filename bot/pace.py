"""How fast a channel may be used: platforms drop or punish what comes faster. All workers share what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store import paces

STEADY = 0.9
"""Of the allowed rate; the rest is what may leave at once, so that no second ever sees more than is allowed."""


@dataclass(frozen=True)
class Pace:
    """The platform's limits: Telegram 30 a second and one a second to a chat; WhatsApp 80 a second by Twilio."""

    per_second: float
    chat_gap: timedelta
    """Between two messages to the same chat."""
    reminder_gap: timedelta = timedelta()
    """The same before a reminder: WhatsApp counts what one person gets (about one in six seconds for long)."""

    @property
    def at_once(self) -> float:
        """Return how much may leave in one moment."""
        return max(1.0, self.per_second * (1 - STEADY))


_ADD = {
    dialect.dialect().name: dialect.insert(paces).on_conflict_do_nothing(index_elements=["channel"])
    for dialect in (sqlite, postgresql)
}
_FIND = select(paces.c.tokens, paces.c.at).where(paces.c.channel == bindparam("this")).with_for_update()
_SPEND = (
    paces.update().where(paces.c.channel == bindparam("this")).values(tokens=bindparam("left"), at=bindparam("moment"))
)


def allowance(tx: Connection, channel: str, pace: Pace, at: datetime) -> float:
    """Return how many letters may leave now, with the count locked until the transaction ends."""
    row = tx.execute(_FIND, {"this": channel}).first()
    if row is None:
        tx.execute(_ADD[tx.dialect.name], {"channel": channel, "tokens": pace.at_once, "at": at})
        row = tx.execute(_FIND, {"this": channel}).one()
    elapsed = (at - row.at).total_seconds()
    if elapsed < 0:  # the clock was set back: count from now on, do not wait until it is there again
        spend(tx, channel, row.tokens, at)
        elapsed = 0.0
    tokens: float = row.tokens + elapsed * pace.per_second * STEADY
    return min(pace.at_once, tokens)


def spend(tx: Connection, channel: str, left: float, at: datetime) -> None:
    """Note what is left."""
    tx.execute(_SPEND, {"this": channel, "left": left, "moment": at})
