"""A reminder gets its words when it leaves, from how things are then; or none, when there is nothing left to say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from bot import reminding
from bot.dialogue import Talk
from bot.i18n import language
from bot.letters import Claimed
from bot.messages import Outgoing
from bot.notices import is_talking, without_numbers
from bot.relay import Write
from bot.reminding import Words
from bot.runtime import Runtime
from bot.store import addresses, snoozes
from core.clock import LIMA, day_in_lima
from core.order import Order
from core.orderbook import OrderBook
from core.papers import ending_soon_of
from core.people import Actor, Membership
from core.statements import agents, memberships, orders, people
from core.terms import Party, Role, Status
from reminders import policy, weekly
from reminders.policy import Rule
from reminders.turns import BUYERS

WORDS = {
    Rule.AFTER_SALE: Words.NOW,
    Rule.AFTER_ARRIVAL: Words.NOW,
    Rule.FIRST_CALL: Words.TODAY,
    Rule.SECOND_CALL: Words.TODAY,
    Rule.LAST_CALL: Words.LAST,
    Rule.OVERDUE: Words.OVERDUE,
    Rule.SNOOZE: Words.TODAY,
    Rule.ANSWER: Words.ANSWER,
    Rule.SELL: Words.SELL,
}
WAITS_FOR_SELLER = {Rule.ANSWER: Status.REQUESTED, Rule.SELL: Status.ACCEPTED}

_PERSON = (
    select(
        people.c.name,
        people.c.locale,
        people.c.morning,
        people.c.weekly,
        memberships.c.agent_id,
        agents.c.name.label("agent"),
        agents.c.activity,
        memberships.c.role,
        memberships.c.may_close,
    )
    .select_from(
        people.join(memberships, memberships.c.person_id == people.c.id).join(
            agents, memberships.c.agent_id == agents.c.id
        )
    )
    .where(people.c.id == bindparam("person"))
    .order_by(memberships.c.id)
)
_TALK = select(addresses.c.talk).where(addresses.c.id == bindparam("this"))
_CODE = select(orders.c.code).where(orders.c.id == bindparam("this"))
_PUT_OFF = select(func.max(snoozes.c.until)).where(
    snoozes.c.order_id == bindparam("order"),
    snoozes.c.person_id == bindparam("person"),
    snoozes.c.made_at >= bindparam("since"),
)
_COUNT = (
    select(func.count())
    .select_from(
        orders.join(
            memberships,
            (memberships.c.agent_id == orders.c.buyer_id) & (memberships.c.person_id == bindparam("person")),
        )
    )
    .where(orders.c.status == bindparam("status"))
)
_COUNT_SOLD = (
    select(func.count())
    .select_from(
        orders.join(
            memberships,
            (memberships.c.agent_id == orders.c.seller_id) & (memberships.c.person_id == bindparam("person")),
        )
    )
    .where(orders.c.status == bindparam("status"))
)


def writer(runtime: Runtime) -> Write:
    """Return what the relay calls for each reminder at the moment it leaves."""

    def write(tx: Connection, letter: Claimed, at: datetime) -> Outgoing | None:
        return _Writing(tx, runtime, letter, at).message()

    return write


class _Writing:
    """One letter that is about to leave."""

    def __init__(self, tx: Connection, runtime: Runtime, letter: Claimed, at: datetime) -> None:
        self._tx = tx
        self._hours = runtime.hours
        self._letter = letter
        self._content = letter.content or {}
        decided = self._content.get("at")
        # an operator may sweep as of a later moment: then that is when it is
        self._at = max(at, datetime.fromisoformat(decided)) if decided else at

    def message(self) -> Outgoing | None:
        """Return what it says, or None."""
        if "rule" not in self._content:  # not one of the sweep's: it has its words
            return self._letter.message
        rule = Rule(self._content["rule"])
        if self._at >= datetime.fromisoformat(self._content["until"]):
            return None
        if self._hours.is_quiet(self._at) and rule is not Rule.LAST_CALL:
            return None
        rows = self._tx.execute(_PERSON, {"person": self._letter.person_id}).all()
        if not rows:
            return None
        actor = _actor(self._letter, rows)
        with language(self._letter.locale or rows[0].locale):
            said = self._said(rule, actor, rows[0])
            return self._as_it_fits(said) if said else None

    def _said(self, rule: Rule, actor: Actor, person: Any) -> Outgoing | None:
        if rule is Rule.WEEKLY:
            return weekly.summary(self._tx, actor, self._at) if person.weekly else None
        if rule is Rule.PAPERS:
            return self._of_papers(actor) if person.weekly else None
        if self._content.get("all"):
            return self._of_several(rule, actor, morning=person.morning)
        return self._of_one(rule, actor)

    def _as_it_fits(self, message: Outgoing) -> Outgoing:
        """Bring no numbers to somebody who has a question, or a newer reply, on the screen."""
        talk = Talk.from_stored(self._tx.execute(_TALK, {"this": self._letter.address_id}).scalar_one())
        if is_talking(talk.conversation, talk.asked_at, self._at) or talk.screen > self._letter.id:
            return without_numbers(message)
        return message

    # --- one order ----------------------------------------------------------------------------------------------------

    def _of_one(self, rule: Rule, actor: Actor) -> Outgoing | None:
        code = self._tx.execute(_CODE, {"this": self._letter.order_id}).scalar()
        order = OrderBook(self._tx, actor, self._at).find(code) if code else None
        if order is None or not self._still_holds(rule, order):
            return None
        since = order.to_close_since
        late = policy.days_late(since, self._at) if since else 0
        words = Words.OVERDUE if late > 0 and rule is Rule.SNOOZE else WORDS[rule]
        company = actor.for_agent(self._letter.agent_id or 0)
        return reminding.of_order(
            order,
            actor,
            company.agent if company else actor.name,
            words,
            late,
            may_wait=self._at.astimezone(LIMA).time() < self._hours.last_call,
            on=day_in_lima(self._at),
        )

    def _still_holds(self, rule: Rule, order: Order) -> bool:
        if rule in WAITS_FOR_SELLER:
            return order.status is WAITS_FOR_SELLER[rule]
        if order.status is not Status.TO_CLOSE or order.to_close_since is None:
            return False
        step = policy.current(order.to_close_since, order.arrived_at is not None, self._at, self._hours)
        if rule in BUYERS and (step is None or step.rule is not rule):
            return False
        if rule is Rule.SNOOZE and step and step.at > datetime.fromisoformat(self._content["at"]):
            return False
        return rule is Rule.LAST_CALL or not self._was_put_off(order)

    def _was_put_off(self, order: Order) -> bool:
        facts = {"order": order.id, "person": self._letter.person_id, "since": order.to_close_since}
        until: datetime | None = self._tx.execute(_PUT_OFF, facts).scalar()
        return until is not None and until > self._at

    # --- papers -------------------------------------------------------------------------------------------------------

    def _of_papers(self, actor: Actor) -> Outgoing | None:
        """Tell of what ends soon of the agents that the person owns; a colleague in their place, of that agent."""
        mine = [
            one.agent_id
            for one in actor.memberships
            if one.role is Role.OWNER or (one.acts and one.agent_id == self._letter.agent_id)
        ]
        today = day_in_lima(self._at)
        papers = ending_soon_of(self._tx, mine, today)
        return reminding.of_papers(papers, actor, today) if papers else None

    # --- several ------------------------------------------------------------------------------------------------------

    def _of_several(self, rule: Rule, actor: Actor, *, morning: bool) -> Outgoing | None:
        status = WAITS_FOR_SELLER.get(rule, Status.TO_CLOSE)
        party = Party.SELLER if rule in WAITS_FOR_SELLER else Party.BUYER
        book = OrderBook(self._tx, actor, self._at)
        found = sorted(self._late(book.waiting(party, status)), key=lambda one: -one[1])
        if not found or (rule is Rule.OVERDUE and found[0][1] < 1):
            return None
        count = self._tx.execute(
            _COUNT if party is Party.BUYER else _COUNT_SOLD, {"person": actor.person_id, "status": status}
        ).scalar_one()
        return reminding.of_several(found, actor, WORDS[rule], int(count), morning=morning and rule is Rule.OVERDUE)

    def _late(self, found: Sequence[Order]) -> list[tuple[Order, int]]:
        return [
            (order, policy.days_late(order.to_close_since, self._at) if order.to_close_since else 0) for order in found
        ]


def _actor(letter: Claimed, rows: Sequence[Any]) -> Actor:
    held = tuple(Membership(row.agent_id, row.agent, row.activity, row.role, row.may_close) for row in rows)
    return Actor(letter.person_id or 0, rows[0].name, letter.channel, held)
