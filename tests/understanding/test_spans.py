"""Spans of days that have been, as people say them when they look for orders."""

from __future__ import annotations

import pytest

from bot.understanding.said_days import said_days
from tests.understanding.scenes import TODAY


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("del 28 de octubre al 3 de noviembre", "2026-10-28 2026-11-03"),
        ("desde el lunes hasta hoy", "2026-11-16 2026-11-18"),
        ("del 1 de noviembre a la fecha", "2026-11-01 2026-11-18"),
        ("dl 1 al 10 d octubre", "2026-10-01 2026-10-10"),
        ("de agosto a octubre", "2026-08-01 2026-10-31"),
        ("la primera quincena de noviembre", "2026-11-01 2026-11-15"),
        ("la quincena pasada", "2026-11-01 2026-11-15"),
        ("el finde pasado", "2026-11-14 2026-11-15"),
        ("la semana q paso", "2026-11-09 2026-11-15"),
        ("todo setiembre", "2026-09-01 2026-09-30"),
        ("las ultimas dos semanas", "2026-11-05 2026-11-18"),
        ("hace tres dias", "2026-11-15 2026-11-15"),
        ("lo que va del año", "2026-01-01 2026-11-18"),
        ("las ordenes del 12", "2026-11-12 2026-11-12"),
        ("orders since monday", "2026-11-16 2026-11-18"),
        ("from 10 to 12 november", "2026-11-10 2026-11-12"),
    ],
)
def test_a_span_that_has_been_is_read(text: str, days: str) -> None:
    found = said_days(text, TODAY, "es_PE", coming=False)
    assert [f"{one.first} {one.last}" for one in found] == [days]


def test_two_days_without_a_range_stay_two() -> None:
    assert len(said_days("las del lunes y las del martes", TODAY, "es_PE", coming=False)) == 2
