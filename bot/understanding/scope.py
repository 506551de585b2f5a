"""Where a verb stands: what belongs to its clause, and where a clause begins anew without a sign."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.understanding.heard import Heard, Mention

ANOTHER = frozenset(
    {"lo otro", "la otra", "el otro", "las otras", "los otros", "el otro pedido", "the other", "the others"}
)
"""They speak of another order than the one before."""
CONNECTORS = frozenset({"pero", "sino", "mejor", "but", "instead", "rather"})
LITTLE = ("small", "polite", "now", "sign", "greeting")
_THAT = frozenset({"que", "q", "si", "como", "donde", "quien", "cual", "to", "if", "that", "who"})
_REACHES = ("says_that", "when", "howto", "question", "unreal")
"""What reaches over a new beginning: "mi hijo dice que quiere cerrar"."""
_OF_ANYBODY = frozenset({"puede", "pueden", "podria", "podrian"})
"""Of the one who is spoken to, or of a third."""
_INFINITIVE = re.compile(r"(?:ar|er|ir)(?:me|te|se|le|nos)?(?:lo|la|los|las|me|nos)$")
_TO_HIM = re.compile(
    r"(?:pon|marca|marque|pasa|pase|registra|registre|deja|deje|anota|anote|da|de)(?:le|la|lo|las|los|me) "
)
"""Of several words: ponle vendido, regístrela como venta."""
LONGEST_BARE = 6
"""Letters of the longest verb that only looks as if a pronoun hung on it: vendela has more, tala has not."""
_NO_BEGINNING = frozenset({"para", "hay que", "tengo que", "debo", "voy a", "vamos a", "procedo a", "paso a"})


def around(heard: Heard, verb: Mention) -> tuple[list[Mention], list[Mention]]:
    """Return what stands before and after the verb in its clause.

    "pero" and "mejor" begin another clause, and so does whoever asks: "vino el señor del gas ya puedes cerrarlo".
    """
    before: list[Mention] = []
    after: list[Mention] = []
    seen = False
    for mention in heard.mentions:
        if mention is verb:
            seen = True
            before = [] if calls(verb) and (verb.has("team.asks") or not _is_reached(before)) else before
        elif not seen:
            before = _and(before, mention)
        elif mention.text in ".;!\n?" or is_connector(mention):
            break
        else:
            after.append(mention)
    return before, after


def is_connector(mention: Mention) -> bool:
    """Say whether another clause begins with it."""
    return mention.text in CONNECTORS or mention.has("so")


def calls(verb: Mention) -> bool:
    """Say whether it can only be said to somebody: ciérralo, anúlame; an infinitive can also be talked of."""
    if _TO_HIM.match(verb.text):
        return True
    ending = verb.text.split()[-1]
    bound = ending.endswith(("lo", "la", "los", "las", "me", "nos"))
    return bound and not _INFINITIVE.search(ending) and len(ending) > LONGEST_BARE


def _is_reached(before: Sequence[Mention]) -> bool:
    """Say whether what stands before reaches over: denied, told by others, on a condition, asked."""
    near = without_little(before)[-1:]
    return (
        any(one.has(*_REACHES, "others", "negation", "no", "not_yet") for one in before)
        or (bool(before) and before[-1].text.split()[-1] in _THAT)
        or any(one.has("later", "future", "date") for one in near)
    )


def _and(before: list[Mention], mention: Mention) -> list[Mention]:
    """Return what stands before, with one more mention: nothing but it, if it begins a clause."""
    if mention.text == ":" and before and before[-1].has("says_that"):
        return [*before, mention]  # di conmigo: vende la 123
    if mention.text in ".;!\n:,¡" or is_connector(mention):
        return []
    return [mention] if _begins(mention, before) else [*before, mention]


def _begins(mention: Mention, before: Sequence[Mention]) -> bool:
    """Say whether the person begins to ask for something: quiero, puedes, por favor."""
    asks = mention.text in ("por favor", "please") or (mention.has("want", "can") and not mention.has("small"))
    if not asks or mention.text in _NO_BEGINNING or not before:
        return False
    if any(one.has(*_REACHES) for one in before) or before[-1].text.split()[-1] in _THAT:
        return False
    if mention.text.split()[-1] in _OF_ANYBODY and any(one.has("others") for one in before):
        return False
    near = next((one for one in reversed(before) if not one.has(*LITTLE)), None)
    return near is None or not near.has("negation", "no", "not_yet", "others", "later")


def from_call(heard: Heard) -> Heard:
    """Return the message from where something is asked for: "vivo en la cuadra 10 mándame 5 balones" from mándame.

    What is told before is only left out if nothing in it reaches over, and if there is something strange in it.
    """
    for place, mention in enumerate(heard.mentions):
        before = heard.mentions[:place]
        begins = mention.has("request.weak") and (calls(mention) or mention.text in _ASKS_NOW)
        if begins and mention.text in _OF_ANOTHER and any(one.has("name", "brand", "deliverer") for one in before):
            return heard
        if begins and any(one.has("other", "plain", "foreign", "address", "negation", "number") for one in before):
            if _is_reached_far(before):
                return heard
            rest = heard.mentions[place:]
            return replace(heard, mentions=rest, known={kind for one in rest for kind in one.kinds})
    return heard


def announced(heard: Heard) -> Heard:
    """Return the message from what it announces: "mi nombre es Teresa, de El Sol, le comunico que llegó" from llegó.

    What stands before is left out only if it says who writes, or nothing that is known.
    """
    for place, mention in enumerate(heard.mentions):
        if mention.text == ":" and _is_signature(heard.mentions[:place]) and heard.mentions[place + 1 :]:
            rest = heard.mentions[place + 1 :]
            return replace(heard, mentions=rest, known={kind for one in rest for kind in one.kinds})
        if not (mention.text.endswith(" que") and mention.has("polite", "self") and _ANNOUNCES.fullmatch(mention.text)):
            continue
        before, rest = heard.mentions[:place], heard.mentions[place + 1 :]
        if before and rest and not any(map(_says_more, before)):
            return replace(heard, mentions=rest, known={kind for one in rest for kind in one.kinds})
        return heard
    return heard


LONGEST_SIGNATURE = 5
"""Words of a shop's name."""


def _is_signature(before: Sequence[Mention]) -> bool:
    """Say whether what stands before a colon may be a shop's name: "pollería El Dorado: 8 de 45"."""
    unknown = ("other", "foreign", "plain")
    named = any(one.has(*unknown) for one in before)
    return named and len(before) <= LONGEST_SIGNATURE and all(one.has(*unknown, *_IN_NAMES) for one in before)


def _says_more(mention: Mention) -> bool:
    """Say whether it says something of its own, and not only who writes."""
    spoken = any(kind.endswith((".asks", ".tells", ".says")) for kind in mention.kinds)
    return spoken or mention.has(*_SAYS_MORE)


_IN_NAMES = ("place", "small", "greeting", "self")
_ANNOUNCES = re.compile(
    r"(?:.* )?(?:comunico|informo|aviso|reporto|confirmo|digo|cuento|(?:comunicar|informar|avisar|decir)les?) que"
)
_SAYS_MORE = (
    *("negation", "no", "not_yet", "says_that", "when", "unreal", "retract", "question", "others"),
    *("number", "code", "arrived", "received", "lack", "request.weak"),
)
_ASKS_NOW = frozenset({"necesito", "quiero", "quisiera", "deseo", "necesitamos", "queremos", "requiero"}) | {
    *("mande", "manden", "envie", "envien", "traiga", "traigan", "despache", "despachen", "manda", "envia", "trae")
}
_OF_ANOTHER = frozenset({"manda", "envia", "trae"})


def _is_reached_far(before: Sequence[Mention]) -> bool:
    near = without_little(before)[-1:]
    asked = any(one.has(*_REACHES, "others", "retract", "wished") for one in before)
    return asked or before[-1].text.split()[-1] in _THAT or any(one.has("negation", "no", "not_yet") for one in near)


def without_little(mentions: Sequence[Mention]) -> list[Mention]:
    """Return the mentions that say something by themselves."""
    return [one for one in mentions if not one.has(*LITTLE)]
