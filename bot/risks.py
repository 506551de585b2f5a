"""What closing late could cost, in words: always an estimate, never a sanction."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from bot.i18n import _, ngettext
from core.clock import day_in_lima, days_between
from core.fines.estimate import Estimate, closing_late
from core.order import Order
from core.terms import Activity

CENT = Decimal("0.01")


def days_late(order: Order, at: datetime) -> int:
    """Return how many days ago the order should have been closed: on the day of its arrival, else of its sale."""
    since = order.to_close_since or order.sold_at
    return max(0, days_between(since, at)) if since else 0


def of_closing(order: Order, activity: Activity, at: datetime) -> Estimate:
    """Return the estimate for an order that is still to be closed by a buyer of that kind."""
    return closing_late(days_late(order, at), activity, order.trade, day_in_lima(at))


def late_by(days: int) -> str:
    """Return how late an order is."""
    if days == 0:
        return _("in time if you close it today")
    return ngettext("{days} day late", "{days} days late", days).format(days=days)


def range_of(estimate: Estimate) -> str:
    """Return the range in UIT and in soles: 0.11 UIT (S/ 605), or 0.21 to 0.33 UIT (S/ 1,155 to S/ 1,815)."""
    least, most = estimate.soles
    if estimate.least == estimate.most:
        return _("{uit} UIT (S/ {soles})").format(uit=estimate.most, soles=_soles(most))
    return _("{least} to {most} UIT (S/ {few} to S/ {many})").format(
        least=estimate.least, most=estimate.most, few=_soles(least), many=_soles(most)
    )


def in_one_line(order: Order, activity: Activity, days: int, on: date) -> str:
    """Return the line that a reminder carries when so many days have passed."""
    estimate = closing_late(days, activity, order.trade, on)
    return _("Estimate, not a sanction: closing today keeps it at {range}. {similar}").format(
        range=range_of(estimate), similar=similar_case(estimate)
    )


def similar_case(estimate: Estimate) -> str:
    """Return the printed case that is most like this one."""
    return ngettext(
        "A similar case: {days} day late, {uit} UIT (Res. {resolution}).",
        "A similar case: {days} days late, {uit} UIT (Res. {resolution}).",
        estimate.similar.days_late,
    ).format(days=estimate.similar.days_late, uit=estimate.similar.imposed, resolution=estimate.similar.resolution)


def each_day(estimate: Estimate) -> str:
    """Return what one more day could add."""
    return _("Each further day could add about {uit} UIT.").format(uit=estimate.each_day.quantize(CENT))


def _soles(amount: Decimal) -> str:
    return f"{amount.quantize(Decimal(1)):,}"
