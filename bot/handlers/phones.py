"""The phones page: people of the demo cast, each with a phone, through the same inbox and outbox as the real channels.

It has no passwords, so it answers the machine it runs on and nobody else.
"""

from __future__ import annotations

import ipaddress
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template_string, request
from sqlalchemy import bindparam, or_, select

from bot import inbox
from bot.letters import Claimed
from bot.messages import Attachment, Content, Enclosure, Incoming, Outgoing
from bot.runtime import Runtime
from bot.store import Kind, Sending, addresses, outbox
from bot.store import inbox as inbox_table
from core.statements import agents, memberships, people

NAME = "phone"
STRANGER = {"phone": "+51900000099", "name": "Número desconocido", "agent": "", "role": ""}
PAGE = 200
LATELY = timedelta(minutes=1)
KINDS = {Kind.REPLY: "reply", Kind.NOTICE: "notice", Kind.REMINDER: "reminder"}
SENDABLE = {"text", "audio", "sticker", "picture", "location"}

_PEOPLE = (
    select(people.c.phone, people.c.name, agents.c.name.label("agent"), memberships.c.role)
    .select_from(
        people.join(addresses, addresses.c.person_id == people.c.id)
        .join(memberships, memberships.c.person_id == people.c.id)
        .join(agents, memberships.c.agent_id == agents.c.id)
    )
    .where(addresses.c.channel == NAME)
    .order_by(people.c.id)
)
_SAID = (
    select(inbox_table.c.id, inbox_table.c.received_at.label("at"), inbox_table.c.content, inbox_table.c.provider_id)
    .where(
        inbox_table.c.channel == NAME,
        inbox_table.c.external_id == bindparam("phone"),
        inbox_table.c.id > bindparam("after"),
    )
    .order_by(inbox_table.c.id)
    .limit(PAGE)
)
_ANSWERED = (
    select(outbox.c.id, outbox.c.sent_at.label("at"), outbox.c.content, outbox.c.kind)
    .where(
        outbox.c.channel == NAME,
        outbox.c.external_id == bindparam("phone"),
        # a reply may overtake a reminder: what left lately is told again, and the page shows it once
        or_(outbox.c.id > bindparam("after"), outbox.c.sent_at > bindparam("lately")),
        outbox.c.state == Sending.SENT,
    )
    .order_by(outbox.c.sent_at, outbox.c.id)
    .limit(PAGE)
)


def blueprint(runtime: Runtime) -> Blueprint:
    """Return the page and what it asks for."""
    web = Blueprint(NAME, __name__)
    page = (Path(__file__).parent / "phones.html").read_text(encoding="utf-8")
    web.before_request(_only_this_machine)

    @web.get("/")
    def index() -> Response:
        nonce = secrets.token_urlsafe(16)
        response = Response(render_template_string(page, nonce=nonce), content_type="text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
            "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return response

    @web.get("/favicon.ico")
    def icon() -> tuple[str, int]:
        return "", 204

    @web.get("/phones/people")
    def cast() -> Response:
        with runtime.database.reading() as tx:
            rows = tx.execute(_PEOPLE).all()
        listed = [{"phone": row.phone, "name": row.name, "agent": row.agent, "role": row.role} for row in rows]
        return jsonify({"people": [*listed, STRANGER]})

    @web.get("/phones/messages")
    def messages() -> Response:
        said, heard = _cursor(request.args.get("after", ""))
        phone = request.args.get("phone", "")
        with runtime.database.reading() as tx:
            sent = tx.execute(_SAID, {"phone": phone, "after": said}).all()
            lately = runtime.clock() - LATELY if heard else None
            received = tx.execute(_ANSWERED, {"phone": phone, "after": heard, "lately": lately}).all()
        # what is older than the retention has no words any more
        shown = [_said(row) for row in sent if row.content] + [_received(row) for row in received if row.content]
        shown.sort(key=lambda one: str(one["at"]))
        last = (sent[-1].id if sent else said, max([heard, *(row.id for row in received)]))
        return jsonify({"messages": shown, "cursor": f"{last[0]}.{last[1]}"})

    @web.post("/phones/messages")
    def send() -> tuple[Response, int]:
        if not request.is_json or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            abort(403)
        inbox.receive(runtime, _incoming(request.get_json()))
        return jsonify({}), 202

    return web


def _only_this_machine() -> None:
    """Refuse others: by address, through a proxy, or by a name that was made to point here."""
    try:
        local = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        local = False
    proxied = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip"))
    host = request.host.rsplit(":", 1)[0].strip("[]") if not request.host.startswith("[") else "::1"
    if not local or proxied or host not in ("localhost", "127.0.0.1", "::1"):
        abort(404)


def _incoming(said: Any) -> Incoming:
    """Return what a phone on the page said; the page vouches for the number, as WhatsApp does."""
    known = isinstance(said, dict) and all(isinstance(value, str) for value in said.values())
    if not known or not said.get("phone") or not said.get("id") or said.get("content", "text") not in SENDABLE:
        abort(400)
    phone = said["phone"][:20]
    return Incoming(
        channel=NAME,
        address=phone,
        provider_id=f"{phone}/{said['id'][:64]}",
        text=said.get("text", ""),
        payload=said.get("payload", ""),
        content=Content(said.get("content", "text")),
        phone=phone,
    )


def _cursor(text: str) -> tuple[int, int]:
    said, _dot, heard = text.partition(".")
    digits = [part if part.isascii() and part.isdigit() and len(part) < 19 else "0" for part in (said, heard)]
    return int(digits[0]), int(digits[1])


def _said(row: Any) -> dict[str, object]:
    incoming = Incoming.from_stored(row.content)
    return {
        "id": f"i{row.id}",
        "from": "me",
        "kind": "said",
        "text": incoming.text,
        "choices": [],
        "content": incoming.content.value,
        "client_id": row.provider_id.partition("/")[2],
        "at": row.at.isoformat(timespec="microseconds"),
    }


def _received(row: Any) -> dict[str, object]:
    message = Outgoing.from_stored(row.content)
    return {
        "id": f"o{row.id}",
        "from": "bot",
        "kind": KINDS[row.kind],
        "text": message.numbered(),
        "choices": [{"label": choice.label, "payload": choice.payload} for choice in message.choices],
        "picture": _picture(message.attachment),
        "client_id": "",
        "at": row.at.isoformat(timespec="microseconds"),
    }


def _picture(attachment: Attachment | None) -> str:
    """Return where the page finds the picture of a receipt; a report is fetched by the link in its text."""
    return f"/v/{attachment.token}.png" if attachment and attachment.kind is Enclosure.RECEIPT else ""


class PhoneSender:
    """A letter to a phone on the page has arrived as soon as it is marked as sent: the page reads the outbox."""

    can_be_asked = True

    async def send(self, letter: Claimed) -> str:
        """Return an id; the page does the rest."""
        return f"phone-{letter.id}"

    async def look_up(self, letter: Claimed) -> str | None:  # noqa: ARG002 - the channel's interface
        """Return None: what is not marked as sent is not on the page."""
        return None

    async def close(self) -> None:
        """Nothing is open."""
