"""Languages: `_` and `ngettext` speak the language of the person who is being answered.

Texts in the code are English; the catalogs are read from locales/*/LC_MESSAGES/bot.po when the program starts, so there
is no compiled file that could be out of date. A text is translated when it is used, never when a module is loaded.
"""

from __future__ import annotations

import gettext as standard
from contextvars import ContextVar
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parent.parent / "locales"
DEFAULT = "es_PE"
KNOWN = ("es_PE", "en")

_current: ContextVar[str] = ContextVar("locale", default=DEFAULT)


@cache
def _catalog(locale: str) -> standard.NullTranslations:
    source = LOCALES / locale / "LC_MESSAGES" / "bot.po"
    if not source.exists():
        return standard.NullTranslations()
    compiled = BytesIO()
    with source.open("rb") as text:
        write_mo(compiled, read_po(text, locale=locale))
    compiled.seek(0)
    return standard.GNUTranslations(compiled)


@lru_cache(maxsize=4096)
def _translated(locale: str, message: str) -> str:
    """Look a text up once: a turn says dozens, and the catalogs never change."""
    return _catalog(locale).gettext(message)


def closest(wanted: str | None) -> str | None:
    """Return the known locale nearest to the wanted one, by its language; None when there is none."""
    language = (wanted or "").replace("-", "_").split("_")[0].lower()
    return next((locale for locale in KNOWN if locale.split("_")[0] == language), None)


class language:  # noqa: N801 - reads like a word: with language("en"). A class costs a third of a generator
    """Speak this language inside the block."""

    __slots__ = ("_locale", "_token")

    def __init__(self, locale: str | None) -> None:
        self._locale = locale if locale in KNOWN else closest(locale) or DEFAULT

    def __enter__(self) -> None:
        self._token = _current.set(self._locale)

    def __exit__(self, *_exc: object) -> None:
        _current.reset(self._token)


def current_language() -> str:
    """Return the locale that is spoken now."""
    return _current.get()


def _(message: str) -> str:
    """Return the message in the language spoken now."""
    return _translated(_current.get(), message)


def ngettext(one: str, many: str, n: int) -> str:
    """Return the message for that many, in the language spoken now."""
    return _catalog(_current.get()).ngettext(one, many, n)


def N_(message: str) -> str:  # noqa: N802 - the customary name: marks a text for the catalogs, to be translated later
    """Mark a text for the catalogs and return it as it is."""
    return message
