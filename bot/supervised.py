"""Processes that were started by another one end with it, even when that one was killed without a word."""

from __future__ import annotations

import os
import signal
import threading
import time

VARIABLE = "SCOPBOT_SUPERVISED"
EVERY = 0.5
"""Seconds between two looks."""


def stop_with_parent(name: signal.Signals = signal.SIGTERM) -> None:
    """Send this process the signal when its parent is gone; only where `scopbot run` started it."""
    if os.environ.get(VARIABLE) == "1":
        threading.Thread(target=_watch, args=(os.getppid(), name), daemon=True).start()


def _watch(parent: int, name: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(EVERY)
    os.kill(os.getpid(), name)
