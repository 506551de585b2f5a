"""How orders, moments, quantities and refusals read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from functools import lru_cache, singledispatch
from typing import Any

from bot import people
from bot.i18n import N_, _, ngettext
from bot.messages import Choice, does
from core import errors
from core.clock import LIMA, day_in_lima
from core.order import Entry, Line, Order
from core.people import Actor
from core.terms import Document, LineStatus, Movement, Party, Role, Status, Unit
from core.transitions import Accept, Annul, Arrive, Close, Command, Reject, Sell, possible

STATUS = {
    Status.REQUESTED: N_("SOLICITADO (requested)"),
    Status.ANNULLED: N_("ANULADO (annulled)"),
    Status.ACCEPTED: N_("ACEPTADO (accepted)"),
    Status.TO_CLOSE: N_("POR CERRAR (sold)"),
    Status.CLOSED: N_("CERRADO (closed)"),
    Status.REJECTED: N_("RECHAZADO (rejected)"),
}
MOVEMENT = {
    Movement.REQUESTED: N_("SOLICITADO: requested"),
    Movement.ANNULLED: N_("ANULADO: annulled"),
    Movement.ACCEPTED: N_("ACEPTADO: accepted"),
    Movement.SOLD: N_("VENDIDO: sold"),
    Movement.CLOSED: N_("CERRADO: closed"),
    Movement.REJECTED: N_("RECHAZADO: rejected"),
    Movement.ARRIVED: N_("LLEGADA: it arrived"),
    Movement.SNOOZED: N_("POSPUESTO: reminders put off"),
}
ROLE = {Role.OWNER: N_("owner"), Role.OPERATOR: N_("operator"), Role.DRIVER: N_("driver")}
VERB = {
    Movement.REQUESTED: N_("request orders"),
    Movement.ANNULLED: N_("annul orders"),
    Movement.ACCEPTED: N_("accept orders"),
    Movement.SOLD: N_("sell orders"),
    Movement.CLOSED: N_("close orders"),
    Movement.REJECTED: N_("reject orders"),
    Movement.ARRIVED: N_("say that orders arrived"),
    Movement.SNOOZED: N_("put off reminders"),
}
DOCUMENT = {Document.WAYBILL: N_("Guía"), Document.INVOICE: N_("Factura")}
CHANNEL = {
    "telegram": "Telegram",
    "whatsapp": "WhatsApp",
    "phone": N_("demo phone"),
    "console": N_("terminal"),
}


@lru_cache(maxsize=256)
def moment(at: datetime) -> str:
    """Return a moment in Lima, to the second: 25/03/2021 20:52:25."""
    return at.astimezone(LIMA).strftime("%d/%m/%Y %H:%M:%S")


def time_of_day(at: datetime) -> str:
    """Return the time of a moment in Lima: 19:30."""
    return at.astimezone(LIMA).strftime("%H:%M")


def hour(at: datetime) -> str:
    """Return a moment in Lima, short: 25/03 19:30."""
    return at.astimezone(LIMA).strftime("%d/%m %H:%M")


def today(at: datetime) -> date:
    """Return the calendar day in Peru at that moment."""
    return day_in_lima(at)


def parsed(stamp: str) -> datetime:
    """Return a stored moment."""
    return datetime.fromisoformat(stamp)


def on_day(day: date) -> str:
    """Return a day: 25/03/2021."""
    return day.strftime("%d/%m/%Y")


def amount(quantity: Decimal, unit: Unit = Unit.PIECES) -> str:
    """Return a quantity: 9,000 for pieces, 3,100 gal for gallons."""
    number = f"{quantity.normalize():,f}"
    return number if unit is Unit.PIECES else f"{number} {'gal' if unit is Unit.GALLONS else 'kg'}"


def line_of(quantity: Decimal, name: str, unit: Unit = Unit.PIECES) -> str:
    """Return one line of an order: 20 × JOYCE GAS 10 kg, or GLP-G: 3,100 gal."""
    return f"• {counted(amount(quantity, unit), name, unit)}"


def counted(count: str, name: str, unit: Unit) -> str:
    """Return a product with how much of it."""
    return f"{count} × {name}" if unit is Unit.PIECES else f"{name}: {count}"


def short_line(now: Decimal, before: Decimal, name: str, unit: Unit) -> str:
    """Return one line of which less came than was sold, or was accepted than was asked for."""
    count = _("{received} of {sold}").format(received=amount(now, unit), sold=amount(before, unit))
    return f"• {counted(count, name, unit)}"


def lines_of(lines: Iterable[Line], *, reasons: bool = True) -> str:
    """Return the lines with the quantity that stands now; what was dropped or rejected says so, and why."""
    return "\n".join(_line(line, reasons) for line in lines)


def lines_moved(order: Order, entry: Entry) -> str:
    """Return the lines after a movement; a reason for the whole order is not said again in each."""
    return lines_of(order.lines, reasons=not entry.declared.get("reason"))


def _line(line: Line, reasons: bool) -> str:
    if line.status is LineStatus.REJECTED:
        return f"• {line.name}: " + _("rejected") + (f" ({line.reason})" if reasons and line.reason else "")
    before = line.sold if line.received is not None else line.requested
    if before is not None and line.current < before:
        return short_line(line.current, before, line.name, line.unit)
    return line_of(line.current, line.name, line.unit)


def status_of(order: Order) -> str:
    """Return the status of an order as people read it."""
    return _(STATUS[order.status])


def one_line(order: Order, me: Party) -> str:
    """Return an order for a list of choices: its code and who is on the other side."""
    return f"{order.code} {other_side(order, me)}"


def other_side(order: Order, me: Party) -> str:
    """Return who is on the other side of the order."""
    return order.seller if me is Party.BUYER else order.buyer


def parties_of(order: Order) -> str:
    """Return who buys from whom."""
    return _("Buyer: {buyer}\nSeller: {seller}").format(buyer=order.buyer, seller=order.seller)


def wishes_of(order: Order) -> str:
    """Return what the buyer added to the order: delivery day, purchase order and comment, one a line."""
    wishes = (
        _("Delivery: {day}").format(day=on_day(order.delivery_on)) if order.delivery_on else "",
        _("Purchase order: {number}").format(number=order.purchase_order) if order.purchase_order else "",
        _("Comment: {comment}").format(comment=order.comment) if order.comment else "",
    )
    return "\n".join(wish for wish in wishes if wish)


def destination(place: str) -> str:
    """Return where what goes by tank truck must be received."""
    return _("Destination: {place}").format(place=place) if place else ""


def destination_of(order: Order) -> str:
    """Return the destination of an order that goes by tank truck; of others only the detail tells it."""
    return destination(order.destination) if order.trade.by_truck else ""


def described(order: Order) -> str:
    """Return an order as it is now."""
    facts = [
        order.code,
        _("State: {status}").format(status=status_of(order)),
        parties_of(order),
        lines_of(order.lines),
        destination_of(order),
        wishes_of(order),
        document_of(order),
        _("Last movement: {moment} (Lima)").format(moment=moment(order.moved_at)),
    ]
    return "\n".join(fact for fact in facts if fact)


def span(first: date, last: date) -> str:
    """Return some days as they stand after what is of them: of 18/11/2026, or from one to another."""
    if first == last:
        return _("of {day}").format(day=on_day(first))
    return _("from {first} to {last}").format(first=on_day(first), last=on_day(last))


def document_of(order: Order) -> str:
    """Return the sale's documents and plate, one a line: Guía T001-00012345."""
    if not order.document:
        return ""
    return papers_of(order.document, order.document_kind, order.invoice, order.plate)


def papers_of(number: str, kind: Document | None, invoice: str, plate: str) -> str:
    """Return what goes with a sale, one a line."""
    named = _(DOCUMENT[kind]) if kind else _("Document")
    papers = (
        f"{named} {number}",
        f"{_(DOCUMENT[Document.INVOICE])} {invoice}" if invoice else "",
        _("Plate {plate}").format(plate=plate) if plate else "",
    )
    return "\n".join(paper for paper in papers if paper)


DONE = {
    Movement.REQUESTED: N_("✅ It WAS registered: order requested."),
    Movement.ANNULLED: N_("✅ It WAS registered: order annulled. Its code can no longer be used."),
    Movement.ACCEPTED: N_("✅ It WAS registered: order accepted. It is not sold yet."),
    Movement.SOLD: N_("✅ It WAS registered: order sold. The buyer has to close it when it arrives."),
    Movement.CLOSED: N_("✅ It WAS registered: order closed."),
    Movement.REJECTED: N_("✅ It WAS registered: order rejected."),
    Movement.ARRIVED: N_("✅ It WAS registered: the product arrived."),
    Movement.SNOOZED: N_("✅ It WAS registered: you will be reminded later today."),
}


def receipt(order: Order, entry: Entry, warnings: Iterable[errors.Refused] = ()) -> str:
    """Return the proof of a movement: what was registered, the code alone on its line, the state, when and who."""
    facts = [
        _(DONE[entry.movement]),
        "",
        order.code,
        "",
        parties_of(order),
        lines_moved(order, entry),
        destination_of(order),
        wishes_of(order),
        document_of(order),
        reason_of(entry),
        _reminded(entry),
        unsold_warning(order) if entry.movement is Movement.ARRIVED else "",
        _("State: {status}").format(status=status_of(order)),
        _("Time: {moment} (Lima)").format(moment=moment(entry.at)),
        _("By: {person}, {agent}").format(person=entry.person_name, agent=entry.agent),
        warned(warnings),
    ]
    return "\n".join(fact for place, fact in enumerate(facts) if fact or place in (1, 3))


def reason_of(entry: Entry) -> str:
    """Return why it was done, if it was said."""
    reason = entry.declared.get("reason") or entry.declared.get("remark")
    facts = (_("Reason: {reason}").format(reason=reason) if reason else "", exception_of(entry.declared))
    return "\n".join(fact for fact in facts if fact)


def exception_of(declared: Mapping[str, Any]) -> str:
    """Return by which norm of exception it was unloaded elsewhere and where, if that was declared."""
    norm = declared.get("excepcion_norma")
    if not norm:
        return ""
    return _("Exception {norm}: unloaded at {place}").format(norm=norm, place=declared.get("unloaded_at", ""))


def put_off(entry: Entry) -> str:
    """Return until when reminders were put off, if they were."""
    until = entry.declared.get("until")
    return _("Until {time} (Lima)").format(time=time_of_day(parsed(until))) if until else ""


def _reminded(entry: Entry) -> str:
    until = entry.declared.get("until")
    return _("I shall remind you at {time}.").format(time=time_of_day(parsed(until))) if until else ""


def unsold_warning(order: Order) -> str:
    """Return the warning of an order whose product is there although nobody sold it yet (RCD 271-2012, 4.7.1)."""
    if order.status is Status.TO_CLOSE:
        return ""
    return _("🔴 DO NOT UNLOAD: the order is not sold. The seller has to sell it first.")


def movement_line(entry: Entry, order: Order) -> str:
    """Return a movement for the history: when to the second, what, who, by which channel, and what was declared."""
    channel = _(CHANNEL.get(entry.channel, entry.channel))
    lines = [
        f"{moment(entry.at)} - {_(MOVEMENT[entry.movement])}",
        f"   {entry.person_name}, {entry.agent} ({channel})",
        *(
            f"   {fact}"
            for fact in (
                _declared_lines(entry, order),
                _declared_document(entry),
                reason_of(entry),
                put_off(entry),
            )
            if fact
        ),
    ]
    return "\n".join(lines)


def _declared_lines(entry: Entry, order: Order) -> str:
    names = {str(line.position): line for line in order.lines}
    quantities = [
        counted(amount(Decimal(quantity), names[position].unit), names[position].name, names[position].unit)
        for position, quantity in entry.declared.get("lines", {}).items()
        if position in names and Decimal(quantity)
    ]
    rejected = [
        f"{names[position].name}: " + _("rejected") + f" ({reason})"
        for position, reason in entry.declared.get("rejected", {}).items()
        if position in names
    ]
    return ", ".join(quantities + rejected)


def _declared_document(entry: Entry) -> str:
    return ", ".join(papers_declared(entry.declared))


def papers_declared(declared: Mapping[str, Any]) -> list[str]:
    """Return what was declared to go with a sale: documents and plate, one each."""
    if not declared.get("document"):
        return []
    kind = Document(declared["document_kind"]) if declared.get("document_kind") else None
    return papers_of(declared["document"], kind, declared.get("invoice", ""), declared.get("plate", "")).splitlines()


# --- what can be done next --------------------------------------------------------------------------------------------


STEPS: tuple[tuple[type[Command], str, str], ...] = (
    (Accept, N_("Attend"), "atender"),
    (Sell, N_("Sell"), "vender"),
    (Close, N_("Close"), "cerrar"),
    (Annul, N_("Annul"), "anular"),
    (Reject, N_("Reject"), "rechazar"),
)
"""What is offered, in this order: the command, its label and the word that opens its conversation."""


def next_steps(order: Order, actor: Actor) -> tuple[Choice, ...]:
    """Return what the person can do with the order now, as choices."""
    doable = possible(order, actor)
    steps = tuple(does(_(label), f"{word} {order.code}") for command, label, word in STEPS if command in doable)
    if Arrive in doable and not steps and order.arrived_at is None:  # a driver who does not close
        return (does(_("It arrived"), f"llego {order.code}"),)
    return steps


def closing_steps(order: Order) -> tuple[Choice, ...]:
    """Return how an order that arrived, or did not, is finished: each choice leads straight to its summary."""
    return (
        does(_("I received all"), f"cerrar {order.code} todo"),
        does(_("With differences"), f"cerrar {order.code} diferencias"),
        does(_("It did not come"), f"cerrar {order.code} nada"),
    )


def look_closer(order: Order) -> tuple[Choice, ...]:
    """Return the two ways of looking at an order, as the SCOP page has them."""
    return (
        does(_("See movements"), f"movimientos {order.code}"),
        does(_("See detail"), f"detalle {order.code}"),
    )


def to_receipt(order: Order) -> Choice:
    """Return the way to the order's signed receipt."""
    return does(_("Receipt"), f"constancia {order.code}")


def to_menu() -> Choice:
    """Return the way back to the menu."""
    return does(_("Menu"), "menu")


# --- refusals ---------------------------------------------------------------------------------------------------------


def refusal(refused: errors.Refused) -> str:
    """Return why nothing was registered, and what to do."""
    if isinstance(refused, errors.AlreadyDone):
        return why(refused)
    return _("❌ It was NOT registered.") + " " + why(refused)


@singledispatch
def why(refused: errors.Refused) -> str:
    """Return the reason in the person's language. Each kind of refusal has its words here."""
    raise NotImplementedError(type(refused).__name__)


@why.register
def _unknown_order(refused: errors.UnknownOrder) -> str:
    return _("I find no order {code} of yours. Please check the eleven digits.").format(code=refused.code)


@why.register
def _already_done(refused: errors.AlreadyDone) -> str:
    said = _(
        "✅ It WAS registered before, and not twice: order {code}, {movement}, on {moment} by {person}. "
        "The order is now {status}."
    ).format(
        code=refused.code,
        movement=refused.movement.value,
        moment=moment(refused.at),
        person=refused.by,
        status=_(STATUS[refused.now]),
    )
    papers = ", ".join(papers_declared(refused.declared))
    if not papers:
        return said
    return said + " " + _("It was sold with: {papers}. Any other document was NOT registered.").format(papers=papers)


@why.register
def _wrong_status(refused: errors.WrongStatus) -> str:
    if not refused.now.is_open:
        said = _("Order {code} is {status} already. It can no longer be changed.")
        return said.format(code=refused.code, status=_(STATUS[refused.now]))
    now = _("Order {code} is now {status}.").format(code=refused.code, status=_(STATUS[refused.now]))
    return f"{now} {_advice(refused)}"


def _advice(refused: errors.WrongStatus) -> str:
    if refused.wanted is Movement.ANNULLED and refused.now is Status.TO_CLOSE:
        return _("It can be annulled only while it is SOLICITADO. If you do not take it, reject it.")
    if refused.wanted is Movement.ANNULLED:
        return _("It can be annulled only while it is SOLICITADO. Ask the seller to reject it.")
    if refused.wanted is Movement.REJECTED and refused.party is Party.BUYER:
        if refused.now is Status.REQUESTED:
            return _("The buyer can reject it only after it is sold. To drop it now, annul it.")
        return _("The buyer can reject it only after it is sold. Ask the seller to reject it.")
    if refused.wanted is Movement.CLOSED:
        return _("It can be closed when the seller has sold it. Ask the seller to sell it before unloading.")
    if refused.wanted is Movement.SOLD:
        return _("It must be accepted first.")
    return _("That can no longer be done from here.")


@why.register
def _not_your_move(refused: errors.NotYourMove) -> str:
    if refused.belongs_to is Party.BUYER:
        return _("Only the buyer can do that with order {code}.").format(code=refused.code)
    return _("Only the seller can do that with order {code}.").format(code=refused.code)


@why.register
def _role_not_allowed(refused: errors.RoleNotAllowed) -> str:
    return _("As {role} you cannot {verb}. Ask the owner of your company.").format(
        role=_(ROLE[refused.role]), verb=_(VERB[refused.wanted])
    )


@why.register
def _bad_quantity(refused: errors.BadQuantity) -> str:
    said = (
        _("{quantity} of {line} is not possible: whole cylinders, at most {most}.")
        if refused.unit is Unit.PIECES
        else _("{quantity} of {line} is not possible: more than zero, three decimals, at most {most}.")
    )
    return said.format(quantity=refused.quantity, line=refused.line, most=amount(refused.at_most, refused.unit))


@why.register
def _missing_line(refused: errors.MissingLine) -> str:
    return _("The line {line} has no answer, or is not in the order. Please start again.").format(line=refused.line)


@why.register
def _nothing_left(_refused: errors.NothingLeft) -> str:
    return _("With nothing accepted, the order must be rejected.")


@why.register
def _empty_order(_refused: errors.EmptyOrder) -> str:
    return _("An order needs at least one line.")


@why.register
def _unknown_product(refused: errors.UnknownProduct) -> str:
    return _("{product} is not in the catalogue. Please start again.").format(product=refused.product)


@why.register
def _unknown_agent(_refused: errors.UnknownAgent) -> str:
    return _("That is not available to you. Please start again from the menu.")


@why.register
def _missing_norm(_refused: errors.MissingNorm) -> str:
    return _("To receive it elsewhere I need the norm of exception that allows it and where it was unloaded.")


@why.register
def _missing_reason(_refused: errors.MissingReason) -> str:
    return _("A rejection needs its reason.")


@why.register
def _bad_document(refused: errors.BadDocument) -> str:
    return _("“{number}” is not the number of a guía or a factura.").format(number=refused.number[:40])


@why.register
def _mixed_products(_refused: errors.MixedProducts) -> str:
    return _("Cylinders, bulk LPG and liquid fuels go in orders of their own. Please make one for each.")


@why.register
def _missing_document(refused: errors.MissingDocument) -> str:
    needed = _(DOCUMENT[refused.needed])
    return _(
        "What goes by tank truck needs guía and factura (DS 01-94-EM art. 26), and the {needed} is missing. "
        "Please type both numbers."
    ).format(needed=needed)


@why.register
def _bad_plate(refused: errors.BadPlate) -> str:
    return _("“{plate}” is not a plate. Type it like F1X-710.").format(plate=refused.plate[:20])


@why.register
def _not_registered(refused: errors.NotRegistered) -> str:
    said = _(
        "{name} has no valid entry in the Registro de Hidrocarburos on {day} ({register}), so it cannot buy or sell. "
        "Ask Osinergmin about the entry."
    ).format(name=refused.name, day=on_day(refused.on), register=refused.register_number)
    if not refused.holder:
        return said
    return said + " " + _("The unit is now {holder}'s: make the order with them.").format(holder=refused.holder)


@why.register
def _not_in_matrix(refused: errors.NotInMatrix) -> str:
    return _("The norms do not let {buyer} buy from {seller}. Please choose another seller.").format(
        buyer=refused.buyer, seller=refused.seller
    )


@why.register
def _not_served_in_bulk(refused: errors.NotServedInBulk) -> str:
    return _(
        "A distribuidor a granel may sell only to gasocentros, stations that sell LPG, direct consumers and networks "
        "(DS 01-94-EM art. 2), not to {buyer}. Please choose another seller."
    ).format(buyer=refused.buyer)


@why.register
def _not_insured(refused: errors.NotInsured) -> str:
    return _(
        "{name} has no third-party insurance in force on {day}: it must not be supplied (DS 01-94-EM arts. 31 to 33). "
        "It has to renew the policy and tell your administrator."
    ).format(name=refused.name, day=on_day(refused.on))


@why.register
def _underinsured(refused: errors.Underinsured) -> str:
    return _(
        "The insurance of {name} covers {cover} UIT and must cover at least {least} UIT (DS 01-94-EM art. 32). "
        "It has to extend the policy and tell your administrator."
    ).format(name=refused.name, cover=_uits(refused.cover), least=_uits(refused.least))


def _uits(uits: Decimal) -> str:
    """Return an amount of UIT, never rounded up: it may be what is missing."""
    return f"{uits.quantize(Decimal('0.01'), ROUND_DOWN).normalize():,f}"


@why.register
def _policy_unknown(refused: errors.PolicyUnknown) -> str:
    return _(
        "I know of no insurance policy of {name}. Make sure that it is in force before the sale (DS 01-94-EM art. 31)."
    ).format(name=refused.name)


@why.register
def _not_certified(refused: errors.NotCertified) -> str:
    return _(
        "{name} has no certificado de conformidad in force on {day} for {brands} (DS 01-94-EM art. 50). "
        "Leave that brand out, or ask its envasadora for the certificate."
    ).format(name=refused.name, brands=refused.brands, day=on_day(refused.on))


@why.register
def _certificates_unknown(refused: errors.CertificatesUnknown) -> str:
    return _(
        "I know of no certificado de conformidad of {name}. Make sure of it before the sale (DS 01-94-EM art. 50)."
    ).format(name=refused.name)


@why.register
def _tanks_lent(refused: errors.TanksLent) -> str:
    return _(
        "The tanks of {name} were lent by {lender}, and only {lender} may fill them (DS 01-94-EM art. 43A). "
        "Buy from {lender}, or tell your administrator when the loan ends."
    ).format(name=refused.name, lender=refused.lender)


@why.register
def _over_monthly_volume(refused: errors.OverMonthlyVolume) -> str:
    return _(
        "{name} may buy 30,000 gal from you this month (DS 01-94-EM art. 2): {sold} are sold, {left} are left "
        "and this order has {wanted}. Sell less, or wait for next month."
    ).format(name=refused.name, **{key: _gallons(getattr(refused, key)) for key in ("sold", "left", "wanted")})


def _gallons(gallons: Decimal) -> str:
    return amount(gallons, Unit.GALLONS)


@why.register
def _no_destination(refused: errors.NoDestination) -> str:
    return _(
        "The register entry of {name} names no installation that could receive it (RCD 025-2021-OS/CD art. 19.2). "
        "Tell your administrator its address."
    ).format(name=refused.name)


@why.register
def _destination_changed(refused: errors.DestinationChanged) -> str:
    return _(
        "The order goes to {destination}, and the registered installation is now {registered}. It may be received "
        "nowhere else (RCD 025-2021-OS/CD art. 19.2): reject it and ask for a new order."
    ).format(destination=refused.destination, registered=refused.registered)


@why.register
def _legacy_product(refused: errors.LegacyProduct) -> str:
    return _(
        "{product}: since 01/07/2022 only Regular and Premium are ordinary (DS 014-2021-EM). "
        "Make sure that your zone may still buy it."
    ).format(product=refused.product)


@why.register
def _unknown_vehicle(refused: errors.UnknownVehicle) -> str:
    return _(
        "I find no register entry of the truck {plate} for this product (DS 01-94-EM arts. 7 and 26). "
        "Check the plate, or tell your administrator its entry."
    ).format(plate=refused.plate)


@why.register
def _vehicle_not_registered(refused: errors.VehicleNotRegistered) -> str:
    return _(
        "The register entry of the truck {plate} ({register}) is not valid on {day} (DS 01-94-EM arts. 7 and 26). "
        "Load another truck."
    ).format(plate=refused.plate, register=refused.register_number, day=on_day(refused.on))


@why.register
def _vehicle_of_another(refused: errors.VehicleOfAnother) -> str:
    return _(
        "The truck {plate} is {holder}'s, who neither buys, sells nor is a carrier (DS 01-94-EM arts. 7 and 26). "
        "Load another truck."
    ).format(plate=refused.plate, holder=refused.holder)


@why.register
def _vehicle_not_insured(refused: errors.VehicleNotInsured) -> str:
    return _(
        "The truck {plate} has no third-party insurance in force on {day} (DS 01-94-EM art. 31). "
        "Load another truck, or renew its policy."
    ).format(plate=refused.plate, day=on_day(refused.on))


@why.register
def _vehicle_underinsured(refused: errors.VehicleUnderinsured) -> str:
    return _(
        "The insurance of the truck {plate} covers {cover} UIT and must cover at least {least} UIT "
        "(DS 01-94-EM art. 32). Load another truck, or extend its policy."
    ).format(plate=refused.plate, cover=_uits(refused.cover), least=_uits(refused.least))


@why.register
def _over_truck_capacity(refused: errors.OverTruckCapacity) -> str:
    return _(
        "The truck {plate} holds {capacity} and the order has {wanted} (register entry, DS 01-94-EM arts. 7 and 22). "
        "Load a larger truck, or reject it and tell the buyer to request two."
    ).format(
        plate=refused.plate,
        capacity=amount(refused.capacity, refused.unit),
        wanted=amount(refused.wanted, refused.unit),
    )


def holding_line(holding: errors.Holding, unit: Unit) -> str:
    """Return an unclosed order with what it holds of the capacity."""
    return f"• {holding.code} {_(STATUS[holding.status])}: {amount(holding.held, unit)}"


def warned(warnings: Iterable[errors.Refused]) -> str:
    """Return what does not stop it now and should be known, one a line."""
    return "\n".join(f"⚠️ {why(one)}" for one in warnings)


def before_sale(found: Iterable[errors.Refused]) -> str:
    """Return what will stop the sale, and what will not and should be known, one a line."""
    return "\n".join(f"{'❌' if one.stops else '⚠️'} {why(one)}" for one in found)


@why.register
def _over_capacity(refused: errors.OverCapacity) -> str:
    held = "\n".join(holding_line(one, refused.unit) for one in refused.holding[:10])
    reason = _("It does not fit: you ask for {wanted} and {free} of your {capacity} are free.").format(
        wanted=amount(refused.wanted, refused.unit),
        free=amount(refused.free, refused.unit),
        capacity=amount(refused.capacity, refused.unit),
    )
    if not held:
        return reason
    more = len(refused.holding) - 10
    if more > 0:
        held += "\n" + ngettext("• and {count} more", "• and {count} more", more).format(count=more)
    return reason + "\n" + _("These unclosed orders hold the rest:") + "\n" + held


@why.register
def _not_later_today(refused: errors.NotLaterToday) -> str:
    return _("Order {code}: choose a later time of today. The day of the close ends at midnight.").format(
        code=refused.code
    )


@why.register
def _invitation_gone(_refused: people.InvitationGone) -> str:
    return _("That invitation was used already or has expired. Ask the owner for a new one.")


@why.register
def _invitation_used(_refused: people.InvitationUsed) -> str:
    return _("That invitation was used already. Look at your team.")


@why.register
def _last_owner(_refused: people.LastOwner) -> str:
    return _("A company keeps at least one owner.")


def next_after(refused: errors.Refused) -> tuple[Choice, ...]:
    """Return what a refusal offers to do; the first of it does no harm."""
    if isinstance(refused, errors.OverCapacity) and refused.wanted > refused.capacity:
        return ()  # whatever is closed or annulled, it will not fit
    if isinstance(refused, errors.OverCapacity):
        freed_by = {Status.TO_CLOSE: (_("Close {code}"), "cerrar"), Status.REQUESTED: (_("Annul {code}"), "anular")}
        return tuple(
            does(freed_by[one.status][0].format(code=one.code), f"{freed_by[one.status][1]} {one.code}")
            for one in refused.holding
            if one.status in freed_by
        )[:8]
    if isinstance(refused, errors.WrongStatus):
        return (does(_("See the order"), f"estado {refused.code}"), *_advised(refused))
    if isinstance(refused, errors.AlreadyDone | errors.NotYourMove):
        return (does(_("See the order"), f"estado {refused.code}"),)
    return ()


def _advised(refused: errors.WrongStatus) -> tuple[Choice, ...]:
    """Return the step that `_advice` names, if the person can take it themselves."""
    step = {
        (Movement.ANNULLED, Status.TO_CLOSE): (_("Reject {code}"), "rechazar"),
        (Movement.REJECTED, Status.REQUESTED): (_("Annul {code}"), "anular"),
        (Movement.SOLD, Status.REQUESTED): (_("Attend {code}"), "atender"),
    }.get((refused.wanted, refused.now))
    return (does(step[0].format(code=refused.code), f"{step[1]} {refused.code}"),) if step else ()
