"""Who is at the end of an address: found and locked once per message, with the agents they act for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from bot.dialogue import Talk
from bot.i18n import closest
from bot.messages import Incoming
from bot.people import person_with_phone
from bot.store import Kind, Reach, Waiting, addresses, inbox, outbox
from core.people import Actor, Membership
from core.statement import Statement
from core.statements import agents, memberships, people

_LAST_NOTICE = (
    select(func.max(outbox.c.id))
    .where(outbox.c.address_id == addresses.c.id, text(f"outbox.kind != '{Kind.REPLY.value}'"))
    .correlate(addresses)
    .scalar_subquery()
)


def _waiting(which: Any) -> Any:
    """Return the id of the oldest or the newest message of the address that waits for its answer."""
    return (
        select(which(inbox.c.id))
        .where(
            inbox.c.channel == addresses.c.channel,
            inbox.c.external_id == addresses.c.external_id,
            text(f"inbox.state = '{Waiting.NEW.value}'"),
        )
        .correlate(addresses)
        .scalar_subquery()
    )


_CONTACT = Statement(
    select(
        addresses.c.id,
        addresses.c.person_id,
        addresses.c.locale,
        addresses.c.talk,
        addresses.c.reach,
        addresses.c.wrong_codes,
        addresses.c.wrong_codes_since,
        addresses.c.last_inbound_at,
        people.c.name,
        people.c.locale.label("person_locale"),
        memberships.c.agent_id,
        agents.c.name.label("agent"),
        agents.c.activity,
        memberships.c.role,
        memberships.c.may_close,
        _LAST_NOTICE.label("last_notice"),
        _waiting(func.min).label("oldest_waiting"),
        _waiting(func.max).label("newest_waiting"),
    )
    .select_from(
        addresses.outerjoin(people, addresses.c.person_id == people.c.id)
        .outerjoin(memberships, memberships.c.person_id == people.c.id)
        .outerjoin(agents, memberships.c.agent_id == agents.c.id)
    )
    .where(addresses.c.channel == bindparam("channel"), addresses.c.external_id == bindparam("address"))
    .order_by(memberships.c.id)
)
_LOCK = Statement(
    select(addresses.c.id)
    .where(addresses.c.channel == bindparam("channel"), addresses.c.external_id == bindparam("address"))
    .with_for_update(key_share=True)  # a letter to this address, by somebody else, need not wait
)
_LINK = addresses.update().where(addresses.c.id == bindparam("this")).values(person_id=bindparam("person"))
_PERSON_AT = Statement(
    select(addresses.c.id, addresses.c.person_id).where(
        addresses.c.channel == bindparam("channel"), addresses.c.external_id == bindparam("address")
    )
)
_LINK_ALIAS = (
    addresses.update()
    .where(
        addresses.c.channel == bindparam("on"),
        addresses.c.external_id == bindparam("alias"),
        addresses.c.person_id.is_(None),
    )
    .values(person_id=bindparam("person"))
)
_SAVE = Statement(
    addresses.update()
    .where(addresses.c.id == bindparam("this"))
    .values(talk=bindparam("talk"), last_inbound_at=bindparam("at"), reach=Reach.ACTIVE)
)
_ADD = {
    dialect.dialect().name: dialect.insert(addresses).on_conflict_do_nothing(index_elements=["channel", "external_id"])
    for dialect in (sqlite, postgresql)
}


@dataclass
class Contact:
    """An address and the person who writes from it, if they are known."""

    address_id: int
    channel: str
    address: str
    person_id: int | None
    locale: str
    talk: Talk
    actor: Actor
    wrong_codes: int
    wrong_codes_since: datetime | None
    last_notice: int
    """The outbox id of the newest notice to this address; 0 if there was none."""
    newest_waiting: int
    """The inbox id of the newest message that was not answered yet; 0 if there is none."""
    was_linked: bool = False
    """Whether this very message showed whose address it is."""
    alias: str = ""
    """Another address of the same sender, for which the channel vouches."""
    last_inbound_at: datetime | None = None

    @property
    def is_known(self) -> bool:
        """Say whether the person acts for at least one agent."""
        return bool(self.actor.memberships)


def lock(tx: Connection, incoming: Incoming, default_locale: str) -> Contact:
    """Return who wrote, their row locked: the messages of one address go one at a time, in order."""
    place = {"channel": incoming.channel, "address": incoming.address}
    return _contact(tx, incoming, place, _locked(tx, incoming, place), default_locale)


def lock_for(tx: Connection, incoming: Incoming, default_locale: str, message_id: int) -> Contact | None:
    """Return who wrote, their row locked, if it is this message's turn: it waits, and no older one does."""
    place = {"channel": incoming.channel, "address": incoming.address}
    rows = _locked(tx, incoming, place)
    if rows[0].oldest_waiting != message_id:
        return None
    return _contact(tx, incoming, place, rows, default_locale)


def _locked(tx: Connection, incoming: Incoming, place: dict[str, str]) -> list[Any]:
    if tx.dialect.name != "sqlite":
        _lock_row(tx, place, incoming)
    rows = _CONTACT.all(tx, place)
    if not rows:
        _add(tx, incoming.channel, incoming.address)
        rows = _CONTACT.all(tx, place)
    return rows


def _contact(
    tx: Connection, incoming: Incoming, place: dict[str, str], rows: list[Any], default_locale: str
) -> Contact:
    was_linked = rows[0].person_id is None and _link_unknown(tx, rows[0].id, incoming)
    if was_linked:
        rows = _CONTACT.all(tx, place)
    first = rows[0]
    if incoming.alias and first.person_id is not None:
        _link_alias(tx, incoming.channel, incoming.alias, first.person_id)
    held = tuple(
        Membership(row.agent_id, row.agent, row.activity, row.role, row.may_close)
        for row in rows
        if row.agent_id is not None
    )
    chosen = first.person_locale or first.locale or closest(incoming.language)
    return Contact(
        address_id=first.id,
        channel=incoming.channel,
        address=incoming.address,
        person_id=first.person_id,
        locale=chosen or default_locale,
        talk=Talk.from_stored(first.talk),
        actor=Actor(first.person_id or 0, first.name or "", incoming.channel, held),
        wrong_codes=first.wrong_codes,
        wrong_codes_since=first.wrong_codes_since,
        last_notice=first.last_notice or 0,
        newest_waiting=first.newest_waiting or 0,
        was_linked=was_linked,
        alias=incoming.alias,
        last_inbound_at=first.last_inbound_at,
    )


def _lock_row(tx: Connection, place: dict[str, str], incoming: Incoming) -> None:
    """Lock the row before it is read: what is joined to a row that was waited for is read as it was before."""
    if _LOCK.first(tx, place) is None:
        _add(tx, incoming.channel, incoming.address)
        _LOCK.first(tx, place)


def _add(tx: Connection, channel: str, address: str) -> None:
    row: dict[str, Any] = {
        "channel": channel,
        "external_id": address,
        "talk": {},
        "reach": Reach.ACTIVE,
        "wrong_codes": 0,
    }
    tx.execute(_ADD[tx.dialect.name], row)


def _link_unknown(tx: Connection, address_id: int, incoming: Incoming) -> bool:
    """Find out whose the address is by what the channel vouches for: the number, or the sender's other address."""
    person_id = person_with_phone(tx, incoming.phone) if incoming.phone else None
    if person_id is None and incoming.alias:
        other = _PERSON_AT.first(tx, {"channel": incoming.channel, "address": incoming.alias})
        person_id = other.person_id if other else None
    if person_id is None:
        return False
    tx.execute(_LINK, {"this": address_id, "person": person_id})
    return True


def _link_alias(tx: Connection, channel: str, alias: str, person_id: int) -> None:
    """Let the sender's other address lead to the same person; one that leads to somebody already is left alone."""
    other = _PERSON_AT.first(tx, {"channel": channel, "address": alias})
    if other is None:
        _add(tx, channel, alias)
    if other is None or other.person_id is None:
        tx.execute(_LINK_ALIAS, {"on": channel, "alias": alias, "person": person_id})


def link(tx: Connection, contact: Contact, person_id: int) -> None:
    """Say that the address is this person's, and so is the other one that came with the message."""
    tx.execute(_LINK, {"this": contact.address_id, "person": person_id})
    if contact.alias:
        _link_alias(tx, contact.channel, contact.alias, person_id)


def save(tx: Connection, contact: Contact, said_at: datetime) -> None:
    """Keep the talk and the moment of the person's last message. Whoever writes can be reached again."""
    last = max(said_at, contact.last_inbound_at) if contact.last_inbound_at else said_at
    _SAVE.run(tx, {"this": contact.address_id, "talk": contact.talk.stored(), "at": last})
