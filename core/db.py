"""The database: SQLite in one file by default, PostgreSQL by URL. The same promises on both.

A write transaction is exclusive from its first line on SQLite (BEGIN IMMEDIATE: a deferred one loses updates or fails
at once when it turns into a writer). On PostgreSQL rows are locked with FOR UPDATE by those who change them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
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
    "PRAGMA wal_autocheckpoint=2000",  # pages: moved less often than by default, and the log soon written over itself
)


EXCLUSIVE = "BEGIN IMMEDIATE"
KEPT_READY = 8
_AS_OF_ONE_MOMENT: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
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


@dataclass(slots=True)
class _Kept:
    """A connection between two uses, and how durable it commits; None: not said yet."""

    tx: Connection
    driver: Any = field(init=False)
    durable: bool | None = None

    def __post_init__(self) -> None:
        self.driver = self.tx.connection.dbapi_connection


class Database:
    """Where everything is kept. Threads share one; each process makes its own."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._reader = self.engine.execution_options(sqlite_begin="BEGIN")
        self._snapshots = self._reader if self.is_sqlite else self.engine.execution_options(**_AS_OF_ONE_MOMENT)
        self.writers = Queue()
        self._ready: deque[_Kept] = deque()

    def transaction(self, *, durable: bool = True) -> AbstractContextManager[Connection]:
        """Yield a connection whose changes commit together at the end, or not at all.

        What is not `durable` outlives this process but, on SQLite, not a power cut before the next durable commit:
        for what is followed by one before anybody is told that it was done.
        """
        return _Alone(self, durable, EXCLUSIVE) if self.is_sqlite else self._beside_others()

    def one_statement(self) -> AbstractContextManager[Connection]:
        """Yield a connection for a single change, which is its own transaction; as durable as `durable=False`."""
        return _Alone(self, durable=False, begin="") if self.is_sqlite else self._beside_others()

    @contextmanager
    def _beside_others(self) -> Iterator[Connection]:
        kept = self.borrow()
        try:
            with kept.tx.begin():
                yield kept.tx
        finally:
            self.give_back(kept)

    def borrow(self) -> _Kept:
        """Return a connection that nobody else uses: one that is kept ready, since the pool's own way costs more.

        On SQLite it is always the same one, as writers go one at a time: what it has read of the file stays good until
        another process writes.
        """
        return self._ready.pop() if self._ready else _Kept(self.engine.connect())

    def give_back(self, kept: _Kept) -> None:
        """Keep the connection ready for the next one, unless it is broken or there are enough."""
        tx = kept.tx
        if tx.invalidated:
            self._forget_ready()  # the server went away: the others are as dead as this one
        if tx.closed or tx.invalidated or len(self._ready) >= KEPT_READY:
            tx.close()
        else:
            self._ready.append(kept)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection for looking only; it never waits for a writer."""
        with self._reader.connect() as tx:
            yield tx

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Yield a connection for looking only, to which everything stays as it is at the first look."""
        with self._snapshots.connect() as tx, tx.begin():
            yield tx

    def close(self) -> None:
        """Let go of every connection."""
        self._forget_ready()
        self.engine.dispose()

    def _forget_ready(self) -> None:
        while self._ready:
            self._ready.pop().tx.close()


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


class _Alone:
    """A write transaction of SQLite, begun and ended by the driver itself: SQLAlchemy's own costs three times more.

    Without a `begin` each statement inside is a transaction of its own. The connection is told each time how durable it
    commits: that costs a hundredth of what a second connection costs, of which each commit makes the other one read all
    its pages again.
    """

    __slots__ = ("_begin", "_database", "_durable", "_kept")

    def __init__(self, database: Database, durable: bool, begin: str) -> None:
        self._database = database
        self._durable = durable
        self._begin = begin

    def __enter__(self) -> Connection:
        self._database.writers.__enter__()
        try:
            self._kept = self._database.borrow()
        except BaseException:
            self._database.writers.__exit__()
            raise
        try:
            self._start(self._kept)
        except BaseException as error:
            self.__exit__(type(error))
            raise
        return self._kept.tx

    def __exit__(self, kind: object, *_exc: object) -> None:
        try:
            self._end(self._kept, failed=kind is not None)
        finally:
            self._database.give_back(self._kept)
            self._database.writers.__exit__()

    def _start(self, kept: _Kept) -> None:
        if kept.durable is not self._durable:
            # not `execute`: the driver would take it for a statement that it knows, and SQLite would not read it again
            kept.driver.executescript(DURABLE if self._durable else SURVIVING)
            kept.durable = self._durable
        if self._begin:
            to_driver(kept.tx, self._begin)

    @staticmethod
    def _end(kept: _Kept, *, failed: bool) -> None:
        try:
            if kept.tx.in_transaction():  # somebody went through SQLAlchemy: let it know how it ended
                (kept.tx.rollback if failed else kept.tx.commit)()
            if kept.driver.in_transaction and not failed:
                to_driver(kept.tx, "COMMIT")
        finally:
            if kept.driver.in_transaction:  # it failed, or the commit did
                to_driver(kept.tx, "ROLLBACK")


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
