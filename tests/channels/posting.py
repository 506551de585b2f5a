"""Posting to the webhooks as the platforms do, and looking at what was kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from bot.handlers.whatsapp_contents import family
from bot.store import Sending, inbox, outbox, templates
from tests.standins.twilio import TwilioServer, inbound_form, signed_form
from tests.world import AUTH_TOKEN, PUBLIC_URL, TELEGRAM_SECRET, World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
WEBHOOK, STATUS = "/whatsapp/webhook", "/whatsapp/status"


def post_update(world: World, update: Any, secret: str | None = TELEGRAM_SECRET) -> TestResponse:
    """Post an update as Telegram does; bytes go as they are."""
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    headers = {"Content-Type": "application/json"}
    if secret is not None:
        headers[SECRET_HEADER] = secret
    return world.client.post("/telegram/webhook", data=body, headers=headers)


def post_form(
    world: World,
    form: Mapping[str, str],
    path: str = WEBHOOK,
    *,
    signed_for: str | None = None,
    token: str = AUTH_TOKEN,
) -> TestResponse:
    """Post a form as Twilio does; ``signed_for`` is another address than the one that it goes to."""
    body, headers = signed_form(signed_for or f"{PUBLIC_URL}{path}", form, token)
    return world.client.post(path, data=body, headers=headers)


def said(world: World, phone: str, text: str, **extra: str) -> TestResponse:
    """Post a WhatsApp message."""
    sid = f"SM{world.next_number():032x}"
    return post_form(world, inbound_form(f"whatsapp:{phone}", text, sid=sid, **extra))


def inbox_rows(world: World) -> list[Any]:
    """Return what came in, oldest first."""
    with world.database.reading() as tx:
        return list(tx.execute(select(inbox).order_by(inbox.c.id)).all())


def outbox_rows(world: World) -> list[Any]:
    """Return what goes out, oldest first."""
    with world.database.reading() as tx:
        return list(tx.execute(select(outbox).order_by(outbox.c.id)).all())


def assert_nothing_kept(world: World) -> None:
    """Fail if anything came in or goes out."""
    assert inbox_rows(world) == [] and outbox_rows(world) == []


def assert_answered(world: World) -> None:
    """Fail if a message waits or stepped aside."""
    states = [(row.state.value, row.attempts, row.content) for row in inbox_rows(world)]
    assert [one for one in states if one[:2] != ("ATENDIDO", 0)] == []


def arrived(world: World, letter_id: int, provider_id: str) -> None:
    """Let a letter have been taken by its platform under this id."""
    with world.database.transaction() as tx:
        taken = outbox.update().where(outbox.c.id == letter_id)
        tx.execute(taken.values(state=Sending.SENT, provider_id=provider_id, sent_at=world.clock()))


def make_templates(world: World, server: TwilioServer, *, approved: bool = True) -> None:
    """Let the whole family be there, as after `scopbot whatsapp templates`."""
    rows = []
    for one in family():
        sid = server.add_content(one.types, name=one.versioned_name, language=one.language, **one.samples)
        state = ("approved" if approved else "pending") if one.needs_approval else ""
        if state:
            server.set_approval(sid, state)
        rows.append({"name": one.name, "locale": one.locale, "content_sid": sid, "digest": one.digest,
                     "approval": state, "reason": "", "checked_at": world.clock()})  # fmt: skip
    with world.database.transaction() as tx:
        tx.execute(insert(templates), rows)
