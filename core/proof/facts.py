"""What a receipt tells: an order as its journal told it up to one movement. Nothing in it depends on a language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.order import Entry, Order
from core.proof.canonical import canonical, moment, stamp
from core.terms import Movement, Party, Status, Trade, Unit

VERSION = 1
MOST_STEPS = 0xFFFF
_ELEVEN_DIGITS = re.compile(r"[0-9]{11}")
_TOLD_ELSEWHERE = frozenset({"products", "buyer", "seller", "asked"})
"""What the first entry declares for the whole order."""


class BadFactsError(ValueError):
    """The bytes are no receipt's facts, or not in their one spelling."""


@dataclass(frozen=True, slots=True)
class Holder:
    """An agent as it was when the order was requested: who held the register entry then answers for it."""

    name: str
    ruc: str
    register: str


@dataclass(frozen=True, slots=True)
class Product:
    """A line's product. Its quantities are in the movements that declared them."""

    position: int
    name: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Step:
    """A movement: when, what, by whom, and what was declared."""

    at: datetime
    movement: Movement
    status: Status
    party: Party
    person: str
    channel: str
    declared: Mapping[str, Any] = field(default_factory=dict)

    @property
    def quantities(self) -> dict[int, Decimal]:
        """Return the declared quantities by position."""
        return {int(position): Decimal(text) for position, text in self.declared.get("lines", {}).items()}


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a receipt proves."""

    code: str
    trade: Trade
    buyer: Holder
    seller: Holder
    destination: str
    products: tuple[Product, ...]
    steps: tuple[Step, ...]
    """Oldest first; the last one is the movement that the receipt is of."""

    @property
    def number(self) -> int:
        """Return which movement of the order the receipt is of."""
        return len(self.steps)

    @property
    def status(self) -> Status:
        """Return the status that the order came to."""
        return self.steps[-1].status

    def agent(self, party: Party) -> Holder:
        """Return the agent on that side."""
        return self.buyer if party is Party.BUYER else self.seller

    def to_bytes(self) -> bytes:
        """Return the facts in their one spelling."""
        return canonical(
            {
                "v": VERSION,
                "code": self.code,
                "trade": self.trade.value,
                "buyer": _from_holder(self.buyer),
                "seller": _from_holder(self.seller),
                "destination": self.destination,
                "products": [[one.position, one.name, one.unit.value] for one in self.products],
                "steps": [_from_step(step) for step in self.steps],
            }
        )

    @classmethod
    def from_bytes(cls, written: bytes) -> Facts:
        """Return the facts that were written, or raise BadFactsError: also when they are spelled in another way."""
        try:
            facts = _read(json.loads(written))
            same = facts.to_bytes() == written
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError) as bad:
            raise BadFactsError("these are no receipt's facts") from bad
        if not same:
            raise BadFactsError("these facts are not in their one spelling")
        return facts


def facts_of(order: Order, entries: Sequence[Entry]) -> Facts:
    """Return what a receipt of the last of these entries tells; all of the order's entries up to it, oldest first.

    Names come from the journal, not from the register of today; so the same entries always make the same facts.
    """
    first = entries[0].declared
    return Facts(
        code=order.code,
        trade=order.trade,
        buyer=_holder(first["buyer"]),
        seller=_holder(first["seller"]),
        destination=order.destination,
        products=tuple(
            Product(line.position, first["products"][str(line.position)], line.unit) for line in order.lines
        ),
        steps=tuple(_step(entry) for entry in entries),
    )


def _step(entry: Entry) -> Step:
    declared = {key: value for key, value in entry.declared.items() if key not in _TOLD_ELSEWHERE and value}
    return Step(entry.at, entry.movement, entry.status, entry.party, entry.person_name, entry.channel, declared)


def _holder(snapshot: Mapping[str, str]) -> Holder:
    return Holder(snapshot["name"], snapshot["ruc"], snapshot["register"])


def _from_holder(holder: Holder) -> dict[str, str]:
    return {"name": holder.name, "ruc": holder.ruc, "register": holder.register}


def _from_step(step: Step) -> dict[str, Any]:
    return {
        "at": stamp(step.at),
        "movement": step.movement.value,
        "status": step.status.value,
        "party": step.party.value,
        "person": step.person,
        "channel": step.channel,
        "declared": dict(step.declared),
    }


def _read(written: dict[str, Any]) -> Facts:
    if not 0 < len(written["steps"]) <= MOST_STEPS:
        raise BadFactsError("a receipt is of a movement")
    return Facts(
        code=_code(written["code"]),
        trade=Trade(written["trade"]),
        buyer=_holder(written["buyer"]),
        seller=_holder(written["seller"]),
        destination=_text(written["destination"]),
        products=tuple(Product(position, _text(name), Unit(unit)) for position, name, unit in written["products"]),
        steps=tuple(_read_step(step) for step in written["steps"]),
    )


def _read_step(written: dict[str, Any]) -> Step:
    step = Step(
        moment(written["at"]),
        Movement(written["movement"]),
        Status(written["status"]),
        Party(written["party"]),
        _text(written["person"]),
        _text(written["channel"]),
        written["declared"],
    )
    _ = step.quantities  # raises where one cannot be read
    return step


def _code(written: Any) -> str:
    if not _ELEVEN_DIGITS.fullmatch(_text(written)):
        raise BadFactsError(f"{written!r} is no authorization code")
    return str(written)


def _text(written: Any) -> str:
    if not isinstance(written, str):
        raise BadFactsError(f"{written!r} is no text")
    return written
