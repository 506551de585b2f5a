"""Any order that the person may look at: by its code or its last digits, the newest one, or the only one of late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache

from bot import texts
from bot.asking import by_ending, no_such_ending, side_of
from bot.dialogue import Chat, Invalid
from bot.folding import fold
from bot.i18n import _
from bot.labels import options_of
from core import codes, errors
from core.order import Order
from core.terms import Party

RECENT = timedelta(days=30)
MOST_SHOWN = 6
LATEST = frozenset({"ultimo", "ultima", "last", "latest", "newest"})


def any_order(chat: Chat, prompt: str, code_in: Callable[[str], str] = str) -> Order:
    """Return the order that the person names; the only one of the last weeks without asking.

    `code_in` finds the code where more is typed.
    """
    recent = cache(lambda: _recent(chat))

    def take(text: str) -> Order:
        said = code_in(text)
        code = codes.normalise(said) or _meant(said, recent())
        if code is None:
            eleven = _("An authorization code has eleven digits, like 60016454717.")
            raise Invalid(no_such_ending(said) or eleven)
        order = chat.orders.find(code)
        if order is None:
            raise Invalid(texts.why(errors.UnknownOrder(code)))
        return order

    if not chat.has("order"):
        taken = chat.take_only("order", [order.code for order, _party in recent()])
        order = chat.orders.find(taken) if taken else None
        if order is not None:
            return order
    return chat.ask("order", prompt, take, options=lambda _note: options_of(chat, "order", recent()[:MOST_SHOWN]))


def names_latest(text: str) -> bool:
    """Say whether the words ask for the newest: "la última"."""
    return not LATEST.isdisjoint(fold(text).split())


def _recent(chat: Chat) -> list[tuple[Order, Party]]:
    """Return the orders of the last weeks: the open ones first, and the newest first among them."""
    today = texts.today(chat.at)
    found = sorted(chat.orders.requested_between(today - RECENT, today), key=lambda order: not order.status.is_open)
    return [(order, side_of(chat.me, order)) for order in found]


def _meant(text: str, recent: Sequence[tuple[Order, Party]]) -> str | None:
    if not names_latest(text):
        return by_ending(text, recent)
    newest = max((order for order, _party in recent), key=lambda order: (order.requested_at, order.id), default=None)
    return newest.code if newest is not None else None
