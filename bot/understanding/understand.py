"""The one way in: a text and its context, to what it means."""

from __future__ import annotations

from bot.understanding.answering import answered
from bot.understanding.context import Context
from bot.understanding.deciding import decide
from bot.understanding.listening import listen
from bot.understanding.meaning import Meaning
from bot.understanding.saying_more import with_more
from bot.understanding.weighing import weighed


def understand(text: str, context: Context) -> Meaning:
    """Return what the message means. Never raises; the same text and context always mean the same."""
    heard = listen(text, context)
    question = context.open
    found = answered(heard, context, question) if question is not None else decide(heard, context)
    return with_more(weighed(found, heard, context), heard, context)
