"""What of the summary on the screen a message says again: "sí, acéptele los treinta", where thirty it is."""

from __future__ import annotations

from bot.understanding.context import Context, OpenQuestion
from bot.understanding.heard import BRAND, FUEL, NAME, NUMBER, Heard, Mention
from bot.understanding.item import Item
from bot.understanding.lines import items
from bot.understanding.names import Match
from bot.understanding.papers import said_kind
from bot.understanding.replying import order_of

_COUNTING = (NUMBER, BRAND, "unit", "kilo", "pound", "dozen", "half_dozen", "one")
_AMOUNTS = ("quantity ", "gallons ", "received ")
_SAID_AGAIN = {"annul": ("unwanted",)}
"""What only repeats why the summary is there: "sí, ya no la necesito" where an order is to be annulled."""


def said_again(heard: Heard, context: Context, question: OpenQuestion) -> list[Mention]:
    """Return the words that repeat what the summary says; nothing where one amount, size or name differs from it."""
    again = heard.of(*_SAID_AGAIN.get(question.conversation, ()))
    if question.conversation == "close" and question.answers.get("what") == "all":
        again += heard.of("all", "arrived", "received")
    counted = heard.of(*_COUNTING)
    if counted and not heard.has(FUEL) and _same_lines(heard, context, question):
        again += counted
    kind = said_kind(heard)
    if kind is not None and kind.value == question.answers.get("kind"):
        again += heard.of("waybill", "invoice")
    papers = heard.of("document")
    if papers and all(str(one.value) == question.answers.get("document") for one in papers):
        again += papers
    named = heard.of(NAME)
    return again + (named if named and all(_is_other_side(one, context, question) for one in named) else [])


def _same_lines(heard: Heard, context: Context, question: OpenQuestion) -> bool:
    said = items(heard, context.sizes)
    lines = _lines(context, question)
    numbers = [one for one in heard.of(NUMBER, "half_dozen") if not any(one in item.mentions for item in said)]
    return bool(said) and not numbers and all(any(_is(item, *line) for line in lines) for item in said)


def _is(item: Item, quantity: str, size: str, brand: str) -> bool:
    """Say whether the item is this line, as far as it says anything of it."""
    names: set[str] = set()
    if item.brand is not None and isinstance(item.brand.value, Match):
        names = {one for candidate in item.brand.value.candidates for one in candidate}
    same_amount = item.quantity is None or f"{item.quantity:f}" == quantity
    whole = item.total is None or f"{item.total:f}" == quantity
    return same_amount and whole and item.size in (None, size) and (not names or brand in names)


def _lines(context: Context, question: OpenQuestion) -> list[tuple[str, str, str]]:
    """Return quantity, size and brand of every line, as the summary shows them."""
    answers = question.answers
    order = order_of(context, question)
    if order is not None:
        amounts = {key.rpartition(" ")[2]: value for key, value in answers.items() if key.startswith(_AMOUNTS)}
        return [(amounts.get(str(line.position), f"{line.quantity:f}"), line.size, line.brand) for line in order.lines]
    numbers = [key.rpartition(" ")[2] for key in answers if key.startswith(_AMOUNTS)]
    return [
        (answers.get(f"quantity {one}", ""), answers.get(f"size {one}", ""), answers.get(f"brand {one}", ""))
        for one in numbers
    ]


def _is_other_side(mention: Mention, context: Context, question: OpenQuestion) -> bool:
    """Say whether it names the seller or the buyer of the summary, and nobody else."""
    if not isinstance(mention.value, Match):
        return False
    order = order_of(context, question)
    shown = {order.counterpart} if order is not None else {question.answers.get("seller", "")}
    return all(not shown.isdisjoint(candidate) for candidate in mention.value.candidates)
