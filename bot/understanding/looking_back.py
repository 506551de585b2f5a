"""Of which moment the state of an order is asked: "cómo estaba la 717 ayer a las 5 de la tarde"."""

from __future__ import annotations

import re
from itertools import pairwise

from bot.understanding.context import Context
from bot.understanding.heard import CODE, DATE, HOUR, Heard
from bot.understanding.said_days import said_days
from bot.understanding.times import hour_in

_STOOD = re.compile(r"\b(?:estaba|estuvo|andaba|se encontraba|figuraba|was|stood)\b", re.IGNORECASE)
_WRITTEN_DAY = re.compile(r"(?<![0-9])[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}(?![0-9])")


def moment_asked(heard: Heard, context: Context) -> str:
    """Return the moment as the status conversation reads it, 17/11/2026 17:00, or as it was typed; empty if none is.

    A day that only says which order is meant, "la 717 de ayer", is none.
    """
    if not (_STOOD.search(heard.text) or _follows_the_code(heard)):
        return ""
    days = said_days(heard.text, context.today, context.language, coming=False)
    if len(days) == 1 and days[0].first == days[0].last:
        at = hour_in(heard.text.casefold())
        return f"{days[0].first:%d/%m/%Y}" + (f" {at[0]}" if at else "")
    if days:
        return heard.said(*heard.of(DATE))
    at, written = hour_in(heard.text.casefold()), _WRITTEN_DAY.search(heard.text)
    return written[0] if written else at[0] if at else ""


def _follows_the_code(heard: Heard) -> bool:
    """Say whether a day or an hour follows the code with "al", "el" or nothing between."""
    words = [one for one in heard.words if one.text not in ("al", "el", "a", "las", "la", "dia", "at", "on")]
    code = any(one.has(CODE) and two.has(DATE, HOUR) for one, two in pairwise(words))
    written = _WRITTEN_DAY.search(heard.text)
    return code or (written is not None and bool(heard.of(CODE)) and not heard.has("arrived", "received"))
