"""Reading the orders of a report: page by page, with three statements a page however many orders there are."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from core.clock import span_in_lima
from core.order import Line
from core.reports.lateness import lateness
from core.reports.record import Record, Side, Step
from core.reports.statements import LINES, PAGE, STEPS, page_of, page_of_all, places
from core.reports.wanted import Wanted
from core.statement import Statement
from core.terms import Party


def records(tx: Connection, wanted: Wanted, at: datetime) -> Iterator[Record]:
    """Yield the orders in the sequence of their requests, as they are now; what is not closed is late as of `at`.

    Whether anybody may see them is not asked here: what an owner asks for goes through the ReportBook. On a connection
    of `Database.snapshot` all of them are as they were at one moment.
    """
    rows = (row for row in _rows(tx, wanted) if not wanted.late or _is_late(row, at))
    while page := list(islice(rows, PAGE)):
        yield from _completed(tx, page, at)


def _is_late(row: Any, at: datetime) -> bool:
    late = lateness(row.status, row.clock, row.moved_at, at)
    return late is not None and late.days > 0


def _rows(tx: Connection, wanted: Wanted) -> Iterator[Any]:
    """Yield the orders' rows; one that two of the agents have with each other comes once."""
    if not wanted.agents:
        yield from _pages(tx, page_of_all(wanted), _span(wanted))
        return
    streams = []
    for party in wanted.parties:
        statement = page_of(wanted, party)
        streams += [_pages(tx, statement, {**_span(wanted), "agent_id": agent_id}) for agent_id in wanted.agents]
    last = 0
    for row in heapq.merge(*streams, key=lambda one: (one.requested_at, one.id)):
        if row.id != last:
            yield row
        last = row.id


def _span(wanted: Wanted) -> dict[str, Any]:
    start, end = span_in_lima(wanted.first, wanted.last)
    return {"start": start, "end": end, "after": 0, "most": PAGE}


def _pages(tx: Connection, statement: Statement, facts: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the rows of one page after the other: the next one begins where the last one ended."""
    by_agent = "agent_id" in facts
    while True:
        found = statement.all(tx, facts)
        yield from found
        if len(found) < PAGE:
            return
        last = found[-1]
        facts = {**facts, "after": last.id, **({"start": last.requested_at} if by_agent else {})}


def _completed(tx: Connection, page: list[Any], at: datetime) -> Iterator[Record]:
    """Yield the records of a page, each with its lines and movements."""
    of_page = places([row.id for row in page])
    lines: dict[int, list[Line]] = defaultdict(list)
    for row in LINES.all(tx, of_page):
        lines[row[0]].append(Line(*row[1:]))
    steps: dict[int, list[Step]] = defaultdict(list)
    for row in STEPS.all(tx, of_page):
        steps[row[0]].append(Step(*row[1:]))
    for row in page:
        yield _record(row, tuple(lines[row.id]), tuple(steps[row.id]), at)


def _record(row: Any, lines: tuple[Line, ...], steps: tuple[Step, ...], at: datetime) -> Record:
    return Record(
        id=row.id,
        code=row.code,
        trade=row.trade,
        status=row.status,
        buyer=_side(row, Party.BUYER),
        seller=_side(row, Party.SELLER),
        requested_at=row.requested_at,
        accepted_at=row.accepted_at,
        sold_at=row.sold_at,
        arrived_at=row.arrived_at,
        moved_at=row.moved_at,
        destination=row.destination,
        purchase_order=row.purchase_order,
        document_kind=row.document_kind,
        document=row.document,
        invoice=row.invoice,
        plate=row.plate,
        lateness=lateness(row.status, row.clock, row.moved_at, at),
        lines=lines,
        steps=steps,
    )


def _side(row: Any, party: Party) -> Side:
    if party is Party.BUYER:
        return Side(row.buyer_id, row.buyer, row.buyer_ruc, row.buyer_register)
    return Side(row.seller_id, row.seller, row.seller_ruc, row.seller_register)
