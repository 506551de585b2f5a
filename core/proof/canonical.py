"""One way to write facts as bytes, so that equal facts have equal bytes and a hash or signature means them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

_PLAIN = frozenset({str, int, bool, type(None)})
_ONE_SPELLING = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode
STAMP = "%Y-%m-%dT%H:%M:%SZ"


def canonical(facts: Any) -> bytes:
    """Return the facts as JSON: keys in order, no spaces, ASCII only. A float is an error: it has no one spelling."""
    _check(facts)
    return _ONE_SPELLING(facts).encode("ascii")


def _check(facts: Any) -> None:
    if isinstance(facts, dict):
        if not all(isinstance(key, str) for key in facts):
            raise TypeError("a key that is no text has no one spelling")
        facts = facts.values()
    elif not isinstance(facts, list | tuple):
        if facts is not None and not isinstance(facts, str | int):
            raise TypeError(f"{type(facts).__name__} has no canonical form")
        return
    for fact in facts:
        if type(fact) not in _PLAIN:  # nearly all are: a call for each would cost more than the spelling
            _check(fact)


def stamp(at: datetime) -> str:
    """Return a moment in UTC, to the second."""
    return at.astimezone(UTC).strftime(STAMP)


def moment(text: str) -> datetime:
    """Return the moment that a stamp says."""
    return datetime.strptime(text, STAMP).replace(tzinfo=UTC)
