"""What a message means when no question is open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.registry import opened_by
from bot.understanding import arriving, implying, looking, postponing, small_talk
from bot.understanding.bars import Bar
from bot.understanding.concerns import concerned
from bot.understanding.context import Context
from bot.understanding.filling import filled
from bot.understanding.heard import Heard, Mention
from bot.understanding.listing import listed_goods
from bot.understanding.meaning import Kind, Meaning
from bot.understanding.ordering import ordered
from bot.understanding.put_off import is_accepted_now
from bot.understanding.refusing import refused_line
from bot.understanding.safety import bar, is_attack
from bot.understanding.scope import announced
from bot.understanding.several import all_orders, both

CHANGING = ("close", "accept", "sell", "reject", "annul", "request", "repeat", "arrive", "team", "language", "join")
"""The conversations that can end in a change; each needs a word of its own, standing where a command stands."""
SURE, LIKELY, UNSURE = 0.95, 0.8, 0.5
FIRM = frozenset({Bar.DENIED, Bar.QUOTED, Bar.ASKED, Bar.REPORTED, Bar.CONDITION})
"""What holds a command back whatever else is said; the others only say that it stands oddly."""


_ARTICLES = frozenset({"la", "una", "mi", "esta", "esa", "nuestra", "su", "tu", "cada", "ultima", "el", "un", "de"})


@dataclass(frozen=True, slots=True)
class Command:
    """A verb that asks for a conversation, or names one without asking for it."""

    conversation: str
    verb: Mention
    bar: Bar


def decide(heard: Heard, context: Context) -> Meaning:
    """Return what an idle person's message means."""
    if not heard.words:
        return Meaning(Kind.UNKNOWN, notes=("no words",))
    opened = opened_by(" ".join(heard.said(one) for one in heard.words if not one.has("polite", "greeting", "thanks")))
    if opened is not None and not opened[1]:
        return replace(filled(heard, context, opened[0].name), confidence=1.0)
    heard = announced(_restated(_said_anew(heard)))
    commands = list(_commands(heard))
    if is_attack(heard):
        return _held(heard, commands, "commands the program itself, carries a link, or is too long for a command")
    implied = refused_line(heard, context) or _implied(heard, context, commands)
    if implied is not None:
        return implied
    concern = concerned(heard, context, asked_for=bool(_asked_for(heard, commands)))
    if concern is not None:
        return concern
    for find in (_who_did, _howto, _accepted_only, _snoozed, _help_words):
        meaning = find(heard, context, commands)
        if meaning is not None:
            return meaning
    open_ones = _asked_for(heard, commands)
    if open_ones:
        meaning = _chosen(heard, context, open_ones)
        return replace(meaning, also=_besides(heard, context, meaning, open_ones))
    return _without_verb(heard, context, commands)


def _said_anew(heard: Heard) -> Heard:
    """Return an order that is said again, from there on: "apunta 20... no, espérate, 25 balones de 10"."""
    if not heard.has("request.weak") or not heard.has("retract", "later"):
        return heard
    for place, mention in enumerate(heard.mentions):
        before, again = heard.mentions[:place], heard.mentions[place + 1 :]
        near = next((one for one in reversed(before) if not one.has("sign")), None)
        waits = mention.has("later") and near is not None and near.has("no")
        asked = (mention.has("retract") or waits) and any(one.has("request.weak") for one in before)
        if asked and _is_said_anew(before, again):
            return replace(heard, mentions=again, known={kind for one in again for kind in one.kinds})
    return heard


def _is_said_anew(before: Sequence[Mention], again: Sequence[Mention]) -> bool:
    """Say whether an order is said again after "no, espera", with what it is of: "apunta 20... no espera, 25 de 10"."""
    counted = all(any(one.has("number") for one in part) for part in (before, again))
    return (
        counted and any(one.has("brand", "unit") for one in again) and not any(one.has("no", "later") for one in again)
    )


def _implied(heard: Heard, context: Context, commands: Sequence[Command]) -> Meaning | None:
    """Return what is meant without its own verb, where nothing is asked for with one."""
    if _asked_for(heard, commands):
        return None
    finders = (implying.refused, implying.unwanted, implying.offered)
    return next((meaning for find in finders if (meaning := find(heard, context)) is not None), None)


def _restated(heard: Heard) -> Heard:
    """Return what is said in place of what is denied: "no la cierre con 20, ciérrela con 19" from the second on."""
    for place, mention in enumerate(heard.mentions):
        if mention.text not in (",", ".", ";", "\n") or not place:
            continue
        before, after = heard.mentions[:place], heard.mentions[place + 1 :]
        verb = next((one for one in after if not one.has("small", "polite", "sign")), None)
        denied_first = next((one for one in before if not one.has("greeting", "polite", "sign")), before[0])
        if verb is None or verb.text.endswith(("ar", "er", "ir")) or not denied_first.has("negation", "no"):
            continue
        same = {kind for kind in verb.kinds if kind.endswith(".asks")}
        denied = {kind.replace(".wishes", ".asks") for one in before for kind in one.kinds}
        both_count = all(any(one.has("number", "code", "name") for one in part) for part in (before, after))
        if same & denied and both_count and not any(one.has("says_that", "others", "when") for one in heard.mentions):
            return replace(heard, mentions=after, known={kind for one in after for kind in one.kinds})
    return heard


def _commands(heard: Heard) -> Iterator[Command]:
    for before, mention in pairwise([*heard.mentions[:1], *heard.mentions]):
        is_thing = mention.text in ("compra", "encargo") and before.text.split()[-1] in _ARTICLES
        asked = [] if is_thing else [name for name in CHANGING if f"{name}.asks" in mention.kinds]
        if mention.text.endswith(" en") and not heard.has("language.english", "language.spanish"):
            asked = [name for name in asked if name != "language"]  # escríbeme en una hora
        if asked == ["team"] and heard.has("unwanted") and not _names_a_role(heard):
            asked = ["annul"]  # ya no deseo la compra 329, sáquela del sistema
        yield from (Command(_of_people(name, heard, mention), mention, bar(heard, mention)) for name in asked)
    for conversation, verb in _wished_for(heard):
        yield Command(conversation, verb, bar(heard, verb))
    for like, following in pairwise(heard.words):
        if like.has("repeat.like") and following.has("date", "request.tells"):
            yield Command("repeat", like, bar(heard, like))
    for role in _made_one(heard):
        yield Command("team", role, Bar.NONE)
    for made, following in _made(heard):
        if not any(following.has(f"{name}.asks") for name in CHANGING):
            yield Command("request", made, bar(heard, made))


def _of_people(conversation: str, heard: Heard, verb: Mention) -> str:
    """Return the team in place of an order where somebody is to go: "dar de baja a un chofer"."""
    goes = conversation == "annul" and "baja" in verb.text.split()
    return "team" if goes and any(kind.startswith("role.") for kind in heard.known) else conversation


def _names_a_role(heard: Heard) -> bool:
    return any(kind.startswith("role.") for kind in heard.known) or heard.has("others")


def _wished_for(heard: Heard) -> Iterator[tuple[str, Mention]]:
    """Yield what is wished for in a form of its own: "quiero que la cierres"."""
    words = heard.words
    for place, mention in enumerate(words):
        for conversation in CHANGING:
            if f"{conversation}.wishes" not in mention.kinds or f"{conversation}.asks" in mention.kinds:
                continue
            if any(one.has("want") and "que" in one.text.split() for one in words[max(place - 3, 0) : place]):
                yield conversation, mention


def _made_one(heard: Heard) -> Iterator[Mention]:
    """Yield what somebody is to become: "quiero meter a mi esposa como operadora"."""
    strange = heard.has("negation", "no", "says_that", "when", "unreal", "howto") or "?" in heard.text
    for place, (one, two) in enumerate(pairwise(heard.words)):
        is_role = any(kind.startswith("role.") for kind in two.kinds)
        asked = any(before.has("want", "change", "change.add", "make", "team.asks") for before in heard.words[:place])
        apart = one.text != "de" or heard.text[: one.start].rstrip().endswith(",")
        if one.text.split()[-1] in ("como", "de", "as") and apart and is_role and asked and not strange:
            yield two


def _made(heard: Heard) -> Iterator[tuple[Mention, Mention]]:
    """Yield "hacer … pedido": a verb of making and the order that is made."""
    words = [one for one in heard.words if not one.has("small", "one", "polite")]
    for first, second in pairwise(words):
        if first.has("make") and second.text in ("pedido", "orden", "compra", "order", "pedidito", "solicitud"):
            yield first, second


def _asked_for(heard: Heard, commands: Sequence[Command]) -> list[Command]:
    denied = {command.conversation for command in commands if command.bar is Bar.DENIED} | _forbidden(heard)
    return [command for command in commands if command.bar is Bar.NONE and command.conversation not in denied]


def _forbidden(heard: Heard) -> set[str]:
    """Return the conversations that are forbidden in a form that does not ask: "cierra y no cierres"."""
    found = set()
    for one, two in pairwise(heard.words):
        if one.has("negation") and not any(kind.startswith("reason.") for kind in one.kinds):
            found |= {kind.partition(".")[0] for kind in two.kinds if kind.endswith(".tells")}
    return found


def _chosen(heard: Heard, context: Context, open_ones: Sequence[Command]) -> Meaning:
    """Return the conversation that is asked for; two different ones are both offered."""
    names = list(dict.fromkeys(command.conversation for command in open_ones))
    names = _one_wish(heard, _of_their_side(heard, context, names))
    if names == ["close"] and (all_orders(heard, several=context.notice is None) or both(heard, context)):
        return replace(filled(heard, context, "close_all"), confidence=0.9)
    if len(names) > 1:
        seen = looking.looked(heard, context)
        likely = tuple(names[:3])
        return (
            Meaning(Kind.AMBIGUOUS, likely=likely, confidence=0.4, notes=("asks for several things",))
            if not (seen and len(names) > 2)
            else seen
        )
    command = next((one for one in open_ones if one.conversation == names[0]), open_ones[0])
    if names[0] == "repeat" and heard.has("number", "brand") and not heard.has("code"):
        meaning = filled(heard, context, "request")  # the same but thirty: the rest is as it was
        return replace(meaning, topic="repeat", confidence=_confidence(heard, command))
    meaning = filled(heard, context, names[0])
    return replace(meaning, confidence=_confidence(heard, command))


def _besides(heard: Heard, context: Context, meaning: Meaning, asked: Sequence[Command]) -> tuple[str, ...]:
    """Return what is asked for besides what the message opens: "ya llegó todo, y pido 20 más" also closes."""
    if meaning.kind is not Kind.INTENT or meaning.intent not in CHANGING:
        return ()
    named = [command.conversation for command in asked if command.verb.exact]
    if heard.has("arrived") and meaning.intent in ("request", "repeat"):
        came = arriving.arrived(heard, context)
        named += [came.intent] if came is not None and came.kind is Kind.INTENT else []
    one_family = next((family for family in _FAMILIES if meaning.intent in family), {meaning.intent})
    return tuple(name for name in dict.fromkeys(named) if name not in one_family)


_FAMILIES: tuple[frozenset[str], ...] = (
    frozenset({"accept", "sell"}),
    frozenset({"request", "repeat"}),
    frozenset({"close", "close_all", "arrive", "reject"}),
    frozenset({"team", "language", "join", "accept", "request"}),
)
"""Conversations whose words may be about one and the same thing."""


def _of_their_side(heard: Heard, context: Context, names: list[str]) -> list[str]:
    """Return what can be meant by somebody of this side: a shop that asks to be attended to orders."""
    if set(names) == {"accept", "sell"}:
        names = ["accept"]
    sells = any(agent.sells for agent in context.agents)
    if names == ["accept"] and not sells:
        names = ["request"] if ordered(heard, context).is_clear and not heard.has("document") else names
    notice = context.notice
    if names == ["sell"] and notice is not None and notice.conversation == "accept" and not heard.has("code", "name"):
        names = ["accept"]  # a new order is sold by accepting it first
    if len(names) > 1 and not sells:
        names = [name for name in names if name not in ("accept", "sell")] or names
    return names


def _one_wish(heard: Heard, names: list[str]) -> list[str]:
    """Return the one conversation that holds the others: whoever repeats an order requests it."""
    for one in ("language", "team"):
        if one in names:
            return [one]
    if set(names) <= {"repeat", "request"} and heard.has("repeat.asks", "repeat.like"):
        return ["repeat"]
    return names


def _confidence(heard: Heard, command: Command) -> float:
    sure = SURE if command.verb.exact else LIKELY
    return round(max(0.5, sure - 0.03 * heard.unknown), 2)


def _who_did(heard: Heard, context: Context, _commands: Sequence[Command]) -> Meaning | None:
    """Return the history that "quién y cuándo aceptó la 123" asks for, whatever stands around it."""
    both = any(one.has("who_when") and " y " in one.text for one in heard.words)
    return filled(heard, context, "history") if both and looking.asks_who_or_when(heard) else None


def _howto(heard: Heard, _context: Context, commands: Sequence[Command]) -> Meaning | None:
    return looking.howto(heard, [(one.conversation, one.verb, one.bar) for one in commands])


_NOT_NOW = ("when", "others", "says_that", "unreal", "wished", "injection", "link", "unsure", "retract")


def _accepted_only(heard: Heard, context: Context, commands: Sequence[Command]) -> Meaning | None:
    """Return that an order is accepted now and sold later: what is put off is the sale alone."""
    bars = {command.bar for command in commands if command.conversation == "accept"}
    free = bars <= {Bar.NONE, Bar.LATER, Bar.DENIED}  # what denies or puts off is looked at beside the verb itself
    named = any(command.conversation == "accept" for command in commands)
    if not (named and free) or "?" in heard.text or heard.has(*_NOT_NOW) or not is_accepted_now(heard):
        return None
    if not any(agent.sells for agent in context.agents):
        return None
    return replace(filled(heard, context, "accept"), confidence=LIKELY)


def _snoozed(heard: Heard, context: Context, commands: Sequence[Command]) -> Meaning | None:
    barred = {command.bar for command in commands}
    if _asked_for(heard, commands) and not heard.has("not_yet"):
        return None
    return postponing.later(heard, context, postponed=bool(barred & {Bar.LATER, Bar.CONDITION}))


def _help_words(heard: Heard, context: Context, commands: Sequence[Command]) -> Meaning | None:
    if _asked_for(heard, commands):
        return None
    return small_talk.said(heard, context, has_commands=bool(commands))


def _without_verb(heard: Heard, context: Context, commands: Sequence[Command]) -> Meaning:
    """Nothing is asked for by a verb of its own: goods that arrived, lines of an order, a look, or nothing."""
    barred = next((command for command in commands if command.bar is not Bar.NONE), None)
    looked = looking.looked(heard, context)
    if barred is not None:
        if barred.bar is Bar.ASKED and any(looking.what_is_left(heard, one.verb) for one in commands):
            return filled(heard, context, "pending")
        if looked is not None and (
            barred.bar in (Bar.ASKED, Bar.OBJECT) or "?" in heard.text or heard.has("look") or looking.undone(heard)
        ):
            return looked
        return _held(heard, commands, f"{barred.verb.text}: {barred.bar}", firm=barred.bar in FIRM)
    stated = None if _tells(heard) else _stated(heard, context)
    for seen in (stated, looked, small_talk.language_named(heard, context)):
        if seen is not None:
            return seen
    return _told_of(heard, context)


def _stated(heard: Heard, context: Context) -> Meaning | None:
    """Return what is stated without a verb that asks: a document, a seller, goods that came, lines of an order."""
    finders = (
        implying.documented,
        implying.from_seller,
        arriving.notice_answered,
        arriving.arrived,
        listed_goods,
    )
    return next((meaning for find in finders if (meaning := find(heard, context)) is not None), None)


def _told_of(heard: Heard, context: Context) -> Meaning:
    if _asks_of_a_day(heard):
        return filled(heard, context, "search")
    told = _told(heard)
    if told:
        note = "tells of it, and does not ask for it"
        return Meaning(Kind.HELD, topic=told, likely=(told,), confidence=UNSURE, notes=(note,))
    return small_talk.lost(heard, context)


def _asks_of_a_day(heard: Heard) -> bool:
    """Say whether it asks what was ordered or sold on a day: "el domingo qué he comprado"."""
    what = any(one.text in ("que", "cuanto", "cuantos", "what") for one in heard.words)
    done = heard.has("request.tells", "sell.tells")
    strange = heard.has("number", "code", "others", "says_that", "negation", "when", "unreal", "arrived", "brand")
    return what and done and heard.has("date") and not strange


def _tells(heard: Heard) -> bool:
    """Say whether something is told that was done; what was ordered is but the measure of what arrived."""
    counts = heard.has("arrived", "received", "lack") and heard.has("number", "all")
    return any(kind.endswith(".tells") and not (counts and kind == "request.tells") for kind in heard.known)


def _told(heard: Heard) -> str:
    for mention in heard.mentions:
        for kind in sorted(mention.kinds):
            if kind.endswith(".tells"):
                return kind.partition(".")[0]
    return ""


def _held(heard: Heard, commands: Sequence[Command], note: str, *, firm: bool = True) -> Meaning:
    named = list(dict.fromkeys(command.conversation for command in commands))
    topic = named[0] if named else ""
    del heard
    return Meaning(Kind.HELD, topic=topic, likely=tuple(named[:3]), confidence=SURE if firm else UNSURE, notes=(note,))
