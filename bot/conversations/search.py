"""Find orders by date, when the code was forgotten: today, yesterday, a day or a range."""

from __future__ import annotations

from bot import texts
from bot.asking import side_of
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.messages import does
from bot.questions import days
from bot.registry import conversation
from core.transitions import Command

SHOWN = 9


@conversation("buscar", "busqueda", "search", "find", title=N_("Search by date"), place=51, rest_is_one=True)
def search(chat: Chat) -> Command:
    """List the orders requested on those days, the newest first."""
    first, last = chat.ask(
        "days",
        _("Orders of which day? Choose, or type a day like 18/11, or two: 18/11 al 20/11."),
        days(texts.today(chat.at)),
        options=lambda _note: [("hoy", _("Today")), ("ayer", _("Yesterday"))],
    )
    span = texts.on_day(first) if first == last else f"{texts.on_day(first)} - {texts.on_day(last)}"
    found = chat.orders.requested_between(first, last)
    again = does(_("Search again"), "buscar")
    if not found:
        chat.stop(_("No orders requested on {span}.").format(span=span), (again, texts.to_menu()))
    shown = found[: SHOWN - 1]
    lines = [
        f"• {texts.one_line(order, side_of(chat.me, order))}\n   "
        f"{texts.moment(order.requested_at)} {texts.status_of(order)}"
        for order in shown
    ]
    text = _("Orders requested on {span} ({count}):").format(span=span, count=len(found))
    if len(found) > len(shown):
        text += "\n" + _("These are the newest; a shorter span shows the others.")
    choices = [does(order.code, f"estado {order.code}") for order in shown]
    chat.stop("\n".join([text, *lines]), (*choices, again))
