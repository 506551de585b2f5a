"""What arrived: all, nothing, or so much of each line. "llegaron 18 de los 20", "los de 45 no llegaron"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot.understanding.context import LineSeen
from bot.understanding.heard import Heard, Mention
from bot.understanding.lines import Item, items
from bot.understanding.names import Match
from bot.understanding.statements import Part, statements

_NEVER = ("nunca", "jamas", "never", "no aparec")


@dataclass(slots=True)
class Arrival:
    """What a message says of the goods."""

    what: str = ""
    """all, some or nothing; empty when it does not say."""
    received: dict[int, Decimal] = field(default_factory=dict)
    """By position of the line."""
    said: dict[int, str] = field(default_factory=dict)
    inferred: set[int] = field(default_factory=set)
    """Lines of which nothing is said but that the rest is complete."""
    missing: set[int] = field(default_factory=set)
    """Lines of which nothing came."""
    unclear: bool = False
    """Whether an amount could not be told to a line."""
    broken: bool = False
    """Whether some of it came in a bad state, so that no amount is sure."""
    bad: Decimal = Decimal(0)
    """How many of it, where it says how many."""
    over: bool = False
    """Whether more is said to have come than was sold."""
    speaks: bool = False
    """Whether it speaks of goods that arrived or lack at all."""


def arrival(heard: Heard, lines: Sequence[LineSeen], sizes: Sequence[str], used: Sequence[Mention] = ()) -> Arrival:
    """Return what the message says of the goods of an order with these lines."""
    found = Arrival(
        speaks=heard.has("arrived", "received", "lack", "difference", "all", "nothing", "reason.never_came")
    )
    parts = statements(heard)
    before = False  # whether an earlier part said how the following ones are meant
    for part in parts:
        if _was_due(part) and any(_arrives(other) or other.lacks for other in parts if other is not part):
            continue
        _read(heard, part, lines, sizes, used, found, before)
        before = before or part.lacks
    _conclude(heard, parts, lines, found)
    return found


def _read(
    heard: Heard,
    part: Part,
    lines: Sequence[LineSeen],
    sizes: Sequence[str],
    used: Sequence[Mention],
    found: Arrival,
    lacking_before: bool,
) -> None:
    said_part = Heard(heard.text, part.mentions, known={kind for one in part.mentions for kind in one.kinds})
    said = list(items(said_part, sizes, used))
    if any(one.has("reason.state", "reason.wrong") for one in part.mentions) and (said or _lone(part)):
        found.broken = True  # so many came broken: how many are kept is for the person to say
        found.bad += sum((item.quantity or Decimal(1) for item in said), Decimal(0)) or 1
        return
    if part.lacks and not said and _lone(part):
        said = [Item(Decimal(1))]
    if not said and len(lines) == 1 and any(one.has("half") for one in part.mentions) and not lines[0].quantity % 2:
        said = [Item(lines[0].quantity / 2, mentions=[one for one in part.mentions if one.has("half")])]
    for item in said:
        line = line_of(item, lines)
        if item.quantity is None and (item.size or item.brand) and not (part.denied or part.lacks or part.everything):
            continue
        if line is None:
            found.unclear = found.unclear or (item.quantity is None) == part.denied
            continue
        amount = _amount(item, line, part, lacking_before=lacking_before and not _arrives(part))
        if amount is None or _is_said_of_it(item, part, line, found):
            continue
        if amount > line.quantity or amount < 0:
            found.over = found.unclear = True
            continue
        found.received[line.position] = amount
        found.said[line.position] = heard.said(*(item.mentions or part.mentions))
        if not amount:
            found.missing.add(line.position)


def _is_said_of_it(item: Item, part: Part, line: LineSeen, found: Arrival) -> bool:
    """Say whether a second amount only says the first again, or what is left of it.

    "7 me faltan, o sea 93"; "88 recibidos y 12 pendientes". Whoever counts anew says "son" or "quedaron".
    """
    before = found.received.get(line.position)
    if before is None or item.quantity is None or _arrives(part):
        return False
    anew = any(one.has("change", "and", "retract") or one.text.startswith(("queda", "total")) for one in part.mentions)
    return item.quantity == before or (before + item.quantity == line.quantity and not anew)


def _was_due(part: Part) -> bool:
    """Say whether it tells what was ordered or sold, and not what came: "eran 20", "pedí 20"."""
    due = any(one.has("request.tells", "due") or one.text in ("eran", "debian", "were") for one in part.mentions)
    return due and not _arrives(part)


def _lone(part: Part) -> bool:
    """Say whether a part lacks "one": faltó un balón, faltó uno."""
    return any(one.has("one") or one.text in ("uno", "una", "one") for one in part.mentions)


def _arrives(part: Part) -> bool:
    return any(one.has("arrived", "received") for one in part.mentions)


def _amount(item: Item, line: LineSeen, part: Part, *, lacking_before: bool) -> Decimal | None:
    if item.quantity is None:
        if part.denied or part.lacks:
            return Decimal(0)
        return line.quantity if part.everything else None
    if part.denied:  # "no llegaron 2" lack; "no llegaron 20" denies a number, and says no other
        if item.quantity == line.quantity and any(one.text.startswith(_NEVER) for one in part.mentions):
            return Decimal(0)
        return line.quantity - item.quantity if item.quantity * 2 <= line.quantity else None
    anew = any(one.text in _COUNTS_ANEW for one in part.mentions)  # "vino incompleto, son 79"
    if part.lacks or (lacking_before and not anew):
        return line.quantity - item.quantity
    return item.quantity


_COUNTS_ANEW = frozenset({"son", "fueron", "eran", "quedan", "quedaron", "total", "en total", "hay", "o sea", "were"})


def line_of(item: Item, lines: Sequence[LineSeen]) -> LineSeen | None:
    """Return the one line that an item can mean, or None."""
    fitting = [line for line in lines if _fits(item, line)]
    if len(fitting) == 1:
        return fitting[0]
    by_total = [line for line in fitting if item.total is not None and line.quantity == item.total]
    if len(by_total) == 1:
        return by_total[0]
    if not fitting and len(lines) == 1 and item.size and item.quantity is not None and not item.brand:
        number = Decimal(item.size.split()[0])
        return lines[0] if number == lines[0].quantity else None  # "8 de 10": the ten that were sold
    return None


def _fits(item: Item, line: LineSeen) -> bool:
    if item.size is not None and item.size != line.size:
        return False
    if item.brand is not None and isinstance(item.brand.value, Match):
        return line.brand in {name for _token, name in item.brand.value.candidates}
    return item.total is None or item.total == line.quantity


def _conclude(heard: Heard, parts: Sequence[Part], lines: Sequence[LineSeen], found: Arrival) -> None:
    """Say all, some or nothing, and fill the lines of which "everything" or "the rest" speaks."""
    whole = [part for part in parts if part.everything and not part.lacks and not part.denied]
    has_amounts = bool(found.received) or found.unclear
    rest = any(part.rest and not part.denied and not part.lacks for part in parts)
    excepted = bool(whole) and any(part.lacks or part.denied for part in parts)
    if has_amounts and (rest or excepted):
        for line in lines:
            if line.position not in found.received:
                found.received[line.position] = line.quantity
                found.said[line.position] = heard.text
                found.inferred.add(line.position)
    if found.broken:
        good = sum(found.received.values())
        if len(lines) != 1 or good + found.bad != lines[0].quantity:  # else the rest is said as well
            found.received, found.unclear = {}, True
        has_amounts = True
    found.what = _by_amounts(lines, found) if has_amounts else _without_amounts(heard, parts, whole=bool(whole))
    if found.what != "some":
        found.received = {}


def _by_amounts(lines: Sequence[LineSeen], found: Arrival) -> str:
    full = {line.position: line.quantity for line in lines}
    if found.unclear or not full or found.received.keys() != full.keys():
        return "some"
    if found.received == full:
        return "all"
    return "some" if any(found.received.values()) else "nothing"


def _without_amounts(heard: Heard, parts: Sequence[Part], *, whole: bool) -> str:
    if heard.has("nothing"):
        return "nothing" if _nothing_came(heard) else ""
    if heard.has("difference", "lack") or (heard.has("arrived") and any(one.text == "menos" for one in heard.words)):
        return "some"
    if whole:
        return "all"
    return "nothing" if _never_came(heard, parts) else ""


def _nothing_came(heard: Heard) -> bool:
    return (
        heard.has("arrived", "received", "reason.never_came")
        or len([one for one in heard.words if not one.has("polite")]) <= 2
    )


def _never_came(heard: Heard, parts: Sequence[Part]) -> bool:
    never = any(one.text.startswith(_NEVER) for one in heard.mentions)
    return never and any(part.denied for part in parts)
