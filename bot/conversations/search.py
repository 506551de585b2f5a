"""Find orders by date, when the code was forgotten: today, yesterday, a day or a range."""

from __future__ import annotations

from bot import texts
from bot.asking import side_of
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.messages import does
from bot.questions import days
from bot.registry import conversation
from core import codes
from core.orderbook import MOST_LISTED
from core.transitions import Command


@conversation(
    "buscar", "busqueda", "search", "find", title=N_("Search by date"), place=51, registers=False, rest_is_one=True
)
def search(chat: Chat) -> Command:
    """List the orders requested on those days, the newest first."""
    first, last = chat.ask(
        "days",
        _("Orders of which day? Choose, or type a day like 18/11, or two: 18/11 al 20/11."),
        days(texts.today(chat.at)),
        options=lambda _note: [("hoy", _("Today")), ("ayer", _("Yesterday"))],
    )
    span = texts.span(first, last)
    found = chat.orders.requested_between(first, last)
    if not found:
        chat.stop(_("No orders {span}.").format(span=span), (does(_("Search again"), "buscar"), texts.to_menu()))
    chosen = chat.choose(
        "which",
        _("Orders {span}: {count}. Which one do you want to see?").format(span=span, count=_count(len(found))),
        found,
        token=lambda order: order.code,
        label=lambda order: f"{texts.one_line(order, side_of(chat.me, order))} {order.status.value}",
        typed=codes.normalise,
    )
    order = chat.orders.find(chosen.code) or chosen
    chat.stop(texts.described(order), (*texts.next_steps(order, chat.me), *texts.look_closer(order), texts.to_menu()))


def _count(number: int) -> str:
    """Return how many there are; the list itself is cut."""
    return str(number) if number < MOST_LISTED else f"{MOST_LISTED}+"
