"""Plates of vehicles: how they are typed and how they are kept."""

from __future__ import annotations

import re

LONGEST = 12
_ROAD = re.compile(r"([A-Z0-9]{3})-?([0-9]{3})")
_VESSEL = re.compile(r"([A-Z]{2})-?([0-9]{3,6})-?([A-Z]{2})")
_MARKS = re.compile(r"[\s._\-\u2010-\u2015\u2212]+")


def normalise(typed: str) -> str | None:
    """Return the plate in capitals with its hyphens, F1X-710 or PA-58867-BF of a vessel, or None if it is none."""
    plain = _MARKS.sub("", typed).upper()
    found = _ROAD.fullmatch(plain) or _VESSEL.fullmatch(plain)
    if not plain.isascii() or found is None:
        return None
    return "-".join(found.groups())
