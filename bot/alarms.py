"""Alarms: what is wrong and only the operator can mend. Each is one line in the log and a count on /metrics."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from bot.runtime import Runtime
from bot.store import alarms

log = logging.getLogger(__name__)


def _upsert(insert: Any) -> Any:
    more = {"count": alarms.c.count + 1, "last_at": insert.excluded.last_at}
    return insert.on_conflict_do_update(index_elements=["kind"], set_=more)


_COUNT = {"sqlite": _upsert(sqlite.insert(alarms)), "postgresql": _upsert(postgresql.insert(alarms))}
COUNTED = select(alarms.c.kind, alarms.c.count).order_by(alarms.c.kind)


def sound(runtime: Runtime, kind: str, what: str) -> None:
    """Log what is wrong, with nothing of any person in it, and count it under its kind: words joined by "_".

    Outside of any transaction. An alarm that cannot be counted is still logged.
    """
    log.error("ALARM %s: %s", kind, what)
    try:
        with runtime.database.transaction() as tx:
            tx.execute(_COUNT[tx.dialect.name], {"kind": kind, "count": 1, "last_at": runtime.clock()})
    except SQLAlchemyError as error:
        log.warning("the alarm was not counted: %s", type(error).__name__)
