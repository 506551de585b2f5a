"""The three printed resolutions: what was done, what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.terms import Activity, Trade


class Conduct(StrEnum):
    """An infringement of the SCOP, by its number in the typification (RCD 271-2012-OS/CD)."""

    UNSOLD = "4.7.1"
    """The order was not brought up to date: the product was being unloaded and nobody had sold it."""
    CLOSED_LATE = "4.7.7"
    """The order was not closed on the day of reception."""

    @property
    def most(self) -> Decimal:
        """Return the highest fine, in UIT; the scale knows suspensions and closures too."""
        return {Conduct.UNSOLD: Decimal(150), Conduct.CLOSED_LATE: Decimal(50)}[self]


@dataclass(frozen=True, slots=True)
class Case:
    """A fine that was imposed."""

    resolution: str
    day: date
    conduct: Conduct
    trade: Trade
    activity: Activity
    days_late: int
    base: Decimal
    """In UIT, before mitigation."""
    imposed: Decimal
    """In UIT."""


HYTEK = Case(
    "1767-2018-OS/OR LIMA SUR",
    date(2018, 7, 18),
    Conduct.UNSOLD,
    Trade.BULK,
    Activity.BULK_DISTRIBUTOR,
    days_late=0,
    base=Decimal("0.49"),
    imposed=Decimal("0.32"),
)
NUEVA_KALIFORNIA = Case(
    "1865-2022-OS/OR PUNO",
    date(2022, 8, 1),
    Conduct.CLOSED_LATE,
    Trade.LIQUIDS,
    Activity.STATION,
    days_late=3,
    base=Decimal("0.33"),
    imposed=Decimal("0.33"),
)
LOS_TUMPIS = Case(
    "2743-2022-OS/OR TUMBES",
    date(2022, 12, 27),
    Conduct.CLOSED_LATE,
    Trade.BULK,
    Activity.STATION_WITH_LPG,
    days_late=2,
    base=Decimal("0.21"),
    imposed=Decimal("0.20"),
)
CASES = (HYTEK, NUEVA_KALIFORNIA, LOS_TUMPIS)


def most_similar(conduct: Conduct, trade: Trade, days_late: int) -> Case:
    """Return the case of the same conduct that is nearest: the same trade first, then the days, then the newest."""
    same = [case for case in CASES if case.conduct is conduct]
    return min(same, key=lambda case: (case.trade is not trade, abs(case.days_late - days_late), -case.day.toordinal()))
