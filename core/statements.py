"""The statements over orders, built once: building a statement costs more than running it."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, exists, func, literal, or_, select, text
from sqlalchemy.sql import ColumnElement

from core.adding import Adding
from core.statement import Statement
from core.tables import (
    AgentRow,
    BrandRow,
    CertificateRow,
    EntryRow,
    LentTankRow,
    LineRow,
    MembershipRow,
    OrderRow,
    PersonRow,
    PolicyRow,
    SealRow,
    TradeRuleRow,
    VehicleRow,
)
from core.terms import COUNTED, OPEN, Standing, Unit


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
certificates = table_of(CertificateRow)
policies = table_of(PolicyRow)
vehicles = table_of(VehicleRow)
lent_tanks = table_of(LentTankRow)
seals = table_of(SealRow)

buyers = agents.alias("buyer")
sellers = agents.alias("seller")
all_policies = policies.alias("all_policies")
all_certificates = certificates.alias("all_certificates")

_requests = entries.alias("request")
_REQUEST_HASH = (
    select(_requests.c.hash)
    .where(_requests.c.order_id == orders.c.id, _requests.c.number == 1)
    .correlate(orders)
    .scalar_subquery()
)
"""The head of an order that was only requested. It cannot change: whoever waits for the row reads no old one."""

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
    orders.c.gallons,
    orders.c.buyer_ruc,
    orders.c.seller_ruc,
    orders.c.invoice,
    orders.c.plate,
    orders.c.accepted_at,
    orders.c.arrived_at,
    orders.c.entries,
    func.coalesce(orders.c.head, _REQUEST_HASH, type_=orders.c.head.type).label("head"),
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
    brands.c.packer_id,
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
MOST_AT_ONCE = 10
"""Orders whose lines are read together: what fits on one screen."""
LINES_OF_SEVERAL = Statement(
    select(lines.c.order_id, *LINE_COLUMNS)
    .select_from(lines.outerjoin(brands, lines.c.brand_id == brands.c.id))
    .where(or_(*(lines.c.order_id == bindparam(f"order_{place}") for place in range(MOST_AT_ONCE))))
    .order_by(lines.c.order_id, lines.c.position)
)


def _listing(*conditions: ColumnElement[bool], newest_first: bool = False) -> Any:
    when = orders.c.requested_at.desc() if newest_first else orders.c.moved_at
    order_of_equals = orders.c.id.desc() if newest_first else orders.c.id
    chosen = select(*ORDER_COLUMNS).select_from(ORDER_SOURCE).where(*conditions)
    return chosen.order_by(when, order_of_equals).limit(bindparam("most"))


BOUGHT = Statement(_listing(orders.c.buyer_id.in_(_MINE), orders.c.status == bindparam("status")))
SOLD = Statement(_listing(orders.c.seller_id.in_(_MINE), orders.c.status == bindparam("status")))
_OF_MINE_BETWEEN = (
    or_(orders.c.buyer_id.in_(_MINE), orders.c.seller_id.in_(_MINE)),
    orders.c.requested_at >= bindparam("start"),
    orders.c.requested_at < bindparam("end"),
)
REQUESTED_BETWEEN = Statement(_listing(*_OF_MINE_BETWEEN, newest_first=True))
_OTHER_SIDE = or_(buyers.c.name == bindparam("counterpart"), sellers.c.name == bindparam("counterpart"))
REQUESTED_BETWEEN_WITH = Statement(_listing(*_OF_MINE_BETWEEN, _OTHER_SIDE, newest_first=True))
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
    agents.c.capacity_bulk,
    agents.c.capacity_liquids,
)
_agent = select(*AGENT_COLUMNS).where(agents.c.id == bindparam("agent_id"))
AGENT = Statement(_agent)
AGENT_LOCKED = Statement(_agent.with_for_update(key_share=True))


def in_force(table: Any) -> ColumnElement[bool]:
    """Return the condition that a row holds on the day `on`, both ends included."""
    return and_(
        table.c.valid_from <= bindparam("on"), or_(table.c.valid_to.is_(None), table.c.valid_to >= bindparam("on"))
    )


_in_matrix = exists().where(
    buyers.c.id == bindparam("buyer_id"),
    sellers.c.id == bindparam("seller_id"),
    trade_rules.c.trade == bindparam("trade"),
    trade_rules.c.buyer == buyers.c.activity,
    trade_rules.c.seller == sellers.c.activity,
    in_force(trade_rules),
)
DEAL = Statement(
    select(
        *AGENT_COLUMNS,
        _in_matrix.label("in_matrix"),
        exists().where(all_certificates.c.shop_id == agents.c.id).correlate(agents).label("has_certificates"),
        exists()
        .where(all_policies.c.agent_id == agents.c.id, all_policies.c.plate == "")
        .correlate(agents)
        .label("was_insured"),
        policies.c.cover,
        policies.c.currency,
        policies.c.valid_from.label("taken_on"),
        certificates.c.packer_id.label("certified_by"),
    )
    .select_from(
        agents.outerjoin(
            policies, and_(policies.c.agent_id == agents.c.id, policies.c.plate == "", in_force(policies))
        ).outerjoin(certificates, and_(certificates.c.shop_id == agents.c.id, in_force(certificates)))
    )
    .where(or_(agents.c.id == bindparam("buyer_id"), agents.c.id == bindparam("seller_id")))
)
"""Both sides of an order and what decides whether they may trade, in one statement.

A row for each policy in force with each certificate in force: there are few of both.
"""


LENDERS = Statement(
    select(agents.c.ruc, agents.c.name)
    .select_from(lent_tanks.join(agents, lent_tanks.c.lender_id == agents.c.id))
    .where(lent_tanks.c.site_id == bindparam("site_id"), in_force(lent_tanks))
    .order_by(agents.c.ruc)
)
CLIENT_LOCKED = Statement(
    select(agents.c.id)
    .where(agents.c.ruc == bindparam("client_ruc"))
    .order_by(agents.c.id)
    .with_for_update(key_share=True)
)
SOLD_IN_BULK = Statement(
    select(func.coalesce(func.sum(orders.c.gallons), literal(0, orders.c.gallons.type)).label("gallons")).where(
        text("trade = 'GLP-G'"),  # written out: so that the index over bulk is used
        orders.c.seller_ruc == bindparam("seller"),
        orders.c.buyer_ruc == bindparam("client"),
        orders.c.sold_at >= bindparam("start"),
        orders.c.sold_at < bindparam("end"),
        or_(*(orders.c.status == status for status in sorted(COUNTED))),
    )
)
"""The gallons of bulk LPG that one RUC sold to another between two moments and that were not rejected."""


def _month(mine: Any, theirs: Any) -> Any:
    return (
        select(func.max(agents.c.name).label("name"), func.sum(orders.c.gallons).label("gallons"))
        .select_from(orders.join(agents, theirs[0] == agents.c.id))
        .where(
            text("trade = 'GLP-G'"),
            mine == bindparam("ruc"),
            orders.c.sold_at >= bindparam("start"),
            orders.c.sold_at < bindparam("end"),
            or_(*(orders.c.status == status for status in sorted(COUNTED))),
        )
        .group_by(theirs[1])
        .order_by(func.max(agents.c.name))
        .limit(20)
    )


MONTH_SOLD = Statement(_month(orders.c.seller_ruc, (orders.c.buyer_id, orders.c.buyer_ruc)))
MONTH_BOUGHT = Statement(_month(orders.c.buyer_ruc, (orders.c.seller_id, orders.c.seller_ruc)))
"""The gallons of bulk LPG between two moments by counterpart: of what a RUC sold, and of what it bought."""
VEHICLE = Statement(
    select(
        vehicles.c.plate,
        vehicles.c.register_number,
        vehicles.c.agent_id,
        agents.c.name.label("holder"),
        agents.c.activity,
        vehicles.c.capacity,
        vehicles.c.valid_from,
        vehicles.c.valid_to,
        vehicles.c.standing,
    )
    .select_from(vehicles.join(agents, vehicles.c.agent_id == agents.c.id))
    .where(vehicles.c.plate == bindparam("plate"), vehicles.c.trade == bindparam("trade"))
    .order_by(vehicles.c.valid_from.desc(), vehicles.c.id.desc())
)
"""Every register entry of a plate for a kind of product, the newest first."""
TRUCKS = Statement(
    select(vehicles.c.plate, vehicles.c.capacity)
    .where(
        or_(vehicles.c.agent_id == bindparam("seller_id"), vehicles.c.agent_id == bindparam("buyer_id")),
        vehicles.c.trade == bindparam("trade"),
        vehicles.c.standing == Standing.VALID,
        in_force(vehicles),
    )
    .order_by(vehicles.c.plate)
    .limit(50)
)
"""The trucks of either side that are registered on the day for a kind of product."""
VEHICLE_POLICIES = Statement(
    select(policies.c.cover, policies.c.currency, policies.c.valid_from, policies.c.valid_to)
    .where(policies.c.plate == bindparam("plate"))
    .order_by(policies.c.id)
)
HOLDER_OF_UNIT = Statement(
    select(agents.c.name)
    .where(
        agents.c.register_number.like(bindparam("unit")),
        agents.c.id != bindparam("agent_id"),
        agents.c.standing == Standing.VALID,
        in_force(agents),
    )
    .order_by(agents.c.valid_from.desc())
    .limit(1)
)
"""Who holds a unit (the first block of the register number) on a day."""


def _holding(*columns: Any) -> Any:
    still_open = or_(*(orders.c.status == status for status in sorted(OPEN)))
    return (
        select(*columns)
        .where(orders.c.buyer_id == bindparam("agent_id"), still_open, orders.c.trade == bindparam("trade"))
        .order_by(orders.c.id)
    )


HOLDING = {
    Unit.KILOGRAMS: Statement(_holding(orders.c.code, orders.c.status, orders.c.kilograms)),
    Unit.GALLONS: Statement(_holding(orders.c.code, orders.c.status, orders.c.gallons)),
}
"""By the unit of the trade: the open orders of it, and what each holds."""

_SELLING = (
    trade_rules.c.buyer == bindparam("activity"),
    trade_rules.c.seller == agents.c.activity,
    in_force(trade_rules),
    agents.c.id != bindparam("agent_id"),
    agents.c.standing == Standing.VALID,
    in_force(agents),
)


_LAST_TIME = (
    select(func.max(orders.c.id))
    .where(orders.c.buyer_id == bindparam("agent_id"), orders.c.seller_id == agents.c.id)
    .scalar_subquery()
)
_SELLER_COLUMNS = (agents.c.id, agents.c.name, agents.c.place, trade_rules.c.trade)
SELLERS_FOR = Statement(
    select(*_SELLER_COLUMNS)
    .where(*_SELLING)
    .order_by(func.coalesce(_LAST_TIME, 0).desc(), agents.c.name, agents.c.id, trade_rules.c.trade)
    .limit(500)
)
"""A row for each seller and each kind of trade that the matrix lets them have."""
SELLER = Statement(
    select(*_SELLER_COLUMNS)
    .where(*_SELLING, agents.c.id == bindparam("seller_id"))
    .order_by(trade_rules.c.trade)
    .limit(20)
)
PARTNERS = Statement(
    select(agents.c.id, agents.c.name, agents.c.place)
    .where(
        agents.c.id != bindparam("agent_id"),
        exists().where(
            in_force(trade_rules),
            or_(
                and_(trade_rules.c.buyer == bindparam("activity"), trade_rules.c.seller == agents.c.activity),
                and_(trade_rules.c.seller == bindparam("activity"), trade_rules.c.buyer == agents.c.activity),
            ),
        ),
    )
    .order_by(agents.c.name, agents.c.id)
    .limit(500)
)
"""Everybody with whom the matrix lets an agent trade, also those whose entry does not hold."""
BRANDS = Statement(select(brands.c.id, brands.c.name, brands.c.packer_id).order_by(brands.c.name))
MADE_BY = Statement(
    select(orders.c.code, orders.c.status, orders.c.requested_at, entries.c.person_name)
    .select_from(orders.join(entries, and_(entries.c.order_id == orders.c.id, entries.c.number == 1)))
    .where(orders.c.draft == bindparam("draft_name"), orders.c.buyer_id == bindparam("buyer"))
)
ADD_ORDER = Adding(
    orders,
    (
        "code",
        "trade",
        "buyer_id",
        "seller_id",
        "status",
        "requested_at",
        "moved_at",
        "kilograms",
        "gallons",
        "buyer_ruc",
        "seller_ruc",
        "destination",
        "purchase_order",
        "delivery_on",
        "comment",
        "document",
        "draft",
        "entries",
    ),
    once=("code",),
)
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
        gallons=bindparam("gallons"),
        document_kind=bindparam("document_kind"),
        document=bindparam("document"),
        invoice=bindparam("invoice"),
        plate=bindparam("plate"),
        accepted_at=bindparam("accepted_at"),
        arrived_at=bindparam("arrived_at"),
        to_close_since=bindparam("to_close_since"),
        entries=bindparam("entries"),
        head=bindparam("head"),
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
ADD_ENTRY = Statement(
    entries.insert(),
    columns=(
        "order_id",
        "number",
        "at",
        "movement",
        "status",
        "party",
        "agent_id",
        "person_id",
        "person_name",
        "channel",
        "declared",
        "hash",
    ),
)
