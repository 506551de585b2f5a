"""The engine: a conversation is a function that is run again, from its first line, for each message.

A question has a key. Its answer is kept under that key; when the function asks again it gets the answer and goes on to
the first question without one, and there the turn ends. So a newest answer that does not hold, an order that moved
meanwhile and an answer kept by last month's release are one case: the answer is dropped, with those after it, and its
question is asked again with the reason. A conversation only reads; it ends in commands, or in a last word.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeVar

from bot.folding import fold
from bot.hours import DEFAULT_HOURS, Hours
from bot.i18n import _
from bot.messages import ANSWER_MARK, Attachment, Choice, Outgoing
from bot.receipts.issuing import NO_RECEIPTS, Receipts
from bot.reports.links import NO_LINKS, Links

if TYPE_CHECKING:
    from bot.people import PeopleBook
    from core.orderbook import OrderBook
    from core.people import Actor
    from core.transitions import Command

T = TypeVar("T")
MOST_CHOICES = 10
"""On one screen, commands beside the options included: a WhatsApp list holds no more."""
PAGE = 8
"""Options on a screen before "more" is offered: a WhatsApp list holds ten."""
MORE = "+"
YES, CHANGE, NO = "yes", "change", "no"
CONFIRM = "confirm"


class Invalid(Exception):  # noqa: N818 - an answer that does not hold, not a fault
    """The answer does not hold; says why, in the person's language."""

    def __init__(self, why: str, *, is_one: bool = False, readings: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(why)
        self.readings = readings
        """What it can mean, as options: each an answer and its label."""
        self.is_one = is_one
        """Whether it is certainly an answer to this question, only a wrong one: it is not read as a sentence then."""


@dataclass
class Talk:
    """All that is remembered between two messages: one JSON value per address. Names, never positions."""

    id: str = ""
    conversation: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    """What was chosen without asking, because there was nothing else to choose."""
    asked: str = ""
    """The key of the question on the screen."""
    shown: list[list[str]] = field(default_factory=list)
    """Its options as they were shown: what each stands for and its label. When idle: commands."""
    serial: int = 0
    """Counts the questions shown, so that an old button is known to be old."""
    digest: str = ""
    """Of the summary that was shown: a yes to another one does not count."""
    misses: int = 0
    asked_at: str = ""
    screen: int = 0
    """The outbox id of the last reply: a notice with a greater one is newer on the screen."""
    done: list[str] = field(default_factory=list)
    """The last conversation that ended in a command, its receipt, when, and what was agreed to: for a second tap."""
    receipt_shown: bool = False
    """Whether nothing was answered since that receipt: only then a second yes is one to what it registered."""
    offered: str = ""
    """The command that a yes begins: while idle, it was asked whether it is wanted."""
    opened: str = ""
    """A mark of the sentence that led to this question: sent twice, it is no yes to its own summary."""
    sentence: str = ""
    """The sentence that opened the conversation, while it is asked which order it is about."""
    wary: bool = False
    """Whether the last message spoke against what the summary asks: a mere yes after it is asked again."""

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Talk:
        """Return the stored talk; fields of other releases are ignored."""
        known = cls.__dataclass_fields__
        return cls(**{name: value for name, value in stored.items() if name in known})

    def stored(self) -> dict[str, Any]:
        """Return what the address keeps: what is not empty."""
        return {name: value for name, value in vars(self).items() if value}

    def begin(self, conversation: str) -> None:
        """Open a conversation; what was open before is forgotten."""
        self.id = secrets.token_hex(4)
        self.conversation = conversation
        self.answers, self.taken, self.shown = {}, {}, []
        self.asked = self.digest = self.offered = self.opened = self.sentence = ""
        self.misses = 0
        self.wary = self.receipt_shown = False

    def rest(self, choices: Sequence[Choice] = ()) -> None:
        """Be idle, with these choices on the screen."""
        self.id = self.conversation = self.asked = self.digest = self.asked_at = ""
        self.offered = self.opened = self.sentence = ""
        self.answers, self.taken = {}, {}
        self.misses = 0
        self.wary = self.receipt_shown = False
        self.shown = [[choice.payload, choice.label] for choice in choices]

    def hear(self, token: str) -> None:
        """Take this as the answer to the question on the screen."""
        self.answers.pop(self.asked, None)
        self.answers[self.asked] = token

    def forget(self, key: str) -> None:
        """Drop an answer and every later one."""
        keys = list(self.answers)
        for later in keys[keys.index(key) :]:
            del self.answers[later]

    def led_by(self, text: str) -> None:
        """Remember what led to the question on the screen."""
        self.opened = digest(fold(text))

    def was_led_by(self, text: str) -> bool:
        """Say whether the very same was said before, and led to the question on the screen."""
        return self.opened == digest(fold(text))

    def mark(self) -> Talk:
        """Return the talk as it is now, to return to it."""
        return Talk(**{**vars(self), "answers": dict(self.answers), "taken": dict(self.taken)})

    def return_to(self, mark: Talk) -> None:
        """Be again as it was."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(mark, name))

    def pick(self, text: str) -> str | None:
        """Return what the text chooses on the screen: by number, label, or the label cut short; None if nothing."""
        return pick(text, self.shown)


YES_WORDS = frozenset(
    {"si", "sii", "siii", "ok", "okay", "oki", "dale", "ya", "claro", "correcto", "conforme", "confirmo", "de acuerdo"}
    | {"si por favor", "si gracias", "listo", "yes", "yeah", "sure", "confirm"}
)
NO_WORDS = frozenset({"no", "nop", "nope", "no gracias", "todavia no", "aun no", "not yet"})
GREETINGS = {"hola", "buenas", "buenos dias", "buenas tardes", "buenas noches", "hello", "hi", "good morning"}
THUMBS_UP = ("👍", "👌", "✅")


def means_yes(text: str) -> bool:
    """Say whether the whole text is one of the plainest ways of saying yes."""
    return fold(text) in YES_WORDS or (not fold(text) and text.strip().startswith(THUMBS_UP))


def means_no(text: str) -> bool:
    """Say whether the whole text is one of the plainest ways of saying no."""
    return fold(text) in NO_WORDS


def pick(text: str, shown: Sequence[Sequence[str]]) -> str | None:
    """Return what the text chooses among the options shown, each a pair of token and label."""
    typed = _plain(text)
    number = "" if text.strip().startswith(("-", "\u2212")) else typed.removesuffix(".").removesuffix(")")
    if number.isascii() and number.isdigit() and len(number) < 4 and 0 < int(number) <= len(shown):
        return shown[int(number) - 1][0]
    labels = [_plain(label) for _token, label in shown]
    cut = [
        place
        for place, label in enumerate(labels)
        if len(typed) > 1 and label.startswith(typed) and not _says_less(typed, shown[place][1])
    ]
    for matches in ([place for place, label in enumerate(labels) if label == typed], cut):
        if len(matches) == 1:
            return shown[matches[0]][0]
    return None


def _plain(text: str) -> str:
    """Return the text folded, and without the commas and full stops between its words."""
    return _BETWEEN_WORDS.sub("", fold(text))


_BETWEEN_WORDS = re.compile(r"[.,](?=\s|$)")


def _says_less(typed: str, label: str) -> bool:
    """Say whether a mere no or yes is cut from a label that says more than that: "no" is not "No llegó"."""
    return typed in ("no", "si", "yes") and not fold(label).startswith(f"{typed},")


@dataclass
class Question:
    """Where a turn ends when an answer is missing."""

    key: str
    prompt: str
    options: tuple[tuple[str, str], ...] = ()
    note: str = ""
    """Why the last answer did not hold."""
    refused: str = ""
    """The key whose answer did not hold."""
    ask_contact: str = ""
    fenced: bool = False
    """Whether the answer counts only for exactly this prompt."""
    was_one: bool = False
    """Whether what did not hold was certainly meant as an answer."""
    answered: tuple[str, ...] = ()
    """The questions before it that have their answers."""
    beside: tuple[Choice, ...] = ()
    """Commands that are offered below its options: what else may have been meant."""


@dataclass(frozen=True)
class Finished:
    """Where a conversation ends with something to do."""

    commands: tuple[Command, ...]


@dataclass
class LastWord:
    """Where a conversation ends with something to say."""

    text: str
    choices: tuple[Choice, ...] = ()
    refused: str = ""
    """The key whose answer did not hold."""
    attachment: Attachment | None = None


End = Question | Finished | LastWord | None
"""Where a turn ends; None: the person left."""


class _Pause(BaseException):
    """Ends the turn with a question. A BaseException, so that no `except Exception` on the way swallows it."""

    def __init__(self, question: Question) -> None:
        self.question = question


class _Stop(BaseException):
    """Ends the conversation with a last word."""

    def __init__(self, word: LastWord) -> None:
        self.word = word


class _Leave(BaseException):
    """The person said no at the last question."""


class _Back(BaseException):
    """The person wants to change something at the last question."""


class Scene(NamedTuple):
    """What a conversation may look at."""

    actor: Actor
    orders: OrderBook
    people: PeopleBook
    at: datetime
    hours: Hours = DEFAULT_HOURS
    receipts: Receipts = NO_RECEIPTS
    reports: Links = NO_LINKS


def _no_options(_note: str) -> Sequence[tuple[str, str]]:
    return ()


Prompt = str | Callable[[], str]
"""What a question says, or how to find out."""


class Chat:
    """What a conversation can do: look, ask, stop."""

    def __init__(self, talk: Talk, scene: Scene, spare: Sequence[str] = ()) -> None:
        self.me = scene.actor
        self.orders = scene.orders
        self.people = scene.people
        self.at = scene.at
        self.hours = scene.hours
        self.receipts = scene.receipts
        self.reports = scene.reports
        self.draft = talk.id
        """Names this conversation, so that it makes one order at most."""
        self.met: dict[str, None] = {}
        """The questions that were asked, in their order."""
        self.refused = ""
        self._talk = talk
        self._spare = list(spare)

    def known(self, key: str, find: Callable[[str], T | None]) -> T | None:
        """Return what was chosen before, found by its token: to look up one thing instead of listing all."""
        token = self._talk.answers.get(key) or self._talk.taken.get(key)
        found = None if token is None else find(token)
        if found is not None:
            self._meet(key)
        return found

    def stated(self, key: str) -> str:
        """Return what was answered to a question that has not come up yet; empty if nothing was."""
        return self._talk.answers.get(key) or self._talk.taken.get(key, "")

    def has(self, key: str) -> bool:
        """Say whether the question is answered already, or words typed ahead wait to answer it."""
        return key in self._talk.answers or bool(self._spare)

    @property
    def is_confirming(self) -> bool:
        """Say whether the summary on the screen was answered: what stands in it was looked up before."""
        return bool(self._talk.digest) and self._talk.asked in self._talk.answers

    def answer_ahead(self, key: str, token: str) -> None:
        """Take this as the answer to a later question: it was said together with the one before."""
        self._talk.answers[key] = token

    def ask(
        self,
        key: str,
        prompt: Prompt,
        take: Callable[[str], T],
        *,
        options: Callable[[str], Sequence[tuple[str, str]]] = _no_options,
        ask_contact: str = "",
    ) -> T:
        """Return the answer as `take` reads it, or end the turn with the question.

        `options` is called only if the question is put, with the reason why the last answer did not hold, and returns
        pairs of what is answered and its label. Other text is passed to `take` as it was typed.
        """
        self._meet(key)
        answers = self._talk.answers
        note = refused = ""
        was_one = False
        readings: tuple[tuple[str, str], ...] = ()
        if key not in answers and self._spare:
            answers[key] = self._spare.pop(0)
        if key in answers:
            try:
                return take(answers[key])
            except Invalid as reason:
                self._talk.forget(key)
                self._spare.clear()
                note, refused, was_one = str(reason), key, reason.is_one
                self.refused, readings = key, reason.readings
        shown = readings or tuple(options(note))
        asked = prompt if isinstance(prompt, str) else prompt()
        raise _Pause(Question(key, asked, shown, note, refused, ask_contact, was_one=was_one))

    def take_only(self, key: str, tokens: Sequence[str]) -> str | None:
        """Return what is chosen without asking, when there is one thing to choose; it stays so when others appear."""
        if key in self._talk.answers or self._spare:
            return None
        if key not in self._talk.taken and len(tokens) == 1:
            self._talk.taken[key] = tokens[0]
        return self._talk.taken.get(key)

    def choose(
        self,
        key: str,
        prompt: str,
        options: Sequence[T],
        *,
        token: Callable[[T], str],
        label: Callable[[T], str],
        typed: Callable[[str], str | None] = lambda _text: None,
        only_one_is_taken: bool = False,
    ) -> T:
        """Return the chosen one. Typed text counts as a label, a part of one label, or what `typed` makes a token of.

        With `only_one_is_taken` a single option is not asked about, and stays taken when others appear later.
        """
        by_token = {token(option): option for option in options}
        if only_one_is_taken and len(by_token) == 1 and self._names_another(key, token(options[0]), label(options[0])):
            self._meet(key)
            self._talk.taken[key] = token(options[0])
            return options[0]
        taken = self.take_only(key, list(by_token)) if only_one_is_taken else None
        if taken in by_token:
            return by_token[str(taken)]
        pairs = [(name, label(option)) for name, option in by_token.items()]
        chosen = self._choose_token(key, prompt, pairs, typed)
        return by_token[chosen]

    def _names_another(self, key: str, token: str, label: str) -> bool:
        """Say whether the next word typed ahead answers a later question: the only option need not be named."""
        if key in self._talk.answers or not self._spare:
            return False
        return self._spare[0] != token and not _matching(self._spare[0], [(token, label)])

    def choose_word(
        self,
        key: str,
        prompt: Prompt,
        options: Mapping[str, str],
        typed: Callable[[str], str | None] = lambda _text: None,
    ) -> str:
        """Return the token of the chosen label, among a few fixed ones."""
        return self._choose_token(key, prompt, list(options.items()), typed)

    def confirm(self, summary: str, yes: str, *, key: str = CONFIRM, others: Mapping[str, str] | None = None) -> str:
        """Show the summary and return YES, or the token of another choice. Change goes back; no leaves.

        The yes must be an answer to this very summary: words typed ahead do not count, and when anything in it changed
        meanwhile it is shown again. Only a token answers it; what words are a yes is for whoever hears them.
        """
        self._meet(key)
        self._spare.clear()
        change = {CHANGE: _("Change")} if self._talk.answers.keys() - {key} else {}
        options = {YES: yes, **(others or {}), **change, NO: _("No, leave it")}
        shown = tuple(options.items())
        answer = self._talk.answers.get(key)
        question = Question(key, summary, shown, fenced=True)
        if answer is None:
            raise _Pause(question)
        if answer == CHANGE and change:
            self._talk.forget(key)
            raise _Back
        if answer == NO:
            raise _Leave
        if answer not in options:
            self._talk.forget(key)
            raise _Pause(Question(key, summary, shown, _("Please answer with one of the options."), key, fenced=True))
        if key == self._talk.asked and self._talk.digest != digest(summary):
            self._talk.forget(key)
            raise _Pause(
                Question(key, summary, shown, _("Something changed in the meantime. Please look again."), fenced=True)
            )
        return answer

    def stop(self, text: str, choices: Sequence[Choice] = (), attachment: Attachment | None = None) -> NoReturn:
        """End the conversation with a last word, what may be done next, and a file that goes with it."""
        raise _Stop(LastWord(text, tuple(choices), attachment=attachment))

    def _meet(self, key: str) -> None:
        if key in self.met:
            raise ValueError(f"question {key!r} is asked twice: give each its own key")
        self.met[key] = None

    def _choose_token(
        self, key: str, prompt: Prompt, pairs: list[tuple[str, str]], typed: Callable[[str], str | None]
    ) -> str:
        tokens = {name for name, _label in pairs}
        narrowed: list[tuple[str, str]] = []

        def take(text: str) -> str:
            if text in tokens:
                return text
            named = typed(text)
            if named in tokens:
                return str(named)
            matches = _matching(text, pairs)
            if len(matches) == 1:
                return matches[0][0]
            narrowed.extend(matches)
            if matches:
                raise Invalid(_("Several options match “{text}”.").format(text=text[:40]))
            raise Invalid(_("That is not one of the options."))

        self.turn_page(key)
        chosen = self.ask(key, prompt, take, options=lambda _note: narrowed[: PAGE + 1] or self.page(key, pairs))
        self._talk.answers[key] = chosen
        return chosen

    def turn_page(self, key: str) -> None:
        """Go to the next page if that is what was answered; an answer of its own, so that going back takes it back."""
        page_key = f"{key} page"
        self.met[page_key] = None
        answers = self._talk.answers
        if answers.get(key) == MORE:
            del answers[key]
            turned = answers.pop(page_key, "0")
            answers[page_key] = str(int(turned) + 1 if turned.isdecimal() else 0)

    def page(self, key: str, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the options of the page that is on; after the last comes the first."""
        if len(pairs) <= PAGE + 1:
            return list(pairs)
        turned = self._talk.answers.get(f"{key} page", "0")
        pages = (len(pairs) + PAGE - 1) // PAGE
        page = int(turned) % pages if turned.isdecimal() else 0
        return [*pairs[page * PAGE : (page + 1) * PAGE], (MORE, _("See more"))]


def _matching(text: str, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the options that the text names: the whole label if one does, else labels that contain it."""
    typed = fold(text)
    if not typed:
        return []
    whole = [pair for pair in pairs if fold(pair[1]) == typed]
    return whole or [pair for pair in pairs if typed in fold(pair[1])]


def digest(text: str) -> str:
    """Return a short mark of a text."""
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


Conversation = Callable[[Chat], "Command | Sequence[Command]"]


def turn(conversation: Conversation, talk: Talk, scene: Scene, spare: Sequence[str] = ()) -> End:
    """Run the conversation once. It ends in a question, in commands or in a last word; None: the person left it."""
    while True:
        chat = Chat(talk, scene, spare)
        try:
            commands = conversation(chat)
        except _Pause as pause:
            if talk.asked not in chat.met:
                talk.answers.pop(talk.asked, None)  # it answered a question that is no longer asked
            answered = {key: talk.answers[key] for key in chat.met if key in talk.answers}
            if pause.question.fenced:
                talk.answers = answered  # what a sentence said beside it is not asked any more; back goes in this order
            pause.question.answered = tuple(answered)
            return pause.question
        except _Stop as stop:
            stop.word.refused = chat.refused
            return stop.word
        except _Leave:
            return None
        except _Back:
            if not talk.answers:
                return None
            talk.answers.popitem()
            talk.asked, spare = "", ()
            continue
        return Finished(tuple(commands) if isinstance(commands, Sequence) else (commands,))


def show(question: Question, talk: Talk, at: datetime) -> Outgoing:
    """Put the question on the screen: return the message and remember what it shows."""
    talk.serial += 1
    talk.asked = question.key
    talk.shown = [[token, label] for token, label in question.options]
    talk.shown += [[choice.payload, choice.label] for choice in question.beside]
    talk.wary = False
    talk.digest = digest(question.prompt) if question.fenced else ""
    talk.asked_at = at.isoformat()
    talk.misses = talk.misses + 1 if question.refused else 0
    choices = tuple(
        Choice(label, f"{ANSWER_MARK}{talk.id}.{talk.serial}.{number}")
        for number, (_token, label) in enumerate(question.options)
    )
    text = f"{question.note}\n\n{question.prompt}" if question.note else question.prompt
    return Outgoing(text, (*choices, *question.beside), question.ask_contact)
