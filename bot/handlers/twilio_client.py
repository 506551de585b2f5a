"""Twilio's client: with a timeout, with the wait that a 429 names, and with one decision for each way it can fail.

The web process does not load this file: it never calls Twilio.
"""

from __future__ import annotations

import ssl
from datetime import timedelta
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProxyError, SSLError

from bot.handlers.twilio_errors import decide_code
from bot.letters import Fate, SendError
from bot.settings import Settings

TIMEOUT = 10
"""Seconds; by itself the client would wait for ever."""
CONNECTIONS = 16
LONGEST_WAIT = timedelta(hours=1)
FAILURES = (TwilioException, OSError)
"""Everything that a call can raise; requests' own errors are OSErrors."""


class ThrottledError(TwilioException):  # type: ignore[misc,unused-ignore]
    """A 429, with the wait that it names."""

    def __init__(self, retry_after: timedelta | None) -> None:
        super().__init__("HTTP 429")
        self.retry_after = retry_after


class PatientHttpClient(TwilioHttpClient):  # type: ignore[misc,unused-ignore]
    """Twilio's own HTTP client; it reads the wait that a 429 names, which the client's errors do not carry."""

    def __init__(self) -> None:
        super().__init__(timeout=TIMEOUT)
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, HTTPAdapter(max_retries=0, pool_maxsize=CONNECTIONS))

    def request(self, *args: Any, **kwargs: Any) -> Any:
        """Call, and raise ThrottledError where there were too many calls."""
        response = super().request(*args, **kwargs)
        if response.status_code == 429:
            raise ThrottledError(_wait(response.headers.get("Retry-After") if response.headers else None))
        return response


def _wait(named: str | None) -> timedelta | None:
    if not named or not named.isascii() or not named.isdigit():
        return None
    return min(timedelta(seconds=min(int(named), 10**6)), LONGEST_WAIT)


def make_client(settings: Settings) -> Any:
    """Return Twilio's client, or one of a stand-in where the settings name another address."""
    client = Client(settings.twilio_account_sid, settings.twilio_auth_token, http_client=PatientHttpClient())
    if settings.twilio_api_base_url:
        client.api.base_url = settings.twilio_api_base_url
    if settings.twilio_content_base_url:
        client.content.base_url = settings.twilio_content_base_url
    return client


def decide(error: Exception) -> SendError:
    """Return the one decision that a failed call carries."""
    if isinstance(error, ThrottledError):
        return decide_code(20429, 429, error.retry_after)
    status = getattr(error, "status", None)
    if isinstance(status, int):  # TwilioRestException and TwilioServiceException
        return decide_code(code_of(error), status)
    return SendError(f"Twilio {type(error).__name__}", Fate.TEMPORARY if _never_left(error) else Fate.DOUBTFUL)


def code_of(error: Exception) -> int:
    """Return Twilio's code of a failure, 0 if it has none."""
    code = getattr(error, "code", None)
    return code if isinstance(code, int) else 0


def _never_left(error: Exception) -> bool:
    """Say whether there was no connection, so that nothing can have arrived."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    inner = error.args[0] if isinstance(error, requests.ConnectionError) and error.args else None
    reason = inner.reason if isinstance(inner, MaxRetryError) else inner
    if isinstance(reason, SSLError):
        return any(isinstance(cause, ssl.SSLCertVerificationError) for cause in reason.args)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError | ProxyError)
