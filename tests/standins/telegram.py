"""A local stand-in of the Telegram Bot API, for an unmodified python-telegram-bot, and real updates to feed the bot.

Point the bot there with ``Bot(server.token, base_url=f"{server.base_url}/bot")``.
"""

from __future__ import annotations

import itertools
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from . import (
    Call,
    CutAfter,
    CutBefore,
    Fault,
    Json,
    RefusedError,
    Reply,
    Request,
    ServerError,
    Slow,
    StandIn,
    TooManyRequests,
)

__all__ = [
    "MEDIA",
    "BadRequest",
    "Blocked",
    "Call",
    "CutAfter",
    "CutBefore",
    "ServerError",
    "Slow",
    "TelegramServer",
    "TooManyRequests",
    "contact_update",
    "media_update",
    "membership_update",
    "tap_update",
    "text_update",
]

_DECODED = frozenset(
    (
        "allow_paid_broadcast",
        "allowed_updates",
        "cache_time",
        "caption_entities",
        "certificate",
        "chat_id",
        "commands",
        "disable_notification",
        "drop_pending_updates",
        "entities",
        "ip_address",
        "limit",
        "link_preview_options",
        "max_connections",
        "menu_button",
        "message_id",
        "message_thread_id",
        "offset",
        "protect_content",
        "reply_markup",
        "reply_parameters",
        "scope",
        "show_alert",
        "timeout",
        "user_id",
    )
)
_ALWAYS_TRUE = (
    "answerCallbackQuery",
    "deleteMessage",
    "leaveChat",
    "sendChatAction",
    "setChatMenuButton",
    "setMyDescription",
    "setMyName",
    "setMyShortDescription",
)
_SHOWN: tuple[str, ...] = ("message_id", "date", "edit_date", "text")
_SAME = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


@dataclass(frozen=True)
class Blocked(Fault):
    """Refuse with 403: the person blocked the bot."""


@dataclass(frozen=True)
class BadRequest(Fault):
    """Refuse with 400 and a text."""

    text: str = "chat not found"


def _failure(status: int, text: str) -> Reply:
    """Return an error answer as the Bot API words it."""
    return Reply(status, {"ok": False, "error_code": status, "description": text})


def _too_many(retry_after: int) -> Reply:
    """Return the answer to too many requests, which names the wait twice."""
    reply = _failure(429, f"Too Many Requests: retry after {retry_after}")
    payload = {**dict(_as_json(reply.payload)), "parameters": {"retry_after": retry_after}}
    return Reply(429, payload, {"Retry-After": str(retry_after)})


def _as_json(payload: object) -> Json:
    """Return a JSON object that is known to be one."""
    if not isinstance(payload, dict):
        raise TypeError(payload)
    return payload


def _bad(text: str) -> RefusedError:
    """Return the refusal of a bad request."""
    return RefusedError(_failure(400, f"Bad Request: {text}"))


def _decoded(name: str, value: Any) -> Any:
    """Return a parameter's value, read as JSON where the Bot API expects anything but text."""
    if name not in _DECODED or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _params(request: Request) -> Json:
    """Return the decoded parameters of a request from its query, form or JSON body."""
    raw: Json = dict(parse_qsl(request.query, keep_blank_values=True))
    if request.headers.get("Content-Type", "").startswith("application/json"):
        raw |= _as_json(json.loads(request.body or b"{}"))
    elif request.headers.get("Content-Type", "").startswith("multipart/form-data"):
        raw |= _form(request)
    else:
        raw |= dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    return {name: _decoded(name, value) for name, value in raw.items()}


def _form(request: Request) -> Json:
    """Return the fields of a call that carries a file; the file as its name and content, in the field that names it."""
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    fields: Json = {}
    files: Json = {}
    for part in message_from_bytes(head + request.body).walk():
        name = part.get_param("name", header="Content-Disposition")
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and part.get_filename():
            files[f"attach://{name}"] = {"filename": part.get_filename(), "content": content}
        elif isinstance(content, bytes) and name:
            fields[str(name)] = content.decode()
    return {name: files.pop(value, value) for name, value in fields.items()} | {
        name.removeprefix("attach://"): file for name, file in files.items()
    }


def _inline(markup: Any) -> bool:
    """Tell whether a reply markup is an inline keyboard, the only kind that a message carries."""
    return isinstance(markup, dict) and "inline_keyboard" in markup


def _check_markup(markup: Any) -> None:
    """Refuse buttons that the Bot API refuses."""
    if not _inline(markup):
        return
    if len(list(itertools.chain.from_iterable(markup["inline_keyboard"]))) > 100:
        raise _bad("reply markup is too long")
    for button in itertools.chain.from_iterable(markup["inline_keyboard"]):
        if not str(button.get("text", "")).strip():
            raise _bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if not 1 <= len(str(button.get("callback_data", "-")).encode()) <= 64:
            raise _bad("BUTTON_DATA_INVALID")


def _check_text(text: Any) -> None:
    """Refuse a text that the Bot API refuses."""
    if not isinstance(text, str) or not text.strip():
        raise _bad("message text is empty")
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > 4096:
        raise _bad("message is too long")


class TelegramServer(StandIn):
    """The Bot API for one bot: what it was asked stays in ``calls``, what people got in ``messages_to(chat_id)``."""

    faults = (*StandIn.faults, Blocked, BadRequest)
    recipient_key = "chat_id"

    def __init__(self, token: str = "123456:TEST", username: str = "standin_bot") -> None:
        """Stand in for one bot, named by its token."""
        self.token = token
        self.me = _bot_user(int(token.partition(":")[0]), username)
        self.webhook: Json = {"url": ""}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self._updates: list[Json] = []
        self._message_ids = itertools.count(1)
        self._methods = {name.lower(): (name, carry_out) for name, carry_out in self._table().items()}
        super().__init__()

    def _table(self) -> dict[str, Callable[[Json], Any]]:
        """Return what carries out each method."""
        return dict.fromkeys(_ALWAYS_TRUE, lambda params: True) | {
            "getMe": lambda params: self.me,
            "sendMessage": self._send_message,
            "sendDocument": self._send_document,
            "editMessageText": self._edit_text,
            "editMessageReplyMarkup": self._edit_markup,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "setMyCommands": self._set_commands,
            "getMyCommands": self._get_commands,
            "deleteMyCommands": self._delete_commands,
            "getUpdates": self._get_updates,
        }

    def fail_next(
        self, fault: Fault, method: str | None = None, chat_id: int | str | None = None, times: int = 1
    ) -> None:
        """Let the next calls that suit, getMe included, meet a fault."""
        self._plan(fault, method, chat_id, times)

    def add_update(self, update: Json) -> None:
        """Put an update in the queue that getUpdates reads."""
        with self._changed:
            self._updates.append(update)
            self._changed.notify_all()

    @property
    def pending(self) -> list[Json]:
        """Return the updates that no getUpdates has confirmed yet."""
        with self._changed:
            return list(self._updates)

    def _read(self, request: Request) -> tuple[str, Json]:
        """Return the method and the parameters of a call with the right token."""
        token, _, wanted = request.path.removeprefix("/bot").partition("/")
        if not request.path.startswith("/bot") or request.verb not in ("GET", "POST"):
            raise RefusedError(_failure(404, "Not Found"))
        if token != self.token:
            raise RefusedError(_failure(401, "Unauthorized"))
        if wanted.lower() not in self._methods:
            raise RefusedError(_failure(404, "Not Found"))
        return self._methods[wanted.lower()][0], _params(request)

    def _accept(self, request: Request, method: str, params: Json) -> Reply:
        """Carry out a method."""
        return Reply(200, {"ok": True, "result": self._methods[method.lower()][1](params)})

    def _refusal(self, fault: Fault) -> Reply:
        """Return the Bot API's answer for a fault."""
        match fault:
            case TooManyRequests(retry_after=seconds):
                return _too_many(seconds)
            case Blocked():
                return _failure(403, "Forbidden: bot was blocked by the user")
            case BadRequest(text=text):
                return _failure(400, f"Bad Request: {text.removeprefix('Bad Request: ')}")
            case ServerError(status=status):
                return _failure(status, HTTPStatus(status).phrase)
        raise TypeError(fault)

    def _send_message(self, params: Json) -> Json:
        """Accept a message and return it."""
        if not params.get("chat_id"):
            raise _bad("chat_id is empty")
        if not isinstance(params["chat_id"], int):
            raise _bad("chat not found")
        _check_text(params.get("text"))
        _check_markup(params.get("reply_markup"))
        with self._changed:
            sent = {**params, "message_id": next(self._message_ids), "date": int(time.time())}
            self._keep(sent)
        return self._message(sent)

    def _send_document(self, params: Json) -> Json:
        """Accept a file that comes with the call and return its message."""
        if not isinstance(params.get("chat_id"), int):
            raise _bad("chat not found")
        if not isinstance(params.get("document"), dict) or not params["document"]["content"]:
            raise _bad("file must be non-empty")
        _check_markup(params.get("reply_markup"))
        with self._changed:
            sent = {**params, "message_id": next(self._message_ids), "date": int(time.time())}
            self._keep(sent)
        shown = {"file_id": f"file-{sent['message_id']}", "file_unique_id": str(sent["message_id"])}
        return {**self._message(sent), "document": {**shown, "file_name": params["document"]["filename"]}}

    def _message(self, sent: Json) -> Json:
        """Return an accepted message as the Bot API shows it to the bot."""
        shown: Json = {name: sent[name] for name in _SHOWN if name in sent}
        if _inline(sent.get("reply_markup")):
            shown["reply_markup"] = sent["reply_markup"]
        return {**shown, "from": self.me, "chat": _chat(sent["chat_id"])}

    def _edit_text(self, params: Json) -> Json:
        """Replace the text and the buttons of an accepted message."""
        _check_text(params.get("text"))
        return self._edit(params, {"text": params["text"]})

    def _edit_markup(self, params: Json) -> Json:
        """Replace or remove the buttons of an accepted message."""
        return self._edit(params, {})

    def _edit(self, params: Json, new: Json) -> Json:
        """Change an accepted message, unless nothing would change."""
        _check_markup(params.get("reply_markup"))
        with self._changed:
            sent = self._find(params)
            markup = params.get("reply_markup") or {"inline_keyboard": []}
            shown = sent.get("reply_markup") or {"inline_keyboard": []}
            if markup == shown and new.get("text") in (None, sent["text"]):
                raise _bad(_SAME)
            sent.pop("reply_markup", None)
            kept = {"reply_markup": markup} if markup.get("inline_keyboard") else {}
            sent.update({**new, **kept, "edit_date": int(time.time())})
            return self._message(sent)

    def _find(self, params: Json) -> Json:
        """Return the accepted message that an edit names."""
        place = (params.get("chat_id"), params.get("message_id"))
        for sent in self._sent:
            if (sent["chat_id"], sent["message_id"]) == place:
                return sent
        raise _bad("message to edit not found")

    def _set_webhook(self, params: Json) -> bool:
        """Keep the webhook's address and settings."""
        secret = params.get("secret_token")
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise _bad("secret token contains unallowed characters")
        with self._changed:
            self._drop_updates(params)
            self.webhook = {"url": "", **params}
        return True

    def _delete_webhook(self, params: Json) -> bool:
        """Forget the webhook."""
        with self._changed:
            self._drop_updates(params)
            self.webhook = {"url": ""}
        return True

    def _drop_updates(self, params: Json) -> None:
        """Empty the queue when the call asks for it."""
        if params.get("drop_pending_updates") is True:
            self._updates.clear()

    def _webhook_info(self, params: Json) -> Json:
        """Return what getWebhookInfo tells; put ``last_error_message`` and such in ``webhook`` to have them told."""
        told = ("url", "ip_address", "last_error_date", "last_error_message", "max_connections", "allowed_updates")
        with self._changed:
            known = {name: self.webhook[name] for name in told if name in self.webhook}
            info = {"has_custom_certificate": False, "pending_update_count": len(self._updates), **known}
        return info | ({"max_connections": info.get("max_connections", 40)} if info["url"] else {})

    def _set_commands(self, params: Json) -> bool:
        """Keep the commands of a scope and language."""
        commands = params.get("commands") or []
        if not all(re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]) for command in commands):
            raise _bad("BOT_COMMAND_INVALID")
        if len(commands) > 100 or not all(1 <= len(command["description"]) <= 256 for command in commands):
            raise _bad("BOT_COMMAND_DESCRIPTION_INVALID")
        with self._changed:
            self.commands[_command_scope(params)] = commands
        return True

    def _get_commands(self, params: Json) -> list[Json]:
        """Return the commands of a scope and language."""
        with self._changed:
            return self.commands.get(_command_scope(params), [])

    def _delete_commands(self, params: Json) -> bool:
        """Forget the commands of a scope and language."""
        with self._changed:
            self.commands.pop(_command_scope(params), None)
        return True

    def _get_updates(self, params: Json) -> list[Json]:
        """Return the updates from an offset on, waiting for one if the call says so."""
        with self._changed:
            if self.webhook["url"]:
                text = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook"
                raise RefusedError(_failure(409, f"Conflict: {text} first"))
            self._confirm(int(params.get("offset") or 0))
            self._changed.wait_for(lambda: self._updates or self._closing.is_set(), float(params.get("timeout") or 0))
            return self._updates[: int(params.get("limit") or 100)]

    def _confirm(self, offset: int) -> None:
        """Forget the updates before an offset; a negative one counts from the end."""
        if offset < 0:
            self._updates = self._updates[offset:]
        else:
            self._updates = [update for update in self._updates if update["update_id"] >= offset]


def _command_scope(params: Mapping[str, Any]) -> tuple[str, str]:
    """Return the scope, as its type and chat, and the language that a list of commands is for."""
    scope = params.get("scope") or {"type": "default"}
    return ":".join(str(part) for part in scope.values()), params.get("language_code") or ""


def _bot_user(bot_id: int, username: str = "standin_bot") -> Json:
    """Return the bot as getMe shows it."""
    abilities = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
    return {"id": bot_id, "is_bot": True, "first_name": "Stand-in", "username": username, **abilities}


def _chat(chat_id: int, chat_type: str | None = None) -> Json:
    """Return a chat; without a type, the one that its number tells."""
    if chat_type is None:
        chat_type = "private" if chat_id > 0 else "supergroup" if chat_id < -1_000_000_000_000 else "group"
    if chat_type == "private":
        return {"id": chat_id, "first_name": "Rosa", "type": "private"}
    return {"id": chat_id, "title": "Planta", "type": chat_type}


def _person(chat_id: int, sender_id: int | None, language: str) -> Json:
    """Return the sender; in a private chat the person's number is the chat's."""
    number = abs(chat_id) if sender_id is None else sender_id
    return {"id": number, "is_bot": False, "first_name": "Rosa", "last_name": "Quispe", "language_code": language}


def _message_update(
    update_id: int, chat_id: int, content: Json, sender_id: int | None, chat_type: str | None, language: str = "es"
) -> Json:
    """Return the update of a message that a person sent."""
    envelope = {
        "message_id": update_id,
        "from": _person(chat_id, sender_id, language),
        "chat": _chat(chat_id, chat_type),
        "date": int(time.time()),
    }
    return {"update_id": update_id, "message": {**envelope, **content}}


def text_update(
    update_id: int,
    chat_id: int,
    text: str,
    *,
    sender_id: int | None = None,
    chat_type: str | None = None,
    language: str = "es",
) -> Json:
    """Return a text message's update; a negative chat, or a type such as "group", makes it a group's."""
    content: Json = {"text": text}
    command = re.match(r"/[A-Za-z0-9_]+(@\w+)?", text)
    if command:
        content["entities"] = [{"type": "bot_command", "offset": 0, "length": command.end()}]
    return _message_update(update_id, chat_id, content, sender_id, chat_type, language)


def tap_update(
    update_id: int,
    chat_id: int,
    callback_data: str,
    message_id: int,
    *,
    sender_id: int | None = None,
    chat_type: str | None = None,
    language: str = "es",
    query_id: str | None = None,
) -> Json:
    """Return the update of a tap on a button under one of the bot's messages."""
    keyboard = {"inline_keyboard": [[{"text": "Sí", "callback_data": callback_data}]]}
    shown = {"message_id": message_id, "from": _bot_user(123456), "chat": _chat(chat_id, chat_type)}
    query = {
        "id": query_id or str(4_000_000_000_000_000 + update_id),
        "from": _person(chat_id, sender_id, language),
        "message": {**shown, "date": int(time.time()), "text": "¿Confirma?", "reply_markup": keyboard},
        "chat_instance": str(-7_000_000_000_000_000 - abs(chat_id)),
        "data": callback_data,
    }
    return {"update_id": update_id, "callback_query": query}


def contact_update(
    update_id: int,
    chat_id: int,
    phone: str,
    user_id: int | None = None,
    *,
    sender_id: int | None = None,
    chat_type: str | None = None,
    forwarded: bool = False,
) -> Json:
    """Return the update of a shared contact; ``user_id`` is the contact's own and is absent when not given."""
    card: Json = {"phone_number": phone, "first_name": "Rosa"}
    content: Json = {"contact": card if user_id is None else {**card, "user_id": user_id}}
    if forwarded:
        content["forward_origin"] = {"type": "hidden_user", "date": int(time.time()), "sender_user_name": "Otra"}
    return _message_update(update_id, chat_id, content, sender_id, chat_type)


def _file(**more: Any) -> Json:
    """Return a file as messages carry it."""
    return {"file_id": "AgACAgEAAxkBAAIB", "file_unique_id": "AQADAgAT", "file_size": 20_480, **more}


MEDIA: Mapping[str, Json] = {
    "photo": {"photo": [_file(width=90, height=67), _file(width=800, height=600)]},
    "voice": {"voice": _file(duration=4, mime_type="audio/ogg")},
    "audio": {"audio": _file(duration=30, mime_type="audio/mpeg")},
    "video": {"video": _file(width=640, height=360, duration=5)},
    "video_note": {"video_note": _file(length=240, duration=5)},
    "document": {"document": _file(file_name="pedido.pdf", mime_type="application/pdf")},
    "sticker": {
        "sticker": _file(type="regular", width=512, height=512, is_animated=False, is_video=False, emoji="👍"),
    },
    "location": {"location": {"latitude": -12.0464, "longitude": -77.0428}},
    "dice": {"dice": {"emoji": "🎲", "value": 4}},
}


def media_update(
    update_id: int,
    chat_id: int,
    kind: str,
    *,
    caption: str | None = None,
    sender_id: int | None = None,
    chat_type: str | None = None,
) -> Json:
    """Return the update of a message without text, of one of the kinds in ``MEDIA``."""
    content = {**MEDIA[kind], **({} if caption is None else {"caption": caption})}
    return _message_update(update_id, chat_id, content, sender_id, chat_type)


def _member(status: str) -> Json:
    """Return the bot as a member of a chat."""
    return {"user": _bot_user(123456), "status": status, **({"until_date": 0} if status == "kicked" else {})}


def membership_update(
    update_id: int, chat_id: int, status: str, *, sender_id: int | None = None, chat_type: str | None = None
) -> Json:
    """Return the update of the bot being let in ("member"), put out ("left") or blocked ("kicked")."""
    change = {
        "chat": _chat(chat_id, chat_type),
        "from": _person(chat_id, sender_id, "es"),
        "date": int(time.time()),
        "old_chat_member": _member("left" if status == "member" else "member"),
        "new_chat_member": _member(status),
    }
    return {"update_id": update_id, "my_chat_member": change}
