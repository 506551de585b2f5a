"""The statements of a sweep: all nudges of a rule by one INSERT … SELECT, their letters by another.

The same SQL runs on both databases. What is in the way of doing something twice is the unique key of a nudge, and the
dedupe key of a letter; how many orders there are makes no difference to this program's memory.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Text, TextClause, bindparam, text
from sqlmodel.sql.sqltypes import UTCDateTime

from bot.store import Kind, Reach, Sending
from core.terms import Role, Status

MOMENTS = ("start", "end", "now", "until", "hushed_after", "today", "since")
CLOSES = f"(m.role IN ('{Role.OWNER.value}', '{Role.OPERATOR.value}') OR m.may_close)"
TO_CLOSE = f"o.status = '{Status.TO_CLOSE.value}'"
PLACE = f"""(SELECT a.id FROM address a
             WHERE a.person_id = m.person_id AND a.reach = '{Reach.ACTIVE.value}' AND a.channel IN :channels
             ORDER BY a.last_inbound_at DESC NULLS LAST, a.id LIMIT 1)"""  # noqa: S608
"""Where a person is told: where they wrote last."""


def statement(sql: str) -> TextClause:
    """Return the SQL with the types of its parameters."""
    clause = text(sql)
    names = clause._bindparams  # noqa: SLF001 - only those that the text names may be given a type
    typed: list[Any] = [bindparam(name, type_=UTCDateTime()) for name in MOMENTS if name in names]
    if "content" in names:
        typed.append(bindparam("content", type_=JSON()))
    if "channels" in names:
        typed.append(bindparam("channels", expanding=True))
    if "agents" in names:
        typed.append(bindparam("agents", expanding=True))
    typed += [bindparam(name, type_=Text()) for name in ("rule", "occurrence", "bucket") if name in names]
    return clause.bindparams(*typed)


def _nudge(due: str, eligible: str, first_line: str, *, hushed: bool = False) -> TextClause:
    """Return the statement that decides who is reminded of the orders that `due` finds."""
    put_off = """
          AND NOT EXISTS (SELECT 1 FROM snooze s
                          WHERE s.order_id = due.id AND s.person_id = team.person_id
                            AND s.made_at >= due.since AND s.until > :hushed_after)"""
    return statement(f"""
        INSERT INTO nudge (order_id, rule, occurrence, person_id, agent_id, address_id, decided_at)
        WITH due AS MATERIALIZED ({due}),
        team AS MATERIALIZED (
            SELECT m.agent_id, m.person_id, m.role, m.may_close, {PLACE} AS address_id
            FROM (SELECT DISTINCT agent_id FROM due) AS concerned
            JOIN membership m ON m.agent_id = concerned.agent_id
        ),
        attended AS MATERIALIZED (
            SELECT DISTINCT agent_id FROM team WHERE address_id IS NOT NULL AND {first_line}
        )
        SELECT due.id, :rule, :occurrence, team.person_id, team.agent_id, team.address_id, :now
        FROM due CROSS JOIN team
        WHERE team.agent_id = due.agent_id AND team.address_id IS NOT NULL AND {eligible}{put_off if hushed else ""}
        ON CONFLICT DO NOTHING""")  # noqa: S608 - put together from the texts of this file


def _within(column: str) -> str:
    return f"o.{column} >= :start AND o.{column} < :end"


_FIRST = f"(role = '{Role.OPERATOR.value}' OR role = '{Role.DRIVER.value}' AND may_close)"
_OWNER_ALONE = f"""(role = '{Role.OWNER.value}'
                    AND team.agent_id NOT IN (SELECT agent_id FROM attended))"""  # noqa: S608
_OWNER_TOO = f"role = '{Role.OWNER.value}'"
_ANY_DRIVER = f"role = '{Role.DRIVER.value}'"
_OPERATOR = f"role = '{Role.OPERATOR.value}'"
_ARRIVED = {None: "", True: " AND o.arrived_at IS NOT NULL", False: " AND o.arrived_at IS NULL"}


def nudge_buyers(*, owners: bool, all_drivers: bool, hushed: bool, arrived: bool | None) -> TextClause:
    """Return the statement that decides on orders POR CERRAR."""
    due = f"""SELECT o.id, o.buyer_id AS agent_id, o.to_close_since AS since FROM "order" o
              WHERE {TO_CLOSE}{_ARRIVED[arrived]} AND {_within("to_close_since")}"""  # noqa: S608
    others = [_OWNER_TOO if owners else _OWNER_ALONE, *([_ANY_DRIVER] if all_drivers else [])]
    return _nudge(due, f"({' OR '.join([_FIRST, *others])})", _FIRST, hushed=hushed)


def nudge_sellers(status: Status, column: str, *, owners: bool) -> TextClause:
    """Return the statement that decides on orders that wait for their seller."""
    due = f"""SELECT o.id, o.seller_id AS agent_id FROM "order" o
              WHERE o.status = '{status.value}' AND {_within(column)}"""  # noqa: S608
    return _nudge(due, f"({_OPERATOR} OR {_OWNER_TOO if owners else _OWNER_ALONE})", _OPERATOR)


NUDGE_SNOOZED = statement(f"""
    INSERT INTO nudge (order_id, rule, occurrence, person_id, agent_id, address_id, decided_at)
    SELECT order_id, :rule, occurrence, person_id, agent_id, address_id, :now
    FROM (SELECT o.id AS order_id, CAST(s.id AS VARCHAR(16)) AS occurrence, m.person_id, m.agent_id,
                 {PLACE} AS address_id
          FROM snooze s JOIN "order" o ON o.id = s.order_id
          JOIN membership m ON m.agent_id = o.buyer_id AND m.person_id = s.person_id
          WHERE s.until > :since AND s.until <= :now AND s.until >= :today AND {TO_CLOSE} AND {CLOSES}
            AND s.made_at >= o.to_close_since
            AND NOT EXISTS (SELECT 1 FROM snooze later WHERE later.order_id = s.order_id
                            AND later.person_id = s.person_id AND later.id > s.id)
            AND NOT EXISTS (SELECT 1 FROM nudge n WHERE n.order_id = s.order_id AND n.person_id = s.person_id
                            AND n.decided_at >= s.until)) AS woken
    WHERE address_id IS NOT NULL
    ON CONFLICT DO NOTHING""")  # noqa: S608
"""Whoever put an order off is reminded again at their hour, unless something else reminded them since."""

_NEW = "n.id > :before AND n.rule = :rule"
_LOAD = """
    SELECT told.person_id FROM (SELECT DISTINCT n.person_id FROM nudge n WHERE {new}) AS told
    JOIN membership m ON m.person_id = told.person_id
    JOIN "order" o ON o.{side} = m.agent_id AND o.status = '{status}'
    GROUP BY told.person_id HAVING count(*) > :most"""
_ALL_IN_ONE_MORNING = """
    UNION SELECT n.person_id FROM nudge n JOIN person p ON p.id = n.person_id
    WHERE {new} AND p.morning GROUP BY n.person_id HAVING count(*) > 1"""
_COLUMNS = """address_id, channel, external_id, kind, urgency, critical, locale, person_id, agent_id, order_id, subject,
    content, dedupe_key, state, attempts, created_at, next_attempt_at, expires_at, error"""
_CONSTANTS = f""":content, {{key}}, '{Sending.PENDING.value}', 0, :now, :now, :until, ''"""
_WHERE_TO = f"a.channel, a.external_id, '{Kind.REMINDER.value}', :urgency, true, p.locale"


def _busy(status: Status, side: str, *, morning: bool) -> str:
    load = _LOAD.format(new=_NEW, side=side, status=status.value)
    return load + (_ALL_IN_ONE_MORNING.format(new=_NEW) if morning else "")


_ABOUT_ALL = "'digest ' || :rule || ' ' || :bucket || ' ' || n.person_id"
_ABOUT_ONE = "'nudge ' || n.order_id || ' ' || n.rule || ' ' || n.occurrence"


def digests(status: Status, side: str, *, morning: bool = False) -> TextClause:
    """Return the statement that posts one message to each busy person, instead of one for each of their nudges."""
    return statement(f"""
        INSERT INTO outbox ({_COLUMNS})
        WITH busy AS MATERIALIZED ({_busy(status, side, morning=morning)}),
        n AS (SELECT n.person_id, min(n.agent_id) AS agent_id, min(n.address_id) AS address_id FROM nudge n
              JOIN busy ON busy.person_id = n.person_id WHERE {_NEW} GROUP BY n.person_id)
        SELECT n.address_id, {_WHERE_TO}, n.person_id, n.agent_id, NULL, {_ABOUT_ALL},
               {_CONSTANTS.format(key=_ABOUT_ALL + " || ' to ' || n.person_id")}
        FROM n JOIN address a ON a.id = n.address_id JOIN person p ON p.id = n.person_id WHERE true
        ON CONFLICT DO NOTHING""")  # noqa: S608


POST_SINGLES = statement(f"""
    INSERT INTO outbox ({_COLUMNS})
    SELECT n.address_id, {_WHERE_TO}, n.person_id, n.agent_id, n.order_id, {_ABOUT_ONE},
           {_CONSTANTS.format(key=_ABOUT_ONE + " || ' to ' || n.person_id")}
    FROM nudge n JOIN address a ON a.id = n.address_id JOIN person p ON p.id = n.person_id
    WHERE n.id > :before AND n.id <= :upto AND n.rule = :rule
      AND NOT EXISTS (SELECT 1 FROM outbox digest WHERE digest.dedupe_key IS NOT NULL
                      AND digest.dedupe_key = {_ABOUT_ALL} || ' to ' || n.person_id)
    ON CONFLICT DO NOTHING""")  # noqa: S608
"""Posts a letter for each of some nudges, but for those who got one message for all of theirs."""


def _post_weekly(about: str, which: str) -> TextClause:
    """Return the statement that posts a letter to each owner of those agents: one a week, whatever they own."""
    subject = f"'{about} ' || :occurrence || ' ' || m.person_id"
    return statement(f"""
        INSERT INTO outbox ({_COLUMNS})
        SELECT a.id, {_WHERE_TO}, m.person_id, m.agent_id, NULL, {subject},
               {_CONSTANTS.format(key=subject + " || ' to ' || m.person_id")}
        FROM (SELECT m.person_id, min(m.agent_id) AS agent_id, {PLACE} AS address_id FROM membership m
              WHERE m.role = '{Role.OWNER.value}' AND {which}
              GROUP BY m.person_id) AS m
        JOIN address a ON a.id = m.address_id JOIN person p ON p.id = m.person_id
        WHERE p.weekly
        ON CONFLICT DO NOTHING""")  # noqa: S608


POST_WEEKLY = _post_weekly("week", """EXISTS (SELECT 1 FROM "order" o WHERE o.buyer_id = m.agent_id)""")
POST_PAPERS = _post_weekly("papers", "m.agent_id IN :agents")
