"""Random lives of many orders at once: after every step the books must add up."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import ExitStack
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.db import Database
from core.errors import Refused
from core.history import account_of, replay
from core.order import Order
from core.orderbook import OrderBook
from core.people import Actor
from core.service import Done
from core.terms import Activity, LineStatus, Movement, Role, Status
from core.transitions import Accept, Annul, Close, Reject, Request, Sell
from tests.core.scene import WAYBILL, Command, Scene, all_rows
from tests.databases import PostgresqlMaker, SqliteMaker

SIZES = {"3 kg": 3, "10 kg": 10, "45 kg": 45, "24 lb": 10, "100 lb": 45}
CAPACITIES = (3000, 800, None)
STILL_OPEN = {Status.REQUESTED, Status.ACCEPTED, Status.TO_CLOSE}
NEXT = {
    Status.REQUESTED: {Status.ANNULLED, Status.ACCEPTED, Status.REJECTED},
    Status.ACCEPTED: {Status.TO_CLOSE, Status.REJECTED},
    Status.TO_CLOSE: {Status.CLOSED, Status.REJECTED},
}
"""Transcribed from the diagram of domain.md 2.1."""

SEEDS = st.integers(0, 2**32 - 1)
"""Each step rolls its own dice: hypothesis chooses the steps, the dice who takes them and with what."""
ODD_QUANTITIES = [Decimal(text) for text in ("0", "-1", "0.5", "2.50", "NaN", "Infinity", "1000001")]
WAYS_TO_WRITE = (Decimal(1), Decimal("1.0"), Decimal("1E+0"))


def some_of(chance: Random, limit: Decimal, least: int) -> Decimal:
    """Return a quantity for a line, nearly always one that is possible."""
    if chance.random() < 0.05:
        return chance.choice([*ODD_QUANTITIES, limit + 1])
    whole = limit if chance.random() < 0.6 else Decimal(chance.randint(least, int(limit)))
    return whole * chance.choice(WAYS_TO_WRITE)


def is_count(quantity: Decimal, least: int, most: Decimal | int) -> bool:
    return quantity.is_finite() and least <= quantity <= most and quantity % 1 == 0


class Orders(RuleBasedStateMachine):
    """Three buyers and one seller, each with two people, over one database for each run."""

    maker: SqliteMaker | PostgresqlMaker

    @initialize()
    def open_the_books(self) -> None:
        self.stack = ExitStack()
        database = Database(self.stack.enter_context(self.maker.new()))
        self.stack.callback(database.close)
        self.scene = scene = Scene(database)
        activities = (Activity.CYLINDER_DISTRIBUTOR, Activity.RETAIL_SHOP, Activity.RURAL_STATION)
        self.buyers = [
            scene.agent(f"COMPRADOR {capacity}", activity, capacity=None if capacity is None else Decimal(capacity))
            for activity, capacity in zip(activities, CAPACITIES, strict=True)
        ]
        self.owners = [scene.hire(f"Titular {agent_id}", Role.OWNER, agent_id) for agent_id in self.buyers]
        self.drivers = [
            scene.hire(f"Chofer {agent_id}", Role.DRIVER, agent_id, may_close=agent_id == self.buyers[0])
            for agent_id in self.buyers
        ]
        self.both = scene.hire("De los dos", Role.OWNER, scene.seller_id, self.buyers[0])
        self.rolled = 0
        self.codes: list[str] = []
        self.orders: dict[str, Order] = {}
        self.ended: dict[str, Any] = {}
        self.successes: Counter[str] = Counter()
        self.before = scene.rows()

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.every_journal_tells_its_order()
            self.stack.close()

    def dice(self, seed: int) -> Random:
        """Return other dice at each step, whatever seeds hypothesis repeats."""
        self.rolled += 1
        return Random(f"{seed} {self.rolled}")

    # --- who does what ------------------------------------------------------------------------------------------------

    def somebody(self, order: Order, who: str) -> Actor:
        place = self.buyers.index(order.buyer_id)
        return {
            "buyer": self.owners[place],
            "seller": self.scene.seller,
            "driver": self.drivers[place],
            "both": self.both,
            "other buyer": self.owners[(place + 1) % 3],
            "stranger": self.scene.stranger,
        }[who]

    def stands(self, actor: Actor, agent_id: int, *, closing: bool = False) -> bool:
        """Say whether the person may act for the agent (an oracle apart from the core's)."""
        return any(
            one.agent_id == agent_id and (one.role is not Role.DRIVER or (closing and one.may_close))
            for one in actor.memberships
        )

    def tries(self, actor: Actor, command: Command, *, expected: bool) -> None:
        """Carry out a command; what the oracle expects must come of it, and a refusal must change nothing."""
        result = self.scene.tries(actor, command)
        after = self.scene.rows()
        if isinstance(result, Refused):
            assert not expected, (command, result)
            assert self.before == after, (command, result)
            return
        assert expected, (command, result)
        assert after != self.before
        self.before = after
        self.keep(result)

    def keep(self, done: Done) -> None:
        order = done.order
        old = self.orders.get(order.code)
        if old is None:
            assert order.status == Status.REQUESTED
            self.codes.append(order.code)
        else:
            assert order.status in NEXT[old.status], (old.status, order.status)
            assert order.id == old.id
        self.orders[order.code] = order
        self.successes[order.code] += 1
        assert order == self.scene.stored(order.code)
        assert done.entry == self.scene.journal(order.code)[-1]
        if order.status not in STILL_OPEN:
            self.ended[order.code] = order

    def pick(self, chance: Random, *wanted: Status) -> Order:
        """Choose one of the orders, mostly one in a state that is wanted."""
        fitting = [code for code in self.codes if self.orders[code].status in wanted]
        return self.orders[chance.choice(fitting if fitting and chance.random() < 0.85 else self.codes)]

    # --- rules --------------------------------------------------------------------------------------------------------

    @rule(seed=SEEDS)
    def request(self, seed: int) -> None:
        chance = self.dice(seed)
        buyer = chance.randrange(3)
        driver, mistaken = chance.random() < 0.1, chance.random() < 0.1
        products = [(brand, size) for brand in ("JOYCE GAS", "PROUST GAS") for size in sorted(SIZES)]
        chosen = chance.sample(products, chance.choice([0, 1, 1, 2, 2, 3, 4]))
        asked = [(brand, size, some_of(chance, Decimal(chance.randint(1, 12)), 1)) for brand, size in chosen]
        legal = bool(asked) and all(is_count(quantity, 1, 1_000_000) for _brand, _size, quantity in asked)
        if legal and chance.random() < 0.3:
            asked.append(asked[0])  # it is merged
        kilograms = sum(SIZES[size] * quantity for _brand, size, quantity in asked) if legal else Decimal(0)
        fits = legal and (CAPACITIES[buyer] is None or kilograms <= self.free(buyer))
        wanted = tuple(self.scene.line(quantity, size, brand) for brand, size, quantity in asked)
        request = Request(self.buyers[buyer], self.buyers[1] if mistaken else self.scene.seller_id, wanted)
        actor = (self.drivers if driver else self.owners)[buyer]
        self.tries(actor, request, expected=fits and not driver and not mistaken)

    def free(self, buyer: int) -> Decimal:
        return Decimal(CAPACITIES[buyer] or 0) - self.committed(self.buyers[buyer])

    def committed(self, agent_id: int) -> Decimal:
        """Add up what the open orders hold, from the lines and the norm's kilograms."""
        held = (order for order in self.orders.values() if order.buyer_id == agent_id and order.status in STILL_OPEN)
        return sum((SIZES[line.size] * line.current for order in held for line in order.lines), Decimal(0))

    @precondition(lambda self: self.codes)
    @rule(seed=SEEDS)
    def accept(self, seed: int) -> None:
        chance = self.dice(seed)
        order = self.pick(chance, Status.REQUESTED)
        actor = self.somebody(order, chance.choice([*["seller"] * 6, "both", "buyer", "driver", "stranger"]))
        quantities = {line.position: some_of(chance, line.requested, 0) for line in order.lines}
        legal = all(is_count(quantities[line.position], 0, line.requested) for line in order.lines)
        legal = legal and any(quantities.values())
        if chance.random() < 0.05:
            legal = False
            quantities.pop(1)
        expected = legal and order.status is Status.REQUESTED and self.stands(actor, order.seller_id)
        self.tries(actor, Accept(order.code, quantities), expected=expected)

    @precondition(lambda self: self.codes)
    @rule(seed=SEEDS)
    def sell(self, seed: int) -> None:
        chance = self.dice(seed)
        order = self.pick(chance, Status.ACCEPTED)
        actor = self.somebody(order, chance.choice([*["seller"] * 6, "both", "buyer", "driver", "stranger"]))
        document = chance.choice([WAYBILL, "001387", "f001-1", "T001 - 7", "no hay"])
        legal = order.status is Status.ACCEPTED and document != "no hay"
        self.tries(actor, Sell(order.code, document), expected=legal and self.stands(actor, order.seller_id))

    @precondition(lambda self: self.codes)
    @rule(seed=SEEDS)
    def reject(self, seed: int) -> None:
        chance = self.dice(seed)
        if chance.random() < 0.5:
            return  # rejections end orders: fewer of them let more orders live long
        order = self.pick(chance, *STILL_OPEN)
        actor = self.somebody(order, chance.choice(["seller", "seller", "buyer", "driver", "other buyer", "stranger"]))
        reason = chance.choice(["no llegó", "sin stock", "x" * 400, " "])
        sold = order.status is Status.TO_CLOSE
        may = (self.stands(actor, order.seller_id) and order.status in STILL_OPEN) or (
            self.stands(actor, order.buyer_id) and sold
        )
        self.tries(actor, Reject(order.code, reason), expected=may and bool(reason.strip()))

    @precondition(lambda self: self.codes)
    @rule(seed=SEEDS)
    def annul(self, seed: int) -> None:
        chance = self.dice(seed)
        if chance.random() < 0.5:
            return
        order = self.pick(chance, Status.REQUESTED)
        actor = self.somebody(order, chance.choice(["buyer", "both", "seller", "driver", "stranger"]))
        may = order.status is Status.REQUESTED and self.stands(actor, order.buyer_id)
        self.tries(actor, Annul(order.code), expected=may)

    @precondition(lambda self: self.codes)
    @rule(seed=SEEDS)
    def close(self, seed: int) -> None:
        chance = self.dice(seed)
        order = self.pick(chance, Status.TO_CLOSE)
        people = [*["buyer"] * 5, "both", "driver", "driver", "seller", "stranger"]
        actor = self.somebody(order, chance.choice(people))
        received, rejected = {}, {}
        due = [line for line in order.lines if line.sold] or list(order.lines)
        for line in due:
            if chance.random() < 0.75:
                received[line.position] = some_of(chance, line.current, 1 if line.current else 0)
            else:
                rejected[line.position] = chance.choice(["no llegó", "fugas", "x" * 400, "roto", " "])
        legal = all(is_count(received[line.position], 1, line.current) for line in due if line.position in received)
        legal = legal and all(reason.strip() for reason in rejected.values())
        if chance.random() < 0.05:
            legal = False
            (received or rejected).popitem()
        may = order.status is Status.TO_CLOSE and self.stands(actor, order.buyer_id, closing=True)
        self.tries(actor, Close(order.code, received, rejected), expected=may and legal)

    @rule(seconds=st.sampled_from([0.25, 1.0, 60.0, 86_400.0, -1.0, -3600.0]))
    def time_passes(self, seconds: float) -> None:
        """Clocks of several machines differ: now and then one is behind."""
        self.scene.passes(seconds=seconds)

    # --- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def the_books_add_up(self) -> None:
        if not hasattr(self, "before"):
            return
        with self.scene.database.reading() as tx:
            self.no_quantity_grows(tx)
            self.entries_are_as_many_as_movements(tx)
            self.nobody_holds_more_than_their_capacity(tx)
            self.nothing_moves_by_itself(tx)
        assert len(self.codes) == len(set(self.codes))
        assert [code for code in self.codes if not re.fullmatch(r"60[0-9]{9}", code)] == []

    def no_quantity_grows(self, tx: Any) -> None:
        for requested, accepted, sold, received in tx.exec_driver_sql(
            "SELECT requested, accepted, sold, received FROM line"
        ):
            known = [quantity for quantity in (requested, accepted, sold, received) if quantity is not None]
            assert sorted(known, reverse=True) == known
            assert requested > 0 and min(known) >= 0 and received != 0
            assert sold is None or sold == accepted

    def entries_are_as_many_as_movements(self, tx: Any) -> None:
        numbers: dict[str, list[int]] = {}
        moments: dict[str, list[Any]] = {}
        for code, number, at in tx.exec_driver_sql(
            'SELECT o.code, e.number, e.at FROM entry e JOIN "order" o ON o.id = e.order_id ORDER BY e.id'
        ):
            numbers.setdefault(code, []).append(number)
            moments.setdefault(code, []).append(at)
        assert {code: list(range(1, count + 1)) for code, count in self.successes.items()} == numbers
        assert all(sorted(told) == told for told in moments.values())

    def nobody_holds_more_than_their_capacity(self, tx: Any) -> None:
        for owner, agent_id, capacity in zip(self.owners, self.buyers, CAPACITIES, strict=True):
            held = self.committed(agent_id)
            free = OrderBook(tx, owner, self.scene.at).free_capacity(agent_id)
            assert (None if capacity is None else capacity - held) == free
            assert capacity is None or 0 <= held <= capacity

    def nothing_moves_by_itself(self, tx: Any) -> None:
        assert self.before == all_rows(tx)

    def every_journal_tells_its_order(self) -> None:
        for code, order in self.orders.items():
            stored, told = self.scene.stored(code), self.scene.journal(code)
            assert order == stored
            assert account_of(stored) == replay(told)
            assert told[-1].status is stored.status
            assert self.ended.get(code, stored) == stored
            if stored.status is Status.REJECTED:
                assert {LineStatus.REJECTED} == {line.status for line in stored.lines}
            if stored.status is Status.CLOSED:
                assert any(line.received for line in stored.lines)
            movements = Counter(entry.movement for entry in told)
            assert movements[Movement.REQUESTED] == 1 == max(movements.values())


def play(maker: SqliteMaker | PostgresqlMaker, runs: int, steps: int) -> Counter[str]:
    """Let that many random lives pass; return how often each outcome was seen."""
    seen: Counter[str] = Counter()

    class Played(Orders):
        def tries(self, actor: Actor, command: Command, *, expected: bool) -> None:
            seen[f"{type(command).__name__} {'done' if expected else 'refused'}"] += 1
            super().tries(actor, command, expected=expected)

    Played.maker = maker
    run_state_machine_as_test(
        Played,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )
    return seen


EVERYTHING = {
    f"{name} {outcome}"
    for name in ("Request", "Accept", "Sell", "Reject", "Annul", "Close")
    for outcome in ("done", "refused")
}
MOST_COMMON = {"Request done", "Accept done", "Sell done", "Close done"}


def test_random_orders_on_sqlite_keep_the_books(sqlite_maker: SqliteMaker) -> None:
    assert set(play(sqlite_maker, runs=12, steps=60)) >= MOST_COMMON


def test_random_orders_on_postgresql_keep_the_books(postgresql_maker: PostgresqlMaker) -> None:
    assert set(play(postgresql_maker, runs=6, steps=60)) >= MOST_COMMON


@pytest.mark.slow
def test_thousands_of_random_steps_on_sqlite_keep_the_books(sqlite_maker: SqliteMaker) -> None:
    seen = play(sqlite_maker, runs=38, steps=80)
    assert set(seen) == EVERYTHING
    assert sum(seen.values()) > 1_400


@pytest.mark.slow
def test_thousands_of_random_steps_on_postgresql_keep_the_books(postgresql_maker: PostgresqlMaker) -> None:
    seen = play(postgresql_maker, runs=20, steps=80)
    assert set(seen) == EVERYTHING
    assert sum(seen.values()) > 600
