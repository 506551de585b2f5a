"""The import itself: read, check everything, then write everything in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, select

from core.db import Database
from core.importing.checking import Checked, Row, check
from core.importing.columns import LAYOUTS, agents
from core.importing.people import check_people, save_people
from core.importing.report import Code, Kind, Problems, Report
from core.importing.saving import Changes, Progress, changes_to, write
from core.importing.sheet import read_sheet


def import_file(
    database: Database,
    kind: Kind,
    source: Path | TextIO,
    *,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Import every row of the file, or none when there is any problem; a dry run writes nothing and reports the same.

    The progress is told how many rows of how many are done; what it raises undoes them all. Importing a file again
    changes nothing. A file that cannot be opened raises OSError.
    """
    problems = Problems()
    sheet = read_sheet(source, problems)
    checked = check(sheet, LAYOUTS[kind], problems)
    with database.reading() if problems else database.transaction() as tx:
        rows = _with_agent_ids(tx, checked, problems)
        if kind is Kind.PEOPLE:
            check_people(tx, checked, problems)
        if problems:
            return Report(len(sheet.rows), 0, 0, 0, problems.listed())
        told = Progress(len(rows), progress)
        changes = save_people(tx, rows, told) if kind is Kind.PEOPLE else _save(tx, kind, rows, told)
        if dry_run:
            tx.rollback()
    return Report(len(rows), len(changes.added), len(changes.updated), len(changes.unchanged))


def _save(tx: Connection, kind: Kind, rows: list[Row], progress: Progress) -> Changes:
    layout = LAYOUTS[kind]
    table = layout.columns[0].table
    changes = changes_to(tx, table, layout.key, [row.values for row in rows], layout.defaults(table))
    write(tx, table, changes, progress)
    return changes


def _with_agent_ids(tx: Connection, checked: Checked, problems: Problems) -> list[Row]:
    """Return the rows with ids for register numbers; a number that the register does not have is a problem."""
    naming = [found for found in checked.found if found.column.names_agent]
    if not naming:
        return checked.rows
    id_of = {agent.register_number: agent.id for agent in tx.execute(select(agents.c.register_number, agents.c.id))}
    rows = []
    for row in checked.rows:
        ids: dict[str, int | None] = {}
        for found in naming:
            number = row.values.get(found.column.field)
            ids[found.column.field] = id_of.get(number)
            if number is not None and number not in id_of:
                problems.add(row.line, found.header, Code.UNKNOWN_AGENT, number)
        rows.append(Row(row.line, {**row.values, **ids}))
    return rows
