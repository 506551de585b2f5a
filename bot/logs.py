"""Logs: one line an event, text or JSON. Never a token, a phone number, a code or what somebody wrote.

What this program logs holds none of them to begin with. What libraries log, and what exceptions quote, is another
matter: so every record is made discreet where it is born, before any handler sees it.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
from typing import Any

import structlog

TOO_TALKATIVE = (
    "httpx",
    "httpcore",
    "urllib3",
    "requests",
    "twilio",
    "telegram",
    "apscheduler",
    "alembic",
    "sqlalchemy",
    "asyncio",
    "werkzeug",
)
"""Libraries that log addresses with tokens in them, headers, parameters; or every run of every job."""

_MASKS = (
    (re.compile(r"\b(bot)?[0-9]{3,}:[A-Za-z0-9_-]{20,}"), r"\1***"),  # a bot's token
    (re.compile(r"/bot[0-9]{3,}:[^/\s]+"), "/bot***"),  # whatever its length, in an address
    (re.compile(r"(?i)\b(basic|bearer)\s+[A-Za-z0-9+/=._~-]{8,}"), r"\1 ***"),
    (re.compile(r"/([rv])/[A-Za-z0-9_-]{16,}"), r"/\1/***"),  # a report's or a receipt's token
    (re.compile(r"whatsapp(:|%3A)[^\s'\",)&]+"), "whatsapp:***"),
    (re.compile(r"(?<![0-9A-Za-z.])(\+|%2B)?(?:[0-9][ ().-]?){8,14}[0-9](?![0-9A-Za-z])"), "***"),  # a phone, a code
)


def masked(text: str) -> str:
    """Return the text without what looks like a token, a phone number or an order's code."""
    for pattern, instead in _MASKS:
        text = pattern.sub(instead, text)
    return text


def told(error: BaseException) -> str:
    """Return where and of what kind an error is, and those that led to it; nothing of what they say.

    An error quotes what it stumbled over: a text that is no number, the row that a table refuses.
    """
    seen: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        seen.append(cause)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    lines = []
    for one in reversed(seen):
        lines += [line.rstrip("\n") for line in traceback.format_tb(one.__traceback__)]
        lines.append(_named(one))
    return "\n".join(lines)


def _named(error: BaseException) -> str:
    """Return the error's type, and the code that the system or the database gave it: codes quote nothing."""
    codes = (getattr(error, name, None) for name in ("errno", "sqlstate", "sqlite_errorname", "status", "code"))
    known = [str(code) for code in codes if isinstance(code, str | int)]
    return type(error).__qualname__ + (f" ({', '.join(known)})" if known else "")


class _Discreet(logging.LogRecord):
    """A record that never shows what it should not, whoever formats it."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.exc_text = told(self.exc_info[1]) if self.exc_info and self.exc_info[1] is not None else None

    def getMessage(self) -> str:  # noqa: N802 - the library's name
        """Return the message with its arguments in it, and without what looks like a secret."""
        return masked(super().getMessage())


def _told_of(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Put the error of a record in its place, as `told` tells it."""
    found = event.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = told(error)
    return event


def set_up(level: str = "INFO", style: str = "text") -> None:
    """Send the logs of everything to standard error."""
    logging.setLogRecordFactory(_Discreet)
    threading.excepthook = _log_end_of_thread
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _told_of,
    ]
    last = structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=False)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    tame_libraries()


def tame_libraries() -> None:
    """Let libraries speak only of what is wrong, at any level of our own."""
    for name in TOO_TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _log_end_of_thread(ended: threading.ExceptHookArgs) -> None:
    logging.getLogger(__name__).error("a thread ended by an error", exc_info=ended.exc_value)
