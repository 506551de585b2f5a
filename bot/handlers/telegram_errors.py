"""What each error of the Bot API means for the letter. One table, one decision each.

Sources: the Bot API's own server (tdlib/telegram-bot-api, Client.cpp: which errors become 403, 400 or 429), and
python-telegram-bot 22.8 (request/_baserequest.py: which exception an answer becomes). Texts of errors are no interface,
so they only tell what kind of dead address it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
)

from bot.letters import Fate, SendError
from bot.store import Reach

NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
"""Errors before the request left: nothing can have arrived."""
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True)
class Rule:
    """A decision: for an exception, and if that matters for what its text contains. The first that suits counts."""

    error: type[Exception]
    fate: Fate
    reach: Reach | None = None
    says: tuple[str, ...] = ()


RULES = (
    Rule(InvalidToken, Fate.MISCONFIGURED),  # 401, 404: the token was changed; the letters wait until it is right
    Rule(Conflict, Fate.MISCONFIGURED),  # 409: somebody else uses this bot
    Rule(Forbidden, Fate.PERMANENT, Reach.INVALID, ("deactivated",)),  # 403: the account is gone
    Rule(Forbidden, Fate.PERMANENT, Reach.BLOCKED),  # 403: blocked, never started, thrown out
    Rule(ChatMigrated, Fate.PERMANENT),  # a group, and letters go to people
    Rule(BadRequest, Fate.PERMANENT, Reach.INVALID, ("chat not found", "peer_id_invalid", "user not found")),
    Rule(BadRequest, Fate.PERMANENT),  # 400: it would be refused every time
    Rule(NetworkError, Fate.DOUBTFUL, None, ("gateway timeout", "(504)")),  # it went on, and nobody knows how it ended
    Rule(NetworkError, Fate.TEMPORARY),  # other 5xx: Telegram answered that it failed
    Rule(ValueError, Fate.PERMANENT, Reach.INVALID),  # an address that is no number
)


def decide(error: Exception) -> SendError:
    """Return the one decision that an error of the Bot API carries."""
    if isinstance(error, RetryAfter):
        return SendError("Telegram 429", retry_after=min(wait_named_by(error), LONGEST_WAIT))
    if isinstance(error, NetworkError) and isinstance(error.__cause__, httpx.HTTPError):
        never_left = isinstance(error.__cause__, NEVER_LEFT)
        reason = f"Telegram {type(error.__cause__).__name__}"  # its text may quote the address, with the token
        return SendError(reason, Fate.TEMPORARY if never_left else Fate.DOUBTFUL)
    reason = f"Telegram {type(error).__name__}: {error}"[:200]
    said = str(error).lower()
    for rule in RULES:
        if isinstance(error, rule.error) and (not rule.says or any(text in said for text in rule.says)):
            return SendError(reason, rule.fate, reach=rule.reach)
    return SendError(reason, Fate.PERMANENT)


def wait_named_by(error: RetryAfter) -> timedelta:
    """Return how long Telegram asks to wait."""
    wait = error.retry_after
    return wait if isinstance(wait, timedelta) else timedelta(seconds=wait)
