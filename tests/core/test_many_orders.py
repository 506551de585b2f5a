"""Generated orders of all three kinds by the thousand: what the books expect comes of each command, and nothing else.

`--chain-orders 10000` plays it in full, on each database; the suite plays a few hundred. Hypothesis chooses the
examples; one database serves all of them, each with agents of its own, so that an example can be told again.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from core.db import Database
from core.errors import Refused
from core.history import account_of, replay
from core.order import Order
from core.people import Actor
from core.proof.journal import Walk, examine
from core.proof.keys import Keyring
from core.registerbook import RegisterBook
from core.service import Done, find, history
from core.terms import Status, Trade
from core.transitions import Accept, Annul, Arrive, Close, OrderCommand, Reject, Request, RequestedLine, Sell
from tests.core.bulk import FACTURA, GUIA, Chain
from tests.core.market import FUELS, KILOGRAMS, OPEN, Deal, Kept, Market
from tests.core.scene import WAYBILL, attempt

STOPPED = ("WrongStatus", "AlreadyDone", "NotYourMove")
WAITS = (timedelta(0), timedelta(seconds=1), timedelta(minutes=7), timedelta(hours=1), timedelta(hours=5))
STEPS = 7
"""Commands between one request and the next."""


@dataclass
class Seen:
    """What was done so far, over all examples."""

    made: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)


class Life:
    """The orders of one example: each command goes to the core and to the books."""

    def __init__(self, tx: Connection, market: Market, dice: Random, seen: Seen) -> None:
        self.tx, self.market, self.dice, self.seen = tx, market, dice, seen
        self.stored: dict[str, Order] = {}
        self.moves = (self.accept, self.accept, self.sell, self.sell, self.arrive, self.close, self.close,
                      self.reject, self.annul)  # fmt: skip

    # --- commands -----------------------------------------------------------------------------------------------------

    def request(self) -> None:
        market, dice = self.market, self.dice
        deal = dice.choice(market.deals if dice.random() < 0.95 else market.forbidden)
        lines = self.asked(deal)
        names = [
            RequestedLine.of_gallons(line["product"], line["requested"])
            if deal.trade.by_truck
            else market.chain.line(line["requested"], line["product"])
            for line in lines
        ]
        expected = market.request(deal, lines)
        held = sum((line["each"] * line["requested"] for line in lines), Decimal(0))
        warned = [] if expected else market.guards(deal, held, lines)
        result = self.put(deal.buyer.owner, Request(deal.buyer.id, deal.seller.id, tuple(names)))
        self.agree(result, expected, warned)
        if isinstance(result, Done):
            self.seen.made += 1
            self.seen.kinds[deal.trade.name] += 1
            assert result.order.code.startswith("11" if deal.trade is Trade.LIQUIDS else "60")
            market.kept.append(Kept(result.order.code, deal, lines))
            self.keep(market.kept[-1], result)

    def asked(self, deal: Deal) -> list[dict[str, Any]]:
        dice = self.dice
        if deal.trade is Trade.BULK:
            return [{"product": "GLP-G", "each": 1, "requested": self.gallons(12_000)}]
        if deal.trade is Trade.LIQUIDS:
            chosen = dice.sample(FUELS, dice.randint(1, 2))
            return [{"product": fuel, "each": 1, "requested": self.gallons(6_000)} for fuel in chosen]
        chosen = dice.sample(sorted(KILOGRAMS), dice.randint(1, 3))
        return [
            {"product": size, "each": KILOGRAMS[size], "requested": Decimal(dice.randint(1, 120))} for size in chosen
        ]

    def gallons(self, most: int) -> Decimal:
        return Decimal(self.dice.randint(1, most * 1000)) / 1000

    def part(self, whole: Decimal, kept: Kept) -> Decimal:
        if self.dice.random() < 0.7:
            return whole
        share = whole * self.dice.randint(0, 1000) / 1000
        return share.quantize(Decimal("0.001") if kept.deal.trade.by_truck else Decimal(1))

    def accept(self, kept: Kept) -> None:
        given = [self.part(line["requested"], kept) for line in kept.lines]
        expected = self.from_state(kept, Status.REQUESTED) or ("" if any(given) else "NothingLeft")
        command = Accept(kept.code, dict(enumerate(given, start=1)))
        if self.agree(self.put(kept.deal.seller.owner, command), expected):
            kept.status = Status.ACCEPTED
            for line, quantity in zip(kept.lines, given, strict=True):
                line["accepted"] = quantity
            self.check(kept)

    def sell(self, kept: Kept) -> None:
        market = self.market
        expected, warned = self.from_state(kept, Status.ACCEPTED) or market.parties(kept.deal), []
        if not expected:
            found = market.guards(kept.deal, kept.held(), kept.lines)
            warned = [one for one in found if one in ("PolicyUnknown", "CertificatesUnknown", "LegacyProduct")]
            expected = next((one for one in [*found, *market.truck_stops(kept)] if one not in warned), "")
        plate = market.plates.get(kept.deal.trade, "")
        papers = (GUIA, None, FACTURA, plate) if kept.deal.trade.by_truck else (WAYBILL,)
        if self.agree(self.put(kept.deal.seller.owner, Sell(kept.code, *papers)), expected, warned):
            kept.status, kept.sold_on = Status.TO_CLOSE, market.today
            self.check(kept)

    def close(self, kept: Kept) -> None:
        expected = self.from_state(kept, Status.TO_CLOSE)
        due = {place: line["accepted"] for place, line in enumerate(kept.lines, start=1) if line.get("accepted")}
        came = {place: self.part(quantity, kept) for place, quantity in due.items()} or {1: Decimal(1)}
        received = {place: quantity for place, quantity in came.items() if quantity}
        command = Close(kept.code, received, {place: "no llegó" for place, quantity in came.items() if not quantity})
        if self.agree(self.put(kept.deal.buyer.owner, command), expected):
            kept.status = Status.CLOSED if received else Status.REJECTED
            self.check(kept)

    def arrive(self, kept: Kept) -> None:
        side = self.dice.choice(("buyer", "seller"))
        possible = kept.status in OPEN and side not in kept.arrived
        if self.agree(self.put(getattr(kept.deal, side).owner, Arrive(kept.code)), "" if possible else "state"):
            kept.arrived.add(side)
            self.check(kept)

    def reject(self, kept: Kept) -> None:
        if self.dice.random() < 0.6:
            return
        side = self.dice.choice(("buyer", "seller"))
        possible = kept.status is Status.TO_CLOSE or (side == "seller" and kept.status in OPEN)
        result = self.put(getattr(kept.deal, side).owner, Reject(kept.code, "choque"))
        if self.agree(result, "" if possible else "state"):
            kept.status = Status.REJECTED
            self.check(kept)

    def annul(self, kept: Kept) -> None:
        if self.dice.random() < 0.6:
            return
        if self.agree(self.put(kept.deal.buyer.owner, Annul(kept.code)), self.from_state(kept, Status.REQUESTED)):
            kept.status = Status.ANNULLED
            self.check(kept)

    def step(self) -> None:
        """Take one order, mostly a living one, a step further; or let a stranger try."""
        alive = [one for one in self.market.kept if one.status in OPEN]
        kept = self.dice.choice(alive if alive and self.dice.random() < 0.93 else self.market.kept)
        if self.dice.random() < 0.03:
            self.agree(self.put(self.market.stranger(), Reject(kept.code, "ajeno")), "UnknownOrder")
            return
        wanted = {Status.REQUESTED: self.accept, Status.ACCEPTED: self.sell, Status.TO_CLOSE: self.close}
        move = wanted.get(kept.status) if self.dice.random() < 0.6 else None
        (move or self.dice.choice(self.moves))(kept)

    # --- comparing ----------------------------------------------------------------------------------------------------

    def from_state(self, kept: Kept, source: Status) -> str:
        return "" if kept.status is source else "state"

    def put(self, actor: Actor, command: OrderCommand | Request) -> Done | Refused:
        result = attempt(self.tx, command, actor, self.market.chain.at)
        name = type(result).__name__ if isinstance(result, Refused) else "done"
        self.seen.outcomes[f"{type(command).__name__} {name}"] += 1
        if isinstance(result, Done) and not isinstance(command, Request):
            self.stored[result.order.code] = result.order
        elif isinstance(command, OrderCommand):
            self.unchanged(command.code)
        return result

    def agree(self, result: Done | Refused, expected: str, warned: list[str] | None = None) -> bool:
        """Compare with the books; return whether it was done."""
        told = type(result).__name__ if isinstance(result, Refused) else ""
        told = "state" if told in STOPPED else told
        assert told == expected, (result, expected, self.market.chain.at)
        if isinstance(result, Done) and warned is not None:
            assert [type(one).__name__ for one in result.warnings] == warned
        return isinstance(result, Done)

    def keep(self, kept: Kept, result: Done) -> None:
        self.stored[kept.code] = result.order
        self.check(kept)

    def unchanged(self, code: str) -> None:
        """A refusal leaves the order as it was."""
        order = self.stored[code]
        person = next(one.deal.buyer.owner for one in self.market.kept if one.code == code)
        assert find(self.tx, code, person.person_id) == order

    def check(self, kept: Kept) -> None:
        """The order is stored as the books have it, line by line."""
        order = find(self.tx, kept.code, kept.deal.buyer.owner.person_id)
        assert order == self.stored[kept.code]
        assert order is not None
        assert (order.status, order.held) == (kept.status, kept.held())
        for line, mine in zip(order.lines, kept.lines, strict=True):
            assert (line.requested, line.accepted) == (mine["requested"], mine.get("accepted"))
            counts = [count for count in (line.received, line.sold, line.accepted, line.requested) if count is not None]
            assert counts == sorted(counts)

    def finish(self) -> None:
        """Every journal tells its order, capacities and months add up."""
        for kept in self.market.kept:
            order = self.stored[kept.code]
            told = history(self.tx, order.id)
            assert replay(told) == account_of(order)
            assert [entry.number for entry in told] == list(range(1, len(told) + 1))
            assert [entry.at for entry in told] == sorted(entry.at for entry in told)
        for (site_id, trade), most in self.market.capacity.items():
            mine = next((one.deal.buyer for one in self.market.kept if one.deal.buyer.id == site_id), None)
            if mine is None:
                continue
            book = RegisterBook(self.tx, mine.owner, self.market.chain.at)
            held = sum((one.held for one in book.holding(site_id, trade)), Decimal(0))
            assert held == self.market.committed(mine, trade)
            assert most is None or held <= most
        months: Counter[tuple[int, int]] = Counter()
        for kept in self.market.kept:
            if kept.deal.trade is Trade.BULK and kept.sold_on and kept.status in (Status.TO_CLOSE, Status.CLOSED):
                months[kept.sold_on.year, kept.sold_on.month] += kept.held()  # type: ignore[assignment]
        assert all(gallons <= 30_000 for gallons in months.values())


def live(database: Database, setup: int, orders: list[int], seen: Seen) -> None:
    """Let one example pass: a market of its own, and its orders.

    Hypothesis likes small numbers and repeats them; the dice of two examples, and of two orders, still differ.
    """
    market = Market(Chain(database), Random(f"{setup} {orders}"))
    with database.transaction() as tx:
        life = Life(tx, market, Random(), seen)
        for place, order in enumerate(orders):
            life.dice = Random(f"{setup} {place} {order}")
            life.request()
            for _step in range(STEPS):
                market.chain.at += life.dice.choice(WAITS)
                if market.kept:
                    life.step()
        life.finish()


def play(database: Database, wanted: int) -> Seen:
    """Let examples pass until so many orders were made."""
    seen = Seen()
    round_number = 0
    while seen.made < wanted:
        round_number += 1

        @seed(round_number)
        @settings(
            max_examples=max(1, -(-(wanted - seen.made) // 30)),
            deadline=None,
            database=None,
            derandomize=False,  # it is the round's number that says which examples are made
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.integers(0, 2**32), st.lists(st.integers(0, 2**32), min_size=20, max_size=60))
        def example(setup: int, orders: list[int]) -> None:
            live(database, setup, orders, seen)

        example()
    return seen


@pytest.fixture(autouse=True)
def _no_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of commits need not reach the disk here."""
    monkeypatch.setattr("core.db.DURABLE", "PRAGMA synchronous=OFF")


@pytest.mark.timeout(3_600)
def test_whatever_is_generated_comes_out_as_the_books_have_it(
    database_url: str, request: pytest.FixtureRequest
) -> None:
    wanted = int(request.config.getoption("--chain-orders"))
    database = Database(database_url)
    began = time.monotonic()
    seen = play(database, wanted)
    took = time.monotonic() - began
    walk = Walk()
    assert examine(database, Keyring(), walk) is None
    database.close()
    print(f"\n{seen.made} orders {dict(seen.kinds)} in {took:.0f} s, {sum(seen.outcomes.values())} commands")
    for outcome, count in sorted(seen.outcomes.items()):
        print(f"  {outcome}: {count}")
    assert set(seen.kinds) == {trade.name for trade in Trade}
    for name in ("Accept", "Sell", "Close", "Reject", "Annul", "Arrive"):
        assert seen.outcomes[f"{name} done"] > 0
