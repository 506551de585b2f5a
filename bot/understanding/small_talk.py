"""Greetings, thanks, asking for a person, prices and the weather; and what is offered when nothing was understood."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from bot.understanding.context import Context
from bot.understanding.filling import filled
from bot.understanding.heard import OTHER, Heard
from bot.understanding.meaning import Kind, Meaning
from bot.understanding.ordering import ordered

_AROUND = ("polite", "small", "now", "greeting", "sign")
_PERSON_ALONE = frozenset(
    {
        "alguien",
        "agente",
        "encargado",
        "operador",
        "persona",
        "gerente",
        "supervisor",
        "somebody",
        "someone",
        "operator",
        "agent",
        "person",
        "tecnico",
        "representative",
    }
)


def said(heard: Heard, context: Context, *, has_commands: bool) -> Meaning | None:
    """Return the small talk that a message is, or None."""
    if _only(heard, "thanks", "yes") and heard.has("thanks"):
        return Meaning(Kind.THANKS, confidence=0.95)
    if _is_thanked_for(heard) and not has_commands:
        return Meaning(Kind.THANKS, confidence=0.85)
    if heard.has("greeting") and (_only(heard, "greeting") or _greets_somebody(heard)):
        return Meaning(Kind.GREETING, confidence=0.95)
    if _wants_person(heard):
        return Meaning(Kind.PERSON, confidence=0.9, likely=("contacts",))
    if heard.has("money", "out_of_scope") and not has_commands and not _has_business(heard, context):
        return Meaning(Kind.OUT_OF_SCOPE, confidence=0.85)
    return None


def language_named(heard: Heard, context: Context) -> Meaning | None:
    """Return the language that is wanted: "quiero el bot en inglés"."""
    spoken = heard.of("language.english", "language.spanish")
    refused = [one for one, two in pairwise(heard.words) if one in spoken and two.text == "no"]
    if refused and len(spoken) > len(refused):
        rest = [one for one in heard.mentions if one not in refused and one.text != "no"]
        heard = replace(heard, mentions=rest, known={kind for one in rest for kind in one.kinds})
    wanted = heard.has("want", "request.weak", "look", "change") or any(" " in one.text for one in spoken)
    strange = heard.has("negation", "no", "others", "says_that", "question", "howto", "when", "unreal", "number")
    if not spoken or not wanted or strange or heard.unknown > 1 or len(heard.words) > 8:
        return None
    return filled(heard, context, "language")


def _is_thanked_for(heard: Heard) -> bool:
    """Say whether it gives thanks for something: "gracias por su atención"."""
    words = [one for one in heard.words if not one.has("polite", "greeting", "yes", "small") or one.has("thanks")]
    short = 1 < len(words) <= 6 and words[0].has("thanks") and "?" not in heard.text
    strange = heard.unknown > 1 or any(kind.endswith((".says", ".tells")) for one in words[2:-1] for kind in one.kinds)
    return short and not strange and not heard.has("number", "code", "brand", "unit", "arrived", "negation", "lack")


def _only(heard: Heard, *kinds: str) -> bool:
    return all(mention.has(*kinds, *_AROUND) for mention in heard.mentions)


def _greets_somebody(heard: Heard) -> bool:
    """Say whether nothing follows the greeting but whom it greets, or a wish: "buenas noches, señores"."""
    words = [one for one in heard.words if one.has("greeting") or not one.has("polite", "small", "now")]
    unknown = sum(one.has(OTHER) for one in words)
    return words[0].has("greeting") and unknown <= _GREETED and all(one.has("greeting", OTHER) for one in words)


_GREETED = 2
"""Unknown words after a greeting that are taken for a name or a wish."""


def _wants_person(heard: Heard) -> bool:
    found = heard.of("person")
    if not found or heard.has("arrived", "received", "contacts.says", "says_that"):
        return False
    if heard.has("talk"):
        return True
    return any(one.text not in _PERSON_ALONE for one in found) or (heard.has("want") and len(heard.words) <= 6)


def _has_business(heard: Heard, context: Context) -> bool:
    asks_price = heard.has("money") and (
        "?" in heard.text
        or any(one.text.startswith(("cuanto", "a c", "how much", "precio", "price")) for one in heard.of("money"))
    )
    if asks_price:
        return False
    if heard.has("code", "arrived", "received", "reason.state", "reason.never_came"):
        return True
    return ordered(heard, context).is_clear


def lost(heard: Heard, context: Context) -> Meaning:
    """Return "not understood", with the likeliest conversations: those whose words were heard, then what is waiting."""
    likely: list[str] = []
    for mention in heard.mentions:
        for kind in sorted(mention.kinds):
            name, dot, _rest = kind.partition(".")
            if dot and name in _OFFERED and name not in likely:
                likely.append(name)
    if heard.has("unit", "brand", "kilo") and "request" not in likely and any(one.buys for one in context.agents):
        likely.append("request")
    for name in ("close", "accept", "sell"):
        if name not in likely and any(name in order.can for order in context.orders):
            likely.append(name)
    likely += [name for name in ("pending", "request", "help_") if name not in likely]
    return Meaning(Kind.UNKNOWN, likely=tuple(likely[:3]), notes=("nothing that is known was asked for",))


_OFFERED = frozenset(
    {
        "close",
        "accept",
        "sell",
        "reject",
        "annul",
        "request",
        "repeat",
        "arrive",
        "team",
        "language",
        "status",
        "detail",
    }
    | {"history", "pending", "search", "contacts"}
)
