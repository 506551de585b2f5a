"""Letters as WhatsApp takes them: text, buttons, a list, or an approved template.

Limits (Twilio's documents of the content types): a text 1600 characters, 1024 with buttons; three buttons of 20; ten
items of 24 with 72 about them; ids of 200, all different, as are the labels. Everything is a place in a fixed template,
and none may be empty.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot import templates
from bot.attachments import whatsapp_media
from bot.handlers.drawing import Button, again, marked, texts_of, titles
from bot.handlers.whatsapp_contents import (
    ANY_LOCALE,
    MOST_ITEMS,
    MOST_QUICK_REPLIES,
    list_name,
    list_values,
    quick_reply_name,
    quick_reply_values,
)
from bot.handlers.whatsapp_templates import Known
from bot.i18n import DEFAULT, _, closest, language
from bot.letters import Claimed
from bot.messages import Outgoing, Template
from bot.runtime import Runtime
from bot.signs import length, shorten

LONGEST_TEXT = 1500
LONGEST_WITH_BUTTONS = 1024
LONGEST_TITLE = 20
LONGEST_ITEM = 24
LONGEST_ABOUT = 72
LONGEST_ID = 200

Find = Callable[[str, str], Known | None]
"""Finds a template by its name and locale."""


@dataclass(frozen=True)
class Drawn:
    """One message as Twilio gets it."""

    body: str
    """What the person reads."""
    content_sid: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    media_url: str = ""
    """Where the platform fetches the file that goes with it."""

    def form(self) -> dict[str, Any]:
        """Return the fields of the call that say what is sent."""
        if self.media_url:
            return {"body": self.body, "media_url": [self.media_url]}
        if not self.content_sid:
            return {"body": self.body}
        return {"content_sid": self.content_sid, "content_variables": json.dumps(self.values, ensure_ascii=False)}

    def as_text(self) -> Drawn:
        """Return it without buttons; the list is in its text anyway."""
        return Drawn(self.body)


def draw_session(letter: Claimed, find: Find) -> list[Drawn]:
    """Return the messages for somebody who wrote within 24 hours; the buttons are under the last one."""
    buttons = buttons_of(letter.message)
    texts = texts_of(letter.message, LONGEST_TEXT, LONGEST_WITH_BUTTONS if buttons else None)
    if letter.repeated:
        texts = marked(texts, letter.parts_sent, letter.locale)
    *before, last = texts
    return [*(Drawn(text) for text in before), _with_buttons(last, buttons, letter.locale, find)]


def draw_attachment(letter: Claimed, runtime: Runtime, address: str) -> list[Drawn]:
    """Return the message with the file that goes with the letter, if it has one that WhatsApp takes."""
    attachment = letter.message.attachment
    media = whatsapp_media(runtime, attachment, address, letter.locale) if attachment and address else None
    return [Drawn(media.caption, media_url=media.url)] if media else []


def draw_template(letter: Claimed, find: Find) -> Drawn | None:
    """Return the approved template that says what the letter says, in its language; None if there is none."""
    named = letter.message.template
    wording = templates.BY_NAME.get(named.name) if named else None
    if named is None or wording is None:
        return None
    locale = closest(letter.locale) or DEFAULT
    known = find(named.name, locale)
    if known is None or not known.is_approved:
        return None
    values = _values(named, again(locale) if letter.repeated else "")
    return Drawn(filled(wording.said[locale].body, values), known.content_sid, values)


def _values(named: Template, mark: str) -> dict[str, str]:
    """Return what fills the places; the words "(sent again)" have their place before the last of it."""
    *before, last = templates.filled(named.name, *named.values).values
    marked_last = templates.fitting(f"{mark} {last}") if mark else last
    return {str(number): value for number, value in enumerate([*before, marked_last], start=1)}


def filled(body: str, values: Mapping[str, str]) -> str:
    """Return a template's text with its places filled, as the person reads it."""
    for number, value in values.items():
        body = body.replace(f"{{{{{number}}}}}", value)
    return body


def buttons_of(message: Outgoing) -> list[Button]:
    """Return the choices that can be buttons: the first ten; the others are in the text's list alone."""
    fitting: dict[str, Button] = {}
    for number, choice in enumerate(message.choices, start=1):
        if _fits(choice.payload) and choice.payload not in fitting:
            fitting[choice.payload] = Button(number, choice)
    return list(fitting.values())[:MOST_ITEMS]


def _fits(payload: str) -> bool:
    is_plain = payload.isprintable() and payload == payload.strip()
    return is_plain and 0 < length(payload) <= LONGEST_ID


def _with_buttons(text: str, buttons: list[Button], locale: str, find: Find) -> Drawn:
    """Return the message with buttons, or as text where the operator has not made the templates."""
    if not buttons:
        return Drawn(text)
    few = len(buttons) <= MOST_QUICK_REPLIES
    known = find(quick_reply_name(len(buttons)) if few else list_name(len(buttons)), ANY_LOCALE)
    if known is None:
        return Drawn(text)
    ids = [button.choice.payload for button in buttons]
    if few:
        return Drawn(text, known.content_sid, quick_reply_values(text, titles(buttons, LONGEST_TITLE), ids))
    with language(locale or None):
        opener = shorten(_("See options"), LONGEST_TITLE)
        about = [_about(button) for button in buttons]
    return Drawn(text, known.content_sid, list_values(text, opener, titles(buttons, LONGEST_ITEM), ids, about))


def _about(button: Button) -> str:
    """Return what stands under an item: its whole label where the item is cut, else the number that may be typed."""
    whole = shorten(button.choice.label, LONGEST_ABOUT)
    if length(whole) > LONGEST_ITEM:
        return whole
    return _("Option {number}").format(number=button.number)
