"""Whether the bot is alive and able to work, and what it counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry
from sqlalchemy import CompoundSelect, Connection, Select, Table, bindparam, func, select, text, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from bot import alarms
from bot.runtime import Runtime
from bot.store import Sending, Waiting, inbox, outbox, processes
from core.schema import current_revision, newest_revision

WORKER = "worker"
SEEN_LATELY = timedelta(seconds=30)


def _upsert(insert: Any) -> Any:
    return insert.on_conflict_do_update(index_elements=["name"], set_={"seen_at": insert.excluded.seen_at})


_SEEN = {"sqlite": _upsert(sqlite.insert(processes)), "postgresql": _upsert(postgresql.insert(processes))}
_LAST_SEEN = select(processes.c.seen_at).where(processes.c.name == bindparam("name"))


NEWEST = 10_000
MOST_WAITING = 100_000
"""Rows that are looked at; a table of millions is never counted whole."""


def _counted(table: Table, *waiting: Sequence[StrEnum]) -> CompoundSelect[Any]:
    """Count what waits, the states of each index together, and the other states among the newest rows."""
    columns = table.c
    parts = []
    for states in waiting:
        # written out as in the index: it is used only when the planner can see that its rows are meant
        listed = ", ".join(f"'{state.value}'" for state in states)
        meant = text(f"state IN ({listed})" if len(states) > 1 else f"state = {listed}")
        parts.append(_grouped(select(columns.channel, columns.state).where(meant).limit(MOST_WAITING)))
    newest = select(columns.channel, columns.state).order_by(columns.id.desc()).limit(NEWEST).subquery()
    done = newest.c.state.not_in([state for states in waiting for state in states])
    others = select(newest.c.channel, newest.c.state, func.count()).where(done)
    return union_all(*parts, others.group_by(newest.c.channel, newest.c.state))


def _grouped(rows: Select[Any]) -> Select[Any]:
    found = rows.subquery()
    return select(found.c.channel, found.c.state, func.count()).group_by(found.c.channel, found.c.state)


_INBOX = _counted(inbox, [Waiting.NEW])
_OUTBOX = _counted(outbox, [Sending.PENDING, Sending.LEASED], [Sending.SHUT, Sending.UNCERTAIN])


def note_alive(runtime: Runtime, name: str) -> None:
    """Say that a process is alive now."""
    with runtime.database.transaction() as tx:
        tx.execute(_SEEN[tx.dialect.name], {"name": name, "seen_at": runtime.clock()})


def blueprint(runtime: Runtime) -> Blueprint:
    """Return /healthz (the process is alive), /readyz (it can work) and /metrics."""
    web = Blueprint("health", __name__)
    registry = CollectorRegistry()
    registry.register(Counts(runtime))

    @web.get("/healthz")
    def healthz() -> Response:
        return jsonify({"alive": True})

    @web.get("/readyz")
    def readyz() -> tuple[Response, int]:
        checks = readiness(runtime)
        return jsonify(checks), 200 if all(checks.values()) else 503

    @web.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return web


def readiness(runtime: Runtime) -> dict[str, bool]:
    """Return each check: database answers, migrations are applied, the worker was seen lately."""
    checks = {"database": False, "migrations": False, "worker": False}
    try:
        with runtime.database.reading() as tx:
            tx.execute(text("SELECT 1"))
            checks["database"] = True
            checks["migrations"] = current_revision(tx) == newest_revision()
            seen = tx.execute(_LAST_SEEN, {"name": WORKER}).scalar()
            checks["worker"] = seen is not None and runtime.clock() - seen < SEEN_LATELY
    except SQLAlchemyError:
        return checks
    return checks


class Counts(Collector):
    """What waits and what came of the newest, counted when somebody asks: the same numbers from any process."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def describe(self) -> list[GaugeMetricFamily]:
        """Return nothing: the numbers are read only when they are collected."""
        return []

    def collect(self) -> list[Metric]:
        """Return the gauges, and the counter of alarms."""
        with self._runtime.database.reading() as tx:
            return [
                _by_state(tx, "scopbot_inbox_messages", "Incoming messages", _INBOX),
                _by_state(tx, "scopbot_outbox_messages", "Outgoing messages", _OUTBOX),
                _alarms(tx),
                self._worker_age(tx),
            ]

    def _worker_age(self, tx: Connection) -> GaugeMetricFamily:
        seen: datetime | None = tx.execute(_LAST_SEEN, {"name": WORKER}).scalar()
        age = (self._runtime.clock() - seen).total_seconds() if seen else float("inf")
        return GaugeMetricFamily("scopbot_worker_age_seconds", "Seconds since the worker was seen", value=age)


def _by_state(tx: Connection, name: str, what: str, counted: CompoundSelect[Any]) -> GaugeMetricFamily:
    meaning = f"{what} by state: all that wait (to {MOST_WAITING}), the others among the newest {NEWEST}"
    gauge = GaugeMetricFamily(name, meaning, labels=["channel", "state"])
    for channel, state, count in tx.execute(counted):
        gauge.add_metric([channel, state.name.lower()], count)
    return gauge


def _alarms(tx: Connection) -> CounterMetricFamily:
    counter = CounterMetricFamily("scopbot_alarms", "What only the operator can mend, by kind", labels=["kind"])
    for kind, count in tx.execute(alarms.COUNTED):
        counter.add_metric([kind], count)
    return counter
