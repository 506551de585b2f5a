"""The files that go with messages: how a channel gets one, to upload it or to let the platform fetch it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.i18n import DEFAULT, _, closest, language
from bot.messages import Attachment, Enclosure
from bot.receipts.issuing import code_of
from bot.reports import document
from bot.reports.forms import Form
from bot.runtime import Runtime


@dataclass(frozen=True)
class File:
    """A file to upload."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Fetched:
    """A file that the platform fetches by itself."""

    caption: str
    url: str


def file_of(runtime: Runtime, attachment: Attachment, locale: str) -> File | None:
    """Draw the file as things are now, or return None when there is nothing to show any more."""
    if attachment.kind is Enclosure.REPORT:
        return _report(runtime, attachment.token)
    picture = runtime.receipts.picture(runtime.database, attachment.token, locale)
    return File(*picture) if picture else None


def _report(runtime: Runtime, token: str) -> File | None:
    drawn = document.draw(runtime, token)
    if drawn is None:
        return None
    with drawn.file as file:
        return File(drawn.name, file.read())


def whatsapp_media(runtime: Runtime, attachment: Attachment, address: str, locale: str) -> Fetched | None:
    """Return what WhatsApp fetches, or None for what it does not take: of spreadsheets it takes XLSX, and no CSV."""
    spoken = closest(locale) or DEFAULT
    with language(spoken):
        if attachment.kind is Enclosure.RECEIPT:
            caption = _("Receipt {code}").format(code=code_of(attachment.token))
            return Fetched(caption, f"{address}/v/{attachment.token}.png?l={spoken}")
        ticket = runtime.reports.read(attachment.token, runtime.clock())
        if ticket is None or ticket.form is not Form.XLSX:
            return None
        return Fetched(_("Report"), f"{address}/r/{attachment.token}")
