"""A report for the owner: the orders of some days as a document, with its sums in the chat."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from bot import texts
from bot.asking import owns, pick_agent
from bot.dialogue import Chat
from bot.folding import fold
from bot.i18n import N_, _, current_language
from bot.messages import Attachment, Choice, Enclosure, does
from bot.registry import conversation
from bot.reports import wishes, wording
from bot.reports.about import About
from bot.reports.forms import Form
from bot.reports.links import LASTS, Ticket
from bot.reports.wishes import ALL, BOUGHT, BY_PARTNER, BY_STATE, LATE, SOLD, Wish
from core.people import Membership
from core.registerbook import Named
from core.reports.sums import Tally
from core.reports.wanted import Wanted
from core.terms import Party, Status
from core.transitions import Command

MOST = 5_000
"""Orders of a report by chat: a second or two of work. Larger ones are made at the command line."""
UPLOADING = frozenset({"telegram"})
"""The channels that get the document itself: they need no address to fetch it from."""


@conversation(
    "reporte", "reportes", "informe", "report", "reports",
    title=N_("Report"), place=72, shown_to=owns, registers=False, rest_is_one=True,
)  # fmt: skip
def report(chat: Chat) -> Command:
    """Ask for the days, and which orders where that was not said; tell the sums and give the document."""
    owned = chat.people.owned()
    if not owned:
        chat.stop(_("Only the owner of a company gets its reports. Ask the owner."), (texts.to_menu(),))
    if not chat.reports.can_sign or not (chat.reports.address or chat.me.channel in UPLOADING):
        said = _("Reports by chat are not set up here. Your administrator can make one: scopbot report --help")
        chat.stop(said, (texts.to_menu(),))
    wish = chat.ask(
        "days",
        _("A report of which days? Choose, or type days like 18/11 al 20/11, or a month."),
        wishes.wish(texts.today(chat.at)),
        options=lambda _note: [
            ("hoy", _("Today")),
            ("esta semana", _("This week")),
            ("este mes", _("This month")),
            ("mes pasado", _("Last month")),
        ],
    )
    agent = pick_agent(chat, _("The report of which company?"), owned)
    form = wish.form or chat.known("form", _form) or Form.XLSX
    wanted, partner = _wanted(chat, wish, agent, is_enough=wish.form is not None or "form" in chat.met)
    about = About(wanted, chat.at, (agent.agent,), (partner.name,) if partner else ())
    tally = chat.orders.reports.tally(wanted, MOST)
    if tally is None:
        said = _("That is more than {most} orders. Please choose fewer days, or ask your administrator for the report.")
        chat.stop(said.format(most=f"{MOST:,}"), (_another(), texts.to_menu()))
    if not tally.orders:
        chat.stop("\n".join([*about.lines(), _("There are no orders.")]), (_another(), texts.to_menu()))
    _give(chat, about, tally, form)


def _form(text: str) -> Form | None:
    return next((form for form in Form if form.value == text), None)


def _wanted(chat: Chat, wish: Wish, agent: Membership, *, is_enough: bool) -> tuple[Wanted, Named | None]:
    """Return which orders are wanted, and the counterpart if it is one; asked where it was not said."""
    base = Wanted(wish.first, wish.last, (agent.agent_id,))
    partner = _partner(chat, base, wish.partner) if wish.partner else None
    what = wish.what or (ALL if partner or (is_enough and not chat.has("what")) else _what(chat))
    if what == BY_PARTNER:
        partner = _partner(chat, base, "")
    if what == BY_STATE:
        what = _state(chat, base)
    party = {BOUGHT: Party.BUYER, SOLD: Party.SELLER}.get(what)
    statuses = frozenset(status for status in Status if status.value == what)
    others = (partner.id,) if partner else ()
    return Wanted(wish.first, wish.last, base.agents, party, statuses, others, what == LATE), partner


def _what(chat: Chat) -> str:
    return chat.ask(
        "what",
        _("Which orders?"),
        wishes.what,
        options=lambda _note: [
            (ALL, _("All")),
            (LATE, _("Only delays")),
            (BY_STATE, _("One state")),
            (BY_PARTNER, _("One counterpart")),
        ],
    )


def _state(chat: Chat, base: Wanted) -> str:
    tally = chat.orders.reports.tally(base, MOST)
    there = [status for status in Status if tally is None or tally.statuses[status]]
    if not there:
        return ALL
    return chat.choose(
        "state",
        _("Which state?"),
        there,
        token=lambda status: status.value,
        label=lambda status: status.value,
        typed=wishes.state_in,
    ).value


def _partner(chat: Chat, base: Wanted, named: str) -> Named | None:
    """Return the counterpart of that name, or the one that is chosen; None where there is nobody."""
    found = chat.orders.reports.counterparts(base)
    matching = [one for one in found if named and fold(named) in fold(one.name)]
    if len(matching) == 1:
        return matching[0]
    if not found:
        return None
    return chat.choose(
        "with",
        _("With which company?"),
        matching or found,
        token=lambda one: f"agent {one.id}",
        label=lambda one: one.name,
    )


def _give(chat: Chat, about: About, tally: Tally, form: Form) -> NoReturn:
    """Tell the sums, and give the document."""
    until = chat.at + LASTS
    token = chat.reports.token(Ticket(chat.me.person_id, about.wanted, form, current_language(), until))
    link = chat.reports.link(token)
    told = wording.summary(about, tally) + ("\n\n" + wording.where(link, form, until) if link else "")
    other = Form.CSV if form is Form.XLSX else Form.XLSX
    choices = [does(other.name_for_people, wishes.spoken(about.wanted, about.others, other))]
    is_narrowed = about.wanted.late or about.wanted.party or about.wanted.statuses
    if not is_narrowed and (tally.closed_late.count or tally.overdue.count):
        choices.append(does(_("Only delays"), wishes.spoken(replace(about.wanted, late=True), about.others, form)))
    chat.stop(told, (*choices, _another(), texts.to_menu()), Attachment(Enclosure.REPORT, token))


def _another() -> Choice:
    return does(_("Another report"), "reporte")
