"""Brings Twilio's Content templates into the form they should have, and keeps what WhatsApp says of them.

Doing it twice changes nothing: a template is known by the digest of its definition, here and in its name at Twilio, so
that one that was made before a crash, or for another database, is found and not made again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from bot import alarms
from bot.handlers.twilio_client import FAILURES, decide, make_client
from bot.handlers.whatsapp_contents import Definition, family
from bot.runtime import Runtime
from bot.settings import Settings
from bot.store import templates
from core.db import Database

log = logging.getLogger(__name__)

UNSUBMITTED = "unsubmitted"
APPROVED = "approved"
CATEGORY = "UTILITY"
JSON = {"Content-Type": "application/json", "Accept": "application/json"}

_KNOWN = select(templates)
_FIND = select(templates).where(templates.c.name == bindparam("named"), templates.c.locale == bindparam("spoken"))
_FORGET = delete(templates).where(templates.c.name == bindparam("named"), templates.c.locale == bindparam("spoken"))


@dataclass(frozen=True)
class Known:
    """A template as it is at Twilio."""

    name: str
    locale: str
    content_sid: str
    digest: str
    approval: str = ""
    reason: str = ""

    @property
    def is_approved(self) -> bool:
        """Say whether it may be sent outside the 24 hours."""
        return self.approval == APPROVED


@dataclass(frozen=True)
class Found:
    """What became of one template now."""

    definition: Definition
    known: Known | None
    problem: str = ""
    """Why Twilio could not be asked or refused; another run goes on from there."""

    @property
    def state(self) -> str:
        """Return the state of approval, as an operator reads it."""
        if self.known is None:
            return "not made"
        return self.known.approval if self.definition.needs_approval else "not needed"

    @property
    def content_sid(self) -> str:
        """Return Twilio's id of it."""
        return self.known.content_sid if self.known else ""

    @property
    def remark(self) -> str:
        """Return what went wrong now, or why WhatsApp rejected it."""
        return self.problem or (self.known.reason if self.known else "")


def bring_up_to_date(client: Any, database: Database, clock: Callable[[], datetime]) -> Iterator[Found]:
    """Make and submit what is missing, ask for the state of the rest; yield what became of each."""
    known = stored(database)
    at_twilio: dict[str, str] | None = None
    for definition in family():
        current = known.get((definition.name, definition.locale))
        try:
            if current is None or current.digest != definition.digest:
                if at_twilio is None:
                    at_twilio = _names_at_twilio(client)
                current = _made(client, definition, at_twilio.get(definition.versioned_name))
                _keep(database, current, clock())
            if definition.needs_approval:
                current = _submitted(client, definition, current)
                _keep(database, current, clock())
        except FAILURES as failed:
            yield Found(definition, current, str(decide(failed)))
        else:
            yield Found(definition, current)


def check(client: Any, database: Database, clock: Callable[[], datetime]) -> Iterator[Found]:
    """Ask WhatsApp for the state of each template, and make none; yield what is known of each."""
    known = stored(database)
    for definition in family():
        current = known.get((definition.name, definition.locale))
        if current is None or not definition.needs_approval:
            yield Found(definition, current)
            continue
        try:
            current = _asked(client, current)
            _keep(database, current, clock())
        except FAILURES as failed:
            yield Found(definition, current, str(decide(failed)))
        else:
            yield Found(definition, current)


def refresh(settings: Settings, runtime: Runtime) -> None:
    """Ask for the state of every template; alarm when one that was approved is no longer. For the worker's clock."""
    before = stored(runtime.database)
    if not any(known.approval for known in before.values()):
        return
    client = make_client(settings)
    for one in check(client, runtime.database, runtime.clock):
        known = before.get((one.definition.name, one.definition.locale))
        if one.problem:
            log.warning("the template %s could not be asked about: %s", one.definition.name, one.problem)
        elif known is not None and known.is_approved and one.state != APPROVED:
            alarms.sound(runtime, "whatsapp_template", f"{known.name} ({known.locale}) is now {one.state}")
    client.http_client.session.close()


def stored(database: Database) -> dict[tuple[str, str], Known]:
    """Return what the last runs made, by name and locale."""
    with database.reading() as tx:
        return {(row.name, row.locale): _known(row) for row in tx.execute(_KNOWN)}


def find(database: Database, name: str, locale: str) -> Known | None:
    """Return a template that can be sent with, or None."""
    with database.reading() as tx:
        row = tx.execute(_FIND, {"named": name, "spoken": locale}).first()
    return _known(row) if row is not None else None


def _known(row: Any) -> Known:
    return Known(row.name, row.locale, row.content_sid, row.digest, row.approval, row.reason)


def _keep(database: Database, known: Known, at: datetime) -> None:
    facts = {name: getattr(known, name) for name in known.__dataclass_fields__}
    with database.transaction() as tx:
        tx.execute(_FORGET, {"named": known.name, "spoken": known.locale})
        tx.execute(insert(templates), {**facts, "checked_at": at})


def _names_at_twilio(client: Any) -> dict[str, str]:
    """Return the id of every template at Twilio by its name; of two with one name the older."""
    made = sorted(client.content.v1.contents.list(page_size=50), key=lambda one: str(one.date_created), reverse=True)
    return {one.friendly_name: one.sid for one in made}


def _made(client: Any, definition: Definition, sid: str | None) -> Known:
    if sid is None:
        described = {
            "friendly_name": definition.versioned_name,
            "language": definition.language,
            "variables": definition.samples,
            "types": definition.types,
        }
        # not by the client's own classes: they send every other type of content along as null
        sid = client.content.v1.create(method="POST", uri="/Content", data=described, headers=JSON)["sid"]
    state = UNSUBMITTED if definition.needs_approval else ""
    return Known(definition.name, definition.locale, str(sid), definition.digest, state)


def _submitted(client: Any, definition: Definition, known: Known) -> Known:
    """Return the template with its state; one that nobody submitted yet is submitted."""
    current = _asked(client, known)
    if current.approval not in ("", UNSUBMITTED):
        return current
    asked = {"name": definition.versioned_name, "category": CATEGORY}
    uri = f"/Content/{current.content_sid}/ApprovalRequests/whatsapp"
    answer = client.content.v1.create(method="POST", uri=uri, data=asked, headers=JSON)
    return _with_state(current, answer)


def _asked(client: Any, known: Known) -> Known:
    answer = client.content.v1.contents(known.content_sid).approval_fetch().fetch()
    return _with_state(known, answer.whatsapp or {})


def _with_state(known: Known, answer: dict[str, Any]) -> Known:
    state = str(answer.get("status") or UNSUBMITTED)[:20]
    return replace(known, approval=state, reason=str(answer.get("rejection_reason") or "")[:300])
