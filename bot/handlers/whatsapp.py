"""WhatsApp through Twilio, the way in: signed form posts.

The signature covers the address that Twilio sees, so it is computed over PUBLIC_BASE_URL, never over what a proxy made
of it. Twilio does not repeat an inbound post that failed with a 5xx by itself: a message is kept before all else.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from flask import Blueprint, Response, request
from twilio.request_validator import RequestValidator

from bot import inbox, outcomes
from bot.handlers.twilio_errors import decide_code
from bot.messages import Content, Incoming
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import Sending

log = logging.getLogger(__name__)

NAME = "whatsapp"
PREFIX = "whatsapp:"
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
STATUS = {
    "sent": Sending.SENT,
    "delivered": Sending.DELIVERED,
    "read": Sending.READ,
    "failed": Sending.FAILED,
    "undelivered": Sending.FAILED,
}
MEDIA = {
    "audio": Content.AUDIO,
    "image": Content.PICTURE,
    "video": Content.VIDEO,
    "application": Content.FILE,
    "text": Content.FILE,
}


def blueprint(runtime: Runtime, settings: Settings) -> Blueprint:
    """Return the webhooks for messages and for what became of sent ones. Both must be signed."""
    web = Blueprint(NAME, __name__)
    validator = RequestValidator(settings.twilio_auth_token or "")

    def is_signed() -> bool:
        signature = request.headers.get("X-Twilio-Signature")
        if not signature:
            return False
        query = request.query_string.decode("ascii", "replace")
        address = f"{settings.public_base_url}{request.path}" + (f"?{query}" if query else "")
        return bool(validator.validate(address, request.form, signature))

    @web.post("/whatsapp/webhook")
    def webhook() -> Response:
        if not is_signed():
            return Response("forbidden", 403)
        incoming = read(request.form)
        if incoming is not None:
            inbox.receive(runtime, incoming)
        return Response(EMPTY_TWIML, 200, content_type="text/xml")

    @web.post("/whatsapp/status")
    def status() -> Response:
        if not is_signed():
            return Response("forbidden", 403)
        letter = request.args.get("m", "")
        state = STATUS.get(request.form.get("MessageStatus", ""))
        if state is not None and letter.isascii() and letter.isdigit() and len(letter) < 10:
            code = _printable(request.form.get("ErrorCode", ""), 10)
            sid = _printable(request.form.get("MessageSid", ""), 80)
            if state is Sending.FAILED:
                outcomes.came_back(runtime, int(letter), sid, decide_code(int(code) if code.isdecimal() else 0))
            else:
                outcomes.advance(runtime, int(letter), sid, state)
        return Response("", 204)

    return web


def read(form: Mapping[str, str]) -> Incoming | None:
    """Return what a person said, or None for a form that is no message from a person."""
    sid, sender = form.get("MessageSid", ""), form.get("From", "")
    if not sid.isprintable() or not sender.isprintable() or not sid or not sender.removeprefix(PREFIX):
        return None
    if not sender.startswith(PREFIX):
        return None
    address = sender.removeprefix(PREFIX)[:150]
    return Incoming(
        channel=NAME,
        address=address,
        provider_id=sid[:150],
        text=form.get("Body", ""),
        payload=form.get("ButtonPayload") or form.get("ListId") or "",
        content=_content(form),
        phone=address if address.startswith("+") else "",
    )


def _printable(text: str, most: int) -> str:
    return "".join(char for char in text[:most] if char.isprintable())


def _content(form: Mapping[str, str]) -> Content:
    if form.get("NumMedia", "0") not in ("", "0"):
        kind = form.get("MediaContentType0", "").partition("/")[0]
        if kind == "image" and form.get("MediaContentType0") == "image/webp":
            return Content.STICKER
        return MEDIA.get(kind, Content.OTHER)
    if form.get("Latitude"):
        return Content.LOCATION
    if form.get("MessageType") == "contacts":
        return Content.FILE
    return Content.TEXT
