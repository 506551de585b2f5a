"""The lines of an order ("Ver Detalle" on the SCOP page): requested, accepted, sold and received."""

from __future__ import annotations

from bot import texts
from bot.dialogue import Chat
from bot.i18n import _
from bot.recent import any_order
from bot.registry import conversation
from core.order import Line, Order
from core.terms import LineStatus, Trade
from core.transitions import Command, weighed


@conversation("detalle", "ver detalle", "detail", "details", registers=False, rest_is_one=True)
def detail(chat: Chat) -> Command:
    """List the lines with every quantity, and what else the order says."""
    order = any_order(chat, _("Type the code of the order whose detail you want to see."))
    chat.stop(describe(order), (texts.look_closer(order)[0], *texts.next_steps(order, chat.me), texts.to_menu()))


def describe(order: Order) -> str:
    """Return the whole order, line by line."""
    facts = [
        _("Detail of order"),
        order.code,
        texts.parties_of(order),
        texts.destination(order.destination),
        texts.wishes_of(order),
        texts.document_of(order),
        *(_line(line) for line in order.lines),
        _("Total: {amount}").format(amount=_total(order)),
        _("State: {status}").format(status=texts.status_of(order)),
    ]
    return "\n".join(fact for fact in facts if fact)


def _line(line: Line) -> str:
    counts = [
        wording.format(count=texts.amount(quantity, line.unit))
        for wording, quantity in (
            (_("requested {count}"), line.requested),
            (_("accepted {count}"), line.accepted),
            (_("sold {count}"), line.sold),
            (_("received {count}"), line.received),
        )
        if quantity is not None
    ]
    if line.status is LineStatus.REJECTED:
        counts.append(_("rejected") + (f" ({line.reason})" if line.reason else ""))
    return f"• {line.name}: " + ", ".join(counts)


def _total(order: Order) -> str:
    kept = tuple(line for line in order.lines if line.status is not LineStatus.REJECTED)
    kilograms, gallons = weighed(kept or order.lines)
    return texts.amount(kilograms if order.trade is Trade.CYLINDERS else gallons, order.trade.unit)
