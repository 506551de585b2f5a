"""Facts, signatures, tokens, short codes: what was signed is told from everything else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.history import replay
from core.proof.canonical import canonical
from core.proof.facts import BadFactsError, Facts, facts_of
from core.proof.keys import (
    BadKeyError,
    Keyring,
    Purpose,
    Signature,
    UnknownKeyError,
    from_text,
    new_signing_key,
    to_text,
)
from core.proof.receipts import ALPHABET, BadTokenError, Receipt, Token, is_authentic, issue
from core.terms import Movement, Status
from tests.core.proof.told import FACTS, KEYRING, OTHER, any_facts, some
from tests.core.scene import WAYBILL, Scene, accept_all

RECEIPT = issue(FACTS, KEYRING)


def changed(raw: bytes, place: int, byte: int) -> bytes:
    place %= len(raw)
    return raw[:place] + bytes([raw[place] ^ byte]) + raw[place + 1 :]


# --- facts ------------------------------------------------------------------------------------------------------------


@some
@given(any_facts)
def test_facts_survive_being_written(facts: Facts) -> None:
    written = facts.to_bytes()
    assert Facts.from_bytes(written) == facts
    assert written.isascii()


@some
@given(any_facts, any_facts)
def test_other_facts_are_written_otherwise(one: Facts, other: Facts) -> None:
    assert (one.to_bytes() == other.to_bytes()) == (one == other)


def test_the_first_version_stays_readable() -> None:
    """Receipts of years ago must still verify: this spelling may not change."""
    written = FACTS.to_bytes()
    assert written.startswith(
        b'{"buyer":{"name":"MR. HYDE","register":"10002-074-010119","ruc":"20100000002"},"code":"60016454718",'
    )
    assert b'{"at":"2021-03-26T03:12:36Z","channel":"whatsapp","declared":{"lines":{"1":"48"},' in written
    assert b'"rejected":{"2":"V\\u00e1lvulas con fuga"}' in written
    assert written.endswith(b'"trade":"GLP-E","v":1}')


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        FACTS.to_bytes() + b" ",
        FACTS.to_bytes().replace(b'"v":1', b'"v":2'),
        FACTS.to_bytes().replace(b"V\\u00e1lvulas", "Válvulas".encode()),
        FACTS.to_bytes().replace(b'"50"', b'"a lot"'),
        FACTS.to_bytes().replace(b'"60016454718"', b"60016454718"),
        FACTS.to_bytes().replace(b"CERRADO", b"ABIERTO"),
        canonical({"v": 1, "steps": []}),
    ],
)
def test_what_is_not_spelled_as_facts_is_none(written: bytes) -> None:
    with pytest.raises(BadFactsError):
        Facts.from_bytes(written)


@pytest.mark.parametrize("fact", [1.5, {1: "a"}, {"a": [b"bytes"]}, [{"a": {"b": 0.1}}]])
def test_what_has_no_one_spelling_is_not_written(fact: object) -> None:
    with pytest.raises(TypeError):
        canonical(fact)


@given(st.binary(max_size=40))
def test_reading_any_bytes_ends_well(raw: bytes) -> None:
    with pytest.raises(BadFactsError):
        Facts.from_bytes(raw)


# --- facts of an order's journal --------------------------------------------------------------------------------------


def test_facts_are_those_of_the_journal(any_scene: Scene) -> None:
    order = any_scene.bring_to(Status.CLOSED)
    entries = any_scene.journal(order.code)
    facts = facts_of(any_scene.stored(order.code), entries)
    assert (facts.code, facts.status, facts.number) == (order.code, Status.CLOSED, 4)
    assert (facts.buyer.name, facts.seller.name) == ("EL DISTRIBUIDOR", "LA PLANTA")
    assert facts.destination == order.destination
    assert [(step.at, step.movement, step.person) for step in facts.steps] == [
        (entry.at, entry.movement, entry.person_name) for entry in entries
    ]
    assert facts.steps[-1].quantities == replay(entries).received
    assert facts.steps[2].declared["document"] == WAYBILL
    assert [product.name for product in facts.products] == [line.name for line in order.lines]
    assert Facts.from_bytes(facts.to_bytes()) == facts


def test_a_receipt_of_an_early_movement_is_the_same_for_ever(any_scene: Scene) -> None:
    """The order moves on and its agents change their names: what the token points at is told as it was."""
    order = any_scene.requested()
    early = issue(facts_of(order, any_scene.journal(order.code)), KEYRING)
    any_scene.does(any_scene.seller, accept_all(order))
    any_scene.change_agent(any_scene.buyer_id, name="OTRO NOMBRE", address="OTRA CALLE 1")
    token = Token.read(early.token)
    later, entries = any_scene.stored(token.code), any_scene.journal(token.code)
    assert token.is_signed(KEYRING)
    assert token.is_of(facts_of(later, entries[: token.number]))
    assert not token.is_of(facts_of(later, entries))


# --- signatures -------------------------------------------------------------------------------------------------------


def test_what_was_signed_is_authentic() -> None:
    assert is_authentic(RECEIPT, KEYRING)


@some
@given(any_facts)
def test_no_other_facts_are(facts: Facts) -> None:
    assume(facts != FACTS)
    assert not is_authentic(Receipt(facts, RECEIPT.signature), KEYRING)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_of_the_facts_is_found(place: int, byte: int) -> None:
    raw = changed(FACTS.to_bytes(), place, byte)
    try:
        facts = Facts.from_bytes(raw)
    except BadFactsError:
        return
    assert not is_authentic(Receipt(facts, RECEIPT.signature), KEYRING)
    assert not Token.read(RECEIPT.token).is_of(facts)


@given(st.integers(0, 63), st.integers(1, 255))
def test_a_changed_byte_of_the_signature_is_found(place: int, byte: int) -> None:
    forged = Signature(RECEIPT.signature.key_id, changed(RECEIPT.signature.value, place, byte))
    assert not is_authentic(Receipt(FACTS, forged), KEYRING)


def test_one_digit_of_a_figure_is_found() -> None:
    last = FACTS.steps[-1]
    lie = replace(FACTS, steps=(*FACTS.steps[:-1], replace(last, declared={**last.declared, "lines": {"1": "49"}})))
    assert not is_authentic(Receipt(lie, RECEIPT.signature), KEYRING)


def test_a_signature_is_for_one_purpose() -> None:
    signature = KEYRING.sign(Purpose.RECEIPT, b"the same bytes")
    assert KEYRING.check(Purpose.RECEIPT, b"the same bytes", signature)
    for other in set(Purpose) - {Purpose.RECEIPT}:
        assert not KEYRING.check(other, b"the same bytes", signature)


def test_signing_twice_gives_the_same() -> None:
    assert issue(FACTS, KEYRING) == RECEIPT


# --- keys -------------------------------------------------------------------------------------------------------------


def test_after_a_rotation_old_receipts_still_verify() -> None:
    old = Keyring(new_signing_key())
    receipt = issue(FACTS, old)
    rotated = Keyring(new_signing_key(), public=old.public_keys())
    assert is_authentic(receipt, rotated)
    assert issue(FACTS, rotated).signature.key_id != receipt.signature.key_id
    assert is_authentic(issue(FACTS, rotated), rotated)
    with pytest.raises(UnknownKeyError):
        is_authentic(issue(FACTS, rotated), old)


def test_public_keys_check_and_do_not_sign() -> None:
    public = Keyring(public=KEYRING.public_keys())
    assert is_authentic(RECEIPT, public)
    assert (public.can_sign, KEYRING.can_sign) == (False, True)
    with pytest.raises(UnknownKeyError):
        issue(FACTS, public)


def test_a_stranger_with_a_key_is_unknown() -> None:
    with pytest.raises(UnknownKeyError):
        is_authentic(issue(FACTS, OTHER), KEYRING)
    forged = Receipt(FACTS, replace(issue(FACTS, OTHER).signature, key_id=RECEIPT.signature.key_id))
    assert not is_authentic(forged, KEYRING)


@pytest.mark.parametrize("text", ["x", "A" * 42, "A" * 44, "A" * 42 + "B", "ñ" * 43, "A" * 42 + "=", "+" * 43])
def test_what_is_no_key_is_said(text: str) -> None:
    with pytest.raises(BadKeyError):
        Keyring(text)
    with pytest.raises(BadKeyError):
        Keyring(public=[text])


@given(st.binary(max_size=80))
def test_base64url_has_one_spelling(raw: bytes) -> None:
    assert from_text(to_text(raw)) == raw
    with pytest.raises(ValueError, match=r"base64url|spelling"):
        from_text(to_text(raw) + "=")


# --- tokens and short codes -------------------------------------------------------------------------------------------


def test_a_token_says_where_the_facts_are() -> None:
    token = Token.read(RECEIPT.token)
    assert (token.code, token.number, token.signature) == ("60016454718", 4, RECEIPT.signature)
    assert token.is_of(FACTS)
    assert token.is_signed(KEYRING)
    assert re.fullmatch(r"[A-Za-z0-9_-]{144}", RECEIPT.token)


@some
@given(any_facts)
def test_tokens_survive_being_written(facts: Facts) -> None:
    receipt = issue(facts, KEYRING)
    token = Token.read(receipt.token)
    assert (token.text, token.signature) == (receipt.token, receipt.signature)
    assert token.is_signed(KEYRING)
    assert token.is_of(facts)


@given(st.integers(0, 143), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
def test_a_changed_letter_of_a_token_is_found(place: int, letter: str) -> None:
    text = RECEIPT.token[:place] + letter + RECEIPT.token[place + 1 :]
    assume(text != RECEIPT.token)
    try:
        passes = Token.read(text).is_signed(KEYRING)
    except (BadTokenError, UnknownKeyError):
        passes = False
    assert not passes


@pytest.mark.parametrize(
    "text", ["", "x", "..", "A" * 144, RECEIPT.token + "A", RECEIPT.token[:-1], RECEIPT.token + "=", "ñ" * 144, "%2e"]
)
def test_what_is_no_token_is_said(text: str) -> None:
    with pytest.raises(BadTokenError):
        Token.read(text)


@given(st.text(max_size=150))
def test_reading_any_text_as_a_token_ends_well(text: str) -> None:
    with pytest.raises(BadTokenError):
        Token.read(text)


def test_a_short_code_is_readable_aloud() -> None:
    assert re.fullmatch(rf"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", RECEIPT.short_code)
    assert len(set(ALPHABET)) == 32
    assert not set("01IO") & set(ALPHABET)


def test_short_codes_differ() -> None:
    """Forty bits: of some hundred receipts no two share a code, and each is the same every time."""
    receipts = [issue(replace(FACTS, destination=str(number)), KEYRING) for number in range(300)]
    assert len({receipt.short_code for receipt in receipts}) == len(receipts)
    assert {receipt.short_code[0] for receipt in receipts} == set(ALPHABET)
    assert RECEIPT.short_code == issue(FACTS, KEYRING).short_code


def test_every_movement_can_be_on_a_receipt() -> None:
    for movement in Movement:
        facts = replace(FACTS, steps=(replace(FACTS.steps[0], movement=movement),))
        assert Facts.from_bytes(facts.to_bytes()).steps[0].movement is movement
