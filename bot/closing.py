"""Closing several orders by one yes: each is a command of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import texts
from bot.i18n import _, ngettext
from bot.messages import Outgoing, does
from core.service import Done
from core.transitions import Close, Command


@dataclass(frozen=True)
class CloseSeveral(Command):
    """Close each of these orders."""

    closes: tuple[Close, ...]


def told(closed: Sequence[Done], refused: Sequence[str], at: datetime) -> Outgoing:
    """Return what became of each: the codes alone on their lines, and why any other was not closed."""
    facts: list[str] = []
    if closed:
        heading = ngettext(
            "✅ It WAS registered: {count} order closed.", "✅ It WAS registered: {count} orders closed.", len(closed)
        )
        facts += [heading.format(count=len(closed)), "", *(done.order.code for done in closed), ""]
        facts.append(_("Time: {moment} (Lima)").format(moment=texts.moment(at)))
        person = closed[0].entry
        facts.append(_("By: {person}, {agent}").format(person=person.person_name, agent=person.agent))
    facts += refused
    return Outgoing("\n".join(facts), (does(_("Pending"), "pendientes"), texts.to_menu()))
