"""Reject an order: the seller until it is closed, the buyer once it is sold."""

from __future__ import annotations

from bot import selling
from bot.asking import acts, pick_order
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.registry import conversation
from core.terms import Party
from core.transitions import RULES, Command, Reject


@conversation("rechazar", "reject", title=N_("Reject"), place=61, shown_to=acts)
def reject(chat: Chat) -> Command:
    """Either side says why, sees the summary and says yes."""
    order = pick_order(
        chat, _("Which order do you want to reject?"), Reject, _("You have no order that you could reject.")
    )
    as_buyer = Party.BUYER in chat.me.parties(order) and order.status in RULES[Reject].by[Party.BUYER]
    why = selling.reason_of_buyer(chat, order) if as_buyer else selling.reason_of_seller(chat, order)
    return Reject(order.code, why)
