"""A change at the summary: "sí pero son 18", "no, es proust". It says the new value, or which question to ask again."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from bot.understanding.context import Context, OpenQuestion, OrderSeen
from bot.understanding.correcting_request import Parts, reopened, request_changed
from bot.understanding.counting import given_back, is_of_damage, of_before
from bot.understanding.denying import without_denied
from bot.understanding.filling import received_slots
from bot.understanding.giving import quantities_accepted
from bot.understanding.heard import CODE, NAME, NUMBER, Heard
from bot.understanding.meaning import Doubt, Found, How, Kind, Meaning
from bot.understanding.papers import paper, plate, printed, said_kind
from bot.understanding.pointing import Pointed, point
from bot.understanding.reasons import reason
from bot.understanding.received import Arrival, arrival

_NO_CHANGE = ("says_that", "long_ago", "unsure", "when", "injection", "not_yet", "unreal")


def corrected(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """Return the change that the message makes to the summary on the screen, or None if it makes none."""
    if "?" in heard.text or '"' in heard.text or heard.has(*_NO_CHANGE) or _is_taken_back(heard):
        return None
    if _is_condition(heard):
        return None
    if any(not one.has("change.seller") for one in heard.of("others")):
        return None
    correct = _CORRECTORS.get(question.conversation)
    if correct is None or heard.unknown > 2 or _of_another_order(heard, context, question):
        return None
    slots, doubts, reopen = correct(without_denied(heard, after=heard.has("retract")), context, question)
    if question.conversation != "close":
        slots = _new(slots, question)
    if not (slots or doubts or reopen):
        return None
    confidence = 0.9 if slots else 0.7
    notes = ("changes the summary",)
    return Meaning(
        Kind.CORRECTION,
        slots=tuple(slots),
        doubts=tuple(doubts),
        reopen=tuple(reopen),
        confidence=confidence,
        notes=notes,
    )


def _new(slots: list[Found], question: OpenQuestion) -> list[Found]:
    """Return the slots without what the summary says already; nothing when nothing of them is new."""
    differing = [slot for slot in slots if not _is_own(slot) or question.answers.get(slot.key) != slot.value]
    return differing if any(_is_own(slot) for slot in differing) else []


def _is_own(slot: Found) -> bool:
    """Say whether the message says it, and it does not merely come along."""
    return slot.key == "seller" or slot.how not in (How.IMPLIED, How.CONTEXT)


def _is_condition(heard: Heard) -> bool:
    """Say whether it begins with an if: "si Hyde me fía, sí"."""
    first = heard.mentions[:2]
    begins = len(first) > 1 and first[0].text == "si" and first[1].has(NAME, "others") and "pero" not in heard.text
    return begins or _YES_IF.search(heard.text) is not None


_YES_IF = re.compile(
    r"[,.;]\s*(?:pero\s+)?si\s+(?:me|nos|lo|la|le|les|los|las|se|te|hay|no|el|mi|usted|ustedes)\b", re.IGNORECASE
)
"""A condition behind a yes: "sí, si me lo traen hoy"."""


def _is_taken_back(heard: Heard) -> bool:
    """Say whether it is taken back: "uy no" before a change is a start."""
    return any(one.text not in _STARTS for one in heard.of("retract")) or (
        heard.has("retract") and not heard.has("change")
    )


_STARTS = frozenset({"uy no", "ay no", "hay no", "no espera", "espera no", "mejor no"})


def _order(context: Context, question: OpenQuestion) -> OrderSeen | None:
    code = question.answers.get("order")
    return next((order for order in context.orders if order.code == code), None)


def _of_another_order(heard: Heard, context: Context, question: OpenQuestion) -> bool:
    """Say whether it points to an order that the summary is not about: "primero vende la 123"."""
    code = question.answers.get("order")
    if code is None or not heard.has(NUMBER, CODE, "digits"):
        return False
    slot = point(heard, context, "", by_name=False).slot
    return slot is not None and slot.value != code


def _numbers_only(heard: Heard) -> bool:
    return heard.has(NUMBER)


def _close(heard: Heard, context: Context, question: OpenQuestion) -> Parts:
    order = _order(context, question)
    if order is None or of_before(heard) or is_of_damage(heard):
        return [], [], []
    told = arrival(heard, order.lines, context.sizes)
    back = given_back(heard, order.lines, context.sizes)
    if back is not None:
        told = Arrival("some", {back[0].position: back[1]})
    if told.unclear and not told.received:
        return [], [_which_line(order, "received", heard)], []
    if told.what in ("nothing", "all") and question.answers.get("what") != told.what:
        return received_slots(told), [], []
    if not told.received:
        return [], [], reopened(heard, question, {"quantity": "what"})
    _rest_as_before(told, order, question)
    told.what = "some"
    return received_slots(told), [], []


def _rest_as_before(told: Arrival, order: OrderSeen, question: OpenQuestion) -> None:
    """Keep what the summary on the screen says of the other lines."""
    for line in order.lines:
        if line.position not in told.received:
            before = question.answers.get(f"received {line.position}")
            told.inferred.add(line.position)
            told.received[line.position] = Decimal(before) if before and before.isdigit() else line.quantity


def _which_line(order: OrderSeen, key: str, heard: Heard) -> Doubt:
    """Return the doubt which line is meant; the amount that was said goes along: "received 1 18"."""
    said = [one.number for one in heard.of(NUMBER) if one.number is not None]
    amount = f" {said[0]:f}" if len(said) == 1 else ""
    return Doubt("line", tuple((f"{key} {line.position}{amount}", line.name) for line in order.lines))


def _accept(heard: Heard, context: Context, question: OpenQuestion) -> Parts:
    order = _order(context, question)
    slots = paper(heard)
    if slots:
        slots = [Found("when", "now", How.IMPLIED, why="a document is named"), *slots]
    elif question.answers.get("when") == "later" and heard.has("sell.asks") and not heard.has("no", "negation"):
        slots = [Found("when", "now", why="it is to be sold too")]
    if order is not None:
        changed = quantities_accepted(heard, context, order, Pointed())
        most = {f"quantity {line.position}": line.quantity for line in order.lines}
        if any(slot.key in most and Decimal(slot.value) > most[slot.key] for slot in changed):
            return [], [], []  # 300 of something else
        if changed and changed[0].value == "change":
            said = {slot.key for slot in changed}
            for line in order.lines:
                key = f"quantity {line.position}"
                if key not in said:
                    kept = question.answers.get(key, f"{line.quantity:f}")
                    changed.append(Found(key, kept, How.CONTEXT, why="as it was in the summary"))
            return changed + slots, [], []
        if _numbers_only(heard) and not changed and not slots:
            return [], [_which_line(order, "quantity", heard)], []
    return slots, [], [] if slots else reopened(heard, question, {"quantity": "what", "document": "document"})


def _sell(heard: Heard, _context: Context, question: OpenQuestion) -> Parts:
    slots = (paper(heard) or printed(heard)) + plate(heard)
    kind = said_kind(heard)
    if not slots and kind is not None and not heard.has("change.document") | heard.has(NUMBER):
        return [], [], []
    if not slots and kind is not None:
        return [Found("kind", kind.value, why="the word for the document")], [], []
    return slots, [], [] if slots else reopened(heard, question, {"document": "document", "order": "order"})


def _reject(heard: Heard, _context: Context, question: OpenQuestion) -> Parts:
    slots = reason(heard)
    return slots, [], [] if slots else reopened(heard, question, {"reason": "reason", "order": "order"})


def _annul(heard: Heard, _context: Context, question: OpenQuestion) -> Parts:
    return [], [], reopened(heard, question, {"order": "order"})


_CORRECTORS: dict[str, Callable[[Heard, Context, OpenQuestion], Parts]] = {
    "close": _close,
    "accept": _accept,
    "sell": _sell,
    "reject": _reject,
    "annul": _annul,
    "request": request_changed,
}
