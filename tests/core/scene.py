"""A scene for tests of the core: a buyer, a seller, strangers, people of every role; commands carried out directly.

A refusal is caught inside the transaction, which then commits: whatever a refused command had written would stay.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, select

from core.db import Database
from core.errors import Refused
from core.order import Entry, Order
from core.orderbook import OrderBook
from core.people import Actor, Membership
from core.ruc import check_digit
from core.service import Done, execute, history
from core.statements import agents, brands, entries, lines, memberships, orders, people
from core.terms import Activity, Role, Standing, Status
from core.transitions import Accept, Annul, Close, OrderCommand, Reject, Request, RequestedLine, Sell

START = datetime(2021, 3, 26, 2, 0, 0, tzinfo=UTC)
"""25/03/2021 21:00:00 in Lima."""
NEVER_ISSUED = "60000000000"
WAYBILL = "T001-00012345"
Command = OrderCommand | Request
Rows = tuple[tuple[Any, ...], ...]
_numbers = itertools.count(1)


def attempt(tx: Connection, command: Command, actor: Actor, at: datetime) -> Done | Refused:
    """Carry out a command; a refusal is returned."""
    try:
        return execute(tx, command, actor, at)
    except Refused as refused:
        return refused


def all_rows(tx: Connection) -> Rows:
    """Return every order, line and entry as they are stored."""
    return tuple(tuple(row) for table in (orders, lines, entries) for row in tx.execute(select(table).order_by("id")))


class Scene:
    """MR. HYDE's trade with the plant, told with agents of its own. Capacity is unlimited unless a test limits it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.at = START
        self.seller_id = self.agent("LA PLANTA", Activity.BOTTLING_PLANT)
        self.buyer_id = self.agent("EL DISTRIBUIDOR", Activity.CYLINDER_DISTRIBUTOR)
        self.other_id = self.agent("OTRO DISTRIBUIDOR", Activity.CYLINDER_DISTRIBUTOR)
        self.buyer = self.hire("Titular compradora", Role.OWNER, self.buyer_id)
        self.seller = self.hire("Titular vendedor", Role.OWNER, self.seller_id)
        self.stranger = self.hire("Titular de otro", Role.OWNER, self.other_id)
        with database.reading() as tx:
            self.brands = {name: key for key, name in tx.execute(select(brands.c.id, brands.c.name))}

    # --- the cast -----------------------------------------------------------------------------------------------------

    def agent(self, name: str, activity: Activity, **changes: Any) -> int:
        """Add an agent to the register; return its id."""
        number = next(_numbers)
        first_ten = f"20{number:08d}"
        row = {
            "register_number": f"{100000 + number}-070-010120",
            "ruc": f"{first_ten}{check_digit(first_ten)}",
            "name": name,
            "activity": activity,
            "place": "LIMA/LIMA/LIMA",
            "address": f"AV. DE {name} 100",
            "valid_from": date(2020, 1, 1),
            "valid_to": None,
            "standing": Standing.VALID,
            "capacity": None,
            **changes,
        }
        with self.database.transaction() as tx:
            return _key(tx.execute(agents.insert(), row))

    def change_agent(self, agent_id: int, **values: Any) -> None:
        """Change an agent's entry in the register."""
        with self.database.transaction() as tx:
            tx.execute(agents.update().where(agents.c.id == agent_id).values(**values))

    def hire(self, name: str, role: Role, *agent_ids: int, may_close: bool = False) -> Actor:
        """Add a person with the role for the agents."""
        return self.hire_as(name, *((agent_id, role, may_close) for agent_id in agent_ids))

    def hire_as(self, name: str, *roles: tuple[int, Role, bool]) -> Actor:
        """Add a person with a role for each agent."""
        held = []
        with self.database.transaction() as tx:
            person_id = _key(tx.execute(people.insert(), {"name": name, "phone": None, "locale": "es_PE"}))
            for agent_id, role, may_close in roles:
                row = {"person_id": person_id, "agent_id": agent_id, "role": role, "may_close": may_close}
                tx.execute(memberships.insert(), row)
                agent = tx.execute(select(agents.c.name, agents.c.activity).where(agents.c.id == agent_id)).one()
                held.append(Membership(agent_id, agent.name, agent.activity, role, may_close))
        return Actor(person_id, name, "phone", tuple(held))

    # --- commands -----------------------------------------------------------------------------------------------------

    def passes(self, **span: float) -> None:
        """Let time pass."""
        self.at += timedelta(**span)

    def tries(self, actor: Actor, command: Command) -> Done | Refused:
        """Carry out a command and commit."""
        with self.database.transaction() as tx:
            return attempt(tx, command, actor, self.at)

    def does(self, actor: Actor, command: Command) -> Done:
        """Carry out a command that must not be refused."""
        result = self.tries(actor, command)
        assert isinstance(result, Done), result
        return result

    def refusal(self, actor: Actor, command: Command) -> Refused:
        """Return how a command is refused; nothing may have changed."""
        before = self.rows()
        result = self.tries(actor, command)
        assert isinstance(result, Refused), result
        assert before == self.rows()
        return result

    # --- orders -------------------------------------------------------------------------------------------------------

    def line(self, quantity: int | str | Decimal, size: str = "10 kg", brand: str = "JOYCE GAS") -> RequestedLine:
        """Return a line to ask for."""
        return RequestedLine(self.brands[brand], size, Decimal(quantity))

    def asking(self, *asked: RequestedLine, **changes: Any) -> Request:
        """Return the buyer's request; without lines, 20 of JOYCE GAS 10 kg and 5 of PROUST GAS 45 kg."""
        if not asked:
            asked = (self.line(20), self.line(5, "45 kg", "PROUST GAS"))
        return Request(**{"buyer_id": self.buyer_id, "seller_id": self.seller_id, "lines": asked, **changes})

    def requested(self, *asked: RequestedLine, **changes: Any) -> Order:
        """Return a new order of the buyer."""
        return self.does(self.buyer, self.asking(*asked, **changes)).order

    def accepted(self, *quantities: int | str, of: Order | None = None) -> Order:
        """Return an order with these quantities accepted, or everything."""
        order = of or self.requested()
        given = [Decimal(one) for one in quantities] or [line.requested for line in order.lines]
        return self.does(self.seller, Accept(order.code, dict(enumerate(given, start=1)))).order

    def sold(self, *quantities: int | str, of: Order | None = None) -> Order:
        """Return an order with these quantities sold, or everything."""
        return self.does(self.seller, Sell(self.accepted(*quantities, of=of).code, WAYBILL)).order

    def bring_to(self, status: Status) -> Order:
        """Return a new order in that status, by the shortest way."""
        ways: dict[Status, Callable[[], Order]] = {
            Status.REQUESTED: self.requested,
            Status.ANNULLED: lambda: self.does(self.buyer, Annul(self.requested().code)).order,
            Status.ACCEPTED: self.accepted,
            Status.TO_CLOSE: self.sold,
            Status.CLOSED: lambda: self.does(self.buyer, close_all(self.sold())).order,
            Status.REJECTED: lambda: self.does(self.seller, Reject(self.requested().code, "sin stock")).order,
        }
        return ways[status]()

    # --- looking ------------------------------------------------------------------------------------------------------

    def find(self, actor: Actor, code: str) -> Order | None:
        """Return the order as somebody may see it."""
        with self.database.reading() as tx:
            return OrderBook(tx, actor, self.at).find(code)

    def stored(self, code: str) -> Order:
        """Return the order as it is stored."""
        with self.database.reading() as tx:
            sides = tx.execute(select(orders.c.buyer_id).where(orders.c.code == code)).scalar_one()
            person_id = tx.execute(select(memberships.c.person_id).where(memberships.c.agent_id == sides)).scalars()
            found = OrderBook(tx, Actor(next(iter(person_id)), "", "", ()), self.at).find(code)
        assert found is not None
        return found

    def journal(self, code: str) -> tuple[Entry, ...]:
        """Return the movements of an order, oldest first."""
        with self.database.reading() as tx:
            return history(tx, tx.execute(select(orders.c.id).where(orders.c.code == code)).scalar_one())

    def rows(self) -> Rows:
        """Return every order, line and entry as they are stored."""
        with self.database.reading() as tx:
            return all_rows(tx)


def accept_all(order: Order) -> Accept:
    """Return the acceptance of everything that was asked for."""
    return Accept(order.code, {line.position: line.requested for line in order.lines})


def close_all(order: Order) -> Close:
    """Return the closing of an order of which everything arrived."""
    return Close(order.code, {line.position: line.sold or line.requested for line in order.lines})


def _key(result: Any) -> int:
    return int(result.inserted_primary_key[0])
