"""RGG 352-2011: M = (B + αD) / p · A, with the graded table of avoided costs for orders closed late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from core.fines import reckoning
from core.fines.reckoning import ONE, ZERO, Fine, exactly
from core.terms import Activity

STANDARD_COST = Decimal(1224)
"""Dollars: a supervisor 1 day of 4 hours at 20, a technician 22 days of 4 hours at 13 (Res. 2743-2022, table 2)."""

_DAYS_UP_TO = (2, 5, 10)
_COSTS: tuple[tuple[int | None, str, tuple[str, str, str, str]], ...] = (
    (3, "0.12", ("146.88", "154.37", "170.52", "197.96")),
    (6, "0.24", ("293.76", "293.76", "324.49", "376.71")),
    (12, "0.48", ("587.52", "587.52", "648.98", "753.42")),
    (24, "0.96", ("1175.04", "1175.04", "1297.95", "1506.84")),
    (48, "1.92", ("2350.08", "2350.08", "2595.90", "3013.67")),
    (None, "3.84", ("4700.16", "4700.16", "5191.80", "6027.35")),
)
"""Orders up to, weight, dollars by days late (Res. 2743-2022, table 3). Literal: no one formula makes all its rows.
The table names "6 a 10" and "más de 11" days; the eleventh is taken as the latter."""


class Weight(Enum):
    """What an agent's kind multiplies the cost by (Res. 2743-2022, table 4)."""

    OTHER_LARGE = Decimal("5.0")
    BOTTLING_PLANT = Decimal("2.5")
    CARRIER = Decimal("1.5")
    STATION = Decimal("1.0")
    OTHER_SMALL = Decimal("0.3")


_WEIGHTS = {
    Activity.PRODUCTION_PLANT: Weight.OTHER_LARGE,
    Activity.IMPORTER: Weight.OTHER_LARGE,
    Activity.LPG_SUPPLY_PLANT: Weight.OTHER_LARGE,
    Activity.FUEL_SUPPLY_PLANT: Weight.OTHER_LARGE,
    Activity.AIRPORT_SUPPLY_PLANT: Weight.OTHER_LARGE,
    Activity.TERMINAL: Weight.OTHER_LARGE,
    Activity.WHOLESALER: Weight.OTHER_LARGE,
    Activity.BOTTLING_PLANT: Weight.BOTTLING_PLANT,
    Activity.BULK_DISTRIBUTOR: Weight.CARRIER,
    Activity.RETAILER: Weight.CARRIER,
    Activity.CARRIER: Weight.CARRIER,
    Activity.STATION: Weight.STATION,
    Activity.STATION_WITH_LPG: Weight.STATION,
    Activity.LPG_STATION: Weight.STATION,
    Activity.RURAL_STATION: Weight.STATION,
    Activity.FLOATING_STATION: Weight.STATION,
}


def weight_of(activity: Activity) -> Weight:
    """Return the weight of an agent's kind. The table names five groups; who belongs where is our reading of it."""
    return _WEIGHTS.get(activity, Weight.OTHER_SMALL)


@dataclass(frozen=True, slots=True)
class GradedCost:
    """The avoided cost of closing late, in dollars, each value on its way named."""

    partial: Decimal
    """From the table, by how many orders and how many days."""
    weight: Decimal
    dollars: Decimal


@exactly
def graded_cost(orders: int, days_late: Decimal | int, weight: Weight) -> GradedCost:
    """Return the avoided cost of orders closed late; of several, `days_late` is their average (note to table 3)."""
    if orders < 1 or not days_late > 0:
        raise ValueError("at least one order, and late")
    row = next(costs for limit, _weight, costs in _COSTS if limit is None or orders <= limit)
    column = sum(days_late > limit for limit in _DAYS_UP_TO)
    partial = Decimal(row[column])
    return GradedCost(partial, weight.value, partial * weight.value)


@exactly
def factor(percents: Iterable[Decimal | int]) -> Decimal:
    """Return A = 1 + ΣF/100 for aggravating (positive) and mitigating (negative) percents."""
    return ONE + Decimal(sum(percents)) / 100


def fine(
    soles: Decimal, uit: Decimal, probability: Decimal, damage: Decimal = ZERO, percents: Iterable[Decimal | int] = ()
) -> Fine:
    """Return (B + αD) / p · A from the benefit in soles, αD in UIT, and the factors in percent."""
    return reckoning.fine(soles, uit, probability, damage, factor(percents))
