"""Questions that several conversations ask: which order, for which agent, why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import NoReturn

from bot import texts
from bot.dialogue import Chat, Invalid, LastWord
from bot.i18n import _, ngettext
from bot.labels import options_of
from bot.messages import Choice, does
from bot.questions import words
from core import codes, documents, errors
from core.order import Order
from core.people import Actor, Membership
from core.terms import Party, Role, Status
from core.transitions import RULES, OrderCommand, check, possible

SHORTEST_ENDING = 3
"""Last digits of a code that are enough to mean it, when only one waiting order ends so."""

MOST = 10
"""Orders that are listed in one warning."""


def pick_order(
    chat: Chat, prompt: str, command: type[OrderCommand], nothing: str | Callable[[Chat], LastWord]
) -> Order:
    """Return the order that the person wants this done with, among those with which they can do it now.

    A code of another order is refused with what is true of it, and with what can be done with it instead. No other is
    listed then: a conversation that is typed again goes on with none of them. `nothing` is said when no order waits.
    """
    refusals: list[errors.Refused] = []
    now = cache(lambda: waiting(chat, command))

    def take(text: str) -> Order:
        code = codes.normalise(text) or by_ending(text, now())
        if not code:
            raise Invalid(no_such_ending(text) or _("Please choose an order or type its eleven digits."))
        order = chat.orders.find(code)
        if order is None:
            raise Invalid(texts.refusal(errors.UnknownOrder(code)))
        try:
            check(RULES[command], order, chat.me, lambda: chat.orders.history(order))
        except errors.Refused as refused:
            refusals.append(refused)
            raise Invalid(texts.refusal(refused)) from None
        return order

    def options(note: str) -> Sequence[tuple[str, str]]:
        if refusals or not now():
            instead = [choice for refused in refusals for choice in texts.next_after(refused)]
            _stop_without(chat, note or _not_allowed(chat, command) or nothing, instead)
        return options_of(chat, "order", now())

    chat.turn_page("order")
    if not chat.has("order"):
        taken = chat.take_only("order", [order.code for order, _party in now()])
        order = chat.orders.find(taken) if taken else None
        if order is not None and command in possible(order, chat.me):
            return order
    return chat.ask("order", prompt, take, options=options)


def _stop_without(chat: Chat, said: str | Callable[[Chat], LastWord], choices: Sequence[Choice]) -> NoReturn:
    last = said(chat) if callable(said) else LastWord(said, (*choices, *_ways_on()))
    chat.stop(last.text, last.choices)


def _ways_on() -> tuple[Choice, ...]:
    return (does(_("Pending"), "pendientes"), texts.to_menu())


def nothing_to_close(chat: Chat) -> LastWord:
    """Return what is said when none waits to be closed: nobody may unload what is not sold (RCD 271-2012, 4.7.1)."""
    waits = (Status.REQUESTED, Status.ACCEPTED)
    unsold = [order for status in waits for order in chat.orders.waiting(Party.BUYER, status)]
    said = _("You have no order to close.")
    if not unsold:
        return LastWord(said, _ways_on())
    listed = "\n".join(f"• {texts.one_line(order, Party.BUYER)}: {texts.status_of(order)}" for order in unsold[:MOST])
    warning = _("🔴 DO NOT UNLOAD what is not sold yet. The seller has to sell it first:")
    arrived = f"llego {unsold[0].code}" if len(unsold) == 1 else "llego"
    return LastWord(f"{said}\n{warning}\n{listed}", (does(_("It arrived"), arrived), *_ways_on()))


def _not_allowed(chat: Chat, command: type[OrderCommand]) -> str:
    """Return why somebody never finds such an order: no role of theirs includes it; empty when one does."""
    rule = RULES[command]
    if any(rule.admits(membership) for membership in chat.me.memberships):
        return ""
    return texts.refusal(errors.RoleNotAllowed("", rule.movement, chat.me.memberships[0].role))


def waiting(chat: Chat, command: type[OrderCommand]) -> list[tuple[Order, Party]]:
    """Return the orders with which the person can do this now, and on which side; without lines."""
    found: list[tuple[Order, Party]] = []
    for party, sources in RULES[command].by.items():
        for status in Status:
            if status in sources:
                found += [(order, party) for order in chat.orders.waiting(party, status)]
    return [(order, party) for order, party in found if command in possible(order, chat.me)]


def by_ending(text: str, among: Sequence[tuple[Order, Party]]) -> str | None:
    """Return the code that ends in these digits, if only one does."""
    digits = text.strip()
    if len(digits) < SHORTEST_ENDING or not (digits.isascii() and digits.isdigit()):
        return None
    matches = [order.code for order, _party in among if order.code.endswith(digits)]
    return matches[0] if len(matches) == 1 else None


def is_ending(text: str) -> bool:
    """Say whether the text is written as the last digits of a code."""
    digits = text.strip()
    return digits.isascii() and digits.isdigit() and SHORTEST_ENDING <= len(digits) < codes.DIGITS


def no_such_ending(text: str) -> str:
    """Return that no order ends in these digits; empty if the text is no ending of a code."""
    if not is_ending(text):
        return ""
    return _("I find no order of yours that ends in {digits}.").format(digits=text.strip())


def pick_agent(chat: Chat, prompt: str, agents: Sequence[Membership]) -> Membership:
    """Return for which of their agents the person does it; not asked when there is only one."""
    if len(agents) == 1:
        return agents[0]
    return chat.choose(
        "agent",
        prompt,
        agents,
        token=lambda one: f"agent {one.agent_id}",
        label=lambda one: one.agent,
    )


def side_of(actor: Actor, order: Order) -> Party:
    """Return the side on which the person sees the order; the buyer's if they stand on both."""
    return Party.BUYER if Party.BUYER in actor.parties(order) else Party.SELLER


def reason(chat: Chat, prompt: str, common: Sequence[tuple[str, str]], key: str = "reason") -> str:
    """Return why: one of the common reasons or the person's own words, but no question."""
    wordings = dict(common)
    take = words()

    def read(text: str) -> str:
        if "?" in text or documents.normalise(text) is not None:
            raise Invalid(_("Please write it in a few words."))
        return wordings.get(text) or take(text)

    return chat.ask(key, prompt, read, options=lambda _note: common)


def counted(number: int, one: str, many: str) -> str:
    """Return the phrase for that many."""
    return ngettext(one, many, number).format(count=number)


def acts(actor: Actor) -> bool:
    """Say whether the person has a role that includes order actions for some agent."""
    return any(membership.acts for membership in actor.memberships)


def owns(actor: Actor) -> bool:
    """Say whether the person owns some agent."""
    return any(membership.role is Role.OWNER for membership in actor.memberships)
