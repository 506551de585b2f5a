"""The check digit of a RUC."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core import ruc
from core.statements import agents
from tests.world import World

KNOWN = ("20538122107", "20448559093", "20409411852", "10419132638")
"""Every RUC that domain.md prints (3.3)."""
KNOWN_CODES = ("60016454717", "60016494329", "60597068962", "60606659822", "11954452339", "60825331621")


@pytest.mark.parametrize("number", KNOWN)
def test_every_ruc_of_the_sources_is_valid(number: str) -> None:
    assert ruc.is_valid(number)
    assert int(number[-1]) == ruc.check_digit(number[:10])


@pytest.mark.parametrize("number", KNOWN)
def test_any_other_last_digit_is_wrong(number: str) -> None:
    assert [number] == [number[:10] + digit for digit in "0123456789" if ruc.is_valid(number[:10] + digit)]


@pytest.mark.parametrize("number", KNOWN)
def test_a_digit_typed_wrong_is_noticed_nearly_always(number: str) -> None:
    """Modulus 11 with 10 → 0 and 11 → 1 lets some through, but no single slip among 90 of more than a few."""
    slips = [number[:place] + digit + number[place + 1 :] for place in range(11) for digit in "0123456789"]
    valid = {slip for slip in slips if slip != number and ruc.is_valid(slip)}
    assert len(valid) <= 8


@pytest.mark.parametrize("code", KNOWN_CODES)
def test_no_authorization_code_is_a_ruc(code: str) -> None:
    assert not ruc.is_valid(code)


@pytest.mark.parametrize(
    ("first_ten", "digit"),
    [
        ("2053812210", 7),
        ("2000000000", 1),  # 2·5 = 10; 11 - 10 = 1
        ("2000000001", 0),  # 10 + 1·2 = 12, remainder 1; 11 - 1 = 10, written 0
        ("2000000006", 1),  # 10 + 6·2 = 22, remainder 0; 11 - 0 = 11, written 1
    ],
)
def test_the_check_digit_is_worked_out_by_hand(first_ten: str, digit: int) -> None:
    assert digit == ruc.check_digit(first_ten)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "2053812210",
        "205381221077",
        "20538122108",
        "2053812210x",
        " 20538122107",
        "20538122107\n",
        "20-53812210-7",
        "２０５３８１２２１０７",
        "٢٠٥٣٨١٢٢١٠٧",
        "2053812210²",
        "\ud800" * 11,
        "00000000000",
        "30538122107",
    ],
)
def test_anything_else_is_no_ruc(number: str) -> None:
    assert not ruc.is_valid(number)


@pytest.mark.parametrize("prefix", ["10", "15", "16", "17", "20"])
def test_the_five_prefixes_are_known_and_no_other(prefix: str) -> None:
    first_ten = f"{prefix}12345678"
    assert ruc.is_valid(f"{first_ten}{ruc.check_digit(first_ten)}")
    known = [
        f"{number:02d}"
        for number in range(100)
        if ruc.is_valid(f"{number:02d}12345678{ruc.check_digit(f'{number:02d}12345678')}")
    ]
    assert known == ["10", "15", "16", "17", "20"]


@settings(derandomize=True, database=None, deadline=None, max_examples=300)
@given(st.sampled_from(["10", "15", "16", "17", "20"]), st.integers(0, 10**8 - 1))
def test_the_eleventh_digit_follows_the_definition(prefix: str, number: int) -> None:
    first_ten = f"{prefix}{number:08d}"
    total = sum(int(digit) * weight for digit, weight in zip(first_ten, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2], strict=True))
    expected = {10: 0, 11: 1}.get(11 - total % 11, 11 - total % 11)
    assert expected == ruc.check_digit(first_ten)
    assert ruc.is_valid(f"{first_ten}{expected}")


@settings(derandomize=True, database=None, deadline=None, max_examples=300)
@given(st.text(max_size=13))
def test_no_text_breaks_it(text: str) -> None:
    assert ruc.is_valid(text) in (True, False)


def test_the_demo_cast_has_valid_numbers(world: World) -> None:
    with world.database.reading() as tx:
        numbers = list(tx.execute(select(agents.c.ruc)).scalars())
    assert [number for number in numbers if not ruc.is_valid(number)] == []
