"""The checks that a file passes by itself, before the database is asked: its columns, its values, its repetitions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from core.importing.columns import Column, Layout
from core.importing.report import Code, Problems
from core.importing.sheet import Sheet
from core.importing.values import BadValueError, fold, tidy


@dataclass(frozen=True, slots=True)
class Row:
    """The values of one row by field; those with a problem are left out."""

    line: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """A column that the file has: where it stands and what the file calls it."""

    column: Column
    position: int
    header: str


@dataclass(slots=True)
class Checked:
    """What a file says."""

    found: list[Found] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def header_of(self, name: str) -> str:
        """Return what the file calls the column of a field."""
        return next((one.header for one in self.found if one.column.field == name), name)


def check(sheet: Sheet, layout: Layout, problems: Problems) -> Checked:
    """Return what the file says, and take down everything that is wrong with it."""
    checked = Checked()
    if not sheet.header:
        return checked
    checked.found = _find_columns(sheet, layout, problems)
    seen: dict[tuple[object, ...], int] = {}
    for line, cells in sheet.rows:
        if len(cells) != len(sheet.header):
            problems.add(line, "", Code.WRONG_CELL_COUNT, str(len(cells)))
            continue
        row = Row(line, _values_of(line, cells, checked.found, problems))
        checked.rows.append(row)
        _check_dates(row, checked, problems)
        key = tuple(row.values.get(name) for name in layout.key)
        if None not in key and seen.setdefault(key, line) != line:
            value = ", ".join(str(part) for part in key)
            problems.add(line, checked.header_of(layout.key[-1]), Code.REPEATED_ROW, value, other_line=seen[key])
    return checked


def _find_columns(sheet: Sheet, layout: Layout, problems: Problems) -> list[Found]:
    named = {name: column for column in layout.columns for name in (column.english, column.spanish)}
    found: dict[str, Found] = {}
    for position, written in enumerate(sheet.header):
        header = tidy(written)
        column = named.get(re.sub(r"\W+", "_", fold(header).lower()).strip("_"))
        if column is None:
            problems.add(sheet.header_line, header, Code.UNKNOWN_COLUMN, header)
        elif column.english in found:
            problems.add(sheet.header_line, column.english, Code.REPEATED_COLUMN, header)
        else:
            found[column.english] = Found(column, position, header)
    for column in layout.columns:
        if column.english not in found and not column.may_be_absent:
            problems.add(sheet.header_line, column.english, Code.MISSING_COLUMN, column.spanish)
    return list(found.values())


def _values_of(line: int, cells: list[str], found: list[Found], problems: Problems) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for one in found:
        written = tidy(cells[one.position])
        try:
            values[one.column.field] = one.column.value_of(written)
        except BadValueError as bad:
            problems.add(line, one.header, bad.code, written)
    return values


def _check_dates(row: Row, checked: Checked, problems: Problems) -> None:
    starts, ends = row.values.get("valid_from"), row.values.get("valid_to")
    if starts and ends and ends < starts:
        problems.add(row.line, checked.header_of("valid_to"), Code.ENDS_BEFORE_START, ends.isoformat())
