"""The seal of a picture: whatever is done to the file, it is found without looking at the picture."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.proof.keys import Keyring, new_signing_key, to_text
from core.proof.picture import Finding, Verdict, examine, seal
from core.proof.receipts import issue
from tests.core.proof.told import FACTS, KEYRING, OTHER


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


START, END = b"\x89PNG\r\n\x1a\n", chunk(b"IEND", b"")
DOT = (
    START
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\xff"))
    + END
)
"""The smallest picture: one white dot."""
RECEIPT = issue(FACTS, KEYRING)
SEALED = seal(DOT, RECEIPT, KEYRING)
OTHER_FACTS = replace(FACTS, code="60016454719")


def verdict(file: bytes, keyring: Keyring = KEYRING) -> Verdict:
    return examine(file, keyring).verdict


def test_a_sealed_picture_is_authentic_and_tells_its_facts() -> None:
    assert examine(SEALED, KEYRING) == Finding(Verdict.AUTHENTIC, RECEIPT)
    assert verdict(SEALED, Keyring(public=KEYRING.public_keys())) is Verdict.AUTHENTIC


def test_no_byte_can_be_changed() -> None:
    """Every one of them, from the first to the last."""
    for place in range(len(SEALED)):
        file = SEALED[:place] + bytes([SEALED[place] ^ 1]) + SEALED[place + 1 :]
        finding = examine(file, KEYRING)
        assert finding.verdict is not Verdict.AUTHENTIC, place
        assert finding.receipt is None


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_nor_to_anything_else(place: int, bits: int) -> None:
    file = SEALED[:place] + bytes([SEALED[place] ^ bits]) + SEALED[place + 1 :]
    assert verdict(file) is not Verdict.AUTHENTIC


@given(st.integers(0, len(SEALED)), st.binary(min_size=1, max_size=40))
def test_nothing_can_be_put_in(place: int, extra: bytes) -> None:
    assert verdict(SEALED[:place] + extra + SEALED[place:]) is not Verdict.AUTHENTIC


@given(st.integers(0, len(SEALED) - 1), st.integers(0, len(SEALED) - 1))
def test_nothing_can_be_taken_out(one: int, other: int) -> None:
    assume(one != other)
    first, after = sorted((one, other))
    assert verdict(SEALED[:first] + SEALED[after:]) is not Verdict.AUTHENTIC


def test_a_changed_figure_is_found_even_with_a_right_checksum() -> None:
    """What a careful forger does: edits the facts in the chunk and mends its checksum."""
    body, facts = SEALED[: -len(END)], FACTS.to_bytes()
    sealed_text = body[len(DOT) - len(END) + 8 : -4]
    assert to_text(facts).encode() in sealed_text
    forged = sealed_text.replace(to_text(facts).encode(), to_text(facts.replace(b'"48"', b'"49"')).encode())
    assert verdict(DOT[: -len(END)] + chunk(b"tEXt", forged) + END) is Verdict.ALTERED


def test_the_seal_of_one_picture_does_not_fit_another() -> None:
    black = DOT.replace(chunk(b"IDAT", zlib.compress(b"\0\xff")), chunk(b"IDAT", zlib.compress(b"\0\0")))
    assert verdict(black[: -len(END)] + SEALED[len(DOT) - len(END) :]) is Verdict.ALTERED


def test_the_seal_of_another_receipt_does_not_make_this_one() -> None:
    """Two authentic receipts: the text of one with the picture signature of the other."""
    theirs = seal(DOT, issue(OTHER_FACTS, KEYRING), KEYRING)
    mine = SEALED[len(DOT) - len(END) + 8 : -len(END) - 4].split(b".")
    other = theirs[len(DOT) - len(END) + 8 : -len(END) - 4].split(b".")
    mixed = b".".join([*mine[:-1], other[-1]])
    assert verdict(DOT[: -len(END)] + chunk(b"tEXt", mixed) + END) is Verdict.ALTERED


@pytest.mark.parametrize(
    "file",
    [
        SEALED + b"\n",
        SEALED[: -len(END)] + chunk(b"tIME", bytes(7)) + END,
        SEALED[: -len(END)] + SEALED[len(DOT) - len(END) :],
        DOT[: -len(END)] + chunk(b"gAMA", bytes(4)) + SEALED[len(DOT) - len(END) :],
        SEALED[: -len(END)],
    ],
    ids=["a line end", "a chunk after the seal", "two seals", "a chunk before the seal", "no end"],
)
def test_a_file_with_more_or_less_in_it_is_altered(file: bytes) -> None:
    assert verdict(file) is Verdict.ALTERED


@pytest.mark.parametrize(
    "file", [b"", START, DOT, b"\xff\xd8\xff\xe0JFIF", b"%PDF-1.7", DOT + bytes(5_000_001)], ids=len
)
def test_what_has_no_seal_is_said_so(file: bytes) -> None:
    assert verdict(file) is Verdict.NO_SEAL


@given(st.binary(max_size=300))
def test_any_file_is_examined_without_a_fall(rest: bytes) -> None:
    assert verdict(rest) is not Verdict.AUTHENTIC
    assert verdict(START + b"....tEXtscopbot-receipt\0" + rest) is Verdict.ALTERED
    assert verdict(START + chunk(b"tEXt", b"scopbot-receipt\0" + rest) + END) is Verdict.ALTERED


def test_a_key_that_is_not_known_is_said() -> None:
    assert verdict(SEALED, OTHER) is Verdict.UNKNOWN_KEY
    assert verdict(SEALED, Keyring()) is Verdict.UNKNOWN_KEY


def test_a_forger_with_a_key_of_their_own_is_unknown() -> None:
    assert verdict(seal(DOT, issue(FACTS, OTHER), OTHER)) is Verdict.UNKNOWN_KEY
    assert verdict(seal(DOT, RECEIPT, OTHER)) is Verdict.UNKNOWN_KEY


def test_after_a_rotation_old_pictures_still_verify() -> None:
    assert verdict(SEALED, Keyring(new_signing_key(), KEYRING.public_keys())) is Verdict.AUTHENTIC


def test_a_picture_is_sealed_once() -> None:
    with pytest.raises(ValueError, match="once"):
        seal(SEALED, RECEIPT, KEYRING)
    with pytest.raises(ValueError, match="PNG"):
        seal(b"JFIF", RECEIPT, KEYRING)
