"""What is accepted of an order, and whether it is sold now or later, where that is asked."""

from __future__ import annotations

import re

from bot.understanding.context import Context, OpenQuestion, OrderSeen
from bot.understanding.counting import of_before
from bot.understanding.dates import Days
from bot.understanding.denying import is_denied_after, without_denied
from bot.understanding.giving import quantities_accepted
from bot.understanding.heard import DATE, NUMBER, Heard
from bot.understanding.leaving_out import accepted_without
from bot.understanding.meaning import Found, How, Meaning
from bot.understanding.papers import paper
from bot.understanding.pointing import Pointed
from bot.understanding.put_off import is_sold_later
from bot.understanding.reasons import reason
from bot.understanding.replying import answer, order_of

_IF_NOT = re.compile(r"\bsi no,", re.IGNORECASE)
"""A condition: "si sube la planta le doy todo, si no, no"."""


def what_accepted(heard: Heard, context: Context, question: OpenQuestion) -> Meaning | None:
    """Return that all of it, less of it or nothing is accepted; None if the message says none of it."""
    put_off = heard.has("not_yet", "later") and not is_sold_later(heard)
    if _IF_NOT.search(heard.text) or heard.has("others") or of_before(heard) or put_off:
        return None
    order = order_of(context, question)
    if order is not None and (left_out := accepted_without(heard, context, order, Pointed())):
        return answer(left_out)
    return _accepted(without_denied(heard, after=True), context, order)


def _accepted(heard: Heard, context: Context, order: OrderSeen | None) -> Meaning | None:
    """Return what is accepted, as far as no line is left out by name."""
    if heard.has("cuts") and heard.has("change.quantity") and not heard.has(NUMBER):
        return answer([Found("what", "change", said=heard.text, why="the amount is to be less")])
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


def when_sold(heard: Heard, _context: Context, _question: OpenQuestion) -> Meaning | None:
    """Return whether it is sold now or later; None if the message does not say."""
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
    agrees = heard.has("yes") and all(one.has("yes", "polite") for one in heard.words)
    at_once = agrees or (
        (bool(heard.words) and heard.words[0].has("now")) and not heard.has("not_yet", "later", "future")
    )
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
