"""Whether the bot is alive and able to work, and what it counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector, CollectorRegistry
from sqlalchemy import Connection, Table, bindparam, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from bot.runtime import Runtime
from bot.store import inbox, outbox, processes
from core.schema import current_revision, newest_revision

WORKER = "worker"
SEEN_LATELY = timedelta(seconds=30)


def _upsert(insert: Any) -> Any:
    return insert.on_conflict_do_update(index_elements=["name"], set_={"seen_at": insert.excluded.seen_at})


_SEEN = {"sqlite": _upsert(sqlite.insert(processes)), "postgresql": _upsert(postgresql.insert(processes))}
_LAST_SEEN = select(processes.c.seen_at).where(processes.c.name == bindparam("name"))


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
    """What waits, counted when somebody asks: the same numbers from any process."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def describe(self) -> list[GaugeMetricFamily]:
        """Return nothing: the numbers are read only when they are collected."""
        return []

    def collect(self) -> list[GaugeMetricFamily]:
        """Return the gauges."""
        with self._runtime.database.reading() as tx:
            return [
                _by_state(tx, "scopbot_inbox_messages", "Incoming messages by state", inbox),
                _by_state(tx, "scopbot_outbox_messages", "Outgoing messages by state", outbox),
                self._worker_age(tx),
            ]

    def _worker_age(self, tx: Connection) -> GaugeMetricFamily:
        seen: datetime | None = tx.execute(_LAST_SEEN, {"name": WORKER}).scalar()
        age = (self._runtime.clock() - seen).total_seconds() if seen else float("inf")
        return GaugeMetricFamily("scopbot_worker_age_seconds", "Seconds since the worker was seen", value=age)


def _by_state(tx: Connection, name: str, meaning: str, table: Table) -> GaugeMetricFamily:
    gauge = GaugeMetricFamily(name, meaning, labels=["channel", "state"])
    columns = table.c
    counted = select(columns.channel, columns.state, func.count()).group_by(columns.channel, columns.state)
    for channel, state, count in tx.execute(counted):
        gauge.add_metric([channel, state.name.lower()], count)
    return gauge
