"""Every way in which an order moves: command, rule and effect side by side.

The rules are those of the SCOP manual for distribuidores en cilindros (2021), sections 1, 2 and 4 to 6. Nothing else
in the program changes the status of an order. Each effect is a pure function: it gets the order and the command and
returns the order as it will be, or refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

from core import documents, errors, plates
from core.catalogue import CYLINDER
from core.clock import day_in_lima
from core.order import Entry, Line, Order
from core.people import Actor, Membership
from core.terms import Document, LineStatus, Movement, Party, Role, Status, Unit

LARGEST_QUANTITY = Decimal(1_000_000)


@dataclass(frozen=True)
class Command:
    """Something that a person asks of the core."""


@dataclass(frozen=True)
class OrderCommand(Command):
    """A movement of the order with this code."""

    code: str

    @property
    def owners_only(self) -> bool:
        """Say whether only an owner may do it, whatever else the rule admits."""
        return False


@dataclass(frozen=True)
class Moved:
    """The order as a transition leaves it, and what goes into the journal's `declared`."""

    order: Order
    declared: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """Who may do it, from where, and where it leads."""

    command: type[Command]
    movement: Movement
    by: Mapping[Party, frozenset[Status]]
    to: Status | None
    """Where it leads; None: it is only noted, and the status stays."""
    apply: Callable[[Order, Any, datetime], Moved]
    registers_checked: bool
    drivers_too: bool
    any_role: bool
    repeatable: bool
    """Whether it may be noted again and again by the same side."""

    def admits(self, membership: Membership) -> bool:
        """Say whether the person's role includes this movement."""
        if self.any_role:
            return True
        if self.drivers_too and membership.role is Role.DRIVER:
            return membership.may_close
        return membership.acts


RULES: dict[type[Command], Rule] = {}
C = TypeVar("C", bound=Command)


def transition(
    command: type[C],
    movement: Movement,
    *,
    by: Mapping[Party, set[Status]],
    to: Status | None,
    registers_checked: bool = False,
    drivers_too: bool = False,
    any_role: bool = False,
    repeatable: bool = False,
) -> Callable[[Callable[[Order, C, datetime], Moved]], Callable[[Order, C, datetime], Moved]]:
    """Enter the function below into the table as the effect of the command."""

    def enter(effect: Callable[[Order, C, datetime], Moved]) -> Callable[[Order, C, datetime], Moved]:
        sources = {party: frozenset(statuses) for party, statuses in by.items()}
        RULES[command] = Rule(
            command, movement, sources, to, effect, registers_checked, drivers_too, any_role, repeatable
        )
        return effect

    return enter


# --- SOLICITAR: the buyer asks (manual, section 2) -----------------------------------------------------------------


@dataclass(frozen=True)
class RequestedLine:
    """What the buyer asks for: so many of a brand's cylinders of a size, or so many gallons of a product."""

    brand_id: int
    size: str
    quantity: Decimal
    product: str = CYLINDER

    @classmethod
    def of_gallons(cls, product: str, gallons: Decimal) -> RequestedLine:
        """Return a line of bulk LPG or of a liquid fuel, named as in `core.products`."""
        return cls(0, "", gallons, product)


@dataclass(frozen=True)
class Request(Command):
    """SOLICITAR: make an order. It has no code yet; `draft` names the conversation, which makes one order at most."""

    buyer_id: int
    seller_id: int
    lines: tuple[RequestedLine, ...]
    purchase_order: str = ""
    delivery_on: date | None = None
    comment: str = ""
    draft: str | None = None


@transition(Request, Movement.REQUESTED, by={Party.BUYER: set()}, to=Status.REQUESTED, registers_checked=True)
def request(order: Order, _command: Request, _at: datetime) -> Moved:
    """Check the lines of a new order; brands, sizes, matrix and capacity are looked up by core.requesting."""
    if not order.lines:
        raise errors.EmptyOrder
    for line in order.lines:
        _check_quantity(line, line.requested, LARGEST_QUANTITY)
        if not line.requested:
            raise errors.BadQuantity(line.name, line.requested, LARGEST_QUANTITY, line.unit)
    return Moved(order, {"lines": _quantities((line, line.requested) for line in order.lines)})


# --- ANULAR: the buyer takes it back while nobody has attended it (section 4) ----------------------------------------


@dataclass(frozen=True)
class Annul(OrderCommand):
    """ANULAR: the request was a mistake."""


@transition(Annul, Movement.ANNULLED, by={Party.BUYER: {Status.REQUESTED}}, to=Status.ANNULLED)
def annul(order: Order, _command: Annul, _at: datetime) -> Moved:
    """Nothing else changes: the code can never be used again."""
    return Moved(order)


# --- ACEPTAR: the seller says how much of each line it will serve (section 6) ----------------------------------------


@dataclass(frozen=True)
class Accept(OrderCommand):
    """ACEPTAR: the quantity of each line, by its position. What is accepted is what will be sold."""

    quantities: Mapping[int, Decimal]


@transition(Accept, Movement.ACCEPTED, by={Party.SELLER: {Status.REQUESTED}}, to=Status.ACCEPTED)
def accept(order: Order, command: Accept, at: datetime) -> Moved:
    """Between zero and what was asked for on each line, and something on at least one; zero drops the line."""
    _check_positions(order.lines, command.quantities.keys())
    for line in order.lines:
        _check_quantity(line, command.quantities[line.position], line.requested)
    if not any(command.quantities.values()):
        raise errors.NothingLeft(order.code)
    lines = tuple(_accepted(line, command.quantities[line.position]) for line in order.lines)
    declared = {"lines": _quantities((line, line.accepted) for line in lines)}
    kilograms, gallons = weighed(lines)
    after = order._replace(lines=lines, kilograms=kilograms, gallons=gallons, accepted_at=at)
    return Moved(after, declared)


def _accepted(line: Line, quantity: Decimal) -> Line:
    return line._replace(accepted=quantity, status=LineStatus.ACCEPTED if quantity else LineStatus.REJECTED)


# --- VENDER: the seller sells what it accepted, with its document (section 6) ----------------------------------------


@dataclass(frozen=True)
class Sell(OrderCommand):
    """VENDER: with the number of the guía de remisión or the factura.

    What goes by tank truck has both and the plate (DS 01-94-EM art. 26): `document` is then the guía.
    """

    document: str
    document_kind: Document | None = None
    invoice: str = ""
    plate: str = ""


@transition(
    Sell,
    Movement.SOLD,
    by={Party.SELLER: {Status.ACCEPTED}},
    to=Status.TO_CLOSE,
    registers_checked=True,
)
def sell(order: Order, command: Sell, at: datetime) -> Moved:
    """Sold is what was accepted. The order goes on to POR CERRAR in the same moment."""
    number, kind = _document(command.document, command.document_kind)
    invoice = plate = ""
    if order.trade.by_truck:
        kind = _of_kind(kind, Document.WAYBILL)
        invoice, invoice_kind = _document(command.invoice, None) if command.invoice else ("", Document.WAYBILL)
        _of_kind(invoice_kind, Document.INVOICE)
    if order.trade.by_truck or command.plate:
        plate = plates.normalise(command.plate) or _no_plate(command.plate)
    lines = tuple(
        line._replace(sold=line.accepted, status=LineStatus.SOLD if line.accepted else line.status)
        for line in order.lines
    )
    declared = {
        "lines": _quantities((line, line.sold) for line in lines),
        "document": number,
        "document_kind": kind.value if kind else "",
        **({"invoice": invoice} if invoice else {}),
        **({"plate": plate} if plate else {}),
    }
    sold = order._replace(lines=lines, document=number, document_kind=kind, sold_at=at, invoice=invoice, plate=plate)
    return Moved(sold, declared)


def _document(typed: str, said: Document | None) -> tuple[str, Document | None]:
    """Return the number and what its series says that it is, else what was said."""
    number = documents.normalise(typed)
    if number is None:
        raise errors.BadDocument(typed)
    return number, documents.kind_of(number) or said


def _of_kind(kind: Document | None, needed: Document) -> Document:
    """Return the kind that is needed, or refuse when the document is the other one."""
    if kind not in (None, needed):
        raise errors.MissingDocument(needed)
    return needed


def _no_plate(typed: str) -> str:
    raise errors.BadPlate(typed)


# --- RECHAZAR: the seller will not serve it, or the buyer will not take it (sections 1 and 6) ------------------------


@dataclass(frozen=True)
class Reject(OrderCommand):
    """RECHAZAR: with the reason."""

    reason: str


@transition(
    Reject,
    Movement.REJECTED,
    by={
        Party.SELLER: {Status.REQUESTED, Status.ACCEPTED, Status.TO_CLOSE},
        Party.BUYER: {Status.TO_CLOSE},
    },
    to=Status.REJECTED,
)
def reject(order: Order, command: Reject, _at: datetime) -> Moved:
    """The whole order, every line of it."""
    reason = _needed(command.reason)
    return Moved(_all_rejected(order, reason), {"reason": reason})


def _all_rejected(order: Order, reason: str) -> Order:
    return order._replace(
        lines=tuple(line._replace(status=LineStatus.REJECTED, reason=line.reason or reason) for line in order.lines),
    )


# --- CERRAR: the buyer declares what arrived (section 5) -------------------------------------------------------------


@dataclass(frozen=True)
class Close(OrderCommand):
    """CERRAR: what was received of each sold line, by its position, or why the line is rejected.

    The two mappings together name each sold line once. Receiving less than was sold is legal; receiving nothing of a
    line is a rejection of that line, never a zero; with every line rejected the order is RECHAZADO.

    The destination never changes. Where a norm of exception let it be unloaded elsewhere (RCD 026-2020-OS/CD and the
    like), the owner, and nobody else, declares by which norm and where: `norm` and `unloaded_at`, both or neither.
    """

    received: Mapping[int, Decimal]
    rejected: Mapping[int, str] = field(default_factory=dict)
    remark: str = ""
    norm: str = ""
    unloaded_at: str = ""

    @property
    def owners_only(self) -> bool:
        """Say whether only an owner may do it."""
        return bool(self.norm or self.unloaded_at)


@transition(
    Close,
    Movement.CLOSED,
    by={Party.BUYER: {Status.TO_CLOSE}},
    to=Status.CLOSED,
    drivers_too=True,
)
def close(order: Order, command: Close, _at: datetime) -> Moved:
    """Received is more than zero and no more than sold: a declaración jurada, so nothing is filled in."""
    due = order.lines_to_receive
    both = command.received.keys() & command.rejected.keys()
    if both:
        raise errors.MissingLine(_name(due, min(both)))
    _check_positions(due, command.received.keys() | command.rejected.keys())
    for line in due:
        if line.position in command.received:
            quantity = command.received[line.position]
            _check_quantity(line, quantity, line.sold or Decimal(0))
            if not quantity:
                raise errors.BadQuantity(line.name, quantity, line.sold or Decimal(0), line.unit)
    lines = tuple(_closed(line, command) for line in order.lines)
    declared: dict[str, Any] = {
        "lines": _quantities((line, line.received) for line in lines if line.position in command.received),
        "rejected": {str(position): _needed(reason) for position, reason in command.rejected.items()},
        "remark": command.remark.strip(),
        **_exception(command),
    }
    return Moved(order._replace(lines=lines), declared)


def _exception(command: Close) -> dict[str, str]:
    if not command.owners_only:
        return {}
    norm, place = (" ".join(said.replace("\0", "").split()) for said in (command.norm, command.unloaded_at))
    if not norm or not place:
        raise errors.MissingNorm
    return {"excepcion_norma": norm[:120], "unloaded_at": place[:300]}


def _closed(line: Line, command: Close) -> Line:
    if line.position in command.received:
        return line._replace(received=command.received[line.position], status=LineStatus.RECEIVED)
    if line.position in command.rejected:
        return line._replace(status=LineStatus.REJECTED, reason=_needed(command.rejected[line.position]))
    return line


# --- LLEGÓ: anybody of either side says that the product is at its destination --------------------------------------


@dataclass(frozen=True)
class Arrive(OrderCommand):
    """LLEGÓ: from now on the order should be closed, or sold first if it is not (RCD 025-2021-OS/CD art. 19.2 d)."""


@transition(
    Arrive,
    Movement.ARRIVED,
    by={party: {Status.REQUESTED, Status.ACCEPTED, Status.TO_CLOSE} for party in Party},
    to=None,
    any_role=True,
)
def arrive(order: Order, _command: Arrive, at: datetime) -> Moved:
    """It is noted in the journal, once by each side; whoever said it first started the clock."""
    return Moved(order._replace(arrived_at=order.arrived_at or at))


# --- POSPONER: the buyer wants to be reminded of the close later today ------------------------------------------------


@dataclass(frozen=True)
class Snooze(OrderCommand):
    """POSPONER: no reminder of this order to this person before `until`, which is later on the same day in Lima."""

    until: datetime


@transition(
    Snooze,
    Movement.SNOOZED,
    by={Party.BUYER: {Status.TO_CLOSE}},
    to=None,
    drivers_too=True,
    repeatable=True,
)
def snooze(order: Order, command: Snooze, at: datetime) -> Moved:
    """Nothing changes: who put it off, and until when, is in the journal."""
    if command.until <= at or day_in_lima(command.until) != day_in_lima(at):
        raise errors.NotLaterToday(order.code)
    return Moved(order, {"until": command.until.isoformat()})


# --- what the blocks share --------------------------------------------------------------------------------------------


@cache
def _rules_from(party: Party, status: Status) -> tuple[Rule, ...]:
    """Return the rules by which that side may move an order from there."""
    return tuple(rule for rule in RULES.values() if status in rule.by.get(party, ()))


def possible(order: Order, actor: Actor) -> frozenset[type[Command]]:
    """Return the commands that the person can do with the order as it is now; the register may still refuse."""
    return frozenset(
        rule.command
        for party, membership in actor.parties(order).items()
        for rule in _rules_from(party, order.status)
        if rule.admits(membership)
    )


def check(
    rule: Rule, order: Order, actor: Actor, history: Callable[[], Sequence[Entry]], *, owners_only: bool = False
) -> tuple[Party, Membership]:
    """Return the side on which the person may do this now, or refuse. `history` is looked at only for a refusal.

    Somebody on both sides uses the one that may, and is told of the one that comes closest.
    """
    sides = {party: membership for party, membership in actor.parties(order).items() if party in rule.by}
    if not sides:
        raise errors.NotYourMove(order.code, rule.movement, next(iter(rule.by)), order.status)
    admitted = {
        party: membership
        for party, membership in sides.items()
        if rule.admits(membership) and (membership.role is Role.OWNER or not owners_only)
    }
    for party, membership in admitted.items():
        if order.status in rule.by[party] and not _is_noted(rule, party, history):
            return party, membership
    for entry in reversed(history()) if admitted and not rule.repeatable else ():
        if entry.movement is rule.movement and entry.party in admitted:
            before = (entry.at, entry.person_name, order.status, entry.declared)
            raise errors.AlreadyDone(order.code, rule.movement, *before)
    for party in admitted:
        raise errors.WrongStatus(order.code, rule.movement, order.status, party)
    raise errors.RoleNotAllowed(order.code, rule.movement, next(iter(sides.values())).role)


def _is_noted(rule: Rule, party: Party, history: Callable[[], Sequence[Entry]]) -> bool:
    """Say whether what leaves the status alone was noted by this side before."""
    if rule.to is not None or rule.repeatable:
        return False
    return any(entry.movement is rule.movement and entry.party is party for entry in history())


def outcome(rule: Rule, moved: Moved) -> tuple[Movement, Status]:
    """Return the movement and status to register: closing with every line rejected is a rejection."""
    if rule.movement is Movement.CLOSED and not any(line.received for line in moved.order.lines):
        return Movement.REJECTED, Status.REJECTED
    return rule.movement, rule.to or moved.order.status


def diagram() -> str:
    """Return the state machine as a Mermaid diagram, for the README."""
    arrows = []
    verbs = {
        Movement.ANNULLED: "anula",
        Movement.ACCEPTED: "acepta",
        Movement.SOLD: "vende",
        Movement.CLOSED: "cierra",
        Movement.REJECTED: "rechaza",
    }
    for rule in RULES.values():
        if rule.to is None:
            continue
        for party, sources in rule.by.items():
            verb = f"{party.value.lower()} {verbs.get(rule.movement, '')}"
            arrows += [f"    {source.name} --> {rule.to.name}: {verb}" for source in Status if source in sources]
    ends = [f"    {status.name} --> [*]" for status in Status if not status.is_open]
    names = [f'    state "{status.value}" as {status.name}' for status in Status]
    start = f"    [*] --> {Status.REQUESTED.name}: comprador solicita"
    return "\n".join(["stateDiagram-v2", *names, start, *arrows, *ends])


def check_asked(name: str, quantity: Decimal, unit: Unit = Unit.PIECES) -> None:
    """Refuse a quantity that nobody can ask for, before anything is reckoned with it."""
    possible_at_all = quantity.is_finite() and 0 < quantity <= LARGEST_QUANTITY
    if not possible_at_all or not _is_countable(quantity, unit):
        raise errors.BadQuantity(name, quantity, LARGEST_QUANTITY, unit)


def weighed(lines: tuple[Line, ...]) -> tuple[Decimal, Decimal]:
    """Return the kilograms of the cylinders and the gallons of anything else, as they stand now."""
    kilograms = sum((line.kilograms_each * line.current for line in lines), Decimal(0))
    return kilograms, sum((line.current for line in lines if line.unit is Unit.GALLONS), Decimal(0))


def _check_positions(lines: tuple[Line, ...], named: set[int] | Any) -> None:
    positions = {line.position for line in lines}
    for position in sorted(positions ^ set(named)):
        raise errors.MissingLine(_name(lines, position))


def _name(lines: tuple[Line, ...], position: int) -> str:
    return next((line.name for line in lines if line.position == position), str(position))


def _check_quantity(line: Line, quantity: Decimal, at_most: Decimal) -> None:
    if not quantity.is_finite() or not 0 <= quantity <= at_most or not _is_countable(quantity, line.unit):
        raise errors.BadQuantity(line.name, quantity, at_most, line.unit)


def _is_countable(quantity: Decimal, unit: Unit) -> bool:
    """Say whether there are no more decimals than the unit has: digit by digit, since arithmetic would round."""
    _sign, digits, exponent = quantity.as_tuple()
    too_fine = -int(exponent) - (0 if unit is Unit.PIECES else 3)
    return too_fine <= 0 or not any(digits[-too_fine:])


def _quantities(lines: Any) -> dict[str, str]:
    return {str(line.position): f"{quantity or 0:f}" for line, quantity in lines}


def _needed(reason: str) -> str:
    if not reason.strip():
        raise errors.MissingReason
    return reason.replace("\0", "").strip()[:300]
