"""The real worker looks after what the platforms keep to themselves, and its log holds nothing of anybody."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import facts
from bot.reconciling import ASKED
from core.db import Database
from tests.standins import CutAfter, CutBefore, ServerError, TooManyRequests
from tests.standins.telegram import BadRequest, Blocked, TelegramServer
from tests.standins.twilio import ErrorCode, TwilioServer, inbound_form, signed_form
from tests.system.people import OnTelegram, OnWhatsApp, by_webhook
from tests.system.program import Program, free_port, running, scopbot, wait_until
from tests.world import ACCOUNT_SID, AUTH_TOKEN, CHATS, EMILE, HYDE, NAMES, PUBLIC_URL, SENDER, TELEGRAM_SECRET

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]
TOKEN = "987654321:AAH3kL9_realistic-token_of-35-signs0"


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    """Run a Bot API."""
    with TelegramServer(TOKEN, username="scop_bot") as server:
        yield server


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    """Run a Twilio account."""
    with TwilioServer(ACCOUNT_SID, AUTH_TOKEN) as server:
        yield server


def _settings(folder: Path, telegram: TelegramServer, twilio: TwilioServer) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{folder / 'scopbot.db'}",
        "BOT_DEMO": "1",
        "PORT": str(free_port()),
        "PUBLIC_BASE_URL": PUBLIC_URL,
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_WEBHOOK_SECRET": TELEGRAM_SECRET,
        "TELEGRAM_API_BASE_URL": telegram.base_url,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "TWILIO_AUTH_TOKEN_SECONDARY": "the-new-token",
        "TWILIO_WHATSAPP_FROM": SENDER,
        "TWILIO_API_BASE_URL": twilio.base_url,
    }


def _alarms(program: Program) -> dict[str, int]:
    found = re.findall(r'^scopbot_alarms_total{kind="(\w+)"} ([0-9.]+)$', program.get("/metrics")[1], re.MULTILINE)
    return {kind: int(float(count)) for kind, count in found}


def _looked_before(url: str) -> None:
    """Let the program have asked Twilio ten minutes ago."""
    database = Database(url)
    with database.transaction() as tx:
        facts.note(tx, ASKED, (datetime.now(UTC) - timedelta(minutes=10)).isoformat())
    database.close()


def test_it_looks_after_both_platforms(tmp_path: Path, telegram: TelegramServer, twilio: TwilioServer) -> None:
    telegram.webhook = {"url": "https://somebody.example/"}
    lost = inbound_form(f"whatsapp:{EMILE}", "pendientes", sid="SM" + "a" * 32)
    twilio.add_inbound(lost, datetime.now(UTC) - timedelta(minutes=3))
    settings = _settings(tmp_path, telegram, twilio)
    assert scopbot("db", "upgrade", settings=settings, folder=tmp_path).returncode == 0
    _looked_before(settings["DATABASE_URL"])
    with running("run", settings, tmp_path) as program:
        program.wait_until_ready()
        wait_until(lambda: "telegram_webhook_elsewhere" in _alarms(program), "the webhook is looked at")
        emile = OnWhatsApp(program, twilio, EMILE)
        assert "endientes" in emile.next()
        wait_until(lambda: _alarms(program).get("whatsapp_missed") == 1, "the lost message is counted")
        body, headers = signed_form(f"{PUBLIC_URL}/whatsapp/fallback", lost, "the-new-token")
        assert program.post("/whatsapp/fallback", body, headers) == 200
        told = scopbot(
            "invite", "EMILE CIORAN SRL", "--name", "Rosa", "--role", "CHOFER", settings=settings, folder=tmp_path
        )
        link = re.search(r"https://t\.me/scop_bot\?start=([A-Z0-9]{16})$", told.stdout, re.MULTILINE)
        assert link, told.stdout + told.stderr
        hyde = OnTelegram(by_webhook(program), telegram, HYDE)
        assert "EMILE CIORAN SRL" in hyde.says(f"/start {link[1]}")
        assert "EMILE CIORAN SRL" in hyde.chooses(1)
        wait_until(lambda: any("Rosa" in said for said in emile.screen()), "the owner is told who joined")
        time.sleep(1)  # nothing is to come: there is nothing to wait for
        answers = [said for said in emile.screen() if not said.startswith("🔔")]
        assert len(answers) == 1, "what came again was answered again"
        program.press_ctrl_c()
        assert program.process.returncode == 0 and "Traceback" not in program.said


def test_whatever_fails_the_log_is_discreet(tmp_path: Path, telegram: TelegramServer, twilio: TwilioServer) -> None:
    settings = _settings(tmp_path, telegram, twilio)
    with running("run", settings, tmp_path) as program:
        program.wait_until_ready()
        emile = OnWhatsApp(program, twilio, EMILE)
        hyde = OnTelegram(by_webhook(program), telegram, HYDE)
        words = "Mi secreto larguísimo"
        for fault in (TooManyRequests(1), ServerError(500), CutBefore(), CutAfter(), Blocked(), BadRequest(words)):
            telegram.fail_next(fault, "sendMessage")
            hyde.type(words)
        for failure in (TooManyRequests(1), ServerError(500), CutBefore(), CutAfter(), ErrorCode(400, 21211, EMILE)):
            twilio.fail_next(failure, "Messages.create")
            emile.type(words)
        wait_until(lambda: program.said.count("was not sent") > 6, "the faults are met")
        program.press_ctrl_c()
        phones = [phone.removeprefix("+") for phone in (*NAMES.values(), SENDER.removeprefix("whatsapp:"))]
        for secret in (*phones, *CHATS.values(), TOKEN, AUTH_TOKEN, TELEGRAM_SECRET, "secreto", "larguísimo"):
            assert secret not in program.said, secret
