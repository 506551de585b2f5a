"""An answer that chooses: a brand, a seller, a size, what arrived, now or later, guía or factura, a role."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from bot.understanding import agreeing
from bot.understanding.context import Context, OpenQuestion
from bot.understanding.counting import given_back, of_before
from bot.understanding.dates import Days
from bot.understanding.denying import is_denied_after, without_denied
from bot.understanding.filling import filled, received_slots
from bot.understanding.fuels import trade_of
from bot.understanding.giving import quantities_accepted
from bot.understanding.heard import BRAND, DATE, FUEL, NAME, NUMBER, Heard
from bot.understanding.lines import Item, items
from bot.understanding.meaning import Doubt, Found, How, Meaning
from bot.understanding.ordering import named
from bot.understanding.papers import paper, plate, said_kind
from bot.understanding.pointing import Pointed
from bot.understanding.put_off import is_sold_later
from bot.understanding.reasons import reason
from bot.understanding.received import Arrival, arrival
from bot.understanding.replying import Reader, answer, by_label, by_place, order_of
from core.terms import Trade


def choice(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """Return which option is meant, by the words of the trade or by its place on the screen."""
    name = question.key.split(" ")[0]
    told = () if name == "role" else ("says_that",)  # "va a manejar el camión" is no report
    later = (name == "what" and is_sold_later(heard)) or (
        name == "when" and bool(heard.words) and heard.words[0].has("later")  # "después, cuando cargue el camión"
    )
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
    took = [two for one, two in pairwise(words) if one.has("given_back") and two.has("others")]
    return any(not any(one is two for two in took) for one in heard.of("others"))


_IF_NOT = re.compile(r"\bsi no,", re.IGNORECASE)
"""A condition: "si sube la planta le doy todo, si no, no"."""


def _what_accepted(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    if _IF_NOT.search(heard.text):
        return None
    if heard.has("others") or of_before(heard) or (heard.has("not_yet", "later") and not is_sold_later(heard)):
        return None
    heard = without_denied(heard, after=True)
    if heard.has("cuts") and heard.has("change.quantity") and not heard.has(NUMBER):
        return answer([Found("what", "change", said=heard.text, why="the amount is to be less")])
    order = order_of(context, question)
    halved = quantities_accepted(heard, context, order, Pointed()) if heard.has("half") else []
    if halved and not heard.has("reject.asks", "negation", NUMBER):
        return answer(halved)
    rejects = _asks(heard, "reject.asks") or (reason(heard) and not heard.has(NUMBER))
    if rejects and not _asks(heard, "accept.asks"):
        return answer([Found("what", "reject", said=heard.text, why="a word for rejecting"), *reason(heard)])
    if heard.has("change") and heard.has("change.quantity") and not heard.has(NUMBER, "negation", "no"):
        return answer([Found("what", "change", said=heard.text, why="the amount is to be changed")])
    less = heard.has("except", "lack", "difference") or any(one.text in ("less", "parte") for one in heard.words)
    if less and not heard.has(NUMBER):
        return answer([Found("what", "change", said=heard.text, why="less, and not how much")])
    changed = quantities_accepted(heard, context, order, Pointed())
    strange = heard.unknown and not _asks(heard, "accept.asks") and not heard.has("accept.offers", NUMBER)
    if changed and not (changed[0].value == "all" and strange):
        return answer(changed)
    if heard.has("accept.asks") and not heard.has("negation", NUMBER):
        return answer([Found("what", "all", said=heard.text, why="accept, without a change")])
    return None


def _asks(heard: Heard, kind: str) -> bool:
    """Say whether a word of this kind is said and not denied: "rechazarlo no", "no lo voy a atender"."""
    for place, mention in enumerate(heard.mentions):
        if not mention.has(kind):
            continue
        before = [one for one in heard.mentions[:place] if one.has("sign") or not one.has("small", "want")][-1:]
        denied = any(one.has("negation", "no") for one in before) or is_denied_after(heard.mentions, place)
        if not denied:
            return True
    return False


def _when_sold(heard: Heard, _context: Context, _question: OpenQuestion) -> Meaning | None:
    days = [one.value for one in heard.of(DATE) if isinstance(one.value, Days)]
    if any(heard.today is not None and one.first > heard.today for one in days):
        return answer([Found("when", "later", said=heard.text, why="a day to come")])
    if (heard.words and heard.words[0].has("later")) or is_sold_later(heard):
        return answer([Found("when", "later", said=heard.text, why="later")])
    if heard.has("sell.tells", "unreal") and not heard.has("sell.asks", "accept.asks"):
        return None
    slots = paper(heard)
    if slots:
        return answer([Found("when", "now", How.IMPLIED, said=heard.text, why="a document is named"), *slots])
    if heard.has("accept.asks") and heard.has("only", "not_yet", "future", "later") and not heard.has("sell.asks"):
        return answer([Found("when", "later", said=heard.text, why="only to be accepted")])
    at_once = bool(heard.words) and heard.words[0].has("now") and not heard.has("not_yet", "later", "future")
    at_once = at_once and (not heard.unknown or any(one.text == "que" for one in heard.words[1:2]))
    if heard.has("out_of_scope", "greeting"):
        return None
    if at_once and not heard.has("no", "negation", "unsure", "when"):
        return answer([Found("when", "now", said=heard.text, why="at once")])
    for value in ("later", "now"):
        spoken = heard.has(f"moving.{value}") or (value == "now" and heard.has("sell.asks"))
        against = value == "now" and heard.has("no", "negation", "not_yet", "later")
        if spoken and heard.unknown <= (value == "later") and not against:
            return answer([Found("when", value, said=heard.text, why="now or later")])
    return None


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
    return answer(slots) if slots and not heard.has("negation", "no") else None


def _more(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    number = int(question.key.split()[1]) + 1
    anew = _said_anew(heard, context)
    if anew is not None:
        return answer([Found(f"quantity {number - 1}", f"{anew:f}", said=heard.text, why="the amount that was meant")])
    said = [item for item in items(heard, context.sizes) if item.quantity is not None]
    told = len(said) == 1 or all(item.size or item.brand for item in said)  # no "no eran 20, eran 22"
    if said and told and heard.unknown == 0 and not heard.has("negation", "no"):
        return _more_lines(heard, context, question, said, number)
    done = heard.has("enough") and heard.unknown == 0 and not any(one.text == "mas" for one in heard.of("more"))
    lacking = any(one.has("enough") and two.has("no", "negation", "reason.stock") for one, two in pairwise(heard.words))
    if agreeing.says_no(heard) or (done and not lacking and not heard.has(NUMBER)):
        return answer([Found(question.key, "no", said=heard.text, why="nothing more")])
    told = any(one.has("plain", "money", DATE) for one in heard.words)
    wants_more = heard.has("more") and heard.unknown == 0 and not heard.has("negation", "no") and not told
    if agreeing.says_yes(heard, "") or wants_more:
        return answer([Found(question.key, "more", said=heard.text, why="something more")])
    return None


def _said_anew(heard: Heard, context: Context) -> Decimal | None:
    """Return the amount that is put in place of the one before: "no eran 20, eran 22"."""
    if not heard.has("change") or heard.has("change.add", "more", "and") or heard.unknown > 1:
        return None
    said = items(without_denied(heard), context.sizes)
    bare = len(said) == 1 and not (said[0].size or said[0].brand or said[0].fuel)
    return said[0].quantity if bare and len(heard.of(NUMBER)) > 1 else None


def _same_brand(number: int, context: Context, question: OpenQuestion) -> Found:
    token = question.answers[f"brand {number - 1}"]
    return Found(f"brand {number}", token, shown=dict(context.brands).get(token, ""), why="the same brand")


def _more_lines(heard: Heard, context: Context, question: OpenQuestion, said: Sequence[Item], first: int) -> Meaning:
    """Return the lines that are named where more was asked for."""
    slots: list[Found] = []
    doubts: list[Doubt] = []
    for number, item in enumerate(said, start=first):
        slots.append(Found(f"more {number - 1}", "more", How.IMPLIED, why="another line is named"))
        if item.brand is not None:
            named(item.brand, f"brand {number}", heard, slots, doubts)
        elif "same.brand" in item.like and f"brand {number - 1}" in question.answers:
            slots.append(_same_brand(number, context, question))
        if item.size is not None:
            slots.append(Found(f"size {number}", item.size, said=heard.text, why="a size"))
        elif "same.size" in item.like and f"size {number - 1}" in question.answers:
            slots.append(Found(f"size {number}", question.answers[f"size {number - 1}"], why="the same size"))
        slots.append(Found(f"quantity {number}", f"{item.quantity:f}", said=heard.text, why="a number"))
    return answer(slots, tuple(doubts))


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
    ("accept", "what"): _what_accepted,
    ("team", "what"): _what_of_team,
    ("", "fuel"): _fuel,
    ("", "product"): _product,
    ("", "plate"): _plate,
    ("", "when"): _when_sold,
    ("", "kind"): _kind,
    ("", "more"): _more,
    ("", "locale"): _locale,
    ("", "role"): _role,
}
