"""Attend a request: accept it, whole or in part, and sell it right away or later; or reject it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot import selling, texts
from bot.asking import pick_order
from bot.dialogue import Chat
from bot.folding import fold
from bot.i18n import N_, _
from bot.questions import quantity
from bot.registry import conversation
from bot.selling import sells
from core.order import Line, Order
from core.transitions import Accept, Command, Reject


@conversation("atender", "aceptar", "accept", "attend", title=N_("Attend requests"), place=30, shown_to=sells)
def accept(chat: Chat) -> Command | Sequence[Command]:
    """The seller says how much of each line it will serve."""
    order = pick_order(
        chat, _("Which order do you want to attend?"), Accept, _("Nobody is waiting for you to attend an order.")
    )
    what = chat.choose_word(
        "what",
        lambda: _asked(chat, order),
        {"all": _("Accept all"), "change": _("Change quantities"), "reject": _("Reject")},
        lambda text: _accepts_only(chat, text),
    )
    if what == "reject":
        return Reject(order.code, selling.reason_of_seller(chat, order))
    quantities = {line.position: line.requested for line in order.lines}
    if what == "change":
        quantities = {line.position: _accepted(chat, line) for line in order.lines}
    if not any(quantities.values()):
        return Reject(order.code, selling.reason_of_seller(chat, order))
    return _sold_now_or_later(chat, order, quantities)


def _asked(chat: Chat, order: Order) -> str:
    about = (texts.lines_of(order.lines), texts.wishes_of(order), texts.warned(chat.orders.before_sale(order)))
    return _("Order {code}\nBuyer: {buyer}\n{lines}\nWhat do you do?").format(
        code=order.code, buyer=order.buyer, lines="\n".join(fact for fact in about if fact)
    )


def _accepts_only(chat: Chat, text: str) -> str | None:
    """Take "solo aceptar" as accepting all of it, and as the answer to when it is sold."""
    if fold(text) != fold(_("Only accept")):
        return None
    chat.answer_ahead("when", "later")
    return "all"


def _accepted(chat: Chat, line: Line) -> Decimal:
    return chat.ask(
        f"quantity {line.position}",
        _("{line}: {requested} requested. How many do you accept? If none, type 0.").format(
            line=line.name, requested=texts.amount(line.requested, line.unit)
        ),
        quantity(line.requested, unit=line.unit, is_part=True),
    )


def _sold_now_or_later(chat: Chat, order: Order, quantities: dict[int, Decimal]) -> Sequence[Command]:
    listed = "\n".join(
        texts.line_of(quantities[line.position], line.name, line.unit)
        if quantities[line.position]
        else f"• {line.name}: " + _("rejected")
        for line in order.lines
    )
    when = chat.choose_word(
        "when",
        _("You accept:\n{lines}\nDo you sell it now?").format(lines=listed),
        {"now": _("Sell now"), "later": _("Only accept")},
    )
    if when == "later":
        summary = _("Accept order {code} of {buyer}?\n{lines}\nYou will sell it later.").format(
            code=order.code, buyer=order.buyer, lines=listed
        )
        warned = texts.warned(chat.orders.before_sale(order, quantities))
        chat.confirm("\n".join(part for part in (summary, warned) if part), _("Yes, accept"))
        return [Accept(order.code, quantities)]
    sale = selling.ask_papers(chat, order, sum(quantities.values(), Decimal(0)))
    summary = _("Accept and sell order {code} to {buyer}?\n{lines}\n{document}").format(
        code=order.code, buyer=order.buyer, lines=listed, document=selling.papers_line(sale)
    )
    chat.confirm(selling.with_what_was_found(chat, summary, order, quantities, sale), _("Yes, accept, sell"))
    return [Accept(order.code, quantities), sale]
