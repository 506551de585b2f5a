"""Words go after a while; that something was said, and what it registered, stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from bot import facts, outcomes, retention
from bot.letters import Fate, SendError
from bot.messages import Incoming
from bot.outbox import claim
from bot.retention import blank_old
from bot.store import Sending, Waiting, inbox, outbox
from core.statements import entries, orders
from tests.channels.posting import arrived, inbox_rows, outbox_rows, post_form
from tests.standins.twilio import inbound_form
from tests.test_queries import recorded
from tests.world import EMILE, HYDE, World, settings

KEPT = timedelta(days=90)
ORDER = ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes")


def _an_order(world: World) -> None:
    for words in ORDER:
        world.says(EMILE, words)
    world.deliver()


def _words(world: World) -> list[dict[str, Any]]:
    return [row.content for row in (*inbox_rows(world), *outbox_rows(world)) if row.content]


def _without_content(rows: list[Any]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row._mapping.items() if name != "content"} for row in rows]


def test_old_words_go_and_everything_else_stays(any_world: World) -> None:
    _an_order(any_world)
    before = _without_content(inbox_rows(any_world)), _without_content(outbox_rows(any_world))
    with any_world.database.reading() as tx:
        journal = tx.execute(select(entries)).all(), tx.execute(select(orders)).all()
    any_world.clock.advance(days=89)
    assert blank_old(any_world.runtime, KEPT) == 0 and len(_words(any_world)) == 15
    any_world.clock.advance(days=2)
    assert blank_old(any_world.runtime, KEPT) == 15 and _words(any_world) == []
    assert blank_old(any_world.runtime, KEPT) == 0
    assert before == (_without_content(inbox_rows(any_world)), _without_content(outbox_rows(any_world)))
    with any_world.database.reading() as tx:
        assert journal == (tx.execute(select(entries)).all(), tx.execute(select(orders)).all())


def test_younger_ones_stay(any_world: World) -> None:
    _an_order(any_world)
    any_world.clock.advance(days=50)
    any_world.says(EMILE, "menu")
    any_world.deliver()
    any_world.clock.advance(days=45)
    assert blank_old(any_world.runtime, KEPT) == 15
    assert len(_words(any_world)) == 2
    any_world.clock.advance(days=50)
    assert blank_old(any_world.runtime, KEPT) == 2


def test_a_second_delivery_after_that_is_still_the_second(any_world: World) -> None:
    form = inbound_form(f"whatsapp:{EMILE}", "menu", sid="SM1")
    post_form(any_world, form)
    any_world.deliver()
    any_world.clock.advance(days=91)
    assert blank_old(any_world.runtime, KEPT) == 2
    post_form(any_world, form)
    assert len(inbox_rows(any_world)) == len(outbox_rows(any_world)) == 1


def test_what_waits_keeps_its_words_until_it_is_done(any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)
    waiting = any_world.says(EMILE, "menu")[0].id
    _an_order_but(any_world, waiting)
    any_world.clock.advance(days=91)
    assert blank_old(any_world.runtime, KEPT) == 16
    assert [row.id for row in outbox_rows(any_world) if row.content] == [waiting]
    assert blank_old(any_world.runtime, KEPT) == 0
    any_world.deliver()
    assert blank_old(any_world.runtime, KEPT) == 1 and _words(any_world) == []


def _an_order_but(world: World, waiting: int) -> None:
    for words in ORDER:
        world.says(EMILE, words)
    with world.database.transaction() as tx:
        tx.execute(outbox.update().where(outbox.c.id != waiting).values(state=Sending.SENT))


@pytest.mark.parametrize("state", list(Waiting))
def test_incoming_states(any_world: World, state: Waiting) -> None:
    any_world.says(EMILE, "menu")
    with any_world.database.transaction() as tx:
        tx.execute(inbox.update().values(state=state))
    any_world.clock.advance(days=91)
    blank_old(any_world.runtime, KEPT)
    assert bool(inbox_rows(any_world)[0].content) == (state is Waiting.NEW)


@pytest.mark.parametrize("state", list(Sending))
def test_outgoing_states(any_world: World, state: Sending) -> None:
    any_world.says(EMILE, "menu")
    with any_world.database.transaction() as tx:
        tx.execute(outbox.update().values(state=state))
    any_world.clock.advance(days=91)
    blank_old(any_world.runtime, KEPT)
    waits = state in (Sending.PENDING, Sending.LEASED, Sending.SHUT)
    assert bool(outbox_rows(any_world)[0].content) == waits


def test_it_goes_in_small_steps_and_remembers_how_far_it_came(
    any_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST_BATCHES", 2)
    with any_world.database.transaction() as tx:
        row = {"channel": "phone", "external_id": EMILE, "received_at": any_world.clock(), "content": {"text": "x"}}
        row |= {"state": Waiting.ANSWERED, "attempts": 0, "next_attempt_at": any_world.clock(), "reference": ""}
        tx.execute(inbox.insert(), [{**row, "provider_id": str(number)} for number in range(1_200)])
    any_world.clock.advance(days=91)
    assert [blank_old(any_world.runtime, KEPT) for _look in range(4)] == [1_000, 200, 0, 0]
    with any_world.database.reading() as tx:
        last = tx.execute(text("SELECT max(id) FROM inbox")).scalar()
        assert facts.find(tx, "inbox blanked to") == str(last)


def test_a_look_does_not_walk_through_what_is_young(world: World) -> None:
    """Only one batch beyond what is done is looked at."""
    with world.database.transaction() as tx:
        row = {"channel": "phone", "external_id": EMILE, "received_at": world.clock(), "content": {"text": "x"}}
        row |= {"state": Waiting.ANSWERED, "attempts": 0, "next_attempt_at": world.clock(), "reference": ""}
        tx.execute(inbox.insert(), [{**row, "provider_id": str(number)} for number in range(5_000)])
    with recorded(world) as statements:
        assert blank_old(world.runtime, KEPT) == 0
    assert len([one for one in statements if one.startswith("SELECT inbox.id")]) == 1
    assert all("LIMIT" in one for one in statements if one.startswith("SELECT inbox.id"))


def _shown(world: World, after: str = "") -> dict[str, Any]:
    """Return what the phones page shows of EMILE."""
    shown: Any = world.client.get(f"/phones/messages?phone=%2B51900000003&after={after}").json
    return dict(shown)


class TestAfterwards:
    """Nothing stumbles over what has no words."""

    def test_the_phones_page_leaves_it_out(self, any_world: World) -> None:
        _an_order(any_world)
        any_world.clock.advance(days=91)
        blank_old(any_world.runtime, KEPT)
        assert _shown(any_world)["messages"] == []
        any_world.says(EMILE, "menu")
        any_world.deliver()
        with any_world.database.transaction() as tx:
            tx.execute(outbox.update().values(sent_at=any_world.clock()))
        shown = _shown(any_world)
        assert [one["from"] for one in shown["messages"]] == ["me", "bot"]
        any_world.clock.advance(minutes=2)  # what left lately is told twice
        assert _shown(any_world, shown["cursor"])["messages"] == []

    @pytest.mark.parametrize("typed", ["1", "2", "sí", "menu", "atrás", "hola", "99"])
    def test_a_conversation_goes_on(self, any_world: World, typed: str) -> None:
        _an_order(any_world)
        any_world.clock.advance(days=91)
        blank_old(any_world.runtime, KEPT)
        for phone in (EMILE, HYDE):  # HYDE has a notice on the screen, without words now
            told = any_world.says(phone, typed)
            assert len(told) == 1 and told[0].text.strip()
        assert len(any_world.codes()) == 1

    def test_a_late_word_of_the_platform_sends_nothing_empty(self, any_world: World) -> None:
        any_world.says(EMILE, "menu", "whatsapp")
        letter = claim(any_world.runtime, "w", 1)[0]
        arrived(any_world, letter.id, "SM9")
        any_world.clock.advance(days=91)
        blank_old(any_world.runtime, KEPT)
        for fate in Fate:
            assert not outcomes.came_back(any_world.runtime, letter.id, "SM9", SendError("x", fate))
        row = outbox_rows(any_world)[0]
        assert row.state is Sending.SENT and claim(any_world.runtime, "w", 1) == []

    def test_a_message_that_waits_can_still_be_read(self, any_world: World) -> None:
        any_world.says(EMILE, "menu")
        with any_world.database.transaction() as tx:
            tx.execute(inbox.update().values(state=Waiting.NEW))
        any_world.clock.advance(days=91)
        blank_old(any_world.runtime, KEPT)
        assert Incoming.from_stored(inbox_rows(any_world)[0].content).text == "menu"


@pytest.mark.parametrize("days", ["6", "0", "-1", "3651", "x", ""])
def test_how_long_is_checked(monkeypatch: pytest.MonkeyPatch, days: str) -> None:
    with pytest.raises(ValueError, match="retention_days"):
        settings("sqlite://", retention_days=days)
