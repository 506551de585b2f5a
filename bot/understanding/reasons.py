"""Why something is rejected: one of the common reasons, or the person's own words after "porque"."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from bot.understanding.heard import BRAND, NUMBER, Heard, Mention
from bot.understanding.meaning import Found

_COMMON = {
    "never_came": "never came",
    "wrong": "wrong",
    "state": "state",
    "stock": "stock",
    "truck": "truck",
    "mistake": "mistake",
}
LONGEST = 200
_HAVE = frozenset({"hay", "tengo", "tenemos", "queda", "quedan", "cuento", "contamos", "have", "got"})


OF_BUYER = frozenset({"never came", "wrong", "state"})
OF_SELLER = frozenset({"stock", "truck", "mistake"})


_MISTAKEN = ("equivoca", "errad")
_BARE = frozenset({"no hay", "no tenemos", "no queda", "no quedan", "no me queda", "no nos queda", "estock"})
"""Words for a lack that do not say of what."""


def reason_of(heard: Heard, *, buyer: bool) -> list[Found]:
    """Return the reason as that side is asked for it: a common one of the other side counts as own words."""
    usual = OF_BUYER if buyer else OF_SELLER
    common = OF_BUYER | OF_SELLER
    found = [one for one in reasons(heard) if one.value in usual][:1] or reason(heard)
    if not buyer and found and found[0].value == "wrong" and found[0].said.casefold().startswith(_MISTAKEN):
        return [replace(found[0], value="mistake")]
    if not buyer and found and found[0].value == "state" and heard.has("carrier"):
        return [replace(found[0], value="truck")]
    if not buyer and found and found[0].value == "never came" and heard.has("goods", "name") and not heard.has("money"):
        return [replace(found[0], value="truck" if heard.has("carrier") else "stock")]
    return [replace(slot, value=slot.said, why="own words") if slot.value in common - usual else slot for slot in found]


def reason(heard: Heard) -> list[Found]:
    """Return the reason as a slot, or nothing when none is said."""
    common = reasons(heard)
    if common:
        return common[:1]
    for mention in heard.of("because", "question"):
        why_not = mention.text == "porque no" and "?" not in heard.text  # it asks, but here it tells
        if not mention.has("because") and not why_not:
            continue
        begin = mention.end if not why_not else heard.text.find(" ", mention.start)
        said = heard.text[begin:].strip(" :,.")
        if len(said.split()) >= 2 and mention.text not in ("por", "pues"):
            return [Found("reason", said[:LONGEST], said=said[:LONGEST], why=f"the words after {mention.text}")]
    return []


def reasons(heard: Heard) -> list[Found]:
    """Return every common reason that is said, or the one that is implied."""
    seen = _seen(heard)
    named = [
        Found("reason", token, said=heard.said(*found), why="a common reason")
        for name, token in _COMMON.items()
        if (found := heard.of(f"reason.{name}"))
        and not (seen is not None and name == "stock" and all(one.text in _BARE for one in found))
    ]
    if named and named[0].value == "stock" and _is_of_a_truck(heard):
        return [replace(named[0], value="truck")]
    if named:
        return named
    implied = seen or _short_of(heard) or _something_else(heard) or _lacking(heard)
    return [] if implied is None else [implied]


def _is_of_a_truck(heard: Heard) -> bool:
    """Say whether it is a truck that there is none of: "carrito no hay"."""
    return any(one.has("carrier") and two.text in _BARE for one, two in pairwise(heard.words))


def _short_of(heard: Heard) -> Found | None:
    if not heard.has("short_of") or heard.has("money"):
        return None
    return Found("reason", "stock", said=heard.said(*heard.of("short_of")), why="nothing is left")


def _seen(heard: Heard) -> Found | None:
    """Return what is told of a truck or a store: "mi carro está en el mecánico", "el almacén quedó en cero"."""
    for token, thing, state in (("truck", "carrier", "breakdown"), ("stock", "storage", "emptied")):
        if not heard.has(thing) or not heard.has(state):
            continue
        for clause in heard.clauses():
            things = [one for one in clause if one.has(thing)]
            states = [one for one in clause if one.has(state)]
            if things and states and not any(one.has("negation") for one in clause if one not in states):
                return Found("reason", token, said=heard.said(*things, *states), why="what is told of it")
    return None


_CAME = ("arrived", "brings", "received")
_BOUGHT = ("request.tells", "search.says")


def _something_else(heard: Heard) -> Found | None:
    """Return that something else came than was bought: "compré Joyce y bajaron Proust", "mandaron 45 y pedí de 10"."""
    verbs = [(one.start, _has_come(one)) for one in heard.of(*_CAME, *_BOUGHT)]
    named: dict[bool, set[str]] = {True: set(), False: set()}
    for one in heard.of(BRAND, NUMBER):
        near = [came for start, came in verbs if start < one.start][-1:]
        if near:
            named[near[0]].add(str(getattr(one.value, "candidates", one.value)))
    if named[True] and named[False] and not named[True] & named[False]:
        return Found("reason", "wrong", said=heard.text, why="something else came than was bought")
    return None


def _has_come(verb: Mention) -> bool:
    """Say whether it tells of what came; "mandó" tells it too, though whoever buys may say it of an order."""
    return verb.has(*_CAME) or verb.text.startswith(("mand", "envi"))


def _lacking(heard: Heard) -> Found | None:
    """Return what is lacked, in whatever words: "no tengo unidades disponibles", "ya no nos quedan balones"."""
    for mention in heard.of("negation"):
        ahead = [one for one in heard.words if one.start >= mention.end][:4]
        if mention.text == "sin" and ahead and ahead[0].has(BRAND):
            return Found("reason", "stock", said=heard.said(mention, ahead[0]), why="what is not there")
        had = [place for place, one in enumerate(ahead) if one.has("owned") or one.text in _HAVE]
        lacked = ahead[had[0] + 1 :][:2] if had else []
        for token, kinds in (("truck", ("carrier",)), ("stock", ("goods",))):
            found = [one for one in lacked if one.has(*kinds)]
            if found:
                return Found("reason", token, said=heard.said(mention, found[0]), why="what is not there")
    return None
