"""A simulated week: orders at random, sweeps every minute by two workers, outages, crashes, a clock that goes back.

What was sent is compared with what `oracle` says everybody should have been told: nothing more, nothing less.
`--week-orders 2000 --week-days 7` plays it in full.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot import outbox, outcomes
from bot.letters import Claimed
from bot.performing import Work, perform
from bot.runtime import Runtime
from bot.store import Kind, Reach, addresses
from bot.store import outbox as letters
from core.clock import LIMA
from core.db import Database
from core.people import Actor
from core.service import execute
from core.statements import orders, people
from core.terms import Activity, Role
from core.transitions import Accept, Arrive, Close, Command, Reject, Request, RequestedLine, Sell, Snooze
from reminders.posting import post_more
from reminders.sweep import sweep
from reminders.writing import writer
from tests.core.scene import Scene
from tests.reminders.oracle import Case, Company, Message, Oracle, Person, night

TUESDAY = datetime(2021, 3, 23)  # noqa: DTZ001 - here all moments are Lima's
NEVER = TUESDAY + timedelta(days=1000)
TEAMS: tuple[tuple[tuple[str, bool], ...], ...] = (
    (("TITULAR", False),),
    (("TITULAR", False), ("OPERADOR", False)),
    (("TITULAR", False), ("CHOFER", True)),
    (("TITULAR", False), ("CHOFER", False)),
    (("TITULAR", False), ("OPERADOR", False), ("CHOFER", False), ("CHOFER", True)),
)


def utc(at: datetime) -> datetime:
    return at.replace(tzinfo=LIMA).astimezone(UTC)


class Week:
    """The companies, the orders and what happens to them."""

    def __init__(self, url: str, seed: int, many: int, days: int) -> None:
        self.chance = random.Random(seed)
        self.databases = [Database(url), Database(url)]
        self.now = TUESDAY
        self.runtimes = [
            Runtime(one, channels=frozenset({"whatsapp"}), clock=lambda: utc(self.now)) for one in self.databases
        ]
        self.oracle = Oracle()
        self.scene = Scene(self.databases[0])
        self.actors: dict[int, Actor] = {}
        self.cases: dict[int, Case] = {}
        self.codes: dict[int, str] = {}
        self.sent: list[tuple[datetime, Message]] = []
        self.buyers = [
            self._company(f"COMPRA {place}", team, False) for place, team in enumerate(TEAMS * max(3, many // 60))
        ]
        self.sellers = [
            self._company(f"VENDE {place}", team, True) for place, team in enumerate(TEAMS[:2] * max(1, many // 100))
        ]
        self.days = days
        self.events = sorted(self._stories(many), key=lambda event: event[0])

    def _company(self, name: str, team: tuple[tuple[str, bool], ...], sells: bool) -> Company:
        kind = Activity.BOTTLING_PLANT if sells else Activity.CYLINDER_DISTRIBUTOR
        agent_id = self.scene.agent(name, kind)
        members = []
        for role, closes in team:
            actor = self.scene.hire(f"{role} {name}", Role(role), agent_id, may_close=closes)
            morning = self.chance.random() < 0.7
            with self.databases[0].transaction() as tx:
                mine = people.c.id == actor.person_id
                tx.execute(people.update().where(mine).values(morning=morning, weekly=False))
                row = {
                    "channel": "whatsapp",
                    "external_id": f"+519{actor.person_id:08d}",
                    "person_id": actor.person_id,
                    "talk": {},
                    "reach": Reach.ACTIVE,
                    "wrong_codes": 0,
                }
                tx.execute(addresses.insert(), row)
            self.actors[actor.person_id] = actor
            members.append(Person(actor.person_id, role, closes, morning))
        return Company(agent_id, members)

    # --- what happens -------------------------------------------------------------------------------------------------

    def _stories(self, many: int) -> Iterator[tuple[datetime, int, str]]:
        """Yield when something happens to an order: requested, accepted, sold, arrived, put off, closed."""
        chance = self.chance
        for number in range(many):
            at = TUESDAY + timedelta(minutes=chance.randrange(int(self.days * 24 * 60 * 0.8)))
            if chance.random() < 0.1:  # as the issue has it
                at = at.replace(hour=23, minute=50)
            yield at, number, "request"
            at += self._wait((2, 20), (130, 400))
            if chance.random() < 0.08:
                continue
            yield at, number, "accept"
            at += self._wait((0, 5), (10, 900))
            if chance.random() < 0.08:
                continue
            if chance.random() < 0.1:
                yield at - timedelta(minutes=chance.randrange(5)), number, "arrive"
            yield at, number, "sell"
            if chance.random() < 0.5:
                yield at + self._wait((3, 90), (100, 1800)), number, "arrive"
            for _snooze in range(chance.choice((0, 0, 1, 2))):
                yield at + self._wait((5, 300), (5, 1500)), number, "snooze"
            if chance.random() < 0.8:
                yield at + self._wait((5, 400), (400, 4000)), number, chance.choice(("close", "close", "reject"))

    def _wait(self, soon: tuple[int, int], late: tuple[int, int]) -> timedelta:
        return timedelta(minutes=self.chance.randint(*(soon if self.chance.random() < 0.6 else late)))

    def happens(self, number: int, what: str) -> None:
        """Let the core and the oracle know the same; what is not possible does not happen."""
        case = self.cases.get(number)
        if what == "request":
            self._request(number)
        elif case is not None:
            getattr(self, f"_{what}")(case)

    def _do(self, person: Person, command: Command) -> int:
        with self.databases[0].transaction() as tx:
            return execute(tx, command, self.actors[person.id], utc(self.now)).order.id  # type: ignore[arg-type]

    def _request(self, number: int) -> None:
        buyer, seller = self.chance.choice(self.buyers), self.chance.choice(self.sellers)
        line = RequestedLine(self.scene.brands["JOYCE GAS"], "10 kg", Decimal(5))
        order_id = self._do(buyer.team[0], Request(buyer.id, seller.id, (line,)))
        case = self.cases[number] = Case(order_id, buyer, seller, requested=self.now)
        self.oracle.cases.append(case)
        with self.databases[0].reading() as tx:
            self.codes[case.id] = tx.execute(select(orders.c.code).where(orders.c.id == order_id)).scalar_one()

    def _accept(self, case: Case) -> None:
        if case.status == "SOLICITADO":
            self._do(case.seller.team[0], Accept(self.codes[case.id], {1: Decimal(5)}))
            case.status, case.accepted = "ACEPTADO", self.now

    def _sell(self, case: Case) -> None:
        if case.status == "ACEPTADO":
            self._do(case.seller.team[0], Sell(self.codes[case.id], "T001-1"))
            case.status, case.sold = "POR CERRAR", self.now

    def _arrive(self, case: Case) -> None:
        if case.status in ("ACEPTADO", "POR CERRAR") and case.arrived is None:
            self._do(self.chance.choice(case.buyer.team), Arrive(self.codes[case.id]))
            case.arrived = self.now

    def _snooze(self, case: Case) -> None:
        closers = [one for one in case.buyer.team if one.role != "CHOFER" or one.closes]
        person = self.chance.choice(closers)
        until = self.now + timedelta(minutes=self.chance.choice((30, 60, 120, 240)))
        if case.status == "POR CERRAR" and not night(until) and until.date() == self.now.date():
            with self.databases[0].transaction() as tx:
                contact: Any = SimpleNamespace(actor=self.actors[person.id])
                work = Work(tx, self.runtimes[0], contact, utc(self.now))
                assert perform(work, [Snooze(self.codes[case.id], utc(until))])[1]
            case.snoozes.append((person, self.now, until))

    def _close(self, case: Case) -> None:
        if case.status == "POR CERRAR":
            self._do(case.buyer.team[0], Close(self.codes[case.id], {1: Decimal(5)}))
            case.status = "CERRADO"

    def _reject(self, case: Case) -> None:
        if case.status == "POR CERRAR":
            self._do(case.buyer.team[0], Reject(self.codes[case.id], "no vino"))
            case.status = "RECHAZADO"

    # --- the workers --------------------------------------------------------------------------------------------------

    def sends(self, *, crashes: bool) -> None:
        """Let a worker send what waits; one that crashes has taken the letters, and its lease runs out."""
        runtime = self.chance.choice(self.runtimes)
        while post_more(runtime):
            continue
        while outbox.is_anything_due(runtime):
            for letter in outbox.claim(runtime, "worker", 50):
                if not crashes:
                    self._send(runtime, letter)

    def _send(self, runtime: Runtime, letter: Claimed) -> None:
        with runtime.database.reading() as tx:
            message = writer(runtime)(tx, letter, runtime.clock())
        if message is None:
            outcomes.mark_needless(runtime.database, letter, "worker", runtime.clock())
            return
        assert message.text
        assert message.template is not None
        outcomes.mark_sent(runtime.database, letter, "worker", f"id-{letter.id}", runtime.clock())
        with runtime.database.reading() as tx:
            row = tx.execute(select(letters).where(letters.c.id == letter.id)).one()
        assert row.kind is Kind.REMINDER
        rule, about = row.content["rule"], "all" if row.content.get("all") else str(letter.order_id)
        which = row.subject.split()[2] if about == "all" else row.subject.partition(rule)[2].strip()
        self.sent.append((self.now, (letter.person_id or 0, rule, about, which)))

    def close(self) -> None:
        for database in self.databases:
            database.close()


class CrashError(Exception):
    """The worker died before it had committed what it decided."""


def play(week: Week) -> None:
    """Let the days pass, minute by minute."""
    chance, down_until, crashed = week.chance, TUESDAY, False
    events = iter([*week.events, (NEVER, -1, "")])
    event = next(events)
    stop = TUESDAY + timedelta(days=week.days)
    was_down = TUESDAY
    while week.now < stop:
        while event[0] <= week.now:
            week.happens(event[1], event[2])
            event = next(events)
        if week.now >= down_until and chance.random() < 1 / 600:
            down_until = week.now + timedelta(minutes=chance.choice((1, 5, 30, 120, 600)))
        if week.now >= down_until:
            if chance.random() < 0.02:
                with pytest.raises(CrashError):
                    _die_while_deciding(week)
            _sweep_twice(week)
            week.oracle.sweep(week.now)
            crashed = chance.random() < 0.05
            week.sends(crashes=crashed)
            if not crashed:
                week.oracle.send(week.now)
            if chance.random() < 0.005 and week.now - was_down > timedelta(hours=3):
                _go_back(week)
        else:
            was_down = week.now
        week.now += timedelta(minutes=1)


def _sweep_twice(week: Week) -> None:
    """Let both workers sweep, the second with a clock that is a little behind or before."""
    sweep(week.runtimes[0], utc(week.now))
    if week.chance.random() < 0.2:
        sweep(week.runtimes[1], utc(week.now) + timedelta(seconds=week.chance.choice((-40, -3, 0))))


def _die_while_deciding(week: Week) -> None:
    """Decide, and end before the commit."""
    runtime = week.runtimes[0]

    class Dying:
        @contextmanager
        def transaction(self) -> Iterator[Connection]:
            with runtime.database.transaction() as tx:
                yield tx
                raise CrashError

    database: Any = Dying()
    sweep(Runtime(database, channels=runtime.channels, clock=runtime.clock), utc(week.now))


def _go_back(week: Week) -> None:
    """Let the clock of one worker go back, for one sweep: whatever it decides was decided before."""
    back = timedelta(minutes=week.chance.choice((1, 10, 50)))
    assert sweep(week.runtimes[1], utc(week.now - back)) == []
    sweep(week.runtimes[0], utc(week.now))


def compare(week: Week) -> None:
    """What was sent is what should have been sent, at its minute; and nothing at a forbidden hour."""
    expected, sent = week.oracle.told, [(at, _named(week, message)) for at, message in week.sent]
    missing, extra = Counter(expected) - Counter(sent), Counter(sent) - Counter(expected)
    assert not missing and not extra, f"missing {sorted(missing)[:10]}, too many {sorted(extra)[:10]}"
    assert len(set(sent)) == len(sent)
    assert [at for at, message in sent if night(at) and message[1] != "ULTIMO"] == []


def _named(week: Week, message: Message) -> Message:
    """Name a put-off by its number within the order, as the oracle does."""
    person, rule, about, which = message
    if rule != "POSPUESTA" or about == "all":
        return message
    with week.databases[0].reading() as tx:
        of_order = tx.exec_driver_sql(f"SELECT id FROM snooze WHERE order_id = {int(about)} ORDER BY id").scalars()
        return person, rule, about, str(list(of_order).index(int(which)))


def played(url: str, seed: int, many: int, days: int) -> Week:
    week = Week(url, seed, many, days)
    try:
        play(week)
        compare(week)
    finally:
        week.close()
    return week


@pytest.fixture(autouse=True)
def _no_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of commits need not reach the disk here."""
    monkeypatch.setattr("core.db.DURABLE", "PRAGMA synchronous=OFF")


def test_a_day_of_some_orders(sqlite_url: str) -> None:
    week = played(sqlite_url, 1, 40, 1)
    assert len(week.sent) > 20


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3, 5])
def test_two_days_of_some_orders(seed: int, sqlite_url: str) -> None:
    week = played(sqlite_url, seed, 60, 2)
    assert len(week.sent) > 50


@pytest.mark.slow
def test_a_week_on_either_database(database_url: str, request: pytest.FixtureRequest) -> None:
    on_sqlite = database_url.startswith("sqlite")
    many = int(request.config.getoption("--week-orders")) if on_sqlite else 40
    days = int(request.config.getoption("--week-days")) if on_sqlite else 2
    week = played(database_url, 7 if on_sqlite else 3, many, days)
    assert {message[1] for _at, message in week.sent} >= {"VENTA", "LLEGADA", "TARDE", "NOCHE", "ULTIMO", "VENCIDA"}
