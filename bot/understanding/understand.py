"""The one way in: a text and its context, to what it means."""

from __future__ import annotations

from typing import Any, cast

from bot.understanding.answering import answered, has_own_verb
from bot.understanding.context import Context, OpenQuestion
from bot.understanding.deciding import decide
from bot.understanding.heard import Heard
from bot.understanding.listening import listen
from bot.understanding.looking import LOOKS
from bot.understanding.meaning import Kind, Meaning
from bot.understanding.saying_more import with_more
from bot.understanding.weighing import weighed


def understand(text: str, context: Context) -> Meaning:
    """Return what the message means. Never raises; the same text and context always mean the same."""
    heard = listen(text, context)
    question = context.open
    if question is None:
        return weighed(decide(heard, context), heard, context)
    found = answered(heard, context, question)
    if question.conversation in LOOKS:
        idle = cast("Context", _Idle(context))
        wish = decide(heard, idle)
        if _leaves(wish, found, heard, question):
            return weighed(wish, heard, idle)
    return with_more(weighed(found, heard, context), heard, context)


def _leaves(wish: Meaning, found: Meaning, heard: Heard, question: OpenQuestion) -> bool:
    """Say whether a list that is only looked at is left: nothing is lost by it, so a wish of its own is enough."""
    if wish.kind is not Kind.INTENT or wish.intent == question.conversation:
        return False
    return found.kind is not Kind.ANSWER or has_own_verb(heard, wish.intent)


class _Idle:
    """A context in which no question is open."""

    open = None

    def __init__(self, context: Context) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)
