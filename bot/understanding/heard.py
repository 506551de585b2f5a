"""A message as it was heard: a row of mentions, each a phrase, a number, a name or a thing known by its form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from bot.understanding import numbers
from bot.understanding.context import Context
from bot.understanding.dates import Days, days_in
from bot.understanding.lexicon import Lexicon, lexicon
from bot.understanding.marks import Mark, marks, spoken_series
from bot.understanding.meaning import How
from bot.understanding.names import Match, Names, names
from bot.understanding.tokens import Token, clean, cut, folded
from core import codes

_HELD_DOWN = re.compile(r"(.)\1{2,}")
_DOUBLED = re.compile(r"(.)\1+")
LONGEST = 600
"""Characters that are looked at: whoever writes more tells a story, and a story starts nothing."""
SIGN, OTHER, NUMBER, CODE, DATE, BRAND, NAME = "sign", "other", "number", "code", "date", "brand", "name"
TIMES = "x"
"""Between a number and a size it is no short word: 20 x 10."""
CLAUSE_ENDS = frozenset(".;!?¡¿\n:,")


@dataclass(slots=True)
class Mention:
    """One thing in a message."""

    kinds: frozenset[str]
    text: str
    start: int
    end: int
    value: Decimal | str | Days | Match | None = None
    filler: bool = False
    exact: bool = True

    def has(self, *kinds: str) -> bool:
        """Say whether it is of one of these kinds."""
        return any(kind in self.kinds for kind in kinds)

    @property
    def number(self) -> Decimal | None:
        """Return the number that it is, or None."""
        return self.value if isinstance(self.value, Decimal) else None


@dataclass(slots=True)
class Heard:
    """A message and what is mentioned in it."""

    text: str
    mentions: list[Mention]
    too_long: bool = False
    today: date | None = None
    known: set[str] = field(default_factory=set)
    """Every kind that is mentioned."""

    def of(self, *kinds: str) -> list[Mention]:
        """Return the mentions of these kinds, in order."""
        if self.known.isdisjoint(kinds):
            return []
        return [mention for mention in self.mentions if mention.has(*kinds)]

    def has(self, *kinds: str) -> bool:
        """Say whether something of these kinds is mentioned."""
        return not self.known.isdisjoint(kinds)

    def said(self, *mentions: Mention) -> str:
        """Return the part of the message from the first of the mentions to the last."""
        if not mentions:
            return ""
        return self.text[min(one.start for one in mentions) : max(one.end for one in mentions)]

    def clauses(self) -> Iterator[list[Mention]]:
        """Yield the parts between signs."""
        part: list[Mention] = []
        for mention in self.mentions:
            if mention.text in CLAUSE_ENDS:
                if part:
                    yield part
                part = []
            else:
                part.append(mention)
        if part:
            yield part

    @property
    def words(self) -> list[Mention]:
        """Return everything but signs."""
        return [mention for mention in self.mentions if SIGN not in mention.kinds]

    @property
    def unknown(self) -> int:
        """Return how many words mean nothing here."""
        return sum(1 for mention in self.mentions if mention.has(OTHER))


def listen(text: str, context: Context) -> Heard:
    """Return what the message mentions."""
    text = spoken_series(clean(text))
    too_long = len(text) > LONGEST
    text = text[:LONGEST]
    known_codes = frozenset(order.code for order in context.orders) if any(map(str.isdigit, text)) else frozenset()
    fixed = [_of_mark(mark) for mark in marks(text, known_codes)]
    even = "".join(one if len(one) == 1 else char for char, one in ((char, folded(char)) for char in text))
    for days in days_in(even, context.today, coming=True):
        if all(days.end <= one.start or one.end <= days.start for one in fixed):
            fixed.append(
                Mention(frozenset({DATE}), text[days.start : days.end], days.start, days.end, days, filler=True)
            )
    words = lexicon(context.language)
    brands, sellers = names(tuple(context.brands)), names(_people(context))
    mentions = list(_mentions(text, sorted(fixed, key=lambda one: one.start), words, brands, sellers))
    mentions = _spoken_codes(_numbers(mentions), known_codes)
    return Heard(text, mentions, too_long, context.today, {kind for mention in mentions for kind in mention.kinds})


def _people(context: Context) -> tuple[tuple[str, str], ...]:
    """Return the names of everybody on the other side: sellers, and the counterparts of open orders."""
    counterparts = dict.fromkeys(order.counterpart for order in context.orders)
    known = {name for _token, name in context.sellers}
    return (*context.sellers, *(("", name) for name in counterparts if name not in known))


def _of_mark(mark: Mark) -> Mention:
    return Mention(frozenset({mark.kind}), mark.value, mark.start, mark.end, mark.value, filler=True)


def _mentions(text: str, fixed: Sequence[Mention], words: Lexicon, brands: Names, sellers: Names) -> Iterator[Mention]:
    """Yield what was found by form, and the words between as phrases, names or unknown words."""
    waiting = list(fixed)
    run: list[Token] = []
    for token in cut(text):
        while waiting and waiting[0].end <= token.start:
            yield from _phrases(run, words, brands, sellers)
            run = []
            yield waiting.pop(0)
        if waiting and token.end > waiting[0].start:
            continue
        run.append(token)
    yield from _phrases(run, words, brands, sellers)
    yield from waiting


def _phrases(run: Sequence[Token], words: Lexicon, brands: Names, sellers: Names) -> Iterator[Mention]:
    run = _written_out(run, words)
    spelled, found, guessed = _spelled(run, words, brands, sellers)
    place = 0
    while place < len(run):
        token = run[place]
        if place in found:
            yield found[place]
            place += 1
            continue
        spoken = words.at(run, spelled, place)
        if spoken is not None:
            last = run[place + spoken.length - 1]
            phrase = spoken.phrase
            value = None if phrase.value is None else Decimal(phrase.value)
            exact = guessed.isdisjoint(range(place, place + spoken.length))
            kinds = frozenset(phrase.kinds)
            yield Mention(kinds, " ".join(phrase.words), token.start, last.end, value, phrase.filler, exact)
            place += spoken.length
            continue
        yield _unknown(token)
        place += 1


def _written_out(run: Sequence[Token], words: Lexicon) -> list[Token]:
    """Return the tokens with short words written out: q is que, xfa is por favor."""
    whole: list[Token] = []
    for place, token in enumerate(run):
        stands_for = words.short.get(token.text)
        if stands_for is None or (token.text == TIMES and place and run[place - 1].is_number):
            whole.append(token)
        else:
            whole += [Token(word, word, token.start, token.end) for word in stands_for.split()]
    return whole


def _spelled(
    run: Sequence[Token], words: Lexicon, brands: Names, sellers: Names
) -> tuple[list[str], dict[int, Mention], set[int]]:
    """Return the words as the vocabulary spells them, the names among them by place, and where a word was guessed."""
    spelled: list[str] = []
    found: dict[int, Mention] = {}
    guessed: set[int] = set()
    for place, token in enumerate(run):
        word = token.text
        if token.is_word and not words.has(word):
            match = _name(word, brands, sellers)
            if match is not None and match[1].how is How.STATED:
                found[place] = _named(token, *match)
            else:
                short = _unstretched(word, words)
                better = short if short != word else words.correct(word)
                if match is not None and (better is None or len(word) > 4):
                    found[place] = _named(token, *match)
                elif better is not None:
                    guessed |= set() if short != word else {place}
                    word = better
        elif token.is_word and (match := _name_exactly(word, brands, sellers)) is not None and len(word) > 3:
            found[place] = _named(token, *match)
        spelled.append(word)
    return spelled, found, guessed


def _unstretched(word: str, words: Lexicon) -> str:
    """Return the word without letters held down: graciaaas is gracias."""
    if not _HELD_DOWN.search(word):
        return word
    for short in (_HELD_DOWN.sub(r"\1", word), _DOUBLED.sub(r"\1", word)):
        if words.has(short):
            return short
    return word


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
    for kind, known in ((BRAND, brands), (NAME, sellers)):
        match = known.exactly(word)
        if match is not None:
            return kind, match
    return None


def _named(token: Token, kind: str, match: Match) -> Mention:
    exact = match.how is How.STATED
    return Mention(frozenset({kind}), token.text, token.start, token.end, match, filler=True, exact=exact)


def _unknown(token: Token) -> Mention:
    if token.is_number:
        number = numbers.in_digits(token.text)
        kinds = frozenset({NUMBER}) if number is not None else frozenset({OTHER})
        return Mention(kinds, token.text, token.start, token.end, number, filler=number is not None)
    kind = OTHER if token.is_word else SIGN
    return Mention(frozenset({kind}), token.text, token.start, token.end, filler=kind is SIGN)


def _numbers(mentions: Sequence[Mention]) -> list[Mention]:
    """Join number words into numbers: treinta y cinco; 2 mil."""
    joined: list[Mention] = []
    place = 0
    while place < len(mentions):
        first = mentions[place]
        if first.number is None or not first.has(NUMBER):
            joined.append(first)
            place += 1
            continue
        run = [first]
        values = [int(first.number)]
        ahead = place + 1
        if not first.text[:1].isdigit():
            while ahead < len(mentions):
                skip = 1 if mentions[ahead].text in ("y", "and") and 20 <= values[-1] < 100 else 0
                if ahead + skip >= len(mentions) or not _is_number_word(mentions[ahead + skip]):
                    break
                following = mentions[ahead + skip]
                run.append(following)
                values.append(int(following.number or 0))
                ahead += skip + 1
            number, used = numbers.in_words(values)
            last = run[used - 1]
            ahead = mentions.index(last, place) + 1
        else:
            number, last = first.number, first
            if ahead < len(mentions) and mentions[ahead].text in ("mil", "thousand"):
                number, last, ahead = first.number * 1000, mentions[ahead], ahead + 1
        joined.append(Mention(frozenset({NUMBER}), first.text, first.start, last.end, number, filler=True))
        place = ahead
    return joined


def _is_number_word(mention: Mention) -> bool:
    return mention.has(NUMBER) and mention.number is not None and not mention.text[:1].isdigit()


def _spoken_codes(mentions: list[Mention], known: frozenset[str]) -> list[Mention]:
    """Join a code that was read aloud, digit by digit or in groups, into one mention."""
    place = 0
    while place < len(mentions):
        run = []
        for mention in mentions[place:]:
            if not mention.has(NUMBER) or mention.number is None or mention.number % 1:
                break
            run.append(mention)
        digits = "".join(one.text if one.text[:1].isdigit() else str(one.number) for one in run)
        if (
            len(run) > 3
            and len(digits) == codes.DIGITS
            and (digits in known or digits.startswith(tuple(codes.PREFIX.values())))
        ):
            whole = Mention(frozenset({CODE}), digits, run[0].start, run[-1].end, digits, filler=True)
            mentions[place : place + len(run)] = [whole]
        elif len(run) == 3 and all(one.number is not None and one.number < 10 for one in run) and len(digits) == 3:
            whole = Mention(frozenset({NUMBER}), digits, run[0].start, run[-1].end, Decimal(digits), filler=True)
            mentions[place : place + len(run)] = [whole]
        place += max(len(run) if len(run) < 3 else 1, 1)
    return mentions
