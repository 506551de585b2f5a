"""A stage for whole stories on WhatsApp: signed posts into the real application, and a worker that sends to Twilio.

Nothing is looked up behind the people's backs: they read what Twilio was given, type, and press what is on the screen.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from bot.handlers.whatsapp_sending import WhatsAppSender
from bot.relay import Relay
from bot.runtime import Runtime
from bot.store import Reach, addresses
from core.clock import LIMA
from core.db import Database
from core.statements import agents, memberships, people, policies, vehicles
from core.terms import Activity, Currency, Role, Standing, Trade
from reminders.posting import post_more
from reminders.sweep import sweep
from reminders.writing import writer
from tests.channels.posting import STATUS, WEBHOOK, make_templates, post_form
from tests.standins.twilio import TwilioServer, inbound_form, status_form
from tests.world import NAMES, PUBLIC_URL, World, settings

ENOUGH = Decimal(1_000)


class Stage(World):
    """The application with WhatsApp alone, a Twilio account, and a clock."""

    def __init__(self, url: str, twilio: TwilioServer) -> None:
        super().__init__(url)
        self.twilio = twilio
        self.settings = settings(
            url,
            telegram_bot_token=None,
            telegram_webhook_secret=None,
            bot_demo=False,
            twilio_api_base_url=twilio.base_url,
            twilio_content_base_url=twilio.base_url,
        )
        make_templates(self, twilio)
        self._told: set[str] = set()
        self._phones = set(NAMES.values())

    def _runtime(self, database: Database) -> Runtime:
        return Runtime(database, channels=frozenset({"whatsapp"}), whatsapp_number="+14155238886", clock=self.clock)

    # --- the cast -----------------------------------------------------------------------------------------------------

    def company(self, name: str, activity: Activity, register: str, ruc: str, address: str, **changes: Any) -> int:
        """Enter an agent into the register, with an insurance that is enough; return its id."""
        row = {"name": name, "activity": activity, "register_number": register, "ruc": ruc, "address": address}
        entry = {"place": "", "valid_from": date(2016, 1, 1), "valid_to": None, "standing": Standing.VALID}
        policy = {"number": f"P-{register}", "insurer": "", "plate": "", "cover": ENOUGH}
        with self.database.transaction() as tx:
            tx.execute(agents.insert(), {**row, **entry, **changes})
            agent_id = int(tx.execute(agents.select().where(agents.c.register_number == register)).one().id)
            since = {"agent_id": agent_id, "currency": Currency.TAX_UNITS, "valid_from": date(2016, 1, 1)}
            tx.execute(policies.insert(), {**policy, **since, "valid_to": None})
        return agent_id

    def person(self, phone: str, name: str, agent_id: int, role: Role = Role.OWNER) -> None:
        """Let somebody act for an agent, from a number that the register knows."""
        self._phones.add(phone)
        with self.database.transaction() as tx:
            made = tx.execute(people.insert(), {"name": name, "phone": phone, "locale": "es_PE"}).inserted_primary_key
            who = {"person_id": made[0] if made else 0}
            tx.execute(memberships.insert(), {**who, "agent_id": agent_id, "role": role, "may_close": False})
            place = {"channel": "whatsapp", "external_id": phone, "talk": {}, "reach": Reach.ACTIVE, "wrong_codes": 0}
            tx.execute(addresses.insert(), {**who, **place})

    def truck(self, plate: str, holder_id: int, trade: Trade, gallons: int, **changes: Any) -> None:
        """Enter a tank truck into the register, and insure it."""
        row = {"plate": plate, "register_number": f"{plate}-{holder_id}", "agent_id": holder_id, "trade": trade}
        entry = {"valid_from": date(2016, 1, 1), "valid_to": None, "standing": Standing.VALID}
        with self.database.transaction() as tx:
            tx.execute(vehicles.insert(), {**row, "capacity": Decimal(gallons), **entry, **changes})
            policy = {"number": f"P-{plate}", "insurer": "", "plate": plate, "cover": ENOUGH, "agent_id": holder_id}
            always = {"valid_from": date(2016, 1, 1), "valid_to": None}
            tx.execute(policies.insert(), {**policy, **always, "currency": Currency.TAX_UNITS})

    # --- time ---------------------------------------------------------------------------------------------------------

    def at(self, moment: str) -> None:
        """Set the clock, in Lima: 23/05/2017 15:48."""
        form = "%d/%m/%Y %H:%M:%S" if moment.count(":") == 2 else "%d/%m/%Y %H:%M"
        self.clock.at = datetime.strptime(moment, form).replace(tzinfo=LIMA).astimezone(UTC)

    # --- people -------------------------------------------------------------------------------------------------------

    def writes(self, phone: str, text: str, **extra: str) -> str:
        """Post a signed message and let the worker send what came of it; return what the person reads then."""
        form = inbound_form(f"whatsapp:{phone}", text, sid=f"SM{self.next_number():032x}", **extra)
        assert post_form(self, form, WEBHOOK).status_code == 200
        self.sends()
        return self.reads(phone)

    def presses(self, phone: str, label: str) -> str:
        """Press a button or an item of the newest message, by the beginning of its label."""
        for title, payload in self.buttons(phone):
            if title.startswith(label) or label.startswith(title.removesuffix("…")):
                return self.writes(phone, title, ButtonPayload=payload, ButtonText=title)
        raise AssertionError(f"no button {label!r} among {self.buttons(phone)}")

    def reads(self, phone: str) -> str:
        """Return the newest message on the person's screen."""
        return str(self.twilio.messages_to(f"whatsapp:{phone}")[-1]["body"])

    def count(self, phone: str) -> int:
        """Return how many messages the person got."""
        return len(self.twilio.messages_to(f"whatsapp:{phone}"))

    def buttons(self, phone: str) -> list[tuple[str, str]]:
        """Return the buttons or items of the newest message, each with what pressing it sends."""
        sent = self.twilio.messages_to(f"whatsapp:{phone}")[-1]
        if "ContentSid" not in sent:
            return []
        (content,) = self.twilio.contents[sent["ContentSid"]]["types"].values()
        pairs = [(one.get("title") or one["item"], one["id"]) for one in content.get("actions") or content["items"]]
        return [(self._filled(title, sent), self._filled(payload, sent)) for title, payload in pairs]

    def _filled(self, text: str, sent: Any) -> str:
        for place, value in sent["ContentVariables"].items():
            text = text.replace(f"{{{{{place}}}}}", value)
        return text

    # --- the worker ---------------------------------------------------------------------------------------------------

    def sends(self) -> None:
        """Let the worker send what is due, and Twilio say of each that it arrived."""
        asyncio.run(self._deliver())
        for message in self.received():
            if message["sid"] not in self._told:
                self._told.add(message["sid"])
                form = status_form(message["sid"], "delivered", to=message["to"])
                path = message["StatusCallback"].removeprefix(PUBLIC_URL)
                assert path.startswith(STATUS)
                assert post_form(self, form, path).status_code == 204

    def received(self) -> list[Any]:
        """Return everything that Twilio was given for anybody."""
        return [one for phone in sorted(self._phones) for one in self.twilio.messages_to(f"whatsapp:{phone}")]

    async def _deliver(self) -> None:
        sender = WhatsAppSender(self.settings, self.runtime)
        relay = Relay(self.runtime, {"whatsapp": sender}, writer(self.runtime))
        try:
            while await relay.deliver():
                continue
        finally:
            await sender.close()

    def looks(self) -> list[str]:
        """Let the worker look who is to be reminded of anything, and send it; return to whom."""
        before = {one["sid"] for one in self.received()}
        sweep(self.runtime, self.clock())
        while post_more(self.runtime):
            continue
        self.sends()
        return [one["to"].removeprefix("whatsapp:") for one in self.received() if one["sid"] not in before]
