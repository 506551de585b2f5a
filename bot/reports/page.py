"""GET /r/<token>: the document of a report, for whoever holds the link that its owner was given."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from flask import Blueprint, Response

from bot.reports.document import Document, draw
from bot.reports.forms import Form
from bot.runtime import Runtime

AT_ONCE = 2
"""How many are drawn at a time: drawing takes the processor, and messages go first."""
CHUNK = 64 * 1024
HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def blueprint(runtime: Runtime) -> Blueprint:
    """Return the route."""
    web = Blueprint("reports", __name__)
    room = threading.BoundedSemaphore(AT_ONCE)

    @web.get("/r/<token>")
    def report(token: str) -> Response:
        if runtime.reports.read(token, runtime.clock()) is None:
            return _not_found()  # before there is any work: it may be anybody's guess
        if not room.acquire(blocking=False):
            return Response("try again", 503, {**HEADERS, "Retry-After": "5"}, content_type="text/plain")
        try:
            drawn = draw(runtime, token)
        finally:
            room.release()
        return _not_found() if drawn is None else _sent(drawn)

    return web


def _not_found() -> Response:
    return Response("not found", 404, HEADERS, content_type="text/plain")


def _sent(drawn: Document) -> Response:
    """Return the document, under the name by which it is to be kept."""
    size = drawn.file.seek(0, 2)
    drawn.file.seek(0)
    # Twilio asks for "inline", and no browser shows a workbook; CSV would be shown as a page
    shown = "attachment" if drawn.form is Form.CSV else "inline"
    headers = {**HEADERS, "Content-Disposition": f'{shown}; filename="{drawn.name}"', "Content-Length": str(size)}
    response = Response(_chunks(drawn), 200, headers, content_type=drawn.form.media_type)
    response.call_on_close(drawn.file.close)  # also where nothing is read of it, as for HEAD
    return response


def _chunks(drawn: Document) -> Iterator[bytes]:
    with drawn.file as file:
        while chunk := file.read(CHUNK):
            yield chunk
