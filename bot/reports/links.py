"""The links that fetch a report: signed, for one person, good for a day. Nothing of them is stored."""

from __future__ import annotations

import hmac
import struct
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from bot.i18n import DEFAULT, closest
from bot.reports.forms import Form
from core.proof.keys import Keyring, from_text, to_text
from core.reports.wanted import Wanted
from core.terms import Party, Status

LASTS = timedelta(hours=24)
PURPOSE = b"scopbot report links 1"
VERSION = 1
MAC_BYTES = 32
_LAYOUT = struct.Struct(">BBBBBIIIIII2s")
"""Version, form, state, side, late; person, agent, counterpart; first and last day; until when; language."""
_FORMS = {Form.XLSX: 1, Form.CSV: 2}
_STATUSES = {status: 1 << place for place, status in enumerate(Status)}
_PARTIES = {None: 0, Party.BUYER: 1, Party.SELLER: 2}
LONGEST = 200
"""Characters of a text that is worth reading as a token."""


@dataclass(frozen=True)
class Ticket:
    """What a link is good for: this report of one agent, for the person who asked for it, until that moment."""

    person_id: int
    wanted: Wanted
    form: Form
    locale: str
    until: datetime

    @property
    def agent_id(self) -> int:
        """Return whose orders they are."""
        (agent_id,) = self.wanted.agents
        return agent_id


@dataclass(frozen=True)
class Links:
    """What tickets are signed with, and the address under which they are fetched; empty if there is none."""

    keyring: Callable[[], Keyring] = Keyring
    address: str = ""

    @property
    def can_sign(self) -> bool:
        """Say whether there is a key."""
        return self.keyring().can_sign

    def token(self, ticket: Ticket) -> str:
        """Return the ticket as it stands in an address."""
        body = _packed(ticket)
        return to_text(body + _mac(self._key(), body))

    def link(self, token: str) -> str:
        """Return where the report can be fetched; empty where the bot has no address."""
        return f"{self.address}/r/{token}" if self.address else ""

    def read(self, token: str, at: datetime) -> Ticket | None:
        """Return the ticket, or None for anything that was not signed here or is no longer good."""
        if len(token) > LONGEST or not self.can_sign:
            return None
        try:
            raw = from_text(token)
        except ValueError:
            return None
        body, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
        if len(body) != _LAYOUT.size or not hmac.compare_digest(mac, _mac(self._key(), body)):
            return None
        ticket = _unpacked(body)
        return ticket if ticket is not None and at < ticket.until else None

    def _key(self) -> bytes:
        return self.keyring().derived(PURPOSE)


NO_LINKS = Links()


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, body, sha256).digest()


def _packed(ticket: Ticket) -> bytes:
    wanted = ticket.wanted
    return _LAYOUT.pack(
        VERSION,
        _FORMS[ticket.form],
        sum(_STATUSES[status] for status in wanted.statuses),
        _PARTIES[wanted.party],
        wanted.late,
        ticket.person_id,
        ticket.agent_id,
        wanted.others[0] if wanted.others else 0,
        wanted.first.toordinal(),
        wanted.last.toordinal(),
        int(ticket.until.timestamp()),
        ticket.locale[:2].encode("ascii"),
    )


def _unpacked(body: bytes) -> Ticket | None:
    """Return the ticket that was packed, or None when another release packed it."""
    version, form, states, side, late, person_id, agent_id, other, first, last, until, spoken = _LAYOUT.unpack(body)
    if version != VERSION:
        return None
    wanted = Wanted(
        first=date.fromordinal(first),
        last=date.fromordinal(last),
        agents=(agent_id,),
        party=next(party for party, number in _PARTIES.items() if number == side),
        statuses=frozenset(status for status, bit in _STATUSES.items() if states & bit),
        others=(other,) if other else (),
        late=bool(late),
    )
    form = next(one for one, number in _FORMS.items() if number == form)
    locale = closest(spoken.decode("ascii")) or DEFAULT
    return Ticket(person_id, wanted, form, locale, datetime.fromtimestamp(until, UTC))
