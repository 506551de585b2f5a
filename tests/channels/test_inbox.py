"""The inbox: kept once, answered once, in order per person; what cannot be answered steps aside."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from bot import inbox, registry, router
from bot.contacts import lock as lock_contact
from bot.inbox import answer_leftovers, answer_waiting, keep, receive
from bot.messages import Incoming, Outgoing
from bot.performing import Work
from bot.store import Kind, Waiting, addresses
from bot.store import inbox as inbox_table
from core.statements import memberships, people
from tests.channels.posting import assert_answered, inbox_rows, outbox_rows
from tests.world import DRIVER, EMILE, HYDE, NOBODY, PLANT, World

CAST = (PLANT, HYDE, EMILE, DRIVER)
BAD = "this one breaks"


def _said(phone: str, number: object, words: str) -> Incoming:
    return Incoming("phone", phone, f"{phone}/{number}", text=words, phone=phone)


def _states(world: World) -> list[tuple[str, int]]:
    return [(row.state.value, row.attempts) for row in inbox_rows(world)]


def _at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Do the work in so many threads that begin together; return what each returned."""
    start = threading.Barrier(count)

    def run(number: int) -> Any:
        start.wait(30)
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return [done.result(120) for done in [threads.submit(run, number) for number in range(count)]]


def _receive_at_once(world: World, messages: list[Incoming]) -> list[bool]:
    """Receive each message in a thread of its own."""
    return _at_once(len(messages), lambda number: receive(world.runtime, messages[number]))


def _break_one(monkeypatch: pytest.MonkeyPatch, bad: str = BAD, error: type[Exception] = RuntimeError) -> list[str]:
    """Let one text break the router; return the list of texts that it will have seen."""
    whole, seen = router.answer, []

    def answer(work: Work, incoming: Incoming) -> Outgoing | None:
        seen.append(incoming.text)
        if incoming.text == bad:
            whole(work, incoming)
            raise error(bad)
        return whole(work, incoming)

    monkeypatch.setattr(router, "answer", answer)
    return seen


class TestKeeping:
    """A message is kept once."""

    def test_a_message_is_kept_once(self, any_world: World) -> None:
        message = _said(EMILE, 1, "menu")
        assert [receive(any_world.runtime, message) for _time in range(3)] == [True, False, False]
        assert not receive(any_world.runtime, message._replace(text="solicitar"))
        assert len(inbox_rows(any_world)) == len(outbox_rows(any_world)) == 1

    def test_the_same_id_on_another_channel_is_another_message(self, any_world: World) -> None:
        assert receive(any_world.runtime, _said(EMILE, 1, "menu"))
        assert receive(any_world.runtime, _said(EMILE, 1, "menu")._replace(channel="whatsapp"))
        assert len(outbox_rows(any_world)) == 2

    def test_deliveries_at_once_get_one_answer(self, any_world: World) -> None:
        for number, words in enumerate(("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes")):
            message = _said(EMILE, number, words)
            new = _receive_at_once(any_world, [message] * 8)
            assert Counter(new) == {True: 1, False: 7}
        assert_answered(any_world)
        replies = [row for row in outbox_rows(any_world) if row.kind is Kind.REPLY]
        assert len(replies) == 7 and len(any_world.codes()) == 1

    def test_what_no_database_can_keep_is_taken_out(self, any_world: World) -> None:
        odd = Incoming("phone", EMILE, "1", text="me\x00nu \ud800 \u2028" + "x" * 9000, payload="\x00" * 900)
        assert receive(any_world.runtime, odd)
        assert_answered(any_world)
        assert len(inbox_rows(any_world)[0].content["text"]) <= 4096

    def test_a_message_that_was_only_kept_is_answered_by_the_worker(self, any_world: World) -> None:
        for number, words in enumerate(("solicitar", "mr. hyde", "joyce gas")):
            assert keep(any_world.runtime, _said(EMILE, number, words))
        assert outbox_rows(any_world) == []
        assert answer_leftovers(any_world.runtime) == 3 and answer_leftovers(any_world.runtime) == 0
        assert len(outbox_rows(any_world)) == 3
        assert_answered(any_world)


class TestOrder:
    """The messages of one address are answered one after the other, in order."""

    def test_many_hands_answer_in_order_and_once(self, any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        seen = _break_one(monkeypatch)
        for number in range(12):
            for phone in CAST:
                keep(any_world.runtime, _said(phone, number, f"{phone} {number}"))
        work = [lambda phone=phone: answer_waiting(any_world.runtime, "phone", phone) for phone in CAST]
        answered = _at_once(8, lambda number: work[number % 4]() if number < 6 else answer_leftovers(any_world.runtime))
        while answer_leftovers(any_world.runtime):
            continue
        assert_answered(any_world)
        assert sum(answered) <= 48 and len(outbox_rows(any_world)) == 48
        told = defaultdict(list)
        for row in outbox_rows(any_world):
            told[row.external_id].append(row)
        assert {phone: len(rows) for phone, rows in told.items()} == dict.fromkeys(CAST, 12)
        for phone in CAST:
            mine = [words for words in seen if words.startswith(phone)]
            assert list(dict.fromkeys(mine)) == [f"{phone} {number}" for number in range(12)]

    def test_an_older_message_goes_before_the_one_in_hand(
        self, any_world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen = _break_one(monkeypatch)
        keep(any_world.runtime, _said(EMILE, 1, "solicitar"))
        receive(any_world.runtime, _said(EMILE, 2, "mr. hyde"))
        assert seen == ["solicitar", "mr. hyde"] and len(outbox_rows(any_world)) == 2
        assert_answered(any_world)

    def test_the_one_in_hand_is_left_alone_when_somebody_was_quicker(
        self, any_world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen, write_down = _break_one(monkeypatch), inbox._keep

        def keep_slowly(*message: Any) -> Any:
            kept = write_down(*message)
            assert answer_leftovers(any_world.runtime) == 1
            return kept

        monkeypatch.setattr(inbox, "_keep", keep_slowly)
        assert receive(any_world.runtime, _said(EMILE, 1, "menu"))
        assert seen == ["menu"] and len(outbox_rows(any_world)) == 1

    def test_a_conversation_kept_at_once_goes_its_way(self, any_world: World) -> None:
        steps = ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes")
        for number, words in enumerate(steps):
            keep(any_world.runtime, _said(EMILE, number, words))
        _at_once(6, lambda _number: answer_waiting(any_world.runtime, "phone", EMILE))
        assert_answered(any_world)
        code = any_world.codes()[0]
        order = any_world.order(EMILE, code)
        assert order is not None and [int(line.requested) for line in order.lines] == [20]
        replies = [row for row in outbox_rows(any_world) if row.external_id == EMILE]
        assert len(replies) == 7 and code in replies[-1].content["text"]

    def test_people_write_at_once(self, any_world: World) -> None:
        steps = ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes")
        buys = {EMILE: steps, HYDE: ("solicitar", "charles bukowsky srl - pta callao", *steps[2:])}

        def work(number: int) -> None:
            phone = CAST[number]
            for place, words in enumerate(buys.get(phone, ("menu", "ayuda", "pendientes", "cancelar"))):
                receive(any_world.runtime, _said(phone, place, words))

        _at_once(4, work)
        while answer_leftovers(any_world.runtime):
            continue
        assert_answered(any_world)
        assert len(any_world.codes()) == 2
        replies = Counter(row.external_id for row in outbox_rows(any_world) if row.kind is Kind.REPLY)
        assert replies == {EMILE: 7, HYDE: 7, PLANT: 4, DRIVER: 4}

    def test_whoever_was_linked_a_moment_ago_is_known(self, any_world: World) -> None:
        """While a message waits for the lock, the one before it may link the address to its person."""
        if any_world.database.is_sqlite:
            pytest.skip("on SQLite a write transaction begins alone: nothing can change while it waits")
        receive(any_world.runtime, _said(NOBODY, 1, "hola"))
        [held] = any_world.actor(EMILE).memberships
        with any_world.database.transaction() as tx:
            person = tx.execute(people.insert(), {"name": "Nueva", "phone": NOBODY, "locale": "es_PE"})
            key = person.inserted_primary_key
            assert key is not None
            tx.execute(
                memberships.insert(),
                {"person_id": key[0], "agent_id": held.agent_id, "role": held.role, "may_close": False},
            )
        keep(any_world.runtime, _said(NOBODY, 2, "menu"))
        with any_world.database.transaction() as tx:
            contact = lock_contact(tx, _said(NOBODY, 0, "x"), "es_PE")
            assert contact.is_known
            with ThreadPoolExecutor(1) as thread:
                waiting = thread.submit(answer_waiting, any_world.runtime, "phone", NOBODY)
                _wait_for_a_lock(any_world)
                tx.commit()
                waiting.result(30)
        assert len(any_world.to(NOBODY)[-1].message.choices) > 2

    def test_two_first_messages_of_a_new_address_at_once(self, any_world: World) -> None:
        for round_number in range(5):
            phone = f"+5199999{round_number:04d}"
            new = _receive_at_once(any_world, [_said(phone, number, "hola") for number in range(4)])
            assert new == [True] * 4
            while answer_leftovers(any_world.runtime):
                continue
            assert len([row for row in outbox_rows(any_world) if row.external_id == phone]) == 4
        assert_answered(any_world)


def _wait_for_a_lock(world: World) -> None:
    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with world.database.reading() as tx:
            if tx.execute(waits).scalar_one():
                return
        time.sleep(0.02)
    raise AssertionError("nobody waited for the lock")


class TestFailing:
    """A message that cannot be answered is tried three times, then steps aside."""

    def test_it_steps_aside_at_the_third_time(self, any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        seen = _break_one(monkeypatch)
        before = any_world.says(EMILE, "solicitar")[0].text
        any_world.says(EMILE, BAD)
        assert _states(any_world)[-1] == ("NUEVO", 1) and any_world.to(EMILE)[-1].text == before
        assert answer_leftovers(any_world.runtime) == 0 and seen.count(BAD) == 1
        for attempts in (2, 3):
            any_world.clock.advance(seconds=5)
            answer_leftovers(any_world.runtime)
            assert seen.count(BAD) == attempts
        row = inbox_rows(any_world)[-1]
        assert (row.state, row.attempts) == (Waiting.FAILED, 3) and len(row.reference) >= 6
        told = any_world.to(EMILE)
        assert len(told) == 2 and row.reference in told[-1].text
        any_world.clock.advance(hours=1)
        assert answer_leftovers(any_world.runtime) == 0 and seen.count(BAD) == 3 and len(any_world.to(EMILE)) == 2

    def test_the_conversation_stays_where_it_was(self, any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        _break_one(monkeypatch, "mr. hyde")
        asked = any_world.says(EMILE, "solicitar")[0].message
        any_world.says(EMILE, "mr. hyde")
        for _time in range(3):
            any_world.clock.advance(seconds=5)
            answer_leftovers(any_world.runtime)
        assert len(any_world.says(EMILE, "2")[0].message.choices) == 2
        assert any_world.to(EMILE)[0].message == asked

    def test_later_messages_wait_and_are_then_answered_in_order(
        self, any_world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen = _break_one(monkeypatch)
        for number, words in enumerate((BAD, "solicitar", "mr. hyde", "joyce gas")):
            receive(any_world.runtime, _said(EMILE, number, words))
        assert seen == [BAD] and _states(any_world) == [("NUEVO", 1)] + [("NUEVO", 0)] * 3
        assert any_world.says(HYDE, "menu")
        for _time in range(2):
            any_world.clock.advance(seconds=5)
            answer_leftovers(any_world.runtime)
        assert _states(any_world)[:4] == [("FALLIDO", 3)] + [("ATENDIDO", 0)] * 3
        assert [words for words in seen if words != "menu"] == [BAD] * 3 + ["solicitar", "mr. hyde", "joyce gas"]
        assert len(any_world.to(EMILE)) == 4

    def test_nothing_of_a_failed_message_remains(self, any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        for words in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no"):
            any_world.says(EMILE, words)
        _break_one(monkeypatch, "yes")
        any_world.says(EMILE, "yes")
        for _time in range(3):
            any_world.clock.advance(seconds=5)
            answer_leftovers(any_world.runtime)
        assert any_world.codes() == [] and any_world.to(HYDE) == []
        monkeypatch.undo()
        any_world.says(EMILE, "yes")
        assert len(any_world.codes()) == 1 and len(any_world.to(HYDE)) == 1

    def test_what_fails_once_is_answered_once(self, any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        _break_one(monkeypatch)
        any_world.says(EMILE, BAD)
        monkeypatch.undo()
        any_world.clock.advance(seconds=5)
        assert answer_leftovers(any_world.runtime) == 1
        assert len(any_world.to(EMILE)) == 1

    def test_many_hands_at_a_bad_message_tell_the_person_once(
        self, any_world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Each failed look counts on its own row only while that row still waits."""
        _break_one(monkeypatch)
        keep(any_world.runtime, _said(EMILE, 1, BAD))
        for _time in range(4):
            _at_once(8, lambda _number: answer_waiting(any_world.runtime, "phone", EMILE))
            any_world.clock.advance(seconds=5)
        assert len(any_world.to(EMILE)) == 1
        row = inbox_rows(any_world)[0]
        assert row.state is Waiting.FAILED and row.reference in any_world.to(EMILE)[0].text

    def test_a_message_answered_meanwhile_is_not_put_aside(self, any_world: World) -> None:
        """Two hands take the message, one fails, the other answers before the failure is counted."""
        keep(any_world.runtime, _said(EMILE, 1, "menu"))
        with any_world.database.transaction() as tx:
            tx.execute(inbox_table.update().values(attempts=2))
        found = inbox_rows(any_world)[0]
        assert answer_waiting(any_world.runtime, "phone", EMILE) == 1
        inbox._put_off(any_world.runtime, found)
        assert inbox_rows(any_world)[0].state is Waiting.ANSWERED
        assert len(any_world.to(EMILE)) == 1

    def test_a_database_in_trouble_is_no_fault_of_the_message(
        self, any_world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole, failures = router.answer, ["deadlock", "deadlock"]

        def answer(work: Work, incoming: Incoming) -> Outgoing | None:
            if failures:
                raise OperationalError("SELECT 1", {}, Exception(failures.pop()))
            return whole(work, incoming)

        monkeypatch.setattr(router, "answer", answer)
        assert len(any_world.says(EMILE, "menu")) == 1
        assert_answered(any_world)

    @pytest.mark.parametrize("content", [{}, {"channel": "phone"}, {"channel": "phone", "address": EMILE,
        "provider_id": "x", "of_another_release": 1}], ids=["empty", "cut short", "of another release"])  # fmt: skip
    def test_what_cannot_even_be_read_holds_up_nobody(self, any_world: World, content: dict[str, Any]) -> None:
        keep(any_world.runtime, _said(EMILE, 1, "menu"))
        with any_world.database.transaction() as tx:
            tx.execute(inbox_table.update().values(content=content))
        keep(any_world.runtime, _said(HYDE, 1, "menu"))
        keep(any_world.runtime, _said(EMILE, 2, "menu"))
        for _time in range(5):
            with suppress(Exception):  # the scheduler logs it and comes again
                answer_leftovers(any_world.runtime)
            any_world.clock.advance(seconds=5)
        assert [state for state, _attempts in _states(any_world)] == ["FALLIDO", "ATENDIDO", "ATENDIDO"]

    def test_an_address_in_trouble_does_not_hold_up_the_others(
        self, any_world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = router.answer

        def answer(work: Work, incoming: Incoming) -> Outgoing | None:
            if incoming.address == PLANT:
                raise OperationalError("SELECT 1", {}, Exception("disk"))
            return whole(work, incoming)

        monkeypatch.setattr(router, "answer", answer)
        for phone in CAST:
            keep(any_world.runtime, _said(phone, 1, "menu"))
        for _time in range(3):
            with suppress(OperationalError):  # the scheduler logs it and comes again
                answer_leftovers(any_world.runtime)
            any_world.clock.advance(seconds=5)
        assert {row.external_id for row in outbox_rows(any_world)} >= set(CAST) - {PLANT}


@pytest.mark.slow
class TestStrangers:
    """Whoever is not on an order cannot tell whether it exists."""

    def _order(self, world: World) -> str:
        for words in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes"):
            world.says(EMILE, words)
        return world.codes()[0]

    def _never_issued(self, code: str) -> str:
        return code[:2] + "".join(str((int(digit) + 5) % 10) for digit in code[2:])

    def _asked(self, world: World, phone: str, code: str, channel: str) -> list[str]:
        """Return everything that somebody is told who tries every word there is with a code."""
        registry.discover()
        words = sorted({word for one in registry.CONVERSATIONS.values() for word in (one.command, *one.words)})
        asked = [(f"{word} {code}", code, payload) for word in words for payload in ("", f">{word} {code}")]
        spaced = f"{code[:5]} {code[5:]}"
        asked += [
            (f" {spaced} ", spaced, ""),
            (f"#{code}", code, ""),
            (f"*{code}*", code, ""),
            (code[-4:], code[-4:], ""),
        ]
        told = []
        for typed, shown, payload in asked:
            said = world.says(phone, typed, channel, payload) + world.says(phone, "cancelar", channel)
            told += [_plain(f"{sent.kind} {json.dumps(sent.message.stored())}", code, shown) for sent in said]
        return told

    @pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
    @pytest.mark.parametrize("phone", [NOBODY, PLANT])
    def test_an_order_of_others_reads_as_one_that_never_was(self, world: World, phone: str, channel: str) -> None:
        code = self._order(world)
        other = self._never_issued(code)
        before = world.last_id()
        first = self._asked(world, phone, code, channel)
        world.clock.advance(hours=2)  # those who typed too many wrong codes may try again
        second = self._asked(world, phone, other, channel)
        assert len(first) > 100 and first == second
        assert {one.address for one in world.sent(before)} == {one.address for one in world.to(phone, channel)[-1:]}
        order = world.order(EMILE, code)
        assert order is not None and order.status.value == "SOLICITADO"

    def test_a_stranger_reads_of_no_company(self, world: World) -> None:
        code = self._order(world)
        for words in (code, "pendientes", "menu", "equipo", f"estado {code}", "buscar hoy", "repetir", "solicitar"):
            for sent in world.says(NOBODY, words):
                for fact in ("HYDE", "EMILE", "JOYCE", "BUKOWSKY", "SOLICITADO"):
                    assert fact not in sent.text
                assert sent.message.choices == ()


def _plain(told: str, *codes: str) -> str:
    """Return the text without what names this code, this tap and this question."""
    told = re.sub(r'"ack": "[0-9]+"', "ACK", told)
    told = re.sub(r"=[0-9a-f]{8}\.[0-9]+\.", "=QUESTION.", told)
    for code in codes:
        told = told.replace(code, "CODE")
    return told


def test_a_person_removed_from_a_team_is_a_stranger(any_world: World) -> None:
    person_id = any_world.actor(DRIVER).person_id
    with any_world.database.transaction() as tx:
        tx.execute(memberships.delete().where(memberships.c.person_id == person_id))
    assert any_world.says(DRIVER, "pendientes")[0].message.choices == ()
    with any_world.database.reading() as tx:
        assert tx.execute(select(addresses.c.id).where(addresses.c.external_id == DRIVER)).all()
