"""Repeat my last order: the same seller and the same lines, one yes."""

from __future__ import annotations

from bot import texts
from bot.buying import buyers, buys, summary_of
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.messages import does
from bot.registry import conversation
from core.order import Line
from core.transitions import Command, Request, RequestedLine


@conversation(
    "repetir", "repetir pedido", "lo mismo", "repeat", "again", title=N_("Repeat last order"), place=21, shown_to=buys
)
def repeat(chat: Chat) -> Command:
    """Show the last order again and ask for the yes."""
    last = chat.orders.last_request([membership.agent_id for membership in buyers(chat.me)])
    if last is None:
        chat.stop(_("You have no earlier order to repeat."), (does(_("Request"), "solicitar"), texts.to_menu()))
    listed = "\n".join(texts.line_of(line.requested, line.name, line.unit) for line in last.lines)
    again = Request(
        buyer_id=last.buyer_id,
        seller_id=last.seller_id,
        lines=tuple(_again(line) for line in last.lines),
        draft=chat.draft,
    )
    warnings = chat.orders.warnings(again)
    chat.confirm(
        summary_of(last.buyer, last.seller, listed, {}, texts.destination_of(last), warnings), _("Yes, request")
    )
    return again


def _again(line: Line) -> RequestedLine:
    return RequestedLine(line.brand_id or 0, line.size, line.requested, line.product)
