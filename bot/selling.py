"""What attending, selling and rejecting ask alike: the sale's document and why an order is rejected."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from bot import questions, texts
from bot.asking import reason
from bot.dialogue import Chat, Invalid
from bot.i18n import _
from core import documents, errors, plates
from core.order import Order
from core.people import Actor
from core.terms import Activity, Document
from core.transitions import Sell
from core.volumes import truck_capacity

NEVER_SELLS = {
    Activity.RETAIL_SHOP,
    Activity.STATION,
    Activity.STATION_WITH_LPG,
    Activity.LPG_STATION,
    Activity.RURAL_STATION,
    Activity.FLOATING_STATION,
    Activity.LPG_CONSUMER,
    Activity.LPG_NETWORK,
    Activity.FUEL_CONSUMER,
    Activity.CARRIER,
    Activity.EXCHANGE_CENTRE,
}


def sells(actor: Actor) -> bool:
    """Say whether the person could sell for one of their agents."""
    return any(one.acts and one.activity not in NEVER_SELLS for one in actor.memberships)


def ask_papers(chat: Chat, order: Order, accepted: Decimal | None = None) -> Sell:
    """Ask for what goes with the sale: guía or factura; by tank truck both and the plate (DS 01-94-EM art. 26).

    `accepted` is what is sold of the order in its trade's unit, while it is not accepted yet.
    """
    if not order.trade.by_truck:
        return Sell(order.code, *_document(chat, order))
    number = chat.ask("document", _asking_for_waybill(chat, order), questions.document_of(Document.WAYBILL))
    invoice = chat.ask(
        "invoice",
        _("Guía {number}. Now the number of the factura, like F001-123.").format(number=number),
        questions.document_of(Document.INVOICE),
    )
    plate = _plate(chat, order, order.held if accepted is None else accepted)
    return Sell(order.code, number, Document.WAYBILL, invoice, plate)


def _asking_for_waybill(chat: Chat, order: Order) -> str:
    """Return the question for the guía; it names the factura, where that was said first."""
    invoice = chat.stated("invoice")
    if invoice:
        return _("Factura {number}. Now the number of the guía, like T001-00012345.").format(number=invoice)
    return _("Order {code} of {buyer}: type the number of the guía de remisión, like T001-00012345.").format(
        code=order.code, buyer=order.buyer
    )


def _plate(chat: Chat, order: Order, wanted: Decimal) -> str:
    """Ask for the plate of a truck that holds it, as far as the trucks of either side tell; the sale looks again."""
    unit = order.trade.unit

    def take(text: str) -> str:
        plate = questions.plate(text)
        capacity = None if chat.is_confirming else dict(chat.orders.trucks(order)).get(plate)
        if capacity is not None and truck_capacity(wanted, capacity, unit):
            raise Invalid(texts.why(errors.OverTruckCapacity(plate, wanted, capacity, unit)), is_one=True)
        return plate

    return chat.ask(
        "plate",
        _("The plate of the tank truck, like F1X-710."),
        take,
        options=lambda _note: [
            (plate, f"{plate} ({texts.amount(capacity, unit)})")
            for plate, capacity in chat.orders.trucks(order)
            if not truck_capacity(wanted, capacity, unit)
        ],
    )


def _document(chat: Chat, order: Order) -> tuple[str, Document]:
    """Ask for the number of the guía or factura, and which of the two it is when the number does not say."""
    number = chat.ask(
        "document",
        _(
            "Order {code} of {buyer}: type the number of the guía de remisión or the factura, like T001-00012345."
        ).format(code=order.code, buyer=order.buyer),
        questions.document,
    )
    kind = documents.kind_of(number)
    if kind is None:
        chosen = chat.choose_word(
            "kind",
            _("{number}: is it a guía or a factura?").format(number=number),
            {Document.WAYBILL.value: _("Guía de remisión"), Document.INVOICE.value: _("Factura")},
        )
        kind = Document(chosen)
    return number, kind


def with_what_was_found(
    chat: Chat, summary: str, order: Order, quantities: Mapping[int, Decimal] | None, sale: Sell
) -> str:
    """Return the summary of a sale with what would stop it and what should be known, before the yes."""
    found = chat.orders.before_sale(order, quantities, plates.normalise(sale.plate) or "")
    return "\n".join(part for part in (summary, texts.before_sale(found)) if part)


def papers_line(sale: Sell) -> str:
    """Return the documents and the plate for a summary."""
    return texts.papers_of(sale.document, sale.document_kind, sale.invoice, plates.normalise(sale.plate) or "")


def reason_of_seller(chat: Chat, order: Order) -> str:
    """Ask why the seller rejects the order, then show the summary; returns the reason once it was confirmed."""
    why = reason(
        chat,
        _("Why do you reject order {code}? Choose or type the reason.").format(code=order.code),
        [("stock", _("No stock")), ("truck", _("No truck")), ("mistake", _("Wrong order"))],
    )
    confirm_rejection(chat, order, why)
    return why


def reason_of_buyer(chat: Chat, order: Order) -> str:
    """Ask why the buyer does not take the order, then show the summary; returns the reason once it was confirmed."""
    why = reason(
        chat,
        _("Why do you reject order {code}? Choose or type the reason.").format(code=order.code),
        [("never came", _("It did not arrive")), ("wrong", _("Wrong product")), ("state", _("Bad condition"))],
    )
    confirm_rejection(chat, order, why)
    return why


def confirm_rejection(chat: Chat, order: Order, why: str) -> None:
    """Show what a rejection does, and ask once."""
    chat.confirm(
        _("Reject the whole order {code}? This is final.\n{parties}\n{lines}\nReason: {reason}").format(
            code=order.code, parties=texts.parties_of(order), lines=texts.lines_of(order.lines), reason=why
        ),
        _("Yes, reject"),
    )
