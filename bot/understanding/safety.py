"""What must not start anything: denied, asked, told of the past or of others, on a condition, quoted, or an attack."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.understanding import objects
from bot.understanding.bars import Bar
from bot.understanding.dates import Days
from bot.understanding.heard import OTHER, Heard, Mention
from bot.understanding.scope import ANOTHER, around, calls, without_little
from bot.understanding.times import WAIT, at_an_hour

_ROUGHLY = frozenset({"o", "u", "or", "unos", "unas", "casi", "aprox", "about", "around", "mas o menos", "no se"})
"""Of an amount, or of a choice: they make no command doubtful."""
_BARE_IN_LE = frozenset({"anule", "cancele"})
_WHAT_IF = ("que pasa", "que significa", "que quiere decir", "what happens", "what does", "what if")
_HOW_AFTER = (
    "como es",
    "como hago",
    "como se",
    "como hace",
    "como seria",
    "como debo",
    "que hago",
    "que debo",
    "que tengo que",
)
_LOST = ("no se", "no entiendo", "no sabemos", "i don't know")
_REASONS = tuple(f"reason.{name}" for name in ("stock", "truck", "mistake", "never_came", "wrong", "state"))
_TO_WHOM = frozenset(
    {"para", "a", "al", "con", "por", "pa", "del", "to", "for", "with", "el", "la", "los", "las", "the"}
)
_NOUN_AFTER = frozenset({"de", "del", "el", "al", "un", "su", "mi", "the", "my"})
_BEFORE_PURCHASE = frozenset({"la", "una", "esta", "esa", "nuestra", "tu", "cada", "ultima"})
_INFINITIVE = re.compile(r"(?:ar|er|ir)(?:me|te|lo|la|los|las|le|les|nos|se)*\b")
_PREPOSITIONS = frozenset({"al", "de", "en", "sin", "con", "tras", "sobre", "por"})
"""Before an infinitive they talk of it: "me equivoqué al cerrar"."""
_IS = frozenset({"es", "seria", "sera", "fue", "era", "is", "would be", "was"})


def is_attack(heard: Heard) -> bool:
    """Say whether the message tries to command the program itself, or is far too long for a command."""
    return heard.has("injection", "link", "advert") or heard.too_long or _drums(heard) or _offers(heard)


def _offers(heard: Heard) -> bool:
    """Say whether somebody offers goods: a price and a phone, or a phone to order them from."""
    return heard.has("phone") and (_PRICE.search(heard.text) or _CALL_US.search(heard.text)) is not None


_PRICE = re.compile(r"(?<!\w)s/\.? ?[0-9]", re.IGNORECASE)
_CALL_US = re.compile(
    r"\b(?:ll[aá]m[ae]n?(?:nos)?|pedidos|delivery|escr[ií]b[ae]n?(?:nos)?|whatsapp|cont[aá]ct[ae]n?(?:nos)?)"
    r"(?: ya| al?|:)+ ?\+?[0-9]",
    re.IGNORECASE,
)


def _drums(heard: Heard) -> bool:
    """Say whether one command is said over and over: nobody commands that way, but complains."""
    said = [one.text for one in heard.mentions if any(kind.endswith(".asks") for kind in one.kinds)]
    about = heard.has("code", "number")  # "anula anula anula la 329" only hurries
    return any(said.count(one) > (MOST_HURRIED if about else 2) for one in set(said))


MOST_HURRIED = 3
"""Times that one may say a command in a hurry, with its order."""


def quoted(heard: Heard, mention: Mention) -> bool:
    """Say whether it stands between quotation marks."""
    before = heard.text[: mention.start].count('"')
    return before % 2 == 1 and '"' in heard.text[mention.end :]


def bar(heard: Heard, verb: Mention) -> Bar:
    """Return why this verb does not ask for anything, or NONE when it stands where a command stands."""
    if quoted(heard, verb):
        return Bar.QUOTED
    before, after = around(heard, verb)
    for check in (_denied, _conditional, _by_others, _asked, _reported, _later, _talked_about):
        found = check(heard, verb, before, after)
        if found is not Bar.NONE:
            return found
    return objects.place(verb, before, after)


def _denied(heard: Heard, verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> Bar:
    denials = [place for place, one in enumerate(before) if one.has("negation", "not_yet", "no", *_REASONS)]
    if any(_denies(verb, before, place) for place in denials):
        return Bar.DENIED
    waits = any(one.has("not_yet") for one in after) and not _tells_of_another(after)
    if waits or _ends_denying(after):
        return Bar.DENIED
    taken_back = any(one.start > verb.start for one in heard.of("retract")) or _but_not(heard, verb)
    return Bar.DENIED if taken_back or _then_no(heard, verb) else Bar.NONE


def _tells_of_another(after: Sequence[Mention]) -> bool:
    """Say whether what waits is another order: "cierra la 717, la otra aún no"."""
    waits = next((place for place, one in enumerate(after) if one.has("not_yet")), 0)
    return any(one.text in ANOTHER for one in after[:waits])


def _then_no(heard: Heard, verb: Mention) -> bool:
    """Say whether a clause after it is but a no: "cierra... no, mejor espera"."""
    for clause in heard.clauses():
        said = [one for one in clause if not one.has("polite", "sign", "thanks")]
        a_no = any(one.has("later") or (one.has("no") and one.has("negation")) for one in said)
        if a_no and said[0].start > verb.start and all(one.has("no", "later", "change", "small") for one in said):
            return True
    return False


def _but_not(heard: Heard, verb: Mention) -> bool:
    """Say whether "pero no" follows: "cierra pero no todavía"; what is lacked after it is no denial."""
    words = heard.words
    return any(
        one.text in ("pero", "but") and two.has("no", "negation", "not_yet", "later") and not two.has(*_REASONS)
        for one, two in pairwise(words)
        if one.start > verb.start
    ) and not heard.has("arrived", "received", "lack")


def _denies(verb: Mention, before: Sequence[Mention], place: int) -> bool:
    """Say whether a negation reaches the verb: not that of a reason, nor "sin gas" nor "no tengo nada"."""
    denial = before[place]
    if denial.has(*_REASONS):
        return [one.text for one in before[place + 1 :]] in (["a"], ["para"])  # no llegó a cerrar
    if denial.has("unwanted") and verb.has("annul.asks", "reject.asks") and calls(verb):
        return False  # ya no lo quiero, anúlalo
    if denial.has("unable", "negation") and calls(verb) and _says_something(before[place + 1 :]):
        return False  # no sirve, está malogrado, recházalo
    if denial.has("unable") and not _INFINITIVE.search(verb.text) and place + 1 < len(before):
        return False  # no voy a poder pagar, anula
    between = without_little(before[place + 1 :])
    if denial.text in ("sin", "without"):
        return not between
    return not any(one.has("owned") for one in before[place + 1 :])


def _says_something(between: Sequence[Mention]) -> bool:
    """Say whether what stands between a negation and a command is a statement of its own."""
    return any(one.has(*_REASONS, "received", "arrived", "goods", "reject.asks") for one in between)


def _ends_denying(after: Sequence[Mention]) -> bool:
    """Say whether a bare no follows: "anular no por favor"."""
    rest = [one for one in after if not one.has("polite", "small", "sign", "thanks")]
    return bool(rest) and rest[0].has("no", "negation") and len(rest) == 1


def is_doubt(mention: Mention) -> bool:
    """Say whether it makes doubtful what follows: "no sé si", "quizás"; not that of an amount, "unos 20"."""
    return mention.has("unsure") and mention.text not in _ROUGHLY


def _conditional(heard: Heard, verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> Bar:
    orders = verb.has("request.asks", "request.weak", "repeat.asks")
    if any(one.start < verb.start for one in heard.of("unreal")):
        return Bar.CONDITION
    if any(map(is_doubt, before)):
        return Bar.CONDITION  # perhaps I sell it
    for one in heard.of("when"):
        if one.start < verb.start or not (orders and one.text.startswith("cuando pueda")):
            return Bar.CONDITION
    if any(one.text == "si" and not two.has("polite", "sign", "thanks") for one, two in pairwise(after)):
        return Bar.CONDITION  # sell it if he pays
    if before and before[-1].text == "si" and verb.text.split()[0].endswith(("as", "an", "es", "en")):
        return Bar.CONDITION  # if you close it
    for place, one in enumerate(before):
        if one.text == "si" and any(two.has(OTHER, "plain", "others", "money") for two in before[place + 1 :]):
            return Bar.CONDITION
    return Bar.NONE


def _by_others(heard: Heard, verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> Bar:
    if any(one.has("says_that") for one in before) or _somebody_else(before) or _is_their_doing(verb, before):
        return Bar.OTHERS
    if any(_only_tells(one) for one in before) or verb.has("team.asks", "join.asks"):
        return Bar.NONE if verb.has("team.asks", "join.asks") else Bar.REPORTED
    del heard
    told_to = verb.text.endswith(("le", "les")) and verb.text not in _BARE_IN_LE
    if told_to and any(one.has("others") or one.text.startswith("que") for one in after):
        return Bar.OTHERS  # pídele 20 a mi hermano
    if after and after[0].has("name") and verb.text.startswith(("lo ", "la ", "los ", "las ")):
        return Bar.OTHERS  # la 329 lo anuló hyde
    for place, one in enumerate(after):
        if one.has("because") and one.text != "por":
            break
        if one.has("others") and (place == 0 or after[place - 1].text.split()[-1] not in _TO_WHOM):
            return Bar.OTHERS  # "pide 20 balones mi vecina", "la orden de mi vecino"
    return Bar.NONE


def _is_their_doing(verb: Mention, before: Sequence[Mention]) -> bool:
    """Say whether a name is who does it: "Emile me pide 30" tells, "lo de Emile acepta" asks."""
    if not verb.has("request.asks", "request.weak") or not verb.text.endswith(("e", "a", "en", "an")):
        return False
    said = [one for one in before if one.text not in ("me", "nos", "le", "les", "ya", "no", ",")]
    if not said or not said[-1].has("name"):
        return False
    return len(said) < 2 or said[-2].text.split()[-1] not in (*_TO_WHOM, "de", "y")


def _only_tells(mention: Mention) -> bool:
    """Say whether it tells that something was done, and cannot ask for it as well: "acepta" can."""
    return any(k.endswith(".tells") for k in mention.kinds) and not any(k.endswith(".asks") for k in mention.kinds)


def _somebody_else(before: Sequence[Mention]) -> bool:
    """Say whether somebody else is named, and not the one who writes: "soy la señora Rosa" is the latter."""
    return any(
        one.has("others") and not any(two.has("self") for two in before[max(place - 2, 0) : place])
        for place, one in enumerate(before)
    )


def _asked(heard: Heard, verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> Bar:
    polite = any(one.has("can") for one in before) and not any(
        one.has("howto") and not one.has("small", "want") for one in before
    )
    if verb.text.startswith(("quien", "who ", "ver ", "mi equipo", "mis ")):
        return Bar.NONE  # it asks by itself
    polite = polite or verb.text.startswith(("me ayud", "nos ayud", "me apoy", "nos apoy"))  # ¿me ayuda cerrando…?
    if _ends_asking(heard, verb) and not polite and not verb.text.endswith(("as", "es", "me")):
        return Bar.ASKED
    if any(one.text.startswith(_WHAT_IF) for one in heard.of("question")):
        return Bar.ASKED
    if any(one.text.startswith(_LOST) and one.start > verb.start for one in heard.of("howto")):
        return Bar.ASKED
    if _INFINITIVE.search(verb.text) and any(one.text.startswith(_HOW_AFTER) for one in after):
        return Bar.ASKED  # to reject, how is it?
    asking = [one for one in before if one.has("question", "howto") and not one.has("want", "small", "can")]
    return Bar.ASKED if asking or any(one.text in ("como", "how", "donde", "cuando") for one in before) else Bar.NONE


def _ends_asking(heard: Heard, verb: Mention) -> bool:
    """Say whether the clause of the verb ends with a question mark."""
    for char in heard.text[verb.end :]:
        if char in ".;!\n":
            return False
        if char == "?":
            return True
    return False


def _reported(heard: Heard, verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> Bar:
    past = [
        one for one in (*before, *after) if isinstance(one.value, Days) and one.text in ("ayer", "anteayer", "antier")
    ]
    if any(one.text in ("acabo de", "acabamos de", "acaba de", "acaban de") for one in before):
        return Bar.REPORTED
    near = [one for one in before if not one.has("small", "polite")][-1:]
    bare = verb.text.endswith("e") and (not verb.text.endswith(("me", "le")) or verb.text in _BARE_IN_LE)
    ambiguous = bare and any(one.text == "ya" for one in near)  # ya cierre: ya cerré?
    if any(one.has("wished") for one in before) and (
        heard.has("wish.gone") or any(one.text.startswith(("pero", "but")) for one in heard.words)
    ):
        return Bar.REPORTED
    first_person = not any(one.has("want") for one in before)
    if past and first_person and any(one.text == "ya" for one in before):
        return Bar.REPORTED
    return Bar.REPORTED if ambiguous else Bar.NONE


def _later(heard: Heard, verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> Bar:
    """Say whether it will be done later: "mañana cierro". An order for tomorrow is asked for now."""
    if verb.has("request.asks", "request.weak", "repeat.asks", "repeat.like"):
        return Bar.NONE
    around_it = [*before, verb, *after]
    if any(one.has("number") and two.has("time") for one, two in pairwise(before)):
        return Bar.LATER  # two days are left to close
    if not any(one.has("arrived", "received") for one in around_it):
        clause = heard.said(*around_it).casefold()
        if at_an_hour(clause) or WAIT.search(clause):
            return Bar.LATER  # at six I close
    comes = any(_is_coming(heard, around_it, place) for place in range(len(around_it)))
    return Bar.LATER if comes or any(one.has("later", "future") for one in around_it) else Bar.NONE


def _is_coming(heard: Heard, around_it: Sequence[Mention], place: int) -> bool:
    """Say whether it is a day to come; "la del lunes" is an order of a day that has been."""
    days = around_it[place].value
    if not isinstance(days, Days) or heard.today is None or days.first <= heard.today:
        return False
    return not place or around_it[place - 1].text.split()[-1] not in ("del", "de", "of", "from")


def _is_relative(before: Sequence[Mention]) -> bool:
    """Say whether "is" belongs to a relative clause: "la que es de ayer", "una marca que no es"."""
    words = [word for one in before[-2:] for word in one.text.split()]
    return words[-1:] in (["que"], ["q"], ["el"], ["la"]) or words[-2:] == ["que", "no"]


def _talked_about(_heard: Heard, verb: Mention, before: Sequence[Mention], after: Sequence[Mention]) -> Bar:
    """Say whether the verb is what is talked about: "cerrar la 717 sería un error", "el que cierra"."""
    if before and before[-1].text == "que" and not any(one.has("want", "can", "when") for one in before):
        return Bar.OTHERS
    if verb.text.endswith("rse"):
        return Bar.OBJECT  # it is about to be closed
    if len(after) > 1 and after[0].text in ("o", "u", "or") and any(kind.endswith(".asks") for kind in after[1].kinds):
        return Bar.ASKED
    noun = any(kind.endswith(".nouns") for kind in verb.kinds) or verb.text in ("compra", "encargo")
    articles = _NOUN_AFTER | _BEFORE_PURCHASE if verb.text in ("compra", "encargo") else _NOUN_AFTER
    if before and before[-1].text.split()[-1] in articles and noun:
        return Bar.OBJECT  # pendientes de cierre
    if after and after[0].text == "que" and verb.has("accept.asks", "reject.asks", "close.asks", "sell.asks"):
        return Bar.OBJECT  # acepto que me equivoqué
    if not _INFINITIVE.search(verb.text) or any(one.has("want", "can") for one in before):
        return Bar.NONE
    if before and before[-1].text.split()[-1] in _PREPOSITIONS:
        return Bar.OBJECT
    ahead = [place for place, one in enumerate(after) if one.text in _IS]
    relative = any(_is_relative(after[:place]) for place in ahead)
    return Bar.OBJECT if ahead and not relative else Bar.NONE
