"""Whether an order's row says what its journal says: the chain covers the journal, this covers what was made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.history import account_of, replay
from core.order import NOTHING, Entry, Order
from core.terms import Movement, Party, Unit


def contradictions(order: Order, to_close_since: datetime | None, entries: Sequence[Entry]) -> list[str]:
    """Return the names of the order's columns, and of its lines', that its journal tells otherwise; in order."""
    told = dict(_told(order, entries))
    row = {name: getattr(order, name) for name in told if hasattr(order, name)}
    row |= {f"line {line.position} reason": line.reason for line in order.lines}
    row |= {f"line {line.position} product": line.name for line in order.lines}
    wrong = [name for name, value in told.items() if row.get(name) != value]
    stored, replayed = account_of(order), replay(entries)
    wrong += [name for name in vars(stored) if getattr(stored, name) != getattr(replayed, name) and name not in wrong]
    if to_close_since != order.to_close_since:
        wrong.append("to_close_since")
    return wrong


def _told(order: Order, entries: Sequence[Entry]) -> Iterator[tuple[str, Any]]:
    """Yield what the journal tells of each column that `replay` does not look at."""
    yield "entries", len(entries)
    first, last, moved = entries[0], entries[-1], _first_of_each(entries)
    yield "requested_at", first.at
    yield "moved_at", last.at
    for name, movement in (
        ("accepted_at", Movement.ACCEPTED),
        ("sold_at", Movement.SOLD),
        ("arrived_at", Movement.ARRIVED),
    ):
        yield name, moved[movement].at if movement in moved else None
    sale = moved[Movement.SOLD].declared if Movement.SOLD in moved else {}
    yield "document_kind", sale.get("document_kind") or None
    yield "invoice", sale.get("invoice", "")
    yield "plate", sale.get("plate", "")
    for entry in entries:
        yield ("buyer_id" if entry.party is Party.BUYER else "seller_id"), entry.agent_id
    yield from _of_request(first.declared)
    yield from _amounts(order)
    yield from _reasons(order, entries)


def _first_of_each(entries: Sequence[Entry]) -> dict[Movement, Entry]:
    moved: dict[Movement, Entry] = {}
    for entry in entries:
        moved.setdefault(entry.movement, entry)
    return moved


def _of_request(declared: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what the request declared once and for all. Requests of earlier releases declared less."""
    for side in ("buyer", "seller"):
        if side in declared:
            yield f"{side}_ruc", declared[side]["ruc"]
    for position, name in declared.get("products", {}).items():
        yield f"line {position} product", name
    if asked := declared.get("asked"):
        yield "trade", asked["trade"]
        for name in ("destination", "purchase_order", "comment"):
            yield name, asked.get(name, "")
        day = asked.get("delivery_on")
        yield "delivery_on", datetime.fromisoformat(day).date() if day else None


def _amounts(order: Order) -> Iterator[tuple[str, Decimal]]:
    """Yield what the order weighs: as it was accepted, else as it was asked for."""
    counted = [(line, line.requested if line.accepted is None else line.accepted) for line in order.lines]
    yield "kilograms", sum((line.kilograms_each * quantity for line, quantity in counted), NOTHING)
    yield "gallons", sum((quantity for line, quantity in counted if line.unit is Unit.GALLONS), NOTHING)


def _reasons(order: Order, entries: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    """Yield why each line was rejected: by itself when the order was closed, or with the whole order."""
    declared = [entry.declared for entry in entries if entry.movement in (Movement.CLOSED, Movement.REJECTED)]
    for line in order.lines:
        told = [one.get("rejected", {}).get(str(line.position)) or one.get("reason", "") for one in declared]
        yield f"line {line.position} reason", told[0] if told else ""
