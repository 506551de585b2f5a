"""Repeat my last order: the same seller and the same lines, one yes."""

from __future__ import annotations

from datetime import date

from bot import texts
from bot.buying import buyers, buys, summary_of
from bot.dialogue import Chat, Invalid
from bot.i18n import N_, _
from bot.messages import does
from bot.questions import coming_day
from bot.registry import conversation
from core.order import Line
from core.transitions import Command, Request, RequestedLine


@conversation(
    "repetir", "repetir pedido", "lo mismo", "repeat", "again", title=N_("Repeat last order"), place=21, shown_to=buys
)
def repeat(chat: Chat) -> Command:
    """Show the last order again and ask for the yes; a day of delivery that was said with it goes along."""
    last = chat.orders.last_request([membership.agent_id for membership in buyers(chat.me)])
    if last is None:
        chat.stop(_("You have no earlier order to repeat."), (does(_("Request"), "solicitar"), texts.to_menu()))
    listed = "\n".join(texts.line_of(line.requested, line.name, line.unit) for line in last.lines)
    delivery_on = chat.known("delivery 1", lambda said: _coming(said, texts.today(chat.at)))
    details = {}
    if delivery_on is not None:
        details["delivery"] = _("Delivery: {day}").format(day=texts.on_day(delivery_on))
    again = Request(
        buyer_id=last.buyer_id,
        seller_id=last.seller_id,
        lines=tuple(_again(line) for line in last.lines),
        delivery_on=delivery_on,
        draft=chat.draft,
    )
    warnings = chat.orders.warnings(again)
    chat.confirm(
        summary_of(last.buyer, last.seller, listed, details, texts.destination_of(last), warnings), _("Yes, request")
    )
    return again


def _again(line: Line) -> RequestedLine:
    return RequestedLine(line.brand_id or 0, line.size, line.requested, line.product)


def _coming(said: str, today: date) -> date | None:
    """Return the day that a sentence named, or None if it has passed by now."""
    try:
        return coming_day(today)(said)
    except Invalid:
        return None
