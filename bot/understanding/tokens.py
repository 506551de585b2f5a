"""A message cut into tokens: small letters without accents, each with its place in the text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_UNSEEN = re.compile("[\ufe0e\ufe0f\u20e3\u200b-\u200f\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_SIGNS = str.maketrans({"’": "'", "`": "'", "´": "'", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "“": '"'})
_MORE_SIGNS = str.maketrans({"”": '"', "«": '"', "»": '"', "×": "x", "✕": "x", "✖": "x", "\u00a0": " "})
_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[^\w\s]|\n")
_ENYE = "\ue000"


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a sign."""

    text: str
    """Folded: small letters, no accents, the ñ kept."""
    accented: str
    """In small letters, with the accents that were typed."""
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Say whether it is made of letters."""
        return self.text[:1].isalpha()

    @property
    def is_number(self) -> bool:
        """Say whether it is written in digits."""
        return self.text[:1].isdigit()


def clean(text: str) -> str:
    """Return the text as one would read it aloud: one form of each sign, nothing unseen."""
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", text))
    return _CONTROLS.sub(" ", text.translate(_SIGNS).translate(_MORE_SIGNS))


@lru_cache(maxsize=8192)
def folded(word: str) -> str:
    """Return one word in small letters, without accents; a lone accent stays what it is."""
    plain = unicodedata.normalize("NFKD", word.casefold().replace("ñ", _ENYE))
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return plain.replace(_ENYE, "ñ") if plain.strip() else word


def cut(text: str) -> list[Token]:
    """Return the tokens of a cleaned text."""
    return [Token(folded(match[0]), match[0].casefold(), match.start(), match.end()) for match in _TOKEN.finditer(text)]
