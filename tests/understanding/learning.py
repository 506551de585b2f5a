"""Learns the ranking from the corpus: `make learn` writes bot/understanding/weights.txt anew.

A linear model with one row of weights a trait (multinomial logistic regression, L2), the same on every run. Weights too
small to matter are left out, so that the file stays small and a message is ranked in a fraction of a millisecond.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from bot.understanding.listening import listen
from bot.understanding.ranking import FILE, Ranking
from bot.understanding.traits import traits
from tests.understanding.corpus import FOLDER, TAUGHT, Case, read

SMALLEST = 0.04
"""Weights below it are left out."""
SEEN = 2
"""Messages in which a trait must stand."""
INVERSE_PENALTY = 2.0
DIGITS = 2


def meant(case: Case) -> str:
    """Return what a case means, as the ranking names it: the first of its labels, without slots."""
    return case.expected[0].split()[0]


def learn(cases: Sequence[Case]) -> Ranking:
    """Return the ranking that some cases teach."""
    rows = [traits(listen(case.text, context), context) for case in cases for context in [case.context()]]
    seen = Counter(trait for row in rows for trait in row)
    names = sorted(trait for trait, count in seen.items() if count >= SEEN)
    place = {trait: number for number, trait in enumerate(names)}
    known = [[place[trait] for trait in row if trait in place] for row in rows]
    ends = np.cumsum([0, *map(len, known)])
    matrix = csr_matrix((np.ones(ends[-1]), np.array([one for row in known for one in row]), ends))
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=500)
    model.fit(matrix, [meant(case) for case in cases])
    weights = {}
    for trait, column in zip(names, model.coef_.T, strict=True):
        kept = {number: round(float(one), DIGITS) for number, one in enumerate(column) if abs(one) >= SMALLEST}
        if kept:
            weights[trait] = tuple(kept.items())
    start = tuple(round(float(one), DIGITS) for one in model.intercept_)
    return Ranking(tuple(str(name) for name in model.classes_), start, weights)


def write(ranking: Ranking, file: Path = FILE) -> None:
    """Write a ranking as text: what can be meant with where each begins, then a trait a line with its weights."""
    rows = [" ".join(f"{name}={start:g}" for name, start in zip(ranking.names, ranking.start, strict=True))]
    for trait, weights in ranking.weights.items():
        rows.append(trait + "\t" + " ".join(f"{place}:{weight:g}" for place, weight in weights))
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(learn(read(FOLDER) + read(TAUGHT)))
