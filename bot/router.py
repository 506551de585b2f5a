"""What a message means: a word for everyone, a button, an answer to the open question, or a new conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from bot import acknowledging, on_screen, registry, texts
from bot.asking import is_ending
from bot.contacts import Contact
from bot.dialogue import (
    CONFIRM,
    GREETINGS,
    NO,
    YES,
    End,
    Finished,
    LastWord,
    Question,
    Scene,
    Talk,
    means_no,
    means_yes,
    pick,
    show,
    turn,
)
from bot.folding import fold
from bot.i18n import _
from bot.messages import ANSWER_MARK, COMMAND_MARK, Content, Incoming, Outgoing
from bot.people import PeopleBook, looks_like_code
from bot.performing import Work, perform
from bot.recent import names_latest
from bot.registry import Entry
from bot.replying import Replies
from bot.sentences import Sentences
from bot.stating import LINE, Statements
from core import codes
from core.orderbook import OrderBook

BACK = {"atras", "volver", "regresar", "back"}
CANCEL = {"cancelar", "salir", "cancel", "exit", "/cancelar", "/cancel"}
LEAVING = {"olvidalo", "olvidelo", "mejor no", "dejalo", "dejelo", "dejalo asi", "dejelo asi", "mejor dejalo"}
LEAVING |= {"forget it", "never mind"}
"""Said at an open question they leave it; at a summary they are a no."""
GIVING_UP = {"cancela", "cancelalo", "cancelala", "ya no", "ya no quiero", "no quiero"}
"""They do so too, but not where an order is given up: there they may well agree to it."""
MENU = {"menu", "inicio", "/menu", "/start", "start", "/inicio"}
START = "/start "
"""What Telegram sends when somebody follows a link to the bot; what the link carries comes after it."""
HELP = {"ayuda", "help", "?", "/ayuda", "/help"}
STALE = timedelta(hours=12)
"""An unfinished conversation older than this is dropped, and the person is told."""
WRONG_CODES_ALLOWED = 5
LOCKOUT = timedelta(hours=1)
LONGEST_LABEL = 60
MORE_OF_IT = ("more", "comment", "purchase", "delivery", "detail")
"""The questions about what may be added: a no to one of them leaves nothing but the addition."""
LOOKED_AT = frozenset({"order", "order page", "agent", "what"})
"""The questions whose answers say only what somebody wants to see or do, and nothing yet of the goods."""
QUOTED_OR_ASKED = frozenset("\"'“”«»?¿")
"""What makes a yes no plain one: it is told or asked, and not said."""


class Router:
    """Answers one message of one contact, inside the transaction that holds the contact's lock."""

    def __init__(self, work: Work, incoming: Incoming) -> None:
        self.work = work
        self.incoming = incoming
        self.contact: Contact = work.contact
        self.talk: Talk = work.contact.talk
        orders = OrderBook(work.tx, self.contact.actor, work.at)
        book = PeopleBook(work.tx, self.contact.actor, work.at, work.runtime.join_links)
        runtime = work.runtime
        self.scene = Scene(self.contact.actor, orders, book, work.at, runtime.hours, runtime.receipts, runtime.reports)

    def answer(self) -> Outgoing | None:
        """Return what the person is told; None only where silence is the polite answer (a group)."""
        if not self.incoming.private:
            return self._in_group()
        dropped = self._drop_stale()
        reply = self._by_content()
        if dropped:
            reply = reply.after(dropped)
        return replace(reply, ack=self.incoming.ack) if self.incoming.ack else reply

    # --- what kind of thing arrived -----------------------------------------------------------------------------------

    def _in_group(self) -> Outgoing | None:
        if self.incoming.text.startswith("/"):
            return Outgoing(_("I only answer in private. Please write to me directly."))
        return None

    def _by_content(self) -> Outgoing:
        if self.incoming.content is Content.CONTACT:
            return self._contact_shared()
        if self.incoming.content is not Content.TEXT:
            return self.repeat_with(UNREADABLE[self.incoming.content]())
        if not self.contact.is_known:
            return self._stranger()
        if self.incoming.payload:
            return self._button(self.incoming.payload)
        return self._text(self.incoming.text)

    def _contact_shared(self) -> Outgoing:
        if self.contact.was_linked:
            return self.open("menu", "").after(
                _("You have joined. Welcome, {name}.").format(name=self.contact.actor.name)
            )
        if self.contact.is_known:
            return self.repeat_with(UNREADABLE[Content.OTHER]())
        if self.incoming.phone:
            return self.open("join", "").after(_("That number is not in the register."))
        return self.open("join", "").after(_("That contact is not your own. Please share your own number."))

    def _stranger(self) -> Outgoing:
        """Somebody whom the register does not know: they can join, and learn nothing else."""
        text = self.incoming.text.strip()
        if self.incoming.payload.startswith(ANSWER_MARK):
            return self._answer_button(self.incoming.payload.removeprefix(ANSWER_MARK))
        followed_link = text.startswith(START) and looks_like_code(text.removeprefix(START))
        if self.talk.conversation == "join" and self.talk.asked != "code" and not followed_link:
            return self.cancel() if fold(text) in CANCEL | BACK else self._answer_open(text)
        opened = registry.opened_by(text)
        if opened and opened[0].name == "join":
            reply = self.begin(*opened)
            if followed_link and self.talk.asked == CONFIRM:
                self.talk.hear(YES)  # they pressed START below the invitation's link: that was the question
                return self.go_on()
            return reply
        return self.open("join", text if looks_like_code(text) else "")

    def _is_invited_by(self, code: str) -> bool:
        """Say whether a link's code can be used; a wrong one is counted like one that was typed."""
        if self._is_locked_out():
            return False
        is_good = self.scene.people.invitation(code) is not None
        if not is_good and looks_like_code(code):
            self._count_wrong_code()
        return is_good

    def _is_locked_out(self) -> bool:
        since = self.contact.wrong_codes_since
        return self.contact.wrong_codes >= WRONG_CODES_ALLOWED and since is not None and self.work.at - since < LOCKOUT

    def _was_a_code(self) -> bool:
        """Say whether an invitation code was tried; whoever types something else guesses nothing."""
        opened = registry.opened_by(self.incoming.text)
        return looks_like_code(opened[1] if opened else self.incoming.text)

    def _count_wrong_code(self) -> None:
        since = self.contact.wrong_codes_since
        if since is None or self.work.at - since >= LOCKOUT:
            self.contact.wrong_codes, self.contact.wrong_codes_since = 0, self.work.at
        self.contact.wrong_codes += 1

    # --- buttons ------------------------------------------------------------------------------------------------------

    def _button(self, payload: str) -> Outgoing:
        if payload.startswith(COMMAND_MARK):
            return self.command(payload.removeprefix(COMMAND_MARK))
        if payload.startswith(ANSWER_MARK):
            return self._answer_button(payload.removeprefix(ANSWER_MARK))
        return self._text(self.incoming.text or payload)

    def _answer_button(self, payload: str) -> Outgoing:
        talk_id, _dot, rest = payload.partition(".")
        serial, _dot, number = rest.partition(".")
        if self.talk.done and talk_id == self.talk.done[0]:
            return acknowledging.done_already(self)
        current = talk_id == self.talk.id and serial == str(self.talk.serial)
        if not (current and number.isascii() and number.isdigit() and int(number) < len(self.talk.shown)):
            return self.repeat_with(_("That button belongs to an earlier question and no longer works."))
        return self._choose(self.talk.shown[int(number)][0])

    # --- text ---------------------------------------------------------------------------------------------------------

    def _text(self, text: str) -> Outgoing:
        typed = "?" if text.strip() in ("?", "¿?") else fold(text)
        if not typed and not means_yes(text):
            said = _("I only understand text. Please type it.") if text.strip() else _("I received an empty message.")
            return self.repeat_with(said)
        said_by_all = self._word_for_everyone(typed)
        if said_by_all is not None:
            return said_by_all
        if len(text) <= LONGEST_LABEL:
            picked = self._picked(text)
            if picked is not None:
                return picked
        if text.startswith(START) and not self._is_invited_by(text.removeprefix(START)):
            return self.open("menu", "")  # the link once more, or one that is used up
        if text.startswith("/"):
            opened = registry.opened_by(text)
            return self.begin(*opened) if opened else self._lost()
        if self.talk.conversation:
            return self._answer_open(text)
        return self._idle(text)

    def _word_for_everyone(self, typed: str) -> Outgoing | None:
        """Answer the words that mean the same everywhere; they count only when they are the whole message."""
        if typed in CANCEL:
            return self.cancel()
        if typed in BACK:
            return self._back()
        if typed in MENU:
            return self.open("menu", "")
        if typed in HELP:
            return self._help()
        return None

    def _picked(self, text: str) -> Outgoing | None:
        """Answer what the text picks from a message that it quotes, or from a notice; None: nothing there."""
        quoted = self.incoming.quoted
        letter = on_screen.quoted(self.work.tx, self.contact.address_id, quoted) if quoted else None
        if letter is not None and letter.id == self.talk.screen:
            return None  # it says itself that it answers the last reply, whatever came after it
        if letter is not None:
            picked = self._picked_from_quoted(text, on_screen.choices_of(letter.content))
            if picked is not None:
                return picked
        command = self._picked_from_notice(text)
        return None if command is None else self.command(command)

    def _picked_from_quoted(self, text: str, shown: list[tuple[str, str]]) -> Outgoing | None:
        """Take the text as pressing a button of an older message: checked like one, and never as an answer to another.

        The first option of a question that is answered with yes is the yes.
        """
        payload = pick(text, shown)
        if payload is None and shown and means_yes(text) and shown[0][0].startswith(ANSWER_MARK):
            payload = shown[0][0]
        if payload is not None:
            return self._button(payload)
        if shown and text.strip().isdecimal():
            return self.repeat_with(_("That is not one of the options."))
        return None

    @cached_property
    def newer_notices(self) -> list[dict[str, Any]]:
        """The contents of the notices with choices that are newer on the screen than the last reply, newest first."""
        if self.contact.last_notice <= self.talk.screen:
            return []
        return on_screen.newer_notices(self.work.tx, self.contact.address_id, self.talk.screen)

    def _picked_from_notice(self, text: str) -> str | None:
        """Return the command that the text picks from a notice newer than the last reply: what is on the screen."""
        if self.contact.last_notice <= self.talk.screen:  # as a rule nothing is newer
            return None
        newer = self.newer_notices
        payload = pick(text, on_screen.choices_of(newer[0])) if newer else None
        return None if payload is None else payload.removeprefix(COMMAND_MARK)

    def _idle(self, text: str) -> Outgoing:
        if self.talk.receipt_shown and fold(text) and fold(text) == self.talk.done[-1]:
            return acknowledging.done_already(self)  # the label of the button, typed once more
        payload = self.talk.pick(text)
        if payload is not None:
            return self.command(payload.removeprefix(COMMAND_MARK))
        reply = acknowledging.to_yes(self) if means_yes(text) else None
        if reply is not None:
            return reply
        if fold(text) in GREETINGS:
            return self.open("menu", "")
        return self._command_word(text) or Sentences(self).idle(text)

    def _command_word(self, text: str) -> Outgoing | None:
        """Answer a command as it is documented: its word, perhaps with answers typed ahead; or a code alone."""
        opened = registry.opened_by(text)
        if opened is None:
            return self.open("status", text) if codes.normalise(text) is not None else None
        entry, rest = opened
        if not rest or entry.name == "join" or codes.normalise(rest) is not None:
            return self.begin(entry, rest)
        takes_answers = entry.name != "repeat"  # "repetir con 30" is a sentence
        is_meant = (takes_answers and _is_bare(rest)) or (entry.rest_is_one and names_latest(rest))
        return self._typed_ahead(entry, rest, text) if is_meant else None

    def _typed_ahead(self, entry: Entry, rest: str, text: str) -> Outgoing:
        """Take the words behind a command as answers; if one does not hold, it may have been a sentence."""
        before = self.talk.mark()
        self.talk.begin(entry.name)
        end = turn(entry.run, self.talk, self.scene, _spare(entry, rest))
        was_one = isinstance(end, Question) and end.was_one
        is_no_order = isinstance(end, Question | LastWord) and end.refused == "order" and is_ending(rest)
        if isinstance(end, Question | LastWord) and end.refused and not (was_one or is_no_order):
            taken, tried = len(self.talk.answers), self.talk.mark()
            self.talk.return_to(before)
            meant = Sentences(self).instead(text, taken, entry.name)
            if meant is not None:
                return meant
            self.talk.return_to(tried)
        return self.told_left(before, self.finish(end))

    def command(self, text: str) -> Outgoing:
        """Open what a command names; a code alone shows that order."""
        opened = registry.opened_by(text)
        if opened is not None:
            return self.begin(*opened)
        if codes.normalise(text) is not None:
            return self.open("status", text)
        return self._lost()

    def _answer_open(self, text: str) -> Outgoing:
        if self.talk.conversation == "join":
            return self._answer_join(text)
        was_summary = bool(self.talk.digest)
        reply = self._answer_with(text)
        if self.talk.digest and not was_summary:
            self.talk.led_by(text)
        return reply

    def _answer_with(self, text: str) -> Outgoing:
        is_plain = QUOTED_OR_ASKED.isdisjoint(text)
        picked = self.talk.pick(text) if is_plain or not self.talk.digest else None
        if self.talk.digest and picked is None and is_plain:
            picked = YES if means_yes(text) else NO if means_no(text) or self._leaves(text) else None
        if picked is not None:
            is_shy = picked == YES and self.talk.wary and means_yes(text)
            return Replies(self).asked_again() if is_shy else self._choose(picked)
        if not self.talk.digest and self._leaves(text):
            return self.cancel()
        opened = registry.opened_by(text) if self.talk.digest else None  # elsewhere it may answer the question first
        if opened is not None and opened[0].name != self.talk.conversation and codes.normalise(opened[1]) is not None:
            return self.begin(*opened)
        if self.talk.digest or self.talk.asked == LINE:
            return Sentences(self).at_open(text, None)
        return self._typed_answer(text)

    def _leaves(self, text: str) -> bool:
        """Say whether the words leave what is open; where something more is asked for, "ya no" only says no more."""
        said = fold(text)
        gives_up = said in GIVING_UP and self.talk.conversation not in ("annul", "reject")
        return (said in LEAVING or gives_up) and not self.talk.asked.startswith(MORE_OF_IT)

    def _choose(self, token: str) -> Outgoing:
        """Take an option on the screen: an answer, or a command that was offered beside the question."""
        if token.startswith(COMMAND_MARK):
            return self.command(token.removeprefix(COMMAND_MARK))
        if self.talk.asked == LINE:
            return Statements(self).line_chosen(token)
        self.talk.hear(token)
        return self.go_on()

    def _typed_answer(self, text: str) -> Outgoing:
        """Take the text as the answer if the question takes it; else it may be an answer or a wish in a sentence."""
        before, asked = self.talk.mark(), self.talk.asked
        if asked.split(" ")[0] == "reason" and (reply := Sentences(self).instead_of_reason(text)) is not None:
            return reply
        self.talk.hear(text)
        end = self.turn()
        if not (isinstance(end, Question | LastWord) and end.refused == asked):
            return self.finish(end)
        tried = self.talk.mark()
        self.talk.return_to(before)
        opened = registry.opened_by(text)
        if opened is not None and (not opened[1] or codes.normalise(opened[1]) is not None):
            return self.begin(*opened)
        if opened is not None and _is_bare(opened[1]):
            return self._typed_ahead(*opened, text)
        return Sentences(self).at_open(text, end, tried)

    def _answer_join(self, text: str) -> Outgoing:
        """Answer somebody who joins: their words are a code, a yes or a no, and no sentences."""
        if self.talk.asked == "code" and self._is_locked_out():
            return self.open("join", text)
        asked, plain = self.talk.asked, YES if means_yes(text) else NO if means_no(text) else text
        self.talk.hear(self.talk.pick(text) or (plain if self.talk.digest else text))
        end = self.turn()
        if isinstance(end, Question) and end.refused == asked and self.contact.is_known:
            opened = registry.opened_by(text)
            if opened is not None and _is_bare(opened[1]):
                return self.begin(*opened)
        return self.finish(end)

    # --- conversations ------------------------------------------------------------------------------------------------

    def open(self, name: str, rest: str) -> Outgoing:
        """Begin the conversation of that name."""
        entry = registry.named(name)
        if entry is None:
            raise LookupError(name)
        return self.begin(entry, rest)

    def begin(self, entry: Entry, rest: str) -> Outgoing:
        """Begin a conversation; what is typed behind its word is taken for answers."""
        before, is_locked_out = self.talk.mark(), entry.name == "join" and rest and self._is_locked_out()
        self.talk.begin(entry.name)
        spare = [] if is_locked_out else _spare(entry, rest)
        reply = self.finish(turn(entry.run, self.talk, self.scene, spare))
        if is_locked_out:
            return reply.after(_("Too many wrong codes. Please try again in an hour."))
        return self.told_left(before, reply)

    def go_on(self) -> Outgoing:
        """Run the open conversation with the answers it has."""
        return self.finish(self.turn())

    def turn(self) -> End:
        """Run the open conversation once with the answers it has."""
        entry = registry.named(self.talk.conversation)
        if entry is None:
            self.talk.begin("menu")
            entry = registry.CONVERSATIONS["menu"]
        end = turn(entry.run, self.talk, self.scene)
        return Statements(self).completed(entry, end) if self.talk.sentence else end

    def finish(self, end: End) -> Outgoing:
        """Return what the person is told at the end of a turn, and carry out what it ended in."""
        match end:
            case Question():
                if self.talk.conversation == "join" and end.refused == "code" and self._was_a_code():
                    self._count_wrong_code()
                reply = show(end, self.talk, self.work.at)
                return self._with_way_out(reply)
            case Finished():
                agreed = fold(self.talk.shown[0][1]) if self.talk.digest and self.talk.shown else ""
                reply, registered = perform(self.work, end.commands, self.scene.orders.last_found)
                self.talk.done = [self.talk.id, reply.text, self.work.at.isoformat(), agreed] if registered else []
                self.talk.rest(reply.choices)
                self.talk.receipt_shown = registered
                return reply
            case LastWord():
                self.talk.rest(end.choices)
                return Outgoing(end.text, end.choices, attachment=end.attachment)
            case None:
                return self.cancel()

    def _with_way_out(self, reply: Outgoing) -> Outgoing:
        """Add how to go on when the person misses the same question again and again."""
        if self.talk.misses == 2 and self.contact.is_known:
            return replace(reply, text=reply.text + "\n" + _("You can also type “atrás” or “cancelar”."))
        if self.talk.misses > 2 and self.contact.is_known:
            hint = _("Type “ayuda” to see how it works, or “contactos” to call somebody.")
            return replace(reply, text=reply.text + "\n" + hint)
        return reply

    # --- words for everyone -------------------------------------------------------------------------------------------

    def cancel(self) -> Outgoing:
        """Leave what is open, and say that it was not registered."""
        if not self.contact.is_known:
            self.talk.rest()
            return self.open("join", "")
        if self.talk.conversation and not self._can_register():
            return self._open_quietly("menu")
        was_open = bool(self.talk.conversation)
        menu = self._open_quietly("menu")
        nothing = _("There is nothing to cancel. What was registered stays registered.")
        said = _("Left. It was NOT registered: nothing changed.") if was_open else nothing
        return menu.after(said)

    def _back(self) -> Outgoing:
        if not self.talk.conversation:
            return self._open_quietly("menu")
        last = self._last_answered()
        if not last:
            return self.cancel()
        self.talk.answers.pop(last)
        self.talk.asked = ""
        return self.go_on()

    def _last_answered(self) -> str:
        """Return the key of the last answer to a question before this one; a sentence may have answered later ones."""
        if not self.talk.opened or not self.talk.answers:
            return next(reversed(self.talk.answers), "")
        self.talk.asked = ""
        end = self.turn()
        answered = end.answered if isinstance(end, Question) else ()
        return next((key for key in reversed(self.talk.answers) if key in answered), "")

    def _help(self) -> Outgoing:
        if not self.talk.conversation:
            return self.open("help_", "")
        return self.repeat_with(
            _("You can type “atrás” to take back the last answer or “cancelar” to leave without registering anything.")
        )

    def _lost(self) -> Outgoing:
        return self._open_quietly("menu").after(_("I did not understand that. You can choose one of these."))

    def _open_quietly(self, name: str) -> Outgoing:
        self.talk.rest()
        return self.open(name, "")

    def _can_register(self) -> bool:
        """Say whether the open conversation could have registered something."""
        entry = registry.named(self.talk.conversation)
        return entry is not None and entry.registers

    def told_left(self, before: Talk, reply: Outgoing) -> Outgoing:
        """Return the reply, after the word that what was left unfinished for it was not registered.

        Nothing was left where it goes on with the same answers: a button pressed twice.
        """
        goes_on = self.talk.conversation == before.conversation and before.answers.items() <= self.talk.answers.items()
        if goes_on or not self.contact.is_known or not _has_begun(before):
            return reply
        return reply.after(_("You left something unfinished: that was NOT registered."))

    def repeat_with(self, note: str) -> Outgoing:
        """Say something and put the open question again; without one, the menu."""
        if not self.contact.is_known:
            return self.open("join", "").after(note)
        if not self.talk.conversation:
            return self._open_quietly("menu").after(note)
        self.talk.asked = ""
        return self.go_on().after(note)

    def _drop_stale(self) -> str:
        talk: Any = self.talk
        if not talk.conversation or not talk.asked_at:
            return ""
        if self.work.at - texts.parsed(talk.asked_at) < STALE:
            return ""
        talk.rest()
        return _("What you began earlier was NOT registered. Let us start again.") if self.contact.is_known else ""


def _has_begun(talk: Talk) -> bool:
    """Say whether something was declared in the open conversation that it could register: more than what to look at."""
    entry = registry.named(talk.conversation)
    could_register = entry is not None and entry.registers
    return could_register and bool(talk.answers) and (bool(talk.digest) or not talk.answers.keys() <= LOOKED_AT)


def _spare(entry: Entry, rest: str) -> list[str]:
    return [rest] if rest and entry.rest_is_one else rest.split()


def _is_bare(rest: str) -> bool:
    """Say whether nothing follows an opening word but a word or a number: "cerrar la llave" is no command."""
    return len(rest.split()) < 2 or any(char.isdecimal() for char in rest)


UNREADABLE = {
    Content.AUDIO: lambda: _("I cannot listen to audio yet. Please type it."),
    Content.PICTURE: lambda: _("I cannot look at pictures yet. Please type it."),
    Content.VIDEO: lambda: _("I cannot watch videos. Please type it."),
    Content.STICKER: lambda: _("Nice sticker! But I only understand text. Please type it."),
    Content.LOCATION: lambda: _("I cannot use locations yet. Please type it."),
    Content.FILE: lambda: _("I cannot read files. Please type it."),
    Content.OTHER: lambda: _("I only understand text. Please type it."),
    Content.EDITED: lambda: _("I do not read changes to messages that were sent already. Please write it again."),
    Content.LATE: lambda: _("A message of yours reached me too late and was NOT attended. Please write it again."),
}


def answer(work: Work, incoming: Incoming) -> Outgoing | None:
    """Return the answer to a message; the contact's talk is changed with it."""
    return Router(work, incoming).answer()
