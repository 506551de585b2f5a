"""Numbers of guías de remisión and facturas."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import documents
from core.terms import Document


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("T001-00012345", "T001-00012345"),
        ("t001-00012345", "T001-00012345"),
        ("F001-1", "F001-1"),
        ("f001-00000001", "F001-00000001"),
        ("E001-123", "E001-123"),
        ("V001-123", "V001-123"),
        ("EG01-7", "EG01-7"),
        ("001-001387", "001-001387"),
        ("0001-00000929", "0001-00000929"),
        ("1-1", "1-1"),
        ("001387", "001387"),
        ("000929", "000929"),
        ("1234", "1234"),
        ("12345678", "12345678"),
        ("0000", "0000"),
        ("  T001-123  ", "T001-123"),
        ("T001 - 123", "T001-123"),
        ("T001 -123", "T001-123"),
        ("T 001-123", "T001-123"),
        ("001 387", "001387"),
        ("T001\u2010123", "T001-123"),
        ("T001\u2011123", "T001-123"),
        ("T001\u2013123", "T001-123"),
        ("T001 \u2014 123", "T001-123"),
        ("T001\u2015123", "T001-123"),
        ("T001\u2212123", "T001-123"),
    ],
)
def test_a_document_number_is_written_as_sunat_prints_it(typed: str, number: str) -> None:
    assert number == documents.normalise(typed)
    assert number == documents.normalise(number)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "-",
        "T001",
        "T001-",
        "-123",
        "T0012-123",
        "T001-123456789",
        "T001--123",
        "T001-12-3",
        "T001/123",
        "T001_123",
        "T001.123",
        "T001-12A",
        "123",
        "123456789",
        "60016454717",
        "20538122107",
        "guia 001387",
        "N° 001387",
        "ÑÑÑÑ-123",
        "T00í-123",
        "ß01-123",
        "ﬀ01-123",
        "ſ001-123",
        "T001-１２３",
        "T001-١٢٣",
        "００１３８７",
        "T001-12²",
        "T001-123\u0000",
        "\ud800-1",
    ],
)
def test_anything_else_is_no_document(typed: str) -> None:
    assert documents.normalise(typed) is None


@settings(derandomize=True, database=None, deadline=None, max_examples=400)
@given(st.one_of(st.text(), st.text(alphabet="TVFEBßſ0123456789-–− \u00a0\n", max_size=16)))
def test_no_text_breaks_the_reading(typed: str) -> None:
    number = documents.normalise(typed)
    if number is not None:
        assert re.fullmatch(r"[A-Z0-9]{1,4}-[0-9]{1,8}|[0-9]{4,8}", number, re.ASCII)
        assert len(number) <= 20
        assert number == documents.normalise(number)
        documents.kind_of(number)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("T001-1", Document.WAYBILL),
        ("V001-1", Document.WAYBILL),
        ("F001-1", Document.INVOICE),
        ("E001-1", Document.INVOICE),
        ("B001-1", None),
        ("001-001387", None),
        ("0001-1", None),
        ("001387", None),
    ],
)
def test_the_series_says_what_it_is_or_nothing_does(number: str, kind: Document | None) -> None:
    assert kind == documents.kind_of(number)
