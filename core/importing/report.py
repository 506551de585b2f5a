"""What an import tells the operator: how many rows did what, or every reason why nothing was imported."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MOST_PROBLEMS = 1_000
LONGEST_SHOWN = 80


class Kind(StrEnum):
    """What the rows of a file are."""

    AGENTS = "agents"
    PEOPLE = "people"
    BRANDS = "brands"
    CERTIFICATES = "certificates"
    VEHICLES = "vehicles"
    POLICIES = "policies"
    LENT_TANKS = "lent-tanks"
    MATRIX = "matrix"


class Code(StrEnum):
    """Why a file is refused."""

    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    NOT_UTF8 = "not_utf8"
    MALFORMED = "malformed"
    NO_HEADER = "no_header"
    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    REPEATED_COLUMN = "repeated_column"
    WRONG_CELL_COUNT = "wrong_cell_count"
    EMPTY_VALUE = "empty_value"
    TOO_LONG = "too_long"
    UNPRINTABLE = "unprintable"
    BAD_RUC = "bad_ruc"
    BAD_REGISTER_NUMBER = "bad_register_number"
    UNKNOWN_ACTIVITY = "unknown_activity"
    UNKNOWN_STANDING = "unknown_standing"
    UNKNOWN_ROLE = "unknown_role"
    UNKNOWN_TRADE = "unknown_trade"
    UNKNOWN_CURRENCY = "unknown_currency"
    BAD_PLATE = "bad_plate"
    BAD_DATE = "bad_date"
    ENDS_BEFORE_START = "ends_before_start"
    BAD_CAPACITY = "bad_capacity"
    NEGATIVE_CAPACITY = "negative_capacity"
    TOO_PRECISE = "too_precise"
    BAD_PHONE = "bad_phone"
    BAD_LOCALE = "bad_locale"
    BAD_YES_OR_NO = "bad_yes_or_no"
    REPEATED_ROW = "repeated_row"
    CONTRADICTS = "contradicts"
    AMBIGUOUS_PHONE = "ambiguous_phone"
    UNKNOWN_AGENT = "unknown_agent"
    MORE_PROBLEMS = "more_problems"


MEANINGS = {
    Code.TOO_LARGE: "the file is larger than {value} bytes",
    Code.TOO_MANY_ROWS: "the file has more than {value} rows",
    Code.NOT_UTF8: "the text is not UTF-8 ({value}); save the file as UTF-8",
    Code.MALFORMED: "this is not CSV: {value}",
    Code.NO_HEADER: "the file is empty: it has no row with the names of the columns",
    Code.MISSING_COLUMN: "the column is missing (in Spanish: {value})",
    Code.UNKNOWN_COLUMN: "no such column: {value!r}",
    Code.REPEATED_COLUMN: "the column is there twice, the second time as {value!r}",
    Code.WRONG_CELL_COUNT: "the row has {value} cells, not as many as the header",
    Code.EMPTY_VALUE: "the value is missing",
    Code.TOO_LONG: "{value!r} is too long",
    Code.UNPRINTABLE: "{value!r} has characters that cannot be printed",
    Code.BAD_RUC: "{value!r} is not a RUC: eleven digits, a known prefix and a right check digit",
    Code.BAD_REGISTER_NUMBER: "{value!r} is not a register number such as 84408-038-150516",
    Code.UNKNOWN_ACTIVITY: "{value!r} is not an activity of the register",
    Code.UNKNOWN_STANDING: "{value!r} is not HABIL, SUSPENDIDO or CANCELADO",
    Code.UNKNOWN_ROLE: "{value!r} is not TITULAR, OPERADOR or CHOFER",
    Code.UNKNOWN_TRADE: "{value!r} is not GLP-E, GLP-G or LIQUIDO",
    Code.UNKNOWN_CURRENCY: "{value!r} is not UIT or PEN",
    Code.BAD_PLATE: "{value!r} is not a plate such as F1X-710",
    Code.BAD_DATE: "{value!r} is not a date such as 2026-03-31 or 31/03/2026",
    Code.ENDS_BEFORE_START: "{value} is before the day on which it starts",
    Code.BAD_CAPACITY: "{value!r} is not a quantity such as 1200 or 1,200.500",
    Code.NEGATIVE_CAPACITY: "{value!r} is less than nothing",
    Code.TOO_PRECISE: "{value!r} has more than three decimals",
    Code.BAD_PHONE: "{value!r} is not a phone number such as +51900000001",
    Code.BAD_LOCALE: "{value!r} is not a language such as es_PE",
    Code.BAD_YES_OR_NO: "{value!r} is neither si nor no",
    Code.REPEATED_ROW: "{value!r} is already on line {other_line}",
    Code.CONTRADICTS: "line {other_line} says otherwise of the same person",
    Code.AMBIGUOUS_PHONE: "several people in the database have the phone {value}",
    Code.UNKNOWN_AGENT: "the database has no agent with the register number {value}; import the agents first",
    Code.MORE_PROBLEMS: "there are {value} problems more",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason to refuse a file. Line 0 is the file as a whole; the column is named as the file names it."""

    line: int
    column: str
    code: Code
    value: str = ""
    other_line: int = 0

    @property
    def message(self) -> str:
        """Return a sentence for the operator."""
        value = self.value if len(self.value) <= LONGEST_SHOWN else self.value[:LONGEST_SHOWN] + "…"
        where = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.column) if part)
        meaning = MEANINGS[self.code].format(value=value, other_line=self.other_line)
        return f"{where}: {meaning}" if where else meaning


class Problems:
    """The problems found so far; after the first thousand they are only counted."""

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self._more = 0

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self._found)

    def add(self, line: int, column: str, code: Code, value: str = "", *, other_line: int = 0) -> None:
        """Take in one more."""
        if len(self._found) < MOST_PROBLEMS:
            self._found.append(Problem(line, column, code, value, other_line))
        else:
            self._more += 1

    def listed(self) -> tuple[Problem, ...]:
        """Return them in the order of the file; the last one tells how many more there are."""
        rest = [Problem(0, "", Code.MORE_PROBLEMS, str(self._more))] if self._more else []
        return (*sorted(self._found, key=lambda problem: problem.line), *rest)


@dataclass(frozen=True, slots=True)
class Report:
    """How an import went. With any problem nothing was written; otherwise every row is one of the three counts."""

    rows: int
    added: int
    updated: int
    unchanged: int
    problems: tuple[Problem, ...] = ()
