"""Things that are known by their form, whatever stands around them: codes, RUCs, phones, documents, plates, links."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.understanding import numbers
from core import codes, documents


@dataclass(frozen=True, slots=True)
class Mark:
    """Something found in the text by its form."""

    kind: str
    value: str
    start: int
    end: int


_DIGITS = re.compile(r"(?<![\w/])\+?[0-9](?:[ .\-]{0,3}[0-9]){6,15}(?![0-9])")
_WHOLE_RUN = re.compile(r"[0-9]{11}")
_LINK = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+|<[^>]{0,200}>")
_SERIES = re.compile(
    r"(?<![\w-])((?:[tfvb][a-z0-9]{3}|e[gb0][a-z0-9]{2})|[tfvb]\s?0\s?0\s?[0-9])"
    r"(?:\s*(?:-|/|guion|nro\.?|n[°º]|n[uú]mero|num\.?)\s*|\s+)([0-9]{1,8})(?![\w-])",
    re.IGNORECASE,
)
_PRINTED = re.compile(r"(?<![\w-])([0-9]{3,4})\s*-\s*([0-9]{1,8})(?![\w-])")
_PLATE = re.compile(r"(?<![\w-])([a-z][a-z0-9]{2})\s?-?\s?([0-9]{3})(?![\w-])", re.IGNORECASE)
_PAPER_BEFORE = re.compile(
    r"(?:gu[ií]as?|gia|factura|fact|documento|remisi[oó]n)\W{0,3}(?:nro|n[°ºo]|num|numero|es|la|de)?\W{0,3}$",
    re.IGNORECASE,
)
_PLATE_BEFORE = re.compile(r"placa\W{0,3}(?:es|nro|n[°ºo])?\W{0,3}$", re.IGNORECASE)
_BARE_NUMBER = re.compile(r"(?<![\w.,-])([0-9]{4,8})(?![\w,-])")
_SPOKEN_SERIES = re.compile(
    r"\b(te|efe|t|f)\s+((?:cero|zero|0)\s*(?:cero|zero|0)\s*(?:uno|dos|tres|one|two|1|2|3))\b", re.IGNORECASE
)
_DIGITS_SPOKEN = (
    *("cero zero", "uno one", "dos two", "tres three", "cuatro four"),
    *("cinco five", "seis six", "siete seven", "ocho eight", "nueve nine"),
)
_SPOKEN_DIGIT = {word: str(digit) for digit, words in enumerate(_DIGITS_SPOKEN) for word in words.split()}
_DIGIT = "|".join(_SPOKEN_DIGIT)
_SPOKEN_NUMBER = re.compile(
    rf"\b([TF]00[0-9])\s*(?:gui[oó]n|raya|dash|-)\s*((?:(?:{_DIGIT})\b[\s,]*){{2,8}})(?<![\s,])", re.IGNORECASE
)


_HUNDREDS = (
    *("cien", "ciento", "doscientos", "trescientos", "cuatrocientos", "quinientos"),
    *("seiscientos", "setecientos", "ochocientos", "novecientos"),
)
_TENS = ("veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
_TEENS = (
    *("diez", "once", "doce", "trece", "catorce", "quince"),
    *("dieciseis", "diecisiete", "dieciocho", "diecinueve"),
)
_SPOKEN_VALUE = (
    dict(zip(_HUNDREDS, (100, *range(100, 1000, 100)), strict=True))
    | dict(zip(_TENS, range(20, 100, 10), strict=True))
    | dict(zip(_TEENS, range(10, 20), strict=True))
    | {f"veinti{word}": 20 + int(digit) for word, digit in _SPOKEN_DIGIT.items() if digit != "0"}
    | {word: int(digit) for word, digit in _SPOKEN_DIGIT.items() if digit != "0"}
)
_TWENTIES = "veinti(?:uno|un|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)"
_BIG = "|".join((*_HUNDREDS, *_TENS, *_TEENS))
_SPOKEN_COUNT = re.compile(
    rf"\b([TF]00[0-9])\s*(?:gui[oó]n|raya|dash|-)\s*"
    rf"((?:{_TWENTIES}|{_BIG})\b(?:\s+(?:y\s+)?(?:{_BIG}|{_DIGIT})\b)*)",
    re.IGNORECASE,
)


def marks(text: str, known_codes: frozenset[str] = frozenset()) -> list[Mark]:
    """Return the marks of a cleaned text, none overlapping another, in order."""
    found: list[Mark] = []
    for finder in (_links, _papers, _long_numbers, _plates):
        for mark in finder(text, known_codes):
            if all(mark.end <= other.start or other.end <= mark.start for other in found):
                found.append(mark)
    return sorted(found, key=lambda mark: mark.start)


def spoken_series(text: str) -> str:
    """Return the text with a dictated series written as it is printed: "te cero cero uno" is T001."""

    def written(match: re.Match[str]) -> str:
        letter = "T" if match[1].casefold().startswith("t") else "F"
        digits = re.findall(r"[a-z]+|[0-9]", match[2].casefold())
        return letter + "".join(_SPOKEN_DIGIT.get(digit, digit) for digit in digits)

    def dictated(match: re.Match[str]) -> str:
        words = match[2].casefold().replace(",", " ").split()
        return f"{match[1]}-" + "".join(_SPOKEN_DIGIT[word] for word in words)

    def counted(match: re.Match[str]) -> str:
        values = [_SPOKEN_VALUE[word] for word in match[2].casefold().replace(" y ", " ").split()]
        return f"{match[1]}-{numbers.in_words(values)[0]}"

    text = _SPOKEN_SERIES.sub(written, text)
    text = _SPOKEN_COUNT.sub(counted, text)
    return _SPOKEN_NUMBER.sub(dictated, text)


def _links(text: str, _known: frozenset[str]) -> list[Mark]:
    return [Mark("link", match[0], match.start(), match.end()) for match in _LINK.finditer(text)]


def _papers(text: str, _known: frozenset[str]) -> list[Mark]:
    found = []
    for match in _SERIES.finditer(text):
        number = documents.normalise(re.sub(r"\s", "", match[1]) + "-" + match[2])
        if match[1].isalpha() and ("-" not in match[0] or match[1].islower()):
            continue  # trae 12, vino 20
        kind = "document" if number else "slip"
        found.append(Mark(kind, number or match[0], match.start(), match.end()))
    after_its_word = (
        (match, number)
        for pattern in (_PRINTED, _BARE_NUMBER)
        for match in pattern.finditer(text)
        if _PAPER_BEFORE.search(text[: match.start()])
        for number in ("-".join(match.groups()),)
    )
    return found + [Mark("document", number, match.start(), match.end()) for match, number in after_its_word]


def _long_numbers(text: str, known: frozenset[str]) -> list[Mark]:
    found = []
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"[^0-9]", "", match[0])
        whole = _code_within(match[0], known)
        if whole is not None:
            start, end, code = whole
            found.append(Mark("code", code, match.start() + start, match.start() + end))
            continue
        tight = " " not in match[0].strip()
        kind = kind_of_digits(digits, known)
        if kind != "digits" or (tight and len(digits) >= 7):
            found.append(Mark(kind, digits, match.start(), match.end()))
    return found


def _code_within(run: str, known: frozenset[str]) -> tuple[int, int, str] | None:
    """Return where a code lies in a run of digits and separators: the run itself, or a group of eleven in it."""
    digits = re.sub(r"[^0-9]", "", run)
    if kind_of_digits(digits, known) == "code" and not run.startswith("+"):
        return 0, len(run), digits
    for match in re.finditer(r"(?<![0-9])[0-9]{11}(?![0-9])", run):
        if kind_of_digits(match[0], known) == "code":
            return match.start(), match.end(), match[0]
    return None


def kind_of_digits(digits: str, known: frozenset[str]) -> str:
    """Say what a row of digits is: a code, a RUC, a phone number, or only digits."""
    if _WHOLE_RUN.fullmatch(digits) and (digits in known or digits.startswith(tuple(codes.PREFIX.values()))):
        return "code"
    if _WHOLE_RUN.fullmatch(digits) and digits.startswith(("10", "15", "16", "17", "20")):
        return "ruc"
    if (len(digits) == 9 and digits.startswith("9")) or (len(digits) == 11 and digits.startswith("519")):
        return "phone"
    return "digits"


def _plates(text: str, _known: frozenset[str]) -> list[Mark]:
    found = []
    for match in _PLATE.finditer(text):
        said = _PLATE_BEFORE.search(text[: match.start()])
        mixed = any(char.isdigit() for char in match[1])
        if said or mixed or "-" in match[0]:
            found.append(Mark("plate", f"{match[1].upper()}-{match[2]}", match.start(), match.end()))
    return found
