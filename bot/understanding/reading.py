"""The context of a message, read from the database when the words make it matter, and only then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from bot import buying, selling
from bot.dialogue import Talk
from bot.i18n import DEFAULT
from bot.messages import COMMAND_MARK
from bot.understanding.context import Acting, LineSeen, Notice, OpenQuestion, OrderSeen
from core.catalogue import SIZES
from core.clock import day_in_lima
from core.order import Line, Order
from core.orderbook import OrderBook
from core.people import Actor
from core.terms import Party, Status
from core.transitions import Accept, Annul, Arrive, Close, OrderCommand, Reject, Sell, possible

CONVERSATION_OF: dict[type[OrderCommand], str] = {
    Close: "close",
    Accept: "accept",
    Sell: "sell",
    Reject: "reject",
    Annul: "annul",
    Arrive: "arrive",
}
SELLER = "seller "
BRAND = "brand "


class _LateLines(Sequence[LineSeen]):
    """The lines of an order, read at the first look: most messages need none."""

    def __init__(self, orders: OrderBook, code: str) -> None:
        self._orders = orders
        self._code = code

    @cached_property
    def _lines(self) -> tuple[LineSeen, ...]:
        order = self._orders.find(self._code)
        return tuple(_seen(line) for line in order.lines if line.current) if order is not None else ()

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, place: int) -> LineSeen:  # type: ignore[override]
        return self._lines[place]

    def __iter__(self) -> Iterator[LineSeen]:
        return iter(self._lines)


class BookContext:
    """A context over the order book. Satisfies `Context`."""

    def __init__(
        self,
        actor: Actor,
        orders: OrderBook,
        at: datetime,
        talk: Talk,
        locale: str = DEFAULT,
        notice: Notice | None = None,
    ) -> None:
        self._actor = actor
        self._orders = orders
        self._talk = talk
        self.language = locale
        self.today: date = day_in_lima(at)
        self.notice = notice

    @cached_property
    def open(self) -> OpenQuestion | None:
        """Return the question on the screen."""
        talk = self._talk
        if not talk.conversation or not talk.asked:
            return None
        shown = tuple((token, label) for token, label in talk.shown if not token.startswith(COMMAND_MARK))
        return OpenQuestion(talk.conversation, talk.asked, shown, {**talk.taken, **talk.answers})

    @cached_property
    def agents(self) -> tuple[Acting, ...]:
        """Return for whom the person acts."""
        buyers = {one.agent_id for one in buying.buyers(self._actor)}
        return tuple(
            Acting(
                one.agent_id,
                one.agent,
                buys=one.agent_id in buyers,
                sells=one.acts and one.activity not in selling.NEVER_SELLS,
            )
            for one in self._actor.memberships
        )

    @cached_property
    def orders(self) -> tuple[OrderSeen, ...]:
        """Return the open orders on both sides."""
        found: dict[str, OrderSeen] = {}
        for party in Party:
            for status in (Status.TO_CLOSE, Status.REQUESTED, Status.ACCEPTED):
                for order in self._orders.waiting(party, status):
                    found.setdefault(order.code, self._order(order, party))
        return tuple(found.values())

    def _order(self, order: Order, party: Party) -> OrderSeen:
        can = frozenset(CONVERSATION_OF[one] for one in possible(order, self._actor) if one in CONVERSATION_OF)
        other = order.seller if party is Party.BUYER else order.buyer
        return OrderSeen(order.code, other, order.status.value, can, _LateLines(self._orders, order.code))

    @cached_property
    def brands(self) -> tuple[tuple[str, str], ...]:
        """Return every brand."""
        return tuple((f"{BRAND}{one.id}", one.name) for one in self._orders.brands())

    @cached_property
    def sellers(self) -> tuple[tuple[str, str], ...]:
        """Return who may sell to any of the person's agents today."""
        found = {
            f"{SELLER}{one.id}": one.name
            for membership in buying.buyers(self._actor)
            for one in self._orders.sellers(membership)
        }
        return tuple(found.items())

    @cached_property
    def sizes(self) -> tuple[str, ...]:
        """Return the sizes in the catalogue."""
        return tuple(SIZES)


def _seen(line: Line) -> LineSeen:
    return LineSeen(line.position, line.brand or line.product, line.size, Decimal(line.current))
