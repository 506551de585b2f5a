"""People with phones: they read what arrives, type, and tap."""

from __future__ import annotations

import itertools
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from tests.standins.telegram import TelegramServer, tap_update, text_update
from tests.standins.twilio import TwilioServer, inbound_form, signed_form
from tests.system.program import PATIENCE, Program, as_json, wait_until
from tests.world import AUTH_TOKEN, CHATS, PUBLIC_URL, TELEGRAM_SECRET

CODE = re.compile(r"^[0-9]{11}$", re.MULTILINE)
_OPTION = re.compile(r"^([0-9]+)\. (.+)$", re.MULTILINE)
_NUMBERS = itertools.count(1)


class Person(ABC):
    """Somebody who talks to the bot over one channel."""

    def __init__(self) -> None:
        self._read = 0

    @abstractmethod
    def screen(self) -> list[str]:
        """Return every message on the screen, the oldest first."""

    @abstractmethod
    def type(self, text: str) -> None:
        """Send a text."""

    @abstractmethod
    def press(self, place: int) -> None:
        """Choose an option of the newest message by its place, the way the channel has for it."""

    def next(self) -> str:
        """Wait for one more message and return it."""
        wanted = self._read + 1
        wait_until(lambda: len(self.screen()) >= wanted, f"message {wanted} for {self}", PATIENCE)
        self._read = wanted
        return self.screen()[wanted - 1]

    def says(self, text: str) -> str:
        """Send a text and return the answer."""
        self.type(text)
        return self.next()

    def chooses(self, wanted: int | str) -> str:
        """Choose an option by its place or its label, and return the answer."""
        options = self.options()
        place = wanted if isinstance(wanted, int) else options.index(wanted) + 1
        assert 1 <= place <= len(options), f"no option {wanted} in {options}"
        self.press(place)
        return self.next()

    def options(self) -> list[str]:
        """Return the options of the newest message, as its text lists them."""
        listed = _OPTION.findall(self.screen()[-1])
        assert [int(number) for number, _label in listed] == list(range(1, len(listed) + 1))
        return [label for _number, label in listed]


class OnWhatsApp(Person):
    """Reads what Twilio was given, and answers by signed posts: with numbers, as on a phone without buttons."""

    def __init__(self, program: Program, twilio: TwilioServer, phone: str) -> None:
        super().__init__()
        self._program, self._twilio, self._phone = program, twilio, phone

    def screen(self) -> list[str]:
        """Return the bodies of what was sent to this number."""
        return [str(sent["Body"]) for sent in self._twilio.messages_to(f"whatsapp:{self._phone}")]

    def type(self, text: str) -> None:
        """Post a signed message."""
        form = inbound_form(f"whatsapp:{self._phone}", text, sid=f"SM{next(_NUMBERS):032x}")
        body, headers = signed_form(f"{PUBLIC_URL}/whatsapp/webhook", form, AUTH_TOKEN)
        assert self._program.post("/whatsapp/webhook", body, headers) == 200

    def press(self, place: int) -> None:
        """Answer with the number."""
        self.type(str(place))


class OnTelegram(Person):
    """Reads what the Bot API was given, and taps on the inline buttons."""

    def __init__(self, tell: Callable[[dict[str, Any]], None], telegram: TelegramServer, phone: str) -> None:
        super().__init__()
        self._tell, self._telegram, self._chat = tell, telegram, int(CHATS[phone])

    def screen(self) -> list[str]:
        """Return the texts of what was sent to this chat."""
        return [str(sent["text"]) for sent in self._telegram.messages_to(self._chat)]

    def type(self, text: str) -> None:
        """Send a text."""
        self._tell(text_update(next(_NUMBERS), self._chat, text))

    def press(self, place: int) -> None:
        """Tap on a button below the newest message."""
        shown = self._telegram.messages_to(self._chat)[-1]
        rows = shown["reply_markup"]["inline_keyboard"]
        assert [row[0]["text"] for row in rows] == self.options()
        self._tell(tap_update(next(_NUMBERS), self._chat, rows[place - 1][0]["callback_data"], shown["message_id"]))


def by_webhook(program: Program) -> Callable[[dict[str, Any]], None]:
    """Return how Telegram tells the program of an update by webhook."""

    def tell(update: dict[str, Any]) -> None:
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": TELEGRAM_SECRET}
        assert program.post("/telegram/webhook", as_json(update), headers) == 200

    return tell


def a_whole_order(buyer: Person, seller: Person) -> str:
    """Let EMILE CIORAN request, MR. HYDE accept and sell less, EMILE close with less; return the code."""
    buyer.says("solicitar")
    buyer.chooses("MR. HYDE")
    buyer.chooses("JOYCE GAS")
    buyer.chooses("10 kg")
    buyer.says("20")
    buyer.chooses(2)  # one more
    buyer.chooses("JOYCE GAS")
    buyer.chooses("45 kg")
    buyer.says("5")
    summary = buyer.chooses(1)  # that is all
    assert "EMILE CIORAN SRL" in summary and "MR. HYDE" in summary and "20 × JOYCE GAS 10 kg" in summary
    receipt = buyer.chooses(1)  # yes
    code, *others = CODE.findall(receipt)
    assert others == []
    assert "SOLICITADO" in receipt and "5 × JOYCE GAS 45 kg" in receipt

    notice = seller.next()
    assert code in CODE.findall(notice) and "20 × JOYCE GAS 10 kg" in notice
    assert code in seller.chooses(1)  # attend
    seller.chooses(2)  # other quantities
    seller.says("18")
    seller.says("5")
    seller.chooses(2)  # only accept
    receipt = seller.chooses(1)  # yes
    assert CODE.findall(receipt) == [code] and "ACEPTADO" in receipt and "18 de 20 × JOYCE GAS 10 kg" in receipt
    assert code in buyer.next()
    seller.says(f"vender {code}")
    assert "T001-00012345" in seller.says("T001-00012345")
    receipt = seller.chooses(1)  # yes
    assert CODE.findall(receipt) == [code] and "POR CERRAR" in receipt and "T001-00012345" in receipt

    notice = buyer.next()
    assert code in CODE.findall(notice) and "18 de 20 × JOYCE GAS 10 kg" in notice
    assert code in buyer.chooses(1)  # close
    buyer.chooses(2)  # with differences
    buyer.says("17")
    buyer.says("0")
    buyer.chooses(2)  # why
    buyer.chooses(1)  # yes
    receipt = buyer.screen()[-1]
    assert CODE.findall(receipt) == [code] and "CERRADO" in receipt and "17 de 18 × JOYCE GAS 10 kg" in receipt
    assert code in seller.next()

    for person in (buyer, seller):
        told = person.says(f"movimientos {code}")
        places = [told.index(word) for word in ("SOLICITADO", "ACEPTADO", "VENDIDO", "CERRADO")]
        assert places == sorted(places)
        for fact in ("20 × ", "5 × ", "18 × ", "17 × ", "T001-00012345"):
            assert fact in told
        assert code in CODE.findall(told)
    return str(code)
