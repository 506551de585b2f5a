"""The people of a file: each row is a person and a role, which are kept in two tables."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection, select

from core.importing.checking import Checked, Row
from core.importing.columns import LAYOUTS, memberships, people
from core.importing.report import Code, Kind, Problems
from core.importing.saving import Changes, Progress, changes_to, write

ABOUT_PERSON = ("name", "phone", "locale")
ABOUT_ROLE = ("agent_id", "role", "may_close")


def check_people(tx: Connection, checked: Checked, problems: Problems) -> None:
    """Take down phones that do not lead to one person: in the file under two names, or twice in the database."""
    phones = tx.scalars(select(people.c.phone).where(people.c.phone.is_not(None)))
    shared = {phone for phone, times in Counter(phones).items() if times > 1}
    first: dict[str, Row] = {}
    for row in checked.rows:
        phone = row.values.get("phone")
        if phone is None:
            continue
        if phone in shared:
            problems.add(row.line, checked.header_of("phone"), Code.AMBIGUOUS_PHONE, phone)
        before = first.setdefault(phone, row)
        for name in ("name", "locale"):
            said, now = before.values.get(name), row.values.get(name)
            if said is not None and now is not None and said != now:
                problems.add(row.line, checked.header_of(name), Code.CONTRADICTS, now, other_line=before.line)


def save_people(tx: Connection, rows: list[Row], progress: Progress) -> Changes:
    """Write the people, then their roles; a row whose person or role changed counts as updated."""
    layout = LAYOUTS[Kind.PEOPLE]
    persons = {row.values["phone"]: _part(row, ABOUT_PERSON) for row in rows}
    of_people = changes_to(tx, people, ("phone",), persons.values(), layout.defaults(people))
    write(tx, people, of_people, Progress(0, None))
    id_of: dict[str | None, int] = {found.phone: found.id for found in tx.execute(select(people.c.phone, people.c.id))}
    roles = [{"person_id": id_of[row.values["phone"]], **_part(row, ABOUT_ROLE)} for row in rows]
    of_roles = changes_to(tx, memberships, ("person_id", "agent_id"), roles, layout.defaults(memberships))
    write(tx, memberships, of_roles, progress)
    changed = {id_of[phone] for phone in of_people.updated}
    touched = {key for key in of_roles.unchanged if key[0] in changed}
    of_roles.unchanged -= touched
    of_roles.updated.update({key: {} for key in touched})
    return of_roles


def _part(row: Row, fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: row.values[name] for name in fields if name in row.values}
