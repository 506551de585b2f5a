"""Telegram's webhook is looked at; what is wrong is logged and counted."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import alarms, facts, outcomes
from bot.handlers.telegram import ALLOWED_UPDATES
from bot.letters import Claimed, Fate, SendError
from bot.messages import Outgoing
from bot.outbox import claim
from bot.store import Kind
from bot.watching import MANY_PENDING, look_at_telegram
from tests.standins import CutBefore, ServerError, TooManyRequests
from tests.standins.telegram import TelegramServer, text_update
from tests.world import CHATS, EMILE, PUBLIC_URL, TELEGRAM_TOKEN, World, settings

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
GOOD: dict[str, Any] = {"url": f"{PUBLIC_URL}/telegram/webhook", "allowed_updates": ALLOWED_UPDATES}


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    """Run a Bot API with the webhook as it should be."""
    with TelegramServer(TELEGRAM_TOKEN, username="scop_bot") as server:
        server.webhook = dict(GOOD)
        yield server


def _look(world: World, telegram: TelegramServer, **changes: Any) -> list[str]:
    """Look once; return the kinds of alarm that are counted now."""
    found = settings(world.url, telegram_api_base_url=telegram.base_url, **changes)
    runtime = replace(world.runtime, telegram_name=facts.Remembered(world.database, facts.TELEGRAM_NAME))
    asyncio.run(look_at_telegram(found, runtime))
    with world.database.reading() as tx:
        return [kind for kind, count in tx.execute(alarms.COUNTED) for _time in range(count)]


@pytest.fixture(autouse=True)
def now(any_or_one: World) -> None:
    """Let the stopped clock show this moment: Telegram's dates are real ones."""
    any_or_one.clock.at = datetime.now(UTC)


@pytest.fixture
def any_or_one(request: pytest.FixtureRequest) -> World:
    """The world of the test, whichever it is."""
    name = "any_world" if "any_world" in request.fixturenames else "world"
    made: World = request.getfixturevalue(name)
    return made


def test_a_webhook_in_order_raises_nothing_and_the_name_is_learned(any_world: World, telegram: TelegramServer) -> None:
    assert _look(any_world, telegram) == [] and _look(any_world, telegram) == []
    assert len(telegram.calls_of("getMe")) == 1 and len(telegram.calls_of("getWebhookInfo")) == 2
    assert facts.Remembered(any_world.database, facts.TELEGRAM_NAME)() == "scop_bot"


@pytest.mark.parametrize(
    ("webhook", "kind"),
    [
        ({"url": ""}, "telegram_webhook_elsewhere"),
        ({"url": "https://old.example/telegram/webhook"}, "telegram_webhook_elsewhere"),
        ({"allowed_updates": ["message", "callback_query"]}, "telegram_webhook_narrow"),
        (
            {"last_error_date": -5, "last_error_message": "Connection timed out"},
            "telegram_webhook_failing",
        ),
    ],
    ids=["none", "elsewhere", "narrow", "failing"],
)
def test_what_is_wrong_is_counted(
    any_world: World,
    telegram: TelegramServer,
    webhook: dict[str, Any],
    kind: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    telegram.webhook |= webhook
    if "last_error_date" in webhook:
        telegram.webhook["last_error_date"] += int(time.time())
    assert _look(any_world, telegram) == [kind]
    assert _look(any_world, telegram) == [kind, kind]
    assert f"ALARM {kind}" in caplog.text
    assert f'scopbot_alarms_total{{kind="{kind}"}} 2.0' in any_world.client.get("/metrics").text


def test_an_old_error_is_none(world: World, telegram: TelegramServer) -> None:
    telegram.webhook |= {"last_error_date": int(time.time()) - 3_600, "last_error_message": "Bad Gateway"}
    assert _look(world, telegram) == []


def test_updates_that_pile_up_are_an_alarm(world: World, telegram: TelegramServer) -> None:
    for number in range(MANY_PENDING - 1):
        telegram.add_update(text_update(number, int(CHATS[EMILE]), "menu"))
    assert _look(world, telegram) == []
    telegram.add_update(text_update(MANY_PENDING, int(CHATS[EMILE]), "menu"))
    assert _look(world, telegram) == ["telegram_webhook_behind"]
    assert len(telegram.pending) == MANY_PENDING


@pytest.mark.parametrize("fault", [TooManyRequests(1), ServerError(502), CutBefore()])
@pytest.mark.parametrize("method", ["getMe", "getWebhookInfo"])
def test_trouble_at_telegram_is_no_alarm(
    world: World, telegram: TelegramServer, method: str, fault: Any, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.fail_next(fault, method)
    with caplog.at_level(logging.INFO):
        assert _look(world, telegram) == []
    assert TELEGRAM_TOKEN not in "".join(record.getMessage() for record in caplog.records if record.name[:3] == "bot")
    assert _look(world, telegram) == []
    assert facts.Remembered(world.database, facts.TELEGRAM_NAME)() == "scop_bot"


def test_a_bot_that_polls_has_no_webhook_to_look_at(world: World, telegram: TelegramServer) -> None:
    alone: dict[str, Any] = dict.fromkeys(
        ("public_base_url", "twilio_account_sid", "twilio_auth_token", "twilio_whatsapp_from")
    )
    telegram.webhook = {"url": ""}
    assert _look(world, telegram, **alone) == [] and _look(world, telegram, **alone) == []
    assert [call.method for call in telegram.calls] == ["getMe"]


class TestAlarms:
    """One line in the log, one count for all processes."""

    def test_a_platform_that_refuses_the_bot_is_counted(
        self, any_world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        any_world.says(EMILE, "menu", "telegram")
        letter = claim(any_world.runtime, "w", 1)[0]
        error = SendError(f"the token is refused: {EMILE} menu", Fate.MISCONFIGURED)
        outcomes.mark_failed(any_world.runtime, letter, "w", error, any_world.clock())
        assert 'scopbot_alarms_total{kind="telegram_refuses"} 1.0' in any_world.client.get("/metrics").text
        assert "ALARM telegram_refuses" in caplog.text and EMILE not in caplog.text

    def test_one_that_cannot_be_counted_is_logged(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        with world.database.transaction() as tx:
            tx.exec_driver_sql("ALTER TABLE alarm RENAME TO lost")
        alarms.sound(world.runtime, "some_kind", "something")
        assert "ALARM some_kind: something" in caplog.text

    def test_a_letter_that_is_nobodys_any_more_raises_none(self, world: World) -> None:
        gone = Claimed(999, "telegram", "1", Kind.REPLY, Outgoing("x"), 1)
        outcomes.mark_failed(world.runtime, gone, "w", SendError("x", Fate.MISCONFIGURED), world.clock())
        assert "scopbot_alarms_total{" not in world.client.get("/metrics").text
