"""RCD 120-2021-OS/CD, Guía Metodológica para el Cálculo de la Multa Base: ex ante B / p, ex post (B + αD) / p."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.fines import reckoning
from core.fines.reckoning import ZERO, Fine, exactly


@dataclass(frozen=True, slots=True)
class Labour:
    """What the work that was not done in time would have cost, in soles."""

    hourly_clerk: Decimal
    hourly_supervisor: Decimal
    hours_to_close: Decimal
    """Of a clerk, for one order."""
    hours_to_supervise: Decimal
    """Of a supervisor, for each day that an order stays open."""

    @exactly
    def closing(self, orders: int = 1) -> Decimal:
        """Return the cost of closing the orders."""
        return self.hourly_clerk * self.hours_to_close * orders

    @exactly
    def supervising(self, days: Decimal | int) -> Decimal:
        """Return the cost of supervising that they are closed."""
        return self.hourly_supervisor * self.hours_to_supervise * days


def ex_ante(soles: Decimal, uit: Decimal, probability: Decimal) -> Fine:
    """Return B / p: the conduct did no damage yet."""
    return reckoning.fine(soles, uit, probability)


def ex_post(soles: Decimal, uit: Decimal, probability: Decimal, damage: Decimal = ZERO) -> Fine:
    """Return (B + αD) / p, with αD in UIT."""
    return reckoning.fine(soles, uit, probability, damage)
