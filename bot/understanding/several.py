"""Whether every order is meant, and not one: "cierra todas mis órdenes", "llegó lo de Bukowsky y lo de Hyde"."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.understanding.context import Context, OrderSeen
from bot.understanding.heard import CODE, NAME, NUMBER, Heard, Mention
from bot.understanding.statements import statements

_BOTH = re.compile(
    r"\b(?:ambas|ambos|(?:las|los) dos(?: (?:ordenes|órdenes|pedidos|compras))?|both(?: of them)?|"
    r"(?:ni )?de uno (?:ni|y) (?:de otro|del otro)|tanto (?:uno|el uno) como (?:otro|el otro))\b",
    re.IGNORECASE,
)
_EACH_ONE = frozenset({"todas", "todos", "toditas", "toditos", "all of them"})
SHORTEST_ENDING, SMALLEST_CODE = 3, 1000
_SHORT = ("except", "difference", "code", "brand", "kilo", "only")


def all_orders(heard: Heard, *, several: bool) -> bool:
    """Say whether every order is to be closed: "cierra todas mis órdenes". What came is another matter."""
    orders = any(one.text.split()[-1] in ("ordenes", "pedidos", "compras", "orders") for one in heard.words)
    orders = orders or (several and any(one.text in _EACH_ONE for one in heard.words))
    told = heard.has("arrived", "received", "number", "code", "name", "lack", "except", "date", "rest")
    return orders and heard.has("all") and not told


def both(heard: Heard, context: Context) -> bool:
    """Say whether both orders that can be closed are meant, in full: "ya recibí las dos, ciérralas ambas"."""
    able = [order for order in context.orders if "close" in order.can]
    if len(able) != 2 or heard.has(*_SHORT) or _falls_short(heard):
        return False
    if heard.has("not_yet", "negation") and not any(part.everything for part in statements(heard)):
        return False
    named = {order.code: order for order in able if _is_named(heard, order)}
    if _others_numbers(heard, list(named.values())):
        return False
    if len(named) == 2:
        return not heard.has("not_yet", "later")
    return not named and (
        bool(_BOTH.search(heard.text)) or (context.notice is None and _each_is_closed(heard, len(able)))
    )


def _falls_short(heard: Heard) -> bool:
    """Say whether something lacks: "no me falta nada" does not."""
    return any(part.lacks or part.denied or part.nothing for part in statements(heard))


def _each_is_closed(heard: Heard, orders: int) -> bool:
    """Say whether the command itself is for each: "ciérramelos toditos"."""
    for place, one in enumerate(heard.words[:-1]):
        if one.has("close.asks") and one.text.endswith(("los", "las")):
            return orders > 1 and heard.words[place + 1].text in _EACH_ONE
    return False


def _others_numbers(heard: Heard, named: list[OrderSeen]) -> bool:
    """Say whether numbers are told that are not those of the whole orders: "los 20 de Hyde y los 40 de la planta"."""
    whole = sorted(sum((line.quantity for line in order.lines), Decimal(0)) for order in named)
    told = sorted(one.number for one in heard.of(NUMBER) if one.number is not None and not _is_small(one))
    return bool(told) and told != whole


def _is_small(mention: Mention) -> bool:
    """Say whether it counts no balones: "las dos", or the end of a code."""
    code = mention.number is not None and mention.number >= SMALLEST_CODE
    return code or mention.text in ("dos", "two", "uno", "una", "one")


def _ends(heard: Heard, mention: Mention, order: OrderSeen) -> bool:
    """Say whether it is how the code of the order ends, and of no other: 4717."""
    said = heard.said(mention) if mention.has(NUMBER) else str(mention.value) if mention.has("digits") else ""
    return len(said) > SHORTEST_ENDING and said.isdigit() and order.code.endswith(said)


def _is_named(heard: Heard, order: OrderSeen) -> bool:
    if any(one.value == order.code for one in heard.of(CODE)) or any(_ends(heard, one, order) for one in heard.words):
        return True
    return any(
        order.counterpart in {name for _t, name in getattr(one.value, "candidates", ())} for one in heard.of(NAME)
    )
