"""The conversations, found by looking into bot/conversations: a new file there is all that a new one needs."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from bot.dialogue import Conversation
from bot.folding import fold
from bot.i18n import KNOWN, _, language
from core.people import Actor


def everybody(_actor: Actor) -> bool:
    """Show it to everybody who is known."""
    return True


@dataclass(frozen=True)
class Entry:
    """A conversation and how people find it."""

    name: str
    run: Conversation
    command: str
    """The Spanish word that opens it, also as /command."""
    words: tuple[str, ...]
    """Other words that open it, in any language."""
    title: str
    """For menus and help, to be translated; at most 20 characters in each language. Empty: in no menu."""
    place: int
    """Its place in the menu."""
    shown_to: Callable[[Actor], bool]
    registers: bool
    """Whether it can end in a command; the others only look, and leaving them loses nothing."""
    rest_is_one: bool
    """Whether what follows the word is one answer, spaces and all."""


CONVERSATIONS: dict[str, Entry] = {}


def conversation(
    command: str,
    *words: str,
    title: str = "",
    place: int = 99,
    shown_to: Callable[[Actor], bool] = everybody,
    registers: bool = True,
    rest_is_one: bool = False,
) -> Callable[[Conversation], Conversation]:
    """Enter the function below into the registry, under its own name."""

    def enter(run: Conversation) -> Conversation:
        name = getattr(run, "__name__", command)
        CONVERSATIONS[name] = Entry(name, run, command, words, title, place, shown_to, registers, rest_is_one)
        return run

    return enter


@cache
def discover() -> None:
    """Load every conversation there is."""
    package = importlib.import_module("bot.conversations")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"bot.conversations.{module.name}")


@cache
def _by_word() -> dict[str, Entry]:
    discover()
    known: dict[str, Entry] = {}
    for entry in CONVERSATIONS.values():
        for word in (entry.command, *entry.words):
            if known.setdefault(fold(word), entry) is not entry:
                raise ValueError(f"the word {word!r} opens two conversations")
    for locale in KNOWN:
        with language(locale):
            for entry in CONVERSATIONS.values():
                if entry.title:
                    known.setdefault(fold(_(entry.title)), entry)
    return known


LONGEST_OPENING = 3
"""Words that an opening may have: "ver mis pendientes"."""


def opened_by(text: str) -> tuple[Entry, str] | None:
    """Return the conversation that the text opens and what follows its word, or None."""
    words = text.strip().removeprefix("/").split()
    if words and "@" in words[0]:
        words[0] = words[0].split("@")[0]  # Telegram writes /cerrar@thebot
    for length in range(min(LONGEST_OPENING, len(words)), 0, -1):
        entry = _by_word().get(fold(" ".join(words[:length])))
        if entry is not None:
            return entry, " ".join(words[length:])
    return None


def named(name: str) -> Entry | None:
    """Return the conversation of that name; a stored talk may name one that a release removed."""
    discover()
    return CONVERSATIONS.get(name)


def in_menu(actor: Actor) -> list[Entry]:
    """Return what the person's menu shows, in its order."""
    discover()
    shown = [entry for entry in CONVERSATIONS.values() if entry.title and entry.shown_to(actor)]
    return sorted(shown, key=lambda entry: (entry.place, entry.name))
