"""Messages that were not understood, kept without phones and codes and counted, so that words can be added for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store import missed_messages
from bot.understanding import Kind
from bot.understanding.scrubbing import sameness, scrub
from core.statement import Statement

MOST = 2_000
"""Different messages that are kept. A new one takes the place of the rarest, the longest unheard first."""
_AGAIN = Statement(
    missed_messages.update()
    .where(missed_messages.c.mark == bindparam("this"))
    .values(times=missed_messages.c.times + 1, last_at=bindparam("at"))
)
_COUNT = Statement(select(func.count().label("kept")).select_from(missed_messages))
_DROP = missed_messages.delete().where(
    missed_messages.c.mark.in_(
        select(missed_messages.c.mark)
        .order_by(missed_messages.c.times, missed_messages.c.last_at)
        .limit(1)
        .scalar_subquery()
    )
)
_ADD = {
    dialect.dialect().name: dialect.insert(missed_messages).on_conflict_do_nothing(index_elements=["mark"])
    for dialect in (sqlite, postgresql)
}
_MOST_FREQUENT = (
    select(missed_messages)
    .order_by(missed_messages.c.times.desc(), missed_messages.c.last_at.desc())
    .limit(bindparam("most"))
)


@dataclass(frozen=True)
class Missed:
    """Messages that come to the same, with one of them as it was written."""

    text: str
    kind: str
    place: str
    """Conversation and question that were open; empty when none was."""
    times: int
    last_at: datetime


def keep(tx: Connection, text: str, kind: Kind, place: str, at: datetime) -> None:
    """Count a message that led to nothing; the first of its sort is kept as it was written, scrubbed."""
    scrubbed = scrub(text)
    mark = blake2b(f"{kind.value}|{place}|{sameness(scrubbed)}".encode(), digest_size=12).hexdigest()
    if _AGAIN.run(tx, {"this": mark, "at": at}):
        return
    if (_COUNT.scalar(tx, {}) or 0) >= MOST:
        tx.execute(_DROP)
    row = {"mark": mark, "text": scrubbed, "kind": kind.value, "place": place[:60], "times": 1, "last_at": at}
    tx.execute(_ADD[tx.dialect.name], row)


def report(tx: Connection, most: int) -> Sequence[Missed]:
    """Return what was not understood, the most frequent first."""
    rows = tx.execute(_MOST_FREQUENT, {"most": most})
    return [Missed(row.text, row.kind, row.place, row.times, row.last_at) for row in rows]
