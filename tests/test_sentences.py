"""Sentences through the real router: no message of the corpus changes an order by itself, nor with a yes unearned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain, count
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot import contacts, missed, registry, router
from bot.demo import DISTRIBUTOR, PLANT, SHOP
from bot.dialogue import NO_WORDS, YES_WORDS, Question, Scene, Talk, show, turn
from bot.howtos import HOW, how
from bot.i18n import KNOWN, language
from bot.messages import Incoming, Outgoing
from bot.people import PeopleBook
from bot.performing import Work
from bot.store import Kind as LetterKind
from bot.store import Sending, outbox
from bot.understanding import Kind, understand
from core import codes
from core.orderbook import OrderBook
from core.people import Actor
from core.statements import entries, lines, orders
from core.terms import Status
from core.transitions import Accept, Annul, Close, Reject, Request, RequestedLine, Sell
from tests import world as cast
from tests.understanding.corpus import FOLDER, HELD_BACK, Case, read
from tests.understanding.scenes import scene
from tests.world import World

J10, P10, P45 = ("JOYCE GAS", "10 kg"), ("PROUST GAS", "10 kg"), ("PROUST GAS", "45 kg")
PHONES = {"shop": cast.EMILE, "dist": cast.HYDE, "driver": cast.DRIVER}
TOLD = {"confirm": {"what": "all", "when": "later"}, "received": {"what": "some"}, "quantity": {"what": "change"}}
"""What must be answered before a question of the corpus is on the screen."""


@pytest.fixture
def busy(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world with orders in every state, under the codes of the corpus."""
    given = chain([60016454717, 60016494329, 60016455123, 60016477717, 60016461008], count(60016400001))
    monkeypatch.setattr(codes, "draw", lambda _trade: str(next(given)))
    emile, hyde, plant = (world.agent_id(name) for name in (SHOP, DISTRIBUTOR, PLANT))

    def ask(phone: str, buyer: int, seller: int, *wanted: tuple[tuple[str, str], int]) -> str:
        asked = tuple(RequestedLine(_brand(world, name), size, Decimal(many)) for (name, size), many in wanted)
        return world.does(phone, Request(buyer_id=buyer, seller_id=seller, lines=asked)).order.code

    def serve(phone: str, code: str, *counts: int, sells: bool = True) -> str:
        world.does(phone, Accept(code, {place: Decimal(many) for place, many in enumerate(counts, start=1)}))
        if sells:
            world.does(phone, Sell(code, "T001-00012345"))
        return code

    serve(cast.HYDE, ask(cast.EMILE, emile, hyde, (J10, 20), (P45, 5)), 20, 5)
    ask(cast.EMILE, emile, hyde, (J10, 30))
    serve(cast.HYDE, ask(cast.EMILE, emile, hyde, (J10, 20), (P45, 5)), 20, 5, sells=False)
    serve(cast.PLANT, ask(cast.EMILE, emile, plant, (P10, 40)), 40)
    serve(cast.PLANT, ask(cast.HYDE, hyde, plant, (J10, 100)), 100)
    closed = serve(cast.HYDE, ask(cast.EMILE, emile, hyde, (J10, 1)), 1)
    world.does(cast.EMILE, Close(closed, {1: Decimal(1)}))
    world.does(cast.EMILE, Annul(ask(cast.EMILE, emile, hyde, (J10, 2))))
    world.does(cast.HYDE, Reject(ask(cast.EMILE, emile, hyde, (J10, 3)), "sin stock"))
    return world


def _brand(world: World, name: str) -> int:
    with world.database.reading() as tx:
        return next(
            one.id for one in OrderBook(tx, world.actor(cast.EMILE), world.clock()).brands() if one.name == name
        )


def facts(tx: Connection) -> list[Any]:
    """Return everything that is registered of orders."""
    return [tx.execute(select(table).order_by(table.c.id)).all() for table in (orders, lines, entries)]


@dataclass
class Speaker:
    """Somebody in a transaction that is rolled back: what they say is answered, and nothing of it stays."""

    world: World
    tx: Connection
    phone: str
    locale: str
    talk: Talk

    def says(self, text: str) -> Outgoing | None:
        incoming = Incoming("phone", self.phone, "-", text=text, phone=self.phone)
        contact = replace(contacts.lock(self.tx, incoming, self.locale), talk=self.talk, locale=self.locale)
        with language(self.locale):
            return router.answer(Work(self.tx, self.world.runtime, contact, self.world.clock()), incoming)


class _Undone(Exception):  # noqa: N818 - the end of a scene
    """Rolls a scene back."""


@contextmanager
def speaking(world: World, case: Case) -> Iterator[Speaker]:
    """Put the person of a case where its heading says: idle, under a notice, or at a question."""
    who, _space, where = case.heading.partition(" ")
    phone = PHONES[who.removesuffix("-en").rstrip("12")]
    locale = "en" if who.endswith("-en") else "es_PE"
    actor = world.actor(phone)
    with suppress(_Undone), world.database.transaction() as tx:
        speaker = Speaker(world, tx, phone, locale, Talk())
        if where in ("reminder", "notice"):
            _notify(speaker, where)
        elif where != "idle":
            _put(speaker, actor, case)
        yield speaker
        raise _Undone


def _notify(speaker: Speaker, where: str) -> None:
    code, word = ("60016454717", "cerrar") if where == "reminder" else ("60016494329", "atender")
    incoming = Incoming("phone", speaker.phone, "-", phone=speaker.phone)
    contact = contacts.lock(speaker.tx, incoming, "es_PE")
    now = speaker.world.clock()
    letter = {
        "address_id": contact.address_id,
        "channel": "phone",
        "external_id": speaker.phone,
        "kind": LetterKind.NOTICE,
        "urgency": 1,
        "content": Outgoing("…").stored() | {"choices": [["…", f">{word} {code}"]]},
        "state": Sending.SENT,
        "attempts": 1,
        "created_at": now,
        "next_attempt_at": now,
    }
    speaker.tx.execute(outbox.insert(), letter)


def _put(speaker: Speaker, actor: Actor, case: Case) -> None:
    question = scene(case.heading).open
    assert question is not None
    talk = speaker.talk
    talk.begin(question.conversation)
    if question.key != "order":
        talk.answers.update({**TOLD.get(question.key.split()[0], {}), **question.answers})
    if question.key in ("document", "kind") and question.conversation == "accept":
        talk.answers.update({"what": "all", "when": "now"})
    entry = registry.named(question.conversation)
    assert entry is not None
    now = speaker.world.clock()
    book = PeopleBook(speaker.tx, actor, now, speaker.world.runtime.join_links)
    with language(speaker.locale):
        end = turn(entry.run, talk, Scene(actor, OrderBook(speaker.tx, actor, now), book, now))
        if isinstance(end, Question):
            show(end, talk, now)


CASES = [*read(FOLDER), *read(HELD_BACK)]
PLAYED = [case for place, case in enumerate(CASES) if case.level == "adversarial" or place % 3 == 0]
"""All that was written to mislead, and every third of the others: to play one message costs as much as a turn."""
HEADINGS = sorted({case.heading for case in CASES})
NEVER = {"safe", "howto", "greeting", "thanks", "person", "out_of_scope", "later", "held", "no", "unknown"}


def is_yes_to_a_summary(case: Case) -> bool:
    return " confirm" in case.heading and "yes" in case.expected


@pytest.mark.slow
@pytest.mark.parametrize("heading", HEADINGS)
def test_no_message_of_the_corpus_changes_an_order_that_it_should_not(busy: World, heading: str) -> None:
    """Said once, said twice, and with a yes after it where it is no wish at all."""
    with busy.database.reading() as tx:
        before = facts(tx)
    wrong = []
    for case in (one for one in PLAYED if one.heading == heading):
        meant_no_change = set(case.expected) <= NEVER
        with speaking(busy, case) as speaker:
            speaker.says(case.text)
            if facts(speaker.tx) != before and not is_yes_to_a_summary(case):
                wrong.append(f"alone: {case.text}")
            summary = bool(speaker.talk.digest)
            if case.text.isdecimal():
                continue  # "1" and "1" are an option and a yes
            speaker.says("sí" if meant_no_change else case.text)
            if facts(speaker.tx) == before or is_yes_to_a_summary(case):
                continue
            if not (meant_no_change and summary and " confirm" in heading):
                wrong.append(f"then: {case.text}")
    assert wrong == []


def test_every_plain_yes_and_no_is_one_for_the_layer_too() -> None:
    """The router takes these without asking it."""
    for conversation in ("close", "accept", "sell", "request"):
        at_summary = scene(f"{'dist' if conversation in ('accept', 'sell') else 'shop1'} {conversation} confirm")
        assert {understand(word, at_summary).kind for word in YES_WORDS} == {Kind.YES}
        assert {understand(word, at_summary).kind for word in NO_WORDS} == {Kind.NO}


def test_every_conversation_has_its_how_to_in_each_language() -> None:
    registry.discover()
    assert set(registry.CONVERSATIONS) == set(HOW)
    for locale in KNOWN:
        with language(locale):
            assert all(how(name) for name in HOW)


@pytest.mark.parametrize(
    "shy", ['"sí"', "¿sí?", "sí?", "dice que sí", "sí pero no sé", "creo que sí", "gracias", "cerrar"]
)
def test_a_yes_that_is_quoted_asked_or_unsure_is_asked_again(busy: World, shy: str) -> None:
    busy.says(cast.EMILE, "cerrar 60016454717 todo")
    assert "¿Cerrar la orden 60016454717" in busy.answer(cast.EMILE, shy)
    order = busy.order(cast.EMILE, "60016454717")
    assert order is not None and order.status is Status.TO_CLOSE
    assert "CERRADO" in busy.answer(cast.EMILE, "1")


@pytest.mark.parametrize("against", ["no lo cierres", "ya cerré ayer", "¿y si cierro mañana?", "mi esposa va a cerrar"])
@pytest.mark.parametrize("then", ["sí", "dale pues", "ok"])
def test_a_yes_right_after_a_word_against_it_is_asked_again_once(busy: World, against: str, then: str) -> None:
    busy.says(cast.EMILE, "cerrar 60016454717 todo")
    busy.says(cast.EMILE, against)
    busy.says(cast.EMILE, then)
    order = busy.order(cast.EMILE, "60016454717")
    assert order is not None and order.status is Status.TO_CLOSE


@pytest.mark.parametrize(
    "sentence", ["repite mi pedido", "anula la 329", "cierra la 717 todo conforme", "cerrar 60016454717 todo"]
)
def test_the_same_sentence_twice_is_no_yes(busy: World, sentence: str) -> None:
    with busy.database.reading() as tx:
        before = facts(tx)
    for _time in range(3):
        busy.says(cast.EMILE, sentence)
    with busy.database.reading() as tx:
        assert before == facts(tx)


def test_numbers_of_a_question_keep_their_meaning_when_something_is_offered_beside_it(busy: World) -> None:
    """Beside a question that takes numbers nothing is numbered: 1 is one cylinder, 10 is ten kilos."""
    busy.says(cast.EMILE, "solicitar hyde joyce")
    for _time in range(4):
        busy.says(cast.EMILE, "quien sabe cual sera pues")
    assert "JOYCE GAS 10 kg: ¿cuántos" in busy.answer(cast.EMILE, "10")
    for _time in range(4):
        busy.says(cast.EMILE, "quien sabe cuantos seran pues")
    assert "• 1 × JOYCE GAS 10 kg" in busy.answer(cast.EMILE, "1")


def test_the_third_miss_offers_a_person_and_the_question_stays(busy: World) -> None:
    busy.says(cast.EMILE, "cerrar 60016454717 todo")
    told = [busy.answer(cast.EMILE, text) for text in ("bla ble bli", "blo blu bla", "ble bla blo")]
    assert ["Centro de Control" in one for one in told] == [False, False, True]
    assert all("¿Cerrar la orden 60016454717" in one for one in told)
    assert "Para estar seguros" in busy.answer(cast.EMILE, "sí")
    assert "CERRADO" in busy.answer(cast.EMILE, "sí")


def test_what_was_not_understood_is_counted_without_phones_and_codes(any_world: World) -> None:
    for said in ("zas zis 987654321 60016454717", "Zas zís 912345678 60016454718", "otra cosa zus"):
        any_world.says(cast.EMILE, said)
    with any_world.database.reading() as tx:
        listed = missed.report(tx, 10)
    assert [one.times for one in listed] == [2, 1]
    assert not any(char.isdecimal() for char in listed[0].text)


def test_no_more_is_kept_of_it_than_there_is_room_for(any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missed, "MOST", 3)
    for said in ("zas zas", "zas zas", "zis zis", "zos zos", "zus zus", "zes zes"):
        any_world.clock.advance(seconds=1)
        any_world.says(cast.EMILE, said)
    with any_world.database.reading() as tx:
        assert {"zas zas", "zus zus", "zes zes"} == {one.text for one in missed.report(tx, 10)}


def test_a_stranger_is_understood_as_nothing_but_somebody_who_joins(busy: World) -> None:
    told = {busy.answer(cast.NOBODY, text) for text in ("cierra la 717", "20 de 10 joyce a hyde", "como va la 717?")}
    assert len(told) == 1
    with busy.database.reading() as tx:
        assert missed.report(tx, 10) == []


def test_what_another_may_not_see_is_in_no_sentence_either(busy: World) -> None:
    """The plant has no part in 60016454717: by its ending it is no order, by its digits one never issued."""
    never = busy.answer(cast.PLANT, "como va la 60016454718")
    busy.says(cast.PLANT, "cancelar")
    foreign = busy.answer(cast.PLANT, "como va la 60016454717")
    assert foreign.replace("60016454717", "…") == never.replace("60016454718", "…")
    assert "Comprador:" not in busy.answer(cast.PLANT, "como va la que termina en 4717")


def test_which_line_an_amount_is_about_is_asked_and_the_others_stay(busy: World) -> None:
    busy.says(cast.EMILE, "cerrar 60016454717 todo")
    asked = busy.answer(cast.EMILE, "no, son 4")
    assert "¿De cuál de estos se trata?" in asked
    summary = busy.answer(cast.EMILE, "2")
    assert "• 20 × JOYCE GAS 10 kg\n• 4 de 5 × PROUST GAS 45 kg" in summary


def test_an_ending_of_no_order_never_becomes_the_only_other_one(busy: World) -> None:
    said = busy.answer(cast.EMILE, "cierra la que termina en 999, llegó todo")
    assert "No encuentro una orden suya que termine en 999." in said
    assert "¿Cerrar la orden" not in said


def test_one_refused_line_closes_the_others(busy: World) -> None:
    summary = busy.answer(cast.EMILE, "los de 45 de la 60016454717 llegaron golpeados, no los recibo")
    assert "• 20 × JOYCE GAS 10 kg\n• PROUST GAS 45 kg: rechazado (Mal estado)" in summary


def test_a_past_moment_in_a_sentence_is_answered_as_of_then(busy: World) -> None:
    assert "todavía no existía" in busy.answer(cast.EMILE, "cómo estaba la 60016454717 el 01/01/2020 a las 5 pm")


def test_a_second_wish_is_told_not_to_be_done(busy: World) -> None:
    said = busy.answer(cast.EMILE, "ya llegó todo y pido 20 más de 10 joyce a hyde")
    assert "¿Solicitar este pedido?" in said
    assert "«cerrar»: eso todavía NO se hizo" in said


def test_back_from_a_summary_goes_through_its_questions(busy: World) -> None:
    """A sentence answered them all at once; back takes them one by one, and at last leaves."""
    busy.says(cast.EMILE, "5 balones de 10 joyce a hyde")
    told = [busy.answer(cast.EMILE, "atrás") for _time in range(6)]
    shown = ("¿Algo más?", "cuántos cilindros", "de qué tamaño", "¿Qué marca?", "¿A quién le compra?", "NO SE REGISTRÓ")
    assert all(part in one for part, one in zip(shown, told, strict=True))


def test_back_from_what_a_sentence_left_open_takes_the_sentence_back(busy: World) -> None:
    assert "¿A quién le compra?" in busy.answer(cast.EMILE, "5 balones de 10 joyce")
    assert "NO SE REGISTRÓ" in busy.answer(cast.EMILE, "atrás")
