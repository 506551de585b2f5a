"""A message as it was heard: a row of mentions, each a phrase, a number, a name or a thing known by its form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bot.understanding.dates import Days
from bot.understanding.names import Match

SIGN, OTHER, NUMBER, CODE, DATE, HOUR, BRAND, NAME = "sign", "other", "number", "code", "date", "hour", "brand", "name"
FUEL = "fuel"
CLAUSE_ENDS = frozenset(".;!?¡¿\n:,")


@dataclass(slots=True)
class Mention:
    """One thing in a message."""

    kinds: frozenset[str]
    text: str
    start: int
    end: int
    value: Decimal | str | Days | Match | tuple[str, ...] | None = None
    filler: bool = False
    exact: bool = True

    def has(self, *kinds: str) -> bool:
        """Say whether it is of one of these kinds."""
        return not self.kinds.isdisjoint(kinds)

    @property
    def number(self) -> Decimal | None:
        """Return the number that it is, or None."""
        return self.value if isinstance(self.value, Decimal) else None


@dataclass(slots=True)
class Heard:
    """A message and what is mentioned in it."""

    text: str
    mentions: list[Mention]
    too_long: bool = False
    today: date | None = None
    known: set[str] = field(default_factory=set)
    """Every kind that is mentioned."""

    def of(self, *kinds: str) -> list[Mention]:
        """Return the mentions of these kinds, in order."""
        if self.known.isdisjoint(kinds):
            return []
        return [mention for mention in self.mentions if mention.has(*kinds)]

    def has(self, *kinds: str) -> bool:
        """Say whether something of these kinds is mentioned."""
        return not self.known.isdisjoint(kinds)

    def said(self, *mentions: Mention) -> str:
        """Return the part of the message from the first of the mentions to the last."""
        if not mentions:
            return ""
        return self.text[min(one.start for one in mentions) : max(one.end for one in mentions)]

    def clauses(self) -> Iterator[list[Mention]]:
        """Yield the parts between signs."""
        part: list[Mention] = []
        for mention in self.mentions:
            if mention.text in CLAUSE_ENDS:
                if part:
                    yield part
                part = []
            else:
                part.append(mention)
        if part:
            yield part

    @property
    def words(self) -> list[Mention]:
        """Return everything but signs."""
        return [mention for mention in self.mentions if SIGN not in mention.kinds]

    @property
    def unknown(self) -> int:
        """Return how many words mean nothing here."""
        return sum(1 for mention in self.mentions if mention.has(OTHER))
