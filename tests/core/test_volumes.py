"""How much may be sold in bulk: each limit from both of its sides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import LIMA, day_in_lima
from core.guards import Breach, Guard, LentBy
from core.terms import COUNTED, Activity, Status, Unit
from core.volumes import (
    MONTHLY_GALLONS,
    left_of_month,
    lent_tanks,
    month_in_lima,
    monthly_volume,
    truck_capacity,
)

DISTRIBUTOR = Activity.BULK_DISTRIBUTOR


def lima(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=LIMA)


@pytest.mark.parametrize(
    ("sold", "gallons", "passes"),
    [
        ("0", "30000", True),
        ("0", "30000.001", False),
        ("26900", "3100", True),
        ("26900.001", "3100", False),
        ("30000", "0.001", False),
        ("29999.999", "0.001", True),
    ],
)
def test_thirty_thousand_gallons_a_month(sold: str, gallons: str, passes: bool) -> None:
    breach = monthly_volume(DISTRIBUTOR, Decimal(sold), Decimal(gallons))
    total = Decimal(sold) + Decimal(gallons)
    assert breach == (None if passes else Breach(Guard.MONTHLY_VOLUME, Decimal(30000), total, Unit.GALLONS))


def test_only_a_distribuidor_a_granel_is_limited() -> None:
    assert monthly_volume(Activity.BOTTLING_PLANT, Decimal(30000), Decimal(1)) is None


@pytest.mark.parametrize(("sold", "left"), [("0", "30000"), ("29999.999", "0.001"), ("30000", "0"), ("31000", "0")])
def test_what_is_left_of_the_month(sold: str, left: str) -> None:
    assert left_of_month(Decimal(sold)) == Decimal(left)


def test_what_was_sold_counts_and_what_was_rejected_does_not() -> None:
    assert {status.value for status in COUNTED} == {"POR CERRAR", "CERRADO"}
    assert set(Status) > COUNTED


@pytest.mark.parametrize(
    ("at", "first", "after"),
    [
        (lima(2024, 2, 29, 23, 59, 59), lima(2024, 2, 1), lima(2024, 3, 1)),
        (lima(2023, 2, 28, 23, 59, 59), lima(2023, 2, 1), lima(2023, 3, 1)),
        (lima(2024, 3, 1), lima(2024, 3, 1), lima(2024, 4, 1)),
        (lima(2025, 12, 31, 23, 59, 59), lima(2025, 12, 1), lima(2026, 1, 1)),
        (datetime(2026, 1, 1, 4, 59, 59, tzinfo=UTC), lima(2025, 12, 1), lima(2026, 1, 1)),
        (datetime(2026, 1, 1, 5, tzinfo=UTC), lima(2026, 1, 1), lima(2026, 2, 1)),
        (lima(2026, 4, 30, 12), lima(2026, 4, 1), lima(2026, 5, 1)),
    ],
    ids=["leap day", "no leap day", "the day after", "new year's eve", "still december", "january", "thirty days"],
)
def test_the_month_is_that_of_lima(at: datetime, first: datetime, after: datetime) -> None:
    assert month_in_lima(at) == (first, after)


@given(st.datetimes(datetime(1994, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_months_meet_and_hold_each_moment_once(at: datetime) -> None:
    first, after = month_in_lima(at)
    assert first <= at < after
    assert day_in_lima(first).day == 1
    assert month_in_lima(after)[0] == after
    assert month_in_lima(first - timedelta(seconds=1))[1] == first


@given(st.decimals("0", "40000", places=3), st.decimals("0.001", "40000", places=3))
def test_it_passes_exactly_when_it_is_left(sold: Decimal, gallons: Decimal) -> None:
    assert (monthly_volume(DISTRIBUTOR, sold, gallons) is None) == (gallons <= left_of_month(sold))


@pytest.mark.parametrize(("loaded", "passes"), [("3100", True), ("3100.001", False), ("3099.999", True)])
def test_a_truck_holds_what_it_holds(loaded: str, passes: bool) -> None:
    breach = truck_capacity(Decimal(loaded), Decimal(3100), Unit.GALLONS)
    assert breach == (None if passes else Breach(Guard.TRUCK_CAPACITY, Decimal(3100), Decimal(loaded), Unit.GALLONS))


@pytest.mark.parametrize(
    ("seller", "lenders", "found"),
    [
        (DISTRIBUTOR, [], None),
        (DISTRIBUTOR, ["20538122107"], None),
        (DISTRIBUTOR, ["20448559093"], LentBy("20448559093")),
        (DISTRIBUTOR, ["20538122107", "20448559093"], LentBy("20448559093")),
        (Activity.BOTTLING_PLANT, ["20448559093"], LentBy("20448559093")),
        (Activity.PRODUCTION_PLANT, ["20448559093"], None),
    ],
)
def test_lent_tanks_take_only_the_lenders_product(seller: Activity, lenders: list[str], found: LentBy | None) -> None:
    assert lent_tanks(seller, "20538122107", lenders) == found


def test_every_guard_says_where_it_is_written() -> None:
    assert all(guard.source for guard in Guard)
    assert Decimal(30000) == MONTHLY_GALLONS
