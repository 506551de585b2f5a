"""Receipts as the running bot gives them: issued for an order, and drawn again from a token alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.dialects import postgresql, sqlite

from bot.facts import Remembered
from bot.i18n import language
from bot.receipts.drawing import make
from bot.store import facts
from core.clock import now
from core.db import Database
from core.order import Entry, Order
from core.proof.facts import facts_of
from core.proof.keys import Keyring, UnknownKeyError, new_signing_key
from core.proof.lookup import facts_at
from core.proof.receipts import BadTokenError, Receipt, Token, issue

DEMO_KEY = "receipt key of the demo"
"""The fact that holds the key which the demo signs with where the settings have none: both processes find it there."""
_ADD = {
    dialect.dialect().name: dialect.insert(facts).on_conflict_do_nothing(index_elements=["name"])
    for dialect in (sqlite, postgresql)
}


@dataclass(frozen=True)
class Receipts:
    """What receipts are signed with, and the address under which they can be looked at; empty if there is none."""

    keyring: Callable[[], Keyring] = Keyring
    address: str = ""

    def issue(self, order: Order, entries: Sequence[Entry]) -> Receipt | None:
        """Return a receipt of the order's last movement, or None where there is no key to sign with."""
        keyring = self.keyring()
        return issue(facts_of(order, entries), keyring) if keyring.can_sign else None

    def link(self, receipt: Receipt) -> str:
        """Return where the receipt can be looked at; empty where the bot has no address."""
        return f"{self.address}/v/{receipt.token}" if self.address else ""

    def picture(self, database: Database, token: str, locale: str) -> tuple[str, bytes] | None:
        """Return the file name and the sealed picture of a token of ours, or None when its order says otherwise now."""
        keyring = self.keyring()
        try:
            read = Token.read(token)
            if not keyring.can_sign or not read.is_signed(keyring):
                return None
        except (BadTokenError, UnknownKeyError):
            return None
        with database.reading() as tx:
            told = facts_at(tx, read)
        if told is None or not read.is_of(told):
            return None
        with language(locale or None):
            return f"constancia-{read.code}-{read.number}.png", make(told, keyring, self.address)[1]


def code_of(token: str) -> str:
    """Return the code of the order that a token is of; empty if it is none."""
    try:
        return Token.read(token).code
    except BadTokenError:
        return ""


NO_RECEIPTS = Receipts()


def make_demo_key(database: Database) -> None:
    """Make the key that the demo signs with, unless there is one."""
    with database.transaction() as tx:
        row = {"name": DEMO_KEY, "value": new_signing_key(), "noted_at": now()}
        tx.execute(_ADD[tx.dialect.name], row)


def demo_keyring(database: Database) -> Callable[[], Keyring]:
    """Return how to get at the demo's keyring; without a key until one is made."""
    key = Remembered(database, DEMO_KEY)
    return lambda: Keyring(key())
