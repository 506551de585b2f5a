"""Why something is rejected: one of the common reasons, or the person's own words after "porque"."""

from __future__ import annotations

from bot.understanding.heard import Heard
from bot.understanding.meaning import Found

_COMMON = {
    "never_came": "never came",
    "wrong": "wrong",
    "state": "state",
    "stock": "stock",
    "truck": "truck",
    "mistake": "mistake",
}
LONGEST = 200


def reason(heard: Heard) -> list[Found]:
    """Return the reason as a slot, or nothing when none is said."""
    for name, token in _COMMON.items():
        found = heard.of(f"reason.{name}")
        if found:
            return [Found("reason", token, said=heard.said(*found), why="a common reason")]
    for mention in heard.of("because"):
        said = heard.text[mention.end :].strip(" :,.")
        if len(said.split()) >= 2 and mention.text not in ("por", "pues"):
            return [Found("reason", said[:LONGEST], said=said[:LONGEST], why=f"the words after {mention.text}")]
    return []
