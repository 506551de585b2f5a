"""Yes and no to a summary. A yes is clear only if the whole message is one; anything beside it is asked again."""

from __future__ import annotations

from collections.abc import Sequence

from bot.understanding.deciding import CHANGING
from bot.understanding.heard import Heard, Mention

_AROUND = ("polite", "greeting", "thanks", "sign")
_PRONOUNS = frozenset(
    {
        "lo",
        "la",
        "los",
        "las",
        "todo",
        "todos",
        "la orden",
        "el pedido",
        "orden",
        "pedido",
        "asi",
        "it",
        "ya",
        "me",
        "esta",
        "ahora",
        "ahorita",
        "now",
        "nomas",
        "el",
        "con eso",
        "que quede",
        "quede",
    }
)
_GO_ON = frozenset({"puede", "puedes", "pueden", "podes", "you can", "you may"})
"""Before a verb they let one go on: "correcto, puede cerrar"."""
_GLUE = frozenset(
    {
        *("de", "del", "a", "al", "con", "los", "las", "la", "el", "esa", "ese"),
        *("esta", "este", "es", "son", "kg", "kilos", "balones", "completos", "completas", "todos", "para"),
    }
)
"""Beside what is said again of the summary these change nothing: "sí, los 20 de joyce a Hyde"."""
_THUMBS = ("👍", "👌", "✅", "💯", "🆗", "🙌")
_THUMBS_DOWN = ("👎", "❌", "🚫")
_VERBS = {
    "close": "close.asks",
    "accept": "accept.asks",
    "sell": "sell.asks",
    "reject": "reject.asks",
    "annul": "annul.asks",
    "request": "request.asks",
    "repeat": "repeat.asks",
    "team": "team.asks",
    "arrive": "arrive.says",
}


def says_yes(heard: Heard, conversation: str, again: Sequence[Mention] = ()) -> bool:
    """Say whether the whole message is a clear yes to the summary of this conversation.

    `again` are the words that only repeat what the summary says.
    """
    if "?" in heard.text or '"' in heard.text:
        return False
    if not heard.words:
        return _hand(heard.text, _THUMBS)
    verb = _VERBS.get(conversation)
    own = [kind for kind in (verb, "request.weak" if conversation == "request" else None) if kind]
    sure = False
    for place, mention in enumerate(heard.words):
        if mention in again and mention.exact:
            sure = sure or mention.has("yes")
            continue
        if _speaks_against(mention) or (mention.has(*own) and place and _denies_next(heard, place)):
            return False
        if mention.has("yes", *own):
            sure = True
        elif not _changes_nothing(mention, bool(again)) and not _is_done(mention, heard, place, conversation):
            return False
    only_courtesy = all(_is_courtesy(one) for one in heard.words)
    return sure and not only_courtesy and not _hand(heard.text, _THUMBS_DOWN) and not _thanks_only(heard)


def has_a_yes(heard: Heard, conversation: str, leaving: str) -> bool:
    """Say whether a yes stands in the message, and nothing that takes it back.

    What stands beside it may be unknown; an amount, a name, a day or an order may not: it could be another one. Nor may
    the verb of another conversation, "sí, cerrar" where an order is annulled, nor a word of the option that leaves.
    The verb of the conversation is no yes here: "anular me da pena".
    """
    if any(_asks_for_another(one, conversation) or one.text in leaving.split()[1:] for one in heard.words):
        return False
    if "?" in heard.text or '"' in heard.text or heard.has(*_OTHER_THINGS):
        return False
    if any(map(_speaks_against, heard.words)) or _hand(heard.text, _THUMBS_DOWN) or _thanks_only(heard):
        return False
    return heard.has("yes")


def _asks_for_another(mention: Mention, conversation: str) -> bool:
    """Say whether the word asks for what another conversation does; what is also a yes, "mándale", agrees to this."""
    if mention.has("yes"):
        return False
    own = {conversation, *_ALIKE.get(conversation, ())}
    done = {kind.partition(".")[0] for kind in mention.kinds if kind.endswith(_ASKING)} & set(CHANGING)
    goods = mention.has("arrived", "received") and conversation in ("annul", "request", "repeat", "team")
    return goods or bool(done and not done & own)


_ASKING = (".asks", ".says", ".wishes")
_ALIKE = {
    "accept": ("sell", "arrive"),
    "sell": ("accept", "arrive"),
    "close": ("arrive",),
    "close_all": ("close", "arrive"),
    "request": ("repeat",),
    "repeat": ("request",),
    "arrive": ("close",),
}
"""Conversations whose words agree to this one as well."""
_OTHER_THINGS = (
    *("number", "code", "digits", "date", "hour", "brand", "name", "fuel", "document", "plate"),
    *("says_that", "unreal", "others", "change", "lack", "except", "difference", "retract", "wished", "given_back"),
)


def _speaks_against(mention: Mention) -> bool:
    """Say whether the word leaves a doubt: it is guessed, denied, put off or on a condition."""
    if not mention.exact and not mention.has("polite"):
        return True
    against = ("no", "negation", "unsure", "when", "not_yet", "later", "future")
    return mention.has(*against) and not mention.has("yes")


def _changes_nothing(mention: Mention, is_said_again: bool) -> bool:
    """Say whether the word stands beside a yes and takes nothing from it."""
    if is_said_again and _GLUE.issuperset(mention.text.split()):
        return True
    return mention.text in _GO_ON or mention.has(*_AROUND) or mention.text in _PRONOUNS


def _denies_next(heard: Heard, place: int) -> bool:
    """Say whether the word before, without a sign between, denies this one: "ya no la necesito anular"."""
    before, mention = heard.words[place - 1], heard.words[place]
    return before.has("negation", "no") and "," not in heard.text[before.end : mention.start]


def _is_done(mention: Mention, heard: Heard, place: int, conversation: str) -> bool:
    """Say whether it names what is agreed to as done: the last word of "va, vendido", "que quede anulada".

    After "ya" or "está" it tells that it was done before, and by itself it is no yes.
    """
    if not mention.has(f"{conversation}.tells") or not mention.text.endswith(_DONE):
        return False
    if not place:
        return len(heard.mentions) > 1 and heard.mentions[1].text == ","  # "aceptado, adelante"
    before = heard.words[place - 1]
    return before.has("yes") or before.text in _LET_IT_BE


_DONE = ("ado", "ada", "ido", "ida")
_LET_IT_BE = frozenset({"quede", "que quede", "por", "queda"})


def _is_courtesy(mention: Mention) -> bool:
    """Say whether the word is a mere courtesy: thanks, or a greeting."""
    return mention.has("thanks", "greeting") and not mention.has("yes")


def _thanks_only(heard: Heard) -> bool:
    """Say whether thanks stand beside a word that only acknowledges: "ok gracias" takes leave, "sí gracias" agrees."""
    if not heard.has("thanks"):
        return False
    return not any(one.has("yes") and not one.has("polite") for one in heard.words)


def says_no(heard: Heard) -> bool:
    """Say whether the whole message is a no."""
    if "?" in heard.text:
        return False
    if not heard.words:
        return _hand(heard.text, _THUMBS_DOWN)
    firm = False
    for mention in heard.words:
        if mention.has("no") or mention.text in ("cancela", "cancelar", "cancelo", "cancelalo", "cancel"):
            firm = True
        elif not (mention.has(*_AROUND, "now") or mention.text in _PRONOUNS):
            return False
    return firm


def refuses(heard: Heard, conversation: str) -> bool:
    """Say whether what the summary would do is denied: "no la venda", "prefiero no cerrarla"."""
    if "?" in heard.text or '"' in heard.text or heard.has("number", "yes", "unsure", "when", "others", "says_that"):
        return False
    own = (_VERBS.get(conversation, ""), f"{conversation}.wishes")
    for place, mention in enumerate(heard.mentions):
        if not mention.has(*own):
            continue
        before = [one for one in heard.mentions[:place] if one.has("sign") or not one.has("small", "want", "polite")]
        if before and before[-1].has("no", "negation") and not before[-1].has("yes"):
            return not heard.has("change", "not_yet", "later")
    return False


def _hand(text: str, hands: tuple[str, ...]) -> bool:
    return text.strip().startswith(hands)
