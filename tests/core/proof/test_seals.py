"""Seals over the journal: a chain computed anew, or an order taken away whole, no longer fits them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.proof.keys import Keyring
from core.proof.seals import Seal, first_broken, next_seal
from tests.core.proof.told import KEYRING, OTHER

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
Hashes = list[tuple[int, bytes]]


def sealed(entries: Hashes, cuts: list[int]) -> list[Seal]:
    """Return the seals that a worker would have made, looking at these places."""
    seals: list[Seal] = []
    for first, after in pairwise([0, *sorted(cut % (len(entries) + 1) for cut in cuts), len(entries)]):
        seal = next_seal(seals[-1] if seals else None, entries[first:after], AT, KEYRING)
        if seal is not None:
            seals.append(seal)
    return seals


hashes = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=8, unique=True).flatmap(
    lambda found: st.lists(st.integers(1, 99), min_size=len(found), max_size=len(found), unique=True).map(
        lambda ids: list(zip(sorted(ids), found, strict=True))
    )
)
cuts = st.lists(st.integers(0, 8), max_size=4)
picks = st.integers(0, 100)


@given(hashes, cuts)
def test_what_was_sealed_holds(entries: Hashes, places: list[int]) -> None:
    seals = sealed(entries, places)
    assert first_broken(seals, entries, KEYRING) is None
    assert [seal.number for seal in seals] == list(range(1, len(seals) + 1))
    assert (seals[-1].entries, seals[-1].last_entry) == (len(entries), entries[-1][0])


@given(hashes, cuts)
def test_entries_after_the_last_seal_are_none_of_its_business(entries: Hashes, places: list[int]) -> None:
    assert first_broken(sealed(entries, places), [*entries, (100, bytes(32))], KEYRING) is None


@given(hashes, cuts, picks)
def test_a_lost_entry_breaks_the_seal_that_covers_it(entries: Hashes, places: list[int], pick: int) -> None:
    seals = sealed(entries, places)
    lost = entries[pick % len(entries)]
    rest = [entry for entry in entries if entry != lost]
    first_that_covers = next(seal for seal in seals if seal.last_entry >= lost[0])
    assert first_broken(seals, rest, KEYRING) == first_that_covers


@given(hashes, cuts, picks)
def test_a_chain_computed_anew_breaks_the_seal(entries: Hashes, places: list[int], pick: int) -> None:
    seals = sealed(entries, places)
    place = pick % len(entries)
    entry_id, hashed = entries[place]
    anew = [*entries[:place], (entry_id, bytes([hashed[0] ^ 1]) + hashed[1:]), *entries[place + 1 :]]
    first_that_covers = next(seal for seal in seals if seal.last_entry >= entries[place][0])
    assert first_broken(seals, anew, KEYRING) == first_that_covers


@given(hashes, cuts)
def test_a_seal_without_the_key_does_not_hold(entries: Hashes, places: list[int]) -> None:
    seals = sealed(entries, places)
    assert first_broken(seals, entries, OTHER) == seals[0]
    assert first_broken(seals, entries, Keyring(public=KEYRING.public_keys())) is None


@given(hashes, cuts, picks)
def test_a_lost_seal_is_found(entries: Hashes, places: list[int], pick: int) -> None:
    seals = sealed(entries, places)
    lost = pick % len(seals)
    rest = [*seals[:lost], *seals[lost + 1 :]]
    assert first_broken(rest, entries, KEYRING) == (rest[lost] if lost < len(rest) else None)


@pytest.mark.parametrize("change", [{"at": datetime(2027, 1, 1, tzinfo=UTC)}, {"last_entry": 3}, {"entries": 3}])
def test_a_changed_seal_is_found(change: dict[str, object]) -> None:
    entries = [(1, b"a" * 32), (2, b"b" * 32)]
    (seal,) = sealed(entries, [])
    altered = replace(seal, **change)  # type: ignore[arg-type]
    assert first_broken([altered], entries, KEYRING) == altered


def test_nothing_new_is_not_sealed() -> None:
    (seal,) = sealed([(1, b"a" * 32)], [])
    assert next_seal(seal, [], AT, KEYRING) is None
    assert next_seal(None, [], AT, KEYRING) is None


def test_entries_are_sealed_in_order_and_once() -> None:
    (seal,) = sealed([(5, b"a" * 32)], [])
    with pytest.raises(ValueError, match="in order"):
        next_seal(seal, [(5, b"b" * 32)], AT, KEYRING)
    with pytest.raises(ValueError, match="in order"):
        next_seal(None, [(2, b"b" * 32), (1, b"b" * 32)], AT, KEYRING)
