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
    verb: bool = False
    """Whether a verb says that it came."""
    more: bool = False
    """Whether it came besides: "10 en la mañana y 8 en la tarde", "bajaron 10, otros 8"."""
    sound: bool = False
    """Whether it is said to be in order: "los otros 15 bien"."""


def settled(line: LineSeen, claims: Sequence[Claim]) -> Decimal | None:
    """Return how many of a line came by all that is told of it, or None where that contradicts itself."""
    final = [one for one in claims if one.sort is Sort.FINAL]
    if final:
        return final[-1].amount
    lacking = _sum([one for one in claims if one.sort is Sort.LACKS])
    told = [one for one in claims if one.sort is not Sort.LACKS]
    if not told and len(claims) == 2 and lacking == line.quantity:
        return claims[-1].amount  # "uno menos, son 19"
    if not told:
        return line.quantity - lacking
    came = _came(line, told)
    if not lacking or came + lacking == line.quantity:
        return came
    return line.quantity - lacking if came == line.quantity else None  # "llegaron 20 menos 2"


def _came(line: LineSeen, told: Sequence[Claim]) -> Decimal:
    """Return the amount that came: the last, or of two that make the whole line the one that is said to."""
    total = sum((one.amount for one in told), Decimal(0))
    if len(told) > 2 and told[-1].amount * 2 == total:
        return told[-1].amount  # "9 y luego 6, son 15"
    if len(told) > 1 and all(one.more for one in told[1:]) and total <= line.quantity:
        return total
    amounts = list(dict.fromkeys(one.amount for one in told))
    if len(amounts) > 1 and sum(amounts, Decimal(0)) == line.quantity:
        others = [one.amount for one in told if one.sort is Sort.OTHERS and one.sound]
        came = [one.amount for one in told if one.sort is Sort.CAME]
        by_verb = [one.amount for one in told if one.verb and one.sort is Sort.CAME]
        return (others or by_verb or came or amounts)[-1]
    return told[-1].amount


def _sum(lacking: Sequence[Claim]) -> Decimal:
    """Add what lacks; an amount that is told twice lacks once."""
    total = Decimal(0)
    for place, claim in enumerate(lacking):
        if claim.again or all(claim.amount != before.amount for before in lacking[:place]):
            total += claim.amount
    return total
