"""The forms of a report's document."""

from __future__ import annotations

from enum import StrEnum


class Form(StrEnum):
    """A form; the value is the ending of its file names."""

    XLSX = "xlsx"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        """Return what the web calls it."""
        return _MEDIA_TYPES[self]

    @property
    def name_for_people(self) -> str:
        """Return what people call it."""
        return "Excel" if self is Form.XLSX else "CSV"


_MEDIA_TYPES = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv; charset=utf-8",
}
