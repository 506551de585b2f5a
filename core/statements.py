"""The statements over orders, built once: building a statement costs more than running it."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, exists, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql import ColumnElement

from core.statement import Statement
from core.tables import (
    AgentRow,
    BrandRow,
    EntryRow,
    LineRow,
    MembershipRow,
    OrderRow,
    PersonRow,
    TradeRuleRow,
)
from core.terms import OPEN, Standing


def table_of(row: type[Any]) -> Table:
    """Return the table behind a SQLModel class."""
    return cast("Table", row.__table__)


orders = table_of(OrderRow)
lines = table_of(LineRow)
entries = table_of(EntryRow)
agents = table_of(AgentRow)
people = table_of(PersonRow)
memberships = table_of(MembershipRow)
brands = table_of(BrandRow)
trade_rules = table_of(TradeRuleRow)

buyers = agents.alias("buyer")
sellers = agents.alias("seller")

ORDER_COLUMNS = (
    orders.c.id,
    orders.c.code,
    orders.c.trade,
    orders.c.status,
    orders.c.buyer_id,
    buyers.c.name.label("buyer"),
    orders.c.seller_id,
    sellers.c.name.label("seller"),
    orders.c.requested_at,
    orders.c.moved_at,
    orders.c.sold_at,
    orders.c.kilograms,
    orders.c.destination,
    orders.c.purchase_order,
    orders.c.delivery_on,
    orders.c.comment,
    orders.c.document_kind,
    orders.c.document,
    orders.c.accepted_at,
    orders.c.arrived_at,
)
ORDER_SOURCE = orders.join(buyers, orders.c.buyer_id == buyers.c.id).join(sellers, orders.c.seller_id == sellers.c.id)

_MINE = select(memberships.c.agent_id).where(memberships.c.person_id == bindparam("person_id")).scalar_subquery()


def _visible() -> ColumnElement[bool]:
    """Return the condition that the order has the person's agent on one side; to others it does not exist."""
    return exists().where(
        memberships.c.person_id == bindparam("person_id"),
        or_(memberships.c.agent_id == orders.c.buyer_id, memberships.c.agent_id == orders.c.seller_id),
    )


LINE_COLUMNS = (
    lines.c.position,
    lines.c.product,
    lines.c.brand_id,
    brands.c.name.label("brand"),
    lines.c.size,
    lines.c.unit,
    lines.c.kilograms_each,
    lines.c.requested,
    lines.c.accepted,
    lines.c.sold,
    lines.c.received,
    lines.c.status.label("line_status"),
    lines.c.reason,
)
_its_visible = (orders.c.code == bindparam("code"), _visible())
FIND = Statement(
    select(*ORDER_COLUMNS, *LINE_COLUMNS)
    .select_from(
        ORDER_SOURCE.outerjoin(lines, lines.c.order_id == orders.c.id).outerjoin(
            brands, lines.c.brand_id == brands.c.id
        )
    )
    .where(*_its_visible)
    .order_by(lines.c.position)
)
"""The order once for each of its lines."""
FIND_LOCKED = Statement(
    select(*ORDER_COLUMNS).select_from(ORDER_SOURCE).where(*_its_visible).with_for_update(of=orders, key_share=True)
)
"""Without the lines: what is joined to a row that was waited for is read as it was before. They are read next."""
LINES = Statement(
    select(*LINE_COLUMNS)
    .select_from(lines.outerjoin(brands, lines.c.brand_id == brands.c.id))
    .where(lines.c.order_id == bindparam("order_id"))
    .order_by(lines.c.position)
)


def _listing(*conditions: ColumnElement[bool], newest_first: bool = False) -> Any:
    when = orders.c.requested_at.desc() if newest_first else orders.c.moved_at
    order_of_equals = orders.c.id.desc() if newest_first else orders.c.id
    chosen = select(*ORDER_COLUMNS).select_from(ORDER_SOURCE).where(*conditions)
    return chosen.order_by(when, order_of_equals).limit(bindparam("most"))


BOUGHT = Statement(_listing(orders.c.buyer_id.in_(_MINE), orders.c.status == bindparam("status")))
SOLD = Statement(_listing(orders.c.seller_id.in_(_MINE), orders.c.status == bindparam("status")))
REQUESTED_BETWEEN = Statement(
    _listing(
        or_(orders.c.buyer_id.in_(_MINE), orders.c.seller_id.in_(_MINE)),
        orders.c.requested_at >= bindparam("start"),
        orders.c.requested_at < bindparam("end"),
        newest_first=True,
    )
)
LATEST_BOUGHT = Statement(
    _listing(orders.c.buyer_id == bindparam("agent_id"), orders.c.buyer_id.in_(_MINE), newest_first=True)
)
HISTORY = Statement(
    select(
        entries.c.number,
        entries.c.at,
        entries.c.movement,
        entries.c.status,
        entries.c.party,
        entries.c.agent_id,
        agents.c.name.label("agent"),
        entries.c.person_id,
        entries.c.person_name,
        entries.c.channel,
        entries.c.declared,
    )
    .select_from(entries.join(agents, entries.c.agent_id == agents.c.id))
    .where(entries.c.order_id == bindparam("order_id"))
    .order_by(entries.c.number)
)
AGENT_COLUMNS = (
    agents.c.id,
    agents.c.name,
    agents.c.register_number,
    agents.c.ruc,
    agents.c.activity,
    agents.c.place,
    agents.c.address,
    agents.c.valid_from,
    agents.c.valid_to,
    agents.c.standing,
    agents.c.capacity,
)
_agent = select(*AGENT_COLUMNS).where(agents.c.id == bindparam("agent_id"))
AGENT = Statement(_agent)
AGENT_LOCKED = Statement(_agent.with_for_update(key_share=True))
TWO_AGENTS = Statement(
    select(*AGENT_COLUMNS).where(or_(agents.c.id == bindparam("buyer_id"), agents.c.id == bindparam("seller_id")))
)

HOLDING = Statement(
    select(orders.c.code, orders.c.status, orders.c.kilograms)
    .where(orders.c.buyer_id == bindparam("agent_id"), or_(*(orders.c.status == status for status in sorted(OPEN))))
    .order_by(orders.c.id)
)


def _rule_in_force() -> ColumnElement[bool]:
    return and_(
        trade_rules.c.trade == bindparam("trade"),
        trade_rules.c.valid_from <= bindparam("on"),
        or_(trade_rules.c.valid_to.is_(None), trade_rules.c.valid_to >= bindparam("on")),
    )


RULE_EXISTS = Statement(
    select(trade_rules.c.id)
    .where(
        _rule_in_force(),
        trade_rules.c.buyer == bindparam("buyer_activity"),
        trade_rules.c.seller == bindparam("seller_activity"),
    )
    .limit(1)
)


def _may_sell() -> tuple[ColumnElement[bool], ...]:
    allowed = exists().where(
        _rule_in_force(), trade_rules.c.buyer == bindparam("activity"), trade_rules.c.seller == agents.c.activity
    )
    return (
        allowed,
        agents.c.id != bindparam("agent_id"),
        agents.c.standing == Standing.VALID,
        agents.c.valid_from <= bindparam("on"),
        or_(agents.c.valid_to.is_(None), agents.c.valid_to >= bindparam("on")),
    )


_LAST_TIME = (
    select(func.max(orders.c.id))
    .where(orders.c.buyer_id == bindparam("agent_id"), orders.c.seller_id == agents.c.id)
    .scalar_subquery()
)
SELLERS_FOR = Statement(
    select(agents.c.id, agents.c.name, agents.c.place)
    .where(*_may_sell())
    .order_by(func.coalesce(_LAST_TIME, 0).desc(), agents.c.name, agents.c.id)
    .limit(500)
)
SELLER = Statement(
    select(agents.c.id, agents.c.name, agents.c.place)
    .where(*_may_sell(), agents.c.id == bindparam("seller_id"))
    .limit(1)
)
BRANDS = Statement(select(brands.c.id, brands.c.name).order_by(brands.c.name))
MADE_BY = Statement(
    select(orders.c.code, orders.c.status, orders.c.requested_at, entries.c.person_name)
    .select_from(orders.join(entries, and_(entries.c.order_id == orders.c.id, entries.c.number == 1)))
    .where(orders.c.draft == bindparam("draft_name"), orders.c.buyer_id == bindparam("buyer"))
)
ADD_ORDER = {
    dialect.dialect().name: Statement(
        dialect.insert(orders).on_conflict_do_nothing(index_elements=["code"]).returning(orders.c.id),
        columns=(
            "code",
            "trade",
            "buyer_id",
            "seller_id",
            "status",
            "requested_at",
            "moved_at",
            "kilograms",
            "destination",
            "purchase_order",
            "delivery_on",
            "comment",
            "document",
            "draft",
        ),
    )
    for dialect in (sqlite, postgresql)
}
"""By dialect. Adds nothing, and returns nothing, when the code is taken."""
ADD_LINE = Statement(
    lines.insert(),
    columns=(
        "order_id",
        "position",
        "product",
        "brand_id",
        "size",
        "unit",
        "kilograms_each",
        "requested",
        "status",
        "reason",
    ),
)
SAVE_ORDER = Statement(
    orders.update()
    .where(orders.c.id == bindparam("this"), orders.c.status == bindparam("was"))
    .values(
        status=bindparam("status"),
        moved_at=bindparam("moved_at"),
        sold_at=bindparam("sold_at"),
        kilograms=bindparam("kilograms"),
        document_kind=bindparam("document_kind"),
        document=bindparam("document"),
        accepted_at=bindparam("accepted_at"),
        arrived_at=bindparam("arrived_at"),
        to_close_since=bindparam("to_close_since"),
    )
)
SAVE_LINE = Statement(
    lines.update()
    .where(lines.c.order_id == bindparam("this"), lines.c.position == bindparam("at_position"))
    .values(
        accepted=bindparam("accepted"),
        sold=bindparam("sold"),
        received=bindparam("received"),
        status=bindparam("status"),
        reason=bindparam("reason"),
    )
)
_NEXT_NUMBER = (
    select(func.coalesce(func.max(entries.c.number), 0) + 1)
    .where(entries.c.order_id == bindparam("of_order"))
    .scalar_subquery()
)
ADD_ENTRY = Statement(
    entries.insert().values(number=_NEXT_NUMBER).returning(entries.c.number),
    columns=(
        "order_id",
        "at",
        "movement",
        "status",
        "party",
        "agent_id",
        "person_id",
        "person_name",
        "channel",
        "declared",
    ),
)
