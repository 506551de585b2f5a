"""The vocabulary's short ways of writing: choices, clitics, whole verbs; and times, which are no amounts."""

from __future__ import annotations

import pytest

from bot.understanding.entries import places_of
from bot.understanding.lexicon import lexicon
from bot.understanding.listening import listen
from bot.understanding.phrases import Phrases
from bot.understanding.times import hour_in, waiting
from bot.understanding.verbs import telling_forms
from tests.understanding.scenes import scene


def kinds_of(text: str, heading: str = "shop1 idle") -> set[str]:
    return listen(text, scene(heading)).known


@pytest.mark.parametrize("text", ["le aviso que", "te aviso que", "les informo que"])
def test_each_choice_of_an_entry_is_an_entry(text: str) -> None:
    assert kinds_of(text) == {"polite"}


def test_a_verb_tells_in_every_form_that_does_not_ask() -> None:
    forms = set(telling_forms("cerrar"))
    assert {"cerró", "cerraba", "cerraré", "cerraría", "cerrara", "cerrado", "cerrando"} <= forms
    assert not {"cerrar", "cierra", "cierro", "cierre"} & forms


@pytest.mark.parametrize("told", ["mandé", "mandaría", "enviaré", "pediría", "anularía"])
def test_a_telling_form_is_no_misspelt_command(told: str) -> None:
    assert not any(kind.endswith((".asks", ".weak")) for kind in kinds_of(told))


def test_a_thing_keeps_its_name_although_a_verb_has_that_form() -> None:
    assert "request.tells" not in kinds_of("mi pedido")


def test_what_is_cut_short_is_no_command() -> None:
    assert lexicon("es").correct("regalame") is None


@pytest.mark.parametrize(
    ("text", "hour"),
    [("a las 6 de la tarde", "18:00"), ("a las 18", "18:00"), ("10:30", "10:30"), ("6 pm", "18:00"), ("at 5", "05:00")],
)
def test_a_time_of_the_day_is_no_amount(text: str, hour: str) -> None:
    found = hour_in(text)
    assert found is not None
    assert found[0] == hour
    assert "number" not in kinds_of(f"llegaron {text}")


def test_a_time_to_wait_is_read_in_minutes() -> None:
    found = [waiting(text) for text in ("en media hora", "en 2 horas", "dentro de veinte minutos", "en la tienda")]
    assert [one and one[0] for one in found] == [30, 120, 20, None]


def test_the_number_of_a_house_is_no_amount() -> None:
    assert "number" not in kinds_of("vivo en la cuadra 10 de la avenida")
    assert "number" in kinds_of("mi casa 10 balones")


def test_who_writes_is_nobody_else() -> None:
    assert "others" not in kinds_of("soy la señora rosa de la bodega")
    assert "others" in kinds_of("la señora cierra")


def test_choices_are_walked_and_not_written_out() -> None:
    """A phrase is kept as it stands in the file: ten places of ten choices cost a hundred words."""
    phrases = Phrases(lambda _words, _kinds: False)
    place = tuple((word,) for word in "abcdefghij")
    phrases.add([place] * 10, "long", None, 0, {})
    said = ["a", "b"] * 5
    assert [phrase.words for phrase in phrases.at(said, 0)] == [tuple(said)]
    assert phrases.at(said[:9], 0) == []


def test_a_place_may_stay_empty_and_a_choice_may_have_several_words() -> None:
    phrases = Phrases(lambda _words, _kinds: False)
    phrases.add(places_of("(de la|) (guia|factura) (nro|)"), "paper", None, 0, {})
    found = phrases.at(["de", "la", "guia", "nro", "3"], 0)
    assert [" ".join(phrase.words) for phrase in found] == ["de la guia", "de la guia nro"]


def test_the_lower_rank_alone_is_heard() -> None:
    phrases = Phrases(lambda _words, _kinds: False)
    phrases.add(places_of("(lo|la) cierro"), "close.asks", None, 1, {})
    phrases.add(places_of("la cierro"), "thing", None, 0, {})
    assert [phrase.kinds for phrase in phrases.at(["la", "cierro"], 0)] == [{"thing"}]
