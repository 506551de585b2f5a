"""The movements of an order ("Ver Mov." on the SCOP page): every state it went through, to the second."""

from __future__ import annotations

from bot import texts
from bot.dialogue import Chat
from bot.i18n import _
from bot.recent import any_order
from bot.registry import conversation
from core.transitions import Command


@conversation(
    "movimientos",
    "ver mov",
    "ver mov.",
    "ver movimientos",
    "historial",
    "mov",
    "history",
    "movements",
    registers=False,
    rest_is_one=True,
)
def history(chat: Chat) -> Command:
    """List the movements, oldest first."""
    order = any_order(chat, _("Type the code of the order whose movements you want to see."))
    listed = "\n".join(texts.movement_line(entry, order) for entry in chat.orders.history(order))
    chat.stop(
        _("Movements of order\n{code}\n\n{listed}\n\nNow: {status}").format(
            code=order.code, listed=listed, status=texts.status_of(order)
        ),
        (texts.look_closer(order)[1], *texts.next_steps(order, chat.me), texts.to_menu()),
    )
