"""Run every measurement once and print one JSON object a line.

`ratio_to_floor` compares with the floor measured as the turns are: one at a time, between other work, as messages come.
`ratio_to_floor_in_a_loop` compares with the floor repeated hundreds of times in a row, its code and data in the
processor's nearest caches: the stricter figure, and one that no single message ever meets.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import reminding
from tests.bench.answering import taking_server
from tests.bench.drain import Drain
from tests.bench.filling import fill
from tests.bench.floor import BETWEEN, FLOOR, Floor
from tests.bench.lookup import LookUp
from tests.bench.measuring import Record, Subject, measure, ratio, report
from tests.bench.sending import Sending, bare_call, drained
from tests.bench.turns import FloorBetween, Office, Turns
from tests.databases import PostgresqlMaker, SqliteMaker, postgresql_server

ORDERS = 20_000


@dataclass(frozen=True)
class Size:
    """How much is measured."""

    rounds: int
    floor: int
    cycles: int
    looked_among: int
    looks: int
    letters: int
    drains: int
    reminders: reminding.Size


FULL = Size(
    rounds=7, floor=300, cycles=2, looked_among=200_000, looks=300, letters=5_000, drains=2, reminders=reminding.FULL
)
QUICK = Size(
    rounds=3, floor=100, cycles=1, looked_among=20_000, looks=100, letters=500, drains=2, reminders=reminding.QUICK
)


def main() -> None:
    """Measure, then print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few seconds: fewer rounds, fewer orders and letters")
    size = QUICK if parser.parse_args().quick else FULL
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="scopbot-bench-") as folder, ExitStack() as stack:
        records = _measured(Path(folder), size, stack)
    like_a_turn, in_a_loop = median(records[BETWEEN].micros), median(records[FLOOR].micros)
    for name, record in records.items():
        print(report(name, record, like_a_turn, in_a_loop))
    for channel in ("whatsapp", "telegram"):
        print(ratio(f"{channel}: draining to bare calls", records[drained(channel)], records[bare_call(channel)]))
    with tempfile.TemporaryDirectory(prefix="scopbot-bench-") as folder:
        for line in reminding.measure(Path(folder), size.reminders):
            print(line)


def _measured(folder: Path, size: Size, stack: ExitStack) -> dict[str, Record]:
    sqlite = SqliteMaker(folder)
    office = _filled(stack.enter_context(sqlite.new()), stack)
    floor = stack.enter_context(closing(Floor(folder, size.floor)))
    subjects: list[Subject] = [
        floor,
        FloorBetween(office, floor, 1),
        Turns("whatsapp turn, SQLite", office, "whatsapp", size.cycles),
        Turns("telegram turn, SQLite", office, "telegram", size.cycles),
    ]
    try:
        elsewhere = _filled(stack.enter_context(_postgresql()), stack)
    except Exception as error:  # noqa: BLE001 - whatever keeps the server from starting, the rest is measured
        print(f"PostgreSQL is not measured: {error!r}", file=sys.stderr)
    else:
        subjects += [
            Turns("whatsapp turn, PostgreSQL (client)", elsewhere, "whatsapp", size.cycles),
            Turns("telegram turn, PostgreSQL (client)", elsewhere, "telegram", size.cycles),
        ]
    archive = stack.enter_context(closing(Office(stack.enter_context(sqlite.new()))))
    codes = fill(archive.database, size.looked_among, with_journal=False)
    subjects.append(LookUp(archive, codes, size.looks))
    records = measure(subjects, size.rounds)
    post_office = stack.enter_context(closing(Office(stack.enter_context(sqlite.new()))))
    server = stack.enter_context(taking_server())
    drains: list[Subject] = [Drain(post_office, size.letters)]
    drains += [Sending(post_office, channel, server, size.letters) for channel in ("whatsapp", "telegram")]
    return records | measure(drains, size.drains, warm_up=False)


def _filled(url: str, stack: ExitStack) -> Office:
    office = stack.enter_context(closing(Office(url)))
    fill(office.database, ORDERS)
    return office


@contextmanager
def _postgresql() -> Iterator[str]:
    with postgresql_server() as server, closing(PostgresqlMaker(server)) as maker, maker.new() as url:
        yield url


if __name__ == "__main__":
    main()
