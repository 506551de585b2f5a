"""What is done with a sentence, once the cheap ways have found nothing in it.

What it states is filled into a conversation, what it asks is answered, and what is not understood is said. A yes is
taken only when it is all that the person says, and only to the summary on the screen.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot import registry
from bot.dialogue import NO, YES, End, Question, Talk
from bot.listening import understood
from bot.messages import Outgoing
from bot.replying import Replies
from bot.stating import Statements
from bot.understanding import Kind, Meaning
from bot.understanding.meaning import How

if TYPE_CHECKING:
    from bot.router import Router

DRAFTS = frozenset({"request", "repeat", "team"})
"""The conversations in which something new is written: "cancela ese pedido" means that one."""
NOT_TAKEN = frozenset({Kind.UNKNOWN, Kind.AMBIGUOUS, Kind.HELD})


class Sentences:
    """Acts for the router on one message in free words."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.talk = router.talk
        self.replies = Replies(router)
        self.statements = Statements(router)

    def idle(self, text: str) -> Outgoing:
        """Answer a sentence while no question is open."""
        return self._acted(understood(self.router, text), text)

    def instead(self, text: str, taken: int, named: str) -> Outgoing | None:
        """Answer what looked like a command with answers typed ahead, of which `taken` held and one did not.

        None when it means nothing better as a sentence. What names another conversation answers no open question.
        """
        meaning = understood(self.router, text)
        if meaning.kind is Kind.ANSWER and named != self.talk.conversation:
            return None
        if meaning.kind is Kind.UNKNOWN or (meaning.kind is Kind.INTENT and len(meaning.answers) < taken):
            return None
        return self._acted(meaning, text)

    def at_open(self, text: str, refused: End, tried: Talk | None = None) -> Outgoing:
        """Answer a sentence into the open question, which took it for no answer: `refused` is what it said of it."""
        if self._is_same_again(text):
            return self.replies.asked_again()
        meaning = understood(self.router, text)
        if meaning.kind is not Kind.UNKNOWN or tried is None:
            return self._acted(meaning, text)
        self.talk.return_to(tried)
        if not isinstance(refused, Question):
            return self.router.finish(refused)
        beside = self.replies.likely(meaning, text)
        return self.router.finish(replace(refused, beside=self.replies.fitting(refused, beside)))

    def instead_of_reason(self, text: str) -> Outgoing | None:
        """Answer what is said where a reason is asked for and is none; None where it may be one."""
        meaning = understood(self.router, text)
        return None if meaning.kind is Kind.ANSWER else self._acted(meaning, text)

    def _is_same_again(self, text: str) -> bool:
        """Say whether it is what led to this summary, sent twice, or the bare word of the conversation."""
        opened = registry.opened_by(text)
        is_its_word = opened is not None and opened[0].name == self.talk.conversation and not opened[1]
        return bool(self.talk.digest) and (is_its_word or self.talk.was_led_by(text))

    def _leaves_draft(self, meaning: Meaning) -> bool:
        """Say whether what is being written is to be annulled: no order is named, and this one is on the screen."""
        is_draft = self.talk.conversation in DRAFTS and meaning.kind is Kind.INTENT and meaning.intent == "annul"
        named = any(slot.key == "order" and slot.how in (How.STATED, How.PART) for slot in meaning.slots)
        return is_draft and not named

    def _acted(self, meaning: Meaning, text: str) -> Outgoing:
        if meaning.kind in NOT_TAKEN:
            return self.replies.not_taken(meaning, text)
        if self.talk.conversation:
            match meaning.kind:
                case Kind.YES if self.talk.wary:
                    return self.replies.asked_again()
                case Kind.YES:
                    self.talk.hear(YES)
                    return self.router.go_on()
                case Kind.NO:
                    self.talk.hear(NO)
                    return self.router.go_on()
                case Kind.ANSWER:
                    return self.statements.answered(meaning)
                case Kind.CORRECTION:
                    return self.statements.corrected(meaning, text)
                case _:
                    pass
        if self._leaves_draft(meaning):
            return self.router.cancel()
        if meaning.kind is Kind.INTENT:
            return self.statements.begun(meaning, text)
        put_off = self.statements.put_off(meaning, text) if meaning.kind is Kind.LATER else None
        return put_off or self.replies.said(meaning)
