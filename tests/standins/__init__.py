"""Local stand-ins of the two messaging platforms: real HTTP on 127.0.0.1, faults on demand, every call on record."""

from __future__ import annotations

import json
import socket
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import unquote, urlsplit

Json = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """Something that a platform does instead of answering as it should."""


@dataclass(frozen=True)
class TooManyRequests(Fault):
    """Refuse with 429; nothing is accepted."""

    retry_after: int = 1


@dataclass(frozen=True)
class ServerError(Fault):
    """Refuse with a 5xx; nothing is accepted."""

    status: int = 502


@dataclass(frozen=True)
class Slow(Fault):
    """Accept at once and answer only after some seconds, so that an impatient client cannot know."""

    seconds: float


@dataclass(frozen=True)
class CutBefore(Fault):
    """Close the connection; nothing is accepted."""


@dataclass(frozen=True)
class CutAfter(Fault):
    """Accept, and close the connection without an answer."""


@dataclass(frozen=True)
class Call:
    """One authorised call as it arrived, whatever became of it."""

    method: str
    params: Json
    at: datetime
    fault: Fault | None = None


@dataclass(frozen=True)
class Request:
    """One HTTP request as a stand-in reads it."""

    verb: str
    path: str
    query: str
    headers: Message
    body: bytes


@dataclass(frozen=True)
class Reply:
    """One HTTP answer with a JSON body."""

    status: int
    payload: object
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """The platform refuses a call by its own rules."""

    def __init__(self, reply: Reply) -> None:
        """Keep the answer that the caller gets."""
        super().__init__(reply.status)
        self.reply = reply


@dataclass
class _Planned:
    """A fault waiting for the calls that it is meant for."""

    fault: Fault
    method: str | None
    recipient: str | None
    times: int

    def suits(self, method: str, recipient: str) -> bool:
        """Tell whether the call is one that the fault is meant for."""
        wanted = self.method is None or self.method.lower() == method.lower()
        return wanted and (self.recipient is None or self.recipient == recipient)


class _Handler(BaseHTTPRequestHandler):
    """Carries requests to the stand-in and its replies back, several on one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Listener

    def do_GET(self) -> None:
        """Serve a request of any verb."""
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, unquote(parts.path), parts.query, self.headers, body)
        reply = self.server.stand_in.answer(request)
        if reply is None:
            self.close_connection = True
        else:
            self._write(reply)

    do_POST = do_GET
    do_DELETE = do_GET

    def _write(self, reply: Reply) -> None:
        """Send a reply with its JSON body."""
        body = json.dumps(reply.payload).encode()
        self.send_response(reply.status)
        for name, value in {"Content-Type": "application/json", **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test output quiet."""


class _Listener(ThreadingHTTPServer):
    """Listens on a free local port, and at the end also drops the connections that clients keep alive."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, stand_in: StandIn) -> None:
        """Take a free port."""
        self.stand_in = stand_in
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection and serve it in its own thread."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection and end it."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent about clients that left; anything else is a mistake of the stand-in and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def drop_all(self) -> None:
        """End every connection that is still open."""
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class StandIn(ABC):
    """What the stand-ins share: the server, the record of calls and the faults on demand.

    As a pytest fixture: ``with TelegramServer() as server: yield server``.
    """

    faults: ClassVar[tuple[type[Fault], ...]] = (TooManyRequests, ServerError, Slow, CutBefore, CutAfter)
    recipient_key: ClassVar[str]

    def __init__(self) -> None:
        """Take a port; the server answers once the context is entered."""
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._calls: list[Call] = []
        self._planned: list[_Planned] = []
        self._sent: list[Json] = []
        self._listener = _Listener(self)
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        """Start to serve."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving, also on the connections that clients keep alive."""
        self._closing.set()
        with self._changed:
            self._changed.notify_all()
        self._listener.shutdown()
        self._listener.drop_all()
        self._listener.server_close()
        self._thread.join()

    @property
    def base_url(self) -> str:
        """Return where the server listens, without a slash at the end."""
        return f"http://127.0.0.1:{self._listener.server_port}"

    @property
    def calls(self) -> list[Call]:
        """Return the authorised calls so far, in order of arrival, also those that met a fault."""
        with self._changed:
            return list(self._calls)

    def calls_of(self, method: str) -> list[Call]:
        """Return the calls of one method so far."""
        return [call for call in self.calls if call.method.lower() == method.lower()]

    def messages_to(self, recipient: int | str) -> list[Json]:
        """Return the messages accepted for a recipient, oldest first, as the person sees them now."""
        with self._changed:
            return [deepcopy(sent) for sent in self._sent if str(sent[self.recipient_key]) == str(recipient)]

    def wait_for_messages(self, recipient: int | str, count: int, timeout: float = 20.0) -> list[Json]:
        """Wait until a recipient has that many messages and return them, or fail."""
        with self._changed:
            if self._changed.wait_for(lambda: len(self.messages_to(recipient)) >= count, timeout):
                return self.messages_to(recipient)
        raise AssertionError(f"{len(self.messages_to(recipient))} of {count} messages came for {recipient}")

    def _plan(self, fault: Fault, method: str | None, recipient: int | str | None, times: int) -> None:
        """Keep a fault for the next calls that suit it."""
        if not isinstance(fault, self.faults):
            raise TypeError(f"{type(self).__name__} knows no fault {fault!r}")
        with self._changed:
            self._planned.append(_Planned(fault, method, None if recipient is None else str(recipient), times))

    def answer(self, request: Request) -> Reply | None:
        """Return what the platform answers, or nothing when it closes the connection."""
        try:
            method, params = self._read(request)
            fault = self._note(method, params)
            return self._meet(fault, request, method, params)
        except RefusedError as refused:
            return refused.reply

    def _meet(self, fault: Fault | None, request: Request, method: str, params: Json) -> Reply | None:
        """Accept a call, or do to it what the fault says."""
        if isinstance(fault, CutBefore):
            return None
        if fault is not None and not isinstance(fault, Slow | CutAfter):
            return self._refusal(fault)
        reply = self._accept(request, method, params)
        if isinstance(fault, Slow):
            self._closing.wait(fault.seconds)
        return None if isinstance(fault, CutAfter) else reply

    def _note(self, method: str, params: Json) -> Fault | None:
        """Record a call and return the fault that is meant for it."""
        with self._changed:
            fault = self._take_fault(method, str(params.get(self.recipient_key)))
            self._calls.append(Call(method, deepcopy(params), datetime.now(UTC), fault))
            self._changed.notify_all()
            return fault

    def _take_fault(self, method: str, recipient: str) -> Fault | None:
        """Return the first planned fault that suits a call, and count it."""
        planned = next((each for each in self._planned if each.suits(method, recipient)), None)
        if planned is None:
            return None
        planned.times -= 1
        if planned.times <= 0:
            self._planned.remove(planned)
        return planned.fault

    def _keep(self, message: Json) -> None:
        """Record an accepted message."""
        with self._changed:
            self._sent.append(message)
            self._changed.notify_all()

    @abstractmethod
    def _read(self, request: Request) -> tuple[str, Json]:
        """Return the method and the decoded parameters of an authorised call, or refuse."""

    @abstractmethod
    def _accept(self, request: Request, method: str, params: Json) -> Reply:
        """Carry out a call as the platform does, or refuse by its rules."""

    @abstractmethod
    def _refusal(self, fault: Fault) -> Reply:
        """Return the platform's own answer for a fault."""
