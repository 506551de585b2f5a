"""The menu: what this person can do, the likeliest first."""

from __future__ import annotations

from bot import registry
from bot.dialogue import Chat
from bot.i18n import _
from bot.messages import does
from bot.registry import conversation
from core.transitions import Command

FIRST_PAGE = 8


@conversation("menu", "inicio", "opciones", "home", "options", registers=False, rest_is_one=True)
def menu(chat: Chat) -> Command:
    """Show what can be done; the second page is "menu 2"."""
    entries = registry.in_menu(chat.me)
    page = chat.ask("page", "", _page) if chat.has("page") else 1
    shown = entries[:FIRST_PAGE] if page == 1 else entries[FIRST_PAGE:]
    choices = [does(_(entry.title), entry.command) for entry in shown]
    if page == 1 and len(entries) > FIRST_PAGE:
        choices.append(does(_("More options"), "menu 2"))
    if page > 1:
        choices.append(does(_("Back to the menu"), "menu"))
    agents = ", ".join(membership.agent for membership in chat.me.memberships)
    chat.stop(_("{agents}\nWhat would you like to do?").format(agents=agents), choices)


def _page(text: str) -> int:
    return 2 if text.strip() == "2" else 1
