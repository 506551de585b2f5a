"""Numbers of guías de remisión and facturas."""

from __future__ import annotations

import re

from core.terms import Document

_WITH_SERIES = re.compile(r"([A-Z0-9]{1,4})-([0-9]{1,8})")
_BARE = re.compile(r"[0-9]{4,8}")
_SLIP = re.compile(r"(?:B|EB)[A-Z0-9]*-.*")
"""A boleta: sold to the public, and neither a guía nor a factura."""
_WAYBILL_SERIES = ("T", "V", "EG")
_INVOICE_SERIES = ("F", "E0")


def normalise(typed: str) -> str | None:
    """Return the number in upper case without spaces, its zeros kept, or None if it cannot be a document's.

    Series and number as SUNAT prints them (T001-00012345, F001-123, 001-001387), or the bare number of an old
    pre-printed book, four to eight digits (the facturas and guías of Res. 1767-2018 have no series).
    """
    typed = re.sub(r"^\s*([A-Za-z][A-Za-z0-9]{0,2}[0-9])\s+([0-9]+)\s*$", r"\1-\2", typed)
    number = re.sub(r"\s*[-\u2010-\u2015\u2212]\s*", "-", typed.strip()).replace(" ", "")
    if not number.isascii():
        return None
    number = number.upper()
    if _SLIP.fullmatch(number):
        return None
    if _WITH_SERIES.fullmatch(number) or _BARE.fullmatch(number):
        return number
    return None


def kind_of(number: str) -> Document | None:
    """Return what the series says the document is, or None when it does not say."""
    if "-" not in number:
        return None
    if number.startswith(_WAYBILL_SERIES):
        return Document.WAYBILL
    if number.startswith(_INVOICE_SERIES):
        return Document.INVOICE
    return None
