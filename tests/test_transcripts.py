"""Every transcript, on every channel, and the laws that hold for all of them."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.dialogue import Talk
from core import codes
from core.statements import entries, lines, orders
from tests.transcripts import FOLDER, Step, code_maker, heard, names, play, read, written
from tests.world import VOICES, World


@pytest.fixture(autouse=True)
def _same_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "draw", code_maker())
    monkeypatch.setattr("bot.people.draw_code", lambda: "K7QFM2XW9TRP4HJC")


def load(name: str) -> list[Step]:
    return read((FOLDER / f"{name}.txt").read_text(encoding="utf-8"))


def facts(world: World) -> list[Any]:
    """Return everything that is registered: orders, lines and journal."""
    with world.database.reading() as tx:
        return [tx.execute(select(table).order_by(table.c.id)).all() for table in (orders, lines, entries)]


def talk_of(world: World, step: Step, channel: str = "phone") -> Talk:
    return world.contact(step.phone, channel).talk


@pytest.mark.parametrize("channel", VOICES)
@pytest.mark.parametrize("name", names())
def test_everybody_is_told_what_is_written(
    name: str, channel: str, world: World, request: pytest.FixtureRequest
) -> None:
    steps = load(name)
    if request.config.getoption("--update"):
        if channel == "phone":
            for step, told in play(world, steps):
                step.heard = told
            (FOLDER / f"{name}.txt").write_text(written(steps), encoding="utf-8")
        return
    for step, told in play(world, steps, channel):
        assert unsigned(as_on(channel, step.heard)) == unsigned(told), f"after {step.source}"


def unsigned(told: list[str]) -> list[str]:
    """Return the text without a receipt's signature, which is over the channel too, and without a report's."""
    return [re.sub(r"/[rv]/\S+$|[2-9A-Z]{4}-[2-9A-Z]{4}$", "…", line) for line in told]


def as_on(channel: str, told: list[str]) -> list[str]:
    """Return the text as this channel has it: the history and the team name the channel."""
    shown = {"phone": "teléfono de demostración", "whatsapp": "WhatsApp", "telegram": "Telegram", "console": "terminal"}
    as_phone = re.compile(rf"(\(|\): ){shown['phone']}(\)?)$")
    return [as_phone.sub(rf"\1{shown[channel]}\2", line) for line in told]


@pytest.mark.parametrize("name", names())
def test_a_restart_between_any_two_messages_changes_nothing(name: str, world: World) -> None:
    for step, told in play(world, load(name)):
        assert step.heard == told
        world.restart()


@pytest.mark.parametrize("name", names())
def test_a_second_delivery_changes_nothing(name: str, world: World) -> None:
    for step, told in play(world, load(name)):
        assert step.heard == told
        if not step.who:
            continue
        before, last = facts(world), world.last_id()
        with world.database.reading() as tx:
            number = tx.exec_driver_sql("SELECT provider_id FROM inbox ORDER BY id DESC LIMIT 1").scalar_one()
        said = {
            "phone": step.phone,
            "id": number.partition("/")[2],
            "text": step.said,
            "payload": "",
            "content": "text",
        }
        assert world.client.post("/phones/messages", json=said).status_code == 202
        assert last == world.last_id()
        assert before == facts(world)


@pytest.mark.parametrize("name", names())
def test_nothing_is_registered_before_the_last_word(name: str, world: World) -> None:
    before = facts(world)
    for step, _told in play(world, load(name)):
        after = facts(world)
        if step.who and talk_of(world, step).conversation:
            assert before == after, f"after {step.source}"
        before = after


@pytest.mark.parametrize("name", names())
def test_cancelling_at_any_question_leaves_the_orders_as_they_were(name: str, world: World, tmp_path: Path) -> None:
    for number, (step, _told) in enumerate(play(world, load(name))):
        if not step.who or not talk_of(world, step).conversation:
            continue
        elsewhere = fork(world, tmp_path / f"{number}.db")
        elsewhere.says(step.phone, "cancelar")
        assert facts(elsewhere) == facts(world)
        talk = talk_of(elsewhere, step)
        assert talk.conversation in ("", "join")
        assert talk.answers == {}
        elsewhere.close()


@pytest.mark.parametrize("name", names())
def test_going_back_takes_back_exactly_the_last_answer(name: str, world: World, tmp_path: Path) -> None:
    screens: dict[str, str] = {}
    before: dict[str, Talk] = {}
    for number, (step, told) in enumerate(play(world, load(name))):
        if not step.who:
            continue
        talk = talk_of(world, step)
        earlier = before.get(step.who, Talk())
        answered = (
            talk.conversation
            and talk.id == earlier.id
            and list(talk.answers)[:-1] == list(earlier.answers)
            and earlier.asked != talk.asked
        )
        if answered and earlier.misses == 0:
            elsewhere = fork(world, tmp_path / f"{number}.db")
            back = heard(elsewhere, elsewhere.says(step.phone, "atrás"), "phone")
            # a note above the question (a help text, say) is not said again
            assert screens[step.who].endswith("\n".join(back[1:])), f"atrás after {step.source}"
            assert earlier.answers == talk_of(elsewhere, step).answers
            again = (
                elsewhere.says(step.phone, step.said.strip("[]"))
                if step.is_tap
                else elsewhere.says(step.phone, step.said)
            )
            assert told == heard(elsewhere, again, "phone")
            assert same(talk) == same(talk_of(elsewhere, step))
            elsewhere.close()
        before[step.who] = talk
        screens[step.who] = "\n".join(told)


def same(talk: Talk) -> dict[str, Any]:
    """Return what must be the same after going back and forth: all but the counters, and whether it was typed."""
    ignored = ("serial", "asked_at", "screen", "opened")
    return {name: value for name, value in talk.stored().items() if name not in ignored}


def fork(world: World, file: Path) -> World:
    """Return another world that goes on from here."""
    with closing(sqlite3.connect(str(world.database.url.database))) as here, closing(sqlite3.connect(file)) as there:
        here.backup(there)
    other = World(f"sqlite:///{file}", world.clock)
    other._numbers = iter(range(1_000_000, 2_000_000))  # type: ignore[assignment]
    return other


def test_there_is_a_transcript_for_every_conversation() -> None:
    from bot import registry  # noqa: PLC0415

    registry.discover()
    played = {name.partition("-")[0] for name in names()}
    assert {entry.name.rstrip("_") for entry in registry.CONVERSATIONS.values()} == played
