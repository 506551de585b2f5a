"""An order that is called by its goods: "la que lleva 5 Proust de 45", "los proust", "la de los cuarenta"."""

from __future__ import annotations

from dataclasses import replace

from bot.understanding.context import Context, OrderSeen
from bot.understanding.heard import BRAND, NUMBER, Heard
from bot.understanding.item import Item
from bot.understanding.lines import items
from bot.understanding.meaning import Found, How
from bot.understanding.pointing import Pointed, able_to, parts_at_and
from bot.understanding.tellings import line_of


def by_its_goods(heard: Heard, context: Context, conversation: str, *, asked: bool = False) -> Pointed:
    """Return the only order with which the conversation can be held and that has the goods that are named.

    Without a brand only where it was asked which order is meant.
    """
    part = next((one for one in parts_at_and(heard) if any(two.has(BRAND, NUMBER) for two in one)), heard.mentions)
    said = items(replace(heard, mentions=part) if any(one.has(BRAND) for one in part) else heard, context.sizes)
    named = [one for one in said if one.brand is not None] or (said if asked else [])
    if not named or (named[0].brand is None and len(said) > 1) or heard.has("negation", "no", "unsure"):
        return Pointed()
    found = [one for one in able_to(context, conversation) if all(_holds(one, item) for item in named)]
    if len(found) != 1:
        return Pointed()
    mentions = tuple(one for item in named for one in item.mentions)
    code = found[0].code
    slot = Found(
        "order",
        code,
        How.PART if asked else How.IMPLIED,
        code,
        heard.said(*mentions),
        "the only order with these goods",
    )
    return Pointed(slot, found[0], used=mentions)


def _holds(order: OrderSeen, item: Item) -> bool:
    return any(line_of(item, [line]) and item.quantity in (None, line.quantity) for line in order.lines)
