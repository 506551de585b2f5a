"""GET /v/<token>.png: the picture of a receipt, for WhatsApp to fetch. Drawn on demand; only for tokens of ours."""

from __future__ import annotations

import threading
from collections import OrderedDict

from bot.receipts.issuing import Receipts
from core.db import Database

KEPT = 64
"""Pictures, of some tens of kilobytes each: a platform fetches one several times."""
AT_ONCE = 2
"""How many are drawn at a time: drawing takes the processor, and messages go first."""


class BusyError(Exception):
    """Enough pictures are being drawn: come again."""


class Pictures:
    """Draws pictures and keeps the last ones; shared by the threads of a process."""

    def __init__(self, database: Database, receipts: Receipts) -> None:
        self._database = database
        self._receipts = receipts
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def get(self, token: str, locale: str) -> bytes | None:
        """Return the picture, or None when there is no such receipt; raise BusyError when others are being drawn."""
        with self._lock:
            kept = self._kept.get((token, locale))
            if kept is not None:
                self._kept.move_to_end((token, locale))
                return kept
        if not self._room.acquire(blocking=False):
            raise BusyError
        try:
            drawn = self._receipts.picture(self._database, token, locale)
        finally:
            self._room.release()
        if drawn is None:
            return None
        with self._lock:
            self._kept[token, locale] = drawn[1]
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return drawn[1]
