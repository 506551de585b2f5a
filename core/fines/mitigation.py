"""What lowers a fine once it is reckoned (RCD 040-2017-OS/CD arts. 25 and 26; RCD 208-2020-OS/CD arts. 26 and 27)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from enum import Enum, StrEnum

from core.fines.reckoning import ONE, exactly, to_hundredths


class Rounding(StrEnum):
    """How hundredths are made. Res. 1767-2018 cuts (0.4655 is 0.46); Res. 2743-2022 rounds (0.1995 is 0.20)."""

    HALF_UP = ROUND_HALF_UP
    CUT = ROUND_DOWN


class Mitigation(Enum):
    """A mitigating circumstance and its percents."""

    CORRECTED = -5, "corrective action proven before answering the charges (art. 25.1 g.3; art. 26.4 b)"
    ADMITTED_TO_CHARGES = -50, "admitted in writing within the term to answer the charges (art. 26.4 a.1)"
    ADMITTED_TO_REPORT = -30, "admitted within the term to answer the final report (art. 25.1 g.1.2; art. 26.4 a.2)"
    ADMITTED_LATE = -10, "admitted before the resolution (art. 26.4 a.3)"

    @property
    def percent(self) -> int:
        """Return the percents that it adds: negative."""
        return self.value[0]

    @property
    def source(self) -> str:
        """Return what it asks for, and where it is written."""
        return self.value[1]


ADMISSIONS = frozenset({Mitigation.ADMITTED_TO_CHARGES, Mitigation.ADMITTED_TO_REPORT, Mitigation.ADMITTED_LATE})


@dataclass(frozen=True, slots=True)
class Lowered:
    """One step down."""

    because: Mitigation
    unrounded: Decimal
    uits: Decimal


@exactly
def mitigate(
    uits: Decimal, mitigations: Iterable[Mitigation], rounding: Rounding = Rounding.HALF_UP
) -> tuple[Lowered, ...]:
    """Return the fine after each circumstance: one after the other, rounded in between, as Res. 1767-2018 does it."""
    mitigations = tuple(mitigations)
    if len(ADMISSIONS.intersection(mitigations)) > 1 or len(set(mitigations)) < len(mitigations):
        raise ValueError("a circumstance counts once, and a fault is admitted once")
    steps = []
    for mitigation in mitigations:
        unrounded = uits * (ONE + Decimal(mitigation.percent) / 100)
        uits = to_hundredths(unrounded, rounding)
        steps.append(Lowered(mitigation, unrounded, uits))
    return tuple(steps)


@exactly
def paid_promptly(amount: Decimal) -> Decimal:
    """Return the final amount, in UIT or soles, less 10 %: paid within 15 business days and not appealed.

    RCD 040-2017-OS/CD art. 26, RCD 208-2020-OS/CD art. 27. Not rounded: 0.32 UIT become 0.288.
    """
    return amount * Decimal("0.9")
