"""What a token points at, read from the journal for whoever holds the receipt."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from core.proof.facts import Facts, facts_of
from core.proof.receipts import Token
from core.service import history, lines_of, order_from
from core.statement import Statement
from core.statements import ORDER_COLUMNS, ORDER_SOURCE, orders

_BY_CODE = Statement(select(*ORDER_COLUMNS).select_from(ORDER_SOURCE).where(orders.c.code == bindparam("code")))


def facts_at(tx: Connection, token: Token) -> Facts | None:
    """Return what the journal says that the token's receipt tells, or None when it has no such movement.

    Ask only with a token that is signed: it shows an order to anybody.
    """
    row = _BY_CODE.first(tx, {"code": token.code})
    if row is None:
        return None
    entries = history(tx, row.id)[: token.number]
    return facts_of(order_from(row, lines_of(tx, row.id)), entries) if len(entries) == token.number else None
