"""What is said into an open question or a summary: what counts as an answer, a change or a yes, and what never does."""

from __future__ import annotations

import pytest

from bot.understanding import Kind, understand
from tests.understanding.scenes import HYDE, PLANT, scene


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("dist accept confirm", "Sí, acéptele los treinta"),
        ("shop request confirm", "sí, mándeme los 20 de joyce"),
        ("shop request confirm", "sí, 20 de 10 kg a Hyde"),
        ("shop annul confirm", "Sí, ya no la necesito"),
        ("dist sell confirm", "va, vendido"),
        ("shop1 close confirm", "opción 1"),
    ],
)
def test_a_yes_may_repeat_what_the_summary_says(where: str, text: str) -> None:
    assert understand(text, scene(where)).kind is Kind.YES


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("dist accept confirm", "sí, acéptele los veinte"),
        ("shop request confirm", "sí, 10"),
        ("shop request confirm", "sí, 20 de 45"),
        ("shop request confirm", "sí, 20 a la planta"),
        ("shop request confirm", "sí, si me lo traen hoy"),
        ("shop1 close confirm", "sí, ya no la necesito"),
        ("shop annul confirm", "sí, ya no la necesito anular"),
        ("shop1 close confirm", "ya está cerrada"),
        ("dist sell confirm", "sí, vendido el local"),
        ("dist sell confirm", "sí, con la guía 001-446"),
    ],
)
def test_what_differs_from_the_summary_is_no_yes(where: str, text: str) -> None:
    assert understand(text, scene(where)).kind is not Kind.YES


@pytest.mark.parametrize(
    ("where", "text", "slots"),
    [
        ("shop request confirm", "eran de 45 no de 10", {"size 1": "45 kg"}),
        ("shop request confirm", "sí, 30 a Hyde", {"quantity 1": "30"}),
        ("shop request confirm", "todo igual pero con prust y 24", {"brand 1": "brand 2", "quantity 1": "24"}),
        ("shop1 close confirm", "uyy me olvide, dos se los llevo el chofer, son 18", {"received 1": "18"}),
        ("shop1 close confirm", "Sí, pero dos vinieron vacíos y los devolví", {"received 1": "18"}),
        ("dist sell confirm", "le falto el cero, es 001-4450", {"document": "001-4450"}),
        ("dist sell confirm", "Lo cambio: va con factura, no con guía", {"kind": "FACTURA"}),
        ("dist accept confirm", "sí pero véndela ahorita mismo", {"when": "now"}),
    ],
)
def test_a_correction_takes_what_is_not_denied(where: str, text: str, slots: dict[str, str]) -> None:
    meaning = understand(text, scene(where))
    assert meaning.kind is Kind.CORRECTION
    assert slots.items() <= meaning.answers.items()


@pytest.mark.parametrize(
    ("where", "text"),
    [("shop request confirm", "aumenta 5 más"), ("shop request confirm", "quita 3")],
)
def test_a_change_by_so_many_asks_for_the_amount(where: str, text: str) -> None:
    meaning = understand(text, scene(where))
    assert (meaning.kind, meaning.slots, meaning.reopen) == (Kind.CORRECTION, (), ("quantity 1",))


@pytest.mark.parametrize(
    ("where", "text", "key", "shown"),
    [
        ("dist accept quantity 1", "18... no mejor 21", "quantity 1", "21"),
        ("shop1 close received 1", "9 y 7, o sea 16", "received 1", "16"),
        ("shop1 close received 1", "en la guía dice 20 pero a mí me dejaron 13", "received 1", "13"),
        ("shop request seller", "a Hyde ya no, me quedó mal; a Bukowsky", "seller", PLANT),
        ("shop2 close order", "la de la planta no, la otra", "order", "60016454717"),
        ("shop request seller", "a Hyde nomás", "seller", HYDE),
        ("dist accept what", "Quiero cambiar la cantidad", "what", "change"),
        ("shop request more 1", "Con eso está bien", "more 1", "no"),
        ("shop search days", "del 1 al 10 d este mes", "days", "01/11/2026 al 10/11/2026"),
        ("shop search days", "desde el lunes hasta hoy", "days", "16/11/2026 al 18/11/2026"),
        ("shop request delivery 1", "de aki en 3 dias", "delivery 1", "21/11/2026"),
    ],
)
def test_the_one_answer_among_the_clauses_is_taken(where: str, text: str, key: str, shown: str) -> None:
    meaning = understand(text, scene(where))
    assert meaning.kind is Kind.ANSWER
    assert shown in {part for slot in meaning.slots if slot.key == key for part in (slot.value, slot.shown)}


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("shop1 close received 1", "entre 15 y 18"),
        ("shop1 close received 1", "el lunes pasado fueron 18, de hoy no he contado"),
        ("shop1 close received 1", "no, no llegaron 18"),
        ("shop1 close what", "en el pedido del mes pasado no llegó nada"),
        ("dist sell document", "la guía de ayer era T001-88, la de hoy aún no sale"),
        ("dist sell document", "no use la T001-998, está manchada"),
        ("dist sell kind", "la factura de la luz me vino carísima"),
        ("dist team role", "el chofer chocó el camión ayer"),
        ("shop request delivery 1", "el lunes me dejaron plantada todo el día"),
        ("shop request quantity 1", "ayer pedí 20"),
        ("shop request more 1", "mas caro q la otra semana pues"),
        ("dist reject reason", "Ya no la rechace, me equivoqué de botón"),
        ("dist reject reason", "aguanta un rato toy en otra llamada"),
    ],
)
def test_a_story_answers_nothing(where: str, text: str) -> None:
    assert understand(text, scene(where)).kind not in {Kind.ANSWER, Kind.YES, Kind.CORRECTION}
