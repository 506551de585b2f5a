"""Where the guards are asked: at a request everything they find is a warning, at the sale the first that stops refuses.

The register entry and the matrix are asked before (`core.requesting`, `core.service`): without them there is no order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection

from core import errors, insurance, products, volumes
from core.errors import Refused
from core.order import Order
from core.register import Agent, Deal, Side
from core.statements import BRANDS, CLIENT_LOCKED, HOLDER_OF_UNIT, LENDERS, SOLD_IN_BULK
from core.terms import Activity, Trade
from core.vehicles import Vehicle, check_vehicle


def check_parties(tx: Connection, deal: Deal) -> None:
    """Refuse when one of the two has no valid entry on the day, or the matrix does not let them trade."""
    for side in (deal.buyer, deal.seller):
        if not side.agent.is_valid(deal.on):
            raise not_registered(tx, side.agent, deal)
    if not deal.in_matrix:
        raise not_in_matrix(deal)


def not_registered(tx: Connection, agent: Agent, deal: Deal) -> errors.NotRegistered:
    """Return the refusal, with who holds the unit now if somebody else does."""
    unit = f"{agent.register_number.partition('-')[0]}-%"
    holder = HOLDER_OF_UNIT.scalar(tx, {"unit": unit, "agent_id": agent.id, "on": deal.on})
    return errors.NotRegistered(agent.name, agent.register_number, deal.on, holder or "")


def not_in_matrix(deal: Deal) -> errors.Refused:
    """Return the refusal of a pair that may not trade; a distribuidor a granel has a closed list of its own."""
    buyer, seller = deal.buyer.agent.activity, deal.seller.agent.activity
    if seller is Activity.BULK_DISTRIBUTOR and deal.trade is Trade.BULK:
        return errors.NotServedInBulk(buyer.value)
    return errors.NotInMatrix(buyer.value, seller.value)


def at_request(tx: Connection, deal: Deal, order: Order, at: datetime) -> tuple[Refused, ...]:
    """Return what the buyer and the seller should know before the sale; nothing of it stops the request."""
    return tuple(_found(tx, deal, order, at))


def at_sale(tx: Connection, deal: Deal, order: Order, at: datetime) -> tuple[tuple[Refused, ...], Vehicle | None]:
    """Raise the first guard that stops the sale; return the warnings, and the truck of what goes by one.

    The order is as the sale would leave it.
    """
    if deal.trade is Trade.BULK and deal.seller.agent.activity is Activity.BULK_DISTRIBUTOR:
        CLIENT_LOCKED.all(tx, {"client_ruc": order.buyer_ruc})  # two sales must not both fit into the same month
    warnings = []
    for found in _found(tx, deal, order, at):
        if found.stops:
            raise found
        warnings.append(found)
    return tuple(warnings), check_vehicle(tx, deal, order) if deal.trade.by_truck else None


def standing(tx: Connection, deal: Deal) -> tuple[Refused, ...]:
    """Return what would keep the two from trading, or should be known, before there is any order of them."""
    invalid = [side.agent for side in (deal.buyer, deal.seller) if not side.agent.is_valid(deal.on)]
    found: list[Refused] = [not_registered(tx, agent, deal) for agent in invalid]
    if not deal.in_matrix:
        found.append(not_in_matrix(deal))
    if deal.trade is not Trade.LIQUIDS:
        found += insured(deal.buyer, deal)
    if deal.trade is Trade.CYLINDERS:
        found += _certified(deal, ((row.name, row.packer_id) for row in BRANDS.all(tx, {})))
    if deal.trade is Trade.BULK:
        found += lent(tx, deal)
    if deal.trade.by_truck and not deal.buyer.agent.address:
        found.append(errors.NoDestination(deal.buyer.agent.name))
    return tuple(found)


def _found(tx: Connection, deal: Deal, order: Order, at: datetime) -> Iterator[Refused]:
    """Yield what the guards find of both sides and the order, the insurance first."""
    if deal.trade is not Trade.LIQUIDS:  # the DS 01-94-EM is of LPG
        yield from insured(deal.buyer, deal)
    if deal.trade is Trade.CYLINDERS:
        yield from _certified(deal, ((line.brand or "", line.packer_id) for line in order.lines if line.current))
    if deal.trade is Trade.BULK:
        yield from lent(tx, deal)
        yield from _monthly_volume(tx, deal, order, at)
    if deal.trade.by_truck:
        yield from _destination(deal, order)
    for line in order.lines:
        product = products.PRODUCTS.get(line.product)
        if product is not None and product.is_legacy(deal.on):
            yield errors.LegacyProduct(product.name)


def insured(side: Side, deal: Deal) -> Iterator[Refused]:
    """Yield what is wrong with the insurance of an agent (arts. 31 to 33): nothing known of it is only a warning."""
    agent = side.agent
    if not side.was_insured:
        yield errors.PolicyUnknown(agent.name)
        return
    if not side.policies:
        yield errors.NotInsured(agent.name, deal.on)
        return
    unit = deal.trade.unit
    capacity = agent.capacity_for(deal.trade) or Decimal(0)  # not known: the least that any capacity needs
    least = insurance.minimum(agent.activity, capacity, unit, deal.trade, deal.on)
    cover = max(policy.uits for policy in side.policies)
    if least is not None and (breach := insurance.covered(cover, least)):
        yield errors.Underinsured(agent.name, breach.found, breach.limit)


def _certified(deal: Deal, brands: Iterable[tuple[str, int | None]]) -> Iterator[Refused]:
    """Yield the brands, each with its envasadora, for which the local has no certificate; none known: a warning."""
    shop, seller = deal.buyer, deal.seller.agent
    if shop.agent.activity is not Activity.RETAIL_SHOP or seller.activity is not Activity.CYLINDER_DISTRIBUTOR:
        return
    if not shop.has_certificates:
        yield errors.CertificatesUnknown(shop.agent.name)
        return
    missing = [name for name, packer in brands if packer is not None and packer not in shop.certified_by]
    if missing:
        yield errors.NotCertified(shop.agent.name, ", ".join(dict.fromkeys(missing)), deal.on)


def lent(tx: Connection, deal: Deal) -> Iterator[Refused]:
    """Yield who lent the buyer's tanks, when it is another than the seller (art. 43A)."""
    lenders = {row.ruc: row.name for row in LENDERS.all(tx, {"site_id": deal.buyer.agent.id, "on": deal.on})}
    seller = deal.seller.agent
    found = volumes.lent_tanks(seller.activity, seller.ruc, lenders)
    if found is not None:
        yield errors.TanksLent(deal.buyer.agent.name, lenders[found.ruc])


def sold_this_month(tx: Connection, seller_ruc: str, client_ruc: str, at: datetime) -> Decimal:
    """Return the gallons of bulk LPG that the seller sold to the client in the calendar month in Lima (A15)."""
    start, end = volumes.month_in_lima(at)
    facts = {"seller": seller_ruc, "client": client_ruc, "start": start, "end": end}
    return Decimal(SOLD_IN_BULK.scalar(tx, facts))


def _monthly_volume(tx: Connection, deal: Deal, order: Order, at: datetime) -> Iterator[Refused]:
    seller, client = deal.seller.agent, deal.buyer.agent
    if seller.activity is not Activity.BULK_DISTRIBUTOR:
        return
    sold = sold_this_month(tx, order.seller_ruc, order.buyer_ruc, at)
    if volumes.monthly_volume(seller.activity, sold, order.gallons):
        yield errors.OverMonthlyVolume(client.name, order.gallons, sold, volumes.left_of_month(sold))


def _destination(deal: Deal, order: Order) -> Iterator[Refused]:
    registered = deal.buyer.agent.address
    if not registered:
        yield errors.NoDestination(deal.buyer.agent.name)
    elif registered != order.destination:
        yield errors.DestinationChanged(order.destination, registered)
