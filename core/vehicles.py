"""Tank trucks: each has a register entry of its own, with its holder and its capacity (DS 01-94-EM arts. 7 and 22)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from core import errors, insurance, volumes
from core.order import Order
from core.register import Deal, Policy
from core.statements import VEHICLE, VEHICLE_POLICIES
from core.terms import Activity, Standing, Trade


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A register entry of a vehicle."""

    plate: str
    register_number: str
    agent_id: int
    holder: str
    activity: Activity
    capacity: Decimal
    """In the unit of what it carries."""
    valid_from: date
    valid_to: date | None
    standing: Standing

    def is_valid(self, on: date) -> bool:
        """Say whether the entry holds on that day, both ends included."""
        return insurance.in_force(self.valid_from, self.valid_to, on) and self.standing is Standing.VALID

    def snapshot(self) -> dict[str, str]:
        """Return what the journal keeps: who held the truck on the day of the sale."""
        return {
            "plate": self.plate,
            "register": self.register_number,
            "holder": self.holder,
            "capacity": f"{self.capacity:f}",
        }


def check_vehicle(tx: Connection, deal: Deal, order: Order) -> Vehicle:
    """Return the truck as it is registered on the day, or refuse: unknown, lapsed, somebody else's, too small."""
    vehicle = _registered(tx, order.plate, deal.trade, deal.on)
    ours = vehicle.agent_id in (deal.buyer.agent.id, deal.seller.agent.id)
    if not ours and vehicle.activity is not Activity.CARRIER:
        raise errors.VehicleOfAnother(vehicle.plate, vehicle.holder)
    if deal.trade is Trade.BULK:
        _check_insured(tx, vehicle, deal.on)
    if volumes.truck_capacity(order.held, vehicle.capacity, deal.trade.unit):
        raise errors.OverTruckCapacity(vehicle.plate, order.held, vehicle.capacity, deal.trade.unit)
    return vehicle


def _registered(tx: Connection, plate: str, trade: Trade, on: date) -> Vehicle:
    entries = [Vehicle(*row) for row in VEHICLE.all(tx, {"plate": plate, "trade": trade})]
    if not entries:
        raise errors.UnknownVehicle(plate)
    valid = [entry for entry in entries if entry.is_valid(on)]
    if not valid:
        raise errors.VehicleNotRegistered(plate, entries[0].register_number, on)
    return valid[0]


def _check_insured(tx: Connection, vehicle: Vehicle, on: date) -> None:
    """Refuse when the truck's policies are known and do not cover it (arts. 31 and 32)."""
    known: list[Any] = VEHICLE_POLICIES.all(tx, {"plate": vehicle.plate})
    current = [row for row in known if insurance.in_force(row.valid_from, row.valid_to, on)]
    if known and not current:
        raise errors.VehicleNotInsured(vehicle.plate, on)
    least = insurance.minimum(Activity.CARRIER, vehicle.capacity, Trade.BULK.unit, Trade.BULK, on)
    if current and least is not None:
        cover = max(Policy(row.cover, row.currency, row.valid_from).uits for row in current)
        if breach := insurance.covered(cover, least):
            raise errors.VehicleUnderinsured(vehicle.plate, breach.found, breach.limit)
