"""What a message means while a question is open: an answer to it, or something else that leaves it open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from bot.dialogue import pick
from bot.understanding import agreeing
from bot.understanding.context import Context, Expected, OpenQuestion, OrderSeen
from bot.understanding.correcting import corrected
from bot.understanding.dates import days_in
from bot.understanding.deciding import decide
from bot.understanding.filling import days_slot, quantities_accepted, received_slots
from bot.understanding.heard import BRAND, DATE, NAME, NUMBER, Heard
from bot.understanding.lines import items
from bot.understanding.meaning import Doubt, Found, How, Kind, Meaning
from bot.understanding.ordering import named
from bot.understanding.papers import paper, said_kind
from bot.understanding.pointing import Pointed, point
from bot.understanding.reasons import reason
from bot.understanding.received import arrival
from bot.understanding.safety import is_attack
from bot.understanding.tokens import folded
from core import documents


def answered(heard: Heard, context: Context, question: OpenQuestion) -> Meaning:
    """Return the answer to the open question, or what else the message means; the question stays open then."""
    if question.expects is Expected.WORDS:
        return _free_words(heard, context, question)
    picked = pick(heard.text, question.options)
    if picked is not None and question.expects is not Expected.CONFIRM:
        return _answer([Found(question.key, picked, shown=_label(picked, question), said=heard.text, why="an option")])
    if is_attack(heard):
        return decide(heard, context)
    meaning = _READERS[question.expects](heard, context, question)
    return meaning if meaning is not None else _something_else(heard, context, question)


def _answer(slots: list[Found], doubts: tuple[Doubt, ...] = ()) -> Meaning:
    return Meaning(Kind.ANSWER, slots=tuple(slots), doubts=doubts, confidence=0.9 if slots else 0.5)


def _label(token: str, question: OpenQuestion) -> str:
    return next((label for name, label in question.options if name == token), token)


def _something_else(heard: Heard, context: Context, question: OpenQuestion) -> Meaning:
    """Return what it means by itself. Lines and goods without a verb of their own do not leave the open question."""
    meaning = decide(heard, context)
    if meaning.kind is Kind.INTENT and meaning.intent == question.conversation:
        return Meaning(Kind.UNKNOWN, likely=(), notes=("of the open conversation, and no answer to its question",))
    if meaning.kind is Kind.INTENT and not _has_own_verb(heard, meaning.intent):
        return Meaning(Kind.UNKNOWN, likely=(meaning.intent,), notes=("no answer, and no command of its own",))
    return meaning


def _has_own_verb(heard: Heard, intent: str) -> bool:
    return heard.has(f"{intent}.asks", f"{intent}.says")


# --- by the kind of answer --------------------------------------------------------------------------------------------


def _confirmed(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    if agreeing.says_yes(heard, question.conversation):
        return Meaning(Kind.YES, confidence=0.95)
    if agreeing.says_no(heard) and not (question.conversation == "annul" and heard.has("annul.asks")):
        return Meaning(Kind.NO, confidence=0.9)
    change = corrected(heard, context, question)
    if change is not None:
        return change
    picked = pick(heard.text, question.options) if '"' not in heard.text and "?" not in heard.text else None
    if picked is not None:
        kinds = {"yes": Kind.YES, "no": Kind.NO}
        if picked in kinds:
            return Meaning(kinds[picked], confidence=0.95, notes=("an option",))
        return _answer([Found(question.key, picked, shown=_label(picked, question), said=heard.text, why="an option")])
    meaning = decide(heard, context)
    if meaning.kind is Kind.INTENT and (
        meaning.intent == question.conversation or heard.has("yes", "unsure", "arrived")
    ):
        return Meaning(Kind.UNKNOWN, likely=(meaning.intent,), notes=("not a clear yes",))
    if meaning.kind is Kind.INTENT and not _has_own_verb(heard, meaning.intent):
        return Meaning(Kind.UNKNOWN, notes=("not a clear yes",))
    return meaning


def _quantity(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    vague = heard.has("unsure", "when", "says_that", "phone", "ruc", "digits", "others") or "?" in heard.text
    if vague or any(one.text == "como" for one in heard.words):
        return None
    name, _space, number = question.key.partition(" ")
    order = _order(context, question)
    if name == "received" and order is not None:
        return _received(heard, context, question, order)
    line = next((one for one in order.lines if str(one.position) == number), None) if order is not None else None
    said = [item for item in items(heard, context.sizes) if item.quantity is not None or item.size is not None]
    if line is not None and not said and heard.has("all", "nothing"):
        value = line.quantity if heard.has("all") else Decimal(0)
        return _answer([Found(question.key, f"{value:f}", said=heard.text, why="all or nothing")])
    if len(said) != 1 or heard.unknown > 1 or heard.has("negation"):
        return None
    count = said[0].quantity
    if count is None and said[0].size is not None and len(heard.of(NUMBER)) == 1:
        count = heard.of(NUMBER)[0].number  # "10" is how many, when that is what was asked
    if count is None or count % 1:
        return None
    return _answer(
        [Found(question.key, f"{count:f}", said=heard.said(*said[0].mentions), why="the number that was said")]
    )


def _received(heard: Heard, context: Context, question: OpenQuestion, order: OrderSeen) -> Meaning | None:
    position = int(question.key.split()[1])
    lines = [line for line in order.lines if line.position == position]
    if heard.has("all") and not heard.has(NUMBER, "lack", "except", "negation"):
        return (
            _answer([Found(question.key, f"{lines[0].quantity:f}", said=heard.text, why="all of it")])
            if lines
            else None
        )
    if heard.has("nothing", "reason.never_came") and not heard.has(NUMBER):
        return _answer([Found(question.key, "0", said=heard.text, why="nothing of it")])
    told = arrival(heard, lines, context.sizes)
    numbers = heard.of(NUMBER)
    amount: Decimal | None = told.received.get(position)
    if told.what == "all" and lines:
        amount = lines[0].quantity
    if told.what == "nothing":
        amount = Decimal(0)
    if amount is None and len(numbers) == 1 and heard.unknown == 0 and not heard.has("lack"):
        amount = numbers[0].number
    if amount is None or heard.unknown > 1 or len(numbers) > 2 or amount % 1:
        return None
    return _answer([Found(question.key, f"{amount:f}", said=heard.text, why="the amount that was said")])


def _order(context: Context, question: OpenQuestion) -> OrderSeen | None:
    code = question.answers.get("order")
    return next((order for order in context.orders if order.code == code), None)


def _which_order(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    pointed = point(heard, context, question.conversation)
    if pointed.slot is not None:
        return _answer([pointed.slot])
    if pointed.doubt is not None:
        return _answer([], (pointed.doubt,))
    by_place = _by_place(heard, question)
    if by_place is not None:
        return _answer([by_place])
    digits = heard.of("digits", NUMBER)
    if len(digits) == 1 and len(heard.words) == 1:
        ending = heard.said(digits[0])
        found = [
            order for order in context.orders if order.code.endswith(ending) and question.conversation in order.can
        ]
        if len(found) == 1 and len(ending) >= 3:
            return _answer([Found("order", found[0].code, How.PART, found[0].code, ending, "its last digits")])
    return None


def _by_place(heard: Heard, question: OpenQuestion) -> Found | None:
    """Return the option at the place that was said: el segundo, the last one."""
    if heard.unknown or len(heard.words) > 4:
        return None
    for name, place in (("first", 0), ("second", 1), ("third", 2), ("last", -1)):
        options = [option for option in question.options if option[0] != "+"]
        if heard.has(f"which.{name}") and len(options) > place:
            token, label = options[place]
            return Found(question.key, token, shown=label, said=heard.text, why=f"the {name} on the screen")
    return None


def _document(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    slots = paper(heard)
    if not slots:
        words = [one for one in heard.words if not one.has("small", "polite", "waybill", "invoice", "trade", "yes")]
        bare = (
            "".join(heard.said(one) for one in words)
            if all(one.has(NUMBER, "digits", "plate") for one in words)
            else ""
        )
        number = documents.normalise(heard.said(*words)) if bare else None
        if number is None:
            return None
        slots = [Found("document", number, said=heard.said(*words), why="a number, and a document is asked for")]
        kind = said_kind(heard)
        if documents.kind_of(number) is None and kind is not None:
            slots.append(Found("kind", kind.value, why="the word beside the number"))
    del context, question
    return _answer(slots)


def _days(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    coming = question.expects is Expected.DAY
    if not heard.has(DATE) or heard.unknown > 1 or heard.has("unsure"):
        return None
    even = "".join(one if len(one) == 1 else char for char, one in ((c, folded(c)) for c in heard.text))
    found = days_in(even, context.today, coming=coming)
    if len(found) != 1 or (coming and found[0].first != found[0].last):
        return None
    return _answer([replace(days_slot(found[0], heard), key=question.key)])


def _free_words(heard: Heard, context: Context, question: OpenQuestion) -> Meaning:
    """Words are taken as they are, whatever they say: a command inside a comment is a comment."""
    if question.key.startswith("reason"):
        common = [slot for slot in reason(heard) if slot.value in dict(question.options)]
        picked = pick(heard.text, question.options)
        if picked is not None or common:
            token = picked or common[0].value
            return _answer(
                [Found(question.key, token, shown=_label(token, question), said=heard.text, why="an option")]
            )
    del context
    words = " ".join(heard.text.split())
    return _answer([Found(question.key, words, said=heard.text, why="words in the person's own way")])


def _choice(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    if "?" in heard.text or heard.has("unsure", "when", "says_that"):
        return None
    name = question.key.split(" ")[0]
    read = _CHOICES.get((question.conversation, name)) or _CHOICES.get(("", name))
    meaning = read(heard, context, question) if read else None
    if meaning is not None:
        return meaning
    by_place = _by_place(heard, question)
    return _answer([by_place]) if by_place is not None else None


def _named_choice(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """A brand or a seller by a word of its name."""
    kind = BRAND if question.key.startswith("brand") else NAME
    tokens = {token for token, _name in (context.brands if kind == BRAND else context.sellers)}
    slots: list[Found] = []
    doubts: list[Doubt] = []
    for mention in heard.of(kind):
        if {token for token, _name in getattr(mention.value, "candidates", ())} <= tokens:
            named(mention, question.key, heard, slots, doubts)
    if len({slot.value for slot in slots}) > 1 or heard.has("negation"):
        return None
    if slots and kind == BRAND:
        slots = [*slots[:1], *_beside(heard, context, question)]
    return _answer(slots, tuple(doubts)) if slots or doubts else None


def _beside(heard: Heard, context: Context, question: OpenQuestion) -> list[Found]:
    """Return size and quantity that are said together with the brand."""
    number = question.key.partition(" ")[2]
    said = items(heard, context.sizes)
    if len(said) != 1:
        return []
    slots = []
    if said[0].size is not None:
        slots.append(Found(f"size {number}", said[0].size, said=heard.text, why="a size beside it"))
    if said[0].quantity is not None and not said[0].quantity % 1:
        slots.append(Found(f"quantity {number}", f"{said[0].quantity:f}", said=heard.text, why="a number beside it"))
    return slots


def _size(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    number = question.key.partition(" ")[2]
    said = [item for item in items(heard, context.sizes) if item.size or item.quantity is not None]
    if len(said) != 1 or heard.unknown > 1 or heard.has("negation"):
        return None
    item = said[0]
    size = item.size
    slots = []
    if size is None and item.quantity is not None and f"{item.quantity:f} kg" in context.sizes:
        size = f"{item.quantity:f} kg"
    elif item.quantity is not None and not item.quantity % 1:
        slots.append(Found(f"quantity {number}", f"{item.quantity:f}", said=heard.text, why="a number beside the size"))
    if size is None:
        return None
    return _answer([Found(question.key, size, said=heard.said(*item.mentions), why="the size that was said"), *slots])


def _what_arrived(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    if heard.has("others"):
        return None
    order = _order(context, question)
    told = arrival(heard, order.lines if order else (), context.sizes)
    nothing = heard.has("nothing") and not heard.has(NUMBER, "lack")
    if nothing and len(heard.words) <= 3:
        return _answer([Found("what", "nothing", said=heard.text, why="nothing came")])
    slots = received_slots(told)
    if heard.unknown > 2 or heard.has("not_yet", "later", "extra"):
        return None
    return _answer(slots) if slots else None


def _what_accepted(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    if heard.has("others", "not_yet", "later"):
        return None
    if (heard.has("reject.asks") or reason(heard)) and not heard.has("accept.asks"):
        return _answer([Found("what", "reject", said=heard.text, why="a word for rejecting"), *reason(heard)])
    order = _order(context, question)
    changed = quantities_accepted(heard, context, order, Pointed())
    if changed:
        return _answer(changed)
    if heard.has("accept.asks") and not heard.has("negation", NUMBER):
        return _answer([Found("what", "all", said=heard.text, why="accept, without a change")])
    return None


def _when_sold(heard: Heard, _context: Context, _question: OpenQuestion) -> Meaning | None:
    slots = paper(heard)
    if slots:
        return _answer([Found("when", "now", How.IMPLIED, said=heard.text, why="a document is named"), *slots])
    for value in ("later", "now"):
        spoken = heard.has(f"moving.{value}") or (value == "now" and heard.has("sell.asks"))
        if spoken and heard.unknown == 0 and not (value == "now" and heard.has("no", "negation")):
            return _answer([Found("when", value, said=heard.text, why="now or later")])
    return None


def _kind(heard: Heard, _context: Context, question: OpenQuestion) -> Meaning | None:
    kind = said_kind(heard)
    if kind is None or heard.has("negation", "no"):
        return None
    return _answer([Found(question.key, kind.value, said=heard.text, why="the word for the document")])


def _more(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    number = int(question.key.split()[1]) + 1
    said = [item for item in items(heard, context.sizes) if item.quantity is not None]
    if len(said) == 1 and heard.unknown == 0 and not heard.has("negation", "no"):
        slots: list[Found] = [Found(question.key, "more", How.IMPLIED, why="another line is named")]
        doubts: list[Doubt] = []
        if said[0].brand is not None:
            named(said[0].brand, f"brand {number}", heard, slots, doubts)
        if said[0].size is not None:
            slots.append(Found(f"size {number}", said[0].size, said=heard.text, why="a size"))
        slots.append(Found(f"quantity {number}", f"{said[0].quantity:f}", said=heard.text, why="a number"))
        return _answer(slots, tuple(doubts))
    if agreeing.says_no(heard) or (heard.has("enough") and heard.unknown == 0 and not heard.has("more", NUMBER)):
        return _answer([Found(question.key, "no", said=heard.text, why="nothing more")])
    if agreeing.says_yes(heard, "") or (heard.has("more") and heard.unknown == 0 and not heard.has("negation", "no")):
        return _answer([Found(question.key, "more", said=heard.text, why="something more")])
    return None


def _locale(heard: Heard, _context: Context, question: OpenQuestion) -> Meaning | None:
    for kind, locale in (("english", "en"), ("spanish", "es_PE")):
        if heard.has(f"language.{kind}") and not heard.has("negation", "no"):
            return _answer([Found(question.key, locale, said=heard.text, why="the language that was named")])
    return None


def _role(heard: Heard, _context: Context, question: OpenQuestion) -> Meaning | None:
    roles = {"driver": "CHOFER", "operator": "OPERADOR", "owner": "TITULAR"}
    found = [role for kind, role in roles.items() if heard.has(f"role.{kind}")]
    if len(found) != 1 or heard.has("negation", "no"):
        return None
    return _answer([Found(question.key, found[0], said=heard.text, why="the role that was named")])


def _what_of_team(heard: Heard, _context: Context, question: OpenQuestion) -> Meaning | None:
    for what in ("drivers", "remove", "invite"):
        if heard.has(f"team.{what}") and not heard.has("negation", "no"):
            return _answer([Found(question.key, what, said=heard.text, why="what is to be done with the team")])
    return None


Reader = Callable[[Heard, Context, OpenQuestion], Meaning | None]
_READERS: dict[Expected, Reader] = {
    Expected.CONFIRM: _confirmed,
    Expected.CHOICE: _choice,
    Expected.ORDER: _which_order,
    Expected.QUANTITY: _quantity,
    Expected.DOCUMENT: _document,
    Expected.DAY: _days,
    Expected.DAYS: _days,
}
_CHOICES: dict[tuple[str, str], Reader] = {
    ("", "seller"): _named_choice,
    ("", "brand"): _named_choice,
    ("", "size"): _size,
    ("close", "what"): _what_arrived,
    ("accept", "what"): _what_accepted,
    ("team", "what"): _what_of_team,
    ("", "when"): _when_sold,
    ("", "kind"): _kind,
    ("", "more"): _more,
    ("", "locale"): _locale,
    ("", "role"): _role,
}
