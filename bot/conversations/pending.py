"""What waits for me: to close, to attend, to sell, and what I am waiting for; the next action one tap away."""

from __future__ import annotations

from bot import texts
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.messages import Choice, does
from bot.registry import conversation
from core.order import Order
from core.terms import Party, Status
from core.transitions import Accept, Close, Command, OrderCommand, Sell, possible

PAGE = 7


@conversation(
    "pendientes", "mis pendientes", "ver pendientes", "pending", title=N_("Pending"), place=1, registers=False
)
def pending(chat: Chat) -> Command:
    """List it in the order in which it is urgent; "pendientes 2" is the second page."""
    page = chat.ask("page", "", _page) if chat.has("page") else 1
    waiting = _waiting(chat)
    if not waiting:
        chat.stop(_("Nothing is waiting for you."), (texts.to_menu(),))
    shown = waiting[(page - 1) * PAGE : page * PAGE] or waiting[:PAGE]
    choices = [choice for _text, choice in shown]
    if len(waiting) > page * PAGE:
        choices.append(does(_("See more"), f"pendientes {page + 1}"))
    choices.append(texts.to_menu())
    listed = "\n".join(text for text, _choice in shown)
    chat.stop(_("Waiting ({count}):\n{listed}").format(count=len(waiting), listed=listed), choices)


def _waiting(chat: Chat) -> list[tuple[str, Choice]]:
    groups: tuple[tuple[Party, Status, type[OrderCommand], str, str, str], ...] = (
        (Party.BUYER, Status.TO_CLOSE, Close, _("TO CLOSE"), _("Close"), "cerrar"),
        (Party.SELLER, Status.REQUESTED, Accept, _("TO ATTEND"), _("Attend"), "atender"),
        (Party.SELLER, Status.ACCEPTED, Sell, _("TO SELL"), _("Sell"), "vender"),
    )
    waited_for = (
        (Status.REQUESTED, _("waiting for the seller")),
        (Status.ACCEPTED, _("accepted, not sold yet")),
    )
    return [
        _described(order, party, heading, label, word if command in possible(order, chat.me) else "estado")
        for party, status, command, heading, label, word in groups
        for order in chat.orders.waiting(party, status)
    ] + [
        _described(order, Party.BUYER, heading, _("See"), "estado")
        for status, heading in waited_for
        for order in chat.orders.waiting(Party.BUYER, status)
    ]


def _described(order: Order, party: Party, heading: str, label: str, word: str) -> tuple[str, Choice]:
    other = order.seller if party is Party.BUYER else order.buyer
    shown = _("See") if word == "estado" else label
    return f"• {order.code} {heading}\n   {other}", does(f"{shown} {order.code}", f"{word} {order.code}")


def _page(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 100 else 1
