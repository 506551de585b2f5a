"""Who is told when a team changes: the owners when somebody joins, and whoever was taken out of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot import texts
from bot.i18n import _, language
from bot.letters import Letter, Purpose
from bot.messages import Outgoing
from bot.notices import Recipient, recipients, without_numbers
from bot.outbox import post
from bot.people import Invitation, Member
from bot.runtime import Runtime
from bot.store import Kind
from core.people import Actor
from core.terms import Role


def tell_owners(
    tx: Connection, runtime: Runtime, invitation: Invitation, person_id: int, channel: str, at: datetime
) -> None:
    """Say who joined: an invitation can fall into wrong hands."""
    letters = []
    for recipient in recipients(tx, runtime, invitation.agent_id, channel, at):
        if recipient.role is Role.OWNER and recipient.actor.person_id != person_id:
            with language(recipient.locale):
                said = _("🔔 {name} joined {agent} ({role}) with your invitation.").format(
                    name=invitation.name, agent=invitation.agent, role=_(texts.ROLE[invitation.role])
                )
                letters.append(_letter(recipient, said, f"joined {invitation.agent_id}.{person_id} {at:%Y%m%d%H%M%S}"))
    post(tx, letters, at)


def tell_removed(tx: Connection, by: Actor, member: Member, told: Recipient | None, at: datetime) -> None:
    """Say to whoever was taken out of a team that they belong to it no more."""
    agent = by.for_agent(member.agent_id)
    if agent is None or told is None or member.person_id == by.person_id:
        return
    with language(told.locale):
        said = _("🔔 You no longer belong to {agent}: its orders are not yours to see.").format(agent=agent.agent)
        post(tx, [_letter(told, said, f"removed {member.membership_id}")], at)


def reachable(tx: Connection, runtime: Runtime, agent_id: int, channel: str, at: datetime) -> dict[int, Recipient]:
    """Return everybody of a team who can be told something now, by person."""
    return {one.actor.person_id: one for one in recipients(tx, runtime, agent_id, channel, at)}


def _letter(recipient: Recipient, said: str, subject: str) -> Letter:
    message = Outgoing(said, (texts.to_menu(),))
    return Letter(
        address_id=recipient.address_id,
        channel=recipient.channel,
        address=recipient.address,
        kind=Kind.NOTICE,
        message=without_numbers(message) if recipient.is_talking else message,
        dedupe_key=f"{subject} to {recipient.actor.person_id}",
        locale=recipient.locale,
        purpose=Purpose(subject, recipient.actor.person_id, recipient.agent_id),
    )
