"""The figures that change with time, each with its source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.fines.rcd_120 import Labour
from core.fines.reckoning import Course
from core.terms import Activity


@dataclass(frozen=True, slots=True)
class TaxUnit:
    """The Unidad Impositiva Tributaria of a year, in soles."""

    year: int
    soles: Decimal
    source: str
    verified: bool = True
    """Whether one of the printed sources says it."""


TAX_UNITS = (
    TaxUnit(2018, Decimal(4150), "Res. 1767-2018-OS/OR LIMA SUR"),
    TaxUnit(2019, Decimal(4200), "general knowledge", verified=False),
    TaxUnit(2020, Decimal(4300), "general knowledge", verified=False),
    TaxUnit(2021, Decimal(4400), "Res. 2743-2022-OS/OR TUMBES, 4.4"),
    TaxUnit(2022, Decimal(4600), "Res. 1865-2022-OS/OR PUNO; Res. 2743-2022-OS/OR TUMBES"),
    TaxUnit(2023, Decimal(4950), "general knowledge", verified=False),
    TaxUnit(2024, Decimal(5150), "general knowledge", verified=False),
    TaxUnit(2025, Decimal(5350), "general knowledge", verified=False),
    TaxUnit(2026, Decimal(5500), "general knowledge", verified=False),
)


def tax_unit(on: date) -> TaxUnit:
    """Return the UIT in force on a day; of a year not known yet the last known one, of an earlier one the first."""
    past = [unit for unit in TAX_UNITS if unit.year <= on.year]
    return past[-1] if past else TAX_UNITS[0]


@dataclass(frozen=True, slots=True)
class Detection:
    """How probable it is to be found out: agents visited over agents there are, in a year."""

    year: int
    visited: int
    agents: int
    probability: Decimal
    """As it is printed and used: of 713 in 31 773 it is 2.2 %, not 2.2440 %."""
    activities: frozenset[Activity] | None
    """The kinds of agent counted; none means all of them."""
    source: str

    def covers(self, activity: Activity) -> bool:
        """Say whether it is about this kind of agent."""
        return self.activities is None or activity in self.activities


DETECTION_OF_ANY = Detection(
    2019, 713, 31773, Decimal("0.022"), None, "Res. 1865-2022-OS/OR PUNO, table 1 (verificación SCOP)"
)
DETECTION_OF_STATIONS = Detection(
    2019,
    615,
    4144,
    Decimal("0.1484"),
    frozenset({Activity.STATION, Activity.STATION_WITH_LPG}),
    "Res. 2743-2022-OS/OR TUMBES, table 6 (verificación SCOP)",
)
DETECTION_UNTIL_2021 = Decimal("0.23")
"""Res. 1767-2018: mean of 2013 to 2015. The printed visits and agents give about 18 %: it does not reproduce."""


LABOUR_2021 = Labour(
    hourly_clerk=Decimal("16.73"),
    hourly_supervisor=Decimal("30.07"),
    hours_to_close=Decimal("0.5"),
    hours_to_supervise=Decimal("0.5"),
)
"""Salary Pack, June 2021; half an hour each (Res. 1865-2022, tables 2 and 3). Res. 2743-2022 takes one hour of each."""

COURSE_2022 = Course(
    index_budget=Decimal("142.36"),
    index_infringement=Decimal("132.97"),
    monthly_rate=Decimal("0.0106"),
    months=Decimal(11),
)
"""August 2021 to July 2022, in soles (Res. 1865-2022, tables 4 and 5)."""

COURSE_2018 = Course(
    index_budget=Decimal("233.50"),
    index_infringement=Decimal("244.73"),
    monthly_rate=Decimal("0.0083704"),
    months=Decimal(8),
    soles_after=Decimal("3.21"),
)
"""May 2017 to January 2018, in dollars (Res. 1767-2018, table 1)."""
UNSOLD_BUDGET_2018 = Decimal(20 * 4 + 13 * 8)
"""Dollars: a supervisor 4 hours at 20 and a technician 8 hours at 13, a day each (Res. 1767-2018, table 1)."""
