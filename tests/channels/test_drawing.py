"""No content whatsoever makes a message that a platform would refuse."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot import templates
from bot.handlers.telegram_sending import parts
from bot.handlers.twilio_client import make_client
from bot.handlers.whatsapp_drawing import Drawn, draw_session, draw_template
from bot.handlers.whatsapp_templates import Known, bring_up_to_date, check, stored
from bot.letters import Claimed
from bot.messages import Choice, Outgoing, Template
from bot.signs import _shows, length, sound
from bot.store import Kind
from core import schema
from core.db import Database
from tests import conformance
from tests.standins.telegram import TelegramServer
from tests.standins.twilio import TwilioServer
from tests.world import ACCOUNT_SID, AUTH_TOKEN, EMILE, PUBLIC_URL, SENDER, TELEGRAM_TOKEN, settings

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
ODD = ["", " ", "\n\n", "\u200b", "\u3164", "\u0301", "👨\u200d👩\u200d👧", "🇵🇪", "👍🏽", "\ud83d", "\x00", "\r\n",
       "{{1}}", "*_~`", "<b>", "1. ", "MR. HYDE DISTRIBUIDOR", "60016454717", "ñ", "\t", "…"]  # fmt: skip
_PIECES = st.sampled_from(ODD) | st.text(st.characters(), max_size=12)
_TEXTS = st.builds(lambda pieces, times: "".join(pieces) * times, st.lists(_PIECES, max_size=12), st.integers(1, 90))
_LABELS = st.builds("".join, st.lists(_PIECES, max_size=4))
_PAYLOADS = st.sampled_from([">menu", ">cerrar 60016454717", "=a1b2c3d4.1.0"]) | _LABELS
_MESSAGES = st.builds(
    Outgoing,
    text=_TEXTS,
    choices=st.lists(st.builds(Choice, label=_LABELS, payload=_PAYLOADS), max_size=14).map(tuple),
    ask_contact=_LABELS,
)
_MANY = st.integers(11, 130).map(
    lambda count: Outgoing(
        "¿Cuál?", tuple(Choice(f"Opción {n} larga de verdad", f"=a1b2c3d4.1.{n}") for n in range(count))
    )
)
_QUICK = hypothesis_settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

Validator = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def twilio() -> Iterator[TwilioServer]:
    """Run a Twilio account."""
    with TwilioServer(ACCOUNT_SID, AUTH_TOKEN) as running:
        yield running


@pytest.fixture(scope="module")
def made(twilio: TwilioServer, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Known]:
    """The whole family of templates, approved."""
    url = f"sqlite:///{tmp_path_factory.mktemp('templates') / 'test.db'}"
    database = Database(url)
    schema.upgrade(database)
    client = make_client(settings(url, twilio_content_base_url=twilio.base_url))
    assert [one.problem for one in bring_up_to_date(client, database, lambda: NOW) if one.problem] == []
    for known in stored(database).values():
        if known.approval:
            twilio.set_approval(known.content_sid, "approved")
    assert {one.state for one in check(client, database, lambda: NOW)} == {"approved", "not needed"}
    client.http_client.session.close()
    found = stored(database)
    database.close()
    return found


def _letter(message: Outgoing, **changes: Any) -> Claimed:
    return replace(Claimed(1, "whatsapp", EMILE, Kind.NOTICE, message, 1, locale="es_PE"), **changes)


def _shown(text: str) -> str:
    return "".join(char for char in sound(text) if _shows(char))


def _form(drawn: Drawn) -> dict[str, str]:
    names = {"body": "Body", "content_sid": "ContentSid", "content_variables": "ContentVariables"}
    said = {names[name]: value for name, value in drawn.form().items()}
    return {"To": f"whatsapp:{EMILE}", "From": SENDER, "StatusCallback": f"{PUBLIC_URL}/whatsapp/status?m=1", **said}


def _params(text: str, markup: Any) -> dict[str, Any]:
    return {"chat_id": 900000003, "text": text, **({"reply_markup": markup.to_dict()} if markup else {})}


def _check_telegram(message: Outgoing, mark: int | None, accept: Validator) -> None:
    drawn = list(parts(message, mark, "es_PE"))
    for text, markup in drawn:
        assert 1 <= length(text) <= 4096
        accept(json.loads(json.dumps(_params(text, markup))))
    assert [markup is not None for _text, markup in drawn[:-1]] == [False] * (len(drawn) - 1)
    shown = _shown("".join(text for text, _markup in drawn)).replace("(reenviado)", "")
    assert shown == _shown(message.numbered()).replace("(reenviado)", "") or shown == "…"


class TestTelegram:
    """What the Bot API takes."""

    @pytest.mark.slow
    @_QUICK
    @given(message=_MESSAGES | _MANY, mark=st.none() | st.integers(0, 3))
    def test_the_stand_in_takes_everything(self, message: Outgoing, mark: int | None) -> None:
        _check_telegram(message, mark, _BOT_API._send_message)

    @pytest.mark.slow
    @pytest.mark.conformance
    @_QUICK
    @given(message=_MESSAGES | _MANY)
    def test_the_published_description_allows_everything(self, bot_api: Any, message: Outgoing) -> None:
        def accept(params: dict[str, Any]) -> None:
            assert bot_api.check("sendMessage", params) == []

        _check_telegram(message, None, accept)

    def test_more_buttons_than_telegram_takes_are_in_the_list(self) -> None:
        message = Outgoing("?", tuple(Choice(f"{number}", f">{number}") for number in range(150)))
        [(text, markup)] = parts(message)
        assert "150. 149" in text and len(markup.inline_keyboard) == 100  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def bot_api() -> Any:
    """The published description of the Bot API."""
    return conformance.telegram()


@pytest.fixture(scope="module")
def twilio_api() -> Any:
    """The published description of Twilio's API."""
    return conformance.twilio()


class _Unstarted(TelegramServer):
    """A Bot API that only judges what it would take."""

    def _keep(self, message: dict[str, Any]) -> None:
        """Keep nothing."""


_BOT_API = _Unstarted(TELEGRAM_TOKEN)
_BOT_API._listener.server_close()


class TestWhatsApp:
    """What Twilio takes."""

    @pytest.mark.slow
    @_QUICK
    @given(message=_MESSAGES | _MANY, repeated=st.booleans(), sent=st.integers(0, 3), has_family=st.booleans())
    def test_the_stand_in_takes_everything(
        self,
        twilio: TwilioServer,
        made: dict[tuple[str, str], Known],
        message: Outgoing,
        repeated: bool,
        sent: int,
        has_family: bool,
    ) -> None:
        letter = _letter(message, repeated=repeated, parts_sent=sent)
        drawn = draw_session(letter, lambda name, locale: made.get((name, locale)) if has_family else None)
        for one in drawn:
            twilio._create_message(_form(one))
            assert length(one.body) <= (1024 if one.content_sid else 1500)
        assert all(not one.content_sid for one in drawn[:-1])
        shown = _shown("".join(one.body for one in drawn)).replace("(reenviado)", "")
        assert shown == _shown(message.numbered()).replace("(reenviado)", "") or shown == "…"

    @pytest.mark.slow
    @_QUICK
    @given(name=st.sampled_from(sorted(templates.BY_NAME)), values=st.lists(_TEXTS, max_size=4), repeated=st.booleans())
    def test_no_value_spoils_a_template(
        self,
        twilio: TwilioServer,
        made: dict[tuple[str, str], Known],
        name: str,
        values: list[str],
        repeated: bool,
    ) -> None:
        message = Outgoing("?", template=Template(name, tuple(values)))
        drawn = draw_template(_letter(message, repeated=repeated), lambda *key: made.get(key))
        assert drawn is not None and set(drawn.values) == set(twilio.contents[drawn.content_sid]["variables"])
        twilio._create_message(_form(drawn))
        assert length(drawn.body) <= 1024 and ("(reenviado)" in drawn.body) >= repeated

    @pytest.mark.slow
    @pytest.mark.conformance
    @_QUICK
    @given(message=_MESSAGES | _MANY)
    def test_the_published_description_allows_everything(
        self, twilio_api: Any, made: dict[tuple[str, str], Known], message: Outgoing
    ) -> None:
        place = f"api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
        for drawn in draw_session(_letter(message), lambda *key: made.get(key)):
            assert twilio_api.check("POST", place, _form(drawn)) == []
        named = replace(message, template=Template("sold", (message.text, message.ask_contact)))
        drawn_template = draw_template(_letter(named), lambda *key: made.get(key))
        assert drawn_template is not None and twilio_api.check("POST", place, _form(drawn_template)) == []

    @pytest.mark.conformance
    def test_every_template_has_the_published_form(self, twilio: TwilioServer, made: Any) -> None:
        from jsonschema import Draft4Validator  # noqa: PLC0415 - only where the description is

        described = json.loads((conformance.folder() / "twilio_content_v1.json").read_text(encoding="utf-8"))
        root = {"$ref": "#/components/schemas/ContentCreateRequest", "components": described["components"]}
        asked = {"$ref": "#/components/schemas/ContentApprovalRequest", "components": described["components"]}
        for call in twilio.calls_of("Content.create"):
            assert [error.message for error in Draft4Validator(root).iter_errors(call.params)] == []
        for call in twilio.calls_of("Approval.create"):
            assert [error.message for error in Draft4Validator(asked).iter_errors(call.params)] == []
        assert len(twilio.calls_of("Content.create")) == 13 + 2 * len(templates.BY_NAME)
