"""What Telegram knows beside messages: pressed buttons that wait, changed messages, links that people follow."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot import facts, router
from bot.people import INVITATION_LASTS, hash_of, invite
from bot.store import addresses, invitations
from core.statements import memberships
from core.terms import Role
from tests.channels.posting import assert_answered, assert_nothing_kept, inbox_rows, outbox_rows, post_update
from tests.standins.telegram import tap_update, text_update
from tests.world import CHATS, EMILE, HYDE, World

EMILES_CHAT, STRANGER, GROUP = int(CHATS[EMILE]), 777_000_222, -4_000_222
CODE_CHARACTERS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def _stopped_by_response(response: Any) -> str | None:
    """Return which button Telegram is told to release."""
    if not response.data:
        return None
    told = json.loads(response.data)
    assert response.mimetype == "application/json" and set(told) == {"method", "callback_query_id"}
    assert told["method"] == "answerCallbackQuery"
    return str(told["callback_query_id"])


class TestSpinners:
    """Every pressed button is released: by the letter that answers it, or at once where there will be none."""

    @pytest.mark.parametrize("chat", [EMILES_CHAT, STRANGER])
    def test_the_letter_does_it_where_there_is_one(self, world: World, chat: int) -> None:
        response = post_update(world, tap_update(1, chat, ">menu", 1, query_id="42"))
        assert response.status_code == 200 and _stopped_by_response(response) is None
        assert [row.content["ack"] for row in outbox_rows(world)] == ["42"]

    @pytest.mark.parametrize("name", ["42", "-4382000111222333444", "4382bfdwdsb323b2d9"])
    @pytest.mark.parametrize("chat", [GROUP, -1_001_234_567_891])
    def test_in_a_group_nothing_is_said_and_the_button_is_released(self, world: World, chat: int, name: str) -> None:
        update = tap_update(1, chat, ">pendientes", 1, sender_id=EMILES_CHAT, query_id=name)
        assert _stopped_by_response(post_update(world, update)) == name
        assert outbox_rows(world) == []

    def test_again_when_it_comes_again(self, world: World) -> None:
        update = tap_update(1, EMILES_CHAT, ">menu", 1, query_id="42")
        post_update(world, update)
        assert _stopped_by_response(post_update(world, update)) == "42"
        assert len(outbox_rows(world)) == 1

    def test_when_it_cannot_be_answered_now(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        def answer(*_args: Any) -> None:
            raise RuntimeError("bug")

        monkeypatch.setattr(router, "answer", answer)
        response = post_update(world, tap_update(1, EMILES_CHAT, ">menu", 1, query_id="42"))
        assert _stopped_by_response(response) == "42" and len(inbox_rows(world)) == 1

    @pytest.mark.parametrize("missing", ["data", "from", "chat_instance"])
    def test_when_it_cannot_be_understood(self, world: World, missing: str) -> None:
        update = tap_update(1, EMILES_CHAT, ">menu", 1, query_id="42")
        del update["callback_query"][missing]
        assert _stopped_by_response(post_update(world, update)) == "42"
        assert_nothing_kept(world)

    @pytest.mark.parametrize("name", ["", "a b", "\x00", "x" * 65, 5, None, [], {"a": 1}, "ñ", "a&b"])
    def test_what_names_no_button_is_left_alone(self, world: World, name: Any) -> None:
        update = tap_update(1, GROUP, ">menu", 1)
        update["callback_query"]["id"] = name
        response = post_update(world, update)
        assert response.status_code == 200 and _stopped_by_response(response) is None

    def test_without_a_database_it_is_asked_for_again(self, world: World) -> None:
        world.database.close()
        with world.database.transaction() as tx:
            tx.exec_driver_sql("ALTER TABLE inbox RENAME TO lost")
        assert post_update(world, tap_update(1, EMILES_CHAT, ">menu", 1)).status_code == 503


def _changed(update_id: int, chat: int, text: str, **more: Any) -> dict[str, Any]:
    update = text_update(update_id, chat, text, **more)
    update["edited_message"] = {**update.pop("message"), "edit_date": 1_700_000_000}
    return update


class TestChanges:
    """A changed message changes nothing, and its writer learns so."""

    @pytest.mark.parametrize("text", ["cancelar", "1", "menu", "sí", "/start", "atrás", "99"])
    def test_the_open_question_is_put_again(self, world: World, text: str) -> None:
        for said in ("solicitar", "mr. hyde", "joyce gas", "10 kg"):
            asked = world.says(EMILE, said, "telegram")[-1]
        before = world.contact(EMILE, "telegram").talk
        assert post_update(world, _changed(90_001, EMILES_CHAT, text)).status_code == 200
        again = world.to(EMILE, "telegram")[-1]
        assert again.text.endswith(asked.text) and "No leo los cambios" in again.text
        after = world.contact(EMILE, "telegram").talk
        assert (after.answers, after.conversation) == (before.answers, before.conversation)

    def test_a_changed_yes_registers_nothing(self, world: World) -> None:
        for said in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no"):
            world.says(EMILE, said, "telegram")
        post_update(world, _changed(90_001, EMILES_CHAT, "sí"))
        assert world.codes() == []
        world.says(EMILE, "sí", "telegram")
        assert len(world.codes()) == 1
        post_update(world, _changed(90_002, EMILES_CHAT, "no"))
        assert len(world.codes()) == 1

    def test_without_a_question_the_menu_follows(self, world: World) -> None:
        post_update(world, _changed(1, EMILES_CHAT, "cerrar"))
        assert [len(row.content["choices"]) > 2 for row in outbox_rows(world)] == [True]

    def test_what_it_says_now_is_not_even_kept(self, world: World) -> None:
        post_update(world, _changed(1, EMILES_CHAT, "un secreto"))
        assert "secreto" not in str(inbox_rows(world))

    def test_a_stranger_learns_how_to_join_and_nothing_else(self, world: World) -> None:
        post_update(world, _changed(1, STRANGER, "alta ABCDEFGH23456789"))
        assert len(outbox_rows(world)) == 1 and outbox_rows(world)[0].content.get("choices", []) == []
        assert_answered(world)

    def test_in_a_group_silence(self, world: World) -> None:
        for number, text in enumerate(("menu", "/menu")):
            post_update(world, _changed(number, GROUP, text, sender_id=EMILES_CHAT))
        assert outbox_rows(world) == []

    @pytest.mark.parametrize("content", [{"location": {"latitude": 1.0, "longitude": 2.0}}, {"photo": []}, {}])
    def test_what_moves_by_itself_is_no_change(self, world: World, content: dict[str, Any]) -> None:
        update = _changed(1, EMILES_CHAT, "x")
        del update["edited_message"]["text"]
        update["edited_message"] |= content
        assert post_update(world, update).status_code == 200
        assert_nothing_kept(world)

    @pytest.mark.parametrize("kind", ["channel_post", "edited_channel_post", "edited_business_message"])
    def test_what_nobody_said_is_dropped(self, world: World, kind: str) -> None:
        message = _changed(1, EMILES_CHAT, "menu")["edited_message"]
        assert post_update(world, {"update_id": 1, kind: message}).status_code == 200
        assert_nothing_kept(world)


def _invitation(world: World, role: Role = Role.DRIVER) -> str:
    with world.database.transaction() as tx:
        return invite(tx, world.agent_id("EMILE CIORAN SRL"), role, "Rosa Quispe", world.clock())


def _members(world: World) -> list[int]:
    with world.database.reading() as tx:
        mine = memberships.c.agent_id == world.agent_id("EMILE CIORAN SRL")
        return list(tx.execute(select(memberships.c.person_id).where(mine)).scalars())


def _person_at(world: World, chat: int) -> Any:
    with world.database.reading() as tx:
        return tx.execute(select(addresses.c.person_id).where(addresses.c.external_id == str(chat))).scalar()


class TestLinks:
    """t.me/<bot>?start=<code> joins whoever follows it first."""

    def test_a_stranger_joins_by_following_it(self, any_world: World) -> None:
        before = len(_members(any_world))
        assert post_update(any_world, text_update(1, STRANGER, f"/start {_invitation(any_world)}")).status_code == 200
        told, answer = outbox_rows(any_world)
        assert "Rosa Quispe" in answer.content["text"] and answer.external_id == str(STRANGER)
        assert "Rosa Quispe" in told.content["text"] and told.external_id == CHATS[EMILE]  # whose team it is
        assert len(_members(any_world)) == before + 1 and _person_at(any_world, STRANGER) in _members(any_world)
        assert_answered(any_world)

    def test_only_the_first_one(self, any_world: World) -> None:
        code = _invitation(any_world)
        post_update(any_world, text_update(1, STRANGER, f"/start {code}"))
        before = _members(any_world)
        for number, chat in enumerate((STRANGER + 1, int(CHATS[HYDE]), STRANGER), start=2):
            post_update(any_world, text_update(number, chat, f"/start {code}"))
        assert _members(any_world) == before and _person_at(any_world, STRANGER + 1) is None
        assert_answered(any_world)

    def test_following_it_again_shows_the_menu(self, world: World) -> None:
        code = _invitation(world)
        for number in (1, 2):
            post_update(world, text_update(number, STRANGER, f"/start {code}"))
        assert len(outbox_rows(world)[-1].content["choices"]) > 1
        assert world_talk(world, STRANGER).get("conversation", "") == ""

    def test_who_belongs_somewhere_is_asked_first(self, world: World) -> None:
        """Whoever sends a link must not put people of other companies into theirs without their yes."""
        code = _invitation(world)
        before = _members(world)
        asked = world.says(HYDE, f"/start {code}", "telegram")[0]
        assert _members(world) == before
        world.says(HYDE, "", "telegram", asked.message.choices[0].payload)
        assert len(_members(world)) == len(before) + 1

    def test_it_is_followed_also_while_a_code_is_being_confirmed(self, world: World) -> None:
        code = _invitation(world)
        post_update(world, text_update(1, STRANGER, f"alta {code}"))
        assert _person_at(world, STRANGER) is None
        post_update(world, text_update(2, STRANGER, f"/start {code}"))
        assert _person_at(world, STRANGER) in _members(world)

    def test_a_typed_code_is_still_confirmed(self, world: World) -> None:
        post_update(world, text_update(1, STRANGER, f"alta {_invitation(world)}"))
        assert _person_at(world, STRANGER) is None and len(outbox_rows(world)[0].content["choices"]) > 1

    def test_one_that_expired_joins_nobody(self, world: World) -> None:
        code, before = _invitation(world), _members(world)
        world.clock.advance(seconds=INVITATION_LASTS.total_seconds() + 1)
        post_update(world, text_update(1, STRANGER, f"/start {code}"))
        assert _members(world) == before

    def test_guessing_is_counted_and_ends(self, world: World) -> None:
        for number in range(5):
            post_update(world, text_update(900 + number, STRANGER, f"/start {'A' * 15}{'BCDEFG'[number]}"))
        post_update(world, text_update(909, STRANGER, f"/start {_invitation(world)}"))
        assert _person_at(world, STRANGER) is None
        for number in range(5):
            post_update(world, text_update(920 + number, EMILES_CHAT, f"/start {'A' * 15}{'BCDEFG'[number]}"))
        before = _members(world)
        answer = world.says(EMILE, f"/start {_invitation(world)}", "telegram")[0]
        assert _members(world) == before and "Rosa" not in answer.text

    def test_in_a_group_it_joins_nobody(self, world: World) -> None:
        code, before = _invitation(world), _members(world)
        post_update(world, text_update(1, GROUP, f"/start {code}", sender_id=STRANGER))
        assert _members(world) == before
        with world.database.reading() as tx:
            used = select(invitations.c.used_at).where(invitations.c.code_hash == hash_of(code))
            assert tx.execute(used).scalar() is None

    def test_the_owner_gets_links_for_both_platforms_that_fit(self, world: World) -> None:
        with world.database.transaction() as tx:
            facts.note(tx, facts.TELEGRAM_NAME, "scop_bot")
        remembered = facts.Remembered(world.database, facts.TELEGRAM_NAME)
        world.runtime = replace(world.runtime, telegram_name=remembered)
        code = _invitation(world)
        links = world.runtime.join_links(code).splitlines()
        assert links == [f"https://wa.me/14155238886?text=ALTA%20{code}", f"https://t.me/scop_bot?start={code}"]
        assert 1 <= len(code) <= 64 and set(code) <= CODE_CHARACTERS

    def test_without_the_bots_name_there_is_no_link_and_no_error(self, world: World) -> None:
        remembered = facts.Remembered(world.database, facts.TELEGRAM_NAME)
        runtime = replace(world.runtime, telegram_name=remembered)
        assert "t.me" not in runtime.join_links("X")
        with world.database.transaction() as tx:
            tx.exec_driver_sql("ALTER TABLE fact RENAME TO lost")
        assert "t.me" not in runtime.join_links("X")

    def test_the_invitation_that_an_owner_makes_carries_it(self, world: World) -> None:
        world.runtime = replace(world.runtime, telegram_name=lambda: "scop_bot")
        world._client = None
        for text in ("equipo", "invitar", "chofer", "Rosa Quispe", "sí"):
            said = world.answer(EMILE, text)
        assert "https://t.me/scop_bot?start=" in said, said


def world_talk(world: World, chat: int) -> dict[str, Any]:
    """Return what an address remembers."""
    with world.database.reading() as tx:
        talk: dict[str, Any] = tx.execute(
            select(addresses.c.talk).where(addresses.c.external_id == str(chat))
        ).scalar_one()
        return talk
