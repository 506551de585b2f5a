"""What a reminder says, in the person's language, with the next step as a button and a template beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot import risks, standing, texts
from bot.i18n import N_, _, ngettext
from bot.messages import Choice, Outgoing, Template, does
from core.order import Order
from core.papers import Paper
from core.people import Actor
from core.transitions import Arrive, Close, possible

MOST_LISTED = 10
LONGEST_SUMMARY = 200


class Words(StrEnum):
    """Which words a reminder has; the value is the name of the template that says the same."""

    NOW = "close_now"
    TODAY = "close_today"
    LAST = "close_last"
    OVERDUE = "overdue"
    ANSWER = "answer"
    SELL = "sell_today"


HEADING = {
    Words.NOW: N_("⏰ Did it arrive? When you have received it, close the order."),
    Words.TODAY: N_("⏰ This order must be closed today."),
    Words.LAST: N_("🔴 LAST WARNING of today: close this order before midnight. Whoever does not is fined."),
    Words.ANSWER: N_("⏰ This order is still waiting for your answer."),
    Words.SELL: N_("⏰ You accepted this order and have not sold it. Nobody may unload it before the sale."),
}
SEVERAL = {
    Words.NOW: N_("⏰ You have {count} orders to close. What arrived should be closed now."),
    Words.TODAY: N_("⏰ You have {count} orders to close today."),
    Words.LAST: N_("🔴 LAST WARNING of today: {count} orders to close before midnight. Whoever does not is fined."),
    Words.OVERDUE: N_("🔴 You have {count} orders to close, and some are OVERDUE."),
    Words.ANSWER: N_("⏰ {count} orders are waiting for your answer."),
    Words.SELL: N_("⏰ You have accepted {count} orders and not sold them. Nobody may unload before the sale."),
}
STILL_BETTER = N_("Closing late is still possible, and better than not closing.")


@dataclass(frozen=True)
class Week:
    """How the closing went in a week."""

    in_time: int
    late: int
    days_late: int
    """Of the late ones, all together."""
    overdue: int
    """Still open when it is told."""


def of_order(order: Order, me: Actor, company: str, words: Words, late: int, *, may_wait: bool, on: date) -> Outgoing:
    """Return the reminder of one order; `may_wait` says whether the day leaves time to put it off."""
    about_sale = words in (Words.ANSWER, Words.SELL)
    other = _("Buyer: {name}").format(name=order.buyer) if about_sale else _("Seller: {name}").format(name=order.seller)
    facts = [_heading(order, words, late), order.code, other, texts.lines_of(order.lines, reasons=False)]
    if words is Words.OVERDUE:
        facts += [_(STILL_BETTER), _risk(order, me, late, on)]
    choices = _sellers_steps(order, me) if about_sale else _buyers_steps(order, me, may_wait)
    return Outgoing("\n".join(fact for fact in facts if fact), choices, template=_template(order, company, words, late))


def _risk(order: Order, me: Actor, late: int, on: date) -> str:
    membership = me.for_agent(order.buyer_id)
    return risks.in_one_line(order, membership.activity, late, on) if membership and late else ""


def _heading(order: Order, words: Words, late: int) -> str:
    if words is Words.OVERDUE:
        said = ngettext(
            "🔴 OVERDUE: {count} day late. Close it now.", "🔴 OVERDUE: {count} days late. Close it now.", late
        )
        return said.format(count=late)
    if words is Words.NOW and order.arrived_at is not None:
        return _("⏰ The product arrived at {time}. Close the order now.").format(
            time=texts.time_of_day(order.arrived_at)
        )
    return _(HEADING[words])


def _buyers_steps(order: Order, me: Actor, may_wait: bool) -> tuple[Choice, ...]:
    if Close in possible(order, me):
        later = (does(_("Later"), f"posponer {order.code}"),) if may_wait else ()
        return (*texts.closing_steps(order), *later)
    steps = (does(_("It arrived"), f"llego {order.code}"),) if Arrive in possible(order, me) else ()
    return (*steps, does(_("See the order"), f"estado {order.code}"))


def _sellers_steps(order: Order, me: Actor) -> tuple[Choice, ...]:
    return (*texts.next_steps(order, me), does(_("See the order"), f"estado {order.code}"))


def _template(order: Order, company: str, words: Words, late: int) -> Template:
    what = ", ".join(line.removeprefix("• ") for line in texts.lines_of(order.lines, reasons=False).split("\n"))
    other = order.buyer if words in (Words.ANSWER, Words.SELL) else order.seller
    summary = f"{other}: {what}"
    if words is Words.OVERDUE:
        summary = _days_late(late) + " - " + summary
    return Template(words.value, (_one_line(company), order.code, _one_line(summary)))


def _days_late(late: int) -> str:
    return ngettext("{count} day late", "{count} days late", late).format(count=late)


def _one_line(text: str) -> str:
    """Return a text that a template may carry: one line, not empty, not too long."""
    said = " ".join(text.split()) or "-"
    return said if len(said) <= LONGEST_SUMMARY else said[: LONGEST_SUMMARY - 1] + "…"


def of_several(
    orders: Sequence[tuple[Order, int]], me: Actor, words: Words, count: int, *, morning: bool = False
) -> Outgoing:
    """Return one reminder of several orders, each with how many days late it is; `count` is how many there are."""
    listed = [_listed(order, late, words) for order, late in orders[:MOST_LISTED]]
    more = count - len(listed)
    if more > 0:
        listed.append(ngettext("• and {count} more", "• and {count} more", more).format(count=more))
    heading = _(SEVERAL[words]).format(count=count)
    facts = [heading, *listed, *([_(STILL_BETTER)] if words is Words.OVERDUE else [])]
    closes = any(Close in possible(order, me) for order, _late in orders)
    all_at_once = (does(_("Close all received"), "cerrar todo"),) if closes else ()
    summary = _one_line("; ".join(line.removeprefix("• ") for line in listed))
    about_sale = words in (Words.ANSWER, Words.SELL)
    template = (
        Template(words.value, (_one_line(me.name), orders[0][0].code, summary))
        if about_sale
        else Template("morning" if morning else "digest", (_one_line(me.name), str(count), summary))
    )
    return Outgoing(
        "\n".join(facts),
        (*all_at_once, does(_("Pending"), "pendientes")),
        template=template,
    )


def _listed(order: Order, late: int, words: Words) -> str:
    other = order.buyer if words in (Words.ANSWER, Words.SELL) else order.seller
    return f"• {order.code} {other}" + (f": {_days_late(late)}" if late > 0 else "")


def of_week(week: Week, me: Actor) -> Outgoing:
    """Return how the closing went last week."""
    facts = [
        _("📊 Last week"),
        _("Closed in time: {count}").format(count=week.in_time),
        _("Closed late: {count}").format(count=week.late),
    ]
    if week.late:
        average = f"{week.days_late / week.late:.1f}"
        facts.append(_("Average delay of the late ones: {days} days").format(days=average))
    facts.append(_("Overdue now: {count}").format(count=week.overdue))
    choices = (does(_("Pending"), "pendientes"), does(_("Reminders"), "avisos"), texts.to_menu())
    template = Template("weekly", (_one_line(me.name), str(week.in_time + week.late), _one_line("; ".join(facts[1:]))))
    return Outgoing("\n".join(fact for fact in facts if fact), choices, template=template)


def of_papers(papers: Sequence[Paper], me: Actor, on: date) -> Outgoing:
    """Return which papers end soon, by company, each with its last day."""
    listed: list[str] = []
    for place, paper in enumerate(papers[:MOST_LISTED]):
        if len(me.memberships) > 1 and (place == 0 or papers[place - 1].agent_id != paper.agent_id):
            listed.append(paper.agent)
        listed.append(f"⚠️ {standing.named(paper)}: {_last_day(paper, on)}")
    more = len(papers) - MOST_LISTED
    if more > 0:
        listed.append(ngettext("• and {count} more", "• and {count} more", more).format(count=more))
    facts = [
        _("📄 Papers that end within 30 days"),
        *listed,
        _(
            "Renew in time what you need, and tell your administrator. Without a register entry and an insurance in "
            "force an order may not be sold."
        ),
    ]
    summary = "; ".join(f"{standing.named(paper)}, {texts.on_day(paper.valid_to or on)}" for paper in papers)
    names = list(dict.fromkeys(paper.agent for paper in papers))
    template = Template("papers", (_one_line(", ".join(names)), str(len(papers)), _one_line(summary)))
    choices = (does(_("My papers"), "papeles"), does(_("Reminders"), "avisos"), texts.to_menu())
    return Outgoing("\n".join(facts), choices, template=template)


def _last_day(paper: Paper, on: date) -> str:
    last = paper.valid_to or on
    left = (last - on).days
    if not left:
        return _("its last day is TODAY, {day}").format(day=texts.on_day(last))
    said = ngettext("until {day}, {count} day left", "until {day}, {count} days left", left)
    return said.format(day=texts.on_day(last), count=left)
