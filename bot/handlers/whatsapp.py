"""WhatsApp through Twilio, the way in: signed form posts.

The signature covers the address that Twilio sees, so it is computed over PUBLIC_BASE_URL, never over what a proxy made
of it. Twilio does not repeat an inbound post that failed with a 5xx by itself: a message is kept before all else.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

from flask import Blueprint, Request, Response, request
from flask.globals import request_ctx
from twilio.request_validator import RequestValidator, get_signature_algorithm

from bot import inbox, outcomes
from bot.handlers.posted import body_of, header_of
from bot.handlers.taken import Acknowledgement
from bot.handlers.twilio_errors import decide_code
from bot.handlers.twilio_forms import HASHES, fields_of, is_signed
from bot.messages import Content, Incoming
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import Sending

log = logging.getLogger(__name__)

NAME = "whatsapp"
PREFIX = "whatsapp:"
USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}")
"""A business-scoped user id: the country and signs without meaning."""
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


FORM = "application/x-www-form-urlencoded"


def blueprint(runtime: Runtime, settings: Settings) -> Blueprint:
    """Return the webhooks for messages and for what became of sent ones. Both must be signed."""
    web = Blueprint(NAME, __name__)
    validators = [RequestValidator(token) for token in settings.twilio_tokens()]
    nothing_more = Acknowledgement(EMPTY_TWIML, "text/xml")

    def signed_form() -> dict[str, str] | None:
        """Return the first value of each field, or None when Twilio did not sign what was posted."""
        posted = request_ctx.request  # the request itself: each look through Flask's own name for it is looked up
        signature = header_of(posted, "X_TWILIO_SIGNATURE")
        algorithm = get_signature_algorithm(header_of(posted, "X_TWILIO_WEBHOOKS_SIGNATURE_SETTINGS"))
        if not signature or algorithm not in HASHES:
            return None
        query = posted.query_string.decode("ascii", "replace")
        address = f"{settings.public_base_url}{posted.path}" + (f"?{query}" if query else "")
        fields = _posted(posted)
        genuine = is_signed(validators, address, fields, signature, algorithm)
        return dict(reversed(fields)) if genuine else None

    @web.post("/whatsapp/webhook")
    @web.post("/whatsapp/fallback")
    def webhook() -> Response:
        form = signed_form()
        if form is None:
            return Response("forbidden", 403)
        incoming = read(form)
        if incoming is not None:
            inbox.receive(runtime, incoming)
        return nothing_more

    @web.post("/whatsapp/status")
    def status() -> Response:
        form = signed_form()
        if form is None:
            return Response("forbidden", 403)
        letter = request.args.get("m", "")
        state = STATUS.get(form.get("MessageStatus", ""))
        if state is not None and letter.isascii() and letter.isdigit() and len(letter) < 10:
            code = _printable(form.get("ErrorCode", ""), 10)
            sid = _printable(form.get("MessageSid", ""), 80)
            if state is Sending.FAILED:
                outcomes.came_back(runtime, int(letter), sid, decide_code(int(code) if code.isdecimal() else 0))
            else:
                outcomes.advance(runtime, int(letter), sid, state)
        return Response("", 204)

    return web


def _posted(request: Request) -> list[tuple[str, str]]:
    """Return the fields of the form in the body. What is no such form has none, and so another signature."""
    if request.environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != FORM:
        return []
    return fields_of(body_of(request).decode("utf-8", "replace"))


def read(form: Mapping[str, str]) -> Incoming | None:
    """Return what a person said, or None for a form that is no message from a person.

    Media is never fetched: that there is some, and of what kind, is all that is taken from the form.
    """
    sid = form.get("MessageSid", "")
    address, alias = _sender(form)
    if not sid or not sid.isprintable() or not address:
        return None
    return Incoming(
        channel=NAME,
        address=address,
        provider_id=sid[:150],
        text=form.get("Body", ""),
        payload=form.get("ButtonPayload") or form.get("ListId") or "",
        content=_content(form),
        phone=address if address.startswith("+") else "",
        alias=alias,
        quoted=_printable(form.get("OriginalRepliedMessageSid", ""), 80),
    )


def _sender(form: Mapping[str, str]) -> tuple[str, str]:
    """Return the sender's address and, if Twilio names two, the other one; empty what there is none of.

    People may hide their number behind a name; then Twilio gives an id of theirs that only this business sees. Nothing
    else in the form says who wrote: names and profiles are what people like them to be.
    """
    sender = form.get("From", "")
    user = form.get("ExternalUserId", "").removeprefix(PREFIX)
    user = user if USER_ID.fullmatch(user) else ""
    named = sender.startswith(PREFIX) and sender.isprintable()
    address = sender.removeprefix(PREFIX)[:150] if named else ""
    if not address and sender in ("", PREFIX):
        return user, ""
    return address, user if address.startswith("+") else ""


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
