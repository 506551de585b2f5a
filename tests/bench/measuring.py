"""CPU time, and what a run of several rounds came to.

A shared machine drifts: all subjects take turns within each round, so that a slow minute slows all of them alike, and
what counts is the ratio to the floor.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Protocol


@dataclass(frozen=True)
class Sample:
    """What one round of a subject came to: microseconds of CPU for one operation."""

    name: str
    micros: float
    operations: int


class Subject(Protocol):
    """Something to measure, a round at a time."""

    def round(self) -> list[Sample]:
        """Do some operations and say what they cost."""
        ...


@dataclass
class Record:
    """The samples of one name, over all rounds."""

    micros: list[float] = field(default_factory=list)
    operations: int = 0


def cpu(work: Callable[[], object]) -> float:
    """Return the microseconds of CPU, user and system, of every thread of this process, that the work takes."""
    before = time.process_time_ns()
    work()
    return (time.process_time_ns() - before) / 1000


@contextmanager
def no_collection() -> Iterator[None]:
    """Keep the garbage collector out of what is measured."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def measure(subjects: Sequence[Subject], rounds: int, *, warm_up: bool = True) -> dict[str, Record]:
    """Warm every subject up with one round, then let them take turns."""
    records: dict[str, Record] = {}
    if warm_up:
        for subject in subjects:
            subject.round()
    for _round in range(rounds):
        for subject in subjects:
            with no_collection():
                samples = subject.round()
            for sample in samples:
                record = records.setdefault(sample.name, Record())
                record.micros.append(sample.micros)
                record.operations += sample.operations
    return records


def report(name: str, record: Record, like_a_turn: float, in_a_loop: float) -> str:
    """Return one line of JSON."""
    middle = median(record.micros)
    return json.dumps(
        {
            "name": name,
            "unit": "us CPU",
            "min": round(min(record.micros), 1),
            "median": round(middle, 1),
            "max": round(max(record.micros), 1),
            "ratio_to_floor": round(middle / like_a_turn, 2),
            "ratio_to_floor_in_a_loop": round(middle / in_a_loop, 2),
            "n": record.operations,
        }
    )


def ratio(name: str, record: Record, floor: Record) -> str:
    """Return one line of JSON: what something costs, as a ratio to a floor of its own, round by round."""
    ratios = [cost / least for cost, least in zip(record.micros, floor.micros, strict=True)]
    return json.dumps(
        {
            "name": name,
            "unit": "ratio",
            "min": round(min(ratios), 2),
            "median": round(median(ratios), 2),
            "max": round(max(ratios), 2),
            "n": record.operations,
        }
    )
