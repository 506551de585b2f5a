"""An answer that counts: how many are asked for or accepted, how many of a line were received."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from bot.understanding.context import Context, LineSeen, OpenQuestion, OrderSeen
from bot.understanding.dates import Days
from bot.understanding.denying import is_denied_after
from bot.understanding.giving import quantities_accepted
from bot.understanding.heard import DATE, NUMBER, Heard, Mention
from bot.understanding.item import Item
from bot.understanding.lines import items
from bot.understanding.meaning import Found, Meaning
from bot.understanding.pointing import Pointed
from bot.understanding.received import arrival
from bot.understanding.replying import answer, order_of
from bot.understanding.tellings import line_of

_SOME = frozenset({"unos", "unas"})
"""Before a number that is ordered: "unos dieciocho". Of what was received they leave it open."""


def quantity(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """Return how many are meant, if the message says it clearly."""
    name = question.key.partition(" ")[0]
    order = order_of(context, question)
    if _is_vague(heard, question) or _is_doubtful(heard, order) or of_before(heard) or _is_between(heard):
        return None
    if name == "received" and order is not None:
        elsewhere = is_of_damage(heard) or _is_of_other_lines(heard, context, order, question)
        return None if elsewhere else _received(heard, context, question, order)
    if name == "quantity" and order is None and _is_of_another(heard, context, question):
        return None
    return _counted(heard, context, question, order)


def _is_vague(heard: Heard, question: OpenQuestion) -> bool:
    """Say whether it is asked, guessed, told of others, or only what a paper says of what came."""
    if "?" in heard.text or heard.has(*_NO_AMOUNT) or any(_ends(one) or one.text == "como" for one in heard.words):
        return True
    if question.key.startswith("received") and heard.has("waybill", "invoice", "document"):
        return True
    return any(question.conversation != "request" or one.text not in _SOME for one in heard.of("unsure"))


def _counted(heard: Heard, context: Context, question: OpenQuestion, order: OrderSeen | None) -> Meaning | None:
    """Return how many are asked for, or accepted of a line."""
    name, _space, number = question.key.partition(" ")
    if heard.has("no") or (name == "quantity" and (_ordered_before(heard) or _others_ordered(heard))):
        return None
    line = next((one for one in order.lines if str(one.position) == number), None) if order is not None else None
    said = [item for item in items(heard, context.sizes) if item.quantity is not None or item.size is not None]
    if line is not None and (of_line := _of_line(heard, context, question, line, said)) is not None:
        return answer(of_line) if of_line else None
    if len(said) != 1 or heard.unknown > 1 or heard.has("negation"):
        return None
    count = said[0].quantity
    if count is None and said[0].size is not None and len(heard.of(NUMBER)) == 1:
        count = heard.of(NUMBER)[0].number  # "10" is how many, when that is what was asked
    if count is None or (count % 1 and name != "gallons"):
        return None
    return answer(
        [Found(question.key, f"{count:f}", said=heard.said(*said[0].mentions), why="the number that was said")]
    )


_SIGNED = re.compile(r"^\s*[-+\u2212\u2013]\s*[0-9]|[0-9]\s*\+\s*[0-9]")


def _is_doubtful(heard: Heard, order: OrderSeen | None) -> bool:
    """Say whether it is no amount at all, "-2", or a sum that is nobody's business to reckon: "5+5", "5 y 5"."""
    words = heard.words
    lines = len(order.lines) if order is not None else 1
    a_sum = len(words) == 3 and words[0].has(NUMBER) and words[1].has("and") and words[2].has(NUMBER) and lines < 2
    return a_sum or _SIGNED.search(heard.text) is not None


def _is_of_another(heard: Heard, context: Context, question: OpenQuestion) -> bool:
    """Say whether what is ordered is said of another size, or taken away: "20 de 45" where 10 kg is asked about."""
    size = question.answers.get(question.key.replace("quantity", "size"), "")
    other = any(one.size is not None and size and one.size != size for one in items(heard, context.sizes))
    words = heard.words
    less = len(words) == 2 and words[0].has("except") and words[1].has(NUMBER)
    return less or (other and len(heard.of(NUMBER)) == 2 and not heard.has("brand"))


def _of_line(
    heard: Heard, context: Context, question: OpenQuestion, line: LineSeen, said: Sequence[Item]
) -> list[Found] | None:
    """Return how many by what was asked for of the line: all but so many, so many less; None where it says neither."""
    if len(said) == 1 and said[0].quantity is not None and _all_but(heard):
        left = line.quantity - said[0].quantity
        return [Found(question.key, f"{left:f}", said=heard.text, why="all but so many")] if left > 0 else []
    if not said and heard.has("half") and not line.quantity % 2:
        return [Found(question.key, f"{line.quantity / 2:f}", said=heard.text, why="half of it")]
    if question.conversation == "accept" and heard.has("cuts"):
        told = quantities_accepted(heard, context, order_of(context, question), Pointed())
        return [slot for slot in told if slot.key == question.key]
    if not said and heard.has("all", "nothing"):
        amount = line.quantity if heard.has("all") else Decimal(0)
        return [Found(question.key, f"{amount:f}", said=heard.text, why="all or nothing")]
    return None


def _all_but(heard: Heard) -> bool:
    """Say whether it is all but so many: "toditos menos tres"."""
    words = heard.words
    return any(one.has("all") and two.has("except") for one, two in pairwise(words))


def _gave_back(heard: Heard, lines: Sequence[LineSeen]) -> tuple[LineSeen, Decimal] | None:
    """Return what was kept of the one line: "me trajeron 20 pero devolví 3"."""
    given = [
        two
        for one, two in pairwise(heard.words)
        if one.text in _GAVE_BACK and two.has(NUMBER) and two.number is not None
    ]
    if len(lines) != 1 or len(given) != 1 or given[0].number is None or given[0].number > lines[0].quantity:
        return None
    others = [one for one in heard.of(NUMBER) if one is not given[0]]
    if any(one.number != lines[0].quantity for one in others):
        return None
    return lines[0], lines[0].quantity - given[0].number


_GAVE_BACK = frozenset({"devolvi", "devolvimos", "regrese", "regresamos", "rechace", "returned"})
_NO_AMOUNT = ("when", "says_that", "phone", "ruc", "digits", "others", "money", "address", "sell.tells")


def _ends(mention: Mention) -> bool:
    """Say whether it tells how a code, a phone or a DNI ends."""
    return mention.text.split()[0] in ("acaba", "termina", "terminan", "dni", "ruc", "opcion", "option")


def _ordered_before(heard: Heard) -> bool:
    """Say whether a day that is over is named: "ayer pedí 20" asks for nothing now."""
    days = [one.value for one in heard.of(DATE) if isinstance(one.value, Days)]
    return any(heard.today is not None and one.last < heard.today for one in days)


def _others_ordered(heard: Heard) -> bool:
    """Say whether it tells what others ordered: "los de la otra tienda pidieron 40"."""
    return any(one.text.endswith(("eron", "aron")) for one in heard.of("request.tells"))


def of_before(heard: Heard) -> bool:
    """Say whether it tells of another time: "el lunes pasado fueron 18"."""
    days = [one.value for one in heard.of(DATE) if isinstance(one.value, Days)]
    gone = any(heard.text[one.start : one.end].casefold().endswith(("pasado", "pasada", "anterior")) for one in days)
    old = any(heard.today is not None and (heard.today - one.last).days > NEWS for one in days)
    return gone or old or heard.has("long_ago")


NEWS = 2
"""Days after which what came is no news."""


def _is_between(heard: Heard) -> bool:
    """Say whether two amounts are said of which it is one: "entre 15 y 18"."""
    return len(heard.of(NUMBER)) > 1 and any(one.text in ("entre", "between") for one in heard.words)


def given_back(heard: Heard, lines: Sequence[LineSeen], sizes: Sequence[str]) -> tuple[LineSeen, Decimal] | None:
    """Return a line of which some were not kept, and how many were: "dos vinieron vacíos y los devolví".

    None where another amount is said that does not fit: then it is to be asked.
    """
    after = _gave_back(heard, lines)
    if after is not None:
        return after
    if not heard.has("given_back") or heard.has("arrive.says", "lack", "all"):
        return None
    said = [one for one in items(heard, sizes) if one.quantity is not None]
    ends = [one.start for one in heard.of("given_back")]
    given = [one for one in said if one.mentions[0].start < ends[-1]][-1:]
    nearest = [one for one in heard.of(NUMBER) if one.start < ends[-1]][-1:]
    if any(one not in given[0].mentions for one in nearest if given):
        return None
    line = line_of(given[0], lines) if given else None
    if line is None or given[0].quantity is None or given[0].quantity > line.quantity:
        return None
    kept = line.quantity - given[0].quantity
    others = [one.number for one in heard.of(NUMBER) if one not in given[0].mentions]
    return (line, kept) if all(one in (kept, line.quantity) for one in others) else None


def _of_this_line(heard: Heard) -> Heard:
    """Return what is told of the line that was asked for, without that of the others: "17, y de los otros 5"."""
    numbers = heard.of(NUMBER)
    others = [place for place, one in enumerate(heard.mentions) if one.has("rest") and place > 1]
    if not numbers or not others or numbers[0].start > heard.mentions[others[0]].start:
        return heard
    mentions = heard.mentions[: others[0]]
    if not any(one.has("and") or one.text == "," for one in mentions):
        return heard
    return replace(heard, mentions=mentions, known={kind for one in mentions for kind in one.kinds})


def _are_only_numbers(heard: Heard) -> bool:
    return all(one.has(NUMBER, "and", "polite", "sign") or one.text in _IN_TURN for one in heard.mentions)


_IN_TURN = frozenset({"respectivamente", "respectively"})


def _of_each_line(heard: Heard, context: Context, order: OrderSeen, position: int) -> list[tuple[int, Decimal]]:
    """Return the amounts of this line and the others, where each is named: "19 de diez y cuatro de 45", or "18 y 4"."""
    said = items(heard, context.sizes)
    if len(said) != len(order.lines) or len(said) < 2 or position != order.lines[0].position:
        return []
    bare = all(one.quantity is not None and not (one.size or one.brand or one.total) for one in said)
    if bare and _are_only_numbers(heard):
        pairs = [(line.position, one.quantity or Decimal(0)) for line, one in zip(order.lines, said, strict=True)]
        fit = all(amount <= line.quantity for line, (_at, amount) in zip(order.lines, pairs, strict=True))
        return pairs if fit else []
    if any(one.quantity is None or not (one.size or one.brand) for one in said):
        return []
    told = arrival(heard, order.lines, context.sizes)
    found = told.received if told.what == "some" else {}
    return sorted(found.items()) if position in found else []


def is_of_damage(heard: Heard) -> bool:
    """Say whether it counts what came damaged: that is not how many were received."""
    return heard.has("reason.state", "reason.wrong") and heard.has(NUMBER) and not heard.has(*_KEPT)


_KEPT = ("arrived", "received", "lack", "given_back", "reject.tells", "except", "rest")


def _is_of_other_lines(heard: Heard, context: Context, order: OrderSeen, question: OpenQuestion) -> bool:
    """Say whether its one amount is said of another line, or of none: "5 de proust" where Joyce is asked about."""
    said = [one for one in items(heard, context.sizes) if one.quantity is not None]
    if len(said) != 1 or not (said[0].size or said[0].brand) or heard.has("and"):
        return False
    meant = line_of(said[0], order.lines)
    return meant is None or f"received {meant.position}" != question.key


def _received(heard: Heard, context: Context, question: OpenQuestion, order: OrderSeen) -> Meaning | None:
    position = int(question.key.split()[1])
    lines = [line for line in order.lines if line.position == position]
    several = _of_each_line(heard, context, order, position)
    if several:
        return answer(
            [Found(f"received {one}", f"{amount:f}", why="the amount said of this line") for one, amount in several]
        )
    if heard.has("all") and not heard.has(NUMBER, "lack", "except", "negation"):
        return (
            answer([Found(question.key, f"{lines[0].quantity:f}", said=heard.text, why="all of it")]) if lines else None
        )
    if heard.has("nothing", "reason.never_came") and not heard.has(NUMBER):
        return answer([Found(question.key, "0", said=heard.text, why="nothing of it")])
    back = given_back(heard, lines, context.sizes)
    if back is not None:
        return answer([Found(question.key, f"{back[1]:f}", said=heard.text, why="the rest was given back")])
    heard = _of_this_line(heard)
    numbers = heard.of(NUMBER)
    if len(numbers) == 1 and is_denied_after(heard.mentions, heard.mentions.index(numbers[0])) and heard.has("no"):
        return None  # "18 no"
    told = arrival(heard, lines, context.sizes)
    amount: Decimal | None = told.received.get(position)
    if told.what == "all" and lines:
        amount = lines[0].quantity
    if told.what == "nothing":
        amount = Decimal(0)
    counted = bool(items(heard, context.sizes)) and not heard.has("lack", "reason.never_came", "negation", "no")
    if amount is None and len(numbers) == 1 and heard.unknown == 0 and counted:
        amount = numbers[0].number
    if amount is None or heard.unknown > 1 or len(numbers) > 2 or amount % 1:
        return None
    return answer([Found(question.key, f"{amount:f}", said=heard.text, why="the amount that was said")])
