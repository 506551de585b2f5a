"""Numbers in digits and in words: 20, 1,000, veinte, treinta y cinco, two hundred."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]{1,3})?")


def in_digits(text: str) -> Decimal | None:
    """Return the number that is written in digits; a comma groups thousands, a dot begins decimals."""
    if _GROUPED.fullmatch(text):
        return Decimal(text.replace(",", ""))
    if len(text) <= 12 and _PLAIN.fullmatch(text):
        return Decimal(text)
    return None


def in_words(values: Sequence[int]) -> tuple[Decimal, int]:
    """Return the number that the first words make together, and how many words that takes.

    Thirty and five are one number, five and thirty are two: what cannot be added begins another number.
    """
    total, current, used = 0, values[0], 1
    smallest = values[0]
    for value in values[1:]:
        if value == 1000 and current:
            total, current, smallest = total + current * 1000, 0, 1000
        elif value == 100 and 0 < current < 10:
            current, smallest = current * 100, 100
        elif value < smallest and _fits(value, smallest):
            current, smallest = current + value, value
        else:
            break
        used += 1
    return Decimal(total + current), used


def _fits(value: int, smallest: int) -> bool:
    """Say whether a smaller part may follow: units after tens from twenty on, anything below a hundred after it."""
    if smallest == 1000:
        return True
    if smallest >= 100:
        return value < 100
    return smallest >= 20 and smallest % 10 == 0 and 0 < value < 10
