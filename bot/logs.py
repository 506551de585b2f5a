"""Logs: one line an event, text or JSON. Never a token, a phone number, a code or what somebody wrote."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_TOKEN_IN_URL = re.compile(r"/bot[0-9]{3,}:[A-Za-z0-9_-]+")
TOO_TALKATIVE = ("httpx", "httpcore", "twilio", "apscheduler", "alembic", "telegram")


class HideTokens(logging.Filter):
    """Take the bot's token out of addresses: libraries log whole addresses when a call fails."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; it is always kept."""
        message = record.getMessage()
        if _TOKEN_IN_URL.search(message):
            record.msg, record.args = _TOKEN_IN_URL.sub("/bot***", message), ()
        return True


def _without_tokens(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take them out of tracebacks too."""
    return {
        key: _TOKEN_IN_URL.sub("/bot***", value) if isinstance(value, str) else value for key, value in event.items()
    }


def set_up(level: str = "INFO", style: str = "text") -> None:
    """Send the logs of everything to standard error."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_tokens,
    ]
    last = structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=False)
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(HideTokens())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in TOO_TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
