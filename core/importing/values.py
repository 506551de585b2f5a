"""The reading of one value: from the text of a cell to what the database keeps, or a code that says what is wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum

import phonenumbers

from core import plates, ruc
from core.importing.report import Code

REGISTER_NUMBER = re.compile(r"[0-9]{4,6}-[0-9]{3}-[0-9]{6}|[0-9]+-[A-Z]{3,4}-[0-9]+")
ISO_DATE = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
PERUVIAN_DATE = re.compile(r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})")
FIRST_YEAR = 1900
NUMBER = re.compile(
    r"(?P<minus>-?)"
    r"(?P<whole>[0-9]{1,12}|[0-9]{1,3}(?P<mark>[ ,])[0-9]{3}(?:(?P=mark)[0-9]{3}){0,2})"
    r"(?:\.(?P<part>[0-9]+))?"
)
PHONE = re.compile(r"\+?[0-9 ().-]+")
LOCALE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
YES_OR_NO = {"SI": True, "YES": True, "TRUE": True, "1": True, "NO": False, "FALSE": False, "0": False}


class BadValueError(Exception):
    """The text is not a value of its column."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


def tidy(written: str) -> str:
    """Return the text with composed letters and single spaces, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", written).split())


def fold(written: str) -> str:
    """Return the text in capitals without accents, to compare words."""
    letters = unicodedata.normalize("NFKD", written)
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).upper().split())


def as_text(written: str) -> str:
    """Return the text as it is."""
    return written


def as_ruc(written: str) -> str:
    """Return a RUC with a right check digit."""
    if not ruc.is_valid(written):
        raise BadValueError(Code.BAD_RUC)
    return written


def as_register_number(written: str) -> str:
    """Return a register number in capitals; any activity code is taken."""
    number = written.upper()
    if not REGISTER_NUMBER.fullmatch(number):
        raise BadValueError(Code.BAD_REGISTER_NUMBER)
    return number


def as_word_of(words: type[StrEnum], otherwise: Code) -> Callable[[str], StrEnum]:
    """Return a reader of official words, whatever their capitals and accents."""
    known = {fold(word.value): word for word in words}

    def read(written: str) -> StrEnum:
        try:
            return known[fold(written)]
        except KeyError:
            raise BadValueError(otherwise) from None

    return read


def as_date(written: str) -> date:
    """Return the day that an ISO or a Peruvian date names."""
    found = ISO_DATE.fullmatch(written) or PERUVIAN_DATE.fullmatch(written)
    if found is None or int(found["year"]) < FIRST_YEAR:
        raise BadValueError(Code.BAD_DATE)
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        raise BadValueError(Code.BAD_DATE) from None


def as_plate(written: str) -> str:
    """Return a plate in capitals with its hyphens."""
    plate = plates.normalise(written)
    if plate is None:
        raise BadValueError(Code.BAD_PLATE)
    return plate


def as_quantity(written: str) -> Decimal:
    """Return an exact quantity with at most three decimals."""
    found = NUMBER.fullmatch(written)
    if found is None:
        raise BadValueError(Code.BAD_CAPACITY)
    if found["minus"]:
        raise BadValueError(Code.NEGATIVE_CAPACITY)
    decimals = (found["part"] or "").rstrip("0")
    if len(decimals) > 3:
        raise BadValueError(Code.TOO_PRECISE)
    whole = found["whole"].replace(",", "").replace(" ", "")
    return Decimal(f"{whole}.{decimals}" if decimals else whole)


def as_phone(written: str) -> str:
    """Return a possible phone number in E.164 form; letters are not taken for the digits on their keys."""
    if not PHONE.fullmatch(written):
        raise BadValueError(Code.BAD_PHONE)
    try:
        number = phonenumbers.parse(written, "PE")
    except phonenumbers.NumberParseException:
        raise BadValueError(Code.BAD_PHONE) from None
    if not phonenumbers.is_possible_number(number):
        raise BadValueError(Code.BAD_PHONE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def as_locale(written: str) -> str:
    """Return the name of a language."""
    if not LOCALE.fullmatch(written):
        raise BadValueError(Code.BAD_LOCALE)
    return written


def as_yes_or_no(written: str) -> bool:
    """Return whether the text says yes."""
    try:
        return YES_OR_NO[fold(written)]
    except KeyError:
        raise BadValueError(Code.BAD_YES_OR_NO) from None
