"""The receipt of an order, signed so that whoever holds it can check it; with its picture where files are taken."""

from __future__ import annotations

from bot import texts
from bot.dialogue import Chat
from bot.i18n import _
from bot.messages import Attachment, Enclosure
from bot.recent import any_order
from bot.registry import conversation
from core.transitions import Command


@conversation("constancia", "recibo", "comprobante", "receipt", registers=False, rest_is_one=True)
def receipt(chat: Chat) -> Command:
    """Give the receipt of the order's last movement."""
    order = any_order(chat, _("Type the code of the order whose receipt you want."))
    choices = (*texts.look_closer(order), *texts.next_steps(order, chat.me), texts.to_menu())
    issued = chat.receipts.issue(order, chat.orders.history(order))
    if issued is None:
        chat.stop(_("No receipts are issued here yet. The movements of the order tell the same."), choices)
    link = chat.receipts.link(issued)
    facts = (
        _("Receipt of an order"),
        texts.described(order),
        _("Verification code: {code}").format(code=issued.short_code),
        _("Whoever has this link sees the receipt, and whether it is authentic:") + "\n" + link if link else "",
        _("It does not replace Osinergmin's SCOP."),
    )
    chat.stop("\n".join(fact for fact in facts if fact), choices, Attachment(Enclosure.RECEIPT, issued.token))
