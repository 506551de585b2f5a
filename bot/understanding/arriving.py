"""Goods that arrived, or did not yet: whoever has to close says "ya llegó todo", and not "close"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from bot.understanding.context import Context
from bot.understanding.dates import Days
from bot.understanding.filling import filled
from bot.understanding.heard import DATE, OTHER, Heard, Mention
from bot.understanding.meaning import Kind, Meaning
from bot.understanding.several import both
from bot.understanding.statements import statements

_TO_ME = ("me ", "nos ")
LONG_AGO = 2
"""Days after which a delivery that is told of is no news."""
FIRM = 0.9
"""How sure it is that a message that speaks of goods is no report of them."""
MOST_UNKNOWN = 2
"""Words that mean nothing here and may still stand in a message about goods."""


def notice_answered(heard: Heard, context: Context) -> Meaning | None:
    """Return what answers a notice in the words of the trade: "aceptado", "solo tengo 18", "sin stock"."""
    if context.notice is None or "?" in heard.text:
        return None
    if context.notice.conversation == "close":
        told = heard.has("only") and heard.has("number") and heard.unknown == 0 and not heard.has("negation", "when")
        return replace(filled(heard, context, "close"), confidence=0.8) if told else None
    if context.notice.conversation != "accept":
        return None
    if heard.has("negation", "others", "says_that", "when") and not heard.has("reason.stock", "reason.truck"):
        return None
    if heard.has("accept.offers") or (heard.has("only") and heard.has("number") and heard.unknown == 0):
        return replace(filled(heard, context, "accept"), confidence=0.8)
    if heard.has("reason.stock", "reason.truck", "reason.mistake"):
        return Meaning(Kind.AMBIGUOUS, likely=("reject", "accept"), confidence=0.5, notes=("a reason, and no verb",))
    return None


def arrived(heard: Heard, context: Context) -> Meaning | None:
    """Return that the goods are there, in whole or in part: to close, or to note the arrival."""
    heard = _after_but(_without_papers(heard))
    if (held := _no_report(heard)) is not None:
        return held
    here = any(_is_here(heard, one) for one in heard.of("arrive.says", "arrive.delivered"))
    told = heard.has("arrived", "received", "lack", "difference", "reason.never_came") or _all_there(heard)
    told = told or any(one.has("goods", "unit") and two.text == "si" for one, two in pairwise(heard.words))
    if not (here or told) or not _is_plain_report(heard):
        return None
    if any(one.has("number") and _is_no_goods(two) for one, two in pairwise(heard.words)):
        return Meaning(Kind.HELD, topic="close", likely=("close",), notes=("what is counted is no goods",))
    bad = heard.has("reason.state") and not heard.has("number", "all") and not _is_all_well(heard)
    if heard.has("reason.wrong") or bad:
        likely = ("reject", "close")
        return Meaning(Kind.AMBIGUOUS, likely=likely, confidence=0.5, notes=("it came, and is not what it should be",))
    bare = {one.text for one in heard.words if not one.has("polite", "thanks", "greeting")}
    if bare and bare <= {"recibido", "recibida"}:
        return Meaning(
            Kind.AMBIGUOUS, likely=("close", "pending"), confidence=0.4, notes=("the goods, or the message?",)
        )
    if _pending_only(heard):
        return Meaning(
            Kind.AMBIGUOUS, likely=("close", "pending"), confidence=0.4, notes=("not there: yet, or at all?",)
        )
    conversation = _closing_or_arriving(heard, context, here=here)
    if not conversation:
        return None
    if conversation == "close" and context.notice is None and both(heard, context):
        conversation = "close_all"
    meaning = filled(heard, context, conversation)
    if conversation == "close" and any(doubt.key != "order" for doubt in meaning.doubts):
        return replace(meaning, confidence=0.6)
    return replace(meaning, confidence=round(0.9 - 0.05 * heard.unknown, 2))


def _no_report(heard: Heard) -> Meaning | None:
    """Return what is held back although it speaks of arriving: somebody comes to load, or only guesses."""
    if heard.has("arrive.says", "arrived") and any(one.text in _TO_LOAD for one in heard.words):
        return Meaning(Kind.HELD, topic="arrive", likely=("arrive",), notes=("comes to load",))
    if _is_guessed(heard):
        return Meaning(Kind.HELD, topic="close", likely=("close",), confidence=FIRM, notes=("only guessed",))
    return None


def _is_guessed(heard: Heard) -> bool:
    """Say whether what came is a guess from the start: "a lo mejor me faltan 2"."""
    told = next((one for one in heard.mentions if one.has("arrived", "received", "lack", "difference")), None)
    return told is not None and any(one.text in _MAYBE and one.start < told.start for one in heard.of("unsure"))


_MAYBE = frozenset({"a lo mejor", "tal vez", "talvez", "quizas", "quiza", "puede ser", "puede que", "posiblemente"})


def _is_all_well(heard: Heard) -> bool:
    """Say whether all of it is said of something else than what is bad: not "está todo abollado"."""
    bad = [part for part in statements(heard) if any(one.has("reason.state") for one in part.mentions)]
    return heard.has("all") and not any(part.everything for part in bad)


def _after_but(heard: Heard) -> Heard:
    """Return what is told after "pero", if what is told before says nothing of goods: "no pude escribir pero llegó"."""
    for place, mention in enumerate(heard.mentions):
        before, after = heard.mentions[:place], heard.mentions[place + 1 :]
        goods = any(one.has("arrived", "received", "lack", "arrive.says", "number", *_REACHES) for one in before)
        goods = goods or (any(one.has("all") for one in before) and any(one.has("brand") for one in before))
        aside = mention.text == "," and any(one.has(OTHER, "plain") for one in before) and not _denies_or_asks(before)
        if (aside or mention.text in ("pero", "but")) and before and not goods and _came(after):
            return replace(heard, mentions=after, known={kind for one in after for kind in one.kinds})
    return heard


def _without_papers(heard: Heard) -> Heard:
    """Return the message without a clause that only misses a paper: "lo que no llegó fue la boleta, …"."""
    for place, mention in enumerate(heard.mentions):
        if mention.text != ",":
            continue
        before, after = heard.mentions[:place], heard.mentions[place + 1 :]
        paper = any(one.text in ("boleta", "factura", "guia", "comprobante", "recibo") for one in before)
        missed = any(one.has("reason.never_came", "lack", "no", "negation") for one in before)
        if paper and missed and not _counted(before):
            return replace(heard, mentions=after, known={kind for one in after for kind in one.kinds})
        break
    return heard


def _counted(mentions: Sequence[Mention]) -> bool:
    return any(one.has("number", "unit", "brand", "all") for one in mentions)


def _came(mentions: Sequence[Mention]) -> bool:
    return any(one.has("arrived", "received", "arrive.says", "lack", "all") for one in mentions)


def _denies_or_asks(mentions: Sequence[Mention]) -> bool:
    strange = ("negation", "no", "not_yet", "howto", "request.weak", "later")
    return any(one.has(*strange) or any(kind.endswith((".asks", ".tells")) for kind in one.kinds) for one in mentions)


_REACHES = ("says_that", "when", "unreal", "retract", "others")


def _is_here(heard: Heard, said: Mention) -> bool:
    """Say whether it is not denied, and a place that can be one: not "no llegué", nor "estoy en tráfico"."""
    before = [one for one in heard.words if one.end <= said.start][-2:]
    after = [one for one in heard.words if one.start >= said.end and not one.has("small", "polite")][:1]
    nowhere = said.text.endswith(" en") and any(one.has(OTHER, "plain", "address") for one in after)
    denied = any(one.has("negation", "no", "not_yet") for one in before) or _is_denied_that(heard, said)
    return not nowhere and not denied and not _was_another_day(heard)


_TO_LOAD = frozenset({"cargar", "recoger", "recargar", "abastecerme", "abastecer", "load", "pick up"})
"""Whoever comes to load brings nothing yet."""


def _was_another_day(heard: Heard) -> bool:
    """Say whether a day that has been is named: whoever came yesterday has not come now."""
    days = [one.value for one in heard.of(DATE) if isinstance(one.value, Days)]
    return any(heard.today is not None and one.last < heard.today for one in days)


_PEOPLE = frozenset(
    {"casero", "caseros", "caserita", "caseritas", "cliente", "clientes", "vecino", "vecinos", "customers"}
)
_NO_GOODS = (OTHER, "plain", "foreign", "person", "out_of_scope")


def _is_no_goods(mention: Mention) -> bool:
    """Say whether what is counted is something else: 20 clients, 2 days."""
    return (
        mention.text in _PEOPLE
        or mention.has("time", "address", "money")
        or (mention.has(*_NO_GOODS) and not mention.filler)
    )


_BESIDE_ALL = (
    *("all", "polite", "now", "yes", "thanks", "greeting", "small", "code", "name", "rest", "number", "unit", "goods"),
)


def _all_there(heard: Heard) -> bool:
    """Say whether it says that all is in order without a verb: "todo conforme", "de 45 solo 4, joyce completo"."""
    counted = heard.has("number") and (heard.has("only") or ":" in heard.text)
    beside = (*_BESIDE_ALL, "only", "brand", "kilo") if counted else _BESIDE_ALL
    rest = [one for one in heard.words if not one.has(*beside)]
    clear = any(
        one.has("all") and one.text not in ("todo", "todos", "toda", "todas", "all", "exacto") for one in heard.words
    )
    return clear and not rest


_NAMED = ("goods", "all", "nothing", "code", "digits", "brand", "difference", "unit", "carrier", "arrive.says")


def _is_plain_report(heard: Heard) -> bool:
    """Say whether the person tells it as their own and of now: not asked, supposed, or heard from somebody."""
    if any(_is_denied_that(heard, one) for one in heard.of("arrived", "received")):
        return False
    if _has_or_gives(heard):
        return False
    if "?" in heard.text or heard.has("unreal", "retract", "long_ago") or _was_long_ago(heard):
        return False
    if (heard.has("when", "money", "extra", "says_that") or _asks_how(heard)) and not _to_me(heard):
        return False
    if (heard.has("says_that") or _others_told_of(heard)) and not _to_me(heard):
        return False
    if any(not one.has("small", "want", "can") for one in heard.of("question")):
        return False
    if any(_is_subject(heard, one) for one in heard.of("arrived")):
        return False
    if heard.has("arrive.says", "arrive.delivered") and heard.has("name") and heard.unknown <= 1:
        return True
    return _is_understood(heard)


def _is_understood(heard: Heard) -> bool:
    """Say whether enough of the words is known, and goods or a place are named where some is not."""
    unknown = [one for one in heard.words if one.has(OTHER, "foreign", "plain") and not _allowed(heard, one)]
    foreign = any(one.has("foreign") for one in unknown)
    if foreign and not heard.has("goods", "unit", "code", "brand", "all"):
        return False
    if unknown and not heard.has(*_NAMED) and (not heard.has("number") or foreign):
        return False
    return len(unknown) <= MOST_UNKNOWN and not heard.has("injection", "unsure") and '"' not in heard.text


def _has_or_gives(heard: Heard) -> bool:
    """Say whether somebody merely has some, or they came to somebody else: "ya tengo 20", "le llegaron 20"."""
    return any(
        (one.text.startswith("ya ten") and two.has("number")) or (one.text in ("le", "les") and two.has("arrived"))
        for one, two in pairwise(heard.words)
    )


def _others_told_of(heard: Heard) -> bool:
    """Say whether somebody else is told of; "ya lo estoy bajando donde la señora" only says where."""
    if not heard.has("arrive.says"):
        return heard.has("others")
    words = [*heard.words[:1], *heard.words]
    return any(
        two.has("others") and one.text.split()[-1] not in ("donde", "a", "con", "al") for one, two in pairwise(words)
    )


def _is_subject(heard: Heard, verb: Mention) -> bool:
    """Say whether something else is what came: "llegaron los recibos", "llegó la policía"."""
    after = [one for one in heard.mentions if one.start >= verb.end][:3]
    thing = after[1] if len(after) > 1 and after[0].has("small") else None
    strange = (
        thing is not None
        and after[0].text != "a"
        and thing.has(OTHER, "plain", "foreign")
        and not thing.has("goods", "carrier")
    )
    return strange and not any(one.has("goods", "unit") for one in after[2:])


def _is_denied_that(heard: Heard, told: Mention) -> bool:
    """Say whether it is told to be denied: "no es cierto que llegó todo"."""
    before = [one for one in heard.words if one.end <= told.start]
    return bool(before) and before[-1].text.split()[-1] == "que" and any(one.has("negation", "no") for one in before)


def _was_long_ago(heard: Heard) -> bool:
    """Say whether it tells of a week, a month or a day that is past for long: nothing that is to be closed now."""
    days = [one.value for one in heard.of(DATE) if isinstance(one.value, Days)]
    return heard.today is not None and any((heard.today - one.last).days > LONG_AGO for one in days)


def _asks_how(heard: Heard) -> bool:
    """Say whether it asks how; the "donde" of "ya llegué donde Emile" asks nothing."""
    return any(
        one.has("howto") and not (one.text == "donde" and before.has("arrive.says"))
        for before, one in pairwise([*heard.words[:1], *heard.words])
    )


def _is_where(heard: Heard, place: Mention) -> bool:
    """Say whether it is where somebody arrived: "ya estoy en la bodega"."""
    before = [one for one in heard.words if one.end <= place.start and not one.has("small", "polite")][-1:]
    return any(one.has("arrive.says") for one in before)


def _allowed(heard: Heard, mention: Mention) -> bool:
    return mention.has("carrier", "goods", "arrived", "lack") or mention.filler or _is_where(heard, mention)


def _to_me(heard: Heard) -> bool:
    plain = heard.has("when", "money", "extra") or _asks_how(heard)
    to_me = any(one.has("arrived") and one.text.startswith(_TO_ME) for one in heard.mentions)
    return not plain and (to_me or _brought(heard)) and not heard.has("says_that")


def _brought(heard: Heard) -> bool:
    """Say whether those who deliver did: "el chofer dejó 18"; what "mi chofer" did is somebody else's report."""
    return heard.has("brings") and all(one.has("deliverer") for one in heard.of("others"))


def _pending_only(heard: Heard) -> bool:
    """Say whether it only says "no llegó": not yet, or never? Both are offered."""
    if not heard.has("reason.never_came") or heard.has("nothing", "lack", "number", "all", "rest", "received"):
        return False
    denied = heard.of("reason.never_came")
    return all(one.text in ("no llego", "no vino", "no me llego", "did not arrive", "didn't arrive") for one in denied)


def _closing_or_arriving(heard: Heard, context: Context, *, here: bool) -> str:
    closes = any("close" in order.can for order in context.orders)
    buys = any(agent.buys for agent in context.agents)
    counts = heard.has("received", "lack", "difference", "nothing", "all", "number", "reason.never_came")
    carrier_only = heard.has("carrier") and not heard.has("goods", "all", "number", "nothing")
    only_buys = buys and not any(agent.sells for agent in context.agents)
    if here and closes and only_buys and heard.has("all", "unit") and not heard.has("arrive.delivered"):
        return "close"  # "ya estoy con los 20 balones"
    alone = len([one for one in heard.words if not one.has("polite", "now", "greeting")]) == 1
    if here and not (heard.has("received", "lack", "difference", "nothing") and closes):
        return "arrive"
    if not counts and (carrier_only or (alone and context.notice is None)) and not closes:
        return "arrive"
    if carrier_only and not counts and not heard.has("negation"):
        return "arrive"
    if closes or buys:
        return "close"
    return "arrive" if any("arrive" in order.can for order in context.orders) or context.agents else ""
