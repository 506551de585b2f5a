"""A mere yes while no question is open: to the newest notice, or once more to what was just registered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot import on_screen, registry, texts
from bot.i18n import N_, _
from bot.messages import Choice, Outgoing, does

if TYPE_CHECKING:
    from bot.router import Router

STILL_SENDING = timedelta(minutes=30)
"""How long a yes may be the last one sent again: on a bad connection the receipt comes late."""
ASKS = {
    "close": N_("I registered nothing yet. Do you want to close order {code}?"),
    "accept": N_("I registered nothing yet. Do you want to attend order {code}?"),
    "sell": N_("I registered nothing yet. Do you want to sell order {code}?"),
}
"""By the conversation that a notice asks for."""


def to_yes(router: Router) -> Outgoing | None:
    """Return what a yes is answered: what is newest on the screen decides; None if nothing there can be meant."""
    if router.contact.last_notice > router.talk.screen:
        return _asked_by_notice(router)
    if router.talk.offered:
        return router.command(router.talk.offered)
    if router.talk.receipt_shown and router.work.at - texts.parsed(router.talk.done[2]) < STILL_SENDING:
        return done_already(router)
    return None


def _asked_by_notice(router: Router) -> Outgoing | None:
    """Ask whether to do what the newest notice asks for, and a yes begins it: "ok" may only say that it was read."""
    notice = on_screen.as_context(router.newer_notices)
    if notice is None or notice.conversation not in ASKS:
        return None
    offered = ""
    if len(notice.codes) == 1:
        entry = registry.named(notice.conversation)
        offered = f"{entry.command} {notice.codes[0]}" if entry is not None else ""
        text = _(ASKS[notice.conversation]).format(code=notice.codes[0])
        choices = tuple(Choice(label, token) for token, label in on_screen.choices_of(router.newer_notices[0]))
    else:
        text = _("I registered nothing yet. Several orders wait for you. What do you want to do?")
        all_at_once = (does(_("Close all received"), "cerrar todo"),) if notice.conversation == "close" else ()
        choices = (*all_at_once, does(_("Pending"), "pendientes"), texts.to_menu())
    router.talk.rest(choices)
    router.talk.offered = offered
    return Outgoing(text, choices)


def done_already(router: Router) -> Outgoing:
    """Answer a second yes, or a second tap: the receipt again. Its buttons too while it is the last that was said."""
    talk = router.talk
    said = _("That was registered already; nothing was done twice.") + "\n\n" + talk.done[1]
    if talk.conversation:
        return Outgoing(said)
    if not talk.receipt_shown:
        choices: tuple[Choice, ...] = (does(_("Pending"), "pendientes"), texts.to_menu())
        talk.rest(choices)
        return Outgoing(said, choices)
    return Outgoing(said, tuple(Choice(label, token) for token, label in talk.shown))
