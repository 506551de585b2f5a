"""Messages that only look, and questions on how to do something. None of them can change anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from bot.understanding.bars import Bar
from bot.understanding.context import Context
from bot.understanding.dates import Days
from bot.understanding.filling import filled
from bot.understanding.heard import CODE, DATE, NUMBER, OTHER, Heard, Mention
from bot.understanding.meaning import Kind, Meaning
from bot.understanding.pointing import point

LOOKS = ("report", "receipt", "history", "detail", "pending", "search", "status", "contacts", "help_", "menu")
"""The likeliest first, where a message has words of several."""
_BETWEEN = frozenset({"se", "ya", "lo", "la", "los", "las", "le", "me", "was", "it", "ha", "han"})
_WHETHER = (
    *(
        "puedo",
        "no puedo",
        "se puede",
        "no se puede",
        "podemos",
        "no me",
        "no logro",
        "no pude",
        "donde",
        "por donde",
        "es posible",
    ),
    *("can i", "i can", "where", "is it possible"),
)
"""They ask whether or where, and a noun after them says little: "donde está mi pedido"."""
_DID = frozenset({"did", "has", "have", "was", "were", "is"})
_TO_DO = frozenset({"tengo que", "hay que", "debo", "have to"})
_WHICH = frozenset({"cual", "cuales", "cuantos", "cuantas", "que", "which"})
ABOUT_AN_ORDER = frozenset({"receipt", "history", "detail", "status"})


def howto(heard: Heard, named: Sequence[tuple[str, Mention, Bar]]) -> Meaning | None:
    """Return which conversation a question asks about, if it asks how something is done."""
    asking = [one for one in heard.of("howto") if not _only_wants(one)]
    if _asks_not_how(heard, asking):
        return None
    for conversation, verb, why in named:
        if what_is_left(heard, verb):
            return None
        asks = any(one.end <= verb.start for one in asking)
        if why is Bar.ASKED or (asks and why is not Bar.OTHERS):
            return _about(conversation, 0.9)
    how = [one for one in asking if not one.text.startswith(_WHETHER)]
    if any(one.end <= told.start for one in how for told in heard.of("arrived", "received", "lack", "difference")):
        return _about("close", 0.8)
    return _howto_of_a_thing(heard, asking, how)


def _asks_not_how(heard: Heard, asking: Sequence[Mention]) -> bool:
    """Say whether it asks what somebody did, or says that it cannot be done yet."""
    did = bool(heard.words) and heard.words[0].text.split()[0] in _DID
    cannot = heard.has("not_yet") and "?" not in heard.text and all(one.text.startswith(_WHETHER) for one in asking)
    return cannot or (did and (heard.has("name", "others") or " he " in heard.text))


def _howto_of_a_thing(heard: Heard, asking: Sequence[Mention], how: Sequence[Mention]) -> Meaning | None:
    """Return which conversation is asked about by what it is about, and not by its verb."""
    for kind, conversations in (
        ("says", (*LOOKS, "arrive")),
        ("nouns", ("request", "close", "sell", "annul", "reject")),
    ):
        for name in conversations:
            spoken = () if name == "help_" else heard.of(f"{name}.{kind}")
            if kind == "nouns" and name != "request" and how and spoken:
                return _about(name, 0.8)
            where = how if kind == "nouns" else asking
            if any(one.end <= mention.start for one in where for mention in spoken):
                return _about(name, 0.8)
    return None


def what_is_left(heard: Heard, verb: Mention) -> bool:
    """Say whether it asks what there is to do, and not how: "¿tengo algo que cerrar?"."""
    before = [one for one in heard.words if one.end <= verb.start]
    to_do = before[-1:] and before[-1].text.split()[-1] in ("que", "por", "para", "to")
    left = any(one.has("pending.left", "pending.says") for one in before) or (before[-1:] and before[-1].text in _TO_DO)
    what = any(one.has("pending.left", "pending.says", "listed", "goods") or one.text in _WHICH for one in before[:-1])
    return bool(to_do and left and what)


def _about(conversation: str, confidence: float) -> Meaning:
    return Meaning(Kind.HOWTO, topic=conversation, likely=(conversation,), confidence=confidence, notes=("asks how",))


def _only_wants(mention: Mention) -> bool:
    return mention.has("want", "can") and not mention.text.startswith(("puedo", "se puede", "podemos"))


def looked(heard: Heard, context: Context) -> Meaning | None:
    """Return what the person wants to look at, or None."""
    has_order = heard.has(CODE) or _points(heard, context)
    named = _named(heard, has_order=has_order) or _by_what_is_asked(heard, has_order=has_order)
    if not named:
        return None
    if len(named) > 1 and named[0] == "status" and not has_order:
        named = named[1:]
    meaning = filled(heard, context, named[0])
    confidence = round(0.95 - 0.08 * heard.unknown, 2)
    if confidence < 0.6:
        return Meaning(Kind.AMBIGUOUS, likely=tuple(named[:3]), confidence=confidence, notes=("many unknown words",))
    return replace(meaning, confidence=confidence)


def _named(heard: Heard, *, has_order: bool) -> list[str]:
    """Return the looks whose words are there, the likeliest first."""
    if undone(heard):
        return ["pending"]
    if "?" in heard.text and any(one.text == "por que" for one in heard.of("because")):
        return []
    if asks_who_or_when(heard):
        return ["history"]
    named = [name for name in LOOKS if heard.has(f"{name}.says")]
    if named[:1] == ["report"]:
        return named[:1]
    if heard.has(DATE) and _lists_orders(heard) and not has_order and not _of_today(heard, named):
        return ["search"]
    if has_order and _asks_what_is_in(heard):
        return ["detail"]
    if has_order and _asks_about_it(heard, named):
        return ["status"]
    return named


def undone(heard: Heard) -> bool:
    """Say whether it asks for the orders with which something is not yet done: "los pedidos que aún no atiendo"."""
    words = heard.words
    of_orders = next((place for place, one in enumerate(words) if one.has("listed")), None)
    if of_orders is None:
        return False
    rest = words[of_orders + 1 :]
    undone = any(one.has("not_yet", "negation") for one in rest)
    done = any(any(kind.endswith((".asks", ".tells")) for kind in one.kinds) for one in rest)
    return bool(rest) and rest[0].text in ("que", "q", "which", "that") and undone and done and not heard.has("arrived")


def _of_today(heard: Heard, named: Sequence[str]) -> bool:
    """Say whether what is pending today is asked for: there is no other day on which it could be."""
    days = [one.value for one in heard.of(DATE) if isinstance(one.value, Days)]
    return named[:1] == ["pending"] and all(one.first == one.last == heard.today for one in days)


def asks_who_or_when(heard: Heard) -> bool:
    """Say whether it asks who did something, or when it was done: "a qué hora se aceptó"."""
    words = [one for one in heard.words if one.text not in _BETWEEN]
    both = any(one.has("who_when") and " y " in one.text for one in words)
    done = (".tells", ".asks") if both else (".tells",)  # quién y cuándo aceptó, without its accent
    return any(one.has("who_when") and any(kind.endswith(done) for kind in two.kinds) for one, two in pairwise(words))


def _by_what_is_asked(heard: Heard, *, has_order: bool) -> list[str]:
    """Return the look for a question without a word of its own: "y mi gas??", "qué pedidos tengo"."""
    asks = "?" in heard.text or heard.has("question", "look")
    if "?" in heard.text and heard.has("name") and any(kind.endswith(".tells") for kind in heard.known):
        return ["status"]  # did Emile close?
    if has_order and heard.has("look"):
        return ["status"]
    if heard.has("foreign", "others", "says_that", NUMBER, "negation", "brand", "howto") or heard.unknown > 1:
        return []
    if heard.has("listed") and (asks or heard.has("owned")):
        return ["search"] if heard.has("request.tells") else ["pending"]
    if (
        any(one.has("goods") and one.text not in ("cosas", "producto", "productos") for one in heard.words)
        and ("?" in heard.text or heard.has("look"))
        and not heard.has("money", "out_of_scope")
    ):
        return ["pending"] if heard.has("arrived") and not heard.has("polite") else ["status"]
    return []


def _asks_what_is_in(heard: Heard) -> bool:
    """Say whether it asks what is in an order: "cuántos proust van en la 123"."""
    said = [one for one in heard.words if not one.has("look", "polite", "want") and one.text not in ("de", "y", "a")]
    asked = [one for one in said if one.text.split()[0] in ("cuanto", "cuantos", "cuantas", "que", "how", "what")]
    goods = any(one.has("unit", "brand", "kilo") or one.text.startswith("de ") for one in heard.words)
    told = heard.has(
        "arrived", "received", "lack", "status.says", "pending.says", "history.says", "negation", "who_when"
    )
    return bool(asked) and goods and not told and ("?" in heard.text or asked[0] is said[0])


def _asks_about_it(heard: Heard, named: Sequence[str]) -> bool:
    """Say whether an order is pointed to and no other look at it is named."""
    if not named or named[0] not in ABOUT_AN_ORDER:
        return _is_bare(heard) or "?" in heard.text or bool(named and named[0] in ("pending", "search"))
    return False


def _points(heard: Heard, context: Context) -> bool:
    pointed = point(heard, context, "status", by_name=False)
    return pointed.slot is not None or pointed.doubt is not None


def _lists_orders(heard: Heard) -> bool:
    if heard.has("search.says"):
        return True
    spoken = [one for one in heard.of("question", "howto") if one.text != "donde"]
    asks = bool(spoken) or heard.has("look", "want") or "?" in heard.text
    if not asks and heard.unknown:
        return False  # the sales were slack the day before yesterday
    return (heard.has("listed") and not heard.has(NUMBER, "arrived", "received")) or (
        heard.has("goods", "trade") and not heard.has(NUMBER, "unit") and heard.has("pending.says", "question", "want")
    )


def _is_bare(heard: Heard) -> bool:
    """Say whether there is nothing but the code, and words around it that say nothing."""
    return (
        all(
            one.filler
            or one.has("sign", "small", "trade", "polite", CODE, NUMBER, "question", "yes", "status.says", OTHER)
            for one in heard.mentions
        )
        and heard.unknown <= 1
    )
