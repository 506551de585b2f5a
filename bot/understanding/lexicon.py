"""The vocabulary of a language, read once from vocabulary/*.toml, and finding its words and phrases in a message."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any

from bot.understanding.entries import Place, alone, heard_as, places_of
from bot.understanding.phrases import Phrase, Phrases
from bot.understanding.spelling import Speller
from bot.understanding.tokens import Token, folded
from bot.understanding.verbs import asking_forms, telling_forms, wishing_forms

LANGUAGES = ("es", "en")
FILLERS = frozenset(
    {
        *("polite", "small", "now", "want", "can", "trade", "unit", "goods"),
        *("greeting", "thanks", "and", "time", "self", "place"),
    }
)
"""Kinds of words that change nothing before a command."""
_LITTLE = FILLERS | {"one"}
_Tables = dict[str, dict[str, Any]]


class Lexicon:
    """Words and phrases with their kinds; the person's own language comes first, the others fill in."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._kinds: dict[str, frozenset[str]] = {}
        self._accented: dict[str, frozenset[str]] = {}
        self._values: dict[str, int] = {}
        self._phrases = Phrases(self._is_filler)
        self._single: dict[str, Phrase] = {}
        """Single words, as they were said so far: by their accented form."""
        self.short: dict[str, str] = {}
        """Words that are written short, and what they stand for: q is que."""
        for place, language in enumerate(languages):
            self._load(tables_of(language), 2 * place)
        self.words = frozenset({*self._kinds, *self._phrases.words()})
        self._speller = Speller((word for word in self.words if word.isalpha()), self._kinds)

    def _load(self, tables: _Tables, rank: int) -> None:
        known = set(self._kinds)
        short = tables.get("short", {}).get("words", {})
        self.short |= {word: whole for word, whole in short.items() if word not in known}
        self._phrases.forget_shorts()
        for table, lists in tables.items():
            if table in ("short", "verbs", "commands"):
                continue
            for name, entries in lists.items():
                kind = table if name == "words" else f"{table}.{name}"
                for typed, value in _entries(entries):
                    self._add(places_of(typed), kind, known, rank, value)
        named = set(self._kinds)  # pedido and venta are things, and tell nothing
        self._load_commands(tables.get("commands", {}), named, rank + 1)
        for conversation, infinitives in tables.get("verbs", {}).items():
            for form in (form for infinitive in infinitives for form in telling_forms(infinitive)):
                self._add_word(form, f"{conversation}.tells", named, None)

    def _load_commands(self, commands: dict[str, list[str]], named: set[str], rank: int) -> None:
        """Add every form of whole verbs that asks; what the lists say of a form goes first."""
        for kind, infinitives in commands.items():
            asks = kind if "." in kind else f"{kind}.asks"
            for infinitive in infinitives:
                for typed in asking_forms(*infinitive.split(), for_me=kind not in ("request", "sell")):
                    self._add(places_of(typed), asks, named, rank, None)
                for form in wishing_forms(*infinitive.split()):
                    self._add_word(form, f"{asks.partition('.')[0]}.wishes", set(), None)

    def _add(self, places: tuple[Place, ...], kind: str, taken: set[str], rank: int, value: int | None) -> None:
        for word in alone(places):
            self._add_word(word, kind, taken, value)
        if len(places) > 1 or any(len(choice) > 1 for choice in places[0]):
            self._phrases.add(places, kind, value, rank, self.short)
        else:
            self._add_cut(places[0], kind, value, rank)

    def _add_cut(self, place: Place, kind: str, value: int | None, rank: int) -> None:
        """Add the words that are heard as several: "1ro" is a number and a word, "ala" is "a la"."""
        for (word,) in (choice for choice in place if choice):
            if word not in self.short and len(heard_as(word, self.short)) > 1:
                self._phrases.add((((word,),),), kind, value, rank, self.short)

    def _add_word(self, form: str, kind: str, taken: set[str], value: int | None) -> None:
        words = (form,) if form in self.short else heard_as(form, self.short)
        if len(words) != 1:
            return
        word = words[0]
        accented = form != word and folded(form) != form.casefold() and "ñ" not in form
        if accented:
            spelled = form.casefold()
            self._accented[spelled] = _joined(self._accented.get(spelled, frozenset()), kind)
        if word in taken:
            return  # the person's own language has it
        plain = self._kinds.get(word)
        if accented and plain is not None and kind not in plain:
            return  # without the accent it is the other word
        self._kinds[word] = _joined(plain or frozenset(), kind)
        if value is not None:
            self._values[word] = value

    def _is_filler(self, words: Sequence[str], kinds: frozenset[str]) -> bool:
        if not kinds.isdisjoint(FILLERS):
            return True
        return len(words) > 1 and all(not self._kinds.get(word, frozenset()).isdisjoint(_LITTLE) for word in words)

    def _gives_way(self, phrase: Phrase, spelled: Sequence[str], place: int) -> bool:
        """Say whether a longer phrase begins inside this one: "el número" gives way to "número de osinergmin".

        A mere courtesy gives way to one as long too: "de una" to "una persona".
        """
        if spelled[place] not in self._kinds:
            return False
        length = len(phrase.words)
        last = place + length - 1
        for start in range(place + 1, min(place + length, len(spelled))):
            lengths = [len(longer.words) for longer in self._phrases.at(spelled, start)]
            if any(one > length or (one == length and start == last and "polite" in phrase.kinds) for one in lengths):
                return True
        return False

    def has(self, word: str) -> bool:
        """Say whether it is a word of the vocabulary, by itself or inside a phrase."""
        return word in self.words

    def valued(self, kind: str) -> dict[str, int]:
        """Return the single words of a kind that stand for a number."""
        return {word: value for word, value in self._values.items() if kind in self._kinds[word]}

    def correct(self, word: str) -> str | None:
        """Return the known word that a misspelt one stands for."""
        return None if word in self.words else self._speller.correct(word)

    def at(self, tokens: Sequence[Token], spelled: Sequence[str], place: int) -> Phrase | None:
        """Return the longest phrase that begins at the place, or None."""
        found = self._phrases.at(spelled, place)
        for phrase in reversed(found):
            last = tokens[place + len(phrase.words) - 1]
            if not self._gives_way(phrase, spelled, place) and not _was_done(phrase, last):
                return phrase
        word = spelled[place]
        if word not in self._kinds:
            return None
        accented = self._accented.get(tokens[place].accented)
        known = word if accented is None else tokens[place].accented
        if known not in self._single:
            kinds = accented or self._kinds[word]
            value = self._values.get(word) if accented is None else None
            self._single[known] = Phrase((word,), kinds, value, self._is_filler((word,), kinds))
        return self._single[known]


def _was_done(phrase: Phrase, last: Token) -> bool:
    """Say whether an accent tells that somebody did it: "lo anuló" is not "lo anulo"."""
    return last.accented.endswith("ó") and any(kind.endswith(".asks") for kind in phrase.kinds)


@cache
def _joined(kinds: frozenset[str], kind: str) -> frozenset[str]:
    """Return the kinds with one more, the same set for the same kinds: thousands of words share a few dozen."""
    return kinds | {kind}


@cache
def tables_of(language: str) -> _Tables:
    """Return the tables of a language's file."""
    file = resources.files("bot.understanding") / "vocabulary" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _entries(entries: Any) -> Iterator[tuple[str, int | None]]:
    if isinstance(entries, dict):
        yield from entries.items()
    else:
        yield from ((entry, None) for entry in entries)


@cache
def lexicon(language: str) -> Lexicon:
    """Return the vocabulary for somebody who speaks this language: their words first, then the other's."""
    own = "en" if language.startswith("en") else "es"
    return Lexicon((own, *(one for one in LANGUAGES if one != own)))
