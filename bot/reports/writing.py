"""Writing a report in the form that is wanted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from bot.reports import csv_writing
from bot.reports.about import About
from bot.reports.forms import Form
from core.reports.record import Record
from core.reports.sums import Summary


def write(form: Form, file: BinaryIO, records: Iterable[Record], about: About) -> Summary:
    """Write the orders to the file, which stays open, in the language spoken now; return their sums."""
    summary = Summary(about.wanted.agents)
    if form is Form.CSV:
        csv_writing.write(file, records, summary)
        return summary
    from bot.reports import xlsx_writing  # noqa: PLC0415 - the library is loaded by whoever writes a workbook

    xlsx_writing.write(file, records, summary, about)
    return summary
