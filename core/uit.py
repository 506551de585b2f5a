"""The Unidad Impositiva Tributaria: the unit in which fines and insured amounts are expressed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TaxUnit:
    """The Unidad Impositiva Tributaria of a year, in soles."""

    year: int
    soles: Decimal
    source: str
    verified: bool = True
    """Whether one of the printed sources says it."""


TAX_UNITS = (
    TaxUnit(2018, Decimal(4150), "Res. 1767-2018-OS/OR LIMA SUR"),
    TaxUnit(2019, Decimal(4200), "general knowledge", verified=False),
    TaxUnit(2020, Decimal(4300), "general knowledge", verified=False),
    TaxUnit(2021, Decimal(4400), "Res. 2743-2022-OS/OR TUMBES, 4.4"),
    TaxUnit(2022, Decimal(4600), "Res. 1865-2022-OS/OR PUNO; Res. 2743-2022-OS/OR TUMBES"),
    TaxUnit(2023, Decimal(4950), "general knowledge", verified=False),
    TaxUnit(2024, Decimal(5150), "general knowledge", verified=False),
    TaxUnit(2025, Decimal(5350), "general knowledge", verified=False),
    TaxUnit(2026, Decimal(5500), "general knowledge", verified=False),
)


def tax_unit(on: date) -> TaxUnit:
    """Return the UIT in force on a day; of a year not known yet the last known one, of an earlier one the first."""
    past = [unit for unit in TAX_UNITS if unit.year <= on.year]
    return past[-1] if past else TAX_UNITS[0]
