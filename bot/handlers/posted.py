"""What was posted to a webhook, read without what Flask does for requests of any kind.

A webhook's body comes whole and says its length. That is read as it is, no more than LARGEST; anything else is read by
Flask, which knows chunks, streams that end early and lengths that are none.
"""

from __future__ import annotations

from flask import Request

LARGEST = 256 * 1024
"""Bytes. The largest real webhook is a few kilobytes."""


def body_of(posted: Request) -> bytes:
    """Return the body, once. Raises werkzeug's RequestEntityTooLarge (413) and ClientDisconnected (400)."""
    length = posted.environ.get("CONTENT_LENGTH", "")
    if length.isascii() and length.isdigit() and len(length) < 7 and int(length) <= LARGEST:
        body: bytes = posted.environ["wsgi.input"].read(int(length))
        if len(body) == int(length):
            return body
    return posted.get_data(cache=False)


def header_of(posted: Request, name: str) -> str | None:
    """Return a header, its name as the environment of a request spells it: X_TWILIO_SIGNATURE; None without it."""
    found: str | None = posted.environ.get(f"HTTP_{name}")
    return found
