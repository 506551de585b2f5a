"""What an answer states beyond what was asked: "a Mr. Hyde, para el jueves" names the seller, and the day as well."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from bot.understanding.called import name_after
from bot.understanding.context import Context, Expected, OpenQuestion
from bot.understanding.dates import Days
from bot.understanding.denying import without_denied
from bot.understanding.filling import filled
from bot.understanding.heard import NUMBER, Heard, Mention
from bot.understanding.lines import BIG, SMALL
from bot.understanding.meaning import Found, How, Kind, Meaning
from bot.understanding.ordering import delivery
from bot.understanding.papers import by_truck, paper, plate
from bot.understanding.put_off import is_sold_later
from bot.understanding.reasons import reason
from bot.understanding.received import arrival
from bot.understanding.replying import order_of
from bot.understanding.searching import counterpart


def with_more(meaning: Meaning, heard: Heard, context: Context) -> Meaning:
    """Return an answer with what the message states of the questions that follow; anything else as it is."""
    question = context.open
    if question is None or meaning.kind is not Kind.ANSWER or not meaning.slots or len(heard.words) == 1:
        return meaning
    more = _MORE.get(question.conversation)
    if more is None or question.expects is Expected.WORDS or _is_doubtful(heard):
        return meaning
    said = {slot.key for slot in meaning.slots}
    slots = [slot for slot in more(heard, context, question, meaning) if slot.key not in said]
    return replace(meaning, slots=(*meaning.slots, *slots)) if slots else meaning


def _is_doubtful(heard: Heard) -> bool:
    others = any(not any(kind.startswith("role.") for kind in one.kinds) for one in heard.of("others"))
    return others or "?" in heard.text or heard.has("unsure", "unreal", "says_that")


def _of_request(heard: Heard, _context: Context, question: OpenQuestion, _meaning: Meaning) -> Sequence[Found]:
    """The day of delivery, where it is said to be one, and that nothing more is wanted."""
    return [*_day(heard, question), *_nothing_more(heard, question)]


def _nothing_more(heard: Heard, question: OpenQuestion) -> list[Found]:
    """That the line is the last: "anote 9 y nada más"."""
    name, _space, number = question.key.partition(" ")
    is_last = name in ("quantity", "size", "brand") and _NOTHING_MORE.search(heard.text)
    return [Found(f"more {number}", "no", why="nothing more is wanted")] if is_last else []


_NOTHING_MORE = re.compile(
    r"(?:[,.]|\b(?:y|and)\b).*"
    r"\b(?:nada m[aá]s|no agregue m[aá]s|es todo|ser[ií]a todo|nothing else|that's (?:all|it))\b"
    r"(?:[\s,.!]|gracias|por favor|porfa|thanks|please)*$",
    re.IGNORECASE,
)
"""At the end, after the answer itself: "15, y nada más, gracias"."""


def _day(heard: Heard, question: OpenQuestion) -> list[Found]:
    if question.expects is Expected.DAY or any(key.startswith("delivery") for key in question.answers):
        return []
    days = [place for place, one in enumerate(heard.mentions) if isinstance(one.value, Days)]
    return delivery(heard) if len(days) == 1 and _is_of_delivery(heard.mentions, days[0]) else []


_FOR = ("para", "pa", "pal", "p", "for")
_TO_COME = ("lleg", "trai", "entreg", "sea", "veng", "mand", "envi", "quier", "neces", "deliver", "arriv")
_NEAR = 3


def _is_of_delivery(mentions: Sequence[Mention], place: int) -> bool:
    """Say whether the day is that for which the goods are wanted: "para el jueves", "que lleguen el sábado"."""
    day = mentions[place]
    before = mentions[max(place - _NEAR, 0) : place]
    wanted = any(word in _FOR or word.startswith(_TO_COME) for one in before for word in one.text.split())
    return wanted or day.text.split()[0] in _FOR or (bool(before) and before[-1].text == ",")


def _of_accept(heard: Heard, context: Context, question: OpenQuestion, meaning: Meaning) -> Sequence[Found]:
    """When it is sold, and with what."""
    if question.key == "order":
        return _of_order(heard, context, question, meaning)
    if meaning.slots[0].value == "reject":
        return reason(heard)
    if question.key == "kind":
        return _papers(heard, context, question)
    if is_sold_later(heard) or _is_only_accepted(heard):
        return [Found("when", "later", why="the sale is said to come later")]
    document = by_truck(paper(heard), order_of(context, question))
    if not document and not heard.has("sell.asks"):
        return []
    why = "a document is named" if document else "it is to be sold too"
    return [Found("when", "now", How.STATED, why=why), *document, *(plate(heard) if document else [])]


def _is_only_accepted(heard: Heard) -> bool:
    """Say whether it is accepted and nothing more: "solo acéptela por ahora"."""
    return any(one.has("only") and two.has("accept.asks") for one, two in pairwise(heard.words))


def _of_order(heard: Heard, context: Context, question: OpenQuestion, meaning: Meaning) -> Sequence[Found]:
    """What is stated beside the code, or the name, of the order that is meant."""
    told = filled(heard, context, question.conversation)
    pointed = [slot for slot in told.slots if slot.key == "order" and slot.how in (How.STATED, How.PART)]
    if not pointed or pointed[0].value != meaning.slots[0].value:
        return []
    return [slot for slot in told.slots if slot.key != "order"]


def _of_rejection(heard: Heard, context: Context, question: OpenQuestion, meaning: Meaning) -> Sequence[Found]:
    return _of_order(heard, context, question, meaning) if question.key == "order" else []


def _of_sale(heard: Heard, context: Context, question: OpenQuestion, meaning: Meaning) -> Sequence[Found]:
    if question.key == "order":
        return _of_order(heard, context, question, meaning)
    return _papers(heard, context, question)


def _of_search(heard: Heard, _context: Context, _question: OpenQuestion, _meaning: Meaning) -> Sequence[Found]:
    return counterpart(heard)


def _papers(heard: Heard, context: Context, question: OpenQuestion) -> list[Found]:
    return by_truck(paper(heard), order_of(context, question)) + plate(heard)


def _of_close(heard: Heard, context: Context, question: OpenQuestion, meaning: Meaning) -> Sequence[Found]:
    """What was received of the order that is named, or of the lines that follow."""
    if question.key == "order":
        told = filled(heard, context, "close")
        same = all(slot.value == meaning.slots[0].value for slot in told.slots if slot.key == "order")
        return [slot for slot in told.slots if slot.key != "order"] if same else []
    name, _space, number = question.key.partition(" ")
    return _of_other_lines(heard, context, question, int(number)) if name == "received" else []


def _of_other_lines(heard: Heard, context: Context, question: OpenQuestion, position: int) -> Sequence[Found]:
    """What the rest of "17, y de los de 45 solo 4" tells of other lines."""
    order = order_of(context, question)
    place = next((place for place, one in enumerate(heard.mentions) if one.has(NUMBER)), None)
    if order is None or place is None:
        return []
    joint = next((at for at, one in enumerate(heard.mentions) if at > place and _joins(one)), len(heard.mentions))
    rest = heard.mentions[joint:]
    others = [line for line in order.lines if line.position != position]
    if not _names_others(rest):
        return []
    known = {kind for one in rest for kind in one.kinds}
    of_others = without_denied(replace(heard, mentions=rest, known=known))
    told = arrival(of_others, others, context.sizes)
    if told.what in ("all", "nothing"):
        return [_received(line.position, line.quantity if told.what == "all" else Decimal(0)) for line in others]
    amounts = {key: amount for key, amount in told.received.items() if key not in told.inferred}
    return [_received(key, amount) for key, amount in sorted(amounts.items())]


def _is_of_others(mention: Mention) -> bool:
    """Say whether the other lines are spoken of; "los otros dos" are of the same."""
    return mention.has("rest") and mention.text.startswith("de ")


def _joins(mention: Mention) -> bool:
    return mention.has("and", "rest") or mention.text == ","


def _names_others(rest: Sequence[Mention]) -> bool:
    """Say whether other lines are named: by brand, by size, or as the others."""
    sized = any(one.text in ("de", "de los", "de las") and two.has(NUMBER) for one, two in pairwise(rest))
    return sized or any(one.has("brand") or one.text in SMALL | BIG or _is_of_others(one) for one in rest)


def _received(position: int, amount: Decimal) -> Found:
    return Found(f"received {position}", f"{amount:f}", why="the amount said of this line")


def _of_team(heard: Heard, _context: Context, question: OpenQuestion, _meaning: Meaning) -> Sequence[Found]:
    """How the person is called whose role was asked."""
    name = name_after(" ".join(heard.text.split())) if question.key == "role" else ""
    return [Found("name", name, said=name, why="what they are called")] if name else []


_MORE: dict[str, Callable[[Heard, Context, OpenQuestion, Meaning], Sequence[Found]]] = {
    "request": _of_request,
    "accept": _of_accept,
    "sell": _of_sale,
    "reject": _of_rejection,
    "close": _of_close,
    "search": _of_search,
    "team": _of_team,
}
