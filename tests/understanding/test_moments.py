"""A moment after a code: every way in which people type it, in Lima's time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.understanding.moments import after_code, moment_in
from core.clock import LIMA

NOW = datetime(2017, 6, 1, 17, 30, 5, tzinfo=UTC)
"""01/06/2017 12:30:05 in Lima, a Thursday."""

SAID = {
    "al 23/05/2017 15:48": "2017-05-23 15:48:00",
    "al 23/05/2017 15:48:36": "2017-05-23 15:48:36",
    "23/05/2017 a las 15:48": "2017-05-23 15:48:00",
    "el 23-05-17 a las 3:48 pm": "2017-05-23 15:48:00",
    "el 23 de mayo de 2017 a las 3:48 p. m.": "2017-05-23 15:48:00",
    "al 23.05.2017, 15:48 h": "2017-05-23 15:48:00",
    "al 23 de mayo a las 3pm": "2017-05-23 15:00:00",
    "on 23/05/2017 at 15:48": "2017-05-23 15:48:00",
    "may 23 at 3 pm": "2017-05-23 15:00:00",
    "al 23/05/2017": "2017-05-23 23:59:59",
    "ayer": "2017-05-31 23:59:59",
    "ayer a las 8": "2017-05-31 08:00:00",
    "hoy": "2017-06-01 12:30:05",
    "hoy a las 9:15": "2017-06-01 09:15:00",
    "a las 9:15": "2017-06-01 09:15:00",
    "el lunes a las 12 am": "2017-05-29 00:00:00",
    "AL 23/05/2017 00:00": "2017-05-23 00:00:00",
    "al 29/02/2016 23:59:59": "2016-02-29 23:59:59",
    "al 23/05/2018 15:48": "2018-05-23 15:48:00",
}


@pytest.mark.parametrize("typed", SAID)
def test_a_moment_is_read_in_lima(typed: str) -> None:
    assert moment_in(typed, NOW) == datetime.fromisoformat(SAID[typed]).replace(tzinfo=LIMA)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "x",
        "al 30/02/2017 15:48",
        "al 23/05/2017 25:00",
        "al 23/05/2017 15:60",
        "al 23/05/2017 13 pm",
        "al 23/05/2017 15:48 16:00",
        "del 23/05/2017 al 24/05/2017",
        "la semana pasada",
        "15",
        "al 23/05/2017 154",
    ],
)
def test_what_is_not_clear_is_not_guessed(typed: str) -> None:
    assert moment_in(typed, NOW) is None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("60016454717", ("60016454717", "")),
        ("6001 6454-717", ("6001 6454-717", "")),
        ("60016454717 al 23/05/2017 15:48", ("60016454717", "al 23/05/2017 15:48")),
        ("60016454717 23/05/2017 15:48", ("60016454717", "23/05/2017 15:48")),
        ("6001 6454-717, ayer", ("6001 6454-717", "ayer")),
        ("600164547171 ayer", ("600164547171 ayer", "")),
        ("123", ("123", "")),
    ],
)
def test_the_code_comes_first(typed: str, expected: tuple[str, str]) -> None:
    assert after_code(typed) == expected
