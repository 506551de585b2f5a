"""Carrying out what a conversation ended in: order commands by the core, the others here. Each is answered plainly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from bot import closing, contacts, notices, people, team_notices, texts
from bot.contacts import Contact
from bot.i18n import _, language
from bot.messages import Choice, Outgoing, does
from bot.runtime import Runtime
from bot.store import addresses, snoozes
from core import errors
from core.db import together
from core.order import Order
from core.service import Done, execute
from core.statements import people as people_table
from core.terms import Movement
from core.transitions import Close, Command, OrderCommand, Request, Snooze, possible


class Work(NamedTuple):
    """What a command is carried out with."""

    tx: Connection
    runtime: Runtime
    contact: Contact
    at: datetime


def perform(work: Work, commands: Sequence[Command], seen: Order | None = None) -> tuple[Outgoing, bool]:
    """Carry out the commands, all or none; return what the person is told, and whether it was registered.

    `seen` is the order that the conversation looked up in this transaction.
    """
    # a single command refuses before its first change; of several the first may have changed something
    try:
        with together(work.tx) if len(commands) > 1 else nullcontext():
            done = _carry_out_all(work, commands, seen)
    except errors.Refused as refused:
        return Outgoing(texts.refusal(refused), (*_next_after(refused, commands), texts.to_menu())), False
    if isinstance(done, Outgoing):
        return done, True
    notices.tell(work.tx, work.runtime, done, work.at)
    return _receipt(done, work), True


def _next_after(refused: errors.Refused, commands: Sequence[Command]) -> Sequence[Choice]:
    """Return what a refusal offers to do: after one of a guard, to look at the order that it kept from being sold."""
    first = commands[0]
    if refused.guard is not None and isinstance(first, OrderCommand):
        return (does(_("See the order"), f"estado {first.code}"),)
    return texts.next_after(refused)


def _carry_out_all(work: Work, commands: Sequence[Command], seen: Order | None) -> Done | Outgoing:
    """Carry out each; return what became of the last.

    What one command leaves, the next one finds: the order's row is locked. What the conversation has seen is only good
    on SQLite, where the whole transaction was alone from its first line.
    """
    held = seen if work.runtime.database.is_sqlite else None
    for command in commands:
        done = _carry_out(work, command, held)
        held = done.order if isinstance(done, Done) else None
    return done


def _carry_out(work: Work, command: Command, held: Order | None) -> Done | Outgoing:
    if isinstance(command, Snooze):
        return _put_off(work, command)
    if isinstance(command, OrderCommand | Request):
        return execute(work.tx, command, work.contact.actor, work.at, held)
    return _OTHERS[type(command)](work, command)


def _put_off(work: Work, command: Snooze) -> Done:
    """Journal it, and leave this person alone with the order until then."""
    done = execute(work.tx, command, work.contact.actor, work.at)
    row = {
        "order_id": done.order.id,
        "person_id": done.entry.person_id,
        "made_at": done.entry.at,
        "until": command.until,
    }
    work.tx.execute(snoozes.insert(), row)
    return done


def _close_several(work: Work, command: closing.CloseSeveral) -> Outgoing:
    """Close each order by itself: one that cannot be closed any more keeps none of the others back."""
    closed: list[Done] = []
    refused: list[str] = []
    for one in command.closes:
        try:
            with together(work.tx):
                closed.append(execute(work.tx, one, work.contact.actor, work.at))
        except errors.Refused as refusal:
            refused.append(texts.refusal(refusal))
    for done in closed:
        notices.tell(work.tx, work.runtime, done, work.at)
    return closing.told(closed, refused, work.at)


def _remind(work: Work, command: people.WantReminders) -> Outgoing:
    """Turn a summary on or off."""
    mine = people_table.c.id == work.contact.person_id
    work.tx.execute(people_table.update().where(mine).values({command.summary: command.wanted}))
    said = {
        ("morning", True): _("✅ It WAS registered: you will get the morning message of what is overdue."),
        ("morning", False): _(
            "✅ It WAS registered: you will not get the morning message of what is overdue any more."
        ),
        ("weekly", True): _("✅ It WAS registered: you will get Monday's summary."),
        ("weekly", False): _("✅ It WAS registered: you will not get Monday's summary any more."),
    }
    return Outgoing(said[command.summary, command.wanted], (texts.to_menu(),))


def _receipt(done: Done, work: Work) -> Outgoing:
    arrived = done.entry.movement is Movement.ARRIVED and Close in possible(done.order, work.contact.actor)
    steps = texts.closing_steps(done.order) if arrived else texts.next_steps(done.order, work.contact.actor)
    # the first choice is a harmless one: whoever sends "1" twice to say yes must not begin something else with it
    choices = (*_to_look_at(done.order, work, steps), *steps, texts.to_menu())
    return Outgoing(texts.receipt(done.order, done.entry, done.warnings), choices)


def _to_look_at(order: Order, work: Work, steps: Sequence[Choice]) -> Sequence[Choice]:
    """Return how the order is looked at: its receipt says the movements too; both where three buttons are enough."""
    movements = texts.look_closer(order)[0]
    if not work.runtime.receipts.keyring().can_sign:
        return (movements,)
    return (texts.to_receipt(order),) if steps else (movements, texts.to_receipt(order))


def _invite(work: Work, command: people.Invite) -> Outgoing:
    people.check_owner(work.contact.actor, command.agent_id)
    code = people.invite(work.tx, command.agent_id, command.role, command.name, work.at)
    shown = "-".join(code[start : start + 4] for start in range(0, len(code), 4))
    link = work.runtime.join_links(code)
    text = _(
        "✅ The invitation WAS registered. {name} joins by writing to this bot, on Telegram or WhatsApp:\n\n"
        "ALTA {code}\n\nIt works once, for {days} days. Send it only to that person."
    ).format(name=command.name, code=shown, days=people.INVITATION_LASTS.days)
    return Outgoing(f"{text}\n{link}" if link else text, (texts.to_menu(),))


def _withdraw(work: Work, command: people.Withdraw) -> Outgoing:
    people.check_owner(work.contact.actor, command.agent_id)
    name = people.withdraw(work.tx, command, work.at)
    text = _("✅ It WAS registered: the invitation of {name} works no more.").format(name=name)
    return Outgoing(text, (texts.to_menu(),))


def _remove(work: Work, command: people.Remove) -> Outgoing:
    people.check_owner(work.contact.actor, command.agent_id)
    team = team_notices.reachable(work.tx, work.runtime, command.agent_id, work.contact.channel, work.at)
    member = people.remove(work.tx, command)
    team_notices.tell_removed(work.tx, work.contact.actor, member, team.get(member.person_id), work.at)
    return Outgoing(
        _("✅ It WAS registered: {name} no longer belongs to the team.").format(name=member.name), (texts.to_menu(),)
    )


def _let_close(work: Work, command: people.LetClose) -> Outgoing:
    people.check_owner(work.contact.actor, command.agent_id)
    member = people.let_close(work.tx, command)
    text = (
        _("✅ It WAS registered: {name} may close orders.")
        if command.allowed
        else _("✅ It WAS registered: {name} may no longer close orders.")
    )
    return Outgoing(text.format(name=member.name), (texts.to_menu(),))


def _join(work: Work, command: people.Join) -> Outgoing:
    contact = work.contact
    person_id, invitation = people.use_invitation(work.tx, command.code, contact.person_id, contact.locale, work.at)
    if contact.person_id is None:
        contacts.link(work.tx, contact, person_id)
    team_notices.tell_owners(work.tx, work.runtime, invitation, person_id, contact.channel, work.at)
    text = _("✅ Welcome, {name}. You belong to {agent} now.").format(
        name=contact.actor.name or invitation.name, agent=invitation.agent
    )
    return Outgoing(text, (texts.to_menu(),))


def _speak(work: Work, command: people.SpeakLanguage) -> Outgoing:
    contact = work.contact
    work.tx.execute(
        addresses.update().where(addresses.c.id == contact.address_id).values(locale=command.locale),
    )
    if contact.person_id is not None:
        mine = people_table.c.id == contact.person_id
        work.tx.execute(people_table.update().where(mine).values(locale=command.locale))
    contact.locale = command.locale
    with language(command.locale):
        return Outgoing(_("✅ From now on I speak English."), (texts.to_menu(),))


_OTHERS: dict[type[Command], Callable[..., Outgoing]] = {
    people.Invite: _invite,
    people.Withdraw: _withdraw,
    people.Remove: _remove,
    people.LetClose: _let_close,
    people.Join: _join,
    people.SpeakLanguage: _speak,
    people.WantReminders: _remind,
    closing.CloseSeveral: _close_several,
}
