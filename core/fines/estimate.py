"""What a fine could come to: an estimate from the printed cases, never a sanction and never a promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.fines import rcd_120, reckoning, rgg_352
from core.fines.cases import Case, Conduct, most_similar
from core.fines.parameters import (
    COURSE_2018,
    COURSE_2022,
    DETECTION_OF_ANY,
    DETECTION_OF_STATIONS,
    DETECTION_UNTIL_2021,
    LABOUR_2021,
    UNSOLD_BUDGET_2018,
)
from core.terms import Activity, Trade
from core.uit import TaxUnit, tax_unit

WAGES_TAX_UNIT = tax_unit(date(2022, 7, 1))
"""The UIT that goes with the wages and prices of the newest parameters: a fine in UIT is reckoned at their time, and
paid with the UIT of the day of payment."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """What closing late, or not selling in time, could cost. Show it only as an estimate ("referencial")."""

    conduct: Conduct
    days_late: int
    orders: int
    least: Decimal
    """UIT, with the highest probability of detection that a resolution used for this kind of agent."""
    most: Decimal
    """UIT, with the lowest; before any mitigation."""
    each_day: Decimal
    """UIT that one more day adds at most, not rounded; nothing where days do not count."""
    similar: Case
    paid_with: TaxUnit
    """The UIT in force today, or the last one known."""

    @property
    def soles(self) -> tuple[Decimal, Decimal]:
        """Return the least and the most in soles of today."""
        return self.least * self.paid_with.soles, self.most * self.paid_with.soles


def closing_late(days_late: int, activity: Activity, trade: Trade, on: date, orders: int = 1) -> Estimate:
    """Estimate what orders closed so many days after reception could cost their buyer (4.7.7, RCD 120-2021 ex ante).

    Days are counted exclusively, as they are shown: received Sunday, closed Tuesday is two (Res. 2743-2022).
    """
    if days_late < 0 or orders < 1:
        raise ValueError("days late are not negative, and there is at least one order")
    conduct = Conduct.CLOSED_LATE
    tables = [table for table in (DETECTION_OF_ANY, DETECTION_OF_STATIONS) if table.covers(activity)]
    probabilities = [table.probability for table in tables]
    late_by = Decimal(days_late) / 30
    return Estimate(
        conduct,
        days_late,
        orders,
        least=min(_closing_late(days_late, orders, late_by, max(probabilities)), conduct.most),
        most=min(_closing_late(days_late, orders, late_by, min(probabilities)), conduct.most),
        each_day=_supervising(1, orders, min(probabilities)).unrounded,
        similar=most_similar(conduct, trade, days_late),
        paid_with=tax_unit(on),
    )


def _closing_late(days: int, orders: int, late_by: Decimal, probability: Decimal) -> Decimal:
    """Return the two parts that Res. 1865-2022 reckons, each reported in hundredths: it adds 0.00 and 0.33."""
    interest = reckoning.postponed(LABOUR_2021.closing(orders), late_by, COURSE_2022)
    closing = rcd_120.ex_ante(interest.soles, WAGES_TAX_UNIT.soles, probability)
    return closing.uits + _supervising(days, orders, probability).uits


def _supervising(days: int, orders: int, probability: Decimal) -> reckoning.Fine:
    benefit = reckoning.avoided(LABOUR_2021.supervising(days * orders), COURSE_2022)
    return rcd_120.ex_ante(benefit.soles, WAGES_TAX_UNIT.soles, probability)


def unloading_unsold(trade: Trade, on: date) -> Estimate:
    """Estimate what unloading an order that nobody sold could cost its seller (4.7.1, by the one printed case)."""
    conduct = Conduct.UNSOLD
    benefit = reckoning.avoided(UNSOLD_BUDGET_2018, COURSE_2018)
    fine = rgg_352.fine(benefit.soles, tax_unit(date(2018, 1, 1)).soles, DETECTION_UNTIL_2021)
    return Estimate(
        conduct,
        days_late=0,
        orders=1,
        least=fine.uits,
        most=fine.uits,
        each_day=Decimal(0),
        similar=most_similar(conduct, trade, 0),
        paid_with=tax_unit(on),
    )
