"""Refusals: codes and facts, no words. The chat turns each kind into a sentence in the person's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, TypeVar, dataclass_transform

from core.guards import Guard
from core.terms import Document, Movement, Party, Role, Status, Unit

K = TypeVar("K", bound=Exception)


@dataclass_transform()
def refusal(kind: type[K]) -> type[K]:
    """Make a kind of refusal with these fields. Not frozen: Python itself hangs tracebacks on exceptions."""
    return dataclass(eq=True, unsafe_hash=True)(kind)


class Refused(Exception):  # noqa: N818 - a refusal is an answer of the trade, not a fault
    """The core will not do it; nothing was registered. Of those that do not stop the person is only warned."""

    guard: ClassVar[Guard | None] = None
    """The named rule behind it, with its legal source."""
    stops: ClassVar[bool] = True

    def __reduce__(self) -> tuple[type[Refused], tuple[object, ...]]:
        """Travel between processes with every fact, however it was made."""
        return type(self), tuple(getattr(self, name) for name in getattr(self, "__dataclass_fields__", {}))


@refusal
class UnknownOrder(Refused):
    """No such code, or none that this person may see: the two cannot be told apart."""

    code: str


@refusal
class AlreadyDone(Refused):
    """This very movement was registered before; nothing changes."""

    code: str
    movement: Movement
    at: datetime
    by: str
    now: Status
    declared: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """What was declared then: a second sale may name another document."""


@refusal
class WrongStatus(Refused):
    """The movement is not possible from where the order is now."""

    code: str
    wanted: Movement
    now: Status
    party: Party


@refusal
class NotYourMove(Refused):
    """The movement belongs to the other side of the order."""

    code: str
    wanted: Movement
    belongs_to: Party
    now: Status


@refusal
class RoleNotAllowed(Refused):
    """The person's role for the agent does not include this movement."""

    code: str
    wanted: Movement
    role: Role


@refusal
class BadQuantity(Refused):
    """A quantity is outside what its line allows."""

    line: str
    quantity: Decimal
    at_most: Decimal
    unit: Unit = Unit.PIECES


@refusal
class MissingLine(Refused):
    """A line of the order was left without an answer, or one was named that it does not have."""

    line: str


@refusal
class NothingLeft(Refused):
    """Every line would be zero: that is a rejection, not an acceptance."""

    code: str


@refusal
class EmptyOrder(Refused):
    """An order needs at least one line."""


@refusal
class UnknownProduct(Refused):
    """A brand, a cylinder size or a product that the catalogue does not have."""

    product: str


@refusal
class MixedProducts(Refused):
    """An order is of one kind of trade: cylinders, bulk LPG or liquid fuels."""


@refusal
class UnknownAgent(Refused):
    """The counterpart is not in the register."""


@refusal
class MissingReason(Refused):
    """A rejection must say why."""


@refusal
class MissingNorm(Refused):
    """An unloading elsewhere needs both the norm of exception that allows it and the place."""


@refusal
class BadDocument(Refused):
    """Neither a guía nor a factura number."""

    number: str


@refusal
class MissingDocument(Refused):
    """What goes by tank truck needs guía and factura, and one of them is not there (DS 01-94-EM art. 26)."""

    needed: Document


@refusal
class BadPlate(Refused):
    """No plate of a vehicle."""

    plate: str


@refusal
class NotRegistered(Refused):
    """An agent has no valid entry in the Registro de Hidrocarburos on the day (DS 01-94-EM art. 43A)."""

    guard = Guard.REGISTER
    name: str
    register_number: str
    on: date
    holder: str = ""
    """Who holds the unit on that day, when it is somebody else."""


@refusal
class NotInMatrix(Refused):
    """This kind of agent may not buy from that kind (the trade matrix)."""

    buyer: str
    seller: str


@refusal
class NotServedInBulk(Refused):
    """A distribuidor a granel may not serve this kind of buyer."""

    guard = Guard.BUYERS_OF_BULK
    buyer: str


# --- the other guards: warnings at the request, and at the sale those that stop ---------------------------------------


@refusal
class NotInsured(Refused):
    """The policies of the agent's installation are known, and none is in force on the day."""

    guard = Guard.INSURANCE
    name: str
    on: date


@refusal
class Underinsured(Refused):
    """The policy in force covers less than the minimum of its kind and capacity. Both in UIT."""

    guard = Guard.INSURANCE
    name: str
    cover: Decimal
    least: Decimal


@refusal
class PolicyUnknown(Refused):
    """Nobody has told of any policy of the agent: a warning, also at the sale."""

    guard = Guard.INSURANCE
    stops = False
    name: str


@refusal
class NotCertified(Refused):
    """The local has certificates, and none in force of the envasadora of these brands."""

    guard = Guard.CERTIFICATE
    name: str
    brands: str
    on: date


@refusal
class CertificatesUnknown(Refused):
    """Nobody has told of any certificate of the local: a warning, also at the sale."""

    guard = Guard.CERTIFICATE
    stops = False
    name: str


@refusal
class TanksLent(Refused):
    """Another supplier lent the tanks of the destination."""

    guard = Guard.LENT_TANKS
    name: str
    lender: str


@refusal
class OverMonthlyVolume(Refused):
    """More gallons than a distribuidor a granel may sell to the client in the calendar month."""

    guard = Guard.MONTHLY_VOLUME
    name: str
    wanted: Decimal
    sold: Decimal
    left: Decimal


@refusal
class NoDestination(Refused):
    """The buyer's register entry names no installation where it could be received."""

    guard = Guard.DESTINATION
    name: str


@refusal
class DestinationChanged(Refused):
    """The buyer's registered installation is another one than when the order was made."""

    guard = Guard.DESTINATION
    destination: str
    registered: str


@refusal
class LegacyProduct(Refused):
    """Another product has taken its place: a warning, since some zones still use it."""

    guard = Guard.LEGACY_PRODUCT
    stops = False
    product: str


@refusal
class UnknownVehicle(Refused):
    """No register entry of a vehicle with this plate for this kind of product."""

    guard = Guard.VEHICLE
    plate: str


@refusal
class VehicleNotRegistered(Refused):
    """The vehicle's register entry does not hold on the day."""

    guard = Guard.VEHICLE
    plate: str
    register_number: str
    on: date


@refusal
class VehicleOfAnother(Refused):
    """The vehicle's holder on the day is neither of the two sides nor a carrier."""

    guard = Guard.VEHICLE
    plate: str
    holder: str


@refusal
class VehicleNotInsured(Refused):
    """The vehicle's policies are known, and none is in force on the day."""

    guard = Guard.INSURANCE
    plate: str
    on: date


@refusal
class VehicleUnderinsured(Refused):
    """The vehicle's policy covers less than the minimum for its capacity. Both in UIT."""

    guard = Guard.INSURANCE
    plate: str
    cover: Decimal
    least: Decimal


@refusal
class OverTruckCapacity(Refused):
    """More than the truck's register entry says that it holds, in the trade's unit."""

    guard = Guard.TRUCK_CAPACITY
    plate: str
    wanted: Decimal
    capacity: Decimal
    unit: Unit


@dataclass(frozen=True)
class Holding:
    """An unclosed order that holds purchase capacity."""

    code: str
    status: Status
    held: Decimal
    """In the unit of the capacity that is short."""


@refusal
class OverCapacity(Refused):
    """The order does not fit in the buyer's free purchase capacity (manual, section 5)."""

    capacity: Decimal
    free: Decimal
    wanted: Decimal
    holding: tuple[Holding, ...]
    unit: Unit = Unit.KILOGRAMS


@refusal
class NotLaterToday(Refused):
    """A reminder can be put off only until a later time of the same day in Lima."""

    code: str
