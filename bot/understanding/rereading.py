"""An answer or a correction read once more, where the ranking is sure that the message is one and nothing was found.

Each clause is read by itself as the open question reads it; what tells of something else, of others or of before, is
left out. Only one value may remain: two that differ answer nothing. A yes is never read this way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.understanding.answering import read_as, tells_besides
from bot.understanding.context import Context, Expected, OpenQuestion
from bot.understanding.correcting import corrected
from bot.understanding.heard import CLAUSE_ENDS, DATE, NUMBER, OTHER, Heard, Mention
from bot.understanding.meaning import Kind, Meaning

_PUT_RIGHT = frozenset(
    {
        *("mejor", "digo", "perdon", "me equivoque", "corrijo", "quise decir", "quiero decir", "en realidad", "sino"),
        *("no no", "ay no", "uy no", "mejor que sean", "que sean", "o sea", "osea", "i mean", "sorry", "rather"),
    }
)
"""What stands between an answer and the one that is meant in its place."""
_IN_ALL = frozenset({"total", "suman", "sumando", "in all", "altogether"})
"""A part with one of these says the amount that all the others make."""
_AROUND_IT = (OTHER, "plain", "later", "future", "time", DATE)
_TURNS = frozenset({"pero", "but", "aunque", "mas bien"})
_BECAUSE = frozenset({"porque", "ya que", "debido a", "debido a que", "because", "es que", "por que", "porque no"})
_BEFORE = frozenset({"tenia", "teniamos", "had"})
_COMES_TO = frozenset({"sale", "salen", "me sale", "nos sale", "me salen", "nos salen", "salieron"})
"""Before a number they count: "nos sale 16"."""
_BESIDE_THE_POINT = (
    *("says_that", "due", "long_ago", "unreal", "request.tells"),
    *("sell.tells", "unsure", "when", "others"),
)


def reread(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """Return the one answer that the clauses of the message hold, or None."""
    if question.expects in (Expected.WORDS, Expected.CONFIRM, Expected.DOCUMENT) or _is_barred(heard):
        return None
    parts = [part for part in _parts(heard, question) if not tells_besides(part, question)]
    parts = [part for part in parts if any(one.text in _IN_ALL for one in part.words)] or parts
    bare = [part for part in parts if not part.has(*_AROUND_IT)]
    return _one_answer(bare, context, question) or _one_answer(parts, context, question)


def _one_answer(parts: Sequence[Heard], context: Context, question: OpenQuestion) -> Meaning | None:
    answers: dict[str, Meaning] = {}
    for part in parts:
        found = read_as(part, context, question)
        if found is not None and found.kind is Kind.ANSWER and found.slots:
            said = next((slot.value for slot in found.slots if slot.key.startswith("received")), found.slots[0].value)
            answers.setdefault(said, found)
    return next(iter(answers.values())) if len(answers) == 1 else None


def recorrected(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """Return the change to the summary that the last clause of the message that makes one says, or None."""
    if question.expects is not Expected.CONFIRM or _is_barred(heard):
        return None
    found = (corrected(part, context, question) for part in reversed(list(_parts(heard, question))))
    return next((change for change in found if change is not None and change.slots), None)


def _is_barred(heard: Heard) -> bool:
    return "?" in heard.text or '"' in heard.text or heard.has("injection", "link", "advert", "phone", "ruc", "address")


def _parts(heard: Heard, question: OpenQuestion) -> Iterator[Heard]:
    """Yield what is said after putting itself right, or else the clauses that may answer."""
    said = _without_company(heard.mentions)
    places = [place for place, one in enumerate(said) if one.text in _PUT_RIGHT]
    if places and any(one.has(NUMBER, DATE, "brand", "name") for one in said[places[-1] + 1 :]):
        if any(one.has("unsure", "unreal", "when") for one in said[: places[-1]]):
            return
        said = said[places[-1] + 1 :]
    beside = () if question.conversation == "team" else _BESIDE_THE_POINT
    for clause in _clauses(said):
        kinds = {kind for one in clause for kind in one.kinds}
        if kinds.isdisjoint(beside) and not any(one.text in _BEFORE for one in clause):
            yield replace(heard, mentions=clause, known=kinds)


def _without_company(mentions: Sequence[Mention]) -> list[Mention]:
    """Return the mentions without somebody with whom it was done: "contamos con mi hijo"."""
    return [
        one
        for place, one in enumerate(mentions)
        if not (one.has("others") and place and mentions[place - 1].text in ("con", "with"))
        and not (one.text in _COMES_TO and any(two.has(NUMBER) for two in mentions[place + 1 : place + 2]))
    ]


def _clauses(mentions: Sequence[Mention]) -> Iterator[list[Mention]]:
    """Yield the parts between signs and turns, without the reasons that are given."""
    part: list[Mention] = []
    is_reason = False
    for mention in mentions:
        if mention.text in CLAUSE_ENDS or mention.text in _TURNS or mention.has("rest"):
            if part:
                yield part
            part, is_reason = [mention] if mention.has("rest") else [], False
        elif mention.text in _BECAUSE or is_reason:
            is_reason = True
        else:
            part.append(mention)
    if part:
        yield part
