"""How it works, in one screen."""

from __future__ import annotations

from collections.abc import Callable

from bot import registry, texts
from bot.buying import closes
from bot.dialogue import Chat
from bot.folding import fold
from bot.i18n import N_, _
from bot.messages import does
from bot.registry import conversation, everybody
from core.people import Actor
from core.transitions import Command

NOT_IN_MENU: tuple[tuple[str, str, Callable[[Actor], bool]], ...] = (
    ("cerrar todo", N_("close all that came"), closes),
    ("posponer", N_("be reminded of a close later"), closes),
    ("constancia", N_("the signed receipt of an order"), everybody),
    ("movimientos", N_("who did what, and when"), everybody),
    ("detalle", N_("how much of each product"), everybody),
)
"""What can be typed and is no option of the menu: the word, what it does, and to whom it is shown."""


@conversation("ayuda", "help", title=N_("Help"), place=90, registers=False)
def help_(chat: Chat) -> Command:
    """Say what can be typed, and that this does not replace the official system."""
    chat.stop(
        _(
            "Type a word or choose from the menu:\n{listed}\n\n"
            "At any moment: “atrás” takes back the last answer, “cancelar” leaves without registering anything, "
            "“menú” starts again. An eleven-digit code alone shows that order.\n\n"
            "This service does not replace Osinergmin's SCOP."
        ).format(listed=_listed(chat.me)),
        (does(_("Control centre"), "contactos"), texts.to_menu()),
    )


def _listed(me: Actor) -> str:
    """Return the words: those whose title says no more in one line, the others with what they do."""
    entries = [entry for entry in registry.in_menu(me) if entry.run is not help_]
    plain = [entry.command for entry in entries if fold(_(entry.title)) == fold(entry.command)]
    told = [(entry.command, _(entry.title)) for entry in entries if entry.command not in plain]
    told += [(word, _(said)) for word, said, is_shown in NOT_IN_MENU if is_shown(me)]
    lines = [", ".join(plain), *(f"{word}: {said}" for word, said in told)]
    return "\n".join(f"• {line}" for line in lines if line)
