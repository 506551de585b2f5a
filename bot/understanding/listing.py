"""An order without a verb of its own, or with a weak one: "20 de 10 joyce pa hoy", "manda 20"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.understanding.context import Context
from bot.understanding.filling import filled
from bot.understanding.giving import gives
from bot.understanding.heard import Heard, Mention
from bot.understanding.item import Item
from bot.understanding.meaning import Meaning
from bot.understanding.ordering import ordered
from bot.understanding.scope import from_call

LIKELY = 0.8
MOST_BESIDE_WHOLE = 3
"""Strange words beside an order that says everything: the shop's name, say."""
_WEAKEST = frozenset({"dame", "deme", "para", "pedido", "orden", "give me", "order", "need"})

_BESIDE = (
    "request.weak",
    "reason.stock",
    "only",
    "yes",
    "thanks",
    "greeting",
    "unsure",
    "and",
    "one",
    "times",
    "kilo",
    "pound",
    "gallon",
    "dozen",
    "half_dozen",
    "unit",
    "change",
    "except",
    "now",
    "later",
    "future",
)


def listed_goods(heard: Heard, context: Context) -> Meaning | None:
    """Lines without a verb are an order: "20 de 10 joyce pa hoy"; unless somebody else's, asked about, or denied."""
    whole, called = heard, from_call(heard)
    if called is not heard and ordered(called, context).is_clear and not _says_less(called, heard, context):
        heard = called
    told = ordered(heard, context)
    if not (told.is_clear or _asks_for_so_many(heard, told.lines)) or not any(agent.buys for agent in context.agents):
        return None
    asked = heard.has("request.weak")
    if not asked and _may_be_something_else(heard, told.lines, context):
        return None
    if not _only_an_order(heard, told.lines, asked=asked):
        return None
    if _is_no_order(heard, whole=asked and _is_whole(told.lines)):
        return None
    asking = ("me ", "nos ", "can ", "could ")
    polite = heard.has("can") or any(one.text.startswith(asking) for one in heard.of("request.weak"))
    if "?" in heard.text and not (asked and polite):
        return None
    if not _only_small(heard.of("question")) or heard.has("owned"):
        return None
    meaning = filled(heard, context, "request")
    if heard is not whole:  # what stands before the call still says whom it is asked of, and for when
        known = {slot.key for slot in meaning.slots}
        before = [slot for slot in filled(whole, context, "request").slots if slot.key.split()[0] in _OF_ALL_LINES]
        slots = (*meaning.slots, *(slot for slot in before if slot.key not in known))
        meaning = replace(meaning, slots=slots)
    return replace(meaning, confidence=0.9 if asked or heard.has("unit") else LIKELY)


def _says_less(called: Heard, heard: Heard, context: Context) -> bool:
    """Say whether lines stand before the call as well: "siete de 45 proust quiero, de diez joyce treinta"."""
    whole = [one for one in ordered(heard, context).lines if one.quantity is not None and one.brand and one.size]
    return len(whole) > len(ordered(called, context).lines)


_OF_ALL_LINES = frozenset({"seller", "agent", "confirm", "detail", "delivery"})


def _may_be_something_else(heard: Heard, lines: Sequence[Item], context: Context) -> bool:
    """Say whether lines without any verb may be what came, sizes alone, or numbers of nothing."""
    if heard.has("all") and (heard.has("only") or any(item.quantity is None for item in lines)):
        return True
    numbers = any(not (item.size or item.brand or item.counted or item.fuel) for item in lines)
    return numbers or all(_may_be_a_size(item, context) for item in lines)


def _is_no_order(heard: Heard, *, whole: bool) -> bool:
    """Say whether it is somebody else's, denied, supposed, or of something else; a whole order may name its shop."""
    if heard.has("others", "says_that", "no", "when", "lack", "unreal", "money", "retract"):
        return True
    if gives(heard):
        return True
    if not whole and heard.has("foreign", "out_of_scope", "extra"):
        return True
    return any(not one.has("reason.stock") for one in heard.of("negation"))


def _asks_for_so_many(heard: Heard, lines: Sequence[Item]) -> bool:
    """Say whether so many are asked for without saying of what: "manda 20". Everything must be understood then."""
    verbs = [one for one in heard.of("request.weak") if one.text not in _WEAKEST]
    plain = heard.unknown == 0 and not heard.has("plain", "foreign", "money", "time", "hour", "code", "digits")
    exact = all(one.exact or one.has("name", "brand") for one in heard.words)
    return bool(verbs) and plain and exact and len(lines) == 1 and lines[0].quantity is not None


def _only_an_order(heard: Heard, lines: Sequence[Item], *, asked: bool) -> bool:
    """Say whether a message without a verb of its own holds nothing but an order: else it tells a story."""
    named = [one for item in lines for one in item.mentions]
    strange = [
        one for one in heard.words if not (one.filler or one.has(*_BESIDE) or any(one is item for item in named))
    ]
    unknown = [one for one in strange if one.has("other")]
    short = all(len(one.text) <= 4 for one in unknown)
    if asked and _is_whole(lines):
        return len(strange) <= MOST_BESIDE_WHOLE
    return len(strange) == len(unknown) and len(unknown) <= (2 if asked else 1 if short else 0)


def _is_whole(lines: Sequence[Item]) -> bool:
    """Say whether every line names how many, which size and which brand: nothing but an order does."""
    return bool(lines) and all(item.quantity is not None and item.size and item.brand for item in lines)


def _may_be_a_size(item: Item, context: Context) -> bool:
    """Say whether a lone number may mean the size as well as how many: "10 joyce"."""
    alone = item.size is None and not item.counted and item.quantity is not None
    return alone and f"{item.quantity:f} kg" in context.sizes


def _only_small(mentions: Sequence[Mention]) -> bool:
    return all(mention.has("small", "want") for mention in mentions)
