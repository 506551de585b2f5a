"""The journal's chain: each entry of an order is hashed together with the hash of the one before it.

The first one is hashed with the order's code, and the order keeps the last hash (its head). So an entry that was
changed, added, moved to another order or taken away is found by reading the order again, and the first is named.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from core.proof.canonical import canonical

VERSION = 1
HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it is chained: every column that the journal keeps of it, words as they are stored."""

    order_id: int
    number: int
    at: datetime
    movement: str
    status: str
    party: str
    agent_id: int
    person_id: int
    person_name: str
    channel: str
    declared: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        """Return the entry in its one spelling."""
        return canonical(
            {
                "v": VERSION,
                "order": self.order_id,
                "number": self.number,
                "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "movement": str(self.movement),
                "status": str(self.status),
                "party": str(self.party),
                "agent": self.agent_id,
                "person": self.person_id,
                "name": self.person_name,
                "channel": self.channel,
                "declared": dict(self.declared),
            }
        )


def start(code: str) -> bytes:
    """Return what an order's first entry is chained to."""
    return hashlib.sha256(b"scopbot journal 1\n" + code.encode()).digest()


def chained(previous: bytes, link: Link) -> bytes:
    """Return the hash of an entry: H(previous hash, entry)."""
    return hashlib.sha256(previous + link.to_bytes()).digest()


class Fault(StrEnum):
    """What is wrong with an entry."""

    ALTERED = "altered"
    """The entry, or its hash, is not what was written."""
    MISSING = "missing"
    """There must have been an entry with this number."""
    UNREADABLE = "unreadable"
    """It holds something that nobody can have written there."""
    CONTRADICTED = "contradicted"
    """It is the last one, and the order's row or lines say something else than the journal."""
    STRAY = "stray"
    """It belongs to no order."""


@dataclass(frozen=True, slots=True)
class Bad:
    """The first bad entry of an order."""

    code: str
    number: int
    fault: Fault


def first_bad(code: str, entries: Iterable[tuple[Link, bytes | None]], head: bytes | None) -> Bad | None:
    """Walk an order's entries by number, each with its stored hash; name the first bad one, or return None.

    With `head`, the order's last hash, a missing end is found too.
    """
    expected, number = start(code), 1
    for link, stored in entries:
        if link.number != number:
            return Bad(code, number, Fault.MISSING if link.number > number else Fault.ALTERED)
        try:
            expected = chained(expected, link)
        except (TypeError, ValueError, AttributeError):
            return Bad(code, number, Fault.UNREADABLE)
        if stored != expected:
            return Bad(code, number, Fault.ALTERED)
        number += 1
    return None if head == expected else Bad(code, number, Fault.MISSING)
