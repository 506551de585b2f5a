"""The guards of the register: named rules with their legal source, and what they find. Who asks brings the facts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from core.terms import Unit


class Guard(Enum):
    """A rule that a sale must keep, and where it is written."""

    INSURANCE = "DS 01-94-EM arts. 31 to 33"
    """Nobody may supply an installation or vehicle without third-party cover in force, or with too little."""
    MONTHLY_VOLUME = "DS 01-94-EM art. 2 (Distribuidor a Granel), as amended by DS 022-2012-EM"
    """A distribuidor a granel sells at most 113.56 m3, 30 000 gallons, to a client in a month."""
    TRUCK_CAPACITY = "Capacity of the register entry (DS 01-94-EM arts. 7 and 22)"
    """A truck carries no more than its register entry says."""
    LENT_TANKS = "DS 01-94-EM art. 43A, first paragraph"
    """Nobody may dispatch to an establishment whose tanks another supplier lent."""

    @property
    def source(self) -> str:
        """Return where the rule is written."""
        return self.value


@dataclass(frozen=True, slots=True)
class Breach:
    """A guard that does not let it pass, with the figures that say why."""

    guard: Guard
    limit: Decimal
    found: Decimal
    unit: Unit | None = None
    """None: UIT, for insurance."""


@dataclass(frozen=True, slots=True)
class LentBy:
    """The supplier that lent the tanks of the destination, and so the only one that may dispatch there."""

    ruc: str
    guard: Guard = Guard.LENT_TANKS
