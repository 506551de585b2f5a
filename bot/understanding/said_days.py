"""Days in a message as it was typed: misspelt and shortened words are read as the days that they stand for."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache

from bot.understanding.dates import Days, days_in
from bot.understanding.lexicon import Lexicon, lexicon
from bot.understanding.tokens import folded

_WORD = re.compile(r"[^\W\d_]{3,}|(?<![\w'])(?:dl?|pa|al|q|k)(?!\w)")
_SHORT = {"d": "de", "dl": "del", "asta": "hasta", "hta": "hasta", "hsta": "hasta", "dsd": "desde", "dsde": "desde"}
_LITTLE = frozenset({"aki", "aka", "q", "k"})
"""Little words that are written short, and stand beside days: de aki a 3 dias."""
_COUNTS = re.compile(
    r"(?:\b(?:del|al|el|hace|ultim[oa]s|dentro de|en|dia|unos|lunes|martes|miercoles|jueves|viernes|sabado|domingo)) $"
)
"""What stands before a number of a day, or of days, that is written as a word: "del cinco al doce"."""
_SMALL = re.compile(r"([a-zñ]{4,}?)it([oa])")
_OF_DAYS = ("month", "weekday")
_MORE = frozenset({"hoy", "ayer", "anteayer", "mañana", "pasado", "semana", "tomorrow", "yesterday", "today"})
_NO_DAY = frozenset({"aller", "feria", "enera", "marta", "marte", "mayor", "junta", "junto", "setenta", "mesa"})
"""Words of their own that only look like one."""


def said_days(text: str, today: date, language: str, *, coming: bool) -> list[Days]:
    """Return the days that a cleaned text says, in order, with their places in it."""
    even = "".join(one if len(one) == 1 else char for char, one in ((char, folded(char)) for char in text))
    words = lexicon(language)
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for match in _WORD.finditer(even):
        count = _days_of_month(words).get(match[0])
        counted = count is not None and _COUNTS.search(even[max(match.start() - 12, 0) : match.start()])
        word = count if counted else _day(match[0], words)
        if word is not None:
            parts += [even[last : match.start()], word]
            starts += [*range(last, match.start()), *([match.start()] * len(word))]
            ends += [*range(last + 1, match.start() + 1), *([match.end()] * len(word))]
            last = match.end()
    if not last:
        return days_in(even, today, coming=coming)
    starts += range(last, len(even))
    ends += range(last + 1, len(even) + 1)
    found = days_in("".join(parts) + even[last:], today, coming=coming)
    return [replace(one, start=starts[one.start], end=ends[one.end - 1]) for one in found]


LONGEST_MONTH = 31


@cache
def _days_of_month(words: Lexicon) -> dict[str, str]:
    """Return the number words that may be a day of a month, or so many days, with their digits."""
    said = {word: str(number) for word, number in words.valued("number").items() if 0 < number <= LONGEST_MONTH}
    return said | {"primero": "1"}


def _day(word: str, words: Lexicon) -> str | None:
    """Return the word of a day that another one stands for, or None for one that is known, or is no such word."""
    if word in _SHORT:
        return _SHORT[word]
    if word in words.short:
        whole = words.short[word]
        return whole if whole in _days_known(words) or word in _LITTLE else None
    if words.has(word) or word in _NO_DAY:
        return None
    small = _SMALL.fullmatch(word)
    if small and (plain := small[1] + small[2]) in _days_known(words):
        return plain
    near = words.correct(word)
    return near if near in _days_known(words) else None


@cache
def _days_known(words: Lexicon) -> frozenset[str]:
    return frozenset(one for kind in _OF_DAYS for one in words.valued(kind) if len(one) > 3) | _MORE
