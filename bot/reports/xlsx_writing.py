"""A report as a workbook: a summary, and the orders with typed cells. Written row by row: memory does not grow with it.

Only who writes a workbook loads this module, and with it the library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

from xlsxwriter import Workbook

from bot.i18n import _
from bot.reports.about import About
from bot.reports.columns import COLUMNS, Cell, Kind, rows
from bot.reports.summary_sheet import summary_rows
from core.clock import LIMA
from core.reports.record import Record
from core.reports.sums import Summary

MOST_ROWS = 1_048_576
"""Of a sheet, with its heading. Further orders go on a further sheet."""
LONGEST_TEXT = 32_767
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - days are counted from here by the clock on the wall, in any zone
DAY = timedelta(days=1)
FORMATS = {
    Kind.TEXT: {"num_format": "@"},
    Kind.PLAIN: {"num_format": "0"},
    Kind.QUANTITY: {"num_format": "#,##0.###"},
    Kind.MOMENT: {"num_format": "dd/mm/yyyy hh:mm:ss"},
    Kind.SPAN: {"num_format": "[h]:mm:ss"},
}
WHOLE = {"num_format": "#,##0"}
TITLE = {"bold": True, "font_size": 14}
HEADING = {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E7EEF6", "bottom": 1}
SUMMARY_WIDTHS = (34, 34, 14, 12, 12, 12, 12, 12, 14)


def write(file: BinaryIO, records: Iterable[Record], summary: Summary, about: About) -> None:
    """Write the workbook to the file, and take each order into the summary that stands first in it."""
    book = Workbook(file, {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False})
    book.set_properties({"title": next(about.lines()), "created": about.at.astimezone(LIMA).replace(tzinfo=None)})
    first = book.add_worksheet(_("Summary"))
    _Orders(book).write(records, summary)
    _write_summary(book, first, summary, about)
    book.close()


class _Orders:
    """The sheets of the orders; there is one, but for enormous reports."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._formats = {kind: book.add_format(style) for kind, style in FORMATS.items()}
        self._whole = book.add_format(WHOLE)
        self._heading = book.add_format(HEADING)
        self._sheets = 0
        self._begin()

    def _begin(self) -> None:
        self._sheets += 1
        name = _("Orders")
        self._sheet = self._book.add_worksheet(name if self._sheets == 1 else f"{name} {self._sheets}")
        self._row = 0
        for place, column in enumerate(COLUMNS):
            self._sheet.set_column(place, place, column.width)
            self._sheet.write_string(0, place, _(column.heading), self._heading)
        self._sheet.freeze_panes(1, 1)

    def _end(self) -> None:
        self._sheet.autofilter(0, 0, max(self._row, 1), len(COLUMNS) - 1)

    def write(self, records: Iterable[Record], summary: Summary) -> None:
        for record in records:
            summary.add(record)
            for cells in rows(record):
                self._write_row(cells)
        self._end()

    def _write_row(self, cells: list[Cell]) -> None:
        if self._row + 1 >= MOST_ROWS:
            self._end()
            self._begin()
        self._row += 1
        for place, cell in enumerate(cells):
            if cell is not None and cell != "":
                self._write_cell(place, cell, COLUMNS[place].kind)

    def _write_cell(self, place: int, cell: Any, kind: Kind) -> None:
        number = _NUMBERS.get(kind)
        if number is None:
            self._sheet.write_string(self._row, place, _fitting(cell), self._formats[kind])
            return
        whole = kind is Kind.QUANTITY and cell == cell.to_integral_value()
        self._sheet.write_number(self._row, place, number(cell), self._whole if whole else self._formats[kind])


def _fitting(text: str) -> str:
    """Return the text as a cell holds it: a longer one would be left out altogether."""
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def days_since_epoch(at: datetime) -> float:
    """Return a moment as a spreadsheet counts it: days by the clock on the wall in Lima."""
    return (at.astimezone(LIMA).replace(tzinfo=None) - EPOCH) / DAY


_NUMBERS: dict[Kind, Callable[[Any], float]] = {
    Kind.PLAIN: float,
    Kind.QUANTITY: float,
    Kind.MOMENT: days_since_epoch,
    Kind.SPAN: lambda span: span / DAY,
}


def _write_summary(book: Any, sheet: Any, summary: Summary, about: About) -> None:
    styles = {"title": book.add_format(TITLE), "heading": book.add_format(HEADING), "cells": None}
    quantity, whole = book.add_format(FORMATS[Kind.QUANTITY]), book.add_format(WHOLE)
    for place, width in enumerate(SUMMARY_WIDTHS):
        sheet.set_column(place, place, width)
    for number, (style, cells) in enumerate(summary_rows(summary, about)):
        for place, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(number, place, _fitting(cell), styles[style])
            elif isinstance(cell, int | Decimal):
                is_whole = cell == int(cell)
                sheet.write_number(number, place, float(cell), whole if is_whole else quantity)
