"""Misspelt words: what sounds alike in Peru, and what is a slip of the finger away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from rapidfuzz.distance import OSA

_SOUNDS = (
    (re.compile(r"(.)\1+"), r"\1"),  # ll, rr, and every doubled letter
    (re.compile(r"ch"), "\ue001"),
    (re.compile(r"sh"), "\ue001"),
    (re.compile(r"ph"), "f"),
    (re.compile(r"qu(?=[ei])"), "k"),
    (re.compile(r"gu(?=[ei])"), "g\ue002"),
    (re.compile(r"g(?=[ei])"), "j"),
    (re.compile(r"\ue002"), ""),
    (re.compile(r"c(?=[eiy])"), "s"),
    (re.compile(r"[cq]"), "k"),
    (re.compile(r"h"), ""),
    (re.compile(r"[vw]"), "b"),
    (re.compile(r"z"), "s"),
    (re.compile(r"x"), "s"),
    (re.compile(r"y(?![aeou])"), "i"),
    (re.compile(r"(.)\1+"), r"\1"),
)
_PARTICIPLE = re.compile(r"[ai]d[oa]s?$")
_LL = re.compile(r"ll")
SHORTEST_SOUND = 4
"""Letters of a word that may be taken for one that sounds like it."""
SHORTEST_SLIP = 5
"""Letters of a word that may be one slip away; from LONG letters on two."""
LONG = 8


def sound(word: str) -> str:
    """Return how a folded word sounds: v as b, z and soft c as s, ll as y, no h."""
    word = _LL.sub("y", word)
    for pattern, letter in _SOUNDS:
        word = pattern.sub(letter, word)
    return word


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
        if not any(kind.endswith(".asks") for kind in self._meanings.get(word, ())):
            return True
        heard = sound(word)
        return slips == 1 and (len(key) >= LONG - 1 or len(heard) != len(key) or sorted(heard) == sorted(key))

    def _one_meaning(self, words: list[str]) -> str | None:
        """Return the word that means all that any of them means, or None when they mean different things."""
        every = frozenset[str]().union(*(self._meanings.get(word, frozenset()) for word in words))
        return min((word for word in words if self._meanings.get(word) == every), default=None)
