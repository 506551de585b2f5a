"""Texts cut without breaking what people see as one sign."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handlers.drawing import Button, titles
from bot.handlers.splitting import split
from bot.messages import Choice
from bot.signs import is_visible, length, one_line, shorten, sound

FAMILY = "👨\u200d👩\u200d👧"
THUMB = "👍🏽"
PERU = "🇵🇪"
ACCENT = "e\u0301"
KEYCAP = "1\ufe0f\u20e3"
QUICK = settings(deadline=None, derandomize=True, database=None)


class TestShortening:
    """Labels that fit."""

    @pytest.mark.parametrize("sign", [FAMILY, THUMB, PERU, ACCENT, KEYCAP, "🚚", "ñ"])
    def test_no_sign_is_broken(self, sign: str) -> None:
        for most in range(4, 40):
            cut = shorten(sign * 60, most)
            assert cut.endswith("…") and length(cut) <= most
            assert cut.removesuffix("…") == sign * (len(cut.removesuffix("…")) // len(sign)) or length(sign) > most - 1

    def test_what_fits_stays(self) -> None:
        assert shorten("Sí, cerrar", 10) == "Sí, cerrar"
        assert shorten("  a\n b\t c ", 20) == "a b c"

    def test_what_is_too_long_ends_with_an_ellipsis(self) -> None:
        assert shorten("60016454717 CHARLES BUKOWSKY SRL", 20) == "60016454717 CHARLES…"

    @QUICK
    @given(text=st.text(st.characters()), most=st.integers(2, 80))
    def test_anything_fits_on_one_line(self, text: str, most: int) -> None:
        cut = shorten(text, most)
        assert length(cut) <= most and cut == one_line(cut)

    def test_halves_of_signs_are_mended(self) -> None:
        assert sound("\ud83d\ude9a") == "🚚" and sound("a\ud83d").encode() == "a\ufffd".encode()

    @pytest.mark.parametrize("text", ["", " ", "\n", "\u200b", "\u3164", "\u2800", "\u00ad", "\u0301", "\x00"])
    def test_blanks_show_nothing(self, text: str) -> None:
        assert not is_visible(text)


def _titles(*labels: str, most: int = 20) -> list[str]:
    return titles([Button(number, Choice(label, f">{number}")) for number, label in enumerate(labels, 1)], most)


class TestTitles:
    """Labels that differ."""

    def test_alike_ones_get_their_number(self) -> None:
        long = "60016454717 CHARLES BUKOWSKY"
        assert _titles(f"{long} A", "Menú", f"{long} B") == ["1. 60016454717 CHAR…", "Menú", "3. 60016454717 CHAR…"]

    def test_empty_ones_are_their_number(self) -> None:
        assert _titles("", "Sí", " \n") == ["1.", "Sí", "3."]

    def test_a_label_that_looks_like_a_number_is_no_trap(self) -> None:
        assert _titles("x", "X", "1. x") == ["1. x", "2. X", "3. 1. x"]

    @QUICK
    @given(labels=st.lists(st.text(st.sampled_from("aA1. \u200b🚚"), max_size=30), max_size=10))
    def test_never_two_alike(self, labels: list[str]) -> None:
        found = _titles(*labels)
        assert len({one.casefold() for one in found}) == len(labels)
        assert all(is_visible(one) and length(one) <= 20 for one in found)


class TestSplitting:
    """Long texts in parts, the last of them shorter."""

    @pytest.mark.parametrize("sign", [FAMILY, THUMB, PERU, ACCENT, KEYCAP, "🚚"])
    def test_no_sign_is_broken(self, sign: str) -> None:
        for most in range(20, 60):
            for part in split(sign * 100, most):
                assert part == sign * (len(part) // len(sign)) and length(part) <= most

    @QUICK
    @given(text=st.text(st.sampled_from("ab \n🚚"), max_size=400), most=st.integers(20, 60), less=st.integers(0, 10))
    def test_the_last_part_leaves_room_for_buttons(self, text: str, most: int, less: int) -> None:
        found = split(text, most, most - less)
        assert all(length(part) <= most for part in found) and length(found[-1]) <= most - less
        assert "".join("".join(found).split()) == "".join(text.split())

    def test_the_list_stays_with_the_buttons(self) -> None:
        text = "x" * 1200
        listed = "1. Uno\n2. Dos\n3. Tres"
        assert split(f"{text}\n\n{listed}", 1480, 1004) == [text, listed]

    def test_more_marks_than_anybody_needs_do_not_stop_it(self) -> None:
        found = split("e" + "\u0301" * 500, 60)
        assert "".join(found) == "e" + "\u0301" * 500 and all(length(part) <= 60 for part in found)
