"""The context from the database: only what the person may see, and no more questions than the words need."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from typer.testing import CliRunner

import scopbot
from bot.store import addresses
from bot.understanding.inspecting import understood_as
from bot.understanding.meaning import How, Kind
from bot.understanding.whose import UnknownPersonError
from core.terms import Document
from core.transitions import Accept, Request, RequestedLine, Sell
from tests.world import DRIVER, EMILE, HYDE, NOBODY, PLANT, World


def sold_order(world: World) -> str:
    brands = {"JOYCE GAS": 1}
    lines = (RequestedLine(brands["JOYCE GAS"], "10 kg", Decimal(20)), RequestedLine(2, "45 kg", Decimal(5)))
    request = Request(world.agent_id("EMILE CIORAN SRL"), world.agent_id("MR. HYDE"), lines, draft="test")
    code = world.does(EMILE, request).order.code
    world.does(HYDE, Accept(code, {1: Decimal(18), 2: Decimal(5)}))
    world.does(HYDE, Sell(code, "T001-1", Document.WAYBILL))
    return code


def test_an_order_to_close_is_found_with_its_lines(any_world: World) -> None:
    code = sold_order(any_world)
    meaning = understood_as(any_world.runtime, EMILE, "los de 45 no llegaron")
    assert (meaning.kind, meaning.intent) == (Kind.INTENT, "close")
    assert meaning.answers == {"order": code, "what": "some", "received 2": "0", "reason 2": "never came"}
    meaning = understood_as(any_world.runtime, EMILE, f"cierra la {code[-4:]}")
    assert meaning.answers == {"order": code}
    assert meaning.slots[0].how is How.PART


def test_what_a_line_holds_is_what_was_sold_and_not_what_was_asked_for(any_world: World) -> None:
    sold_order(any_world)
    meaning = understood_as(any_world.runtime, EMILE, "faltaron 2 de 10 y lo demás conforme")
    assert {key: value for key, value in meaning.answers.items() if key.startswith("received")} == {
        "received 1": "16",
        "received 2": "5",
    }


def test_the_other_side_does_something_else_with_the_same_order(world: World) -> None:
    code = sold_order(world)
    assert understood_as(world.runtime, DRIVER, f"ya llegué con la {code[-4:]}").answers == {"order": code}
    assert understood_as(world.runtime, HYDE, "cierra la orden").answers == {}
    assert understood_as(world.runtime, PLANT, f"estado de la {code[-4:]}").answers == {"order": code[-4:]}


def test_sellers_and_brands_are_those_of_the_catalogue(world: World) -> None:
    meaning = understood_as(world.runtime, EMILE, "20 balones de 10 yoyce a hyde")
    assert meaning.answers["seller"] == f"seller {world.agent_id('MR. HYDE')}"
    assert [slot.shown for slot in meaning.slots if slot.key == "brand 1"] == ["JOYCE GAS"]


def test_the_open_question_is_the_one_on_the_screen(world: World) -> None:
    world.says(EMILE, "solicitar hyde joyce 10")
    meaning = understood_as(world.runtime, EMILE, "dos docenas")
    assert (meaning.kind, meaning.answers) == (Kind.ANSWER, {"quantity 1": "24"})


def test_nobody_is_nobody(world: World) -> None:
    with pytest.raises(UnknownPersonError):
        understood_as(world.runtime, NOBODY, "hola")


@pytest.mark.parametrize("who", [EMILE, "900 000 003", "51900000003", "900000003", "Titular de Emile Cioran", "cioran"])
def test_who_types_is_found_by_phone_chat_or_name(any_world: World, who: str) -> None:
    code = sold_order(any_world)
    assert understood_as(any_world.runtime, who, f"cierra la {code[-4:]}").answers == {"order": code}


def test_a_chat_is_known_by_its_id(world: World) -> None:
    with world.runtime.database.transaction() as tx:
        tx.execute(addresses.update().where(addresses.c.external_id == "900000003").values(external_id="7712345"))
    assert understood_as(world.runtime, "7712345", "hola").kind is Kind.GREETING


def test_of_several_people_each_is_named(world: World) -> None:
    with pytest.raises(UnknownPersonError, match=r"\+51900000002.*\+51900000004"):
        understood_as(world.runtime, "mr. hyde", "hola")
    with pytest.raises(UnknownPersonError, match="nobody"):
        understood_as(world.runtime, "...", "hola")


def test_the_console_command_says_what_it_took_from_where(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", world.url)
    run = CliRunner().invoke(scopbot.app, ["understand", "20 de 10 yoyce a hyde", "--as", EMILE])
    assert run.exit_code == 0
    assert 'brand 1 = brand 1 (JOYCE GAS) from "yoyce": similar' in run.stdout
    run = CliRunner().invoke(scopbot.app, ["understand", "no lo vendas", "--as", HYDE, "--json"])
    assert json.loads(run.stdout)["kind"] == "held"
    assert CliRunner().invoke(scopbot.app, ["understand", "hola", "--as", NOBODY]).exit_code == 1
