"""Signed receipts: the facts with a signature, the token that finds them, the short code that people compare."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from core import codes
from core.proof.facts import Facts
from core.proof.keys import ID_BYTES, SIGNATURE_BYTES, Keyring, Purpose, Signature, from_text, to_text

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0 and O, no 1 and I: the short code is read aloud and typed."""
TOKEN_VERSION = 1
_CODE_BYTES = 5
_NUMBER_BYTES = 2
_TOKEN_BYTES = 1 + ID_BYTES + _CODE_BYTES + _NUMBER_BYTES + SIGNATURE_BYTES


class BadTokenError(ValueError):
    """The text is no token."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Facts and the signature over them."""

    facts: Facts
    signature: Signature

    @property
    def token(self) -> str:
        """Return what stands in the address of /v/<token>: which movement of which order, and the signature."""
        return Token(self.facts.code, self.facts.number, self.signature).text

    @property
    def short_code(self) -> str:
        """Return the verification code that people compare: K7MX-2PQ9. Nobody can find one without the key."""
        return short_code(self.signature)


def issue(facts: Facts, keyring: Keyring) -> Receipt:
    """Sign the facts. The same facts and key always make the same receipt."""
    return Receipt(facts, keyring.sign(Purpose.RECEIPT, facts.to_bytes()))


def is_authentic(receipt: Receipt, keyring: Keyring) -> bool:
    """Say whether these are the facts that were signed, or raise UnknownKeyError."""
    return keyring.check(Purpose.RECEIPT, receipt.facts.to_bytes(), receipt.signature)


def short_code(signature: Signature) -> str:
    """Return eight letters and digits that follow from the signature."""
    number = int.from_bytes(hashlib.sha256(b"scopbot short code 1\n" + signature.value).digest()[:5])
    letters = "".join(ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


@dataclass(frozen=True, slots=True)
class Token:
    """Where the facts are, and the signature they must have. The facts themselves stay in the journal."""

    code: str
    number: int
    """Which movement of the order, from 1."""
    signature: Signature

    @property
    def text(self) -> str:
        """Return the token as it stands in an address: about a hundred characters of base64url."""
        parts = (
            TOKEN_VERSION.to_bytes(1),
            self.signature.key_id,
            int(self.code).to_bytes(_CODE_BYTES),
            self.number.to_bytes(_NUMBER_BYTES),
            self.signature.value,
        )
        return to_text(b"".join(parts))

    @classmethod
    def read(cls, text: str) -> Token:
        """Return the token that the text is, or raise BadTokenError. Whether it is authentic only the facts can say."""
        try:
            raw = from_text(text)
        except ValueError as bad:
            raise BadTokenError("not a token") from bad
        if len(raw) != _TOKEN_BYTES or raw[0] != TOKEN_VERSION:
            raise BadTokenError("not a token")
        key_id, rest = raw[1 : 1 + ID_BYTES], raw[1 + ID_BYTES :]
        code, rest = int.from_bytes(rest[:_CODE_BYTES]), rest[_CODE_BYTES:]
        number, signature = int.from_bytes(rest[:_NUMBER_BYTES]), rest[_NUMBER_BYTES:]
        if code >= 10**codes.DIGITS or not number:
            raise BadTokenError("not a token")
        return cls(f"{code:0{codes.DIGITS}d}", number, Signature(key_id, signature))

    def receipt(self, facts: Facts) -> Receipt:
        """Return the receipt that the token would be of these facts; ask `is_authentic` whether it is."""
        return Receipt(facts, self.signature)
