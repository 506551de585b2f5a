"""Who else must know of a movement, in their language, with the next action as a button."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select

from bot import templates, texts
from bot.i18n import N_, _, language
from bot.letters import Letter, Purpose
from bot.messages import COMMAND_MARK, Choice, Outgoing, Template
from bot.outbox import post
from bot.runtime import Runtime
from bot.store import Kind, Reach, addresses
from core.order import Order
from core.people import Actor, Membership
from core.service import Done
from core.statement import Statement
from core.statements import agents, memberships, people
from core.terms import Movement, Party, Role, Status
from core.transitions import Reject, possible

STILL_TALKING = timedelta(minutes=30)
"""How long an unanswered question counts as being on the person's mind; a notice then brings no numbers of its own."""
OFFICE = frozenset({Role.OWNER, Role.OPERATOR})
EVERYBODY = frozenset(Role)

_PEOPLE_OF = Statement(
    select(
        people.c.id.label("person_id"),
        people.c.name,
        people.c.locale,
        memberships.c.agent_id,
        agents.c.name.label("agent"),
        agents.c.activity,
        memberships.c.role,
        memberships.c.may_close,
        addresses.c.id.label("address_id"),
        addresses.c.channel,
        addresses.c.external_id,
        addresses.c.last_inbound_at,
        addresses.c.talk["conversation"].as_string().label("conversation"),
        addresses.c.talk["asked_at"].as_string().label("asked_at"),
    )
    .select_from(
        memberships.join(people, memberships.c.person_id == people.c.id)
        .join(agents, memberships.c.agent_id == agents.c.id)
        .join(addresses, addresses.c.person_id == people.c.id)
    )
    .where(memberships.c.agent_id == bindparam("agent_id"), addresses.c.reach == Reach.ACTIVE)
    .order_by(people.c.id, addresses.c.id)
)


@dataclass(frozen=True)
class Recipient:
    """A person of an agent, and the address at which they are told."""

    actor: Actor
    agent_id: int
    role: Role
    locale: str
    address_id: int
    channel: str
    address: str
    is_talking: bool


@dataclass(frozen=True)
class Heading:
    """What a notice begins with, and the approved template that says the same (bot/templates.py)."""

    text: str
    template: str


@dataclass(frozen=True)
class Told:
    """Who on the other side is told of a movement, and with what words."""

    roles: frozenset[Role]
    heading: Heading


def _other(party: Party) -> Party:
    return Party.SELLER if party is Party.BUYER else Party.BUYER


WHOM = {
    Movement.REQUESTED: Told(OFFICE, Heading(N_("🔔 New order to attend"), "requested")),
    Movement.ANNULLED: Told(OFFICE, Heading(N_("🔔 The buyer annulled this order"), "annulled")),
    Movement.ACCEPTED: Told(
        OFFICE, Heading(N_("🔔 The seller accepted your order. It is not sold yet: do not unload."), "accepted")
    ),
    Movement.SOLD: Told(
        EVERYBODY, Heading(N_("🔔 Your order is sold. Close it the same day, when it arrives."), "sold")
    ),
    Movement.CLOSED: Told(OFFICE, Heading(N_("🔔 The buyer closed this order"), "closed")),
    Movement.REJECTED: Told(EVERYBODY, Heading(N_("🔔 The buyer rejected this order"), "rejected_by_buyer")),
}


SHORT = {
    Movement.ACCEPTED: Heading(
        N_("🔔 The seller accepted LESS than you asked for. It is not sold yet: do not unload."), "accepted_less"
    ),
    Movement.SOLD: Heading(
        N_("🔔 Your order is sold, with LESS than you asked for. Close it the same day, when it arrives."), "sold_less"
    ),
    Movement.CLOSED: Heading(N_("🔔 The buyer closed this order WITH DIFFERENCES"), "closed_differences"),
}
ARRIVED_TO_BUYER = Heading(N_("🔔 The product arrived. Close the order now."), "arrived_buyer")
ARRIVED_UNSOLD = Heading(
    N_("🔴 The product arrived and the order is NOT SOLD. Nobody may unload: sell it first."), "arrived_unsold"
)
ARRIVED = Heading(N_("🔔 The product arrived"), "arrived")
BY_SELLER = {Movement.REJECTED: Heading(N_("🔔 The seller rejected this order"), "rejected_by_seller")}


def tell(tx: Connection, runtime: Runtime, done: Done, at: datetime) -> None:
    """Put a notice of the movement into the outbox for everybody on the other side who should know."""
    if done.entry.movement is Movement.ARRIVED:
        post(tx, _of_arrival(tx, runtime, done, at), at)
        return
    if done.entry.movement is Movement.SNOOZED:
        return
    told = WHOM[done.entry.movement]
    agent_id = done.order.agent_of(_other(done.entry.party))
    letters = []
    for recipient in recipients(tx, runtime, agent_id, done.entry.channel, at):
        if recipient.role in told.roles and recipient.actor.person_id != done.entry.person_id:
            with language(recipient.locale):
                letters.append(_letter(recipient, _written(_heading(told, done), done, recipient), done))
    post(tx, [*letters, *_at_home(tx, runtime, done, at)], at)


def _of_arrival(tx: Connection, runtime: Runtime, done: Done, at: datetime) -> list[Letter]:
    """Return letters to both offices: the buyer's has to close; the seller's to sell, if it has not."""
    letters = []
    for party in Party:
        for recipient in recipients(tx, runtime, done.order.agent_of(party), done.entry.channel, at):
            if recipient.role in OFFICE and recipient.actor.person_id != done.entry.person_id:
                with language(recipient.locale):
                    message = _written(_arrival_heading(done, party), done, recipient)
                    letters.append(_letter(recipient, message, done))
    return letters


def _arrival_heading(done: Done, party: Party) -> Heading:
    if done.order.status is not Status.TO_CLOSE:
        return ARRIVED_UNSOLD
    return ARRIVED_TO_BUYER if party is Party.BUYER else ARRIVED


def _at_home(tx: Connection, runtime: Runtime, done: Done, at: datetime) -> list[Letter]:
    """Return letters to the owners of the side that acted, when it was a driver who did."""
    own = list(recipients(tx, runtime, done.entry.agent_id, done.entry.channel, at)) if done.by_driver else []
    letters = []
    for recipient in own:
        if recipient.role is Role.OWNER and recipient.actor.person_id != done.entry.person_id:
            with language(recipient.locale):
                said = _("🔔 {person} did this for your company").format(person=done.entry.person_name)
                heading = Heading(said, "done_by_driver")
                letters.append(_letter(recipient, _written(heading, done, recipient), done))
    return letters


def _letter(recipient: Recipient, message: Outgoing, done: Done) -> Letter:
    subject = f"order {done.order.id}.{done.entry.number}"
    return Letter(
        address_id=recipient.address_id,
        channel=recipient.channel,
        address=recipient.address,
        kind=Kind.NOTICE,
        message=message,
        dedupe_key=f"{subject} to {recipient.actor.person_id}",
        locale=recipient.locale,
        purpose=Purpose(subject, recipient.actor.person_id, recipient.agent_id, done.order.id),
    )


def _heading(told: Told, done: Done) -> Heading:
    by_seller = BY_SELLER.get(done.entry.movement) if done.entry.party is Party.SELLER else None
    short = SHORT.get(done.entry.movement) if done.fell_short else None
    return by_seller or short or told.heading


def _written(heading: Heading, done: Done, recipient: Recipient) -> Outgoing:
    order = done.order
    facts = [
        _(heading.text),
        order.code,
        texts.parties_of(order),
        texts.lines_moved(order, done.entry),
        texts.destination_of(order),
        texts.wishes_of(order),
        texts.document_of(order),
        texts.reason_of(done.entry),
        _("Time: {moment} (Lima)").format(moment=texts.moment(done.entry.at)),
        texts.warned(done.warnings),
    ]
    message = Outgoing(
        "\n".join(fact for fact in facts if fact),
        _choices(order, recipient.actor),
        template=_template(heading, done, recipient),
    )
    return without_numbers(message) if recipient.is_talking else message


def _choices(order: Order, me: Actor) -> tuple[Choice, ...]:
    """Return the next steps and a look at the movements: that first where the only step left is to refuse the order."""
    steps, look = texts.next_steps(order, me), texts.look_closer(order)[0]
    return (look, *steps) if len(steps) == 1 and Reject in possible(order, me) else (*steps, look)


def _template(heading: Heading, done: Done, recipient: Recipient) -> Template:
    """Return the same in approved words: a driver's doing is told with what it was."""
    order, entry = done.order, done.entry
    by_driver = heading.template == "done_by_driver"
    what = _(texts.MOVEMENT[entry.movement]) if by_driver else ""
    company = recipient.actor.memberships[0].agent
    return templates.about_order(
        heading.template, company, order, what, texts.document_of(order), texts.reason_of(entry)
    )


def without_numbers(message: Outgoing) -> Outgoing:
    """Return the message for somebody who has a question on the screen: what to type, and nothing to number.

    A "1" typed below it must not be taken for an answer to one when it was meant for the other.
    """
    commands = ", ".join(choice.payload.removeprefix(COMMAND_MARK) for choice in message.choices)
    hint = _("When you have finished here you can type: {commands}").format(commands=commands)
    return replace(message, text=f"{message.text}\n\n{hint}", choices=())


def recipients(
    tx: Connection, runtime: Runtime, agent_id: int, preferred_channel: str, at: datetime
) -> Iterable[Recipient]:
    """Yield the people of an agent who can be reached, each at one address: where they wrote last.

    Those who never wrote are told on the channel on which it happened, if they have it.
    """
    best: dict[int, Any] = {}
    for row in _PEOPLE_OF.all(tx, {"agent_id": agent_id}):
        if row.channel not in runtime.channels:
            continue
        known = best.get(row.person_id)
        if known is None or _closeness(row, preferred_channel) > _closeness(known, preferred_channel):
            best[row.person_id] = row
    for row in best.values():
        membership = Membership(row.agent_id, row.agent, row.activity, row.role, row.may_close)
        yield Recipient(
            actor=Actor(row.person_id, row.name, row.channel, (membership,)),
            agent_id=row.agent_id,
            role=row.role,
            locale=row.locale,
            address_id=row.address_id,
            channel=row.channel,
            address=row.external_id,
            is_talking=is_talking(row.conversation, row.asked_at, at),
        )


def _closeness(row: Any, preferred_channel: str) -> tuple[float, bool]:
    wrote = row.last_inbound_at.timestamp() if row.last_inbound_at else 0.0
    return wrote, row.channel == preferred_channel


def is_talking(conversation: str | None, asked_at: str | None, at: datetime) -> bool:
    """Say whether the person has a question on the screen that they may still be thinking about."""
    return bool(conversation and asked_at) and datetime.fromisoformat(str(asked_at)) > at - STILL_TALKING
