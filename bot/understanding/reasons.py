"""Why something is rejected: one of the common reasons, or the person's own words after "porque"."""

from __future__ import annotations

from dataclasses import replace

from bot.understanding.heard import Heard
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
    common = reasons(heard)
    if common:
        return common[:1]
    for mention in heard.of("because"):
        said = heard.text[mention.end :].strip(" :,.")
        if len(said.split()) >= 2 and mention.text not in ("por", "pues"):
            return [Found("reason", said[:LONGEST], said=said[:LONGEST], why=f"the words after {mention.text}")]
    return []


def reasons(heard: Heard) -> list[Found]:
    """Return every common reason that is said."""
    named = [
        Found("reason", token, said=heard.said(*found), why="a common reason")
        for name, token in _COMMON.items()
        if (found := heard.of(f"reason.{name}"))
    ]
    if named:
        return named
    lacking = _lacking(heard)
    return [] if lacking is None else [lacking]


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
