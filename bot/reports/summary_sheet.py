"""The first sheet of a report, row by row: what it is about, and its sums by state, counterpart and product."""

from __future__ import annotations

from collections.abc import Iterator

from bot.i18n import N_, _
from bot.reports.about import About
from bot.reports.columns import Cell
from core.order import NOTHING
from core.reports.sums import Delays, Summary, Tally
from core.terms import Party, Status, Unit

Row = tuple[str, list[Cell]]
"""Its style, which is title, heading or cells; and its cells."""
SIDE = {Party.BUYER: N_("Buyer"), Party.SELLER: N_("Seller")}


def summary_rows(summary: Summary, about: About) -> Iterator[Row]:
    """Yield the rows, in the language spoken now."""
    title, *rest = about.lines()
    yield "title", [title]
    for line in (*rest, about.as_of(), _("It does not replace Osinergmin's SCOP.")):
        yield "cells", [line]
    for section in (_by_state(summary.tally), _delays(summary.tally), _by_partner(summary), _by_product(summary)):
        yield "cells", []
        yield from section


def _by_state(tally: Tally) -> Iterator[Row]:
    yield "heading", [_("State"), _("Orders")]
    for status in Status:
        yield "cells", [status.value, tally.statuses[status]]
    yield "cells", [_("Total"), tally.orders]


def _delays(tally: Tally) -> Iterator[Row]:
    yield "heading", [_("Delays"), _("Orders"), _("Days altogether"), _("Worst, in days")]
    yield "cells", [_("Closed late"), *_cells(tally.closed_late)]
    yield "cells", [_("Not closed and late already"), *_cells(tally.overdue)]


def _cells(delays: Delays) -> list[Cell]:
    return [delays.count, delays.days, delays.worst]


def _by_partner(summary: Summary) -> Iterator[Row]:
    late = [_("Closed late"), _("Worst, in days"), _("Overdue")]
    yield "heading", [_("Counterpart"), _("Side"), _("RUC"), _("Orders"), *late]
    for (party, name, ruc), tally in sorted(summary.partners.items()):
        delays: list[Cell] = [tally.closed_late.count, tally.closed_late.worst, tally.overdue.count]
        yield "cells", [name, _(SIDE[party]), ruc, tally.orders, *delays]


def _by_product(summary: Summary) -> Iterator[Row]:
    counted = [_("Requested"), _("Accepted"), _("Sold"), _("Received"), _("Kilograms received")]
    yield "heading", [_("Product"), _("Unit"), _("Lines"), *counted]
    for (name, unit), volume in sorted(summary.volumes.items()):
        sums: list[Cell] = [volume.requested, volume.accepted, volume.sold, volume.received]
        yield "cells", [name, unit.value, volume.lines, *sums, None if unit is Unit.GALLONS else volume.kilograms]
    weighed = [volume.kilograms for (_name, unit), volume in summary.volumes.items() if unit is not Unit.GALLONS]
    if weighed:
        blank: list[Cell] = [None] * 6
        yield "cells", [_("All cylinders, in kilograms"), *blank, sum(weighed, NOTHING)]
    yield "cells", [_("Sold: without what was rejected afterwards. Gallons of different products are not added.")]
