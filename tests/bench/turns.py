"""One turn: a message comes in through a webhook, is kept, answered, and the replies are in the outbox, all durable."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from sqlalchemy import select

from bot import registry
from bot.app import create_app
from bot.handlers import telegram, whatsapp
from bot.runtime import Runtime
from bot.store import addresses
from core.db import Database
from core.statements import orders
from core.terms import Status
from tests.bench import cycles
from tests.bench.cycles import COMMIT, QUESTION, Turn
from tests.bench.floor import BETWEEN, Floor
from tests.bench.measuring import Sample, cpu
from tests.bench.posting import VOICES, post
from tests.world import settings

CHANNELS = frozenset({whatsapp.NAME, telegram.NAME})


class Office:
    """The application over one database, and the codes of its newest orders."""

    def __init__(self, url: str) -> None:
        registry.discover()
        self.database = Database(url)
        self.runtime = Runtime(database=self.database, channels=CHANNELS, whatsapp_number="+14155238886")
        app = create_app(settings(url, bot_demo=False), self.runtime)
        self.wsgi: Any = app.wsgi_app

    def newest(self) -> tuple[str, Status]:
        """Return the code and the status of the newest order."""
        with self.database.reading() as tx:
            row = tx.execute(select(orders.c.code, orders.c.status).order_by(orders.c.id.desc()).limit(1)).one()
        return row.code, row.status

    def open_conversations(self) -> int:
        """Return how many people have a question on their screen."""
        with self.database.reading() as tx:
            return sum(1 for talk in tx.execute(select(addresses.c.talk)).scalars() if talk.get("conversation"))

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


class Turns:
    """Whole cycles of orders over one channel."""

    def __init__(self, name: str, office: Office, channel: str, repeats: int) -> None:
        self._name = name
        self._office = office
        self._voice = VOICES[channel]
        self._repeats = repeats
        self._costs: dict[str, list[float]] = {}

    def round(self) -> list[Sample]:
        """Let the cast buy, sell and close; return the mean of all turns and of each kind."""
        self._costs = {QUESTION: [], COMMIT: []}
        for _repeat in range(self._repeats):
            for buyer, seller_name, seller in cycles.BUYERS:
                self._cycle(buyer, seller_name, seller)
        everything = [*self._costs[QUESTION], *self._costs[COMMIT]]
        return [
            mean(self._name, everything),
            *(mean(f"{self._name}: {kind}", costs) for kind, costs in self._costs.items()),
        ]

    def _cycle(self, buyer: str, seller_name: str, seller: str) -> None:
        self._all(cycles.request(buyer, seller_name), Status.REQUESTED)
        code, _status = self._office.newest()
        self._all(cycles.accept_and_sell(seller, code), Status.TO_CLOSE)
        self._all(cycles.close(buyer, code), Status.CLOSED)

    def _all(self, turns: Iterable[Turn], expected: Status) -> None:
        said = [(turn.kind, self._voice(turn.phone, turn.text)) for turn in turns]
        for kind, environ in said:
            self._costs[kind].append(cpu(partial(post, self._office.wsgi, environ)))
            self.after_turn()
        if self._office.newest()[1] is not expected or self._office.open_conversations():
            raise RuntimeError(f"{self._name}: the conversation did not end in {expected}: has its wording changed?")

    def after_turn(self) -> None:
        """Do nothing: the next message is there."""


class FloorBetween(Turns):
    """The floor, once after each turn: in the state in which a real request finds the processor's caches."""

    def __init__(self, office: Office, floor: Floor, repeats: int) -> None:
        super().__init__(BETWEEN, office, "whatsapp", repeats)
        self._floor = floor
        self._floors: list[float] = []

    def round(self) -> list[Sample]:
        """Return what the floor costs; the turns are only its surroundings."""
        self._floors = []
        super().round()
        return [mean(BETWEEN, self._floors)]

    def after_turn(self) -> None:
        """Measure the floor once."""
        self._floors.append(self._floor.once())


def mean(name: str, costs: list[float]) -> Sample:
    """Return the mean of single operations."""
    return Sample(name, sum(costs) / len(costs), len(costs))
