"""WhatsApp at the moment of sending: buttons, lists, templates outside the 24 hours, and what may have arrived."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot import elsewhere, notices, outbox, templates
from bot.handlers.whatsapp_sending import WINDOW, WhatsAppSender
from bot.letters import CannotTellError, Claimed, Fate, Letter, Purpose, SendError
from bot.messages import Choice, Outgoing, Template
from bot.relay import Relay
from bot.store import Kind, Sending, addresses
from bot.store import outbox as outbox_table
from tests.channels.posting import STATUS, make_templates, outbox_rows, post_form
from tests.standins import CutAfter, CutBefore, Fault, ServerError
from tests.standins.twilio import ErrorCode, TwilioServer, inbound_form, status_form
from tests.world import ACCOUNT_SID, AUTH_TOKEN, DRIVER, EMILE, HYDE, PUBLIC_URL, World, settings

TO_EMILE = f"whatsapp:{EMILE}"
SOLD = Template("sold", ("EMILE CIORAN SRL", "60016454717", "MR. HYDE,\n20 × JOYCE GAS 10 kg"))


@pytest.fixture
def server() -> Iterator[TwilioServer]:
    """Run a Twilio account."""
    with TwilioServer(ACCOUNT_SID, AUTH_TOKEN) as running:
        yield running


def _found(world: World, server: TwilioServer) -> Any:
    return settings(world.url, twilio_api_base_url=server.base_url, twilio_content_base_url=server.base_url)


async def _with_sender(world: World, server: TwilioServer, work: Any) -> Any:
    sender = WhatsAppSender(_found(world, server), world.runtime)
    try:
        return await work(sender)
    finally:
        await sender.close()


def _send(world: World, server: TwilioServer, letter: Claimed) -> dict[str, Any]:
    """Send a letter and return what the person got last."""
    asyncio.run(_with_sender(world, server, lambda sender: sender.send(letter)))
    return server.messages_to(TO_EMILE)[-1]


def _letter(
    world: World, message: Outgoing, *, wrote: timedelta | None = timedelta(minutes=1), **changes: Any
) -> Claimed:
    at = None if wrote is None else world.clock() - wrote
    letter = Claimed(7, "whatsapp", EMILE, Kind.NOTICE, message, 1, last_inbound_at=at, locale="es_PE")
    return replace(letter, **changes)


def _options(count: int) -> Outgoing:
    return Outgoing("¿Cuál?", tuple(Choice(f"Opción número {n} de muchas", f"=a1.1.{n}") for n in range(1, count + 1)))


def _kind(server: TwilioServer, sent: dict[str, Any]) -> str:
    content = server.contents[sent["ContentSid"]]
    return f"{next(iter(content['types']))} {content['friendly_name'].rsplit('_', 2)[0]}"


class TestWithinTheWindow:
    """Session messages: buttons and lists from the fixed family."""

    @pytest.mark.parametrize("count", [1, 2, 3])
    def test_few_choices_are_buttons(self, world: World, server: TwilioServer, count: int) -> None:
        make_templates(world, server)
        sent = _send(world, server, _letter(world, _options(count)))
        assert _kind(server, sent) == f"twilio/quick-reply scopbot_quick_reply_{count}"
        values = sent["ContentVariables"]
        assert values["1"] == sent["body"] == _options(count).numbered()
        assert [values[str(2 * n)] for n in range(1, count + 1)] == [
            f"Opción número {n} de…" for n in range(1, count + 1)
        ]
        assert [values[str(2 * n + 1)] for n in range(1, count + 1)] == [f"=a1.1.{n}" for n in range(1, count + 1)]
        assert sent["StatusCallback"] == f"{PUBLIC_URL}/whatsapp/status?m=7" and "Body" not in sent

    @pytest.mark.parametrize("count", [4, 7, 10, 14])
    def test_more_choices_are_a_list_of_at_most_ten(self, world: World, server: TwilioServer, count: int) -> None:
        make_templates(world, server)
        sent = _send(world, server, _letter(world, _options(count), locale="en"))
        assert _kind(server, sent) == f"twilio/list-picker scopbot_list_{min(count, 10)}"
        values = sent["ContentVariables"]
        assert values["2"] == "See options" and f"{count}. Opción número {count}" in sent["body"]
        assert (values["4"], values["5"]) == ("=a1.1.1", "Opción número 1 de muchas")

    def test_an_item_that_is_not_cut_says_its_number(self, world: World, server: TwilioServer) -> None:
        make_templates(world, server)
        message = Outgoing("¿Cuál?", tuple(Choice(word, f">{word}") for word in ("uno", "dos", "tres", "cuatro")))
        values = _send(world, server, _letter(world, message))["ContentVariables"]
        assert [values[key] for key in ("2", "3", "4", "5")] == ["Ver opciones", "uno", ">uno", "Opción 1"]

    def test_without_the_family_it_is_text(self, world: World, server: TwilioServer) -> None:
        assert _send(world, server, _letter(world, _options(3)))["Body"] == _options(3).numbered()

    @pytest.mark.parametrize("code", [21655, 21656, 63021])
    def test_buttons_that_twilio_refuses_become_text(self, world: World, server: TwilioServer, code: int) -> None:
        make_templates(world, server)
        server.fail_next(ErrorCode(400, code), "Messages.create")
        assert _send(world, server, _letter(world, _options(3)))["Body"] == _options(3).numbered()
        assert len(server.messages_to(TO_EMILE)) == 1

    def test_pressing_answers(self, world: World, server: TwilioServer) -> None:
        """What Twilio posts back for a button or an item is understood: it is the id that was sent."""
        make_templates(world, server)
        for field in ("ButtonPayload", "ListId"):
            world.says(EMILE, "cancelar", "whatsapp")
            asked = world.says(EMILE, "solicitar", "whatsapp")[-1]
            values = _send(world, server, _letter(world, asked.message))["ContentVariables"]
            payload = next(value for value in values.values() if value.startswith("="))
            form = inbound_form(TO_EMILE, "x", sid=f"SM{world.next_number():032x}", **{field: payload})
            before = world.last_id()
            assert post_form(world, form).status_code == 200
            [reply] = world.sent(after=before)
            assert reply.message.choices and reply.message.text != asked.message.text


class TestOutsideTheWindow:
    """Approved templates, or nothing."""

    @pytest.mark.parametrize(
        ("wrote", "is_inside"),
        [
            (timedelta(0), True),
            (timedelta(hours=23, minutes=49, seconds=59), True),
            (WINDOW, False),
            (timedelta(hours=24), False),
            (timedelta(days=40), False),
            (None, False),
        ],
        ids=str,
    )
    def test_the_moment_of_sending_decides(
        self, world: World, server: TwilioServer, wrote: timedelta | None, is_inside: bool
    ) -> None:
        make_templates(world, server)
        sent = _send(world, server, _letter(world, Outgoing("🔔 Vendida", template=SOLD), wrote=wrote))
        assert ("Body" in sent) is is_inside and ("ContentSid" in sent) is not is_inside

    def test_what_twilio_said_counts_more_than_the_clock(self, world: World, server: TwilioServer) -> None:
        make_templates(world, server)
        sent = _send(world, server, _letter(world, Outgoing("🔔 Vendida", template=SOLD), outside=True))
        assert _kind(server, sent) == "twilio/quick-reply scopbot_sold"

    @pytest.mark.parametrize(
        ("locale", "begins"), [("es_PE", "Aviso para EMILE"), ("en", "Notice for EMILE"), ("", "Aviso para EMILE")]
    )
    def test_the_template_speaks_the_persons_language(
        self, world: World, server: TwilioServer, locale: str, begins: str
    ) -> None:
        make_templates(world, server)
        sent = _send(world, server, _letter(world, Outgoing("x", template=SOLD), wrote=None, locale=locale))
        assert sent["body"].startswith(begins) and "MR. HYDE, 20 × JOYCE GAS 10 kg" in sent["body"]
        assert sent["ContentVariables"]["2"] == "60016454717"

    def test_a_repeated_one_says_so(self, world: World, server: TwilioServer) -> None:
        make_templates(world, server)
        letter = _letter(world, Outgoing("x", template=SOLD), wrote=None, repeated=True)
        assert "Detalle: (reenviado) MR. HYDE" in _send(world, server, letter)["body"]

    @pytest.mark.parametrize("template", [None, Template("unheard_of", ("x",)), SOLD])
    def test_without_an_approved_template_it_waits(
        self, world: World, server: TwilioServer, template: Template | None
    ) -> None:
        make_templates(world, server, approved=False)
        with pytest.raises(SendError) as raised:
            _send(world, server, _letter(world, Outgoing("x", template=template), wrote=timedelta(hours=25)))
        assert raised.value.fate is Fate.SHUT and server.messages_to(TO_EMILE) == []

    def test_of_who_never_wrote_here_twilio_has_the_word(self, world: World, server: TwilioServer) -> None:
        assert _send(world, server, _letter(world, Outgoing("Hola"), wrote=None))["body"] == "Hola"
        with pytest.raises(SendError) as raised:
            _send(world, server, _letter(world, Outgoing("Hola"), wrote=None, outside=True))
        assert raised.value.fate is Fate.SHUT and len(server.messages_to(TO_EMILE)) == 1

    def test_the_buttons_of_a_template_are_commands(self, world: World, server: TwilioServer) -> None:
        make_templates(world, server)
        for text in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes"):
            world.says(EMILE, text)
        code = world.codes()[-1]
        template = Template("sold", ("EMILE CIORAN SRL", code, "x"))
        sent = _send(world, server, _letter(world, Outgoing("x", template=template), wrote=None))
        buttons = server.contents[sent["ContentSid"]]["types"]["twilio/quick-reply"]["actions"]
        assert [one["title"] for one in buttons] == ["Cerrar", "Ver detalle"]
        for button in buttons:
            payload = button["id"].replace("{{2}}", sent["ContentVariables"]["2"])
            form = inbound_form(TO_EMILE, button["title"], sid=f"SM{world.next_number():032x}", ButtonPayload=payload)
            before = world.last_id()
            post_form(world, form)
            assert code in world.sent(after=before)[-1].text


# --- through the outbox -----------------------------------------------------------------------------------------------


def _post(world: World, message: Outgoing, *, wrote: timedelta | None = timedelta(minutes=1), key: str = "k") -> int:
    """Put a notice for EMILE into the outbox and return its id."""
    contact = world.contact(EMILE, "whatsapp")
    purpose = Purpose(f"order {key}", contact.actor.person_id, contact.actor.memberships[0].agent_id)
    letter = Letter(contact.address_id, "whatsapp", EMILE, Kind.NOTICE, message, key, locale="es_PE", purpose=purpose)
    with world.database.transaction() as tx:
        wrote_at = None if wrote is None else world.clock() - wrote
        tx.execute(update(addresses).where(addresses.c.id == contact.address_id).values(last_inbound_at=wrote_at))
        outbox.post(tx, [letter], world.clock())
        return int(tx.execute(select(outbox_table.c.id).where(outbox_table.c.dedupe_key == key)).scalar_one())


def _deliver(world: World, server: TwilioServer, times: int = 1) -> None:
    """Let the worker look into the outbox, some time apart."""

    async def work(sender: WhatsAppSender) -> None:
        runtime = replace(world.runtime, channels=frozenset({"whatsapp"}))
        relay = Relay(runtime, {"whatsapp": sender})
        for _time in range(times):
            await relay.deliver()
            world.clock.advance(minutes=1)

    asyncio.run(_with_sender(world, server, work))


def _row(world: World, letter: int) -> Any:
    return next(row for row in outbox_rows(world) if row.id == letter)


def _today(world: World) -> None:
    """Let the world's clock show the time of the stand-in's."""
    world.clock.at = datetime.now(UTC)


LONG = "\n\n".join(f"{number} " + "x" * 1000 for number in range(3))


class TestDoubts:
    """What may have arrived is looked for, and nothing comes twice."""

    @pytest.mark.parametrize("text", ["🔔 Vendida\nsu orden", LONG])
    @pytest.mark.parametrize("fault", [CutAfter(), CutBefore(), ServerError(500)], ids=repr)
    def test_each_message_arrives_once(self, any_world: World, server: TwilioServer, fault: Fault, text: str) -> None:
        _today(any_world)
        letter = _post(any_world, Outgoing(text, template=SOLD))
        server.fail_next(fault, "Messages.create")
        _deliver(any_world, server, times=4)
        got = [sent["body"] for sent in server.messages_to(TO_EMILE)]
        assert got == ([text] if text != LONG else LONG.split("\n\n"))
        row = _row(any_world, letter)
        assert (row.state, row.provider_id) == (Sending.SENT, server.messages_to(TO_EMILE)[-1]["sid"])

    def test_a_template_is_found_by_what_the_person_reads(self, any_world: World, server: TwilioServer) -> None:
        _today(any_world)
        make_templates(any_world, server)
        letter = _post(any_world, Outgoing("🔔 Vendida", template=SOLD), wrote=None)
        server.fail_next(CutAfter(), "Messages.create")
        _deliver(any_world, server, times=4)
        assert len(server.messages_to(TO_EMILE)) == 1 and _row(any_world, letter).state is Sending.SENT

    def test_another_letter_of_the_same_words_is_not_taken_for_it(self, any_world: World, server: TwilioServer) -> None:
        _today(any_world)
        _post(any_world, Outgoing("🔔 Lo mismo"), key="one")
        _deliver(any_world, server)
        _post(any_world, Outgoing("🔔 Lo mismo"), key="two")
        server.fail_next(CutBefore(), "Messages.create")
        _deliver(any_world, server, times=4)
        assert len(server.messages_to(TO_EMILE)) == 2
        assert len({row.provider_id for row in outbox_rows(any_world)}) == 2

    def test_one_that_failed_on_its_way_is_not_the_letter(self, any_world: World, server: TwilioServer) -> None:
        _today(any_world)
        _post(any_world, Outgoing("🔔 Vendida"))
        server.fail_next(CutAfter(), "Messages.create")
        _deliver(any_world, server)
        server.set_status(server.messages_to(TO_EMILE)[0]["sid"], "undelivered", 63012)
        _deliver(any_world, server, times=3)
        assert len(server.messages_to(TO_EMILE)) == 2

    def test_an_old_message_of_the_same_words_is_not_the_letter(self, any_world: World, server: TwilioServer) -> None:
        any_world.clock.at = datetime.now(UTC) + timedelta(hours=2)
        server._create_message(
            {"To": TO_EMILE, "From": settings("sqlite://").twilio_whatsapp_from, "Body": "🔔 Vendida"}
        )
        _post(any_world, Outgoing("🔔 Vendida"))
        server.fail_next(CutBefore(), "Messages.create")
        _deliver(any_world, server, times=4)
        assert len(server.messages_to(TO_EMILE)) == 2

    def test_when_twilio_cannot_be_asked_it_is_sent_once_more_and_says_so(
        self, any_world: World, server: TwilioServer
    ) -> None:
        _today(any_world)
        letter = _post(any_world, Outgoing("🔔 Vendida"))
        server.fail_next(CutAfter(), "Messages.create")
        server.fail_next(ServerError(503), "Messages.list", times=9)
        _deliver(any_world, server, times=4)
        assert [sent["body"] for sent in server.messages_to(TO_EMILE)] == ["🔔 Vendida", "(reenviado) 🔔 Vendida"]
        assert _row(any_world, letter).state is Sending.SENT

    def test_a_list_that_cannot_be_read_tells_nothing(self, world: World, server: TwilioServer) -> None:
        letter = replace(_letter(world, Outgoing("x")), id=_post(world, Outgoing("x")))
        server.fail_next(ServerError(500), "Messages.list")
        with pytest.raises(CannotTellError):
            asyncio.run(_with_sender(world, server, lambda sender: sender.look_up(letter)))


class TestTheWindowsWord:
    """Twilio's late 63016: the letter goes as a template."""

    def test_a_notice_that_came_back_goes_as_its_template(self, any_world: World, server: TwilioServer) -> None:
        make_templates(any_world, server)
        letter = _post(any_world, Outgoing("🔔 Vendida", template=SOLD))
        _deliver(any_world, server)
        sid = _row(any_world, letter).provider_id
        form = status_form(sid, "undelivered", 63016)
        assert post_form(any_world, form, f"{STATUS}?m={letter}").status_code == 204
        _deliver(any_world, server)
        first, second = server.messages_to(TO_EMILE)
        assert first["Body"] == "🔔 Vendida" and second["body"].startswith("Aviso para EMILE CIORAN SRL: su orden")
        assert _row(any_world, letter).state is Sending.SENT

    def test_one_without_a_template_waits_until_the_person_writes(self, any_world: World, server: TwilioServer) -> None:
        letter = _post(any_world, Outgoing("🔔 Vendida", template=SOLD), wrote=timedelta(days=3))
        _deliver(any_world, server)
        assert _row(any_world, letter).state is Sending.SHUT and server.messages_to(TO_EMILE) == []
        any_world.says(EMILE, "menu", "whatsapp")
        outbox.take_up_again(any_world.runtime)
        _deliver(any_world, server, times=3)
        assert "🔔 Vendida" in [sent["body"] for sent in server.messages_to(TO_EMILE)]


class TestNotices:
    """Each notice brings the template that says the same."""

    def test_there_is_one_for_each(self) -> None:
        headings = [told.heading for told in notices.WHOM.values()]
        headings += [*notices.SHORT.values(), *notices.BY_SELLER.values()]
        headings += [notices.ARRIVED, notices.ARRIVED_TO_BUYER, notices.ARRIVED_UNSOLD]
        used = {heading.template for heading in headings} | {"done_by_driver", "unreachable"}
        assert used == {wording.name for wording in templates.NOTICES}

    def test_a_whole_order(self, world: World, server: TwilioServer) -> None:
        make_templates(world, server)
        for text in ("solicitar", "mr. hyde", "joyce gas", "10 kg", "20", "no", "yes"):
            world.says(EMILE, text)
        code = world.codes()[0]
        for phone, text in (
            (HYDE, f"atender {code} all later"),
            (HYDE, "1"),
            (HYDE, f"vender {code} F001-00000123"),
            (HYDE, "1"),
            (EMILE, f"cerrar {code} all"),
            (EMILE, "1"),
        ):
            world.says(phone, text)
        told = [sent for sent in world.sent() if sent.kind == "AVISO" and sent.address in (EMILE, HYDE)]
        bodies = {}
        for sent in told:
            assert sent.message.template is not None
            bodies[sent.message.template.name] = _send(world, server, _letter(world, sent.message, wrote=None))["body"]
        assert list(bodies) == ["requested", "accepted", "sold", "closed"]
        assert all(code in body and "20 × JOYCE GAS 10 kg" in body for body in bodies.values())
        assert "para MR. HYDE" in bodies["requested"] and "EMILE CIORAN SRL;" in bodies["requested"]

    def test_the_owners_warning(self, any_world: World) -> None:
        address_id = any_world.contact(DRIVER, "whatsapp").address_id
        with any_world.database.transaction() as tx:
            elsewhere.warn_owner(tx, any_world.runtime, address_id, any_world.clock())
        [warning] = [sent for sent in any_world.sent() if sent.kind == "AVISO"]
        assert warning.message.template is not None and warning.message.template.name == "unreachable"
        assert warning.message.template.values[1] == "WhatsApp"
