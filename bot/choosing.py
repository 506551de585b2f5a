"""What to buy: the questions that depend on the product. Cylinders by brand and size, anything else in gallons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot import texts
from bot.dialogue import Chat, means_yes
from bot.i18n import N_, _
from bot.questions import quantity
from core.catalogue import SIZES
from core.products import BULK_LPG, Product, offered
from core.registerbook import Named
from core.terms import Trade, Unit
from core.transitions import RequestedLine

MOST_LINES = 20
MOST_CYLINDERS = Decimal(99_999)
MOST_GALLONS = Decimal(999_999)
SIZES_SHOWN = ("10 kg", "45 kg", "3 kg", "15 kg", "5 kg", "24 lb", "100 lb")
"""The third is 3 kg and the fifth 5 kg: whoever types a number gets the size they mean."""
TRADE = {
    Trade.CYLINDERS: N_("LPG in cylinders"),
    Trade.BULK: N_("Bulk LPG (gallons)"),
    Trade.LIQUIDS: N_("Liquid fuels (gallons)"),
}


@dataclass(frozen=True)
class Asked:
    """A line to request, and how it reads."""

    line: RequestedLine
    name: str
    unit: Unit = Unit.PIECES


def pick_trade(chat: Chat, trades: Sequence[Trade]) -> Trade:
    """Return which kind of product it is about; asked only where there are several."""
    if len(trades) == 1:
        return trades[0]
    return Trade(chat.choose_word("product", _("Which product?"), {trade.value: _(TRADE[trade]) for trade in trades}))


def pick_lines(chat: Chat, trade: Trade) -> list[Asked]:
    """Return what the buyer asks for: of bulk LPG one line, of anything else as many as they like."""
    if trade is Trade.BULK:
        return [_gallons_of(chat, 1, BULK_LPG)]
    brands = _brands(chat) if trade is Trade.CYLINDERS else []
    asked: list[Asked] = []
    while True:
        number = len(asked) + 1
        asked.append(_cylinders(chat, number, brands) if trade is Trade.CYLINDERS else _fuel(chat, number))
        if len(asked) == MOST_LINES or not _wants_more(chat, asked):
            return asked


def listed(asked: Sequence[Asked]) -> str:
    """Return the lines as they will be registered: a product named twice once, with the sum."""
    counts: dict[tuple[str, Unit], Decimal] = {}
    for one in asked:
        counts[one.name, one.unit] = counts.get((one.name, one.unit), Decimal(0)) + one.line.quantity
    return "\n".join(texts.line_of(count, name, unit) for (name, unit), count in counts.items())


def _brands(chat: Chat) -> list[Named]:
    brands = chat.orders.brands()
    if not brands:
        chat.stop(_("There are no brands in the catalogue yet. Please tell your administrator."), (texts.to_menu(),))
    return brands


def _cylinders(chat: Chat, number: int, brands: list[Named]) -> Asked:
    brand = chat.choose(
        f"brand {number}",
        _("Which brand?"),
        brands,
        token=lambda one: f"brand {one.id}",
        label=lambda one: one.name,
        only_one_is_taken=True,
    )
    size = chat.choose(
        f"size {number}",
        _("{brand}: which size?").format(brand=brand.name),
        SIZES_SHOWN,
        token=lambda one: one,
        label=lambda one: one,
        typed=_size,
    )
    count = chat.ask(
        f"quantity {number}",
        _("{brand} {size}: how many cylinders? Type the number.").format(brand=brand.name, size=size),
        quantity(MOST_CYLINDERS, at_least=1),
    )
    return Asked(RequestedLine(brand.id, size, count), f"{brand.name} {size}")


def _size(text: str) -> str | None:
    """Return the size of a typed "10", "10kg" or "24 libras"."""
    typed = text.casefold().replace(" ", "").replace("kilos", "kg").replace("libras", "lb")
    names = {size.name.replace(" ", ""): size.name for size in SIZES.values()}
    return names.get(typed) or names.get(f"{typed}kg") or names.get(f"{typed}lb")


def _fuel(chat: Chat, number: int) -> Asked:
    today = texts.today(chat.at)
    product = chat.choose(
        f"fuel {number}",
        _("Which fuel?"),
        offered(Trade.LIQUIDS, today),
        token=lambda one: one.name,
        label=lambda one: _("{product} (legacy)").format(product=one.name) if one.is_legacy(today) else one.name,
    )
    return _gallons_of(chat, number, product)


def _gallons_of(chat: Chat, number: int, product: Product) -> Asked:
    gallons = chat.ask(
        f"gallons {number}",
        _("{product}: how many gallons? Type the number, like 3,100 or 3100.5.").format(product=product.name),
        quantity(MOST_GALLONS, unit=Unit.GALLONS, positive=True),
    )
    return Asked(RequestedLine.of_gallons(product.name, gallons), product.name, product.unit)


def _wants_more(chat: Chat, asked: list[Asked]) -> bool:
    answer = chat.choose_word(
        f"more {len(asked)}",
        _("So far:\n{lines}\nAnything else?").format(lines=listed(asked)),
        {"no": _("No, that is all"), "more": _("Add another")},
        typed=lambda text: "more" if means_yes(text) else None,
    )
    return answer == "more"
