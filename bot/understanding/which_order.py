"""An answer that says which order: by code, name or goods, by its place on the screen, or as the other of two."""

from __future__ import annotations

from bot.understanding.by_its_goods import by_its_goods
from bot.understanding.context import Context, OpenQuestion
from bot.understanding.denying import is_denied_after
from bot.understanding.heard import CODE, NAME, NUMBER, Heard
from bot.understanding.meaning import Found, How, Meaning
from bot.understanding.pointing import point
from bot.understanding.replying import answer, by_place


def which_order(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """Return which order is meant: by what points to it, by its goods, or as the other of two; None if none is."""
    other = _the_other(heard, context, question)
    if other is not None:
        return answer([other])
    if _denies_an_order(heard) or heard.has("others") or any(one.text in ("ruc", "dni") for one in heard.words):
        return None
    pointed = point(heard, context, question.conversation)
    if pointed.slot is not None:
        return answer([pointed.slot])
    if pointed.doubt is not None:
        return answer([], (pointed.doubt,))
    placed = by_place(heard, question)
    if placed is not None:
        return answer([placed])
    goods = by_its_goods(heard, context, question.conversation, asked=True).slot
    if goods is not None:
        return answer([goods])
    digits = heard.of("digits", NUMBER)
    if len(digits) == 1 and len(heard.words) == 1:
        ending = heard.said(digits[0])
        found = [
            order for order in context.orders if order.code.endswith(ending) and question.conversation in order.can
        ]
        if len(found) == 1 and len(ending) >= 3:
            return answer([Found("order", found[0].code, How.PART, found[0].code, ending, "its last digits")])
    return None


def _the_other(heard: Heard, context: Context, question: OpenQuestion) -> Found | None:
    """Return the one of two orders that is left when the other is denied: "la de la planta no, la otra"."""
    able = [order for order in context.orders if question.conversation in order.can]
    if len(able) != 2 or not any(one.text in _THE_OTHER for one in heard.words):
        return None
    denied = [place for place, one in enumerate(heard.mentions) if one.has(NAME, CODE, NUMBER)]
    if len(denied) != 1 or not is_denied_after(heard.mentions, denied[0]) or len(heard.of("no", "negation")) > 1:
        return None
    named = point(heard, context, question.conversation).order
    left = [order for order in able if named is not None and order.code != named.code]
    if len(left) != 1:
        return None
    return Found("order", left[0].code, How.PART, left[0].code, heard.text, "the other of the two")


def _denies_an_order(heard: Heard) -> bool:
    """Say whether what points to an order is denied: "la de Hyde no, ni la otra tampoco"."""
    return any(
        one.has(NAME, CODE, NUMBER) and is_denied_after(heard.mentions, place)
        for place, one in enumerate(heard.mentions)
    )


_THE_OTHER = frozenset({"la otra", "el otro", "otra", "otro", "the other"})
