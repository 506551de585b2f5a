"""The report on its way out: uploaded on Telegram, fetched by WhatsApp, by link everywhere; only for its owner."""

from __future__ import annotations

import asyncio
import csv
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from bot import attachments, logs
from bot.handlers.telegram_sending import TelegramSender
from bot.handlers.whatsapp_sending import WhatsAppSender
from bot.letters import Claimed
from bot.messages import Attachment, Enclosure, Outgoing
from bot.receipts.issuing import Receipts
from bot.reports import document, page
from bot.reports.forms import Form
from bot.reports.links import Links, Ticket
from bot.store import Kind
from core.proof.keys import Keyring, from_text, new_signing_key, to_text
from core.reports.wanted import Wanted
from core.statements import brands, memberships
from core.terms import Role
from core.transitions import Request, RequestedLine
from tests import conformance
from tests.standins.telegram import TelegramServer
from tests.standins.twilio import TwilioServer
from tests.world import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    CHATS,
    DRIVER,
    EMILE,
    HYDE,
    PUBLIC_URL,
    TELEGRAM_TOKEN,
    World,
    settings,
)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TODAY = date(2021, 3, 25)


def requested(world: World) -> str:
    with world.database.reading() as tx:
        brand = tx.execute(select(brands.c.id).limit(1)).scalar_one()
    line = RequestedLine(brand, "10 kg", Decimal(20))
    asked = Request(world.agent_id("MR. HYDE"), world.agent_id("CHARLES BUKOWSKY SRL - PTA CALLAO"), (line,))
    return world.does(HYDE, asked).order.code


def report(world: World, form: str = "excel", channel: str = "whatsapp") -> Outgoing:
    """Return what the owner is told who asks for the report of today."""
    world.says(HYDE, f"reporte 25/03/2021 todas {form}", channel)
    return world.to(HYDE, channel)[-1].message


def token_of(message: Outgoing) -> str:
    assert message.attachment is not None
    assert message.attachment.kind is Enclosure.REPORT
    return message.attachment.token


def ticket(world: World, **changes: Any) -> Ticket:
    hyde = world.agent_id("MR. HYDE")
    person = world.actor(HYDE).person_id
    given = Ticket(person, Wanted(TODAY, TODAY, (hyde,)), Form.CSV, "es_PE", world.clock() + timedelta(hours=1))
    return replace(given, **changes)


def token_for(world: World, **changes: Any) -> str:
    return world.runtime.reports.token(ticket(world, **changes))


def codes_in(content: bytes) -> list[str]:
    """Return the codes of a report as CSV."""
    return [row[0] for row in csv.reader(StringIO(content.decode("utf-8-sig"), newline=""))][1:]


def send(world: World, sender: Callable[[], Any], letter: Claimed) -> None:
    async def sending() -> None:
        made = sender()
        try:
            await made.send(letter)
        finally:
            await made.close()

    asyncio.run(sending())


# --- how it goes out --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "name"), [("excel", "reporte-210325.xlsx"), ("csv", "reporte-210325.csv")])
def test_on_telegram_it_is_a_document(world: World, form: str, name: str) -> None:
    code = requested(world)
    message = report(world, form, "telegram")
    with TelegramServer(TELEGRAM_TOKEN) as server:
        found = settings(world.url, telegram_api_base_url=server.base_url)
        letter = Claimed(7, "telegram", CHATS[HYDE], Kind.REPLY, message, 1, locale="es_PE")
        send(world, lambda: TelegramSender(found, world.runtime), letter)
        sent, text = server.messages_to(int(CHATS[HYDE]))
    assert text["text"] == message.numbered()
    assert sent["document"]["filename"] == name
    content = sent["document"]["content"]
    if form == "csv":
        assert codes_in(content) == [code]
    else:
        assert load_workbook(BytesIO(content))["Órdenes"]["A2"].value == code


@pytest.mark.conformance
def test_the_published_description_allows_the_upload(world: World) -> None:
    sent = {"chat_id": int(CHATS[HYDE]), "document": "attach://file"}
    assert conformance.telegram().check("sendDocument", sent) == []


def whatsapp_calls(world: World, message: Outgoing) -> list[Any]:
    with TwilioServer(ACCOUNT_SID, AUTH_TOKEN) as server:
        found = settings(world.url, twilio_api_base_url=server.base_url, twilio_content_base_url=server.base_url)
        letter = Claimed(7, "whatsapp", HYDE, Kind.REPLY, message, 1, last_inbound_at=world.clock(), locale="es_PE")
        send(world, lambda: WhatsAppSender(found, world.runtime), letter)
        return server.messages_to(f"whatsapp:{HYDE}")


def test_whatsapp_fetches_a_workbook_from_here(world: World) -> None:
    code = requested(world)
    message = report(world)
    media, text = whatsapp_calls(world, message)
    (url,) = media["MediaUrl"]
    assert text["body"] == message.numbered()
    assert url == f"{PUBLIC_URL}/r/{token_of(message)}"
    assert url in text["body"]
    path = url.removeprefix(PUBLIC_URL)
    with world.client.head(path) as asked:
        assert (asked.status_code, asked.content_type, asked.data) == (200, XLSX, b"")
    for answer in (asked, world.client.get(path)):
        assert (answer.status_code, answer.content_type) == (200, XLSX)
        assert answer.headers["Content-Disposition"] == 'inline; filename="reporte-210325.xlsx"'
        assert int(answer.headers["Content-Length"]) > 5000
    assert load_workbook(BytesIO(answer.data))["Órdenes"]["A2"].value == code


@pytest.mark.conformance
def test_the_published_description_allows_the_media(world: World) -> None:
    requested(world)
    place = f"api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    message = report(world)
    assert message.attachment is not None
    media = attachments.whatsapp_media(world.runtime, message.attachment, PUBLIC_URL, "es_PE")
    assert media is not None
    form = {"To": f"whatsapp:{HYDE}", "From": "whatsapp:+14155238886", "Body": media.caption, "MediaUrl": [media.url]}
    assert conformance.twilio().check("POST", place, form) == []


def test_whatsapp_takes_no_csv_so_that_is_a_link(world: World) -> None:
    code = requested(world)
    message = report(world, "csv")
    (text,) = whatsapp_calls(world, message)
    assert "MediaUrl" not in text
    link = f"{PUBLIC_URL}/r/{token_of(message)}"
    assert link in text["body"]
    answer = world.client.get(link.removeprefix(PUBLIC_URL))
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="reporte-210325.csv"'
    assert codes_in(answer.data) == [code]


def test_on_the_phones_page_there_is_the_link_and_no_picture(world: World) -> None:
    requested(world)
    message = report(world, channel="phone")
    world.deliver_reminders()
    shown = world.client.get("/phones/messages", query_string={"phone": HYDE}).json
    assert shown is not None
    assert f"/r/{token_of(message)}" in shown["messages"][-1]["text"]
    assert shown["messages"][-1]["picture"] == ""


# --- who gets it, and until when --------------------------------------------------------------------------------------


def test_the_document_is_private_and_not_kept(world: World) -> None:
    requested(world)
    answer = world.client.get(f"/r/{token_for(world)}")
    assert (answer.status_code, codes_in(answer.data)) == (200, world.codes())
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def fetched(world: World, token: str) -> list[str]:
    """Return the codes of the report that the link fetches."""
    with world.client.get(f"/r/{token}") as answer:
        assert answer.status_code == 200
        return codes_in(answer.data)


def not_found(world: World, token: str) -> bool:
    """Say whether it is answered like anything that never was."""
    answer = world.client.get(f"/r/{token}")
    return (answer.status_code, answer.data) == (404, b"not found")


def test_a_link_is_good_until_its_moment_and_no_longer(world: World) -> None:
    token = token_for(world, until=world.clock() + timedelta(hours=24))
    world.clock.advance(hours=24, seconds=-1)
    assert fetched(world, token) == []
    world.clock.advance(seconds=1)
    assert not_found(world, token)


def test_no_part_of_a_link_can_be_changed(world: World) -> None:
    raw = from_text(token_for(world))
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        assert not_found(world, to_text(bytes(changed))), place
    for made_up in (to_text(raw[:-1]), to_text(raw + b"x"), "x", "=" * 40, "A" * 5000, to_text(raw) + "="):
        assert not_found(world, made_up), made_up


def test_a_link_of_another_key_is_none(world: World) -> None:
    foreign = Links(lambda: Keyring(new_signing_key()), PUBLIC_URL)
    assert not_found(world, foreign.token(ticket(world)))
    assert not_found(world, Links(lambda: Keyring(new_signing_key())).token(ticket(world)))


def test_a_receipts_signature_opens_no_report_and_the_other_way_round(world: World) -> None:
    code = requested(world)
    world.says(HYDE, f"constancia {code}")
    receipt = world.to(HYDE)[-1].message.attachment
    assert receipt is not None
    assert not_found(world, receipt.token)
    assert world.client.get(f"/v/{token_for(world)}").status_code == 404


@pytest.mark.parametrize("form", Form)
def test_whoever_is_no_owner_any_more_gets_nothing(any_world: World, form: Form) -> None:
    requested(any_world)
    token = token_for(any_world, form=form)
    with any_world.client.get(f"/r/{token}") as answer:
        assert (answer.status_code, answer.content_type) == (200, form.media_type)
    mine = memberships.c.person_id == any_world.actor(HYDE).person_id
    with any_world.database.transaction() as tx:
        tx.execute(memberships.update().where(mine).values(role=Role.OPERATOR))
    assert not_found(any_world, token)
    with any_world.database.transaction() as tx:
        tx.execute(memberships.delete().where(mine))
    assert not_found(any_world, token)
    assert attachments.file_of(any_world.runtime, Attachment(Enclosure.REPORT, token), "es_PE") is None


def test_a_ticket_for_an_agent_of_somebody_else_is_good_for_nothing(world: World) -> None:
    """Nobody can have one: should the bot itself ever sign such a ticket, it still gives nothing away."""
    requested(world)
    for phone in (EMILE, DRIVER):
        assert not_found(world, token_for(world, person_id=world.actor(phone).person_id))


def test_a_letter_whose_owner_is_gone_is_sent_without_the_document(world: World) -> None:
    requested(world)
    message = report(world, "excel", "telegram")
    mine = memberships.c.person_id == world.actor(HYDE).person_id
    with world.database.transaction() as tx:
        tx.execute(memberships.delete().where(mine))
    with TelegramServer(TELEGRAM_TOKEN) as server:
        found = settings(world.url, telegram_api_base_url=server.base_url)
        letter = Claimed(7, "telegram", CHATS[HYDE], Kind.REPLY, message, 1, locale="es_PE")
        send(world, lambda: TelegramSender(found, world.runtime), letter)
        (only,) = server.messages_to(int(CHATS[HYDE]))
    assert "document" not in only


# --- what it costs, and where it is not set up ------------------------------------------------------------------------


def test_few_are_drawn_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing, go_on = threading.Semaphore(0), threading.Event()
    really = document.draw

    def slow(*given: Any) -> Any:
        drawing.release()
        go_on.wait(60)
        return really(*given)

    monkeypatch.setattr(page, "draw", slow)
    path, statuses = f"/r/{token_for(world)}", []
    client = world.client  # made before the threads
    threads = [
        threading.Thread(target=lambda: statuses.append(_status(client.application.test_client(), path)))
        for _place in range(page.AT_ONCE)
    ]
    for thread in threads:
        thread.start()
    for _thread in threads:
        assert drawing.acquire(timeout=60)
    busy = client.get(path)
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "5")
    assert not_found(world, "nobody-signed-this")
    go_on.set()
    for thread in threads:
        thread.join()
    assert statuses == [200] * page.AT_ONCE
    assert _status(client, path) == 200


def _status(client: FlaskClient, path: str) -> int:
    with client.get(path) as answer:
        return answer.status_code


def test_without_a_key_it_says_so(world: World) -> None:
    token = token_for(world)
    world.runtime = replace(world.runtime, receipts=Receipts())
    world._client = None
    requested(world)
    told = world.answer(HYDE, "reporte hoy")
    assert told.startswith("Aquí no están habilitados los reportes por chat.")
    assert world.to(HYDE)[-1].message.attachment is None
    assert not_found(world, token)


def test_without_an_address_only_telegram_has_a_way(world: World) -> None:
    requested(world)
    world.runtime = replace(world.runtime, receipts=replace(world.runtime.receipts, address=""))
    world._client = None
    assert "scopbot report" in world.answer(HYDE, "reporte 25/03/2021 todas excel")
    message = report(world, channel="telegram")
    assert message.attachment is not None
    assert "/r/" not in message.text
    assert message.text.endswith("• SOLICITADO: 1")


def test_too_many_orders_are_left_to_the_command_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.conversations.report.MOST", 1)
    requested(world)
    requested(world)
    message = report(world)
    assert message.text.startswith("Son más de 1 órdenes.")
    assert message.attachment is None


def test_no_log_line_holds_a_token() -> None:
    token = "AQEAAAAAAAADAAAAAwAAAAAAC0I6AAtCUmBeg5Blc8t-6pszT3l5PrsAzyyoDqf4"
    for place in ("r", "v"):
        said = logs.masked(f"GET https://bot.example/{place}/{token} 200")
        assert said == f"GET https://bot.example/{place}/*** 200"


def test_fetching_logs_nothing(world: World, caplog: pytest.LogCaptureFixture) -> None:
    requested(world)
    with caplog.at_level(logging.DEBUG):
        token = token_for(world)
        fetched(world, token)
        world.client.get(f"/r/{token}x")
    assert token not in caplog.text


# --- what the outbox keeps --------------------------------------------------------------------------------------------


def test_letters_of_the_release_before_still_have_their_receipt() -> None:
    kept = {"text": "Constancia", "attachment": "AVZHWqcN-UJsPQAB_x"}
    read = Outgoing.from_stored(kept)
    assert read.attachment == Attachment(Enclosure.RECEIPT, "AVZHWqcN-UJsPQAB_x")
    assert read.stored() == kept


@pytest.mark.parametrize("kind", Enclosure)
def test_an_attachment_is_kept_as_it_is(kind: Enclosure) -> None:
    message = Outgoing("?", attachment=Attachment(kind, "AQ-_1"))
    assert Outgoing.from_stored(message.stored()) == message
    assert Outgoing.from_stored(Outgoing("?").stored()).attachment is None
