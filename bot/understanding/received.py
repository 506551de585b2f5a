"""What arrived: all, nothing, or so much of each line. "llegaron 18 de los 20", "los de 45 no llegaron"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot.understanding.claims import Claim, Sort, settled
from bot.understanding.context import LineSeen
from bot.understanding.denying import without_denied
from bot.understanding.heard import NUMBER, Heard, Mention
from bot.understanding.item import Item
from bot.understanding.statements import Part, statements
from bot.understanding.tellings import is_final, items_said, line_of

_GONE = ("given_back", "reject.tells", "reject.asks")
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


def arrival(heard: Heard, lines: Sequence[LineSeen], sizes: Sequence[str], used: Sequence[Mention] = ()) -> Arrival:
    """Return what the message says of the goods of an order with these lines."""
    found = Arrival()
    heard = without_denied(heard) if heard.has("negation", "no") and len(heard.of(NUMBER)) > 1 else heard
    parts = statements(heard)
    reader = _Reader(heard, lines, sizes, used, found)
    in_order = _by_order(parts, lines, sizes, used, heard)
    for part in parts if not in_order else ():
        elsewhere = any(_arrives(other) or other.lacks for other in parts if other is not part)
        again = reader.daytime_before and _at_a_daytime(part)
        if elsewhere and (_was_due(part) or (_is_to_come(part) and not again)):
            continue
        reader.read(part)
        reader.daytime_before = reader.daytime_before or _at_a_daytime(part)
    for position, amount in in_order.items():
        reader.claims.append(Claim(position, amount, Sort.CAME, heard.text))
    for line in lines:
        _settle(line, [claim for claim in reader.claims if claim.position == line.position], found)
    _conclude(heard, parts, lines, found)
    return found


def _by_order(
    parts: Sequence[Part], lines: Sequence[LineSeen], sizes: Sequence[str], used: Sequence[Mention], heard: Heard
) -> dict[int, Decimal]:
    """Return the amounts of bare numbers, one for each line, if at least one is all of its line: "20 y 4"."""
    said = [item for part in parts for item in items_said(heard, part, lines, sizes, used)]
    bare = all(item.quantity is not None and not (item.size or item.brand or item.total) for item in said)
    if len(lines) < 2 or len(said) != len(lines) or not bare or any(part.lacks or part.denied for part in parts):
        return {}
    pairs = [(line, item.quantity or Decimal(0)) for line, item in zip(lines, said, strict=True)]
    fit = all(amount <= line.quantity for line, amount in pairs)
    whole = any(amount == line.quantity for line, amount in pairs)
    return {line.position: amount for line, amount in pairs} if fit and whole else {}


def _settle(line: LineSeen, claims: Sequence[Claim], found: Arrival) -> None:
    """Keep what is told of a line, if it can be and does not contradict itself."""
    if not claims:
        return
    amount = settled(line, claims)
    if amount is None or amount > line.quantity or amount < 0:
        found.over = found.over or amount is not None
        found.unclear = True
        return
    found.received[line.position] = amount
    found.said[line.position] = claims[-1].said
    if not amount:
        found.missing.add(line.position)


@dataclass(slots=True)
class _Reader:
    """Reads the statements of a report one after the other: what came before says how some are meant."""

    heard: Heard
    lines: Sequence[LineSeen]
    sizes: Sequence[str]
    used: Sequence[Mention]
    found: Arrival
    claims: list[Claim] = field(default_factory=list)
    lacking_before: bool = False
    daytime_before: bool = False
    """Whether so many are told of a part of the day: "10 en la mañana y 8 en la tarde"."""
    named_before: list[LineSeen] = field(default_factory=list)
    """Lines that were named, and of which nothing is told yet: "los joyce y los proust completos"."""

    def read(self, part: Part) -> None:
        said = items_said(self.heard, part, self.lines, self.sizes, self.used)
        if _denies_a_number(part) or any(one.has("extra") for one in part.mentions):
            return
        if _is_bad(part) and (said or _lone(part)):
            self._bad(part, said)
            return
        if _is_bad(part) and not self.heard.has(*_GONE):
            self.found.broken = self.found.broken or bool(self.claims)
        said = self._of_each(part, said)
        counted = any(item.quantity is not None for item in said)
        for item in said:
            self._item(part, item)
        told = part.everything or part.denied or (part.lacks and not counted)
        if told and not counted:
            for line in self.named_before:
                self._claim(line, _whole(line, part), Sort.CAME, part, [])
        if told or counted:
            self.named_before = []
        self.lacking_before = self.lacking_before or (part.lacks and counted and not _arrives(part))

    def _of_each(self, part: Part, said: list[Item]) -> list[Item]:
        """Return what is counted, for each line that it is said of: "faltó 1 de cada uno", "los veinticinco"."""
        if not said and _lone(part) and (part.lacks or part.denied or _is_gone(part)):
            return [Item(Decimal(1))]
        if part.lacks and said and any(one.text.startswith("cada") for one in part.mentions):
            return [Item(said[0].quantity, line.size, mentions=said[0].mentions) for line in self.lines]
        if self._is_total(part, said):
            return [Item(line.quantity, line.size, mentions=said[0].mentions) for line in self.lines]
        return said

    def _bad(self, part: Part, said: list[Item]) -> None:
        """Of what came in a bad state it is for the person to say how many are kept, unless they are gone already."""
        counted = said or [Item(Decimal(1))]
        gone = self.heard.has(*_GONE) or any(one.has("except") for one in part.mentions)
        if gone and any(item.quantity is not None for item in counted):
            for item in counted:
                line = line_of(item, self.lines)
                if line is not None and item.quantity is not None:
                    self._claim(line, item.quantity, Sort.LACKS, part, item.mentions)
            return
        if gone and _lone(part) and len(counted) == 1 and (line := line_of(counted[0], self.lines)) is not None:
            self._claim(line, Decimal(1), Sort.LACKS, part, counted[0].mentions)
            return
        self.found.broken = True
        self.found.bad += sum((item.quantity or Decimal(1) for item in said), Decimal(0)) or 1

    def _is_total(self, part: Part, said: Sequence[Item]) -> bool:
        """Say whether one number is that of all lines together: "los veinticinco ya están en casa"."""
        if len(self.lines) < 2 or len(said) != 1 or part.lacks or part.denied:
            return False
        bare = not (said[0].size or said[0].brand or said[0].total)
        return bare and said[0].quantity == sum(line.quantity for line in self.lines)

    def _item(self, part: Part, item: Item) -> None:
        line = line_of(item, self.lines)
        told = part.denied or part.lacks or part.everything or part.nothing or self._is_alone(part)
        if item.quantity is None and (item.size or item.brand) and not told:
            self.named_before += [line] if line is not None else []
            return
        if line is None and part.rest and not (item.size or item.brand):
            line = self._only_one_left()
        if line is None:
            self.found.unclear = self.found.unclear or (item.quantity is None) == part.denied
            return
        claimed = self._amount(item, line, part)
        if claimed is not None:
            self._claim(line, *claimed, part, item.mentions)

    def _only_one_left(self) -> LineSeen | None:
        """Return the one line of which nothing was told: the others of "los de diez completos, de los otros 3"."""
        told = {claim.position for claim in self.claims}
        left = [line for line in self.lines if line.position not in told]
        return left[0] if len(left) == 1 else None

    def _is_alone(self, part: Part) -> bool:
        """Say whether it came alone, and what did not is told as well: "llegó solo lo de 10, lo de 45 no"."""
        return part.only and _arrives(part) and self.heard.has("negation", "lack", "nothing", "reason.never_came")

    def _claim(self, line: LineSeen, amount: Decimal, sort: Sort, part: Part, mentions: Sequence[Mention]) -> None:
        said = self.heard.said(*(mentions or part.mentions))
        again = any(one.text in ("otro", "otra") for one in part.mentions)
        other = any(one.text in ("otros", "otras") for one in part.mentions) and not (part.rest or _waits(part))
        more = other or (self.daytime_before and (_at_a_daytime(part) or any(one.has("now") for one in part.mentions)))
        sound = part.everything or any(one.has("yes") for one in part.mentions)
        self.claims.append(Claim(line.position, amount, sort, said, again, _says_came(part, mentions), more, sound))

    def _amount(self, item: Item, line: LineSeen, part: Part) -> tuple[Decimal, Sort] | None:
        """Return how many are told of, and how they are meant; None where nothing follows from it."""
        carried = self.lacking_before and not (_arrives(part) or part.only or part.rest)
        lacking = part.lacks or _is_gone(part) or carried
        if item.quantity is None:
            if part.nothing and not part.lacks:
                return (line.quantity if self.lacking_before else Decimal(0)), Sort.CAME
            if part.denied or part.lacks or part.everything or self._is_alone(part):
                return _whole(line, part), Sort.CAME
            return None
        if part.denied:  # "no llegaron 2" lack; "no llegaron 20" denies a number, and says no other
            if item.quantity == line.quantity and any(one.text.startswith(_NEVER) for one in part.mentions):
                return Decimal(0), Sort.CAME
            return (item.quantity, Sort.LACKS) if item.quantity * 2 <= line.quantity else None
        if is_final(part, item) and not part.lacks:
            return item.quantity, Sort.FINAL
        if lacking:
            return item.quantity, Sort.LACKS
        return item.quantity, Sort.OTHERS if part.rest else Sort.CAME


def _whole(line: LineSeen, part: Part) -> Decimal:
    """Return all of a line, or nothing of it, as the part says."""
    return Decimal(0) if part.denied or part.lacks else line.quantity


def _was_due(part: Part) -> bool:
    """Say whether it tells what was ordered or sold, and not what came: "eran 20", "pedí 20"."""
    due = any(one.has("request.tells", "due") or one.text in ("eran", "debian", "were") for one in part.mentions)
    return due and not _arrives(part)


def _is_to_come(part: Part) -> bool:
    """Say whether it tells what is promised: "y dice que mañana trae 3"."""
    told = _arrives(part) or part.lacks or part.denied or part.rest
    said = [one for one in part.mentions if not one.has("small")]  # the "ha" of "se ha malogrado" promises nothing
    return not told and any(one.has("says_that", "future", "later") for one in said)


def _says_came(part: Part, mentions: Sequence[Mention]) -> bool:
    """Say whether a verb stands before the amount, and no other number between: "solo llegaron 18"."""
    first = mentions[0].start if mentions else 0
    before = [one for one in part.mentions if one.start < first and one.has("arrived", "received", "number")][-1:]
    return any(one.has("arrived", "received") for one in before)


def _is_bad(part: Part) -> bool:
    return any(one.has("reason.state", "reason.wrong") for one in part.mentions)


def _denies_a_number(part: Part) -> bool:
    """Say whether it only denies a number, and says no other: "llegaron 18, no 20"."""
    words = [one for one in part.mentions if not one.has("sign", "polite") and one.text not in ("los", "las")]
    return len(words) == 2 and words[0].has("no", "negation") and words[1].has("number")


def _is_gone(part: Part) -> bool:
    """Say whether it went back, or did not come after all: "cinco se los llevó de regreso", "17 entraron, 3 no"."""
    denied = part.mentions[-1].text in ("no", "todavia no", "aun no") and not _arrives(part)
    rows = zip(part.mentions, part.mentions[1:], part.mentions[2:], strict=False)
    denied = denied or any(
        one.has("number") and no.text in ("no", "ya no") and not (verb.has("number") or _arrives(part))
        for one, no, verb in rows
    )
    return denied or any(one.has("given_back", "reject.tells") for one in part.mentions)


def _waits(part: Part) -> bool:
    """Say whether it is to come yet: "el resto mañana"."""
    return any(one.has("later", "future", "not_yet", "says_that", "nothing", "date") for one in part.mentions)


def _at_a_daytime(part: Part) -> bool:
    return any(one.has("daytime") for one in part.mentions)


def _lone(part: Part) -> bool:
    """Say whether a part lacks "one": faltó un balón, faltó uno, otro no vino."""
    return any(one.has("one") or one.text in ("uno", "una", "one", "otro", "otra") for one in part.mentions)


def _arrives(part: Part) -> bool:
    return any(one.has("arrived", "received") for one in part.mentions)


def _conclude(heard: Heard, parts: Sequence[Part], lines: Sequence[LineSeen], found: Arrival) -> None:
    """Say all, some or nothing, and fill the lines of which "everything" or "the rest" speaks."""
    whole = [part for part in parts if part.everything and not (part.lacks or part.denied or _is_bad(part))]
    has_amounts = bool(found.received) or found.unclear
    if whole and not lines and not any(part.lacks or part.denied or part.only for part in parts):
        found.unclear = has_amounts = False  # "llegaron los 40 completos", of whichever order
    rest = any(part.rest and not (part.denied or part.lacks or _is_gone(part) or _waits(part)) for part in parts)
    excepted = bool(whole) and any(part.lacks or part.denied or _is_gone(part) for part in parts)
    if has_amounts and (rest or excepted):
        for line in lines:
            if line.position not in found.received:
                found.received[line.position] = line.quantity
                found.said[line.position] = heard.text
                found.inferred.add(line.position)
    if found.broken:
        good = sum(found.received.values())
        if len(lines) != 1 or not found.bad or good + found.bad != lines[0].quantity:  # else the rest is said as well
            found.received, found.unclear = {}, True
        has_amounts = True
    if whole and found.over and found.received == {line.position: line.quantity for line in lines}:
        found.unclear = False  # "vinieron 21, pedí 20, el otro lo regresé"
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
    if any(part.nothing for part in parts) and not (whole and _tells_of_others(parts)):
        return "nothing" if _nothing_came(heard) else ""
    if heard.has("difference") or any(part.lacks and _is_short(part) for part in parts):
        return "some"
    if whole:
        return "all"
    return "nothing" if _never_came(heard, parts) else ""


def _is_short(part: Part) -> bool:
    return any(one.has("lack") or one.text == "menos" for one in part.mentions)


def _tells_of_others(parts: Sequence[Part]) -> bool:
    """Say whether what did not come is another order: "lo de Bukowsky completo, lo otro nada todavía"."""
    return all(part.rest for part in parts if part.nothing)


def _nothing_came(heard: Heard) -> bool:
    return (
        heard.has("arrived", "received", "reason.never_came")
        or len([one for one in heard.words if not one.has("polite")]) <= 2
    )


def _never_came(heard: Heard, parts: Sequence[Part]) -> bool:
    never = any(one.text.startswith(_NEVER) for one in heard.mentions)
    return never and any(part.denied for part in parts)
