"""Reports as files: every cell as exact as the order is, nothing that a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from bot.i18n import language
from bot.reports import xlsx_writing
from bot.reports.columns import COLUMNS
from bot.reports.csv_writing import FORMULA, harmless, hours
from bot.reports.forms import Form
from bot.reports.writing import write
from core.reports.record import Record
from tests.reports.told import CLOSED, GALLONS, LINE, OPEN, RECORD, SOLD, about, on_the_wall

HOSTILE = ('=HYPERLINK("http://evil","x")', "+51900000001", "-2+3", "@SUM(A1)", "\tx", "\r=1", " =1+1", "＝1")


def written(form: Form, *records: Record, spoken: str = "es_PE", **wanted: Any) -> bytes:
    file = BytesIO()
    with language(spoken):
        write(form, file, records, about(**wanted))
    return file.getvalue()


def table(*records: Record, spoken: str = "es_PE") -> list[dict[str, str]]:
    text = written(Form.CSV, *records, spoken=spoken).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text, newline=""), strict=True))


def sheet(name: str, *records: Record, spoken: str = "es_PE") -> Worksheet:
    return load_workbook(BytesIO(written(Form.XLSX, *records, spoken=spoken)))[name]


def cells(of: Worksheet, row: int) -> dict[str, Any]:
    return {str(heading.value): cell for heading, cell in zip(of[1], of[row], strict=True)}


# --- CSV --------------------------------------------------------------------------------------------------------------


def test_csv_is_what_excel_knows_and_the_rfc_says() -> None:
    content = written(Form.CSV, RECORD, OPEN)
    assert content.startswith(b"\xef\xbb\xbfC\xc3\xb3digo,Estado,")
    assert content.count(b"\r\n") == 4 == content.count(b"\n")
    assert content.endswith(b"\r\n")


def test_csv_has_a_row_for_each_line_with_what_the_order_says() -> None:
    first, second, third = table(RECORD, OPEN)
    assert (first["Código"], second["Código"], third["Código"]) == ("60016454717", "60016454717", "60016474524")
    assert (first["Producto"], first["Unidad"], second["Producto"], second["Unidad"]) == (
        "JOYCE GAS 10 kg", "UND", "GLP-G", "GAL",
    )  # fmt: skip
    assert [first[name] for name in ("Solicitado", "Aceptado", "Vendido", "Recibido")] == ["20", "20", "20", "18"]
    assert [second[name] for name in ("Solicitado", "Aceptado", "Vendido", "Recibido")] == [
        "3100.125",
        "3100",
        "3100",
        "",
    ]
    assert (first["Solicitud (Lima)"], first["Cierre (Lima)"]) == ("2021-03-25 21:58:33", "2021-03-27 00:16:25")
    assert (first["Llegada (Lima)"], first["Rechazo (Lima)"]) == ("", "")
    assert (first["De la venta o llegada al cierre (h:mm:ss)"], first["Días tarde"]) == ("26:15:04", "2")
    assert (first["Cerrado por"], first["RUC del comprador"], first["Documento"]) == (
        "Luis", "20999000038", "T001-00012345",
    )  # fmt: skip
    assert first["Movimientos"] == (
        "25/03/2021 21:58:33 SOLICITADO: Ana (WhatsApp); 27/03/2021 00:16:25 CERRADO: Luis (Telegram)"
    )
    assert (third["Vendido"], third["Días tarde"], third["Cerrado por"], third["Movimientos"]) == ("", "", "", "")


def test_no_orders_are_a_heading_alone() -> None:
    assert table() == []
    assert written(Form.CSV).count(b"\r\n") == 1
    orders = sheet("Órdenes")
    assert (orders.max_row, orders["A1"].value) == (1, "Código")


def test_the_headings_are_in_the_language_spoken() -> None:
    assert list(table(RECORD, spoken="en")[0])[:3] == ["Code", "State", "Trade"]
    assert len({column.heading for column in COLUMNS}) == len(COLUMNS)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_becomes_a_formula(text: str) -> None:
    record = replace(RECORD, seller=replace(RECORD.seller, name=text), lines=(LINE._replace(reason=text),))
    (row,) = table(record)
    assert row["Vendedor"] == row["Motivo del rechazo"] == f"'{text}"
    found = cells(sheet("Órdenes", record), 2)
    assert found["Vendedor"].data_type == "s"
    assert unescape(found["Vendedor"].value) == text
    assert found["Vendedor"].hyperlink is None


@given(st.text())
def test_whatever_somebody_is_called_nothing_reckons(text: str) -> None:
    shown = harmless(text)
    assert shown.lstrip(" \u00a0")[:1] not in FORMULA or not text.strip()
    assert shown in (text.replace("\0", ""), "'" + text.replace("\0", ""))


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_comes_through_csv_as_it_is(text: str) -> None:
    (row,) = table(replace(RECORD, destination=text, lines=(LINE,)))
    assert row["Destino"].removeprefix("'") == text.replace("\0", "").removeprefix("'")


@given(st.integers(0, 10**12))
def test_any_quantity_comes_through_exactly(thousandths: int) -> None:
    quantity = Decimal(thousandths) / 1000
    record = replace(RECORD, lines=(GALLONS._replace(requested=quantity),))
    (row,) = table(record)
    assert Decimal(row["Solicitado"]) == quantity
    assert "E" not in row["Solicitado"]


def test_hours_count_on_after_a_day() -> None:
    assert [hours(timedelta(seconds=seconds)) for seconds in (0, 59, 3661, 90_000, 360_000)] == [
        "0:00:00", "0:00:59", "1:01:01", "25:00:00", "100:00:00",
    ]  # fmt: skip


# --- the workbook -----------------------------------------------------------------------------------------------------


def test_the_cells_of_a_workbook_have_their_types() -> None:
    orders = sheet("Órdenes", RECORD, OPEN)
    found = cells(orders, 2)
    kinds = {name: cell.data_type for name, cell in found.items() if cell.value is not None}
    assert {name for name, kind in kinds.items() if kind == "d"} == {
        "Solicitud (Lima)", "Aceptación (Lima)", "Venta (Lima)", "Cierre (Lima)",
        "De la venta o llegada al cierre (h:mm:ss)",
    }  # fmt: skip
    assert {name for name, kind in kinds.items() if kind == "n"} == {
        "Línea", "Solicitado", "Aceptado", "Vendido", "Recibido", "Días tarde",
    }  # fmt: skip
    assert (found["Código"].value, found["RUC del vendedor"].value) == ("60016454717", "20999000020")
    assert found["Código"].number_format == "@"
    assert found["Recibido"].value == 18
    assert cells(orders, 3)["Solicitado"].value == 3100.125
    assert _second(found["Venta (Lima)"].value) == on_the_wall(SOLD)
    assert _second(found["Cierre (Lima)"].value) == on_the_wall(CLOSED)
    assert found["Venta (Lima)"].number_format == "dd/mm/yyyy hh:mm:ss"
    took = found["De la venta o llegada al cierre (h:mm:ss)"]
    assert (round(took.value.total_seconds()), took.number_format) == (26 * 3600 + 15 * 60 + 4, "[h]:mm:ss")
    assert found["Llegada (Lima)"].value is None


def _second(moment: datetime) -> datetime:
    """Return the moment to the nearest second: a spreadsheet counts in parts of a day."""
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)


def test_a_workbook_can_be_filtered_and_its_heading_stays() -> None:
    orders = sheet("Órdenes", RECORD, OPEN)
    assert orders.freeze_panes == "B2"
    assert orders.auto_filter.ref == f"A1:{orders.cell(1, len(COLUMNS)).column_letter}4"
    assert orders.column_dimensions["A"].width > 11


def test_the_summary_comes_first_and_adds_up() -> None:
    book = load_workbook(BytesIO(written(Form.XLSX, RECORD, OPEN)))
    assert book.sheetnames == ["Resumen", "Órdenes"]
    rows = [[cell for cell in row if cell is not None] for row in book["Resumen"].iter_rows(values_only=True)]
    assert rows[:3] == [
        ["Reporte de EMILE CIORAN SRL"],
        ["Órdenes solicitadas: del 01/03/2021 al 31/03/2021"],
        ["Al 27/03/2021 10:00:00 (Lima)"],
    ]
    for row in (
        ["SOLICITADO", 1], ["CERRADO", 1], ["RECHAZADO", 0], ["Total", 2],
        ["Cerradas tarde", 1, 2, 2], ["Sin cerrar y ya vencidas", 0, 0, 0],
        ["MR. HYDE", "Vendedor", "20999000020", 2, 1, 2, 0],
        ["JOYCE GAS 10 kg", "UND", 2, 40, 20, 20, 18, 180],
        ["GLP-G", "GAL", 1, 3100.125, 3100, 3100, 0],
        ["Todos los cilindros, en kilogramos", 180],
    ):  # fmt: skip
        assert row in rows, row


def test_what_is_left_out_is_said() -> None:
    rows = load_workbook(BytesIO(written(Form.XLSX, RECORD, late=True)))["Resumen"]
    assert rows["A3"].value == "Solo: cerradas tarde o vencidas"


def test_more_orders_than_a_sheet_holds_go_on_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_writing, "MOST_ROWS", 4)
    book = load_workbook(BytesIO(written(Form.XLSX, *[OPEN] * 7)))
    assert book.sheetnames == ["Resumen", "Órdenes", "Órdenes 2", "Órdenes 3"]
    assert [book[name].max_row for name in book.sheetnames[1:]] == [4, 4, 2]
    assert book["Órdenes 3"]["A1"].value == "Código"


def test_a_text_longer_than_a_cell_is_cut_and_not_lost() -> None:
    record = replace(RECORD, destination="x" * 40_000, lines=(LINE,))
    kept = cells(sheet("Órdenes", record), 2)["Destino"].value
    assert len(kept) == 32_767 and kept.endswith("x…")


def test_the_web_process_does_not_load_the_library() -> None:
    import subprocess  # noqa: PLC0415

    said = "import sys, bot.app, bot.attachments; print('xlsxwriter' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
