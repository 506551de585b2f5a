"""An answer that chooses: a brand, a seller, a size, what arrived, now or later, guía or factura, a role."""

from __future__ import annotations

from itertools import pairwise

from bot.understanding import agreeing
from bot.understanding.accepting import what_accepted, when_sold
from bot.understanding.context import Context, OpenQuestion
from bot.understanding.counting import given_back, of_before
from bot.understanding.denying import without_denied
from bot.understanding.dictated import spelled_plate
from bot.understanding.filling import filled, received_slots
from bot.understanding.fuels import trade_of
from bot.understanding.heard import BRAND, CODE, FUEL, NAME, NUMBER, Heard
from bot.understanding.lines import items
from bot.understanding.meaning import Doubt, Found, How, Meaning
from bot.understanding.more_lines import more
from bot.understanding.names import Match
from bot.understanding.ordering import named
from bot.understanding.papers import plate, said_kind
from bot.understanding.pointing import SHORTEST_ENDING
from bot.understanding.put_off import says_when
from bot.understanding.received import Arrival, arrival
from bot.understanding.replying import Reader, answer, by_label, by_place, order_of
from core import plates
from core.terms import Trade


def choice(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """Return which option is meant, by the words of the trade or by its place on the screen."""
    name = question.key.split(" ")[0]
    told = () if name == "role" else ("says_that",)  # "va a manejar el camión" is no report
    later = question.conversation == "accept" and says_when(heard, question.key)  # "después, cuando cargue el camión"
    if "?" in heard.text or heard.has("unsure", *told) or (heard.has("when") and not later) or _asks_about_it(heard):
        return None
    read = _CHOICES.get((question.conversation, name)) or _CHOICES.get(("", name))
    meaning = read(heard, context, question) if read else None
    if meaning is not None:
        return meaning
    placed = by_place(heard, question) or by_label(heard, question)
    return answer([placed]) if placed is not None else None


def _asks_about_it(heard: Heard) -> bool:
    """Say whether it begins as a question does: "qué significa eso de con diferencias"."""
    first = next((one for one in heard.words if not one.has("polite", "greeting")), None)
    return first is not None and first.has("question", "howto") and not first.has("small", "want", "can")


def _named_choice(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """A brand or a seller by a word of its name."""
    kind = BRAND if question.key.startswith("brand") else NAME
    heard = without_denied(heard, after=True)
    tokens = {token for token, _name in (context.brands if kind == BRAND else context.sellers)}
    slots: list[Found] = []
    doubts: list[Doubt] = []
    for mention in heard.of(kind):
        if {token for token, _name in getattr(mention.value, "candidates", ())} <= tokens:
            named(mention, question.key, heard, slots, doubts)
    if len({slot.value for slot in slots}) > 1 or heard.has("negation", "no", "not_yet", "money"):
        return None
    slots = slots[:1]
    if slots and (kind == BRAND or question.conversation == "request"):
        slots = [*slots[:1], *_beside(heard, context, question)]
    return answer(slots, tuple(doubts)) if slots or doubts else None


def _beside(heard: Heard, context: Context, question: OpenQuestion) -> list[Found]:
    """Return size and quantity that are said together with the brand."""
    number = question.key.partition(" ")[2] or "1"
    said = items(heard, context.sizes)
    if len(said) != 1:
        return []
    slots: list[Found] = []
    if question.key == "seller" and said[0].brand is not None:
        named(said[0].brand, f"brand {number}", heard, slots, [])
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
    return answer([Found(question.key, size, said=heard.said(*item.mentions), why="the size that was said"), *slots])


def _what_arrived(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    if _tells_of_others(heard) or heard.has("retract", "reject.asks", "wished") or of_before(heard):
        return None
    if heard.has("money") and not heard.has(NUMBER):
        return None  # "todo caro está"
    if heard.has("part") and not heard.has(NUMBER, "negation", "no"):
        return answer([Found("what", "some", said=heard.text, why="a part of it")])
    order = order_of(context, question)
    back = given_back(heard, order.lines if order else (), context.sizes)
    if back is not None and order is not None and len(order.lines) == 1:
        return answer(received_slots(Arrival("some", {back[0].position: back[1]})))
    told = arrival(heard, order.lines if order else (), context.sizes)
    nothing = heard.has("nothing") and not heard.has(NUMBER, "lack")
    if nothing and heard.has("not_yet", "later"):
        return None
    if nothing and len(heard.words) <= 3 and heard.unknown <= 1 and not heard.has("want", "thanks"):
        return answer([Found("what", "nothing", said=heard.text, why="nothing came")])
    slots = received_slots(told)
    if heard.unknown > 2 or heard.has("not_yet", "later", "extra"):
        return None
    return answer(slots) if slots else None


def _tells_of_others(heard: Heard) -> bool:
    """Say whether others are spoken of, and not only who took something back: "se los llevó el chofer"."""
    words = heard.words
    took = [two for one, two in pairwise(words) if one.has("given_back", "arrived") and two.has("others")]
    return any(not any(one is two for two in took) for one in heard.of("others"))


def _kind(heard: Heard, _context: Context, question: OpenQuestion) -> Meaning | None:
    kind = said_kind(heard)
    both = heard.has("waybill") and heard.has("invoice")  # one of them is what is denied
    if kind is None or heard.has("others") or (heard.has("negation", "no") and not both):
        return None
    return answer([Found(question.key, kind.value, said=heard.text, why="the word for the document")])


def _fuel(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """A fuel by its name, and the gallons beside it."""
    said = [item for item in items(heard, context.sizes) if item.fuel is not None]
    names = said[0].fuel.value if len(said) == 1 and said[0].fuel is not None else None
    if not isinstance(names, tuple) or len(names) > 1 or heard.has("negation", "no"):
        return None  # of several the question itself offers those that fit
    slots = [Found(question.key, names[0], said=heard.text, why="the name of a fuel")]
    if said[0].quantity is not None:
        key = question.key.replace("fuel", "gallons")
        slots.append(Found(key, f"{said[0].quantity:f}", said=heard.text, why="gallons beside it"))
    return answer(slots)


def _product(heard: Heard, _context: Context, question: OpenQuestion) -> Meaning | None:
    """Cylinders, bulk or liquids, by what is named of them."""
    fuel = next((one.value for one in heard.of(FUEL) if isinstance(one.value, tuple)), None)
    named_one = trade_of(fuel) if fuel is not None else Trade.CYLINDERS if heard.has("unit", "brand") else None
    if named_one is None or heard.has("negation", "no"):
        return None
    return answer([Found(question.key, named_one.value, said=heard.text, why="what is named of it")])


def _plate(heard: Heard, _context: Context, _question: OpenQuestion) -> Meaning | None:
    slots = plate(heard)
    spelled = None if slots else spelled_plate(heard.text)
    if spelled is not None and plates.normalise(spelled) is not None:
        slots = [Found("plate", spelled, said=heard.text, why="a plate that is spelled")]
    return answer(slots) if slots and not heard.has("negation", "no") else None


def _of_list(heard: Heard, _context: Context, question: OpenQuestion) -> Meaning | None:
    """One of the orders that were found: by its last digits, or the only one with the side that is named."""
    if heard.has("negation", "no"):
        return None
    digits = [heard.said(one) for one in heard.of("digits", NUMBER, CODE)]
    ending = digits[0] if len(digits) == 1 and len(digits[0]) >= SHORTEST_ENDING else ""
    matches = [one.value for one in heard.of(NAME) if isinstance(one.value, Match)]
    names = {name for match in matches for _token, name in match.candidates}
    found = [
        (token, label)
        for token, label in question.options
        if (ending and token.endswith(ending)) or any(name in label for name in names)
    ]
    if len(found) != 1:
        return None
    token, label = found[0]
    return answer([Found(question.key, token, How.PART, label, heard.text, "the only one on the list")])


def _locale(heard: Heard, _context: Context, question: OpenQuestion) -> Meaning | None:
    for kind, locale in (("english", "en"), ("spanish", "es_PE")):
        if heard.has(f"language.{kind}") and not heard.has("negation", "no"):
            return answer([Found(question.key, locale, said=heard.text, why="the language that was named")])
    return None


def _role(heard: Heard, _context: Context, question: OpenQuestion) -> Meaning | None:
    roles = {"driver": "CHOFER", "operator": "OPERADOR", "owner": "TITULAR"}
    found = [role for kind, role in roles.items() if heard.has(f"role.{kind}")]
    if len(found) != 1 or heard.has("negation", "no"):
        return None
    return answer([Found(question.key, found[0], said=heard.text, why="the role that was named")])


def _what_of_team(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    removed = heard.of("team.remove")
    if removed and not any(one.end <= removed[0].start for one in heard.of("negation", "no")):
        return answer([Found(question.key, "remove", said=heard.text, why="what is to be done with the team")])
    if heard.has("negation", "no") and len(heard.words) > 4:
        return None
    asked = list(filled(heard, context, "team").slots)
    if asked and asked[0].key == "what" and not heard.has("negation", "no", "says_that"):
        return answer(asked)
    if agreeing.says_no(heard) or (heard.has("enough", "no") and heard.unknown == 0 and len(heard.words) <= 4):
        return answer([Found(question.key, "done", said=heard.text, why="nothing more")])
    for what in ("drivers", "remove", "invite"):
        if heard.has(f"team.{what}") and not heard.has("negation", "no"):
            return answer([Found(question.key, what, said=heard.text, why="what is to be done with the team")])
    return None


_CHOICES: dict[tuple[str, str], Reader] = {
    ("", "seller"): _named_choice,
    ("", "brand"): _named_choice,
    ("", "size"): _size,
    ("close", "what"): _what_arrived,
    ("accept", "what"): what_accepted,
    ("team", "what"): _what_of_team,
    ("", "fuel"): _fuel,
    ("", "product"): _product,
    ("", "plate"): _plate,
    ("", "when"): when_sold,
    ("", "kind"): _kind,
    ("", "more"): more,
    ("search", "which"): _of_list,
    ("", "locale"): _locale,
    ("", "role"): _role,
}
