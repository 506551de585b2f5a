"""What a reader and a user found once, and must not come back."""

from __future__ import annotations

import sqlite3
import threading
from decimal import Decimal

import pytest
from sqlalchemy import select, text

from bot import inbox
from bot.dialogue import Invalid
from bot.i18n import language
from bot.messages import Incoming
from bot.questions import coming_day, days, document, quantity
from bot.store import Sending, outbox
from core.clock import day_in_lima
from core.statements import agents, memberships
from core.terms import Role, Standing
from tests.world import DRIVER, EMILE, HYDE, MANUAL_DAY, PLANT, World

TODAY = day_in_lima(MANUAL_DAY)


@pytest.mark.parametrize(
    "typed", ["-5", "- 5", ".5", "<20", "2*500", "1:500", "12;500", "2²", "1,5", "1.500", "٣", "1e5"]
)
def test_a_doubtful_amount_is_asked_again(typed: str) -> None:
    with language("es_PE"), pytest.raises(Invalid):
        quantity(Decimal(99_999))(typed)


@pytest.mark.parametrize(
    ("typed", "read"), [("20", 20), (" 1,200 ", 1200), ("9 000", 9000), ("2️⃣0", 20), ("todo", 500_000)]
)
def test_a_plain_amount_is_read(typed: str, read: int) -> None:
    assert Decimal(read) == quantity(Decimal(500_000))(typed)


def test_a_delivery_day_is_to_come_and_a_searched_one_has_been() -> None:
    assert coming_day(TODAY)("24/03").year == TODAY.year + 1
    assert days(TODAY)("26/03")[0].year == TODAY.year - 1
    assert len(set(days(TODAY)("20/03-24/03"))) == 2
    with language("es_PE"), pytest.raises(Invalid):
        coming_day(TODAY)("ayer")


def test_a_boleta_is_no_document_of_a_sale() -> None:
    assert document("t001 12345") == "T001-12345"
    with language("es_PE"), pytest.raises(Invalid):
        document("B001-123")


def request(world: World, lines: str = "joyce 10 20 no") -> str:
    world.says(EMILE, f"solicitar hyde {lines}")
    world.says(EMILE, "sí")
    return world.codes()[-1]


def test_a_second_yes_is_told_that_it_is_registered_and_does_nothing(world: World) -> None:
    code = request(world)
    assert code in world.answer(EMILE, "sí")
    assert code in world.answer(EMILE, "👍")
    assert [code] == world.codes()


def test_a_refused_command_tapped_twice_is_never_called_registered(world: World) -> None:
    request(world, "joyce 45 260 no")
    world.says(EMILE, "repetir")
    world.taps(EMILE, "Sí, solicitar")
    assert "SÍ SE REGISTRÓ" not in world.taps(EMILE, "Sí, solicitar")[-1].text
    assert len(world.codes()) == 1


def test_a_notice_that_is_not_on_the_screen_takes_no_number(world: World) -> None:
    world.says(HYDE, "menú")
    request(world)
    with world.database.transaction() as tx:
        tx.execute(outbox.update().where(outbox.c.external_id == HYDE).values(state=Sending.FAILED))
    assert "Pendientes (" in world.answer(HYDE, "1")


def test_an_owner_who_uses_a_driver_s_invitation_stays_the_owner(world: World) -> None:
    world.says(HYDE, "equipo")
    for text_typed in ("invitar", "chofer", "Nuevo"):
        world.says(HYDE, text_typed)
    invited = world.answer(HYDE, "sí")
    code = next(line for line in invited.splitlines() if line.startswith("ALTA"))
    world.says(HYDE, code)
    world.says(HYDE, "sí")
    with world.database.reading() as tx:
        roles = set(
            tx.execute(select(memberships.c.role).where(memberships.c.agent_id == world.agent_id("MR. HYDE"))).scalars()
        )
    assert {Role.OWNER, Role.DRIVER} == roles


def test_what_fell_short_shows_on_the_receipt_and_on_the_notice(world: World) -> None:
    code = request(world)
    world.says(HYDE, f"atender {code} change 18 now T001-1")
    sold = world.says(HYDE, "sí")
    assert all("18 de 20 × JOYCE GAS 10 kg" in one.text for one in sold)
    world.says(EMILE, f"cerrar {code} some 17")
    closed = world.says(EMILE, "sí")
    assert all("17 de 18 × JOYCE GAS 10 kg" in one.text for one in closed)


def test_nine_and_more_orders_can_all_be_reached(world: World) -> None:
    made = [request(world, "joyce 3 1 no") for _order in range(14)]
    first = world.answer(EMILE, "buscar hoy")
    second = world.answer(EMILE, "ver más")
    assert set(made) == {code for code in made if code in first or code in second}
    world.says(EMILE, "cancelar")
    first, second = world.answer(EMILE, "anular"), world.answer(EMILE, "ver más")
    assert set(made) == {code for code in made if code in first or code in second}


def test_crossing_notices_do_not_wait_for_each_other(any_world: World) -> None:
    """Buyer and seller act at the same moment on two orders: neither transaction may need the other's row."""
    one, other = request(any_world), request(any_world, "proust 45 2 no")
    any_world.says(HYDE, f"atender {other} all later")
    any_world.says(EMILE, f"anular {one}")
    start = threading.Barrier(2)

    def yes(phone: str, number: str) -> None:
        start.wait()
        inbox.receive(any_world.runtime, Incoming("phone", phone, number, text="sí", phone=phone))

    threads = [threading.Thread(target=yes, args=pair) for pair in ((HYDE, "h"), (EMILE, "e"))]
    began = any_world.database.engine.dialect.name
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    states = {code: order.status.value for code in (one, other) if (order := any_world.order(EMILE, code))}
    assert {one: "ANULADO", other: "ACEPTADO"} == states, began


def test_a_restarted_database_loses_no_message(postgresql_url: str) -> None:
    world = World(postgresql_url)
    for phone in (EMILE, HYDE, PLANT, DRIVER):
        world.says(phone, "menú")
    with world.database.engine.connect() as other:
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        other.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
    for phone in (EMILE, HYDE, PLANT, DRIVER):
        assert "¿Qué desea hacer?" in world.answer(phone, "menú")
    world.close()


def test_a_busy_database_is_told_to_the_platform_and_nothing_is_half_kept(world: World) -> None:
    """Somebody else holds the writer for longer than the patience: 503, and the next delivery is taken."""
    world.says(EMILE, "menú")
    with sqlite3.connect(str(world.database.url.database), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        world.restart()
        with world.database.reading() as tx:
            tx.exec_driver_sql("PRAGMA busy_timeout=50")  # of the connection that the pool hands out next
        said = {"phone": EMILE, "id": "again", "text": "menú", "payload": "", "content": "text"}
        refused = world.client.post("/phones/messages", json=said)
        other.execute("ROLLBACK")
    other.close()
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert world.client.post("/phones/messages", json=said).status_code == 202
    assert "Pendientes" in world.to(EMILE)[-1].text


def test_of_accept_and_sell_neither_stays_when_the_sale_is_refused(any_world: World) -> None:
    """The register lapses between the request and the sale: the acceptance is taken back with it."""
    code = request(any_world)
    with any_world.database.transaction() as tx:
        tx.execute(agents.update().where(agents.c.name == "EMILE CIORAN SRL").values(standing=Standing.SUSPENDED))
    any_world.says(HYDE, f"atender {code} all now T001-1")
    assert any_world.answer(HYDE, "sí").startswith("❌ NO SE REGISTRÓ.")
    order = any_world.order(HYDE, code)
    assert order is not None
    assert (order.status.value, [line.accepted for line in order.lines]) == ("SOLICITADO", [None])
