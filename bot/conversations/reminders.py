"""Which summaries I get. The reminders of the same day cannot be turned off, and this says why."""

from __future__ import annotations

from bot import texts
from bot.asking import owns
from bot.dialogue import Chat
from bot.i18n import N_, _
from bot.people import WantReminders
from bot.registry import conversation
from core.transitions import Command


@conversation("avisos", "recordatorios", "reminders", title=N_("Reminders"), place=79)
def reminders(chat: Chat) -> Command:
    """Turn the morning's and the week's summary on or off."""
    morning, weekly = chat.people.wants("morning"), chat.people.wants("weekly")
    options = {"morning": _("Turn off the morning") if morning else _("Turn on the morning")}
    if owns(chat.me):
        options["weekly"] = _("Turn off Mondays") if weekly else _("Turn on Mondays")
    options["today"] = _("Those of the day")
    chosen = chat.choose_word(
        "which",
        _(
            "In the morning you get one message with all that is overdue; on Mondays owners get a summary and are told "
            "which papers end soon. Which one do you want to change?"
        ),
        options,
    )
    if chosen == "today":
        chat.stop(
            _(
                "The reminders of the same day cannot be turned off: an order must be closed on the day on which it "
                "arrives, and Osinergmin fines whoever does not. Closing, rejecting or “posponer” makes them stop."
            ),
            (texts.to_menu(),),
        )
    return WantReminders(chosen, wanted=not (morning if chosen == "morning" else weekly))
