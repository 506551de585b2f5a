"""Draining the outbox over each platform's own client, against a server that takes everything at once.

The floor is the bare client: the same library, the same text, the same number of calls at a time, and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import insert, select

from bot import outbox
from bot.handlers import telegram, whatsapp
from bot.handlers.telegram_client import make_bot
from bot.handlers.telegram_sending import TelegramSender, parts
from bot.handlers.twilio_client import make_client
from bot.handlers.whatsapp_sending import WhatsAppSender
from bot.letters import Letter
from bot.messages import Outgoing, does
from bot.relay import BATCH, Relay
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import Kind, Reach, addresses
from tests.bench.measuring import Sample, cpu
from tests.bench.turns import Office
from tests.world import SENDER, settings

LETTERS_EACH = 5
MESSAGE = Outgoing("x" * 180, (does("Ver movimientos", "movimientos 60016454717"), does("Menú", "menu")))
AT_ONCE = 16
"""Calls at a time of the bare client: as many threads as the sender has."""


def bare_call(channel: str) -> str:
    """Return the name of the floor."""
    return f"{channel}: a bare call of the platform's client"


def drained(channel: str) -> str:
    """Return the name of what is compared with it."""
    return f"{channel}: a letter drained, claimed, sent and marked"


class Sending:
    """Letters on their way over one channel, and the same number of bare calls."""

    def __init__(self, office: Office, channel: str, base_url: str, letters: int) -> None:
        self._office = office
        self._channel = channel
        self._letters = letters
        self._settings = settings(
            str(office.database.url), bot_demo=False, telegram_api_base_url=base_url, twilio_api_base_url=base_url
        )
        self._places = self._new_addresses(letters // LETTERS_EACH)

    def _new_addresses(self, many: int) -> list[tuple[int, str]]:
        rows = [
            {
                "channel": self._channel,
                "external_id": f"+519{place:08d}" if self._channel == whatsapp.NAME else f"77{place}",
                "talk": {},
                "reach": Reach.ACTIVE,
                "wrong_codes": 0,
                "last_inbound_at": self._office.runtime.clock(),
            }
            for place in range(20_000_000, 20_000_000 + many)
        ]
        mine = {row["external_id"] for row in rows}
        with self._office.database.transaction() as tx:
            tx.execute(insert(addresses), rows)
            found = tx.execute(select(addresses).where(addresses.c.channel == self._channel))
            return [(row.id, row.external_id) for row in found if row.external_id in mine]

    def round(self) -> list[Sample]:
        """Make the bare calls, then let as many letters leave."""
        bare = cpu(lambda: asyncio.run(BARE[self._channel](self._settings, self._letters))) / self._letters
        self._post()
        relayed = cpu(lambda: asyncio.run(self._drain())) / self._letters
        return [
            Sample(bare_call(self._channel), bare, self._letters),
            Sample(drained(self._channel), relayed, self._letters),
        ]

    def _post(self) -> None:
        letters = [
            Letter(address_id, self._channel, address, Kind.NOTICE, MESSAGE)
            for _letter in range(LETTERS_EACH)
            for address_id, address in self._places
        ]
        with self._office.database.transaction() as tx:
            outbox.post(tx, letters, self._office.runtime.clock())

    async def _drain(self) -> None:
        sender = SENDERS[self._channel](self._settings, self._office.runtime)
        relay = Relay(self._office.runtime, {self._channel: sender})
        sent = 0
        while now := await relay.deliver():
            sent += now
        await relay.close()
        if sent != self._letters:
            raise RuntimeError(f"{sent} letters left of {self._letters}")


async def _bare_twilio(found: Settings, calls: int) -> None:
    client = make_client(found)
    text = MESSAGE.numbered()

    def call(number: int) -> None:
        client.messages.create(to=f"whatsapp:+51920{number:06d}", from_=SENDER, body=text)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _done in threads.map(call, range(calls)):
            pass


async def _bare_telegram(found: Settings, calls: int) -> None:
    bot = make_bot(found)
    await bot.initialize_connection()
    texts = list(parts(MESSAGE))
    gate = asyncio.Semaphore(BATCH)

    async def call(number: int) -> None:
        async with gate:
            for text, markup in texts:
                await bot.send_message(7_700_000 + number, text, reply_markup=markup)

    await asyncio.gather(*(call(number) for number in range(calls)))
    await bot.close_connection()


BARE: dict[str, Callable[[Settings, int], Coroutine[object, object, None]]] = {
    whatsapp.NAME: _bare_twilio,
    telegram.NAME: _bare_telegram,
}
SENDERS: dict[str, Callable[[Settings, Runtime], WhatsAppSender | TelegramSender]] = {
    whatsapp.NAME: WhatsAppSender,
    telegram.NAME: TelegramSender,
}
