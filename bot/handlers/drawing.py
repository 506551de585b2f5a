"""A message as any platform takes it: texts of a length that fits, and buttons with short labels, no two alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.handlers.splitting import split
from bot.i18n import _, language
from bot.messages import Choice, Outgoing
from bot.signs import ELLIPSIS, is_visible, shorten, sound

MARK_ROOM = 20
"""UTF-16 units kept free in each part for the words "(sent again)"."""


@dataclass(frozen=True)
class Button:
    """A choice that a platform can show as a button."""

    number: int
    """Its place in the numbered list of the text."""
    choice: Choice


def texts_of(message: Outgoing, most: int, last: int | None = None) -> list[str]:
    """Return the parts of the text with its numbered list, each within the limit and showing something.

    They depend on nothing but the message: what was sent of it before a failure stays the first parts.
    """
    fitting = split(sound(message.numbered()), most - MARK_ROOM, last - MARK_ROOM if last else None)
    shown = [text for text in fitting[:-1] if is_visible(text)]
    return [*shown, fitting[-1] if is_visible(fitting[-1]) else ELLIPSIS]


def marked(texts: Sequence[str], first: int, locale: str) -> list[str]:
    """Return the texts with the words "(sent again)" before the first that is still to be sent."""
    place = min(first, len(texts) - 1)
    return [f"{again(locale)} {text}" if number == place else text for number, text in enumerate(texts)]


def again(locale: str) -> str:
    """Return the words for a letter that may have arrived before."""
    with language(locale or None):
        return _("(sent again)")


def titles(buttons: Iterable[Button], most: int) -> list[str]:
    """Return a label for each button: on one line, of at most so many units, never empty, no two alike.

    Labels that are alike once they are short get their number from the list before them.
    """
    buttons = list(buttons)
    short = [shorten(button.choice.label, most) for button in buttons]
    numbered = [shorten(f"{button.number}. {button.choice.label}", most) for button in buttons]
    alike = [not is_visible(one) or _times(one, short) > 1 for one in short]
    mixed = [numbered[place] if is_alike else short[place] for place, is_alike in enumerate(alike)]
    return mixed if all(_times(one, mixed) == 1 for one in mixed) else numbered


def _times(label: str, labels: Iterable[str]) -> int:
    return sum(one.casefold() == label.casefold() for one in labels)
