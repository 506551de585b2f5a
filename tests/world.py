"""A small world for tests: the demo cast, a clock that stands still, and voices that speak through real channels."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from bot import registry
from bot.app import create_app
from bot.contacts import Contact
from bot.contacts import lock as lock_contact
from bot.handlers import console
from bot.letters import Claimed
from bot.messages import Incoming, Outgoing
from bot.relay import Relay
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import Sending, outbox
from core.db import Database
from core.order import Order
from core.orderbook import OrderBook
from core.people import Actor
from core.service import Done, execute
from core.statements import agents, orders
from reminders.posting import post_more
from reminders.sweep import sweep
from reminders.writing import writer
from tests.standins.telegram import tap_update, text_update
from tests.standins.twilio import inbound_form, signed_form

PLANT, HYDE, EMILE, DRIVER, NOBODY = "+51900000001", "+51900000002", "+51900000003", "+51900000004", "+51900000099"
BULK, STATION, WHOLESALER, GRIFO = "+51900000005", "+51900000006", "+51900000007", "+51900000008"
NAMES = {"PLANTA": PLANT, "HYDE": HYDE, "EMILE": EMILE, "CHOFER": DRIVER, "NADIE": NOBODY} | {
    "GRANEL": BULK,
    "ESTACION": STATION,
    "MAYORISTA": WHOLESALER,
    "GRIFO": GRIFO,
}
CHATS = {phone: f"9000000{phone[-2:]}" for phone in NAMES.values()}
PUBLIC_URL = "https://bot.example"
SIGNING_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
TELEGRAM_TOKEN, TELEGRAM_SECRET = "123456:TEST", "telegram-secret"
ACCOUNT_SID, AUTH_TOKEN, SENDER = "AC" + "0" * 31 + "1", "an-auth-token", "whatsapp:+14155238886"
MANUAL_DAY = datetime(2021, 3, 26, 1, 52, 25, tzinfo=UTC)
"""25/03/2021 20:52:25 in Lima: the first movement in the SCOP manual."""


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self, at: datetime = MANUAL_DAY) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)


def settings(url: str, **changes: Any) -> Settings:
    """Return settings with every channel on."""
    given: dict[str, Any] = {
        "database_url": url,
        "public_base_url": PUBLIC_URL,
        "telegram_bot_token": TELEGRAM_TOKEN,
        "telegram_webhook_secret": TELEGRAM_SECRET,
        "twilio_account_sid": ACCOUNT_SID,
        "twilio_auth_token": AUTH_TOKEN,
        "twilio_whatsapp_from": SENDER,
        "bot_demo": True,
        "receipt_signing_key": SIGNING_KEY,
        **changes,
    }
    return Settings(**given)


@dataclass(frozen=True)
class Sent:
    """A message in the outbox."""

    id: int
    channel: str
    address: str
    kind: str
    message: Outgoing

    @property
    def text(self) -> str:
        """What is read on a phone without buttons."""
        return self.message.numbered()


class World:
    """The cast, the clock and the application, over one database."""

    def __init__(self, url: str, clock: Callable[[], datetime] | None = None) -> None:
        registry.discover()
        self.url = url
        self.clock = clock if isinstance(clock, Clock) else Clock()
        self.settings = settings(url)
        self.database = Database(url)
        self.runtime = self._runtime(self.database)
        self._numbers = itertools.count(1)
        self._client: FlaskClient | None = None

    def _runtime(self, database: Database) -> Runtime:
        return Runtime(
            database=database,
            channels=self.settings.channels() | {"console"},
            whatsapp_number="+14155238886",
            receipts=self.settings.receipts(database),
            clock=self.clock,
        )

    def restart(self) -> None:
        """Forget everything but the database, as a new process does."""
        self.database.close()
        self.database = Database(self.url)
        self.runtime = self._runtime(self.database)
        self._client = None

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    @property
    def client(self) -> FlaskClient:
        """The web application."""
        if self._client is None:
            self._client = create_app(self.settings, self.runtime).test_client()
        return self._client

    def next_number(self) -> int:
        """Return a number that was not used before: for message ids."""
        return next(self._numbers)

    # --- speaking -----------------------------------------------------------------------------------------------------

    def says(self, phone: str, text: str, channel: str = "phone", payload: str = "") -> list[Sent]:
        """Let somebody say something through a real channel; return everything that this put into the outbox."""
        before = self.last_id()
        VOICES[channel](self, phone, text, payload, self.next_number())
        return self.sent(after=before)

    def taps(self, phone: str, label: str, channel: str = "phone") -> list[Sent]:
        """Press the newest button with this label on the person's screen."""
        for sent in reversed(self.to(phone, channel)):
            for choice in sent.message.choices:
                if choice.label == label:
                    return self.says(phone, label, channel, choice.payload)
        raise AssertionError(f"no button {label!r} on the screen of {phone}")

    def answer(self, phone: str, text: str, channel: str = "phone") -> str:
        """Let somebody say something, and return what they are answered."""
        address = address_of(phone, channel)
        told = [one for one in self.says(phone, text, channel) if one.address == address and one.kind == "RESPUESTA"]
        return told[-1].text if told else ""

    def deliver(self) -> None:
        """Let everything that waits be on its screen."""
        with self.database.transaction() as tx:
            tx.execute(outbox.update().where(outbox.c.state == Sending.PENDING).values(state=Sending.SENT))

    def reminds(self) -> list[Sent]:
        """Let the worker sweep and send what it decided; return what people were told."""
        before = self.last_id()
        sweep(self.runtime, self.clock())
        while post_more(self.runtime):
            continue
        self.deliver_reminders()
        with self.database.reading() as tx:
            sent = set(tx.execute(select(outbox.c.id).where(outbox.c.state == Sending.SENT)).scalars())
        return [one for one in self.sent(after=before) if one.id in sent]

    def deliver_reminders(self) -> None:
        """Let the worker send what is due, reminders written as they leave."""
        relay = Relay(self.runtime, {channel: Screen() for channel in self.runtime.channels}, writer(self.runtime))
        asyncio.run(_all_of(relay))

    def last_id(self) -> int:
        """Return the id of the newest message in the outbox."""
        with self.database.reading() as tx:
            return tx.execute(select(outbox.c.id).order_by(outbox.c.id.desc()).limit(1)).scalar() or 0

    def sent(self, after: int = 0) -> list[Sent]:
        """Return the messages in the outbox, oldest first."""
        columns = (outbox.c.id, outbox.c.channel, outbox.c.external_id, outbox.c.kind, outbox.c.content)
        with self.database.reading() as tx:
            rows = tx.execute(select(*columns).where(outbox.c.id > after).order_by(outbox.c.id)).all()
        return [
            Sent(row.id, row.channel, row.external_id, row.kind.value, Outgoing.from_stored(row.content))
            for row in rows
        ]

    def to(self, phone: str, channel: str = "phone") -> list[Sent]:
        """Return what was sent to somebody."""
        address = address_of(phone, channel)
        return [one for one in self.sent() if one.channel == channel and one.address == address]

    # --- the core, directly ------------------------------------------------------------------------------------------

    def actor(self, phone: str, channel: str = "phone") -> Actor:
        """Return somebody as the core sees them."""
        return self.contact(phone, channel).actor

    def contact(self, phone: str, channel: str = "phone") -> Contact:
        """Return the contact row of somebody."""
        incoming = Incoming(channel, address_of(phone, channel), "-", phone="" if channel == "telegram" else phone)
        with self.database.transaction() as tx:
            return lock_contact(tx, incoming, "es_PE")

    def does(self, phone: str, command: Any) -> Done:
        """Let somebody carry out a command of the core; raises what the core refuses with."""
        actor = self.actor(phone)
        with self.database.transaction() as tx:
            return execute(tx, command, actor, self.clock())

    def order(self, phone: str, code: str) -> Order | None:
        """Return an order as somebody may see it."""
        actor = self.actor(phone)
        with self.database.reading() as tx:
            return OrderBook(tx, actor, self.clock()).find(code)

    def agent_id(self, name: str) -> int:
        """Return the id of an agent."""
        with self.database.reading() as tx:
            return int(tx.execute(select(agents.c.id).where(agents.c.name == name)).scalar_one())

    def codes(self) -> list[str]:
        """Return the codes of every order, oldest first."""
        with self.database.reading() as tx:
            return list(tx.execute(select(orders.c.code).order_by(orders.c.id)).scalars())


class Screen:
    """A channel that always delivers."""

    can_be_asked = True

    async def send(self, letter: Claimed) -> str:
        return f"on-screen-{letter.id}"

    async def look_up(self, letter: Claimed) -> str | None:
        return None

    async def close(self) -> None:
        return


async def _all_of(relay: Relay) -> None:
    while await relay.deliver():
        continue


def address_of(phone: str, channel: str) -> str:
    """Return a person's address on a channel."""
    return CHATS[phone] if channel == "telegram" else phone


def _by_phone(world: World, phone: str, text: str, payload: str, number: int) -> None:
    said = {"phone": phone, "id": f"m{number}", "text": text, "payload": payload, "content": "text"}
    assert world.client.post("/phones/messages", json=said).status_code == 202


def _by_whatsapp(world: World, phone: str, text: str, payload: str, number: int) -> None:
    extra = {"ButtonPayload": payload, "ButtonText": text} if payload else {}
    form = inbound_form(f"whatsapp:{phone}", text, sid=f"SM{number:032x}", **extra)
    body, headers = signed_form(f"{PUBLIC_URL}/whatsapp/webhook", form, AUTH_TOKEN)
    response = world.client.post("/whatsapp/webhook", data=body, headers=headers)
    assert response.status_code == 200


def _by_telegram(world: World, phone: str, text: str, payload: str, number: int) -> None:
    chat = int(CHATS[phone])
    update = tap_update(number, chat, payload, 1) if payload else text_update(number, chat, text)
    response = world.client.post(
        "/telegram/webhook",
        data=json.dumps(update),
        headers={"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET, "Content-Type": "application/json"},
    )
    assert response.status_code == 200


def _by_console(world: World, phone: str, text: str, payload: str, _number: int) -> None:
    # the terminal has no buttons: whoever would press one types what it says
    console.chat(replace(world.runtime), phone, [payload.removeprefix(">") if payload[:1] == ">" else text], _silent)


def _silent(_phone: str, _text: str) -> None:
    return


VOICES: dict[str, Callable[[World, str, str, str, int], None]] = {
    "phone": _by_phone,
    "whatsapp": _by_whatsapp,
    "telegram": _by_telegram,
    "console": _by_console,
}
