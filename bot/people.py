"""The people of an agent: who belongs, invitations, and the changes that an owner may make."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from bot.store import Reach, addresses, invitations
from core import errors
from core.people import Actor, Membership
from core.statements import agents, memberships, people
from core.terms import Role
from core.transitions import Command

INVITATION_LASTS = timedelta(days=7)
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0, O, 1 or I: codes are read aloud and typed on small keys. 32 signs: 16 of them are 80 bits."""
CODE_LENGTH = 16


def draw_code() -> str:
    """Return a new invitation code, unguessable."""
    return "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))


def normalise_code(typed: str) -> str:
    """Return a typed invitation code as it was drawn: capitals, nothing between the signs."""
    return "".join(char for char in typed.upper() if char.isalnum())


def looks_like_code(typed: str) -> bool:
    """Say whether the text could be an invitation code."""
    code = normalise_code(typed)
    return len(code) == CODE_LENGTH and all(char in ALPHABET for char in code)


def hash_of(code: str) -> str:
    """Return what is stored of a code."""
    return hashlib.sha256(normalise_code(code).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that can still be used."""

    agent_id: int
    agent: str
    role: Role
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """One person of an agent's team."""

    membership_id: int
    agent_id: int
    person_id: int
    name: str
    role: Role
    may_close: bool
    channels: tuple[tuple[str, Reach], ...]


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that nobody has used yet, as the owner sees it."""

    invitation_id: int
    name: str
    role: Role
    expires_at: datetime


_OPEN_INVITATIONS = (
    select(invitations.c.id, invitations.c.name, invitations.c.role, invitations.c.expires_at)
    .where(
        invitations.c.agent_id == bindparam("agent_id"),
        invitations.c.used_at.is_(None),
        invitations.c.expires_at > bindparam("now"),
    )
    .order_by(invitations.c.id)
    .limit(20)
)
_WITHDRAW = (
    invitations.update()
    .where(
        invitations.c.id == bindparam("this"),
        invitations.c.agent_id == bindparam("of_agent"),
        invitations.c.used_at.is_(None),
    )
    .values(expires_at=bindparam("now"))
    .returning(invitations.c.name)
)
_INVITATION = (
    select(invitations.c.agent_id, agents.c.name.label("agent"), invitations.c.role, invitations.c.name)
    .select_from(invitations.join(agents, invitations.c.agent_id == agents.c.id))
    .where(
        invitations.c.code_hash == bindparam("hash"),
        invitations.c.used_at.is_(None),
        invitations.c.expires_at > bindparam("now"),
    )
)
_USE_INVITATION = (
    invitations.update()
    .where(
        invitations.c.code_hash == bindparam("hash"),
        invitations.c.used_at.is_(None),
        invitations.c.expires_at > bindparam("now"),
    )
    .values(used_at=bindparam("now"))
)
_TEAM = (
    select(
        memberships.c.id,
        memberships.c.agent_id,
        people.c.id.label("person_id"),
        people.c.name,
        memberships.c.role,
        memberships.c.may_close,
        addresses.c.channel,
        addresses.c.reach,
    )
    .select_from(
        memberships.join(people, memberships.c.person_id == people.c.id).outerjoin(
            addresses, addresses.c.person_id == people.c.id
        )
    )
    .where(memberships.c.agent_id == bindparam("agent_id"))
    .order_by(memberships.c.id, addresses.c.id)
)
BY_PHONE = select(people.c.id, people.c.name).where(people.c.phone == bindparam("phone")).limit(2)


class PeopleBook:
    """What one person may look at of the people: the teams of the agents that they own, and an invitation they hold."""

    def __init__(self, tx: Connection, actor: Actor, at: datetime, join_links: Callable[[str], str]) -> None:
        self._tx = tx
        self._actor = actor
        self._at = at
        self.join_links = join_links

    def wants(self, summary: str) -> bool:
        """Say whether the person gets the "morning" or the "weekly" summary."""
        wanted = select(people.c[summary]).where(people.c.id == self._actor.person_id)
        return bool(self._tx.execute(wanted).scalar_one())

    def owned(self) -> list[Membership]:
        """Return the memberships with which the person manages people."""
        return [one for one in self._actor.memberships if one.role is Role.OWNER]

    def team(self, agent_id: int) -> list[Member]:
        """Return everybody of an agent that the person owns."""
        check_owner(self._actor, agent_id)
        return team(self._tx, agent_id)

    def invited(self, agent_id: int) -> list[Invited]:
        """Return who was invited to an agent that the person owns and has not come yet."""
        check_owner(self._actor, agent_id)
        rows = self._tx.execute(_OPEN_INVITATIONS, {"agent_id": agent_id, "now": self._at})
        return [Invited(*row) for row in rows]

    def invitation(self, code: str) -> Invitation | None:
        """Return the invitation with this code, if it can still be used."""
        row = self._tx.execute(_INVITATION, {"hash": hash_of(code), "now": self._at}).first()
        return None if row is None else Invitation(*row)


def team(tx: Connection, agent_id: int) -> list[Member]:
    """Return everybody of an agent, with the channels on which they write."""
    members: dict[int, Member] = {}
    for row in tx.execute(_TEAM, {"agent_id": agent_id}):
        known = members.get(row.id)
        channels = known.channels if known else ()
        if row.channel is not None:
            channels = (*channels, (row.channel, row.reach))
        members[row.id] = Member(row.id, row.agent_id, row.person_id, row.name, row.role, row.may_close, channels)
    return list(members.values())


def person_with_phone(tx: Connection, phone: str) -> int | None:
    """Return the person who has this number, if it is exactly one."""
    rows = tx.execute(BY_PHONE, {"phone": phone}).all()
    return rows[0].id if len(rows) == 1 else None


def check_owner(actor: Actor, agent_id: int) -> None:
    """Refuse unless the person owns the agent."""
    membership = actor.for_agent(agent_id)
    if membership is None or membership.role is not Role.OWNER:
        raise errors.UnknownAgent


# --- changes: commands of their own, carried out by bot.performing ----------------------------------------------------


@dataclass(frozen=True)
class Join(Command):
    """Use an invitation: the address becomes its person's, the person becomes a member."""

    code: str


@dataclass(frozen=True)
class Invite(Command):
    """Invite somebody to act for an agent."""

    agent_id: int
    role: Role
    name: str


@dataclass(frozen=True)
class Withdraw(Command):
    """Take an invitation back before anybody uses it."""

    agent_id: int
    invitation_id: int


@dataclass(frozen=True)
class Remove(Command):
    """Take somebody out of an agent's team."""

    agent_id: int
    membership_id: int


@dataclass(frozen=True)
class LetClose(Command):
    """Allow a driver to close orders, or stop allowing it."""

    agent_id: int
    membership_id: int
    allowed: bool


@dataclass(frozen=True)
class SpeakLanguage(Command):
    """From now on, this language."""

    locale: str


@dataclass(frozen=True)
class WantReminders(Command):
    """From now on get a summary, or no more: "morning" or "weekly"."""

    summary: str
    wanted: bool


class InvitationGone(errors.Refused):
    """The invitation was used, withdrawn, expired or never was."""


class InvitationUsed(errors.Refused):
    """There is no invitation to take back: somebody has used it."""


class LastOwner(errors.Refused):
    """An agent keeps at least one owner."""


def invite(tx: Connection, agent_id: int, role: Role, name: str, at: datetime) -> str:
    """Store a new invitation and return its code, which is shown once and never stored."""
    code = draw_code()
    row = {
        "code_hash": hash_of(code),
        "agent_id": agent_id,
        "role": role,
        "name": name.strip()[:120],
        "expires_at": at + INVITATION_LASTS,
    }
    tx.execute(invitations.insert(), row)
    return code


def withdraw(tx: Connection, command: Withdraw, at: datetime) -> str:
    """Make an invitation useless; return whom it was for."""
    facts = {"this": command.invitation_id, "of_agent": command.agent_id, "now": at}
    name: str | None = tx.execute(_WITHDRAW, facts).scalar()
    if name is None:
        raise InvitationUsed
    return name


def use_invitation(
    tx: Connection, code: str, person_id: int | None, locale: str, at: datetime
) -> tuple[int, Invitation]:
    """Use an invitation once: return the person, new if need be, who is a member now."""
    facts = {"hash": hash_of(code), "now": at}
    row = tx.execute(_INVITATION, facts).first()
    if row is None or tx.execute(_USE_INVITATION, facts).rowcount != 1:
        raise InvitationGone
    invitation = Invitation(*row)
    if person_id is None:
        person_id = _key(tx, people, {"name": invitation.name, "locale": locale})
    _set_membership(tx, person_id, invitation.agent_id, invitation.role)
    return person_id, invitation


RANK = {Role.DRIVER: 0, Role.OPERATOR: 1, Role.OWNER: 2}


def _set_membership(tx: Connection, person_id: int, agent_id: int, role: Role) -> None:
    """Make the person a member; who is one already keeps the higher role."""
    mine = (memberships.c.person_id == person_id) & (memberships.c.agent_id == agent_id)
    held = tx.execute(select(memberships.c.role).where(mine)).scalar()
    if held is not None and RANK[held] < RANK[role]:
        tx.execute(memberships.update().where(mine).values(role=role))
    if held is None:
        row = {"person_id": person_id, "agent_id": agent_id, "role": role, "may_close": False}
        tx.execute(memberships.insert(), row)


def remove(tx: Connection, command: Remove) -> Member:
    """Take a member out of the team; the last owner stays."""
    member = _member(tx, command.agent_id, command.membership_id)
    owners = tx.execute(
        select(func.count()).where(memberships.c.agent_id == command.agent_id, memberships.c.role == Role.OWNER)
    ).scalar_one()
    if member.role is Role.OWNER and owners < 2:
        raise LastOwner
    tx.execute(memberships.delete().where(memberships.c.id == member.membership_id))
    return member


def let_close(tx: Connection, command: LetClose) -> Member:
    """Set whether a driver may close orders."""
    member = _member(tx, command.agent_id, command.membership_id)
    tx.execute(memberships.update().where(memberships.c.id == member.membership_id).values(may_close=command.allowed))
    return member


def _member(tx: Connection, agent_id: int, membership_id: int) -> Member:
    tx.execute(select(agents.c.id).where(agents.c.id == agent_id).with_for_update(key_share=True))
    for member in team(tx, agent_id):
        if member.membership_id == membership_id:
            return member
    raise errors.UnknownAgent


def _key(tx: Connection, table: Any, row: dict[str, Any]) -> int:
    key = tx.execute(table.insert(), row).inserted_primary_key
    return int(key[0])  # type: ignore[index]  # an insert of one row has its key
