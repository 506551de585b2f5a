"""The state of an order by its code, and what can be done with it."""

from __future__ import annotations

from bot import texts
from bot.asking import any_order
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.registry import conversation
from core.order import Order
from core.transitions import Command


@conversation(
    "estado",
    "consultar",
    "consulta",
    "codigo",
    "status",
    "code",
    title=N_("Look up a code"),
    place=50,
    rest_is_one=True,
)
def status(chat: Chat) -> Command:
    """Tell where an order is and offer its next actions."""
    order = any_order(chat, _("Type the code of the order: eleven digits."))
    chat.stop(describe(order), (*texts.next_steps(order, chat.me), *texts.look_closer(order), texts.to_menu()))


def describe(order: Order) -> str:
    """Return an order as it is now."""
    facts = [
        order.code,
        _("State: {status}").format(status=texts.status_of(order)),
        texts.parties_of(order),
        texts.lines_of(order.lines),
        texts.document_of(order),
        _("Last movement: {moment} (Lima)").format(moment=texts.moment(order.moved_at)),
    ]
    return "\n".join(fact for fact in facts if fact)
