"""WhatsApp through Twilio: signed form posts come in, messages go out over Twilio's REST API.

The signature covers the address that Twilio sees, so it is computed over PUBLIC_BASE_URL, never over what a proxy made
of it. Twilio does not repeat an inbound post that failed with a 5xx by itself: a message is kept before all else.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

import requests
from flask import Blueprint, Response, request
from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator, get_signature_algorithm
from werkzeug.datastructures import MultiDict

from bot import inbox, outcomes
from bot.handlers.splitting import split
from bot.letters import CannotTellError, Claimed, Fate, SendError
from bot.messages import Content, Incoming
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import Reach, Sending

log = logging.getLogger(__name__)

NAME = "whatsapp"
PREFIX = "whatsapp:"
LONGEST_BODY = 1500
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
UNREACHABLE = {
    21211: Reach.INVALID,
    21614: Reach.INVALID,
    63003: Reach.INVALID,
    63024: Reach.INVALID,
    21610: Reach.BLOCKED,
    63014: Reach.BLOCKED,
    63033: Reach.BLOCKED,
}
"""Twilio's error codes that say something about the address (Twilio's table of errors)."""
WORTH_REPEATING = {20429, 63010, 63012, 63018, 63023}


FORM = "application/x-www-form-urlencoded"


class Form(MultiDict[str, str]):
    """A posted form. `getall` is what Twilio's validator asks for first; without it, each field costs it an error."""

    getall = MultiDict.getlist


def blueprint(runtime: Runtime, settings: Settings) -> Blueprint:
    """Return the webhooks for messages and for what became of sent ones. Both must be signed."""
    web = Blueprint(NAME, __name__)
    validators = [RequestValidator(token) for token in settings.twilio_tokens()]

    def signed_form() -> dict[str, str] | None:
        """Return the first value of each field, or None when Twilio did not sign what was posted."""
        signature = request.headers.get("X-Twilio-Signature")
        algorithm = get_signature_algorithm(request.headers.get("X-Twilio-Webhooks-Signature-Settings"))
        if not signature or algorithm not in (HMAC_SHA1, HMAC_SHA256):
            return None
        query = request.query_string.decode("ascii", "replace")
        address = f"{settings.public_base_url}{request.path}" + (f"?{query}" if query else "")
        fields = _posted()
        signed = is_signed(validators, address, Form(fields), signature, algorithm)
        return dict(reversed(fields)) if signed else None

    @web.post("/whatsapp/webhook")
    @web.post("/whatsapp/fallback")
    def webhook() -> Response:
        form = signed_form()
        if form is None:
            return Response("forbidden", 403)
        incoming = read(form)
        if incoming is not None:
            inbox.receive(runtime, incoming)
        return Response(EMPTY_TWIML, 200, content_type="text/xml")

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


def is_signed(validators: Sequence[RequestValidator], address: str, form: Form, signature: str, algorithm: str) -> bool:
    """Say whether a form posted to an address was signed with one of the tokens, as Twilio's SDK sees it.

    The SDK always reckons two signatures, for the address with its port and without, since Twilio's own side is not
    consistent. Nearly always the address as it is configured is the right one: it is tried first, and alone if it fits.
    """
    shown = signature.encode()
    for validator in validators:
        expected: str = validator.compute_signature(address, form, algorithm)
        if hmac.compare_digest(expected.encode(), shown):
            return True
    return any(validator.validate(address, form, signature, algorithm) for validator in validators)


def _posted() -> list[tuple[str, str]]:
    """Return the fields of the form in the body, in a third of the time that Flask's parser takes for any kind of form.

    What is no such form has no fields, so that its signature is another one.
    """
    if (request.content_type or "").partition(";")[0].strip().lower() != FORM:
        return []
    return parse_qsl(request.get_data(cache=False).decode("utf-8", "replace"), keep_blank_values=True)


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


class WhatsAppSender:
    """Sends over Twilio's REST API; each call in a thread, so that it holds up nobody else."""

    def __init__(self, settings: Settings) -> None:
        self._client = make_client(settings)
        self._sender = settings.twilio_whatsapp_from
        self._callback = f"{settings.public_base_url}/whatsapp/status"
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="twilio")

    async def send(self, letter: Claimed) -> str:
        """Send a letter, long ones in parts; return Twilio's id of the last part."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._send, letter)

    def _send(self, letter: Claimed) -> str:
        from twilio.base.exceptions import TwilioException  # noqa: PLC0415 - the web process never loads the client

        sid = ""
        try:
            texts = split(letter.message.numbered(), LONGEST_BODY)
            for number, text in enumerate(texts, start=1):
                # only of the last part is it asked what became of it: that is what became of the letter
                told = {"status_callback": f"{self._callback}?m={letter.id}"} if number == len(texts) else {}
                sent = self._client.messages.create(to=PREFIX + letter.address, from_=self._sender, body=text, **told)
                sid = str(sent.sid)
        except (TwilioException, OSError) as error:
            raise decide(error) from error
        return sid

    async def look_up(self, letter: Claimed) -> str | None:  # noqa: ARG002 - the channel's interface
        """Return Twilio's id if it has the letter."""
        raise CannotTellError

    async def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False)


def make_client(settings: Settings) -> Any:
    """Return Twilio's client with a timeout: by itself it would wait for ever."""
    from twilio.http.http_client import TwilioHttpClient  # noqa: PLC0415 - the web process never loads the client
    from twilio.rest import Client  # noqa: PLC0415

    client = Client(
        settings.twilio_account_sid, settings.twilio_auth_token, http_client=TwilioHttpClient(timeout=10, max_retries=0)
    )
    if settings.twilio_api_base_url:
        client.api.base_url = settings.twilio_api_base_url
    if settings.twilio_content_base_url:
        client.content.base_url = settings.twilio_content_base_url
    return client


def decide(error: Exception) -> SendError:
    """Return the one decision that an error of Twilio's carries."""
    code = getattr(error, "code", None)
    status = getattr(error, "status", None)
    if isinstance(status, int):
        return decide_code(code if isinstance(code, int) else 0, status)
    never_left = isinstance(error, requests.ConnectTimeout) or "NewConnectionError" in repr(error)
    return SendError(type(error).__name__, Fate.TEMPORARY if never_left else Fate.DOUBTFUL)


def decide_code(code: int, status: int = 0) -> SendError:
    """Return the one decision that an error code of Twilio's carries, with the HTTP status it came with, if any."""
    reason = f"Twilio {code} (HTTP {status})" if status else f"Twilio {code}"
    if code in UNREACHABLE:
        return SendError(reason, Fate.PERMANENT, reach=UNREACHABLE[code])
    if status == 401:  # the token is being changed; the letters wait until it is right again
        return SendError(reason, Fate.MISCONFIGURED)
    if status == 429 or code in WORTH_REPEATING:
        return SendError(reason)
    return SendError(reason, Fate.DOUBTFUL if status >= 500 else Fate.PERMANENT)
