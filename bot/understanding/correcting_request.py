"""A change at the summary of a request: another amount, size, brand, seller or day, or another line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bot.understanding.context import Context, OpenQuestion
from bot.understanding.dates import Days
from bot.understanding.heard import DATE, NAME, Heard
from bot.understanding.item import Item
from bot.understanding.lines import items
from bot.understanding.meaning import Doubt, Found, How
from bot.understanding.ordering import named, ordered
from bot.understanding.tokens import folded

Parts = tuple[list[Found], list[Doubt], list[str]]


def request_changed(heard: Heard, context: Context, question: OpenQuestion) -> Parts:
    """Return what is new of the request: answers, what stays in doubt, and which questions are to be asked again."""
    slots: list[Found] = []
    doubts: list[Doubt] = []
    days = [mention.value for mention in heard.of(DATE) if isinstance(mention.value, Days)]
    if _is_of_another_day(heard, days):
        return [], [], []
    known = sorted(int(key.split()[1]) for key in question.answers if key.startswith(("quantity ", "gallons ")))
    said = items(heard, context.sizes)
    if by := _by_so_many(heard, said, known, question):
        return by, [], []
    another = len(said) == 1 and bool(known) and (_adds(heard, said[0]) or _is_another(heard, said[0], question))
    if another and ordered(heard, context).is_clear:
        if len(days) == 1 and days[0].first == days[0].last:
            slots += _delivery(question, days[0], heard)
        return _another_line(heard, said[0], max(known) + 1, question, slots, doubts)
    if len(said) == 1 and len(known) == 1 and _is_by(heard, said[0]):
        return [], [], [f"quantity {known[0]}"]  # five more: than what?
    old = [one for one in said if _is_replaced(heard, one)]
    for item in (one for one in said if one not in old or len(said) == 1):
        lines = [number for number in known if _is_line(item, number, question)] or known
        if len(lines) == 1:
            _change_line(heard, item, lines[0], question, slots, doubts)
        elif lines:
            doubts.append(Doubt("line", tuple((f"quantity {one}", _line_name(one, question)) for one in lines)))
    _change_seller(heard, context, slots, doubts)
    if len(days) == 1 and days[0].first == days[0].last:
        slots += _delivery(question, days[0], heard)
    doubts += _contradictions(slots)
    wanted = {
        "quantity": f"quantity {known[0]}" if len(known) == 1 else "",
        "brand": _only_line("brand", known),
        "size": _only_line("size", known),
        "seller": "seller",
        "delivery": "",
    }
    return slots, doubts, [] if slots or doubts else reopened(heard, question, wanted)


def _is_of_another_day(heard: Heard, days: Sequence[Days]) -> bool:
    """Say whether it tells of an order before, or puts this one off: "ayer pedí 15", "mejor mañana pido"."""
    before = heard.today is not None and any(one.last < heard.today for one in days)
    return before or (bool(days) and any(one.text in _I_ORDER for one in heard.words))


def _change_seller(heard: Heard, context: Context, slots: list[Found], doubts: list[Doubt]) -> None:
    tokens = {token for token, _name in context.sellers}
    for mention in heard.of(NAME):
        before = [one.text for one in heard.words if one.end <= mention.start][-2:]
        if before and ("no" in before[-1].split() or (before[0] == "no" and before[-1] in _BEFORE_A_NAME)):
            continue  # a la planta, no a Hyde
        if before and before[-1] in _WHY and any(slot.key == "seller" for slot in slots):
            continue  # a la planta, que Hyde demora
        after = next((one.text for one in heard.words if one.start >= mention.end), "")
        if after in ("por", "x", "for") and heard.has("change"):
            continue  # cambia Hyde por la planta
        if any(token in tokens for token, _name in getattr(mention.value, "candidates", ())):
            named(mention, "seller", heard, slots, doubts)


_BEFORE_A_NAME = frozenset({"a", "al", "con", "de", "era", "es", "fue", "para"})
_WHY = frozenset({"que", "porque", "because", "ya que"})
_I_ORDER = frozenset({"pido", "compro", "solicito", "encargo", "lo pido", "los pido"})


def _is_by(heard: Heard, item: Item) -> bool:
    """Say whether it tells by how much the amount is to change: "aumenta 5 más", "quita 3"."""
    return not (item.size or item.brand) and bool(item.mentions) and _sign(heard, item) != 0


def _sign(heard: Heard, item: Item) -> int:
    """Return 1 where so many more are meant, -1 where so many less, and 0 where it is the amount itself."""
    number = next((one for one in item.mentions if one.number == item.quantity), item.mentions[0])
    after = next((one.text for one in heard.words if one.start >= number.end and not one.has("unit", "goods")), "")
    before = next((one.text for one in reversed(heard.words) if one.end <= number.start), "")
    if after in ("menos", "less") or before.startswith(("quita", "resta", "descuent")):
        return -1
    return 1 if after in ("mas", "more", "adicionales") else 0


def _by_so_many(heard: Heard, said: Sequence[Item], known: Sequence[int], question: OpenQuestion) -> list[Found]:
    """Return the new amount of the line that is to be so many more or less: "ponle 2 más de 10"; nothing if none is."""
    if len(said) != 1 or said[0].quantity is None or not (said[0].size or said[0].brand):
        return []
    lines = [number for number in known if _is_line(said[0], number, question)]
    sign = _sign(heard, said[0])
    if len(lines) != 1 or not sign or f"quantity {lines[0]}" not in question.answers:
        return []
    new = Decimal(question.answers[f"quantity {lines[0]}"]) + sign * said[0].quantity
    told = heard.said(*said[0].mentions)
    return [Found(f"quantity {lines[0]}", f"{new:f}", said=told, why="so many more or less")] if new > 0 else []


def _adds(heard: Heard, item: Item) -> bool:
    """Say whether the item is to be added to the rest, and not put in its place: "y 3 de 45", not "con proust y 24"."""
    first = min(mention.start for mention in item.mentions)
    instead = any(one.text == "mejor" for one in heard.words)  # "y 18 de 10 joyce mejor"
    return heard.has("change.add") or (not instead and any(one.start < first for one in heard.of("and")))


def _is_another(heard: Heard, item: Item, question: OpenQuestion) -> bool:
    """Say whether it goes on top with a size of its own: "le aumentas 3 de 45" beside cylinders of 10."""
    sizes = {value for key, value in question.answers.items() if key.startswith("size ")}
    grows = any(one.text.startswith(("aument", "sum", "mete")) for one in heard.words)
    return grows and item.size is not None and item.size not in sizes


def _contradictions(slots: list[Found]) -> list[Doubt]:
    """Take out what was said in two ways, and return it as doubts: "mejor joyce no, proust" names two brands."""
    doubts = []
    for key in {slot.key for slot in slots}:
        values = {slot.value: slot.shown or slot.value for slot in slots if slot.key == key}
        if len(values) > 1:
            doubts.append(Doubt(key, tuple(values.items())))
            slots[:] = [slot for slot in slots if slot.key != key]
    return doubts


def _is_replaced(heard: Heard, item: Item) -> bool:
    """Say whether it is what the summary said before: the 20 of "en vez de 20 pon 30"."""
    first = min(mention.start for mention in item.mentions)
    before = folded(heard.text[:first]).rstrip()
    last = max(mention.end for mention in item.mentions)
    if folded(heard.text[last:]).lstrip().startswith(("no,", "no ", "not ")):
        return True
    return before.endswith(("en vez de", "en lugar de", "instead of", "no eran", "no son", "no es", "no"))


def _only_line(key: str, known: list[int]) -> str:
    return f"{key} {known[0]}" if len(known) == 1 else ""


def _another_line(
    heard: Heard, item: Item, number: int, question: OpenQuestion, slots: list[Found], doubts: list[Doubt]
) -> Parts:
    """Add a line: "y también 5 de 45"."""
    slots.append(Found(f"more {number - 1}", "more", How.IMPLIED, why="another line is named"))
    _change_line(heard, item, number, question, slots, doubts)
    slots.append(Found(f"more {number}", "no", How.IMPLIED, why="nothing else is listed"))
    return slots, doubts, []


def _is_line(item: Item, number: int, question: OpenQuestion) -> bool:
    """Say whether the item names this line by its size or brand."""
    size = question.answers.get(f"size {number}")
    brand = question.answers.get(f"brand {number}")
    tokens = {token for token, _name in getattr(item.brand.value, "candidates", ())} if item.brand else set()
    named_by_size = item.size is not None and item.size == size
    return named_by_size or (brand is not None and brand in tokens)


def _change_line(
    heard: Heard, item: Item, number: int, question: OpenQuestion, slots: list[Found], doubts: list[Doubt]
) -> None:
    said = heard.said(*item.mentions)
    if item.brand is not None:
        named(item.brand, f"brand {number}", heard, slots, doubts)
    if item.size is not None:
        slots.append(Found(f"size {number}", item.size, said=said, why="the size that was said"))
    if item.quantity is not None and f"gallons {number}" in question.answers:
        slots.append(Found(f"gallons {number}", f"{item.quantity:f}", said=said, why="gallons"))
    elif item.quantity is not None and item.quantity % 1 == 0:
        slots.append(Found(f"quantity {number}", f"{item.quantity:f}", said=said, why="the number that was said"))


def _line_name(number: int, question: OpenQuestion) -> str:
    return " ".join(question.answers.get(f"{key} {number}", "") for key in ("quantity", "size"))


def _delivery(question: OpenQuestion, days: Days, heard: Heard) -> list[Found]:
    """Set the delivery day as the next detail, the way a person adds it at this confirmation."""
    key = question.key
    number = key.split()[1] if " " in key else "1"
    said = heard.text[days.start : days.end]
    return [
        Found(key, "add", How.IMPLIED, why="a detail is added to the summary"),
        Found(f"detail {number}", "delivery", How.IMPLIED, why="a day is the day of delivery"),
        Found(f"delivery {number}", f"{days.first:%d/%m/%Y}", said=said, why="the day that was said"),
    ]


def reopened(heard: Heard, question: OpenQuestion, keys: dict[str, str]) -> list[str]:
    """Return the questions to ask again: what is to be changed is named, and not its new value."""
    if not heard.has("change"):
        return []
    named_keys = [keys[name] for name in keys if heard.has(f"change.{name}")]
    return [key for key in named_keys if key and (key in question.answers or key == "what")]
