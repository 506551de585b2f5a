"""The three resolutions, figure by figure: what reproduces is asserted as printed; what does not, and why, too."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest

from core.fines import rcd_120, rgg_352
from core.fines.cases import HYTEK, LOS_TUMPIS, NUEVA_KALIFORNIA
from core.fines.mitigation import Mitigation, Rounding, mitigate, paid_promptly
from core.fines.parameters import (
    COURSE_2018,
    COURSE_2022,
    DETECTION_OF_ANY,
    DETECTION_OF_STATIONS,
    DETECTION_UNTIL_2021,
    LABOUR_2021,
    UNSOLD_BUDGET_2018,
)
from core.fines.reckoning import Course, avoided, most_favourable, postponed
from core.fines.rgg_352 import Weight, graded_cost


def printed(amount: Decimal, places: str = "0.01") -> Decimal:
    return amount.quantize(Decimal(places), rounding=ROUND_HALF_UP)


# --- Res. 1767-2018-OS/OR LIMA SUR, HYTEK AUTOGAS, 4.7.1, RGG 352-2011 ------------------------------------------------

UIT_2018 = Decimal(4150)


def test_hytek_reproduces_as_printed() -> None:
    supervisor, technician = avoided(Decimal(80), COURSE_2018), avoided(Decimal(104), COURSE_2018)
    assert printed(supervisor.at_infringement) == Decimal("83.85")
    assert printed(technician.at_infringement) == Decimal("109.00")

    both = avoided(UNSOLD_BUDGET_2018, COURSE_2018)
    assert printed(both.at_infringement) == Decimal("192.85")
    assert printed(both.net) == Decimal("134.99")
    assert printed(both.at_reckoning) == Decimal("144.30")

    fine = rgg_352.fine(both.soles, UIT_2018, DETECTION_UNTIL_2021)
    assert (printed(fine.benefit), fine.damage, fine.probability, fine.factor) == (
        Decimal("0.11"),
        Decimal(0),
        Decimal("0.23"),
        Decimal(1),
    )
    assert fine.uits == Decimal("0.49") == HYTEK.base


def test_hyteks_interest_is_compound() -> None:
    simple = avoided(UNSOLD_BUDGET_2018, COURSE_2018).net * (1 + 8 * COURSE_2018.monthly_rate)
    assert printed(simple) == Decimal("144.03") != Decimal("144.30")


def test_hyteks_soles_need_the_unprinted_exchange_rate() -> None:
    """Printed 463.92 with "3.21"; 3.21 itself gives 463.21. With 3.2149, which is printed as 3.21, it is 463.92."""
    assert printed(avoided(UNSOLD_BUDGET_2018, COURSE_2018).soles) == Decimal("463.21")
    benefit = avoided(UNSOLD_BUDGET_2018, replace(COURSE_2018, soles_after=Decimal("3.2149")))
    assert printed(benefit.soles) == Decimal("463.92")
    fine = rgg_352.fine(benefit.soles, UIT_2018, DETECTION_UNTIL_2021)
    assert fine.uits == Decimal("0.49")


def test_hyteks_soles_are_those_of_the_unrounded_fine() -> None:
    """Printed 2 017.05: the benefit 463.92 over 0.23, and not 0.49 UIT, which are 2 033.50."""
    fine = rgg_352.fine(Decimal("463.92"), UIT_2018, DETECTION_UNTIL_2021)
    assert printed(fine.unrounded * UIT_2018) == Decimal("2017.04")
    assert printed(rgg_352.fine(Decimal("463.9215"), UIT_2018, DETECTION_UNTIL_2021).unrounded * UIT_2018) == Decimal(
        "2017.05"
    )
    assert fine.soles == Decimal("2033.50")


def test_rounding_on_the_way_would_miss_hyteks_fine() -> None:
    assert printed(Decimal("0.11") / Decimal("0.23")) == Decimal("0.48") != HYTEK.base


def test_hyteks_mitigation_cuts_and_goes_step_by_step() -> None:
    """Footnotes 7 and 8: 0.465 becomes 0.46, and 0.322 becomes 0.32."""
    steps = mitigate(HYTEK.base, (Mitigation.CORRECTED, Mitigation.ADMITTED_TO_REPORT), Rounding.CUT)
    assert [step.uits for step in steps] == [Decimal("0.46"), Decimal("0.32")]
    assert [step.unrounded for step in steps] == [Decimal("0.4655"), Decimal("0.3220")]
    assert steps[-1].uits == HYTEK.imposed


def test_hyteks_mitigation_is_neither_rounded_half_up_nor_added_up() -> None:
    steps = mitigate(HYTEK.base, (Mitigation.CORRECTED, Mitigation.ADMITTED_TO_REPORT))
    assert [step.uits for step in steps] == [Decimal("0.47"), Decimal("0.33")]
    added = rgg_352.fine(Decimal("463.92"), UIT_2018, DETECTION_UNTIL_2021, percents=(-5, -30))
    assert (added.factor, printed(added.unrounded, "0.0001")) == (Decimal("0.65"), Decimal("0.3159"))
    assert HYTEK.base * added.factor == Decimal("0.3185")


def test_hyteks_prompt_payment() -> None:
    assert paid_promptly(HYTEK.imposed) == Decimal("0.288")
    assert HYTEK.imposed * UIT_2018 == Decimal("1328.00")
    assert paid_promptly(HYTEK.imposed * UIT_2018) == Decimal("1195.20")


@pytest.mark.parametrize(
    ("agents", "operative", "informal", "percent", "printed_percent"),
    [(31436, 4686, 1210, "18.8", 23), (34329, 5178, 1030, "18.1", 23), (37223, 5382, 1200, "17.7", 24)],
    ids=["2013", "2014", "2015"],
)
def test_hyteks_probability_does_not_follow_from_its_own_visits(
    agents: int, operative: int, informal: int, percent: str, printed_percent: int
) -> None:
    """The printed percents come from no formula of the printed counts; the printed ones have a mean of 23 %."""
    share = Decimal(operative + informal) / agents * 100
    assert printed(share, "0.1") == Decimal(percent)
    assert share < printed_percent - 4
    assert printed(Decimal(23 + 23 + 24) / 3, "1") / 100 == DETECTION_UNTIL_2021


# --- Res. 1865-2022-OS/OR PUNO, NUEVA KALIFORNIA, 4.7.7, RCD 120-2021 ex ante -----------------------------------------

UIT_2022 = Decimal(4600)


def test_nueva_kalifornia_reproduces_as_printed() -> None:
    assert printed(LABOUR_2021.supervising(3)) == Decimal("45.11")
    benefit = avoided(LABOUR_2021.supervising(3), COURSE_2022)
    assert printed(benefit.at_infringement) == Decimal("42.13")
    assert printed(benefit.net) == Decimal("29.49")
    fine = rcd_120.ex_ante(benefit.soles, UIT_2022, DETECTION_OF_ANY.probability)
    assert printed(fine.benefit) == Decimal("0.01")
    assert fine.uits == Decimal("0.33") == NUEVA_KALIFORNIA.imposed
    assert fine.soles == Decimal("1518.00")
    assert paid_promptly(fine.soles) == Decimal("1366.20")


def test_nueva_kalifornias_interest_has_a_finer_rate_than_the_printed_one() -> None:
    """Printed 33.10 at "1.06 %"; 1.06 % itself gives 33.12, and 1.055 %, printed as 1.06 %, gives 33.10."""
    supervising = LABOUR_2021.supervising(3)
    assert printed(avoided(supervising, COURSE_2022).soles, "0.001") == Decimal("33.118")
    finer = replace(COURSE_2022, monthly_rate=Decimal("0.01055"))
    assert printed(avoided(supervising, finer).soles) == Decimal("33.10")


def test_nueva_kalifornias_postponed_cost() -> None:
    """8.365 is printed as 8.37, but 7.81 follows only from the unrounded amount: 8.37 would give 7.82."""
    closing = LABOUR_2021.closing()
    assert (closing, printed(closing)) == (Decimal("8.365"), Decimal("8.37"))
    benefit = postponed(closing, Decimal("0.1"), COURSE_2022)
    assert printed(benefit.at_infringement) == Decimal("7.81")
    assert printed(avoided(Decimal("8.37"), COURSE_2022).at_infringement) == Decimal("7.82")
    assert printed(COURSE_2022.grown(benefit.at_infringement, Decimal("0.1"))) == Decimal("7.82")
    assert (printed(benefit.gain), printed(benefit.net), printed(benefit.soles)) == (Decimal("0.01"),) * 3
    fine = rcd_120.ex_ante(benefit.soles, UIT_2022, DETECTION_OF_ANY.probability)
    assert (fine.uits, fine.soles) == (Decimal("0.00"), Decimal("0.00"))


def test_nueva_kalifornias_probability_is_used_as_printed() -> None:
    """713 of 31 773 is 2.2440 %; with it the fine would be 0.32."""
    counted = Decimal(DETECTION_OF_ANY.visited) / DETECTION_OF_ANY.agents
    assert printed(counted * 100, "0.0001") == Decimal("2.2440")
    benefit = avoided(LABOUR_2021.supervising(3), COURSE_2022)
    assert rcd_120.ex_ante(benefit.soles, UIT_2022, counted).uits == Decimal("0.32")


# --- Res. 2743-2022-OS/OR TUMBES, GRIFO LOS TUMPIS, 4.7.7, RGG 352-2011 -----------------------------------------------

COURSE_TO_2021 = Course(
    index_budget=Decimal("104.23"),
    index_infringement=Decimal("119.11"),
    monthly_rate=Decimal("0.0105"),
    months=Decimal(45),
)
UIT_2021 = Decimal(4400)
DETECTION_2017 = Decimal("0.224")


def test_los_tumpis_graded_cost() -> None:
    cost = graded_cost(1, 2, Weight.STATION)
    assert (cost.partial, cost.weight, cost.dollars) == (Decimal("146.88"), Decimal("1.0"), Decimal("146.880"))


def test_los_tumpis_by_the_old_method() -> None:
    """The exchange rate is not printed: the soles are. 477.20 / 146.88 is 3.2489."""
    benefit = avoided(Decimal("477.20"), COURSE_TO_2021)
    assert printed(benefit.at_infringement) == Decimal("545.33")
    assert printed(benefit.net) == Decimal("381.73")
    fine = rgg_352.fine(benefit.soles, UIT_2022, DETECTION_2017)
    assert fine.uits == Decimal("0.59")


def test_los_tumpis_interest_does_not_reproduce() -> None:
    """Printed 611.60: neither the printed 45 months at 1.05 % nor the true 44 (July 2017 to March 2021) give it."""
    assert printed(avoided(Decimal("477.20"), COURSE_TO_2021).soles) == Decimal("610.78")
    assert printed(avoided(Decimal("477.20"), replace(COURSE_TO_2021, months=Decimal(44))).soles) == Decimal("604.44")


def test_los_tumpis_mixes_two_tax_units() -> None:
    """B is 0.14 only with the UIT of 2021, M is 0.59 only with that of 2022."""
    soles = Decimal("611.60")
    with_2021 = rgg_352.fine(soles, UIT_2021, DETECTION_2017)
    with_2022 = rgg_352.fine(soles, UIT_2022, DETECTION_2017)
    assert (printed(with_2021.benefit), with_2021.uits) == (Decimal("0.14"), Decimal("0.62"))
    assert (printed(with_2022.benefit), with_2022.uits) == (Decimal("0.13"), Decimal("0.59"))


def test_los_tumpis_soles_by_the_old_method_do_not_reproduce() -> None:
    """Printed 2,690.80: neither the rounded fine nor the unrounded one makes it."""
    fine = rgg_352.fine(Decimal("611.60"), UIT_2022, DETECTION_2017)
    assert (fine.soles, printed(fine.unrounded * UIT_2022)) == (Decimal("2714.00"), Decimal("2730.36"))


@pytest.mark.parametrize(
    ("year", "agents", "visits", "others", "percent", "printed_percent"),
    [
        (2013, 31436, 4686, 1303, "19.1", 24),
        (2014, 34330, 5178, 1096, "18.3", 23),
        (2015, 37223, 5382, 1271, "17.9", 24),
        (2016, 41867, 4631, 1563, "14.8", 18),
        (2017, 46149, 7543, 1745, "20.1", 23),
    ],
)
def test_los_tumpis_yearly_probabilities_do_not_reproduce(
    year: int, agents: int, visits: int, others: int, percent: str, printed_percent: int
) -> None:
    share = Decimal(visits + others) / agents * 100
    assert printed(share, "0.1") == Decimal(percent)
    assert share < printed_percent - 2


def test_los_tumpis_mean_probability_does() -> None:
    assert Decimal(24 + 23 + 24 + 18 + 23) / 5 / 100 == DETECTION_2017


# --- the same, RCD 120-2021 ex post: the one applied ------------------------------------------------------------------

HOUR_EACH = replace(LABOUR_2021, hours_to_close=Decimal("1.0"), hours_to_supervise=Decimal("1.0"))
COURSE_IN_DOLLARS = Course(
    index_budget=Decimal("95.68"),
    index_infringement=Decimal("87.52"),
    monthly_rate=Decimal("0.0084"),
    months=Decimal(66),
    soles_before=Decimal("3.2481"),
    soles_after=Decimal("3.8439"),
)
"""Exchange rates are not printed: 68.47 / 21.08 and 140.38 / 36.52."""


def tumpis_budget(days: int) -> Decimal:
    return HOUR_EACH.closing() + HOUR_EACH.supervising(days)


def test_los_tumpis_by_the_new_method() -> None:
    """With three days of supervision: that is what the printed amount holds."""
    budget = tumpis_budget(3)
    assert (HOUR_EACH.closing(), HOUR_EACH.supervising(3), budget) == (
        Decimal("16.73"),
        Decimal("90.21"),
        Decimal("106.94"),
    )
    benefit = avoided(budget, COURSE_IN_DOLLARS)
    assert printed(benefit.at_infringement) == Decimal("97.82")
    assert printed(benefit.net) == Decimal("68.47")
    assert printed(benefit.exchanged) == Decimal("21.08")
    fine = rcd_120.ex_post(benefit.soles, UIT_2022, DETECTION_OF_STATIONS.probability)
    assert printed(fine.benefit) == Decimal("0.03")
    assert fine.uits == Decimal("0.21") == LOS_TUMPIS.base
    assert fine.soles == Decimal("966.00")


def test_los_tumpis_table_says_two_days_but_its_amount_has_three() -> None:
    """Table 8 says 2 days and prints 90.21; two days are 60.14, and the fine would be 0.15."""
    assert HOUR_EACH.supervising(2) == Decimal("60.14")
    benefit = avoided(tumpis_budget(2), COURSE_IN_DOLLARS)
    assert rcd_120.ex_post(benefit.soles, UIT_2022, DETECTION_OF_STATIONS.probability).uits == Decimal("0.15")


def test_los_tumpis_text_keeps_a_sum_from_before_the_appeal() -> None:
    """4.19 says 307.48: four hours of each, two days. The table says 106.94."""
    four_hours = replace(LABOUR_2021, hours_to_close=Decimal(4), hours_to_supervise=Decimal(4))
    assert four_hours.closing() + four_hours.supervising(2) == Decimal("307.48")


def test_los_tumpis_interest_by_the_new_method_does_not_reproduce() -> None:
    """Printed 36.52 and S/ 140.38: 66 months at 0.84 % give more, the true 65 (July 2017 to December 2022) less."""
    benefit = avoided(tumpis_budget(3), COURSE_IN_DOLLARS)
    assert printed(benefit.at_reckoning, "0.001") == Decimal("36.615")
    assert printed(benefit.soles) == Decimal("140.75")
    fewer = avoided(tumpis_budget(3), replace(COURSE_IN_DOLLARS, months=Decimal(65)))
    assert printed(fewer.at_reckoning, "0.001") == Decimal("36.310")
    finer = avoided(tumpis_budget(3), replace(COURSE_IN_DOLLARS, monthly_rate=Decimal("0.00836")))
    assert printed(finer.at_reckoning) == Decimal("36.52")


def test_los_tumpis_probability_is_that_of_its_table() -> None:
    counted = Decimal(DETECTION_OF_STATIONS.visited) / DETECTION_OF_STATIONS.agents
    assert printed(counted, "0.0001") == DETECTION_OF_STATIONS.probability


def test_los_tumpis_gets_the_most_favourable_of_both_methods_and_mitigation_rounds_half_up() -> None:
    old = rgg_352.fine(Decimal("611.60"), UIT_2022, DETECTION_2017)
    new = rcd_120.ex_post(Decimal("140.38"), UIT_2022, DETECTION_OF_STATIONS.probability)
    chosen = most_favourable(old, new)
    assert (chosen, chosen.uits) == (new, Decimal("0.21"))
    (step,) = mitigate(chosen.uits, (Mitigation.CORRECTED,))
    assert (step.unrounded, step.uits) == (Decimal("0.1995"), Decimal("0.20"))
    assert chosen.uits - step.unrounded == Decimal("0.0105")
    assert step.uits == LOS_TUMPIS.imposed
    (cut,) = mitigate(chosen.uits, (Mitigation.CORRECTED,), Rounding.CUT)
    assert cut.uits == Decimal("0.19")
