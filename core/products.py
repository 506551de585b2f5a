"""The products in gallons: bulk LPG and the liquid fuels, with the days on which they are the ordinary ones.

Cylinders are not here: they are one product in several sizes (`core.catalogue`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.catalogue import CYLINDER, FROM_THE_START
from core.terms import Trade, Unit

REGULAR_AND_PREMIUM = date(2022, 7, 1)
"""Since when only gasolina and gasohol Regular and Premium are ordinary (DS 014-2021-EM)."""
LAST_BY_OCTANE = date(2022, 6, 30)


@dataclass(frozen=True, slots=True)
class Product:
    """A product, named as an order's line stores and shows it."""

    name: str
    trade: Trade
    since: date = FROM_THE_START
    until: date | None = None
    """The last day on which it was ordinary. Later it is legacy: orders exist, and some zones still use it."""
    source: str = "SCOP de combustibles líquidos"

    unit: Unit = Unit.GALLONS

    def is_known(self, on: date) -> bool:
        """Say whether there is such a product on that day."""
        return self.since <= on

    def is_legacy(self, on: date) -> bool:
        """Say whether another product has taken its place by that day."""
        return self.until is not None and self.until < on


def _liquid(name: str, *, since: date = FROM_THE_START, until: date | None = None, source: str = "") -> Product:
    return Product(name, Trade.LIQUIDS, since, until, source or "SCOP de combustibles líquidos")


_NEW = "DS 014-2021-EM; RCD 133-2022-OS/CD"

BULK_LPG = Product("GLP-G", Trade.BULK, source="DS 01-94-EM art. 17A")
PRODUCTS = {
    product.name: product
    for product in (
        BULK_LPG,
        _liquid("Gasohol Regular", since=REGULAR_AND_PREMIUM, source=_NEW),
        _liquid("Gasohol Premium", since=REGULAR_AND_PREMIUM, source=_NEW),
        _liquid("Gasolina Regular", since=REGULAR_AND_PREMIUM, source=_NEW),
        _liquid("Gasolina Premium", since=REGULAR_AND_PREMIUM, source=_NEW),
        _liquid("Diesel B5"),
        _liquid("Diesel B5 S-50"),
        _liquid("Diesel B5 UV"),
        _liquid("Diesel B5 S-50 UV"),
        _liquid("Turbo A1"),
        _liquid("Petróleo Industrial 6"),
        _liquid("Petróleo Industrial 500"),
        _liquid("IFO"),
        *(_liquid(f"Gasohol {octane} Plus", until=LAST_BY_OCTANE, source=_NEW) for octane in (84, 90, 95, 97, 98)),
        *(_liquid(f"Gasolina {octane}", until=LAST_BY_OCTANE, source=_NEW) for octane in (84, 90, 95, 97)),
    )
}


def trade_of(name: str) -> Trade | None:
    """Return the kind of trade of a product, or None if there is no such product."""
    if name == CYLINDER:
        return Trade.CYLINDERS
    product = PRODUCTS.get(name)
    return None if product is None else product.trade


def offered(trade: Trade, on: date) -> list[Product]:
    """Return the products of a trade on a day, the ordinary ones first."""
    known = [product for product in PRODUCTS.values() if product.trade is trade and product.is_known(on)]
    return sorted(known, key=lambda product: product.is_legacy(on))
