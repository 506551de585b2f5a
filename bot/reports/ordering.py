"""For operators at the command line: a report of any agent, or of all, written to a file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, func, or_, select

from bot.reports.about import About
from bot.reports.forms import Form
from bot.reports.writing import write
from core.db import Database
from core.registerbook import Named
from core.reports.reading import records
from core.reports.sums import Summary
from core.reports.wanted import Wanted
from core.statements import agents
from core.terms import Party, Status


class BadOrderError(ValueError):
    """The report cannot be made as it was asked for; the message says why, for the operator."""


@dataclass(frozen=True)
class Asked:
    """A report as an operator asks for it: agents by register number, RUC or name."""

    first: date
    last: date
    agent: str = ""
    statuses: frozenset[Status] = frozenset()
    other: str = ""
    party: Party | None = None
    late: bool = False


def report(database: Database, asked: Asked, form: Form, file: BinaryIO, at: datetime) -> Summary:
    """Write the report as of now to the file, in the language spoken now; return its sums. Raises BadOrderError."""
    if asked.first > asked.last:
        raise BadOrderError(f"--from {asked.first} comes after --to {asked.last}")
    if not asked.agent and (asked.other or asked.party):
        raise BadOrderError("--with and --as are told of an agent: name it with --agent")
    with database.snapshot() as tx:
        of, others = _named(tx, asked.agent, "--agent"), _named(tx, asked.other, "--with")
        wanted = Wanted(asked.first, asked.last, _ids(of), asked.party, asked.statuses, _ids(others), asked.late)
        about = About(wanted, at, _names(of), _names(others))
        return write(form, file, records(tx, wanted, at), about)


def _named(tx: Connection, text: str, option: str) -> list[Named]:
    """Return the agents that a register number, RUC or name means: a RUC may have several entries."""
    if not text:
        return []
    meant = or_(agents.c.register_number == text, agents.c.ruc == text, func.lower(agents.c.name) == text.lower())
    rows = tx.execute(select(agents.c.id, agents.c.name).where(meant).order_by(agents.c.id)).all()
    if not rows:
        raise BadOrderError(f"{option}: no agent has the register number, RUC or name {text!r}")
    return [Named(row.id, row.name) for row in rows]


def _ids(named: list[Named]) -> tuple[int, ...]:
    return tuple(one.id for one in named)


def _names(named: list[Named]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in named))


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Yield a file that takes the path's place once it is written: a failure leaves what was there before."""
    if not path.parent.is_dir():
        raise BadOrderError(f"--out: there is no folder {path.parent}")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
