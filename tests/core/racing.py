"""Many people at once, in threads of one or of several processes. Imports little: each process starts anew."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.db import Database
from core.errors import Refused
from core.people import Actor
from core.service import Done
from tests.core.scene import Command, attempt

Start = tuple[Actor, Command]


@dataclass(frozen=True)
class Outcome:
    """How it ended for one person, in words that travel between processes."""

    person_id: int
    kind: str
    facts: dict[str, Any]

    @property
    def is_done(self) -> bool:
        """Say whether it was registered."""
        return self.kind == "Done"


def race(database: Database, starts: Sequence[Start], at: datetime, threads: int) -> list[Outcome]:
    """Let everybody begin in the same moment."""
    threads = min(threads, len(starts))
    barrier = threading.Barrier(threads)
    waited = threading.local()

    def run(start: Start) -> Outcome:
        if not getattr(waited, "once", False):
            waited.once = True
            barrier.wait(60)
        return run_one(database, start, at)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, starts))


def run_one(database: Database, start: Start, at: datetime) -> Outcome:
    """Carry out one command; whatever is raised is told, not hidden."""
    actor, command = start
    try:
        with database.transaction() as tx:
            result = attempt(tx, command, actor, at)
    except Exception as broken:  # noqa: BLE001 - any other exception fails the race, with its name
        return Outcome(actor.person_id, type(broken).__name__, {"message": str(broken)})
    if isinstance(result, Done):
        return Outcome(actor.person_id, "Done", {"status": result.order.status, "number": result.entry.number})
    assert isinstance(result, Refused)
    return Outcome(actor.person_id, type(result).__name__, {name: getattr(result, name) for name in _names(result)})


def _names(refused: Refused) -> list[str]:
    return list(getattr(type(refused), "__dataclass_fields__", {}))


_together: Any = None


def prepare(barrier: Any) -> None:
    """Keep what the processes wait at."""
    globals()["_together"] = barrier


def race_here(url: str, starts: Sequence[Start], at: datetime, threads: int) -> list[Outcome]:
    """Take part in a race of several processes."""
    database = Database(url)
    try:
        with database.reading() as tx:
            tx.exec_driver_sql("SELECT 1")
        _together.wait(60)
        return race(database, starts, at, threads)
    finally:
        database.close()
