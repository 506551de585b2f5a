"""Sell an accepted order, with its guía or factura; by tank truck with both and the plate."""

from __future__ import annotations

from bot import selling, texts
from bot.asking import pick_order
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.registry import conversation
from bot.selling import sells
from core.transitions import Command, Sell


@conversation("vender", "venta", "sell", title=N_("Sell"), place=40, shown_to=sells)
def sell(chat: Chat) -> Command:
    """The seller names the document and says yes."""
    order = pick_order(
        chat,
        _("Which order do you want to sell?"),
        Sell,
        _("You have no accepted order to sell. A request must be attended first."),
    )
    sale = selling.ask_papers(chat, order)
    summary = _("Sell order {code} to {buyer}?\n{lines}\n{document}").format(
        code=order.code,
        buyer=order.buyer,
        lines=texts.lines_of(order.lines),
        document=selling.papers_line(sale),
    )
    chat.confirm(selling.with_what_was_found(chat, summary, order, None, sale), _("Yes, sell"))
    return sale
