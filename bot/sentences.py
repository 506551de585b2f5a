"""What is done with a sentence, once the cheap ways have found nothing in it: what it means, put into a conversation.

It only fills in answers, asks, and says what is what. A yes is taken only when it is all that the person says, and
only to the summary on the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot import missed, offers, on_screen, registry, texts
from bot.dialogue import CONFIRM, NO, YES, End, LastWord, Question, Talk, means_no, means_yes, turn
from bot.howtos import how
from bot.i18n import _
from bot.messages import Choice, Outgoing, does
from bot.registry import Entry
from bot.understanding import Kind, Meaning, Notice, understand
from bot.understanding.context import Expected, expected_of
from bot.understanding.meaning import Doubt
from bot.understanding.reading import BookContext
from core.terms import Trade

if TYPE_CHECKING:
    from bot.router import Router

SEVERAL = "orders"
"""The slot that names all the orders of a reminder."""
LINE = "line"
"""Asks which of several questions an amount is about, before that question itself."""
MOST_OPTIONS = 10
"""On one screen, commands beside them included: a WhatsApp list holds no more."""
NUMBERED = frozenset({Expected.CONFIRM, Expected.CHOICE, Expected.ORDER})
"""The kinds of question at which a small number can only mean an option."""
SENTENCE = 3
"""Words from which on a text is more than an answer that was mistyped."""
NOT_TAKEN = frozenset({Kind.UNKNOWN, Kind.AMBIGUOUS, Kind.HELD})
AGAINST = frozenset({Kind.HELD, Kind.LATER, Kind.HOWTO, Kind.OUT_OF_SCOPE})
"""What speaks against the summary on the screen, or asks about it: a mere yes right after it is asked again."""


class Sentences:
    """Acts for the router on one message in free words."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.talk = router.talk
        self.scene = router.scene

    # --- the ways in ----------------------------------------------------------------------------------------------

    def idle(self, text: str) -> Outgoing:
        """Answer a sentence while no question is open."""
        return self._acted(self._understood(text), text)

    def instead(self, text: str, taken: int) -> Outgoing | None:
        """Answer what looked like a command with answers typed ahead, of which `taken` held and one did not.

        None when it means nothing better as a sentence.
        """
        meaning = self._understood(text)
        if meaning.kind is Kind.UNKNOWN or (meaning.kind is Kind.INTENT and len(meaning.answers) < taken):
            return None
        return self._acted(meaning, text)

    def at_open(self, text: str, refused: End, tried: Talk | None = None) -> Outgoing:
        """Answer a sentence into the open question, which took it for no answer: `refused` is what it said of it."""
        if self._is_same_again(text):
            return self.asked_again()
        meaning = self._understood(text)
        if meaning.kind is not Kind.UNKNOWN or tried is None:
            return self._acted(meaning, text)
        self.talk.return_to(tried)
        if not isinstance(refused, Question):
            return self.router.finish(refused)
        beside = self._likely(meaning, text)
        return self.router.finish(replace(refused, beside=self._fitting(refused, beside)))

    def _is_same_again(self, text: str) -> bool:
        """Say whether it is what led to this summary, sent twice, or the bare word of the conversation."""
        opened = registry.opened_by(text)
        is_its_word = opened is not None and opened[0].name == self.talk.conversation and not opened[1]
        return bool(self.talk.digest) and (is_its_word or self.talk.was_led_by(text))

    def asked_again(self) -> Outgoing:
        """Put the summary again: what was said is no clear yes to it."""
        label = self.talk.shown[0][1] if self.talk.shown else ""
        return self._again(_("To be sure: choose “{label}”, or type 1.").format(label=label))

    def _understood(self, text: str, talk: Talk | None = None, notice: Notice | None = None) -> Meaning:
        contact, work = self.router.contact, self.router.work
        talk = talk or self.talk
        notice = notice or self._notice(talk)
        context = BookContext(contact.actor, self.scene.orders, work.at, talk, contact.locale, notice)
        return understand(text, context)

    def _notice(self, talk: Talk) -> Notice | None:
        """Return what is newer on the screen than the last reply, while no question is open."""
        contact = self.router.contact
        if talk.conversation or contact.last_notice <= talk.screen:
            return None
        return on_screen.as_context(on_screen.newer_notices(self.router.work.tx, contact.address_id, talk.screen))

    # --- what each kind of meaning does ---------------------------------------------------------------------------

    def _acted(self, meaning: Meaning, text: str) -> Outgoing:
        if meaning.kind in NOT_TAKEN:
            return self._not_taken(meaning, text)
        if self.talk.conversation:
            match meaning.kind:
                case Kind.YES if self.talk.wary:
                    return self.asked_again()
                case Kind.YES:
                    self.talk.hear(YES)
                    return self.router.go_on()
                case Kind.NO:
                    self.talk.hear(NO)
                    return self.router.go_on()
                case Kind.ANSWER:
                    return self._answered(meaning)
                case Kind.CORRECTION:
                    return self._corrected(meaning, text)
                case _:
                    pass
        if meaning.kind is Kind.INTENT:
            return self._begun(meaning, text)
        put_off = self._put_off(meaning, text) if meaning.kind is Kind.LATER else None
        return put_off or self._said(meaning)

    def _begun(self, meaning: Meaning, text: str) -> Outgoing:
        answers = _without_yes(meaning.answers)
        several = answers.pop(SEVERAL, "")
        closes_all = several and meaning.intent == "close" and answers.get("what", "all") == "all"
        entry = registry.named("close_all" if closes_all else meaning.intent)
        if entry is None:
            return self._not_taken(meaning, text)
        left = self.router.left_words()
        self.talk.begin(entry.name)
        self.talk.led_by(text)
        if "brand 1" in answers or "size 1" in answers:
            answers.setdefault("product", Trade.CYLINDERS.value)  # nothing else has a brand or a size
        if closes_all:
            self.talk.taken[SEVERAL] = several
        else:
            self.talk.answers.update(answers)
        end = turn(entry.run, self.talk, self.scene)
        if isinstance(end, Question) and end.key == "order":
            self.talk.sentence = text
        reply = self.router.finish(_narrowed(end, meaning.doubts))
        return reply.after(left) if left else reply

    def _put_off(self, meaning: Meaning, text: str) -> Outgoing | None:
        """Ask when to remind them of the close that is not for now; None if there is none to be reminded of.

        A time that was said is offered first: who says when it comes has not asked to be reminded then.
        """
        is_closing = self.talk.conversation in ("close", "close_all", "arrive")
        if (self.talk.conversation and not is_closing) or (not is_closing and meaning.topic != "close"):
            return None
        entry = registry.named("later")
        notice = self._notice(self.talk)
        code = self.talk.answers.get("order") or self.talk.taken.get("order")
        if code is None and notice is not None and len(notice.codes) == 1 and notice.conversation == "close":
            code = notice.codes[0]
        before, left = self.talk.mark(), self.router.left_words()
        self.talk.begin("later")
        self.talk.led_by(text)
        if code is not None:
            self.talk.answers["order"] = code
        end = turn(entry.run, self.talk, self.scene) if entry is not None else None
        is_over = isinstance(end, LastWord) and code is not None and not end.refused  # no time is left today
        if not is_over and (not isinstance(end, Question) or end.refused):
            self.talk.return_to(before)
            return None
        at = _time_said(meaning, self.router.work.at)
        if at and isinstance(end, Question) and end.key == "until":
            rest = [option for option in end.options if option[0] != at]
            end = replace(end, options=((at, at), *rest))
        reply = self.router.finish(end)
        return reply.after(left) if left else reply

    def completed(self, entry: Entry, end: End) -> End:
        """Go on once it is known which order a sentence was about: with what it said of the goods."""
        if isinstance(end, Question) and end.key == "order":
            return end
        text, self.talk.sentence = self.talk.sentence, ""
        order = self.scene.orders.last_found
        if order is None or not isinstance(end, Question):
            return end
        notice = Notice((order.code,), self.talk.conversation)
        meaning = self._understood(text, Talk(), notice)
        said = _without_yes(meaning.answers) if meaning.intent == self.talk.conversation else {}
        if said.get("order", order.code) != order.code:
            return end
        for key, value in said.items():
            self.talk.answers.setdefault(key, value)
        return _narrowed(turn(entry.run, self.talk, self.scene), meaning.doubts)

    def _answered(self, meaning: Meaning) -> Outgoing:
        asked = self.talk.asked
        if LINE in meaning.answers:
            return self.line_chosen(meaning.answers[LINE])
        self.talk.answers.pop(asked, None)
        self.talk.answers.update(_without_yes(meaning.answers))
        return self._shown(meaning.doubts)

    def _corrected(self, meaning: Meaning, text: str) -> Outgoing:
        """Change the answers in their places and show the summary again; as it was, if the change does not hold."""
        before, answers = self.talk.mark(), self.talk.answers
        answers.pop(self.talk.asked, None)
        answers.update(_without_yes(meaning.answers))
        for key in meaning.reopen:
            if key == "what" and key in answers:
                self.talk.forget(key)  # the amounts after it belong to the old answer
            answers.pop(key, None)
        self.talk.led_by(text)
        self.talk.asked = ""
        which = next((doubt for doubt in meaning.doubts if doubt.key == LINE), None)
        if which is not None:
            question = Question(LINE, _("Which of these is it about?"), which.candidates)
            return self.router.finish(question)
        for doubt in meaning.doubts:
            answers.pop(doubt.key, None)
        end = self.router.turn()
        if isinstance(end, Question | LastWord) and end.refused in meaning.answers:
            self.talk.return_to(before)
            return self._again(end.note if isinstance(end, Question) else end.text)
        return self.router.finish(_narrowed(end, meaning.doubts))

    def line_chosen(self, key: str) -> Outgoing:
        """Ask the amount of one line again; the others stay as they are in the summary."""
        answers = self.talk.answers
        name, _space, _position = key.partition(" ")
        code = answers.get("order") or self.talk.taken.get("order", "")
        order = self.scene.orders.find(code) if code else None
        if order is not None and name == "received":
            answers["what"] = "some"
            for line in order.lines_to_receive:
                answers.setdefault(f"received {line.position}", f"{line.sold or 0:f}")
        elif order is not None and self.talk.conversation == "accept":
            answers["what"] = "change"
            for line in order.lines:
                answers.setdefault(f"quantity {line.position}", f"{line.requested:f}")
        answers.pop(key, None)
        self.talk.asked = ""
        return self.router.go_on()

    def _shown(self, doubts: Sequence[Doubt]) -> Outgoing:
        return self.router.finish(_narrowed(self.router.turn(), doubts))

    # --- what only gets an answer ---------------------------------------------------------------------------------

    def _said(self, meaning: Meaning) -> Outgoing:
        """Answer what asks for no conversation; an open question stays open."""
        is_open = bool(self.talk.conversation)
        if meaning.kind is Kind.GREETING and not is_open:
            return self.router.open("menu", "")
        text, choices = self._words_for(meaning)
        if is_open:
            beside = choices[:1] if meaning.kind is Kind.HOWTO else ()
            return self._again(text, beside, against=meaning.kind in AGAINST)
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
        end = turn(entry.run, Talk(), self.scene) if entry is not None else None
        listed = end.text if isinstance(end, LastWord) else ""
        return _("I am a program. These people can help you:") + "\n" + listed

    def _not_taken(self, meaning: Meaning, text: str) -> Outgoing:
        """Say in a sentence that nothing was done, offer the likeliest things, and the third time a person."""
        if not self.talk.conversation and meaning.kind is Kind.UNKNOWN and (means_yes(text) or means_no(text)):
            choices = (does(_("Pending"), "pendientes"), texts.to_menu())
            self.talk.rest(choices)
            return Outgoing(_("All right. Nothing is open here that waits for your answer."), choices)
        likely = self._likely(meaning, text)
        if self.talk.conversation:
            return self._again(_words(meaning.kind, open_=True), likely, missed=True, against=meaning.kind in AGAINST)
        misses = self.talk.misses + 1
        said = _words(meaning.kind, open_=False)
        if misses > 2:
            said += " " + _("If you prefer, talk to a person: write “contactos”.")
        self.talk.rest(likely)
        self.talk.misses = misses
        return Outgoing(said, likely)

    def _likely(self, meaning: Meaning, text: str) -> tuple[Choice, ...]:
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

    def _again(
        self, note: str, beside: Sequence[Choice] = (), *, missed: bool = False, against: bool = False
    ) -> Outgoing:
        """Say something above the open question, and offer commands below it."""
        misses = self.talk.misses
        self.talk.asked = ""
        end = self.router.turn()
        if not isinstance(end, Question):
            return self.router.finish(end).after(note)
        fitting = self._fitting(end, beside)
        reply = self.router.finish(replace(end, note=note, refused=end.key if missed else "", beside=fitting))
        if not missed:
            self.talk.misses = misses
        self.talk.wary = against and end.fenced
        return reply

    def _fitting(self, question: Question, beside: Sequence[Choice]) -> tuple[Choice, ...]:
        """Return the commands for which there is room below the question, without the one that began it."""
        entry = registry.named(self.talk.conversation)
        own = does("", entry.command).payload if entry is not None else ""
        room = MOST_OPTIONS - len(question.options) if _has_room(question) else 0
        return tuple(choice for choice in beside if choice.payload != own)[: max(room, 0)]


def _has_room(question: Question) -> bool:
    """Say whether commands may be numbered below the question: never where a number is an answer of its own."""
    takes_numbers = (
        question.key.startswith(("size", "until", "gallons", "invoice")) or expected_of(question.key) not in NUMBERED
    )
    return question.fenced or not takes_numbers


def _time_said(meaning: Meaning, at: datetime) -> str:
    """Return the time of today that a message names, as people write it; empty if it names none, or another day."""
    said = meaning.answers
    today = texts.on_day(texts.today(at))
    if said.get("day", today) != today:
        return ""
    if said.get("minutes", "").isdecimal():
        at += timedelta(minutes=int(said["minutes"]))
        return texts.time_of_day(at) if texts.on_day(texts.today(at)) == today else ""
    hour = said.get("hour", "")
    return hour if hour > texts.time_of_day(at) else ""


def _without_yes(answers: dict[str, str]) -> dict[str, str]:
    """Return the answers without any that would say yes: no sentence does, however it is understood."""
    return {key: value for key, value in answers.items() if not (key.startswith(CONFIRM) and value == YES)}


def _narrowed(end: End, doubts: Sequence[Doubt]) -> End:
    """Return the question with only the candidates that the sentence left, if it is the one that was in doubt."""
    if not isinstance(end, Question):
        return end
    doubt = next((one for one in doubts if one.key == end.key), None)
    if doubt is None or end.refused:
        return end
    known = dict(end.options)
    options = tuple((token, known.get(token, label)) for token, label in doubt.candidates)
    note = _("Several match “{text}”. Which one?").format(text=doubt.said[:40]) if doubt.said else ""
    return replace(end, options=options[:MOST_OPTIONS], note=note)


def _words(kind: Kind, *, open_: bool) -> str:
    if kind is Kind.HELD:
        return _("I did nothing with that.") if open_ else _("I did nothing with that. If you want to do it, choose:")
    if kind is Kind.AMBIGUOUS and not open_:
        return _("That can mean several things. Which one do you want?")
    if open_ and kind is Kind.UNKNOWN:
        return _("I did not understand that. Please answer this, or choose something else:")
    return _("I did not understand that.") if open_ else _("I did not understand that. Is it one of these?")
