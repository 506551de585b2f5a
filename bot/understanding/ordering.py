"""The slots of a request: from whom, which lines, for when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.understanding.amending import amended
from bot.understanding.context import Context
from bot.understanding.dates import Days
from bot.understanding.fuels import trade_of
from bot.understanding.heard import DATE, NAME, Heard, Mention
from bot.understanding.item import Item
from bot.understanding.meaning import Doubt, Found, How
from bot.understanding.names import Match
from core.terms import Trade

MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Ordered:
    """What a request states."""

    slots: tuple[Found, ...]
    doubts: tuple[Doubt, ...]
    lines: tuple[Item, ...]

    @property
    def is_clear(self) -> bool:
        """Say whether it can be nothing but an order: a quantity beside a size, a brand or a word like balones."""
        return any(
            item.quantity is not None and (item.size or item.brand or item.counted or item.fuel) and not item.total
            for item in self.lines
        )


def ordered(heard: Heard, context: Context, used: Sequence[Mention] = ()) -> Ordered:
    """Return what a request states, as answers to the questions of the request conversation."""
    lines = amended(heard, context.sizes, used)[:MOST_LINES]
    slots: list[Found] = []
    doubts: list[Doubt] = []
    _agent(heard, context, slots)
    _seller(heard, context, slots, doubts)
    product = _product(heard, lines)
    if product is not None:
        slots.append(Found("product", product.value, How.IMPLIED, why="it is counted in gallons"))
    for number, item in enumerate(lines, start=1):
        if product is not None or item.gallons:
            _gallons(heard, item, number, slots, doubts)
        else:
            _line(heard, item, number, slots, doubts)
        if product is not Trade.BULK and any(one.quantity is not None for one in lines):
            slots.append(_more(number, last=number == len(lines)))
    slots += delivery(heard)
    return Ordered(tuple(slots), tuple(doubts), tuple(lines))


def _more(number: int, *, last: bool) -> Found:
    why = "nothing else is listed" if last else "the message lists another line"
    return Found(f"more {number}", "no" if last else "more", How.IMPLIED, why=why)


def _line(heard: Heard, item: Item, number: int, slots: list[Found], doubts: list[Doubt]) -> None:
    said = heard.said(*item.mentions)
    if item.brand is not None:
        named(item.brand, f"brand {number}", heard, slots, doubts)
    if item.size is not None:
        slots.append(Found(f"size {number}", item.size, said=said, why="a size beside the quantity"))
    if item.quantity is not None and item.quantity % 1 == 0:
        slots.append(Found(f"quantity {number}", f"{item.quantity:f}", said=said, why="a number that is no size"))


def _fuels(item: Item) -> tuple[str, ...]:
    """Return which products in gallons the line can be about."""
    return item.fuel.value if item.fuel is not None and isinstance(item.fuel.value, tuple) else ()


def _product(heard: Heard, lines: Sequence[Item]) -> Trade | None:
    """Return which kind of product it is about, where it is counted in gallons and says so."""
    named_ones = [names for item in lines if (names := _fuels(item))]
    if named_ones:
        return trade_of(named_ones[0])
    of_glp = any(item.gallons for item in lines) and any(one.text == "glp" for one in heard.words)
    return Trade.BULK if of_glp else None


def _gallons(heard: Heard, item: Item, number: int, slots: list[Found], doubts: list[Doubt]) -> None:
    """Add a line that is counted in gallons; bulk LPG needs no name of its own."""
    said = heard.said(*item.mentions)
    names = _fuels(item)
    if len(names) > 1:
        doubts.append(Doubt(f"fuel {number}", tuple((name, name) for name in names), said))
    elif names and trade_of(names) is Trade.LIQUIDS:
        slots.append(Found(f"fuel {number}", names[0], said=said, why="the name of a fuel"))
    if item.quantity is not None:
        slots.append(Found(f"gallons {number}", f"{item.quantity:f}", said=said, why="gallons"))


def named(mention: Mention, key: str, heard: Heard, slots: list[Found], doubts: list[Doubt]) -> None:
    """Add the name that a word means, or the doubt between several."""
    if not isinstance(mention.value, Match):
        return
    candidates = mention.value.candidates
    said = heard.said(mention)
    if len({token for token, _name in candidates}) == 1:
        token, name = candidates[0]
        why = "spelt like it" if mention.value.how is How.SIMILAR else "a word of the name"
        slots.append(Found(key, token, mention.value.how, name, said, why))
    else:
        doubts.append(Doubt(key, candidates, said))


def _seller(heard: Heard, context: Context, slots: list[Found], doubts: list[Doubt]) -> None:
    tokens = {token for token, _name in context.sellers}
    for mention in _not_put_aside(heard, heard.of(NAME)):
        if not isinstance(mention.value, Match):
            continue
        known = tuple(pair for pair in mention.value.candidates if pair[0] in tokens)
        if known:
            narrowed = Mention(mention.kinds, mention.text, mention.start, mention.end, Match(known, mention.value.how))
            named(narrowed, "seller", heard, slots, doubts)
            return


def _not_put_aside(heard: Heard, named: Sequence[Mention]) -> Sequence[Mention]:
    """Return the names without those of which something is denied: "Hyde no contesta, pide a Bukowsky 25"."""
    words = [one for one in heard.words if one.text not in ("a", "al", "a la", "la", "el")]
    rows = zip(words, words[1:], [*words[2:], None], strict=False)
    denied = [
        one if after is None or not after.has(NAME) else after  # "a Hyde, no a la planta"
        for one, no, after in rows
        if one.has(NAME) and no.has("negation", "no")
    ]
    return [one for one in named if not any(one is two for two in denied)] or named


def _agent(heard: Heard, context: Context, slots: list[Found]) -> None:
    """Find for which of their companies the person buys, when they act for several and name one whole word of it."""
    buying = [agent for agent in context.agents if agent.buys]
    if len(buying) < 2:
        return
    words = {mention.text for mention in heard.words}
    fitting = [agent for agent in buying if words & {w for w in agent.name.casefold().split() if len(w) > 3}]
    if len(fitting) == 1:
        slots.append(Found("agent", f"agent {fitting[0].id}", How.PART, fitting[0].name, why="a word of the name"))


def delivery(heard: Heard) -> list[Found]:
    """Return the day of delivery: it is added to the summary the way a person adds it."""
    days = [mention.value for mention in heard.of(DATE) if isinstance(mention.value, Days)]
    over = any(heard.today is not None and one.last < heard.today for one in days)
    days = [one for one in days if heard.today is None or one.last >= heard.today]
    if over and days and days[0].first == heard.today:
        return []  # "ayer pedí 20, hoy quiero 12"
    if len(days) != 1 or days[0].first != days[0].last:
        return []
    said = heard.text[days[0].start : days[0].end]
    why = "a day in a request is the day of delivery"
    return [
        Found("confirm 1", "add", How.IMPLIED, why="the message adds a detail to the summary"),
        Found("detail 1", "delivery", How.IMPLIED, why=why),
        Found("delivery 1", f"{days[0].first:%d/%m/%Y}", said=said, why=why),
    ]
