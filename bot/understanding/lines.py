"""What is ordered or counted: "20 de 10 joyce y 5 de 45" is two lines of quantity, size and brand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bot.understanding.heard import BRAND, DATE, FUEL, NUMBER, OTHER, Heard, Mention
from bot.understanding.item import Item
from bot.understanding.lines_together import together

DOZEN = Decimal(12)
SMALLEST_ENDING = Decimal(100)
_NAMING = frozenset({"la", "orden", "la orden", "codigo", "termina en"})
"""Before a number of three digits they name an order."""
_COUNTED_APART = ("time", "other", "plain", "foreign", "person", "address", "money", "out_of_scope")
_COUNTS_ON = ("unit", "small", "goods", "trade", "kilo", "pound", "gallon", "change")
_BETWEEN = frozenset({"and", "rest", "except"})
_TELLS = ("aron", "eron", "aba", "aban")
"""Endings of a verb, which a number before it does not count: "los de 10 salieron 3 menos"."""
SMALL = frozenset(
    {"chico", "chicos", "chiquito", "chiquitos", "pequeño", "pequeños", "pequeñas"}
    | {"chica", "chicas", "chiquitas", "small", "little"}
)
BIG = frozenset(
    {"grande", "grandes", "grandotes", "grandotas", "grandazos", "gordos", "big", "large", "grandazo", "grandote"}
)
"""What people call the sizes of an order that has two."""
NOT_GOODS = frozenset(
    {
        "veces",
        "vez",
        "times",
        "vacios",
        "vacias",
        "envases",
        "empties",
        "empty",
        "cosas",
        "things",
        "productos",
        "marcas",
    }
    | {"tipos", "tamaños", "clases", "lineas", "items"}
)
"""What is counted beside the goods: times, empty cylinders, how many things are wanted."""
_NEVER_COUNTED = frozenset({"ruc", "phone", "code", "digits", "document", "plate", DATE})


def items(heard: Heard, sizes: Sequence[str], used: Sequence[Mention] = ()) -> list[Item]:
    """Return the lines of a message, in order; numbers that point to an order are no quantities."""
    found = [item for part in _parts(heard.mentions) for item in _read(part, frozenset(sizes), used)]
    return together([item for item in found if not item.is_empty], heard.mentions)


def _parts(mentions: Sequence[Mention]) -> Iterator[list[Mention]]:
    """Yield what lies between commas, ands and line ends."""
    part: list[Mention] = []
    for mention in mentions:
        if mention.has(*_BETWEEN) or mention.text in (",", ";", "\n", "+", ".", "/", "&", "?", "!", "*", "-", "•"):
            yield part
            part = []
        else:
            part.append(mention)
    yield part


def _read(part: Sequence[Mention], sizes: frozenset[str], used: Sequence[Mention]) -> Iterator[Item]:
    """Yield the lines of a part: one, unless a second quantity begins another."""
    item = Item()
    for place, mention in enumerate(part):
        if mention in used or mention.kinds & _NEVER_COUNTED:
            continue
        if mention.has("same.size", "same.brand"):
            item.like |= mention.kinds
            continue
        named = BRAND if mention.has(BRAND) else FUEL if mention.has(FUEL) else ""
        reading = (named, Decimal(0)) if named else _reading(part, place, sizes, item)
        if reading is None:
            continue
        if _begins_a_line(item, *reading):
            yield item
            item = Item()
        _put(item, *reading, mention, part, place)
    yield item


def _begins_a_line(item: Item, kind: str, value: Decimal | str) -> bool:
    """Say whether what is read cannot be of the line so far, which has its own."""
    if kind == "quantity":
        return item.quantity is not None
    if kind == "size":
        return item.size is not None and (item.quantity is not None or item.size != value)
    own = item.brand if kind == BRAND else item.fuel if kind == FUEL else None
    return own is not None and item.quantity is not None


def _put(item: Item, kind: str, value: Decimal | str, mention: Mention, part: Sequence[Mention], place: int) -> None:
    if kind == BRAND:
        item.brand = mention
    elif kind == FUEL:
        item.fuel = mention
    elif kind == "size":
        item.size = str(value)
    elif kind == "total":
        item.total = Decimal(value)
    else:
        item.quantity = Decimal(value)
        after = _after(part, place)
        item.gallons = after is not None and after.has("gallon")
        item.counted = after is not None and after.has("unit", "gallon", "dozen")
    item.mentions.append(mention)


def _reading(
    part: Sequence[Mention], place: int, sizes: frozenset[str], item: Item
) -> tuple[str, Decimal | str] | None:
    """Return what a mention of the part says of a line: a size, a quantity or a total; None if it counts nothing."""
    mention, after = part[place], _after(part, place)
    if mention.has("half_dozen"):
        return "quantity", DOZEN / 2
    if mention.has("one"):
        return _one(after)
    number = mention.number
    if not mention.has(NUMBER) or number is None:
        return None
    if _counts_nothing(part, place, number):
        return None
    if after is not None and after.has("dozen"):
        return "quantity", number * DOZEN
    measured = _listed(part, place, number, sizes, item) or _measured(number, after, sizes)
    if measured:
        return "size", measured
    return _counted_of(part, place, number, sizes, item)


def _counts_nothing(part: Sequence[Mention], place: int, number: Decimal) -> bool:
    """Say whether it is an hour, how a code ends, or a number of something else: 20 clients, 5 minutes."""
    before, after = _before(part, place), _after(part, place)
    if place > 1 and part[place - 1].text in ("la", "las") and part[place - 2].text == "a":
        return True
    if before is not None and number >= SMALLEST_ENDING and before.text in _NAMING and not _counted(after):
        return True
    if after is not None and after.text in NOT_GOODS:
        return True
    if _is_pronoun(part, place):
        return True
    if _is_said_first(part, place) or (after is not None and after.text in SMALL | BIG):
        return False
    told = after is not None and after.has(OTHER) and after.text.endswith(_TELLS)
    return after is not None and after.has(*_COUNTED_APART) and not after.has(*_COUNTS_ON) and not told


def _is_pronoun(part: Sequence[Mention], place: int) -> bool:
    """Say whether it is no number: "the Proust one", "the one from the plant"."""
    before = _before(part, place)
    return part[place].text == "one" and before is not None and (before.text in _THE or before.has(BRAND, "number"))


_NOUNS = frozenset({"pedido", "orden", "compra", "solicitud", "encargo", "order"})
_THE = frozenset({"the", "this", "that", "which", "other"})


def _is_said_first(part: Sequence[Mention], place: int) -> bool:
    """Say whether it is the size before a verb and an amount: "de 10 mandas 30 joyce"."""
    before, ahead = _before(part, place), part[place + 2 : place + 3]
    return before is not None and before.text == "de" and bool(ahead) and ahead[0].has(NUMBER)


def _listed(part: Sequence[Mention], place: int, number: Decimal, sizes: frozenset[str], item: Item) -> str:
    """Return the size of "proust 45 10": brand, size, how many."""
    before, after = _before(part, place), _after(part, place)
    listed = before is not None and before.has(BRAND) and after is not None and after.has(NUMBER)
    size = f"{number.normalize():f} kg"
    return size if listed and item.size is None and size in sizes else ""


def _counted_of(
    part: Sequence[Mention], place: int, number: Decimal, sizes: frozenset[str], item: Item
) -> tuple[str, Decimal | str] | None:
    after = _after(part, place)
    if after is not None and after.has("unit", "gallon"):
        whole = item.quantity is not None and (_is_of(part, place) or _is_total(part, place, number, sizes))
        return ("total" if whole else "quantity"), number
    if after is not None and after.has("kilo", "pound") and after.text != "k":
        return None  # 18 kilos are no size and no count
    return _after_of(part, place, number, sizes, item) or ("quantity", number)


def _after_of(
    part: Sequence[Mention], place: int, number: Decimal, sizes: frozenset[str], item: Item
) -> tuple[str, Decimal | str] | None:
    """Return what a number after a little word is: the size of "20 de 10", the total of "18 de los 20"."""
    before = _before(part, place)
    if before is None:
        return None
    size = next((name for name in (f"{number.normalize():f} kg", f"{number.normalize():f} lb") if name in sizes), "")
    if size and before.text in SMALL | BIG and item.size is None and item.quantity is not None:
        return "size", size  # two big 45s
    of = before.text in ("de", "del", "x", "of", "out of", "tamaño") or _is_of_a(part, place)
    following = _after(part, place)
    seller = place > 1 and (part[place - 2].has("name") or part[place - 2].text in ("planta", "distribuidor", "plant"))
    if of and seller and item.quantity is None and following is not None and following.has(BRAND):
        return "quantity", number  # "un pedido a la planta de 100 joyce"
    noun = place > 1 and part[place - 2].text in _NOUNS and following is not None and following.has(BRAND)
    if of and noun and item.quantity is None:
        return "quantity", number  # el pedido de 10 Joyce de 45
    if of and item.quantity is None and _is_of_a_size(part, place, sizes):
        return "quantity", number  # "un pedido de 15 de 10"
    another = of and item.size is not None and place > 1 and part[place - 2].text in ("los", "las")
    if size and another:
        return "size", size  # tanto los de 10 como los de 45
    if size and ((of and item.size is None) or (before.text == "por" and item.quantity is not None)):
        return "size", size
    alone = (
        following is None
        or following.has("polite", "now", DATE)
        or following.text.startswith(("para", "pa", "by", "for"))
    )
    if size and before.has(BRAND) and item.quantity is not None and item.size is None and alone:
        return "size", size  # dos proust cuarenta y cinco
    due = before.text in ("en vez de", "en lugar de", "instead of") and item.quantity is not None and _came(part)
    return ("total", number) if due or _is_of(part, place) or (of and item.quantity is not None) else None


def _came(part: Sequence[Mention]) -> bool:
    return any(one.has("arrived", "received") for one in part)


def _counted(after: Mention | None) -> bool:
    little = (
        after is not None and after.has("small") and after.text in ("de", "d", "del", "x", "a", "para", "pa", "por")
    )
    return little or (after is not None and after.has("unit", "gallon", "dozen", "brand", "kilo"))


def _is_of_a(part: Sequence[Mention], place: int) -> bool:
    """Say whether "de a" stands before it: "15 de a 10"."""
    return place > 1 and part[place - 1].text == "a" and part[place - 2].text == "de"


def _is_of_a_size(part: Sequence[Mention], place: int, sizes: frozenset[str]) -> bool:
    """Say whether "de" and a size follow: in "15 de 10" the fifteen are how many."""
    following = part[place + 1 : place + 3]
    if len(following) < 2 or following[0].text not in ("de", "d", "x", "of") or following[1].number is None:
        return False
    return f"{following[1].number.normalize():f} kg" in sizes


def _is_total(part: Sequence[Mention], place: int, number: Decimal, sizes: frozenset[str]) -> bool:
    """Say whether it is the 20 of "18 de 20 balones", which is no size."""
    before = _before(part, place)
    return before is not None and before.text in ("de", "of", "out of") and f"{number:f} kg" not in sizes


def _is_of(part: Sequence[Mention], place: int) -> bool:
    """Say whether the number is what the amount is of: "18 de los 20", "18 of the 20"."""
    before = " ".join(one.text for one in part[max(place - 2, 0) : place])
    return before.endswith(("de los", "de las", "of the", "de mis", "de esos", "of my"))


def _one(after: Mention | None) -> tuple[str, Decimal] | None:
    """Return a quantity of one for "un balón", "una docena", "uno de 45"."""
    if after is not None and after.has("dozen"):
        return "quantity", DOZEN
    return (
        ("quantity", Decimal(1))
        if after is not None and (after.has("unit", BRAND) or after.text in ("de", "d") or after.text in SMALL | BIG)
        else None
    )


def _measured(number: Decimal, after: Mention | None, sizes: frozenset[str]) -> str:
    if after is None:
        return ""
    name = f"{number.normalize():f}"
    if after.has("kilo") and f"{name} kg" in sizes:
        return f"{name} kg"
    return f"{name} lb" if after.has("pound") and f"{name} lb" in sizes else ""


def _before(part: Sequence[Mention], place: int) -> Mention | None:
    return part[place - 1] if place else None


def _after(part: Sequence[Mention], place: int) -> Mention | None:
    return part[place + 1] if place + 1 < len(part) else None
