"""The slots are answers of the conversations themselves: put under their keys, one sentence leads to the summary."""

from __future__ import annotations

import pytest

from bot import registry
from bot.dialogue import Question, Scene, Talk, turn
from bot.i18n import language
from bot.people import PeopleBook
from bot.understanding import Meaning
from bot.understanding.inspecting import understood_as
from core.orderbook import OrderBook
from tests.understanding.test_context import sold_order
from tests.world import EMILE, HYDE, World


def asked_after(world: World, phone: str, meaning: Meaning) -> Question:
    entry = registry.named(meaning.intent)
    assert entry is not None
    talk = Talk()
    talk.begin(entry.name)
    talk.answers.update(meaning.answers)
    actor = world.actor(phone)
    with world.database.reading() as tx, language("es_PE"):
        orders = OrderBook(tx, actor, world.clock())
        people = PeopleBook(tx, actor, world.clock(), world.runtime.join_links)
        end = turn(entry.run, talk, Scene(actor, orders, people, world.clock()))
    assert isinstance(end, Question), end
    return end


def test_one_line_orders(world: World) -> None:
    meaning = understood_as(world.runtime, EMILE, "20 balones de 10 yoyce y 5 de 45 prust a hyde pa mañana porfa")
    question = asked_after(world, EMILE, meaning)
    assert question.key == "confirm 2"
    for line in ("20 × JOYCE GAS 10 kg", "5 × PROUST GAS 45 kg", "Vendedor: MR. HYDE", "Entrega: 26/03/2021"):
        assert line in question.prompt


def test_what_is_missing_is_asked(world: World) -> None:
    question = asked_after(world, EMILE, understood_as(world.runtime, EMILE, "mande 20 de 10 a hyde"))
    assert question.key == "brand 1"


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("ya llegó todo jefe", "• 18 × JOYCE GAS 10 kg\n• 5 × PROUST GAS 45 kg"),
        ("llegó todo menos los de 45", "• 18 × JOYCE GAS 10 kg\n• PROUST GAS 45 kg: rechazado"),
        ("faltaron 2 de 10 y lo demás conforme", "• 16 de 18 × JOYCE GAS 10 kg\n• 5 × PROUST GAS 45 kg"),
    ],
)
def test_one_sentence_closes_up_to_the_summary(world: World, text: str, summary: str) -> None:
    code = sold_order(world)
    question = asked_after(world, EMILE, understood_as(world.runtime, EMILE, text))
    assert question.key == "confirm"
    assert code in question.prompt
    if "rechazado" not in summary:
        assert summary in question.prompt


def test_one_sentence_accepts_and_sells_up_to_the_summary(world: World) -> None:
    world.says(EMILE, "solicitar hyde joyce 10 20 no")
    world.says(EMILE, "1")
    (code,) = world.codes()
    text = f"acepta 15 de la {code[-4:]} y vende con guia t001 778"
    question = asked_after(world, HYDE, understood_as(world.runtime, HYDE, text))
    assert question.key == "confirm"
    assert "15 × JOYCE GAS 10 kg" in question.prompt
    assert "Guía T001-778" in question.prompt


def test_a_reason_of_the_other_side_is_kept_in_own_words(world: World) -> None:
    sold_order(world)
    meaning = understood_as(world.runtime, EMILE, "rechaza el pedido, pedido duplicado")
    assert meaning.answers["reason"] == "pedido duplicado"
