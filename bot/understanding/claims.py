"""What a report claims of each line of an order: so many came, so many lack, it is to be closed with so many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from bot.understanding.context import LineSeen


class Sort(Enum):
    """How an amount is meant."""

    CAME = "came"
    LACKS = "lacks"
    OTHERS = "others"
    """What is told of "los otros dos", after an amount that came."""
    FINAL = "final"
    """Said in place of all before it: "cierre con 19", "o sea 38"."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An amount that is told of a line."""

    position: int
    amount: Decimal
    sort: Sort
    said: str
    again: bool = False
    """Whether it is another one like the one before: "y otro no vino"."""


def settled(line: LineSeen, claims: Sequence[Claim]) -> Decimal | None:
    """Return how many of a line came by all that is told of it, or None where that contradicts itself."""
    final = [one for one in claims if one.sort is Sort.FINAL]
    if final:
        return final[-1].amount
    came = [one.amount for one in claims if one.sort is Sort.CAME]
    others = [one.amount for one in claims if one.sort is Sort.OTHERS]
    lacking = _sum([one for one in claims if one.sort is Sort.LACKS])
    if came and others and came[-1] + others[-1] == line.quantity:
        return came[-1]
    came += others
    if not came:
        return line.quantity - lacking
    if not lacking or came[-1] + lacking == line.quantity:
        return came[-1]
    if came[-1] == line.quantity:
        return line.quantity - lacking  # "llegaron 20 menos 2"
    return None


def _sum(lacking: Sequence[Claim]) -> Decimal:
    """Add what lacks; an amount that is told twice lacks once."""
    total = Decimal(0)
    for place, claim in enumerate(lacking):
        if claim.again or all(claim.amount != before.amount for before in lacking[:place]):
            total += claim.amount
    return total
