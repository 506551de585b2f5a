"""A market of all three kinds of trade for generated orders, and books of its own that say what must come of a command.

The books know the rules from domain.md and nothing of the program's own: days and months are reckoned here once more.
Lima is five hours behind UTC all year.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from core.people import Actor
from core.terms import Activity, Status, Trade
from tests.core.bulk import Chain, Site

KILOGRAMS = {"3 kg": 3, "5 kg": 5, "10 kg": 10, "15 kg": 15, "45 kg": 45, "24 lb": 10, "100 lb": 45}
STARTS = (date(2020, 2, 26), date(2021, 2, 26), date(2022, 4, 28), date(2022, 6, 28), date(2021, 12, 29))
"""Before a leap day, a month of 28 days, one of 30, the day on which fuels changed, and a new year."""
FUELS = ("Diesel B5", "Diesel B5 S-50", "Gasohol 84 Plus", "Gasohol Regular", "IFO")
CHANGED = date(2022, 7, 1)
OPEN = {Status.REQUESTED, Status.ACCEPTED, Status.TO_CLOSE}
_plates = itertools.count(1)


def day_of(at: datetime) -> date:
    """Return the day in Lima."""
    return (at.astimezone(UTC) - timedelta(hours=5)).date()


@dataclass(frozen=True)
class Window:
    """The days of a paper; `known` says whether the register has it at all."""

    first: date
    last: date | None
    known: bool = True

    def holds(self, on: date) -> bool:
        """Say whether it holds on the day, both ends included."""
        return self.known and self.first <= on and (self.last is None or on <= self.last)


ALWAYS = Window(date(2016, 1, 1), None)
NEVER = Window(date(2016, 1, 1), None, known=False)


@dataclass(frozen=True)
class Deal:
    """Who trades what with whom, and whether the matrix has it."""

    buyer: Site
    seller: Site
    trade: Trade
    allowed: bool = True


@dataclass
class Kept:
    """An order in the books: each line with its quantities as far as they are known."""

    code: str
    deal: Deal
    lines: list[dict[str, Any]]
    status: Status = Status.REQUESTED
    sold_on: date | None = None
    arrived: set[str] = field(default_factory=set)

    def held(self) -> Decimal:
        """Return what it holds of the buyer's capacity: accepted, or asked for until then."""
        return sum((line["each"] * line.get("accepted", line["requested"]) for line in self.lines), Decimal(0))


class Market:
    """The agents of one example, with papers whose days the dice chose, and the books over their orders."""

    def __init__(self, chain: Chain, dice: Random) -> None:
        self.chain, self.dice = chain, dice
        self.start = dice.choice(STARTS)
        chain.at = datetime(self.start.year, self.start.month, self.start.day, 17, tzinfo=UTC)
        self.kept: list[Kept] = []
        self.capacity: dict[tuple[int, Trade], Decimal | None] = {}
        self._enter()

    # --- the register -------------------------------------------------------------------------------------------------

    def window(self, usually: float = 0.6) -> Window:
        """Return the days of a paper: most hold all the time, some begin or end within the example."""
        if self.dice.random() < usually:
            return ALWAYS
        edge = self.start + timedelta(days=self.dice.randint(0, 8))
        return self.dice.choice((Window(edge, None), Window(date(2016, 1, 1), edge), NEVER))

    def _enter(self) -> None:
        chain = self.chain
        self.distributor, self.plant = Site(chain.buyer_id, chain.buyer), Site(chain.seller_id, chain.seller)
        with chain.database.reading() as tx:
            rows = tx.exec_driver_sql("SELECT id, ruc FROM agent").all()
        rucs = {row.id: str(row.ruc) for row in rows}
        self.station2 = chain.site("LAS CONCHITAS II", Activity.LPG_STATION, ruc=rucs[chain.station.id])
        self.granel2 = chain.site("GAS A GRANEL II", Activity.BULK_DISTRIBUTOR, ruc=rucs[chain.granel.id])
        self.rival = chain.site("RIVAL A GRANEL", Activity.BULK_DISTRIBUTOR)
        self.shop = chain.site("UN LOCAL", Activity.RETAIL_SHOP, insured=False)
        self._capacities()
        self._papers()
        bulk, liquids, cylinders = Trade.BULK, Trade.LIQUIDS, Trade.CYLINDERS
        self.deals = (
            Deal(self.distributor, self.plant, cylinders),
            Deal(self.shop, self.distributor, cylinders),
            Deal(self.shop, self.plant, cylinders),
            Deal(chain.station, chain.granel, bulk),
            Deal(self.station2, chain.granel, bulk),
            Deal(chain.station, self.granel2, bulk),
            Deal(chain.grifo, chain.mayorista, liquids),
            Deal(chain.station, chain.mayorista, liquids),
        )
        self.forbidden = (
            Deal(chain.grifo, chain.granel, bulk, allowed=False),
            Deal(self.shop, self.shop, cylinders, allowed=False),
            Deal(chain.mayorista, chain.grifo, liquids, allowed=False),
        )

    def _capacities(self) -> None:
        columns = {Trade.CYLINDERS: "capacity", Trade.BULK: "capacity_bulk", Trade.LIQUIDS: "capacity_liquids"}
        for site in (self.distributor, self.shop, self.chain.station, self.station2, self.chain.grifo):
            for trade, column in columns.items():
                most = self.dice.choice((None, Decimal(self.dice.randint(5_000, 120_000))))
                self.capacity[site.id, trade] = most
                self.chain.change_agent(site.id, **{column: most})

    def _papers(self) -> None:
        chain = self.chain
        self.entry = self.window(0.5)
        if not self.entry.known:
            self.entry = ALWAYS
        chain.change_agent(chain.granel.id, valid_from=self.entry.first, valid_to=self.entry.last)
        self.insurance = {chain.station.id: self.window(), self.shop.id: self.window()}
        chain.uninsure(chain.station.id)
        for site_id, window in self.insurance.items():
            if window.known:
                chain.insure(site_id, 1000, valid_from=window.first, valid_to=window.last)
        self.certificate = self.window()
        with chain.database.reading() as tx:
            packer = tx.exec_driver_sql("SELECT packer_id FROM brand WHERE name = 'JOYCE GAS'").scalar_one()
        if self.certificate.known:
            days = {"valid_from": self.certificate.first, "valid_to": self.certificate.last}
            chain.certify(self.shop.id, packer, **days)
        self.loan = NEVER if self.dice.random() < 0.6 else self.window(0.2)
        if self.loan.known:
            chain.lend(chain.station.id, self.rival.id, valid_from=self.loan.first, valid_to=self.loan.last)
        thousands, units = divmod(next(_plates), 1000)
        letters = {Trade.BULK: "B", Trade.LIQUIDS: "L"}
        self.plates = {trade: f"{letter}{thousands:02d}-{units:03d}" for trade, letter in letters.items()}
        self.tanks = {Trade.BULK: Decimal(self.dice.randint(3_000, 30_000)), Trade.LIQUIDS: Decimal(9_000)}
        self.truck = self.window(0.8)
        if not self.truck.known:
            self.truck = ALWAYS
        days = {"valid_from": self.truck.first, "valid_to": self.truck.last}
        carrier = chain.site("TRANSPORTES SAC", Activity.CARRIER)
        chain.truck(self.plates[Trade.BULK], carrier.id, Trade.BULK, str(self.tanks[Trade.BULK]), **days)
        chain.truck(self.plates[Trade.LIQUIDS], carrier.id, Trade.LIQUIDS, 9_000)
        self.truck_policy = self.window(0.7)
        if self.truck_policy.known:
            first, last = self.truck_policy.first, self.truck_policy.last
            chain.insure(carrier.id, 900, plate=self.plates[Trade.BULK], valid_from=first, valid_to=last)

    # --- the books ----------------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """Return the day in Lima."""
        return day_of(self.chain.at)

    def committed(self, buyer: Site, trade: Trade) -> Decimal:
        """Return what the open orders of a buyer hold."""
        mine = (one for one in self.kept if (one.deal.buyer.id, one.deal.trade) == (buyer.id, trade))
        return sum((one.held() for one in mine if one.status in OPEN), Decimal(0))

    def sold_this_month(self) -> Decimal:
        """Return the gallons that the granel's RUC sold to the station's this month; all bulk is between those two."""
        month = (self.today.year, self.today.month)
        counted = (
            one
            for one in self.kept
            if one.deal.trade is Trade.BULK and one.status in (Status.TO_CLOSE, Status.CLOSED) and one.sold_on
        )
        return sum((one.held() for one in counted if (one.sold_on.year, one.sold_on.month) == month), Decimal(0))  # type: ignore[union-attr]

    def parties(self, deal: Deal) -> str:
        """Return what refuses the two before anything is looked at."""
        granel = deal.seller.id == self.chain.granel.id
        if granel and not self.entry.holds(self.today):
            return "NotRegistered"
        if not deal.allowed:
            return "NotServedInBulk" if granel and deal.trade is Trade.BULK else "NotInMatrix"
        return ""

    def request(self, deal: Deal, lines: list[dict[str, Any]]) -> str:
        """Return what refuses a request, or nothing."""
        refused = self.parties(deal)
        if refused:
            return refused
        for line in lines:
            if line["product"] == "Gasohol Regular" and self.today < CHANGED:
                return "UnknownProduct"
        wanted = sum((line["each"] * line["requested"] for line in lines), Decimal(0))
        most = self.capacity.get((deal.buyer.id, deal.trade))
        return "OverCapacity" if most is not None and self.committed(deal.buyer, deal.trade) + wanted > most else ""

    def guards(self, deal: Deal, held: Decimal, lines: list[dict[str, Any]]) -> list[str]:
        """Return what the guards find, in their order."""
        found = []
        on, buyer = self.today, deal.buyer.id
        if deal.trade is not Trade.LIQUIDS:
            insured = self.insurance.get(buyer, ALWAYS if buyer != self.chain.buyer_id else NEVER)
            if not insured.known:
                found.append("PolicyUnknown")
            elif not insured.holds(on):
                found.append("NotInsured")
        if deal.trade is Trade.CYLINDERS and buyer == self.shop.id and deal.seller.id == self.distributor.id:
            if not self.certificate.known:
                found.append("CertificatesUnknown")
            elif not self.certificate.holds(on) and any(line.get("accepted", line["requested"]) for line in lines):
                found.append("NotCertified")
        if deal.trade is Trade.BULK:
            if buyer == self.chain.station.id and self.loan.holds(on):
                found.append("TanksLent")
            if self.sold_this_month() + held > 30_000:
                found.append("OverMonthlyVolume")
        found += ["LegacyProduct" for line in lines if line["product"] == "Gasohol 84 Plus" and on >= CHANGED]
        return found

    def truck_stops(self, kept: Kept) -> list[str]:
        """Return what keeps the truck from carrying the order."""
        if kept.deal.trade is Trade.BULK:
            if not self.truck.holds(self.today):
                return ["VehicleNotRegistered"]
            if self.truck_policy.known and not self.truck_policy.holds(self.today):
                return ["VehicleNotInsured"]
        fits = kept.deal.trade is Trade.CYLINDERS or kept.held() <= self.tanks[kept.deal.trade]
        return [] if fits else ["OverTruckCapacity"]

    def stranger(self) -> Actor:
        """Return somebody who has nothing to do with any of it."""
        return self.chain.stranger
