"""What lines of goods say together: a brand of several, amounts before their brands, a sum before its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise, takewhile

from bot.understanding.heard import BRAND, NUMBER, Mention
from bot.understanding.item import Item

_EACH = frozenset({"los dos", "las dos", "ambos", "ambas", "todo", "todos", "todas", "both", "all"})
_PURE = frozenset({"puro", "puros", "pura", "puras"})


def together(found: list[Item], mentions: Sequence[Mention]) -> list[Item]:
    """Return the lines with what they share, and those put together that are one."""
    found = _like_before(_shared_brand(_joined(_paired(found)), mentions))
    return _split(_shared_size(_said_twice(found), mentions))


def _paired(found: list[Item]) -> list[Item]:
    """Return the lines of which the amounts are said first, and then the brands: "quince y diez, joyce y proust"."""
    amounts = list(takewhile(lambda one: one.quantity is not None and not (one.size or one.brand or one.fuel), found))
    ahead = found[len(amounts) : 2 * len(amounts)]
    if len(amounts) < 2 or len(ahead) < len(amounts) or any(one.quantity is not None or not one.brand for one in ahead):
        return found
    pairs = [
        replace(one, brand=two.brand, size=two.size, mentions=[*one.mentions, *two.mentions])
        for one, two in zip(amounts, ahead, strict=True)
    ]
    return [*pairs, *found[2 * len(amounts) :]]


def _joined(found: Sequence[Item]) -> list[Item]:
    """Put a part without a number of its own beside the one before it: "20 de 10, joyce"."""
    joined: list[Item] = []
    for item in found:
        last = joined[-1] if joined else None
        if last is not None and item.quantity is None and _completes(last, item):
            last.size = last.size or item.size
            last.brand = last.brand or item.brand
            last.fuel = last.fuel or item.fuel
            last.mentions += item.mentions
        elif last is not None and last.quantity is None and last.total is None and _completes(last, item):
            item.size = last.size or item.size
            item.brand = last.brand or item.brand
            item.fuel = last.fuel or item.fuel
            item.mentions = last.mentions + item.mentions
            joined[-1] = item
        else:
            joined.append(item)
    return joined


def _completes(last: Item, item: Item) -> bool:
    return not (last.size and item.size) and not (last.brand and item.brand) and not (last.fuel and item.fuel)


def _shared_brand(found: list[Item], mentions: Sequence[Mention]) -> list[Item]:
    """Let a brand count for each line that it stands before: "joyce: 20 de 10 y 5 de 45"."""
    branded = [item for item in found if item.brand is not None]
    brand = found[-1].brand if found else None
    if len(branded) == 1 and brand is not None and _said_of_all(mentions, brand):
        for item in found:
            item.brand = brand
    if branded and found[0] is branded[0] and all(item.mentions[0].has(BRAND) for item in branded):
        for last, item in pairwise(found):
            item.brand = item.brand or last.brand  # joyce: 20 de 10, 5 de 45; proust: 6 de 10
    return found


def _said_of_all(mentions: Sequence[Mention], brand: Mention) -> bool:
    """Say whether "todo joyce", "todo en joyce" or "joyce los dos" names the brand of every line."""
    said = [one for one in mentions if one.text not in ("en", "de", "marca", "in")]
    return any(
        ((one.has("all") or one.text in _PURE) and two is brand)
        or (one is brand and two.has("all") and two.text in _EACH)
        for one, two in pairwise(said)
    )


def _like_before(found: list[Item]) -> list[Item]:
    """Return the lines with what is the same as in the line before: "20 joyce de 10 y 5 proust del mismo tamaño"."""
    for last, item in pairwise(found):
        if "same.size" in item.like:
            item.size = item.size or last.size
        if "same.brand" in item.like:
            item.brand = item.brand or last.brand
    return found


def _said_twice(found: list[Item]) -> list[Item]:
    """Return the lines without a bare number that the next one says again: "20 20 de 10"."""
    again = [
        one
        for one, two in pairwise(found)
        if not (one.size or one.brand or one.fuel or one.total) and one.quantity == two.quantity
    ]
    return [one for one in found if one not in again] if len(found) > 1 else found


def _shared_size(found: list[Item], mentions: Sequence[Mention]) -> list[Item]:
    """Let the size of "todos de 10" count for each line: "20 joyce y 20 proust, ambos de 10"."""
    sized = [item for item in found if item.size is not None]
    said = [one for one in mentions if one.text not in ("de", "a", "x", "of", "los")]
    of_all = any(one.text in _EACH and two.has(NUMBER) for one, two in pairwise(said))
    if len(found) > 1 and len(sized) == 1 and sized[0] is found[-1] and of_all:
        for item in found:
            item.size = sized[0].size
    return found


def _split(found: list[Item]) -> list[Item]:
    """Return the lines without the sum that goes before them: "200 de 10: 100 joyce y 100 proust" is two lines."""
    whole, parts = (found[0], found[1:]) if len(found) > 2 else (None, [])
    if whole is None or whole.brand or whole.fuel or whole.quantity is None:
        return found
    if any(item.brand is None for item in parts):
        return found
    if sum((item.quantity or Decimal(0) for item in parts), Decimal(0)) != whole.quantity:
        return found
    for item in parts:
        item.size = item.size or whole.size
    return parts
