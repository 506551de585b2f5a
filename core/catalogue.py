"""What may be ordered, and who may buy it from whom. The matrix is stored as rows, so that norms can change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, select

from core.tables import TradeRuleRow
from core.terms import Activity, Trade


@dataclass(frozen=True)
class Size:
    """A cylinder size and the kilograms that it counts as."""

    name: str
    kilograms: Decimal
    legacy: bool = False


SIZES = {
    size.name: size
    for size in (
        Size("3 kg", Decimal(3)),
        Size("5 kg", Decimal(5)),
        Size("10 kg", Decimal(10)),
        Size("15 kg", Decimal(15)),
        Size("45 kg", Decimal(45)),
        Size("24 lb", Decimal(10), legacy=True),  # DS 01-94-EM arts. 48 and 59: 24 lb counts as 10 kg,
        Size("100 lb", Decimal(45), legacy=True),  # 100 lb as 45 kg, until they wear out (art. 46)
    )
}
CYLINDER = "GLP-E"

FROM_THE_START = date(1994, 1, 1)
_BUYERS_OF_CYLINDERS = (Activity.RETAIL_SHOP, Activity.STATION, Activity.STATION_WITH_LPG, Activity.RURAL_STATION)
_BUYERS_FROM_BULK = (
    Activity.LPG_STATION,
    Activity.STATION_WITH_LPG,
    Activity.LPG_CONSUMER,
    Activity.LPG_NETWORK,
)
_STATIONS = (
    Activity.STATION,
    Activity.STATION_WITH_LPG,
    Activity.RURAL_STATION,
    Activity.FLOATING_STATION,
    Activity.FUEL_CONSUMER,
)

MATRIX: tuple[tuple[Trade, tuple[Activity, ...], tuple[Activity, ...], str, bool], ...] = (
    (
        Trade.CYLINDERS,
        (Activity.CYLINDER_DISTRIBUTOR,),
        (Activity.BOTTLING_PLANT,),
        "Manual SCOP distribuidor en cilindros, sec. 1 y 2",
        True,
    ),
    (
        Trade.CYLINDERS,
        _BUYERS_OF_CYLINDERS,
        (Activity.CYLINDER_DISTRIBUTOR,),
        "Manual SCOP distribuidor en cilindros, sec. 1 y 6",
        True,
    ),
    (Trade.CYLINDERS, _BUYERS_OF_CYLINDERS, (Activity.BOTTLING_PLANT,), "DS 01-94-EM art. 43A", True),
    (
        Trade.BULK,
        (Activity.LPG_SUPPLY_PLANT,),
        (Activity.PRODUCTION_PLANT, Activity.IMPORTER),
        "DS 01-94-EM art. 33",
        True,
    ),
    (
        Trade.BULK,
        (Activity.BOTTLING_PLANT,),
        (Activity.PRODUCTION_PLANT, Activity.LPG_SUPPLY_PLANT),
        "DS 01-94-EM arts. 30 y 33",
        True,
    ),
    (
        Trade.BULK,
        (Activity.BULK_DISTRIBUTOR,),
        (Activity.LPG_SUPPLY_PLANT, Activity.BOTTLING_PLANT, Activity.PRODUCTION_PLANT),
        "DS 01-94-EM arts. 30 y 33",
        True,
    ),
    (Trade.BULK, _BUYERS_FROM_BULK, (Activity.BULK_DISTRIBUTOR,), "DS 022-2012-EM (definicion)", True),
    (Trade.BULK, _BUYERS_FROM_BULK, (Activity.BOTTLING_PLANT,), "DS 01-94-EM art. 43A", True),
    (Trade.LIQUIDS, _STATIONS, (Activity.WHOLESALER,), "Por verificar (RCD 025-2021-OS/CD)", False),
    (
        Trade.LIQUIDS,
        (Activity.FUEL_CONSUMER, Activity.RURAL_STATION),
        (Activity.RETAILER,),
        "Por verificar (DS 045-2001-EM)",
        False,
    ),
    (Trade.LIQUIDS, (Activity.RETAILER,), (Activity.WHOLESALER,), "Por verificar", False),
)
"""Whatever is not here is refused: distributor to distributor, shop to shop, a seller to itself."""


def load_matrix(tx: Connection) -> int:
    """Add the rows of the matrix that the database does not have yet; return how many. Rows there are left alone."""
    table = TradeRuleRow.__table__  # type: ignore[attr-defined]
    known = {
        (trade, buyer, seller)
        for trade, buyer, seller in tx.execute(select(table.c.trade, table.c.buyer, table.c.seller))
    }
    new = [
        {
            "trade": trade,
            "buyer": buyer,
            "seller": seller,
            "source": source,
            "verified": verified,
            "valid_from": FROM_THE_START,
            "valid_to": None,
        }
        for trade, buyers, sellers, source, verified in MATRIX
        for buyer in buyers
        for seller in sellers
        if (trade, buyer, seller) not in known
    ]
    if new:
        tx.execute(table.insert(), new)
    return len(new)
