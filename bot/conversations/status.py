"""The state of an order by its code, and what can be done with it."""

from __future__ import annotations

from bot import texts
from bot.asking import any_order
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.registry import conversation
from core.transitions import Command


@conversation(
    "estado",
    "consultar",
    "consulta",
    "codigo",
    "status",
    "code",
    title=N_("Look up a code"),
    place=50,
    registers=False,
    rest_is_one=True,
)
def status(chat: Chat) -> Command:
    """Tell where an order is and offer its next actions."""
    order = any_order(chat, _("Type the code of the order: eleven digits."))
    chat.stop(texts.described(order), (*texts.next_steps(order, chat.me), *texts.look_closer(order), texts.to_menu()))
