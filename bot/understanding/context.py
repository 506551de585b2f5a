"""What a message is said into: who writes, what is open, what the person may act on. Only values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class Expected(StrEnum):
    """What kind of answer a question takes."""

    CONFIRM = "confirm"
    CHOICE = "choice"
    ORDER = "order"
    QUANTITY = "quantity"
    DOCUMENT = "document"
    DAY = "day"
    DAYS = "days"
    WORDS = "words"


_BY_KEY = {
    "confirm": Expected.CONFIRM,
    "order": Expected.ORDER,
    "quantity": Expected.QUANTITY,
    "gallons": Expected.QUANTITY,
    "received": Expected.QUANTITY,
    "document": Expected.DOCUMENT,
    "invoice": Expected.DOCUMENT,
    "delivery": Expected.DAY,
    "days": Expected.DAYS,
    "reason": Expected.WORDS,
    "comment": Expected.WORDS,
    "purchase": Expected.WORDS,
    "name": Expected.WORDS,
    "code": Expected.WORDS,
}


def expected_of(key: str) -> Expected:
    """Return what a question takes, by its key: "quantity 2" takes a quantity. Unknown keys take a choice."""
    return _BY_KEY.get(key.split(" ", maxsplit=1)[0], Expected.CHOICE)


@dataclass(frozen=True, slots=True)
class LineSeen:
    """A line of an order, as far as it matters here."""

    position: int
    brand: str
    size: str
    quantity: Decimal
    """What stands now: what can be received, accepted or sold at most."""

    @property
    def name(self) -> str:
        """Return what people call it."""
        return " ".join(part for part in (self.brand, self.size) if part)


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """An order that the person may see."""

    code: str
    counterpart: str
    """The other side's name."""
    status: str
    can: frozenset[str] = frozenset()
    """The conversations that can be held about it now by this person: close, accept, sell, reject, annul, arrive."""
    lines: Sequence[LineSeen] = ()


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """The question on the screen."""

    conversation: str
    key: str
    options: tuple[tuple[str, str], ...] = ()
    """Pairs of what is answered and its label."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """What was answered or taken before, by key."""

    @property
    def expects(self) -> Expected:
        """Return what kind of answer it takes."""
        return expected_of(self.key)


@dataclass(frozen=True, slots=True)
class Notice:
    """The last reminder or notice, if nothing was said since."""

    codes: tuple[str, ...]
    conversation: str = ""
    """The conversation that it asks for: close for a reminder, accept for a new order."""


@dataclass(frozen=True, slots=True)
class Acting:
    """An agent for which the person acts."""

    id: int
    name: str
    buys: bool = False
    sells: bool = False


class Context(Protocol):
    """What `understand` may look at. Each is looked at only when the words make it matter, so it may be read late."""

    @property
    def language(self) -> str:
        """Return the locale: es_PE or en."""

    @property
    def today(self) -> date:
        """Return the calendar day in Lima."""

    @property
    def open(self) -> OpenQuestion | None:
        """Return the question on the screen, or None when idle."""

    @property
    def notice(self) -> Notice | None:
        """Return the last reminder or notice."""

    @property
    def agents(self) -> Sequence[Acting]:
        """Return for whom the person acts."""

    @property
    def orders(self) -> Sequence[OrderSeen]:
        """Return the open orders that the person may see, the longest waiting first."""

    @property
    def brands(self) -> Sequence[tuple[str, str]]:
        """Return the brands: tokens of the request conversation, and names."""

    @property
    def sellers(self) -> Sequence[tuple[str, str]]:
        """Return who may sell to the person: tokens of the request conversation, and names."""

    @property
    def sizes(self) -> Sequence[str]:
        """Return the names of the sizes that can be ordered: 10 kg."""


@dataclass(frozen=True)
class GivenContext:
    """A context of which everything is given."""

    today: date
    language: str = "es_PE"
    open: OpenQuestion | None = None
    notice: Notice | None = None
    agents: tuple[Acting, ...] = ()
    orders: tuple[OrderSeen, ...] = ()
    brands: tuple[tuple[str, str], ...] = ()
    sellers: tuple[tuple[str, str], ...] = ()
    sizes: tuple[str, ...] = ("3 kg", "5 kg", "10 kg", "15 kg", "45 kg", "24 lb", "100 lb")
