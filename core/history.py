"""What the journal says: the state at any past moment, and the whole order told again from its movements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from core.order import Entry, Order
from core.terms import Document, LineStatus, Movement, Status


def status_at(entries: Sequence[Entry], at: datetime) -> Status | None:
    """Return the status at that moment (inclusive), or None when the order did not exist yet."""
    past = [entry.status for entry in entries if entry.at <= at]
    return past[-1] if past else None


def order_at(order: Order, entries: Sequence[Entry], at: datetime) -> Order | None:
    """Return the order as it was at that moment (inclusive), or None when it did not exist yet."""
    past = [entry for entry in entries if entry.at <= at]
    if not past:
        return None
    account = replay(past)
    if account.status is None:
        return None
    moved = {entry.movement: entry for entry in reversed(past)}
    sale = moved[Movement.SOLD].declared if Movement.SOLD in moved else {}
    kind = sale.get("document_kind")
    lines = tuple(
        line._replace(
            accepted=account.accepted.get(line.position),
            sold=account.sold.get(line.position),
            received=account.received.get(line.position),
            status=account.lines[line.position],
            reason=line.reason if account.status is order.status else "",
        )
        for line in order.lines
    )
    return order._replace(
        status=account.status,
        moved_at=past[-1].at,
        accepted_at=moved[Movement.ACCEPTED].at if Movement.ACCEPTED in moved else None,
        sold_at=moved[Movement.SOLD].at if Movement.SOLD in moved else None,
        arrived_at=moved[Movement.ARRIVED].at if Movement.ARRIVED in moved else None,
        document=account.document,
        document_kind=Document(kind) if kind else None,
        invoice=sale.get("invoice", ""),
        plate=sale.get("plate", ""),
        lines=lines,
        entries=len(past),
        head=None,
    )


@dataclass
class Account:
    """An order as its journal tells it: the quantities of each line by position, and the status."""

    status: Status | None = None
    requested: dict[int, Decimal] = field(default_factory=dict)
    accepted: dict[int, Decimal] = field(default_factory=dict)
    sold: dict[int, Decimal] = field(default_factory=dict)
    received: dict[int, Decimal] = field(default_factory=dict)
    lines: dict[int, LineStatus] = field(default_factory=dict)
    document: str = ""


def replay(entries: Sequence[Entry]) -> Account:
    """Tell the order again from nothing but its journal."""
    account = Account()
    for entry in entries:
        _tell(account, entry)
        account.status = entry.status
    return account


def account_of(order: Order) -> Account:
    """Return the stored order in the same form, to compare."""
    return Account(
        status=order.status,
        requested={line.position: line.requested for line in order.lines},
        accepted={line.position: line.accepted for line in order.lines if line.accepted is not None},
        sold={line.position: line.sold for line in order.lines if line.sold is not None},
        received={line.position: line.received for line in order.lines if line.received is not None},
        lines={line.position: line.status for line in order.lines},
        document=order.document,
    )


def _tell(account: Account, entry: Entry) -> None:
    quantities = {int(position): Decimal(text) for position, text in entry.declared.get("lines", {}).items()}
    match entry.movement:
        case Movement.REQUESTED:
            account.requested = quantities
            account.lines = dict.fromkeys(quantities, LineStatus.REQUESTED)
        case Movement.ACCEPTED:
            account.accepted = quantities
            account.lines = {
                position: LineStatus.ACCEPTED if quantity else LineStatus.REJECTED
                for position, quantity in quantities.items()
            }
        case Movement.SOLD:
            account.sold = quantities
            account.document = entry.declared["document"]
            account.lines |= {position: LineStatus.SOLD for position, quantity in quantities.items() if quantity}
        case Movement.CLOSED:
            account.received = quantities
            account.lines |= dict.fromkeys(quantities, LineStatus.RECEIVED)
            account.lines |= {int(position): LineStatus.REJECTED for position in entry.declared["rejected"]}
        case Movement.REJECTED:
            account.lines = dict.fromkeys(account.lines, LineStatus.REJECTED)
        case Movement.ANNULLED | Movement.ARRIVED | Movement.SNOOZED:
            pass
