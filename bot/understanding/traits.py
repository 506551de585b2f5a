"""The traits of a message in its context: what the learned ranking knows of it, each a short name that can be read.

w:llego            a word as it was typed, small and without accents
p:ya llego         two words beside each other
c:lleg             letters inside a word, so that a typo still shares most of them
k:arrived          a kind that the vocabulary gives to a word or phrase
idle|w:llego       the same, said where no question is open; open| and sum| while a question or a summary is
at:close what      the open question; on:accept what the notice on the screen is about
can:close 2        what the person could do now, with how many orders
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.understanding.context import Context, Expected
from bot.understanding.heard import Heard, Mention
from bot.understanding.tokens import cut

NAMED = {
    "code": "<code>",
    "digits": "<digits>",
    "document": "<document>",
    "plate": "<plate>",
    "ruc": "<ruc>",
    "phone": "<phone>",
    "date": "<date>",
    "hour": "<hour>",
    "fuel": "<fuel>",
    "number": "<number>",
    "brand": "<brand>",
    "name": "<name>",
}
"""What stands for a thing that is known by its form or from a list: which one it is says nothing of what is meant."""
_SHORTEST, _LONGEST = 3, 5
"""Letters of a part of a word."""
_SIGNS = {"\n": "<line>"}
_POINTING = ("code", "digits", "number")
_ENDING = 3
"""Digits at the end of a code by which an order is pointed to."""
_CROSSED = ("w:", "p:", "k:")
_MOST_WORDS = 12


def traits(heard: Heard, context: Context) -> set[str]:
    """Return the traits of a message and of what it is said into."""
    return of_message(heard, context) | of_context(context)


def of_message(heard: Heard, context: Context) -> set[str]:
    """Return the traits of the message itself."""
    place = _place(context)
    said = set(_of_words(heard)) | set(_of_kinds(heard))
    said.update(_of_order(heard, context))
    return said | {f"{place}|{one}" for one in said if one.startswith(_CROSSED)}


def of_context(context: Context) -> set[str]:
    """Return the traits of what it is said into."""
    return set(_into(context, _place(context)))


def _place(context: Context) -> str:
    question = context.open
    if question is None:
        return "idle"
    return "sum" if question.expects is Expected.CONFIRM else "open"


def words(heard: Heard) -> list[str]:
    """Return the words of a message after its greeting, with a sign in place of each thing known by its form."""
    things = [(one, sign) for one in heard.mentions if (sign := _sign(one))]
    found: list[str] = []
    start = _after_greeting(heard)
    for token in cut(heard.text):
        if token.start < start:
            continue
        sign = next((sign for one, sign in things if one.start <= token.start < one.end), _SIGNS.get(token.text, ""))
        if not sign or found[-1:] != [sign]:
            found.append(sign or token.text)
    return found


def _after_greeting(heard: Heard) -> int:
    """Return where a message begins once it has greeted, if it goes on: a greeting changes nothing of what is meant."""
    return next((one.start for one in heard.words if not one.has("greeting")), 0)


def _sign(mention: Mention) -> str:
    return next((sign for kind, sign in NAMED.items() if kind in mention.kinds), "")


def _of_words(heard: Heard) -> Iterator[str]:
    said = words(heard)
    yield f"n:{min(len(said), _MOST_WORDS) // 2}"
    row = ["^", *said, "$"]
    yield from (f"w:{one}" for one in said)
    yield from (f"p:{one} {two}" for one, two in pairwise(row))
    for word in said:
        if word.isalpha():
            yield from _parts(f"#{word}#")


def _parts(word: str) -> Iterator[str]:
    for size in range(_SHORTEST, _LONGEST + 1):
        yield from (f"c:{word[start : start + size]}" for start in range(len(word) - size + 1))


def _of_kinds(heard: Heard) -> Iterator[str]:
    left_out = {"small", "greeting"} if _after_greeting(heard) else {"small"}
    return (f"k:{kind}" for kind in heard.known - left_out)


def _of_order(heard: Heard, context: Context) -> Iterator[str]:
    """Yield what the person can do with the order that is pointed to, if it is one."""
    endings = [one.text for one in heard.of(*_POINTING) if len(one.text) >= _ENDING and one.text.isdigit()]
    if not endings:
        return
    found = [order for order in context.orders if any(order.code.endswith(ending) for ending in endings)]
    if len(found) == 1:
        yield from (f"this:{conversation}" for conversation in sorted(found[0].can)) if found[0].can else ("this:none",)


def _into(context: Context, place: str) -> Iterator[str]:
    yield f"in:{place}"
    question, notice = context.open, context.notice
    if question is not None:
        yield f"at:{question.conversation} {question.key.partition(' ')[0]}"
        yield f"at:{question.key.partition(' ')[0]}"
    if notice is not None:
        yield f"on:{notice.conversation}"
    yield from (f"side:{side}" for side in _sides(context))
    for conversation in ("close", "accept", "sell", "annul"):
        able = sum(conversation in order.can for order in context.orders)
        yield f"can:{conversation} {min(able, 2)}"


def _sides(context: Context) -> Sequence[str]:
    sides = {side for one in context.agents for side, is_it in (("buys", one.buys), ("sells", one.sells)) if is_it}
    return sorted(sides) or ["none"]
