"""How it works, in one screen."""

from __future__ import annotations

from bot import registry, texts
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.messages import does
from bot.registry import conversation
from core.transitions import Command


@conversation("ayuda", "help", title=N_("Help"), place=90, registers=False)
def help_(chat: Chat) -> Command:
    """Say what can be typed, and that this does not replace the official system."""
    listed = "\n".join(f"• {entry.command}: {_(entry.title)}" for entry in registry.in_menu(chat.me))
    chat.stop(
        _(
            "Type a word or choose from the menu:\n{listed}\n\n"
            "At any moment: “atrás” takes back the last answer, “cancelar” leaves without registering anything, "
            "“menú” starts again. An eleven-digit code alone shows that order.\n\n"
            "This service does not replace Osinergmin's SCOP."
        ).format(listed=listed),
        (does(_("Control centre"), "contactos"), texts.to_menu()),
    )
