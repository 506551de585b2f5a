"""Telegram, the way out: letters become messages of the Bot API.

Limits (Bot API 10): a text has 1 to 4096 characters, a button's payload 1 to 64 bytes, a keyboard at most 100 buttons.
Telegram counts characters; counting UTF-16 units, as here, is never too long.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputFile, KeyboardButton, ReplyKeyboardMarkup
from telegram.constants import InlineKeyboardButtonLimit, MessageLimit
from telegram.error import TelegramError

from bot.attachments import file_of
from bot.handlers.drawing import Button, marked, texts_of, titles
from bot.handlers.parts import send_parts
from bot.handlers.telegram import NAME
from bot.handlers.telegram_client import make_bot
from bot.handlers.telegram_errors import decide
from bot.letters import CannotTellError, Claimed
from bot.messages import Outgoing
from bot.runtime import Runtime
from bot.settings import Settings
from bot.signs import is_visible, shorten, sound

log = logging.getLogger(__name__)

LONGEST_TITLE = 64
"""Characters of a button; Telegram takes more, and no phone shows them."""
MOST_BUTTONS = 100

Markup = InlineKeyboardMarkup | ReplyKeyboardMarkup | None


class TelegramSender:
    """Sends over the Bot API, from the worker's one event loop."""

    can_be_asked = False

    def __init__(self, settings: Settings, runtime: Runtime) -> None:
        self._bot = make_bot(settings)
        self._ready = False
        self._runtime = runtime
        pace = runtime.paces.get(NAME)
        self._gap = pace.chat_gap.total_seconds() if pace else 0.0

    async def send(self, letter: Claimed) -> str:
        """Send a letter; long ones in parts, the choices under the last part."""
        if not self._ready:
            await self._bot.initialize_connection()
            self._ready = True
        if letter.message.ack:
            await self._stop_spinner(letter.message.ack)
        documents = await asyncio.to_thread(self._document, letter) if letter.message.attachment else []
        texts_sent = max(0, letter.parts_sent - len(documents))
        drawn: list[tuple[str, Markup] | InputFile] = [
            *documents,
            *parts(letter.message, texts_sent if letter.repeated else None, letter.locale),
        ]

        async def send(part: tuple[str, Markup] | InputFile) -> str:
            try:
                if isinstance(
                    part, InputFile
                ):  # not as a photo: those are compressed on the way, which breaks the seal
                    sent = await self._bot.send_document(int(letter.address), part)
                else:
                    sent = await self._bot.send_message(int(letter.address), part[0], reply_markup=part[1])
            except (TelegramError, ValueError) as error:
                raise decide(error) from error
            return str(sent.message_id)

        return await send_parts(drawn, letter.parts_sent, self._gap, send)

    def _document(self, letter: Claimed) -> list[InputFile]:
        """Return the file that goes with the letter; nothing when there is nothing to show any more."""
        attachment = letter.message.attachment
        file = file_of(self._runtime, attachment, letter.locale) if attachment else None
        return [InputFile(file.content, filename=file.name)] if file else []

    async def look_up(self, letter: Claimed) -> str | None:  # noqa: ARG002 - the channel's interface
        """Refuse: a bot cannot read what it said in a chat."""
        raise CannotTellError

    async def _stop_spinner(self, query_id: str) -> None:
        """Answer the pressed button. Too late is no harm: it only stops a spinner."""
        try:
            await self._bot.answer_callback_query(query_id)
        except TelegramError as error:
            log.info("a button was not acknowledged: %s", type(error).__name__)

    async def close(self) -> None:
        """Close the connections."""
        if self._ready:
            await self._bot.close_connection()


def parts(message: Outgoing, repeated_from: int | None = None, locale: str = "") -> Iterator[tuple[str, Markup]]:
    """Yield the texts that the message is sent as, each with its buttons.

    From the part `repeated_from` on it may have been sent before, and says so.
    """
    texts = texts_of(message, int(MessageLimit.MAX_TEXT_LENGTH))
    if repeated_from is not None:
        texts = marked(texts, repeated_from, locale)
    for text in texts[:-1]:
        yield text, None
    yield texts[-1], _markup(message)


def _markup(message: Outgoing) -> Markup:
    """Return the buttons; choices that Telegram would not take as such are left to the list in the text."""
    buttons = [
        Button(number, choice) for number, choice in enumerate(message.choices, start=1) if _fits(choice.payload)
    ][:MOST_BUTTONS]
    if buttons:
        labels = titles(buttons, LONGEST_TITLE)
        return InlineKeyboardMarkup(
            [
                [InlineKeyboardButton(label, callback_data=button.choice.payload)]
                for label, button in zip(labels, buttons, strict=True)
            ]
        )
    if message.ask_contact and is_visible(message.ask_contact):
        button = KeyboardButton(shorten(message.ask_contact, LONGEST_TITLE), request_contact=True)
        return ReplyKeyboardMarkup([[button]], resize_keyboard=True, one_time_keyboard=True)
    return None


def _fits(payload: str) -> bool:
    is_valid = payload == sound(payload) and is_visible(payload)
    return is_valid and len(payload.encode()) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
