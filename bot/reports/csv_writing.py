"""A report as CSV (RFC 4180), in UTF-8 with the mark by which Excel knows it; no cell is a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from io import TextIOWrapper
from typing import BinaryIO

from bot.i18n import _
from bot.reports.columns import COLUMNS, Cell, rows
from core.clock import LIMA
from core.reports.record import Record
from core.reports.sums import Summary

FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
"""What makes a spreadsheet reckon, at the beginning of a cell; also in the wide form, which some take for the same."""


def write(file: BinaryIO, records: Iterable[Record], summary: Summary) -> None:
    """Write the orders to the file, which stays open, and take each into the summary."""
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    try:
        sheet = csv.writer(text)
        sheet.writerow([_(column.heading) for column in COLUMNS])
        for record in records:
            summary.add(record)
            sheet.writerows([_written(cell) for cell in row] for row in rows(record))
        text.flush()
    finally:
        text.detach()


def _written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case str():
            return harmless(cell)
        case Decimal():
            return f"{cell.normalize():f}"
        case datetime():
            return f"{cell.astimezone(LIMA):%Y-%m-%d %H:%M:%S}"
        case timedelta():
            return hours(cell)
        case _:
            return str(cell)


def harmless(text: str) -> str:
    """Return the text so that no spreadsheet takes it for a formula: with an apostrophe before it, where it could."""
    readable = text.replace("\0", "")
    return f"'{readable}" if readable.lstrip(" \u00a0")[:1] in FORMULA and readable.strip() else readable


def hours(span: timedelta) -> str:
    """Return a span as hours, minutes and seconds: 26:15:04."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
