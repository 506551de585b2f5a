"""Delivery as the platforms are: their pace, answers that never come, people who cannot be reached where they were."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from bot import outbox, outcomes
from bot.letters import CannotTellError, Claimed, Fate, Letter, Purpose, SendError
from bot.messages import Outgoing
from bot.pace import Pace
from bot.relay import Relay
from bot.runtime import Runtime
from bot.store import Kind, Reach, Sending, Urgency, addresses
from tests.channels.posting import outbox_rows
from tests.world import DRIVER, EMILE, HYDE, PLANT, World

PHONE_AND_CONSOLE = frozenset({"phone", "console"})


def _post(world: World, phone: str, text: str, kind: Kind = Kind.REPLY, **facts: object) -> None:
    contact = world.contact(phone)
    letter = Letter(contact.address_id, "phone", phone, kind, Outgoing(text), **facts)  # type: ignore[arg-type]
    with world.database.transaction() as tx:
        outbox.post(tx, [letter], world.clock())


def _about(world: World, phone: str, subject: str, urgency: Urgency = Urgency.NOTICE) -> Purpose:
    actor = world.contact(phone).actor
    return Purpose(subject, actor.person_id, actor.memberships[0].agent_id, urgency=urgency)


def _claim(runtime: Runtime, most: int = 50, worker: str = "a") -> list[str]:
    return [letter.message.text for letter in outbox.claim(runtime, worker, most)]


def _states(world: World) -> list[Sending]:
    return [row.state for row in outbox_rows(world)]


def _paced(world: World, pace: Pace) -> Runtime:
    return replace(world.runtime, paces={"phone": pace})


def _strangers(world: World, many: int) -> list[int]:
    rows = [
        {"channel": "phone", "external_id": f"+5198{number:07d}", "talk": {}, "reach": Reach.ACTIVE, "wrong_codes": 0}
        for number in range(many)
    ]
    with world.database.transaction() as tx:
        tx.execute(insert(addresses), rows)
        return list(tx.execute(select(addresses.c.id).where(addresses.c.external_id.like("+5198%"))).scalars())


class Platform:
    """A platform that meets each text as it is told to, and remembers what it took."""

    def __init__(self, script: dict[str, list[object]] | None = None, *, can_be_asked: bool = False) -> None:
        self.script = script or {}
        self.took: list[tuple[str, str]] = []
        self.can_be_asked = can_be_asked

    async def send(self, letter: Claimed) -> str:
        """Take it, lose it, or take it and say nothing."""
        planned = self.script.get(letter.message.text)
        outcome = planned.pop(0) if planned else "taken"
        if isinstance(outcome, SendError):
            raise outcome
        text = f"(reenviado) {letter.message.text}" if letter.repeated else letter.message.text
        self.took.append((letter.address, text))
        if outcome == "silence":
            raise SendError("timeout", Fate.DOUBTFUL)
        return f"id-{letter.id}"

    async def look_up(self, letter: Claimed) -> str | None:
        """Say whether it took it, if it can be asked."""
        if not self.can_be_asked:
            raise CannotTellError
        return f"id-{letter.id}" if (letter.address, letter.message.text) in self.took else None

    async def close(self) -> None:
        """Nothing is open."""


def _deliver(world: World, platform: Platform, rounds: int = 1, runtime: Runtime | None = None) -> None:
    async def run() -> None:
        relay = Relay(runtime or world.runtime, {"phone": platform})
        for _round in range(rounds):
            await relay.deliver()
            world.clock.advance(seconds=70)

    asyncio.run(run())


class TestPace:
    """No platform is sent more than it takes."""

    def test_one_chat_gets_one_letter_a_second(self, any_world: World) -> None:
        runtime = _paced(any_world, Pace(25, timedelta(seconds=1)))
        for text in ("uno", "dos"):
            _post(any_world, EMILE, text)
        _post(any_world, HYDE, "tres")
        assert _claim(runtime) == ["uno", "tres"]
        first, other = outbox_rows(any_world)[0], outbox_rows(any_world)[2]
        for row in (first, other):
            letter = Claimed(row.id, "phone", row.external_id, row.kind, Outgoing(""), 1, row.address_id)
            outcomes.mark_sent(any_world.database, letter, "a", "x", any_world.clock())
        any_world.clock.advance(milliseconds=990)
        assert _claim(runtime) == [] and not outbox.is_anything_due(runtime)
        any_world.clock.advance(milliseconds=10)
        assert _claim(runtime) == ["dos"]

    def test_a_reminder_leaves_a_person_alone_for_longer(self, any_world: World) -> None:
        runtime = _paced(any_world, Pace(25, timedelta(seconds=1), reminder_gap=timedelta(seconds=6)))
        _post(any_world, EMILE, "uno")
        [letter] = outbox.claim(runtime, "a", 9)
        outcomes.mark_sent(any_world.database, letter, "a", "x", any_world.clock())
        _post(any_world, EMILE, "recuerde", Kind.REMINDER)
        any_world.clock.advance(seconds=5)
        assert _claim(runtime) == []
        any_world.clock.advance(seconds=1)
        assert _claim(runtime) == ["recuerde"]

    def test_no_second_sees_more_than_is_allowed_whatever_the_number_of_workers(self, any_world: World) -> None:
        runtime = _paced(any_world, Pace(25, timedelta(seconds=1)))
        places = _strangers(any_world, 120)
        letters = [
            Letter(place, "phone", f"to {place}", Kind.REMINDER, Outgoing("x"), purpose=None) for place in places
        ]
        with any_world.database.transaction() as tx:
            outbox.post(tx, letters, any_world.clock())
        left: list[datetime] = []
        for step in range(160):
            left += [any_world.clock() for _text in _claim(runtime, worker=f"w{step % 3}")]
            any_world.clock.advance(milliseconds=50)
        assert len(left) == 120
        for moment in left:
            assert sum(moment <= other < moment + timedelta(seconds=1) for other in left) <= 25
        assert left[-1] - left[0] < timedelta(seconds=6)  # at no less than four fifths of the rate

    def test_replies_overtake_a_burst_of_reminders_and_the_urgent_ones_go_first(self, any_world: World) -> None:
        runtime = _paced(any_world, Pace(10, timedelta(seconds=1)))
        for phone in (EMILE, HYDE, PLANT, DRIVER):
            purpose = _about(any_world, phone, f"s {phone}", Urgency.LAST_CALL if phone == PLANT else Urgency.TODAY)
            _post(any_world, phone, f"recuerde {phone}", Kind.REMINDER, purpose=purpose)
        _post(any_world, DRIVER, "aviso", Kind.NOTICE)
        _post(any_world, HYDE, "respuesta")
        order = []
        for _step in range(60):
            for letter in outbox.claim(runtime, "a", 9):
                order.append(letter.message.text)
                outcomes.mark_sent(any_world.database, letter, "a", "x", any_world.clock())
            any_world.clock.advance(milliseconds=100)
        assert order[:3] == ["respuesta", "aviso", f"recuerde {PLANT}"]
        assert sorted(order[3:]) == sorted(f"recuerde {phone}" for phone in (EMILE, HYDE, DRIVER))

    def test_a_reply_waits_for_a_reminder_that_is_being_sent(self, any_world: World) -> None:
        _post(any_world, EMILE, "recuerde", Kind.REMINDER)
        assert _claim(any_world.runtime) == ["recuerde"]
        _post(any_world, EMILE, "respuesta")
        assert _claim(any_world.runtime) == []

    def test_a_named_wait_holds_up_that_chat_only(self, any_world: World) -> None:
        _post(any_world, EMILE, "uno", Kind.REMINDER)
        [letter] = outbox.claim(any_world.runtime, "a", 9)
        error = SendError("too many", retry_after=timedelta(seconds=30))
        outcomes.mark_failed(any_world.runtime, letter, "a", error, any_world.clock())
        _post(any_world, EMILE, "respuesta")  # it could overtake the reminder, but the chat is to be left alone
        _post(any_world, HYDE, "otra")
        assert _claim(any_world.runtime) == ["otra"]
        any_world.clock.advance(seconds=30)
        assert _claim(any_world.runtime) == ["respuesta"]

    def test_a_clock_that_is_set_back_gives_nothing_away_and_stops_nothing(self, any_world: World) -> None:
        runtime = _paced(any_world, Pace(10, timedelta()))
        for phone in (EMILE, HYDE, PLANT):
            _post(any_world, phone, "aviso", Kind.NOTICE)
        any_world.clock.advance(hours=1)
        assert len(_claim(runtime)) == 1
        any_world.clock.advance(minutes=-10)
        assert _claim(runtime) == []
        any_world.clock.advance(seconds=1)
        assert len(_claim(runtime)) == 1


class TestDoubt:
    """The request left and no answer came: never blindly repeated."""

    def test_a_question_becomes_uncertain_and_holds_up_nothing(self, any_world: World) -> None:
        _post(any_world, EMILE, "¿Cuántos?")
        _post(any_world, EMILE, "¿Y la marca?")
        platform = Platform({"¿Cuántos?": ["silence"]})
        _deliver(any_world, platform, 5)
        assert platform.took == [(EMILE, "¿Cuántos?"), (EMILE, "¿Y la marca?")]
        assert _states(any_world) == [Sending.UNCERTAIN, Sending.SENT]

    @pytest.mark.parametrize("kind", [Kind.NOTICE, Kind.REMINDER, Kind.REPLY])
    def test_what_matters_is_sent_once_more_and_says_so(self, any_world: World, kind: Kind) -> None:
        _post(any_world, EMILE, "vendido", kind, critical=True)
        _post(any_world, EMILE, "después")
        platform = Platform({"vendido": ["silence"]})
        _deliver(any_world, platform, 6)
        took = platform.took if kind is not Kind.REMINDER else sorted(platform.took, key=lambda one: "desp" in one[1])
        assert took == [(EMILE, "vendido"), (EMILE, "(reenviado) vendido"), (EMILE, "después")]

    def test_after_the_copy_it_stands_aside(self, any_world: World) -> None:
        _post(any_world, EMILE, "vendido", Kind.NOTICE)
        _post(any_world, EMILE, "después")
        platform = Platform({"vendido": ["silence"] * 9})
        _deliver(any_world, platform, 5)
        assert [text for _phone, text in platform.took] == ["vendido", "(reenviado) vendido", "después"]
        assert _states(any_world) == [Sending.UNCERTAIN, Sending.SENT]

    def test_an_outage_that_answers_nothing_loses_no_notice(self, any_world: World) -> None:
        _post(any_world, EMILE, "vendido", Kind.NOTICE)
        _post(any_world, HYDE, "¿Cuántos?")
        lost = SendError("no answer", Fate.DOUBTFUL)
        platform = Platform({"vendido": [lost, lost], "¿Cuántos?": [lost]})
        for _minute in range(20):
            _deliver(any_world, platform)
            outbox.take_up_again(any_world.runtime)
        assert platform.took == [(EMILE, "(reenviado) vendido")]
        assert _states(any_world) == [Sending.SENT, Sending.UNCERTAIN]

    def test_copies_come_to_an_end(self, any_world: World) -> None:
        _post(any_world, EMILE, "vendido", Kind.NOTICE)
        platform = Platform({"vendido": ["silence"] * 99})
        for _minute in range(120):
            _deliver(any_world, platform)
            outbox.take_up_again(any_world.runtime)
        assert len(platform.took) == 4 and _states(any_world) == [Sending.UNCERTAIN]

    def test_a_platform_that_can_be_asked_is_asked(self, any_world: World) -> None:
        _post(any_world, EMILE, "llegó", Kind.NOTICE)
        _post(any_world, HYDE, "se perdió", Kind.NOTICE)
        lost = SendError("cut", Fate.DOUBTFUL)
        platform = Platform({"llegó": ["silence"], "se perdió": [lost]}, can_be_asked=True)
        _deliver(any_world, platform, 5)
        assert sorted(platform.took) == sorted([(EMILE, "llegó"), (HYDE, "se perdió")])
        assert _states(any_world) == [Sending.SENT, Sending.SENT]

    def test_a_worker_that_died_between_sending_and_marking_leaves_a_doubt(self, any_world: World) -> None:
        _post(any_world, EMILE, "pregunta")
        _post(any_world, HYDE, "aviso", Kind.NOTICE)
        assert len(_claim(any_world.runtime, worker="dead")) == 2
        any_world.clock.advance(seconds=61)
        platform = Platform()
        _deliver(any_world, platform, 2)
        assert sorted(platform.took) == sorted([(EMILE, "(reenviado) pregunta"), (HYDE, "(reenviado) aviso")])
        assert [row.doubts for row in outbox_rows(any_world)] == [1, 1]

    def test_the_platforms_own_word_ends_the_doubt(self, any_world: World) -> None:
        _post(any_world, EMILE, "aviso", Kind.NOTICE)
        platform = Platform({"aviso": ["silence"]})
        _deliver(any_world, platform, 0)
        [letter] = outbox.claim(any_world.runtime, "a", 9)
        outcomes.mark_failed(any_world.runtime, letter, "a", SendError("cut", Fate.DOUBTFUL), any_world.clock())
        assert outcomes.advance(any_world.runtime, letter.id, "SM1", Sending.SENT)
        any_world.clock.advance(hours=1)
        assert _claim(any_world.runtime) == [] and _states(any_world) == [Sending.SENT]

    def test_an_uncertain_letter_can_still_be_known_to_have_arrived(self, any_world: World) -> None:
        _post(any_world, EMILE, "pregunta")
        [letter] = outbox.claim(any_world.runtime, "a", 9)
        outcomes.mark_failed(any_world.runtime, letter, "a", SendError("cut", Fate.DOUBTFUL), any_world.clock())
        assert _states(any_world) == [Sending.UNCERTAIN]
        assert outcomes.advance(any_world.runtime, letter.id, "SM1", Sending.DELIVERED)
        assert _states(any_world) == [Sending.DELIVERED]


class TestComingBack:
    """The platform took it, and later says that it could not deliver it."""

    def _sent(self, world: World, kind: Kind = Kind.NOTICE, **facts: object) -> int:
        _post(world, EMILE, "aviso", kind, **facts)
        [letter] = outbox.claim(world.runtime, "a", 9)
        outcomes.mark_sent(world.database, letter, "a", "SM1", world.clock())
        return letter.id

    def test_a_passing_trouble_is_tried_again_and_old_words_are_ignored(self, any_world: World) -> None:
        letter = self._sent(any_world)
        assert outcomes.came_back(any_world.runtime, letter, "SM1", SendError("63018"))
        assert not outcomes.came_back(any_world.runtime, letter, "SM1", SendError("63018"))
        assert not outcomes.advance(any_world.runtime, letter, "SM1", Sending.SENT)
        assert _states(any_world) == [Sending.PENDING]
        any_world.clock.advance(minutes=2)
        [again] = outbox.claim(any_world.runtime, "a", 9)
        assert not again.repeated and again.doubts == 0
        outcomes.mark_sent(any_world.database, again, "a", "SM2", any_world.clock())
        assert outcomes.advance(any_world.runtime, letter, "SM2", Sending.DELIVERED)

    def test_it_is_not_tried_for_ever(self, any_world: World) -> None:
        letter = self._sent(any_world)
        for number in range(1, 20):
            outcomes.came_back(any_world.runtime, letter, f"SM{number}", SendError("63018"))
            any_world.clock.advance(minutes=2)
            for again in outbox.claim(any_world.runtime, "a", 9):
                outcomes.mark_sent(any_world.database, again, "a", f"SM{number + 1}", any_world.clock())
        assert _states(any_world) == [Sending.FAILED]

    def test_outside_the_day_it_is_written_anew_once(self, any_world: World) -> None:
        letter = self._sent(any_world)
        shut = SendError("63016", Fate.SHUT)
        assert outcomes.came_back(any_world.runtime, letter, "SM1", shut)
        [again] = outbox.claim(any_world.runtime, "a", 9)
        assert again.outside
        outcomes.mark_sent(any_world.database, again, "a", "SM2", any_world.clock())
        assert outcomes.came_back(any_world.runtime, letter, "SM2", shut)
        assert _states(any_world) == [Sending.FAILED]

    def test_a_delivered_letter_did_not_fail(self, any_world: World) -> None:
        letter = self._sent(any_world)
        assert outcomes.advance(any_world.runtime, letter, "SM1", Sending.READ)
        assert not outcomes.came_back(any_world.runtime, letter, "SM1", SendError("x", Fate.PERMANENT))
        assert _states(any_world) == [Sending.READ]

    def test_failure_before_our_own_mark(self, any_world: World) -> None:
        _post(any_world, EMILE, "aviso", Kind.NOTICE)
        [letter] = outbox.claim(any_world.runtime, "a", 9)
        assert outcomes.came_back(any_world.runtime, letter.id, "SM1", SendError("gone", Fate.PERMANENT))
        outcomes.mark_sent(any_world.database, letter, "a", "SM1", any_world.clock())
        assert _states(any_world) == [Sending.FAILED]

    def test_a_wrong_setting_is_an_alarm(self, any_world: World, caplog: pytest.LogCaptureFixture) -> None:
        _post(any_world, EMILE, "aviso", Kind.NOTICE)
        [letter] = outbox.claim(any_world.runtime, "a", 9)
        error = SendError("63007", Fate.MISCONFIGURED)
        outcomes.mark_failed(any_world.runtime, letter, "a", error, any_world.clock())
        assert "ALARM" in caplog.text and _states(any_world) == [Sending.PENDING]


class TestElsewhere:
    """Notices go on to where their person, or somebody beside them, can be reached."""

    def _fails(
        self,
        world: World,
        phone: str,
        error: SendError,
        subject: str = "order 1.1",
        channels: frozenset[str] = frozenset({"phone"}),
    ) -> None:
        _post(
            world, phone, "vendido", Kind.NOTICE, dedupe_key=f"{subject} to me", purpose=_about(world, phone, subject)
        )
        runtime = replace(world.runtime, channels=channels)
        [letter] = [one for one in outbox.claim(runtime, "a", 9) if one.address == phone]
        outcomes.mark_failed(runtime, letter, "a", error, world.clock())

    def _copies(self, world: World, subject: str = "order 1.1") -> list[tuple[str, str]]:
        rows = [row for row in outbox_rows(world) if row.subject == subject]
        return [(row.channel, row.external_id) for row in rows[1:]]

    def test_the_persons_other_address_first(self, any_world: World) -> None:
        self._fails(
            any_world, EMILE, SendError("blocked", Fate.PERMANENT, reach=Reach.BLOCKED), channels=PHONE_AND_CONSOLE
        )
        assert self._copies(any_world) == [("console", EMILE)]
        copy = outbox_rows(any_world)[1]
        assert copy.state is Sending.PENDING and copy.content["text"] == "vendido" and copy.attempts == 0

    def test_then_a_colleague_in_the_office(self, any_world: World) -> None:
        self._fails(any_world, DRIVER, SendError("gone", Fate.PERMANENT, reach=Reach.INVALID))
        assert self._copies(any_world) == [("phone", HYDE)]

    def test_a_colleague_who_was_told_already_is_not_told_again(self, any_world: World) -> None:
        purpose = _about(any_world, HYDE, "order 1.1")
        _post(any_world, HYDE, "vendido", Kind.NOTICE, dedupe_key="k", purpose=purpose)
        _deliver(any_world, Platform())
        before = len(outbox_rows(any_world))
        self._fails(any_world, DRIVER, SendError("gone", Fate.PERMANENT))
        assert len(outbox_rows(any_world)) == before + 1  # only the failed letter itself

    def test_it_does_not_go_round_in_circles(self, any_world: World) -> None:
        self._fails(any_world, EMILE, SendError("shut", Fate.SHUT), channels=PHONE_AND_CONSOLE)
        runtime = replace(any_world.runtime, channels=PHONE_AND_CONSOLE)
        for _round in range(5):
            for letter in outbox.claim(runtime, "a", 9):
                outcomes.mark_failed(runtime, letter, "a", SendError("shut", Fate.SHUT), any_world.clock())
        assert Counter(self._copies(any_world)) == {("console", EMILE): 1}

    def test_what_waits_for_the_person_leaves_when_they_write(self, any_world: World) -> None:
        self._fails(any_world, EMILE, SendError("shut", Fate.SHUT))
        assert _states(any_world)[0] is Sending.SHUT
        assert outbox.take_up_again(any_world.runtime) == 0
        any_world.clock.advance(hours=3)
        any_world.says(EMILE, "menu")
        assert outbox.take_up_again(any_world.runtime) == 1
        assert "vendido" in _claim(any_world.runtime)

    def test_what_waits_too_long_expires(self, any_world: World) -> None:
        self._fails(any_world, EMILE, SendError("shut", Fate.SHUT))
        any_world.clock.advance(days=2)
        outbox.take_up_again(any_world.runtime)
        assert _states(any_world)[0] is Sending.EXPIRED

    def test_the_owner_is_told_once_who_gets_nothing(self, any_world: World) -> None:
        for number in range(3):
            self._fails(any_world, DRIVER, SendError("gone", Fate.PERMANENT, reach=Reach.BLOCKED), f"order {number}.1")
            with any_world.database.transaction() as tx:  # they write and block again
                tx.execute(addresses.update().values(reach=Reach.ACTIVE))
        warnings = [row for row in outbox_rows(any_world) if (row.subject or "").startswith("unreachable")]
        assert [row.external_id for row in warnings] == [HYDE]

    def test_letters_to_a_dead_address_are_not_tried(self, any_world: World) -> None:
        _post(any_world, EMILE, "vendido", Kind.NOTICE)
        with any_world.database.transaction() as tx:
            tx.execute(addresses.update().where(addresses.c.external_id == EMILE).values(reach=Reach.BLOCKED))
        platform = Platform()
        _deliver(any_world, platform)
        assert platform.took == [] and _states(any_world) == [Sending.FAILED]


class TestReminders:
    """They are written when they leave."""

    def _run(self, world: World, text: str | None) -> Platform:
        platform = Platform()

        async def run() -> None:
            written = Outgoing(text) if text else None
            await Relay(world.runtime, {"phone": platform}, write=lambda *_facts: written).deliver()

        _post(world, EMILE, "", Kind.REMINDER)
        asyncio.run(run())
        return platform

    def test_the_words_are_kept_with_the_letter(self, any_world: World) -> None:
        assert self._run(any_world, "Cierre hoy").took == [(EMILE, "Cierre hoy")]
        [row] = outbox_rows(any_world)
        assert row.content["text"] == "Cierre hoy" and row.state is Sending.SENT

    def test_what_is_over_is_not_said(self, any_world: World) -> None:
        assert self._run(any_world, None).took == []
        assert _states(any_world) == [Sending.EXPIRED]
