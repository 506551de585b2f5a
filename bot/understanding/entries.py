"""The entries of a vocabulary's files: what is written short in them, (el|mi) pedido and cierra~, stays short."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product

from bot.understanding.tokens import clean, cut, folded

CLITIC_MARK = "~"
CLITICS = (
    *("me", "te", "lo", "la", "los", "las", "le", "les", "nos", "se", "melo", "mela", "melos", "melas"),
    *("telo", "tela", "noslo", "nosla", "noslos", "noslas", "selo", "sela", "selos", "selas", "nelo", "nela"),
    *("nlo", "nla", "nlos", "nlas", "nme", "nmelo", "nmela", "nos"),
)
FEW_CLITICS = ("lo", "la", "los", "las", "me")
"""Behind a verb in the middle of an entry: márcala como vendida."""
_CHOICE = re.compile(r"\(([^()]*)\)")
_PART = re.compile(r"(?:\([^()]*\)|[^\s()])+")

Choice = tuple[str, ...]
"""One way of filling a place: some words, or none."""
Place = tuple[Choice, ...]
"""The ways of filling one place of an entry."""


@lru_cache(maxsize=8192)
def places_of(entry: str) -> tuple[Place, ...]:
    """Return the places of an entry, in order: "(el|mi|) pedido" has two. What "~" stands for is among the choices."""
    parts = _PART.findall(entry)
    return tuple(_place(part, place == len(parts) - 1) for place, part in enumerate(parts))


@lru_cache(maxsize=4096)
def _place(part: str, is_last: bool) -> Place:
    """Return what one part may be: a word, or a choice, or both grown together: (abollad|golpead)(o|a)."""
    pieces = [piece.split("|") if odd % 2 else [piece] for odd, piece in enumerate(_CHOICE.split(part))]
    spelled = ("".join(chosen) for chosen in product(*pieces))
    return tuple(dict.fromkeys(tuple(form.split()) for one in spelled for form in _with_clitics(one, is_last)))


def _with_clitics(spelled: str, is_last: bool) -> Iterator[str]:
    yield spelled.replace(CLITIC_MARK, "")
    if spelled.endswith(CLITIC_MARK):
        stem = spelled.replace(CLITIC_MARK, "")
        yield from (stem + clitic for clitic in (CLITICS if is_last else FEW_CLITICS))
    elif (place := spelled.find(CLITIC_MARK + " ")) > 0:
        rest = spelled[place + 1 :].replace(CLITIC_MARK, "")
        yield from (spelled[:place] + clitic + rest for clitic in FEW_CLITICS)


def alone(places: tuple[Place, ...]) -> Iterator[str]:
    """Yield the forms of an entry that are one word: "pedido" of "(el|mi|) pedido"."""
    needed = [place for place in places if () not in place]
    if len(needed) < 2:
        yield from (choice[0] for place in needed or places for choice in place if len(choice) == 1)


def heard_as(word: str, short: Mapping[str, str]) -> tuple[str, ...]:
    """Return one written word as it is heard in a message: folded, cut, and written out if it is short."""
    spelled = (folded(word),) if word.isalpha() else tuple(token.text for token in cut(clean(word)))
    return tuple(whole for one in spelled for whole in short.get(one, one).split())
