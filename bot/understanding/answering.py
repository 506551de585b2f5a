"""What a message means while a question is open: an answer to it, or something else that leaves it open."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import pick
from bot.understanding import agreeing
from bot.understanding.called import name_in
from bot.understanding.choosing import choice
from bot.understanding.context import Context, Expected, OpenQuestion
from bot.understanding.correcting import corrected
from bot.understanding.counting import quantity
from bot.understanding.dates import Days
from bot.understanding.deciding import CHANGING, decide
from bot.understanding.denying import is_denied_after
from bot.understanding.heard import CODE, DATE, NUMBER, OTHER, Heard, Mention
from bot.understanding.looking import LOOKS
from bot.understanding.meaning import Found, Kind, Meaning
from bot.understanding.papers import by_truck, paper, plate, said_kind
from bot.understanding.put_off import says_when
from bot.understanding.reasons import reasons
from bot.understanding.replying import Reader, answer, label_of, numbered_option, order_of
from bot.understanding.restating import said_again
from bot.understanding.safety import is_attack
from bot.understanding.said_days import said_days
from bot.understanding.searching import days_slot
from bot.understanding.which_order import which_order
from core import documents


def answered(heard: Heard, context: Context, question: OpenQuestion) -> Meaning:
    """Return the answer to the open question, or what else the message means; the question stays open then."""
    if question.expects is Expected.WORDS:
        return _free_words(heard, context, question)
    picked = _picked(heard, question)
    if picked is not None and question.expects is not Expected.CONFIRM:
        return answer([Found(question.key, picked, shown=label_of(picked, question), said=heard.text, why="an option")])
    if is_attack(heard):
        return decide(heard, context)
    if question.key == "line" and (change := corrected(heard, context, question)) is not None and change.slots:
        return change  # which line, and how many of it: "18 de joyce"
    meaning = read_as(heard, context, question)
    if meaning is not None and meaning.kind is Kind.ANSWER and tells_besides(heard, question):
        meaning = None
    return meaning if meaning is not None else _something_else(heard, context, question)


def read_as(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """Return what the message answers to a question of this kind, or None if it says nothing of it."""
    return _READERS[question.expects](heard, context, question)


def tells_besides(heard: Heard, question: OpenQuestion) -> bool:
    """Say whether much of the message is about other things, so that the answer in it may be none: a story."""
    if heard.has(CODE) or (question.conversation == "accept" and says_when(heard, question.key)):
        return False
    besides = _BESIDES if question.conversation == "close" else (*_BESIDES, "arrived")
    if question.key == "role":
        besides = (*besides, DATE)
    told = sum(one.has(*besides) and not _is_of_it(one) for one in heard.words)
    reports = question.conversation == "close" and heard.has("arrived", "received", "lack", "reason.never_came")
    return told >= MOST_BESIDES + reports


def _is_of_it(mention: Mention) -> bool:
    return mention.has(*_AFTER_ALL) or any(kind.startswith("role.") for kind in mention.kinds)


MOST_BESIDES = 2
"""Words about other things from which on a message tells a story."""
_BESIDES = (OTHER, "plain", "foreign", "address", "money", "out_of_scope", "long_ago", "says_that")
_AFTER_ALL = ("carrier", "change", "no", "nothing", "yes", "negation", "polite", "number", "small", "because")


def _something_else(heard: Heard, context: Context, question: OpenQuestion) -> Meaning:
    """Return what it means by itself. Lines and goods without a verb of their own do not leave the open question."""
    meaning = decide(heard, context)
    if meaning.kind is Kind.INTENT and meaning.intent == question.conversation:
        return Meaning(Kind.UNKNOWN, likely=(), notes=("of the open conversation, and no answer to its question",))
    of_old = any(one.has("repeat.asks") and one.text.startswith(("el de", "la de", "lo de")) for one in heard.words)
    if meaning.kind is Kind.INTENT and (of_old or not has_own_verb(heard, meaning.intent)):
        return Meaning(Kind.UNKNOWN, likely=(meaning.intent,), notes=("no answer, and no command of its own",))
    return meaning


def has_own_verb(heard: Heard, intent: str) -> bool:
    """Say whether a word asks for this conversation by itself."""
    return heard.has(f"{intent}.asks", f"{intent}.says")


def _picked(heard: Heard, question: OpenQuestion) -> str | None:
    """Return the token of the option that is chosen by its number or its label."""
    numbered = numbered_option(heard, question)
    return numbered.value if numbered is not None else pick(heard.text, question.options)


# --- by the kind of answer --------------------------------------------------------------------------------------------


def _confirmed(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    if agreeing.says_yes(heard, question.conversation, said_again(heard, context, question)):
        return Meaning(Kind.YES, confidence=0.95)
    no = agreeing.says_no(heard) or agreeing.refuses(heard, question.conversation)
    if no and not (question.conversation == "annul" and heard.has("annul.asks") and agreeing.says_no(heard)):
        return Meaning(Kind.NO, confidence=0.9)
    picked = _picked(heard, question) if '"' not in heard.text and "?" not in heard.text else None
    change = corrected(heard, context, question) if picked is None else None
    if change is not None:
        return change
    if picked is not None:
        kinds = {"yes": Kind.YES, "no": Kind.NO}
        if picked in kinds:
            return Meaning(kinds[picked], confidence=0.95, notes=("an option",))
        return answer([Found(question.key, picked, shown=label_of(picked, question), said=heard.text, why="an option")])
    meaning = decide(heard, context)
    if meaning.kind is Kind.INTENT and (
        meaning.intent == question.conversation or heard.has("yes", "unsure", "arrived")
    ):
        return Meaning(Kind.UNKNOWN, likely=(meaning.intent,), notes=("not a clear yes",))
    if meaning.kind is Kind.INTENT and not has_own_verb(heard, meaning.intent):
        return Meaning(Kind.UNKNOWN, notes=("not a clear yes",))
    return meaning


def _document(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    if "?" in heard.text or heard.has("unsure", "not_yet", "later", "unreal") or _is_spoilt(heard):
        return None
    slots = paper(heard)
    if not slots:
        words = [
            one for one in heard.words if not one.has("small", "polite", "waybill", "invoice", "trade", "yes", "and")
        ]
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
    slots = by_truck(slots, order_of(context, question))
    if question.key == "invoice" and all(slot.key != "invoice" for slot in slots):
        slots = [replace(slot, key="invoice") for slot in slots if slot.key == "document"]
    return answer(slots + plate(heard))


def _is_spoilt(heard: Heard) -> bool:
    """Say whether a number is told not to be used: "no use la T001-998", "la T002-8815 la anularon"."""
    told = any(kind.endswith(".tells") and not kind.startswith("sell") for kind in heard.known)
    gone = any(one.has(OTHER, "plain") and one.text.endswith(("io", "aron", "ieron")) for one in heard.words)
    days = [one.value for one in heard.of(DATE) if isinstance(one.value, Days)]
    before = any(heard.today is not None and one.last < heard.today for one in days)
    last = [heard.mentions.index(one) for one in heard.of("document")][-1:]
    if any(is_denied_after(heard.mentions, place) for place in last):
        return True  # "la T001-3309 no es, esa es de otro"
    denied = heard.has("negation") and not heard.has("change", "because") and said_kind(heard) is None
    return told or gone or before or denied


def _days(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    coming = question.expects is Expected.DAY
    if (coming and not heard.has(DATE)) or heard.unknown > 1 or heard.has("unsure"):
        return None
    if coming and _is_about_the_day(heard):
        return None
    found = said_days(heard.text, context.today, context.language, coming=coming)
    found = [one for one in found if not any(_holds(two, one) for two in found if two is not one)]
    if len(found) != 1 or (coming and (found[0].first != found[0].last or found[0].last < context.today)):
        return None
    return answer([replace(days_slot(found[0], heard), key=question.key)])


def _holds(days: Days, other: Days) -> bool:
    """Say whether days only name again a part of others: "el finde pasado, sábado y domingo"."""
    return days.first <= other.first and other.last <= days.last and days.first != days.last


def _is_about_the_day(heard: Heard) -> bool:
    """Say whether something is told of the day instead: "el viernes no puedo", "el lunes fue feriado"."""
    told = any(not _TOLD.isdisjoint(one.text.split()) for one in heard.words)
    return told or (heard.has("negation", "no") and not heard.has("sign"))


_TOLD = frozenset({"fue", "fueron", "era", "estuvo", "estuve", "estaba", "confirmo", "aviso", "digo", "llamo", "viajo"})


def _free_words(heard: Heard, context: Context, question: OpenQuestion) -> Meaning:
    """Words are taken as they are, whatever they say: a command inside a comment is a comment."""
    if question.key.startswith("reason"):
        common = [slot for slot in reasons(heard) if slot.value in dict(question.options)]
        picked = _picked(heard, question)
        if (picked is not None or common) and not _is_taken_back(heard, question):
            token = picked or common[0].value
            return answer(
                [Found(question.key, token, shown=label_of(token, question), said=heard.text, why="an option")]
            )
    if question.key.startswith("reason") and (other := _instead_of_reason(heard, context, question)) is not None:
        return other
    words = " ".join(heard.text.split())
    if question.key == "name":
        words = name_in(words)
    return answer([Found(question.key, words, said=heard.text, why="words in the person's own way")])


def _instead_of_reason(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """Return what is said in place of a reason: a question, a look, that it is not for now or not at all."""
    if _is_taken_back(heard, question):
        return Meaning(Kind.UNKNOWN, notes=("taken back, and no reason",))
    if _is_other_wish(heard, context, question):
        return Meaning(Kind.UNKNOWN, notes=("another wish, or a change of mind, and no reason",))
    if _is_no_reason(heard):
        return decide(heard, context) if "?" in heard.text else Meaning(Kind.UNKNOWN, notes=("no reason",))
    first = next((one for one in heard.words if not one.has("polite", "greeting")), None)
    if first is not None and first.has("later") and not heard.has("goods", "carrier", "name"):
        return Meaning(Kind.UNKNOWN, notes=("waits, and gives no reason",))
    if not heard.has("want", "look") or heard.unknown:
        return None
    meaning = decide(heard, context)
    looks = meaning.kind is Kind.INTENT and meaning.intent in LOOKS and "order" in meaning.answers
    return meaning if looks else None


def _is_taken_back(heard: Heard, question: OpenQuestion) -> bool:
    """Say whether what the open conversation does is denied: "ya no la rechace, me equivoqué de botón"."""
    words = heard.words
    own = (f"{question.conversation}.asks", f"{question.conversation}.wishes")
    return any(
        two.has(*own) and any(one.has("no", "negation") for one in words[max(place - 1, 0) : place + 1])
        for place, two in enumerate(words[1:])
    )


def _is_other_wish(heard: Heard, context: Context, question: OpenQuestion) -> bool:
    """Say whether it only asks for something else, or for this no longer: "recibí todo", "no espera, sí lo recibo"."""
    if heard.unknown or any(kind.startswith("reason.") for kind in heard.known):
        return False
    if all(one.has(*_OF_A_CHANGED_MIND) or one.text in _TAKEN for one in heard.words):
        return True
    wish = decide(heard, context)
    asked = has_own_verb(heard, wish.intent) or heard.has("received", "arrived")
    return asked and wish.kind is Kind.INTENT and wish.intent in CHANGING and wish.intent != question.conversation


_OF_A_CHANGED_MIND = ("yes", "no", "later", "not_yet", "retract", "change", "polite", "small", "now", "greeting")
_TAKEN = frozenset({"recibo", "lo recibo", "acepto", "recibire", "quiero"})


def _is_no_reason(heard: Heard) -> bool:
    """Say whether it asks, commands the program, or only waits: nobody gives that as a reason."""
    waits = all(one.has("later", "not_yet", "polite", "small", "sign") for one in heard.mentions)
    return "?" in heard.text or is_attack(heard) or waits


_READERS: dict[Expected, Reader] = {
    Expected.CONFIRM: _confirmed,
    Expected.CHOICE: choice,
    Expected.ORDER: which_order,
    Expected.QUANTITY: quantity,
    Expected.DOCUMENT: _document,
    Expected.DAY: _days,
    Expected.DAYS: _days,
}
