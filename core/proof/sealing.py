"""Seals in the database: from time to time the worker signs how far the journal has come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from core.db import Database
from core.proof.keys import Keyring, Signature
from core.proof.seals import Seal, next_seal
from core.statements import entries, seals

SETTLED = timedelta(minutes=15)
"""After so long no transaction is open that could still add an entry with a lower id."""
BATCH = 1000
_HASHES = (
    select(entries.c.id, entries.c.hash, entries.c.at)
    .where(entries.c.id > bindparam("after"))
    .order_by(entries.c.id)
    .limit(BATCH)
)
_SEALS = select(seals).where(seals.c.number > bindparam("after")).order_by(seals.c.number).limit(BATCH)
_LAST = select(seals).order_by(seals.c.number.desc()).limit(1)
_ADD = {
    dialect.dialect().name: dialect.insert(seals).on_conflict_do_nothing(index_elements=["number"])
    for dialect in (sqlite, postgresql)
}


def seal_more(database: Database, keyring: Keyring, at: datetime) -> Seal | None:
    """Seal what was journalled since the last seal and is settled; None when there is nothing.

    Of several workers that do it at the same time one succeeds: each seal's number is there once.
    """
    if not keyring.can_sign:
        return None
    with database.reading() as tx:
        last = tx.execute(_LAST).first()
        before = _seal(last) if last is not None else None
        settled = takewhile(lambda one: one[2] <= at - SETTLED, _entries(tx, before.last_entry if before else 0))
        seal = next_seal(before, ((entry_id, digest) for entry_id, digest, _at in settled), at, keyring)
    if seal is None:
        return None
    with database.transaction() as tx:
        is_first = tx.execute(_ADD[tx.dialect.name], _row(seal)).rowcount == 1
    return seal if is_first else None


def hashes(tx: Connection) -> Iterator[tuple[int, bytes]]:
    """Yield the id and hash of every entry, in order of id."""
    return ((entry_id, digest or b"") for entry_id, digest, _at in _entries(tx, 0))


def seals_of(tx: Connection) -> Iterator[Seal]:
    """Yield every seal, the first one first."""
    after = 0
    while batch := tx.execute(_SEALS, {"after": after}).all():
        yield from map(_seal, batch)
        after = batch[-1].number


def _entries(tx: Connection, after: int) -> Iterator[tuple[int, bytes, datetime]]:
    while batch := tx.execute(_HASHES, {"after": after}).all():
        yield from (tuple(row) for row in batch)
        after = batch[-1].id


def _row(seal: Seal) -> dict[str, Any]:
    return {
        "number": seal.number,
        "at": seal.at,
        "last_entry": seal.last_entry,
        "entries": seal.entries,
        "digest": seal.digest,
        "key_id": seal.signature.key_id,
        "signature": seal.signature.value,
    }


def _seal(row: Any) -> Seal:
    return Seal(
        row.number,
        row.at,
        row.last_entry,
        row.entries,
        bytes(row.digest),
        Signature(bytes(row.key_id), bytes(row.signature)),
    )
