"""What understanding returns: a value that says what is meant, what it was taken from and what stays in doubt."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of thing that a message can be."""

    INTENT = "intent"
    """It opens a conversation, with what it states already answered."""
    ANSWER = "answer"
    """It answers the open question, and perhaps later ones."""
    YES = "yes"
    """A clear yes to the summary on the screen."""
    NO = "no"
    """A clear no to it."""
    CORRECTION = "correction"
    """It changes something in the summary on the screen; the summary is to be shown again."""
    GREETING = "greeting"
    THANKS = "thanks"
    HOWTO = "howto"
    """Asks how something is done; `topic` names the conversation."""
    PERSON = "person"
    """Wants to talk to somebody."""
    LATER = "later"
    """Not yet: to be reminded later; nothing is to be done now."""
    OUT_OF_SCOPE = "out_of_scope"
    """Prices, payments, the weather: nothing that the bot does."""
    AMBIGUOUS = "ambiguous"
    """It can mean one of several things: `likely` names them."""
    HELD = "held"
    """It speaks of an action and must not start it: denied, past, of others, asked, on a condition, or an attack."""
    UNKNOWN = "unknown"


class How(StrEnum):
    """How a slot was found."""

    STATED = "stated"
    """It stands in the message."""
    PART = "part"
    """By a part that means only this one: the last digits of a code, a word of a name."""
    SIMILAR = "similar"
    """By similarity of spelling: the full name must be shown before anything is done with it."""
    IMPLIED = "implied"
    """It follows from what is stated: "that is all" from a message that lists everything."""
    CONTEXT = "context"
    """It is what the reminder or the notice on the screen is about, or the only one there is."""


@dataclass(frozen=True, slots=True)
class Found:
    """A slot: the key of a question and the answer to it, as `Chat.ask` takes it."""

    key: str
    value: str
    how: How = How.STATED
    shown: str = ""
    """The value as people read it, where the value is a token: JOYCE GAS."""
    said: str = ""
    """The part of the message from which it was taken."""
    why: str = ""

    @property
    def is_guess(self) -> bool:
        """Say whether it was not literally said, so that the person must see it before it counts."""
        return self.how is not How.STATED


@dataclass(frozen=True, slots=True)
class Doubt:
    """A slot that has several candidates, so that the person is asked; nothing was chosen."""

    key: str
    candidates: tuple[tuple[str, str], ...]
    """Tokens and their labels."""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message means."""

    kind: Kind
    intent: str = ""
    """The conversation's name in bot/registry, for INTENT."""
    topic: str = ""
    """The conversation that a how-to question, a held command or a snooze is about."""
    slots: tuple[Found, ...] = ()
    confidence: float = 0.0
    """From 0 to 1."""
    doubts: tuple[Doubt, ...] = ()
    reopen: tuple[str, ...] = ()
    """The keys to ask again, for a correction that does not say the new value."""
    likely: tuple[str, ...] = ()
    """The conversations to offer as buttons, the likeliest first, three at most."""
    also: tuple[str, ...] = ()
    """The conversations that the message asks for besides: one thing is done at a time, and the rest must be told."""
    notes: tuple[str, ...] = ()
    """Why, for whoever reads the explanation."""
    ranked: tuple[tuple[str, float], ...] = ()
    """What the learned ranking takes it for, with the share of each, the likeliest first; empty if it was not asked."""
    answers: dict[str, str] = field(init=False, compare=False, default_factory=dict)
    """The slots as a conversation keeps them: value by key, in the order of its questions."""

    def __post_init__(self) -> None:
        self.answers.update({slot.key: slot.value for slot in self.slots})

    @property
    def guesses(self) -> tuple[Found, ...]:
        """Return the slots that were not literally said."""
        return tuple(slot for slot in self.slots if slot.is_guess)
