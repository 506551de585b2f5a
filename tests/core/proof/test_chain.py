"""The journal's chain: whatever is done to an order's entries, the first bad one is named."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.proof.chain import Bad, Fault, Link, chained, first_bad, start
from core.terms import Movement, Party, Status
from tests.core.proof.told import declarations, moments, some, texts

CODE = "60016454717"
Chain = list[tuple[Link, bytes | None]]

links = st.builds(
    Link,
    st.just(7),
    st.just(0),
    moments,
    st.sampled_from(Movement),
    st.sampled_from(Status),
    st.sampled_from(Party),
    st.integers(1, 9),
    st.integers(1, 9),
    texts,
    texts,
    declarations,
)


def written(entries: list[Link]) -> tuple[Chain, bytes]:
    """Return the entries numbered and chained, and the head, as the journal would keep them."""
    head, chain = start(CODE), []
    for number, link in enumerate(entries, start=1):
        numbered = replace(link, number=number)
        head = chained(head, numbered)
        chain.append((numbered, head))
    return list(chain), head


chains = st.lists(links, min_size=1, max_size=5).map(written)
picks = st.integers(0, 100)


@some
@given(chains)
def test_what_was_written_holds(journal: tuple[Chain, bytes]) -> None:
    assert first_bad(CODE, *journal) is None


def test_an_order_without_entries_has_its_start_as_head() -> None:
    assert first_bad(CODE, [], start(CODE)) is None
    assert first_bad(CODE, [], None) == Bad(CODE, 1, Fault.MISSING)


CHANGES: dict[str, Any] = {
    "order_id": 8,
    "at": lambda at: at + timedelta(microseconds=1),
    "movement": "ANULADA",
    "status": "ABIERTO",
    "party": "TERCERO",
    "agent_id": 10,
    "person_id": 10,
    "person_name": lambda name: name + " ",
    "channel": lambda channel: channel + "x",
    "declared": lambda declared: {**declared, "lines": {"1": "21"}},
}


def test_every_column_is_chained() -> None:
    assert CHANGES.keys() == {field.name for field in fields(Link)} - {"number"}


@pytest.mark.parametrize("name", CHANGES)
@some
@given(journal=chains, pick=picks)
def test_a_changed_column_is_found_and_named(name: str, journal: tuple[Chain, bytes], pick: int) -> None:
    chain, head = journal
    place = pick % len(chain)
    link, stored = chain[place]
    change = CHANGES[name]
    other: Any = {name: change(getattr(link, name)) if callable(change) else change}
    chain[place] = (replace(link, **other), stored)
    assert first_bad(CODE, chain, head) == Bad(CODE, place + 1, Fault.ALTERED)


@some
@given(chains, picks, st.integers(0, 31), st.integers(1, 255))
def test_a_changed_hash_is_found_and_named(journal: tuple[Chain, bytes], pick: int, byte: int, bits: int) -> None:
    chain, head = journal
    place = pick % len(chain)
    link, stored = chain[place]
    assert stored is not None
    chain[place] = (link, stored[:byte] + bytes([stored[byte] ^ bits]) + stored[byte + 1 :])
    assert first_bad(CODE, chain, head) == Bad(CODE, place + 1, Fault.ALTERED)


@some
@given(chains, picks)
def test_a_missing_entry_is_found_and_named(journal: tuple[Chain, bytes], pick: int) -> None:
    chain, head = journal
    place = pick % len(chain)
    del chain[place]
    assert first_bad(CODE, chain, head) == Bad(CODE, place + 1, Fault.MISSING)


@some
@given(chains, picks)
def test_closing_the_gap_with_numbers_does_not_help(journal: tuple[Chain, bytes], pick: int) -> None:
    chain, head = journal
    place = pick % len(chain)
    del chain[place]
    renumbered = [(replace(link, number=number), stored) for number, (link, stored) in enumerate(chain, start=1)]
    found = first_bad(CODE, renumbered, head)
    assert found is not None
    assert found.number == place + 1


@some
@given(chains, links)
def test_an_added_entry_is_found(journal: tuple[Chain, bytes], extra: Link) -> None:
    chain, head = journal
    link = replace(extra, number=len(chain) + 1)
    last = chain[-1][1]
    assert last is not None
    assert first_bad(CODE, [*chain, (link, None)], head) == Bad(CODE, len(chain) + 1, Fault.ALTERED)
    assert first_bad(CODE, [*chain, (link, chained(last, link))], head) == Bad(CODE, len(chain) + 2, Fault.MISSING)


@some
@given(chains)
def test_a_repeated_entry_is_found(journal: tuple[Chain, bytes]) -> None:
    chain, head = journal
    assert first_bad(CODE, [chain[0], *chain], head) == Bad(CODE, 2, Fault.ALTERED)


@some
@given(chains)
def test_another_orders_entries_do_not_fit(journal: tuple[Chain, bytes]) -> None:
    chain, head = journal
    assert first_bad("60016454718", chain, head) == Bad("60016454718", 1, Fault.ALTERED)


@some
@given(chains)
def test_a_changed_head_is_found(journal: tuple[Chain, bytes]) -> None:
    chain, _head = journal
    assert first_bad(CODE, chain, bytes(32)) == Bad(CODE, len(chain) + 1, Fault.MISSING)
    assert first_bad(CODE, chain, None) == Bad(CODE, len(chain) + 1, Fault.MISSING)


@some
@given(chains, picks)
def test_what_cannot_have_been_written_is_named(journal: tuple[Chain, bytes], pick: int) -> None:
    chain, head = journal
    place = pick % len(chain)
    chain[place] = (replace(chain[place][0], declared={"lines": {"1": 20.0}}), chain[place][1])
    assert first_bad(CODE, chain, head) == Bad(CODE, place + 1, Fault.UNREADABLE)


def test_the_first_version_of_the_chain_stays() -> None:
    """Journals of years ago must still verify: neither spelling nor hash may change."""
    link = Link(
        order_id=7,
        number=1,
        at=datetime(2021, 3, 26, 2, 58, 33, tzinfo=UTC),
        movement=Movement.REQUESTED,
        status=Status.REQUESTED,
        party=Party.BUYER,
        agent_id=2,
        person_id=3,
        person_name="Titular de MR. HYDE",
        channel="whatsapp",
        declared={"lines": {"1": "20"}},
    )
    assert link.to_bytes() == (
        b'{"agent":2,"at":"2021-03-26T02:58:33.000000+00:00","channel":"whatsapp","declared":{"lines":{"1":"20"}},'
        b'"movement":"SOLICITADO","name":"Titular de MR. HYDE","number":1,"order":7,"party":"COMPRADOR","person":3,'
        b'"status":"SOLICITADO","v":1}'
    )
    assert chained(start(CODE), link).hex() == "c1c9acb1919652af733ada4b8bccfae582a98a6e7ec4b596b4872f31263b32bf"
