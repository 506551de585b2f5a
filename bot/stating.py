"""What a sentence states, put into a conversation as answers to its questions; never as a yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot import offers, registry, texts
from bot.dialogue import CONFIRM, MOST_CHOICES, YES, End, LastWord, Question, Talk, turn
from bot.i18n import _
from bot.listening import notice_on_screen, understood
from bot.messages import Outgoing
from bot.registry import Entry
from bot.repeating import as_last
from bot.replying import Replies
from bot.understanding import Meaning, Notice
from bot.understanding.meaning import Doubt
from core.terms import Trade

if TYPE_CHECKING:
    from bot.router import Router

SEVERAL = "orders"
"""The slot that names all the orders of a reminder."""
LINE = "line"
"""Asks which of several questions an amount is about, before that question itself."""


class Statements:
    """Fills in for the router."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.talk = router.talk
        self.scene = router.scene
        self.replies = Replies(router)

    def begun(self, meaning: Meaning, text: str) -> Outgoing:
        """Begin the conversation that a sentence asks for, with what it states already answered."""
        answers = _without_yes(meaning.answers)
        several = answers.pop(SEVERAL, "")
        closes_all = several and meaning.intent in ("close", "close_all") and answers.get("what", "all") == "all"
        entry = registry.named("close_all" if closes_all else meaning.intent)
        if entry is None:
            return self.replies.not_taken(meaning, text)
        if meaning.topic == "repeat":
            answers = as_last(self.scene, answers)
        if "brand 1" in answers or "size 1" in answers:
            answers.setdefault("product", Trade.CYLINDERS.value)  # nothing else has a brand or a size
        before = self.talk.mark()
        self._start(entry, text, {} if closes_all else answers)
        if closes_all:
            self.talk.taken[SEVERAL] = several
        end = turn(entry.run, self.talk, self.scene)
        if isinstance(end, Question) and end.key == "order":
            self.talk.sentence = text
        reply, undone = self.router.finish(_narrowed(end, meaning.doubts)), offers.not_done(meaning.also)
        return self.router.told_left(before, reply.after(undone) if undone else reply)

    def _start(self, entry: Entry, text: str, answers: dict[str, str]) -> None:
        self.talk.begin(entry.name)
        self.talk.led_by(text)
        self.talk.answers.update(answers)

    def put_off(self, meaning: Meaning, text: str) -> Outgoing | None:
        """Ask when to remind them of the close that is not for now; None if there is none to be reminded of.

        A time that was said is offered first: who says when it comes has not asked to be reminded then.
        """
        is_closing = self.talk.conversation in ("close", "close_all", "arrive")
        entry = registry.named("later")
        if entry is None or not (is_closing or (not self.talk.conversation and meaning.topic == "close")):
            return None
        code = self._order_meant()
        before = self.talk.mark()
        self._start(entry, text, {"order": code} if code else {})
        at = _time_said(meaning, self.router.work.at)
        if at:
            self.talk.taken["said"] = at
        end = turn(entry.run, self.talk, self.scene)
        is_over = isinstance(end, LastWord) and bool(code) and not end.refused  # no time is left today
        if not is_over and (not isinstance(end, Question) or end.refused):
            self.talk.return_to(before)
            return None
        return self.router.told_left(before, self.router.finish(end))

    def _order_meant(self) -> str:
        """Return the code of the order that is open or that the notice on the screen is about; empty if several."""
        code = self.talk.answers.get("order") or self.talk.taken.get("order")
        notice = notice_on_screen(self.router, self.talk)
        if not code and notice is not None and len(notice.codes) == 1 and notice.conversation == "close":
            code = notice.codes[0]
        return code or ""

    def completed(self, entry: Entry, end: End) -> End:
        """Go on once it is known which order a sentence was about: with what it said of the goods."""
        if isinstance(end, Question) and end.key == "order":
            return end
        text, self.talk.sentence = self.talk.sentence, ""
        order = self.scene.orders.last_found
        if order is None or not isinstance(end, Question):
            return end
        notice = Notice((order.code,), self.talk.conversation)
        meaning = understood(self.router, text, Talk(), notice)
        said = _without_yes(meaning.answers) if meaning.intent == self.talk.conversation else {}
        if said.get("order", order.code) != order.code:
            return end
        for key, value in said.items():
            self.talk.answers.setdefault(key, value)
        return _narrowed(turn(entry.run, self.talk, self.scene), meaning.doubts)

    def answered(self, meaning: Meaning) -> Outgoing:
        """Take the answer to the open question, and those to later ones that came with it."""
        asked = self.talk.asked
        if LINE in meaning.answers:
            return self.line_chosen(meaning.answers[LINE])
        self.talk.answers.pop(asked, None)
        self.talk.answers.update(_without_yes(meaning.answers))
        return self._shown(meaning.doubts)

    def corrected(self, meaning: Meaning, text: str) -> Outgoing:
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
        if which is not None and len(which.candidates) == 1:
            return self.line_chosen(which.candidates[0][0])
        if which is not None:
            question = Question(LINE, _("Which of these is it about?"), which.candidates)
            return self.router.finish(question)
        for doubt in meaning.doubts:
            answers.pop(doubt.key, None)
        end = self.router.turn()
        if isinstance(end, Question | LastWord) and end.refused in meaning.answers:
            self.talk.return_to(before)
            return self.replies.again(end.note if isinstance(end, Question) else end.text)
        return self.router.finish(_narrowed(end, meaning.doubts))

    def line_chosen(self, key: str) -> Outgoing:
        """Take the amount of one line, or ask it again; the others stay as they are in the summary."""
        answers = self.talk.answers
        name, position, *amount = key.split(" ")
        key = f"{name} {position}"
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
        if amount:
            answers[key] = amount[0]
        self.talk.asked = ""
        return self.router.go_on()

    def _shown(self, doubts: Sequence[Doubt]) -> Outgoing:
        return self.router.finish(_narrowed(self.router.turn(), doubts))


def _time_said(meaning: Meaning, at: datetime) -> str:
    """Return the time of today that a message names, as people write it; empty if it names none, or another day."""
    said = meaning.answers
    today = texts.on_day(texts.today(at))
    if said.get("day", today) != today:
        return ""
    if said.get("minutes", "").isdecimal():
        at += timedelta(minutes=int(said["minutes"]))
        return texts.time_of_day(at) if texts.on_day(texts.today(at)) == today else ""
    now = texts.time_of_day(at)
    hour = said.get("hour", "")
    later = (
        f"{int(hour[:2]) + 12}{hour[2:]}" if hour and hour <= now and hour < "12" else hour
    )  # at 5, said at 8: 17:00
    return later if later > now else ""


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
    note = _("Several options match “{text}”.").format(text=doubt.said[:40]) if doubt.said else ""
    return replace(end, options=options[:MOST_CHOICES], note=note)
