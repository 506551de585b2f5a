"""What a message that opens a conversation states already, as answers by the keys of its questions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from bot.understanding.by_its_goods import by_its_goods
from bot.understanding.context import Context, OrderSeen
from bot.understanding.denying import without_denied
from bot.understanding.giving import quantities_accepted
from bot.understanding.heard import BRAND, DATE, Heard
from bot.understanding.lines import items
from bot.understanding.looking_back import moment_asked
from bot.understanding.meaning import Doubt, Found, How, Kind, Meaning
from bot.understanding.ordering import delivery, ordered
from bot.understanding.papers import by_truck, paper, plate
from bot.understanding.pointing import Pointed, from_notice, of_whole, parts_at_and, point, the_only_one, told_of
from bot.understanding.put_off import is_sold_later
from bot.understanding.reasons import reason_of
from bot.understanding.received import Arrival, arrival
from bot.understanding.searching import reported, searched
from bot.understanding.staffing import team

Slots = tuple[list[Found], list[Doubt]]


def filled(heard: Heard, context: Context, conversation: str) -> Meaning:
    """Return the intent with every slot that the message states."""
    fill = _FILLERS.get(conversation)
    slots, doubts = fill(heard, context) if fill else ([], [])
    return Meaning(Kind.INTENT, intent=conversation, slots=tuple(slots), doubts=tuple(doubts), confidence=0.9)


def pointed_to(heard: Heard, context: Context, conversation: str) -> tuple[Pointed, Slots]:
    """Return the order that is meant, and it as a slot or a doubt: by the words, else by the notice on the screen."""
    pointed = point(without_denied(heard, after=True), context, conversation)
    if pointed.slot is None and pointed.doubt is None and not pointed.unknown_ending:
        pointed = from_notice(context, conversation)
    if conversation in _CALLED_BY_GOODS and not (pointed.slot or pointed.doubt or pointed.unknown_ending):
        pointed = by_its_goods(heard, context, conversation)
    slots: list[Found] = []
    doubts: list[Doubt] = []
    if pointed.slot is not None:
        slots.append(pointed.slot)
    elif pointed.unknown_ending:  # the question refuses it, and says so
        why = "no order ends so"
        slots.append(Found("order", pointed.unknown_ending, How.IMPLIED, said=pointed.unknown_ending, why=why))
    elif pointed.several and _means_all(heard):
        codes = " ".join(pointed.several)
        slots.append(Found("orders", codes, How.CONTEXT, codes, "", "all that the reminder names"))
    elif pointed.doubt is not None:
        doubts.append(pointed.doubt)
    return pointed, (slots, doubts)


_CALLED_BY_GOODS = frozenset({"sell", "reject", "annul", "arrive", "status", "detail", "history", "receipt", "risk"})
"""Elsewhere goods say how many, and not of which order."""


def _means_all(heard: Heard) -> bool:
    return heard.has("all") or any(
        mention.text in ("los dos", "las dos", "ambos", "ambas", "both", "las", "los", "cierralas", "cierralos")
        or mention.text.endswith(("las", "los"))
        for mention in heard.words
    )


def _close(heard: Heard, context: Context) -> Slots:
    pointed, (slots, doubts) = pointed_to(heard, context, "close")
    order = pointed.order
    if order is None and not doubts and not slots:
        alone = the_only_one(context, "close")
        if alone.order is None:
            alone = of_whole(heard, context, "close")
        order = alone.order
        told = _told(heard, context, order, pointed)
        named = told.what == "all" and heard.has(BRAND)
        if (told.received or named) and alone.slot is not None:
            slots.append(alone.slot)
    else:
        told = _told(heard, context, order, pointed)
    if told.what != "all" or told.said or _says_goods_came(heard):
        several = any(slot.key == "orders" for slot in slots)  # "las dos ya llegaron": all of both
        slots += [replace(slot, how=How.IMPLIED) if several else slot for slot in received_slots(told)]
    return slots, doubts


def _told(heard: Heard, context: Context, order: OrderSeen | None, pointed: Pointed) -> Arrival:
    if order is not None:
        heard = told_of(heard, context, order)
    return arrival(heard, order.lines if order else (), context.sizes, pointed.used)


_EACH = frozenset(
    {"todo", "todos", "toda", "todas", "all", "everything", "los dos", "las dos", "ambos", "ambas", "both"}
)


def _says_goods_came(heard: Heard) -> bool:
    """Say whether "todo" speaks of goods, and not of what is to be closed: "cierra todo" declares nothing."""
    if heard.has("arrived", "received", "rest", "except", "place", "lack") or (
        heard.has("number") and not heard.has("close.asks")
    ):
        return True
    spoken = [one for one in heard.of("all") if one.text not in _EACH]
    following = {id(after) for verb, after in pairwise(heard.words) if verb.has("close.asks")}
    return bool(spoken) or any(id(one) not in following and one.text == "todo" for one in heard.of("all"))


def received_slots(told: Arrival) -> list[Found]:
    """Return what arrived as answers to the questions of the close conversation."""
    slots = []
    if told.what:
        slots.append(Found("what", told.what, why="what the message says of the goods"))
    if told.what == "some":
        for position, amount in sorted(told.received.items()):
            said = told.said.get(position, "")
            how = How.IMPLIED if position in told.inferred else How.STATED
            slots.append(Found(f"received {position}", f"{amount:f}", how, "", said, "the amount said of this line"))
            if position in told.missing:
                why = "nothing of this line came"
                slots.append(Found(f"reason {position}", "never came", How.IMPLIED, said=said, why=why))
    return slots


def _accept(heard: Heard, context: Context) -> Slots:
    pointed, (slots, doubts) = pointed_to(heard, context, "accept")
    order = pointed.order
    if order is None and not doubts and not slots:
        alone = the_only_one(context, "accept")
        if alone.slot is not None and items(heard, context.sizes, pointed.used):
            slots.append(alone.slot)
        order = alone.order
    slots += quantities_accepted(heard, context, order, pointed)
    document = by_truck(paper(heard), order)
    later = not document and is_sold_later(heard)
    sells = heard.has("sell.asks") and not later and not _sells_another(heard, context, order)
    if later:
        slots.append(Found("when", "later", why="the sale is said to come later"))
    if sells or document:
        slots.append(Found("when", "now", why="it is to be sold too" if sells else "a document is named"))
        if not any(slot.key == "what" for slot in slots):
            slots.insert(len(slots) - 1, Found("what", "all", How.IMPLIED, why="accept and sell, without a change"))
    slots += document + (plate(heard) if document else [])
    return slots, doubts


def _sells_another(heard: Heard, context: Context, order: OrderSeen | None) -> bool:
    """Say whether it is another order that is to be sold: "acepta la 329 y la 123 véndela"."""
    place = heard.mentions.index(heard.of("sell.asks")[0])
    clause = [one for part in parts_at_and(heard) if any(one is heard.mentions[place] for one in part) for one in part]
    other = point(replace(heard, mentions=clause), context, "sell").order
    return order is not None and other is not None and other.code != order.code


def _sell(heard: Heard, context: Context) -> Slots:
    pointed, (slots, doubts) = pointed_to(heard, context, "sell")
    order = pointed.order or the_only_one(context, "sell").order
    return slots + by_truck(paper(heard), order) + plate(heard), doubts


def _reject(heard: Heard, context: Context) -> Slots:
    pointed, (slots, doubts) = pointed_to(heard, context, "reject")
    order = pointed.order or the_only_one(context, "reject").order
    buyer = "close" in order.can if order is not None else not any(agent.sells for agent in context.agents)
    return slots + reason_of(heard, buyer=buyer), doubts


def _order_only(conversation: str) -> Callable[[Heard, Context], Slots]:
    def fill(heard: Heard, context: Context) -> Slots:
        return pointed_to(heard, context, conversation)[1]

    return fill


def _status(heard: Heard, context: Context) -> Slots:
    """The order, with the moment of which its state is asked, as "estado CODE al 18/11/2026 17:00" has it."""
    slots, doubts = pointed_to(heard, context, "status")[1]
    moment = moment_asked(heard, context)
    if moment and slots and slots[0].key == "order":
        code = slots[0]
        slots[0] = replace(code, value=f"{code.value} al {moment}", shown=code.shown or code.value)
    return slots, doubts


def _request(heard: Heard, context: Context) -> Slots:
    told = ordered(heard, context)
    return list(told.slots), list(told.doubts)


def _repeat(heard: Heard, _context: Context) -> Slots:
    """The day alone: whoever says another amount makes a new request."""
    days = [one.start for one in heard.of(DATE)]
    before = heard.text[: days[0]].rstrip().casefold() if days else ""
    wanted = before.endswith(("para", "para el", "pa", "pa el", "pal", "for"))
    return [slot for slot in delivery(heard) if wanted and slot.key.startswith("delivery")], []


def _team(heard: Heard, _context: Context) -> Slots:
    return team(heard), []


_LOCALES = (("english", "en"), ("spanish", "es_PE"))


def _language(heard: Heard, _context: Context) -> Slots:
    """The language that was named; where one is not wanted, the other: "ya no me hables en inglés"."""
    named = {locale for kind, locale in _LOCALES if heard.has(f"language.{kind}")}
    denied = _denied_languages(heard)
    wanted = sorted(named - denied or {locale for _kind, locale in _LOCALES} - denied if len(denied) < 2 else ())
    return ([Found("locale", wanted[0], why="the language that was named")] if len(wanted) == 1 else []), []


def _denied_languages(heard: Heard) -> set[str]:
    """Return the languages that stand after a "no", or right before one: "el inglés no lo quiero"."""
    after: set[str] = set()
    before: set[str] = set()
    for clause in heard.clauses():
        for kind, locale in _LOCALES:
            named = [place for place, one in enumerate(clause) if one.has(f"language.{kind}")]
            denied = [place for place, one in enumerate(clause) if one.has("negation", "no")]
            after |= {locale for place in named if any(one < place for one in denied)}
            before |= {locale for place in named if place + 1 in denied and clause[0].text == "el"}
    return after or before


def _close_all(heard: Heard, context: Context) -> Slots:
    """The orders of a reminder that names several; of others the conversation closes what was received."""
    slots = pointed_to(heard, context, "close")[1][0]
    return [slot for slot in slots if slot.key == "orders"], []


_FILLERS: dict[str, Callable[[Heard, Context], Slots]] = {
    "close": _close,
    "close_all": _close_all,
    "accept": _accept,
    "sell": _sell,
    "reject": _reject,
    "annul": _order_only("annul"),
    "arrive": _order_only("arrive"),
    "status": _status,
    "detail": _order_only("detail"),
    "history": _order_only("history"),
    "receipt": _order_only("receipt"),
    "report": reported,
    "risk": _order_only("risk"),
    "request": _request,
    "repeat": _repeat,
    "search": searched,
    "team": _team,
    "language": _language,
}
