"""Questions that several conversations ask: which order, for which agent, why."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot import texts
from bot.dialogue import Chat, Invalid
from bot.i18n import _, ngettext
from bot.messages import does
from bot.questions import words
from core import codes, errors
from core.order import Order
from core.people import Actor, Membership
from core.terms import Party, Role, Status
from core.transitions import RULES, OrderCommand, check, possible

SHORTEST_ENDING = 3
"""Last digits of a code that are enough to mean it, when only one waiting order ends so."""


def pick_order(chat: Chat, prompt: str, command: type[OrderCommand], nothing: str) -> Order:
    """Return the order that the person wants this done with, among those with which they can do it now.

    A code of another order is refused with what is true of it; `nothing` is said when no order waits for it.
    """

    def take(text: str) -> Order:
        code = codes.normalise(text)
        if code is None:
            code = _by_ending(text, waiting(chat, command)) or ""
        if not code:
            raise Invalid(_no_such_ending(text) or _("Please choose an order or type its eleven digits."))
        order = chat.orders.find(code)
        if order is None:
            raise Invalid(texts.refusal(errors.UnknownOrder(code)))
        try:
            check(RULES[command], order, chat.me, lambda: chat.orders.history(order))
        except errors.Refused as refused:
            raise Invalid(texts.refusal(refused)) from None
        return order

    def options(note: str) -> Sequence[tuple[str, str]]:
        found = waiting(chat, command)
        if not found:
            chat.stop(
                note or _not_allowed(chat, command) or nothing, (does(_("Pending"), "pendientes"), texts.to_menu())
            )
        return chat.page("order", [(order.code, texts.one_line(order, party)) for order, party in found])

    chat.turn_page("order")
    if not chat.has("order"):
        taken = chat.take_only("order", [order.code for order, _party in waiting(chat, command)])
        order = chat.orders.find(taken) if taken else None
        if order is not None and command in possible(order, chat.me):
            return order
    return chat.ask("order", prompt, take, options=options)


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


def _by_ending(text: str, among: list[tuple[Order, Party]]) -> str | None:
    digits = text.strip()
    if len(digits) < SHORTEST_ENDING or not (digits.isascii() and digits.isdigit()):
        return None
    matches = [order.code for order, _party in among if order.code.endswith(digits)]
    return matches[0] if len(matches) == 1 else None


def _no_such_ending(text: str) -> str:
    """Return that no order ends in these digits; empty if the text is no ending of a code."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and SHORTEST_ENDING <= len(digits) < codes.DIGITS):
        return ""
    return _("I find no order of yours that ends in {digits}.").format(digits=digits)


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


def any_order(chat: Chat, prompt: str, code_in: Callable[[str], str] = str) -> Order:
    """Return any order that the person may see, by its typed code; `code_in` finds it where more is typed."""

    def take(text: str) -> Order:
        code = codes.normalise(code_in(text))
        if code is None:
            said = _("An authorization code has eleven digits, like 60016454717.")
            raise Invalid(_no_such_ending(text) or said)
        order = chat.orders.find(code)
        if order is None:
            raise Invalid(texts.why(errors.UnknownOrder(code)))
        return order

    return chat.ask("order", prompt, take, options=lambda _note: _recent(chat))


def _recent(chat: Chat) -> list[tuple[str, str]]:
    today = texts.today(chat.at)
    orders = chat.orders.requested_between(today, today)[:6]
    return [(order.code, texts.one_line(order, side_of(chat.me, order))) for order in orders]


def side_of(actor: Actor, order: Order) -> Party:
    """Return the side on which the person sees the order; the buyer's if they stand on both."""
    return Party.BUYER if Party.BUYER in actor.parties(order) else Party.SELLER


def reason(chat: Chat, prompt: str, common: Sequence[tuple[str, str]], key: str = "reason") -> str:
    """Return why: one of the common reasons or the person's own words, but no question."""
    wordings = dict(common)
    take = words()

    def read(text: str) -> str:
        if "?" in text:
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
