"""The writing of rows: what is there already is read once, and only the differences are written, many at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select

BATCH = 5_000

Values = Mapping[str, Any]


class Progress:
    """Tells the caller how many of the rows are done."""

    def __init__(self, total: int, listener: Callable[[int, int], None] | None) -> None:
        self._total = total
        self._listener = listener
        self._done = 0

    def count(self, rows: int) -> None:
        """Count some more as done."""
        self._done += rows
        if self._listener is not None and rows:
            self._listener(self._done, self._total)


@dataclass(slots=True)
class Changes:
    """What has to be done to make a table say what a file says, by the key of the row."""

    added: dict[Any, dict[str, Any]] = field(default_factory=dict)
    updated: dict[Any, dict[str, Any]] = field(default_factory=dict)
    unchanged: set[Any] = field(default_factory=set)


def changes_to(tx: Connection, table: Table, key: tuple[str, ...], rows: Iterable[Values], defaults: Values) -> Changes:
    """Return the differences between the table and the rows; fields that the rows do not have do not count."""
    key_of = itemgetter(*key)
    there = {key_of(row): row for row in tx.execute(select(table)).mappings()}
    changes = Changes()
    for values in rows:
        known = there.get(key_of(values))
        if known is None:
            changes.added[key_of(values)] = {**defaults, **values}
        elif any(known[name] != value for name, value in values.items()):
            changes.updated[key_of(values)] = {**values, "this_id": known["id"]}
        else:
            changes.unchanged.add(key_of(values))
    return changes


def write(tx: Connection, table: Table, changes: Changes, progress: Progress) -> None:
    """Write the differences."""
    progress.count(len(changes.unchanged))
    for batch in _batches(list(changes.added.values())):
        tx.execute(table.insert(), batch)
        progress.count(len(batch))
    for batch in _batches(sorted(changes.updated.values(), key=itemgetter("this_id"))):
        fields: dict[str, Any] = {name: bindparam(name) for name in batch[0] if name != "this_id"}
        tx.execute(table.update().where(table.c.id == bindparam("this_id")).values(fields), batch)
        progress.count(len(batch))


def _batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
