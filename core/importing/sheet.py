"""From the bytes of a file to rows of cells with their line numbers. What the cells mean is not known here."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from core.importing.report import Code, Problems

MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 200_000
FIRST_LINE = re.compile(r"\s*[^\r\n]*")


@dataclass(slots=True)
class Sheet:
    """A header and the rows below it, each with the number of the line on which it starts."""

    header: list[str] = field(default_factory=list)
    header_line: int = 0
    rows: list[tuple[int, list[str]]] = field(default_factory=list)


def read_sheet(source: Path | TextIO, problems: Problems) -> Sheet:
    """Return the rows up to the first place that cannot be read, which becomes a problem."""
    text = _text_of(source, problems)
    return Sheet() if text is None else _split(text, problems)


def _text_of(source: Path | TextIO, problems: Problems) -> str | None:
    if isinstance(source, Path):
        with source.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    else:
        try:
            content = source.read(MOST_BYTES + 1).encode("utf-8", "surrogatepass")
        except UnicodeDecodeError as fault:
            problems.add(0, "", Code.NOT_UTF8, f"byte 0x{fault.object[fault.start]:02X}")
            return None
    if len(content) > MOST_BYTES:
        problems.add(0, "", Code.TOO_LARGE, str(MOST_BYTES))
        return None
    mark = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
    try:
        return content[mark:].decode("utf-8")
    except UnicodeDecodeError as fault:
        at = mark + fault.start
        problems.add(content.count(b"\n", 0, at) + 1, "", Code.NOT_UTF8, f"byte 0x{content[at]:02X}, number {at + 1}")
        return None


def _split(text: str, problems: Problems) -> Sheet:
    sheet = Sheet()
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            starts, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not sheet.header:
                sheet.header, sheet.header_line = cells, starts
            elif len(sheet.rows) < MOST_ROWS:
                sheet.rows.append((starts, cells))
            else:
                problems.add(starts, "", Code.TOO_MANY_ROWS, str(MOST_ROWS))
                return sheet
    except csv.Error as fault:
        problems.add(line, "", Code.MALFORMED, str(fault))
    if not sheet.header and not problems:
        problems.add(0, "", Code.NO_HEADER)
    return sheet


def _delimiter(text: str) -> str:
    """Return the separator that the first line has more of."""
    found = FIRST_LINE.match(text)
    first = found[0] if found else ""
    return ";" if first.count(";") > first.count(",") else ","
