"""A report cut into its statements: "llegaron 18, faltan 2 y lo demás conforme" is three."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from bot.understanding.heard import Heard, Mention
from bot.understanding.lines import BIG, SMALL

_BOUNDARIES = frozenset({"and", "except", "rest"})

_DONE = ("idos", "idas", "ados", "adas", "antes", "missing", "received", "short")
"""Endings of a word that stands after its number: 18 recibidos, 2 faltantes."""

_RESTATES = frozenset({"osea", "o sea", "es decir"})

_STAYED = frozenset({"que me quedan", "que nos quedan", "me quedan", "nos quedan", "me quede con", "nos quedamos con"})
"""They tell what was kept, after what went back: "devolví 2, así que me quedan 18"."""

_TOLD = ("arrived", "received", "lack")


@dataclass(slots=True)
class Part:
    """A statement, and how it is meant."""

    mentions: list[Mention]
    """What it mentions."""
    lacks: bool
    denied: bool
    everything: bool
    rest: bool
    nothing: bool = False
    only: bool = False


def statements(heard: Heard) -> list[Part]:
    """Cut at commas and ands; "menos" and "lo demás" begin a part of their own."""
    cut: list[list[Mention]] = [[]]
    for mention in heard.mentions:
        if mention.text == "menos" and _is_short_of(heard, mention, cut[-1]):
            cut[-1].append(mention)
        elif (
            mention.has(*_BOUNDARIES)
            or mention.text in (",", ".", ";", "\n", "pero", "but", "!", "+")
            or _says_on(heard, mention, cut[-1])
        ):
            cut.append([mention] if mention.has("except", "rest") else [])
        elif (
            mention.text in _RESTATES
            or mention.text in _STAYED
            or _goes_on(mention)
            or _begins_another(mention, cut[-1])
        ):
            cut.append([*_brand_before(mention, cut[-1]), mention])
        elif _names_another_size(mention, cut[-1]):
            article = [cut[-1].pop()] if cut[-1][-1].has("small") else []
            cut.append([*article, mention])
        else:
            cut[-1].append(mention)
    return [_statement(one) for one in cut if one]


def _goes_on(mention: Mention) -> bool:
    """Say whether it begins another statement by itself: "así que", "y devolvimos"."""
    return mention.has("so") or (mention.has("given_back") and mention.text.startswith("y "))


def _brand_before(mention: Mention, part: list[Mention]) -> list[Mention]:
    """Take the brand before a number along, where brands stand first: "llegó joyce 18 proust 5"."""
    named = next((one for one in part if one.has("brand", "number")), None)
    first = named is not None and named.has("brand") and part[-1].has("brand") and named is not part[-1]
    return [part.pop()] if mention.has("number") and first else []


def _says_on(heard: Heard, mention: Mention, part: list[Mention]) -> bool:
    """Say whether a colon ends a statement: "no es que falten: están los 20", and not "faltan: 2 de 10"."""
    after = next((one for one in heard.mentions if one.start > mention.start and not one.has("small")), mention)
    if mention.text == ":" and after.has("arrived", "received") and any(one.has("lack") for one in part):
        return True
    denied = any(one.has("negation", "no", "nothing") or one.text.startswith("no ") for one in part)
    return mention.text == ":" and denied and any(one.has("lack") for one in part)


def _names_another_size(mention: Mention, part: list[Mention]) -> bool:
    """Say whether the other size is spoken of from here on: "los 5 grandes ok los chicos solo 18"."""
    sizes = SMALL if mention.text in BIG else BIG if mention.text in SMALL else frozenset()
    counted = any(one.has("number") for one in part) and not part[-1].has("number")
    return counted and any(one.text in sizes for one in part)


def _begins_another(mention: Mention, part: list[Mention]) -> bool:
    """Say whether another statement begins without a sign: "llegaron 18 faltan 2", "18 recibidos 2 faltantes"."""
    part = part[:-1] if part and part[-1].text in ("que", "y que", "pues") else part
    if not (any(one.has("number") for one in part) and any(one.has(*_TOLD) for one in part)):
        return False
    if mention.has("number"):
        if part[-1].has("kilo") and sum(one.has("number") for one in part) == 1:
            return False  # 10 kg 18 unidades
        if part[-1].text in ("en vez de", "en lugar de", "instead of", "/") or _ends_with_size(part):
            return False
        return part[-1].text.endswith(_DONE) or not part[-1].has("small", "times", *_TOLD)
    return (
        not mention.text.startswith("de ")
        and mention.has(*_TOLD)
        and part[-1].has("number", "unit", "only", "polite", "all", "brand", "kilo", "goods", "enough")
    )


def _ends_with_size(part: list[Mention]) -> bool:
    """Say whether its only number is a size, and how many is still to be said: "recibí proust de 45 cuatro"."""
    return len(part) > 1 and part[-2].text == "de" and [one for one in part if one.has("number")] == part[-1:]


def _is_short_of(heard: Heard, mention: Mention, before: list[Mention]) -> bool:
    """Say whether it is the "menos" of "vino con 2 menos", and not that of "20 menos 2" or "todo menos los de 45"."""
    ahead = [one for one in heard.mentions if one.start > mention.start][:4]
    ends = next(
        (place for place, one in enumerate(ahead) if one.text == "," or one.has("and") or one.text in _RESTATES),
        len(ahead),
    )
    after = [two for one, two in pairwise([mention, *ahead[:ends]]) if one.text not in _CALLED]
    counted = [one for one in before if not one.has("unit", "goods", "small", "brand")][-1:]
    if (
        [one.text for one in ahead[:1]] in (["de los"], ["de las"])
        and len(ahead[:ends]) == 2
        and ahead[1].has("number")
    ):
        after = []  # "3 menos de los 40"
    return any(one.has("number", "one") for one in counted) and not any(one.has("number", "brand") for one in after)


_CALLED = frozenset({"la", "la orden", "orden", "de la", "en la", "del pedido"})
"""Before a number they call an order by its end, and count nothing."""


def _says_how_many(mentions: list[Mention]) -> bool:
    """Say whether it tells how many there are after all: "menos proust, que fueron 3"."""
    for place, mention in enumerate(mentions):
        ahead = [one for one in mentions[place + 1 : place + 4] if not one.has("small", "only", "polite")]
        told = mention.has("arrived", "received") or mention.text in ("fueron", "son", "eran", "hay", "were", "are")
        called = bool(ahead) and mentions[mentions.index(ahead[0]) - 1].text in _CALLED
        excepted = any(one.has("except") for one in mentions[:place])
        if told and ahead and not called and ahead[0].has("number") and excepted:
            return not any(one.has("negation") for one in mentions[:place])
    return False


def _statement(mentions: list[Mention]) -> Part:
    denied = any(one.has("reason.never_came") for one in mentions)
    for place, mention in enumerate(mentions):
        ahead = [one for one in mentions[place + 1 : place + 4] if not one.has("small")]
        if mention.has("negation") and ahead and ahead[0].has("arrived", "received"):
            denied = True
    lacks_nothing = _lacks_nothing(mentions)
    return Part(
        mentions,
        lacks=_tells_of_lack(mentions) and not _says_how_many(mentions) and not lacks_nothing,
        denied=denied,
        everything=lacks_nothing or any(one.has("all") for one in mentions) or _says_yes_of_it(mentions),
        rest=any(one.has("rest") for one in mentions),
        nothing=any(one.has("nothing") for one in mentions) and not lacks_nothing,
        only=any(one.has("only") for one in mentions),
    )


def _says_yes_of_it(mentions: list[Mention]) -> bool:
    """Say whether a yes at the end tells that it came: "los Proust no vinieron, los Joyce sí"."""
    named = any(one.has("brand", "number") for one in mentions)
    return named and mentions[-1].text == "si"


def _tells_of_lack(mentions: list[Mention]) -> bool:
    left = any(one.has("number") and two.text.startswith("pendiente") for one, two in pairwise(mentions))
    return left or any(_is_lack(one, after) for one, after in zip(mentions, [*mentions[1:], None], strict=True))


def _is_lack(mention: Mention, after: Mention | None) -> bool:
    """Say whether it tells of a lack; "vino menos: 15" tells what came."""
    if mention.has("except") and after is not None and after.text == ":":
        return False
    return mention.has("lack", "except") or mention.text == "menos"


def _lacks_nothing(mentions: list[Mention]) -> bool:
    """Say whether it is denied that anything lacks: "no hubo faltantes", "ni uno falta", "no es que falten"."""
    place = next((place for place, one in enumerate(mentions) if one.has("lack")), None)
    if place is None or any(one.has("number") and one.text not in ("uno", "una", "one") for one in mentions[place:]):
        return False
    before = [one for one in mentions[:place] if not one.has("small", "now", "polite")]
    denied = any(one.has("negation", "no", "nothing") or one.text.startswith("no ") for one in before[-2:])
    told = any(one.has("arrived", "received") for one in before)
    after = any(one.has("nothing") for one in mentions[place:])
    return (denied or after) and not told
