"""How much of an order is accepted: all of it, so much of a line, so much less, or half."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.understanding.context import Context, LineSeen, OrderSeen
from bot.understanding.heard import NUMBER, Heard, Mention
from bot.understanding.item import Item
from bot.understanding.leaving_out import accepted_without
from bot.understanding.lines import items
from bot.understanding.meaning import Found
from bot.understanding.pointing import Pointed
from bot.understanding.tellings import fits

ENDS = frozenset({",", ".", ";", "\n", "/", "!", ":", "(", ")"})
BUT = frozenset({"pero", "sino", "but"})
_DENIES = ("negation", "lack", "reason.stock")
_TO = frozenset({"a", "hasta", "to", "en", "por", "con"})
"""Before a number they say what is left: "bájale a 20"."""
_BOTH = 2
_PART_OF = ("difference", "part")


@dataclass(frozen=True, slots=True)
class _Said:
    """An amount that was said of a line."""

    line: LineSeen
    amount: Decimal
    """What is accepted by it."""
    beside: bool
    """Whether it is said of what is not accepted: "los otros 10 no hay"."""


def gives(heard: Heard) -> bool:
    """Say whether so many are given to whoever asked for them, and none are asked for: "le doy 15"."""
    return any(one.text.startswith(("le ", "les ", "te ")) for one in heard.of("accept.offers"))


def quantities_accepted(heard: Heard, context: Context, order: OrderSeen | None, pointed: Pointed) -> list[Found]:
    """Return what of an order is accepted: all of it, or so much of each line."""
    if order is None:
        return _all_or_part(heard)
    if left_out := accepted_without(heard, context, order, pointed):
        return left_out
    said = [item for item in items(heard, context.sizes, pointed.used) if item.quantity is not None]
    amounts = [one for item in said if (one := _said(heard, item, order.lines)) is not None]
    if not amounts:
        half = [line for line in order.lines if heard.has("half") and not line.quantity % 2]
        if len(half) == len(order.lines) == 1:
            return _changed({half[0].position: half[0].quantity / 2})
        return [] if said else _all_or_part(heard)
    found = _concluded(order.lines, amounts, anew=heard.has("retract") or any(map(_is_anew, heard.words)))
    return found + _in_full(heard, context, order, found)


def _in_full(heard: Heard, context: Context, order: OrderSeen, found: Sequence[Found]) -> list[Found]:
    """Return the other lines that are given whole: "15 de joyce, lo demás completo", "los proust enteros"."""
    if not heard.has("all", "whole") or len(found) < _BOTH or found[0].value != "change":
        return []
    told = {slot.key for slot in found}
    named = [item for item in items(heard, context.sizes) if item.quantity is None and (item.brand or item.size)]
    return [
        Found(f"quantity {line.position}", f"{line.quantity:f}", why="this line in full")
        for line in order.lines
        if f"quantity {line.position}" not in told and (heard.has("rest") or any(fits(item, line) for item in named))
    ]


def _is_anew(mention: Mention) -> bool:
    """Say whether what follows it takes the place of what was said before."""
    return mention.text in ("mejor", "perdon", "digo", "no", "sino", "rather", "sorry")


def _all_or_part(heard: Heard) -> list[Found]:
    """Return what is accepted where no amount is said: all, a part of it, or nothing that is known."""
    if heard.has(*_PART_OF) or _not_all(heard):
        return [Found("what", "change", why="not all of it")]
    if heard.has("except"):
        return []
    return [Found("what", "all", why="all of it")] if heard.has("all", "whole") else []


def _not_all(heard: Heard) -> bool:
    """Say whether all is denied: "pero no por todo"."""
    for place, one in enumerate(heard.words):
        ahead = [two for two in heard.words[place + 1 : place + 4] if not two.has("small", "times")][:1]
        denied = one.has("negation", "no") or one.text == "pero no"
        if denied and ahead and ahead[0].has("all") and not one.text.startswith("sin"):
            return True
    return False


def _concluded(lines: Sequence[LineSeen], amounts: Sequence[_Said], *, anew: bool) -> list[Found]:
    """Return what is accepted of each line; what is said twice in two ways is asked for."""
    changed: dict[int, Decimal] = {}
    for line in lines:
        of_line = [one for one in amounts if one.line is line]
        given = [one.amount for one in of_line if not one.beside]
        others = [one for one in given if one != line.quantity]
        if len(given) == _BOTH and sum(given) == line.quantity and not anew:
            changed[line.position] = given[0]  # le doy 20 y 10 quedan pendientes
        elif given:
            changed[line.position] = others[-1] if others and given[-1] == line.quantity != given[0] else given[-1]
        elif of_line:
            changed[line.position] = of_line[-1].amount
    if any(not 0 < amount <= line.quantity for line in lines for amount in [changed.get(line.position, line.quantity)]):
        over = [line for line in lines if changed.get(line.position, 0) > line.quantity]
        return _changed(changed) if over else [Found("what", "change", why="less of it, and not how much")]
    full = {line.position: line.quantity for line in lines}
    if any(full[position] != amount for position, amount in changed.items()):
        return _changed(changed)
    return [Found("what", "all", why="every line in full")] if len(changed) == len(lines) else []


def _changed(amounts: dict[int, Decimal]) -> list[Found]:
    found = [Found("what", "change", why="an amount is named")]
    return found + [
        Found(f"quantity {position}", f"{amount:f}", why="the amount said of this line")
        for position, amount in sorted(amounts.items())
    ]


def _said(heard: Heard, item: Item, lines: Sequence[LineSeen]) -> _Said | None:
    """Return what is accepted of a line by an amount that was said, or None if it is of no one line."""
    fitting = [line for line in lines if fits(item, line)]
    number = next((one for one in reversed(item.mentions) if one.number == item.quantity), item.mentions[0])
    if len(fitting) != 1 or item.quantity is None:
        return None
    line, quantity = fitting[0], item.quantity
    before, after = _clause(heard, number)
    if after[:1] and (after[0].text == "%" or after[0].text.startswith("por ciento")):
        part = line.quantity * quantity / 100
        return None if part % 1 else _Said(line, part, beside=False)
    if _is_taken_off(before, after):
        return _Said(line, line.quantity - quantity, beside=False)
    if _is_beside(before, after):
        return _Said(line, line.quantity - quantity, beside=True)
    return _Said(line, quantity, beside=False)


def _clause(heard: Heard, number: Mention) -> tuple[list[Mention], list[Mention]]:
    """Return what stands before a number and after it, as far as the signs, a "pero", and the next numbers."""
    place = heard.mentions.index(number) if number in heard.mentions else 0
    before: list[Mention] = []
    for one in reversed(heard.mentions[:place]):
        if _ends(one):
            break
        before.insert(0, one)
    after: list[Mention] = []
    for one in heard.mentions[place + 1 :]:
        if _ends(one):
            break
        after.append(one)
    return before, after


def _ends(mention: Mention) -> bool:
    joins = mention.has("and") and mention.text not in ("mas", "plus")
    return joins or mention.text in ENDS or mention.text in BUT or mention.has(NUMBER, "retract", "half_dozen")


def _is_taken_off(before: Sequence[Mention], after: Sequence[Mention]) -> bool:
    """Say whether it is so much less: "menos 5", "cinco menos de lo que pidió", "quítale 4", "le recorto 6"."""
    near = [one for one in after if not one.has("unit", "goods", "small")][:1]
    if near and near[0].text.split()[0] in ("menos", "less", "fewer", "off", "de menos"):
        return True
    close = [one for one in before if not one.has("unit", "polite")][-2:]
    if any(one.has("except") for one in close):
        return True
    cuts = any(one.has("cuts") for one in before)
    return cuts and not (close and close[-1].text.split()[-1] in _TO)


def _is_beside(before: Sequence[Mention], after: Sequence[Mention]) -> bool:
    """Say whether it is said of what is not accepted: "no tengo los 30", "30 no llego", "los otros 10 no hay"."""
    if any(one.has("rest") or one.text in ("otros", "otras", "other") for one in before[-2:]):
        return True
    denies = next((place for place, one in enumerate(before) if one.has(*_DENIES)), None)
    if denies is not None:
        between = before[denies + 1 :]
        return not any(one.has("only") or one.text.split()[-1] in ("mas", "more", "que") for one in between)
    ahead = [one for one in after if not one.has("unit", "small", "goods")]
    if not ahead or not ahead[0].has(*_DENIES) or ahead[0].text in ("sin", "ni", "without"):
        return False
    if any(one.text in ("que", "porque") for one in after[:2]):
        return False
    return not any(one.text in ("mas", "more", "problema", "problem") for one in after)
