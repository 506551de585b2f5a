"""The commonest look of all: where is the order with this code?"""

from __future__ import annotations

import random
from functools import partial
from statistics import median

from bot.contacts import lock
from bot.messages import Incoming
from core.orderbook import OrderBook
from core.people import Actor
from tests.bench.measuring import Sample, cpu
from tests.bench.turns import Office
from tests.world import HYDE


class LookUp:
    """Status by code, of orders that the person may see, with their lines."""

    def __init__(self, office: Office, codes: list[str], repeats: int) -> None:
        self._office = office
        self._codes = codes
        self._repeats = repeats
        self._chance = random.Random(7)
        with office.database.transaction() as tx:
            self._actor: Actor = lock(tx, Incoming("whatsapp", HYDE, "-", phone=HYDE), "es_PE").actor
        self._own = self._owned()

    def _owned(self) -> list[str]:
        with self._office.database.reading() as tx:
            book = OrderBook(tx, self._actor, self._office.runtime.clock())
            return [code for code in self._codes[:10_000] if book.find(code)]

    def round(self) -> list[Sample]:
        """Look orders up and return the p50."""
        name = f"status by code among {len(self._codes):,} orders (p50)"
        with self._office.database.reading() as tx:
            book = OrderBook(tx, self._actor, self._office.runtime.clock())
            costs = [cpu(partial(book.find, code)) for code in self._chance.choices(self._own, k=self._repeats)]
        return [Sample(name, median(costs), self._repeats)]
