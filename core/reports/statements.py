"""The statements of reports. They differ with what is wanted, so each report builds its own, once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, or_, select
from sqlalchemy.sql import ColumnElement

from core.reports.wanted import Wanted
from core.statement import Statement
from core.statements import (
    LINE_COLUMNS,
    ORDER_SOURCE,
    brands,
    buyers,
    entries,
    lines,
    orders,
    sellers,
)
from core.terms import Party, Status

PAGE = 500
"""Orders that are read at a time."""
TO_BE_CLOSED = frozenset({Status.TO_CLOSE, Status.CLOSED})
_MINE = {Party.BUYER: orders.c.buyer_id, Party.SELLER: orders.c.seller_id}
_OTHER = {Party.BUYER: orders.c.seller_id, Party.SELLER: orders.c.buyer_id}
CLOCK = func.coalesce(orders.c.to_close_since, orders.c.sold_at, type_=orders.c.sold_at.type).label("clock")
"""When the buyer's clock started; orders of the first release have only the sale."""


def _ruc(snapshot: Any, agent: Any) -> Any:
    """Return the RUC of the day of the request; orders of the first release have only that of today."""
    return func.coalesce(func.nullif(snapshot, ""), agent.c.ruc)


_COLUMNS = (
    orders.c.id,
    orders.c.code,
    orders.c.trade,
    orders.c.status,
    orders.c.buyer_id,
    buyers.c.name.label("buyer"),
    _ruc(orders.c.buyer_ruc, buyers).label("buyer_ruc"),
    buyers.c.register_number.label("buyer_register"),
    orders.c.seller_id,
    sellers.c.name.label("seller"),
    _ruc(orders.c.seller_ruc, sellers).label("seller_ruc"),
    sellers.c.register_number.label("seller_register"),
    orders.c.requested_at,
    orders.c.accepted_at,
    orders.c.sold_at,
    orders.c.arrived_at,
    CLOCK,
    orders.c.moved_at,
    orders.c.destination,
    orders.c.purchase_order,
    orders.c.document_kind,
    orders.c.document,
    orders.c.invoice,
    orders.c.plate,
)


def _any_of(column: Any, values: Any) -> list[ColumnElement[bool]]:
    """Return the condition that the column is one of the values, as a list; no values, no condition."""
    return [or_(*(column == value for value in sorted(values)))] if values else []


def _meeting(wanted: Wanted, party: Party | None) -> list[ColumnElement[bool]]:
    """Return the conditions, with the agent on that side if there is one."""
    statuses = wanted.statuses or (TO_BE_CLOSED if wanted.late else frozenset())
    return [
        *([_MINE[party] == bindparam("agent_id")] if party else []),
        *(_any_of(_OTHER[party], wanted.others) if party else []),
        *_any_of(orders.c.status, statuses),
        orders.c.requested_at >= bindparam("start"),
        orders.c.requested_at < bindparam("end"),
    ]


def page_of(wanted: Wanted, party: Party) -> Statement:
    """Return the statement of the next orders in which an agent is on that side, by the index over its requests.

    `start` and `after` are the moment of the last one's request and its id.
    """
    further = or_(orders.c.requested_at > bindparam("start"), orders.c.id > bindparam("after"))
    chosen = select(*_COLUMNS).select_from(ORDER_SOURCE).where(*_meeting(wanted, party), further)
    return _first(chosen.order_by(orders.c.requested_at, orders.c.id))


def page_of_all(wanted: Wanted) -> Statement:
    """Return the statement of everybody's next orders after the id `after`: one pass over the table."""
    chosen = select(*_COLUMNS).select_from(ORDER_SOURCE)
    chosen = chosen.where(*_meeting(wanted, None), orders.c.id > bindparam("after"))
    return _first(chosen.order_by(orders.c.id))


def how_many(wanted: Wanted, party: Party) -> Statement:
    """Return the statement that counts the orders requested on the days, to a limit, from the index alone."""
    span = Wanted(wanted.first, wanted.last, wanted.agents)
    some = select(orders.c.id).where(*_meeting(span, party)).limit(bindparam("most")).subquery()
    return Statement(select(func.count().label("count")).select_from(some))


def counted(wanted: Wanted, party: Party) -> Statement:
    """Return the statement of what is counted of each order in which an agent is on that side."""
    chosen = select(orders.c.id, orders.c.status, CLOCK, orders.c.moved_at).where(*_meeting(wanted, party))
    return _first(chosen)


def counterparts(wanted: Wanted, party: Party) -> Statement:
    """Return the statement of who stands opposite an agent that is on that side."""
    other = sellers if party is Party.BUYER else buyers
    chosen = select(other.c.id, other.c.name).select_from(orders.join(other, _OTHER[party] == other.c.id))
    return _first(chosen.where(*_meeting(wanted, party)).distinct().order_by(other.c.name, other.c.id))


def _first(chosen: Select[Any]) -> Statement:
    return Statement(chosen.limit(bindparam("most")))


_IDS = [bindparam(f"id_{place}", type_=Integer) for place in range(PAGE)]
LINES = Statement(
    select(lines.c.order_id, *LINE_COLUMNS)
    .select_from(lines.outerjoin(brands, lines.c.brand_id == brands.c.id))
    .where(lines.c.order_id.in_(_IDS))
    .order_by(lines.c.order_id, lines.c.position)
)
"""Of a page of orders: their ids fill the places, the rest of the places are no order's."""
STEPS = Statement(
    select(
        entries.c.order_id, entries.c.at, entries.c.movement, entries.c.party, entries.c.person_name, entries.c.channel
    )
    .where(entries.c.order_id.in_(_IDS))
    .order_by(entries.c.order_id, entries.c.number)
)


def places(ids: list[int]) -> dict[str, int]:
    """Return what fills the places of LINES and STEPS."""
    return {f"id_{place}": ids[place] if place < len(ids) else 0 for place in range(PAGE)}
