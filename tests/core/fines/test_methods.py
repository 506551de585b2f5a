"""The methods with other inputs than the resolutions'."""

from __future__ import annotations

from datetime import date
from decimal import Context, Decimal, localcontext
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fines import rcd_120, reckoning, rgg_352
from core.fines.cases import CASES, HYTEK, LOS_TUMPIS, NUEVA_KALIFORNIA, Case, Conduct, most_similar
from core.fines.estimate import closing_late, unloading_unsold
from core.fines.mitigation import Mitigation, Rounding, mitigate
from core.fines.parameters import COURSE_2018, COURSE_2022
from core.fines.reckoning import Course, avoided, postponed
from core.fines.rgg_352 import STANDARD_COST, Weight, graded_cost, weight_of
from core.terms import Activity, Trade
from core.uit import TAX_UNITS, tax_unit

TODAY = date(2026, 11, 21)
SOLES = st.decimals("0.01", "1000000", places=2)
PROBABILITIES = st.decimals("0.001", "1", places=4)

TABLE = {
    3: ("146.88", "154.37", "170.52", "197.96"),
    6: ("293.76", "293.76", "324.49", "376.71"),
    12: ("587.52", "587.52", "648.98", "753.42"),
    24: ("1175.04", "1175.04", "1297.95", "1506.84"),
    48: ("2350.08", "2350.08", "2595.90", "3013.67"),
    1000: ("4700.16", "4700.16", "5191.80", "6027.35"),
}
"""Transcribed from Res. 2743-2022, table 3."""


@pytest.mark.parametrize(("orders", "row"), TABLE.items())
def test_the_graded_table_is_the_printed_one(orders: int, row: Any) -> None:
    costs = [graded_cost(orders, days, Weight.STATION).dollars for days in (2, 5, 10, 11)]
    assert costs == [Decimal(cost) for cost in row]


@pytest.mark.parametrize(
    ("days", "column"),
    [(1, 0), (2, 0), (Decimal("2.5"), 1), (3, 1), (5, 1), (6, 2), (10, 2), (11, 3), (12, 3), (400, 3)],
)
def test_days_fall_on_the_right_side_of_each_limit(days: Any, column: int) -> None:
    assert graded_cost(1, days, Weight.STATION).partial == Decimal(TABLE[3][column])


@pytest.mark.parametrize(("orders", "row"), [(1, 3), (3, 3), (4, 6), (6, 6), (7, 12), (13, 24), (25, 48), (49, 1000)])
def test_orders_fall_on_the_right_side_of_each_limit(orders: int, row: Any) -> None:
    assert graded_cost(orders, 1, Weight.STATION).partial == Decimal(TABLE[row][0])


def test_the_first_column_is_the_standard_cost_weighted() -> None:
    for (most, row), weight in zip(TABLE.items(), ("0.12", "0.24", "0.48", "0.96", "1.92", "3.84"), strict=True):
        assert graded_cost(most, 1, Weight.STATION).dollars == STANDARD_COST * Decimal(weight) == Decimal(row[0])


def test_no_one_formula_makes_the_whole_table() -> None:
    """The first row grows by 1.0510 to the powers 1, 3 and 6, the others by 0, 2 and 5: hence a literal table."""
    growth = Decimal("1.0510")
    for orders, powers in ((3, (0, 1, 3, 6)), (6, (0, 0, 2, 5)), (48, (0, 0, 2, 5))):
        first = Decimal(TABLE[orders][0])
        for printed, power in zip(TABLE[orders], powers, strict=True):
            assert abs(first * growth**power - Decimal(printed)) < Decimal("1.50")


@pytest.mark.parametrize(
    ("activity", "weight"),
    [
        (Activity.WHOLESALER, "5.0"),
        (Activity.BOTTLING_PLANT, "2.5"),
        (Activity.BULK_DISTRIBUTOR, "1.5"),
        (Activity.STATION, "1.0"),
        (Activity.LPG_STATION, "1.0"),
        (Activity.RETAIL_SHOP, "0.3"),
    ],
)
def test_the_weight_of_a_kind_of_agent(activity: Activity, weight: str) -> None:
    assert graded_cost(1, 2, weight_of(activity)).dollars == Decimal("146.88") * Decimal(weight)


@pytest.mark.parametrize(("orders", "days"), [(0, 1), (1, 0), (-1, 2), (1, -1)])
def test_what_is_not_late_has_no_graded_cost(orders: int, days: Any) -> None:
    with pytest.raises(ValueError, match="late"):
        graded_cost(orders, days, Weight.STATION)


@given(SOLES, PROBABILITIES)
def test_a_benefit_is_proportional_to_what_was_saved(budget: Decimal, probability: Any) -> None:
    one, two = avoided(budget, COURSE_2018), avoided(2 * budget, COURSE_2018)
    assert abs(two.soles - 2 * one.soles) < Decimal("1e-20")
    alone = rcd_120.ex_ante(one.soles, Decimal(4600), probability)
    assert abs(alone.unrounded * probability - alone.benefit) < Decimal("1e-25")
    assert abs(alone.uits - alone.unrounded) <= Decimal("0.005")


@given(SOLES, st.decimals("0", "36", places=1))
def test_what_is_paid_later_gains_more_but_never_all(budget: Decimal, late_by: Decimal) -> None:
    early, late = postponed(budget, late_by, COURSE_2022), postponed(budget, late_by + 1, COURSE_2022)
    assert Decimal(0) <= early.gain < late.gain < avoided(budget, COURSE_2022).gain


def test_figures_do_not_depend_on_the_decimal_context_around() -> None:
    with localcontext(Context(prec=3)):
        coarse = avoided(Decimal(184), COURSE_2018)
    assert coarse == avoided(Decimal(184), COURSE_2018)


def test_money_in_one_currency_is_not_exchanged() -> None:
    course = Course(Decimal(100), Decimal(100), Decimal(0), Decimal(0))
    benefit = avoided(Decimal(100), course)
    assert benefit.soles == benefit.exchanged == benefit.net == Decimal(70)


def test_damage_counts_ex_post_and_factors_count_in_the_old_method() -> None:
    assert rcd_120.ex_post(Decimal(460), Decimal(4600), Decimal("0.5"), Decimal("0.4")).uits == Decimal("1.00")
    assert rcd_120.ex_ante(Decimal(460), Decimal(4600), Decimal("0.5")).uits == Decimal("0.20")
    aggravated = rgg_352.fine(Decimal(460), Decimal(4600), Decimal("0.5"), Decimal("0.4"), percents=(25, -5))
    assert (aggravated.factor, aggravated.uits, aggravated.soles) == (Decimal("1.2"), Decimal("1.20"), Decimal(5520))


@pytest.mark.parametrize("probability", ["0", "-0.1", "1.1"])
def test_a_probability_is_one(probability: Any) -> None:
    with pytest.raises(ValueError, match="probability"):
        reckoning.fine(Decimal(1), Decimal(4600), Decimal(probability))


@pytest.mark.parametrize(
    ("mitigation", "left"),
    [
        (Mitigation.CORRECTED, "0.95"),
        (Mitigation.ADMITTED_TO_CHARGES, "0.50"),
        (Mitigation.ADMITTED_TO_REPORT, "0.70"),
        (Mitigation.ADMITTED_LATE, "0.90"),
    ],
)
def test_each_circumstance_lowers_a_fine(mitigation: Mitigation, left: str) -> None:
    (step,) = mitigate(Decimal("1.00"), (mitigation,))
    assert step.uits == Decimal(left)
    assert mitigation.source


def test_a_fault_is_admitted_once_and_a_circumstance_counts_once() -> None:
    for twice in (
        (Mitigation.CORRECTED, Mitigation.CORRECTED),
        (Mitigation.ADMITTED_LATE, Mitigation.ADMITTED_TO_REPORT),
    ):
        with pytest.raises(ValueError, match="once"):
            mitigate(Decimal(1), twice)


def test_nothing_mitigates_nothing() -> None:
    assert mitigate(Decimal("0.33"), ()) == ()


@given(st.decimals("0", "150", places=2))
def test_cutting_never_gives_more_than_rounding(uits: Decimal) -> None:
    (rounded,) = mitigate(uits, (Mitigation.CORRECTED,))
    (cut,) = mitigate(uits, (Mitigation.CORRECTED,), Rounding.CUT)
    assert Decimal(0) <= rounded.uits - cut.uits <= Decimal("0.01")


# --- dated figures ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "soles", "verified"),
    [
        (date(2018, 1, 1), 4150, True),
        (date(2021, 12, 31), 4400, True),
        (date(2022, 1, 1), 4600, True),
        (date(2026, 11, 21), 5500, False),
        (date(2031, 5, 1), 5500, False),
        (date(2010, 5, 1), 4150, True),
    ],
)
def test_the_uit_of_a_day(day: date, soles: int, verified: bool) -> None:
    unit = tax_unit(day)
    assert (unit.soles, unit.verified) == (Decimal(soles), verified)


def test_years_follow_each_other() -> None:
    assert all(later.year == earlier.year + 1 for earlier, later in pairwise(TAX_UNITS))


# --- estimates --------------------------------------------------------------------------------------------------------


def test_the_estimate_of_the_printed_case_is_the_printed_fine() -> None:
    estimate = closing_late(3, Activity.STATION, Trade.LIQUIDS, TODAY)
    assert estimate.most == Decimal("0.33") == NUEVA_KALIFORNIA.imposed
    assert estimate.similar is NUEVA_KALIFORNIA
    assert (estimate.conduct.value, estimate.conduct.most) == ("4.7.7", Decimal(50))


def test_a_station_is_found_out_more_often_so_its_range_is_wide() -> None:
    estimate = closing_late(3, Activity.STATION_WITH_LPG, Trade.BULK, TODAY)
    assert (estimate.least, estimate.most) == (Decimal("0.05"), Decimal("0.33"))
    shop = closing_late(3, Activity.RETAIL_SHOP, Trade.CYLINDERS, TODAY)
    assert (shop.least, shop.most) == (Decimal("0.33"), Decimal("0.33"))


@pytest.mark.parametrize(("days", "most"), [(0, "0.00"), (1, "0.11"), (2, "0.22"), (3, "0.33"), (10, "1.09")])
def test_each_day_costs_about_the_same(days: Any, most: str) -> None:
    estimate = closing_late(days, Activity.RETAIL_SHOP, Trade.CYLINDERS, TODAY)
    assert estimate.most == Decimal(most)
    assert Decimal("0.109") < estimate.each_day < Decimal("0.1092")


def test_several_orders_cost_several_times_as_much() -> None:
    one = closing_late(3, Activity.RETAIL_SHOP, Trade.CYLINDERS, TODAY)
    four = closing_late(3, Activity.RETAIL_SHOP, Trade.CYLINDERS, TODAY, orders=4)
    assert four.most == Decimal("1.31")
    assert abs(four.each_day - 4 * one.each_day) < Decimal("1e-20")


def test_an_estimate_stays_under_the_scale() -> None:
    assert closing_late(100_000, Activity.RETAIL_SHOP, Trade.CYLINDERS, TODAY).most == Decimal(50)


def test_soles_are_those_of_the_day_of_payment() -> None:
    estimate = closing_late(3, Activity.RETAIL_SHOP, Trade.CYLINDERS, TODAY)
    assert estimate.soles == (Decimal("1815.00"), Decimal("1815.00"))
    then = closing_late(3, Activity.RETAIL_SHOP, Trade.CYLINDERS, date(2022, 8, 1))
    assert then.soles == (Decimal("1518.00"), Decimal("1518.00"))


def test_unloading_what_nobody_sold() -> None:
    estimate = unloading_unsold(Trade.BULK, TODAY)
    assert (estimate.least, estimate.most) == (Decimal("0.49"), HYTEK.base)
    assert (estimate.similar, estimate.conduct.most) == (HYTEK, Decimal(150))


@pytest.mark.parametrize(
    ("trade", "days", "case"),
    [
        (Trade.LIQUIDS, 1, NUEVA_KALIFORNIA),
        (Trade.BULK, 30, LOS_TUMPIS),
        (Trade.CYLINDERS, 1, LOS_TUMPIS),
        (Trade.CYLINDERS, 2, LOS_TUMPIS),
        (Trade.CYLINDERS, 3, NUEVA_KALIFORNIA),
        (Trade.CYLINDERS, 30, NUEVA_KALIFORNIA),
    ],
)
def test_the_most_similar_case(trade: Trade, days: Any, case: Case) -> None:
    assert most_similar(Conduct.CLOSED_LATE, trade, days) is case


def test_every_conduct_has_a_case() -> None:
    assert {case.conduct for case in CASES} == set(Conduct)


@pytest.mark.parametrize(("days", "orders"), [(-1, 1), (1, 0)])
def test_there_is_no_estimate_of_nothing(days: Any, orders: int) -> None:
    with pytest.raises(ValueError, match="days late"):
        closing_late(days, Activity.STATION, Trade.LIQUIDS, TODAY, orders)
