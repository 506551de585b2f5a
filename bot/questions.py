"""Reading answers: quantities, dates, documents, words. Doubtful ones are asked again, never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal

from bot import registry, texts
from bot.dialogue import GREETINGS, Invalid, means_no, means_yes
from bot.folding import fold
from bot.i18n import _
from core import documents, plates
from core.terms import Document, Unit

_WHOLE = re.compile(r"[0-9]{1,12}|[0-9]{1,3}(?:[, ][0-9]{3}){1,2}", re.ASCII)
_KEYCAP = re.compile("[\ufe0f\u20e3]")
_TIME = re.compile(r"([0-9]{1,2})(?:[:.h]([0-9]{2}))?(?:h|hs|hrs|horas)?([ap]\.?m\.?)?", re.ASCII)
_EVERYTHING = {"todo", "todos", "todas", "all", "everything", "completo"}
_GALLONS = re.compile(r"([0-9]{1,12}|[0-9]{1,3}(?:[, ][0-9]{3}){1,3})(?:\.([0-9]+))?", re.ASCII)
_MAYBE_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}(?![0-9])", re.ASCII)
TINY = Decimal("0.01")
"""Less than this of what was sold hardly came: 3.400 of 3,500 gallons was meant as 3,400."""
_IN_GALLONS = re.compile(r"\s*(?:gal|gals|gl|galon|galones|gallon|gallons)\.?$")
_IN_OTHERS = re.compile(
    r"[0-9]\s*(?:k|kg|kgs|kilos?|kilogramos?|l|lt|lts|litros?|liters?|m3|ton|toneladas?|bbl|barriles)\.?$"
)
_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})(?:[/.-]([0-9]{4}|[0-9]{2}))?")
YEARS = range(2000, 2101)
"""Of which a day can be meant: what lies farther off is a slip."""
LONGEST_SEARCH = 92
"""Days that a search may span."""


def quantity(
    at_most: Decimal, *, at_least: int = 0, unit: Unit = Unit.PIECES, positive: bool = False, is_part: bool = False
) -> Callable[[str], Decimal]:
    """Return a reader of numbers written 9000, 9,000 or 9 000; "todo" is the most there can be.

    Pieces are whole; gallons have at most three decimals, and another unit is refused, never converted. `is_part`: it
    is of `at_most` that so much came or is accepted, so that a tiny 3.400 is asked about.
    """
    read = _whole if unit is Unit.PIECES else _gallons

    def take(text: str) -> Decimal:
        if fold(text) in _EVERYTHING:
            return at_most
        number = read(text)
        if is_part and _MAYBE_THOUSANDS.match(text.strip()) and number < at_most * TINY:
            raise _doubtful(number, at_most, unit)
        if number > at_most:
            shown = {"number": texts.amount(number, unit), "most": texts.amount(at_most, unit)}
            raise Invalid(_("{number} is too many: at most {most}.").format(**shown))
        if number < at_least:
            raise Invalid(_("It must be at least {least}.").format(least=at_least))
        if positive and not number:
            raise Invalid(_("It must be more than zero."))
        return number

    return take


def _doubtful(number: Decimal, at_most: Decimal, unit: Unit) -> Invalid:
    """Return the question whether the dot was meant for thousands, with both readings as far as they are possible."""
    possible = [one for one in (number * 1000, number) if one <= at_most]
    said = _("The dot is for decimals: {number}. Which amount do you mean? Choose, or type it again.")
    readings = tuple((f"{one.normalize():f}", texts.amount(one, unit)) for one in possible)
    return Invalid(said.format(number=texts.amount(number, unit)), is_one=True, readings=readings)


def _whole(text: str) -> Decimal:
    typed = _KEYCAP.sub("", text.strip())
    if not _WHOLE.fullmatch(typed):
        raise Invalid(_("I did not understand “{text}”. Please type only a number, like 20.").format(text=text[:40]))
    return Decimal(re.sub("[, ]", "", typed))


def _gallons(text: str) -> Decimal:
    typed = _KEYCAP.sub("", text.strip()).casefold()
    if _IN_OTHERS.search(typed):
        raise Invalid(_("I count this product in gallons and convert nothing. Please type the gallons, like 3,100."))
    found = _GALLONS.fullmatch(_IN_GALLONS.sub("", typed))
    if found is None:
        raise Invalid(
            _("I did not understand “{text}”. Please type only the gallons, like 3,100 or 3100.5.").format(
                text=text[:40]
            )
        )
    whole, part = re.sub("[, ]", "", found[1]), (found[2] or "").rstrip("0")
    if len(part) > 3:
        raise Invalid(_("Gallons have at most three decimals."))
    return Decimal(f"{whole}.{part}" if part else whole)


def words(most: int = 300) -> Callable[[str], str]:
    """Return a reader of free words; a command is none of them, and begins what it names; nor is a mere yes or no."""

    def take(text: str) -> str:
        said = " ".join(text.split())
        if len(said) < 2 or _is_command(said) or means_yes(said) or means_no(said) or fold(said) in _NO_WORDS:
            raise Invalid(_("Please write it in a few words."))
        if len(said) > most:
            raise Invalid(_("That is too long: at most {most} characters.").format(most=most))
        return said

    return take


_NO_WORDS = {*GREETINGS, "nada", "cancela", "menu principal", "no dejarlo", "no, dejarlo", "gracias", "thanks"}
"""Said where a reason or a name is asked for they are none."""


def _is_command(said: str) -> bool:
    """Say whether it is the word of a conversation, alone or with a code or an amount behind it."""
    opened = registry.opened_by(said)
    return opened is not None and (not opened[1] or any(char.isdecimal() for char in opened[1]))


def document(text: str) -> str:
    """Read the number of a guía or a factura."""
    number = documents.normalise(text)
    if number is None:
        raise Invalid(
            _("“{text}” is not a document number. Type it like T001-00012345 or F001-123.").format(text=text[:40])
        )
    return number


def document_of(kind: Document) -> Callable[[str], str]:
    """Return a reader of the number of a guía, or of a factura, which is not the other one."""

    def take(text: str) -> str:
        number = document(text)
        if documents.kind_of(number) not in (None, kind):
            said = (
                _("{number} is the number of a factura. Now I need the guía.")
                if kind is Document.WAYBILL
                else _("{number} is the number of a guía. Now I need the factura.")
            )
            raise Invalid(said.format(number=number))
        return number

    return take


def plate(text: str) -> str:
    """Read the plate of a vehicle."""
    found = plates.normalise(text)
    if found is None:
        raise Invalid(_("“{plate}” is not a plate. Type it like F1X-710.").format(plate=text[:20]))
    return found


def coming_day(today: date) -> Callable[[str], date]:
    """Return a reader of a day from today on: today, tomorrow, 18/11 or 18/11/2026."""

    def take(text: str) -> date:
        found = _day(fold(text), today, coming=True)
        if found is None:
            raise Invalid(_("I did not understand that date. Type it like 18/11/2026."))
        if found < today:
            raise Invalid(_("That day has passed. Type today, tomorrow or a coming day, like 25/11."))
        return found

    return take


def days(today: date) -> Callable[[str], tuple[date, date]]:
    """Return a reader of a day or of a range of days: 18/11 al 20/11."""

    def take(text: str) -> tuple[date, date]:
        first, last = in_order(written_days(text, today))
        if (last - first).days >= LONGEST_SEARCH:
            raise Invalid(_("Please choose at most three months."))
        return first, last

    return take


def written_days(text: str, today: date) -> tuple[date, date] | None:
    """Return the day or the two days that the text is, as they are written; None when it is neither."""
    typed = re.sub(r"(?<=\d)-(?=\d+/)", " - ", fold(text))
    parts = [part for part in re.split(r"\s+(?:al?|hasta|to|until)\s+|\s+-\s+", typed.removeprefix("del ")) if part]
    found = [day for part in parts if (day := _day(part.strip(), today, coming=False))]
    return (found[0], found[-1]) if len(found) == len(parts) and len(found) in (1, 2) else None


def in_order(found: tuple[date, date] | None) -> tuple[date, date]:
    """Return the days that were found, if they are some, and the first comes first."""
    if found is None:
        raise Invalid(_("I did not understand that date. Type a day like 18/11, or two: 18/11 al 20/11."))
    if found[0] > found[1]:
        raise Invalid(_("The first day must come before the last one."))
    return found


def time_of_day(text: str) -> time:
    """Read a time: 19:30, 19.30, 19h, 7:30 pm."""
    match = _TIME.fullmatch("".join(text.casefold().split()))
    hour, minute = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    if match and match[3] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if match[3].startswith("p") else 0)
    if hour > 23 or minute > 59:
        raise Invalid(_("I did not understand that time. Type it like 19:30."))
    return time(hour, minute)


def _day(typed: str, today: date, *, coming: bool) -> date | None:
    named = {
        "hoy": 0,
        "today": 0,
        "ayer": -1,
        "yesterday": -1,
        "anteayer": -2,
        "antes de ayer": -2,
        "mañana": 1,
        "tomorrow": 1,
    }
    if typed in named:
        return today + timedelta(days=named[typed])
    match = _DATE.fullmatch(typed)
    if match is None:
        return None
    year = match[3]
    if year is None:
        return _nearest(int(match[1]), int(match[2]), today, coming=coming)
    return _made(int(year) if len(year) == 4 else 2000 + int(year), int(match[2]), int(match[1]))


def _nearest(day_of_month: int, month: int, today: date, *, coming: bool) -> date | None:
    """Return the day said without its year: the next one that is coming, or the last one that has been."""
    years = range(today.year, today.year + 9) if coming else range(today.year, today.year - 9, -1)  # 29/02 is rare
    days = (_made(year, month, day_of_month) for year in years)
    return next((one for one in days if one and (one >= today if coming else one <= today)), None)


def _made(year: int, month: int, day_of_month: int) -> date | None:
    try:
        return date(year, month, day_of_month) if year in YEARS else None
    except ValueError:
        return None
