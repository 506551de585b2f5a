"""The vocabulary of a language, read once from vocabulary/*.toml, and finding its words and phrases in a message."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from itertools import product
from typing import Any

from bot.understanding.spelling import Speller
from bot.understanding.tokens import Token, clean, cut, folded
from bot.understanding.verbs import asking_forms, telling_forms, wishing_forms

LANGUAGES = ("es", "en")
CLITIC_MARK = "~"
_CHOICE = re.compile(r"\(([^()]*)\)")
CLITICS = (
    *("me", "te", "lo", "la", "los", "las", "le", "les", "nos", "se", "melo", "mela", "melos", "melas"),
    *("telo", "tela", "noslo", "nosla", "noslos", "noslas", "selo", "sela", "selos", "selas", "nelo", "nela"),
    *("nlo", "nla", "nlos", "nlas", "nme", "nmelo", "nmela", "nos"),
)
FEW_CLITICS = ("lo", "la", "los", "las", "me")
"""Behind a verb in the middle of an entry: márcala como vendida."""
FILLERS = frozenset(
    {
        *("polite", "small", "now", "want", "can", "trade", "unit", "goods"),
        *("greeting", "thanks", "and", "time", "self", "place"),
    }
)
"""Kinds of words that change nothing before a command."""


@dataclass(slots=True)
class Phrase:
    """A word or some words that mean something together."""

    words: tuple[str, ...]
    kinds: set[str] = field(default_factory=set)
    value: int | None = None
    filler: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """A phrase found in a message."""

    phrase: Phrase
    length: int
    """In tokens."""


class Lexicon:
    """Words and phrases with their kinds; the person's own language comes first, the others fill in."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._phrases: dict[tuple[str, ...], Phrase] = {}
        self._accented: dict[str, Phrase] = {}
        self.short: dict[str, str] = {}
        """Words that are written short, and what they stand for: q is que."""
        for language in languages:
            self._load(language)
        self._starts: dict[str, list[int]] = {}
        for words in self._phrases:
            lengths = self._starts.setdefault(words[0], [])
            if len(words) not in lengths:
                lengths.append(len(words))
        for lengths in self._starts.values():
            lengths.sort(reverse=True)
        for phrase in self._phrases.values():
            phrase.filler = self._is_filler(phrase)
        single = {words[0]: phrase for words, phrase in self._phrases.items() if len(words) == 1}
        self.words = frozenset(word for words in self._phrases for word in words)
        self._speller = Speller(
            (word for word in self.words if word.isalpha()),
            {word: frozenset(single[word].kinds) if word in single else frozenset({word}) for word in self.words},
        )

    def _load(self, language: str) -> None:
        file = resources.files("bot.understanding") / "vocabulary" / f"{language}.toml"
        known = set(self._phrases)
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
        short = tables.pop("short", {"words": {}})["words"]
        self.short |= {word: whole for word, whole in short.items() if (word,) not in known}
        verbs, commands = tables.pop("verbs", {}), tables.pop("commands", {})
        for table, lists in tables.items():
            for name, entries in lists.items():
                kind = table if name == "words" else f"{table}.{name}"
                for typed, value in _entries(entries):
                    for form in _forms(typed):
                        self._add(form, kind, value, known)
        named = set(self._phrases)  # pedido and venta are things, and tell nothing
        self._load_commands(commands, named)
        for conversation, infinitives in verbs.items():
            for form in (form for infinitive in infinitives for form in telling_forms(infinitive)):
                self._add(form, f"{conversation}.tells", None, named)

    def _load_commands(self, commands: dict[str, list[str]], named: set[tuple[str, ...]]) -> None:
        """Add every form of whole verbs that asks; what the lists say of a form goes first."""
        for kind, infinitives in commands.items():
            asks = kind if "." in kind else f"{kind}.asks"
            for infinitive in infinitives:
                for typed in asking_forms(*infinitive.split(), for_me=kind not in ("request", "sell")):
                    for form in _forms(typed):
                        self._add(form, asks, None, named)
                for form in wishing_forms(*infinitive.split()):
                    self._add(form, f"{asks.partition('.')[0]}.wishes", None, set())

    def _add(self, form: str, kind: str, value: int | None, taken: set[tuple[str, ...]]) -> None:
        only_letters = form.replace(" ", "").isalpha()
        typed = [folded(word) for word in form.split()] if only_letters else [token.text for token in cut(clean(form))]
        words = tuple(word for one in typed for word in self.short.get(one, one).split())
        if len(words) == 1 and form in self.short:
            words = (form,)  # what is written short stands for itself where it is no short word: 20 x 10
        accented = len(words) == 1 and folded(form) != form.casefold() and "ñ" not in form
        if not words or (words in taken and not accented):
            return  # the person's own language has it
        if accented:
            spelled = self._accented.setdefault(form.casefold(), Phrase(words))
            spelled.kinds.add(kind)
            plain = self._phrases.get(words)
            if words in taken:
                return
            if plain is not None and kind not in plain.kinds:
                return  # without the accent it is the other word
        phrase = self._phrases.setdefault(words, Phrase(words))
        phrase.kinds.add(kind)
        phrase.value = value if value is not None else phrase.value

    def _is_filler(self, phrase: Phrase) -> bool:
        if phrase.kinds & FILLERS:
            return True
        singles = [self._phrases.get((word,)) for word in phrase.words]
        return len(singles) > 1 and all(one is not None and one.kinds & {*FILLERS, "one"} for one in singles)

    def _gives_way(self, phrase: Phrase, spelled: Sequence[str], place: int) -> bool:
        """Say whether a longer phrase begins inside this one: "el número" gives way to "número de osinergmin".

        A mere courtesy gives way to one as long too: "de una" to "una persona".
        """
        length = len(phrase.words)
        if (spelled[place],) not in self._phrases:
            return False
        for start in range(place + 1, min(place + length, len(spelled))):
            for longer in self._starts.get(spelled[start], ()):
                words = tuple(spelled[start : start + longer])
                wins = longer > length or (
                    longer == length and "polite" in phrase.kinds and start == place + length - 1
                )
                if wins and len(words) == longer and words in self._phrases:
                    return True
        return False

    def has(self, word: str) -> bool:
        """Say whether it is a word of the vocabulary, by itself or inside a phrase."""
        return word in self.words

    def valued(self, kind: str) -> dict[str, int]:
        """Return the single words of a kind that stand for a number."""
        return {
            words[0]: phrase.value
            for words, phrase in self._phrases.items()
            if kind in phrase.kinds and phrase.value is not None and len(words) == 1
        }

    def correct(self, word: str) -> str | None:
        """Return the known word that a misspelt one stands for."""
        return None if word in self.words else self._speller.correct(word)

    def at(self, tokens: Sequence[Token], spelled: Sequence[str], place: int) -> Spoken | None:
        """Return the longest phrase that begins at the place, or None."""
        lengths = self._starts.get(spelled[place])
        if lengths is None:
            return None
        for length in lengths:
            phrase = self._phrases.get(tuple(spelled[place : place + length]))
            if phrase is not None and len(phrase.words) == length:
                if length > 1 and (self._gives_way(phrase, spelled, place) or _was_done(phrase, tokens, place)):
                    continue
                if length == 1:
                    phrase = self._accented.get(tokens[place].accented, phrase)
                    phrase.filler = phrase.filler or self._is_filler(phrase)
                return Spoken(phrase, length)
        return None


def _was_done(phrase: Phrase, tokens: Sequence[Token], place: int) -> bool:
    """Say whether an accent tells that somebody did it: "lo anuló" is not "lo anulo"."""
    last = tokens[place + len(phrase.words) - 1]
    return last.accented.endswith("ó") and any(kind.endswith(".asks") for kind in phrase.kinds)


def _entries(entries: Any) -> Iterator[tuple[str, int | None]]:
    if isinstance(entries, dict):
        yield from entries.items()
    else:
        yield from ((entry, None) for entry in entries)


def _forms(typed: str) -> Iterator[str]:
    """Yield what an entry stands for: (el|mi) pedido is two; cierra~ is cierra, cierralo, cierramela and so on."""
    for spelled in _choices(typed):
        stem = spelled.replace(CLITIC_MARK, "")
        yield stem
        if spelled.endswith(CLITIC_MARK):
            yield from (stem + clitic for clitic in CLITICS)
        if (place := spelled.find(CLITIC_MARK + " ")) > 0:
            rest = spelled[place + 1 :].replace(CLITIC_MARK, "")
            yield from (spelled[:place] + clitic + rest for clitic in FEW_CLITICS)


def _choices(typed: str) -> Iterator[str]:
    """Yield an entry with each choice of its parentheses: "(le|te|) aviso que" is three phrases."""
    parts = [part.split("|") if place % 2 else [part] for place, part in enumerate(_CHOICE.split(typed))]
    for chosen in product(*parts):
        yield " ".join("".join(chosen).split())


@cache
def lexicon(language: str) -> Lexicon:
    """Return the vocabulary for somebody who speaks this language: their words first, then the other's."""
    own = "en" if language.startswith("en") else "es"
    return Lexicon((own, *(one for one in LANGUAGES if one != own)))
