"""What report somebody asks for, from what they type."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot import registry
from bot.dialogue import Invalid
from bot.reports.about import About
from bot.reports.forms import Form
from bot.reports.wishes import ALL, BOUGHT, LATE, SOLD, Wish, spoken, what, wish
from core.reports.wanted import Wanted
from core.terms import Party, Status
from tests.core.bulk import lima

TODAY = date(2026, 11, 20)  # a Friday
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("hoy", TODAY, TODAY),
        ("ayer", date(2026, 11, 19), date(2026, 11, 19)),
        ("esta semana", date(2026, 11, 16), TODAY),
        ("la semana pasada", date(2026, 11, 9), date(2026, 11, 15)),
        ("este mes", date(2026, 11, 1), TODAY),
        ("mes pasado", *OCTOBER),
        ("Octubre", *OCTOBER),
        ("octubre 2025", date(2025, 10, 1), date(2025, 10, 31)),
        ("febrero 2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("18/11", date(2026, 11, 18), date(2026, 11, 18)),
        ("18/11 al 20/11", date(2026, 11, 18), TODAY),
        ("01/12/2025 al 20/11/2026", date(2025, 12, 1), TODAY),
        ("del 1 al 15 de octubre", date(2026, 10, 1), date(2026, 10, 15)),
        ("last month", *OCTOBER),
        ("october", *OCTOBER),
    ],
)
def test_the_days(text: str, first: date, last: date) -> None:
    assert wish(TODAY)(text) == Wish(first, last)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("mes pasado excel", {"form": Form.XLSX}),
        ("mes pasado en CSV", {"form": Form.CSV}),
        ("atrasos de octubre", {"what": LATE}),
        ("octubre todas csv", {"what": ALL, "form": Form.CSV}),
        ("compras de octubre", {"what": BOUGHT}),
        ("mis ventas octubre excel", {"what": SOLD, "form": Form.XLSX}),
        ("octubre por cerrar", {"what": "POR CERRAR"}),
        ("octubre rechazadas", {"what": "RECHAZADO"}),
        ("octubre con Mr. Hyde excel", {"partner": "mr. hyde", "form": Form.XLSX}),
        ("octubre con todo gas sac", {"partner": "todo gas sac"}),
    ],
)
def test_what_else_is_said_with_them(text: str, asked: dict[str, Any]) -> None:
    assert wish(TODAY)(text) == Wish(*OCTOBER, **asked)


@pytest.mark.parametrize("text", ["", "32/01", "20/11 al 18/11", "01/01/2020 al 20/11/2026", "31/12/9999", "jamás"])
def test_what_is_no_period_is_asked_again(text: str) -> None:
    with pytest.raises(Invalid):
        wish(TODAY)(text)


@pytest.mark.parametrize(
    ("text", "found"), [("all", ALL), ("Atrasos", LATE), ("cerrados", "CERRADO"), ("CERRADO", "CERRADO")]
)
def test_which_orders(text: str, found: str) -> None:
    assert what(text) == found


def test_what_is_no_choice_is_asked_again() -> None:
    for text in ("zas", "todas las de juan", ""):
        with pytest.raises(Invalid):
            what(text)


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize(
    ("conditions", "asked"),
    [
        ({}, ALL),
        ({"late": True}, LATE),
        ({"party": Party.BUYER}, BOUGHT),
        ({"party": Party.SELLER}, SOLD),
        *(({"statuses": frozenset({status})}, status.value) for status in Status),
    ],
)
def test_the_command_of_a_button_asks_for_the_same(conditions: dict[str, Any], asked: str, form: Form) -> None:
    for others in ((), ("MR. HYDE",)):
        said = spoken(Wanted(*OCTOBER, (1,), **conditions), others, form)
        opened = registry.opened_by(said)
        assert opened is not None and opened[0].name == "report"
        partner = "mr. hyde" if others else ""
        assert wish(TODAY)(opened[1]) == Wish(*OCTOBER, asked, form, partner)
        assert len(said.encode()) < 64, "a button of Telegram"


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        (*OCTOBER, "reporte-2026-10.xlsx"),
        (TODAY, TODAY, "reporte-261120.xlsx"),
        (date(2026, 11, 1), TODAY, "r-261101-261120.xlsx"),
        (date(2025, 12, 1), date(2026, 1, 31), "r-251201-260131.xlsx"),
        (date(2024, 2, 1), date(2024, 2, 29), "reporte-2024-02.xlsx"),
    ],
)
def test_the_name_of_the_file_is_short(first: date, last: date, name: str) -> None:
    about = About(Wanted(first, last, (1,)), lima("2026-11-20 10:00:00"))
    assert about.file_name(Form.XLSX) == name
    assert len(name) <= 20
