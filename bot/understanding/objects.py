"""What a command is about: an order and its goods, or a door, a favour and other things that are no orders."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bot.understanding.bars import Bar
from bot.understanding.heard import OTHER, Mention
from bot.understanding.scope import LONGEST_BARE, calls

_ARTICLES = frozenset(
    {"el", "la", "los", "las", "mi", "mis", "su", "sus", "ese", "esa", "este", "esta", "un", "una", "the", "my"}
)
ORDERLY = (
    "goods",
    "trade",
    "code",
    "number",
    "name",
    "brand",
    "all",
    "document",
    "plate",
    "date",
    "because",
    "unit",
    "thanks",
    "others",
    "ruc",
    "phone",
    "digits",
    "reason.stock",
    "reason.truck",
    "reason.mistake",
    "reason.never_came",
    "reason.wrong",
    "reason.state",
    "yes",
    "question",
    "request.weak",
    "negation",
    "lack",
    "arrived",
    "received",
    "sell.asks",
    "accept.asks",
    "close.asks",
    "reject.asks",
    "annul.asks",
    "request.asks",
    "only",
    "dozen",
    "half_dozen",
    "half",
    "part",
    "whole",
    "kilo",
    "which.last",
    "which.first",
    "nothing",
    "waybill",
    "invoice",
    "repeat.asks",
    "want",
    "difference",
    "greeting",
    "later",
    "future",
    "not_yet",
    "when",
    "rest",
    "except",
    "listed",
    "language.english",
    "language.spanish",
    "role.driver",
    "accept.offers",
    "moving.now",
    "change",
    "times",
    "no",
    "howto",
    "plate",
)
"""What a command of the trade may be about, or be followed by."""
GOODS = (
    "number",
    "unit",
    "goods",
    "brand",
    "name",
    "dozen",
    "half_dozen",
    "date",
    "kilo",
    "thanks",
    "others",
    "because",
    "repeat.asks",
    "yes",
    "greeting",
    "later",
    "future",
    "request.asks",
    "close.asks",
    "accept.asks",
    "request.weak",
)
"""What a request may be about, or be followed by."""


def place(verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> Bar:
    """A command stands after nothing but words that are understood, and is about something of the trade."""
    strange = any(_is_unknown(one) for one in before) and not any(one.has("self") for one in before)
    if strange and not (_can_only_ask(verb, before, after) or _is_plainly_asked(verb, before, after)):
        return Bar.STRANGE
    if verb.has("team.asks") and " " not in verb.text:
        thing = _object(after)
        return Bar.OBJECT if thing is not None and _is_foreign(thing) and not any(map(_is_role, after)) else Bar.NONE
    if verb.has("team.asks") or (" " in verb.text and _names_its_object(verb)):
        return Bar.NONE
    return Bar.OBJECT if _is_no_order(verb, after) else Bar.NONE


def _can_only_ask(verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> bool:
    """Say whether the verb can be nobody's doing that is told: cierre, ciérrala, or "cierra" beside a please."""
    if before and before[-1].text.split()[-1] in ("que", "q", "se"):
        return False
    to_them = verb.text.endswith(("ele", "ale", "eles", "ales", "selo", "sela")) and len(verb.text) > LONGEST_BARE
    if calls(verb) or to_them or any(kind.endswith(".wishes") for kind in verb.kinds):
        return True
    near = [*before[-2:], *after[:1], *after[-1:]]
    return (
        " " not in verb.text and any(one.text in _PLEASE for one in near) and not verb.text.endswith(("ar", "er", "ir"))
    )


def _is_plainly_asked(verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> bool:
    """Say whether a few unknown words before it change nothing: "sírvase considerar la misma compra de ayer".

    Nobody but the one who writes can be meant by an infinitive or a noun with its object, without another subject.
    """
    unknown = [one for one in before if _is_unknown(one)]
    if len(unknown) > MOST_BEFORE or any(not one.has(OTHER) for one in unknown):
        return False
    if any(one.text.split()[0] in _OF_A_THIRD for one in before):
        return False
    near = next((one for one in reversed(before) if not one.has("small", "polite", "now")), None)
    told = near is None or _is_unknown(near)  # "olvidé cerrar la 717"
    infinitive = " " in verb.text and verb.text.split()[0].endswith(("ar", "er", "ir")) and not told
    is_noun = verb.has("repeat.asks", "repeat.like") and verb.text.split()[0] in (
        "la",
        "el",
        "lo",
        "igual",
        "otra",
        "de",
    )
    about = _object(after)
    clear = _names_its_object(verb) or is_noun or (about is not None and about.has("code", "number", "trade", "goods"))
    return (infinitive or is_noun) and clear


MOST_BEFORE = 4
"""Unknown words that may stand before a command."""
_OF_A_THIRD = frozenset(
    {"quiere", "quieren", "va", "van", "puede", "pueden", "piensa", "piensan", "debe", "deben", "tiene", "tienen"}
    | {"acaba", "suele", "logro", "intento", "trato", "iba", "podria", "deberia", "que"}
)
_PLEASE = frozenset({"por favor", "porfa", "porfavor", "please", "pls", "xfa", "porfis", "plis"})


def _is_unknown(mention: Mention) -> bool:
    plain = mention.has("foreign", "plain") and not (mention.filler or mention.has("make", "received", "arrived"))
    return mention.has(OTHER) or plain


def _is_no_order(verb: Mention, after: Sequence[Mention]) -> bool:
    """Say whether what follows the verb is none of the things that it can be done with."""
    if verb.has("repeat.asks") and after and after[0].has("later", "future") and not after[0].has("date"):
        return True  # repeat after me
    if verb.has("sell.asks") and any(one.has("owned") for one in after):
        return True
    about = _object(after)
    if calls(verb) and about is not None and not _is_beside(about, after):
        return False  # anúlalo, ya conseguí
    if about is not None and about.has("all"):
        whole = _object(after[after.index(about) + 1 :])
        about = whole if whole is not None and _is_foreign(whole) else about  # all of my shop
    if about is None or _is_relative(about, after):
        return False
    if any(one.text in ("de", "of") and _is_foreign(two) and two.has("foreign") for one, two in pairwise(after)):
        return True
    if verb.has("request.asks") and not about.has(*GOODS):
        return True
    return _is_foreign(about) or not (about.filler or about.has(*ORDERLY))


def _is_beside(about: Mention, after: Sequence[Mention]) -> bool:
    """Say whether nothing but an article or a courtesy stands between a command and the thing."""
    between = [one for one in after[: after.index(about)] if not one.has("polite")]
    return all(one.text in _ARTICLES for one in between)


def _is_relative(about: Mention, after: Sequence[Mention]) -> bool:
    """Say whether it tells which order is meant: "anula la que pedí recién"."""
    if about.has("accept.tells") and about.text.endswith(("ado", "ados", "ada", "adas")):
        return True  # vende lo aceptado
    told = any(kind.endswith(".tells") for kind in about.kinds) or about.has("make", "arrived")
    place = after.index(about)
    ahead = [one for one in after[:place] if one.text not in ("le", "les", "me", "nos", "se", "lo", "la", "ya")]
    named = about.text.startswith("que ") or (bool(ahead) and ahead[-1].text.split()[-1] == "que")
    return named and (told or about.has("search.says"))


def _is_role(mention: Mention) -> bool:
    return any(kind.startswith("role.") for kind in mention.kinds)


def _names_its_object(verb: Mention) -> bool:
    return any(word in verb.text.split() for word in ("pedido", "orden", "venta", "cierre", "gas", "balones", "order"))


def _is_foreign(mention: Mention) -> bool:
    strange = mention.has(OTHER, "plain", "foreign", "carrier") and not mention.filler
    return strange or (mention.has("foreign", "carrier") and not mention.has("goods", "trade"))


def _object(after: Sequence[Mention]) -> Mention | None:
    """Return the first thing after the verb and its little words; after a comma another thing is said."""
    if after and after[0].text == ",":
        return None
    little = ("small", "polite", "now", "one", "and", "sign")
    return next((one for one in after if one.has(OTHER, "foreign") or not one.has(*little)), None)
