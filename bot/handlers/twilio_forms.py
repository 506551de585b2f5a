"""What Twilio posts: the fields of its forms, and whether it signed them."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Iterable, Sequence
from urllib.parse import unquote_to_bytes

from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator
from werkzeug.datastructures import MultiDict

Fields = Sequence[tuple[str, str]]
"""Names and values as they were posted, in their order; a name may come twice."""
HASHES = {HMAC_SHA1: "sha1", HMAC_SHA256: "sha256"}
"""The ways of signing that are known, and what each is called where it is computed."""


class _Form(MultiDict[str, str]):
    """A posted form. `getall` is what Twilio's validator asks for first; without it, each field costs it an error."""

    getall = MultiDict.getlist


def fields_of(body: str) -> list[tuple[str, str]]:
    """Return what urllib's parse_qsl does, blank values kept, in a fifth of the time that Flask's form takes.

    Twilio posts some twenty short fields, of which few have anything to decode.
    """
    pairs = [pair.partition("=") for pair in body.replace("+", " ").split("&") if pair]
    return [
        (_decoded(name), _decoded(value)) if "%" in value or "%" in name else (name, value)
        for name, _equals, value in pairs
    ]


def _decoded(text: str) -> str:
    return unquote_to_bytes(text).decode("utf-8", "replace")


def is_signed(
    validators: Sequence[RequestValidator], address: str, fields: Fields, signature: str, algorithm: str
) -> bool:
    """Say whether a form posted to an address was signed with one of the tokens, as Twilio's SDK sees it.

    The SDK always reckons two signatures, for the address with its port and without, since Twilio's own side is not
    consistent. Nearly always the address as it is configured is the right one: that signature is tried first, and what
    it does not fit the SDK decides.
    """
    shown = signature.encode()
    if any(hmac.compare_digest(signed(one.token, address, fields, algorithm), shown) for one in validators):
        return True
    form = _Form(fields)
    return any(one.validate(address, form, signature, algorithm) for one in validators)


def signed(token: bytes, address: str, fields: Iterable[tuple[str, str]], algorithm: str) -> bytes:
    """Return what the SDK's `compute_signature` does, in a quarter of its time: of each field every value once."""
    said = address + "".join([name + value for name, value in sorted(set(fields))])
    return b64encode(hmac.digest(token, said.encode(), HASHES[algorithm]))
