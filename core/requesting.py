"""A new order: the checks that need the register, the matrix and the buyer's capacity, and its authorization code."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from core import catalogue, codes, errors, products
from core.clock import day_in_lima
from core.guarding import check_parties
from core.order import Line, Order
from core.register import Agent, Deal, read_deal
from core.statements import ADD_LINE, ADD_ORDER, AGENT_LOCKED, BRANDS, HOLDING, MADE_BY
from core.terms import LineStatus, Movement, Status, Trade, Unit
from core.transitions import Request, RequestedLine, check_asked, weighed

CODE_ATTEMPTS = 8
_NOT_YET: dict[str, Any] = {
    "accepted": None,
    "sold": None,
    "received": None,
    "status": LineStatus.REQUESTED,
    "reason": "",
}


def draft_order(tx: Connection, request: Request, at: datetime) -> tuple[Order, Deal]:
    """Return the order as it would be registered, without a code, and what was found of both agents.

    The buyer's row stays locked, so that two orders cannot both fit into the same free capacity.
    """
    AGENT_LOCKED.first(tx, {"agent_id": request.buyer_id})
    _refuse_second_order(tx, request)
    return outline(tx, request, at)


def outline(tx: Connection, request: Request, at: datetime) -> tuple[Order, Deal]:
    """Return the same to look at: nothing is locked, so nothing may be registered by it."""
    trade, today = _trade_of(request.lines), day_in_lima(at)
    deal = read_deal(tx, request.buyer_id, request.seller_id, trade, today)
    if deal is None:
        raise errors.UnknownAgent
    buyer, seller = deal.buyer.agent, deal.seller.agent
    check_parties(tx, deal)
    new_lines = tuple(_lines(tx, request.lines) if trade is Trade.CYLINDERS else _in_gallons(request.lines, today))
    kilograms, gallons = weighed(new_lines)
    order = Order(
        id=0,
        code="",
        trade=trade,
        status=Status.REQUESTED,
        buyer_id=buyer.id,
        buyer=buyer.name,
        seller_id=seller.id,
        seller=seller.name,
        requested_at=at,
        moved_at=at,
        sold_at=None,
        kilograms=kilograms,
        destination=buyer.address,
        purchase_order=request.purchase_order.strip()[:40],
        delivery_on=request.delivery_on,
        comment=request.comment.strip()[:500],
        document_kind=None,
        document="",
        gallons=gallons,
        buyer_ruc=buyer.ruc,
        seller_ruc=seller.ruc,
        lines=new_lines,
    )
    return order, deal


def _trade_of(asked: Iterable[RequestedLine]) -> Trade:
    """Return the one kind of trade of what is asked for; nothing at all is refused later, as cylinders."""
    trades = set()
    for line in asked:
        trade = products.trade_of(line.product)
        if trade is None:
            raise errors.UnknownProduct(line.product)
        trades.add(trade)
    if len(trades) > 1:
        raise errors.MixedProducts
    return trades.pop() if trades else Trade.CYLINDERS


def _refuse_second_order(tx: Connection, request: Request) -> None:
    """One conversation makes one order for the agent: asked again, it is told which."""
    if request.draft is None:
        return
    made = MADE_BY.first(tx, {"draft_name": request.draft, "buyer": request.buyer_id})
    if made is not None:
        raise errors.AlreadyDone(made.code, Movement.REQUESTED, made.requested_at, made.person_name, made.status)


def check_capacity(tx: Connection, buyer: Agent, order: Order) -> None:
    """Refuse when the unclosed orders leave no room (manual, section 5); the refusal lists them."""
    capacity, unit = buyer.capacity_for(order.trade), order.trade.unit
    if capacity is None:
        return
    held = holding(tx, buyer.id, order.trade)
    free = capacity - sum((one.held for one in held), Decimal(0))
    if order.held > free:
        raise errors.OverCapacity(capacity, max(free, Decimal(0)), order.held, held, unit)


def holding(tx: Connection, buyer_id: int, trade: Trade) -> tuple[errors.Holding, ...]:
    """Return the unclosed orders that hold capacity for the trade, the oldest first."""
    rows = HOLDING[trade.unit].all(tx, {"agent_id": buyer_id, "trade": trade})
    return tuple(errors.Holding(*row) for row in rows)


def insert(tx: Connection, order: Order, draft: str | None) -> tuple[int, str]:
    """Store the order under a new code; return its id and code."""
    row = {
        "trade": order.trade,
        "buyer_id": order.buyer_id,
        "seller_id": order.seller_id,
        "status": order.status,
        "requested_at": order.requested_at,
        "moved_at": order.moved_at,
        "kilograms": order.kilograms,
        "gallons": order.gallons,
        "buyer_ruc": order.buyer_ruc,
        "seller_ruc": order.seller_ruc,
        "destination": order.destination,
        "purchase_order": order.purchase_order,
        "delivery_on": order.delivery_on,
        "comment": order.comment,
        "document": "",
        "draft": draft,
        "entries": 1,
    }
    order_id, code = _insert_with_new_code(tx, row, order.trade)
    ADD_LINE.run_each(tx, [_line_row(order_id, line) for line in order.lines])
    return order_id, code


def _insert_with_new_code(tx: Connection, row: dict[str, object], trade: Trade) -> tuple[int, str]:
    for _attempt in range(CODE_ATTEMPTS):
        code = codes.draw(trade)
        order_id = ADD_ORDER.one(tx, {**row, "code": code})
        if order_id is not None:
            return order_id, code
    raise RuntimeError(f"{CODE_ATTEMPTS} codes in a row were taken")


def _lines(tx: Connection, asked: Iterable[RequestedLine]) -> Iterable[Line]:
    """Yield the lines, each brand and size once, in the order in which they were first named."""
    brands = {row.id: row for row in BRANDS.all(tx, {})}
    quantities: dict[tuple[int, str], Decimal] = {}
    for line in asked:
        brand = brands[line.brand_id].name if line.brand_id in brands else line.brand_id
        check_asked(f"{brand} {line.size}", line.quantity)
        key = (line.brand_id, line.size)
        quantities[key] = quantities.get(key, Decimal(0)) + line.quantity
    for position, ((brand_id, size_name), quantity) in enumerate(quantities.items(), start=1):
        size = catalogue.SIZES.get(size_name)
        if size is None:
            raise errors.UnknownProduct(size_name)
        if brand_id not in brands:
            raise errors.UnknownProduct(str(brand_id))
        yield Line(
            position=position,
            product=catalogue.CYLINDER,
            brand_id=brand_id,
            brand=brands[brand_id].name,
            packer_id=brands[brand_id].packer_id,
            size=size.name,
            unit=Unit.PIECES,
            kilograms_each=size.kilograms,
            requested=quantity,
            **_NOT_YET,
        )


def _in_gallons(asked: Iterable[RequestedLine], on: date) -> Iterable[Line]:
    """Yield the lines, each product once, in the order in which they were first named."""
    quantities: dict[str, Decimal] = {}
    for line in asked:
        if not products.PRODUCTS[line.product].is_known(on):
            raise errors.UnknownProduct(line.product)
        check_asked(line.product, line.quantity, Unit.GALLONS)
        quantities[line.product] = quantities.get(line.product, Decimal(0)) + line.quantity
    for position, (product, quantity) in enumerate(quantities.items(), start=1):
        yield Line(
            position=position,
            product=product,
            brand_id=None,
            brand=None,
            size="",
            unit=products.PRODUCTS[product].unit,
            kilograms_each=Decimal(0),
            requested=quantity,
            **_NOT_YET,
        )


def _line_row(order_id: int, line: Line) -> dict[str, object]:
    return {
        "order_id": order_id,
        "position": line.position,
        "product": line.product,
        "brand_id": line.brand_id,
        "size": line.size,
        "unit": line.unit,
        "kilograms_each": line.kilograms_each,
        "requested": line.requested,
        "status": line.status,
        "reason": "",
    }
