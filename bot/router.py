"""What a message means: a word for everyone, a button, an answer to the open question, or a new conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, text

from bot import registry, texts
from bot.contacts import Contact
from bot.dialogue import CONFIRM, YES, Finished, LastWord, Question, Scene, Talk, means_yes, pick, show, turn
from bot.folding import fold
from bot.i18n import _
from bot.messages import ANSWER_MARK, COMMAND_MARK, Choice, Content, Incoming, Outgoing
from bot.people import PeopleBook, looks_like_code
from bot.performing import Work, perform
from bot.registry import Entry
from bot.store import Kind, Sending, outbox
from core import codes
from core.orderbook import OrderBook
from core.statement import Statement

BACK = {"atras", "volver", "regresar", "back"}
CANCEL = {"cancelar", "salir", "cancel", "exit", "/cancelar", "/cancel"}
MENU = {"menu", "inicio", "/menu", "/start", "start", "/inicio"}
GREETINGS = {"hola", "buenas", "buenos dias", "buenas tardes", "buenas noches", "hello", "hi", "good morning"}
START = "/start "
"""What Telegram sends when somebody follows a link to the bot; what the link carries comes after it."""
HELP = {"ayuda", "help", "?", "/ayuda", "/help"}
STALE = timedelta(hours=12)
"""An unfinished conversation older than this is dropped, and the person is told."""
WRONG_CODES_ALLOWED = 5
LOCKOUT = timedelta(hours=1)
LONGEST_LABEL = 60

_NEWER_NOTICE = Statement(
    select(outbox.c.id, outbox.c.content)
    .where(
        outbox.c.address_id == bindparam("address_id"),
        outbox.c.id > bindparam("screen"),
        or_(*(outbox.c.state == state for state in (Sending.SENT, Sending.DELIVERED, Sending.READ))),
        text(f"kind != '{Kind.REPLY.value}'"),  # written out: so that the index over notices is used
    )
    .order_by(outbox.c.id.desc())
    .limit(5)
)
_QUOTED = Statement(
    select(outbox.c.id, outbox.c.content).where(
        outbox.c.address_id == bindparam("address_id"),
        outbox.c.provider_id == bindparam("quoted"),
        text("provider_id IS NOT NULL"),  # written out: so that the index over them is used
    )
)


class Router:
    """Answers one message of one contact, inside the transaction that holds the contact's lock."""

    def __init__(self, work: Work, incoming: Incoming) -> None:
        self.work = work
        self.incoming = incoming
        self.contact: Contact = work.contact
        self.talk: Talk = work.contact.talk
        orders = OrderBook(work.tx, self.contact.actor, work.at)
        links = work.runtime.join_links
        book = PeopleBook(work.tx, self.contact.actor, work.at, links)
        self.scene = Scene(self.contact.actor, orders, book, work.at, work.runtime.hours, work.runtime.receipts)

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
            return self._repeat_with(UNREADABLE[self.incoming.content]())
        if not self.contact.is_known:
            return self._stranger()
        if self.incoming.payload:
            return self._button(self.incoming.payload)
        return self._text(self.incoming.text)

    def _contact_shared(self) -> Outgoing:
        if self.contact.was_linked:
            return self._open("menu", "").after(
                _("You have joined. Welcome, {name}.").format(name=self.contact.actor.name)
            )
        if self.contact.is_known:
            return self._repeat_with(UNREADABLE[Content.OTHER]())
        if self.incoming.phone:
            return self._open("join", "").after(_("That number is not in the register."))
        return self._open("join", "").after(_("That contact is not your own. Please share your own number."))

    def _stranger(self) -> Outgoing:
        """Somebody whom the register does not know: they can join, and learn nothing else."""
        text = self.incoming.text.strip()
        if self.incoming.payload.startswith(ANSWER_MARK):
            return self._answer_button(self.incoming.payload.removeprefix(ANSWER_MARK))
        followed_link = text.startswith(START) and looks_like_code(text.removeprefix(START))
        if self.talk.conversation == "join" and self.talk.asked != "code" and not followed_link:
            return self._cancel() if fold(text) in CANCEL | BACK else self._answer_open(text)
        opened = registry.opened_by(text)
        if opened and opened[0].name == "join":
            reply = self._begin(*opened)
            if followed_link and self.talk.asked == CONFIRM:
                self.talk.hear(YES)  # they pressed START below the invitation's link: that was the question
                return self._run()
            return reply
        return self._open("join", text if looks_like_code(text) else "")

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
            return self._command(payload.removeprefix(COMMAND_MARK))
        if payload.startswith(ANSWER_MARK):
            return self._answer_button(payload.removeprefix(ANSWER_MARK))
        return self._text(self.incoming.text or payload)

    def _answer_button(self, payload: str) -> Outgoing:
        talk_id, _dot, rest = payload.partition(".")
        serial, _dot, number = rest.partition(".")
        if self.talk.done and talk_id == self.talk.done[0]:
            return self._done_already()
        current = talk_id == self.talk.id and serial == str(self.talk.serial)
        if not (current and number.isascii() and number.isdigit() and int(number) < len(self.talk.shown)):
            return self._repeat_with(_("That button belongs to an earlier question and no longer works."))
        self.talk.hear(self.talk.shown[int(number)][0])
        return self._run()

    # --- text ---------------------------------------------------------------------------------------------------------

    def _text(self, text: str) -> Outgoing:
        typed = "?" if text.strip() in ("?", "¿?") else fold(text)
        if not typed and not means_yes(text):
            said = _("I only understand text. Please type it.") if text.strip() else _("I received an empty message.")
            return self._repeat_with(said)
        said_by_all = self._word_for_everyone(typed)
        if said_by_all is not None:
            return said_by_all
        if len(text) <= LONGEST_LABEL:
            picked = self._picked(text)
            if picked is not None:
                return picked
        if text.startswith(START) and not self._is_invited_by(text.removeprefix(START)):
            return self._open("menu", "")  # the link once more, or one that is used up
        if text.startswith("/"):
            opened = registry.opened_by(text)
            return self._begin(*opened) if opened else self._lost()
        if self.talk.conversation:
            return self._answer_open(text)
        return self._idle(text)

    def _word_for_everyone(self, typed: str) -> Outgoing | None:
        """Answer the words that mean the same everywhere; they count only when they are the whole message."""
        if typed in CANCEL:
            return self._cancel()
        if typed in BACK:
            return self._back()
        if typed in MENU:
            return self._open("menu", "")
        if typed in HELP:
            return self._help()
        return None

    def _picked(self, text: str) -> Outgoing | None:
        """Answer what the text picks from a message that it quotes, or from a notice; None: nothing there."""
        facts = {"address_id": self.contact.address_id, "quoted": self.incoming.quoted}
        letter = _QUOTED.first(self.work.tx, facts) if self.incoming.quoted else None
        if letter is not None and letter.id == self.talk.screen:
            return None  # it says itself that it answers the last reply, whatever came after it
        if letter is not None:
            picked = self._picked_from_quoted(text, [(payload, label) for label, payload in _choices(letter)])
            if picked is not None:
                return picked
        command = self._picked_from_notice(text)
        return None if command is None else self._command(command)

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
            return self._repeat_with(_("That is not one of the options."))
        return None

    def _picked_from_notice(self, text: str) -> str | None:
        """Return the command that the text picks from a notice newer than the last reply: what is on the screen."""
        if self.contact.last_notice <= self.talk.screen:
            return None
        facts = {"address_id": self.contact.address_id, "screen": self.talk.screen}
        for row in _NEWER_NOTICE.all(self.work.tx, facts):
            shown = [(payload, label) for label, payload in _choices(row)]
            if shown:
                payload = pick(text, shown)
                return None if payload is None else payload.removeprefix(COMMAND_MARK)
        return None

    def _idle(self, text: str) -> Outgoing:
        payload = self.talk.pick(text)
        if payload is not None:
            return self._command(payload.removeprefix(COMMAND_MARK))
        if self.talk.done and means_yes(text):
            return self._done_already()
        if fold(text) in GREETINGS:
            return self._open("menu", "")
        return self._command(text)

    def _done_already(self) -> Outgoing:
        """Answer a second yes: the receipt again, and what the screen offers beside it if nothing else is open."""
        said = _("That was registered already; nothing was done twice.") + "\n\n" + self.talk.done[1]
        choices = () if self.talk.conversation else tuple(Choice(label, token) for token, label in self.talk.shown)
        return Outgoing(said, choices)

    def _command(self, text: str) -> Outgoing:
        """Open what the text names; a code alone shows that order."""
        opened = registry.opened_by(text)
        if opened is not None:
            return self._begin(*opened)
        if codes.normalise(text) is not None:
            return self._open("status", text)
        return self._lost()

    def _answer_open(self, text: str) -> Outgoing:
        if self.talk.conversation == "join" and self.talk.asked == "code" and self._is_locked_out():
            return self._open("join", text)
        asked = self.talk.asked
        self.talk.hear(self.talk.pick(text) or text)
        entry = registry.named(self.talk.conversation)
        if entry is None:
            return self._open("menu", "")
        end = turn(entry.run, self.talk, self.scene)
        if isinstance(end, Question) and end.refused == asked:
            opened = registry.opened_by(text) if self.contact.is_known else None
            if opened is not None and _is_bare(opened[1]):
                return self._begin(*opened)
        return self._end(end)

    # --- conversations ------------------------------------------------------------------------------------------------

    def _open(self, name: str, rest: str) -> Outgoing:
        entry = registry.named(name)
        if entry is None:
            raise LookupError(name)
        return self._begin(entry, rest)

    def _begin(self, entry: Entry, rest: str) -> Outgoing:
        left = self._left_words()
        if entry.name == "join" and rest and self._is_locked_out():
            rest, left = "", _("Too many wrong codes. Please try again in an hour.")
        self.talk.begin(entry.name)
        spare = [rest] if rest and entry.rest_is_one else rest.split()
        reply = self._end(turn(entry.run, self.talk, self.scene, spare))
        return reply.after(left) if left else reply

    def _run(self) -> Outgoing:
        entry = registry.named(self.talk.conversation)
        if entry is None:
            return self._open("menu", "")
        return self._end(turn(entry.run, self.talk, self.scene))

    def _end(self, end: Question | Finished | LastWord | None) -> Outgoing:
        match end:
            case Question():
                if self.talk.conversation == "join" and end.refused == "code" and self._was_a_code():
                    self._count_wrong_code()
                reply = show(end, self.talk, self.work.at)
                return self._with_way_out(reply)
            case Finished():
                reply, registered = perform(self.work, end.commands, self.scene.orders.last_found)
                self.talk.done = [self.talk.id, reply.text] if registered else []
                self.talk.rest(reply.choices)
                return reply
            case LastWord():
                self.talk.rest(end.choices)
                return Outgoing(end.text, end.choices, attachment=end.attachment)
            case None:
                return self._cancel()

    def _with_way_out(self, reply: Outgoing) -> Outgoing:
        """Add how to go on when the person misses the same question again and again."""
        if self.talk.misses == 2 and self.contact.is_known:
            return replace(reply, text=reply.text + "\n" + _("You can also type “atrás” or “cancelar”."))
        if self.talk.misses > 2 and self.contact.is_known:
            hint = _("Type “ayuda” to see how it works, or “contactos” to call somebody.")
            return replace(reply, text=reply.text + "\n" + hint)
        return reply

    # --- words for everyone -------------------------------------------------------------------------------------------

    def _cancel(self) -> Outgoing:
        if not self.contact.is_known:
            self.talk.rest()
            return self._open("join", "")
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
        if not self.talk.answers:
            return self._cancel()
        self.talk.answers.popitem()
        self.talk.asked = ""
        return self._run()

    def _help(self) -> Outgoing:
        if not self.talk.conversation:
            return self._open("help_", "")
        return self._repeat_with(
            _("You can type “atrás” to take back the last answer or “cancelar” to leave without registering anything.")
        )

    def _lost(self) -> Outgoing:
        return self._open_quietly("menu").after(_("I did not understand that. You can choose one of these."))

    def _open_quietly(self, name: str) -> Outgoing:
        self.talk.rest()
        return self._open(name, "")

    def _can_register(self) -> bool:
        """Say whether the open conversation could have registered something."""
        entry = registry.named(self.talk.conversation)
        return entry is not None and entry.registers

    def _left_words(self) -> str:
        if self._can_register() and self.talk.answers and self.contact.is_known:
            return _("What you had not finished was NOT registered.")
        return ""

    def _repeat_with(self, note: str) -> Outgoing:
        """Say something and put the open question again; without one, the menu."""
        if not self.contact.is_known:
            return self._open("join", "").after(note)
        if not self.talk.conversation:
            return self._open_quietly("menu").after(note)
        self.talk.asked = ""
        return self._run().after(note)

    def _drop_stale(self) -> str:
        talk: Any = self.talk
        if not talk.conversation or not talk.asked_at:
            return ""
        if self.work.at - texts.parsed(talk.asked_at) < STALE:
            return ""
        talk.rest()
        return _("What you began earlier was NOT registered. Let us start again.") if self.contact.is_known else ""


def _choices(letter: Any) -> list[list[str]]:
    """Return a letter's choices, each a label and its payload; none once its words were blanked."""
    choices: list[list[str]] = letter.content.get("choices", [])
    return choices


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
