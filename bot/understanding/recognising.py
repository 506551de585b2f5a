"""Words that are not in the vocabulary: names, words with letters held down, and misspelt ones."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understanding.heard import BRAND, NAME, Mention
from bot.understanding.lexicon import Lexicon
from bot.understanding.meaning import How
from bot.understanding.names import Match, Names
from bot.understanding.spelling import sound
from bot.understanding.tokens import Token

_HELD_DOWN = re.compile(r"(.)\1{2,}")
_SMALL = re.compile(r"([a-zñ]{3,}?)([cs]?)it([oa])(s?)")
_DOUBLED = re.compile(r"(.)\1+")


def spelled(
    run: Sequence[Token], words: Lexicon, brands: Names, sellers: Names
) -> tuple[list[str], dict[int, Mention], set[int]]:
    """Return the words as the vocabulary spells them, the names among them by place, and where a word was guessed."""
    known: list[str] = []
    found: dict[int, Mention] = {}
    guessed: set[int] = set()
    for place, token in enumerate(run):
        word = token.text
        if token.is_word and not words.has(word):
            match = _name(word, brands, sellers)
            if match is not None and match[1].how is How.STATED:
                found[place] = _named(token, *match)
            else:
                short = _whole(_unstretched(word, words), words)
                better = short if short != word else words.correct(word)
                if place and run[place - 1].text == "en" and better is not None and sound(better) != sound(word):
                    better = None  # somewhere: en Belén
                nearer = better is None or len(word) > 4 or sound(better) != sound(word)
                if match is not None and nearer:
                    found[place] = _named(token, *match)
                elif better is not None:
                    guessed |= set() if short != word else {place}
                    word = better
        elif token.is_word and (match := _name_exactly(word, brands, sellers)) is not None and len(word) > 3:
            found[place] = _named(token, *match)
        known.append(word)
    return known, found, guessed


def _unstretched(word: str, words: Lexicon) -> str:
    """Return the word without letters held down: graciaaas is gracias."""
    if not _HELD_DOWN.search(word):
        return word
    for short in (_HELD_DOWN.sub(r"\1", word), _DOUBLED.sub(r"\1", word)):
        if words.has(short):
            return short
    return word


def _whole(word: str, words: Lexicon) -> str:
    """Return the word that a small or a clipped one is made of: favorcito is favor, rapidito rapido, dejao dejado."""
    if word.endswith(("ao", "au")) and words.has(word[:-1] + "do"):
        return word[:-1] + "do"
    small = None if words.has(word) else _SMALL.fullmatch(word)
    if small is None:
        return word
    stem, vowel, plural = small[1], small[3], small[4]
    return next((one for end in ("", vowel, "e") if words.has(one := stem + end + plural)), word)


def _name(word: str, brands: Names, sellers: Names) -> tuple[str, Match] | None:
    exact = _name_exactly(word, brands, sellers)
    if exact is not None:
        return exact
    for kind, known in ((BRAND, brands), (NAME, sellers)):
        match = known.similar(word)
        if match is not None:
            return kind, match
    return None


def _name_exactly(word: str, brands: Names, sellers: Names) -> tuple[str, Match] | None:
    word = word.removesuffix("'s")
    for kind, known in ((BRAND, brands), (NAME, sellers)):
        match = known.exactly(word)
        if match is not None:
            return kind, match
    return None


def _named(token: Token, kind: str, match: Match) -> Mention:
    exact = match.how in (How.STATED, How.CONTEXT)
    return Mention(frozenset({kind}), token.text, token.start, token.end, match, filler=True, exact=exact)
