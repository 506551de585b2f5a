"""Orders as reports have them, made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.reports.about import About
from core.order import Line
from core.reports.lateness import Lateness
from core.reports.record import Record, Side, Step
from core.reports.wanted import Wanted
from core.terms import Document, LineStatus, Movement, Party, Status, Trade, Unit
from tests.core.bulk import lima

BUYER = Side(1, "EMILE CIORAN SRL", "20999000038", "90003-013-010518")
SELLER = Side(2, "MR. HYDE", "20999000020", "90002-012-010518")
SOLD, CLOSED = lima("2021-03-25 22:01:21"), lima("2021-03-27 00:16:25")
LINE = Line(
    1, "GLP-E", 1, "JOYCE GAS", "10 kg", Unit.PIECES, Decimal(10), Decimal(20), Decimal(20), Decimal(20), Decimal(18),
    LineStatus.RECEIVED, "",
)  # fmt: skip
GALLONS = LINE._replace(
    product="GLP-G", brand_id=None, brand=None, size="", unit=Unit.GALLONS, kilograms_each=Decimal(0),
    requested=Decimal("3100.125"), accepted=Decimal(3100), sold=Decimal(3100), received=None, position=2,
)  # fmt: skip
RECORD = Record(
    id=7,
    code="60016454717",
    trade=Trade.CYLINDERS,
    status=Status.CLOSED,
    buyer=BUYER,
    seller=SELLER,
    requested_at=lima("2021-03-25 21:58:33"),
    accepted_at=SOLD,
    sold_at=SOLD,
    arrived_at=None,
    moved_at=CLOSED,
    destination="AV. PRIMAVERA 1290",
    purchase_order="",
    document_kind=Document.WAYBILL,
    document="T001-00012345",
    invoice="",
    plate="",
    lateness=Lateness(SOLD, CLOSED, is_closed=True),
    lines=(LINE, GALLONS),
    steps=(
        Step(lima("2021-03-25 21:58:33"), Movement.REQUESTED, Party.BUYER, "Ana", "whatsapp"),
        Step(CLOSED, Movement.CLOSED, Party.BUYER, "Luis", "telegram"),
    ),
)
OPEN = replace(
    RECORD, id=8, code="60016474524", status=Status.REQUESTED, accepted_at=None, sold_at=None, lateness=None,
    document_kind=None, document="", lines=(LINE._replace(accepted=None, sold=None, received=None),), steps=(),
)  # fmt: skip


def about(**changes: Any) -> About:
    given: dict[str, Any] = {"first": date(2021, 3, 1), "last": date(2021, 3, 31), "agents": (1,), **changes}
    return About(Wanted(**given), lima("2021-03-27 10:00:00"), ("EMILE CIORAN SRL",))


def on_the_wall(at: datetime) -> datetime:
    """Return a moment by the clock in Lima, as a spreadsheet has it."""
    return (at - timedelta(hours=5)).replace(tzinfo=None)
