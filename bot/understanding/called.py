"""How somebody says what another person is called: "se llama Rosa", "su nombre es Rosa"."""

from __future__ import annotations

import re

_CALLED = re.compile(
    r"(?:(?:su|el) nombre(?: de[l ] ?\w+)? es|se llama|(?:his|her|the) name is|(?:he|she) is called)[: ]+",
    re.IGNORECASE,
)


def name_in(words: str) -> str:
    """Return the name that is asked for, without what stands before it."""
    found = _CALLED.match(words)
    return (words[found.end() :] if found else words) or words


def name_after(words: str) -> str:
    """Return the name that is said behind something else: "operador, se llama Rosa"; nothing where none is."""
    found = _CALLED.search(words)
    return words[found.end() :].strip(" .,") if found else ""
