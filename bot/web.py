"""Flask, without what no request here needs: sessions, and views that are coroutines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import NullSession, SessionInterface, SessionMixin


class NoSessions(SessionInterface):
    """Nobody logs in: there is no cookie to read and none to set. One session that keeps nothing serves all."""

    def __init__(self) -> None:
        self._nothing = NullSession()

    def open_session(self, app: Flask, request: Request) -> SessionMixin:  # noqa: ARG002 - as it is called
        """Return the session that keeps nothing; writing into it is an error."""
        return self._nothing

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Do nothing: a session that keeps nothing is never saved."""


class Web(Flask):
    """The application. Each webhook passes here: it does nothing for a request that cannot matter to it."""

    session_interface = NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the view as it is: Flask would look at it at each request, and none is a coroutine."""
        return func
