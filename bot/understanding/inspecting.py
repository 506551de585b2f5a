"""What `scopbot understand` does: read somebody's context, understand one message in it, change nothing."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from bot import on_screen
from bot.dialogue import Talk
from bot.i18n import DEFAULT
from bot.runtime import Runtime
from bot.store import addresses
from bot.understanding import weighing
from bot.understanding.meaning import Meaning
from bot.understanding.reading import BookContext
from bot.understanding.understand import understand
from bot.understanding.whose import person_called
from core.orderbook import OrderBook
from core.people import Actor, Membership
from core.statements import agents, memberships, people


def understood_as(runtime: Runtime, who: str, text: str) -> Meaning:
    """Return what the text would mean if this person sent it now, into what is open on their screen.

    `who` is a phone, a chat's id or a name. Raises UnknownPersonError.
    """
    with runtime.database.reading() as tx:
        of_person = select(people.c.id, people.c.name, people.c.locale).where(people.c.id == person_called(tx, who))
        person = tx.execute(of_person).one()
        rows = tx.execute(
            select(
                memberships.c.agent_id, agents.c.name, agents.c.activity, memberships.c.role, memberships.c.may_close
            )
            .join(agents, memberships.c.agent_id == agents.c.id)
            .where(memberships.c.person_id == person.id)
            .order_by(memberships.c.id)
        )
        actor = Actor(person.id, person.name, "console", tuple(Membership(*row) for row in rows))
        newest = tx.execute(
            select(addresses.c.id, addresses.c.talk)
            .where(addresses.c.person_id == person.id, addresses.c.last_inbound_at.is_not(None))
            .order_by(addresses.c.last_inbound_at.desc())
        ).first()
        talk = Talk.from_stored(newest.talk if newest is not None else {})
        notice = None
        if newest is not None and not talk.conversation:
            notice = on_screen.as_context(on_screen.newer_notices(tx, newest.id, talk.screen))
        at = runtime.clock()
        context = BookContext(actor, OrderBook(tx, actor, at), at, talk, person.locale or DEFAULT, notice)
        meaning = understand(text, context)
        return replace(meaning, notes=(*meaning.notes, *weighing.traced(meaning, text, context)))
