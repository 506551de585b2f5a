"""What both methods share: money carried through time, net of tax, over the probability of being found out.

Nothing is rounded on the way; only what a resolution reports as the fine is, to hundredths of a UIT.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

ONE = Decimal(1)
ZERO = Decimal(0)
HUNDREDTH = Decimal("0.01")
INCOME_TAX = Decimal("0.30")
"""Impuesto a la renta, taken off the benefit in all three resolutions."""


def exactly(function: Callable[P, R]) -> Callable[P, R]:
    """Reckon with 40 digits, whatever the decimal context around is."""

    @wraps(function)
    def inside(*args: P.args, **kwargs: P.kwargs) -> R:
        with localcontext(Context(prec=40, rounding=ROUND_HALF_EVEN)):
            return function(*args, **kwargs)

    return inside


def to_hundredths(amount: Decimal, rounding: str = ROUND_HALF_UP) -> Decimal:
    """Return the amount in hundredths, as resolutions report fines (RCD 040-2017-OS/CD art. 25.3)."""
    return amount.quantize(HUNDREDTH, rounding=rounding)


@dataclass(frozen=True, slots=True)
class Course:
    """How money travels from the date of its budget to the date on which the fine is reckoned."""

    index_budget: Decimal
    """The consumer price index (IPC) when the budget was made."""
    index_infringement: Decimal
    """The same index on the date of the infringement."""
    monthly_rate: Decimal
    """Cost of capital a month (COK or WACC): 0.0106 is 1.06 %."""
    months: Decimal
    """From the infringement to the reckoning."""
    soles_before: Decimal = ONE
    """Soles a dollar at the infringement, where soles are capitalised in dollars; 1 where nothing is exchanged."""
    soles_after: Decimal = ONE
    """Soles a dollar at the reckoning; 1 where the reckoning is in soles."""

    @exactly
    def grown(self, amount: Decimal, months: Decimal) -> Decimal:
        """Return the amount after some months, with compound interest."""
        return amount * (ONE + self.monthly_rate) ** months


@dataclass(frozen=True, slots=True)
class Benefit:
    """The beneficio ilícito, each value on its way named."""

    budget: Decimal
    """What was saved, in money of the budget."""
    at_infringement: Decimal
    """The same in money of the date of the infringement."""
    gain: Decimal
    """What of it was gained: all of an avoided cost, of a postponed one the interest."""
    net: Decimal
    """The gain net of income tax."""
    exchanged: Decimal
    """The net gain in the money in which it is capitalised."""
    at_reckoning: Decimal
    """With interest until the fine is reckoned."""
    soles: Decimal
    """The same in soles."""


@exactly
def avoided(budget: Decimal, course: Course) -> Benefit:
    """Return the benefit of a cost that was never paid (costo evitado)."""
    at_infringement = _deflated(budget, course)
    return _carried(budget, at_infringement, at_infringement, course)


@exactly
def postponed(budget: Decimal, late_by: Decimal, course: Course) -> Benefit:
    """Return the benefit of a cost that was paid some months late (costo postergado): the interest on it."""
    at_infringement = _deflated(budget, course)
    return _carried(budget, at_infringement, course.grown(at_infringement, late_by) - at_infringement, course)


def _deflated(budget: Decimal, course: Course) -> Decimal:
    return budget * course.index_infringement / course.index_budget


def _carried(budget: Decimal, at_infringement: Decimal, gain: Decimal, course: Course) -> Benefit:
    net = gain * (ONE - INCOME_TAX)
    exchanged = net / course.soles_before
    at_reckoning = course.grown(exchanged, course.months)
    return Benefit(budget, at_infringement, gain, net, exchanged, at_reckoning, soles=at_reckoning * course.soles_after)


@dataclass(frozen=True, slots=True)
class Fine:
    """A fine and what it was made of. Amounts in UIT unless they are called soles."""

    benefit: Decimal
    """Factor B."""
    damage: Decimal
    """Factor αD: zero in all three resolutions."""
    probability: Decimal
    factor: Decimal
    """Factor A: 1 where nothing aggravates or mitigates."""
    unrounded: Decimal
    uits: Decimal
    """The fine as it is reported: rounded half up to hundredths."""
    soles: Decimal
    """The reported fine at the same UIT; what is paid is reckoned with the UIT of the day of payment."""


@exactly
def fine(soles: Decimal, uit: Decimal, probability: Decimal, damage: Decimal = ZERO, factor: Decimal = ONE) -> Fine:
    """Return (B + αD) / p · A, from the benefit in soles and the damage in UIT."""
    if not ZERO < probability <= ONE:
        raise ValueError(f"{probability} is not a probability of being found out")
    benefit = soles / uit
    unrounded = (benefit + damage) / probability * factor
    uits = to_hundredths(unrounded)
    return Fine(benefit, damage, probability, factor, unrounded, uits, uits * uit)


def most_favourable(*fines: Fine) -> Fine:
    """Return the lowest: of two methods the one that favours the agent applies (RCD 120-2021-OS/CD, 1st provision)."""
    return min(fines, key=lambda one: one.unrounded)
