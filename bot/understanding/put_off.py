"""Whether an order is accepted now and sold another time: "la venta la registro después", "no la venda todavía"."""

from __future__ import annotations

from bot.understanding.dates import Days
from bot.understanding.giving import BUT, ENDS
from bot.understanding.heard import DATE, Heard, Mention

_SALE = ("sell.asks", "sell.tells", "sell.wishes", "sell.nouns")
_PAPER = ("waybill", "invoice")


def is_sold_later(heard: Heard) -> bool:
    """Say whether it is accepted now and sold another time: "la venta la registro después", "no la venda todavía"."""
    for clause in _clauses(heard):
        sale = [place for place, one in enumerate(clause) if _is_sale(one)]
        if not sale:
            continue
        if clause[sale[0]].text in _UNSOLD:
            return True
        before = [one for one in clause[: sale[0]] if not one.has("small", "now")][-1:]
        after = [one for one in clause[sale[0] + 1 :] if not one.has("small", "now")][:1]
        if any(one.has("negation", "no", "not_yet") for one in (*before, *after)):
            return True
        if any(
            one.has("later", "future", "daytime", "not_yet", "put_off") or _is_to_come(heard, one) for one in clause
        ):
            return True
    return False


_UNSOLD = frozenset({"sin vender", "sin venta", "sin la venta", "without selling"})


def _is_sale(mention: Mention) -> bool:
    return mention.has(*_SALE, *_PAPER) or mention.text == "venta" or mention.text in _UNSOLD


def says_when(heard: Heard, key: str) -> bool:
    """Say whether it tells that the sale comes later, as the answer or beside it: "17, y la vendo cuando cargue"."""
    answers = key == "when" and bool(heard.words) and heard.words[0].has("later")
    return answers or is_sold_later(heard)


def is_accepted_now(heard: Heard) -> bool:
    """Say whether accepting is asked for now, and the sale alone is for later: "acepto la 329 y mañana la vendo"."""
    if not is_sold_later(heard):
        return False
    for clause in _clauses(heard):
        verb = next((place for place, one in enumerate(clause) if one.has("accept.asks")), None)
        if verb is None:
            continue
        sale = next((place for place, one in enumerate(clause) if _is_sale(one)), len(clause))
        until = sale
        while sale < len(clause) and until > verb + 1 and clause[until - 1].has("small", "negation", "no", "not_yet"):
            until -= 1
        now = [one for one in clause[:until] if one is not clause[verb]]
        late = any(one.has("later", "future", "not_yet", "daytime", "negation", "no") for one in now)
        return verb < sale and not late and not any(_is_to_come(heard, one) for one in now)
    return False


def _clauses(heard: Heard) -> list[list[Mention]]:
    found: list[list[Mention]] = [[]]
    for one in heard.mentions:
        if one.text in ENDS or one.text in BUT or one.has("and"):
            found.append([])
        else:
            found[-1].append(one)
    return found


def _is_to_come(heard: Heard, mention: Mention) -> bool:
    day = mention.value
    return mention.has(DATE) and isinstance(day, Days) and heard.today is not None and day.first > heard.today
