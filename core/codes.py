"""Authorization codes: eleven digits, unguessable, unique; and reading what people type as one."""

from __future__ import annotations

import re
import secrets

from core.terms import Trade

DIGITS = 11
PREFIX = {Trade.CYLINDERS: "60", Trade.BULK: "60", Trade.LIQUIDS: "11"}
"""All known GLP codes begin with 60 and the liquid one with 11; no RUC begins with either (manual, section 2)."""

_SEPARATORS = re.compile(r"[\s.\-\u2010-\u2015\u2212\u00a0]+")
_ELEVEN_DIGITS = re.compile(r"[0-9]{11}")


def draw(trade: Trade) -> str:
    """Return a new code. That it is free is for the database to say."""
    prefix = PREFIX[trade]
    return prefix + f"{secrets.randbelow(10 ** (DIGITS - len(prefix))):0{DIGITS - len(prefix)}d}"


def normalise(typed: str) -> str | None:
    """Return the eleven digits of a typed code, without spaces, dashes or dots, or None if it is no code."""
    digits = _SEPARATORS.sub("", typed.strip().strip("#*_`"))
    return digits if _ELEVEN_DIGITS.fullmatch(digits) else None
