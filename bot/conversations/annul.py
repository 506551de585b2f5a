"""Annul an order that nobody has attended yet."""

from __future__ import annotations

from bot import texts
from bot.asking import pick_order
from bot.buying import buys
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.registry import conversation
from core.transitions import Annul, Command


@conversation("anular", "annul", "void", title=N_("Annul"), place=60, shown_to=buys)
def annul(chat: Chat) -> Command:
    """The buyer picks an order that is still SOLICITADO and says yes."""
    order = pick_order(
        chat,
        _("Which order do you want to annul?"),
        Annul,
        _("You have no order that can be annulled: only those still SOLICITADO can."),
    )
    chat.confirm(
        _("Annul this order? Its code can never be used again.\n{code}\n{parties}\n{lines}").format(
            code=order.code, parties=texts.parties_of(order), lines=texts.lines_of(order.lines)
        ),
        _("Yes, annul"),
    )
    return Annul(order.code)
