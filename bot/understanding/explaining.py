"""A meaning told so that a person can check it: what was taken from where, and why."""

from __future__ import annotations

from collections.abc import Iterator

from bot.understanding.meaning import Kind, Meaning


def explain(meaning: Meaning) -> str:
    """Return a meaning line by line, in the words of the code: it is for operators."""
    return "\n".join(_lines(meaning))


def _lines(meaning: Meaning) -> Iterator[str]:
    named = f": {meaning.intent}" if meaning.kind is Kind.INTENT else f" about {meaning.topic}" if meaning.topic else ""
    yield f"{meaning.kind.value}{named} (confidence {meaning.confidence:.2f})"
    for slot in meaning.slots:
        shown = f" ({slot.shown})" if slot.shown not in ("", slot.value) else ""
        said = f' from "{slot.said}"' if slot.said else ""
        yield f"  {slot.key} = {slot.value}{shown}{said}: {slot.how.value}, {slot.why}"
    for doubt in meaning.doubts:
        candidates = ", ".join(label for _token, label in doubt.candidates)
        yield f'  {doubt.key} = ? from "{doubt.said}": one of {candidates}'
    for key in meaning.reopen:
        yield f"  {key}: to be asked again"
    for note in meaning.notes:
        yield f"  because: {note}"
    if meaning.likely:
        yield f"  offers: {', '.join(meaning.likely)}"


def as_json(meaning: Meaning) -> dict[str, object]:
    """Return a meaning as plain values."""
    return {
        "kind": meaning.kind.value,
        "intent": meaning.intent,
        "topic": meaning.topic,
        "slots": {slot.key: slot.value for slot in meaning.slots},
        "how": {slot.key: slot.how.value for slot in meaning.slots},
        "shown": {slot.key: slot.shown for slot in meaning.slots if slot.shown},
        "doubts": {doubt.key: [token or label for token, label in doubt.candidates] for doubt in meaning.doubts},
        "reopen": list(meaning.reopen),
        "likely": list(meaning.likely),
        "confidence": meaning.confidence,
        "notes": list(meaning.notes),
        "ranked": dict(meaning.ranked),
    }
