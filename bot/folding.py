"""Typed text made comparable: no accents, capitals, punctuation or decoration. The ñ stays a letter of its own."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_KEYCAP = re.compile("[\ufe0f\u20e3]")
_NOT_WORDS = re.compile(r"[^\w\s/?#+.,-]+", re.UNICODE)
_SPACES = re.compile(r"\s+")
_ENYE = "\ue000"  # a private character that stands for ñ while accents are taken away


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return the text in small letters, without accents, emoji and signs around it, single spaces between words."""
    text = _KEYCAP.sub("", unicodedata.normalize("NFC", text))
    text = text.casefold().replace("ñ", _ENYE)
    text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    text = _NOT_WORDS.sub(" ", text.replace(_ENYE, "ñ"))
    return _SPACES.sub(" ", text).strip(" .,-+")
