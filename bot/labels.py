"""How orders read in a list of choices: each so that it can be told from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from bot import texts
from bot.dialogue import Chat
from core.order import Line, Order
from core.terms import Party, Unit


def options_of(chat: Chat, key: str, found: Sequence[tuple[Order, Party]]) -> list[tuple[str, str]]:
    """Return the page of orders that is on as options: code and who is on the other side.

    Several of the same company read alike but for a number that nobody knows by heart: those have their goods too, and
    their time where even the goods are the same.
    """
    listed = {order.code: (order, texts.other_side(order, party)) for order, party in found}
    shown = chat.page(key, [(code, f"{code} {other}") for code, (_order, other) in listed.items()])
    named = Counter(listed[code][1] for code, _label in shown if code in listed)
    alike = [listed[code][0] for code, _label in shown if code in listed and named[listed[code][1]] > 1]
    goods = {order.code: _goods(order.lines) for order in chat.orders.with_lines(alike)} if alike else {}
    same = Counter((listed[code][1], said) for code, said in goods.items())
    labels = dict(shown)
    for code, said in goods.items():
        order, other = listed[code]
        labels[code] += f" {said}" + (f" {texts.hour(order.requested_at)}" if same[other, said] > 1 else "")
    return list(labels.items())


def _goods(lines: Iterable[Line]) -> str:
    return ", ".join(_short(line) for line in lines if line.current)


def _short(line: Line) -> str:
    count = texts.amount(line.current, line.unit)
    return f"{count}×{line.size}" if line.unit is Unit.PIECES else count
