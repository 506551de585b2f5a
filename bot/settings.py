"""The environment, read once. Whatever is missing or malformed is said in one message, all of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.facts import TELEGRAM_NAME, Remembered
from bot.hours import Hours
from bot.i18n import KNOWN
from bot.pace import Pace
from bot.receipts.issuing import Receipts, demo_keyring
from bot.runtime import Runtime
from core.db import Database
from core.proof.keys import Keyring


def _web_address(value: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+(/[^\s?#]*)?", value):
        raise ValueError("must be a web address like https://bot.example, without a query")
    return value.rstrip("/")


def _empty_is_unset(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _database_url(value: str) -> str:
    try:
        backend = make_url(value).get_backend_name()
    except ArgumentError:
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    return value


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise ValueError("is not a time zone, like America/Lima") from unknown
    return value


def _locale(value: str) -> str:
    if value not in KNOWN:
        raise ValueError(f"must be one of {', '.join(KNOWN)}")
    return value


def _key(value: str | None) -> str | None:
    if value is not None:
        Keyring(value)
    return value


def _keys(value: str) -> str:
    Keyring(public=value.split())
    return value


def _hour(value: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise ValueError("must be a time like 07:00")
    return value


def _calls(value: str) -> str:
    calls = [_hour(call.strip()) for call in value.split(",")]
    if len(calls) != 3 or sorted(set(calls)) != calls:
        raise ValueError("must be three times of a day, one after the other, like 18:00,21:00,23:00")
    return ",".join(calls)


def _quiet(value: str) -> str:
    ends = [_hour(end.strip()) for end in value.split("-")]
    if len(ends) != 2 or ends[0] <= ends[1]:
        raise ValueError("must go from the night into the morning, like 23:30-06:30")
    return "-".join(ends)


WebAddress = Annotated[str, AfterValidator(_web_address)]
OptionalAddress = Annotated[WebAddress | None, BeforeValidator(_empty_is_unset)]


def incomplete(is_set: Callable[[str], bool]) -> list[str]:
    """Return what is missing beside what is set."""
    problems = []
    twilio = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_WHATSAPP_FROM")
    missing = [name for name in twilio if not is_set(name)]
    if missing and len(missing) < len(twilio):
        problems.append(f"{', '.join(missing)}: WhatsApp needs this too")
    if len(missing) < len(twilio) and not is_set("PUBLIC_BASE_URL"):
        problems.append("PUBLIC_BASE_URL: WhatsApp needs it, Twilio signs the address that it sees")
    if is_set("TELEGRAM_BOT_TOKEN") and is_set("PUBLIC_BASE_URL") and not is_set("TELEGRAM_WEBHOOK_SECRET"):
        problems.append("TELEGRAM_WEBHOOK_SECRET: Telegram by webhook needs it")
    return problems


class Settings(BaseSettings):
    """Every setting, with its default."""

    model_config = SettingsConfigDict(extra="ignore")

    database_url: Annotated[str, AfterValidator(_database_url)] = "sqlite:///var/scopbot.db"
    public_base_url: OptionalAddress = None
    telegram_bot_token: Annotated[str | None, BeforeValidator(_empty_is_unset)] = Field(
        default=None, pattern=r"^[0-9]{3,}:[A-Za-z0-9_-]{3,}$"
    )
    telegram_webhook_secret: Annotated[str | None, BeforeValidator(_empty_is_unset)] = Field(
        default=None, pattern=r"^[A-Za-z0-9_-]{1,256}$"
    )
    telegram_api_base_url: WebAddress = "https://api.telegram.org"
    telegram_bot_username: Annotated[str | None, BeforeValidator(_empty_is_unset)] = Field(
        default=None, pattern=r"^[A-Za-z0-9_]{4,64}$"
    )
    twilio_account_sid: Annotated[str | None, BeforeValidator(_empty_is_unset)] = Field(
        default=None, pattern=r"^AC[0-9a-fA-F]{32}$"
    )
    twilio_auth_token: Annotated[str | None, BeforeValidator(_empty_is_unset)] = Field(default=None, min_length=8)
    twilio_auth_token_secondary: Annotated[str | None, BeforeValidator(_empty_is_unset)] = Field(
        default=None, min_length=8
    )
    twilio_whatsapp_from: Annotated[str | None, BeforeValidator(_empty_is_unset)] = Field(
        default=None, pattern=r"^whatsapp:\+[1-9][0-9]{6,14}$"
    )
    twilio_api_base_url: OptionalAddress = None
    twilio_content_base_url: OptionalAddress = None
    telegram_messages_per_second: Annotated[float, Field(gt=0, le=1000)] = 25
    telegram_seconds_per_chat: Annotated[float, Field(ge=0, le=60)] = 1
    whatsapp_messages_per_second: Annotated[float, Field(gt=0, le=1000)] = 60
    whatsapp_seconds_per_person: Annotated[float, Field(ge=0, le=60)] = 1
    receipt_signing_key: Annotated[str | None, BeforeValidator(_empty_is_unset), AfterValidator(_key)] = None
    receipt_public_keys: Annotated[str, AfterValidator(_keys)] = ""
    retention_days: Annotated[int, Field(ge=7, le=3650)] = 90
    reminders_after_sale: Annotated[int, Field(ge=10, le=720)] = 120
    reminders_after_arrival: Annotated[int, Field(ge=5, le=720)] = 30
    reminders_calls: Annotated[str, AfterValidator(_calls)] = "18:00,21:00,23:00"
    reminders_overdue: Annotated[str, AfterValidator(_hour)] = "07:00"
    reminders_quiet: Annotated[str, AfterValidator(_quiet)] = "23:30-06:30"
    reminders_answer_after: Annotated[int, Field(ge=10, le=1440)] = 120
    reminders_sell_by: Annotated[str, AfterValidator(_hour)] = "21:00"
    reminders_weekly: Annotated[str, AfterValidator(_hour)] = "08:00"
    bot_demo: Annotated[bool, BeforeValidator(lambda value: value or False)] = False
    bot_timezone: Annotated[str, AfterValidator(_time_zone)] = "America/Lima"
    bot_locale: Annotated[str, AfterValidator(_locale)] = "es_PE"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000

    @model_validator(mode="after")
    def _complete(self) -> Settings:
        missing = incomplete(lambda name: bool(getattr(self, name.lower())))
        if missing:
            raise ValueError("; ".join(missing))
        return self

    @property
    def has_telegram(self) -> bool:
        """Say whether Telegram is on."""
        return bool(self.telegram_bot_token)

    @property
    def has_whatsapp(self) -> bool:
        """Say whether WhatsApp is on."""
        return bool(self.twilio_account_sid)

    def twilio_tokens(self) -> tuple[str, ...]:
        """Return what Twilio may sign with: while its token is being changed, the old one and the new one."""
        return tuple(token for token in (self.twilio_auth_token, self.twilio_auth_token_secondary) if token)

    def channels(self) -> frozenset[str]:
        """Return the channels over which messages can leave."""
        on = {"telegram": self.has_telegram, "whatsapp": self.has_whatsapp, "phone": self.bot_demo}
        return frozenset(name for name, is_on in on.items() if is_on)

    def paces(self) -> dict[str, Pace]:
        """Return how fast each platform may be used."""
        telegram_gap = timedelta(seconds=self.telegram_seconds_per_chat)
        whatsapp_gap = timedelta(seconds=self.whatsapp_seconds_per_person)
        return {
            "telegram": Pace(self.telegram_messages_per_second, telegram_gap),
            "whatsapp": Pace(self.whatsapp_messages_per_second, whatsapp_gap, reminder_gap=whatsapp_gap * 6),
        }

    def keyring(self) -> Keyring:
        """Return the keys that sign and check receipts."""
        return Keyring(self.receipt_signing_key, self.receipt_public_keys.split())

    def receipts(self, database: Database) -> Receipts:
        """Return what signs receipts: in the demo, where no key is set, one that is kept in the database."""
        own = self.keyring()
        address = self.public_base_url or (f"http://{self.host}:{self.port}" if self.bot_demo else "")
        is_set = own.can_sign or not self.bot_demo
        return Receipts((lambda: own) if is_set else demo_keyring(database), address)

    def hours(self) -> Hours:
        """Return when people are reminded."""
        first, second, last = (time.fromisoformat(call) for call in self.reminders_calls.split(","))
        quiet_from, quiet_to = (time.fromisoformat(end) for end in self.reminders_quiet.split("-"))
        return Hours(
            after_sale=timedelta(minutes=self.reminders_after_sale),
            after_arrival=timedelta(minutes=self.reminders_after_arrival),
            first_call=first,
            second_call=second,
            last_call=last,
            overdue=time.fromisoformat(self.reminders_overdue),
            answer_after=timedelta(minutes=self.reminders_answer_after),
            sell_by=time.fromisoformat(self.reminders_sell_by),
            weekly=time.fromisoformat(self.reminders_weekly),
            quiet_from=quiet_from,
            quiet_to=quiet_to,
        )

    def runtime(self) -> Runtime:
        """Return what the running bot shares."""
        database = Database(self.database_url)
        given_name = self.telegram_bot_username
        return Runtime(
            database=database,
            channels=self.channels(),
            locale=self.bot_locale,
            paces=self.paces(),
            hours=self.hours(),
            receipts=self.receipts(database),
            whatsapp_number=(self.twilio_whatsapp_from or "").removeprefix("whatsapp:"),
            telegram_name=(lambda: given_name) if given_name else Remembered(database, TELEGRAM_NAME),
        )


class BadSettings(Exception):  # noqa: N818 - read by the operator, who is told what to mend
    """One or more settings are missing or malformed; the message lists them all."""


def load() -> Settings:
    """Read the environment, or raise BadSettings with every problem."""
    try:
        return Settings()
    except ValidationError as invalid:
        malformed = [f"{error['loc'][0]}: {error['msg']}" for error in invalid.errors() if error["loc"]]
        named = [problem[: problem.index(":")].upper() + problem[problem.index(":") :] for problem in malformed]
        present = {name.upper() for name, value in os.environ.items() if value.strip()}
        problems = [f"  {problem}" for problem in (*named, *incomplete(present.__contains__))]
        raise BadSettings("These settings need mending:\n" + "\n".join(problems)) from None
