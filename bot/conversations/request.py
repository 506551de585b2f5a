"""Request an order: from whom, which product, how much; one summary, one yes."""

from __future__ import annotations

from datetime import date

from bot import texts
from bot.asking import pick_agent
from bot.buying import buyers, buys, summary_of
from bot.choosing import Asked, listed, pick_lines, pick_trade
from bot.dialogue import YES, Chat
from bot.i18n import N_, _
from bot.questions import coming_day, words
from bot.registry import conversation
from core.people import Membership
from core.registerbook import Named
from core.terms import Trade
from core.transitions import Command, Request

SELLER = "seller "


@conversation("solicitar", "pedir", "comprar", "pedido", "request", "buy", title=N_("Request"), place=20, shown_to=buys)
def request(chat: Chat) -> Command:
    """The buyer chooses seller and products, looks at the summary and says yes."""
    able = buyers(chat.me)
    if not able:
        chat.stop(_("Your company or your role does not request orders."), (texts.to_menu(),))
    buyer = pick_agent(chat, _("Which of your companies is buying?"), able)
    seller = _seller(chat, buyer)
    trade = pick_trade(chat, seller.trades)
    return _confirmed(chat, buyer, seller, trade, pick_lines(chat, trade))


def _seller(chat: Chat, buyer: Membership) -> Named:
    def find(token: str) -> Named | None:
        number = token.removeprefix(SELLER)
        return chat.orders.seller(buyer, int(number)) if number.isdigit() else None

    known = chat.known("seller", find)
    if known is not None:
        return known
    sellers = chat.orders.sellers(buyer)
    product = chat.stated("product")  # who does not sell what was said already is not offered
    sellers = [one for one in sellers if product in one.trades] or sellers
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


def _confirmed(chat: Chat, buyer: Membership, seller: Named, trade: Trade, asked: list[Asked]) -> Command:
    """Show the summary; purchase order, delivery day and comment can be added to it."""
    details: dict[str, str] = {}
    delivery_on: date | None = None
    comment = purchase_order = ""
    destination = texts.destination(chat.orders.address(buyer)) if trade.by_truck else ""
    lines = tuple(one.line for one in asked)
    warnings = chat.orders.warnings(Request(buyer.agent_id, seller.id, lines))
    for round_number in range(1, 9):
        summary = summary_of(buyer.agent, seller.name, listed(asked), details, destination, warnings)
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
        lines=lines,
        purchase_order=purchase_order,
        delivery_on=delivery_on,
        comment=comment,
        draft=chat.draft,
    )
