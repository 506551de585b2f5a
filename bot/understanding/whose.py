"""Whom an operator means: by phone in any writing, by the id of a chat, or by name."""

from __future__ import annotations

import re

from sqlalchemy import Connection, or_, select

from bot.folding import fold
from bot.store import addresses
from core.statements import agents, memberships, people

LOCAL_DIGITS = 9
_EVERYBODY = (
    select(people.c.id, people.c.name, people.c.phone, agents.c.name.label("agent"))
    .outerjoin(memberships, memberships.c.person_id == people.c.id)
    .outerjoin(agents, memberships.c.agent_id == agents.c.id)
    .order_by(people.c.id)
)


class UnknownPersonError(LookupError):
    """Nobody is called so, or more than one."""


def person_called(tx: Connection, who: str) -> int:
    """Return the id of the person with this phone, chat, name or agent.

    Raises UnknownPersonError, which names them when there are several.
    """
    digits = re.sub(r"[\s().+-]", "", who)
    found = _by_number(tx, digits) if digits.isdecimal() else _by_name(tx, fold(who))
    if len(found) == 1:
        return next(iter(found))
    if found:
        named = ", ".join(f"{name} ({phone})" for name, phone in found.values())
        raise UnknownPersonError(f"{who} may be several people: {named}")
    raise UnknownPersonError(f"nobody is known by {who}")


def _by_number(tx: Connection, digits: str) -> dict[int, tuple[str, str]]:
    ends = people.c.phone == f"+{digits}"
    if len(digits) >= LOCAL_DIGITS:
        ends = or_(ends, people.c.phone.endswith(digits, autoescape=True))
    rows = tx.execute(select(people.c.id, people.c.name, people.c.phone).where(ends)).all()
    rows = (
        rows
        or tx.execute(
            select(people.c.id, people.c.name, people.c.phone)
            .join(addresses, addresses.c.person_id == people.c.id)
            .where(addresses.c.external_id == digits)
        ).all()
    )
    return {row.id: (row.name, row.phone) for row in rows}


def _by_name(tx: Connection, who: str) -> dict[int, tuple[str, str]]:
    """Return those whose name it is; if none, those whose name or agent holds it."""
    named: dict[int, tuple[str, str]] = {}
    holding: dict[int, tuple[str, str]] = {}
    for row in tx.execute(_EVERYBODY):
        if fold(row.name) == who:
            named[row.id] = (row.name, row.phone)
        elif who and (who in fold(row.name) or who in fold(row.agent or "")):
            holding[row.id] = (row.name, row.phone)
    return named or holding
