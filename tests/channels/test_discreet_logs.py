"""No line of the log holds a token, a phone number, a code or what somebody wrote; whatever goes wrong."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import urllib3
from sqlalchemy.exc import DBAPIError, IntegrityError
from telegram.error import BadRequest as TelegramRefuses

from bot import inbox, logs, router
from bot.app import create_app
from bot.handlers.phones import PhoneSender
from bot.performing import Work
from bot.reconciling import Reconciler
from bot.relay import Relay
from bot.store import addresses, outbox
from bot.watching import look_at_telegram
from reminders import worker
from tests.channels.posting import post_form, post_update
from tests.standins import CutAfter, CutBefore, ServerError, TooManyRequests
from tests.standins.telegram import BadRequest, Blocked, TelegramServer, contact_update, tap_update, text_update
from tests.standins.twilio import ErrorCode, TwilioServer, inbound_form, status_form
from tests.world import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    CHATS,
    EMILE,
    HYDE,
    NAMES,
    TELEGRAM_SECRET,
    World,
    settings,
)

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
TOKEN = "987654321:AAH3kL9_realistic-token_of-35-signs0"
LETTER = "Mi secreto es larguísimo, mamá"
STYLES = pytest.mark.parametrize("style", ["text", "json"])


@pytest.fixture
def log(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Set up the logs as a process does, at INFO, and return what it writes."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    root, factory, hook = logging.getLogger(), logging.getLogRecordFactory(), threading.excepthook
    handlers, level = root.handlers[:], root.level
    logs.set_up("INFO", "json" if "json" in request.node.name else "text")
    root.handlers += handlers  # those of pytest see the same records
    yield written
    root.handlers[:], root.level = handlers, level
    logging.setLogRecordFactory(factory)
    threading.excepthook = hook


def _secrets(world: World) -> list[str]:
    """Return what must not be in any log."""
    phones = [phone.removeprefix("+") for phone in NAMES.values()]
    return [*phones, *CHATS.values(), *world.codes(), TOKEN, TOKEN.partition(":")[2], AUTH_TOKEN, TELEGRAM_SECRET,
            "14155238886", "JOYCE", "EMILE CIORAN", "secreto", "larguísimo", "solicitar", "T001-00012345"]  # fmt: skip


def _assert_discreet(world: World, written: str, caplog: pytest.LogCaptureFixture) -> None:
    assert written.strip(), "nothing was logged at all"
    for secret in _secrets(world):
        for shown in (written, caplog.text):
            place = shown.find(secret)
            assert place < 0, f"{secret!r} in the log: …{shown[max(place - 200, 0) : place + 100]}…"


@pytest.mark.slow
@pytest.mark.parametrize("style", ["text", "json"])
def test_a_whole_order_with_every_fault(
    world: World, style: str, log: io.StringIO, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TelegramServer(TOKEN) as telegram, TwilioServer(ACCOUNT_SID, AUTH_TOKEN) as twilio:
        found = settings(
            world.url,
            telegram_bot_token=TOKEN,
            telegram_api_base_url=telegram.base_url,
            twilio_api_base_url=twilio.base_url,
            twilio_content_base_url=twilio.base_url,
        )
        world.settings = found
        cycle = _Cycle(world, telegram, twilio)
        asyncio.run(cycle.run())
        _break_the_router(monkeypatch)
        cycle.says(EMILE, LETTER)
        for _time in range(4):
            inbox.answer_leftovers(world.runtime)
            world.clock.advance(seconds=5)
        with world.database.transaction() as tx:
            tx.exec_driver_sql("ALTER TABLE inbox RENAME TO lost")
        form = inbound_form(f"whatsapp:{EMILE}", LETTER, sid="SMlast")
        assert post_form(world, form).status_code == 503
    assert "ALARM" in log.getvalue() and "RuntimeError" in log.getvalue()
    _assert_discreet(world, log.getvalue(), caplog)
    if style == "json":
        assert all(isinstance(json.loads(line), dict) for line in log.getvalue().splitlines())


def _break_the_router(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(work: Work, incoming: Any) -> None:
        try:
            int(incoming.text)
        except ValueError as error:
            raise RuntimeError(f"{incoming.address} wrote {incoming.text}") from error

    monkeypatch.setattr(router, "answer", answer)


class _Cycle:
    """An order by two people on both platforms, each of which fails in every way that it has."""

    def __init__(self, world: World, telegram: TelegramServer, twilio: TwilioServer) -> None:
        self._world = world
        self._telegram = telegram
        self._twilio = twilio

    def says(self, phone: str, words: str) -> None:
        """Let somebody write on both platforms."""
        world = self._world
        number = world.next_number() + 5_000
        post_form(world, inbound_form(f"whatsapp:{phone}", words, sid=f"SM{number:032x}"))
        post_update(world, text_update(number, int(CHATS[phone]), words))

    async def run(self) -> None:
        """Let it all happen."""
        found, world = self._world.settings, self._world
        relay = Relay(world.runtime, {**worker.senders(found, world.runtime), "console": PhoneSender()})
        reconciler = Reconciler(found, world.runtime)
        try:
            for words in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes", LETTER):
                self._fail()
                self.says(EMILE, words)
                await self._deliver(relay)
                self._odd_posts()
                self._twilio.fail_next(ServerError(503), "Messages.list")
                for _time in range(2):
                    await asyncio.to_thread(reconciler.look)
                    await look_at_telegram(found, world.runtime)
            self._telegram.token, self._twilio.auth_token = "1:other", "other"
            self.says(HYDE, "menu")
            await self._deliver(relay)
            await look_at_telegram(found, world.runtime)
        finally:
            await relay.close()

    def _fail(self) -> None:
        for fault in (TooManyRequests(1), ServerError(500), CutBefore(), CutAfter(), Blocked(),
                      BadRequest(f"chat not found: {EMILE} {LETTER}")):  # fmt: skip
            self._telegram.fail_next(fault)
        for failure in (TooManyRequests(1), ServerError(500), CutBefore(), CutAfter(), ErrorCode(401, 20003, EMILE),
                      ErrorCode(400, 21211, f"The 'To' number {EMILE} is not valid: {LETTER}"),
                      ErrorCode(400, 63007, LETTER)):  # fmt: skip
            self._twilio.fail_next(failure)

    async def _deliver(self, relay: Relay) -> None:
        for _time in range(8):
            await relay.deliver()
            self._world.clock.advance(seconds=90)

    def _odd_posts(self) -> None:
        """Post what cannot be understood, is not signed, or tells of failures."""
        world = self._world
        number = world.next_number() + 9_000
        post_update(world, {"update_id": number, "message": {"text": LETTER, "chat": {"id": CHATS[EMILE]}}})
        post_update(world, {"update_id": number + 1, "callback_query": {"id": "1", "data": LETTER}})
        post_update(world, contact_update(number + 2, 777_000_333, EMILE, 777_000_333))
        post_update(world, tap_update(number + 3, int(CHATS[EMILE]), LETTER, 1))
        post_update(world, text_update(number, 1, LETTER), "wrong")
        post_form(world, inbound_form(f"whatsapp:{EMILE}", LETTER), token="another")
        with world.database.reading() as tx:
            ids = tx.execute(outbox.select().with_only_columns(outbox.c.id)).scalars().all()
        for letter, code in zip(ids[-4:], (63016, 63024, 63007, 30008), strict=False):
            form = status_form(f"SM{letter}", "failed", code, to=f"whatsapp:{EMILE}")
            post_form(world, form, f"/whatsapp/status?m={letter}")


# --- the last resort: whatever a library or an error says -------------------------------------------------------------


@STYLES
@pytest.mark.parametrize(
    "said",
    [
        f"POST https://api.telegram.org/bot{TOKEN}/sendMessage",
        f"token {TOKEN}, again {TOKEN}",
        f"to whatsapp:{EMILE} and {EMILE}",
        f"?To=whatsapp%3A%2B{EMILE[1:]}&x=1 %2B{EMILE[1:]}",
        f"(whatsapp, {EMILE}) already exists; 51 900 000 003; 51-900-000-003; {EMILE[1:]}",
        f"Authorization: Basic QUMwMDAwMDAwMDAwOmFuLWF1dGgtdG9rZW4= {EMILE}",
    ],
    ids=lambda said: said[:12],
)
def test_what_a_library_says(
    world: World, style: str, log: io.StringIO, caplog: pytest.LogCaptureFixture, said: str
) -> None:
    for name in ("telegram.ext", "httpx", "urllib3.connectionpool", "twilio.http_client", "apscheduler", "granian"):
        logging.getLogger(name).error("failed: %s", said)
        logging.getLogger(name).error(said)
        logging.getLogger(name).error("failed", exc_info=RuntimeError(said))
    _assert_discreet(world, log.getvalue(), caplog)
    assert "51 900 000 003" not in log.getvalue() and "51-900-000-003" not in log.getvalue()
    assert "QUMwMDAw" not in log.getvalue() and "RuntimeError" in log.getvalue()


@STYLES
@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"invalid literal for int() with base 10: '{LETTER}'"),
        KeyError(LETTER),
        IntegrityError(f"INSERT {LETTER}", {"text": LETTER}, Exception(f"DETAIL: Key (phone)=({EMILE})")),
        TelegramRefuses(f"can't parse {LETTER}"),
        httpx.ConnectError(f"https://api.telegram.org/bot{TOKEN}/getMe"),
        urllib3.exceptions.HTTPError(f"/Messages.json?To=whatsapp%3A%2B{EMILE[1:]}"),
        UnicodeDecodeError("utf-8", LETTER.encode(), 0, 1, LETTER),
        OSError(5, LETTER, LETTER),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_an_error_quotes(
    world: World, style: str, log: io.StringIO, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def deeper() -> None:
        raise error

    try:
        try:
            deeper()
        except type(error):
            raise RuntimeError(LETTER)  # noqa: B904 - what is only the context is told too
    except RuntimeError:
        logging.getLogger("bot.inbox").exception("message 5 could not be answered")
    _assert_discreet(world, log.getvalue(), caplog)
    assert type(error).__name__ in log.getvalue() and "deeper" in log.getvalue() and "message 5" in log.getvalue()


def test_errors_of_the_database_are_told_by_their_code(any_world: World, log: io.StringIO) -> None:
    """Also by those that keep the parameters of a statement."""
    row = {"channel": "phone", "external_id": EMILE, "talk": {"said": LETTER}, "reach": "ACTIVA", "wrong_codes": 0}
    with pytest.raises(DBAPIError) as failed, any_world.database.transaction() as tx:
        tx.execute(addresses.insert(), row)
    assert LETTER not in str(failed.value) and "parameters hidden" in str(failed.value)
    logging.getLogger("bot").error("it failed", exc_info=failed.value)
    assert re.search(r"SQLITE_CONSTRAINT|23505", log.getvalue())
    for secret in (EMILE[1:], "secreto"):
        assert secret not in log.getvalue()


def test_a_bug_in_a_web_process_is_told_without_words(
    world: World, log: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(world.settings, world.runtime)

    @app.post("/broken")
    def broken() -> str:
        raise RuntimeError(f"{EMILE} {LETTER}")

    assert app.test_client().post("/broken").status_code == 500
    assert "RuntimeError" in log.getvalue() and "broken" in log.getvalue()
    _assert_discreet(world, log.getvalue(), caplog)


def test_a_thread_that_ends_by_an_error_is_told_without_words(
    world: World, log: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError(LETTER)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert "RuntimeError" in log.getvalue()
    _assert_discreet(world, log.getvalue(), caplog)


@pytest.mark.parametrize(
    "harmless",
    [
        "message 12345678 could not be answered",
        "the worker is ready; channels: telegram, whatsapp",
        "letter 5 on whatsapp was not sent: Twilio 63016 (HTTP 400)",
        "127.0.0.1:8000 3.11.7 2026-11-21 09:22:33,456 0x7f8a12345678",
        "message 7 stepped aside, reference 2B3C4D",
    ],
)
def test_what_is_harmless_stays(harmless: str) -> None:
    assert logs.masked(harmless) == harmless or "2026-11-21" in harmless


def test_libraries_are_quiet_at_any_level_of_ours(log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    logs.set_up("DEBUG", "text")
    for name in logs.TOO_TALKATIVE:
        logging.getLogger(name).info("an address with a token in it")
        logging.getLogger(f"{name}.inner").info("an address with a token in it")
    assert "an address" not in log.getvalue()


def test_the_record_is_discreet_for_every_handler(log: io.StringIO) -> None:
    plain = io.StringIO()
    handler = logging.StreamHandler(plain)
    logging.getLogger("bot").addHandler(handler)
    try:
        logging.getLogger("bot").error("to %s", EMILE, exc_info=ValueError(LETTER))
    finally:
        logging.getLogger("bot").removeHandler(handler)
    assert EMILE not in plain.getvalue() and "secreto" not in plain.getvalue() and "ValueError" in plain.getvalue()
