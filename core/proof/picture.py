"""A sealed PNG: it carries the facts, their signature, and a signature over every byte of itself.

The seal is one text chunk, the last before the end. So a changed pixel, a changed figure, an added frame or comment,
anything, is found without the database and without looking at the picture.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum

from core.proof.facts import BadFactsError, Facts
from core.proof.keys import ID_BYTES, SIGNATURE_BYTES, Keyring, Purpose, Signature, UnknownKeyError, from_text, to_text
from core.proof.receipts import Receipt, is_authentic

_START = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"scopbot-receipt"
_VERSION = "1"
LARGEST = 5_000_000
"""Bytes; a receipt has some tens of thousands."""


class Verdict(StrEnum):
    """What can be said of a file."""

    AUTHENTIC = "authentic"
    ALTERED = "altered"
    UNKNOWN_KEY = "signed with an unknown key"
    NO_SEAL = "no seal"
    """Not a sealed receipt at all: another picture, a screenshot, or one that an app compressed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict and, of an authentic receipt only, the receipt."""

    verdict: Verdict
    receipt: Receipt | None = None


class _BadPictureError(ValueError):
    """Not a PNG from its first byte to its last."""


def seal(png: bytes, receipt: Receipt, keyring: Keyring) -> bytes:
    """Return the picture with its seal."""
    chunks = _chunks(png)
    body = png[: -len(_chunk(b"IEND", b""))]
    if chunks[-1] != (b"IEND", b"") or _seals(chunks):
        raise ValueError("a picture is sealed once")
    signature = keyring.sign(Purpose.PICTURE, _picture_message(body, receipt.signature))
    parts = (
        _VERSION,
        to_text(receipt.facts.to_bytes()),
        _signature_text(receipt.signature),
        _signature_text(signature),
    )
    return body + _chunk(b"tEXt", _KEYWORD + b"\0" + ".".join(parts).encode("ascii")) + _chunk(b"IEND", b"")


def examine(file: bytes, keyring: Keyring) -> Finding:
    """Say whether the file is a receipt as it was issued. Never raises, whatever the file is."""
    if len(file) > LARGEST or not file.startswith(_START) or b"tEXt" + _KEYWORD not in file:
        return Finding(Verdict.NO_SEAL)
    try:
        receipt, signature, body = _read(file)
        if is_authentic(receipt, keyring) and keyring.check(
            Purpose.PICTURE, _picture_message(body, receipt.signature), signature
        ):
            return Finding(Verdict.AUTHENTIC, receipt)
    except UnknownKeyError:
        return Finding(Verdict.UNKNOWN_KEY)
    except (ValueError, BadFactsError):
        return Finding(Verdict.ALTERED)
    return Finding(Verdict.ALTERED)


def _read(file: bytes) -> tuple[Receipt, Signature, bytes]:
    """Return the receipt, the picture's signature and the bytes that it is over."""
    chunks = _chunks(file)
    seals = _seals(chunks)
    if len(seals) != 1 or chunks[-2:] != [(b"tEXt", seals[0]), (b"IEND", b"")]:
        raise _BadPictureError("the seal is not in its place")
    version, facts, of_facts, of_picture = seals[0][len(_KEYWORD) + 1 :].decode("ascii").split(".")
    if version != _VERSION:
        raise _BadPictureError("another kind of seal")
    body = file[: -len(_chunk(b"tEXt", seals[0])) - len(_chunk(b"IEND", b""))]
    receipt = Receipt(Facts.from_bytes(from_text(facts)), _signature(of_facts))
    return receipt, _signature(of_picture), body


def _picture_message(body: bytes, of_facts: Signature) -> bytes:
    return hashlib.sha256(body).digest() + of_facts.key_id + of_facts.value


def _signature_text(signature: Signature) -> str:
    return to_text(signature.key_id + signature.value)


def _signature(text: str) -> Signature:
    raw = from_text(text)
    if len(raw) != ID_BYTES + SIGNATURE_BYTES:
        raise _BadPictureError("not a signature")
    return Signature(raw[:ID_BYTES], raw[ID_BYTES:])


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """Return the chunks, or raise where one is broken or anything follows the last."""
    if not png.startswith(_START):
        raise _BadPictureError("not a PNG")
    chunks, at = [], len(_START)
    while at < len(png):
        size = int.from_bytes(png[at : at + 4])
        kind, content = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        if png[at : at + 12 + size] != _chunk(kind, content):
            raise _BadPictureError("a broken chunk")
        chunks.append((kind, content))
        at += 12 + size
    return chunks


def _seals(chunks: list[tuple[bytes, bytes]]) -> list[bytes]:
    return [content for kind, content in chunks if kind == b"tEXt" and content.startswith(_KEYWORD + b"\0")]
