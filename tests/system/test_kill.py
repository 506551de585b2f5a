"""Power cuts: the processes are killed at random moments while people write; nothing is lost, nothing is done twice."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.messages import Outgoing
from bot.store import Kind, Sending, Waiting, inbox, outbox
from core.db import Database
from core.statements import entries, orders
from tests.databases import PostgresqlMaker, SqliteMaker
from tests.standins.twilio import TwilioServer, inbound_form, signed_form
from tests.system.program import PATIENCE, Program, free_port, running, wait_until
from tests.world import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    DRIVER,
    EMILE,
    HYDE,
    NOBODY,
    PLANT,
    PUBLIC_URL,
    SENDER,
    SIGNING_KEY,
    World,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]
KILLS = 12
"""How often something is killed while the script is played."""
_CODE = re.compile(r"\b60[0-9]{9}\b")
_MOMENT = re.compile(r"[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9:]{8}")

Script = Mapping[str, list[str]]
"""What each person types, in order. Answers are typed by their names, never by numbers: a notice may come between."""


def _requests(seller: str, quantity: int) -> list[str]:
    return ["solicitar", seller, "joyce gas", "10 kg", str(quantity), "no", "yes"]


HELLO: Script = {phone: ["menu"] for phone in (PLANT, HYDE, EMILE, DRIVER)}
"""WhatsApp lets nobody be told anything who has not written in the last 24 hours."""
FIRST: Script = {
    EMILE: [
        *_requests("mr. hyde", 20),
        "ayuda",
        *_requests("mr. hyde", 30),
        "solicitar",
        "cancelar",
        "idioma",
        "es_PE",
    ],
    HYDE: ["hola", "solicitar", "joyce gas", "10 kg", "100", "no", "yes", "menu", "equipo", "done"],
    NOBODY: ["hola", "60016454717", "menu", "alta"],
}


def _second(codes: Mapping[str, list[str]]) -> Script:
    """The sellers attend: one order is sold at once, one in two steps, one is rejected."""
    (sold, rejected), (planted,) = codes[EMILE], codes[HYDE]
    return {
        HYDE: [f"atender {sold}", "all", "later", "yes", f"vender {sold}", "T001-00012345", "yes",
               f"rechazar {rejected}", "stock", "yes"],
        PLANT: [f"atender {planted}", "change", "90", "now", "F001-77", "yes", f"estado {planted}"],
        EMILE: ["menu", "ayuda"],
    }  # fmt: skip


def _third(codes: Mapping[str, list[str]]) -> Script:
    """The buyers close, one of them with less."""
    (sold, _rejected), (planted,) = codes[EMILE], codes[HYDE]
    return {
        EMILE: [f"cerrar {sold}", "some", "17", "yes", f"movimientos {sold}"],
        HYDE: [f"cerrar {planted}", "all", "yes", f"detalle {planted}"],
        NOBODY: [f"estado {sold}"],
    }


JOURNALS = {
    EMILE: [["SOLICITADO", "ACEPTADO", "VENDIDO", "CERRADO"], ["SOLICITADO", "RECHAZADO"]],
    HYDE: [["SOLICITADO", "ACEPTADO", "VENDIDO", "CERRADO"]],
}
ENDS = {EMILE: ["CERRADO", "RECHAZADO"], HYDE: ["CERRADO"]}


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    """Run a Twilio account."""
    with TwilioServer(ACCOUNT_SID, AUTH_TOKEN) as server:
        yield server


@dataclass(frozen=True)
class Post:
    """One message as Twilio posts it, each time with the same id."""

    phone: str
    body: bytes
    headers: dict[str, str]


def _post(phone: str, text: str, number: int) -> Post:
    form = inbound_form(f"whatsapp:{phone}", text, sid=f"SM{number:032x}")
    return Post(phone, *signed_form(f"{PUBLIC_URL}/whatsapp/webhook", form, AUTH_TOKEN))


class Crew:
    """The two processes, and somebody who pulls their plugs."""

    def __init__(self, web: Program, worker: Program, seed: int) -> None:
        self._web, self._worker = web, worker
        self._random = random.Random(seed)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._pull_plugs, daemon=True)
        self.killed: list[str] = []
        self.trouble: list[BaseException] = []

    def post(self, post: Post) -> None:
        """Deliver a message until it is taken, as a platform does that repeats what failed."""
        wait_until(
            lambda: self._web.post("/whatsapp/webhook", post.body, post.headers, 10) == 200,
            "the post is taken",
            PATIENCE,
        )

    def start(self) -> None:
        """Begin to kill."""
        self._thread.start()

    def stop(self) -> None:
        """Kill no more; both processes run afterwards."""
        self._over.set()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive() and self.trouble == []

    @property
    def is_done(self) -> bool:
        """Whether everything that was to be killed was killed."""
        return len(self.killed) >= KILLS

    def _pull_plugs(self) -> None:
        try:
            while not self._over.is_set() and not self.is_done:
                self._kill_one()
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            self.trouble.append(error)

    def _kill_one(self) -> None:
        """Kill something soon after the web process answers again: while it is at work."""
        chosen = self._random.choice(("web", "web", "worker", "both"))
        wait_until(lambda: self._over.is_set() or self._web.get("/healthz")[0] == 200, "the web process answers")
        time.sleep(self._random.uniform(0.0, 0.6))
        for program, name in ((self._web, "web"), (self._worker, "worker")):
            if chosen in (name, "both"):
                program.kill()
                program.start_again()
        self.killed.append(chosen)


def _play(crew: Crew, script: Script, first_number: int, pause: random.Random) -> list[Post]:
    """Let everybody type their part at once, each message delivered twice; return all that was posted."""
    numbers = iter(range(first_number, first_number + 1000))
    parts = {phone: [_post(phone, text, next(numbers)) for text in texts] for phone, texts in script.items()}
    pauses = {phone: [pause.uniform(0, 0.7) for _post in posts] for phone, posts in parts.items()}

    def person(phone: str) -> None:
        with ThreadPoolExecutor(2) as twice:
            for post, wait in zip(parts[phone], pauses[phone], strict=True):
                for delivery in [twice.submit(crew.post, post) for _time in range(2)]:
                    delivery.result()
                time.sleep(wait if not crew.is_done else 0)

    with ThreadPoolExecutor(len(parts)) as people:
        for done in [people.submit(person, phone) for phone in parts]:
            done.result()
    return [post for posts in parts.values() for post in posts]


def _wait_until_answered(database: Database) -> None:
    def none_waits() -> bool:
        with database.reading() as tx:
            return not tx.execute(select(func.count()).where(inbox.c.state == Waiting.NEW)).scalar_one()

    wait_until(none_waits, "every message is answered")


def _wait_until_sent(database: Database) -> None:
    def none_waits() -> bool:
        with database.reading() as tx:
            waiting = outbox.c.state.in_((Sending.PENDING, Sending.LEASED))
            return not tx.execute(select(func.count()).where(waiting)).scalar_one()

    wait_until(none_waits, "every letter is sent")


def _end_leases(database: Database) -> None:
    """Let the minute pass that a dead worker's letters are still its own."""
    with database.transaction() as tx:
        leased = outbox.c.state == Sending.LEASED
        tx.execute(outbox.update().where(leased).values(lease_until=outbox.c.created_at))


def _codes(database: Database) -> dict[str, list[str]]:
    """Return the codes by who asked for the order, oldest first."""
    with database.reading() as tx:
        rows = tx.execute(select(orders.c.code, orders.c.buyer_id).order_by(orders.c.id)).all()
        buyers = dict.fromkeys(row.buyer_id for row in rows)
        names: dict[int, str] = {}
        for buyer in buyers:
            content = select(entries.c.person_name).join(orders, entries.c.order_id == orders.c.id)
            who = tx.execute(content.where(orders.c.buyer_id == buyer, entries.c.number == 1)).scalars().first()
            names[buyer] = EMILE if who and "EMILE" in who else HYDE
    found = defaultdict(list)
    for row in rows:
        found[names[row.buyer_id]].append(row.code)
    return dict(found)


def _replies(rows: list[Any]) -> dict[str, list[str]]:
    """Return what each person was answered, in order, without codes, moments and the marks of one conversation."""
    told = defaultdict(list)
    for row in rows:
        text = Outgoing.from_stored(row.content).numbered()
        told[row.external_id].append(_MOMENT.sub("MOMENT", _CODE.sub("CODE", text)))
    return dict(told)


def _rehearsal(maker: SqliteMaker) -> dict[str, list[str]]:
    """Return what each person is answered when nothing ever fails."""
    with maker.new() as url:
        world = World(url)
        world.settings = world.settings.model_copy(update={"bot_demo": False})
        for make in (lambda _codes: HELLO, lambda _codes: FIRST, _second, _third):
            for phone, texts in make(_codes(world.database)).items():
                for text in texts:
                    world.says(phone, text, "whatsapp")
        rows = _rows(world.database, Kind.REPLY)
        world.close()
    return _replies(rows)


def _rows(database: Database, kind: Kind) -> list[Any]:
    with database.reading() as tx:
        return list(tx.execute(select(outbox).where(outbox.c.kind == kind).order_by(outbox.c.id)).all())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Play it with as many seeds as the command line says."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(1, int(metafunc.config.getoption("--seeds")) + 1))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_nothing_is_lost_or_done_twice(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    twilio: TwilioServer,
    sqlite_maker: SqliteMaker,
    kind: str,
    seed: int,
) -> None:
    maker: SqliteMaker | PostgresqlMaker = request.getfixturevalue(f"{kind}_maker")
    with maker.new() as url:
        settings = {
            "DATABASE_URL": url,
            "PORT": str(free_port()),
            "PUBLIC_BASE_URL": PUBLIC_URL,
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "RECEIPT_SIGNING_KEY": SIGNING_KEY,
            "TWILIO_WHATSAPP_FROM": SENDER,
            "TWILIO_API_BASE_URL": twilio.base_url,
            "LOG_LEVEL": "WARNING",
        }
        database = Database(url)
        try:
            with running("web", settings, tmp_path) as web, running("worker", settings, tmp_path) as worker:
                web.wait_until_ready()
                posts = _play_everything(Crew(web, worker, seed), database, seed)
                _redeliver(web, worker, database, posts)
                _wait_until_sent(database)
            _assert_everything_happened_once(database, twilio, len(posts), _rehearsal(sqlite_maker))
        finally:
            database.close()


def _play_everything(crew: Crew, database: Database, seed: int) -> list[Post]:
    pause = random.Random(seed)
    crew.start()
    posts: list[Post] = []
    try:
        for make in (lambda _codes: HELLO, lambda _codes: FIRST, _second, _third):
            posts += _play(crew, make(_codes(database)), 1 + len(posts), pause)
            _wait_until_answered(database)
    finally:
        crew.stop()
    assert len(crew.killed) >= KILLS // 2, crew.killed
    return posts


def _redeliver(web: Program, worker: Program, database: Database, posts: list[Post]) -> None:
    """Restart both, and post everything once more."""
    for program in (web, worker):
        program.kill()
    _end_leases(database)
    for program in (web, worker):
        program.start_again()
    web.wait_until_ready()
    for post in posts:
        assert web.post("/whatsapp/webhook", post.body, post.headers) == 200
    _wait_until_answered(database)


def _assert_everything_happened_once(
    database: Database, twilio: TwilioServer, posted: int, rehearsed: dict[str, list[str]]
) -> None:
    with database.reading() as tx:
        came = tx.execute(select(inbox)).all()
    assert len(came) == posted and {row.state for row in came} == {Waiting.ANSWERED}
    replies = _rows(database, Kind.REPLY)
    assert len(replies) == posted
    assert _replies(replies) == rehearsed
    _assert_orders(database)
    notices = _rows(database, Kind.NOTICE)
    assert len(notices) == 10 and len({row.dedupe_key for row in notices}) == 10
    for row in (*replies, *notices):
        assert row.state is Sending.SENT
    _assert_all_arrived(twilio, [*replies, *notices])


def _assert_orders(database: Database) -> None:
    codes = _codes(database)
    assert {phone: len(mine) for phone, mine in codes.items()} == {phone: len(one) for phone, one in JOURNALS.items()}
    journal = select(entries.c.movement, entries.c.number).join(orders, entries.c.order_id == orders.c.id)
    with database.reading() as tx:
        for phone, mine in codes.items():
            for place, code in enumerate(mine):
                rows = tx.execute(journal.where(orders.c.code == code).order_by(entries.c.number)).all()
                assert [row.movement.value for row in rows] == JOURNALS[phone][place]
                assert [row.number for row in rows] == list(range(1, len(rows) + 1))
                status = tx.execute(select(orders.c.status).where(orders.c.code == code)).scalar_one()
                assert status.value == ENDS[phone][place]


def _assert_all_arrived(twilio: TwilioServer, letters: list[Any]) -> None:
    """Each letter came at least once, and to each person they first came in order."""
    expected = defaultdict(list)
    for row in sorted(letters, key=lambda one: one.id):
        expected[row.external_id].append(f"m={row.id}")
    for phone, marks in expected.items():
        came = [sent["StatusCallback"].partition("?")[2] for sent in twilio.messages_to(f"whatsapp:{phone}")]
        assert list(dict.fromkeys(came)) == marks
