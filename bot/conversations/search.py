"""Find orders by date, when the code was forgotten: today, yesterday, a day or a range."""

from __future__ import annotations

from datetime import date
from typing import NoReturn

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
    other = chat.stated("counterpart")  # a sentence may name the other side
    found = chat.orders.requested_between(first, last, other)
    if not found:
        _nothing_found(chat, first, last, other)
    chosen = chat.choose(
        "which",
        _heading(texts.span(first, last), other, _count(len(found))),
        found,
        token=lambda order: order.code,
        label=lambda order: f"{texts.one_line(order, side_of(chat.me, order))} {order.status.value}",
        typed=codes.normalise,
    )
    order = chat.orders.find(chosen.code) or chosen
    chat.stop(texts.described(order), (*texts.next_steps(order, chat.me), *texts.look_closer(order), texts.to_menu()))


def _nothing_found(chat: Chat, first: date, last: date, other: str) -> NoReturn:
    span = texts.span(first, last)
    if other:
        every = does(_("With anybody"), f"buscar {first:%d/%m/%Y} al {last:%d/%m/%Y}")
        chat.stop(_("No orders {span} with {name}.").format(span=span, name=other), (every, texts.to_menu()))
    chat.stop(_("No orders {span}.").format(span=span), (does(_("Search again"), "buscar"), texts.to_menu()))


def _heading(span: str, other: str, count: str) -> str:
    if other:
        asked = _("Orders {span} with {name}: {count}. Which one do you want to see?")
        return asked.format(span=span, name=other, count=count)
    return _("Orders {span}: {count}. Which one do you want to see?").format(span=span, count=count)


def _count(number: int) -> str:
    """Return how many there are; the list itself is cut."""
    return str(number) if number < MOST_LISTED else f"{MOST_LISTED}+"
