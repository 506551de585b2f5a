"""Misspelt words: what sounds alike in Peru, and what is a slip of the finger away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from rapidfuzz.distance import OSA

_DOUBLED = re.compile(r"(.)\1+")
_VOWEL_Y = re.compile(r"y(?![aeou])")
_PAIRS = (
    *(("ch", "\ue001"), ("sh", "\ue001"), ("ph", "f"), ("que", "ke"), ("qui", "ki")),
    *(("gue", "g\ue002e"), ("gui", "g\ue002i"), ("ge", "je"), ("gi", "ji"), ("ce", "se"), ("ci", "si"), ("cy", "sy")),
)
_LETTERS = str.maketrans({"\ue002": None, "h": None, "c": "k", "q": "k", "v": "b", "w": "b", "z": "s", "x": "s"})
_PARTICIPLE = re.compile(r"[ai]d[oa]s?$")
SHORTEST_SOUND = 4
"""Letters of a word that may be taken for one that sounds like it."""
SHORTEST_SLIP = 5
"""Letters of a word that may be one slip away; from LONG letters on two."""
LONG = 8


@lru_cache(maxsize=32768)
def sound(word: str) -> str:
    """Return how a folded word sounds: v as b, z and soft c as s, ll as y, no h."""
    word = _DOUBLED.sub(r"\1", word.replace("ll", "y"))
    for pair, letter in _PAIRS:
        if pair in word:
            word = word.replace(pair, letter)
    return _DOUBLED.sub(r"\1", _VOWEL_Y.sub("i", word.translate(_LETTERS)))


class Speller:
    """Finds the known word that a misspelt one stands for, if there is one only."""

    def __init__(self, words: Iterable[str], meanings: Mapping[str, frozenset[str]]) -> None:
        self._meanings = meanings
        self._sounding: dict[str, list[str]] = {}
        for word in words:
            if len(word) >= SHORTEST_SOUND:
                self._sounding.setdefault(sound(word), []).append(word)
        self._by_first: dict[str, list[str]] = {}
        for key in self._sounding:
            self._by_first.setdefault(key[:1], []).append(key)
        self._known: dict[str, str | None] = {}

    def correct(self, word: str) -> str | None:
        """Return the known word, or None: also when words of different meaning are equally near."""
        if word not in self._known:
            if len(self._known) > 20_000:
                self._known.clear()
            self._known[word] = self._find(word)
        return self._known[word]

    def _find(self, word: str) -> str | None:
        if not SHORTEST_SOUND - 1 <= len(word) <= 24:  # one less: ubo is hubo
            return None
        key = sound(word)
        for one in (key, sound(word.replace("x", "ch"))):
            if one in self._sounding:
                return self._one_meaning(self._sounding[one])
        slips = 0 if len(key) < SHORTEST_SLIP else 1 if len(key) < LONG else 2
        for most in range(1, slips + 1):
            near = [one for one in self._by_first.get(key[:1], ()) if self._is_near(key, one, most)]
            if near:
                known = [known for one in near for known in self._sounding[one]]
                if _PARTICIPLE.search(word):
                    known = [one for one in known if _PARTICIPLE.search(one)]  # olvidado is no olvídalo
                return self._one_meaning([one for one in known if self._may_slip(key, one, most)])
        return None

    @staticmethod
    def _is_near(key: str, other: str, most: int) -> bool:
        return abs(len(key) - len(other)) <= most and OSA.distance(key, other, score_cutoff=most) <= most

    def _may_slip(self, key: str, word: str, slips: int) -> bool:
        """Say whether the word may be this one: a command is not made by changing one letter for another."""
        if not any(kind.endswith(".asks") for kind in self._meanings.get(word, frozenset())):
            return True
        heard = sound(word)
        return slips == 1 and (len(key) >= LONG - 1 or len(heard) != len(key) or sorted(heard) == sorted(key))

    def _one_meaning(self, words: list[str]) -> str | None:
        """Return the word that means all that any of them means, or None when they mean different things."""
        meant = {word: self._meanings.get(word, frozenset({word})) for word in words}
        every = frozenset[str]().union(*meant.values())
        return min((word for word in words if meant[word] == every), default=None)
