"""What is meant without its own verb: a document beside an order is its sale, "no puedo, no hay stock" refuses it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from bot.understanding.context import Context
from bot.understanding.filling import filled
from bot.understanding.giving import gives
from bot.understanding.heard import Heard
from bot.understanding.meaning import Kind, Meaning
from bot.understanding.names import Match
from bot.understanding.papers import paper
from bot.understanding.pointing import point, the_only_one
from bot.understanding.reasons import OF_BUYER, OF_SELLER, reason
from bot.understanding.refusing import is_kept_back

_TO = frozenset({"para", "a", "pa", "con", "for", "to", "al"})
_STRANGE = ("others", "says_that", "when", "howto", "question", "unreal", "retract", "link", "injection", "wished")


_OF_AN_ORDER = ("accept.asks", "accept.tells", "sell.asks", "number", "code", "digits", "name", "goods", "trade")


def refused(heard: Heard, context: Context) -> Meaning | None:
    """Return that a seller refuses: "no puedo atender la 329, no hay stock"."""
    refuses = (heard.has("unable") or _nothing_for_it(heard)) and any(slot.value in OF_SELLER for slot in reason(heard))
    if not refuses or _is_strange(heard, "howto") or not any(agent.sells for agent in context.agents):
        return None
    if context.notice is None and not heard.has(*_OF_AN_ORDER):
        return None  # no puedo salir, mi carro se malogró
    return replace(filled(heard, context, "reject"), confidence=0.8)


def _nothing_for_it(heard: Heard) -> bool:
    """Say whether what is lacked is lacked for it: "no hay stock para atender la 329"."""
    for_it = heard.of("accept.asks", "sell.asks")
    return any(
        one.has("reason.stock", "reason.truck") and two.text == "para" and three in for_it
        for one, two, three in zip(heard.words, heard.words[1:], heard.words[2:], strict=False)
    )


def unwanted(heard: Heard, context: Context) -> Meaning | None:
    """Return that an order is not wanted any more: to reject with a reason of the goods, else to annul or reject."""
    kept_back = (
        heard.has("negation", "no") and is_kept_back(heard) and any(slot.value in OF_BUYER for slot in reason(heard))
    )
    if not (heard.has("unwanted") or kept_back) or _is_strange(heard) or _of_doing(heard):
        return None
    order = point(heard, context, "annul").order
    named = next((name for name in ("annul", "reject") if order is not None and name in order.can), "")
    if named and not any(kind.endswith(".asks") for kind in heard.known):
        return replace(filled(heard, context, named), confidence=0.8)
    if any(slot.value in OF_BUYER for slot in reason(heard)):
        return replace(filled(heard, context, "reject"), confidence=0.8)
    return Meaning(Kind.AMBIGUOUS, likely=("annul", "reject"), confidence=0.5, notes=("not wanted: before it came?",))


def _of_doing(heard: Heard) -> bool:
    """Say whether it is something to be done that is not wanted: "no lo quiero cerrar"."""
    return any(
        one.has("unwanted") and _INFINITIVE.search(two.text) and any(kind.endswith(".asks") for kind in two.kinds)
        for one, two in pairwise(heard.words)
    )


_INFINITIVE = re.compile(r"(?:ar|er|ir)(?:la|lo|las|los)?$")


def offered(heard: Heard, context: Context) -> Meaning | None:
    """Return that a seller accepts so many: "puedo darle solo 15 a Emile"."""
    if (
        not heard.has("accept.offers", "only", "change")
        or not heard.has("number")
        or _is_strange(heard)
        or heard.unknown
    ):
        return None
    pointed = point(heard, context, "accept")
    order = pointed.order or (the_only_one(context, "accept").order if gives(heard) else None)
    if not heard.has("accept.offers") and (not pointed.used or not _is_bare_offer(heard)):
        return None
    if order is None or "accept" not in order.can or heard.has("negation", "no", "not_yet", "later", "future"):
        return None
    return replace(filled(heard, context, "accept"), confidence=0.8)


def _is_bare_offer(heard: Heard) -> bool:
    """Say whether nothing but an order and an amount is named: "la 329 que sean 28"."""
    spoken = any(kind.endswith((".asks", ".tells", ".says")) for kind in heard.known - {"arrive.says"})
    goods = heard.has("arrived", "received", "lack", "document", "except", "date", "money", "question", "name")
    return not spoken and not goods and len(heard.of("number")) == 2


def documented(heard: Heard, context: Context) -> Meaning | None:
    """Return the sale of an order beside which its document stands: "registra la guía T001-4410 para la 123"."""
    denied = heard.has("negation", "no", "not_yet", "later", "future") or any(
        kind.endswith(".tells") for kind in heard.known
    )
    if denied or _is_strange(heard) or not paper(heard) or heard.unknown > 1:
        return None
    order = point(heard, context, "sell").order
    if order is None or "sell" not in order.can:
        return None
    return replace(filled(heard, context, "sell"), confidence=0.8)


def from_seller(heard: Heard, context: Context) -> Meaning | None:
    """Return an order of which only the seller is said: "pedido para mr hyde"."""
    said = [one for one in heard.words if not one.has("polite", "greeting", "one", "thanks", "now", "date")]
    told = [one for one in said if not one.has("small")]
    if len(told) != 2 or not (told[0].has("request.nouns") and told[1].has("name")) or "?" in heard.text:
        return None
    to_whom = said[said.index(told[0]) + 1].text.split()[0]
    sells = isinstance(told[1].value, Match) and set(told[1].value.candidates) & set(context.sellers)
    return replace(filled(heard, context, "request"), confidence=0.8) if to_whom in _TO and sells else None


def _is_strange(heard: Heard, *allowed: str) -> bool:
    return "?" in heard.text or '"' in heard.text or heard.has(*(one for one in _STRANGE if one not in allowed))
