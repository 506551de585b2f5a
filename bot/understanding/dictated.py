"""Documents and plates that are read aloud, written as they are printed: "te cero cero uno guion doce" is T001-12."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.understanding import numbers
from bot.understanding.tokens import folded

_DIGITS = (
    *("cero zero", "uno one", "dos two", "tres three", "cuatro four"),
    *("cinco five", "seis six", "siete seven", "ocho eight", "nueve nine"),
)
_HUNDREDS = (
    *("cien", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos"),
    *("seiscientos", "setecientos", "ochocientos", "novecientos"),
)
_TENS = ("veinte twenty", "treinta thirty", "cuarenta forty", "cincuenta fifty", "sesenta sixty", "setenta seventy")
_MORE_TENS = ("ochenta eighty", "noventa ninety")
_TEENS = ("diez ten", "once eleven", "doce twelve", "trece", "catorce", "quince")
_MORE_TEENS = ("dieciseis dieciséis", "diecisiete", "dieciocho", "diecinueve")
_TWENTIES = (
    *("veintiuno veintiun", "veintidos veintidós", "veintitres veintitrés", "veinticuatro", "veinticinco"),
    *("veintiseis veintiséis", "veintisiete", "veintiocho", "veintinueve"),
)


def _counted(words: Sequence[str], values: Sequence[int]) -> dict[str, int]:
    return {word: value for spelled, value in zip(words, values, strict=True) for word in spelled.split()}


_VALUES = (
    _counted(_DIGITS, range(10))
    | _counted((*_TEENS, *_MORE_TEENS), range(10, 20))
    | _counted(_TWENTIES, range(21, 30))
    | _counted((*_TENS, *_MORE_TENS), range(20, 100, 10))
    | _counted(_HUNDREDS, (100, *range(100, 1000, 100)))
    | {"mil": 1000, "thousand": 1000, "hundred": 100}
)
_LETTERS = {
    **{letter: letter for letter in "abcdefghijklmnopqrstuvwxz"},
    "be": "b",
    "ce": "c",
    "de": "d",
    "efe": "f",
    "ge": "g",
    "hache": "h",
    "jota": "j",
    "ka": "k",
    "ca": "k",
    "ele": "l",
    "eme": "m",
    "ene": "n",
    "pe": "p",
    "cu": "q",
    "erre": "r",
    "ere": "r",
    "ese": "s",
    "te": "t",
    "ve": "v",
    "uve": "v",
    "equis": "x",
    "ye": "y",
    "zeta": "z",
    "seta": "z",
}
_NUMBER = "|".join(sorted(_VALUES, key=len, reverse=True))
_RUN = rf"(?:{_NUMBER})\b(?:[\s,]+(?:(?:y|and)\s+)?(?:{_NUMBER})\b)*"
_DASH = r"[\s,]*(?:gui[oó]n(?:cito)?|rayita|raya|dash|barra|slash|n[uú]mero|nro\.?|-)\s*"
_ONE_TO_NINE = "|".join([*"123456789", *(word for spelled in _DIGITS[1:] for word in spelled.split())])
_TEN_UP = "|".join((*_TEENS, *_MORE_TEENS)).replace(" ", "|")
_SERIES = re.compile(
    r"\b(te|efe|t|f|e|ve|v)\s+"
    r"(?:((?:doble\s+cero|(?:cero|zero|0)\s*(?:cero|zero|0))\s*)"
    rf"({_ONE_TO_NINE})|(?:cero|zero|0)\s+({_TEN_UP}))\b",
    re.IGNORECASE,
)
_EG = re.compile(
    rf"\be\s?ge?\s*(?:cero|zero|0)\s*({_ONE_TO_NINE})\b(?=[\s,]*(?:gui[oó]n|raya|n[uú]mero|-))", re.IGNORECASE
)
_AFTER_DASH = re.compile(rf"\b([TFEV]0[0-9]{{2}}|EG0[0-9]){_DASH}({_RUN})", re.IGNORECASE)
_AFTER_SPACE = re.compile(rf"\b([TFEV]0[0-9]{{2}})[\s,]+({_RUN})", re.IGNORECASE)
_PRINTED_SERIES = re.compile(r"\b(?:[TFEV]0[0-9]{2}|EG0[0-9])\b", re.IGNORECASE)
_BOOK = re.compile(r"\b(0[0-9]{2,3})\s*gui[oó]n\s*([0-9]{1,8})\b", re.IGNORECASE)
_PLATE = re.compile(
    r"\b(placa|carro|cami[oó]n|unidad|plate|truck)((?:\W{1,3}(?:es|nro|n[uú]mero|la|el|is))?\W{1,3})((?:[^\W_]+\W{0,2}){4,12})",
    re.IGNORECASE,
)
_HEAD = re.compile(r"[a-z](?:[a-z][0-9]|[0-9][a-z0-9]|[bcdfghjklmnpqrstvwxyz]{2})")
"""The first half of a plate that is written together: abc uno dos tres."""
_PRINTED_PLATE = re.compile(r"([A-Z][A-Z0-9]{2})([0-9]{3})")


def written_out(text: str) -> str:
    """Return the text with series, numbers of documents and plates in letters and digits."""
    text = _EG.sub(lambda found: f"EG0{_number(found[1])}", text)
    text = _BOOK.sub(r"\1-\2", _SERIES.sub(_series, text))
    if _PRINTED_SERIES.search(text):
        text = _AFTER_DASH.sub(lambda found: f"{found[1]}-{_number(found[2])}", text)
        text = _AFTER_SPACE.sub(_after_space, text)
    return _PLATE.sub(_plate, text)


def spelled_plate(text: str) -> str | None:
    """Return the plate that the whole text spells, where a plate is asked for: "te ocho a ocho siete cero"."""
    written = _PLATE.sub(_plate, f"placa {text}").removeprefix("placa ")
    return written if written != text else None


def _series(found: re.Match[str]) -> str:
    letter = {"te": "T", "efe": "F", "ve": "V"}.get(found[1].casefold(), found[1].upper())
    if found[4]:
        return f"{letter}0{_number(found[4])}"
    return f"{letter}00{_number(found[3])}"


def _after_space(found: re.Match[str]) -> str:
    """A number without its dash: more than a single word, or no mere digit, so that it counts nothing else."""
    words = found[2].split()
    if len(words) == 1 and _VALUES[folded(words[0])] < len(_DIGITS):
        return found[0]
    return f"{found[1]}-{_number(found[2])}"


def _number(spoken: str) -> str:
    """Return the digits of a number that is read digit by digit, in groups, or as a whole."""
    words = [folded(word) for word in re.findall(r"[^\W_]+", spoken)]
    values = [int(word) if word.isdigit() else _VALUES[word] for word in words if word not in ("y", "and")]
    return "".join(_groups(values))


def _groups(values: Sequence[int]) -> Iterator[str]:
    while values:
        number, used = numbers.in_words(values)
        yield str(number)
        values = values[used:]


def _plate(found: re.Match[str]) -> str:
    """Return the plate that is spelled out, or the words as they were."""
    rest = found[3]
    spelled = ""
    values: list[int] = []
    for word in re.finditer(r"[^\W_]+", rest):
        said = folded(word[0])
        if said in _VALUES or (said.isdigit() and len(said) <= 3):
            values.append(_VALUES[said] if said in _VALUES else int(said))
        elif said == "y" and values:
            continue
        elif not spelled and not values and _HEAD.fullmatch(said):
            spelled = said.upper()
        elif said in _LETTERS or said in ("guion", "raya"):
            spelled += "".join(_groups(values)) + _LETTERS.get(said, "").upper()
            values = []
        else:
            break
        whole = _PRINTED_PLATE.fullmatch(spelled + "".join(_groups(values)))
        after = re.match(rf"[\s]+(?:y\s+)?(?:{_NUMBER})\b", rest[word.end() :].casefold())
        if whole and not after:
            return f"{found[1]}{found[2]}{whole[1]}-{whole[2]}{rest[word.end() :]}"
    return found[0]
