"""What is offered as buttons when a message was not understood, or asked how something is done."""

from __future__ import annotations

from collections.abc import Iterable

from bot import registry
from bot.i18n import N_, _
from bot.messages import Choice, does
from bot.understanding import Meaning
from core.people import Actor

MOST = 3
LABELS = {
    "detail": N_("See detail"),
    "history": N_("See movements"),
    "close_all": N_("Close all received"),
    "later": N_("Later"),
}
"""Of conversations that are in no menu."""
ALWAYS = ("pending", "status", "help_", "menu")
PERSON = "contacts"


def named(names: Iterable[str]) -> tuple[Choice, ...]:
    """Return buttons that begin the conversations of these names."""
    entries = [entry for name in names if (entry := registry.named(name)) is not None]
    return tuple(does(_(entry.title or LABELS.get(entry.name, entry.command)), entry.command) for entry in entries)


def not_done(names: Iterable[str]) -> str:
    """Return that a second wish was not carried out, and the word that begins it; empty if there was none."""
    entries = [entry for name in names if (entry := registry.named(name)) is not None]
    words = ", ".join(_("“{word}”").format(word=entry.command) for entry in entries)
    return (
        _("One thing at a time. Afterwards write {words}: that was NOT done yet.").format(words=words) if words else ""
    )


def likely(meaning: Meaning, actor: Actor, open_conversation: str, *, with_person: bool) -> tuple[Choice, ...]:
    """Return the likeliest things that the person can do, three at most; the last is a person if one is wanted.

    While a question is open only what the words themselves name is offered beside it.
    """
    shown = {entry.name for entry in registry.in_menu(actor)} | LABELS.keys()
    names = [name for name in meaning.likely if name in shown]
    if not open_conversation:
        names += [name for name in ALWAYS if name not in names]
    names = [name for name in names if name != open_conversation][: MOST - with_person]
    return named([*names, PERSON] if with_person and PERSON not in names else names)
