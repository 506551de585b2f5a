"""Documents and plates that are read aloud are written as they are printed; other words stay as they are."""

from __future__ import annotations

import pytest

from bot.understanding.dictated import written_out
from bot.understanding.marks import marks


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("te cero cero uno guion doce", "T001-12"),
        ("efe doble cero dos raya mil ciento dos", "F002-1102"),
        ("te cero cero uno guion cero cero cuatro cinco", "T001-0045"),
        ("te cero diez guion cuarenta y cinco", "T010-45"),
        ("te cero cero dos guion cuatro mil quinientos doce", "T002-4512"),
        ("t zero zero one dash forty five", "T001-45"),
        ("placa be siete ka setecientos veinte", "placa B7K-720"),
        ("placa abc uno dos tres", "placa ABC-123"),
    ],
)
def test_what_is_dictated_is_written_as_it_is_printed(spoken: str, written: str) -> None:
    assert written_out(spoken) == written


@pytest.mark.parametrize(
    "text",
    ["te espero dos horas", "la placa del carro no la se", "el camion de la planta", "T001 dos balones", "te doy 20"],
)
def test_other_words_stay_as_they_are(text: str) -> None:
    assert written_out(text) == text


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("serie T001 número 2281", "T001-2281"),
        ("la 441 de la serie T001", "T001-441"),
        ("fac nro 4402 serie f001, la 123", "F001-4402"),
        ("t00100000919", "T001-00000919"),
        ("T 001 - 000 445", "T001-000445"),
        ("T-001-445", "T001-445"),
        ("T001/990", "T001-990"),
        ("la guia salio manual es 001-0078812", "001-0078812"),
    ],
)
def test_a_document_is_known_however_it_is_typed(typed: str, number: str) -> None:
    assert [mark.value for mark in marks(typed) if mark.kind == "document"] == [number]


@pytest.mark.parametrize(
    "text", ["vende con la T001, 20 balones", "la orden 123 serie", "el 10-11-2026", "001-20 balones"]
)
def test_no_document_is_read_out_of_other_numbers(text: str) -> None:
    assert [mark for mark in marks(text) if mark.kind == "document"] == []
