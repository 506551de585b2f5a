"""The real program: started, used over its real interfaces, and stopped."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import PostgresqlMaker
from tests.standins.telegram import TelegramServer, text_update
from tests.standins.twilio import TwilioServer, inbound_form, signed_form
from tests.system.people import OnTelegram, OnWhatsApp, a_whole_order, by_webhook
from tests.system.program import Program, as_json, free_port, running, scopbot, wait_until
from tests.world import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    CHATS,
    EMILE,
    HYDE,
    PUBLIC_URL,
    SENDER,
    TELEGRAM_SECRET,
    TELEGRAM_TOKEN,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    """Run a Bot API."""
    with TelegramServer(TELEGRAM_TOKEN) as server:
        yield server


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    """Run a Twilio account."""
    with TwilioServer(ACCOUNT_SID, AUTH_TOKEN) as server:
        yield server


def _settings(folder: Path, **more: str) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{folder / 'scopbot.db'}",
        "BOT_DEMO": "1",
        "PORT": str(free_port()),
        "LOG_FORMAT": "json",
        **more,
    }


def _with_whatsapp(twilio: TwilioServer) -> dict[str, str]:
    return {
        "PUBLIC_BASE_URL": PUBLIC_URL,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_WHATSAPP_FROM": SENDER,
        "TWILIO_API_BASE_URL": twilio.base_url,
    }


def _with_telegram(telegram: TelegramServer) -> dict[str, str]:
    return {"TELEGRAM_BOT_TOKEN": TELEGRAM_TOKEN, "TELEGRAM_API_BASE_URL": telegram.base_url}


def _by_webhook(telegram: TelegramServer) -> dict[str, str]:
    return {"PUBLIC_BASE_URL": PUBLIC_URL, "TELEGRAM_WEBHOOK_SECRET": TELEGRAM_SECRET, **_with_telegram(telegram)}


def _count(program: Program, channel: str, state: str, table: str = "inbox") -> int:
    status, text = program.get("/metrics")
    assert status == 200
    found = re.search(
        rf'^scopbot_{table}_messages{{channel="{channel}",state="{state}"}} ([0-9.]+)$', text, re.MULTILINE
    )
    return int(float(found[1])) if found else 0


def _assert_stops_cleanly(program: Program) -> None:
    seconds = program.press_ctrl_c()
    assert program.process.returncode == 0, program.said[-4000:]
    assert seconds < 30, f"it took {seconds:.1f} s to stop"
    assert program.left_behind() == []
    assert "Traceback" not in program.said


def test_an_order_by_whatsapp(tmp_path: Path, twilio: TwilioServer) -> None:
    with running("run", _settings(tmp_path, **_with_whatsapp(twilio)), tmp_path) as program:
        program.wait_until_ready()
        emile, hyde = OnWhatsApp(program, twilio, EMILE), OnWhatsApp(program, twilio, HYDE)
        hyde.says("menu")  # who never wrote cannot be told anything
        code = a_whole_order(emile, hyde)
        assert code.startswith("60")
        _assert_healthy(program)
        came = len(twilio.calls_of("Messages.create"))
        wait_until(lambda: _count(program, "whatsapp", "sent", "outbox") == came, "everything is marked as sent", 30)
        assert _count(program, "whatsapp", "new") == 0 == _count(program, "whatsapp", "failed")
        assert _count(program, "whatsapp", "answered") == came - 4  # and four notices
        assert {call.params["From"] for call in twilio.calls_of("Messages.create")} == {SENDER}
        _assert_posts_are_checked(program)
        _assert_stops_cleanly(program)
        for secret in (AUTH_TOKEN, EMILE, code):
            assert secret not in program.said


def _assert_healthy(program: Program) -> None:
    assert program.get("/healthz")[0] == 200
    status, text = program.get("/readyz")
    assert status == 200 and "false" not in text
    assert program.get("/")[0] == 200 and program.get("/nothing")[0] == 404
    assert "scopbot_worker_age_seconds" in program.get("/metrics")[1]


def _assert_posts_are_checked(program: Program) -> None:
    form = inbound_form(f"whatsapp:{EMILE}", "menu", sid="SMx")
    body, headers = signed_form(f"{PUBLIC_URL}/whatsapp/webhook", form, "another")
    before = program.get("/metrics")[1].count("scopbot_inbox_messages{")
    assert program.post("/whatsapp/webhook", body, headers) == 403
    body, headers = signed_form(f"{PUBLIC_URL}/whatsapp/webhook", {**form, "Body": "x" * 300_000}, AUTH_TOKEN)
    assert program.post("/whatsapp/webhook", body, headers) in (413, 0)
    assert program.get("/metrics")[1].count("scopbot_inbox_messages{") == before


def test_an_order_by_telegram_webhook(tmp_path: Path, telegram: TelegramServer) -> None:
    settings = _settings(tmp_path, **_by_webhook(telegram))
    told = scopbot("telegram", "set-webhook", settings=settings, folder=tmp_path)
    assert told.returncode == 0 and f"{PUBLIC_URL}/telegram/webhook" in told.stdout
    assert telegram.webhook["url"] == f"{PUBLIC_URL}/telegram/webhook"
    assert telegram.webhook["secret_token"] == TELEGRAM_SECRET
    with running("run", settings, tmp_path) as program:
        program.wait_until_ready()
        tell = by_webhook(program)
        emile, hyde = OnTelegram(tell, telegram, EMILE), OnTelegram(tell, telegram, HYDE)
        a_whole_order(emile, hyde)
        taps = [call for call in telegram.calls if call.method == "answerCallbackQuery"]
        assert len(taps) == 17
        assert telegram.calls_of("getUpdates") == [] and telegram.webhook["url"]
        wrong = {"X-Telegram-Bot-Api-Secret-Token": "wrong"}
        assert program.post("/telegram/webhook", as_json(text_update(1, 900000003, "menu")), wrong) == 403
        _assert_stops_cleanly(program)
        assert TELEGRAM_TOKEN not in program.said and TELEGRAM_SECRET not in program.said


def test_an_order_by_telegram_long_polling(tmp_path: Path, telegram: TelegramServer) -> None:
    telegram.webhook = {"url": "https://left.example/from/before"}
    telegram.add_update(text_update(500_000, int(CHATS[EMILE]), "menu"))
    settings = _settings(tmp_path, **_with_telegram(telegram))
    with running("run", settings, tmp_path) as program:
        program.wait_until_ready()
        emile = OnTelegram(_queued(telegram), telegram, EMILE)
        hyde = OnTelegram(_queued(telegram), telegram, HYDE)
        emile.next()
        a_whole_order(emile, hyde)
        wait_until(lambda: telegram.pending == [], "every update is confirmed", 40)
        assert telegram.webhook["url"] == ""
        _assert_stops_cleanly(program)
        assert TELEGRAM_TOKEN not in program.said


def _queued(telegram: TelegramServer) -> Any:
    """Return how a person's update gets into the queue; numbers go up from what waits there already."""

    def tell(update: dict[str, Any]) -> None:
        telegram.add_update({**update, "update_id": 600_000 + int(update["update_id"])})

    return tell


def test_an_order_on_postgresql(
    tmp_path: Path, twilio: TwilioServer, telegram: TelegramServer, postgresql_maker: PostgresqlMaker
) -> None:
    with postgresql_maker.new() as url:
        settings = _settings(tmp_path, **{**_with_whatsapp(twilio), **_by_webhook(telegram)})
        with running("run", {**settings, "DATABASE_URL": url}, tmp_path) as program:
            program.wait_until_ready()
            emile, hyde = OnWhatsApp(program, twilio, EMILE), OnWhatsApp(program, twilio, HYDE)
            hyde.says("menu")
            a_whole_order(emile, hyde)
            tell = by_webhook(program)
            a_whole_order(OnTelegram(tell, telegram, EMILE), _Silenced(tell, telegram, HYDE, hyde))
            _assert_stops_cleanly(program)


class _Silenced(OnTelegram):
    """The first notice reaches this person where they wrote last: on WhatsApp."""

    def __init__(self, tell: Any, telegram: TelegramServer, phone: str, elsewhere: OnWhatsApp) -> None:
        super().__init__(tell, telegram, phone)
        self._elsewhere: OnWhatsApp | None = elsewhere

    def next(self) -> str:
        """Read the notice there, and open its order here."""
        if self._elsewhere is None:
            return super().next()
        notice, self._elsewhere = self._elsewhere.next(), None
        return notice

    def chooses(self, wanted: int | str) -> str:
        """Open what the notice was about here, then go on with taps."""
        if not self.screen():
            return self.says("atender")
        return super().chooses(wanted)


@pytest.mark.parametrize("command", ["run", "web", "worker"])
def test_bad_settings_stop_the_start_with_one_message(tmp_path: Path, command: str) -> None:
    bad = {
        "DATABASE_URL": "mysql://x",
        "PORT": "0",
        "BOT_TIMEZONE": "Mars/Base",
        "BOT_LOCALE": "fr",
        "LOG_LEVEL": "LOUD",
        "PUBLIC_BASE_URL": "bot.example",
        "TELEGRAM_BOT_TOKEN": "secret-but-malformed",
        "TWILIO_ACCOUNT_SID": "AC123",
    }
    told = scopbot(command, settings=bad, folder=tmp_path)
    assert told.returncode == 2
    for name in bad:
        assert name in told.stderr, name
    assert "Traceback" not in told.stderr and "secret-but-malformed" not in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_settings_that_need_each_other_are_told_with_the_malformed_ones(tmp_path: Path) -> None:
    bad = {"PORT": "0", "TWILIO_ACCOUNT_SID": ACCOUNT_SID}
    told = scopbot("run", settings=bad, folder=tmp_path)
    assert told.returncode == 2
    for name in ("PORT", "TWILIO_AUTH_TOKEN", "TWILIO_WHATSAPP_FROM", "PUBLIC_BASE_URL"):
        assert name in told.stderr, name


def test_settings_that_need_each_other_are_told_all_at_once(tmp_path: Path) -> None:
    bad = {"TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN, "TELEGRAM_BOT_TOKEN": TELEGRAM_TOKEN,
           "PUBLIC_BASE_URL": PUBLIC_URL}  # fmt: skip
    told = scopbot("run", settings=bad, folder=tmp_path)
    assert told.returncode == 2
    for name in ("TWILIO_WHATSAPP_FROM", "TELEGRAM_WEBHOOK_SECRET"):
        assert name in told.stderr, name
    assert AUTH_TOKEN not in told.stderr and TELEGRAM_TOKEN not in told.stderr


def test_it_starts_again_on_the_same_file_and_stops_while_it_starts(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    with running("run", settings, tmp_path) as program:
        program.wait_until_ready()
        _assert_stops_cleanly(program)
        program.start_again()
        wait_until(lambda: program.get("/healthz")[0] == 200, "it answers again")
        _assert_stops_cleanly(program)


def test_when_one_process_falls_the_other_ends_too(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    with running("run", settings, tmp_path) as program:
        program.wait_until_ready()
        worker = next(line for line in program.left_behind() if line.rstrip().endswith("worker"))
        os.kill(int(worker.split()[0]), signal.SIGKILL)
        program.process.wait(60)
        assert program.process.returncode == 1
        assert program.left_behind() == []
