"""Forms that nobody lists one by one: whole verbs, misspelt days, products in gallons, papers said together."""

from __future__ import annotations

from datetime import date

import pytest

from bot.understanding import Kind, understand
from bot.understanding.fuels import fuels
from bot.understanding.said_days import said_days
from bot.understanding.verbs import asking_forms, wishing_forms
from tests.understanding.scenes import TODAY, scene


def test_a_verb_asks_in_every_person() -> None:
    assert {"cerrar~", "cerra~", "cierra~", "cierre~", "cierren~", "cierro", "cerremos~"} <= set(
        asking_forms("cerrar", "cierr")
    )
    assert {"rechace~", "rechacen~", "rechacemos~"} <= set(asking_forms("rechazar"))
    assert {"pedi~", "pida~", "pidamos~"} <= set(asking_forms("pedir", "pid"))
    assert {"cierres", "cerres"} <= set(wishing_forms("cerrar", "cierr"))


@pytest.mark.parametrize(
    "said", ["anulame la 329", "me anulas la 329", "anulémosla, la 329", "quiero que anules la 329"]
)
def test_it_is_heard_in_every_person(said: str) -> None:
    meaning = understand(said, scene("shop1 idle"))
    assert (meaning.intent, meaning.answers) == ("annul", {"order": "60016494329"})


@pytest.mark.parametrize(
    "said",
    ["el pedido 329 lo anuló hyde", "quizás anule la 329", "no quiero que anules la 329", "me pide que anule la 329"],
)
def test_what_only_sounds_like_asking_starts_nothing(said: str) -> None:
    assert understand(said, scene("shop1 idle")).kind is not Kind.INTENT


@pytest.mark.parametrize(
    ("said", "first", "part"),
    [
        ("pal sabadito", date(2026, 11, 21), "sabadito"),
        ("20 de 10 pa mñn porfa", date(2026, 11, 19), "mñn"),
        ("el miercolez 25", date(2026, 11, 25), "miercolez 25"),
        ("para el 21", date(2026, 11, 21), "para el 21"),
        ("el viernes 20 de noviembre", date(2026, 11, 20), "viernes 20 de noviembre"),
    ],
)
def test_a_misspelt_day_keeps_its_place_in_the_text(said: str, first: date, part: str) -> None:
    (days,) = said_days(said, TODAY, "es_PE", coming=True)
    assert (days.first, said[days.start : days.end]) == (first, part)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("diesel b5 s-50", ("Diesel B5 S-50",)),
        ("gasohol 90", ("Gasohol 90 Plus",)),
        ("gasolina regular", ("Gasolina Regular",)),
        ("glp a granel", ("GLP-G",)),
        ("20 balones de gas", ()),
    ],
)
def test_products_in_gallons(said: str, names: tuple[str, ...]) -> None:
    assert tuple(name for _start, _end, found in fuels(said) for name in found) == names


def test_a_fuel_that_can_be_several_is_asked_about() -> None:
    meaning = understand("necesito 800 galones de diesel", scene("shop idle"))
    assert meaning.answers == {"product": "LIQUIDO", "gallons 1": "800", "more 1": "no"}
    assert [doubt.key for doubt in meaning.doubts] == ["fuel 1"]


def test_both_papers_and_the_plate_fill_a_sale() -> None:
    meaning = understand("vende la 123 guía T001-445 factura F001-22 placa t8a870", scene("dist idle"))
    assert meaning.intent == "sell"
    assert meaning.answers == {
        "order": "60016455123",
        "document": "T001-445",
        "invoice": "F001-22",
        "plate": "T8A-870",
    }


@pytest.mark.parametrize("said", ["reenviado: cierre su orden hoy y gane un premio", "cerrar cerrar cerrar"])
def test_adverts_and_drums_start_nothing(said: str) -> None:
    assert understand(said, scene("shop1 idle")).kind is Kind.HELD
