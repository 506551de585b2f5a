"""Who wrote on WhatsApp: a number, an id without a number, or both; and that Twilio says so."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from twilio.request_validator import HMAC_SHA256, RequestValidator

from bot.app import create_app
from bot.people import invite
from bot.store import addresses
from core.terms import Role
from tests.channels.posting import (
    STATUS,
    WEBHOOK,
    assert_answered,
    assert_nothing_kept,
    inbox_rows,
    outbox_rows,
    post_form,
)
from tests.standins.twilio import inbound_form, signed_form
from tests.world import AUTH_TOKEN, EMILE, HYDE, NOBODY, PUBLIC_URL, World, settings

USER, OTHER_USER = "PE.13kj4hKJh24", "PE.99zz"
FALLBACK = "/whatsapp/fallback"


def _writes(world: World, sender: str, text: str = "menu", user: str = USER, **more: str) -> Any:
    """Let somebody write, with the id that Twilio gives them; return the answer's row."""
    before = len(outbox_rows(world))
    form = inbound_form(f"whatsapp:{sender}", text, sid=f"SM{world.next_number():032x}", **more)
    if user:
        form["ExternalUserId"] = f"whatsapp:{user}"
    assert post_form(world, form).status_code == 200
    answers = [row for row in outbox_rows(world)[before:] if row.external_id == (sender or user)]
    assert len(answers) == 1
    return answers[0]


def _person_at(world: World, address: str) -> Any:
    with world.database.reading() as tx:
        place = (addresses.c.channel == "whatsapp") & (addresses.c.external_id == address)
        return tx.execute(select(addresses.c.person_id).where(place)).scalar()


def _invitation(world: World, agent: str = "EMILE CIORAN SRL") -> str:
    with world.database.transaction() as tx:
        return invite(tx, world.agent_id(agent), Role.DRIVER, "Rosa", world.clock())


class TestTwoAddresses:
    """Both addresses of one sender lead to one person."""

    def test_who_wrote_with_a_number_is_known_without_it(self, any_world: World) -> None:
        known = _writes(any_world, EMILE)
        without = _writes(any_world, USER)
        assert without.content["choices"] == known.content["choices"] != []
        assert _person_at(any_world, USER) == _person_at(any_world, EMILE) == any_world.actor(EMILE).person_id
        assert_answered(any_world)

    def test_an_order_begun_with_a_number_is_seen_without_it(self, world: World) -> None:
        for text in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes"):
            _writes(world, EMILE, text)
        assert world.codes()[0] in _writes(world, USER, "pendientes").content["text"]

    def test_who_joined_without_a_number_is_known_with_it(self, any_world: World) -> None:
        _writes(any_world, USER, f"alta {_invitation(any_world)}")
        _writes(any_world, USER, "1")
        joined = _person_at(any_world, USER)
        assert joined is not None
        assert _writes(any_world, NOBODY).content["choices"]
        assert _person_at(any_world, NOBODY) == joined

    def test_who_joins_with_both_is_known_with_either(self, any_world: World) -> None:
        _writes(any_world, NOBODY, f"alta {_invitation(any_world)}")
        _writes(any_world, NOBODY, "1")
        assert _person_at(any_world, USER) == _person_at(any_world, NOBODY) is not None
        assert _writes(any_world, USER).content["choices"]

    def test_a_stranger_of_before_is_recognised_with_the_number(self, world: World) -> None:
        _writes(world, USER)
        assert _person_at(world, USER) is None
        _writes(world, EMILE)
        assert _person_at(world, USER) == world.actor(EMILE).person_id

    def test_two_people_stay_two_people(self, any_world: World) -> None:
        _writes(any_world, EMILE)
        _writes(any_world, HYDE)
        assert _person_at(any_world, USER) == any_world.actor(EMILE).person_id
        assert _person_at(any_world, HYDE) == any_world.actor(HYDE).person_id
        assert_answered(any_world)

    def test_the_second_address_gets_no_notice_while_the_first_is_written_from(self, any_world: World) -> None:
        _writes(any_world, HYDE)
        for text in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes"):
            any_world.says(EMILE, text, "whatsapp")
        notices = [row.external_id for row in outbox_rows(any_world) if row.kind.value == "AVISO"]
        assert notices == [HYDE]

    def test_the_team_shows_the_channel_once(self, world: World) -> None:
        shown = world.answer(EMILE, "equipo")
        _writes(world, EMILE)
        assert world.answer(EMILE, "equipo") == shown

    def test_many_at_once_add_it_once(self, any_world: World) -> None:
        forms = [inbound_form(f"whatsapp:{EMILE if n % 2 else USER}", "menu", sid=f"SMx{n}",
                              ExternalUserId=f"whatsapp:{USER}") for n in range(8)]  # fmt: skip
        client = any_world.client.application

        def post(number: int) -> int:
            body, headers = signed_form(f"{PUBLIC_URL}{WEBHOOK}", forms[number], AUTH_TOKEN)
            return client.test_client().post(WEBHOOK, data=body, headers=headers).status_code

        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(post, range(8))) == [200] * 8
        assert_answered(any_world)
        _writes(any_world, EMILE)
        assert _person_at(any_world, USER) == any_world.actor(EMILE).person_id


class TestNotVouchedFor:
    """Nothing else says who somebody is."""

    @pytest.mark.parametrize(
        "more",
        [
            {"WaId": EMILE.removeprefix("+")},
            {"ProfileName": EMILE},
            {"ProfileName": "EMILE CIORAN SRL", "WaId": EMILE},
            {"Author": f"whatsapp:{EMILE}", "OriginalRepliedMessageSender": f"whatsapp:{EMILE}"},
            {"ChannelMetadata": f'{{"from": "{EMILE}"}}'},
        ],
        ids=str,
    )
    def test_other_fields_link_nothing(self, world: World, more: dict[str, str]) -> None:
        assert _writes(world, USER, user=USER, **more).content.get("choices", []) == []
        assert _person_at(world, USER) is None

    @pytest.mark.parametrize(
        "user", [EMILE, "PE", "PE.", "pe.abc", "PE.a b", "PER.abc", "PE." + "a" * 129, "x", "\x00"]
    )
    def test_an_id_of_another_form_is_no_address(self, world: World, user: str) -> None:
        _writes(world, NOBODY, user=user)
        with world.database.reading() as tx:
            found = tx.execute(select(addresses.c.external_id).where(addresses.c.external_id == user)).scalars().all()
        assert user == EMILE or found == []
        assert _person_at(world, NOBODY) is None

    def test_a_form_without_a_sender_is_from_the_id_it_names(self, world: World) -> None:
        _writes(world, "")
        assert [row.external_id for row in inbox_rows(world)] == [USER]

    def test_a_form_with_neither_is_dropped(self, world: World) -> None:
        form = {**inbound_form("", "menu", sid="SM1"), "ExternalUserId": "whatsapp:nobody"}
        assert post_form(world, form).status_code == 200
        assert_nothing_kept(world)


def _signed(path: str, form: Mapping[str, str], token: str, algorithm: str, told: str | None) -> dict[str, str]:
    _body, headers = signed_form(f"{PUBLIC_URL}{path}", form, token)
    signature = RequestValidator(token).compute_signature(f"{PUBLIC_URL}{path}", dict(form), algorithm)
    headers["X-Twilio-Signature"] = str(signature)
    if told is not None:
        headers["X-Twilio-Webhooks-Signature-Settings"] = told
    return headers


class TestSignatures:
    """While the token is changed both count; no algorithm but the two that Twilio has."""

    def test_the_second_token_counts_where_it_is_set(self, world: World) -> None:
        form = inbound_form(f"whatsapp:{EMILE}", "menu", sid="SM1")
        for path in (WEBHOOK, FALLBACK, STATUS):
            assert post_form(world, form, path, token="the-new-token").status_code == 403
        assert_nothing_kept(world)
        world._client = create_app(
            settings(world.url, twilio_auth_token_secondary="the-new-token"), world.runtime
        ).test_client()
        for path in (WEBHOOK, FALLBACK, STATUS):
            assert post_form(world, form, path, token="the-new-token").status_code in (200, 204)
            assert post_form(world, form, path).status_code in (200, 204)
            assert post_form(world, form, path, token="a-third-token").status_code == 403
        assert len(outbox_rows(world)) == 1

    def test_an_empty_second_token_is_none(self) -> None:
        for empty in ("", " ", None):
            assert settings("sqlite://", twilio_auth_token_secondary=empty).twilio_tokens() == (AUTH_TOKEN,)

    @pytest.mark.parametrize(
        ("algorithm", "told", "status"),
        [
            ("HMAC_SHA1", None, 200),
            ("HMAC_SHA1", "", 200),
            ("HMAC_SHA1", "key=k1", 200),
            ("HMAC_SHA1", "key=k1,algorithm=HMAC_SHA1", 200),
            ("HMAC_SHA256", "key=k1,algorithm=HMAC_SHA256", 200),
            (HMAC_SHA256, None, 403),
            ("HMAC_SHA1", "algorithm=HMAC_SHA256", 403),
            ("HMAC_SHA1", "algorithm=NONE", 403),
            ("HMAC_SHA1", "algorithm=HMAC_MD5", 403),
            ("HMAC_SHA1", "algorithm=\xff", 403),
        ],
    )
    def test_algorithms(self, world: World, algorithm: str, told: str | None, status: int) -> None:
        form = inbound_form(f"whatsapp:{EMILE}", "menu", sid="SM1")
        headers = _signed(WEBHOOK, form, AUTH_TOKEN, algorithm, told)
        assert world.client.post(WEBHOOK, data=urlencode(form), headers=headers).status_code == status
        assert len(inbox_rows(world)) == (status == 200)


class TestFallback:
    """Where Twilio posts what the webhook did not take."""

    def test_it_does_the_same_once(self, world: World) -> None:
        form = inbound_form(f"whatsapp:{EMILE}", "menu", sid="SM1")
        failed = {**form, "ErrorCode": "11200", "ErrorUrl": f"{PUBLIC_URL}{WEBHOOK}"}
        for path, posted in ((FALLBACK, failed), (WEBHOOK, form), (FALLBACK, failed)):
            response = post_form(world, posted, path)
            assert response.status_code == 200 and response.text.endswith("<Response></Response>")
        assert len(inbox_rows(world)) == len(outbox_rows(world)) == 1

    def test_it_is_signed_for_its_own_address(self, world: World) -> None:
        form = inbound_form(f"whatsapp:{EMILE}", "menu", sid="SM1")
        assert post_form(world, form, FALLBACK, signed_for=f"{PUBLIC_URL}{WEBHOOK}").status_code == 403
        assert world.client.post(FALLBACK, data=urlencode(form)).status_code == 403
        assert world.client.get(FALLBACK).status_code == 405
        assert_nothing_kept(world)


@pytest.mark.parametrize("word", ["CANCELAR", "cancelar", "Cancelar.", "CANCEL", "salir"])
@pytest.mark.parametrize("more", [{}, {"OptOutType": "STOP"}])
def test_cancelling_never_ends_the_messages(world: World, word: str, more: dict[str, str]) -> None:
    """It leaves a conversation; who must be told of an order still is."""
    _writes(world, HYDE, word, user="", **more)
    for text in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes"):
        world.says(EMILE, text, "whatsapp")
    assert [row.external_id for row in outbox_rows(world) if row.kind.value == "AVISO"] == [HYDE]
    with world.database.reading() as tx:
        reaches = tx.execute(select(addresses.c.reach).distinct()).scalars().all()
    assert [reach.value for reach in reaches] == ["ACTIVA"]
