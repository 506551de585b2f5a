"""Names by a part of them or misspelt: "hyde" is MR. HYDE, "yoyce" is JOYCE GAS if nothing else is as near."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from bot.understanding.meaning import How
from bot.understanding.spelling import sound
from bot.understanding.tokens import clean, cut

_COMMON = frozenset(
    [
        "gas",
        "gases",
        "glp",
        "srl",
        "sac",
        "sa",
        "eirl",
        "scrl",
        "s",
        "a",
        "c",
        "r",
        "l",
        "e",
        "i",
        "mr",
        "mrs",
        "sr",
        "sra",
        "de",
        "del",
        "la",
        "el",
        "los",
        "las",
        "y",
        "e",
        "planta",
        "pta",
        "envasadora",
        "distribuidor",
        "distribuidora",
        "distribuciones",
        "grupo",
        "empresa",
        "empresas",
        "comercial",
        "servicentro",
        "grifo",
        "estacion",
        "servicios",
        "local",
        "venta",
        "cilindros",
        "en",
        "a",
        "granel",
        "inversiones",
        "corporacion",
        "negocios",
        "peru",
        "transportes",
        "prueba",
    ]
)
"""Words of names that say nothing about which."""
_WITH_J = re.compile(r"^j(?=o)")
"""Joyce is said, and then written, yois."""
_HY = re.compile(r"^hy([a-z])e$")
"""Hyde is said, and then written, jaid."""
PLANT = "planta"
_PLANT = frozenset({PLANT, "pta"})
"""A plant is called by what it is: "a la planta"."""
SHORTEST_SIMILAR = 4
LONG = 7


@dataclass(frozen=True, slots=True)
class Match:
    """Names that a word can mean, as pairs of token and name."""

    candidates: tuple[tuple[str, str], ...]
    how: How


class Names:
    """Some names, found by their words."""

    def __init__(self, named: Sequence[tuple[str, str]]) -> None:
        self._by_word: dict[str, list[tuple[str, str]]] = {}
        self._by_sound: dict[str, list[tuple[str, str]]] = {}
        for token, name in named:
            words = dict.fromkeys(one.text for one in cut(clean(name)) if one.is_word or one.is_number)
            if _PLANT & words.keys():
                self._by_word.setdefault(PLANT, []).append((token, name))
            for word in [word for word in words if word not in _COMMON and len(word) > 1]:
                self._by_word.setdefault(word, []).append((token, name))
                if word.isalpha() and len(word) >= SHORTEST_SIMILAR:
                    forms = (word, word.replace("ou", "u"), _WITH_J.sub("y", word), _HY.sub(r"jai\1", word))
                    for spelled in dict.fromkeys(forms):
                        self._by_sound.setdefault(sound(spelled), []).append((token, name))

    def exactly(self, word: str) -> Match | None:
        """Return the names that have this very word."""
        word = PLANT if word in ("plant", *_PLANT) else word
        found = self._by_word.get(word)
        return Match(tuple(found), How.CONTEXT if word == PLANT else How.STATED) if found else None

    def similar(self, word: str) -> Match | None:
        """Return the names that have a word that sounds so, or is a slip away."""
        if len(word) < SHORTEST_SIMILAR or not word.isalpha():
            return None
        key = sound(word)
        if key in self._by_sound:
            return Match(tuple(dict.fromkeys(self._by_sound[key])), How.SIMILAR)
        most = 0 if len(key) <= SHORTEST_SIMILAR else 1 if len(key) < LONG else 2
        begun = dict.fromkeys(pair for one in self._by_word if one.startswith(word) for pair in self._by_word[one])
        if begun:
            return Match(tuple(begun), How.SIMILAR)
        if len(key) == SHORTEST_SIMILAR:
            return self._cut_short(key)
        near = [one for one in self._by_sound if 0 < OSA.distance(key, one, score_cutoff=most) <= most]
        found = dict.fromkeys(pair for one in near for pair in self._by_sound[one])
        return Match(tuple(found), How.SIMILAR) if found and most else None

    def _cut_short(self, key: str) -> Match | None:
        """Return the names with a word of which only the end is missing: joys is JOYCE."""
        found = dict.fromkeys(pair for one in self._by_sound if one.startswith(key) for pair in self._by_sound[one])
        return Match(tuple(found), How.SIMILAR) if found else None


@lru_cache(maxsize=256)
def names(named: tuple[tuple[str, str], ...]) -> Names:
    """Return the index of some names, made once for each list."""
    return Names(named)
