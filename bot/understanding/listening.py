"""Hearing a message: what is known by its form, then phrases, names and numbers, as a row of mentions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from bot.understanding import numbers
from bot.understanding.context import Context
from bot.understanding.dictated import written_out
from bot.understanding.from_now_on import from_now_on
from bot.understanding.fuels import fuels
from bot.understanding.heard import DATE, FUEL, HOUR, NUMBER, OTHER, SIGN, Heard, Mention
from bot.understanding.joining import (
    has_number_words,
    introduced,
    joined_numbers,
    spoken_codes,
    spoken_endings,
    without_addresses,
)
from bot.understanding.lexicon import Lexicon, lexicon
from bot.understanding.marks import Mark, marks
from bot.understanding.names import Names, names
from bot.understanding.recognising import spelled
from bot.understanding.said_days import said_days
from bot.understanding.times import hours
from bot.understanding.tokens import Token, clean, cut, folded

LONGEST = 600
"""Characters that are looked at: whoever writes more tells a story, and a story starts nothing."""
PARTICLES = frozenset({"pe", "pes", "pue", "pues", "ps", "pos", "poe", "pex"})
"""They are said anywhere and change nothing: "lo mismo pe de siempre"."""
_WITH_PARTICLE = frozenset({"ya", "si", "asi", "no", "dale", "claro"})
AFTER_NUMBERS = ("x", "k", "m")
"""After a number they are no short words: 20 x 10, 10 k."""


def listen(text: str, context: Context) -> Heard:
    """Return what the message mentions."""
    text = _COUNTED.sub(lambda found: "-".ljust(len(found[0])), written_out(_with_letters(clean(text))))
    too_long = len(text) > LONGEST
    text = _tagged(text[:LONGEST])
    known_codes = frozenset(order.code for order in context.orders) if any(map(str.isdigit, text)) else frozenset()
    fixed = [_of_mark(mark) for mark in marks(text, known_codes)]
    even = "".join(one if len(one) == 1 else char for char, one in ((char, folded(char)) for char in text))
    _add(fixed, (Mention(frozenset({FUEL}), text[a:b], a, b, names, filler=True) for a, b, names in fuels(even)))
    days_said = said_days(text, context.today, context.language, coming=True)
    _add(fixed, (Mention(frozenset({DATE}), text[d.start : d.end], d.start, d.end, d, filler=True) for d in days_said))
    _add(fixed, (Mention(frozenset({HOUR}), text[a:b], a, b, filler=True) for a, b in hours(text.casefold())))
    words = lexicon(context.language)
    brands, sellers = names(tuple(context.brands)), names(_people(context))
    mentions = list(_mentions(text, sorted(fixed, key=lambda one: one.start), words, brands, sellers))
    mentions = joined_numbers(mentions)
    if has_number_words(mentions):
        mentions = spoken_endings(mentions, [order.code for order in context.orders])
    mentions = without_addresses(introduced(spoken_codes(mentions, known_codes)))
    known = {kind for mention in mentions for kind in mention.kinds}
    return from_now_on(Heard(text, mentions, too_long, context.today, known))


_TAG = re.compile(r"\b(?:o|u|or) (?:nada |ya )?(?:no|nada|toda[vb][ií]a(?: no)?|a[uú]n(?: no)?|not)\W*$", re.IGNORECASE)


_COUNTED = re.compile(r"(?<!\S)[0-9]{1,2}\)[ ]+(?=\S)")
"""The number of a line in a list: 1) 20 joyce de 10."""
_WHETHER = re.compile(
    r"\b(?:d[ií]game|dime|d[ií]ganme|conf[ií]rmeme|conf[ií]rmame|consulta|tell me|let me know|"
    r"(?:quiero|quisiera|deseo|necesito|queremos|para) (?:saber|consultar|averiguar|ver)|"
    r"me (?:dice|dices|puede decir|puedes decir|confirma|confirmas)) (?:si|if)\b",
    re.IGNORECASE,
)


_HALF_DOZEN = re.compile(r"(\bdocenas? (?!y ).{2,40}?\by )media (?=de\b)", re.IGNORECASE)
"""The half of "una docena de joyce y media de proust"."""
_DOZENS_AND_HALF = re.compile(r"\b([2-9]|dos|tres|cuatro|cinco|seis) docenas y media\b", re.IGNORECASE)
_DOZENS = {"dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6}
_SIZES = re.compile(r"\b(3|5|10|15|45)'?s\b")
"""Cylinders by their size: "all five 45s"."""
_FOR = re.compile(
    r"\b4 (?=(?:tomorrow|today|tmrw|tmw|monday|tuesday|wednesday|thursday|friday|saturday|sunday|me|us)\b)"
)
_WITH = re.compile(r"(?<!\w)c/ ?(?=[^\W\d])", re.IGNORECASE)
"""How "con" is written short: c/fuga."""
_TO2 = re.compile(r"\b(to|salu)2\b", re.IGNORECASE)


_THOUSANDS = re.compile(
    r"(?<![\w.,])([1-9][0-9]{0,2}) ([0-9]{3})(?= ?(?:gal(?:\b|[oó]n|lon)|gls?\b|gln))", re.IGNORECASE
)
"""A number of gallons with a space where others write a comma: 2 500 galones."""


def _with_letters(text: str) -> str:
    """Return the text with words written out that a digit shortens: to2 is todos; and with thousands in one piece."""
    if " g" in text or "0g" in text:
        text = _THOUSANDS.sub(r"\1\2", text)
    if "media de" in text:
        text = _HALF_DOZEN.sub(r"\1media docena ", text)
    if "docenas y media" in text:
        text = _DOZENS_AND_HALF.sub(_counted_out, text)
    if "5s" in text or "0s" in text or "3s" in text:
        text = _SIZES.sub(r"\1 kg", text)
    if "4 " in text:
        text = _FOR.sub("for ", text)
    if "c/" in text:
        text = _WITH.sub("con ", text)
    if "2" not in text:
        return text
    return _TO2.sub(lambda found: "todos" if found[1].casefold() == "to" else "saludos", text)


def _counted_out(found: re.Match[str]) -> str:
    """Return dozens and a half as a number: 2 docenas y media are 30."""
    said = found[1].casefold()
    dozens = int(said) if said.isdigit() else _DOZENS[said]
    return str(12 * dozens + 6)


def _tagged(text: str) -> str:
    """Return the text with the question mark that is meant: "o no" at its end, "dígame si" at its beginning."""
    if "?" not in text and _WHETHER.search(text):
        return f"{text}?"
    return (
        f"{text}?"
        if "?" not in text and _TAG.search(text) and not text.casefold().startswith(("si o", "yes or"))
        else text
    )


def _add(fixed: list[Mention], found: Iterable[Mention]) -> None:
    """Add what overlaps nothing that was found before."""
    for mention in found:
        if all(mention.end <= one.start or one.end <= mention.start for one in fixed):
            fixed.append(mention)


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
    known, found, guessed = spelled(run, words, brands, sellers)
    place = 0
    while place < len(run):
        token = run[place]
        if place in found:
            yield found[place]
            place += 1
            continue
        phrase = words.at(run, known, place)
        if phrase is not None:
            following = place + len(phrase.words)
            value = None if phrase.value is None else Decimal(phrase.value)
            exact = guessed.isdisjoint(range(place, following))
            text, end = " ".join(phrase.words), run[following - 1].end
            yield Mention(phrase.kinds, text, token.start, end, value, phrase.filler, exact)
            place = following
            continue
        yield _unknown(token)
        place += 1


def _written_out(run: Sequence[Token], words: Lexicon) -> list[Token]:
    """Return the tokens with short words written out: q is que, xfa is por favor."""
    whole: list[Token] = []
    run = [part for token in run for part in _apart(token, words)]
    for place, token in enumerate(run):
        if token.text in PARTICLES and not (place and run[place - 1].text in _WITH_PARTICLE):
            continue
        stands_for = _with_h(token, run[place + 1 : place + 2]) or words.short.get(token.text)
        if stands_for is None or _belongs_to_a_number(run, place):
            whole.append(token)
        else:
            whole += [Token(word, word, token.start, token.end) for word in stands_for.split()]
    return whole


def _apart(token: Token, words: Lexicon) -> list[Token]:
    """Return the two words of a number that is written together with its "de": dediez."""
    number = token.text.removeprefix("de")
    if number == token.text or number not in words.valued("number"):
        return [token]
    return [Token("de", "de", token.start, token.start + 2), Token(number, number, token.start + 2, token.end)]


def _belongs_to_a_number(run: Sequence[Token], place: int) -> bool:
    """Say whether a letter is no short word: 20 x 10, 10 k; "45 m faltó" has a "me" in it."""
    spoken = run[place].text == "m" and place + 1 < len(run) and run[place + 1].is_word
    return run[place].text in AFTER_NUMBERS and place > 0 and run[place - 1].is_number and not spoken


_HAVE = {"a": "ha", "e": "he", "an": "han", "as": "has", "emos": "hemos"}
_DONE = re.compile(r"[a-zñ]*(?:ad|id)o|[a-zñ]{3,}ao|[a-z]*(?:hecho|puesto|visto|dicho|vuelto|roto|abierto|escrito)")
_NOT_DONE = frozenset(
    {"pedido", "pedidos", "lado", "todos", "estado", "mercado", "cuidado", "sabado", "sabados", "encargado"}
)


def _with_h(token: Token, following: Sequence[Token]) -> str | None:
    """Return the auxiliary that is written without its h: "a llegado", "e vendido"."""
    if token.text not in _HAVE or not following or following[0].text in _NOT_DONE:
        return None
    return _HAVE[token.text] if _DONE.fullmatch(following[0].text) else None


def _unknown(token: Token) -> Mention:
    if token.is_number:
        number = numbers.in_digits(token.text)
        kinds = frozenset({NUMBER}) if number is not None else frozenset({OTHER})
        return Mention(kinds, token.text, token.start, token.end, number, filler=number is not None)
    kind = OTHER if token.is_word else SIGN
    return Mention(frozenset({kind}), token.text, token.start, token.end, filler=kind is SIGN)
