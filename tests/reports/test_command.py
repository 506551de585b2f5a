"""`scopbot report`: what an operator, or whoever supervises, gets from the command line."""

from __future__ import annotations

import csv
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from typer.testing import CliRunner, Result

from core.statements import agents, brands
from core.transitions import Accept, Close, Request, RequestedLine, Sell
from scopbot import app
from tests.world import EMILE, HYDE, PLANT, Clock, World

MARCH = ("--from", "2021-03-01", "--to", "2021-03-31")


@pytest.fixture
def office(any_world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """The cast with three orders: two of EMILE's with HYDE, of which one is closed late, and one of HYDE's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", any_world.url)
    for name in ("BOT_LOCALE", "LOG_LEVEL", "LOG_FORMAT"):
        monkeypatch.delenv(name, raising=False)
    late = requested(any_world, EMILE, "EMILE CIORAN SRL", "MR. HYDE")
    any_world.does(HYDE, Accept(late, {1: Decimal(20)}))
    any_world.does(HYDE, Sell(late, "T001-00012345"))
    any_world.clock.advance(days=2)
    any_world.does(EMILE, Close(late, {1: Decimal(19)}))
    requested(any_world, EMILE, "EMILE CIORAN SRL", "MR. HYDE")
    requested(any_world, HYDE, "MR. HYDE", "CHARLES BUKOWSKY SRL - PTA CALLAO")
    return any_world


def requested(world: World, phone: str, buyer: str, seller: str) -> str:
    with world.database.reading() as tx:
        brand = tx.execute(select(brands.c.id).limit(1)).scalar_one()
    line = RequestedLine(brand, "10 kg", Decimal(20))
    return world.does(phone, Request(world.agent_id(buyer), world.agent_id(seller), (line,))).order.code


def report(*options: str, days: tuple[str, ...] = MARCH) -> Result:
    return CliRunner().invoke(app, ["report", *days, *options])


def codes(result: Result) -> list[str]:
    assert result.exit_code == 0, result.output
    text = result.stdout_bytes.decode("utf-8-sig")
    return [row[0] for row in csv.reader(StringIO(text, newline=""))][1:]


def test_everybodys_orders_go_to_the_screen_as_csv(office: World) -> None:
    result = report()
    assert codes(result) == office.codes()
    assert "3 orders: 1 closed late (at most 2 days), 0 overdue (at most 0 days)." in result.stderr


@pytest.mark.parametrize(
    ("options", "places"),
    [
        (("--agent", "mr. hyde"), [0, 1, 2]),
        (("--agent", "EMILE CIORAN SRL"), [0, 1]),
        (("--agent", "MR. HYDE", "--as", "buyer"), [2]),
        (("--agent", "MR. HYDE", "--as", "seller", "--with", "EMILE CIORAN SRL"), [0, 1]),
        (("--agent", "MR. HYDE", "--with", "CHARLES BUKOWSKY SRL - PTA CALLAO"), [2]),
        (("--state", "CERRADO"), [0]),
        (("--state", "cerrado", "--state", "solicitado", "--agent", "EMILE CIORAN SRL"), [0, 1]),
        (("--state", "POR CERRAR"), []),
        (("--late",), [0]),
    ],
)
def test_only_those_that_are_asked_for(office: World, options: tuple[str, ...], places: list[int]) -> None:
    assert codes(report(*options)) == [office.codes()[place] for place in places]


def test_an_agent_is_found_by_register_number_and_by_ruc(office: World) -> None:
    with office.database.reading() as tx:
        row = tx.execute(
            select(agents.c.register_number, agents.c.ruc).where(agents.c.name == "EMILE CIORAN SRL")
        ).one()
    for named in row:
        assert codes(report("--agent", named)) == office.codes()[:2]


def test_days_are_those_of_lima_and_may_be_written_both_ways(office: World) -> None:
    # the first order was requested on 25/03/2021 at 20:52 in Lima: in Greenwich that was the 26th
    assert codes(report(days=("--from", "25/03/2021", "--to", "25/03/2021"))) == office.codes()[:1]
    assert codes(report(days=("--from", "2021-03-26", "--to", "2021-03-26"))) == []


def test_a_workbook_is_known_by_the_name_of_its_file(office: World) -> None:
    result = report("--out", "marzo.xlsx")
    assert result.exit_code == 0, result.output
    book = load_workbook("marzo.xlsx")
    assert [book["Órdenes"].cell(row, 1).value for row in (2, 3, 4)] == office.codes()
    assert book["Resumen"]["A1"].value == "Reporte de todos los agentes"
    assert "3 orders in marzo.xlsx" in result.stderr
    assert {path.name for path in Path().iterdir()} == {"marzo.xlsx"}


def test_a_file_is_replaced_only_by_a_whole_one(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("marzo.csv").write_text("before", encoding="utf-8")
    assert report("--out", "marzo.csv", "--agent", "NOBODY").exit_code == 2
    assert Path("marzo.csv").read_text(encoding="utf-8") == "before"

    def breaks(*_given: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("bot.reports.ordering.write", breaks)
    result = report("--out", "marzo.csv")
    assert (result.exit_code, result.stderr) == (2, "the disk is full\n")
    assert {path.name for path in Path().iterdir()} == {"marzo.csv"}
    assert Path("marzo.csv").read_text(encoding="utf-8") == "before"


@pytest.mark.parametrize(
    ("options", "days", "said"),
    [
        ((), ("--from", "2021-03-31", "--to", "2021-03-01"), "--from 2021-03-31 comes after --to 2021-03-01"),
        ((), ("--from", "2021-02-29", "--to", "2021-03-01"), "--from: '2021-02-29' is not a day like"),
        ((), ("--from", "2021-02-28", "--to", "9999-12-31"), "--to: '9999-12-31' is not a day like"),
        (("--agent", "NOBODY"), MARCH, "--agent: no agent has the register number, RUC or name 'NOBODY'"),
        (("--agent", "MR. HYDE", "--with", "X"), MARCH, "--with: no agent has"),
        (("--with", "MR. HYDE"), MARCH, "--with and --as are told of an agent: name it with --agent"),
        (("--as", "buyer"), MARCH, "--with and --as are told of an agent"),
        (("--agent", "MR. HYDE", "--as", "owner"), MARCH, "--as must be buyer or seller"),
        (("--format", "xlsx"), MARCH, "--format xlsx needs --out FILE"),
        (("--out", "nowhere/marzo.csv"), MARCH, "--out: there is no folder nowhere"),
        (("--state", "PERDIDO"), MARCH, "PERDIDO"),
    ],
)
def test_what_cannot_be_done_is_said(office: World, options: tuple[str, ...], days: tuple[str, ...], said: str) -> None:
    result = report(*options, days=days)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_the_clock_of_the_report_is_that_of_now(office: World) -> None:
    sold = requested(office, HYDE, "MR. HYDE", "CHARLES BUKOWSKY SRL - PTA CALLAO")
    office.does(PLANT, Accept(sold, {1: Decimal(20)}))
    office.does(PLANT, Sell(sold, "T001-00012346"))
    assert isinstance(office.clock, Clock)
    assert codes(report("--late", "--agent", "MR. HYDE", "--as", "buyer")) == [sold], "it was sold years ago"
