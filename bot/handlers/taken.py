"""What a webhook answers when all went well: the same each time."""

from __future__ import annotations

from typing import Any

from flask import Response


class Acknowledgement(Response):
    """A response that is made once and never changed: a third of what a request costs Flask is to make another one.

    Requests share it, so nobody may add to its headers; `default_status` is that of Flask's responses, 200.
    """

    def __init__(self, body: str = "", content_type: str | None = None) -> None:
        super().__init__(body, content_type=content_type)
        self._header_lines = self.get_wsgi_headers({}).to_wsgi_list()
        self._body = self.get_data()

    def __call__(self, _environ: object, start_response: Any) -> list[bytes]:
        """Answer as the server asks a response to."""
        start_response(self.status, list(self._header_lines))
        return [self._body]
