"""The guards of the register: named rules with their legal source, and what they find. Who asks brings the facts.

At a request a guard warns, at the sale it stops (`core.guarding`); each has a refusal of its own in `core.errors`.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from core.terms import Unit


class Guard(Enum):
    """A rule that a sale must keep, and where it is written."""

    REGISTER = "DS 01-94-EM art. 43A, second paragraph"
    """Nobody may supply whoever has no valid entry in the Registro de Hidrocarburos."""
    BUYERS_OF_BULK = "DS 01-94-EM art. 2 (Distribuidor a Granel, unicamente), as amended by DS 022-2012-EM"
    """A distribuidor a granel serves gasocentros, stations that sell LPG, direct consumers, networks, and no other."""
    CERTIFICATE = "DS 01-94-EM art. 50"
    """A local buys from a distribuidor en cilindros only brands whose envasadora certified it."""
    DESTINATION = "RCD 025-2021-OS/CD art. 19.2; Res. 2743-2022-OS/OR TUMBES"
    """What goes by tank truck is received in the buyer's registered installation and nowhere else."""
    VEHICLE = "DS 01-94-EM arts. 7 and 26"
    """A tank truck has a register entry of its own, held by one of the two sides or by a carrier."""
    LEGACY_PRODUCT = "DS 014-2021-EM; RCD 133-2022-OS/CD"
    """Since 1 July 2022 gasolina and gasohol are Regular and Premium."""
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
