"""What a report is about, in words: whose orders, of which days, and which of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import texts
from bot.i18n import N_, _
from bot.reports.forms import Form
from core.reports.wanted import Wanted
from core.terms import Party

SIDE = {Party.BUYER: N_("bought"), Party.SELLER: N_("sold")}


@dataclass(frozen=True)
class About:
    """A report's subject, with the names of the agents in it."""

    wanted: Wanted
    at: datetime
    """As of when."""
    of: tuple[str, ...] = ()
    """Whose orders; none: everybody's."""
    others: tuple[str, ...] = ()
    """Only those with these agents."""

    def lines(self) -> Iterator[str]:
        """Yield what stands at the head of a report, in the language spoken now."""
        yield _("Report of {agents}").format(agents=", ".join(self.of) or _("all agents"))
        yield _("Orders requested: {span}").format(span=texts.span(self.wanted.first, self.wanted.last))
        if kept := ", ".join(self.conditions()):
            yield _("Only: {conditions}").format(conditions=kept)

    def conditions(self) -> Iterator[str]:
        """Yield what limits it beside the days."""
        if self.wanted.party:
            yield _(SIDE[self.wanted.party])
        if self.wanted.statuses:
            yield " / ".join(sorted(status.value for status in self.wanted.statuses))
        if self.others:
            yield _("with {agents}").format(agents=" / ".join(self.others))
        if self.wanted.late:
            yield _("closed late or overdue")

    def as_of(self) -> str:
        """Return the moment that it tells of."""
        return _("As of {moment} (Lima)").format(moment=texts.moment(self.at))

    def file_name(self, form: Form) -> str:
        """Return a short name without spaces: phones show it, and Twilio asks for at most twenty characters."""
        first, last = self.wanted.first, self.wanted.last
        if (
            first.day == 1
            and (last + timedelta(days=1)).day == 1
            and (first.year, first.month) == (last.year, last.month)
        ):
            return f"reporte-{first:%Y-%m}.{form.value}"
        if first == last:
            return f"reporte-{first:%y%m%d}.{form.value}"
        return f"r-{first:%y%m%d}-{last:%y%m%d}.{form.value}"
