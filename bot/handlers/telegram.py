"""Telegram, the way in: updates come by webhook or long polling.

python-telegram-bot parses and sends; its own dialogue machinery keeps state in the memory of one process, so it is not
used. Facts about the platform: a webhook is retried until it gets a 2xx; a pressed button spins until it is answered.
"""

from __future__ import annotations

import hmac
import json
import logging
import os
from typing import Any

from flask import Blueprint, Response, request

os.environ.setdefault("PTB_TIMEDELTA", "true")  # spans of time as such, not as seconds: read when the library is loaded
from telegram import Message, Update
from telegram.constants import ChatType

from bot import inbox
from bot.messages import Content, Incoming
from bot.runtime import Runtime
from bot.settings import Settings

log = logging.getLogger(__name__)

NAME = "telegram"
ALLOWED_UPDATES = ["message", "callback_query"]
LARGEST_ID = 2**63
CONTENT = {
    "voice": Content.AUDIO,
    "audio": Content.AUDIO,
    "photo": Content.PICTURE,
    "video": Content.VIDEO,
    "video_note": Content.VIDEO,
    "animation": Content.VIDEO,
    "sticker": Content.STICKER,
    "location": Content.LOCATION,
    "venue": Content.LOCATION,
    "document": Content.FILE,
}


def blueprint(runtime: Runtime, settings: Settings) -> Blueprint:
    """Return the webhook. What Telegram did not sign with the secret is refused before it is read."""
    web = Blueprint(NAME, __name__)
    secret = (settings.telegram_webhook_secret or "").encode()
    bot_id = (settings.telegram_bot_token or "").partition(":")[0]

    @web.post("/telegram/webhook")
    def webhook() -> Response:
        shown = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode()
        if not secret or not hmac.compare_digest(shown, secret):
            return Response("forbidden", 403)
        payload = _object(request.get_data())
        if payload is None:
            return Response("not JSON", 400)
        incoming = read(payload, bot_id)
        if incoming is not None:
            inbox.receive(runtime, incoming)
        return Response("", 200)

    return web


def _object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in the body, or None: nesting without end is no more JSON than garbage is."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def read(payload: dict[str, Any], bot_id: str) -> Incoming | None:
    """Return what a person said, or None for what is nothing that a person said, or cannot be understood."""
    try:
        incoming = from_update(Update.de_json(payload, None), bot_id)
    except Exception as odd:  # noqa: BLE001 - the library checks nothing: any wrong shape ends in any error
        log.warning("an update could not be understood: %s", type(odd).__name__)
        return None
    return incoming if incoming is None or _is_sound(payload, incoming) else None


def _is_sound(payload: dict[str, Any], incoming: Incoming) -> bool:
    """Say whether the ids are numbers that Telegram uses and the texts are texts."""
    numbers = (payload.get("update_id"), int(incoming.address) if incoming.address.lstrip("-").isdecimal() else None)
    texts = (incoming.text, incoming.language, incoming.ack, incoming.payload)
    return all(isinstance(one, int) and abs(one) < LARGEST_ID for one in numbers) and all(
        isinstance(one, str) for one in texts
    )


def from_update(update: Update, bot_id: str) -> Incoming | None:
    """Return what a person said in an update."""
    if update.callback_query is not None:
        return _from_button(update, bot_id)
    message = update.message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return None
    content = _content(message)
    if content is None:
        return None
    return Incoming(
        channel=NAME,
        address=str(message.chat.id),
        provider_id=f"{bot_id}:{update.update_id}",
        text=message.text or "",
        content=content,
        phone=_own_phone(message),
        language=message.from_user.language_code or "",
        private=message.chat.type == ChatType.PRIVATE,
    )


def _from_button(update: Update, bot_id: str) -> Incoming | None:
    query = update.callback_query
    if query is None or not isinstance(query.data, str):
        return None
    chat = query.message.chat if query.message else None
    return Incoming(
        channel=NAME,
        address=str(chat.id if chat else query.from_user.id),
        provider_id=f"{bot_id}:{update.update_id}",
        payload=query.data,
        language=query.from_user.language_code or "",
        private=chat is None or chat.type == ChatType.PRIVATE,
        ack=query.id,
    )


def _content(message: Message) -> Content | None:
    if message.text is not None:
        return Content.TEXT
    if message.contact is not None:
        return Content.CONTACT
    found = next((content for name, content in CONTENT.items() if getattr(message, name)), None)
    if found is not None:
        return found
    return Content.OTHER if message.effective_attachment is not None else None


def _own_phone(message: Message) -> str:
    """Return the shared number only if it is the sender's own: anybody can share anybody's contact.

    Telegram itself fills in the contact's user id, so it can be trusted; the number's spelling cannot.
    """
    contact = message.contact
    sender = message.from_user
    own = (
        contact is not None
        and sender is not None
        and contact.user_id == sender.id
        and message.forward_origin is None
        and message.chat.type == ChatType.PRIVATE
    )
    if contact is None or not own:
        return ""
    digits = "".join(char for char in contact.phone_number if char.isdigit() and char.isascii())
    return f"+{digits}" if digits else ""
