"""The sale's document and the truck's plate, as slots."""

from __future__ import annotations

from bot.understanding.heard import Heard
from bot.understanding.meaning import Found
from core import documents
from core.terms import Document


def paper(heard: Heard) -> list[Found]:
    """Return the number of the guía or factura, and which it is when only the words say so."""
    found = heard.of("document")
    numbers = dict.fromkeys(str(mention.value) for mention in found)
    if len(numbers) != 1:
        return []  # none, or several: to be asked
    number = next(iter(numbers))
    if documents.normalise(number) is None:
        return []
    slots = [Found("document", number, said=heard.said(*found), why="the form of a document's number")]
    kind = said_kind(heard)
    if documents.kind_of(number) is None and kind is not None:
        slots.append(Found("kind", kind.value, why="the word beside the number"))
    return slots


def said_kind(heard: Heard) -> Document | None:
    """Return whether guía or factura was said; None if neither or both."""
    waybill, invoice = heard.has("waybill"), heard.has("invoice")
    if waybill == invoice:
        return None
    return Document.WAYBILL if waybill else Document.INVOICE


def plate(heard: Heard) -> list[Found]:
    """Return the plate of the truck."""
    found = heard.of("plate")
    plates = [mention for mention in found if isinstance(mention.value, str)]
    if len({mention.value for mention in plates}) != 1:
        return []
    return [Found("plate", str(plates[0].value), said=heard.said(plates[0]), why="the form of a plate")]
