"""It arrived: a driver or anybody else says that the product is there. It starts the clock of the close."""

from __future__ import annotations

from bot import texts
from bot.asking import pick_order
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.registry import conversation
from core import errors
from core.order import Order
from core.transitions import RULES, Arrive, Command, check


@conversation("llego", "llegue", "llegada", "arrived", "arrive", title=N_("It arrived"), place=11)
def arrive(chat: Chat) -> Command:
    """Pick the order, look at it, say yes; who may close it goes on to that."""
    order = pick_order(chat, _("Which order arrived?"), Arrive, _("You have no open order that could arrive."))
    if order.arrived_at is not None:
        _stop_if_noted(chat, order)
    facts = (texts.parties_of(order), texts.lines_of(order.lines), texts.unsold_warning(order))
    chat.confirm(
        _("Did order {code} arrive?\n{facts}").format(code=order.code, facts="\n".join(fact for fact in facts if fact)),
        _("Yes, it arrived"),
    )
    return Arrive(order.code)


def _stop_if_noted(chat: Chat, order: Order) -> None:
    """Say at once that the person's side has noted the arrival; the other side may note it too."""
    try:
        check(RULES[Arrive], order, chat.me, lambda: chat.orders.history(order))
    except errors.Refused as refused:
        chat.stop(texts.refusal(refused), (*texts.next_after(refused), texts.to_menu()))
