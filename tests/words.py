"""What must be true of the catalogs. `python -m tests.words` says what is wrong; the test suite checks the same."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot import registry
from bot.i18n import KNOWN, LOCALES, _, language

ROOT = LOCALES.parent
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
SOURCE = "en"
"""The language of the code: what its catalog leaves empty reads as it stands there."""
LONGEST_TITLE = 20
"""Characters of a WhatsApp button."""


def problems() -> list[str]:
    """Return everything that is wrong with the texts."""
    return [*_catalog_problems(), *_hidden_texts(), *_long_titles()]


def in_code() -> set[str]:
    """Return every text that the code marks for translation."""
    found = extract_from_dir(ROOT / "bot", method_map=[("**.py", "python")], keywords=KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _file, _line, message, _comments, _context in found}


def catalog(locale: str) -> Catalog:
    """Return a catalog as it lies in the repository."""
    with (LOCALES / locale / "LC_MESSAGES" / "bot.po").open("rb") as file:
        return read_po(file, locale=locale)


def _catalog_problems() -> Iterator[str]:
    expected = in_code()
    for locale in KNOWN:
        messages = {_source(message): message for message in catalog(locale) if message.id}
        yield from (f"{locale}: not in the catalog: {text!r}" for text in sorted(expected - messages.keys()))
        yield from (f"{locale}: no longer in the code: {text!r}" for text in sorted(messages.keys() - expected))
        for text, message in messages.items():
            yield from (f"{locale}: {problem}: {text!r}" for problem in _message_problems(locale, text, message))


def _message_problems(locale: str, text: str, message: Message) -> Iterator[str]:
    translations = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if message.fuzzy:
        yield "marked as uncertain"
    if locale != SOURCE and not all(translations):
        yield "not translated"
    for translation in translations:
        if translation and _fields(translation) != _fields(text):
            yield "names other facts than the original"
        if translation and translation != translation.strip():
            yield "begins or ends with a space"


def _source(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _fields(text: str) -> set[str | None]:
    return {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name is not None}


def _hidden_texts() -> Iterator[str]:
    """Yield texts that the extractor cannot see: inside an f-string, or put together before they are translated."""
    for file in sorted((ROOT / "bot").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                for call in _translations(node):
                    if isinstance(call.args[0], ast.Constant):
                        yield f"{_place(file, call)}: a text inside an f-string is not extracted"
            elif isinstance(node, ast.Call) and _is_translation(node) and isinstance(node.args[0], ast.JoinedStr):
                yield f"{_place(file, node)}: an f-string cannot be translated"


def _translations(node: ast.AST) -> Iterator[ast.Call]:
    return (one for one in ast.walk(node) if isinstance(one, ast.Call) and _is_translation(one))


def _is_translation(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in KEYWORDS and bool(call.args)


def _place(file: Path, node: ast.expr) -> str:
    return f"{file.relative_to(ROOT)}:{node.lineno}"


def _long_titles() -> Iterator[str]:
    registry.discover()
    for locale in KNOWN:
        with language(locale):
            for entry in registry.CONVERSATIONS.values():
                title = _(entry.title) if entry.title else ""
                if len(title) > LONGEST_TITLE:
                    yield f"{locale}: {title!r} is longer than {LONGEST_TITLE} characters"


if __name__ == "__main__":
    wrong = problems()
    sys.stderr.write("".join(f"{line}\n" for line in wrong))
    sys.exit(1 if wrong else 0)
