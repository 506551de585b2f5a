"""Webhooks as the platforms post them, straight into a WSGI application: no client of ours is counted."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from werkzeug.test import EnvironBuilder

from tests.standins.telegram import text_update
from tests.standins.twilio import inbound_form, signed_form
from tests.world import AUTH_TOKEN, PUBLIC_URL, TELEGRAM_SECRET, address_of

Environ = dict[str, Any]
_numbers = itertools.count(1)


def post(app: Any, environ: Environ) -> None:
    """Hand the request to the application as a server does; anything but a 2xx is an error."""
    statuses: list[str] = []

    def start_response(status: str, _headers: object, _error: object = None) -> Callable[[bytes], object]:
        statuses.append(status)
        return len

    body: Iterable[bytes] = app(environ, start_response)
    for _part in body:
        pass
    close = getattr(body, "close", None)
    if close is not None:
        close()
    if not statuses[0].startswith("2"):
        raise RuntimeError(f"the webhook answered {statuses[0]}")


def from_whatsapp(phone: str, text: str) -> Environ:
    """Return a message over Twilio, with an id of its own and signed."""
    form = inbound_form(f"whatsapp:{phone}", text, sid=f"SM{next(_numbers):032x}")
    body, headers = signed_form(f"{PUBLIC_URL}/whatsapp/webhook", form, AUTH_TOKEN)
    return _environ("/whatsapp/webhook", body, headers)


def from_telegram(phone: str, text: str) -> Environ:
    """Return an update of Telegram's, with an id of its own."""
    update = text_update(next(_numbers), int(address_of(phone, "telegram")), text)
    headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}
    return _environ("/telegram/webhook", json.dumps(update).encode(), headers)


VOICES: Mapping[str, Callable[[str, str], Environ]] = {"whatsapp": from_whatsapp, "telegram": from_telegram}


def _environ(path: str, body: bytes, headers: Mapping[str, str]) -> Environ:
    builder = EnvironBuilder(path=path, base_url=PUBLIC_URL, method="POST", data=body, headers=list(headers.items()))
    return builder.get_environ()
