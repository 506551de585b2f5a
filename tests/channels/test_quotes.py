"""A person answers one certain message: WhatsApp and Telegram say which."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text as sql

from bot.letters import Letter
from bot.messages import Outgoing, does
from bot.outbox import post
from bot.store import Kind, outbox
from tests.channels.posting import arrived, post_form, post_update
from tests.standins.telegram import text_update
from tests.standins.twilio import inbound_form
from tests.world import CHATS, EMILE, HYDE, World, address_of

SUMMARY = ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no")
CHANNELS = pytest.mark.parametrize("channel", ["whatsapp", "telegram"])


def _last(world: World, channel: str) -> Any:
    return world.to(EMILE, channel)[-1]


def _delivered(world: World, channel: str) -> str:
    """Let the newest message have arrived, and return the platform's id of it."""
    letter = _last(world, channel)
    name = f"SMout{letter.id:029x}" if channel == "whatsapp" else str(7_000 + letter.id)
    arrived(world, letter.id, name)
    return name


def _answers(world: World, channel: str, text: str, quoted: str) -> Outgoing:
    """Let EMILE answer one of the bot's messages; return what comes back."""
    number = world.next_number() + 50_000
    if channel == "whatsapp":
        more = {"OriginalRepliedMessageSid": quoted, "OriginalRepliedMessageSender": "whatsapp:+14155238886"}
        post_form(world, inbound_form(f"whatsapp:{EMILE}", text, sid=f"SM{number:032x}", **more))
    else:
        update = text_update(number, int(CHATS[EMILE]), text)
        bot = {"id": 123456, "is_bot": True, "first_name": "Bot"}
        update["message"]["reply_to_message"] = {
            "message_id": int(quoted), "date": 1, "chat": update["message"]["chat"], "from": bot, "text": "?"
        }  # fmt: skip
        post_update(world, update)
    message: Outgoing = _last(world, channel).message
    return message


@CHANNELS
def test_a_number_picks_from_the_older_message_that_it_answers(world: World, channel: str) -> None:
    menu = world.says(EMILE, "menu", channel)[0].message
    quoted = _delivered(world, channel)
    world.says(EMILE, "solicitar", channel)
    assert [choice.label for choice in menu.choices][1:2], "the menu has a second choice"
    plain = world.says(EMILE, menu.choices[1].label, channel, menu.choices[1].payload)[-1].text
    world.says(EMILE, "solicitar", channel)
    assert _answers(world, channel, "2", quoted).numbered().endswith(plain)


@CHANNELS
def test_a_number_below_an_old_question_answers_no_other(world: World, channel: str) -> None:
    world.says(EMILE, "solicitar", channel)
    quoted = _delivered(world, channel)
    world.says(EMILE, "mr. hyde", channel)
    current = _last(world, channel)
    again = _answers(world, channel, "1", quoted)
    assert again.numbered().endswith(current.text) and again.numbered() != current.text
    for word in ("999", "37"):
        assert _answers(world, channel, word, quoted).numbered().endswith(current.text)


@CHANNELS
@pytest.mark.parametrize("yes", ["1", "sí", "ok", "👍", "Sí, solicitar"])
def test_a_yes_below_an_old_summary_registers_nothing(world: World, channel: str, yes: str) -> None:
    for text in SUMMARY:
        world.says(EMILE, text, channel)
    quoted = _delivered(world, channel)
    world.says(EMILE, "cancelar", channel)
    for text in (*SUMMARY[:4], "30", "no"):
        world.says(EMILE, text, channel)
    _answers(world, channel, yes, quoted)
    assert world.codes() == []
    world.says(EMILE, "yes", channel)
    assert len(world.codes()) == 1


@CHANNELS
def test_a_yes_below_the_summary_on_the_screen_registers_it(world: World, channel: str) -> None:
    for text in SUMMARY:
        world.says(EMILE, text, channel)
    _answers(world, channel, "sí", _delivered(world, channel))
    assert len(world.codes()) == 1


@CHANNELS
def test_a_second_yes_below_a_registered_summary_is_told_so(world: World, channel: str) -> None:
    for text in SUMMARY:
        world.says(EMILE, text, channel)
    quoted = _delivered(world, channel)
    world.says(EMILE, "yes", channel)
    assert world.codes()[0] in _answers(world, channel, "1", quoted).numbered()
    assert len(world.codes()) == 1


@CHANNELS
def test_an_answer_to_the_last_reply_is_not_taken_for_one_to_a_later_notice(world: World, channel: str) -> None:
    """Without the quote a number means the notice, which is newer on the screen; with it, what it says it means."""
    menu = world.says(EMILE, "menu", channel)[0].message
    quoted = _delivered(world, channel)
    _post_notice(world, channel)
    world.deliver()
    by_quote = _answers(world, channel, "1", quoted).numbered()
    assert by_quote == world.says(EMILE, menu.choices[0].label, channel, menu.choices[0].payload)[-1].text
    world.says(EMILE, "menu", channel)
    _post_notice(world, channel)
    world.deliver()
    without = world.says(EMILE, "1", channel)[-1].text
    assert without == world.says(EMILE, "idioma", channel)[-1].text != by_quote


def _post_notice(world: World, channel: str) -> None:
    """Put a notice with a choice on the screen, after the last reply."""
    contact = world.contact(EMILE, channel)
    letter = Letter(
        contact.address_id, channel, address_of(EMILE, channel), Kind.NOTICE, Outgoing("!", (does("Idioma", "idioma"),))
    )
    with world.database.transaction() as tx:
        post(tx, [letter], world.clock())


@CHANNELS
@pytest.mark.parametrize("quoted", ["SMunknown", "9", "1" * 60, "x" * 500, "ñ"])
def test_what_is_not_known_or_not_ours_is_as_if_it_were_not_quoted(world: World, channel: str, quoted: str) -> None:
    world.says(EMILE, "solicitar", channel)
    name = quoted if channel == "whatsapp" else "9" * min(len(quoted), 15)
    assert "JOYCE" in _answers(world, channel, "mr. hyde", name).numbered()


@CHANNELS
def test_somebody_elses_message_cannot_be_quoted(world: World, channel: str) -> None:
    menu = world.says(HYDE, "menu", channel)[0]
    arrived(world, menu.id, "555")
    question = world.says(EMILE, "solicitar", channel)[0].message
    by_quote = _answers(world, channel, "1", "555").numbered()
    world.says(EMILE, "cancelar", channel)
    world.says(EMILE, "solicitar", channel)
    assert by_quote == world.says(EMILE, question.choices[0].label, channel)[-1].text


@CHANNELS
def test_a_message_whose_words_are_gone_is_as_if_it_were_not_quoted(world: World, channel: str) -> None:
    world.says(EMILE, "menu", channel)
    quoted = _delivered(world, channel)
    with world.database.transaction() as tx:
        tx.execute(outbox.update().values(content={}))
    world.says(EMILE, "solicitar", channel)
    assert "JOYCE" in _answers(world, channel, "mr. hyde", quoted).numbered()


def test_it_is_found_by_its_index_on_both_databases(any_world: World) -> None:
    with any_world.database.transaction() as tx:
        if any_world.database.is_sqlite:
            how = "EXPLAIN QUERY PLAN "
        else:
            tx.execute(sql("SET LOCAL enable_seqscan = off"))
            how = "EXPLAIN "
        asked = "SELECT id FROM outbox WHERE address_id = 1 AND provider_id = 'x' AND provider_id IS NOT NULL"
        plan = " ".join(str(row) for row in tx.execute(sql(how + asked)).all())
    assert "ix_outbox_provider" in plan


def test_telegram_quotes_count_only_below_the_bots_own_messages(world: World) -> None:
    menu = world.says(EMILE, "menu", "telegram")[0].message
    quoted = _delivered(world, "telegram")
    world.says(EMILE, "solicitar", "telegram")
    update = text_update(90_000, int(CHATS[EMILE]), "1")
    answered = {"message_id": int(quoted), "date": 1, "chat": update["message"]["chat"], "text": "?"}
    update["message"]["reply_to_message"] = {**answered, "from": {"id": 5, "is_bot": False, "first_name": "x"}}
    post_update(world, update)
    assert _last(world, "telegram").text != menu.numbered() and "JOYCE" in _last(world, "telegram").text
