"""What a late close could cost: an estimate from the printed cases, for one order or for all that wait to be closed."""

from __future__ import annotations

from bot import risks, texts
from bot.asking import acts
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.messages import does
from bot.recent import any_order
from bot.registry import conversation
from core.order import Order
from core.terms import Activity, Party, Status
from core.transitions import Command

MOST = 7


@conversation("riesgo", "multa", "risk", "fine", title=N_("Risk of a fine"), place=75, shown_to=acts, registers=False)
def risk(chat: Chat) -> Command:
    """With a code, of that order; without one, of everything that waits to be closed, the latest first."""
    if chat.has("order"):
        waiting = [_to_close(chat, any_order(chat, _("Which order? Type its code.")))]
    else:
        waiting = chat.orders.waiting(Party.BUYER, Status.TO_CLOSE)
    if not waiting:
        chat.stop(_("You have no order to close: nothing is at risk."), (texts.to_menu(),))
    shown = sorted(waiting, key=lambda order: -risks.days_late(order, chat.at))[:MOST]
    estimate = risks.of_closing(shown[0], _activity(chat, shown[0]), chat.at)
    listed = "\n".join(_line(chat, order) for order in shown)
    if len(waiting) > MOST:
        listed += "\n" + _("… and {count} more.").format(count=len(waiting) - MOST)
    chat.stop(
        _(
            "AN ESTIMATE, NOT A SANCTION\n{listed}\n\n{each_day}\n{similar}\n\n"
            "Closing late is still better than not closing. Osinergmin decides; this only helps you to decide."
        ).format(listed=listed, each_day=risks.each_day(estimate), similar=risks.similar_case(estimate)),
        (
            *(does(_("Close {code}").format(code=order.code), f"cerrar {order.code}") for order in shown),
            texts.to_menu(),
        ),
    )


def _to_close(chat: Chat, order: Order) -> Order:
    if order.status is not Status.TO_CLOSE or chat.me.for_agent(order.buyer_id) is None:
        said = _("Order {code} is {status}: there is nothing for you to close late.")
        chat.stop(said.format(code=order.code, status=texts.status_of(order)), texts.next_steps(order, chat.me))
    return order


def _activity(chat: Chat, order: Order) -> Activity:
    membership = chat.me.for_agent(order.buyer_id)
    if membership is None:
        raise LookupError(order.buyer_id)
    return membership.activity


def _line(chat: Chat, order: Order) -> str:
    late = risks.days_late(order, chat.at)
    said = risks.late_by(late)
    if late == 0:
        return f"• {order.code}: {said}"
    return f"• {order.code}: {said}, {risks.range_of(risks.of_closing(order, _activity(chat, order), chat.at))}"
