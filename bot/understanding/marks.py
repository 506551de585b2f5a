"""Things that are known by their form, whatever stands around them: codes, RUCs, phones, documents, plates, links."""

from __future__ import annotations

import re
from dataclasses import dataclass

from core import codes, documents


@dataclass(frozen=True, slots=True)
class Mark:
    """Something found in the text by its form."""

    kind: str
    value: str
    start: int
    end: int


_DIGITS = re.compile(r"(?<![\w/])\+?[0-9](?:[ .\-]{0,3}[0-9]){6,15}(?![0-9])")
_WRITTEN_DAY = re.compile(r"[0-3]?[0-9][.-][01]?[0-9][.-](?:20)?[0-9]{2}")
_WHOLE_RUN = re.compile(r"[0-9]{11}")
_LINK = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+|<[^>]{0,200}>")
_NUMBER_WORD = r"(?:n[uú]m(?:ero)?\.?|nro\.?|n[°º]?(?![\w])|correlativo|number)"
_SERIES = re.compile(
    r"(?<![\w-])((?:[tfvb][a-z0-9]{3}|e[gb0][a-z0-9]{2})|[tfvb][\s-]?0\s?0\s?[0-9])"
    rf"(?:\s*(?:[-/_#:]|,?\s*(?:gui[oó]n|{_NUMBER_WORD})\W{{0,3}})\s*|\s+)"
    r"(0{2,4}[ ][0-9]{2,6}|[0-9]{1,8})(?![\w-])",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(?<![\w-])([tf]0[0-9]{2}|e00[0-9])([0-9]{3,8})(?![\w-])", re.IGNORECASE)
_SERIES_AFTER = re.compile(
    r"(?<![\w.,-])([0-9]{1,8})\W{1,3}(?:(?:de|en|con|y|la|su|of|in)\s+){0,2}(?:serie|series)\W{1,3}"
    rf"([tfv][a-z0-9]{{3}}|e[gb0][a-z0-9]{{2}})(?![\w-])(?!\s*(?:[-/]|,?\s*{_NUMBER_WORD})?\s*[0-9])",
    re.IGNORECASE,
)
_PRINTED = re.compile(r"(?<![\w-])([0-9]{3,4})\s*-\s*([0-9]{1,8})(?![\w-])")
_PLATE = re.compile(r"(?<![\w-])([a-z][a-z0-9]{2})\s?-?\s?([0-9]{3})(?![\w-])", re.IGNORECASE)
_PAPER_BEFORE = re.compile(
    r"(?:gu[ií]as?|gia|factura|fact?|documento|remisi[oó]n)\W{0,3}(?:de remisi[oó]n\W{0,3})?"
    r"(?:(?:nro|n[°ºo]|n[uú]m(?:ero)?|es|sali[oó]|manual|f[ií]sica|impresa|antigua|correlativo|con|el|va|lleva)\W{1,3}){0,5}"
    r"(?:nro|n[°ºo]|num|numero|es|la|de)?\W{0,3}$",
    re.IGNORECASE,
)
_OF_A_BOOK = re.compile(r"0[0-9]{2}\s*-\s*[0-9]{3}")
"""How the guías of a pre-printed book are numbered: 001-0078812 needs no word right before it."""
_PAPER = re.compile(r"\b(?:gu[ií]a|gia|factura|fact?\b|documento|remisi[oó]n|invoice|waybill)", re.IGNORECASE)
_PLATE_BEFORE = re.compile(
    r"(?:placa|veh[ií]culo|cami[oó]n|carro|unid(?:ad)?)\W{0,3}(?:es|nro|n[°ºo])?\W{0,3}$", re.IGNORECASE
)
_BARE_NUMBER = re.compile(r"(?<![\w.,-])([0-9]{4,8})(?![\w-]|,[0-9])")


def marks(text: str, known_codes: frozenset[str] = frozenset()) -> list[Mark]:
    """Return the marks of a cleaned text, none overlapping another, in order."""
    found: list[Mark] = []
    for finder in (_links, _papers, _long_numbers, _plates):
        for mark in finder(text, known_codes):
            if all(mark.end <= other.start or other.end <= mark.start for other in found):
                found.append(mark)
    return sorted(found, key=lambda mark: mark.start)


def _links(text: str, _known: frozenset[str]) -> list[Mark]:
    return [Mark("link", match[0], match.start(), match.end()) for match in _LINK.finditer(text)]


def _papers(text: str, _known: frozenset[str]) -> list[Mark]:
    found = []
    for pattern, series, count in ((_SERIES_AFTER, 2, 1), (_GLUED, 1, 2)):
        for match in pattern.finditer(text):
            number = documents.normalise(f"{match[series]}-{match[count]}")
            found.append(Mark("document" if number else "slip", number or match[0], match.start(), match.end()))
    for match in _SERIES.finditer(text):
        number = documents.normalise(re.sub(r"[\s-]", "", match[1]) + "-" + match[2])
        if match[1].isalpha() and ("-" not in match[0] or match[1].islower()):
            continue  # trae 12, vino 20
        kind = "document" if number else "slip"
        found.append(Mark(kind, number or match[0], match.start(), match.end()))
    after_its_word = (
        (match, number)
        for pattern in (_PRINTED, _BARE_NUMBER)
        for match in pattern.finditer(text)
        if _PAPER_BEFORE.search(text[: match.start()]) or (_OF_A_BOOK.match(match[0]) and _PAPER.search(text))
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
        if _WRITTEN_DAY.fullmatch(match[0]):
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
