"""Close everything that arrived: one summary of all orders, one yes."""

from __future__ import annotations

from decimal import Decimal

from bot import texts
from bot.asking import nothing_to_close, waiting
from bot.closing import CloseSeveral
from bot.dialogue import Chat
from bot.i18n import _, ngettext
from bot.registry import conversation
from core.order import Order
from core.transitions import Close, Command

AT_ONCE = 10
"""Orders in one summary: more cannot be read before saying yes under oath."""


@conversation("cerrar todo", "cerrar todas", "close all")
def close_all(chat: Chat) -> Command:
    """The buyer declares that all of each order arrived; those that did not are closed or rejected one by one."""
    found = [order for order, _party in waiting(chat, Close)]
    named = chat.known("orders", str.split)  # what a sentence meant: all that the reminder before it names
    if named is not None:
        found = [order for order in found if order.code in named]
    if not found:
        last = nothing_to_close(chat)
        chat.stop(last.text, last.choices)
    orders = [order for order in (chat.orders.find(one.code) for one in found[:AT_ONCE]) if order is not None]
    chat.confirm(_summary(orders, len(found) - len(orders)), _("Yes, close all"))
    return CloseSeveral(tuple(Close(order.code, _everything(order)) for order in orders))


def _everything(order: Order) -> dict[int, Decimal]:
    return {line.position: line.sold or Decimal(0) for line in order.lines_to_receive}


def _summary(orders: list[Order], more: int) -> str:
    question = ngettext(
        "Close {count} order? You declare under oath that you received all of it:",
        "Close these {count} orders? You declare under oath that you received all of each:",
        len(orders),
    )
    listed = ["\n".join([f"{order.code} {order.seller}", texts.lines_of(order.lines_to_receive)]) for order in orders]
    if more:
        listed.append(
            ngettext("{count} more order comes after these.", "{count} more orders come after these.", more).format(
                count=more
            )
        )
    return "\n".join([question.format(count=len(orders)), *listed])
