"""What an owner is told of a report before opening it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot import texts
from bot.i18n import _, ngettext
from bot.reports.about import About
from bot.reports.forms import Form
from core.reports.sums import Delays, Tally
from core.terms import Status


def summary(about: About, tally: Tally) -> str:
    """Return what the report is about and its sums, one a line."""
    counted = [f"• {status.value}: {tally.statuses[status]}" for status in Status if tally.statuses[status]]
    total = ngettext("{count} order", "{count} orders", tally.orders).format(count=f"{tally.orders:,}")
    return "\n".join([*about.lines(), total, *counted, *_delays(tally)])


def _delays(tally: Tally) -> Iterator[str]:
    if tally.closed_late.count:
        yield _("Closed late: {count} ({worst})").format(count=tally.closed_late.count, worst=_worst(tally.closed_late))
    if tally.overdue.count:
        said = _("Not closed and late already: {count} ({worst})")
        yield said.format(count=tally.overdue.count, worst=_worst(tally.overdue))
    if not tally.closed_late.count and not tally.overdue.count and tally.statuses[Status.CLOSED]:
        yield _("No close was late.")


def _worst(delays: Delays) -> str:
    return ngettext("the worst: {days} day", "the worst: {days} days", delays.worst).format(days=delays.worst)


def where(link: str, form: Form, until: datetime) -> str:
    """Return where the document is fetched."""
    return (
        _("{form}, until {moment} (Lima). Whoever has this link can open it: do not pass it on.").format(
            form=form.name_for_people, moment=texts.moment(until)
        )
        + "\n"
        + link
    )
