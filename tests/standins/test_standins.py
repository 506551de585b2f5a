"""The stand-ins answer unmodified SDKs as the platforms do."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import httpx
import pytest
import requests
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeDefault,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReplyKeyboardMarkup,
    Update,
)
from telegram import error as telegram_error
from telegram.request import HTTPXRequest
from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped,unused-ignore]
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped,unused-ignore]
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped,unused-ignore]
from twilio.rest import Client  # type: ignore[import-untyped,unused-ignore]

from bot.handlers.telegram_errors import wait_named_by

from . import Fault
from . import telegram as tg
from . import twilio as tw

T = TypeVar("T")
PATIENCE, IMPATIENCE = 20, 1.5
"""Seconds that a client waits for an answer; and where the answer is late on purpose."""
ROSA = "whatsapp:+51987654321"
BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton("Sí", callback_data="c:1")]])


@pytest.fixture
def telegram_server() -> Iterator[tg.TelegramServer]:
    """Run a Bot API."""
    with tg.TelegramServer() as server:
        yield server


@pytest.fixture
def twilio_server() -> Iterator[tw.TwilioServer]:
    """Run a Twilio account."""
    with tw.TwilioServer() as server:
        yield server


@pytest.fixture
def client(twilio_server: tw.TwilioServer) -> Any:
    """Point the SDK at the account."""
    return sdk(twilio_server)


def sdk(server: tw.TwilioServer, timeout: float = PATIENCE, token: str | None = None) -> Any:
    """Return Twilio's own client, pointed at the stand-in."""
    client = Client(server.account_sid, token or server.auth_token, http_client=TwilioHttpClient(timeout=timeout))
    client.api.base_url = client.content.base_url = server.base_url
    return client


def _patience(fault: Fault) -> float:
    return IMPATIENCE if isinstance(fault, (tg.Slow, tw.Slow)) else PATIENCE


def with_bot(server: tg.TelegramServer, act: Callable[[Bot], Awaitable[T]], read_timeout: float = PATIENCE) -> T:
    """Return what an initialised bot gets."""

    async def run() -> T:
        request = HTTPXRequest(read_timeout=read_timeout)
        async with Bot(server.token, base_url=f"{server.base_url}/bot", request=request) as bot:
            return await act(bot)

    return asyncio.run(run())


class TestTelegramMethods:
    """Each method gives python-telegram-bot what it expects."""

    def test_me(self, telegram_server: tg.TelegramServer) -> None:
        """The bot knows itself."""
        me = with_bot(telegram_server, lambda bot: bot.get_me())
        assert me.is_bot and me.username == "standin_bot" and me.id == 123456

    def test_messages_are_numbered_dated_and_kept(self, telegram_server: tg.TelegramServer) -> None:
        """A message is answered and stays on record with its decoded markup."""

        async def act(bot: Bot) -> tuple[Message, Message]:
            return await bot.send_message(7, "5", reply_markup=BUTTONS), await bot.send_message(7, '{"a": 1}')

        first, second = with_bot(telegram_server, act)
        assert second.message_id > first.message_id and first.chat.type == "private" and first.chat_id == 7
        assert abs((datetime.now(UTC) - first.date).total_seconds()) < 5 and first.reply_markup == BUTTONS
        sent = telegram_server.messages_to(7)
        assert [message["text"] for message in sent] == ["5", '{"a": 1}']
        assert sent[0]["reply_markup"]["inline_keyboard"][0][0]["callback_data"] == "c:1"
        assert telegram_server.messages_to(8) == []

    def test_a_reply_keyboard_is_kept_but_not_shown(self, telegram_server: tg.TelegramServer) -> None:
        """Only an inline keyboard belongs to the message itself."""
        keyboard = ReplyKeyboardMarkup([["Pedir"]])
        shown = with_bot(telegram_server, lambda bot: bot.send_message(-5, "Hola", reply_markup=keyboard))
        assert shown.reply_markup is None and shown.chat.type == "group"
        assert "keyboard" in telegram_server.messages_to(-5)[0]["reply_markup"]

    @pytest.mark.parametrize(
        ("text", "chat_id", "callback_data", "words"),
        [
            (" ", 7, "x", "text is empty"),
            ("x" * 4097, 7, "x", "too long"),
            ("x", "@nadie", "x", "chat not found"),
            ("x", 7, "ñ" * 33, "BUTTON_DATA_INVALID"),
        ],
    )
    def test_bad_messages(
        self, telegram_server: tg.TelegramServer, text: str, chat_id: int | str, callback_data: str, words: str
    ) -> None:
        """A message that breaks the limits is refused and not kept."""
        markup = {"inline_keyboard": [[{"text": "Sí", "callback_data": callback_data}]]}
        form: dict[str, Any] = {"chat_id": chat_id, "text": text, "reply_markup": markup}
        with pytest.raises(telegram_error.BadRequest, match=f"(?i){words}"):
            with_bot(telegram_server, lambda bot: bot.send_message(**form))
        assert not telegram_server.messages_to(chat_id) and len(telegram_server.calls_of("sendMessage")) == 1

    def test_edits(self, telegram_server: tg.TelegramServer) -> None:
        """Buttons go once; then there is nothing to change."""

        async def act(bot: Bot) -> Message | bool:
            sent = await bot.send_message(7, "¿Confirma?", reply_markup=BUTTONS)
            edited = await bot.edit_message_reply_markup(7, sent.message_id)
            with pytest.raises(telegram_error.BadRequest, match="not modified"):
                await bot.edit_message_reply_markup(7, sent.message_id)
            with pytest.raises(telegram_error.BadRequest, match="not found"):
                await bot.edit_message_reply_markup(7, 999)
            await bot.edit_message_text("Listo", 7, sent.message_id)
            return edited

        edited = with_bot(telegram_server, act)
        assert isinstance(edited, Message) and edited.reply_markup is None and edited.edit_date
        assert telegram_server.messages_to(7)[0]["text"] == "Listo"
        assert "reply_markup" not in telegram_server.messages_to(7)[0]

    def test_small_methods(self, telegram_server: tg.TelegramServer) -> None:
        """Taps are answered, actions shown and commands kept."""

        async def act(bot: Bot) -> tuple[bool, bool, bool, tuple[BotCommand, ...]]:
            commands = [BotCommand("pedir", "Hacer un pedido")]
            return (
                await bot.answer_callback_query("1", text="Hecho", show_alert=True),
                await bot.send_chat_action(7, "typing"),
                await bot.set_my_commands(commands, scope=BotCommandScopeDefault(), language_code="es"),
                await bot.get_my_commands(language_code="es"),
            )

        assert with_bot(telegram_server, act) == (True, True, True, (BotCommand("pedir", "Hacer un pedido"),))
        assert telegram_server.calls_of("answerCallbackQuery")[0].params["show_alert"] is True
        assert telegram_server.commands["default", "es"] == [{"command": "pedir", "description": "Hacer un pedido"}]

    def test_webhook(self, telegram_server: tg.TelegramServer) -> None:
        """The webhook is set, told and taken away; meanwhile nobody may poll."""

        async def act(bot: Bot) -> None:
            telegram_server.add_update(tg.text_update(1, 7, "hola"))
            await bot.set_webhook("https://bot.test/t", secret_token="a-B_1", allowed_updates=["message"])
            info = await bot.get_webhook_info()
            assert (info.url, info.pending_update_count) == ("https://bot.test/t", 1)
            assert info.allowed_updates == ("message",) and info.max_connections == 40
            with pytest.raises(telegram_error.Conflict):
                await bot.get_updates()
            with pytest.raises(telegram_error.BadRequest, match="unallowed"):
                await bot.set_webhook("https://bot.test/t", secret_token="ñ")
            await bot.delete_webhook(drop_pending_updates=True)
            assert (await bot.get_webhook_info()).url == "" and await bot.get_updates() == ()

        with_bot(telegram_server, act)
        assert telegram_server.calls_of("setWebhook")[0].params["secret_token"] == "a-B_1"

    def test_updates_are_confirmed_by_the_offset(self, telegram_server: tg.TelegramServer) -> None:
        """An update comes until a higher offset confirms it."""

        async def act(bot: Bot) -> list[list[int]]:
            asked: tuple[dict[str, Any], ...] = ({}, {"limit": 1}, {"offset": 2}, {"offset": -1}, {"offset": 4})
            return [[update.update_id for update in await bot.get_updates(**each)] for each in asked]

        for number in (1, 2, 3):
            telegram_server.add_update(tg.text_update(number, 7, "hola"))
        assert with_bot(telegram_server, act) == [[1, 2, 3], [1], [2, 3], [3], []]
        assert telegram_server.pending == []

    def test_a_long_poll_waits_for_an_update(self, telegram_server: tg.TelegramServer) -> None:
        """A poll comes back as soon as there is something."""
        timer = threading.Timer(0.2, telegram_server.add_update, [tg.text_update(1, 7, "hola")])
        started = time.monotonic()
        timer.start()
        (update,) = with_bot(telegram_server, lambda bot: bot.get_updates(timeout=30))
        assert update.message and update.message.text == "hola" and 0.2 <= time.monotonic() - started < 25

    def test_plain_http(self, telegram_server: tg.TelegramServer) -> None:
        """Queries, JSON bodies and any case of the method are taken; unknown methods are not."""
        url = f"{telegram_server.base_url}/bot123456:TEST"
        with httpx.Client(trust_env=False) as http:
            assert http.get(f"{url}/SENDMESSAGE", params={"chat_id": 7, "text": "hola"}).json()["ok"] is True
            reply = http.post(f"{url}/sendmessage", json={"chat_id": 7, "text": "ñ"}).json()
            assert http.get(f"{url}/unknown").status_code == 404
        assert reply["result"]["text"] == "ñ" and [call.method for call in telegram_server.calls] == ["sendMessage"] * 2

    def test_wrong_token(self, telegram_server: tg.TelegramServer) -> None:
        """Another bot's token is refused."""
        answer = httpx.post(f"{telegram_server.base_url}/bot1:WRONG/getMe", trust_env=False)
        assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}

        async def act(bot: Bot) -> None:
            telegram_server.token = "123456:OTHER"
            with pytest.raises(telegram_error.InvalidToken):
                await bot.get_me()

        with_bot(telegram_server, act)


class TestTelegramFaults:
    """Each fault raises the class that python-telegram-bot documents."""

    @pytest.mark.parametrize(
        ("fault", "raised", "kept"),
        [
            (tg.TooManyRequests(3), telegram_error.RetryAfter, 0),
            (tg.Blocked(), telegram_error.Forbidden, 0),
            (tg.BadRequest("chat not found"), telegram_error.BadRequest, 0),
            (tg.ServerError(502), telegram_error.NetworkError, 0),
            (tg.Slow(3), telegram_error.TimedOut, 1),
            (tg.CutBefore(), telegram_error.NetworkError, 0),
            (tg.CutAfter(), telegram_error.NetworkError, 1),
        ],
    )
    def test_fault(self, telegram_server: tg.TelegramServer, fault: Fault, raised: type[Exception], kept: int) -> None:
        """The exception is that class itself, and the message is kept only when it was accepted."""
        telegram_server.fail_next(fault, "sendMessage")
        with pytest.raises(raised) as caught:
            with_bot(telegram_server, lambda bot: bot.send_message(7, "hola"), read_timeout=_patience(fault))
        if kept:
            telegram_server.wait_for_messages(7, kept)
        assert type(caught.value) is raised and len(telegram_server.messages_to(7)) == kept
        assert telegram_server.calls_of("sendMessage")[0].fault == fault
        with_bot(telegram_server, lambda bot: bot.send_message(7, "otra vez"))
        assert len(telegram_server.messages_to(7)) == kept + 1

    def test_the_wait_is_told(self, telegram_server: tg.TelegramServer) -> None:
        """Too many requests come with the wait, in the body and the header."""
        telegram_server.fail_next(tg.TooManyRequests(3), times=2)
        answer = httpx.get(f"{telegram_server.base_url}/bot123456:TEST/getMe", trust_env=False)
        assert answer.headers["Retry-After"] == "3"
        with pytest.raises(telegram_error.RetryAfter) as caught:
            with_bot(telegram_server, lambda bot: bot.get_me())
        assert wait_named_by(caught.value) == timedelta(seconds=3)

    def test_a_fault_waits_for_its_call(self, telegram_server: tg.TelegramServer) -> None:
        """A fault meets the chat that it is for, as often as it is meant to."""

        async def act(bot: Bot) -> None:
            await bot.send_message(8, "hola")
            for _ in range(2):
                with pytest.raises(telegram_error.Forbidden):
                    await bot.send_message(7, "hola")
            await bot.send_message(7, "hola")

        telegram_server.fail_next(tg.Blocked(), "sendmessage", chat_id=7, times=2)
        with_bot(telegram_server, act)
        assert len(telegram_server.messages_to(8)) == len(telegram_server.messages_to(7)) == 1

    def test_the_other_platforms_faults_are_not_taken(self, telegram_server: tg.TelegramServer) -> None:
        """A mix-up of the platforms is told at once."""
        with pytest.raises(TypeError):
            telegram_server.fail_next(tw.ErrorCode(400, 63016))

    def test_the_end_is_the_end(self) -> None:
        """After the context a kept connection is gone too, and a poll does not hold it up."""
        with httpx.Client(trust_env=False) as http:
            with tg.TelegramServer() as server:
                url = f"{server.base_url}/bot123456:TEST"
                http.get(f"{url}/getMe")

                def ask_until_the_end() -> None:
                    with contextlib.suppress(telegram_error.NetworkError):
                        with_bot(server, lambda bot: bot.get_updates(timeout=30))

                poll = threading.Thread(target=ask_until_the_end)
                poll.start()
                while not server.calls_of("getUpdates"):
                    time.sleep(0.01)
                started = time.monotonic()
            with pytest.raises(httpx.TransportError):
                http.get(f"{url}/getMe")
            poll.join(25)
        assert not poll.is_alive() and time.monotonic() - started < 25

    def test_waiting_for_messages(self, telegram_server: tg.TelegramServer) -> None:
        """A test can wait for a message, but not for ever."""
        thread = threading.Thread(target=with_bot, args=(telegram_server, lambda bot: bot.send_message(7, "hola")))
        thread.start()
        assert telegram_server.wait_for_messages(7, 1)[0]["text"] == "hola"
        thread.join()
        with pytest.raises(AssertionError, match="1 of 2"):
            telegram_server.wait_for_messages(7, 2, timeout=0.05)


def parsed(update: dict[str, Any]) -> Update:
    """Return an update as python-telegram-bot reads it, and nothing of it unknown."""
    read = Update.de_json(update, None)
    assert not read.api_kwargs and not (read.effective_message and read.effective_message.api_kwargs)
    return read


class TestTelegramUpdates:
    """Updates are what the Bot API sends."""

    def test_text(self) -> None:
        """A text and a command come from a person in a private chat."""
        update = parsed(tg.text_update(1, 7, "/start abc"))
        assert update.message and update.message.text == "/start abc" and update.message.entities[0].length == 6
        assert update.effective_user and update.effective_user.id == 7
        assert update.effective_chat and update.effective_chat.type == "private"

    @pytest.mark.parametrize(
        "update",
        [
            tg.text_update(1, -5, "hola", sender_id=7),
            tg.tap_update(2, -5, "c:1", 3, sender_id=7),
            tg.contact_update(3, -5, "+51987654321", sender_id=7),
            tg.media_update(4, -5, "photo", sender_id=7),
            tg.membership_update(5, -5, "member", sender_id=7),
        ],
    )
    def test_group(self, update: dict[str, Any]) -> None:
        """Each kind has its group variant."""
        read = parsed(update)
        assert read.effective_chat and read.effective_chat.type == "group" and read.effective_chat.id == -5
        assert read.effective_user and read.effective_user.id == 7

    def test_tap(self) -> None:
        """A tap carries the button's code and the bot's message."""
        query = parsed(tg.tap_update(2, 7, "c:1", 55)).callback_query
        assert query and query.data == "c:1" and query.from_user.id == 7
        assert isinstance(query.message, Message) and query.message.message_id == 55

    def test_contact(self) -> None:
        """A card has a user only when it is one's own or that user's, and may be forwarded."""
        own = parsed(tg.contact_update(3, 7, "51987654321", 7)).message
        other = parsed(tg.contact_update(3, 7, "51987654321", forwarded=True)).message
        assert own and own.contact and own.contact.user_id == 7 and not own.forward_origin
        assert other and other.contact and other.contact.user_id is None and other.forward_origin

    @pytest.mark.parametrize("kind", tg.MEDIA)
    def test_media(self, kind: str) -> None:
        """Each kind is read as what it is."""
        message = parsed(tg.media_update(4, 7, kind, caption="dos cajas")).message
        assert message and getattr(message, kind) and message.text is None and message.caption == "dos cajas"

    def test_blocked(self) -> None:
        """A person who blocks the bot is told as a change of membership."""
        change = parsed(tg.membership_update(5, 7, "kicked")).my_chat_member
        assert change and change.new_chat_member.status == "kicked" and change.chat.type == "private"


def send(client: Any, **more: Any) -> Any:
    """Send a message with the SDK."""
    return client.messages.create(**{"to": ROSA, "from_": tw.SENDER, "body": "hola", **more})


class TestTwilioMessages:
    """Messages are taken, refused, found and listed as Twilio does."""

    def test_create_and_fetch(self, twilio_server: tw.TwilioServer, client: Any) -> None:
        """A message is queued, and found again by its SID."""
        made = send(client, status_callback="https://bot.test/s?m=1", persistent_action=["geo:1,2|Planta"])
        assert len(made.sid) == 34 and made.sid[:2] == "SM" and made.status == "queued" and made.error_code is None
        assert (made.to, made.from_, made.body, made.num_segments) == (ROSA, tw.SENDER, "hola", "1")
        assert abs((datetime.now(UTC) - made.date_created).total_seconds()) < 5
        (sent,) = twilio_server.messages_to(ROSA)
        assert sent["sid"] == made.sid and sent["Body"] == "hola" and sent["PersistentAction"] == ["geo:1,2|Planta"]
        twilio_server.set_status(made.sid, "undelivered", 63016)
        found = client.messages(made.sid).fetch()
        assert (found.status, found.error_code) == ("undelivered", 63016) and found.date_sent
        assert [call.method for call in twilio_server.calls] == ["Messages.create", "Messages.fetch"]

    @pytest.mark.parametrize(
        ("message", "code"),
        [
            ({"to": ""}, 21604),
            ({"from_": ""}, 21603),
            ({"body": "x" * 1601}, 21617),
            ({"body": " "}, 21602),
            ({"status_callback": "/s"}, 21609),
            ({"content_sid": "HX" + "0" * 32}, 21655),
            ({"content_variables": '{"1": "x"}'}, 21654),
            ({"content_variables": "{"}, 21656),
            ({"content_variables": '["x"]'}, 21656),
            ({"content_variables": '{"1": ""}'}, 21656),
            ({"content_variables": '{"1": 5}'}, 21656),
        ],
    )
    def test_refused(self, twilio_server: tw.TwilioServer, client: Any, message: dict[str, str], code: int) -> None:
        """Each mistake has Twilio's own code."""
        with pytest.raises(TwilioRestException) as caught:
            send(client, **message)
        assert (caught.value.status, caught.value.code) == (400, code) and not twilio_server.messages_to(ROSA)

    def test_unknown_message(self, client: Any) -> None:
        """A message that does not exist is not found."""
        with pytest.raises(TwilioRestException) as caught:
            client.messages("SM" + "0" * 32).fetch()
        assert (caught.value.status, caught.value.code) == (404, 20404)

    def test_wrong_credentials(self, twilio_server: tw.TwilioServer) -> None:
        """Another token is refused, and leaves no call."""
        with pytest.raises(TwilioRestException) as caught:
            send(sdk(twilio_server, token="wrong"))
        assert (caught.value.status, caught.value.code) == (401, 20003) and not twilio_server.calls

    def test_list(self, twilio_server: tw.TwilioServer, client: Any) -> None:
        """The list has both directions, newest first, by address and by date."""
        hour = timedelta(hours=1)
        now = datetime.now(UTC)
        for number in (3, 2, 1):
            form = tw.inbound_form(ROSA, str(number))
            twilio_server.add_inbound(form, now - number * hour)
        send(client)
        assert [found.body for found in client.messages.list()] == ["hola", "1", "2", "3"]
        assert [found.body for found in client.messages.list(to=ROSA)] == ["hola"]
        assert [found.direction for found in client.messages.list(from_=ROSA)] == ["inbound"] * 3
        late = client.messages.list(to=tw.SENDER, date_sent_after=now - 2.5 * hour)
        assert [found.body for found in late] == ["1", "2"] and late[0].status == "received"
        early = client.messages.list(date_sent_before=now - 1.5 * hour)
        assert [found.body for found in early] == ["2", "3"]
        assert "hola" in [found.body for found in client.messages.list(date_sent=now.date())]

    def test_list_pages(self, client: Any) -> None:
        """Long lists come in pages that the SDK follows."""
        for number in range(5):
            send(client, body=str(number))
        assert [found.body for found in client.messages.list(to=ROSA, page_size=2)] == ["4", "3", "2", "1", "0"]
        page = client.messages.page(page_size=2, page_number=1)
        assert [found.body for found in page] == ["2", "1"]
        assert [found.body for found in page.previous_page()] == ["4", "3"]


QUICK_REPLY = {
    "friendly_name": "qr1",
    "language": "es",
    "variables": {"1": "…", "2": "Sí", "3": "c:1"},
    "types": {"twilio/quick-reply": {"body": "{{1}}", "actions": [{"title": "{{2}}", "id": "{{3}}"}]}},
}


def make_content(client: Any) -> Any:
    """Make a content with the SDK."""
    return client.content.v1.contents.create(client.content.v1.contents.ContentCreateRequest(QUICK_REPLY))


class TestTwilioContent:
    """Contents are made, listed, approved and sent."""

    def test_create_fetch_list(self, twilio_server: tw.TwilioServer, client: Any) -> None:
        """A content is kept without the SDK's empty fields."""
        made = make_content(client)
        assert made.sid[:2] == "HX" and len(made.sid) == 34 and list(made.types) == ["twilio/quick-reply"]
        other = twilio_server.add_content({"twilio/text": {"body": "Hola {{1}}"}}, name="saludo")
        assert client.content.v1.contents(made.sid).fetch().friendly_name == "qr1"
        assert [found.sid for found in client.content.v1.contents.list(page_size=1)] == [made.sid, other]
        with pytest.raises(TwilioRestException) as caught:
            client.content.v1.contents("HX" + "0" * 32).fetch()
        assert caught.value.status == 404

    def test_send(self, twilio_server: tw.TwilioServer, client: Any) -> None:
        """A content is sent with its variables filled in."""
        content = make_content(client)
        made = send(client, body="", content_sid=content.sid, content_variables='{"1": "¿Confirma?"}')
        (sent,) = twilio_server.messages_to(ROSA)
        assert made.body == sent["body"] == "¿Confirma?" and sent["ContentVariables"] == {"1": "¿Confirma?"}
        assert sent["ContentSid"] == content.sid

    def test_approval(self, twilio_server: tw.TwilioServer, client: Any) -> None:
        """Approval is asked for, pending, and decided."""
        content = client.content.v1.contents(make_content(client).sid)
        assert content.approval_fetch().fetch().whatsapp["status"] == "unsubmitted"
        request = content.approval_create.ContentApprovalRequest({"name": "aviso_1", "category": "UTILITY"})
        assert content.approval_create.create(request).status == "received"
        twilio_server.set_approval(content._solution["sid"], "approved")
        found = content.approval_fetch().fetch().whatsapp
        assert (found["status"], found["name"], found["type"]) == ("approved", "aviso_1", "whatsapp")
        with pytest.raises(TwilioRestException):
            content.approval_create.create(type(request)({"name": "Aviso 1", "category": "UTILITY"}))


class TestTwilioFaults:
    """Each fault raises what the SDK documents."""

    @pytest.mark.parametrize(
        ("fault", "status", "code"),
        [
            (tw.ErrorCode(400, 63016), 400, 63016),
            (tw.TooManyRequests(), 429, 20429),
            (tw.ServerError(500), 500, 20500),
            (tw.ServerError(503), 503, 20503),
        ],
    )
    def test_refusals(self, twilio_server: tw.TwilioServer, client: Any, fault: Fault, status: int, code: int) -> None:
        """A refusal has its status and code, once, and nothing is kept."""
        twilio_server.fail_next(fault, "Messages.create", to=ROSA)
        send(client, to="whatsapp:+51900000000")
        with pytest.raises(TwilioRestException) as caught:
            send(client)
        assert (caught.value.status, caught.value.code) == (status, code) and not twilio_server.messages_to(ROSA)
        send(client)
        assert len(twilio_server.messages_to(ROSA)) == 1

    @pytest.mark.parametrize(
        ("fault", "raised", "kept"),
        [
            (tw.Slow(3), requests.exceptions.ReadTimeout, 1),
            (tw.CutBefore(), requests.exceptions.ConnectionError, 0),
            (tw.CutAfter(), requests.exceptions.ConnectionError, 1),
        ],
    )
    def test_silences(self, twilio_server: tw.TwilioServer, fault: Fault, raised: type[Exception], kept: int) -> None:
        """A silence tells nothing: the message may have been accepted."""
        client = sdk(twilio_server)
        client.messages.list()
        twilio_server.fail_next(fault, "Messages.create")
        with pytest.raises(raised):
            send(sdk(twilio_server, timeout=_patience(fault)))
        if kept:
            twilio_server.wait_for_messages(ROSA, kept)
        assert len(twilio_server.messages_to(ROSA)) == kept and len(twilio_server.calls_of("Messages.create")) == 1
        assert len(client.messages.list(to=ROSA)) == kept


class _Webhook(BaseHTTPRequestHandler):
    """Checks signatures as the bot does."""

    def do_POST(self) -> None:
        """Answer 204 to a good signature and 403 to a bad one."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        url = f"http://{self.headers['Host']}{self.path}"
        form = dict(parse_qsl(body, keep_blank_values=True))
        good = RequestValidator(tw.AUTH_TOKEN).validate(url, form, self.headers["X-Twilio-Signature"])
        self.send_response(204 if good and form["ErrorCode"] == "63016" else 403)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test output quiet."""


@pytest.fixture
def webhook() -> Iterator[str]:
    """Run a webhook and return its address."""
    with HTTPServer(("127.0.0.1", 0), _Webhook) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/status?m=1"
        server.shutdown()
        thread.join()


class TestTwilioWebhooks:
    """Webhooks are signed as Twilio signs them."""

    def test_signed_form(self) -> None:
        """The validator takes the form, empty fields and all, and no other address."""
        url = "https://bot.test/wa?x=1"
        form = tw.inbound_form(ROSA, "", ButtonPayload="c:1", ProfileName="Peña & Ñ")
        body, headers = tw.signed_form(f"{url}#rc=3&rp=all", form, "secret")
        received = dict(parse_qsl(body.decode(), keep_blank_values=True))
        validator, signature = RequestValidator("secret"), headers["X-Twilio-Signature"]
        assert received == form and validator.validate(url, received, signature)
        assert not validator.validate("http://bot.test/wa?x=1", received, signature)

    def test_inbound_form(self) -> None:
        """The fields are those of a WhatsApp message."""
        form = tw.inbound_form(ROSA, "hola", sid="SM" + "1" * 32)
        assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"] == "SM" + "1" * 32
        assert form["WaId"] == "51987654321" and form["SmsStatus"] == "received" and form["NumMedia"] == "0"

    def test_status_callback(self, webhook: str) -> None:
        """The callback arrives signed, and its answer is told."""
        sid = "SM" + "1" * 32
        assert tw.send_status_callback(webhook, sid, "undelivered", error_code=63016) == 204
        assert tw.send_status_callback(webhook, sid, "undelivered", "wrong", error_code=63016) == 403
