"""Why something is rejected: one of the common reasons, or the person's own words after "porque"."""

from __future__ import annotations

from dataclasses import replace

from bot.understanding.heard import BRAND, NUMBER, Heard
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


def reason_of(heard: Heard, *, buyer: bool) -> list[Found]:
    """Return the reason as that side is asked for it: a common one of the other side counts as own words."""
    usual = OF_BUYER if buyer else OF_SELLER
    common = OF_BUYER | OF_SELLER
    return [
        replace(slot, value=slot.said, why="own words") if slot.value in common - usual else slot
        for slot in reason(heard)
    ]


def reason(heard: Heard) -> list[Found]:
    """Return the reason as a slot, or nothing when none is said."""
    for name, token in _COMMON.items():
        found = heard.of(f"reason.{name}")
        if found:
            return [Found("reason", token, said=heard.said(*found), why="a common reason")]
    other = _something_else(heard)
    if other is not None:
        return [other]
    lacking = _lacking(heard)
    if lacking is not None:
        return [lacking]
    for mention in heard.of("because"):
        said = heard.text[mention.end :].strip(" :,.")
        if len(said.split()) >= 2 and mention.text not in ("por", "pues"):
            return [Found("reason", said[:LONGEST], said=said[:LONGEST], why=f"the words after {mention.text}")]
    return []


_CAME = ("arrived", "brings", "received")
_BOUGHT = ("request.tells", "search.says")


def _something_else(heard: Heard) -> Found | None:
    """Return that something else came than was bought: "compré Joyce y bajaron Proust", "mandaron 45 y pedí de 10"."""
    if not (heard.has(*_CAME) and heard.has(*_BOUGHT)):
        return None
    verbs = [(one.start, one.has(*_CAME)) for one in heard.of(*_CAME, *_BOUGHT)]
    named: dict[bool, set[str]] = {True: set(), False: set()}
    for one in heard.of(BRAND, NUMBER):
        near = [came for start, came in verbs if start < one.start][-1:]
        if near:
            named[near[0]].add(str(getattr(one.value, "candidates", one.value)))
    if named[True] and named[False] and not named[True] & named[False]:
        return Found("reason", "wrong", said=heard.text, why="something else came than was bought")
    return None


def _lacking(heard: Heard) -> Found | None:
    """Return what is lacked, in whatever words: "no tengo unidades disponibles", "ya no nos quedan balones"."""
    for mention in heard.of("negation"):
        ahead = [one for one in heard.words if one.start >= mention.end][:4]
        had = [place for place, one in enumerate(ahead) if one.has("owned") or one.text in _HAVE]
        lacked = ahead[had[0] + 1 :][:2] if had else []
        for token, kinds in (("truck", ("carrier",)), ("stock", ("goods",))):
            found = [one for one in lacked if one.has(*kinds)]
            if found:
                return Found("reason", token, said=heard.said(mention, found[0]), why="what is not there")
    return None
