"""A whole order while everything fails: refusals, silence, cut lines, workers that die between claim, send and mark.

The clients are the real ones, the platforms their stand-ins. At the end everybody has everything that matters, once or
marked as repeated, in order, and the order is what it would have been.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot import outbox
from bot.handlers.telegram_sending import TelegramSender
from bot.handlers.whatsapp_sending import WhatsAppSender
from bot.letters import Claimed
from bot.messages import Outgoing
from bot.relay import Relay
from bot.store import Sending
from core.statements import entries
from tests.channels.posting import outbox_rows
from tests.standins import CutAfter, CutBefore, Fault, ServerError, StandIn, TooManyRequests
from tests.standins.telegram import TelegramServer
from tests.standins.twilio import TwilioServer
from tests.world import ACCOUNT_SID, AUTH_TOKEN, EMILE, HYDE, TELEGRAM_TOKEN, World, settings

pytestmark = pytest.mark.slow
FAULTS: tuple[Fault, ...] = (TooManyRequests(7), ServerError(502), ServerError(500), CutBefore(), CutAfter())
MARKS = ("(reenviado)", "(sent again)")
SCRIPT = (
    (EMILE, ["solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes"]),
    (HYDE, ["atender {code}", "change", "18", "later", "yes", "vender {code}", "T001-00012345", "yes"]),
    (EMILE, ["cerrar {code}", "some", "17", "yes", "movimientos {code}"]),
    (HYDE, ["movimientos {code}"]),
)


class DyingRelay(Relay):
    """A worker that dies now and then: after it took a letter, or after the platform did."""

    dice: random.Random
    deaths: Counter[str]

    async def _handle(self, letter: Claimed) -> None:
        if self.dice.random() < 0.12:
            self.deaths["claimed"] += 1
            return
        await super()._handle(letter)

    async def _mark_sent(self, letter: Claimed, provider_id: str) -> None:
        if self.dice.random() < 0.12:
            self.deaths["sent"] += 1
            return
        await super()._mark_sent(letter, provider_id)


@dataclass
class Storm:
    """A world whose platform fails as the dice fall."""

    world: World
    channel: str
    server: StandIn
    dice: random.Random
    deaths: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    is_raging: bool = True

    def pump(self, rounds: int = 3) -> None:
        """Let the worker look so many times, with time between."""
        asyncio.run(self._pump(rounds))

    async def _pump(self, rounds: int) -> None:
        sender = self._sender()
        for _round in range(rounds):
            relay: Relay = self._relay(sender)
            self._plan()
            await relay.deliver()
            outbox.take_up_again(self.world.runtime)
            self.world.clock.advance(seconds=self.dice.choice((1, 4, 15)))
        await sender.close()

    def _relay(self, sender: Any) -> Relay:
        if not self.is_raging:
            return Relay(self.world.runtime, {self.channel: sender})
        relay = DyingRelay(self.world.runtime, {self.channel: sender})
        relay.dice, relay.deaths = self.dice, self.deaths
        return relay

    def _sender(self) -> Any:
        base = self.server.base_url
        found = settings(
            self.world.url, telegram_api_base_url=base, twilio_api_base_url=base, twilio_content_base_url=base
        )
        kind = TelegramSender if self.channel == "telegram" else WhatsAppSender
        return kind(found, self.world.runtime)

    def _plan(self) -> None:
        if self.is_raging and self.dice.random() < 0.35:
            fault = self.dice.choice(FAULTS)
            self.faults[type(fault).__name__] += 1
            self.server.fail_next(fault, method=SENDING[self.channel])  # type: ignore[attr-defined]

    def calm(self) -> None:
        """Let the storm end, and everything arrive that still will."""
        self.is_raging = False
        self.server._planned.clear()
        for _look in range(40):
            self.pump(1)
            self.world.clock.advance(minutes=1)

    def received(self, phone: str) -> list[tuple[str, bool]]:
        """Return what the person got, and whether it says that it is a copy."""
        return [_unmarked(body) for body in BODIES[self.channel](self.server, self.world, phone)]


def _unmarked(body: str) -> tuple[str, bool]:
    mark = next((mark for mark in MARKS if body.startswith(mark)), "")
    return body.removeprefix(mark).lstrip(), bool(mark)


def _on_telegram(server: Any, world: World, phone: str) -> list[str]:
    return [str(sent["text"]) for sent in server.messages_to(int(world.contact(phone, "telegram").address))]


def _on_whatsapp(server: Any, _world: World, phone: str) -> list[str]:
    return [str(sent["Body"]) for sent in server.messages_to(f"whatsapp:{phone}")]


BODIES = {"telegram": _on_telegram, "whatsapp": _on_whatsapp}
SENDING = {"telegram": "sendMessage", "whatsapp": "messages.create"}


@pytest.fixture(params=["telegram", "whatsapp"])
def platform(request: pytest.FixtureRequest) -> Iterator[tuple[str, StandIn]]:
    """Run one of the platforms."""
    with ExitStack() as stack:
        server: StandIn = (
            TelegramServer(TELEGRAM_TOKEN) if request.param == "telegram" else TwilioServer(ACCOUNT_SID, AUTH_TOKEN)
        )
        yield request.param, stack.enter_context(server)


def _play(storm: Storm) -> str:
    """Let both play their parts, whatever arrives; return the code."""
    code = ""
    for phone, lines in SCRIPT:
        for line in lines:
            storm.world.says(phone, line.format(code=code), storm.channel)
            storm.pump()
        code = code or str(storm.world.codes()[0])
    storm.calm()
    return code


def _expected(world: World, phone: str, channel: str) -> list[Any]:
    address = world.contact(phone, channel).address
    return [row for row in outbox_rows(world) if row.channel == channel and row.external_id == address]


def _at(world: World, platform: tuple[str, StandIn]) -> tuple[str, StandIn]:
    """Let the world and the platform agree on the time."""
    world.clock.at = datetime.now(UTC)
    if isinstance(platform[1], TwilioServer):
        platform[1].clock = world.clock
    return platform


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Play it with twice as many seeds as the command line says."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(2 * int(metafunc.config.getoption("--seeds"))))


def test_everybody_has_everything_that_matters(any_world: World, platform: tuple[str, StandIn], seed: int) -> None:
    channel, server = _at(any_world, platform)
    storm = Storm(any_world, channel, server, random.Random(seed))
    _play(storm)
    assert sum(storm.faults.values()) > 5 and sum(storm.deaths.values()) > 1
    with any_world.database.reading() as tx:
        moved = list(tx.execute(select(entries.c.movement).order_by(entries.c.id)).scalars())
    assert [one.value for one in moved] == ["SOLICITADO", "ACEPTADO", "VENDIDO", "CERRADO"]
    for phone in (EMILE, HYDE):
        rows = _expected(any_world, phone, channel)
        got = storm.received(phone)
        _check_counts(rows, got)
        _check_order(rows, got)


def _check_counts(rows: list[Any], got: list[tuple[str, bool]]) -> None:
    """What matters came at least once, and unmarked no oftener than it was posted; nothing else came."""
    posted = Counter(Outgoing.from_stored(row.content).numbered() for row in rows)
    matters = Counter(Outgoing.from_stored(row.content).numbered() for row in rows if row.critical)
    plain = Counter(body for body, is_copy in got if not is_copy)
    copies = Counter(body for body, is_copy in got if is_copy)
    assert plain <= posted, "something came twice and did not say so"
    assert matters <= plain + copies, "something that matters did not come"
    assert set(copies) <= set(posted)
    assert {row.state for row in rows if row.critical} <= {Sending.SENT, Sending.UNCERTAIN}


def _check_order(rows: list[Any], got: list[tuple[str, bool]]) -> None:
    """What came first was posted first."""
    order = [Outgoing.from_stored(row.content).numbered() for row in rows]
    place = 0
    for body, is_copy in got:
        if not is_copy and body in order[place:]:
            place = order.index(body, place) + 1
        else:
            assert is_copy or body in order, body
    first = [body for body, is_copy in got if not is_copy]
    wanted = iter(order)
    assert all(body in wanted for body in first), "out of order"


def test_five_minutes_without_a_platform(any_world: World, platform: tuple[str, StandIn]) -> None:
    channel, server = _at(any_world, platform)
    storm = Storm(any_world, channel, server, random.Random(1), is_raging=False)
    found = settings(
        any_world.url, telegram_api_base_url="http://127.0.0.1:9", twilio_api_base_url="http://127.0.0.1:9"
    )

    async def refused() -> None:
        kind = TelegramSender if channel == "telegram" else WhatsAppSender
        sender = kind(found, any_world.runtime)
        relay = Relay(any_world.runtime, {channel: sender})
        for _second in range(60):
            await relay.deliver()
            any_world.clock.advance(seconds=5)
        await relay.close()

    for line in SCRIPT[0][1]:
        any_world.says(EMILE, line, channel)
    asyncio.run(refused())
    began = any_world.clock()
    while any(row.state is Sending.PENDING for row in outbox_rows(any_world) if row.channel == channel):
        storm.pump(1)
        assert any_world.clock() - began < timedelta(minutes=6)
    for phone in (EMILE, HYDE):
        rows = _expected(any_world, phone, channel)
        assert [body for body, _copy in storm.received(phone)] == [
            Outgoing.from_stored(row.content).numbered() for row in rows
        ]
        assert not any(is_copy for _body, is_copy in storm.received(phone))
