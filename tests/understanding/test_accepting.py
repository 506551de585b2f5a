"""What is accepted of an order with several lines is told to its lines by brand or size."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.understanding import GivenContext, understand
from bot.understanding.context import LineSeen
from tests.understanding.scenes import scene


@pytest.fixture
def two_lines() -> GivenContext:
    """A distributor who is asked for 18 Joyce of 10 kg and 5 Proust of 45 kg."""
    idle = scene("dist idle")
    order = next(one for one in idle.orders if "accept" in one.can)
    lines = (LineSeen(1, "JOYCE GAS", "10 kg", Decimal(18)), LineSeen(2, "PROUST GAS", "45 kg", Decimal(5)))
    return replace(idle, orders=(replace(order, lines=lines),))


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("al de emile le puedo dar 15 de joyce nomas, lo demas completo", {"quantity 1": "15", "quantity 2": "5"}),
        ("acepto 15 joyce y los proust completos", {"quantity 1": "15", "quantity 2": "5"}),
        ("le doy 15 joyce y 4 de 45", {"quantity 1": "15", "quantity 2": "4"}),
        ("acepta 4 de los proust nomas", {"quantity 2": "4"}),
    ],
)
def test_each_amount_is_of_its_line(two_lines: GivenContext, text: str, amounts: dict[str, str]) -> None:
    meaning = understand(text, two_lines)
    assert meaning.intent == "accept"
    assert meaning.answers["what"] == "change"
    assert {key: value for key, value in meaning.answers.items() if key.startswith("quantity")} == amounts
