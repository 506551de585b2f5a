"""A message made fit to keep: what was not understood is read later, without phones, RUCs, codes or addresses in it."""

from __future__ import annotations

import re

from bot.understanding.tokens import clean, cut

LONGEST_KEPT = 300
"""Characters of a message that are kept."""
_LINK = re.compile(r"\S+@\S+\.\S+|https?://\S+|www\.\S+")
_LONG_NUMBER = re.compile(r"\+?[0-9](?:[\s.\-()/]{0,3}[0-9]){5,}")
_SERIES = re.compile(r"\b[A-Za-z]{1,2}[0-9][A-Za-z0-9]{0,2}\s*-?\s*[0-9]{1,8}\b")
_PLATE = re.compile(r"\b[A-Za-z][A-Za-z0-9]{2}\s?-\s?[0-9]{3}\b")
_FIVE_DIGITS = re.compile(r"[0-9]{5,}")
_DIGIT_WORD = (
    "cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|"
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|[0-9]+"
)
_SPOKEN = re.compile(rf"\b(?:{_DIGIT_WORD})(?:[\s,]+(?:{_DIGIT_WORD})){{5,}}\b", re.IGNORECASE)


def scrub(text: str) -> str:
    """Return the text with everything that names somebody or some order replaced by a mark, cut to LONGEST_KEPT.

    Numbers of at most four digits stay: "llegaron 18 de 20" must be readable. Invitation codes and anything else of
    letters and digits mixed is taken away too.
    """
    text = clean(text).replace("\n", " ")
    text = "".join(_as_digit(char) for char in text)
    text = _LINK.sub("‹link›", text)
    for pattern in (_SERIES, _PLATE, _LONG_NUMBER, _SPOKEN, _FIVE_DIGITS):
        text = pattern.sub("‹number›", text)
    text = " ".join(_mixed(word) for word in text.split())
    return text[:LONGEST_KEPT]


def _as_digit(char: str) -> str:
    """Return a digit of any script as one of ours, so that none slips through."""
    return str(int(char)) if char.isdecimal() and not char.isascii() else char


def _mixed(word: str) -> str:
    """Return a mark for a long word of letters and digits: an invitation code, a plate, a user's name."""
    letters, digits = sum(map(str.isalpha, word)), sum(map(str.isdigit, word))
    measured = re.fullmatch(r"\W*[0-9]{1,4}(?:kg|kgs|lb|gal|x[0-9]{1,4}|[a-z]{1,7})\W*", word, re.IGNORECASE)
    return "‹number›" if letters and digits and letters + digits > 5 and not measured else word


def sameness(text: str) -> str:
    """Return what makes two scrubbed messages count as the same one: folded words, numbers as one mark."""
    return " ".join("#" if token.is_number else token.text for token in cut(clean(text)) if token.text.isalnum())
