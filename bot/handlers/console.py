"""The terminal: one person at a time types, and sees what reaches them and the others."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace

from bot import inbox, outbox, outcomes
from bot.messages import Incoming
from bot.runtime import Runtime

NAME = "console"
SWITCH = "@"


def chat(runtime: Runtime, phone: str, typed: Iterable[str], say: Callable[[str, str], None]) -> None:
    """Answer each typed line. A line "@+51900000002" hands the terminal to somebody else.

    `say` gets the phone of whoever is told something, and the text.
    """
    runtime = replace(runtime, channels=runtime.channels | {NAME})
    for line in typed:
        if line.startswith(SWITCH):
            phone = line.removeprefix(SWITCH).strip()
            say(phone, "…")
            continue
        message = Incoming(NAME, phone, secrets.token_hex(8), text=line, phone=phone)
        inbox.receive(runtime, message)
        _deliver(runtime, say)


def _deliver(runtime: Runtime, say: Callable[[str, str], None]) -> None:
    only_here = replace(runtime, channels=frozenset({NAME}))
    while letters := outbox.claim(only_here, NAME, 50):
        for letter in letters:
            say(letter.address, letter.message.numbered())
            outcomes.mark_sent(runtime.database, letter, NAME, f"console-{letter.id}", runtime.clock())
