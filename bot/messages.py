"""What comes in and what goes out, the same on every channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

COMMAND_MARK = ">"
"""A button that says the same as a typed command; it works for ever, like the command."""
ANSWER_MARK = "="
"""A button that answers one question of one conversation; it works while that question is on the screen."""


class Content(StrEnum):
    """What kind of thing a person sent."""

    TEXT = "text"
    CONTACT = "contact"
    AUDIO = "audio"
    PICTURE = "picture"
    VIDEO = "video"
    STICKER = "sticker"
    LOCATION = "location"
    FILE = "file"
    OTHER = "other"
    EDITED = "edited"
    """A message that was answered before and then changed by its writer."""
    LATE = "late"
    """A message that reached the bot so late that the question it answered may be another one by now."""


class Incoming(NamedTuple):
    """A message from a person."""

    channel: str
    address: str
    provider_id: str
    text: str = ""
    payload: str = ""
    """What the pressed button carries, if a button was pressed."""
    content: Content = Content.TEXT
    phone: str = ""
    """The sender's own number in E.164, only when the channel vouches for it."""
    language: str = ""
    private: bool = True
    ack: str = ""
    """What the channel needs to stop a pressed button's spinner."""
    alias: str = ""
    """Another address of the same sender on the channel, only when the channel vouches for it."""
    quoted: str = ""
    """The platform's id of the message that this one answers, if the person chose one."""
    said_at: str = ""
    """When it was said, ISO 8601 with its zone, if that was long before it arrived."""

    def stored(self) -> dict[str, Any]:
        """Return what the inbox keeps."""
        named = zip(self._fields, self, strict=True)
        return {name: value for name, value in named if value != "" and value is not True}

    @classmethod
    def from_stored(cls, content: dict[str, Any]) -> Incoming:
        """Return the message that the inbox kept."""
        return cls(**{**content, "content": Content(content.get("content", Content.TEXT))})


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: its label on the screen and what it stands for."""

    label: str
    payload: str


def does(label: str, command: str) -> Choice:
    """Return a choice that says a command: pressing it is typing it."""
    return Choice(label, COMMAND_MARK + command)


@dataclass(frozen=True, slots=True)
class Template:
    """The approved words that say the same where free text is not allowed (WhatsApp, 24 hours after a person wrote)."""

    name: str
    values: tuple[str, ...]
    """What fills its places, in order: each one line and never empty."""


class Enclosure(StrEnum):
    """What kind of file goes with a message."""

    RECEIPT = "receipt"
    """The picture of a signed receipt."""
    REPORT = "report"
    """An owner's report, in the form that its token names."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message where the channel takes files: what it is drawn from when it leaves."""

    kind: Enclosure
    token: str

    def stored(self) -> str:
        """Return what the outbox keeps: of a receipt the bare token, as the first release wrote it."""
        return self.token if self.kind is Enclosure.RECEIPT else f"{self.kind.value}:{self.token}"

    @classmethod
    def from_stored(cls, text: str) -> Attachment:
        """Return the attachment that the outbox kept. No token has a colon."""
        kind, _colon, token = text.rpartition(":")
        return cls(Enclosure(kind or Enclosure.RECEIPT), token)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to a person: a text, and perhaps choices."""

    text: str
    choices: tuple[Choice, ...] = ()
    ask_contact: str = ""
    """The label of a button that shares the person's own contact, where the channel has one."""
    ack: str = ""
    template: Template | None = None
    attachment: Attachment | None = None

    def numbered(self) -> str:
        """Return the text with its choices as a numbered list, one a line: it works on any phone."""
        if not self.choices:
            return self.text
        listed = "\n".join(f"{number}. {choice.label}" for number, choice in enumerate(self.choices, start=1))
        return f"{self.text}\n\n{listed}"

    def after(self, text: str) -> Outgoing:
        """Return the same message with a text before it."""
        return replace(self, text=f"{text}\n\n{self.text}" if self.text else text)

    def stored(self) -> dict[str, Any]:
        """Return what the outbox keeps."""
        content: dict[str, Any] = {"text": self.text}
        if self.choices:
            content["choices"] = [[choice.label, choice.payload] for choice in self.choices]
        if self.ask_contact:
            content["ask_contact"] = self.ask_contact
        if self.ack:
            content["ack"] = self.ack
        if self.template:
            content["template"] = [self.template.name, *self.template.values]
        if self.attachment:
            content["attachment"] = self.attachment.stored()
        return content

    @classmethod
    def from_stored(cls, content: dict[str, Any]) -> Outgoing:
        """Return the message that the outbox kept."""
        choices = tuple(Choice(label, payload) for label, payload in content.get("choices", ()))
        named = content.get("template")
        template = Template(named[0], tuple(named[1:])) if named else None
        enclosed = content.get("attachment")
        return cls(
            content.get("text", ""),
            choices,
            content.get("ask_contact", ""),
            content.get("ack", ""),
            template,
            Attachment.from_stored(enclosed) if enclosed else None,
        )
