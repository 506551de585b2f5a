"""How much may be sold in bulk: to a client in a month, and in a truck."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from core.clock import day_in_lima, span_in_lima
from core.guards import Breach, Guard, LentBy
from core.terms import Activity, Unit

MONTHLY_GALLONS = Decimal(30_000)
"""113.56 m3 (DS 01-94-EM art. 2, Distribuidor a Granel)."""
_LIMITED = Activity.BULK_DISTRIBUTOR
_MAY_NOT_SERVE_LENT_TANKS = frozenset({Activity.BULK_DISTRIBUTOR, Activity.BOTTLING_PLANT})


def month_in_lima(at: datetime) -> tuple[datetime, datetime]:
    """Return the moments between which the calendar month in Peru lies: the first is in it, the second no longer."""
    day = day_in_lima(at)
    return span_in_lima(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def left_of_month(sold: Decimal) -> Decimal:
    """Return the gallons that the seller may still sell to the client this month."""
    return max(MONTHLY_GALLONS - sold, Decimal(0))


def monthly_volume(seller: Activity, sold: Decimal, gallons: Decimal) -> Breach | None:
    """Return what is too much when so many gallons come on top of those sold this month, or None.

    `sold` is of all register entries of the seller's RUC to all those of the client's RUC, in `terms.COUNTED` states,
    by the moment of the sale in `month_in_lima`; the order in question not among them.
    """
    if seller is not _LIMITED or sold + gallons <= MONTHLY_GALLONS:
        return None
    return Breach(Guard.MONTHLY_VOLUME, MONTHLY_GALLONS, sold + gallons, Unit.GALLONS)


def truck_capacity(loaded: Decimal, capacity: Decimal, unit: Unit) -> Breach | None:
    """Return what does not fit into the truck, or None. Both in the same unit: nothing is converted."""
    return Breach(Guard.TRUCK_CAPACITY, capacity, loaded, unit) if loaded > capacity else None


def lent_tanks(seller: Activity, seller_ruc: str, lenders: Collection[str]) -> LentBy | None:
    """Return who lent the destination's tanks, when that is somebody else than the seller, or None.

    `lenders` are the RUCs of those whose loan holds on the day.
    """
    if seller not in _MAY_NOT_SERVE_LENT_TANKS:
        return None
    others = sorted(ruc for ruc in lenders if ruc != seller_ruc)
    return LentBy(others[0]) if others else None
