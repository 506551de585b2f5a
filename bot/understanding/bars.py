"""Why an action that is named is not asked for."""

from __future__ import annotations

from enum import StrEnum


class Bar(StrEnum):
    """Why an action that is named is not asked for."""

    NONE = ""
    DENIED = "denied"
    ASKED = "asked"
    REPORTED = "told of the past"
    OTHERS = "about somebody else"
    CONDITION = "on a condition"
    LATER = "not now"
    QUOTED = "quoted"
    STRANGE = "words before it that are not understood"
    OBJECT = "about something that is no order"
