"""The receipt on its way out: a document on Telegram, a picture to fetch on WhatsApp, and what holds without a key."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.app import create_app
from bot.handlers.telegram_sending import TelegramSender
from bot.handlers.whatsapp_sending import WhatsAppSender
from bot.letters import Claimed
from bot.messages import Enclosure, Outgoing
from bot.receipts.issuing import Receipts, make_demo_key
from bot.receipts.serving import AT_ONCE, KEPT, BusyError, Pictures
from bot.store import Kind
from core.proof import picture
from core.proof.keys import Keyring
from core.proof.picture import Verdict
from core.statements import brands
from core.transitions import Annul, Request, RequestedLine
from tests.standins.telegram import TelegramServer
from tests.standins.twilio import TwilioServer
from tests.world import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    CHATS,
    HYDE,
    PLANT,
    PUBLIC_URL,
    SIGNING_KEY,
    TELEGRAM_TOKEN,
    World,
    settings,
)

KEYRING = Keyring(SIGNING_KEY)


def requested(world: World) -> str:
    with world.database.reading() as tx:
        brand = tx.execute(select(brands.c.id).limit(1)).scalar_one()
    line = RequestedLine(brand, "10 kg", Decimal(20))
    asked = Request(world.agent_id("MR. HYDE"), world.agent_id("CHARLES BUKOWSKY SRL - PTA CALLAO"), (line,))
    return world.does(HYDE, asked).order.code


def receipt(world: World, channel: str = "whatsapp") -> Outgoing:
    """Return what somebody is told who asks for the receipt of a new order."""
    world.says(HYDE, f"constancia {requested(world)}", channel)
    return world.to(HYDE, channel)[-1].message


def token_of(message: Outgoing) -> str:
    """Return the token of the receipt that goes with a message."""
    assert message.attachment is not None
    assert message.attachment.kind is Enclosure.RECEIPT
    return message.attachment.token


def test_on_telegram_it_is_a_document_with_its_seal(world: World) -> None:
    message = receipt(world, "telegram")
    with TelegramServer(TELEGRAM_TOKEN) as server:
        sender = TelegramSender(settings(world.url, telegram_api_base_url=server.base_url), world.runtime)
        letter = Claimed(7, "telegram", CHATS[HYDE], Kind.REPLY, message, 1, locale="es_PE")

        async def send() -> None:
            await sender.send(letter)
            await sender.close()

        asyncio.run(send())
        document, text = server.messages_to(int(CHATS[HYDE]))
    assert text["text"] == message.numbered()
    file = document["document"]
    found = picture.examine(file["content"], KEYRING)
    assert found.verdict is Verdict.AUTHENTIC
    assert found.receipt is not None
    assert found.receipt.token == token_of(message)
    assert file["filename"] == f"constancia-{found.receipt.facts.code}-1.png"


def test_on_whatsapp_the_platform_fetches_it_from_here(world: World) -> None:
    message = receipt(world)
    with TwilioServer(ACCOUNT_SID, AUTH_TOKEN) as server:
        found = settings(world.url, twilio_api_base_url=server.base_url, twilio_content_base_url=server.base_url)
        letter = Claimed(7, "whatsapp", HYDE, Kind.REPLY, message, 1, last_inbound_at=world.clock(), locale="es_PE")

        async def send() -> str | None:
            sender = WhatsAppSender(found, world.runtime)
            try:
                return await sender.send(letter)
            finally:
                await sender.close()

        asyncio.run(send())
        media, text = server.messages_to(f"whatsapp:{HYDE}")
    (url,) = media["MediaUrl"]
    assert text["body"] == message.numbered()
    assert url == f"{PUBLIC_URL}/v/{token_of(message)}.png?l=es_PE"
    answer = world.client.get(url.removeprefix(PUBLIC_URL))
    assert (answer.status_code, answer.content_type) == (200, "image/png")
    assert picture.examine(answer.data, KEYRING).verdict is Verdict.AUTHENTIC


def test_a_picture_is_drawn_for_tokens_of_ours_alone(world: World) -> None:
    token = token_of(receipt(world))
    assert world.client.get(f"/v/{token}.png").status_code == 200
    other = token[:-1] + ("A" if token[-1] != "A" else "B")
    for made_up in (other, "x", f"{token}x"):
        answer = world.client.get(f"/v/{made_up}.png")
        assert (answer.status_code, answer.data) == (404, b"not found")


def test_a_token_of_an_earlier_movement_still_draws_that_movement(world: World) -> None:
    message = receipt(world)
    world.does(HYDE, Annul(message.text.splitlines()[1]))
    drawn = world.client.get(f"/v/{token_of(message)}.png").data
    found = picture.examine(drawn, KEYRING).receipt
    assert found is not None
    assert (found.facts.number, found.token) == (1, token_of(message))


def test_few_are_drawn_at_a_time_and_few_are_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing, go_on, drawn = threading.Semaphore(0), threading.Event(), []

    def slow(_self: Receipts, _database: object, token: str, _locale: str) -> tuple[str, bytes]:
        drawn.append(token)
        drawing.release()
        go_on.wait(60)
        return token, token.encode()

    monkeypatch.setattr(Receipts, "picture", slow)
    pictures = Pictures(world.database, world.runtime.receipts)
    threads = [threading.Thread(target=pictures.get, args=(str(n), "en")) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for _thread in threads:
        drawing.acquire()
    with pytest.raises(BusyError):
        pictures.get("one more", "en")
    go_on.set()
    for thread in threads:
        thread.join()
    assert pictures.get("0", "en") == b"0"
    assert len(drawn) == AT_ONCE
    for number in range(KEPT):
        pictures.get(f"n{number}", "en")
    before = len(drawn)
    pictures.get("0", "en")
    assert len(drawn) == before + 1


def test_without_a_key_it_says_so(world: World) -> None:
    code = requested(world)
    world.runtime = replace(world.runtime, receipts=Receipts())
    told = world.answer(HYDE, f"constancia {code}")
    assert told.startswith("Aquí todavía no se emiten constancias.")
    assert not world.to(HYDE)[-1].message.attachment


def test_the_demo_keeps_one_key_for_both_processes(any_world: World) -> None:
    world = any_world
    keyless = settings(world.url, receipt_signing_key="")
    before = keyless.receipts(world.database).keyring()
    assert not before.can_sign
    make_demo_key(world.database)
    make_demo_key(world.database)
    web, worker = (keyless.receipts(world.database).keyring() for _process in range(2))
    assert web.public_keys() == worker.public_keys()
    world.runtime = replace(world.runtime, receipts=keyless.receipts(world.database))
    message = receipt(world, "phone")
    client = create_app(keyless, world.runtime).test_client()
    assert client.get(f"/v/{token_of(message)}").status_code == 200
    assert not settings(world.url, receipt_signing_key="", bot_demo=False).receipts(world.database).keyring().can_sign


def test_without_an_address_there_is_no_link(world: World) -> None:
    world.runtime = replace(world.runtime, receipts=replace(world.runtime.receipts, address=""))
    message = receipt(world, "phone")
    assert message.attachment
    assert "/v/" not in message.text
    assert "Código de verificación: " in message.text


def test_a_stranger_gets_none(world: World) -> None:
    code = requested(world)
    world.says(PLANT, "menu")
    told = world.answer("+51900000003", f"constancia {code}")
    assert told.startswith(f"No encuentro una orden suya con el código {code}.")
