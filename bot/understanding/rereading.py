"""An answer or a correction read once more, where the ranking is sure that the message is one and nothing was found.

Each clause is read by itself as the open question reads it; what tells of something else, of others or of before, is
left out. Only one value may remain: two that differ answer nothing. A yes is never read this way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.understanding.answering import read_as
from bot.understanding.context import Context, Expected, OpenQuestion
from bot.understanding.correcting import corrected
from bot.understanding.heard import CLAUSE_ENDS, DATE, NUMBER, Heard, Mention
from bot.understanding.meaning import Kind, Meaning

_PUT_RIGHT = frozenset(
    {
        *("mejor", "digo", "perdon", "me equivoque", "corrijo", "quise decir", "quiero decir", "en realidad", "sino"),
        *("mejor que sean", "que sean", "o sea", "osea", "i mean", "sorry", "rather"),
    }
)
"""What stands between an answer and the one that is meant in its place."""
_TURNS = frozenset({"pero", "but", "aunque", "mas bien"})
_BECAUSE = frozenset({"porque", "ya que", "debido a", "debido a que", "because", "es que", "por que"})
_BESIDE_THE_POINT = ("says_that", "due", "long_ago", "unreal", "request.tells", "sell.tells", "unsure", "when", "others")


def reread(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """Return the one answer that the clauses of the message hold, or None."""
    if question.expects in (Expected.WORDS, Expected.CONFIRM) or _is_barred(heard):
        return None
    answers: dict[str, Meaning] = {}
    for part in _parts(heard):
        found = read_as(part, context, question)
        if found is not None and found.kind is Kind.ANSWER and found.slots:
            answers.setdefault(found.slots[0].value, found)
    return next(iter(answers.values())) if len(answers) == 1 else None


def recorrected(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """Return the change to the summary that the last clause of the message that makes one says, or None."""
    if question.expects is not Expected.CONFIRM or _is_barred(heard):
        return None
    found = (corrected(part, context, question) for part in reversed(list(_parts(heard))))
    return next((change for change in found if change is not None and change.slots), None)


def _is_barred(heard: Heard) -> bool:
    return "?" in heard.text or '"' in heard.text or heard.has("injection", "link", "advert", "phone", "ruc")


def _parts(heard: Heard) -> Iterator[Heard]:
    """Yield what is said after putting itself right, or else the clauses that may answer."""
    said = _without_company(heard.mentions)
    places = [place for place, one in enumerate(said) if one.text in _PUT_RIGHT]
    if places and any(one.has(NUMBER, DATE, "brand", "name") for one in said[places[-1] + 1 :]):
        said = said[places[-1] + 1 :]
    for clause in _clauses(said):
        kinds = {kind for one in clause for kind in one.kinds}
        if kinds.isdisjoint(_BESIDE_THE_POINT):
            yield replace(heard, mentions=clause, known=kinds)


def _without_company(mentions: Sequence[Mention]) -> list[Mention]:
    """Return the mentions without somebody with whom it was done: "contamos con mi hijo"."""
    return [
        one
        for place, one in enumerate(mentions)
        if not (one.has("others") and place and mentions[place - 1].text in ("con", "with"))
    ]


def _clauses(mentions: Sequence[Mention]) -> Iterator[list[Mention]]:
    """Yield the parts between signs and turns, without the reasons that are given."""
    part: list[Mention] = []
    is_reason = False
    for mention in mentions:
        if mention.text in CLAUSE_ENDS or mention.text in _TURNS:
            if part:
                yield part
            part, is_reason = [], False
        elif mention.text in _BECAUSE or is_reason:
            is_reason = True
        else:
            part.append(mention)
    if part:
        yield part
