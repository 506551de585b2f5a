"""The answer to whether something more is wanted: no, yes, or the lines themselves."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from bot.understanding import agreeing
from bot.understanding.context import Context, OpenQuestion
from bot.understanding.denying import without_denied
from bot.understanding.heard import DATE, NUMBER, Heard
from bot.understanding.item import Item
from bot.understanding.lines import items
from bot.understanding.meaning import Doubt, Found, How, Meaning
from bot.understanding.ordering import named
from bot.understanding.replying import answer


def more(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """Return the lines that are named, that something more is wanted, or that nothing is; None if it says neither."""
    number = int(question.key.split()[1]) + 1
    if heard.text.strip().isdecimal():
        return None  # the number of an option that is not there
    anew = _said_anew(heard, context)
    if anew is not None:
        return answer([Found(f"quantity {number - 1}", f"{anew:f}", said=heard.text, why="the amount that was meant")])
    said = [item for item in items(heard, context.sizes) if item.quantity is not None]
    told = len(said) == 1 or all(item.size or item.brand for item in said)  # no "no eran 20, eran 22"
    if said and told and heard.unknown == 0 and not heard.has("negation", "no"):
        return _more_lines(heard, context, question, said, number)
    done = heard.has("enough") and heard.unknown == 0 and not any(one.text == "mas" for one in heard.of("more"))
    lacking = any(one.has("enough") and two.has("no", "negation", "reason.stock") for one, two in pairwise(heard.words))
    if agreeing.says_no(heard) or (done and not lacking and not heard.has(NUMBER)):
        return answer([Found(question.key, "no", said=heard.text, why="nothing more")])
    told = any(one.has("plain", "money", DATE) for one in heard.words)
    wants_more = heard.has("more") and heard.unknown == 0 and not heard.has("negation", "no") and not told
    if agreeing.says_yes(heard, "") or wants_more:
        return answer([Found(question.key, "more", said=heard.text, why="something more")])
    return None


def _more_lines(heard: Heard, context: Context, question: OpenQuestion, said: Sequence[Item], first: int) -> Meaning:
    """Return the lines that are named where more was asked for."""
    slots: list[Found] = []
    doubts: list[Doubt] = []
    for number, item in enumerate(said, start=first):
        slots.append(Found(f"more {number - 1}", "more", How.IMPLIED, why="another line is named"))
        if item.brand is not None:
            named(item.brand, f"brand {number}", heard, slots, doubts)
        elif "same.brand" in item.like and f"brand {number - 1}" in question.answers:
            slots.append(_same_brand(number, context, question))
        if item.size is not None:
            slots.append(Found(f"size {number}", item.size, said=heard.text, why="a size"))
        elif "same.size" in item.like and f"size {number - 1}" in question.answers:
            slots.append(Found(f"size {number}", question.answers[f"size {number - 1}"], why="the same size"))
        slots.append(Found(f"quantity {number}", f"{item.quantity:f}", said=heard.text, why="a number"))
    return answer(slots, tuple(doubts))


def _same_brand(number: int, context: Context, question: OpenQuestion) -> Found:
    token = question.answers[f"brand {number - 1}"]
    return Found(f"brand {number}", token, shown=dict(context.brands).get(token, ""), why="the same brand")


def _said_anew(heard: Heard, context: Context) -> Decimal | None:
    """Return the amount that is put in place of the one before: "no eran 20, eran 22"."""
    if not heard.has("change") or heard.has("change.add", "more", "and") or heard.unknown > 1:
        return None
    said = items(without_denied(heard), context.sizes)
    bare = len(said) == 1 and not (said[0].size or said[0].brand or said[0].fuel)
    return said[0].quantity if bare and len(heard.of(NUMBER)) > 1 else None
