"""Lines of an order that are said anew or summed up: "ponme 20, no mejor 18", "30 de diez, 15 joyce y 15 proust"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.understanding.dates import Days
from bot.understanding.denying import without_denied
from bot.understanding.heard import NUMBER, Heard, Mention
from bot.understanding.item import Item
from bot.understanding.lines import items

ANEW = frozenset(
    {"mejor", "mejor que sean", "que sean", "digo", "quise decir", "quiero decir", "me equivoque", "corrijo", "sino"}
    | {"mejor dicho", "perdon", "mentira", "mentiras", "no mentira", "no espera", "espera no", "ay no", "uy no"}
    | {"en realidad", "en verdad", "make it", "make that", "actually", "i mean", "sorry", "no wait", "rather"}
)
_SUMS = frozenset({"o sea", "osea", "es decir", "total", "en total", "son", "serian", "that is", "in total"})


def amended(heard: Heard, sizes: Sequence[str], used: Sequence[Mention] = ()) -> list[Item]:
    """Return the lines of an order as they are meant in the end."""
    heard = without_denied(heard)
    said = _wanted(heard, items(heard, sizes, used))
    if len(said) < 2:
        return said
    place = _said_anew_at(heard)
    if place is not None:
        before = _of(heard, heard.mentions[:place], sizes, used)
        again = _of(heard, heard.mentions[place + 1 :], sizes, used)
        if before and any(item.quantity is not None for item in again):
            return _replaced(before, again)
    return _summed(heard, _broken_down(said))


def _wanted(heard: Heard, said: list[Item]) -> list[Item]:
    """Return the lines without what is only named to say that it is not wanted, or is somebody else's.

    "No quiero Proust, mándeme 20 Joyce"; a line without an amount stays where nothing speaks against it.
    """
    if not any(item.quantity is not None for item in said):
        return said
    said = [item for item in said if not _was_before(heard, item)]
    return [item for item in said if item.quantity is not None or not _is_put_aside(heard, item)]


def _was_before(heard: Heard, item: Item) -> bool:
    """Say whether its clause tells of an order of a day that is over: "ayer pedí 20, hoy quiero 12"."""
    clause, _place = _clause_of(heard, item)
    days = [one.value for one in clause if isinstance(one.value, Days)]
    gone = any(heard.today is not None and one.last < heard.today for one in days)
    return gone and any(one.has("request.tells") for one in clause)


def _is_put_aside(heard: Heard, item: Item) -> bool:
    """Say whether its clause denies it, or tells of others."""
    clause, place = _clause_of(heard, item)
    return any(one.has("negation", "no", "others") or one.text in ("ni", "nor") for one in clause[:place])


def _clause_of(heard: Heard, item: Item) -> tuple[list[Mention], int]:
    """Return the clause in which a line begins, and where in it."""
    for clause in heard.clauses():
        places = [place for place, one in enumerate(clause) if any(one is mention for mention in item.mentions)]
        if places:
            return clause, places[0]
    return [], 0


def _of(heard: Heard, mentions: list[Mention], sizes: Sequence[str], used: Sequence[Mention]) -> list[Item]:
    return items(replace(heard, mentions=mentions), sizes, used)


def _said_anew_at(heard: Heard) -> int | None:
    """Return the last place where something counted is said again: "no mejor", "mentira", "digo", "20 no, 18"."""
    for place in range(len(heard.mentions) - 2, 0, -1):
        mention, before, after = heard.mentions[place], heard.mentions[:place], heard.mentions[place + 1 :]
        denied = mention.text == "no" and before[-1].has(NUMBER, "unit", "brand") and _first(after).has(NUMBER)
        besides = after[0].has("and", "change.add", "more")  # "y mejor también 5 de 45"
        if besides or not (mention.text in ANEW or denied):
            continue
        if any(one.has(NUMBER) for one in before) and any(one.has(NUMBER) for one in after):
            return place
    return None


def _first(mentions: Sequence[Mention]) -> Mention:
    return next((one for one in mentions if not one.has("sign", "small", "polite")), mentions[-1])


def _replaced(before: list[Item], again: Sequence[Item]) -> list[Item]:
    """Put what is said again in place of the line that it can mean, the last before if it says nothing but how many."""
    for item in again:
        fitting = [place for place, old in enumerate(before) if _fits(item, old)]
        place = fitting[-1] if fitting else len(before) - 1 if len(before) == 1 else None
        if place is None:
            before.append(item)
            continue
        old = before[place]
        before[place] = replace(
            item,
            quantity=item.quantity if item.quantity is not None else old.quantity,
            size=item.size or old.size,
            brand=item.brand or old.brand,
            fuel=item.fuel or old.fuel,
            mentions=[*old.mentions, *item.mentions],
        )
    return before


def _fits(item: Item, old: Item) -> bool:
    same_brand = item.brand is None or old.brand is None or item.brand.value == old.brand.value
    return same_brand and (item.size is None or old.size is None or item.size == old.size)


def _broken_down(said: list[Item]) -> list[Item]:
    """Return the lines of which the first is the sum: "30 de diez, 15 joyce y 15 proust"."""
    first, rest = said[0], said[1:]
    counted = [item.quantity for item in rest if item.quantity is not None]
    if len(rest) < 2 or len(counted) < len(rest) or first.quantity != sum(counted, Decimal(0)):
        return said
    if not (first.size or first.brand or first.fuel) and all(item.size or item.brand for item in rest):
        return rest
    if not first.brand and all(item.brand and item.size in (None, first.size) for item in rest):
        return [replace(item, size=first.size) for item in rest]
    if first.brand and not first.size and all(item.size and not item.brand for item in rest):
        return [replace(item, brand=first.brand) for item in rest]
    return said


def _summed(heard: Heard, said: list[Item]) -> list[Item]:
    """Return the one line that sums up bare numbers before it: "10 para mí y 8 para ella, o sea 18 joyce de 10"."""
    last, rest = said[-1], said[:-1]
    bare = all(item.quantity is not None and not (item.size or item.brand or item.fuel) for item in rest)
    sums = any(one.text in _SUMS for one in heard.mentions)
    total = sum((item.quantity or Decimal(0) for item in rest), Decimal(0))
    if sums and len(rest) > 1 and last.quantity == total and not (last.size or last.brand or last.fuel):
        return rest
    if len(rest) > 1 and bare and sums and last.quantity == total:
        return [last]
    return said
