"""A line that is refused, of an order of several: "los de 45 llegaron golpeados, no los recibo"; the rest is closed."""

from __future__ import annotations

from decimal import Decimal

from bot.understanding.context import Context, OrderSeen
from bot.understanding.filling import pointed_to
from bot.understanding.heard import Heard, Mention
from bot.understanding.lines import items
from bot.understanding.meaning import Found, How, Kind, Meaning
from bot.understanding.pointing import Pointed, the_only_one
from bot.understanding.received import arrival
from bot.understanding.statements import Part, statements
from bot.understanding.tellings import line_of

_STRANGE = ("others", "says_that", "when", "unreal", "retract", "howto", "injection", "unsure", "not_yet", "later")
_WHY = (("reason.state", "state"), ("reason.wrong", "wrong"))


def refused_line(heard: Heard, context: Context) -> Meaning | None:
    """Return the close of an order of which one line is refused, or None where the whole order is meant.

    What is said of the other lines counts; where nothing is said they came, and the summary shows it.
    """
    refuses = any(one.exact for one in heard.of("reject.asks", "reject.tells", "reject.wishes"))
    refuses = refuses or is_kept_back(heard)
    if not refuses or "?" in heard.text or heard.has(*_STRANGE):
        return None
    pointed, (slots, doubts) = pointed_to(heard, context, "close")
    order = pointed.order or the_only_one(context, "close").order
    if doubts or order is None or "close" not in order.can or len(order.lines) < 2:
        return None
    parts = statements(heard)
    bad = [part for part in parts if _is_bad(part)]
    refused = _lines(heard, context, order, bad, pointed)
    if not refused or len(refused) == len(order.lines):
        return None
    amounts = _others(heard, context, order, [part for part in parts if part not in bad], pointed, refused)
    if not slots:
        slots = [Found("order", order.code, How.CONTEXT, order.code, why="the only order with which it can be done")]
    why = next((token for kind, token in _WHY if heard.has(kind)), "")
    return Meaning(Kind.INTENT, intent="close", slots=(*slots, *_slots(order, refused, amounts, why)), confidence=0.8)


def is_kept_back(heard: Heard) -> bool:
    """Say whether it says that they are not taken: "no los recibo", "no los acepto"."""
    words = heard.words
    for place, one in enumerate(words[:-1]):
        ahead = [two for two in words[place + 1 : place + 4] if not two.has("small", "now")][:1]
        if one.has("negation", "no") and ahead and ahead[0].text.split()[-1] in _TAKES:
            return True
    return False


_TAKES = frozenset({"recibo", "recibi", "recibimos", "acepto", "acepte", "aceptamos", "quedo", "tomo"})


def _is_bad(part: Part) -> bool:
    return any(one.has("reason.state", "reason.wrong", "reject.asks") for one in part.mentions)


def _lines(heard: Heard, context: Context, order: OrderSeen, bad: list[Part], pointed: Pointed) -> set[int]:
    """Return the positions of the lines that are named beside what is wrong with them; whole lines only."""
    found = set()
    for part in bad:
        for item in items(_part(heard, part.mentions), context.sizes, pointed.used):
            line = line_of(item, order.lines) if item.size or item.brand else None
            if line is not None and item.quantity in (None, line.quantity):
                found.add(line.position)
            elif line is not None:
                return set()  # some of them only: how many are kept is for the person to say
    return found


def _others(
    heard: Heard, context: Context, order: OrderSeen, parts: list[Part], pointed: Pointed, refused: set[int]
) -> dict[int, Decimal]:
    """Return what is said of the other lines, as amounts by position."""
    said = [one for part in parts for one in part.mentions]
    rest = [line for line in order.lines if line.position not in refused]
    return arrival(_part(heard, said), rest, context.sizes, pointed.used).received


def _part(heard: Heard, mentions: list[Mention]) -> Heard:
    return Heard(heard.text, mentions, False, heard.today, {kind for one in mentions for kind in one.kinds})


def _slots(order: OrderSeen, refused: set[int], amounts: dict[int, Decimal], why: str) -> list[Found]:
    slots = [Found("what", "some", How.IMPLIED, why="one line is refused")]
    for line in order.lines:
        key = f"received {line.position}"
        if line.position in refused:
            slots.append(Found(key, "0", why="the line is refused"))
            slots += [Found(f"reason {line.position}", why, How.IMPLIED, why="what is wrong with it")] if why else []
        else:
            amount = amounts.get(line.position, line.quantity)
            how = How.STATED if line.position in amounts else How.IMPLIED
            slots.append(Found(key, f"{amount:f}", how, why="what is said of this line, or nothing"))
    return slots
