"""Lines of an order that are not accepted, said by name: "todo menos las de 45", "de 45 nada", "ninguna de proust"."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.understanding.context import Context, LineSeen, OrderSeen
from bot.understanding.heard import NUMBER, Heard, Mention
from bot.understanding.item import Item
from bot.understanding.lines import items
from bot.understanding.meaning import Found
from bot.understanding.pointing import Pointed
from bot.understanding.tellings import fits

_NONE = frozenset({"nada", "ninguna", "ninguno", "ningun", "cero", "none", "nothing"})
_LITTLE = frozenset({"de", "del", "la", "las", "el", "los", "de las", "de los", "lo de", "balones", "of", "the"})


def accepted_without(heard: Heard, context: Context, order: OrderSeen, pointed: Pointed) -> list[Found]:
    """Return the amounts of an order of which some lines are left out, or nothing where none is.

    What is said of no line is accepted in full: the summary shows it.
    """
    if len(order.lines) < 2 or "?" in heard.text:
        return []
    said = [item for item in items(heard, context.sizes, pointed.used) if item.size or item.brand]
    out = {line.position for item in said if _is_out(heard, item) for line in _lines(item, order.lines)}
    out |= {line.position for line in order.lines if _is_size_out(heard, line)}
    if not out or len(out) == len(order.lines):
        return []
    amounts = {line.position: line.quantity for line in order.lines}
    for item in said:
        for line in _lines(item, order.lines):
            if item.quantity is not None and 0 < item.quantity <= line.quantity:
                amounts[line.position] = item.quantity
    amounts |= dict.fromkeys(out, Decimal(0))
    return [
        Found("what", "change", why="some lines are left out"),
        *(Found(f"quantity {at}", f"{amounts[at]:f}", why="what is accepted of the line") for at in sorted(amounts)),
    ]


def _is_size_out(heard: Heard, line: LineSeen) -> bool:
    """Say whether the size of a line, said by its number alone, is followed by "nada"."""
    rows = zip(heard.mentions, heard.mentions[1:], heard.mentions[2:], strict=False)
    return any(
        de.text.split()[-1] == "de"
        and size.has(NUMBER)
        and line.size.startswith(f"{size.text} ")
        and none.text in _NONE
        for de, size, none in rows
    )


def _lines(item: Item, lines: Sequence[LineSeen]) -> list[LineSeen]:
    """Return the one line that an item names; a brand or a size that several share names none."""
    fitting = [line for line in lines if fits(item, line)]
    return fitting if len(fitting) == 1 else []


def _is_out(heard: Heard, item: Item) -> bool:
    if item.quantity is not None:
        return item.quantity == 0
    places = [heard.mentions.index(one) for one in item.mentions if one in heard.mentions]
    if not places:
        return False
    before, after = _near(heard.mentions[: min(places)][::-1]), _near(heard.mentions[max(places) + 1 :])
    if before is not None and (before.has("except") or before.text in (*_NONE, "sin", "without")):
        return True
    if after is None or not (after.text in _NONE or after.text in ("no", "tampoco")):
        return False
    following = heard.mentions[heard.mentions.index(after) + 1 :][:1]
    return not following or following[0].has("sign", "and", "polite", "document", "waybill", "invoice")


def _near(mentions: Sequence[Mention]) -> Mention | None:
    """Return the nearest word that says something."""
    return next((one for one in mentions if one.text not in _LITTLE), None)
