"""Refusals: codes and facts, no words. The chat turns each kind into a sentence in the person's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar, dataclass_transform

from core.terms import Movement, Party, Role, Status

K = TypeVar("K", bound=Exception)


@dataclass_transform()
def refusal(kind: type[K]) -> type[K]:
    """Make a kind of refusal with these fields. Not frozen: Python itself hangs tracebacks on exceptions."""
    return dataclass(eq=True, unsafe_hash=True)(kind)


class Refused(Exception):  # noqa: N818 - a refusal is an answer of the trade, not a fault
    """The core will not do it; nothing was registered."""

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
    """A brand or cylinder size that the catalogue does not have."""

    product: str


@refusal
class UnknownAgent(Refused):
    """The counterpart is not in the register."""


@refusal
class MissingReason(Refused):
    """A rejection must say why."""


@refusal
class BadDocument(Refused):
    """Neither a guía nor a factura number."""

    number: str


@refusal
class NotRegistered(Refused):
    """An agent has no valid entry in the Registro de Hidrocarburos on the day (DS 01-94-EM art. 43A)."""

    name: str
    register_number: str
    on: date


@refusal
class NotInMatrix(Refused):
    """This kind of agent may not buy from that kind (the trade matrix)."""

    buyer: str
    seller: str


@dataclass(frozen=True)
class Holding:
    """An unclosed order that holds purchase capacity."""

    code: str
    status: Status
    kilograms: Decimal


@refusal
class OverCapacity(Refused):
    """The order does not fit in the buyer's free purchase capacity (manual, section 5)."""

    capacity: Decimal
    free: Decimal
    wanted: Decimal
    holding: tuple[Holding, ...]


@refusal
class NotLaterToday(Refused):
    """A reminder can be put off only until a later time of the same day in Lima."""

    code: str
