"""Understanding a message as the router has it: who writes, what is open, and which notice is on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import on_screen
from bot.dialogue import Talk
from bot.understanding import Meaning, Notice, understand
from bot.understanding.reading import BookContext

if TYPE_CHECKING:
    from bot.router import Router


def understood(router: Router, text: str, talk: Talk | None = None, notice: Notice | None = None) -> Meaning:
    """Return what the text means now; or into another talk, or under another notice."""
    contact, work = router.contact, router.work
    talk = talk or router.talk
    notice = notice or notice_on_screen(router, talk)
    return understand(text, BookContext(contact.actor, router.scene.orders, work.at, talk, contact.locale, notice))


def notice_on_screen(router: Router, talk: Talk) -> Notice | None:
    """Return what is newer on the screen than the last reply, while no question is open."""
    return None if talk.conversation else on_screen.as_context(router.newer_notices)
