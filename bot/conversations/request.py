"""Request an order: from whom, which cylinders, how many; one summary, one yes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bot import texts
from bot.asking import pick_agent
from bot.buying import buyers, buys, summary_of
from bot.dialogue import YES, Chat, means_yes
from bot.i18n import N_, _
from bot.questions import coming_day, quantity, words
from bot.registry import conversation
from core.catalogue import SIZES
from core.orderbook import Named
from core.people import Membership
from core.transitions import Command, Request, RequestedLine

SELLER = "seller "
MOST_LINES = 20
MOST_CYLINDERS = Decimal(99_999)
SIZES_SHOWN = ("10 kg", "45 kg", "3 kg", "15 kg", "5 kg", "24 lb", "100 lb")
"""The third is 3 kg and the fifth 5 kg: whoever types a number gets the size they mean."""


@conversation("solicitar", "pedir", "comprar", "pedido", "request", "buy", title=N_("Request"), place=20, shown_to=buys)
def request(chat: Chat) -> Command:
    """The buyer chooses seller and cylinders, looks at the summary and says yes."""
    able = buyers(chat.me)
    if not able:
        chat.stop(_("Your company or your role does not request cylinders."), (texts.to_menu(),))
    buyer = pick_agent(chat, _("Which of your companies is buying?"), able)
    seller = _seller(chat, buyer)
    brands = chat.orders.brands()
    if not brands:
        chat.stop(_("There are no brands in the catalogue yet. Please tell your administrator."), (texts.to_menu(),))
    asked: list[tuple[Named, str, Decimal]] = []
    while True:
        asked.append(_line(chat, len(asked) + 1, brands))
        if len(asked) == MOST_LINES or not _wants_more(chat, asked):
            break
    return _confirmed(chat, buyer, seller, asked)


def _seller(chat: Chat, buyer: Membership) -> Named:
    def find(token: str) -> Named | None:
        number = token.removeprefix(SELLER)
        return chat.orders.seller(buyer, int(number)) if number.isdigit() else None

    known = chat.known("seller", find)
    if known is not None:
        return known
    sellers = chat.orders.sellers(buyer)
    if not sellers:
        chat.stop(_("No registered seller can sell to your company today."), (texts.to_menu(),))
    return chat.choose(
        "seller",
        _("Whom do you buy from?"),
        sellers,
        token=lambda one: f"{SELLER}{one.id}",
        label=lambda one: one.name,
        only_one_is_taken=True,
    )


def _line(chat: Chat, number: int, brands: list[Named]) -> tuple[Named, str, Decimal]:
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
    return brand, size, count


def _size(text: str) -> str | None:
    """Return the size of a typed "10", "10kg" or "24 libras"."""
    typed = text.casefold().replace(" ", "").replace("kilos", "kg").replace("libras", "lb")
    names = {size.name.replace(" ", ""): size.name for size in SIZES.values()}
    return names.get(typed) or names.get(f"{typed}kg") or names.get(f"{typed}lb")


def _wants_more(chat: Chat, asked: list[tuple[Named, str, Decimal]]) -> bool:
    answer = chat.choose_word(
        f"more {len(asked)}",
        _("So far:\n{lines}\nAnything else?").format(lines=_listed(asked)),
        {"no": _("No, that is all"), "more": _("Add another")},
        typed=lambda text: "more" if means_yes(text) else None,
    )
    return answer == "more"


def _listed(asked: list[tuple[Named, str, Decimal]]) -> str:
    """Return the lines as they will be registered: a product named twice once, with the sum."""
    counts: dict[str, Decimal] = {}
    for brand, size, count in asked:
        name = f"{brand.name} {size}"
        counts[name] = counts.get(name, Decimal(0)) + count
    return "\n".join(texts.line_of(count, name) for name, count in counts.items())


def _confirmed(chat: Chat, buyer: Membership, seller: Named, asked: list[tuple[Named, str, Decimal]]) -> Command:
    """Show the summary; purchase order, delivery day and comment can be added to it."""
    details: dict[str, str] = {}
    delivery_on: date | None = None
    comment = purchase_order = ""
    for round_number in range(1, 9):
        summary = summary_of(buyer.agent, seller.name, _listed(asked), details)
        answer = chat.confirm(
            summary, _("Yes, request"), key=f"confirm {round_number}", others={"add": _("Add a detail")}
        )
        if answer == YES:
            break
        what = chat.choose_word(
            f"detail {round_number}",
            _("Which detail?"),
            {"delivery": _("Delivery day"), "purchase order": _("Purchase order no."), "comment": _("Comment")},
        )
        if what == "delivery":
            delivery_on = chat.ask(
                f"delivery {round_number}", _("For which day? Like 18/11."), coming_day(texts.today(chat.at))
            )
            details["delivery"] = _("Delivery: {day}").format(day=texts.on_day(delivery_on))
        elif what == "comment":
            comment = chat.ask(f"comment {round_number}", _("Type the comment."), words())
            details["comment"] = _("Comment: {comment}").format(comment=comment)
        else:
            purchase_order = chat.ask(
                f"purchase order {round_number}", _("Type your purchase order number."), words(40)
            )
            details["purchase order"] = _("Purchase order: {number}").format(number=purchase_order)
    return Request(
        buyer_id=buyer.agent_id,
        seller_id=seller.id,
        lines=tuple(RequestedLine(brand.id, size, count) for brand, size, count in asked),
        purchase_order=purchase_order,
        delivery_on=delivery_on,
        comment=comment,
        draft=chat.draft,
    )
