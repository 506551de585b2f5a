"""The state of an order by its code, now or at a past moment, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot import texts
from bot.dialogue import Chat, Invalid
from bot.i18n import N_, _
from bot.recent import any_order
from bot.registry import conversation
from bot.understanding.moments import after_code, moment_in
from core.history import order_at
from core.order import Entry, Order
from core.transitions import Command


@conversation(
    "estado",
    "consultar",
    "consulta",
    "codigo",
    "status",
    "code",
    title=N_("Look up a code"),
    place=50,
    registers=False,
    rest_is_one=True,
)
def status(chat: Chat) -> Command:
    """Tell where an order is and offer its next actions; with a moment after the code, where it was then."""
    when: list[datetime] = []

    def only_code(typed: str) -> str:
        code, rest = after_code(typed)
        when[:] = [_moment(rest, chat.at)] if rest else []
        return code

    order = any_order(chat, _("Type the code of the order: eleven digits."), only_code)
    told = _told_then(order, chat.orders.history(order), when[0]) if when else texts.described(order)
    chat.stop(told, (*texts.next_steps(order, chat.me), *texts.look_closer(order), texts.to_menu()))


def _moment(typed: str, now: datetime) -> datetime:
    at = moment_in(typed, now)
    if at is None:
        said = _("I did not understand the moment. Type it like this: 60016454717 al 23/05/2017 15:48.")
        raise Invalid(said, is_one=any(char.isdigit() for char in typed))
    if at > now:
        raise Invalid(_("{moment} (Lima) has not come yet.").format(moment=texts.moment(at)), is_one=True)
    return at


def _told_then(order: Order, entries: Sequence[Entry], at: datetime) -> str:
    """Return what the journal says of that moment, and what came after it."""
    then = order_at(order, entries, at)
    later = [entry for entry in entries if entry.at > at]
    shown = {"code": order.code, "moment": texts.moment(at)}
    if then is None:
        told = [_("Order {code} did not exist yet on {moment} (Lima).").format(**shown)]
    else:
        told = [_("On {moment} (Lima) the order stood like this:").format(**shown), texts.described(then)]
    if later:
        told.append(_("What came after:") + "\n" + "\n".join(_one_line(entry) for entry in later))
    told.append(_("Now: {status}").format(status=texts.status_of(order)))
    return "\n\n".join(told)


def _one_line(entry: Entry) -> str:
    return f"• {texts.moment(entry.at)} - {_(texts.MOVEMENT[entry.movement])}"
