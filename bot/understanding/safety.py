"""What must not start anything: denied, asked, told of the past or of others, on a condition, quoted, or an attack."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

from bot.understanding.dates import Days
from bot.understanding.heard import OTHER, Heard, Mention

_WHAT_IF = ("que pasa", "que significa", "que quiere decir", "what happens", "what does", "what if")
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
    "request.weak",
)
"""What a request may be about, or be followed by."""
_AT_AN_HOUR = re.compile(r"\ba las? [0-9]{1,2}\b")
CONNECTORS = frozenset({"pero", "sino", "mejor", "but", "instead", "rather"})


class Bar(StrEnum):
    """Why an action that is named is not asked for."""

    NONE = ""
    DENIED = "denied"
    ASKED = "asked"
    REPORTED = "told of the past"
    OTHERS = "about somebody else"
    CONDITION = "on a condition"
    LATER = "not now"
    QUOTED = "quoted"
    STRANGE = "words before it that are not understood"
    OBJECT = "about something that is no order"


def is_attack(heard: Heard) -> bool:
    """Say whether the message tries to command the program itself, or is far too long for a command."""
    return heard.has("injection", "link") or heard.too_long


def quoted(heard: Heard, mention: Mention) -> bool:
    """Say whether it stands between quotation marks."""
    before = heard.text[: mention.start].count('"')
    return before % 2 == 1 and '"' in heard.text[mention.end :]


def bar(heard: Heard, verb: Mention) -> Bar:
    """Return why this verb does not ask for anything, or NONE when it stands where a command stands."""
    if quoted(heard, verb):
        return Bar.QUOTED
    before, after = around(heard, verb)
    for check in (_denied, _conditional, _by_others, _asked, _reported, _later):
        found = check(heard, verb, before, after)
        if found is not Bar.NONE:
            return found
    return _place(verb, before, after)


def around(heard: Heard, verb: Mention) -> tuple[list[Mention], list[Mention]]:
    """Return what stands before and after the verb in its clause; "pero" and "mejor" begin another clause."""
    before: list[Mention] = []
    after: list[Mention] = []
    seen = False
    for mention in heard.mentions:
        if mention is verb:
            seen = True
        elif not seen:
            before = [] if mention.text in ".;!\n:,¡" or mention.text in CONNECTORS else [*before, mention]
        elif mention.text in ".;!\n?" or mention.text in CONNECTORS:
            break
        else:
            after.append(mention)
    return before, after


def _denied(_heard: Heard, _verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> Bar:
    if any(one.has("negation", "not_yet", "no") for one in before) and not _is_problem(before):
        return Bar.DENIED
    if any(one.has("not_yet") for one in after):
        return Bar.DENIED
    return Bar.DENIED if _ends_denying(after) else Bar.NONE


def _ends_denying(after: Sequence[Mention]) -> bool:
    """Say whether a bare no follows: "anular no por favor"."""
    rest = [one for one in after if not one.has("polite", "small", "sign", "thanks")]
    return bool(rest) and rest[0].has("no", "negation") and len(rest) == 1


def _is_problem(before: Sequence[Mention]) -> bool:
    """Say whether the negation belongs to a reason: "no tengo stock rechaza"."""
    kept = [
        one
        for one in before
        if not one.has(
            "reason.stock", "reason.truck", "reason.mistake", "reason.never_came", "reason.wrong", "reason.state"
        )
    ]
    return not any(one.has("negation", "not_yet", "no") for one in kept)


def _conditional(heard: Heard, verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> Bar:
    orders = verb.has("request.asks", "request.weak", "repeat.asks")
    for one in heard.of("when"):
        if one.start < verb.start or not (orders and one.text.startswith("cuando pueda")):
            return Bar.CONDITION
    del after
    for place, one in enumerate(before[:-1]):
        if one.text == "si" and before[place + 1].has(OTHER, "plain", "others"):
            return Bar.CONDITION
    return Bar.NONE


def _by_others(heard: Heard, verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> Bar:
    if any(one.has("others", "says_that") for one in before):
        return Bar.OTHERS
    if any(kind.endswith(".tells") for one in before for kind in one.kinds) or verb.has("team.asks"):
        return Bar.NONE if verb.has("team.asks") else Bar.REPORTED
    del heard
    for place, one in enumerate(after):
        if one.has("because") and one.text != "por":
            break
        if one.has("others") and (place == 0 or after[place - 1].text in ("de", "of")):
            return Bar.OTHERS
    return Bar.NONE


def _asked(heard: Heard, verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> Bar:
    del after
    polite = any(one.has("can") for one in before) and not any(
        one.has("howto") and not one.has("small", "want") for one in before
    )
    if _ends_asking(heard, verb) and not polite and not verb.text.endswith(("as", "es", "me")):
        return Bar.ASKED
    if any(one.text.startswith(_WHAT_IF) for one in heard.of("question")):
        return Bar.ASKED
    asking = [one for one in before if one.has("question", "howto") and not one.has("want", "small", "can")]
    return Bar.ASKED if asking or any(one.text in ("como", "how", "donde", "cuando") for one in before) else Bar.NONE


def _ends_asking(heard: Heard, verb: Mention) -> bool:
    """Say whether the clause of the verb ends with a question mark."""
    for char in heard.text[verb.end :]:
        if char in ".;!\n":
            return False
        if char == "?":
            return True
    return False


def _reported(heard: Heard, verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> Bar:
    past = [
        one for one in (*before, *after) if isinstance(one.value, Days) and one.text in ("ayer", "anteayer", "antier")
    ]
    if any(one.text in ("acabo de", "acabamos de", "acaba de", "acaban de") for one in before):
        return Bar.REPORTED
    ambiguous = verb.text.endswith("e") and any(one.text == "ya" for one in before)
    del heard
    first_person = not any(one.has("want") for one in before)
    if past and first_person and any(one.text == "ya" for one in before):
        return Bar.REPORTED
    return Bar.REPORTED if ambiguous else Bar.NONE


def _later(heard: Heard, verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> Bar:
    """Say whether it will be done later: "mañana cierro". An order for tomorrow is asked for now."""
    if verb.has("request.asks", "request.weak", "repeat.asks"):
        return Bar.NONE
    around_it = [*before, *after]
    if any(one.has("number") and two.has("time") for one, two in pairwise(before)):
        return Bar.LATER  # two days are left to close
    hour = verb.text.endswith("o") and _AT_AN_HOUR.search(heard.text[: verb.start].casefold())
    if hour:
        return Bar.LATER  # at six I close
    coming = [
        one for place, one in enumerate(around_it) if one.has("later", "future") or _is_coming(heard, around_it, place)
    ]
    return Bar.LATER if coming else Bar.NONE


def _is_coming(heard: Heard, around_it: Sequence[Mention], place: int) -> bool:
    """Say whether it is a day to come; "la del lunes" is an order of a day that has been."""
    days = around_it[place].value
    if not isinstance(days, Days) or heard.today is None or days.first <= heard.today:
        return False
    return not place or around_it[place - 1].text.split()[-1] not in ("del", "de", "of", "from")


def _place(verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> Bar:
    """A command stands after nothing but words that are understood, and is about something of the trade."""
    for mention in before:
        if mention.has(OTHER) or (mention.has("foreign", "plain") and not mention.filler):
            return Bar.STRANGE
    if verb.has("team.asks") or (" " in verb.text and _names_its_object(verb)):
        return Bar.NONE
    about = _object(after)
    if about is None:
        return Bar.NONE
    if any(one.text in ("de", "of") and _is_foreign(two) and two.has("foreign") for one, two in pairwise(after)):
        return Bar.OBJECT
    if verb.has("request.asks") and not about.has(*GOODS):
        return Bar.OBJECT
    return Bar.OBJECT if _is_foreign(about) or not (about.filler or about.has(*ORDERLY)) else Bar.NONE


def _names_its_object(verb: Mention) -> bool:
    return any(word in verb.text.split() for word in ("pedido", "orden", "venta", "cierre", "gas", "balones", "order"))


def _is_foreign(mention: Mention) -> bool:
    strange = mention.has(OTHER, "plain", "foreign", "carrier") and not mention.filler
    return strange or (mention.has("foreign", "carrier") and not mention.has("goods", "trade"))


def _object(after: Sequence[Mention]) -> Mention | None:
    """Return the first thing after the verb and its little words."""
    little = ("small", "polite", "now", "one", "and", "sign")
    return next((one for one in after if one.has(OTHER, "foreign") or not one.has(*little)), None)
