"""Ed25519 keys from the environment: one signs, all check. A key's id follows from the key, so none can be mixed up."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
ID_BYTES = 4
SIGNATURE_BYTES = 64


class BadKeyError(ValueError):
    """It is not an Ed25519 key in base64url."""


class UnknownKeyError(LookupError):
    """Signed with a key that this keyring does not have."""


class Purpose(Enum):
    """What is signed. It goes into the signature: one of a receipt says nothing of a picture with the same bytes."""

    RECEIPT = b"scopbot receipt 1\n"
    PICTURE = b"scopbot picture 1\n"
    JOURNAL = b"scopbot journal seal 1\n"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature and which key made it."""

    key_id: bytes
    value: bytes


def to_text(raw: bytes) -> str:
    """Return bytes in base64url, without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def from_text(text: str) -> bytes:
    """Return what base64url text says, or raise ValueError: also for another spelling of the same bytes."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as bad:
        raise ValueError("not base64url") from bad
    if to_text(raw) != text:
        raise ValueError("not the one spelling of its bytes")
    return raw


def new_signing_key() -> str:
    """Return a new private key as the environment takes it."""
    return to_text(Ed25519PrivateKey.generate().private_bytes_raw())


class Keyring:
    """The key that signs, if there is one, and every key whose signatures still count."""

    def __init__(self, signing: str | None = None, public: Iterable[str] = ()) -> None:
        """Take keys in base64url: the private one that signs and the public ones of keys that signed before it."""
        self._signing = Ed25519PrivateKey.from_private_bytes(_key(signing)) if signing else None
        keys = [Ed25519PublicKey.from_public_bytes(_key(text)) for text in public]
        if self._signing:
            keys.insert(0, self._signing.public_key())
        self._keys = {_id(key): key for key in keys}

    @property
    def can_sign(self) -> bool:
        """Say whether there is a key that signs."""
        return self._signing is not None

    def public_keys(self) -> list[str]:
        """Return the public keys, the signing one's first: what others need to check, and no secret."""
        return [to_text(key.public_bytes_raw()) for key in self._keys.values()]

    def derived(self, purpose: bytes) -> bytes:
        """Return a secret of 32 bytes for another purpose: it follows from the signing key and tells nothing of it."""
        if self._signing is None:
            raise UnknownKeyError("there is no key to derive from")
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(self._signing.private_bytes_raw())

    def sign(self, purpose: Purpose, message: bytes) -> Signature:
        """Sign a message; the same one always gets the same signature."""
        if self._signing is None:
            raise UnknownKeyError("there is no key to sign with")
        return Signature(_id(self._signing.public_key()), self._signing.sign(purpose.value + message))

    def check(self, purpose: Purpose, message: bytes, signature: Signature) -> bool:
        """Say whether the signature is of this message, or raise UnknownKeyError."""
        key = self._keys.get(signature.key_id)
        if key is None:
            raise UnknownKeyError(signature.key_id.hex())
        try:
            key.verify(signature.value, purpose.value + message)
        except InvalidSignature:
            return False
        return True


def _key(text: str) -> bytes:
    try:
        raw = from_text(text.strip())
    except ValueError as bad:
        raise BadKeyError("a key is 43 characters of base64url") from bad
    if len(raw) != KEY_BYTES:
        raise BadKeyError("a key is 43 characters of base64url")
    return raw


def _id(key: Ed25519PublicKey) -> bytes:
    return hashlib.sha256(key.public_bytes_raw()).digest()[:ID_BYTES]
