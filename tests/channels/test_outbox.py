"""The outbox: claimed with a lease, sent in order per person, tried again or given up."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot import outbox, outcomes
from bot.channels import Sender
from bot.letters import CannotTellError, Claimed, Fate, Letter, SendError
from bot.messages import Choice, Outgoing
from bot.relay import Relay
from bot.store import Kind, Reach, Sending, addresses
from tests.channels.posting import outbox_rows
from tests.world import DRIVER, EMILE, HYDE, NOBODY, PLANT, World

CAST = (PLANT, HYDE, EMILE, DRIVER)


def _letter(world: World, phone: str, text: str, kind: Kind = Kind.REPLY, key: str | None = None) -> Letter:
    contact = world.contact(phone)
    return Letter(contact.address_id, "phone", phone, kind, Outgoing(text, (Choice("Uno", ">uno"),)), key)


def _post(world: World, *letters: Letter) -> None:
    with world.database.transaction() as tx:
        outbox.post(tx, letters, world.clock())


def _fill(world: World, phones: Iterable[str], each: int, kind: Kind = Kind.REPLY) -> None:
    """Put so many letters to each person into the outbox, in turns."""
    people = {phone: world.contact(phone).address_id for phone in phones}
    letters = [
        Letter(address_id, "phone", phone, kind, Outgoing(f"{number}"))
        for number in range(each)
        for phone, address_id in people.items()
    ]
    _post(world, *letters)


def _claim(world: World, worker: str = "a", most: int = 50) -> list[Claimed]:
    return outbox.claim(world.runtime, worker, most)


def _states(world: World) -> list[str]:
    return [row.state.value for row in outbox_rows(world)]


def _reach(world: World, phone: str) -> Reach:
    with world.database.reading() as tx:
        place = (addresses.c.channel == "phone") & (addresses.c.external_id == phone)
        found: Reach = tx.execute(select(addresses.c.reach).where(place)).scalar_one()
        return found


class Scripted:
    """A channel that does what it is told: each text is met with what the script says, call by call."""

    def __init__(self, script: dict[str, list[SendError | Exception | str]] | None = None, pause: float = 0) -> None:
        self.script = script or {}
        self.pause = pause
        self.sent: list[tuple[str, str]] = []
        self.tried: list[str] = []
        self.closed = False
        self.can_be_asked = True

    async def send(self, letter: Claimed) -> str:
        """Send it, or raise what the script says."""
        text = letter.message.text
        self.tried.append(text)
        await asyncio.sleep(self.pause)
        planned = self.script.get(text)
        outcome = planned.pop(0) if planned else f"id-{letter.id}"
        if isinstance(outcome, Exception):
            raise outcome
        self.sent.append((letter.address, text))
        return outcome

    async def look_up(self, letter: Claimed) -> str | None:
        """Find it among what was sent, as a platform does that can be asked."""
        if not self.can_be_asked:
            raise CannotTellError
        return f"id-{letter.id}" if (letter.address, letter.message.text) in self.sent else None

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True


def _deliver(world: World, sender: Sender, times: int = 1) -> list[int]:
    async def run() -> list[int]:
        relay = Relay(world.runtime, {"phone": sender})
        handled = [await relay.deliver() for _time in range(times)]
        await relay.close()
        return handled

    return asyncio.run(run())


class TestClaiming:
    """Each letter is one worker's at a time."""

    def test_a_letter_is_claimed_once_and_marked(self, any_world: World) -> None:
        _post(any_world, _letter(any_world, EMILE, "uno"))
        [letter] = _claim(any_world)
        assert (letter.channel, letter.address, letter.kind, letter.attempts) == ("phone", EMILE, Kind.REPLY, 1)
        assert letter.message == Outgoing("uno", (Choice("Uno", ">uno"),))
        assert _claim(any_world, "b") == [] and not outbox.is_anything_due(any_world.runtime)
        outcomes.mark_sent(any_world.database, letter, "a", "id-1", any_world.clock())
        [row] = outbox_rows(any_world)
        assert (row.state, row.provider_id, row.sent_at) == (Sending.SENT, "id-1", any_world.clock())
        any_world.clock.advance(minutes=10)
        assert _claim(any_world, "b") == []

    def test_only_the_first_letter_to_each_person_leaves(self, any_world: World) -> None:
        _fill(any_world, CAST, 3)
        first = _claim(any_world)
        assert [(one.address, one.message.text) for one in first] == [(phone, "0") for phone in CAST]
        assert _claim(any_world) == []
        outcomes.mark_sent(any_world.database, first[0], "a", "x", any_world.clock())
        assert [(one.address, one.message.text) for one in _claim(any_world)] == [(CAST[0], "1")]

    def test_at_most_so_many_are_claimed(self, any_world: World) -> None:
        _fill(any_world, CAST, 1)
        assert [len(_claim(any_world, most=3)), len(_claim(any_world, most=3))] == [3, 1]

    def test_letters_of_channels_that_are_off_wait(self, any_world: World) -> None:
        contact = any_world.contact(EMILE)
        _post(any_world, Letter(contact.address_id, "pigeon", EMILE, Kind.NOTICE, Outgoing("hola")))
        assert _claim(any_world) == [] and not outbox.is_anything_due(any_world.runtime)

    def test_several_workers_never_share_a_letter_and_keep_each_persons_order(self, any_world: World) -> None:
        _fill(any_world, CAST, 12)
        seen: list[tuple[str, int]] = []
        writing = threading.Lock()
        start = threading.Barrier(4)

        def work(name: str) -> None:
            start.wait(30)
            idle = 0
            while idle < 40:
                letters = _claim(any_world, name, 3)
                idle = 0 if letters else idle + 1
                for letter in letters:
                    with writing:
                        seen.append((letter.address, int(letter.message.text)))
                    outcomes.mark_sent(any_world.database, letter, name, f"{name}-{letter.id}", any_world.clock())
                if not letters and all(state == "ENVIADO" for state in _states(any_world)):
                    return

        with ThreadPoolExecutor(4) as workers:
            for done in [workers.submit(work, f"w{number}") for number in range(4)]:
                done.result(60)
        by_person = defaultdict(list)
        for phone, number in seen:
            by_person[phone].append(number)
        assert dict(by_person) == {phone: list(range(12)) for phone in CAST}
        assert [row.attempts for row in outbox_rows(any_world)] == [1] * 48


class TestLease:
    """A worker that died loses its letters to the next."""

    def test_a_lease_that_ended_lets_the_letter_go_again(self, any_world: World) -> None:
        _fill(any_world, [EMILE], 2)
        [first] = _claim(any_world, "dead")
        any_world.clock.advance(seconds=59)
        assert _claim(any_world, "b") == []
        any_world.clock.advance(seconds=1)
        [again] = _claim(any_world, "b")
        assert (again.id, again.attempts) == (first.id, 2)

    def test_who_lost_the_lease_marks_nothing(self, any_world: World) -> None:
        _fill(any_world, [EMILE], 1)
        [late] = _claim(any_world, "late")
        any_world.clock.advance(seconds=60)
        [again] = _claim(any_world, "b")
        outcomes.mark_sent(any_world.database, late, "late", "late-id", any_world.clock())
        outcomes.mark_failed(
            any_world.runtime, late, "late", SendError("x", Fate.PERMANENT, reach=Reach.BLOCKED), any_world.clock()
        )
        assert _states(any_world) == ["TOMADO"] and _reach(any_world, EMILE) is Reach.ACTIVE
        outcomes.mark_sent(any_world.database, again, "b", "b-id", any_world.clock())
        assert outbox_rows(any_world)[0].provider_id == "b-id"

    def test_a_letter_is_marked_once(self, any_world: World) -> None:
        _fill(any_world, [EMILE], 1)
        [letter] = _claim(any_world)
        outcomes.mark_sent(any_world.database, letter, "a", "first", any_world.clock())
        outcomes.mark_sent(any_world.database, letter, "a", "second", any_world.clock())
        outcomes.mark_failed(any_world.runtime, letter, "a", SendError("x", Fate.PERMANENT), any_world.clock())
        [row] = outbox_rows(any_world)
        assert (row.state, row.provider_id) == (Sending.SENT, "first")


class TestFailing:
    """What cannot be sent is tried again, ever later, or given up."""

    def test_a_permanent_error_stops_and_marks_the_address(self, any_world: World) -> None:
        _fill(any_world, [EMILE], 2)
        [letter] = _claim(any_world)
        error = SendError("blocked", Fate.PERMANENT, reach=Reach.BLOCKED)
        outcomes.mark_failed(any_world.runtime, letter, "a", error, any_world.clock())
        first = outbox_rows(any_world)[0]
        assert (first.state, first.error) == (Sending.FAILED, "blocked")
        assert _reach(any_world, EMILE) is Reach.BLOCKED
        [following] = _claim(any_world)
        assert following.message.text == "1"
        any_world.clock.advance(days=1)
        outcomes.mark_sent(any_world.database, following, "a", "x", any_world.clock())
        assert _claim(any_world) == []

    def test_who_writes_again_can_be_reached_again(self, any_world: World) -> None:
        _fill(any_world, [EMILE], 1)
        [letter] = _claim(any_world)
        error = SendError("blocked", Fate.PERMANENT, reach=Reach.BLOCKED)
        outcomes.mark_failed(any_world.runtime, letter, "a", error, any_world.clock())
        any_world.says(EMILE, "menu")
        assert _reach(any_world, EMILE) is Reach.ACTIVE

    def test_nobody_is_told_at_a_blocked_address(self, any_world: World) -> None:
        with any_world.database.transaction() as tx:
            tx.execute(addresses.update().where(addresses.c.external_id == HYDE).values(reach=Reach.BLOCKED))
        for text in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes"):
            any_world.says(EMILE, text)
        assert any_world.codes() and any_world.to(HYDE) == []

    def test_the_waits_grow_until_it_is_given_up(self, any_world: World) -> None:
        _post(any_world, _letter(any_world, EMILE, "0", Kind.NOTICE)._replace(lasts=timedelta(hours=2)))
        waits = []
        for _attempt in range(5000):
            letters = _claim(any_world)
            if not letters:
                break
            outcomes.mark_failed(any_world.runtime, letters[0], "a", SendError("busy"), any_world.clock())
            row = outbox_rows(any_world)[0]
            if row.state is not Sending.PENDING:
                break
            waits.append((row.next_attempt_at - any_world.clock()).total_seconds())
            any_world.clock.at = row.next_attempt_at - timedelta(seconds=1)
            assert _claim(any_world) == []
            any_world.clock.advance(seconds=1)
        for wait, expected in zip(waits, [5, 10, 20, 40, *[60] * len(waits)], strict=False):
            assert expected * 0.8 <= wait <= expected * 1.2
        assert _states(any_world) == ["VENCIDO"]  # when it is too old, not after so many tries
        assert _reach(any_world, EMILE) is Reach.ACTIVE

    def test_the_wait_that_the_platform_names_is_obeyed(self, any_world: World) -> None:
        _fill(any_world, [EMILE], 1)
        [letter] = _claim(any_world)
        error = SendError("too many", retry_after=timedelta(seconds=137))
        outcomes.mark_failed(any_world.runtime, letter, "a", error, any_world.clock())
        any_world.clock.advance(seconds=136)
        assert _claim(any_world) == []
        any_world.clock.advance(seconds=1)
        assert len(_claim(any_world)) == 1

    def test_a_letter_that_waits_holds_back_the_later_ones_to_the_same_person_only(self, any_world: World) -> None:
        _fill(any_world, [EMILE, HYDE], 2)
        emiles, hydes = _claim(any_world)
        outcomes.mark_failed(any_world.runtime, emiles, "a", SendError("busy"), any_world.clock())
        outcomes.mark_sent(any_world.database, hydes, "a", "x", any_world.clock())
        assert [(one.address, one.message.text) for one in _claim(any_world)] == [(HYDE, "1")]
        any_world.clock.advance(seconds=6)
        assert [(one.address, one.message.text) for one in _claim(any_world)] == [(EMILE, "0")]

    def test_long_errors_are_no_trouble(self, any_world: World) -> None:
        _fill(any_world, [EMILE], 1)
        [letter] = _claim(any_world)
        outcomes.mark_failed(any_world.runtime, letter, "a", SendError("x" * 10_000), any_world.clock())
        assert _states(any_world) == ["PENDIENTE"]


class TestExpiring:
    """An answer that is too late is not sent."""

    def test_replies_expire(self, any_world: World) -> None:
        _fill(any_world, [EMILE], 2)
        any_world.clock.advance(minutes=29)
        [first] = _claim(any_world)
        outcomes.mark_sent(any_world.database, first, "a", "x", any_world.clock())
        any_world.clock.advance(minutes=1)
        assert _claim(any_world) == [] and _states(any_world) == ["ENVIADO", "VENCIDO"]

    def test_what_is_being_sent_does_not_expire(self, any_world: World) -> None:
        _fill(any_world, [EMILE], 1)
        any_world.clock.advance(minutes=29, seconds=50)
        [letter] = _claim(any_world)
        any_world.clock.advance(seconds=30)
        assert _claim(any_world) == [] and _states(any_world) == ["TOMADO"]
        outcomes.mark_sent(any_world.database, letter, "a", "x", any_world.clock())
        assert _states(any_world) == ["ENVIADO"]

    def test_what_expired_holds_nothing_back(self, any_world: World) -> None:
        _fill(any_world, [EMILE], 1)
        any_world.clock.advance(minutes=31)
        _post(any_world, _letter(any_world, EMILE, "new"))
        assert [one.message.text for one in _claim(any_world)] == ["new"]

    def test_notices_stay_longer(self, any_world: World) -> None:
        _fill(any_world, [EMILE, HYDE], 1, Kind.NOTICE)
        any_world.clock.advance(hours=47)
        assert len(_claim(any_world)) == 2
        any_world.clock.advance(hours=2)
        assert _claim(any_world) == [] and _states(any_world) == ["VENCIDO"] * 2


class TestDedupe:
    """A key is in the outbox once."""

    def test_the_same_key_again_is_no_second_message(self, any_world: World) -> None:
        first = _letter(any_world, EMILE, "uno", Kind.NOTICE, "order 1.1 to 3")
        _post(any_world, first)
        try:
            _post(any_world, first, _letter(any_world, EMILE, "dos", Kind.NOTICE, "order 1.2 to 3"))
        except IntegrityError:
            pytest.fail("posting a key twice raises: the movement that it tells of would be rolled back with it")
        assert [row.content["text"] for row in outbox_rows(any_world)] == ["uno", "dos"]

    def test_letters_without_a_key_are_never_the_same(self, any_world: World) -> None:
        _post(any_world, _letter(any_world, EMILE, "uno"), _letter(any_world, EMILE, "uno"))
        assert len(outbox_rows(any_world)) == 2

    def test_each_movement_tells_each_person_once(self, any_world: World) -> None:
        for text in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes"):
            any_world.says(EMILE, text)
        code = any_world.codes()[0]
        for text in (f"atender {code}", "all", "now", "T001-00012345", "yes"):
            any_world.says(HYDE, text)
        for text in (f"cerrar {code}", "all", "yes"):
            any_world.says(EMILE, text)
        keys = [row.dedupe_key for row in outbox_rows(any_world) if row.kind is Kind.NOTICE]
        assert len(keys) == len(set(keys)) == 3 and None not in keys


class TestRelay:
    """The worker's hand on the outbox."""

    def test_it_sends_what_is_due_in_order(self, any_world: World) -> None:
        _fill(any_world, [EMILE, HYDE], 3)
        sender = Scripted()
        assert _deliver(any_world, sender, 4) == [2, 2, 2, 0]
        assert [text for phone, text in sender.sent if phone == EMILE] == ["0", "1", "2"]
        assert _states(any_world) == ["ENVIADO"] * 6 and sender.closed
        assert [row.provider_id for row in outbox_rows(any_world)] == [f"id-{row.id}" for row in outbox_rows(any_world)]

    def test_each_failure_is_taken_for_what_it_is(self, any_world: World) -> None:
        for phone, text in zip((*CAST, NOBODY), ("gone", "busy", "bug", "fine", "slow"), strict=True):
            _post(any_world, _letter(any_world, phone, text))
        sender = Scripted({
            "gone": [SendError("gone", Fate.PERMANENT, reach=Reach.INVALID)],
            "busy": [SendError("busy", retry_after=timedelta(seconds=9))],
            "bug": [ZeroDivisionError("x")],
            "slow": [TimeoutError()],
        })  # fmt: skip
        sender.can_be_asked = False
        assert _deliver(any_world, sender) == [5]
        rows = {row.content["text"]: row for row in outbox_rows(any_world)}
        assert {text: row.state.value for text, row in rows.items()} == {
            "gone": "FALLIDO",
            "busy": "PENDIENTE",
            "bug": "FALLIDO",
            "fine": "ENVIADO",
            "slow": "INCIERTO",
        }
        assert rows["busy"].next_attempt_at - any_world.clock() == timedelta(seconds=9)
        assert _reach(any_world, PLANT) is Reach.INVALID and _reach(any_world, EMILE) is Reach.ACTIVE

    def test_what_failed_once_arrives_before_what_comes_after(self, any_world: World) -> None:
        _fill(any_world, [EMILE], 3)
        sender = Scripted({"0": [SendError("busy"), SendError("busy")], "1": [SendError("busy")]})
        for _round in range(8):
            _deliver(any_world, sender)
            any_world.clock.advance(seconds=30)
        assert [text for _phone, text in sender.sent] == ["0", "1", "2"]
        assert sender.tried == ["0", "0", "0", "1", "1", "2"]

    def test_a_channel_without_a_sender_does_not_stop_the_others(self, any_world: World) -> None:
        contact = any_world.contact(EMILE, "telegram")
        _post(any_world, Letter(contact.address_id, "telegram", contact.address, Kind.REPLY, Outgoing("lost")))
        _post(any_world, _letter(any_world, HYDE, "fine"))
        sender = Scripted()
        assert _deliver(any_world, sender) == [2]
        assert sender.sent == [(HYDE, "fine")] and _states(any_world) == ["FALLIDO", "ENVIADO"]

    def test_two_relays_at_once_send_each_letter_once_and_in_order(self, any_world: World) -> None:
        _fill(any_world, CAST, 6)
        sender = Scripted(pause=0.005)

        async def run() -> None:
            relays = [Relay(any_world.runtime, {"phone": sender}) for _number in range(3)]
            tasks = [asyncio.create_task(relay.run()) for relay in relays]
            try:
                await _until(lambda: len(sender.sent) >= 24)
            finally:
                for relay in relays:
                    relay.stop()
                await asyncio.gather(*tasks)

        asyncio.run(run())
        for phone in CAST:
            assert [text for to, text in sender.sent if to == phone] == [str(number) for number in range(6)]
        assert _states(any_world) == ["ENVIADO"] * 24

    def test_it_stops_when_told_and_lets_what_is_being_sent_finish(self, any_world: World) -> None:
        _fill(any_world, [EMILE], 2)
        sender = Scripted(pause=0.3)

        async def run() -> float:
            relay = Relay(any_world.runtime, {"phone": sender})
            task = asyncio.create_task(relay.run())
            await _until(lambda: bool(sender.tried))
            relay.stop()
            began = asyncio.get_running_loop().time()
            await asyncio.wait_for(task, 20)
            return asyncio.get_running_loop().time() - began

        assert asyncio.run(run()) < 15
        assert _states(any_world) == ["ENVIADO", "PENDIENTE"]

    def test_a_database_that_fails_for_a_while_does_not_end_it(
        self, any_world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _fill(any_world, [EMILE], 1)
        sender = Scripted()
        failures = [OSError("disk"), ValueError("odd"), RuntimeError("x")]
        claim = outbox.claim

        def failing(*args: object) -> list[Claimed]:
            if failures:
                raise failures.pop()
            return claim(*args)  # type: ignore[arg-type]

        monkeypatch.setattr(outbox, "claim", failing)

        async def run() -> None:
            relay = Relay(any_world.runtime, {"phone": sender})
            task = asyncio.create_task(relay.run())
            await _until(lambda: bool(sender.sent))
            relay.stop()
            await task

        asyncio.run(run())
        assert _states(any_world) == ["ENVIADO"]


async def _until(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not true():
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


def test_waiting_time_grows_and_ends() -> None:
    for attempts, seconds in ((1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (60, 60)):
        waits = {outcomes.waiting_time(attempts).total_seconds() for _time in range(50)}
        assert len(waits) > 1 and all(seconds * 0.8 <= wait <= seconds * 1.2 for wait in waits)
