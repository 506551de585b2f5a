"""Which order is meant: by its code, its last digits, the other side's name, its place in a list, or the notice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.understanding.context import Context, OrderSeen
from bot.understanding.heard import BRAND, CODE, NAME, NUMBER, Heard, Mention
from bot.understanding.meaning import Doubt, Found, How
from bot.understanding.names import Match
from core.codes import DIGITS

SHORTEST_ENDING = 3
_BEFORE_ENDING = frozenset(
    [
        "la",
        "el",
        "orden",
        "pedido",
        "codigo",
        "numero",
        "final",
        "lo",
        "los",
        "las",
        "termina",
        "terminan",
        "acaba",
        "digitos",
        "es",
        "que",
        "q",
        "nro",
        "n",
        "id",
        "order",
        "on",
        "number",
        "code",
        "one",
    ]
)
_COUNTED = ("unit", "kilo", "pound", "gallon", "dozen", "goods")
_LOOKS = frozenset({"status", "detail", "history", "receipt", "risk"})


@dataclass(frozen=True, slots=True)
class Pointed:
    """The order that a message points to, if it does."""

    slot: Found | None = None
    order: OrderSeen | None = None
    """The order itself, when it is among those that were looked at."""
    doubt: Doubt | None = None
    several: tuple[str, ...] = ()
    """The codes, when the message means all that the reminder names."""
    used: tuple[Mention, ...] = ()
    """What pointed to it: these numbers are no quantities."""
    unknown_ending: str = ""


def point(heard: Heard, context: Context, conversation: str, *, by_name: bool = True) -> Pointed:
    """Return the order that the words point to, among those with which the conversation can be held."""
    pointed = _by_code(heard, context)
    if pointed is not None:
        return pointed
    able = able_to(context, conversation)
    pointed = _by_ending(heard, context, able)
    if pointed is not None:
        return pointed
    if by_name and (pointed := _by_counterpart(heard, able)) is not None:
        return pointed
    return Pointed()


def able_to(context: Context, conversation: str) -> list[OrderSeen]:
    """Return the orders with which the conversation can be held now; looking can be done with any."""
    if conversation in _LOOKS or not conversation:
        return list(context.orders)
    return [order for order in context.orders if conversation in order.can]


def from_notice(context: Context, conversation: str) -> Pointed:
    """Return what the last reminder or notice is about, when the conversation can be held about it."""
    if context.notice is None:
        return Pointed()
    named = [order for order in able_to(context, conversation) if order.code in context.notice.codes]
    if len(named) == 1:
        order = named[0]
        return Pointed(Found("order", order.code, How.CONTEXT, order.code, "", "the notice on the screen"), order)
    if named:
        return Pointed(several=tuple(order.code for order in named), doubt=_doubt(named, ""))
    return Pointed()


def the_only_one(context: Context, conversation: str) -> Pointed:
    """Return the one order with which the conversation can be held, when there is one."""
    able = able_to(context, conversation)
    if len(able) != 1:
        return Pointed()
    why = "the only order with which it can be done"
    return Pointed(Found("order", able[0].code, How.CONTEXT, able[0].code, "", why), able[0])


def of_whole(heard: Heard, context: Context, conversation: str) -> Pointed:
    """Return the only order that has as many as are said to be all of it: "de los 40 llegaron 38"."""
    words = heard.words
    said = {
        two.number
        for one, two in pairwise(words)
        if two.number is not None and one.text.split()[-1] in ("los", "las", "mis", "the")
    }
    able = able_to(context, conversation)
    found = [one for one in able if sum(line.quantity for line in one.lines) in said] or _of_brand(heard, able)
    if len(found) != 1 or not heard.has("arrived", "received", "lack", "all", "reason.never_came"):
        return Pointed()
    why = "the only order of so many"
    return Pointed(Found("order", found[0].code, How.IMPLIED, found[0].code, "", why), found[0])


def _of_brand(heard: Heard, able: Sequence[OrderSeen]) -> list[OrderSeen]:
    """Return the orders that have every brand that is named: "faltaron 2 proust"."""
    named = [one.value for one in heard.of(BRAND) if isinstance(one.value, Match)]
    brands = [{name for _token, name in match.candidates} for match in named]
    return [one for one in able if brands and all({line.brand for line in one.lines} & names for names in brands)]


def told_of(heard: Heard, context: Context, order: OrderSeen) -> Heard:
    """Return what is told of one order, where several are named: "Hyde completo, Bukowsky 38"."""
    others = [one for one in able_to(context, "close") if one.code != order.code]
    another = any(_begins_another(clause) for clause in parts_at_and(heard))
    if not others or not (another or any(_names(mention, one) for one in others for mention in heard.of(NAME, CODE))):
        return heard
    kept: list[Mention] = []
    of_it = False
    for clause in parts_at_and(heard):
        if any(_names(mention, order) for mention in clause):
            of_it = True
        elif _begins_another(clause) or any(_names(mention, one) for one in others for mention in clause):
            of_it = False
        if of_it:
            kept += [*clause, _COMMA]
    return replace(heard, mentions=kept, known={kind for one in kept for kind in one.kinds}) if kept else heard


def _begins_another(clause: Sequence[Mention]) -> bool:
    """Say whether a clause tells of another order: "y a la otra le faltaron 2", and not "los otros 2"."""
    said = " ".join(one.text for one in clause[:3])
    return said.startswith(("la otra", "a la otra", "de la otra", "el otro pedido", "la otra orden", "the other"))


_COMMA = Mention(frozenset({"sign"}), ",", 0, 0, filler=True)


def _names(mention: Mention, order: OrderSeen) -> bool:
    if mention.has(CODE):
        return mention.value == order.code
    match = mention.value
    return mention.has(NAME) and isinstance(match, Match) and order.counterpart in {n for _t, n in match.candidates}


def _by_code(heard: Heard, context: Context) -> Pointed | None:
    mentioned = heard.of(CODE)
    mentioned = list(_of_what_came(heard, mentioned))
    codes = dict.fromkeys(str(mention.value) for mention in mentioned)
    if not codes:
        return None
    if len(codes) > 1:
        return Pointed(doubt=Doubt("order", tuple((code, code) for code in codes), heard.said(*mentioned)))
    code = next(iter(codes))
    order = next((one for one in context.orders if one.code == code), None)
    slot = Found("order", code, How.STATED, code, heard.said(*mentioned), "eleven digits of a code")
    return Pointed(slot, order, used=tuple(mentioned))


def _by_ending(heard: Heard, context: Context, able: Sequence[OrderSeen]) -> Pointed | None:
    words = heard.words
    for place, mention in enumerate(words):
        digits = _digits(heard, mention)
        if not SHORTEST_ENDING <= len(digits) < DIGITS:
            continue
        before = words[place - 1] if place else None
        after = words[place + 1] if place + 1 < len(words) else None
        if after is not None and "," in heard.text[mention.end : after.start]:
            after = None
        known = sum(one.code.endswith(digits) for one in able) == 1 and before is not None and not before.has(NUMBER)
        if before is not None and not (_points(before) or known):
            continue
        if after is not None and (after.has(*_COUNTED) or (after.text == "de" and _is_size(words, place + 2))):
            continue
        found = [one for one in able if one.code.endswith(digits)]
        found = found or [one for one in context.orders if one.code.endswith(digits)]
        if len(found) == 1:
            why = f"the only order that ends in {digits}"
            slot = Found("order", found[0].code, How.PART, found[0].code, heard.said(mention), why)
            return Pointed(slot, found[0], used=(mention,))
        if found:
            return Pointed(doubt=_doubt(found, heard.said(mention)), used=(mention,))
        if before is not None and place and (_points_clearly(before) or _names_an_order(before, after)):
            return Pointed(used=(mention,), unknown_ending=digits)
    return None


def _digits(heard: Heard, mention: Mention) -> str:
    if mention.has(NUMBER) and mention.number is not None and mention.number % 1 == 0:
        typed = heard.said(mention)
        return typed if typed.isascii() and typed.isdigit() else str(mention.number)
    return str(mention.value) if mention.has("digits") else ""


def _points(before: Mention) -> bool:
    return (
        before.text.split(" ")[-1] in _BEFORE_ENDING
        or _points_clearly(before)
        or any(kind.partition(".")[0] in _POINTING for kind in before.kinds)
    )


def _names_an_order(before: Mention, after: Mention | None) -> bool:
    """Say whether a number that ends no code can be nothing else than one that was typed wrong: "anula la 999"."""
    counted = after is not None and (
        after.text == "de" or after.has(NUMBER, BRAND, "time", "address", "gallon", "money")
    )
    return before.text.split()[-1] in _NAMES_AN_ORDER and not counted


_NAMES_AN_ORDER = frozenset({"la", "orden", "codigo", "order", "code"})
_POINTING = frozenset(
    {
        "close",
        "accept",
        "sell",
        "reject",
        "annul",
        "arrive",
        "status",
        "detail",
        "history",
        "receipt",
        "sign",
        "polite",
        "and",
    }
)


def _points_clearly(before: Mention) -> bool:
    return before.text.split(" ")[0] in (
        "termina",
        "terminan",
        "acaba",
        "terminado",
        "terminada",
        "acabado",
        "ends",
        "ending",
        "ultimos",
        "acabada",
    )


def _is_size(words: Sequence[Mention], place: int) -> bool:
    return place < len(words) and words[place].has(NUMBER)


def _by_counterpart(heard: Heard, able: Sequence[OrderSeen]) -> Pointed | None:
    for mention in _of_what_came(heard, heard.of(NAME, BRAND)):
        if not isinstance(mention.value, Match) or not mention.has(NAME):
            continue
        meant = {name for _token, name in mention.value.candidates}
        found = [one for one in able if one.counterpart in meant]
        if len(found) == 1:
            how = mention.value.how if mention.value.how is not How.STATED else How.PART
            why = f"the only order with {found[0].counterpart}"
            return Pointed(
                Found("order", found[0].code, how, found[0].code, heard.said(mention), why), found[0], used=(mention,)
            )
        if found:
            return Pointed(doubt=_doubt(found, heard.said(mention)), used=(mention,))
    return None


def _of_what_came(heard: Heard, named: Sequence[Mention]) -> Sequence[Mention]:
    """Return the names without those of which it says "not yet": "lo de Bukowsky todavía, pero lo de Hyde ya"."""
    if len(named) < 2 or not heard.has("not_yet", "reason.never_came", "nothing"):
        return named
    waits = [
        one
        for clause in parts_at_and(heard)
        if any(two.has("not_yet", "reason.never_came", "nothing") for two in clause)
        for one in clause
    ]
    came = [one for one in named if not any(one is two for two in waits)]
    return came or named


def parts_at_and(heard: Heard) -> Iterator[list[Mention]]:
    """Yield the parts of a message between signs, ands and buts."""
    clause: list[Mention] = []
    for mention in heard.mentions:
        if mention.has("and") or mention.text in (",", ".", ";", "\n", "pero", "but"):
            yield clause
            clause = []
        else:
            clause.append(mention)
    yield clause


def _doubt(found: Sequence[OrderSeen], said: str) -> Doubt:
    return Doubt("order", tuple((one.code, f"{one.code} {one.counterpart}") for one in found), said)
