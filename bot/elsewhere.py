"""When a notice or a reminder cannot arrive where it was sent: the person's other addresses, then their colleagues.

Every copy has a key of its own, so that however often this runs nobody is told twice at one address.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, select, text

from bot import templates, texts
from bot.i18n import _, language
from bot.letters import Letter, Purpose
from bot.messages import Outgoing
from bot.outbox import post
from bot.runtime import Runtime
from bot.store import Kind, Reach, Sending, addresses, outbox
from core.adding import Adding
from core.clock import day_in_lima
from core.statements import memberships, people
from core.terms import Role

_told = outbox.alias("told")
_WAS_TOLD_HERE = exists().where(
    _told.c.address_id == addresses.c.id,
    text(f"told.kind != '{Kind.REPLY.value}'"),
    _told.c.subject == bindparam("about"),
)
_LETTER = select(outbox).where(outbox.c.id == bindparam("this"))
_OTHER_ADDRESSES = (
    select(addresses.c.id, addresses.c.channel, addresses.c.external_id, addresses.c.person_id)
    .where(
        addresses.c.person_id == bindparam("person"),
        addresses.c.reach == Reach.ACTIVE,
        addresses.c.channel.in_(bindparam("channels", expanding=True)),
        ~_WAS_TOLD_HERE,
    )
    .order_by(addresses.c.last_inbound_at.desc().nulls_last(), addresses.c.id)
)


def _colleagues() -> Select[Any]:
    """Return who else in the office can be reached and was not told of this anywhere."""
    somewhere = addresses.alias("somewhere")
    told = exists().where(
        somewhere.c.person_id == addresses.c.person_id,
        _told.c.address_id == somewhere.c.id,
        text(f"told.kind != '{Kind.REPLY.value}'"),
        _told.c.subject == bindparam("about"),
    )
    return (
        select(addresses.c.id, addresses.c.channel, addresses.c.external_id, addresses.c.person_id, people.c.locale)
        .select_from(
            memberships.join(addresses, addresses.c.person_id == memberships.c.person_id).join(
                people, people.c.id == memberships.c.person_id
            )
        )
        .where(
            memberships.c.agent_id == bindparam("agent"),
            memberships.c.person_id != bindparam("person"),
            memberships.c.role.in_([Role.OWNER, Role.OPERATOR]),
            addresses.c.reach == Reach.ACTIVE,
            addresses.c.channel.in_(bindparam("channels", expanding=True)),
            ~told,
        )
        .order_by(addresses.c.last_inbound_at.desc().nulls_last(), addresses.c.id)
    )


_COLLEAGUES = _colleagues()
_COPIED = tuple(
    column.name
    for column in outbox.c
    if column.name
    not in {
        "id",
        "address_id",
        "channel",
        "external_id",
        "dedupe_key",
        "state",
        "attempts",
        "next_attempt_at",
        "lease_until",
        "lease_by",
        "sent_at",
        "provider_id",
        "refused_id",
        "doubts",
        "parts_sent",
        "outside",
        "error",
    }
)
_OF_ITS_OWN = (
    "address_id",
    "channel",
    "external_id",
    "dedupe_key",
    "state",
    "attempts",
    "next_attempt_at",
    "error",
)
_COPY = Adding(outbox, (*_COPIED, *_OF_ITS_OWN), once=("dedupe_key",), where=text("dedupe_key IS NOT NULL"))
"""Two workers may come to the same place at once: one copy is enough."""


def tell(tx: Connection, runtime: Runtime, letter_id: int, at: datetime) -> bool:
    """Post the letter once more, to where its message can arrive; return whether there was such a place."""
    letter = tx.execute(_LETTER, {"this": letter_id}).one()
    if letter.kind is Kind.REPLY or letter.subject is None or letter.person_id is None:
        return False
    facts = {
        "about": letter.subject,
        "person": letter.person_id,
        "agent": letter.agent_id,
        "channels": sorted(runtime.channels),
    }
    place = tx.execute(_OTHER_ADDRESSES, facts).first()
    if place is None and letter.agent_id is not None:
        place = tx.execute(_COLLEAGUES, facts).first()
    if place is None:
        return False
    _copy(tx, letter, place, at)
    return True


def _copy(tx: Connection, letter: Row[Any], place: Any, at: datetime) -> None:
    copied = {name: getattr(letter, name) for name in _COPIED}
    own = {
        "address_id": place.id,
        "channel": place.channel,
        "external_id": place.external_id,
        "person_id": place.person_id,
        "dedupe_key": f"{letter.subject} to {place.person_id} at {place.id}",
        "state": Sending.PENDING,
        "attempts": 0,
        "next_attempt_at": at,
        "error": "",
    }
    _COPY.one(tx, copied | own)


_OWNERS = (
    select(
        people.c.id.label("person_id"),
        people.c.locale,
        memberships.c.agent_id,
        addresses.c.id,
        addresses.c.channel,
        addresses.c.external_id,
    )
    .select_from(
        memberships.join(people, people.c.id == memberships.c.person_id).join(
            addresses, addresses.c.person_id == people.c.id
        )
    )
    .where(
        memberships.c.role == Role.OWNER,
        memberships.c.person_id != bindparam("person"),
        addresses.c.reach == Reach.ACTIVE,
        addresses.c.channel.in_(bindparam("channels", expanding=True)),
        memberships.c.agent_id.in_(
            select(memberships.c.agent_id).where(memberships.c.person_id == bindparam("person")).scalar_subquery()
        ),
    )
    .order_by(people.c.id, addresses.c.last_inbound_at.desc().nulls_last(), addresses.c.id)
)
_WHOSE = (
    select(people.c.id, people.c.name, addresses.c.channel)
    .select_from(addresses.join(people, addresses.c.person_id == people.c.id))
    .where(addresses.c.id == bindparam("this"))
)


def warn_owner(tx: Connection, runtime: Runtime, address_id: int, at: datetime) -> None:
    """Tell the owners that somebody of theirs gets nothing any more at an address; once a day at most."""
    whose = tx.execute(_WHOSE, {"this": address_id}).first()
    if whose is None:
        return
    told: set[int] = set()
    letters = []
    for row in tx.execute(_OWNERS, {"person": whose.id, "channels": sorted(runtime.channels)}):
        if row.person_id in told:
            continue
        told.add(row.person_id)
        with language(row.locale):
            letters.append(_warning(row, whose, address_id, at))
    post(tx, letters, at)


def _warning(row: Any, whose: Any, address_id: int, at: datetime) -> Letter:
    channel = _(texts.CHANNEL.get(whose.channel, whose.channel))
    said = _("🔔 {name} gets no messages on {channel} any more. They must write to this bot once from there.").format(
        name=whose.name, channel=channel
    )
    template = templates.filled("unreachable", whose.name, channel)
    subject = f"unreachable {address_id} {day_in_lima(at)}"
    return Letter(
        address_id=row.id,
        channel=row.channel,
        address=row.external_id,
        kind=Kind.NOTICE,
        message=Outgoing(said, (texts.to_menu(),), template=template),
        dedupe_key=f"{subject} to {row.person_id}",
        locale=row.locale,
        purpose=Purpose(subject, row.person_id, row.agent_id),
    )
