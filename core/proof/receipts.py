"""Signed receipts: the facts with a signature, the token that finds them, the short code that people compare."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO

from core import codes
from core.proof.facts import Facts
from core.proof.keys import ID_BYTES, SIGNATURE_BYTES, Keyring, Purpose, Signature, from_text, to_text

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0 and O, no 1 and I: the short code is read aloud and typed."""
TOKEN_VERSION = 1
_CODE_BYTES = 5
_NUMBER_BYTES = 2
_DIGEST_BYTES = 32
_TOKEN_BYTES = 1 + ID_BYTES + _CODE_BYTES + _NUMBER_BYTES + _DIGEST_BYTES + SIGNATURE_BYTES


class BadTokenError(ValueError):
    """The text is no token."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Facts and the signature over them."""

    facts: Facts
    signature: Signature

    @property
    def token(self) -> str:
        """Return what stands in the address of /v/<token>."""
        return Token(self.facts.code, self.facts.number, digest(self.facts), self.signature).text

    @property
    def short_code(self) -> str:
        """Return the verification code that people compare: K7MX-2PQ9. Nobody can find one without the key."""
        return short_code(self.signature)


def issue(facts: Facts, keyring: Keyring) -> Receipt:
    """Sign the facts. The same facts and key always make the same receipt."""
    return Receipt(facts, keyring.sign(Purpose.RECEIPT, _message(facts.code, facts.number, digest(facts))))


def is_authentic(receipt: Receipt, keyring: Keyring) -> bool:
    """Say whether these are the facts that were signed, or raise UnknownKeyError."""
    facts = receipt.facts
    return keyring.check(Purpose.RECEIPT, _message(facts.code, facts.number, digest(facts)), receipt.signature)


def digest(facts: Facts) -> bytes:
    """Return the hash that stands for the facts."""
    return hashlib.sha256(facts.to_bytes()).digest()


def _message(code: str, number: int, hashed: bytes) -> bytes:
    """Return what is signed. Where the facts are is in it too, so a token can be checked before they are looked for."""
    return int(code).to_bytes(_CODE_BYTES) + number.to_bytes(_NUMBER_BYTES) + hashed


def short_code(signature: Signature) -> str:
    """Return eight letters and digits that follow from the signature."""
    number = int.from_bytes(hashlib.sha256(b"scopbot short code 1\n" + signature.value).digest()[:5])
    letters = "".join(ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


@dataclass(frozen=True, slots=True)
class Token:
    """Where the facts are, their hash, and the signature over both. The facts themselves stay in the journal."""

    code: str
    number: int
    """Which movement of the order, from 1."""
    digest: bytes
    signature: Signature

    @property
    def text(self) -> str:
        """Return the token as it stands in an address: 144 characters of base64url."""
        signed = _message(self.code, self.number, self.digest)
        return to_text(TOKEN_VERSION.to_bytes(1) + self.signature.key_id + signed + self.signature.value)

    @classmethod
    def read(cls, text: str) -> Token:
        """Return the token that the text is, or raise BadTokenError. Whether anybody signed it, `is_signed` says."""
        try:
            raw = from_text(text)
        except ValueError as bad:
            raise BadTokenError("not a token") from bad
        if len(raw) != _TOKEN_BYTES or raw[0] != TOKEN_VERSION:
            raise BadTokenError("not a token")
        read = BytesIO(raw[1:]).read
        key_id, code, number = read(ID_BYTES), int.from_bytes(read(_CODE_BYTES)), int.from_bytes(read(_NUMBER_BYTES))
        if code >= 10**codes.DIGITS or not number:
            raise BadTokenError("not a token")
        return cls(f"{code:0{codes.DIGITS}d}", number, read(_DIGEST_BYTES), Signature(key_id, read(SIGNATURE_BYTES)))

    def is_signed(self, keyring: Keyring) -> bool:
        """Say whether the token was issued as it is, or raise UnknownKeyError. Asks no database."""
        return keyring.check(Purpose.RECEIPT, _message(self.code, self.number, self.digest), self.signature)

    def is_of(self, facts: Facts) -> bool:
        """Say whether these are the facts that it was issued for."""
        return (self.code, self.number, self.digest) == (facts.code, facts.number, digest(facts))
