"""Twilio's webhooks for WhatsApp and what Twilio is sent."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select
from twilio.request_validator import HMAC_SHA1, HMAC_SHA256, RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bot import outbox, outcomes
from bot.handlers.posted import LARGEST
from bot.handlers.twilio_forms import fields_of, signed
from bot.handlers.whatsapp_sending import WhatsAppSender
from bot.letters import Claimed, Fate, SendError
from bot.messages import Choice, Outgoing
from bot.store import Kind, Reach, Sending, addresses
from core.db import Database
from tests.channels.posting import (
    STATUS,
    WEBHOOK,
    assert_answered,
    assert_nothing_kept,
    inbox_rows,
    outbox_rows,
    post_form,
    said,
)
from tests.standins import CutAfter, CutBefore, ServerError, Slow, TooManyRequests
from tests.standins.twilio import ErrorCode, TwilioServer, inbound_form, signed_form, status_form
from tests.world import ACCOUNT_SID, AUTH_TOKEN, EMILE, HYDE, NOBODY, PUBLIC_URL, SENDER, World, settings

FROM_EMILE = f"whatsapp:{EMILE}"
HTTPS = f"{PUBLIC_URL}{WEBHOOK}"
_FRESH = itertools.count(10_000)


def _form(text: str = "menu", **extra: str) -> dict[str, str]:
    return inbound_form(FROM_EMILE, text, sid=f"SM{next(_FRESH):032x}", **extra)


class TestWhoMayPost:
    """Only Twilio may, and it signs."""

    @pytest.mark.parametrize("path", [WEBHOOK, STATUS])
    def test_the_unsigned_are_refused(self, world: World, path: str) -> None:
        body = urlencode(_form())
        for signature in (None, "", "x", "ñandú", "\xff" * 28, "A" * 27 + "=", "A" * 28):
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            if signature is not None:
                headers["X-Twilio-Signature"] = signature
            assert world.client.post(path, data=body, headers=headers).status_code == 403
        assert_nothing_kept(world)

    @pytest.mark.parametrize("path", [WEBHOOK, STATUS])
    def test_another_token_is_refused(self, world: World, path: str) -> None:
        assert post_form(world, _form(), path, token="another-token").status_code == 403
        assert_nothing_kept(world)

    @pytest.mark.parametrize(
        "address",
        [
            HTTPS.replace("https:", "http:"),
            f"{PUBLIC_URL}{STATUS}",
            f"http://localhost{WEBHOOK}",
            f"https://other.example{WEBHOOK}",
            f"{HTTPS}/",
            f"{HTTPS}?a=1",
            PUBLIC_URL,
        ],
    )
    def test_a_signature_over_another_address_is_refused(self, world: World, address: str) -> None:
        assert post_form(world, _form(), signed_for=address).status_code == 403
        assert_nothing_kept(world)

    @pytest.mark.parametrize("address", [HTTPS, f"https://bot.example:443{WEBHOOK}", f"{HTTPS}#rc=3&rp=ct,rt,5xx"])
    def test_the_address_that_twilio_sees_is_signed(self, world: World, address: str) -> None:
        assert post_form(world, _form(), signed_for=address).status_code == 200
        assert len(outbox_rows(world)) == 1

    def test_what_a_proxy_says_of_the_address_does_not_matter(self, world: World) -> None:
        body, headers = signed_form(HTTPS, _form(), AUTH_TOKEN)
        proxied = {**headers, "Host": "10.0.0.5:8000", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}
        assert world.client.post(WEBHOOK, data=body, headers=proxied).status_code == 200
        body, headers = signed_form(f"https://evil.example{WEBHOOK}", _form(), AUTH_TOKEN)
        proxied = {**headers, "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
        assert world.client.post(WEBHOOK, data=body, headers=proxied).status_code == 403

    def test_the_query_is_signed_too(self, world: World) -> None:
        asked = f"{WEBHOOK}?a=1&b=%C3%B1&c="
        assert post_form(world, _form(), asked).status_code == 200
        assert post_form(world, _form(), asked, signed_for=HTTPS).status_code == 403
        assert post_form(world, _form(), asked, signed_for=f"{HTTPS}?a=2&b=%C3%B1&c=").status_code == 403
        assert post_form(world, _form(), WEBHOOK, signed_for=f"{PUBLIC_URL}{asked}").status_code == 403
        assert len(inbox_rows(world)) == 1

    @pytest.mark.parametrize("query", ["%ff", "ñ".encode().decode("latin-1"), "a" * 3000, "&&==", "bodySHA256=abc"])
    def test_odd_queries_are_no_5xx(self, world: World, query: str) -> None:
        assert post_form(world, _form(), f"{WEBHOOK}?{query}").status_code in (200, 403)
        body, headers = signed_form(HTTPS, _form(), AUTH_TOKEN)
        assert world.client.post(f"{WEBHOOK}?{query}", data=body, headers=headers).status_code == 403

    @pytest.mark.parametrize(
        "change",
        [
            {"Body": "si"},
            {"From": f"whatsapp:{HYDE}"},
            {"MessageSid": "SM1"},
            {"ButtonPayload": ">menu"},
            {"Extra": ""},
        ],
    )
    def test_a_body_that_was_changed_is_refused(self, world: World, change: dict[str, str]) -> None:
        form = _form()
        _body, headers = signed_form(HTTPS, form, AUTH_TOKEN)
        sent = world.client.post(WEBHOOK, data=urlencode({**form, **change}), headers=headers)
        if change == {"Extra": ""}:
            headers = {
                **headers,
                "X-Twilio-Signature": signed_form(HTTPS, {**form, **change}, AUTH_TOKEN)[1]["X-Twilio-Signature"],
            }
            assert world.client.post(WEBHOOK, data=urlencode(form), headers=headers).status_code == 403
        assert sent.status_code == 403
        assert_nothing_kept(world)

    def test_empty_fields_are_signed_and_needed(self, world: World) -> None:
        form = _form("", NumMedia="1", MediaContentType0="audio/ogg", Referral="")
        body, headers = signed_form(HTTPS, form, AUTH_TOKEN)
        dropped = urlencode({name: value for name, value in form.items() if value})
        assert world.client.post(WEBHOOK, data=dropped, headers=headers).status_code == 403
        assert_nothing_kept(world)
        assert world.client.post(WEBHOOK, data=body, headers=headers).status_code == 200
        assert len(outbox_rows(world)) == 1

    def test_fields_of_tomorrow_are_taken(self, world: World) -> None:
        more = {"BrandNew": "ñ 👍 &=+%", "ChannelMetadata": '{"a": [1]}', "Another": ""}
        assert post_form(world, _form("menu", **more)).status_code == 200
        assert len(outbox_rows(world)) == 1

    def test_a_field_twice_is_no_5xx(self, world: World) -> None:
        form = _form()
        _body, headers = signed_form(HTTPS, form, AUTH_TOKEN)
        twice = urlencode([*form.items(), ("Body", "si")])
        assert world.client.post(WEBHOOK, data=twice, headers=headers).status_code == 403

    def test_json_is_refused(self, world: World) -> None:
        _body, headers = signed_form(HTTPS, _form(), AUTH_TOKEN)
        headers["Content-Type"] = "application/json"
        assert world.client.post(WEBHOOK, data=b'{"Body": "menu"}', headers=headers).status_code == 403
        empty, headers = signed_form(HTTPS, {}, AUTH_TOKEN)
        assert world.client.post(WEBHOOK, data=empty, headers=headers).status_code == 200
        assert_nothing_kept(world)

    @pytest.mark.parametrize("body", [b"\xff\xfe=\xff", b"%zz=%", b"&&&", b"=", b"a=1;b=2", b"\x00"])
    def test_odd_bodies_are_no_5xx(self, world: World, body: bytes) -> None:
        _body, headers = signed_form(HTTPS, _form(), AUTH_TOKEN)
        assert world.client.post(WEBHOOK, data=body, headers=headers).status_code in (200, 403)

    @pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x", "text/plain", ""])
    def test_odd_content_types_are_no_5xx(self, world: World, kind: str) -> None:
        body, headers = signed_form(HTTPS, _form(), AUTH_TOKEN)
        headers["Content-Type"] = kind
        assert world.client.post(WEBHOOK, data=body, headers=headers).status_code == 403
        assert_nothing_kept(world)

    @pytest.mark.parametrize("path", [WEBHOOK, STATUS])
    def test_a_body_that_is_too_large_is_a_413(self, world: World, path: str) -> None:
        assert post_form(world, _form("x" * 300_000), path).status_code == 413
        assert_nothing_kept(world)

    @pytest.mark.parametrize(
        ("said", "status"),
        [
            ({"CONTENT_LENGTH": "", "wsgi.input_terminated": True}, 200),
            ({"CONTENT_LENGTH": "9999"}, 400),
            ({"CONTENT_LENGTH": str(LARGEST + 1)}, 413),
            ({"CONTENT_LENGTH": "9" * 30}, 413),
            ({"CONTENT_LENGTH": ""}, 403),
            ({"CONTENT_LENGTH": "-1"}, 403),
            ({"CONTENT_LENGTH": "\u00b2"}, 403),
        ],
    )
    def test_a_body_is_read_as_its_length_is_said(self, world: World, said: dict[str, Any], status: int) -> None:
        body, headers = signed_form(HTTPS, _form(), AUTH_TOKEN)
        builder = EnvironBuilder(WEBHOOK, PUBLIC_URL, method="POST", data=body, headers=list(headers.items()))
        answered = run_wsgi_app(world.client.application, {**builder.get_environ(), **said})
        assert int(answered[1].split()[0]) == status

    def test_many_fields_are_no_5xx(self, world: World) -> None:
        many = {f"F{number}": "" for number in range(5_000)}
        assert post_form(world, _form("menu", **many)).status_code in (200, 413)

    @pytest.mark.parametrize(
        "body",
        [
            *("", "&&&", "=", "a", "a=", "=b", "a=1&a=2&b", "a==b=", "a=1;b=2", "\x00=\x00"),
            *("a+b=+c+%2B", "%zz=%", "%C3%B1=%F0%9F%91%8D", "a=%ff&%26=%3D", "ñ=ñ&+=+"),
        ],
    )
    def test_a_form_is_read_as_the_standard_library_does(self, body: str) -> None:
        assert fields_of(body) == parse_qsl(body, keep_blank_values=True)

    @given(
        fields=st.lists(st.tuples(*(st.text(st.characters(exclude_categories=["Cs"]), max_size=5),) * 2), max_size=9),
        algorithm=st.sampled_from([HMAC_SHA1, HMAC_SHA256]),
    )
    def test_a_form_is_signed_as_the_sdk_does(self, fields: list[tuple[str, str]], algorithm: str) -> None:
        by_the_sdk = RequestValidator(AUTH_TOKEN).compute_signature(HTTPS, MultiDict(fields), algorithm)
        assert signed(AUTH_TOKEN.encode(), HTTPS, fields, algorithm).decode() == by_the_sdk

    def test_both_hooks_only_take_posts(self, world: World) -> None:
        for path, method in itertools.product((WEBHOOK, STATUS), ("GET", "PUT", "DELETE")):
            assert world.client.open(path, method=method).status_code == 405


class TestMessages:
    """What people send."""

    def test_the_answer_to_the_post_is_empty_and_the_reply_waits(self, world: World) -> None:
        response = post_form(world, _form())
        assert response.status_code == 200 and response.mimetype == "text/xml"
        assert response.text.endswith("<Response></Response>")
        again = post_form(world, _form())
        assert (again.text, list(again.headers)) == (response.text, list(response.headers))
        assert again.content_length == len(again.data)
        rows = outbox_rows(world)
        assert [(row.channel, row.external_id, row.state) for row in rows] == [("whatsapp", EMILE, Sending.PENDING)] * 2

    def test_the_same_message_again_changes_nothing(self, world: World) -> None:
        for number, text in enumerate(("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes")):
            form = inbound_form(FROM_EMILE, text, sid=f"SM{number:032x}")
            assert post_form(world, form).status_code == 200
            after = outbox_rows(world)
            assert post_form(world, form).status_code == 200
            assert post_form(world, {**form, "Body": "menu"}).status_code == 200
            assert outbox_rows(world) == after
        assert len(world.codes()) == 1 and len(inbox_rows(world)) == 7

    @pytest.mark.parametrize(
        "extra",
        [
            {"NumMedia": "1", "MediaContentType0": "audio/ogg", "MediaUrl0": "https://api.example/x"},
            {"NumMedia": "1", "MediaContentType0": "image/jpeg"},
            {"NumMedia": "1", "MediaContentType0": "image/webp"},
            {"NumMedia": "1", "MediaContentType0": "video/mp4"},
            {"NumMedia": "1", "MediaContentType0": "application/pdf"},
            {"NumMedia": "1", "MediaContentType0": "text/x-vcard"},
            {"NumMedia": "1", "MediaContentType0": "model/unheard-of"},
            {"NumMedia": "1", "MediaContentType0": ""},
            {"NumMedia": "1"},
            {"NumMedia": "10"},
            {"NumMedia": "x"},
            {"NumMedia": "-1"},
            {"Latitude": "-12.0464", "Longitude": "-77.0428", "Address": "", "Label": ""},
            {"MessageType": "contacts"},
            {"MessageType": "unheard-of"},
            {"NumMedia": "", "Body": ""},
            {"Body": " "},
            {"Body": "👍"},
            {"Body": "\x00"},
            {"Body": "\u200b"},
            {"MessageType": "order"},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("phone", [EMILE, NOBODY])
    def test_anything_gets_exactly_one_answer(self, world: World, phone: str, extra: dict[str, str]) -> None:
        form = {**inbound_form(f"whatsapp:{phone}", "", sid="SM1"), **extra}
        assert post_form(world, form).status_code == 200
        rows = outbox_rows(world)
        assert [row.external_id for row in rows] == [phone] and rows[0].content["text"].strip()
        assert_answered(world)

    def test_media_with_words_below_is_still_media(self, world: World) -> None:
        asked = world.says(EMILE, "solicitar", "whatsapp")[0]
        post_form(world, _form("mr. hyde", NumMedia="1", MediaContentType0="image/jpeg"))
        again = world.to(EMILE, "whatsapp")[-1]
        assert [one.label for one in again.message.choices] == [one.label for one in asked.message.choices]

    def test_a_button_and_a_list_item_answer_as_the_number_does(self, world: World) -> None:
        screens = []
        for number, how in enumerate(("ButtonPayload", "ListId", "number", "label")):
            world.says(EMILE, "cancelar", "whatsapp")
            choice = world.says(EMILE, "solicitar", "whatsapp")[0].message.choices[1]
            if how == "number":
                said(world, EMILE, "2")
            elif how == "label":
                said(world, EMILE, choice.label)
            else:
                post_form(world, _form(choice.label, **{how: choice.payload, "ButtonText": f"x{number}"}))
            screens.append(world.to(EMILE, "whatsapp")[-1].text)
        assert len(set(screens)) == 1

    def test_a_stale_button_puts_the_open_question_again(self, world: World) -> None:
        old = world.says(EMILE, "solicitar", "whatsapp")[0].message.choices[0]
        current = world.says(EMILE, old.label, "whatsapp", old.payload)[0]
        again = world.says(EMILE, old.label, "whatsapp", old.payload)
        assert len(again) == 1 and again[0].text.endswith(current.text) and again[0].text != current.text

    @pytest.mark.parametrize(
        "form",
        [
            {},
            {"MessageSid": "SM1"},
            {"From": FROM_EMILE},
            {"MessageSid": "", "From": FROM_EMILE, "Body": "menu"},
            {"MessageSid": "SM1", "From": EMILE, "Body": "menu"},
            {"MessageSid": "SM1", "From": "messenger:123", "Body": "menu"},
            {"MessageSid": "SM1", "From": "WHATSAPP:+51900000003", "Body": "menu"},
        ],
    )
    def test_what_is_no_whatsapp_message_is_dropped(self, world: World, form: dict[str, str]) -> None:
        assert post_form(world, form).status_code == 200
        assert_nothing_kept(world)

    def test_a_sender_without_a_phone_number_is_answered_where_it_writes(self, world: World) -> None:
        form = inbound_form("whatsapp:PE.abc123", "hola", sid="SM1", ExternalUserId="whatsapp:PE.abc123")
        assert post_form(world, form).status_code == 200
        rows = outbox_rows(world)
        assert [row.external_id for row in rows] == ["PE.abc123"] and rows[0].content.get("choices", []) == []
        with world.database.reading() as tx:
            place = addresses.c.external_id == "PE.abc123"
            assert tx.execute(select(addresses.c.person_id).where(place)).all() == [(None,)]

    def test_a_sender_whose_number_is_only_in_another_field_is_a_stranger(self, world: World) -> None:
        number = EMILE.removeprefix("+")
        for sid, sender in enumerate((f"whatsapp:{number}", f"whatsapp:PE.{number}", f"whatsapp:+0{number}")):
            form = inbound_form(sender, "pendientes", sid=f"SM{sid}", WaId=number, ProfileName="EMILE CIORAN SRL")
            assert post_form(world, form).status_code == 200
        assert all(row.content.get("choices", []) == [] for row in outbox_rows(world))

    def test_a_number_of_the_register_is_known_at_its_first_message(self, world: World) -> None:
        with world.database.transaction() as tx:
            tx.execute(addresses.delete().where(addresses.c.channel == "whatsapp", addresses.c.external_id == EMILE))
        assert said(world, EMILE, "hola").status_code == 200
        assert world.contact(EMILE, "whatsapp").is_known and len(outbox_rows(world)[0].content["choices"]) > 2

    @pytest.mark.parametrize("size", [160, 5_000])
    def test_long_addresses_and_ids_are_no_5xx(self, any_world: World, size: int) -> None:
        for form in (inbound_form(f"whatsapp:PE.{'a' * size}", "hola", sid="SM1"),
                     inbound_form(FROM_EMILE, "menu", sid="SM" + "a" * size),
                     inbound_form(FROM_EMILE, "m" * size, sid="SM3", ButtonPayload="x" * size)):  # fmt: skip
            assert post_form(any_world, form).status_code == 200
        assert_answered(any_world)

    @pytest.mark.parametrize("odd", ["\x00", "a\x00b", "\ufffe", "\u202e"])
    @pytest.mark.parametrize("place", ["From", "MessageSid", "Body", "ButtonPayload", "ListId", "ProfileName"])
    def test_odd_characters_are_no_5xx(self, any_world: World, place: str, odd: str) -> None:
        value = f"whatsapp:+51{odd}" if place == "From" else odd
        assert post_form(any_world, _form(**{place: value})).status_code == 200
        assert_answered(any_world)


class TestOutage:
    """What cannot be kept is asked for again."""

    def test_without_a_database_twilio_comes_again(self, world: World, tmp_path: Path) -> None:
        good = world.runtime
        world.runtime = replace(good, database=Database(f"sqlite:///{tmp_path}"))
        world._client = None
        form = _form()
        response = post_form(world, form)
        assert response.status_code == 503 and int(response.headers["Retry-After"]) in range(1, 61)
        status = post_form(world, status_form("SM1", "delivered"), f"{STATUS}?m=1")
        assert status.status_code == 503 and status.headers["Retry-After"]
        world.runtime.database.close()
        world.runtime, world._client = good, None
        assert post_form(world, form).status_code == 200
        assert len(outbox_rows(world)) == 1


# --- what becomes of what was sent ------------------------------------------------------------------------------------


def _sent_letter(world: World, sid: str = "SMaaa") -> int:
    """Return the id of a letter that Twilio took under this id."""
    letter = _claimed_letter(world)
    outcomes.mark_sent(world.database, letter, "w", sid, world.clock())
    return letter.id


def _claimed_letter(world: World) -> Claimed:
    world.says(EMILE, "menu", "whatsapp")
    letters = outbox.claim(world.runtime, "w", 50)
    assert len(letters) == 1
    return letters[0]


def _state(world: World, letter: int) -> tuple[str, str | None, str]:
    row = next(row for row in outbox_rows(world) if row.id == letter)
    return row.state.value, row.provider_id, row.error


def _tell(world: World, letter: object, status: str, sid: str = "SMaaa", code: int | None = None, **how: Any) -> int:
    form = status_form(sid, status, code)
    return post_form(world, form, f"{STATUS}?m={letter}", **how).status_code


class TestStatus:
    """Twilio's word on a letter moves it only forward."""

    def test_the_whole_way(self, world: World) -> None:
        letter = _sent_letter(world)
        states = []
        for status in ("queued", "accepted", "sending", "sent", "delivered", "read"):
            assert _tell(world, letter, status) == 204
            states.append(_state(world, letter)[0])
        assert states == ["ENVIADO"] * 4 + ["ENTREGADO", "LEIDO"]

    @pytest.mark.parametrize("order", list(itertools.permutations(("sent", "delivered", "read"))))
    def test_any_order_ends_the_same(self, world: World, order: tuple[str, ...]) -> None:
        letter = _sent_letter(world)
        for status in (*order, *order):
            assert _tell(world, letter, status) == 204
        assert _state(world, letter) == ("LEIDO", "SMaaa", "")

    @pytest.mark.parametrize("order", list(itertools.permutations(("sent", "failed", "delivered"))))
    def test_failed_undoes_no_delivery(self, world: World, order: tuple[str, ...]) -> None:
        letter = _sent_letter(world)
        for status in order:
            assert _tell(world, letter, status, code=63016 if status == "failed" else None) == 204
        assert _state(world, letter)[0] == "ENTREGADO"

    @pytest.mark.parametrize("status", ["failed", "undelivered"])
    def test_a_failure_keeps_its_code_and_is_not_sent_again(self, world: World, status: str) -> None:
        letter = _sent_letter(world)
        assert _tell(world, letter, status, code=63016) == 204
        assert _tell(world, letter, "sent") == 204
        state, _sid, error = _state(world, letter)
        assert state == "FALLIDO" and "63016" in error
        world.clock.advance(hours=1)
        assert outbox.claim(world.runtime, "w", 50) == []

    def test_the_word_may_come_before_the_letter_is_marked(self, world: World) -> None:
        letter = _claimed_letter(world)
        assert _tell(world, letter.id, "delivered") == 204
        outcomes.mark_sent(world.database, letter, "w", "SMaaa", world.clock())
        assert _state(world, letter.id)[:2] == ("ENTREGADO", "SMaaa")

    def test_a_letter_that_arrived_is_not_sent_again_although_the_worker_saw_a_timeout(self, world: World) -> None:
        letter = _claimed_letter(world)
        assert _tell(world, letter.id, "sent") == 204
        outcomes.mark_failed(world.runtime, letter, "w", SendError("timeout"), world.clock())
        assert _state(world, letter.id)[0] == "ENVIADO"
        world.clock.advance(minutes=20)
        assert outbox.claim(world.runtime, "w", 50) == []

    def test_another_message_says_nothing_of_this_letter(self, world: World) -> None:
        letter = _sent_letter(world)
        assert _tell(world, letter, "read", "SMbbb") == 204
        assert _state(world, letter) == ("ENVIADO", "SMaaa", "")

    @pytest.mark.parametrize(
        "letter",
        ["", "0", "-1", "99999", "999999999999999", "9" * 30, "1.0", "²", "٣", "x", "1;2", "%00", "1%20", None],
    )
    def test_unknown_letters_are_no_5xx(self, any_world: World, letter: str | None) -> None:
        path = STATUS if letter is None else f"{STATUS}?m={letter}"
        known = _sent_letter(any_world)
        response = post_form(any_world, status_form("SMzzz", "read"), path)
        assert response.status_code in (204, 403)
        assert _state(any_world, known)[0] == "ENVIADO"

    @pytest.mark.parametrize("status", ["", "unheard-of", "SENT", "received", "canceled", "\x00"])
    def test_unknown_words_change_nothing(self, world: World, status: str) -> None:
        letter = _sent_letter(world)
        assert _tell(world, letter, status) == 204
        assert _state(world, letter) == ("ENVIADO", "SMaaa", "")

    def test_the_unsigned_move_nothing(self, world: World) -> None:
        letter = _sent_letter(world)
        refused: list[dict[str, Any]] = [
            {"token": "another"},
            {"signed_for": f"{PUBLIC_URL}{STATUS}"},
            {"signed_for": f"{PUBLIC_URL}{STATUS}?m={letter + 1}"},
        ]
        for how in refused:
            assert _tell(world, letter, "read", **how) == 403
        unsigned = world.client.post(f"{STATUS}?m={letter}", data=status_form("SMaaa", "read"))
        assert unsigned.status_code == 403
        assert _state(world, letter) == ("ENVIADO", "SMaaa", "")

    def test_missing_fields_are_no_5xx(self, any_world: World) -> None:
        letter = _sent_letter(any_world)
        for form in ({}, {"MessageStatus": "read"}, {"MessageStatus": "read", "MessageSid": "x" * 5000},
                     {"MessageStatus": "failed", "MessageSid": "SMaaa", "ErrorCode": "x" * 5000}):  # fmt: skip
            assert post_form(any_world, form, f"{STATUS}?m={letter}").status_code == 204
        assert _state(any_world, letter)[0] in ("ENVIADO", "FALLIDO")


# --- whatever may come ------------------------------------------------------------------------------------------------

_FIELDS = ["MessageSid", "From", "Body", "NumMedia", "MediaContentType0", "Latitude", "ButtonPayload", "ListId",
           "MessageType", "MessageStatus", "ErrorCode", "WaId", "To"]  # fmt: skip
_VALUES = (
    st.text(max_size=30)
    | st.integers().map(str)
    | st.sampled_from([FROM_EMILE, "whatsapp:", "whatsapp:+", "whatsapp:+51999", "\x00", "pendientes ²", ">menu", "1"])
)
_FORMS = st.dictionaries(st.sampled_from(_FIELDS) | st.text(max_size=8), _VALUES, max_size=8)
_FUZZ = hypothesis_settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _encodable(form: dict[str, str]) -> dict[str, str]:
    return {
        name.encode("utf-8", "ignore").decode(): text.encode("utf-8", "ignore").decode() for name, text in form.items()
    }


@pytest.mark.slow
class TestAnything:
    """No signed form makes a 5xx."""

    @_FUZZ
    @given(form=_FORMS)
    def test_random_forms(self, any_world: World, form: dict[str, str]) -> None:
        assert post_form(any_world, _encodable(form)).status_code == 200
        assert_answered(any_world)

    @_FUZZ
    @given(change=_FORMS)
    def test_real_forms_with_changes(self, any_world: World, change: dict[str, str]) -> None:
        assert post_form(any_world, {**_form(), **_encodable(change)}).status_code == 200
        assert_answered(any_world)

    @_FUZZ
    @given(form=_FORMS, letter=st.integers(-5, 10**20).map(str) | st.text("0123456789²x-+", max_size=20))
    def test_random_status_callbacks(self, any_world: World, form: dict[str, str], letter: str) -> None:
        path = f"{STATUS}?{urlencode({'m': letter})}"
        assert post_form(any_world, _encodable(form), path).status_code == 204

    @_FUZZ
    @given(data=st.binary(max_size=200))
    def test_random_bytes(self, world: World, data: bytes) -> None:
        headers = signed_form(HTTPS, _form(), AUTH_TOKEN)[1]
        assert world.client.post(WEBHOOK, data=data, headers=headers).status_code == 403


# --- the way out ------------------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[TwilioServer]:
    """Run a Twilio account."""
    with TwilioServer(ACCOUNT_SID, AUTH_TOKEN) as running:
        yield running


def _letter(world: World, message: Outgoing, address: str = EMILE, **changes: Any) -> Claimed:
    """Return a letter to somebody who wrote a minute ago."""
    wrote = world.clock() - timedelta(minutes=1)
    letter = Claimed(7, "whatsapp", address, Kind.REPLY, message, 1, last_inbound_at=wrote, locale="es_PE")
    return replace(letter, **changes)


def _send(world: World, server: TwilioServer, *letters: Claimed) -> list[str]:
    async def run() -> list[str]:
        sender = WhatsAppSender(settings(world.url, twilio_api_base_url=server.base_url), world.runtime)
        try:
            return [await sender.send(letter) for letter in letters]
        finally:
            await sender.close()

    return asyncio.run(run())


class TestSending:
    """The calls that Twilio gets."""

    def test_a_message_is_one_call_with_the_list_in_its_text(self, world: World, server: TwilioServer) -> None:
        message = Outgoing("¿Cuál?", (Choice("Uno", "=a.1.0"), Choice("Dos", ">dos")), ask_contact="Mi número")
        ids = _send(world, server, _letter(world, message))
        assert [call.method for call in server.calls] == ["Messages.create"]
        assert server.calls[0].params == {
            "To": f"whatsapp:{EMILE}",
            "From": SENDER,
            "Body": "¿Cuál?\n\n1. Uno\n2. Dos",
            "StatusCallback": f"{PUBLIC_URL}/whatsapp/status?m=7",
        }
        assert ids == [server.messages_to(f"whatsapp:{EMILE}")[0]["sid"]]

    def test_a_sender_without_a_phone_number_can_be_written_to(self, world: World, server: TwilioServer) -> None:
        _send(world, server, _letter(world, Outgoing("Hola"), "PE.abc123"))
        assert server.calls[0].params["To"] == "whatsapp:PE.abc123"

    def test_a_long_text_goes_in_parts(self, world: World, server: TwilioServer) -> None:
        text = "\n".join(f"línea {number:04d} 🚚" for number in range(300))
        ids = _send(world, server, _letter(world, Outgoing(text, (Choice("Uno", ">uno"),))))
        bodies = [call.params["Body"] for call in server.calls]
        assert len(bodies) > 2 and all(len(body.encode("utf-16-le")) // 2 <= 1500 for body in bodies)
        assert "\n".join(bodies).split() == f"{text} 1. Uno".split()
        assert ids == [server.messages_to(f"whatsapp:{EMILE}")[-1]["sid"]]
        asked = ["StatusCallback" in call.params for call in server.calls]
        assert asked == [False] * (len(asked) - 1) + [True]

    @pytest.mark.parametrize(
        ("fault", "fate", "reach", "wait"),
        [
            (TooManyRequests(33), Fate.TEMPORARY, None, timedelta(seconds=33)),
            (ServerError(500), Fate.DOUBTFUL, None, None),
            (ServerError(503), Fate.DOUBTFUL, None, None),
            (CutBefore(), Fate.DOUBTFUL, None, None),
            (CutAfter(), Fate.DOUBTFUL, None, None),
            (ErrorCode(400, 63018), Fate.TEMPORARY, None, None),
            (ErrorCode(400, 21211), Fate.PERMANENT, Reach.INVALID, None),
            (ErrorCode(400, 63003), Fate.PERMANENT, Reach.INVALID, None),
            (ErrorCode(400, 21610), Fate.PERMANENT, Reach.BLOCKED, None),
            (ErrorCode(400, 63033), Fate.PERMANENT, Reach.BLOCKED, None),
            (ErrorCode(400, 63016), Fate.SHUT, None, None),
            (ErrorCode(400, 63007), Fate.MISCONFIGURED, None, None),
            (ErrorCode(400, 21617), Fate.PERMANENT, None, None),
            (ErrorCode(400, 99999), Fate.PERMANENT, None, None),
        ],
        ids=repr,
    )
    def test_each_error_is_one_decision(
        self, world: World, server: TwilioServer, fault: Any, fate: Fate, reach: Reach | None, wait: timedelta | None
    ) -> None:
        server.fail_next(fault)
        with pytest.raises(SendError) as raised:
            _send(world, server, _letter(world, Outgoing("Hola")))
        assert (raised.value.fate, raised.value.reach, raised.value.retry_after) == (fate, reach, wait)
        assert EMILE not in str(raised.value) and AUTH_TOKEN not in str(raised.value)

    def test_a_refused_password_waits_for_the_operator(self, world: World, server: TwilioServer) -> None:
        server.auth_token = "another"
        with pytest.raises(SendError) as raised:
            _send(world, server, _letter(world, Outgoing("Hola")))
        assert raised.value.fate is Fate.MISCONFIGURED

    def test_what_never_left_is_tried_again(self, world: World) -> None:
        with TwilioServer(ACCOUNT_SID, AUTH_TOKEN) as gone:
            pass
        with pytest.raises(SendError) as raised:
            _send(world, gone, _letter(world, Outgoing("Hola")))
        assert raised.value.fate is Fate.TEMPORARY

    def test_a_long_letter_goes_on_where_it_ended(self, world: World, server: TwilioServer) -> None:
        message = Outgoing("\n\n".join(f"{number} " + "x" * 1000 for number in range(4)))
        server.fail_next(Slow(0), times=2)
        server.fail_next(TooManyRequests(3))
        with pytest.raises(SendError) as raised:
            _send(world, server, _letter(world, message))
        assert raised.value.parts == 2
        _send(world, server, _letter(world, message, parts_sent=2, repeated=True))
        begins = [sent["Body"].split("x")[0] for sent in server.messages_to(f"whatsapp:{EMILE}")]
        assert begins == ["0 ", "1 ", "(reenviado) 2 ", "3 "]
