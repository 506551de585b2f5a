"""What is kept of a message names nobody and no order."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.scrubbing import LONGEST_KEPT, sameness, scrub


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("llámame al 987654321", "llámame al ‹number›"),
        ("+51 987 654 321 es mi cel", "‹number› es mi cel"),
        ("mi ruc 20538122107 ok", "mi ruc ‹number› ok"),
        ("la 6001 6454-717 no sale", "la ‹number› no sale"),
        ("seis cero cero uno seis cuatro cinco cuatro siete uno siete", "‹number›"),
        ("guia T001-00012345 y placa F1X-710", "guia ‹number› y placa ‹number›"),
        ("escribe a juan.perez@gas.pe o https://gas.pe/1?c=60016454717", "escribe a ‹link› o ‹link›"),
        ("alta K7QX2M9P", "alta ‹number›"),
        ("llegaron 18 de los 20 de 10kg", "llegaron 18 de los 20 de 10kg"),
        ("٩٨٧٦٥٤٣٢١", "‹number›"),
        ("dni 45678912", "dni ‹number›"),
    ],
)
def test_what_names_somebody_is_taken_away(text: str, kept: str) -> None:
    assert scrub(text) == kept


@given(st.text(max_size=60), st.integers(10**5, 10**15), st.text(max_size=60))
def test_no_long_number_is_kept(before: str, number: int, after: str) -> None:
    assert not re.search(r"[0-9]{5}", scrub(f"{before} {number} {after}"))


@given(st.text())
def test_what_is_kept_is_short_and_in_one_line(text: str) -> None:
    kept = scrub(text)
    assert len(kept) <= LONGEST_KEPT
    assert "\n" not in kept


def test_the_same_thing_said_twice_is_counted_together() -> None:
    assert sameness("Llegaron 18, pe!") == sameness("llegaron 20 pe")
    assert sameness("llegó") != sameness("llego a las 8")
