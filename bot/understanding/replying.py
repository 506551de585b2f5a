"""An answer as a meaning: its slots, an option by its place, the order that the open question is about."""

from __future__ import annotations

from collections.abc import Callable

from bot.understanding.context import Context, OpenQuestion, OrderSeen
from bot.understanding.heard import Heard
from bot.understanding.meaning import Doubt, Found, Kind, Meaning

Reader = Callable[[Heard, Context, OpenQuestion], Meaning | None]


def answer(slots: list[Found], doubts: tuple[Doubt, ...] = ()) -> Meaning:
    """Return an answer with these slots, or with what stays in doubt."""
    return Meaning(Kind.ANSWER, slots=tuple(slots), doubts=doubts, confidence=0.9 if slots else 0.5)


def label_of(token: str, question: OpenQuestion) -> str:
    """Return how the question shows an option."""
    return next((label for name, label in question.options if name == token), token)


def order_of(context: Context, question: OpenQuestion) -> OrderSeen | None:
    """Return the order that the open conversation is about."""
    code = question.answers.get("order")
    return next((order for order in context.orders if order.code == code), None)


def by_place(heard: Heard, question: OpenQuestion) -> Found | None:
    """Return the option at the place that was said: el segundo, the last one."""
    if heard.unknown or len(heard.words) > 4:
        return None
    for name, place in (("first", 0), ("second", 1), ("third", 2), ("last", -1)):
        options = [option for option in question.options if option[0] != "+"]
        if heard.has(f"which.{name}") and len(options) > place:
            token, label = options[place]
            return Found(question.key, token, shown=label, said=heard.text, why=f"the {name} on the screen")
    return None
