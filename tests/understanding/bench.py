"""What understanding costs: `python -m tests.understanding.bench` prints the CPU microseconds of a message."""

from __future__ import annotations

import json
import time
from statistics import median, quantiles

from bot.understanding import understand
from tests.understanding.corpus import FOLDER, HELD_BACK, read


def measured(rounds: int = 5, every: int = 1) -> dict[str, float]:
    """Return the CPU time of a message of the corpus, over some rounds, in microseconds; of each so-manieth message."""
    said = [(case.text, case.context()) for folder in (FOLDER, HELD_BACK) for case in read(folder)][::every]
    for text, context in said:
        understand(text, context)
    spent = []
    for _round in range(rounds):
        for text, context in said:
            start = time.process_time_ns()
            understand(text, context)
            spent.append((time.process_time_ns() - start) / 1000)
    cuts = quantiles(spent, n=100)
    return {"messages": len(said), "median_us": round(median(spent), 1), "p99_us": round(cuts[98], 1)}


if __name__ == "__main__":
    print(json.dumps({"name": "understanding a message"} | measured()))
