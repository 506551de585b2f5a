"""What the guards would say, asked before anybody says yes: nothing is locked, nothing is changed, nothing refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection

from core import guarding, requesting
from core.clock import day_in_lima
from core.errors import Refused
from core.order import Order
from core.register import read_deal
from core.transitions import Accept, Request, accept
from core.vehicles import check_vehicle


def at_request(tx: Connection, request: Request, at: datetime) -> tuple[Refused, ...]:
    """Return what the guards will warn of; nothing when the request cannot be made at all: that is its refusal."""
    try:
        order, deal = requesting.outline(tx, request, at)
    except Refused:
        return ()
    return guarding.at_request(tx, deal, order, at)


def at_sale(
    tx: Connection, order: Order, at: datetime, quantities: Mapping[int, Decimal] | None = None, plate: str = ""
) -> tuple[Refused, ...]:
    """Return what would stop the sale of the order as it stands, and what it would be warned of.

    With the quantities that the seller is about to accept, and the truck it is about to name, if it has.
    """
    deal = read_deal(tx, order.buyer_id, order.seller_id, order.trade, day_in_lima(at))
    if deal is None:
        return ()
    try:
        guarding.check_parties(tx, deal)
        if quantities is not None:
            order = accept(order, Accept(order.code, quantities), at).order
    except Refused as refused:
        return (refused,)
    found = guarding.at_request(tx, deal, order, at)
    if not plate or not order.trade.by_truck:
        return found
    try:
        check_vehicle(tx, deal, order._replace(plate=plate))
    except Refused as refused:
        return (*found, refused)
    return found
