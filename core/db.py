"""The database: SQLite in one file by default, PostgreSQL by URL. The same promises on both.

A write transaction is exclusive from its first line on SQLite (BEGIN IMMEDIATE: a deferred one loses updates or fails
at once when it turns into a writer). On PostgreSQL rows are locked with FOR UPDATE by those who change them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

from core.statement import to_driver

BUSY_TIMEOUT_MS = 10_000
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA cache_size=-20000",
    "PRAGMA wal_autocheckpoint=8000",  # pages: the same pages are written again and again; move them less often
)


EXCLUSIVE = "BEGIN IMMEDIATE"
KEPT_READY = 8
DURABLE, SURVIVING = "PRAGMA synchronous=FULL", "PRAGMA synchronous=NORMAL"


class Queue:
    """First come, first served: SQLite has one writer, and its own waiting lets some threads starve."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._busy = False

    def __enter__(self) -> None:
        with self._mutex:
            if not self._busy:
                self._busy = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def __exit__(self, *_exc: object) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._busy = False


class Database:
    """Where everything is kept. Threads share one; each process makes its own."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._reader = self.engine.execution_options(sqlite_begin="BEGIN")
        self._writers: AbstractContextManager[Any] = Queue() if self.is_sqlite else nullcontext()
        self._ready: dict[bool, deque[Connection]] = {True: deque(), False: deque()}

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Connection]:
        """Yield a connection whose changes commit together at the end, or not at all.

        What is not `durable` outlives this process but, on SQLite, not a power cut before the next durable commit:
        for what is followed by one before anybody is told that it was done.
        """
        with self._writers:
            tx = self._borrow(durable)
            try:
                with _alone(tx) if self.is_sqlite else tx.begin():
                    yield tx
            finally:
                self._give_back(tx, durable)

    @contextmanager
    def one_statement(self) -> Iterator[Connection]:
        """Yield a connection for a single change, which is its own transaction; as durable as `durable=False`."""
        if not self.is_sqlite:
            with self.transaction(durable=False) as tx:
                yield tx
            return
        with self._writers:
            tx = self._borrow(durable=False)
            try:
                yield tx
            finally:
                self._give_back(tx, durable=False)

    def _borrow(self, durable: bool) -> Connection:
        """Return a connection that nobody else uses: one that is kept ready, since the pool's own way costs more."""
        try:
            return self._ready[durable].pop()
        except IndexError:
            tx = self.engine.connect()
        if self.is_sqlite:
            driver: Any = tx.connection.driver_connection
            driver.execute(DURABLE if durable else SURVIVING)
        return tx

    def _give_back(self, tx: Connection, durable: bool) -> None:
        ready = self._ready[durable]
        if tx.invalidated:
            self._forget_ready()  # the server went away: the others are as dead as this one
        if tx.closed or tx.invalidated or len(ready) >= KEPT_READY:
            tx.close()
        else:
            ready.append(tx)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection for looking only; it never waits for a writer."""
        with self._reader.connect() as tx:
            yield tx

    def close(self) -> None:
        """Let go of every connection."""
        self._forget_ready()
        self.engine.dispose()

    def _forget_ready(self) -> None:
        for ready in self._ready.values():
            while ready:
                ready.pop().close()


@contextmanager
def together(tx: Connection) -> Iterator[None]:
    """Take back all that was changed inside the block when it fails, and nothing else of the transaction."""
    to_driver(tx, "SAVEPOINT together")
    try:
        yield
    except BaseException:
        to_driver(tx, "ROLLBACK TO together")
        to_driver(tx, "RELEASE together")
        raise
    to_driver(tx, "RELEASE together")


class _alone:  # noqa: N801 - used like a function
    """A write transaction of SQLite, begun and ended by the driver itself: SQLAlchemy's own costs three times more."""

    def __init__(self, tx: Connection) -> None:
        self._tx = tx
        self._driver: Any = tx.connection.driver_connection

    def __enter__(self) -> None:
        to_driver(self._tx, EXCLUSIVE)

    def __exit__(self, kind: object, *_exc: object) -> None:
        failed = kind is not None
        if self._tx.in_transaction():  # somebody went through SQLAlchemy: let it know how it ended
            (self._tx.rollback if failed else self._tx.commit)()
        if self._driver.in_transaction:
            to_driver(self._tx, "ROLLBACK" if failed else "COMMIT")


def _sqlite_engine(url: str) -> Engine:
    file = make_url(url).database
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, connect_args={"isolation_level": None, "cached_statements": 512}, pool_size=20, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        for pragma in (*SQLITE_PRAGMAS, DURABLE):
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        if not driver.in_transaction:
            driver.execute(connection.get_execution_options().get("sqlite_begin", EXCLUSIVE))

    return engine


def _postgresql_engine(url: str) -> Engine:
    return create_engine(url, pool_size=20, pool_pre_ping=True, hide_parameters=True)
