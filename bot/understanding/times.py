"""Times of the day and times to wait: they are no amounts, and what is to be done then is not to be done now."""

from __future__ import annotations

import re

_NUMBER = (
    r"un|una|an?|dos|tres|cuatro|cinco|diez|quince|veinte|treinta|cuarenta|seis|ocho|doce|media|"
    r"two|three|five|ten|half an|[0-9]{1,3}"
)
_HOLD_ON = "(?:espera|esp[eé]rame|aguanta|agu[aá]ntame|dame|deme|reg[aá]lame)(?: unos| como)?"
WAIT = re.compile(
    rf"\b(?:en|dentro de|in|within|{_HOLD_ON}) ({_NUMBER})"
    r"(?: (horas?|horitas?|hours?|minutos?|minutitos?|minutes?|mins?|hrs?|h)\b"
    r"|(?= (?:llego|llegamos|estoy|estamos|voy|salgo)\b))"
)
"""Time to wait: its number and its unit."""
_AND_A_HALF = re.compile(
    rf"\b(?:en|dentro de|{_HOLD_ON}) (?:(una|1|dos|2|tres|3) )?hora?s?(?:ita)?s? y media\b"
    r"|\bin (an|one|two|1|2) hours? and a half\b"
)
_COUPLE = re.compile(r"\b(?:en|dentro de|in) (?:un par de|a couple of) (horas|horitas|minutos|hours|minutes)\b")
_HOUR = (
    r"(?:a|para|tipo|desde|hasta|hacia|sobre|antes de|despues de|después de)\s+las?\s+"
    r"([01]?[0-9]|2[0-4]|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce)(?:[:.]([0-5][0-9]))?"
    r"(?![0-9a-zñ])(?!\s+(?:ultim|balon|de (?:10|45|15|5|3)\b))"
)
_CLOCK = re.compile(
    rf"\b(?:{_HOUR}|at ([0-9]{{1,2}})(?::([0-5][0-9]))?)\s*(am|pm|a\.m\.|p\.m\.|de la mañana|de la tarde|de la noche)?"
    r"|(?<![\w.,/-])([0-9]{1,2})(?::([0-5][0-9]))\s*(am|pm|hrs?)?|(?<![\w.,/-])([0-9]{1,2})\s*(am|pm|a\.m\.|p\.m\.)\b"
)
_WORDS = {
    name: number
    for number, names in enumerate(
        ("", "un una an a", "dos two", "tres three", "cuatro", "cinco five", "seis", "siete", "ocho", "nueve")
    )
    for name in names.split()
} | {"diez": 10, "ten": 10, "once": 11, "doce": 12, "quince": 15, "veinte": 20, "treinta": 30, "cuarenta": 40}


def hours(text: str) -> list[tuple[int, int]]:
    """Return where a text in small letters names a time of the day: "a las 18", "6 pm", "10:30"."""
    return [match.span() for match in _CLOCK.finditer(text)]


def at_an_hour(text: str) -> bool:
    """Say whether a text in small letters names a time of the day."""
    return _CLOCK.search(text) is not None


def waiting(text: str) -> tuple[int, str] | None:
    """Return the minutes that a text in small letters asks to wait, and where it says so."""
    found = _AND_A_HALF.search(text)
    if found is not None:
        hours_said = found[1] or found[2] or "1"
        return int(60 * (int(hours_said) if hours_said.isdigit() else _WORDS.get(hours_said, 1))) + 30, found[0]
    found = _COUPLE.search(text)
    if found is not None:
        return (120 if found[1].startswith("h") else 2), found[0]
    found = WAIT.search(text)
    if found is None:
        return None
    count = int(found[1]) if found[1].isdigit() else _WORDS.get(found[1], 0)
    by_hours = (found[2] or "").startswith("h")
    return (30 if not count else count * 60 if by_hours else count), found[0]


def hour_in(text: str) -> tuple[str, str] | None:
    """Return the time of the day that a text in small letters names, as 18:00, and where it says so."""
    found = _CLOCK.search(text)
    if found is None:
        return None
    said = next(one for one in (found[1], found[3], found[6], found[9]) if one)
    minutes = next((one for one in (found[2], found[4], found[7]) if one), "00")
    half = next((one for one in (found[5], found[8], found[10]) if one), "").replace(".", "")
    hour = int(said) if said.isdigit() else _WORDS[said]
    if hour < 12 and half.endswith(("pm", "tarde", "noche")):
        hour += 12
    return (f"{hour:02d}:{minutes}", found[0]) if hour < 24 else None
