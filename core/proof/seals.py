"""Seals: from time to time the worker signs how far the journal has come.

Whoever can write the database could compute a whole chain anew, or take an order away with all its entries. Without the
key nobody can make the seals fit that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.proof.canonical import canonical, stamp
from core.proof.keys import Keyring, Purpose, Signature, UnknownKeyError

NOTHING = bytes(32)
"""The digest of a journal without entries."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Signed: up to this entry there were so many, and their hashes were these."""

    number: int
    """From 1, without gaps."""
    at: datetime
    last_entry: int
    """The highest entry id that it covers."""
    entries: int
    """How many it and the seals before it cover."""
    digest: bytes
    signature: Signature

    def to_bytes(self) -> bytes:
        """Return what is signed."""
        return _message(self.number, self.at, self.last_entry, self.entries, self.digest)


def next_seal(before: Seal | None, hashes: Iterable[tuple[int, bytes]], at: datetime, keyring: Keyring) -> Seal | None:
    """Seal the entries after the last seal: their ids and hashes in order of id. None when there are none.

    Only entries that are old enough for no transaction to add another one between them.
    """
    number = before.number + 1 if before else 1
    last, count, digest = (before.last_entry, before.entries, before.digest) if before else (0, 0, NOTHING)
    known = count
    for entry_id, entry_hash in hashes:
        if entry_id <= last:
            raise ValueError("entries are sealed in order, once")
        last, count, digest = entry_id, count + 1, _added(digest, entry_hash)
    if count == known:
        return None
    return Seal(
        number, at, last, count, digest, keyring.sign(Purpose.JOURNAL, _message(number, at, last, count, digest))
    )


def first_broken(seals: Iterable[Seal], hashes: Iterable[tuple[int, bytes]], keyring: Keyring) -> Seal | None:
    """Return the first seal that does not fit the entries (ids and hashes in order of id), or None.

    What is wrong lies after the seal before it. Entries after the last seal are not looked at.
    """
    entries = iter(hashes)
    waiting = next(entries, None)
    count, digest = 0, NOTHING
    for number, seal in enumerate(seals, start=1):
        while waiting is not None and waiting[0] <= seal.last_entry:
            count, digest = count + 1, _added(digest, waiting[1])
            waiting = next(entries, None)
        if (seal.number, seal.entries, seal.digest) != (number, count, digest) or not _is_signed(seal, keyring):
            return seal
    return None


def _is_signed(seal: Seal, keyring: Keyring) -> bool:
    try:
        return keyring.check(Purpose.JOURNAL, seal.to_bytes(), seal.signature)
    except UnknownKeyError:
        return False


def _added(digest: bytes, entry_hash: bytes) -> bytes:
    return hashlib.sha256(digest + entry_hash).digest()


def _message(number: int, at: datetime, last_entry: int, entries: int, digest: bytes) -> bytes:
    return canonical(
        {"v": 1, "number": number, "at": stamp(at), "last": last_entry, "entries": entries, "digest": digest.hex()}
    )
