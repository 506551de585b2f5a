"""The least third-party cover that an installation or a vehicle for LPG must have (DS 01-94-EM art. 32)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.guards import Breach, Guard
from core.terms import Activity, Trade, Unit
from core.uit import tax_unit

Steps = tuple[tuple[int | None, int], ...]
"""Capacity up to and including, UIT. The last step has no end."""

FIRST_TABLE = date(2007, 2, 4)
"""The day after the DS 004-2007-EM was published; before it there were other amounts."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The minimums of some kinds of agent from a day on; without a trade they hold for all that the agent does."""

    activities: frozenset[Activity]
    trade: Trade | None
    unit: Unit
    since: date
    steps: Steps
    source: str


def _scale(
    *activities: Activity, steps: Steps, unit: Unit, trade: Trade | None = None, since: date = FIRST_TABLE, source: str
) -> Scale:
    return Scale(frozenset(activities), trade, unit, since, steps, source)


_IN_BULK: Steps = ((1_000, 100), (10_000, 200), (None, 300))
_IN_CYLINDERS: Steps = ((200, 50), (2_000, 100), (20_000, 200), (None, 300))
_DS_2007 = "DS 01-94-EM art. 32 (DS 004-2007-EM)"
_DS_2012 = "DS 01-94-EM art. 32 (DS 022-2012-EM)"
_DS_2020 = "DS 01-94-EM art. 32 (DS 009-2020-EM)"

SCALES = (
    _scale(
        Activity.BOTTLING_PLANT,
        steps=((10_000, 300), (30_000, 500), (50_000, 700), (70_000, 900), (None, 1_000)),
        unit=Unit.GALLONS,
        source=_DS_2007,
    ),
    _scale(Activity.LPG_CONSUMER, Activity.LPG_NETWORK, steps=_IN_BULK, unit=Unit.GALLONS, source=_DS_2007),
    _scale(
        Activity.RETAIL_SHOP,
        Activity.EXCHANGE_CENTRE,
        steps=((300, 50), (2_000, 100), (20_000, 200), (None, 300)),
        unit=Unit.KILOGRAMS,
        source=_DS_2007,
    ),
    _scale(
        Activity.RETAIL_SHOP,
        Activity.EXCHANGE_CENTRE,
        steps=((120, 25), (300, 50), (2_000, 100), (20_000, 200), (None, 300)),
        unit=Unit.KILOGRAMS,
        since=date(2012, 6, 28),
        source=_DS_2012,
    ),
    _scale(
        Activity.BULK_DISTRIBUTOR,
        Activity.CARRIER,
        steps=_IN_BULK,
        unit=Unit.GALLONS,
        trade=Trade.BULK,
        source=_DS_2007,
    ),
    _scale(Activity.CARRIER, steps=_IN_CYLINDERS, unit=Unit.KILOGRAMS, trade=Trade.CYLINDERS, source=_DS_2007),
    _scale(
        Activity.CYLINDER_DISTRIBUTOR,
        steps=_IN_CYLINDERS,
        unit=Unit.KILOGRAMS,
        trade=Trade.CYLINDERS,
        since=date(2020, 4, 23),
        source=_DS_2020,
    ),
    _scale(Activity.IMPORTER, steps=((None, 300),), unit=Unit.GALLONS, since=date(2020, 4, 23), source=_DS_2020),
    _scale(Activity.PRODUCTION_PLANT, steps=((None, 500),), unit=Unit.GALLONS, source=_DS_2007),
    _scale(Activity.LPG_SUPPLY_PLANT, steps=((None, 400),), unit=Unit.GALLONS, source=_DS_2007),
)
"""Of plants of production and supply the lowest: the DGH sets each one's, up to 2 500 and 2 000 UIT."""


@dataclass(frozen=True, slots=True)
class Minimum:
    """The least cover."""

    uits: Decimal
    source: str


def minimum(activity: Activity, capacity: Decimal, unit: Unit, trade: Trade, on: date) -> Minimum | None:
    """Return the least cover for an authorised capacity on a day, or None where the article asks nothing of the kind.

    Stations and gasocentros are not in it: other norms insure them. A capacity in another unit than the table's is an
    error, never converted.
    """
    scales = [
        scale for scale in SCALES if activity in scale.activities and scale.trade in (None, trade) and scale.since <= on
    ]
    if not scales:
        return None
    scale = max(scales, key=lambda one: one.since)
    if len(scale.steps) > 1 and unit is not scale.unit:
        raise ValueError(f"{activity.value} is insured by {scale.unit.value}, not by {unit.value}")
    uits = next(uits for limit, uits in scale.steps if limit is None or capacity <= limit)
    return Minimum(Decimal(uits), scale.source)


def covered(uits: Decimal, least: Minimum) -> Breach | None:
    """Return what a policy of so many UIT falls short of, or None."""
    return Breach(Guard.INSURANCE, least.uits, uits) if uits < least.uits else None


def covered_in_soles(soles: Decimal, taken_on: date, least: Minimum) -> Breach | None:
    """Return the same of a policy in soles: the UIT is that of the day on which it was taken or renewed (art. 32)."""
    return covered(soles / tax_unit(taken_on).soles, least)


def in_force(valid_from: date, valid_to: date | None, on: date) -> bool:
    """Say whether a policy, certificate, loan or rule holds on a day, both ends included."""
    return valid_from <= on and (valid_to is None or on <= valid_to)
