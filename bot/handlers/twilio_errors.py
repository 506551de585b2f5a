"""What each of Twilio's error codes means for the letter, in an HTTP answer and in a status callback alike.

Sources: Twilio's dictionary of errors (twilio.com/docs/api/errors) and its mapping of WhatsApp's own codes
(twilio.com/docs/whatsapp/api/error-code-mapping). Texts of errors may change, so only codes and HTTP statuses decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.letters import Fate, SendError
from bot.store import Reach


@dataclass(frozen=True)
class Rule:
    """One decision: what becomes of the letter, what it says about the address, and how long Twilio wants a rest."""

    fate: Fate
    why: str
    reach: Reach | None = None
    wait: timedelta | None = None


def _rules() -> Iterator[tuple[int, Rule]]:
    """Yield the table. What is not in it: see `decide_code`."""
    # --- the person cannot be reached at this address
    yield 21211, Rule(Fate.PERMANENT, "no valid recipient", Reach.INVALID)
    yield 21614, Rule(Fate.PERMANENT, "not a mobile number", Reach.INVALID)
    yield 63003, Rule(Fate.PERMANENT, "WhatsApp does not know the recipient", Reach.INVALID)
    yield 63024, Rule(Fate.PERMANENT, "invalid recipient (WhatsApp 1002, 1026)", Reach.INVALID)
    yield 21610, Rule(Fate.PERMANENT, "the person unsubscribed", Reach.BLOCKED)
    yield 63014, Rule(Fate.PERMANENT, "the person blocked it", Reach.BLOCKED)
    yield 63033, Rule(Fate.PERMANENT, "the person blocked it", Reach.BLOCKED)
    yield 63015, Rule(Fate.PERMANENT, "the person has not joined the sandbox", Reach.BLOCKED)
    # --- the window
    yield 63016, Rule(Fate.SHUT, "outside the 24 hours")
    # --- try again later
    yield 20429, Rule(Fate.TEMPORARY, "too many calls at once; never processed")
    yield 14107, Rule(Fate.TEMPORARY, "too many replies to one person", None, timedelta(seconds=30))
    yield 21611, Rule(Fate.TEMPORARY, "the sender's queue is full", None, timedelta(minutes=1))
    yield 30001, Rule(Fate.TEMPORARY, "the sender's queue is full", None, timedelta(minutes=1))
    yield 63009, Rule(Fate.TEMPORARY, "WhatsApp answered with an error")
    yield 63010, Rule(Fate.TEMPORARY, "Twilio's inner error")
    yield 63012, Rule(Fate.TEMPORARY, "WhatsApp's inner error")
    yield 63018, Rule(Fate.TEMPORARY, "WhatsApp's rate limit")
    yield 63023, Rule(Fate.TEMPORARY, "WhatsApp's generic error")
    yield 63038, Rule(Fate.TEMPORARY, "the account's messages of the day are used up", None, timedelta(hours=1))
    # --- an operator has to mend something
    yield 20003, Rule(Fate.MISCONFIGURED, "the account or its token is refused")
    yield 20404, Rule(Fate.MISCONFIGURED, "the account is not found")
    yield 21212, Rule(Fate.MISCONFIGURED, "the sender's number is not valid")
    yield 21603, Rule(Fate.MISCONFIGURED, "no sender's number")
    yield 21606, Rule(Fate.MISCONFIGURED, "the sender's number is not this account's")
    yield 21609, Rule(Fate.MISCONFIGURED, "the address for status callbacks is refused")
    yield 63001, Rule(Fate.MISCONFIGURED, "WhatsApp does not accept the account")
    yield 63002, Rule(Fate.MISCONFIGURED, "WhatsApp does not know the sender")
    yield 63007, Rule(Fate.MISCONFIGURED, "no WhatsApp sender with that number")
    yield 63008, Rule(Fate.MISCONFIGURED, "the WhatsApp sender is set up wrong")
    yield 63020, Rule(Fate.MISCONFIGURED, "the business has not accepted Twilio's invitation")
    yield 63022, Rule(Fate.MISCONFIGURED, "the business' name is not certified")
    yield 63051, Rule(Fate.MISCONFIGURED, "the WhatsApp business account is locked")
    for code in (63027, 63028, 63029, 63030, 63040, 63041, 63042):
        yield code, Rule(Fate.MISCONFIGURED, "the template is missing, paused or of another form")
    # --- it would be refused every time
    for code in (21602, 21604, 21617, 21654, 21655, 21656, 63005, 63006, 63013, 63021):
        yield code, Rule(Fate.PERMANENT, "the content is refused")
    for code in (63019, 63025, 63034, 63037):
        yield code, Rule(Fate.PERMANENT, "the media are refused")
    yield 63031, Rule(Fate.PERMANENT, "the recipient is the sender")
    yield 63032, Rule(Fate.PERMANENT, "WhatsApp does not deliver to this person now (WhatsApp 472)")
    yield 63035, Rule(Fate.PERMANENT, "the operation is prohibited")
    yield 63049, Rule(Fate.PERMANENT, "Meta chose not to deliver it")


RULES = dict(_rules())
CONTENT_REFUSED = frozenset({21654, 21655, 21656, 63005, 63006, 63021, 63027, 63028, 63029, 63030, 63040, 63041, 63042})
"""Of a message with a Content template: without it, the same words may be taken."""


def decide_code(code: int, status: int = 0, retry_after: timedelta | None = None) -> SendError:
    """Return the one decision that an error code of Twilio's carries, with the HTTP status it came with, if any.

    An answer of 5xx leaves open whether the message left. A code without a rule is final: it tells of no way out.
    """
    reason = f"Twilio {code} (HTTP {status})" if status else f"Twilio {code}"
    if status == 429:
        return SendError(reason, retry_after=retry_after)
    if status >= 500:
        return SendError(reason, Fate.DOUBTFUL)
    rule = RULES.get(code)
    if rule is not None:
        return SendError(f"{reason}: {rule.why}", rule.fate, reach=rule.reach, retry_after=rule.wait)
    is_ours_to_mend = status in (401, 403, 404)
    return SendError(reason, Fate.MISCONFIGURED if is_ours_to_mend else Fate.PERMANENT)
