"""A letter: a message with its address, on its way out; and what may become of sending one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, NamedTuple

from bot.messages import Outgoing
from bot.store import Kind, Reach, Urgency


class Letter(NamedTuple):
    """A message with its address."""

    address_id: int
    channel: str
    address: str
    kind: Kind
    message: Outgoing
    dedupe_key: str | None = None
    """What makes it the same letter: a second one with the same key is not posted."""
    lasts: timedelta | None = None
    """How long it is worth sending; None: as long as its kind."""
    locale: str = ""
    critical: bool = False
    """Whether a reply is proof of something registered; notices and reminders are critical anyway."""
    purpose: Purpose | None = None


class Purpose(NamedTuple):
    """Whom a notice or a reminder is meant for and what it is about: with it, it can be told to them elsewhere."""

    subject: str
    person_id: int
    agent_id: int
    order_id: int | None = None
    urgency: Urgency = Urgency.NOTICE


@dataclass(frozen=True)
class Claimed:
    """A letter that this worker may send now."""

    id: int
    channel: str
    address: str
    kind: Kind
    message: Outgoing
    attempts: int
    address_id: int = 0
    locale: str = ""
    critical: bool = False
    doubts: int = 0
    """How many times its sending ended without anybody knowing whether it arrived."""
    last_error: str = ""
    """Why the last sending failed; empty if there was none, or its worker died of it."""
    parts_sent: int = 0
    """How many of its parts the platform took already: sending goes on after them."""
    outside: bool = False
    """Whether the platform refused it because the person's 24 hours were over."""
    last_inbound_at: datetime | None = None
    """When the person last wrote from this address."""
    reach: Reach = Reach.ACTIVE
    order_id: int | None = None
    person_id: int | None = None
    agent_id: int | None = None
    content: dict[str, Any] | None = None
    """As it is stored: what a reminder is written from when it leaves."""
    repeated: bool = False
    """Whether it may have arrived before: then it says so."""


class Fate(Enum):
    """What a failed sending means for the letter."""

    TEMPORARY = "temporary"
    """It surely did not arrive; it is tried again later."""
    PERMANENT = "permanent"
    """It will never arrive here."""
    DOUBTFUL = "doubtful"
    """It may have arrived: the request left and no answer came."""
    SHUT = "shut"
    """Nothing but an approved template may be sent to this person now, and there is none that says this."""
    MISCONFIGURED = "misconfigured"
    """The bot's own settings at the platform are wrong: somebody must be alarmed; the letter waits."""


class SendError(Exception):
    """A channel could not send; carries the one decision that matters."""

    def __init__(
        self,
        reason: str,
        fate: Fate = Fate.TEMPORARY,
        *,
        reach: Reach | None = None,
        retry_after: timedelta | None = None,
        parts: int = 0,
    ) -> None:
        super().__init__(reason)
        self.fate = fate
        self.reach = reach
        """What the failure says about the address, if it says something."""
        self.retry_after = retry_after
        """How long the platform wants this chat to be left alone."""
        self.parts = parts
        """How many parts of the message it took before it failed."""
        self.was_copy = False
        """Whether it was a copy, marked as such, of what may have arrived before."""


class CannotTellError(Exception):
    """The platform cannot be asked whether it has a letter, or does not answer."""
