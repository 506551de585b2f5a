"""Long polling: each update is kept before Telegram may forget it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot import inbox, polling
from bot.handlers.telegram_client import make_bot
from bot.messages import Incoming
from bot.polling import Poller
from tests.channels.posting import assert_answered, inbox_rows, outbox_rows
from tests.standins import CutBefore, ServerError, TooManyRequests
from tests.standins.telegram import BadRequest, TelegramServer, membership_update, tap_update, text_update
from tests.world import CHATS, EMILE, TELEGRAM_TOKEN, World, settings

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
CHAT = int(CHATS[EMILE])


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    """Run a Bot API."""
    with TelegramServer(TELEGRAM_TOKEN) as running:
        yield running


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask often and wait little."""
    monkeypatch.setattr(polling, "LONG_POLL", 1)
    monkeypatch.setattr(polling, "PAUSE_AFTER_ERROR", 0.05)


def _poll(
    world: World, server: TelegramServer, until: Callable[[], bool], act: Callable[[], Any] = lambda: None
) -> None:
    """Poll until something is true; fail if the poller ends by itself."""

    async def run() -> None:
        bot = make_bot(settings(world.url, telegram_api_base_url=server.base_url))
        task = asyncio.create_task(Poller(world.runtime, bot, "123456").run())
        act()
        try:
            await _true(until, task)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(run())


async def _true(until: Callable[[], bool], task: asyncio.Task[None], seconds: float = 30) -> Awaitable[None] | None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not until():
        if task.done():
            await task
            raise AssertionError("the poller ended by itself")
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)
    return None


def test_updates_are_kept_answered_and_forgotten(world: World, server: TelegramServer) -> None:
    server.webhook = {"url": "https://old.example/hook"}
    for number in range(5):
        server.add_update(text_update(700 + number, CHAT, "menu"))
    _poll(world, server, lambda: server.pending == [] and len(outbox_rows(world)) == 5)
    assert_answered(world)
    assert [row.provider_id for row in inbox_rows(world)] == [f"123456:{700 + number}" for number in range(5)]
    dropped = [call.params.get("drop_pending_updates") for call in server.calls_of("deleteWebhook")]
    assert dropped and True not in dropped


def test_an_update_that_was_kept_before_is_not_answered_again(world: World, server: TelegramServer) -> None:
    server.add_update(text_update(1, CHAT, "menu"))
    _poll(world, server, lambda: len(outbox_rows(world)) == 1)
    server.add_update(text_update(1, CHAT, "menu"))
    server.add_update(text_update(2, CHAT, "menu"))
    _poll(world, server, lambda: server.pending == [] and len(outbox_rows(world)) == 2)


def test_what_nobody_said_is_passed_over(world: World, server: TelegramServer) -> None:
    server.add_update(membership_update(1, CHAT, "kicked"))
    server.add_update({"update_id": 2, "unheard_of": {}})
    server.add_update(text_update(3, CHAT, "menu"))
    _poll(world, server, lambda: server.pending == [] and len(outbox_rows(world)) == 1)


@pytest.mark.parametrize("fault", [TooManyRequests(1), ServerError(502), CutBefore()])
@pytest.mark.parametrize("method", ["getUpdates", "deleteWebhook"])
def test_trouble_at_telegram_passes(world: World, server: TelegramServer, method: str, fault: Any) -> None:
    server.fail_next(fault, method=method, times=2)
    server.add_update(text_update(1, CHAT, "menu"))
    _poll(world, server, lambda: server.pending == [] and len(outbox_rows(world)) == 1)


def test_a_webhook_set_meanwhile_does_not_end_it(world: World, server: TelegramServer) -> None:
    def act() -> None:
        server.webhook = {"url": "https://somebody.example"}

    server.add_update(text_update(1, CHAT, "menu"))
    _poll(world, server, lambda: len(server.calls_of("getUpdates")) + len(server.calls_of("deleteWebhook")) > 2, act)


@pytest.mark.parametrize(
    "error", [OperationalError("INSERT", {}, Exception("locked")), OSError("disk"), ValueError("odd")]
)
def test_a_database_in_trouble_loses_no_update_and_does_not_end_it(
    world: World, server: TelegramServer, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The update is not confirmed before it is kept, and the poller goes on when the database is back."""
    whole, failures = inbox.receive, [error, error]

    def receive(runtime: Any, incoming: Incoming) -> bool:
        if failures:
            raise failures.pop()
        return whole(runtime, incoming)

    monkeypatch.setattr(inbox, "receive", receive)
    for number in (1, 2, 3):
        server.add_update(text_update(number, CHAT, "menu"))
    _poll(world, server, lambda: server.pending == [] and len(outbox_rows(world)) == 3)
    assert [row.provider_id for row in inbox_rows(world)] == ["123456:1", "123456:2", "123456:3"]


@pytest.mark.parametrize("bad", [
    {"update_id": 1, "message": {"message_id": 1}},
    {"update_id": 1, "message": {**text_update(1, CHAT, "x")["message"], "text": None, "date": 10**18}},
    {"update_id": 1, "message": {**text_update(1, CHAT, "x")["message"], "text": 5}},
    {"update_id": 1, "callback_query": {"id": "1"}},
])  # fmt: skip
def test_an_update_that_cannot_be_understood_does_not_stop_the_others(
    world: World, server: TelegramServer, bad: dict[str, Any]
) -> None:
    server.add_update(bad)
    server.add_update(text_update(2, CHAT, "menu"))
    _poll(world, server, lambda: server.pending == [] and len(outbox_rows(world)) == 1)


def test_every_pressed_button_is_released_once(world: World, server: TelegramServer) -> None:
    """Also in a group, again, and of an update that cannot be understood; the answer need not do it too."""
    server.add_update(tap_update(1, CHAT, ">menu", 1, query_id="11"))
    server.add_update(tap_update(2, -4_000_333, ">menu", 1, sender_id=CHAT, query_id="12"))
    broken = tap_update(3, CHAT, ">menu", 1, query_id="13")
    del broken["callback_query"]["from"]
    server.add_update(broken)
    server.add_update(text_update(4, CHAT, "menu"))
    server.fail_next(BadRequest("query is too old and response timeout expired"), "answerCallbackQuery")
    _poll(
        world, server, lambda: server.pending == [] and len(outbox_rows(world)) == 2
        and len(server.calls_of("answerCallbackQuery")) == 3
    )  # fmt: skip
    released = [call.params["callback_query_id"] for call in server.calls_of("answerCallbackQuery")]
    assert sorted(released) == ["11", "12", "13"]
    assert ["ack" in row.content for row in outbox_rows(world)] == [False, False]


def test_changes_are_asked_for(world: World, server: TelegramServer) -> None:
    update = text_update(1, CHAT, "menu")
    update["edited_message"] = {**update.pop("message"), "edit_date": 1_700_000_000}
    server.add_update(update)
    _poll(world, server, lambda: server.pending == [] and len(outbox_rows(world)) == 1)
    assert "edited_message" in server.calls_of("getUpdates")[0].params["allowed_updates"]
