"""The fixed family of Content templates at Twilio: what buttons, and messages outside the 24 hours, are sent with.

Quick replies and lists have nothing but places to fill, one template for each number of options, because a place may
not stay empty; they are used within the 24 hours, where nothing needs approval. The others are `bot/templates.py`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from bot import templates
from bot.i18n import KNOWN

MOST_QUICK_REPLIES = 3
MOST_ITEMS = 10
ANY_LOCALE = ""
"""Of the templates that say nothing by themselves."""


@dataclass(frozen=True)
class Definition:
    """One template as it is to be at Twilio."""

    name: str
    locale: str
    types: dict[str, Any]
    samples: dict[str, str]
    needs_approval: bool

    @property
    def language(self) -> str:
        """Return its language as WhatsApp names it; the family that has no words is filed under Spanish."""
        return self.locale.partition("_")[0] or "es"

    @property
    def digest(self) -> str:
        """Return a mark of everything in it: with any change it is another template."""
        everything = [self.language, self.types, self.samples, self.needs_approval]
        return hashlib.sha256(json.dumps(everything, sort_keys=True).encode()).hexdigest()[:32]

    @property
    def versioned_name(self) -> str:
        """Return its name at Twilio and WhatsApp, which never take a name of a rejected template again."""
        return f"scopbot_{self.name}_{self.language}_{self.digest[:8]}"


def quick_reply_name(options: int) -> str:
    """Return the name of the template with so many buttons."""
    return f"quick_reply_{options}"


def list_name(options: int) -> str:
    """Return the name of the template with a list of so many options."""
    return f"list_{options}"


def family() -> list[Definition]:
    """Return every template that there should be."""
    session = [
        *(_quick_reply(options) for options in range(1, MOST_QUICK_REPLIES + 1)),
        *(_list(options) for options in range(1, MOST_ITEMS + 1)),
    ]
    worded = [_worded(wording, locale) for wording in templates.BY_NAME.values() for locale in KNOWN]
    return [*session, *worded]


def quick_reply_values(body: str, titles: list[str], ids: list[str]) -> dict[str, str]:
    """Return what fills a template with buttons."""
    pairs = zip(titles, ids, strict=True)
    return _numbered([body, *(value for pair in pairs for value in pair)])


def list_values(body: str, opener: str, titles: list[str], ids: list[str], about: list[str]) -> dict[str, str]:
    """Return what fills a template with a list; `opener` is on the button that opens it."""
    triples = zip(titles, ids, about, strict=True)
    return _numbered([body, opener, *(value for triple in triples for value in triple)])


def _numbered(values: list[str]) -> dict[str, str]:
    return {str(number): value for number, value in enumerate(values, start=1)}


def _quick_reply(options: int) -> Definition:
    actions = [
        {"type": "QUICK_REPLY", "title": f"{{{{{2 * place}}}}}", "id": f"{{{{{2 * place + 1}}}}}"}
        for place in range(1, options + 1)
    ]
    numbers = [str(number) for number in range(1, options + 1)]
    samples = quick_reply_values(
        "¿Qué desea hacer?", [f"Opción {one}" for one in numbers], [f"={one}" for one in numbers]
    )
    types = {"twilio/quick-reply": {"body": "{{1}}", "actions": actions}}
    return Definition(quick_reply_name(options), ANY_LOCALE, types, samples, needs_approval=False)


def _list(options: int) -> Definition:
    items = [
        {
            "item": f"{{{{{3 * place}}}}}",
            "id": f"{{{{{3 * place + 1}}}}}",
            "description": f"{{{{{3 * place + 2}}}}}",
        }
        for place in range(1, options + 1)
    ]
    numbers = [str(number) for number in range(1, options + 1)]
    labels = [f"Opción {one}" for one in numbers]
    samples = list_values("¿Cuál?", "Ver opciones", labels, [f"={one}" for one in numbers], labels)
    types = {"twilio/list-picker": {"body": "{{1}}", "button": "{{2}}", "items": items}}
    return Definition(list_name(options), ANY_LOCALE, types, samples, needs_approval=False)


def _worded(wording: templates.Wording, locale: str) -> Definition:
    said = wording.said[locale]
    actions = [{"type": "QUICK_REPLY", "title": title, "id": command} for title, command in said.buttons]
    types = {"twilio/quick-reply": {"body": said.body, "actions": actions}}
    return Definition(wording.name, locale, types, _numbered(list(wording.samples)), needs_approval=True)
