"""An answer as a meaning: its slots, an option by its place, the order that the open question is about."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.understanding.context import Context, OpenQuestion, OrderSeen
from bot.understanding.heard import OTHER, Heard
from bot.understanding.meaning import Doubt, Found, Kind, Meaning
from bot.understanding.tokens import folded

Reader = Callable[[Heard, Context, OpenQuestion], Meaning | None]


def answer(slots: list[Found], doubts: tuple[Doubt, ...] = ()) -> Meaning:
    """Return an answer with these slots, or with what stays in doubt."""
    return Meaning(Kind.ANSWER, slots=tuple(slots), doubts=doubts, confidence=0.9 if slots else 0.5)


def label_of(token: str, question: OpenQuestion) -> str:
    """Return how the question shows an option."""
    return next((label for name, label in question.options if name == token), token)


def order_of(context: Context, question: OpenQuestion) -> OrderSeen | None:
    """Return the order that the open conversation is about."""
    code = question.answers.get("order")
    return next((order for order in context.orders if order.code == code), None)


ON_SCREEN = frozenset({"opcion", "opciones", "alternativa", "lista", "pantalla", "boton", "option", "list"})
"""What people call the choices that they see."""
_NUMBERED = re.compile(
    r"\W*(?:(?:la|el|con|por|elijo|escojo|marco|quiero|pongo|the)\s+)*(?:opci[oó]n|alternativa|bot[oó]n|option)\s*"
    r"(?:n[uú]mero|nro\.?|n[°º]|#)?\s*(?P<number>[0-9]{1,2}|uno|dos|tres|cuatro|one|two|three|four)\b[\s.!]*"
    r"(?:por\s*fav?or|porfa|pls|please|gracias|nomas|nom[aá]s|pe|pues|jefe|se[nñ]or)?\W*",
    re.IGNORECASE,
)
_SAID = {"uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "one": 1, "two": 2, "three": 3, "four": 4}


def numbered_option(heard: Heard, question: OpenQuestion) -> Found | None:
    """Return the option that is chosen by its number, where it is called an option: "opción 1"."""
    found = _NUMBERED.fullmatch(heard.text)
    if found is None:
        return None
    said = found["number"].casefold()
    place = _SAID[said] if said in _SAID else int(said)
    if not 0 < place <= len(question.options):
        return None
    token, label = question.options[place - 1]
    return Found(question.key, token, shown=label, said=heard.text, why="an option")


_WORD = re.compile(r"[^\W\d_]{4,}")
_STEM = 5
"""Letters in which a word and the option's word must be alike: cantidad, cantidades."""


def by_label(heard: Heard, question: OpenQuestion) -> Found | None:
    """Return the one option whose words are all said, among others: "quiero cambiar la cantidad"."""
    told = any(kind.endswith(".tells") for kind in heard.known)
    if told or heard.has("negation", "no", "others", "unreal") or "?" in heard.text:
        return None
    said = {word[:_STEM] for word in _WORD.findall(folded(heard.text))}
    fitting = []
    for token, label in question.options:
        words = {word[:_STEM] for word in _WORD.findall(folded(label))}
        if len(words) > 1 and words <= said:
            fitting.append(Found(question.key, token, shown=label, said=heard.text, why="the words of an option"))
    return fitting[0] if len(fitting) == 1 else None


def by_place(heard: Heard, question: OpenQuestion) -> Found | None:
    """Return the option at the place that was said: el segundo, the last one."""
    numbered = numbered_option(heard, question)
    if numbered is not None:
        return numbered
    said = [one for one in heard.words if one.text not in ON_SCREEN and not one.has("polite")]
    if any(one.has(OTHER) for one in said) or len(said) > 4:
        return None
    for name, place in (("first", 0), ("second", 1), ("third", 2), ("last", -1)):
        options = [option for option in question.options if option[0] != "+"]
        if heard.has(f"which.{name}") and options and len(options) > place:
            token, label = options[place]
            return Found(question.key, token, shown=label, said=heard.text, why=f"the {name} on the screen")
    return None
