"""Messages that Twilio took and this bot never got are asked for, once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot import facts
from bot.reconciling import ASKED, FRESH, LONGEST_LOOK, OVERLAP, Reconciler
from bot.store import Kind
from tests.channels.posting import assert_answered, assert_nothing_kept, inbox_rows, outbox_rows, post_form
from tests.standins import CutBefore, ServerError, TooManyRequests
from tests.standins.twilio import TwilioServer, inbound_form
from tests.world import ACCOUNT_SID, AUTH_TOKEN, EMILE, HYDE, NOBODY, SENDER, World, settings

LATE = "demasiado tarde"


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    """Run a Twilio account."""
    with TwilioServer(ACCOUNT_SID, AUTH_TOKEN) as server:
        yield server


def _reconciler(world: World, twilio: TwilioServer) -> Reconciler:
    """Return one that looked an hour ago."""
    with world.database.transaction() as tx:
        facts.note(tx, ASKED, (world.clock() - timedelta(hours=1)).isoformat())
    return Reconciler(settings(world.url, twilio_api_base_url=twilio.base_url), world.runtime)


def _lost(world: World, twilio: TwilioServer, phone: str, words: str, ago: timedelta, **more: str) -> dict[str, str]:
    """Let Twilio have received a message so long ago that it did not deliver; return its form."""
    form = inbound_form(f"whatsapp:{phone}", words, sid=f"SM{world.next_number() + 500:032x}", **more)
    twilio.add_inbound(form, world.clock() - ago)
    return form


def _replies(world: World, phone: str) -> list[str]:
    return [row.content["text"] for row in outbox_rows(world) if row.external_id == phone and row.kind is Kind.REPLY]


MINUTES = timedelta(minutes=1)


def test_a_lost_message_is_taken_in_and_answered_once(any_world: World, twilio: TwilioServer) -> None:
    reconciler = _reconciler(any_world, twilio)
    form = _lost(any_world, twilio, EMILE, "menu", 5 * MINUTES)
    assert [reconciler.look() for _time in range(3)] == [1, 0, 0]
    assert post_form(any_world, form).status_code == 200  # and then it comes after all
    assert [row.provider_id for row in inbox_rows(any_world)] == [form["MessageSid"]]
    assert len(_replies(any_world, EMILE)) == 1 and LATE not in _replies(any_world, EMILE)[0]
    assert_answered(any_world)


def test_what_came_is_not_taken_again(world: World, twilio: TwilioServer) -> None:
    reconciler = _reconciler(world, twilio)
    form = _lost(world, twilio, EMILE, "menu", 5 * MINUTES)
    post_form(world, form)
    assert reconciler.look() == 0 and len(outbox_rows(world)) == 1


def test_a_conversation_that_was_lost_goes_its_way(any_world: World, twilio: TwilioServer) -> None:
    reconciler = _reconciler(any_world, twilio)
    for place, words in enumerate(("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes")):
        _lost(any_world, twilio, EMILE, words, timedelta(minutes=10, seconds=-place))
    assert reconciler.look() == 7
    assert len(any_world.codes()) == 1 and reconciler.look() == 0


def test_a_button_counts_by_its_label(world: World, twilio: TwilioServer) -> None:
    choice = world.says(EMILE, "solicitar", "whatsapp")[0].message.choices[1]
    world.clock.advance(minutes=10)
    reconciler = _reconciler(world, twilio)
    _lost(world, twilio, EMILE, choice.label, 5 * MINUTES, ButtonPayload=choice.payload, ButtonText=choice.label)
    assert reconciler.look() == 1
    by_label = _replies(world, EMILE)[-1]
    world.says(EMILE, "cancelar", "whatsapp")
    choice = world.says(EMILE, "solicitar", "whatsapp")[0].message.choices[1]
    assert by_label == world.says(EMILE, choice.label, "whatsapp", choice.payload)[-1].message.text


def test_what_may_still_be_posted_is_left_alone(world: World, twilio: TwilioServer) -> None:
    reconciler = _reconciler(world, twilio)
    _lost(world, twilio, EMILE, "menu", timedelta(seconds=20))
    assert reconciler.look() == 0
    assert_nothing_kept(world)
    world.clock.advance(minutes=3)
    assert reconciler.look() == 1


@pytest.mark.parametrize("words", ["sí", "1", "cancelar", "menu"])
def test_an_old_message_is_not_acted_upon_and_its_writer_learns_so(
    any_world: World, twilio: TwilioServer, words: str
) -> None:
    for said in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no"):
        any_world.says(EMILE, said, "whatsapp")
    summary = any_world.to(EMILE, "whatsapp")[-1]
    any_world.clock.advance(minutes=50)
    reconciler = _reconciler(any_world, twilio)
    _lost(any_world, twilio, EMILE, words, FRESH + 5 * MINUTES)
    assert reconciler.look() == 1
    assert any_world.codes() == []
    told = any_world.to(EMILE, "whatsapp")[-1]
    assert LATE in told.text and told.text.endswith(summary.text)
    assert words not in str(inbox_rows(any_world)[-1].content.get("text", ""))


def test_several_old_ones_get_one_answer(any_world: World, twilio: TwilioServer) -> None:
    reconciler = _reconciler(any_world, twilio)
    for place in range(4):
        _lost(any_world, twilio, EMILE, "menu", (30 - place) * MINUTES)
    _lost(any_world, twilio, HYDE, "menu", 5 * MINUTES)
    assert reconciler.look() == 5 and reconciler.look() == 0
    assert len(_replies(any_world, EMILE)) == 1 and LATE in _replies(any_world, EMILE)[0]
    assert len(_replies(any_world, HYDE)) == 1 and LATE not in _replies(any_world, HYDE)[0]
    assert len(inbox_rows(any_world)) == 5
    assert_answered(any_world)


def test_a_yes_from_before_the_last_answer_counts_for_nothing(world: World, twilio: TwilioServer) -> None:
    """They wrote again meanwhile: what is on the screen now is not what the lost word answered."""
    lost_at = world.clock()
    world.clock.advance(minutes=2)
    for said in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no"):
        world.says(EMILE, said, "whatsapp")
    world.clock.advance(minutes=2)
    reconciler = _reconciler(world, twilio)
    _lost(world, twilio, EMILE, "sí", world.clock() - lost_at)
    assert reconciler.look() == 1
    assert world.codes() == [] and LATE in world.to(EMILE, "whatsapp")[-1].text


def test_the_window_is_counted_from_when_it_was_said(world: World, twilio: TwilioServer) -> None:
    reconciler = _reconciler(world, twilio)
    _lost(world, twilio, EMILE, "menu", 40 * MINUTES)
    reconciler.look()
    said_at = world.contact(EMILE, "whatsapp").last_inbound_at
    assert said_at is not None and world.clock() - said_at >= 40 * MINUTES
    world.says(EMILE, "menu", "whatsapp")
    _lost(world, twilio, EMILE, "menu", 30 * MINUTES)
    reconciler.look()
    assert world.contact(EMILE, "whatsapp").last_inbound_at == world.clock()


@pytest.mark.parametrize("ago", [5 * MINUTES, 40 * MINUTES])
def test_media_is_refused_and_never_fetched(world: World, twilio: TwilioServer, ago: timedelta) -> None:
    reconciler = _reconciler(world, twilio)
    _lost(world, twilio, EMILE, "solicitar", ago, NumMedia="1", MediaContentType0="image/jpeg")
    assert reconciler.look() == 1
    assert len(_replies(world, EMILE)) == 1 and "JOYCE" not in _replies(world, EMILE)[0]
    assert {call.method for call in twilio.calls} == {"Messages.list"}


@pytest.mark.parametrize("sender", ["PE.abc123", NOBODY])
def test_strangers_learn_how_to_join(world: World, twilio: TwilioServer, sender: str) -> None:
    reconciler = _reconciler(world, twilio)
    _lost(world, twilio, sender, "hola", 5 * MINUTES)
    assert reconciler.look() == 1 and len(_replies(world, sender)) == 1


def test_only_what_people_said_to_this_number_counts(world: World, twilio: TwilioServer) -> None:
    reconciler = _reconciler(world, twilio)
    _lost(world, twilio, EMILE, "menu", 5 * MINUTES, To="whatsapp:+15550001111")
    _lost(world, twilio, EMILE, "menu", 3 * timedelta(hours=1))
    form = inbound_form("+51900000003", "an SMS", sid="SMsms")
    twilio.add_inbound(form, world.clock() - 5 * MINUTES)
    resource: dict[str, Any] = {"direction": "outbound-api"}
    sent = _lost(world, twilio, HYDE, "from the bot", 5 * MINUTES)
    twilio._resources[sent["MessageSid"]].update(resource)
    reconciler.look()
    assert_nothing_kept(world)


def test_the_first_look_ever_does_not_answer_what_came_before_the_bot(world: World, twilio: TwilioServer) -> None:
    reconciler = Reconciler(settings(world.url, twilio_api_base_url=twilio.base_url), world.runtime)
    _lost(world, twilio, EMILE, "menu", OVERLAP + MINUTES)
    _lost(world, twilio, HYDE, "menu", OVERLAP - MINUTES)
    assert reconciler.look() == 1 and [row.external_id for row in inbox_rows(world)] == [HYDE]


def test_a_look_goes_back_to_the_last_one_that_was_answered(any_world: World, twilio: TwilioServer) -> None:
    reconciler = _reconciler(any_world, twilio)
    reconciler.look()
    start = any_world.clock()
    for _hour in range(3):
        any_world.clock.advance(hours=1)
        twilio.fail_next(ServerError(503), "Messages.list")
        assert reconciler.look() == 0
    _lost(any_world, twilio, EMILE, "menu", timedelta(hours=2))
    again = Reconciler(settings(any_world.url, twilio_api_base_url=twilio.base_url), any_world.runtime)
    assert again.look() == 1
    asked = [datetime.fromisoformat(call.params["DateSent>"]) for call in twilio.calls_of("Messages.list")]
    assert asked[-1] == start - OVERLAP
    any_world.clock.advance(days=9)
    again.look()
    last = datetime.fromisoformat(twilio.calls_of("Messages.list")[-1].params["DateSent>"])
    assert last == any_world.clock() - LONGEST_LOOK
    assert {call.params["To"] for call in twilio.calls_of("Messages.list")} == {SENDER}


@pytest.mark.parametrize("fault", [TooManyRequests(1), ServerError(500), CutBefore()])
def test_trouble_at_twilio_is_no_error_and_says_nothing_of_anybody(
    world: World, twilio: TwilioServer, fault: Any, caplog: pytest.LogCaptureFixture
) -> None:
    reconciler = _reconciler(world, twilio)
    _lost(world, twilio, EMILE, "menu", 5 * MINUTES)
    twilio.fail_next(fault, "Messages.list")
    with caplog.at_level(logging.INFO):
        assert reconciler.look() == 0
        assert reconciler.look() == 1
    for secret in (EMILE, AUTH_TOKEN, SENDER):
        assert secret not in caplog.text


def test_it_is_counted_as_an_alarm(world: World, twilio: TwilioServer) -> None:
    reconciler = _reconciler(world, twilio)
    for phone in (EMILE, HYDE):
        _lost(world, twilio, phone, "menu", 5 * MINUTES)
    reconciler.look()
    reconciler.look()
    assert 'scopbot_alarms_total{kind="whatsapp_missed"} 1.0' in world.client.get("/metrics").text


def test_many_pages(world: World, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch) -> None:
    reconciler = _reconciler(world, twilio)
    for number in range(1_050):
        form = inbound_form(f"whatsapp:+5191{number:07d}", "hola", sid=f"SM{number:032x}")
        twilio.add_inbound(form, world.clock() - 5 * MINUTES)
    with world.database.transaction() as tx:  # all but three came
        tx.execute(
            text(
                "INSERT INTO inbox (channel, external_id, provider_id, received_at, content, state, attempts,"
                " next_attempt_at, reference) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n"
                " WHERE i < 1046) SELECT 'whatsapp', 'x', 'SM' || printf('%032x', i), '2021-03-26', '{}',"
                " 'ATENDIDO', 0, '2021-03-26', '' FROM n"
            )
        )
    assert reconciler.look() == 3
