"""What is answered to a sentence that fills in nothing; an open question stays open below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot import missed, offers, registry, texts
from bot.dialogue import MOST_CHOICES, LastWord, Question, Talk, means_no, means_yes, turn
from bot.howtos import how
from bot.i18n import _
from bot.messages import Choice, Outgoing, does
from bot.understanding import Kind, Meaning
from bot.understanding.context import Expected, expected_of

if TYPE_CHECKING:
    from bot.router import Router

NUMBERED = frozenset({Expected.CONFIRM, Expected.CHOICE, Expected.ORDER})
"""The kinds of question at which a small number can only mean an option."""
SENTENCE = 3
"""Words from which on a text is more than an answer that was mistyped."""
AGAINST = frozenset({Kind.HELD, Kind.LATER, Kind.HOWTO, Kind.OUT_OF_SCOPE})
"""What speaks against the summary on the screen, or asks about it: a mere yes right after it is asked again."""


class Replies:
    """Answers for the router."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.talk = router.talk

    def asked_again(self) -> Outgoing:
        """Put the summary again: what was said is no clear yes to it."""
        label = self.talk.shown[0][1] if self.talk.shown else ""
        return self.again(_("To be sure: choose “{label}”, or type 1.").format(label=label))

    def said(self, meaning: Meaning) -> Outgoing:
        """Answer what asks for no conversation; an open question stays open."""
        is_open = bool(self.talk.conversation)
        if meaning.kind is Kind.GREETING and not is_open:
            return self.router.open("menu", "")
        text, choices = self._words_for(meaning)
        if is_open:
            beside = choices[:1] if meaning.kind is Kind.HOWTO else ()
            return self.again(text, beside, against=meaning.kind in AGAINST)
        self.talk.rest(choices)
        return Outgoing(text, choices)

    def _words_for(self, meaning: Meaning) -> tuple[str, tuple[Choice, ...]]:
        menu = texts.to_menu()
        pending = does(_("Pending"), "pendientes")
        match meaning.kind:
            case Kind.HOWTO:
                return how(meaning.topic) or how("help_"), (*offers.named((meaning.topic,)), menu)
            case Kind.THANKS:
                return _("You are welcome."), (pending, menu)
            case Kind.PERSON:
                return self._people(), (menu,)
            case Kind.OUT_OF_SCOPE:
                said = _("I cannot help with that. I keep your orders: requesting, selling, closing, looking them up.")
                return said, (pending, *offers.named(("contacts",)), menu)
            case Kind.LATER if self.talk.conversation:
                return _("All right: I registered nothing."), ()
            case Kind.LATER:
                topic = registry.named(meaning.topic) or registry.named("close")
                said = _("All right: I registered nothing. When it is time, write “{command}”.")
                return said.format(command=topic.command if topic else ""), (pending, menu)
            case _:
                return _("Hello. How can I help you?"), (pending, menu)

    def _people(self) -> str:
        """Return whom to call: what the conversation with the control centre's numbers says."""
        entry = registry.named("contacts")
        end = turn(entry.run, Talk(), self.router.scene) if entry is not None else None
        listed = end.text if isinstance(end, LastWord) else ""
        return _("I am a program. These people can help you:") + "\n" + listed

    def not_taken(self, meaning: Meaning, text: str) -> Outgoing:
        """Say in a sentence that nothing was done, offer the likeliest things, and the third time a person."""
        if not self.talk.conversation and meaning.kind is Kind.UNKNOWN and (means_yes(text) or means_no(text)):
            choices = (does(_("Pending"), "pendientes"), texts.to_menu())
            self.talk.rest(choices)
            return Outgoing(_("All right. Nothing is open here that waits for your answer."), choices)
        likely = self.likely(meaning, text)
        if self.talk.conversation:
            return self.again(_words(meaning.kind, open_=True), likely, missed=True, against=True)
        misses = self.talk.misses + 1
        said = _words(meaning.kind, open_=False)
        if misses > 2:
            said += " " + _("If you prefer, talk to a person: write “contactos”.")
        self.talk.rest(likely)
        self.talk.misses = misses
        return Outgoing(said, likely)

    def likely(self, meaning: Meaning, text: str) -> tuple[Choice, ...]:
        """Count the miss, and return what to offer.

        Nothing where a short answer did not hold the first time: what is wrong with it says enough.
        """
        missed.keep(self.router.work.tx, text, meaning.kind, self._place(), self.router.work.at)
        misses = self.talk.misses + 1
        if self.talk.conversation and meaning.kind is Kind.UNKNOWN and misses < 2 and len(text.split()) < SENTENCE:
            return ()
        return offers.likely(meaning, self.router.contact.actor, self.talk.conversation, with_person=misses > 2)

    def _place(self) -> str:
        return f"{self.talk.conversation} {self.talk.asked}".strip()

    def again(
        self, note: str, beside: Sequence[Choice] = (), *, missed: bool = False, against: bool = False
    ) -> Outgoing:
        """Say something above the open question, and offer commands below it."""
        misses = self.talk.misses
        self.talk.asked = ""
        end = self.router.turn()
        if not isinstance(end, Question):
            return self.router.finish(end).after(note)
        fitting = self.fitting(end, beside)
        reply = self.router.finish(replace(end, note=note, refused=end.key if missed else "", beside=fitting))
        if not missed:
            self.talk.misses = misses
        self.talk.wary = against and end.fenced
        return reply

    def fitting(self, question: Question, beside: Sequence[Choice]) -> tuple[Choice, ...]:
        """Return the commands for which there is room below the question, without the one that began it."""
        entry = registry.named(self.talk.conversation)
        own = does("", entry.command).payload if entry is not None else ""
        room = MOST_CHOICES - len(question.options) if _has_room(question) else 0
        return tuple(choice for choice in beside if choice.payload != own)[: max(room, 0)]


def _has_room(question: Question) -> bool:
    """Say whether commands may be numbered below the question: never where a number is an answer of its own."""
    takes_numbers = (
        question.key.startswith(("size", "until", "gallons", "invoice")) or expected_of(question.key) not in NUMBERED
    )
    return question.fenced or not takes_numbers


def _words(kind: Kind, *, open_: bool) -> str:
    if kind is Kind.HELD:
        return _("I did nothing with that.") if open_ else _("I did nothing with that. If you want to do it, choose:")
    if kind is Kind.AMBIGUOUS and not open_:
        return _("That can mean several things. Which one do you want?")
    if open_ and kind is Kind.UNKNOWN:
        return _("I did not understand that. Please answer this, or choose something else:")
    return _("I did not understand that.") if open_ else _("I did not understand that. Is it one of these?")
