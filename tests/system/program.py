"""Starting, looking at and ending the real program."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0
"""Seconds that anything may take on a busy machine."""


BELOW_THE_EPHEMERAL = range(20_000, 32_000)
"""Ports that no outgoing connection takes between the looking and the listening."""


def free_port() -> int:
    """Return a port that nobody listens on now."""
    for port in random.sample(BELOW_THE_EPHEMERAL, 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def wait_until(true: Callable[[], bool], what: str, seconds: float = PATIENCE, pause: float = 0.05) -> None:
    """Wait until something is true, or fail saying what was waited for."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(pause)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return an environment with these settings and none of the tester's own."""
    # the platforms here are stand-ins, and people who type faster than a platform's pace would only wait
    hurry = {"TELEGRAM_SECONDS_PER_CHAT": "0", "WHATSAPP_SECONDS_PER_PERSON": "0"}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "COLUMNS": "200", **hurry, **settings}


def scopbot(*command: str, settings: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the program to its end."""
    return subprocess.run(
        [sys.executable, "-m", "scopbot", *command],
        env=environment(settings),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Program:
    """One command of the program, running in a session of its own, as in a terminal."""

    def __init__(self, command: str, settings: Mapping[str, str], folder: Path) -> None:
        self._command = [sys.executable, "-m", "scopbot", command]
        self._mark = f"SCOPBOT_TEST={uuid.uuid4().hex}"
        self._settings = {**settings, **dict([self._mark.split("=")])}
        self._folder = folder
        self._log = folder / f"{command}.log"
        self.port = int(settings.get("PORT", "0"))
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                self._command,
                env=environment(self._settings),
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """Everything that it wrote."""
        return self._log.read_text(errors="replace")

    def get(self, path: str) -> tuple[int, str]:
        """Return the status and the text of a page; 0 when nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()
        except OSError:
            return 0, ""

    def post(self, path: str, body: bytes, headers: Mapping[str, str], timeout: float = 20) -> int:
        """Post something and return the status; 0 when nobody answers."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, dict(headers), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code
        except OSError:
            return 0

    def wait_until_ready(self) -> None:
        """Wait until it says that it can work."""
        wait_until(self._is_ready, f"ready; it said:\n{self.said[-4000:]}")

    def _is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise AssertionError(f"it ended with {self.process.returncode}; it said:\n{self.said[-4000:]}")
        return self.get("/readyz")[0] == 200

    def press_ctrl_c(self) -> float:
        """Interrupt it as a terminal does, the whole group at once; return how many seconds it took to end."""
        began = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(PATIENCE)
        return time.monotonic() - began

    def kill(self) -> None:
        """End it and everything that it started at once, without a word."""
        deadline = time.monotonic() + 30
        while self._alive():
            for pid in self._alive():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.poll()
            assert time.monotonic() < deadline, self.left_behind()
        self.process.wait(PATIENCE)

    def start_again(self) -> None:
        """Start it after it ended."""
        self.process = self._start()

    def left_behind(self) -> list[str]:
        """Return the processes that it started, itself among them, and that still run."""
        return [f"{pid} {command}" for pid, command in self._alive().items()]

    def _alive(self) -> dict[int, str]:
        """Return its processes by number; each carries the mark in its environment, whatever group it is in."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if self._mark.encode() in (entry / "environ").read_bytes().split(b"\0"):
                    found[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
        return found


@contextmanager
def running(command: str, settings: Mapping[str, str], folder: Path) -> Iterator[Program]:
    """Start a command of the program; at the end nothing of it is left."""
    program = Program(command, settings, folder)
    try:
        yield program
    finally:
        program.kill()


def as_json(value: Any) -> bytes:
    """Return the body of a post."""
    return json.dumps(value).encode()
