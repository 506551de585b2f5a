"""How papers, capacity and the standing of another company read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bot import texts
from bot.choosing import TRADE
from bot.dialogue import Chat
from bot.i18n import N_, _, ngettext
from core.papers import Paper, PaperKind
from core.people import Membership
from core.registerbook import Standing as Verdict
from core.terms import Activity, Party, Standing, Trade, Unit
from core.volumes import MONTHLY_GALLONS, left_of_month

PAPER = {
    PaperKind.REGISTER: N_("Register entry"),
    PaperKind.POLICY: N_("Insurance policy"),
    PaperKind.VEHICLE: N_("Vehicle"),
    PaperKind.CERTIFICATE: N_("Certificate"),
    PaperKind.TANKS_BORROWED: N_("Tanks lent by"),
    PaperKind.TANKS_LENT: N_("Tanks lent to"),
}
MOST_HELD = 5


def named(paper: Paper) -> str:
    """Return what kind of paper it is, its number and what it is about."""
    if paper.kind.is_loan:
        return f"{_(PAPER[paper.kind])} {paper.about}"
    return f"{_(PAPER[paper.kind])} {paper.number}" + (f" ({paper.about})" if paper.about else "")


def paper_line(paper: Paper, on: date) -> str:
    """Return a paper with its last day: a sign first that tells whether it holds."""
    name = named(paper)
    if paper.standing is not Standing.VALID:
        return f"❌ {name}: {paper.standing.value}"
    if not paper.is_valid(on):
        begins = paper.valid_from > on
        ended = _("begins on {day}") if begins else _("ended on {day}")
        return f"❌ {name}: " + ended.format(day=texts.on_day(paper.valid_from if begins else paper.valid_to or on))
    if paper.valid_to is None:
        return f"✅ {name}: " + _("valid, without an end")
    sign = "⚠️" if paper.ends_soon(on) else "✅"
    return f"{sign} {name}: " + _("valid until {day}").format(day=texts.on_day(paper.valid_to))


def of_agent(chat: Chat, mine: Membership) -> str:
    """Return the agent's own papers, its free capacity and what holds it, and the month's bulk LPG."""
    register, today = chat.orders.register, texts.today(chat.at)
    papers = register.papers(mine.agent_id)
    facts = [mine.agent]
    if not register.entry(mine.agent_id).is_valid(today):
        facts.append("❌ " + _("The register entry is not valid today: it cannot buy or sell."))
    facts += [paper_line(paper, today) for paper in papers]
    if not any(paper.kind is PaperKind.POLICY for paper in papers):
        facts.append("⚠️ " + _("I know of no insurance policy."))
    trades = {trade for seller in chat.orders.sellers(mine) for trade in seller.trades} if mine.acts else set()
    facts += [_capacity(chat, mine, trade) for trade in Trade if trade in trades]
    facts += _month(chat, mine)
    return "\n".join(fact for fact in facts if fact)


def _capacity(chat: Chat, mine: Membership, trade: Trade) -> str:
    whole = chat.orders.register.entry(mine.agent_id).capacity_for(trade)
    name = _(TRADE[trade])
    if whole is None:
        return _("{trade}: capacity without a limit").format(trade=name)
    held = chat.orders.register.holding(mine.agent_id, trade)
    free = max(whole - sum((one.held for one in held), Decimal(0)), Decimal(0))
    shown = [texts.holding_line(one, trade.unit) for one in held[:MOST_HELD]]
    more = len(held) - len(shown)
    return "\n".join(
        [
            _("{trade}: {free} free of {capacity}").format(
                trade=name,
                free=texts.amount(free, trade.unit),
                capacity=texts.amount(whole, trade.unit),
            ),
            *shown,
            *([ngettext("• and {count} more", "• and {count} more", more).format(count=more)] if more > 0 else []),
        ]
    )


def _month(chat: Chat, mine: Membership) -> list[str]:
    """Return the bulk LPG of the calendar month by counterpart; of a limited seller with what is left."""
    lines = []
    for party, heading in (
        (Party.SELLER, _("Bulk LPG sold this month to {name}: {gallons}")),
        (Party.BUYER, _("Bulk LPG bought this month from {name}: {gallons}")),
    ):
        for name, gallons in chat.orders.register.month_in_bulk(mine.agent_id, party):
            told = heading.format(name=name, gallons=texts.amount(gallons, Unit.GALLONS))
            lines.append(told + _left(mine, party, gallons))
    return lines


def _left(mine: Membership, party: Party, gallons: Decimal) -> str:
    if party is not Party.SELLER or mine.activity is not Activity.BULK_DISTRIBUTOR:
        return ""
    left, limit = (texts.amount(one, Unit.GALLONS) for one in (left_of_month(gallons), MONTHLY_GALLONS))
    return " " + _("({left} left of {limit})").format(left=left, limit=limit)


def verdict(standing: Verdict) -> str:
    """Return whether it is possible today, and everything that stands against it."""
    trade = _(TRADE[standing.trade])
    asked = _("Buy {trade} from it") if standing.party is Party.BUYER else _("Sell {trade} to it")
    answer = _("today you can") if standing.is_free else _("today you cannot")
    sign = "✅" if standing.is_free else "❌"
    found = [f"   {'❌' if one.stops else '⚠️'} {texts.why(one)}" for one in standing.found]
    return "\n".join([f"{sign} {asked.format(trade=trade)}: {answer}", *found])
