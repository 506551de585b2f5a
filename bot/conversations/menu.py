"""The menu: what this person can do, the likeliest first."""

from __future__ import annotations

from bot import registry
from bot.dialogue import Chat
from bot.i18n import _
from bot.messages import does
from bot.registry import conversation
from core.transitions import Command

PAGE = 8


@conversation("menu", "inicio", "opciones", "home", "options", registers=False, rest_is_one=True)
def menu(chat: Chat) -> Command:
    """Show what can be done, eight things a page; the second page is "menu 2"."""
    entries = registry.in_menu(chat.me)
    page = chat.ask("page", "", _page) if chat.has("page") else 1
    shown = entries[(page - 1) * PAGE : page * PAGE] or entries[:PAGE]
    choices = [does(_(entry.title), entry.command) for entry in shown]
    if len(entries) > page * PAGE:
        choices.append(does(_("More options"), f"menu {page + 1}"))
    if page > 1:
        choices.append(does(_("Back to the menu"), "menu"))
    agents = ", ".join(membership.agent for membership in chat.me.memberships)
    chat.stop(_("{agents}\nWhat would you like to do?").format(agents=agents), choices)


def _page(text: str) -> int:
    number = text.strip()
    return int(number) if number.isascii() and number.isdigit() and 0 < int(number) < 10 else 1
