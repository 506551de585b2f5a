"""The sweep: many open orders, many of them due, against the bare INSERT … SELECT of a nudge a due order.

`python -m tests.bench.reminding` runs it alone; `--closed 5000000` with as many finished orders as the issue names.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, select, text

from bot.runtime import Runtime
from bot.store import Reach
from core.clock import LIMA
from core.db import Database
from core.statements import agents
from core.terms import Activity, Role, Standing, Status
from reminders.sweep import sweep
from tests.databases import PostgresqlMaker, SqliteMaker, postgresql_server

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=LIMA).astimezone(UTC)
BEFORE = NOW - timedelta(minutes=1)
COLUMNS = (
    "code, trade, buyer_id, seller_id, status, requested_at, moved_at, sold_at, kilograms, destination, "
    "purchase_order, comment, document, accepted_at, to_close_since"
)
DIGITS = (
    "(SELECT 0 AS n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 "
    "UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)"
)


@dataclass(frozen=True)
class Size:
    """How many orders there are."""

    open: int = 200_000
    due: int = 50_000
    closed: int = 100_000
    each: int = 2
    """Due orders of one buyer: up to three are reminded of one by one, which costs the most."""
    rounds: int = 3


FULL = Size()
QUICK = Size(open=20_000, due=5_000, closed=10_000)


def measure(folder: Path, size: Size) -> Iterator[str]:
    """Yield a line of JSON for each database and case."""
    with SqliteMaker(folder).new() as url:
        yield from _on("SQLite", url, size)
    with postgresql_server() as server, closing(PostgresqlMaker(server)) as maker, maker.new() as url:
        yield from _on("PostgreSQL", url, size)


def _on(name: str, url: str, size: Size) -> Iterator[str]:
    runtime = Runtime(Database(url), channels=frozenset({"whatsapp"}))
    with closing(runtime.database):
        _fill(runtime.database, size)
        few = _round(runtime, size)
        yield _line(f"sweep of {size.due:,} due of {size.open:,} open, {name}", few)
        with runtime.database.transaction() as tx:
            _orders(tx, size.open, size.closed, Status.CLOSED, "CLOSED")
        _settle(runtime.database)
        many = _round(runtime, size)
        change = min(many["sweep"]) / min(few["sweep"]) - 1
        yield _line(f"the same with {size.closed:,} closed orders, {name}", many, change=round(change, 3))


def _round(runtime: Runtime, size: Size) -> dict[str, list[float]]:
    """Measure in turns, so that a slow minute slows all alike; what was decided is forgotten between two rounds."""
    times: dict[str, list[float]] = {"floor": [], "sweep": [], "idle": [], "memory": []}
    for _number in range(size.rounds + 1):
        times["floor"].append(_seconds(runtime.database, lambda: _floor(runtime.database, size)))
        _forget(runtime.database)
        sweep(runtime, BEFORE)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        times["sweep"].append(_seconds(runtime.database, lambda: _swept(runtime, size)))
        times["memory"].append((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
        times["idle"].append(
            min(_seconds(runtime.database, lambda: sweep(runtime, NOW + timedelta(minutes=1))) for _ in range(3))
        )
        _forget(runtime.database)
    return {what: values[1:] for what, values in times.items()}


def _floor(database: Database, size: Size) -> None:
    """Do what the sweep cannot do without: find what is due, and write one row for each."""
    with database.transaction() as tx:
        found = tx.execute(
            text("""INSERT INTO nudge (order_id, rule, occurrence, person_id, agent_id, address_id, decided_at)
                SELECT o.id, 'TARDE', '2026-11-20', m.person_id, m.agent_id, a.id, o.to_close_since FROM "order" o
                JOIN membership m ON m.agent_id = o.buyer_id JOIN address a ON a.person_id = m.person_id
                WHERE o.status = 'POR CERRAR' ON CONFLICT DO NOTHING""")
        ).rowcount
    if found != size.due:
        raise RuntimeError(f"{found} of {size.due}")


def _swept(runtime: Runtime, size: Size) -> None:
    (decided,) = sweep(runtime, NOW)
    if decided.nudges != size.due or decided.digests:
        raise RuntimeError(f"{decided}")


def _forget(database: Database) -> None:
    with database.transaction() as tx:
        for table in ("nudge", "sweep", "batch", "outbox"):
            tx.execute(text(f"DELETE FROM {table}"))
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE nudge, outbox"))


def _seconds(database: Database, work: Callable[[], object]) -> float:
    """Return how long it takes: of CPU where the database runs in this process, by the wall where it does not."""
    clock = time.process_time if database.is_sqlite else time.perf_counter
    start = clock()
    work()
    return clock() - start


def _line(name: str, times: dict[str, list[float]], **facts: float) -> str:
    floor, swept = median(times["floor"]), median(times["sweep"])
    return json.dumps(
        {
            "name": name,
            "unit": "s CPU" if name.endswith("SQLite") else "s",
            "min": round(min(times["sweep"]), 3),
            "median": round(swept, 3),
            "max": round(max(times["sweep"]), 3),
            "bare_insert_select": round(floor, 3),
            "ratio_to_bare_insert_select": round(swept / floor, 2),
            "nothing_due_ms": round(median(times["idle"]) * 1000, 1),
            "memory_mb": round(max(times["memory"]), 1),
            **facts,
        }
    )


# --- the database ----------------------------------------------------------------------------------------------------


def _fill(database: Database, size: Size) -> None:
    buyers = size.due // size.each
    with database.transaction() as tx:
        for table in ("membership", "address", "person"):
            tx.execute(text(f"DELETE FROM {table}"))
        first = _buyers(tx, buyers)
        _orders(tx, 0, size.due, Status.TO_CLOSE, "TO_CLOSE", first=first, buyers=buyers)
        waiting = size.open - size.due
        _orders(tx, size.due, waiting // 2, Status.ACCEPTED, "ACCEPTED", first=first, buyers=buyers)
        _orders(tx, size.due + waiting // 2, waiting - waiting // 2, Status.REQUESTED, "REQUESTED")
    _settle(database)


def _buyers(tx: Connection, many: int) -> int:
    """Add so many shops, each with its owner who has one address; return the first one's id."""
    tx.execute(
        agents.insert(),
        [
            {
                "register_number": f"{place}-999-BENCH",
                "ruc": f"2{place:010d}",
                "name": f"LOCAL {place}",
                "activity": Activity.RETAIL_SHOP,
                "valid_from": date(2018, 5, 1),
                "standing": Standing.VALID,
                "place": "",
                "address": "",
            }
            for place in range(many)
        ],
    )
    first = int(tx.execute(select(agents.c.id).where(agents.c.register_number == "0-999-BENCH")).scalar_one())
    facts = {"first": first}
    tx.execute(
        text("""INSERT INTO person (id, name, locale) SELECT id, name, 'es_PE' FROM agent WHERE id >= :first"""), facts
    )
    tx.execute(
        text(f"""INSERT INTO membership (person_id, agent_id, role, may_close)
                SELECT id, id, '{Role.OWNER.value}', false FROM agent WHERE id >= :first"""),
        facts,
    )
    tx.execute(
        text(f"""INSERT INTO address (channel, external_id, person_id, talk, reach, wrong_codes)
                SELECT 'whatsapp', '+51' || id, id, '{{}}', '{Reach.ACTIVE.value}', 0 FROM agent WHERE id >= :first"""),
        facts,
    )
    return first


def _orders(
    tx: Connection, start: int, many: int, status: Status, case: str, *, first: int = 1, buyers: int = 1
) -> None:
    """Add so many orders in that status, sold in the morning of the day, by one INSERT … SELECT."""
    moment = _literal(tx, NOW - timedelta(hours=9))
    recent = _literal(tx, NOW - timedelta(days=30))
    sold = moment if case == "TO_CLOSE" else recent if case == "CLOSED" else "NULL"
    accepted = recent if case == "ACCEPTED" else "NULL"
    numbers = " + ".join(f"d{place}.n * {10**place}" for place in range(7))
    tables = ", ".join(f"{DIGITS} d{place}" for place in range(6, -1, -1))
    tx.execute(
        text(f"""INSERT INTO "order" ({COLUMNS})
            SELECT CAST(60000000000 + {start} + k AS VARCHAR(11)), 'GLP-E', {first} + k % {buyers}, 1,
                   '{status.value}', {recent}, {recent}, {sold}, 0, '', '', '', '', {accepted}, {sold}
            FROM (SELECT {numbers} AS k FROM {tables}) AS numbers WHERE k < {many}""")
    )


def _literal(tx: Connection, at: datetime) -> str:
    if tx.dialect.name == "sqlite":
        return f"'{at.replace(tzinfo=None).isoformat(' ', 'microseconds')}'"
    return f"TIMESTAMPTZ '{at.isoformat()}'"


def _settle(database: Database) -> None:
    """Let the database do what it does between two days: the millions of rows came all at once."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if database.is_sqlite:
            driver: Any = connection.connection.driver_connection
            driver.execute("ROLLBACK") if driver.in_transaction else None
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("CHECKPOINT"))


def main() -> None:
    """Measure, and print a line for each case."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reminding", description=__doc__)
    parser.add_argument("--closed", type=int, default=FULL.closed, help="finished orders beside the open ones")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    size = QUICK if given.quick else Size(closed=given.closed)
    with tempfile.TemporaryDirectory(prefix="scopbot-bench-") as folder:
        for line in measure(Path(folder), size):
            print(line, flush=True)


if __name__ == "__main__":
    main()
