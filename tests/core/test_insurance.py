"""The table of art. 32, each step from both of its sides."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.guards import Breach, Guard
from core.insurance import covered, covered_in_soles, in_force, minimum
from core.terms import Activity, Trade, Unit

TODAY = date(2026, 11, 21)
GALLONS, KILOGRAMS = Unit.GALLONS, Unit.KILOGRAMS
CYLINDERS, BULK = Trade.CYLINDERS, Trade.BULK
JUST_OVER = Decimal("0.001")

TABLE: list[tuple[Activity, Trade, Unit, list[tuple[int, int]], int]] = [
    (
        Activity.BOTTLING_PLANT,
        BULK,
        GALLONS,
        [(10_000, 300), (30_000, 500), (50_000, 700), (70_000, 900)],
        1000,
    ),
    (Activity.LPG_CONSUMER, BULK, GALLONS, [(1_000, 100), (10_000, 200)], 300),
    (Activity.LPG_NETWORK, BULK, GALLONS, [(1_000, 100), (10_000, 200)], 300),
    (Activity.RETAIL_SHOP, CYLINDERS, KILOGRAMS, [(120, 25), (300, 50), (2_000, 100), (20_000, 200)], 300),
    (Activity.EXCHANGE_CENTRE, CYLINDERS, KILOGRAMS, [(120, 25), (300, 50), (2_000, 100), (20_000, 200)], 300),
    (Activity.BULK_DISTRIBUTOR, BULK, GALLONS, [(1_000, 100), (10_000, 200)], 300),
    (Activity.CARRIER, BULK, GALLONS, [(1_000, 100), (10_000, 200)], 300),
    (Activity.CARRIER, CYLINDERS, KILOGRAMS, [(200, 50), (2_000, 100), (20_000, 200)], 300),
    (Activity.CYLINDER_DISTRIBUTOR, CYLINDERS, KILOGRAMS, [(200, 50), (2_000, 100), (20_000, 200)], 300),
]
"""Transcribed from DS 01-94-EM art. 32 as it stands since 2020."""
STEPS = [
    (activity, trade, unit, Decimal(limit), uits, above)
    for activity, trade, unit, steps, last in TABLE
    for (limit, uits), above in zip(steps, [*(uits for _limit, uits in steps[1:]), last], strict=True)
]


def least(activity: Activity, capacity: Decimal, unit: Unit, trade: Trade, on: date = TODAY) -> Decimal | None:
    found = minimum(activity, capacity, unit, trade, on)
    return found.uits if found else None


@pytest.mark.parametrize(("activity", "trade", "unit", "limit", "uits", "above"), STEPS)
def test_each_step_includes_its_limit(
    activity: Activity, trade: Trade, unit: Unit, limit: Decimal, uits: int, above: int
) -> None:
    assert least(activity, limit, unit, trade) == uits
    assert least(activity, limit + JUST_OVER, unit, trade) == above


@pytest.mark.parametrize(
    ("activity", "uits"), [(Activity.IMPORTER, 300), (Activity.PRODUCTION_PLANT, 500), (Activity.LPG_SUPPLY_PLANT, 400)]
)
def test_whose_minimum_does_not_depend_on_capacity(activity: Activity, uits: int) -> None:
    assert least(activity, Decimal(1), GALLONS, BULK) == uits
    assert least(activity, Decimal(1_000_000), KILOGRAMS, BULK) == uits


@pytest.mark.parametrize("activity", [Activity.STATION, Activity.LPG_STATION, Activity.STATION_WITH_LPG])
def test_stations_are_not_in_the_article(activity: Activity) -> None:
    assert least(activity, Decimal(3000), GALLONS, BULK) is None


@pytest.mark.parametrize(
    ("on", "uits"),
    [(date(2007, 2, 3), None), (date(2007, 2, 4), 50), (date(2012, 6, 27), 50), (date(2012, 6, 28), 25), (TODAY, 25)],
)
def test_a_small_shop_over_the_years(on: date, uits: int | None) -> None:
    """Up to 120 kg: 50 UIT until the DS 022-2012-EM, published on 27/06/2012, made it 25."""
    assert least(Activity.RETAIL_SHOP, Decimal(120), KILOGRAMS, CYLINDERS, on) == uits


def test_distributors_in_cylinders_since_2020() -> None:
    assert least(Activity.CYLINDER_DISTRIBUTOR, Decimal(200), KILOGRAMS, CYLINDERS, date(2020, 4, 22)) is None
    assert least(Activity.CYLINDER_DISTRIBUTOR, Decimal(200), KILOGRAMS, CYLINDERS, date(2020, 4, 23)) == 50


def test_units_are_never_converted() -> None:
    with pytest.raises(ValueError, match="insured by GAL, not by KG"):
        minimum(Activity.LPG_CONSUMER, Decimal(1000), KILOGRAMS, BULK, TODAY)


def test_a_policy_is_enough_or_it_is_not() -> None:
    needed = minimum(Activity.BULK_DISTRIBUTOR, Decimal(3100), GALLONS, BULK, TODAY)
    assert needed is not None
    assert needed.source == "DS 01-94-EM art. 32 (DS 004-2007-EM)"
    assert covered(Decimal(200), needed) is None
    assert covered(Decimal("199.99"), needed) == Breach(Guard.INSURANCE, Decimal(200), Decimal("199.99"))


def test_a_policy_in_soles_is_measured_with_the_uit_of_its_own_day() -> None:
    needed = minimum(Activity.BULK_DISTRIBUTOR, Decimal(3100), GALLONS, BULK, TODAY)
    assert needed is not None
    soles = Decimal(200 * 4600)
    assert covered_in_soles(soles, date(2022, 12, 31), needed) is None
    assert covered_in_soles(soles, date(2023, 1, 1), needed) is not None
    assert covered_in_soles(soles - 1, date(2022, 12, 31), needed) is not None


@given(st.decimals("0.001", "100000", places=3), st.decimals("0", "100000", places=3))
def test_more_capacity_never_needs_less_cover(capacity: Decimal, more: Decimal) -> None:
    for activity, trade, unit, _steps, _last in TABLE:
        small, large = least(activity, capacity, unit, trade), least(activity, capacity + more, unit, trade)
        assert small is not None
        assert large is not None
        assert small <= large


@pytest.mark.parametrize(
    ("on", "holds"),
    [
        (date(2024, 2, 28), False),
        (date(2024, 2, 29), True),
        (date(2025, 2, 28), True),
        (date(2025, 3, 1), False),
    ],
)
def test_both_ends_are_included(on: date, holds: bool) -> None:
    assert in_force(date(2024, 2, 29), date(2025, 2, 28), on) is holds


def test_without_an_end_it_goes_on() -> None:
    assert in_force(date(2024, 2, 29), None, date(2124, 2, 29))
    assert not in_force(date(2024, 2, 29), None, date(2024, 2, 29) - timedelta(days=1))
