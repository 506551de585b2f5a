"""What a message most likely means, by its traits: a linear ranking learned from the labelled messages in tests/.

It is data and a sum: each trait of the message adds its weights, so that every share can be traced to the words it
comes from. The weights stand in weights.txt; `make learn` writes them anew from the corpus.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp
from pathlib import Path

FILE = Path(__file__).parent / "weights.txt"
SAFE = "safe"
"""What a message is called that must start, answer and confirm nothing."""
Weights = tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """A learned ranking of what messages mean."""

    names: tuple[str, ...]
    """What can be meant: conversations, kinds of meaning, and `SAFE`."""
    start: tuple[float, ...]
    """The score with which each begins."""
    weights: Mapping[str, Weights]
    """What a trait adds: pairs of the place of a name and of how much."""

    def scores(self, traits: Iterable[str], start: Sequence[float] = ()) -> list[float]:
        """Return the score of each name, from where each begins or from other scores on."""
        scores = list(start or self.start)
        found = self.weights.get
        for trait in traits:
            for place, weight in found(trait, ()):
                scores[place] += weight
        return scores

    def why(self, traits: Iterable[str], name: str, most: int = 5) -> list[tuple[str, float]]:
        """Return the traits that speak most for a name, and by how much."""
        place = self.names.index(name)
        spoken = [(trait, weight) for trait in traits for at, weight in self.weights.get(trait, ()) if at == place]
        return sorted(spoken, key=lambda one: (-one[1], one[0]))[:most]


def shares(scores: list[float]) -> list[float]:
    """Return the scores as shares of one."""
    highest = max(scores)
    grown = [exp(score - highest) for score in scores]
    total = sum(grown)
    return [one / total for one in grown]


@lru_cache(maxsize=1)
def ranking() -> Ranking:
    """Return the ranking in the repository."""
    return read(FILE)


def read(file: Path) -> Ranking:
    """Read a ranking from its file."""
    first, *rows = file.read_text(encoding="utf-8").rstrip("\n").split("\n")
    named = [one.rpartition("=") for one in first.split()]
    known: dict[str, tuple[int, float]] = {}  # many traits add the same to the same: each such pair is kept once
    weights: dict[str, Weights] = {}
    for row in rows:
        trait, _tab, parts = row.partition("\t")
        weights[trait] = tuple(known.get(part) or known.setdefault(part, _pair(part)) for part in parts.split())
    return Ranking(tuple(name for name, _is, _start in named), tuple(float(start) for _n, _is, start in named), weights)


def _pair(part: str) -> tuple[int, float]:
    place, _colon, weight = part.partition(":")
    return int(place), float(weight)
