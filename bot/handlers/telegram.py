"""Telegram, the way in: updates come by webhook or long polling.

python-telegram-bot parses and sends; its own dialogue machinery keeps state in the memory of one process, so it is not
used. Facts about the platform: a webhook is retried until it gets a 2xx; a pressed button spins until it is answered.
"""

from __future__ import annotations

import hmac
import json
import logging
import os
import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify
from flask.globals import request_ctx

os.environ.setdefault("PTB_TIMEDELTA", "true")  # spans of time as such, not as seconds: read when the library is loaded
from telegram import CallbackQuery, Chat, Message, User
from telegram.constants import ChatType

from bot import inbox
from bot.handlers.posted import body_of, header_of
from bot.handlers.taken import Acknowledgement
from bot.messages import Content, Incoming
from bot.runtime import Runtime
from bot.settings import Settings

log = logging.getLogger(__name__)

NAME = "telegram"
ALLOWED_UPDATES = ["message", "edited_message", "callback_query"]
LARGEST_ID = 2**63
UNREAD = frozenset(
    {
        "reply_to_message",
        "external_reply",
        "quote",
        "entities",
        "caption_entities",
        "reply_markup",
        "link_preview_options",
    }
)
"""Parts of a message that mean nothing here, and would cost as much to parse as all the others."""
QUERY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
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
    nothing_more = Acknowledgement()

    @web.post("/telegram/webhook")
    def webhook() -> Response:
        posted = request_ctx.request  # the request itself: each look through Flask's own name for it is looked up
        shown = (header_of(posted, "X_TELEGRAM_BOT_API_SECRET_TOKEN") or "").encode()
        if not secret or not hmac.compare_digest(shown, secret):
            return Response("forbidden", 403)
        payload = _object(body_of(posted))
        if payload is None:
            return Response("not JSON", 400)
        incoming = read(payload, bot_id)
        taken = inbox.take(runtime, incoming) if incoming is not None else None
        query = tapped(payload)
        if query and (incoming is None or not incoming.private or taken is not inbox.Taken.ANSWERED):
            # no letter that leaves now stops the spinner: let Telegram do it, which carries out what it is answered
            return jsonify({"method": "answerCallbackQuery", "callback_query_id": query})
        return nothing_more

    return web


def tapped(payload: dict[str, Any]) -> str:
    """Return what names the pressed button's spinner, also of an update that says nothing else; empty if none was."""
    query = payload.get("callback_query")
    name = query.get("id") if isinstance(query, dict) else None
    return name if isinstance(name, str) and QUERY_ID.fullmatch(name) else ""


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
        incoming = _from_update(payload, bot_id)
    except Exception as odd:  # noqa: BLE001 - the library checks nothing: any wrong shape ends in any error
        log.warning("an update could not be understood: %s", type(odd).__name__)
        return None
    return incoming if incoming is None or _is_sound(payload, incoming) else None


def _is_sound(payload: dict[str, Any], incoming: Incoming) -> bool:
    """Say whether the ids are numbers that Telegram uses and the texts are texts."""
    numbers = (payload.get("update_id"), int(incoming.address) if incoming.address.lstrip("-").isdecimal() else None)
    texts = (incoming.text, incoming.language, incoming.ack, incoming.payload)
    if incoming.quoted and not QUERY_ID.fullmatch(incoming.quoted):
        return False
    return all(isinstance(one, int) and abs(one) < LARGEST_ID for one in numbers) and all(
        isinstance(one, str) for one in texts
    )


def _from_update(update: dict[str, Any], bot_id: str) -> Incoming | None:
    """Return what a person said in an update.

    Of the update only the part is parsed that says it, and of that part not what it repeats of other messages.
    """
    provider_id = f"{bot_id}:{update.get('update_id')}"
    tapped, said, edited = update.get("callback_query"), update.get("message"), update.get("edited_message")
    if tapped is not None:
        return _from_button(CallbackQuery.de_json(_without_message(tapped), None), provider_id)
    if said is not None:
        is_text = isinstance(said.get("text"), str)
        incoming = _from_text(said, provider_id) if is_text else _from_message(_parsed(said), _content, provider_id)
        quoted = _quoted(said.get("reply_to_message"), bot_id)
        return incoming._replace(quoted=quoted) if incoming is not None and quoted else incoming
    return None if edited is None else _from_message(_parsed(edited), _changed, provider_id)


def _parsed(message: dict[str, Any]) -> Message:
    return Message.de_json({key: message[key] for key in message.keys() - UNREAD}, None)


def _without_message(tapped: dict[str, Any]) -> dict[str, Any]:
    """Return the tap with no more of the bot's own message under it than where it is."""
    shown = tapped.get("message")
    return (
        tapped if shown is None else {**tapped, "message": {key: shown[key] for key in ("message_id", "date", "chat")}}
    )


def _from_text(said: dict[str, Any], provider_id: str) -> Incoming | None:
    """Return what a message of text says: who, where and the text are parsed, and none of the ninety other fields."""
    sender, chat = User.de_json(said["from"], None) if said.get("from") else None, Chat.de_json(said["chat"], None)
    if sender is None or sender.is_bot:
        return None
    return Incoming(
        channel=NAME,
        address=str(chat.id),
        provider_id=provider_id,
        text=said["text"],
        language=sender.language_code or "",
        private=chat.type == ChatType.PRIVATE,
    )


def _from_message(message: Message, kind_of: Callable[[Message], Content | None], provider_id: str) -> Incoming | None:
    if message.from_user is None or message.from_user.is_bot:
        return None
    content = kind_of(message)
    if content is None:
        return None
    return Incoming(
        channel=NAME,
        address=str(message.chat.id),
        provider_id=provider_id,
        text="" if content is Content.EDITED else message.text or "",
        content=content,
        phone=_own_phone(message),
        language=message.from_user.language_code or "",
        private=message.chat.type == ChatType.PRIVATE,
    )


def _from_button(query: CallbackQuery, provider_id: str) -> Incoming | None:
    if not isinstance(query.data, str):
        return None
    chat = query.message.chat if query.message else None
    return Incoming(
        channel=NAME,
        address=str(chat.id if chat else query.from_user.id),
        provider_id=provider_id,
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


def _changed(message: Message) -> Content | None:
    """Return what a change to a sent message counts as; a live location that moved is none that anybody made."""
    return Content.EDITED if message.text is not None else None


def _quoted(answered: Any, bot_id: str) -> str:
    """Return the id of the bot's message that this one answers, if the person chose one."""
    if not isinstance(answered, dict) or not isinstance(answered.get("from"), dict):
        return ""
    return str(answered.get("message_id", "")) if str(answered["from"].get("id")) == bot_id else ""


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
