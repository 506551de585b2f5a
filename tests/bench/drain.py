"""The outbox: what one letter of a long queue costs the worker, besides the sending itself."""

from __future__ import annotations

import asyncio

from sqlalchemy import select

from bot.handlers import whatsapp
from bot.letters import Claimed, Letter
from bot.messages import Outgoing, does
from bot.outbox import claim, post
from bot.outcomes import mark_sent
from bot.relay import BATCH, Relay
from bot.store import Kind, Reach, addresses
from tests.bench.measuring import Sample, cpu
from tests.bench.turns import Office

WORKER = "bench"
LETTERS_EACH = 5
"""The letters of one address go one after another."""


class Quick:
    """A channel that answers at once."""

    can_be_asked = True

    async def send(self, letter: Claimed) -> str:
        """Say that it was sent."""
        return f"SM{letter.id}"

    async def look_up(self, letter: Claimed) -> str | None:
        """Say that it was not sent."""
        return None

    async def close(self) -> None:
        """Nothing stays open."""


class Drain:
    """Letters that wait all at once, taken and marked: by the two functions alone, and by the worker's relay."""

    def __init__(self, office: Office, letters: int) -> None:
        self._runtime = office.runtime
        self._letters = letters
        self._places = self._new_addresses(letters // LETTERS_EACH)

    def _new_addresses(self, many: int) -> list[tuple[int, str]]:
        rows = [
            {
                "channel": whatsapp.NAME,
                "external_id": f"+519{place:08d}",
                "talk": {},
                "reach": Reach.ACTIVE,
                "wrong_codes": 0,
            }
            for place in range(10_000_000, 10_000_000 + many)
        ]
        with self._runtime.database.transaction() as tx:
            tx.execute(addresses.insert(), rows)
            found = tx.execute(select(addresses.c.id, addresses.c.external_id).where(addresses.c.person_id.is_(None)))
            return [(row.id, row.external_id) for row in found]

    def round(self) -> list[Sample]:
        """Post the letters, then measure how they leave; the sent ones stay, as they do in life."""
        self._post()
        alone = cpu(self._claim_and_mark) / self._letters
        self._post()
        relayed = cpu(lambda: asyncio.run(self._relay())) / self._letters
        return [
            Sample(f"outbox, {self._letters:,} waiting: claim and mark a letter", alone, self._letters),
            Sample(f"outbox, {self._letters:,} waiting: a letter through the relay", relayed, self._letters),
        ]

    def _post(self) -> None:
        message = Outgoing("x" * 180, (does("Ver movimientos", "movimientos 60016454717"), does("Menú", "menu")))
        letters = [
            Letter(address_id, whatsapp.NAME, address, Kind.NOTICE, message)
            for _letter in range(LETTERS_EACH)
            for address_id, address in self._places
        ]
        with self._runtime.database.transaction() as tx:
            post(tx, letters, self._runtime.clock())

    def _claim_and_mark(self) -> None:
        sent = 0
        while letters := claim(self._runtime, WORKER, BATCH):
            for letter in letters:
                mark_sent(self._runtime.database, letter, WORKER, f"SM{letter.id}", self._runtime.clock())
            sent += len(letters)
        self._check(sent)

    async def _relay(self) -> None:
        relay = Relay(self._runtime, {whatsapp.NAME: Quick()})
        sent = 0
        while now := await relay.deliver():
            sent += now
        self._check(sent)

    def _check(self, sent: int) -> None:
        if sent != self._letters:
            raise RuntimeError(f"{sent} letters left of {self._letters}")
