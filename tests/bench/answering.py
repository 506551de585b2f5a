"""A server that takes every message at once, in a process of its own so that its work is nobody else's."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection

TWILIO = json.dumps({"sid": "SM" + "0" * 32, "status": "queued", "body": "", "to": "", "from": ""}).encode()
TELEGRAM = json.dumps(
    {"ok": True, "result": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "x"}}
).encode()


class _Taking(BaseHTTPRequestHandler):
    """Takes whatever is posted."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Answer as the platform does whose address was used."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        is_telegram = self.path.startswith("/bot")
        body = TELEGRAM if is_telegram else TWILIO
        self.send_response(200 if is_telegram else 201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    """Lets many come at the same moment, and go without a word."""

    request_queue_size = 256
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a caller that hung up."""


def _serve(ready: Connection) -> None:
    server = _Server(("127.0.0.1", 0), _Taking)
    ready.send(server.server_address[1])
    server.serve_forever()


@contextmanager
def taking_server() -> Iterator[str]:
    """Yield the address of the server."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(there,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.kill()
        process.join()
