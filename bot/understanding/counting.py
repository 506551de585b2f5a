"""An answer that counts: how many are asked for or accepted, how many of a line were received."""

from __future__ import annotations

from decimal import Decimal

from bot.understanding.context import Context, OpenQuestion, OrderSeen
from bot.understanding.heard import NUMBER, Heard
from bot.understanding.lines import items
from bot.understanding.meaning import Found, Meaning
from bot.understanding.received import arrival
from bot.understanding.replying import answer, order_of

_SOME = frozenset({"unos", "unas"})
"""Before a number that is ordered: "unos dieciocho". Of what was received they leave it open."""


def quantity(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """Return how many are meant, if the message says it clearly."""
    doubted = [one for one in heard.of("unsure") if question.conversation != "request" or one.text not in _SOME]
    vague = bool(doubted) or heard.has("when", "says_that", "phone", "ruc", "digits", "others") or "?" in heard.text
    if vague or any(one.text == "como" for one in heard.words):
        return None
    name, _space, number = question.key.partition(" ")
    order = order_of(context, question)
    if name == "received" and order is not None:
        return _received(heard, context, question, order)
    line = next((one for one in order.lines if str(one.position) == number), None) if order is not None else None
    said = [item for item in items(heard, context.sizes) if item.quantity is not None or item.size is not None]
    if line is not None and not said and heard.has("all", "nothing"):
        value = line.quantity if heard.has("all") else Decimal(0)
        return answer([Found(question.key, f"{value:f}", said=heard.text, why="all or nothing")])
    if len(said) != 1 or heard.unknown > 1 or heard.has("negation"):
        return None
    count = said[0].quantity
    if count is None and said[0].size is not None and len(heard.of(NUMBER)) == 1:
        count = heard.of(NUMBER)[0].number  # "10" is how many, when that is what was asked
    if count is None or (count % 1 and name != "gallons"):
        return None
    return answer(
        [Found(question.key, f"{count:f}", said=heard.said(*said[0].mentions), why="the number that was said")]
    )


def _received(heard: Heard, context: Context, question: OpenQuestion, order: OrderSeen) -> Meaning | None:
    position = int(question.key.split()[1])
    lines = [line for line in order.lines if line.position == position]
    if heard.has("all") and not heard.has(NUMBER, "lack", "except", "negation"):
        return (
            answer([Found(question.key, f"{lines[0].quantity:f}", said=heard.text, why="all of it")]) if lines else None
        )
    if heard.has("nothing", "reason.never_came") and not heard.has(NUMBER):
        return answer([Found(question.key, "0", said=heard.text, why="nothing of it")])
    told = arrival(heard, lines, context.sizes)
    numbers = heard.of(NUMBER)
    amount: Decimal | None = told.received.get(position)
    if told.what == "all" and lines:
        amount = lines[0].quantity
    if told.what == "nothing":
        amount = Decimal(0)
    if amount is None and len(numbers) == 1 and heard.unknown == 0 and not heard.has("lack"):
        amount = numbers[0].number
    if amount is None or heard.unknown > 1 or len(numbers) > 2 or amount % 1:
        return None
    return answer([Found(question.key, f"{amount:f}", said=heard.text, why="the amount that was said")])
