"""Telegram's webhook and what Telegram is sent."""

from __future__ import annotations

import asyncio
import copy
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select
from telegram import Message
from typer.testing import CliRunner

import scopbot
from bot import registry
from bot.handlers import telegram
from bot.handlers.splitting import split
from bot.handlers.telegram_sending import TelegramSender, parts
from bot.handlers.telegram_setup import commands, set_commands, set_webhook
from bot.letters import Claimed, Fate, SendError
from bot.messages import Choice, Outgoing
from bot.store import Kind, Reach, addresses
from core.db import Database
from tests.channels.posting import (
    assert_answered,
    assert_nothing_kept,
    inbox_rows,
    outbox_rows,
    post_update,
)
from tests.standins import CutAfter, CutBefore, ServerError, Slow, TooManyRequests
from tests.standins.telegram import (
    MEDIA,
    BadRequest,
    Blocked,
    TelegramServer,
    contact_update,
    media_update,
    membership_update,
    tap_update,
    text_update,
)
from tests.world import CHATS, EMILE, HYDE, NOBODY, TELEGRAM_SECRET, TELEGRAM_TOKEN, World, settings

pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")
"""python-telegram-bot announces other types for spans of time; both are understood."""

EMILES_CHAT, HYDES_CHAT = int(CHATS[EMILE]), int(CHATS[HYDE])
STRANGERS_CHAT = 777_000_111
GROUP, SUPERGROUP = -4_000_111, -1_001_234_567_890
_FRESH = itertools.count(10_000)


def ascii_of(text: str) -> str:
    """Return a name for a case."""
    return ascii(text[:20])


def _person_of(world: World, address: str) -> int | None:
    with world.database.reading() as tx:
        place = (addresses.c.channel == "telegram") & (addresses.c.external_id == address)
        found: int | None = tx.execute(select(addresses.c.person_id).where(place)).scalar()
        return found


def _an_order(world: World) -> str:
    """Return the code of an order of EMILE's at HYDE's."""
    for text in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes"):
        world.says(EMILE, text)
    return world.codes()[-1]


class TestWhoMayPost:
    """Only Telegram may, and it shows the secret."""

    @pytest.mark.parametrize(
        "secret",
        [
            None,
            "",
            "wrong",
            TELEGRAM_SECRET + "x",
            TELEGRAM_SECRET[:-1],
            TELEGRAM_SECRET.upper(),
            "señal-ñandú",
            "\xff",
        ],
    )
    def test_others_are_refused_before_anything_is_kept(self, world: World, secret: str | None) -> None:
        assert post_update(world, text_update(1, EMILES_CHAT, "hola"), secret).status_code == 403
        assert_nothing_kept(world)

    def test_the_secret_is_asked_for_before_the_body_is_read(self, world: World) -> None:
        assert post_update(world, b"{not json", "wrong").status_code == 403
        assert post_update(world, b"x" * 300_000, None).status_code == 403
        assert_nothing_kept(world)

    def test_no_secret_in_the_address_or_the_body_helps(self, world: World) -> None:
        update = {**text_update(1, EMILES_CHAT, "hola"), "secret_token": TELEGRAM_SECRET}
        response = world.client.post(f"/telegram/webhook?secret_token={TELEGRAM_SECRET}", json=update)
        assert response.status_code == 403
        assert_nothing_kept(world)

    def test_an_unset_secret_lets_nobody_in(self, world: World) -> None:
        world.settings = settings(
            world.url,
            public_base_url=None,
            telegram_webhook_secret=None,
            twilio_account_sid=None,
            twilio_auth_token=None,
            twilio_whatsapp_from=None,
        )
        for secret in (None, "", "None"):
            assert post_update(world, text_update(1, EMILES_CHAT, "hola"), secret).status_code == 403
        assert_nothing_kept(world)

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
    def test_only_posts_are_taken(self, world: World, method: str) -> None:
        assert world.client.open("/telegram/webhook", method=method).status_code == 405


class TestShapes:
    """Whatever arrives with the secret, the answer is never a 5xx: Telegram would repeat it for a day."""

    @pytest.mark.parametrize("body", [b"", b"{", b"nonsense", b"\xff\xfe", b'{"a":', b"'a'"])
    def test_malformed_json_is_a_400(self, world: World, body: bytes) -> None:
        assert post_update(world, body).status_code == 400
        assert_nothing_kept(world)

    def test_deeply_nested_json_is_no_5xx(self, world: World) -> None:
        for body in (b"[" * 200_000, b'{"message":' * 20_000):
            assert post_update(world, body).status_code in (200, 400)
        assert_nothing_kept(world)

    @pytest.mark.parametrize("body", [[], [1, 2], 1, -1, 1.5, "text", None, True, [[[[]]]]])
    def test_json_that_is_no_object_is_no_5xx(self, world: World, body: Any) -> None:
        assert post_update(world, body).status_code in (200, 400)
        assert_nothing_kept(world)

    @pytest.mark.parametrize(
        "update",
        [
            {},
            {"update_id": None},
            {"update_id": 1},
            {"update_id": 1, "message": None},
            {"update_id": 1, "message": []},
            {"update_id": 1, "message": 5},
            {"update_id": 1, "message": {}},
            {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": None, "from": None, "text": None}},
            {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": [], "text": "a"}},
            {"update_id": 1, "callback_query": {}},
            {"update_id": 1, "callback_query": {"id": "1", "from": None, "data": ">menu"}},
            {"update_id": 1, "unheard_of": {"text": "hola"}},
        ],
    )
    def test_objects_that_are_no_message_are_taken_and_dropped(self, world: World, update: dict[str, Any]) -> None:
        assert post_update(world, update).status_code == 200
        assert_nothing_kept(world)

    @pytest.mark.parametrize("number", [10**17, 10**18, 2**63, 10**30, -(10**18), 1e300])
    @pytest.mark.parametrize("place", ["date", "edit_date"])
    def test_impossible_dates_are_no_5xx(self, world: World, place: str, number: float) -> None:
        update = text_update(1, EMILES_CHAT, "menu")
        update["message"][place] = number
        assert post_update(world, update).status_code == 200

    @pytest.mark.parametrize(
        "number", [2**31, 2**63, 2**64, -(2**70), 10**160, 10**4200], ids=lambda number: f"{len(str(number))} digits"
    )
    @pytest.mark.parametrize("place", ["update_id", "chat", "from", "message_id"])
    def test_huge_numbers_are_no_5xx(self, any_world: World, place: str, number: int) -> None:
        update = text_update(1, EMILES_CHAT, "menu")
        if place == "update_id":
            update["update_id"] = number
        elif place == "message_id":
            update["message"]["message_id"] = number
        else:
            update["message"][place]["id"] = number
        assert post_update(any_world, update).status_code == 200
        assert_answered(any_world)

    @pytest.mark.parametrize(
        "odd", ["\x00", "\ud800", "a\x00b", "x" * 5_000, "\ud83d\udc4d", "\u202e\u2066"], ids=ascii_of
    )
    @pytest.mark.parametrize("place", ["update_id", "chat id", "language", "text", "first_name", "type"])
    def test_odd_strings_are_no_5xx(self, any_world: World, place: str, odd: str) -> None:
        update = text_update(1, EMILES_CHAT, "menu")
        match place:
            case "update_id":
                update["update_id"] = odd
            case "chat id":
                update["message"]["chat"]["id"] = odd
            case "language":
                update["message"]["from"]["language_code"] = odd
            case "text":
                update["message"]["text"] = odd
            case "first_name":
                update["message"]["from"]["first_name"] = odd
            case _:
                update["message"]["chat"]["type"] = odd
        assert post_update(any_world, update).status_code == 200
        assert_answered(any_world)

    @pytest.mark.parametrize(
        "odd", ["\x00", "\ud800", "x" * 5_000, ">menu \x00", "=\ud800.1.1", ">" * 300], ids=ascii_of
    )
    @pytest.mark.parametrize("place", ["data", "id"])
    def test_odd_buttons_are_no_5xx(self, any_world: World, place: str, odd: str) -> None:
        update = tap_update(1, EMILES_CHAT, ">menu", 1)
        update["callback_query"][place] = odd
        assert post_update(any_world, update).status_code == 200
        assert_answered(any_world)

    @pytest.mark.parametrize("kind", ["channel_post", "edited_channel_post", "business_message"])
    def test_what_nobody_said_to_the_bot_is_dropped(self, world: World, kind: str) -> None:
        message = text_update(1, EMILES_CHAT, "menu")["message"]
        assert post_update(world, {"update_id": 1, kind: message}).status_code == 200
        assert_nothing_kept(world)

    @pytest.mark.parametrize("status", ["member", "left", "kicked"])
    @pytest.mark.parametrize("chat", [EMILES_CHAT, GROUP])
    def test_memberships_are_dropped(self, world: World, chat: int, status: str) -> None:
        assert post_update(world, membership_update(1, chat, status)).status_code == 200
        assert_nothing_kept(world)

    @pytest.mark.parametrize(
        "content",
        [
            {"new_chat_members": [{"id": 5, "is_bot": False, "first_name": "Rosa"}]},
            {"left_chat_member": {"id": 5, "is_bot": False, "first_name": "Rosa"}},
            {"group_chat_created": True},
            {"message_auto_delete_timer_changed": {"message_auto_delete_time": 5}},
        ],
    )
    def test_service_messages_are_dropped(self, world: World, content: dict[str, Any]) -> None:
        update = text_update(1, GROUP, "")
        del update["message"]["text"]
        update["message"] |= content
        assert post_update(world, update).status_code == 200
        assert_nothing_kept(world)

    def test_other_bots_are_not_talked_to(self, world: World) -> None:
        update = text_update(1, EMILES_CHAT, "menu")
        update["message"]["from"]["is_bot"] = True
        assert post_update(world, update).status_code == 200
        assert_nothing_kept(world)

    def test_unknown_fields_are_no_reason_to_drop_a_message(self, world: World) -> None:
        update = text_update(1, EMILES_CHAT, "menu")
        update["news"] = {"of": ["tomorrow"]}
        update["message"]["news"] = update["message"]["chat"]["news"] = update["message"]["from"]["news"] = [None, {}]
        assert post_update(world, update).status_code == 200
        assert len(outbox_rows(world)) == 1

    def test_a_body_that_is_too_large_is_a_413(self, world: World) -> None:
        update = text_update(1, EMILES_CHAT, "x" * 300_000)
        assert post_update(world, update).status_code == 413
        assert_nothing_kept(world)

    def test_the_content_type_does_not_matter(self, world: World) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET, "Content-Type": "text/plain"}
        body = json.dumps(text_update(1, EMILES_CHAT, "menu"))
        assert world.client.post("/telegram/webhook", data=body, headers=headers).status_code == 200
        assert len(outbox_rows(world)) == 1


class TestMessages:
    """What people send."""

    def test_a_text_gets_one_answer_in_the_chat_it_came_from(self, world: World) -> None:
        sent = world.says(EMILE, "menu", "telegram")
        assert [(one.channel, one.address, one.kind) for one in sent] == [
            ("telegram", str(EMILES_CHAT), "RESPUESTA"),
        ]

    def test_the_same_update_again_changes_nothing(self, world: World) -> None:
        for number, text in enumerate(("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes"), start=1):
            update = text_update(number, EMILES_CHAT, text)
            before = len(outbox_rows(world))
            assert post_update(world, update).status_code == 200
            after = outbox_rows(world)
            assert len(after) > before
            assert post_update(world, update).status_code == 200
            assert post_update(world, {**update, "message": {**update["message"], "text": "menu"}}).status_code == 200
            assert outbox_rows(world) == after
        assert len(world.codes()) == 1 and len(inbox_rows(world)) == 7

    def test_the_same_tap_again_changes_nothing(self, world: World) -> None:
        update = tap_update(5, EMILES_CHAT, ">menu", 1)
        assert post_update(world, update).status_code == 200
        assert post_update(world, update).status_code == 200
        assert len(outbox_rows(world)) == 1

    def test_update_ids_that_go_back_are_new_messages(self, world: World) -> None:
        for update_id in (900, 5, 899, 2**40):
            assert post_update(world, text_update(update_id, EMILES_CHAT, "menu")).status_code == 200
        assert len(outbox_rows(world)) == 4

    @pytest.mark.parametrize("kind", sorted(MEDIA))
    @pytest.mark.parametrize("chat", [EMILES_CHAT, STRANGERS_CHAT])
    def test_anything_but_text_gets_exactly_one_answer(self, world: World, kind: str, chat: int) -> None:
        assert post_update(world, media_update(1, chat, kind)).status_code == 200
        assert post_update(world, media_update(2, chat, kind, caption="solicitar")).status_code == 200
        assert [row.external_id for row in outbox_rows(world)] == [str(chat)] * 2
        assert_answered(world)

    @pytest.mark.parametrize("kind", ["voice", "photo", "sticker", "location"])
    def test_media_keeps_the_open_question(self, world: World, kind: str) -> None:
        asked = world.says(EMILE, "solicitar", "telegram")[0]
        post_update(world, media_update(50_000, EMILES_CHAT, kind))
        again = world.to(EMILE, "telegram")[-1]
        assert [one.label for one in again.message.choices] == [one.label for one in asked.message.choices]
        assert again.text.endswith(asked.text)

    @pytest.mark.parametrize("text", ["", " ", "\n\n", "\u200b", "\u3164", "👍", "...", "\u0301", "\ufeff"])
    @pytest.mark.parametrize("chat", [EMILES_CHAT, STRANGERS_CHAT])
    def test_empty_texts_get_exactly_one_answer(self, world: World, text: str, chat: int) -> None:
        assert post_update(world, text_update(1, chat, text)).status_code == 200
        rows = outbox_rows(world)
        assert len(rows) == 1 and rows[0].content["text"].strip()
        assert_answered(world)

    @pytest.mark.parametrize(
        "text",
        ["pendientes ²", "menu ²", "pendientes ٣", "buscar 99/99", "buscar 1/1/0000", "estado ²", "movimientos x", "/",
         "//", "/@", "/@x", "@", "alta " + "Z" * 300, "cerrar 00000000000", "{0}", "{code}", "%s", "ayuda ayuda"],
    )  # fmt: skip
    def test_odd_texts_are_answered_and_break_nothing(self, world: World, text: str) -> None:
        assert post_update(world, text_update(1, EMILES_CHAT, text)).status_code == 200
        assert len(outbox_rows(world)) == 1
        assert_answered(world)

    @pytest.mark.parametrize("text", ["/menu", "/menu@scopbot", "/start", "/start abc", "/pendientes@standin_bot"])
    def test_commands_are_answered(self, world: World, text: str) -> None:
        assert post_update(world, text_update(1, EMILES_CHAT, text)).status_code == 200
        assert len(outbox_rows(world)) == 1
        assert_answered(world)

    def test_a_longest_text_is_kept_and_answered(self, world: World) -> None:
        assert post_update(world, text_update(1, EMILES_CHAT, "ñ" * 4096)).status_code == 200
        assert_answered(world)
        assert len(outbox_rows(world)) == 1


class TestButtons:
    """Taps on what the bot showed."""

    def test_a_tap_answers_the_question_and_carries_what_stops_the_spinner(self, world: World) -> None:
        asked = world.says(EMILE, "solicitar", "telegram")[0].message
        answered = world.says(EMILE, "", "telegram", asked.choices[1].payload)[0].message
        assert answered.ack and answered.text != asked.text and answered.choices

    def test_every_payload_fits_telegram(self, world: World) -> None:
        code = _an_order(world)
        for text in ("menu", "pendientes", f"estado {code}", f"anular {code}", "solicitar", "idioma"):
            for choice in world.says(EMILE, text, "telegram")[-1].message.choices:
                assert 1 <= len(choice.payload.encode()) <= 64

    def test_a_stale_tap_puts_the_open_question_again(self, world: World) -> None:
        old = world.says(EMILE, "solicitar", "telegram")[0].message.choices[0].payload
        current = world.says(EMILE, "", "telegram", old)[0].message
        again = world.says(EMILE, "", "telegram", old)
        assert len(again) == 1 and again[0].text.endswith(_unnumbered(current))
        assert [one.label for one in again[0].message.choices] == [one.label for one in current.choices]

    def test_a_tap_of_a_left_conversation_does_nothing(self, world: World) -> None:
        old = world.says(EMILE, "solicitar", "telegram")[0].message.choices[0].payload
        world.says(EMILE, "cancelar", "telegram")
        assert len(world.says(EMILE, "", "telegram", old)) == 1
        assert world.codes() == []

    def test_a_second_tap_on_yes_makes_no_second_order(self, world: World) -> None:
        for text in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20"):
            world.says(EMILE, text, "telegram")
        summary = world.says(EMILE, "no", "telegram")[0].message
        yes = summary.choices[0].payload
        first = world.says(EMILE, "", "telegram", yes)
        code = world.codes()[0]
        assert code in first[-1].text
        again = world.says(EMILE, "", "telegram", yes)
        assert len(again) == 1 and code in again[0].text and world.codes() == [code]

    def test_somebody_elses_button_does_nothing(self, world: World) -> None:
        for text in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20"):
            world.says(EMILE, text, "telegram")
        yes = world.says(EMILE, "no", "telegram")[0].message.choices[0].payload
        assert len(world.says(HYDE, "", "telegram", yes)) == 1
        world.says(NOBODY, "", "telegram", yes)
        assert world.codes() == []

    @pytest.mark.parametrize(
        "data",
        ["", "=", "=.", "=..", "=a.b.c", "=.1.0", ">", ">>", "> ", ">nada", ">menu 2", "nada", "=x.1.²", "=x.1.-1"],
    )
    @pytest.mark.parametrize("chat", [EMILES_CHAT, STRANGERS_CHAT])
    def test_made_up_buttons_get_one_answer(self, world: World, data: str, chat: int) -> None:
        assert post_update(world, tap_update(1, chat, data, 1)).status_code == 200
        assert len(outbox_rows(world)) == 1
        assert_answered(world)

    def test_a_tap_below_a_message_too_old_to_be_shown_is_answered(self, world: World) -> None:
        update = tap_update(1, EMILES_CHAT, ">menu", 1)
        update["callback_query"]["message"] = {
            "chat": {"id": EMILES_CHAT, "type": "private"},
            "message_id": 1,
            "date": 0,
        }
        assert post_update(world, update).status_code == 200
        del update["callback_query"]["message"]
        assert post_update(world, {**update, "update_id": 2}).status_code == 200
        assert [row.external_id for row in outbox_rows(world)] == [str(EMILES_CHAT)] * 2

    def test_a_game_button_is_dropped(self, world: World) -> None:
        update = tap_update(1, EMILES_CHAT, "x", 1)
        del update["callback_query"]["data"]
        update["callback_query"]["game_short_name"] = "tetris"
        assert post_update(world, update).status_code == 200
        assert_nothing_kept(world)


def _unnumbered(message: Outgoing) -> str:
    return message.numbered()


class TestGroups:
    """The bot says nothing of an order where others read along."""

    @pytest.mark.parametrize(("chat", "kind"), [(GROUP, "group"), (SUPERGROUP, "supergroup"), (-5, "channel")])
    def test_no_order_facts(self, world: World, chat: int, kind: str) -> None:
        code = _an_order(world)
        before = len(outbox_rows(world))
        texts = [code, f"estado {code}", f"/estado {code}", f"/movimientos@standin_bot {code}", "/pendientes", "menu",
                 f"/detalle {code}", f"/anular {code}", "/alta", "hola"]  # fmt: skip
        for number, text in enumerate(texts, start=100):
            update = text_update(number, chat, text, sender_id=EMILES_CHAT, chat_type=kind)
            assert post_update(world, update).status_code == 200
        for number, data in enumerate((f">estado {code}", ">pendientes", f">anular {code}"), start=200):
            update = tap_update(number, chat, data, 1, sender_id=EMILES_CHAT, chat_type=kind)
            assert post_update(world, update).status_code == 200
        for number, media in enumerate(sorted(MEDIA), start=300):
            assert post_update(world, media_update(number, chat, media, sender_id=EMILES_CHAT)).status_code == 200
        new = outbox_rows(world)[before:]
        assert {row.external_id for row in new} <= {str(chat)}
        for row in new:
            shown = Outgoing.from_stored(row.content).numbered()
            assert code not in shown and "JOYCE" not in shown and "EMILE" not in shown and "SOLICITADO" not in shown
            assert row.content.get("choices", []) == [] and "ask_contact" not in row.content
        order = world.order(EMILE, code)
        assert order is not None and order.status.value == "SOLICITADO"
        assert _person_of(world, str(chat)) is None

    def test_a_contact_shared_in_a_group_links_nothing(self, world: World) -> None:
        update = contact_update(1, GROUP, HYDE, STRANGERS_CHAT, sender_id=STRANGERS_CHAT)
        assert post_update(world, update).status_code == 200
        assert _person_of(world, str(GROUP)) is None and _person_of(world, str(STRANGERS_CHAT)) is None

    def test_a_group_takes_nothing_from_the_persons_own_talk(self, world: World) -> None:
        asked = world.says(EMILE, "solicitar", "telegram")[0].message
        post_update(world, text_update(900, GROUP, "1", sender_id=EMILES_CHAT))
        answered = world.says(EMILE, asked.choices[1].label, "telegram")
        assert len(answered) == 1 and answered[0].address == str(EMILES_CHAT)


class TestContacts:
    """A number counts only when it is the sender's own."""

    @pytest.mark.parametrize("phone", [HYDE, HYDE.removeprefix("+"), "+51 900 000-002", "+51\u200e900000002"])
    def test_the_own_contact_of_a_known_number_links(self, world: World, phone: str) -> None:
        update = contact_update(1, STRANGERS_CHAT, phone, STRANGERS_CHAT)
        assert post_update(world, update).status_code == 200
        assert _person_of(world, str(STRANGERS_CHAT)) == world.actor(HYDE).person_id
        rows = outbox_rows(world)
        assert len(rows) == 1 and len(rows[0].content["choices"]) > 2
        assert_answered(world)

    @pytest.mark.parametrize(
        "update",
        [
            contact_update(1, STRANGERS_CHAT, HYDE, HYDES_CHAT),
            contact_update(1, STRANGERS_CHAT, HYDE, None),
            contact_update(1, STRANGERS_CHAT, HYDE, STRANGERS_CHAT, forwarded=True),
            contact_update(1, STRANGERS_CHAT, HYDE, STRANGERS_CHAT, sender_id=STRANGERS_CHAT + 1),
            contact_update(1, STRANGERS_CHAT, "+51999999999", STRANGERS_CHAT),
            contact_update(1, STRANGERS_CHAT, "", STRANGERS_CHAT),
            contact_update(1, STRANGERS_CHAT, "+", STRANGERS_CHAT),
            contact_update(1, STRANGERS_CHAT, "٩٠٠٠٠٠٠٠٢", STRANGERS_CHAT),
        ],
        ids=["somebody else's", "typed in", "forwarded", "by another", "unknown", "empty", "a plus", "other digits"],
    )
    def test_any_other_contact_does_not(self, world: World, update: dict[str, Any]) -> None:
        assert post_update(world, update).status_code == 200
        assert _person_of(world, str(STRANGERS_CHAT)) is None
        assert len(outbox_rows(world)) == 1
        assert world.actor(HYDE).name not in outbox_rows(world)[0].content["text"]
        assert_answered(world)

    @pytest.mark.parametrize("phone", [5, None, [], {"a": 1}])
    def test_a_number_that_is_no_text_is_no_5xx(self, world: World, phone: Any) -> None:
        update = contact_update(1, STRANGERS_CHAT, "x", STRANGERS_CHAT)
        update["message"]["contact"]["phone_number"] = phone
        assert post_update(world, update).status_code == 200
        assert _person_of(world, str(STRANGERS_CHAT)) is None

    def test_known_and_unknown_numbers_of_others_read_the_same(self, world: World) -> None:
        for number, (chat, phone) in enumerate(((STRANGERS_CHAT, HYDE), (STRANGERS_CHAT + 1, "+51999999999")), start=1):
            post_update(world, contact_update(number, chat, phone, HYDES_CHAT))
        first, second = (row.content for row in outbox_rows(world))
        assert first == second


class TestOutage:
    """What cannot be kept is asked for again."""

    def test_without_a_database_the_platform_comes_again(self, world: World, tmp_path: Path) -> None:
        good = world.database
        world.runtime = replace(world.runtime, database=Database(f"sqlite:///{tmp_path}"))
        world._client = None
        response = post_update(world, text_update(1, EMILES_CHAT, "menu"))
        assert response.status_code == 503 and int(response.headers["Retry-After"]) in range(1, 61)
        assert world.client.get("/readyz").status_code == 503 and world.client.get("/healthz").status_code == 200
        assert world.client.get("/metrics").status_code == 503
        world.runtime.database.close()
        world.runtime = replace(world.runtime, database=good)
        world._client = None
        assert post_update(world, text_update(1, EMILES_CHAT, "menu")).status_code == 200
        assert len(outbox_rows(world)) == 1

    def test_without_tables_the_platform_comes_again(self, world: World, tmp_path: Path) -> None:
        empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        world.runtime = replace(world.runtime, database=empty)
        world._client = None
        response = post_update(world, text_update(1, EMILES_CHAT, "menu"))
        assert response.status_code == 503 and response.headers["Retry-After"]
        empty.close()


# --- whatever may come ------------------------------------------------------------------------------------------------

_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=-(10**30), max_value=10**30)
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.sampled_from(["", "\x00", "\ud800", "private", "group", str(EMILES_CHAT), ">menu", "=a.1.0", "pendientes ²"])
)
_TREES = st.recursive(
    _LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=8)
            | st.sampled_from(
                [
                    "update_id",
                    "message",
                    "callback_query",
                    "chat",
                    "from",
                    "text",
                    "date",
                    "id",
                    "type",
                    "contact",
                    "message_id",
                    "data",
                    "photo",
                    "voice",
                    "sticker",
                    "entities",
                    "reply_to_message",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


def _places(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from _places(value, (*path, key))


def _with(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(tree)
    inside = changed
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    return changed


_REAL = [
    text_update(1, EMILES_CHAT, "menu"),
    text_update(1, STRANGERS_CHAT, "/start"),
    text_update(1, GROUP, "/menu", sender_id=EMILES_CHAT),
    tap_update(1, EMILES_CHAT, ">menu", 1),
    contact_update(1, STRANGERS_CHAT, HYDE, STRANGERS_CHAT),
    contact_update(1, STRANGERS_CHAT, HYDE, STRANGERS_CHAT, forwarded=True),
    *(media_update(1, EMILES_CHAT, kind, caption="hola") for kind in MEDIA),
    membership_update(1, EMILES_CHAT, "kicked"),
]
_BENT = st.sampled_from(_REAL).flatmap(
    lambda real: st.tuples(st.just(real), st.sampled_from(list(_places(real))), _TREES)
)
_FUZZ = hypothesis_settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.parametrize("extra", [
    {},
    {"from": None},
    {"from": {"id": 7, "is_bot": True, "first_name": "B"}},
    {"from": {"id": 7, "is_bot": False, "first_name": "A"}, "forward_origin": {"type": "hidden_user", "date": 1,
     "sender_user_name": "x"}},
    {"chat": {"id": -1009, "type": "supergroup", "title": "G", "is_forum": True}},
    {"entities": [{"type": "bold", "offset": 0, "length": 2}]},
    {"sender_chat": {"id": -5, "type": "channel", "title": "C"}},
    {"text": ""},
])  # fmt: skip
def test_a_text_is_read_as_the_library_reads_the_whole_message(extra: dict[str, Any]) -> None:
    said = {**text_update(1, EMILES_CHAT, "hola a todos", language="en")["message"], **extra}
    whole = telegram._from_message(Message.de_json(said, None), telegram._content, "1:1")
    assert telegram.read({"update_id": 1, "message": said}, "1") == whole


@pytest.mark.slow
class TestAnything:
    """No update makes a 5xx."""

    @_FUZZ
    @given(tree=_TREES)
    def test_random_json(self, any_world: World, tree: Any) -> None:
        assert post_update(any_world, tree).status_code in (200, 400)

    @_FUZZ
    @given(bent=_BENT)
    def test_real_updates_with_something_else_in_one_place(self, any_world: World, bent: tuple[Any, ...]) -> None:
        real, path, value = bent
        update = _with({**real, "update_id": next(_FRESH)}, path, value)
        assert post_update(any_world, update).status_code == 200
        assert_answered(any_world)

    @_FUZZ
    @given(
        text=st.text(max_size=60) | st.sampled_from(["1", "2", "solicitar", "atrás", "menu 2", "pendientes ²", "yes"])
    )
    def test_random_texts_are_answered(self, world: World, text: str) -> None:
        before = len(outbox_rows(world))
        assert post_update(world, text_update(next(_FRESH), EMILES_CHAT, text)).status_code == 200
        assert len([row for row in outbox_rows(world)[before:] if row.external_id == str(EMILES_CHAT)]) == 1
        assert_answered(world)

    @_FUZZ
    @given(data=st.binary(max_size=200))
    def test_random_bytes(self, world: World, data: bytes) -> None:
        assert post_update(world, data).status_code in (200, 400)


# --- the way out ------------------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    """Run a Bot API."""
    with TelegramServer(TELEGRAM_TOKEN) as running:
        yield running


def _letter(message: Outgoing, address: str = str(EMILES_CHAT)) -> Claimed:
    return Claimed(1, "telegram", address, Kind.REPLY, message, 1)


def _send(server: TelegramServer, *letters: Claimed) -> list[str]:
    async def run() -> list[str]:
        found = settings("sqlite://", telegram_api_base_url=server.base_url, telegram_seconds_per_chat=0)
        sender = TelegramSender(found, found.runtime())
        try:
            return [await sender.send(letter) for letter in letters]
        finally:
            await sender.close()

    return asyncio.run(run())


class TestSending:
    """The calls that Telegram gets."""

    def test_a_message_is_one_call_with_the_list_in_its_text_and_buttons(self, server: TelegramServer) -> None:
        message = Outgoing("¿Cuál?", (Choice("Uno", "=a.1.0"), Choice("Dos", ">dos 60016454717")), ack="4000")
        ids = _send(server, _letter(message))
        assert [call.method for call in server.calls] == ["answerCallbackQuery", "sendMessage"]
        assert server.calls[0].params == {"callback_query_id": "4000"}
        assert server.calls[1].params == {
            "chat_id": EMILES_CHAT,
            "text": "¿Cuál?\n\n1. Uno\n2. Dos",
            "reply_markup": {
                "inline_keyboard": [
                    [{"text": "Uno", "callback_data": "=a.1.0"}],
                    [{"text": "Dos", "callback_data": ">dos 60016454717"}],
                ]
            },
        }
        assert ids == [str(server.messages_to(EMILES_CHAT)[0]["message_id"])]

    def test_marks_and_signs_are_sent_as_they_are(self, server: TelegramServer) -> None:
        text = "*a* _b_ <b>c</b> & `d` [e](f) \\ 60016454717"
        _send(server, _letter(Outgoing(text)))
        assert server.calls[0].params == {"chat_id": EMILES_CHAT, "text": text}

    def test_the_own_contact_is_asked_for_by_a_button(self, server: TelegramServer) -> None:
        _send(server, _letter(Outgoing("Hola", ask_contact="Mi número")))
        markup = server.calls[0].params["reply_markup"]
        assert markup["keyboard"] == [[{"text": "Mi número", "request_contact": True}]]

    def test_a_payload_that_does_not_fit_is_left_to_the_list(self, server: TelegramServer) -> None:
        message = Outgoing("?", (Choice("largo", "ñ" * 33), Choice("justo", "ñ" * 32)))
        _send(server, _letter(message))
        params = server.calls[0].params
        assert params["text"] == "?\n\n1. largo\n2. justo"
        assert params["reply_markup"] == {"inline_keyboard": [[{"text": "justo", "callback_data": "ñ" * 32}]]}

    def test_a_long_text_goes_in_parts_with_the_buttons_under_the_last(self, server: TelegramServer) -> None:
        text = "\n".join(f"línea {number:04d} 🚚" for number in range(700))
        _send(server, _letter(Outgoing(text, (Choice("Uno", ">uno"),))))
        calls = server.calls
        assert len(calls) > 2 and all(_units(call.params["text"]) <= 4096 for call in calls)
        assert ["reply_markup" in call.params for call in calls] == [False] * (len(calls) - 1) + [True]
        assert "\n".join(call.params["text"] for call in calls).split() == f"{text} 1. Uno".split()

    def test_a_spinner_that_is_gone_does_not_keep_the_answer(self, server: TelegramServer) -> None:
        server.fail_next(BadRequest("query is too old and response timeout expired"), method="answerCallbackQuery")
        assert _send(server, _letter(Outgoing("Hola", ack="1")))
        assert len(server.messages_to(EMILES_CHAT)) == 1

    @pytest.mark.parametrize(
        ("fault", "fate", "reach", "wait"),
        [
            (TooManyRequests(7), Fate.TEMPORARY, None, timedelta(seconds=7)),
            (Blocked(), Fate.PERMANENT, Reach.BLOCKED, None),
            (BadRequest("chat not found"), Fate.PERMANENT, Reach.INVALID, None),
            (BadRequest("PEER_ID_INVALID"), Fate.PERMANENT, Reach.INVALID, None),
            (BadRequest("can't parse entities"), Fate.PERMANENT, None, None),
            (BadRequest("message is too long"), Fate.PERMANENT, None, None),
            (ServerError(502), Fate.TEMPORARY, None, None),
            (ServerError(500), Fate.TEMPORARY, None, None),
            (ServerError(504), Fate.DOUBTFUL, None, None),
            (CutBefore(), Fate.DOUBTFUL, None, None),
            (CutAfter(), Fate.DOUBTFUL, None, None),
        ],
        ids=repr,
    )
    def test_each_error_is_one_decision(
        self, server: TelegramServer, fault: Any, fate: Fate, reach: Reach | None, wait: timedelta | None
    ) -> None:
        server.fail_next(fault, method="sendMessage")
        with pytest.raises(SendError) as raised:
            _send(server, _letter(Outgoing("Hola")))
        assert (raised.value.fate, raised.value.reach, raised.value.retry_after) == (fate, reach, wait)

    def test_a_refused_token_waits_for_the_operator(self, server: TelegramServer) -> None:
        server.token = "123456:OTHER"
        with pytest.raises(SendError) as raised:
            _send(server, _letter(Outgoing("Hola")))
        assert raised.value.fate is Fate.MISCONFIGURED and TELEGRAM_TOKEN not in str(raised.value)

    def test_what_never_left_is_tried_again(self, server: TelegramServer) -> None:
        with TelegramServer(TELEGRAM_TOKEN) as gone:
            pass
        with pytest.raises(SendError) as raised:
            _send(gone, _letter(Outgoing("Hola")))
        assert raised.value.fate is Fate.TEMPORARY and TELEGRAM_TOKEN not in str(raised.value)

    def test_what_is_no_chat_is_given_up(self, server: TelegramServer) -> None:
        with pytest.raises(SendError) as raised:
            _send(server, _letter(Outgoing("Hola"), "not a number"))
        assert (raised.value.fate, raised.value.reach) == (Fate.PERMANENT, Reach.INVALID) and server.calls == []

    @pytest.mark.parametrize(("locale", "mark"), [("es_PE", "(reenviado) "), ("en", "(sent again) ")])
    def test_what_may_have_arrived_before_says_so(self, server: TelegramServer, locale: str, mark: str) -> None:
        message = Outgoing("Hola", (Choice("Uno", ">uno"),))
        _send(server, replace(_letter(message), repeated=True, locale=locale))
        assert server.calls[0].params["text"] == f"{mark}Hola\n\n1. Uno"

    def test_a_long_letter_goes_on_where_it_ended(self, server: TelegramServer) -> None:
        message = Outgoing("\n\n".join(f"{number} " + "x" * 3000 for number in range(4)), (Choice("Uno", ">uno"),))
        server.fail_next(TooManyRequests(3), times=1, chat_id=EMILES_CHAT)
        with pytest.raises(SendError) as first:
            _send(server, _letter(message))
        _send(server, _letter(Outgoing("otro")))
        server.fail_next(Slow(0), times=2, chat_id=EMILES_CHAT)
        server.fail_next(TooManyRequests(3), times=1, chat_id=EMILES_CHAT)
        with pytest.raises(SendError) as second:
            _send(server, _letter(message))
        assert (first.value.parts, second.value.parts) == (0, 2)
        _send(server, replace(_letter(message), parts_sent=2, repeated=True))
        begins = [sent["text"][:14].split("x")[0] for sent in server.messages_to(EMILES_CHAT)]
        assert begins == ["otro", "0 ", "1 ", "(reenviado) 2 ", "3 "]
        assert [("reply_markup" in sent) for sent in server.messages_to(EMILES_CHAT)] == [False] * 4 + [True]

    def test_parts_to_one_chat_keep_its_pace(self, server: TelegramServer) -> None:
        async def run() -> None:
            found = settings("sqlite://", telegram_api_base_url=server.base_url, telegram_seconds_per_chat=0.2)
            sender = TelegramSender(found, found.runtime())
            await sender.send(_letter(Outgoing("\n".join(["x" * 90] * 100))))
            await sender.close()

        asyncio.run(run())
        moments = [call.at for call in server.calls]
        assert len(moments) == 3
        assert all((later - one).total_seconds() >= 0.2 for one, later in itertools.pairwise(moments))


class TestSetUp:
    """What an operator tells Telegram once."""

    def _settings(self, server: TelegramServer) -> Any:
        return settings("sqlite://", telegram_api_base_url=server.base_url)

    def test_the_webhook_comes_with_the_commands(self, server: TelegramServer) -> None:
        asyncio.run(set_webhook(self._settings(server)))
        assert server.webhook["url"] == "https://bot.example/telegram/webhook"
        assert set(server.commands) == {("default", ""), ("default", "es"), ("default", "en")}

    def test_commands_are_told_in_each_language(self, server: TelegramServer) -> None:
        asyncio.run(set_commands(self._settings(server)))
        told = {key[1]: {one["command"]: one["description"] for one in each} for key, each in server.commands.items()}
        assert told[""] == told["es"] and told["es"]["cerrar"] == "Cerrar" and told["en"]["cerrar"] == "Close"
        assert next(iter(told["es"])) == "menu" and set(told["es"]) == set(told["en"])

    def test_the_operators_command(self, server: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TELEGRAM_TOKEN)
        monkeypatch.setenv("TELEGRAM_API_BASE_URL", server.base_url)
        shown = CliRunner().invoke(scopbot.app, ["telegram", "commands"])
        assert shown.exit_code == 0 and "/cerrar  Cerrar" in shown.output and len(server.commands) == 3
        monkeypatch.delenv("TELEGRAM_BOT_TOKEN")
        assert CliRunner().invoke(scopbot.app, ["telegram", "commands"]).exit_code == 2

    def test_every_command_opens_its_conversation(self) -> None:
        for command in commands("es_PE"):
            opened = registry.opened_by(f"/{command.command}")
            assert opened is not None and re.fullmatch("[a-z0-9_]{1,32}", command.command)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


_WORDY = st.text(st.sampled_from("ab \n🚚ñ"), max_size=400)


class TestSplitting:
    """Long texts in parts."""

    @hypothesis_settings(deadline=None, derandomize=True, database=None)
    @given(text=_WORDY, most=st.integers(min_value=2, max_value=60))
    def test_parts_fit_and_lose_nothing_but_space(self, text: str, most: int) -> None:
        found = split(text, most)
        assert found and all(_units(part) <= most for part in found)
        assert "".join("".join(found).split()) == "".join(text.split())

    @hypothesis_settings(deadline=None, derandomize=True, database=None)
    @given(
        text=st.text(st.sampled_from("ab \n🚚"), min_size=1, max_size=9000).filter(str.strip), count=st.integers(0, 9)
    )
    def test_no_part_is_empty_and_only_the_last_has_buttons(self, text: str, count: int) -> None:
        choices = tuple(Choice(f"Opción {number}", f"=a.1.{number}") for number in range(count))
        drawn = list(parts(Outgoing(text, choices)))
        assert all(_units(part) <= 4096 for part, _markup in drawn)
        assert all(part.strip() for part, _markup in drawn) or not text[:4096].strip()
        assert [markup is not None for _part, markup in drawn] == [False] * (len(drawn) - 1) + [bool(count)]

    def test_paragraphs_and_lines_stay_whole(self) -> None:
        paragraphs = [f"{number} " + "x" * 40 for number in range(10)]
        for part in split("\n\n".join(paragraphs), 100):
            assert all(paragraph in paragraphs for paragraph in part.split("\n\n"))
