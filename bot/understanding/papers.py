"""The sale's documents and the truck's plate, as slots."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.understanding.context import OrderSeen
from bot.understanding.heard import Heard, Mention
from bot.understanding.meaning import Found, How
from core import documents
from core.terms import Document

_ANEW = frozenset({"perdon", "digo", "mejor", "corrijo", "me equivoque", "mentira", "sino", "sorry", "rather"})
_NOT = frozenset({"no", "no es", "no era", "not", "it's not", "isn't"})
_NOT_WITH = frozenset({"con", "la", "el", "de", "era", "es", "una", "with", "a"})
"""Little words between a denial and what it denies: "no con guía"."""
_PRINTED = re.compile(r"(?<![\w/.-])([0-9]{3,4}) ?- ?([0-9]{1,8})(?![\w/.-]*[\w/-])")


def paper(heard: Heard) -> list[Found]:
    """Return the number of the guía or factura, and which it is when only the words say so; or both, one of each."""
    found = _not_denied(heard)
    numbers = dict.fromkeys(str(mention.value) for mention in found)
    if len(numbers) > 1 and (corrected := _said_anew(heard, found)) is not None:
        found, numbers = [corrected], {str(corrected.value): None}
    if len(numbers) == 2:
        return _both(heard, found)
    if len(numbers) != 1:
        return []  # none, or several: to be asked
    number = next(iter(numbers))
    if documents.normalise(number) is None:
        return []
    slots = [Found("document", number, said=heard.said(*found), why="the form of a document's number")]
    kind = said_kind(heard)
    if documents.kind_of(number) is None and kind is not None:
        slots.append(Found("kind", kind.value, How.IMPLIED, why="the word beside the number"))
    return slots


def _not_denied(heard: Heard) -> list[Mention]:
    """Return the documents without one that is denied for another: "no es la T001-444, es la T001-454"."""
    found = heard.of("document")
    denied = [one for place, one in enumerate(heard.mentions) if one.has("document") and _is_not(heard.mentions, place)]
    kept = [one for one in found if not any(one is two for two in denied)]
    return kept or found


def _is_not(mentions: Sequence[Mention], place: int) -> bool:
    before = place - 1
    while before > 0 and mentions[before].text in _NOT_WITH:
        before -= 1
    return before >= 0 and mentions[before].text in _NOT


def by_truck(slots: list[Found], order: OrderSeen | None) -> list[Found]:
    """Return the papers of a sale by tank truck, which takes a guía and a factura: a factura alone is the second."""
    number = next((slot for slot in slots if slot.key == "document"), None)
    if number is None or len(slots) != 1 or documents.kind_of(number.value) is not Document.INVOICE:
        return slots
    trucked = order is not None and order.lines and not any(line.size for line in order.lines)
    return [replace(number, key="invoice")] if trucked else slots


def _said_anew(heard: Heard, found: Sequence[Mention]) -> Mention | None:
    """Return the number that takes the place of the one before it: "T001-66, perdón T001-67"."""
    first, last = found[-2:]
    between = [one for one in heard.words if first.end <= one.start and one.end <= last.start]
    anew = any(one.has("retract", "no", "negation") or one.text in _ANEW for one in between)
    return last if anew else None


def _both(heard: Heard, found: Sequence[Mention]) -> list[Found]:
    """Return the guía and the factura, when each is said; nothing when both are of one kind."""
    by_kind = {_kind(heard, mention): mention for mention in found}
    waybill, invoice = by_kind.get(Document.WAYBILL), by_kind.get(Document.INVOICE)
    if waybill is None or invoice is None:
        return []
    return [
        Found("document", str(waybill.value), said=heard.said(waybill), why="the guía"),
        Found("invoice", str(invoice.value), said=heard.said(invoice), why="the factura"),
    ]


def _kind(heard: Heard, number: Mention) -> Document | None:
    """Return which document a number is: by its series, else by the word before it."""
    known = documents.kind_of(str(number.value))
    words = [one for one in heard.of("waybill", "invoice") if one.end <= number.start]
    if known is not None or not words:
        return known
    return Document.INVOICE if words[-1].has("invoice") else Document.WAYBILL


def printed(heard: Heard) -> list[Found]:
    """Return the one number that is written as on a guía, series and number, without the word for it: 001-4450."""
    found = _PRINTED.findall(heard.text)
    number = documents.normalise("-".join(found[0])) if len(found) == 1 else None
    if number is None:
        return []
    return [Found("document", number, said="-".join(found[0]), why="the form of a document's number")]


def said_kind(heard: Heard) -> Document | None:
    """Return whether guía or factura was said; None if neither or both."""
    said = [
        one
        for place, one in enumerate(heard.mentions)
        if one.has("waybill", "invoice") and not _is_refused(heard.mentions, place)
    ]
    waybill, invoice = any(one.has("waybill") for one in said), any(one.has("invoice") for one in said)
    if waybill == invoice:
        return None
    return Document.WAYBILL if waybill else Document.INVOICE


def _is_refused(mentions: Sequence[Mention], place: int) -> bool:
    """Say whether it is denied: "no es guía", "no con guía", "la guía no, la factura"."""
    denied_after = [one.text for one in mentions[place + 1 : place + 3]] in (["no", ","], ["no", "."])
    return _is_not(mentions, place) or denied_after


def plate(heard: Heard) -> list[Found]:
    """Return the plate of the truck."""
    found = heard.of("plate")
    plates = [mention for mention in found if isinstance(mention.value, str)]
    if len({mention.value for mention in plates}) != 1:
        return []
    return [Found("plate", str(plates[0].value), said=heard.said(plates[0]), why="the form of a plate")]
