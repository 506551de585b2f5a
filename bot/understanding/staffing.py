"""What is to be done with the team: who enters it and as what, or who leaves it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from bot.understanding.heard import Heard, Mention
from bot.understanding.meaning import Found

ROLES = {"driver": "CHOFER", "operator": "OPERADOR", "owner": "TITULAR"}
_AS = frozenset({"como", "de", "d", "as", "sera", "ser", "sea"})


def team(heard: Heard) -> list[Found]:
    """Return whether somebody is invited or removed, or the drivers are given a right; and the role of the invited."""
    what = _what(heard)
    slots = [Found("what", what, why="what is to be done with the team")] if what else []
    role = _role(heard) if what == "invite" else ""
    return slots + ([Found("role", role, why="the role that was named")] if role else [])


def _what(heard: Heard) -> str:
    if heard.has("team.drivers"):
        return "drivers"
    enters, leaves = heard.of("team.invite", "staff.enters"), heard.of("team.remove", "staff.leaves")
    if enters and leaves:  # "no quiero invitar a nadie, quiero quitar a alguien"
        enters = [one for one in enters if not _is_denied(heard, one)]
    no_more = any(one.text.startswith("ya no") for one in heard.words)
    if no_more and any("acceso" in one.text.split() for one in heard.words):
        return "remove"  # ya no quiero que el chofer tenga acceso
    off = _taken_off(heard)
    if off is not None and not (enters and enters[0].start < off.start):
        return "remove"
    if leaves and not (enters and enters[0].start < leaves[0].start and enters[0].has("team.invite")):
        return "remove"
    if enters or _is_added(heard):
        return "invite"
    return "remove" if heard.has("staff.left") else ""


def _is_denied(heard: Heard, verb: Mention) -> bool:
    before = [one for one in heard.words if one.end <= verb.start]
    return any(one.has("no", "negation") for one in before[-2:])


def _taken_off(heard: Heard) -> Mention | None:
    """Return what says that somebody's access ends, where the same words also give it: "dé de baja", "da acceso"."""
    return next((one for one in heard.mentions if one.has("staff.off")), None)


def _is_added(heard: Heard) -> bool:
    return heard.has("change.add", "change", "make", "want") and any(heard.has(f"role.{kind}") for kind in ROLES)


def _role(heard: Heard) -> str:
    """Return the role that was named: what somebody is to be goes before what they are."""
    named = [(kind, one) for kind in ROLES for one in heard.of(f"role.{kind}")]
    words = heard.words
    to_be = [kind for kind, one in named if _stands_after_as(words, one)]
    kinds = to_be or [kind for kind, _one in named]
    return ROLES[kinds[0]] if kinds else ""


def _stands_after_as(words: Sequence[Mention], role: Mention) -> bool:
    return any(two is role and one.text.split()[-1] in _AS for one, two in pairwise(words))
