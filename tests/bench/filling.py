"""A database with a past: many orders, nearly all of them closed, of the cast and of sixty other agents."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import Connection, select, text

from bot.demo import DISTRIBUTOR, PLANT, SHOP
from core import clock
from core.catalogue import CYLINDER, SIZES
from core.db import Database
from core.proof.chain import Link, chained, start
from core.statements import agents, brands, entries, lines, orders
from core.terms import Activity, Document, LineStatus, Movement, Party, Standing, Status, Trade, Unit

OTHERS = {Activity.BOTTLING_PLANT: 4, Activity.CYLINDER_DISTRIBUTOR: 20, Activity.RETAIL_SHOP: 36}
WEIGHT_OF_CAST = 0.1
"""The part of each kind of agent's orders that is the cast's: a thousand bought and sold of twenty thousand."""
OPEN_ONES = (Status.REQUESTED, Status.ACCEPTED, Status.TO_CLOSE)
FINISHED = (Status.ANNULLED, Status.REJECTED)
JOURNAL = (
    (Movement.REQUESTED, Status.REQUESTED, Party.BUYER),
    (Movement.ACCEPTED, Status.ACCEPTED, Party.SELLER),
    (Movement.SOLD, Status.TO_CLOSE, Party.SELLER),
    (Movement.CLOSED, Status.CLOSED, Party.BUYER),
)
PIECES = Decimal(20)
CHUNK = 5_000
Row = dict[str, Any]


def fill(database: Database, count: int, *, with_journal: bool = True) -> list[str]:
    """Put so many orders into a database that holds the cast; return their codes."""
    chance = random.Random(2021)
    codes = [f"60{number:09d}" for number in chance.sample(range(10**9), count)]
    now = clock.now().replace(microsecond=0)
    with database.transaction() as tx:
        ids = _agents(tx)
        brand = tx.execute(select(brands.c.id).limit(1)).scalar_one()
        made = (_order(chance, ids, place, code, now) for place, code in enumerate(codes, start=1))
        while chunk := list(islice(made, CHUNK)):
            journals = [list(_entries(order)) if with_journal else [] for order in chunk]
            counted = [
                {**order, "entries": len(journal) or 1, "head": journal[-1]["hash"] if len(journal) > 1 else None}
                for order, journal in zip(chunk, journals, strict=True)
            ]
            tx.execute(orders.insert(), counted)
            tx.execute(lines.insert(), [_line(order, brand) for order in chunk])
            if with_journal:
                tx.execute(entries.insert(), [entry for journal in journals for entry in journal])
        if not database.is_sqlite:
            tx.execute(text("SELECT setval(pg_get_serial_sequence('\"order\"', 'id'), :last)"), {"last": count})
            tx.execute(text("ANALYZE"))
    return codes


def _agents(tx: Connection) -> dict[Activity, list[int]]:
    """Add the other agents; return the ids by activity, the cast's first."""
    rows = [
        {
            "register_number": f"{number}-{place}-BENCH",
            "ruc": f"20{number}{place:04d}",
            "name": f"{activity.value} {place} SAC",
            "activity": activity,
            "place": "LIMA/LIMA/LIMA",
            "address": f"AV. DE LA MEDIDA N {place}",
            "valid_from": date(2018, 5, 1),
            "valid_to": None,
            "standing": Standing.VALID,
            "capacity": Decimal(10_000_000),
        }
        for number, (activity, many) in enumerate(OTHERS.items(), start=10_000)
        for place in range(many)
    ]
    tx.execute(agents.insert(), rows)
    found: dict[Activity, list[int]] = {activity: [] for activity in OTHERS}
    by_name = select(agents.c.id, agents.c.name, agents.c.activity).where(agents.c.activity.in_(list(OTHERS)))
    for agent_id, name, activity in tx.execute(by_name.order_by(agents.c.id)):
        place = 0 if name in (PLANT, DISTRIBUTOR, SHOP) else len(found[activity])
        found[activity].insert(place, agent_id)
    return found


def _order(chance: random.Random, ids: dict[Activity, list[int]], place: int, code: str, now: datetime) -> Row:
    def one_of(activity: Activity) -> int:
        known = ids[activity]
        return known[0] if chance.random() < WEIGHT_OF_CAST else chance.choice(known[1:])

    if place % 2:
        buyer, seller = one_of(Activity.CYLINDER_DISTRIBUTOR), one_of(Activity.BOTTLING_PLANT)
    else:
        buyer, seller = one_of(Activity.RETAIL_SHOP), one_of(Activity.CYLINDER_DISTRIBUTOR)
    luck = chance.random()
    status = Status.CLOSED if luck > 0.02 else chance.choice(FINISHED if luck > 0.005 else OPEN_ONES)
    requested_at = now - timedelta(days=2, minutes=chance.randrange(60 * 24 * 365))
    was_sold = status in (Status.CLOSED, Status.TO_CLOSE)
    return {
        "id": place,
        "code": code,
        "trade": Trade.CYLINDERS,
        "buyer_id": buyer,
        "seller_id": seller,
        "status": status,
        "requested_at": requested_at,
        "moved_at": requested_at + timedelta(hours=30),
        "sold_at": requested_at + timedelta(hours=5) if was_sold else None,
        "kilograms": PIECES * 10,
        "destination": "AV. DE LA MEDIDA N 1",
        "purchase_order": "",
        "delivery_on": None,
        "comment": "",
        "document_kind": Document.WAYBILL if was_sold else None,
        "document": f"T001-{place:08d}" if was_sold else "",
        "draft": None,
    }


def _line(order: Row, brand: int) -> Row:
    was_accepted = order["status"] in (Status.ACCEPTED, Status.TO_CLOSE, Status.CLOSED)
    size = SIZES["10 kg"]
    return {
        "order_id": order["id"],
        "position": 1,
        "product": CYLINDER,
        "brand_id": brand,
        "size": size.name,
        "unit": Unit.PIECES,
        "kilograms_each": size.kilograms,
        "requested": PIECES,
        "accepted": PIECES if was_accepted else None,
        "sold": PIECES if order["sold_at"] else None,
        "received": PIECES if order["status"] is Status.CLOSED else None,
        "status": LineStatus.RECEIVED if order["status"] is Status.CLOSED else LineStatus.REQUESTED,
        "reason": "",
    }


def _entries(order: Row) -> Iterator[Row]:
    head = start(order["code"])
    for number, (movement, status, party) in enumerate(JOURNAL, start=1):
        entry: Row = {
            "order_id": order["id"],
            "number": number,
            "at": order["requested_at"] + timedelta(hours=number),
            "movement": movement,
            "status": status,
            "party": party,
            "agent_id": order["buyer_id"] if party is Party.BUYER else order["seller_id"],
            "person_id": 1,
            "person_name": "Operador de planta",
            "channel": "whatsapp",
            "declared": {"lines": {"1": "20"}},
        }
        head = chained(head, Link(**entry))
        yield {**entry, "hash": head}
        if status is order["status"]:
            return
