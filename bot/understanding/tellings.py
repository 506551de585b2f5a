"""What one statement of a report counts, and which line of the order it counts: "los chicos cabal, de 45 vino uno"."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.understanding.amending import ANEW
from bot.understanding.context import LineSeen
from bot.understanding.heard import BRAND, NUMBER, OTHER, Heard, Mention
from bot.understanding.item import Item
from bot.understanding.lines import BIG, NOT_GOODS, SMALL, items
from bot.understanding.names import Match
from bot.understanding.statements import Part

_FINAL = frozenset(
    {"pon", "ponga", "ponle", "pongale", "osea", "o sea", "es decir", "en total", "me quede con", "nos quedamos con"}
    | {"que me quedan", "que nos quedan", "me quedan", "nos quedan"}
)
_BESIDE = ("only", "close.asks")


def items_said(
    heard: Heard, part: Part, lines: Sequence[LineSeen], sizes: Sequence[str], used: Sequence[Mention]
) -> list[Item]:
    """Return what a statement counts or names."""
    said_part = Heard(heard.text, part.mentions, known={kind for one in part.mentions for kind in one.kinds})
    said = _of_total(part) or list(items(said_part, sizes, used)) or _loose(part, lines, used)
    brands = [one for one in part.mentions if one.has(BRAND)]
    if len(brands) > 1 and all(item.quantity is None for item in said):
        said = [Item(brand=brand, mentions=[brand]) for brand in brands]
    size = _nicknamed(part, lines)
    if size and not said:
        said = [Item(size=size)]
    for item in said:
        if size and not item.size and not item.brand:
            item.size = size
    halved = [one for one in part.mentions if one.has("half")]
    of_all = len(lines) == 1 and all(item.quantity == lines[0].quantity for item in said)
    if of_all and halved and not lines[0].quantity % 2:
        said = [Item(lines[0].quantity / 2, mentions=halved)]
    return said


def _of_total(part: Part) -> list[Item]:
    """Return "18/20", as eighteen of twenty."""
    for first, sign, second in zip(part.mentions, part.mentions[1:], part.mentions[2:], strict=False):
        if sign.text == "/" and first.number is not None and second.number is not None:
            return [Item(first.number, total=second.number, mentions=[first])]
    return []


def _nicknamed(part: Part, lines: Sequence[LineSeen]) -> str:
    """Return the size that "los chicos" or "los grandes" are, of an order with two sizes."""
    by_weight = sorted({line.size for line in lines if line.size}, key=_weight)
    if len(by_weight) != 2:
        return ""
    words = {word for one in part.mentions for word in one.text.split()}
    small, big = bool(words & SMALL), bool(words & BIG)
    return "" if small == big else by_weight[0] if small else by_weight[1]


def _weight(size: str) -> Decimal:
    number = size.split(maxsplit=1)[0]
    return Decimal(number) if number.isdecimal() else Decimal(0)


def _loose(part: Part, lines: Sequence[LineSeen], used: Sequence[Mention]) -> list[Item]:
    """Return the one number of a statement though a strange word follows it: "los 20 adentro", "only 13 made it"."""
    numbers = [one for one in part.mentions if one.has(NUMBER) and one.number is not None and one not in used]
    if len(numbers) != 1 or len(lines) != 1:
        return []
    place = part.mentions.index(numbers[0])
    after = part.mentions[place + 1 : place + 2]
    strange = not after or after[0].has(OTHER, "plain") or after[0].filler
    counted = numbers[0].number == lines[0].quantity or any(one.has(*_BESIDE) for one in part.mentions)
    if (
        not strange
        or not counted
        or (after and after[0].text in NOT_GOODS)
        or (after and after[0].has("time", "money", "address", "person"))
    ):
        return []
    return [Item(numbers[0].number, mentions=numbers)]


def is_final(part: Part, item: Item) -> bool:
    """Say whether an amount is said in place of all before it: "ciérrela con 19", "pon 99", "o sea 38"."""
    number = next((one for one in item.mentions if one.has(NUMBER)), None)
    if number is None:
        return False
    before = part.mentions[: next(place for place, one in enumerate(part.mentions) if one is number)]
    if before and before[-1].text in ANEW:
        return True
    if any(one.has("close.asks") for one in before) or any(one.text in _FINAL for one in before):
        return True
    return bool(before) and before[-1].text in ("con", "with") and not any(one.has("arrived") for one in before)


def line_of(item: Item, lines: Sequence[LineSeen]) -> LineSeen | None:
    """Return the one line that an item can mean, or None."""
    fitting = [line for line in lines if fits(item, line)]
    if len(fitting) == 1:
        return fitting[0]
    by_total = [line for line in fitting if item.total is not None and line.quantity == item.total]
    if len(by_total) == 1:
        return by_total[0]
    if not fitting and len(lines) == 1 and item.size and item.quantity is not None and not item.brand:
        number = Decimal(item.size.split()[0])
        return lines[0] if number == lines[0].quantity else None  # "8 de 10": the ten that were sold
    return None


def fits(item: Item, line: LineSeen) -> bool:
    """Say whether what is said may be of this line, by its size, its brand, or how many it has."""
    if item.size is not None and item.size != line.size:
        return False
    if item.brand is not None and isinstance(item.brand.value, Match):
        return line.brand in {name for _token, name in item.brand.value.candidates}
    return item.total is None or item.total == line.quantity
