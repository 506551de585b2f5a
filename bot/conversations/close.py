"""Close an order: the shortest path of all. Everything arrived: one tap, the summary, yes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot import selling, texts
from bot.asking import nothing_to_close, pick_order, reason
from bot.buying import closes
from bot.dialogue import YES, Chat
from bot.folding import fold
from bot.i18n import N_, _
from bot.questions import quantity, words
from bot.registry import conversation
from core.order import Line, Order
from core.terms import Role
from core.transitions import Close, Command, Reject

TYPED = {"todo": "all", "diferencias": "some", "nada": "nothing"}
"""What the buttons of a reminder say after the code."""


@conversation("cerrar", "cierre", "close", title=N_("Close"), place=10, shown_to=closes)
def close(chat: Chat) -> Command:
    """The buyer declares what arrived: all of it, less of it, or nothing."""
    order = pick_order(chat, _("Which order did you receive?"), Close, nothing_to_close)
    what = chat.choose_word(
        "what",
        _("Order {code} from {seller}\n{lines}\nWhat arrived?").format(
            code=order.code, seller=order.seller, lines=texts.lines_of(order.lines)
        ),
        {"all": _("I received all"), "some": _("With differences"), "nothing": _("Nothing arrived")},
        lambda text: TYPED.get(fold(text)),
    )
    if what == "nothing":
        return _nothing(chat, order)
    if what == "all":
        received = {line.position: line.sold or Decimal(0) for line in order.lines_to_receive}
        return _confirmed(chat, order, Close(order.code, received))
    return _with_differences(chat, order)


def _nothing(chat: Chat, order: Order) -> Command:
    """Reject the order: it did not come, if no other reason was said.

    A driver who may only close rejects its lines, which comes to the same.
    """
    if chat.has("reason"):
        why = selling.reason_of_buyer(chat, order)
    else:
        why = _("It did not arrive")
        selling.confirm_rejection(chat, order, why)
    if any(membership.acts for membership in chat.me.parties(order).values()):
        return Reject(order.code, why)
    return Close(order.code, {}, {line.position: why for line in order.lines_to_receive})


def _with_differences(chat: Chat, order: Order) -> Command:
    received: dict[int, Decimal] = {}
    rejected: dict[int, str] = {}
    for line in order.lines_to_receive:
        count = _received(chat, line)
        if count:
            received[line.position] = count
        else:
            rejected[line.position] = _why_rejected(chat, line)
    if not received:
        selling.confirm_rejection(chat, order, "; ".join(dict.fromkeys(rejected.values())))
        return Close(order.code, received, rejected)
    may_be_elsewhere = order.trade.by_truck and _owns_it(chat, order)
    return _confirmed(chat, order, Close(order.code, received, rejected), may_be_elsewhere=may_be_elsewhere)


def _received(chat: Chat, line: Line) -> Decimal:
    sold = line.sold or Decimal(0)
    return chat.ask(
        f"received {line.position}",
        _("{line}: {sold} sold. How many did you receive? If none, type 0.").format(
            line=line.name, sold=texts.amount(sold, line.unit)
        ),
        quantity(sold, unit=line.unit, is_part=True),
    )


def _why_rejected(chat: Chat, line: Line) -> str:
    return reason(
        chat,
        _("Why do you reject {line}? Choose or type the reason.").format(line=line.name),
        [("never came", _("It did not arrive")), ("wrong", _("Wrong product")), ("state", _("Bad condition"))],
        key=f"reason {line.position}",
    )


def _confirmed(chat: Chat, order: Order, command: Close, *, may_be_elsewhere: bool = False) -> Close:
    """Show the summary. The rare other place is offered only after differences: three buttons fit everywhere."""
    listed = []
    for line in order.lines_to_receive:
        if line.position in command.rejected:
            listed.append(f"• {line.name}: " + _("rejected") + f" ({command.rejected[line.position]})")
            continue
        came, sold = command.received[line.position], line.sold or Decimal(0)
        if came < sold:
            listed.append(texts.short_line(came, sold, line.name, line.unit))
        else:
            listed.append(texts.line_of(came, line.name, line.unit))
    summary = _("Close order {code} from {seller}? You declare under oath that you received:\n{lines}").format(
        code=order.code, seller=order.seller, lines="\n".join(listed)
    )
    elsewhere = {"elsewhere": _("Unloaded elsewhere")} if may_be_elsewhere else {}
    if chat.confirm(summary, _("Yes, close"), others=elsewhere) == YES:
        return command
    return _by_exception(chat, order, command, summary)


def _owns_it(chat: Chat, order: Order) -> bool:
    membership = chat.me.for_agent(order.buyer_id)
    return membership is not None and membership.role is Role.OWNER


def _by_exception(chat: Chat, order: Order, command: Close, summary: str) -> Close:
    """Ask the owner by which norm it was received elsewhere, and where; the order's destination stays."""
    norm = chat.ask(
        "norm",
        _(
            "{destination}\nOnly a norm of exception lets you receive it elsewhere. Type its number, "
            "like RCD 026-2020-OS/CD."
        ).format(destination=texts.destination_of(order)),
        words(120),
    )
    place = chat.ask("unloaded at", _("Where was it unloaded? Type the company and its address."), words())
    declared = replace(command, norm=norm, unloaded_at=place)
    exception = texts.exception_of({"excepcion_norma": norm, "unloaded_at": place})
    chat.confirm(f"{summary}\n{exception}", _("Yes, close"), key="confirm elsewhere")
    return declared
