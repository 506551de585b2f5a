"""The notice that is newer on a person's screen than the last reply: it takes their numbers, and their words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, text

from bot import registry
from bot.messages import COMMAND_MARK
from bot.store import Kind, Sending, outbox
from bot.understanding import Notice
from core import codes
from core.statement import Statement

_NEWER = Statement(
    select(outbox.c.id, outbox.c.content)
    .where(
        outbox.c.address_id == bindparam("address_id"),
        outbox.c.id > bindparam("screen"),
        or_(*(outbox.c.state == state for state in (Sending.SENT, Sending.DELIVERED, Sending.READ))),
        text(f"kind != '{Kind.REPLY.value}'"),  # written out: so that the index over notices is used
    )
    .order_by(outbox.c.id.desc())
    .limit(5)
)
_QUOTED = Statement(
    select(outbox.c.id, outbox.c.content).where(
        outbox.c.address_id == bindparam("address_id"),
        outbox.c.provider_id == bindparam("quoted"),
        text("provider_id IS NOT NULL"),  # written out: so that the index over them is used
    )
)
_CODE = re.compile(r"\b[0-9]{11}\b")
ASKED_FOR = frozenset({"close", "close_all", "accept", "sell"})
"""What a notice can ask for. Its other buttons only offer."""


def newer_notices(tx: Connection, address_id: int, screen: int) -> list[dict[str, Any]]:
    """Return the contents of the notices with choices that came after the reply with that outbox id, newest first."""
    found = _NEWER.all(tx, {"address_id": address_id, "screen": screen})
    return [row.content for row in found if row.content.get("choices")]


def quoted(tx: Connection, address_id: int, provider_id: str) -> Any:
    """Return the letter to this address that has the platform's id, as a row of id and content; None if none has."""
    return _QUOTED.first(tx, {"address_id": address_id, "quoted": provider_id})


def choices_of(content: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a letter shows as options, pairs of token and label; none once its words were blanked."""
    return [(payload, label) for label, payload in content.get("choices", ())]


def as_context(newer: Sequence[dict[str, Any]]) -> Notice | None:
    """Return what the newest notice asks for, and of which orders: of all newer ones that ask for the same."""
    told = [_told(content) for content in newer]
    if not told:
        return None
    conversation = told[0].conversation
    named = [code for notice in told if notice.conversation == conversation for code in notice.codes]
    return Notice(tuple(dict.fromkeys(named)), conversation)


def _told(content: dict[str, Any]) -> Notice:
    commands = [payload.removeprefix(COMMAND_MARK) for payload, _label in choices_of(content)]
    opened = [found for found in map(registry.opened_by, commands) if found is not None]
    asked_for = next((entry.name for entry, _rest in opened if entry.name in ASKED_FOR), "")
    named = _codes([rest for _entry, rest in opened]) or tuple(dict.fromkeys(_CODE.findall(content.get("text", ""))))
    return Notice(named, "close" if asked_for == "close_all" else asked_for)


def _codes(rests: Sequence[str]) -> tuple[str, ...]:
    found = (codes.normalise(rest.split()[0]) for rest in rests if rest)
    return tuple(dict.fromkeys(code for code in found if code is not None))
