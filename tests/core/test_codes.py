"""Authorization codes: digits that nobody can guess, each given out once; and reading them as people type them."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from core import codes, ruc
from core.terms import Trade
from core.transitions import Annul
from tests.core.scene import Scene

KNOWN_CODES = ("60016454717", "60016494329", "60597068962", "60606659822", "11954452339", "60825331621")
"""Every code that domain.md prints (3.1)."""


@pytest.mark.parametrize("code", KNOWN_CODES)
def test_every_code_of_the_sources_is_read_as_itself(code: str) -> None:
    assert code == codes.normalise(code)
    assert code[:2] in codes.PREFIX.values()


@pytest.mark.parametrize(
    "typed",
    [
        "60016454717",
        "  60016454717\n",
        "60 016 454 717",
        "6 0 0 1 6 4 5 4 7 1 7",
        "600-1645-4717",
        "60.016.454.717",
        "60\u00a0016\u00a0454\u00a0717",
        "60\u2009016\u202f454\t717",
        "600\u20101645\u20114717",
        "600\u20121645\u20134717",
        "600\u20141645\u20154717",
        "600\u22121645 - 4717",
        "#60016454717",
        "*60016454717*",
        "_60016454717_",
        "`60016454717`",
        "6001645\n4717",
        "-60016454717-",
    ],
)
def test_spaces_dashes_dots_and_the_marks_of_a_chat_are_left_out(typed: str) -> None:
    assert codes.normalise(typed) == "60016454717"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "-",
        "6001645471",
        "600164547171",
        "6001645471O",
        "60016454717 60016494329",
        "codigo 60016454717",
        "60016454717x",
        "60,016,454,717",
        "60/016/454/717",
        "+60016454717",
        "6001645471７",
        "６００１６４５４７１７",
        "٦٠٠١٦٤٥٤٧١٧",
        "६००१६४५४७१७",
        "6001645471²",
        "6001645471①",
        "6001645471\u0000",
        "\ud800",
    ],
)
def test_anything_else_is_no_code(typed: str) -> None:
    assert codes.normalise(typed) is None


@settings(derandomize=True, database=None, deadline=None, max_examples=400)
@given(st.one_of(st.text(), st.text(alphabet="0123456789٠１²①-–−. \u00a0#*_\n\u200b", max_size=16)))
def test_no_text_breaks_the_reading_and_what_is_read_was_typed(typed: str) -> None:
    read = codes.normalise(typed)
    if read is not None:
        assert read.isascii() and read.isdigit() and len(read) == 11
        assert read == "".join(sign for sign in typed if sign in "0123456789")


@settings(derandomize=True, database=None, deadline=None, max_examples=200)
@given(st.integers(0, 10**11 - 1), st.lists(st.sampled_from([" ", "-", ".", "\u2013", "\u00a0"]), max_size=11))
def test_separators_anywhere_change_nothing(number: int, separators: list[str]) -> None:
    code = f"{number:011d}"
    typed = "".join(digit + mark for digit, mark in zip(code, [*separators, *[""] * 11], strict=False))
    assert code == codes.normalise(typed)


@pytest.mark.parametrize(("trade", "prefix"), [(Trade.CYLINDERS, "60"), (Trade.BULK, "60"), (Trade.LIQUIDS, "11")])
def test_each_trade_has_its_prefix(trade: Trade, prefix: str) -> None:
    drawn = [codes.draw(trade) for _ in range(200)]
    assert {prefix} == {code[:2] for code in drawn}
    assert drawn == [codes.normalise(code) for code in drawn]


def test_no_code_can_be_taken_for_a_ruc() -> None:
    assert not set(codes.PREFIX.values()) & set(ruc.PREFIXES)
    assert not any(ruc.is_valid(codes.draw(trade)) for trade in Trade for _ in range(500))


def test_the_digits_of_codes_are_evenly_spread() -> None:
    """A chi-square of nine degrees of freedom above 60 happens once in a thousand million times."""
    drawn = [codes.draw(Trade.CYLINDERS) for _ in range(20_000)]
    assert len(set(drawn)) > 19_990
    for place in range(2, codes.DIGITS):
        counts = Counter(code[place] for code in drawn)
        assert sum((counts[digit] - 2_000) ** 2 / 2_000 for digit in "0123456789") < 60, (place, counts)
    steps = Counter(int(after) - int(before) for before, after in pairwise(drawn))
    assert max(steps.values()) <= 2


def test_codes_come_from_the_system_s_secrets_and_fill_up_with_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def seven(below: int) -> int:
        asked.append(below)
        return 7

    monkeypatch.setattr(secrets, "randbelow", seven)
    assert [codes.draw(Trade.CYLINDERS), codes.draw(Trade.LIQUIDS)] == ["60000000007", "11000000007"]
    assert asked == [10**9, 10**9]


# --- each code once ---------------------------------------------------------------------------------------------------


def drawing(monkeypatch: pytest.MonkeyPatch, *drawn: str) -> Iterator[str]:
    """Let these codes be drawn, the last one for ever; return what is left of them."""
    left = iter(drawn)
    monkeypatch.setattr(codes, "draw", lambda _trade: next(left, drawn[-1]))
    return left


def test_a_code_that_is_taken_is_drawn_again(any_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = any_scene.requested()
    left = drawing(monkeypatch, *[taken.code] * 7, "60000000042")
    order = any_scene.requested(any_scene.line(3), draft="chat-1")
    assert list(left) == []
    assert order.code == "60000000042"
    assert order == any_scene.stored("60000000042")
    assert [entry.number for entry in any_scene.journal("60000000042")] == [1]
    assert taken == any_scene.stored(taken.code)


def test_a_code_of_an_annulled_order_is_never_given_again(any_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = any_scene.requested()
    any_scene.does(any_scene.buyer, Annul(taken.code))
    drawing(monkeypatch, taken.code, "60000000043")
    assert any_scene.requested().code == "60000000043"


def test_after_too_many_taken_codes_nothing_is_left_behind(any_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = any_scene.requested()
    before = any_scene.rows()
    with monkeypatch.context() as patch:
        drawing(patch, taken.code)
        with pytest.raises(RuntimeError):
            any_scene.tries(any_scene.buyer, any_scene.asking(draft="chat-1"))
    assert before == any_scene.rows()
    assert "chat-1" not in repr(any_scene.rows())
    assert taken.code != any_scene.requested(draft="chat-1").code


def test_the_database_itself_keeps_a_code_from_being_used_twice(any_scene: Scene) -> None:
    first, second = any_scene.requested(), any_scene.requested()
    statement = f"UPDATE \"order\" SET code = '{first.code}' WHERE code = '{second.code}'"
    with pytest.raises(IntegrityError), any_scene.database.transaction() as tx:
        tx.exec_driver_sql(statement)
    assert second == any_scene.stored(second.code)
