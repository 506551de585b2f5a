"""The figures that change with time, each with its source."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.fines.rcd_120 import Labour
from core.fines.reckoning import Course
from core.terms import Activity


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
