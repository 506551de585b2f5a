"""The floor: what no bot on this stack can do without. A signed request, and the writing of one turn.

The turn of reference: 1 SELECT of the conversation joined with its order, 1 UPSERT of
the conversation (about 350 bytes of JSON), 1 UPDATE of the order with a version check, 1 INSERT into the journal, 2
INSERTs of outgoing messages, COMMIT; Python's sqlite3, WAL, synchronous=NORMAL, BEGIN IMMEDIATE, over 20,000 orders.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from twilio.request_validator import RequestValidator

from tests.bench.measuring import Sample, cpu
from tests.bench.posting import Environ, from_whatsapp, post
from tests.world import AUTH_TOKEN, HYDE, PUBLIC_URL

FLOOR = "floor"
BETWEEN = "floor, one at a time between the turns"
ORDERS, CONVERSATIONS = 20_000, 500
_TABLES = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
CREATE TABLE orders (id INTEGER PRIMARY KEY, code TEXT UNIQUE NOT NULL, status TEXT NOT NULL, version INTEGER NOT NULL,
  buyer_id INTEGER NOT NULL, seller_id INTEGER NOT NULL, kilograms INTEGER NOT NULL, moved_at TEXT NOT NULL);
CREATE TABLE conversation (id INTEGER PRIMARY KEY, channel TEXT NOT NULL, address TEXT NOT NULL,
  order_id INTEGER NOT NULL REFERENCES orders, state TEXT NOT NULL, updated_at TEXT NOT NULL,
  UNIQUE (channel, address));
CREATE TABLE journal (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL,
  movement TEXT NOT NULL, person_id INTEGER NOT NULL, declared TEXT NOT NULL, UNIQUE (order_id, number));
CREATE TABLE outgoing (id INTEGER PRIMARY KEY, channel TEXT NOT NULL, address TEXT NOT NULL, content TEXT NOT NULL,
  state TEXT NOT NULL, next_attempt_at TEXT NOT NULL);
CREATE INDEX outgoing_waiting ON outgoing (next_attempt_at) WHERE state = 'PENDIENTE';
"""
_SELECT = """SELECT c.id, c.state, o.id, o.code, o.status, o.version, o.buyer_id, o.seller_id, o.kilograms, o.moved_at
FROM conversation c JOIN orders o ON o.id = c.order_id WHERE c.channel = ? AND c.address = ?"""
_UPSERT = """INSERT INTO conversation (channel, address, order_id, state, updated_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (channel, address) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at"""
_UPDATE = "UPDATE orders SET status = ?, version = version + 1, moved_at = ? WHERE id = ? AND version = ?"
_JOURNAL = "INSERT INTO journal (order_id, number, at, movement, person_id, declared) VALUES (?, ?, ?, ?, ?, ?)"
_OUTGOING = "INSERT INTO outgoing (channel, address, content, state, next_attempt_at) VALUES (?, ?, ?, ?, ?)"
_NOW = "2026-11-18 12:00:00"
_STATE = json.dumps({"conversation": "close", "answers": {f"question {place}": "x" * 40 for place in range(5)}})
_DECLARED = json.dumps({"lines": {"1": "20"}})
_CONTENT = json.dumps({"text": "x" * 180, "choices": [["Menu", ">menu"]]})


class SignedRequest:
    """Part A: a bare Flask request that reads Twilio's form and checks its signature."""

    def __init__(self) -> None:
        app = Flask("floor", static_folder=None)
        validator = RequestValidator(AUTH_TOKEN)

        @app.post("/whatsapp/webhook")
        def webhook() -> Response:
            signature = request.headers.get("X-Twilio-Signature", "")
            if not validator.validate(f"{PUBLIC_URL}{request.path}", request.form, signature):
                return Response("forbidden", 403)
            return Response("", 200)

        self._app: Any = app.wsgi_app

    def micros(self, repeats: int) -> float:
        """Return what one of so many requests costs."""
        environs = [from_whatsapp(HYDE, "cerrar 60016454717") for _place in range(repeats)]
        return cpu(partial(self._all, environs)) / repeats

    def _all(self, environs: list[Environ]) -> None:
        for environ in environs:
            post(self._app, environ)


class RawTurn:
    """Part B: the reference turn on Python's sqlite3."""

    def __init__(self, file: Path) -> None:
        self._tx = sqlite3.connect(file, isolation_level=None)
        self._tx.executescript(_TABLES)
        self._tx.execute("BEGIN")
        self._tx.executemany(
            "INSERT INTO orders VALUES (?, ?, 'POR CERRAR', 0, ?, ?, 200000, ?)",
            ((place, f"60{place * 7919:09d}", place % 60, place % 20, _NOW) for place in range(1, ORDERS + 1)),
        )
        self._tx.executemany(
            "INSERT INTO conversation VALUES (?, 'whatsapp', ?, ?, ?, ?)",
            (
                (place, f"+51{900_000_000 + place}", place * (ORDERS // CONVERSATIONS), _STATE, _NOW)
                for place in range(1, CONVERSATIONS + 1)
            ),
        )
        self._tx.execute("COMMIT")
        self._turns = itertools.count()

    def micros(self, repeats: int) -> float:
        """Return what one of so many turns costs."""
        return cpu(partial(self._all, repeats)) / repeats

    def _all(self, repeats: int) -> None:
        for number in islice(self._turns, repeats):
            self._turn(number)

    def _turn(self, number: int) -> None:
        tx, address = self._tx, f"+51{900_000_001 + number % CONVERSATIONS}"
        tx.execute("BEGIN IMMEDIATE")
        row = tx.execute(_SELECT, ("whatsapp", address)).fetchone()
        order_id, version = row[2], row[5]
        tx.execute(_UPSERT, ("whatsapp", address, order_id, _STATE, _NOW))
        if tx.execute(_UPDATE, ("CERRADO", _NOW, order_id, version)).rowcount != 1:
            raise RuntimeError("the version check failed")
        tx.execute(_JOURNAL, (order_id, version + 1, _NOW, "CERRADO", 1, _DECLARED))
        for _letter in range(2):
            tx.execute(_OUTGOING, ("whatsapp", address, _CONTENT, "PENDIENTE", _NOW))
        tx.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self._tx.close()


class Floor:
    """Both parts and their sum."""

    def __init__(self, folder: Path, repeats: int) -> None:
        self._request = SignedRequest()
        self._turn = RawTurn(folder / "floor.db")
        self._repeats = repeats

    def round(self) -> list[Sample]:
        """Measure both parts, each many times in a row: the processor's caches are as warm as they can be."""
        signed, raw = self._request.micros(self._repeats), self._turn.micros(self._repeats)
        return [
            Sample("floor A: signed Flask request", signed, self._repeats),
            Sample("floor B: raw SQLite turn", raw, self._repeats),
            Sample(FLOOR, signed + raw, self._repeats),
        ]

    def once(self) -> float:
        """Return what both parts cost once, with the caches as the work before has left them."""
        return self._request.micros(1) + self._turn.micros(1)

    def close(self) -> None:
        """Let go of the file."""
        self._turn.close()
