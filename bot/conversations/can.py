"""Can I buy, can I sell? What would be checked, told before anything is typed: my papers, my room, the other side."""

from __future__ import annotations

from bot import texts
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.messages import does
from bot.registry import conversation
from bot.standing import of_agent, verdict
from core.registerbook import Named
from core.terms import Party, Trade
from core.transitions import Command

PARTNER = "partner "


@conversation(
    "puedo",
    "papeles",
    "mis papeles",
    "puedo comprar",
    "puedo comprar?",
    "puedo vender",
    "puedo vender?",
    "puedo?",
    "can i",
    "can i buy",
    "can i sell",
    "papers",
    title=N_("Can I buy or sell?"),
    place=65,
    registers=False,
    rest_is_one=True,
)
def can(chat: Chat) -> Command:
    """Tell the person's own papers, then how another company stands."""
    partners = {one.id: one for mine in chat.me.memberships for one in chat.orders.register.partners(mine)}
    question = _("With which company do you want to trade? Choose it or type its name.")
    if not chat.has("other"):
        mine = "\n\n".join(of_agent(chat, membership) for membership in chat.me.memberships)
        if not partners:
            chat.stop(mine, (texts.to_menu(),))
        question = f"{mine}\n\n{question}"
    other = chat.choose(
        "other",
        question,
        sorted(partners.values(), key=lambda one: one.name),
        token=lambda one: f"{PARTNER}{one.id}",
        label=lambda one: one.name,
    )
    chat.stop(_about(chat, other), (does(_("Request"), "solicitar"), does(_("My papers"), "papeles"), texts.to_menu()))


def _about(chat: Chat, other: Named) -> str:
    """Return how the other company stands to each of the person's, on either side, for each kind of product."""
    found = [
        (mine, standing)
        for mine in chat.me.memberships
        for party in Party
        for trade in Trade
        if (standing := chat.orders.register.standing(mine, other.id, party, trade)) is not None
    ]
    entry = found[0][1].other if found else None
    lines = [other.name, f"{entry.activity.value}, {entry.register_number}" if entry else ""]
    several = len(chat.me.memberships) > 1
    for mine, standing in found:
        lines.append(f"{mine.agent}\n{verdict(standing)}" if several else verdict(standing))
    if not found:
        lines.append(_("The norms do not let you trade with this company today."))
    return "\n".join(line for line in lines if line)
