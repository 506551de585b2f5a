"""The document that a link is good for: drawn when it is fetched, from the orders as they are then."""

from __future__ import annotations

from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from sqlalchemy import Connection

from bot.i18n import language
from bot.reports.about import About
from bot.reports.forms import Form
from bot.reports.links import Ticket
from bot.reports.writing import write
from bot.runtime import Runtime
from core.reports.book import names_of, owned
from core.reports.reading import records

IN_MEMORY = 2 * 1024 * 1024
"""Bytes; a larger document is written to the disk."""


@dataclass(frozen=True)
class Document:
    """A report as a file, open at its beginning; whoever gets it closes it."""

    name: str
    form: Form
    file: BinaryIO


def about(tx: Connection, runtime: Runtime, ticket: Ticket) -> About | None:
    """Return what the ticket's report is about, or None when its person does not own the agent any more."""
    agent = owned(tx, ticket.person_id, ticket.agent_id)
    if agent is None:
        return None
    return About(ticket.wanted, runtime.clock(), (agent.name,), names_of(tx, ticket.wanted.others))


def draw(runtime: Runtime, token: str) -> Document | None:
    """Return the document of a token, or None for one that is good for nothing, now or ever."""
    ticket = runtime.reports.read(token, runtime.clock())
    if ticket is None:
        return None
    with runtime.database.snapshot() as tx, language(ticket.locale):
        told = about(tx, runtime, ticket)
        if told is None:
            return None
        file = cast("BinaryIO", SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115 - whoever gets it closes it
        try:
            write(ticket.form, file, records(tx, ticket.wanted, told.at), told)
        except BaseException:
            file.close()
            raise
    file.seek(0)
    return Document(told.file_name(ticket.form), ticket.form, file)
