"""Texts as platforms count and show them: UTF-16 units, signs made of several characters, signs that show nothing."""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"
JOINER = "\u200d"
LONGEST_SIGN = 40
"""Characters; more marks than that on one letter are decoration, and may be cut."""
BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc")
"""Letters by name that show nothing; a platform takes a text of only these for an empty one."""
_CONTROLS = {code: " " for code in range(0xA0) if unicodedata.category(chr(code)) == "Cc"}


def length(text: str) -> int:
    """Return how many UTF-16 units a text has: no platform counts more than these."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def sound(text: str) -> str:
    """Return the text as valid Unicode: halves of a sign that lost the other half are replaced."""
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\x00", "")


def is_visible(text: str) -> bool:
    """Say whether a text shows anything at all."""
    return any(_shows(char) for char in text)


def _shows(char: str) -> bool:
    return unicodedata.category(char)[0] not in "ZCM" and char not in BLANK


def one_line(text: str) -> str:
    """Return a text on one line, without control characters and with single spaces."""
    if not text.isprintable():  # nearly every text is: it has neither halves of signs nor control characters
        text = sound(text).translate(_CONTROLS)
    return " ".join(text.split())


def sentence(text: str, most: int) -> str:
    """Return a text on one line, shortened, without the full stop at its end."""
    return _cut(one_line(text).rstrip("."), most)


def shorten(text: str, most: int) -> str:
    """Return a text on one line of at most so many UTF-16 units; what was cut ends with an ellipsis."""
    return _cut(one_line(text), most)


def _cut(text: str, most: int) -> str:
    if length(text) <= most:
        return text
    place = min(len(text), most - 1)
    while length(text[:place]) > most - 1:
        place -= 1
    return text[: whole(text, place)].rstrip() + ELLIPSIS


def whole(text: str, place: int) -> int:
    """Return the last place up to there where a cut breaks no sign; the place itself where there is none nearby."""
    for earlier in range(place, max(0, place - LONGEST_SIGN), -1):
        if not _is_inside(text, earlier):
            return earlier
    return place


def _is_inside(text: str, place: int) -> bool:
    """Say whether the characters on both sides of a place are shown as one sign."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if JOINER in (before, after) or _modifies(after):
        return True
    return _is_flag_half(before) and _is_flag_half(after) and _flag_halves(text, place) % 2 == 1


def _modifies(char: str) -> bool:
    is_skin_tone = "\U0001f3fb" <= char <= "\U0001f3ff"
    is_tag = "\U000e0020" <= char <= "\U000e007f"
    return is_skin_tone or is_tag or unicodedata.category(char)[0] == "M"


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _flag_halves(text: str, place: int) -> int:
    """Return how many halves of flags stand right before a place."""
    count = 0
    while place > count and _is_flag_half(text[place - count - 1]):
        count += 1
    return count
