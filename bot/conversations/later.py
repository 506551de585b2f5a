"""Be reminded of a close later today, at a time that the person picks."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot import questions, texts
from bot.asking import nothing_to_close, pick_order
from bot.dialogue import Chat, Invalid
from bot.i18n import _
from bot.messages import does
from bot.registry import conversation
from bot.understanding.times import hour_in, waiting
from core.clock import LIMA, day_in_lima
from core.transitions import Command, Snooze

WAITS = (timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2), timedelta(hours=4))
TO_THE = 5
"""Minutes to which the offered times are rounded."""


@conversation("posponer", "mas tarde", "luego", "later", "snooze")
def later(chat: Chat) -> Command:
    """Pick the order and the time. Nothing is closed by it, and the last warning of the day comes anyway."""
    order = pick_order(
        chat,
        _("Which order do you want to be reminded of later?"),
        Snooze,
        nothing_to_close,
    )
    latest = datetime.combine(day_in_lima(chat.at), chat.hours.quiet_from, LIMA)
    if not chat.has("until") and not _times(chat.at, latest):
        chat.stop(
            _("The day is ending: close order {code} now, or reject it if it did not come.").format(code=order.code),
            (*texts.closing_steps(order), does(_("Pending"), "pendientes")),
        )
    said = chat.known("said", str)  # the time that a sentence named, before the order was chosen
    until = chat.ask(
        "until",
        _("Order {code}: when shall I remind you? Choose, or type a time of today like 19:30.").format(code=order.code),
        lambda text: _read(text, chat.at, latest),
        options=lambda _note: [(one, one) for one in _offered(chat.at, latest, said)],
    )
    return Snooze(order.code, until)


def _offered(at: datetime, latest: datetime, said: str | None) -> list[str]:
    """Return what is offered, first what was said: who says when it comes has not asked to be reminded then."""
    times = _times(at, latest)
    return [said, *(one for one in times if one != said)] if said else times


def _times(at: datetime, latest: datetime) -> list[str]:
    """Return what is offered: half an hour, one, two, four hours from now, as far as the day goes."""
    offered = (_rounded(at + wait) for wait in WAITS)
    return [texts.time_of_day(one) for one in offered if one < latest]


def _rounded(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute % TO_THE, seconds=at.second, microseconds=at.microsecond)


def _read(text: str, at: datetime, latest: datetime) -> datetime:
    said = text.casefold()
    wait, named = waiting(said), hour_in(said)
    if wait is not None:
        until = at + timedelta(minutes=wait[0])
    else:
        clock = questions.time_of_day(named[0] if named is not None else text)
        until = datetime.combine(day_in_lima(at), clock, LIMA)
    if until <= at:
        raise Invalid(_("That time has passed. Type a later one of today, like 19:30."))
    if until >= latest:
        raise Invalid(
            _("It must be today, before {time}: the close belongs to this day.").format(time=texts.time_of_day(latest))
        )
    return until
