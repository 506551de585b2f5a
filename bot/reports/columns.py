"""The columns of a report: one row for each line of an order, with what is true of the whole order in each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum

from bot import texts
from bot.i18n import N_, _
from core.order import Line
from core.reports.record import Record
from core.terms import Status

Cell = str | int | Decimal | datetime | timedelta | None


class Kind(Enum):
    """What the cells of a column are."""

    TEXT = "text"
    PLAIN = "plain"
    """A whole number."""
    QUANTITY = "quantity"
    """An exact number with at most three decimals."""
    MOMENT = "moment"
    """To the second, in Lima."""
    SPAN = "span"
    """Hours, minutes and seconds."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, to be translated, how wide it is in characters, and what stands in it."""

    heading: str
    kind: Kind
    width: int
    cell: Callable[[Record, Line], Cell]


def rows(record: Record) -> Iterator[list[Cell]]:
    """Yield the row of each line of an order."""
    for line in record.lines:
        yield [column.cell(record, line) for column in COLUMNS]


def _text(heading: str, width: int, cell: Callable[[Record, Line], Cell]) -> Column:
    return Column(heading, Kind.TEXT, width, cell)


def _of_line(heading: str, cell: Callable[[Line], Cell]) -> Column:
    return Column(heading, Kind.QUANTITY, 12, lambda _record, line: cell(line))


def _moment(heading: str, cell: Callable[[Record], Cell]) -> Column:
    return Column(heading, Kind.MOMENT, 19, lambda record, _line: cell(record))


def _movements(record: Record) -> str:
    """Return every movement: when, what, by whom and by which channel."""
    return "; ".join(
        f"{texts.moment(step.at)} {step.movement.value}: {step.person} ({_channel(step.channel)})"
        for step in record.steps
    )


def _channel(name: str) -> str:
    return _(texts.CHANNEL.get(name, name))


COLUMNS = (
    _text(N_("Code"), 13, lambda record, _line: record.code),
    _text(N_("State"), 13, lambda record, _line: record.status.value),
    _text(N_("Trade"), 9, lambda record, _line: record.trade.value),
    _text(N_("Buyer"), 30, lambda record, _line: record.buyer.name),
    _text(N_("Buyer's RUC"), 13, lambda record, _line: record.buyer.ruc),
    _text(N_("Buyer's register"), 20, lambda record, _line: record.buyer.register),
    _text(N_("Seller"), 30, lambda record, _line: record.seller.name),
    _text(N_("Seller's RUC"), 13, lambda record, _line: record.seller.ruc),
    _text(N_("Seller's register"), 20, lambda record, _line: record.seller.register),
    Column(N_("Line"), Kind.PLAIN, 7, lambda _record, line: line.position),
    _text(N_("Product"), 22, lambda _record, line: line.name),
    _text(N_("Unit"), 8, lambda _record, line: line.unit.value),
    _of_line(N_("Requested"), lambda line: line.requested),
    _of_line(N_("Accepted"), lambda line: line.accepted),
    _of_line(N_("Sold"), lambda line: line.sold),
    _of_line(N_("Received"), lambda line: line.received),
    _text(N_("State of the line"), 13, lambda _record, line: line.status.value),
    _text(N_("Reason of the rejection"), 24, lambda _record, line: line.reason),
    _moment(N_("Requested at (Lima)"), lambda record: record.requested_at),
    _moment(N_("Accepted at (Lima)"), lambda record: record.accepted_at),
    _moment(N_("Sold at (Lima)"), lambda record: record.sold_at),
    _moment(N_("Arrived at (Lima)"), lambda record: record.arrived_at),
    _moment(N_("Closed at (Lima)"), lambda record: record.ended_at(Status.CLOSED)),
    _moment(N_("Rejected at (Lima)"), lambda record: record.ended_at(Status.REJECTED)),
    _moment(N_("Annulled at (Lima)"), lambda record: record.ended_at(Status.ANNULLED)),
    Column(
        N_("From sale or arrival to close (h:mm:ss)"),
        Kind.SPAN,
        16,
        lambda record, _line: record.lateness.took if record.lateness else None,
    ),
    Column(
        N_("Days late"),
        Kind.PLAIN,
        9,
        lambda record, _line: record.lateness.days if record.lateness else None,
    ),
    _text(N_("Closed by"), 24, lambda record, _line: record.closed_by),
    _text(N_("Kind of document"), 10, lambda record, _line: record.document_kind.value if record.document_kind else ""),
    _text(N_("Document"), 16, lambda record, _line: record.document),
    _text(N_("Invoice"), 16, lambda record, _line: record.invoice),
    _text(N_("Plate"), 10, lambda record, _line: record.plate),
    _text(N_("Destination"), 30, lambda record, _line: record.destination),
    _text(N_("Purchase order"), 14, lambda record, _line: record.purchase_order),
    _text(N_("Movements"), 60, lambda record, _line: _movements(record)),
)
