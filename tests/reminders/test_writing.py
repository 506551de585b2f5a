"""What a reminder says is decided when it leaves."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from bot.store import Sending, batches, nudges, outbox
from core.statements import memberships, people
from core.transitions import Accept, Arrive, Close, Reject
from reminders import posting
from reminders.sweep import send_at_once, sweep
from tests.reminders.test_sweep import lima, order
from tests.world import DRIVER, EMILE, HYDE, PLANT, World


def decided(world: World, at: str) -> None:
    """Sweep without sending."""
    world.clock.at = lima(at)
    sweep(world.runtime, world.clock())


def states(world: World) -> list[Sending]:
    with world.database.reading() as tx:
        return list(tx.execute(select(outbox.c.state).where(outbox.c.kind == "RECORDATORIO")).scalars())


def test_an_order_closed_between_deciding_and_sending_is_not_mentioned(any_world: World) -> None:
    world = any_world
    world.clock.at = lima("25/03 10:00")
    code = order(world)
    decided(world, "25/03 18:00")
    world.does(EMILE, Close(code, {1: Decimal(20)}))
    assert world.reminds() == []
    assert states(world) == [Sending.EXPIRED]


def test_a_letter_that_waited_too_long_gives_way_to_the_newer_one(any_world: World) -> None:
    world = any_world
    world.clock.at = lima("25/03 10:00")
    order(world)
    decided(world, "25/03 12:00")
    decided(world, "25/03 18:00")
    decided(world, "25/03 21:00")
    assert [one.text.splitlines()[0] for one in world.reminds()] == []  # they were decided before this call
    assert states(world) == [Sending.EXPIRED, Sending.EXPIRED, Sending.SENT]


def test_after_an_outage_only_the_latest_is_sent(any_world: World) -> None:
    world = any_world
    world.clock.at = lima("25/03 10:00")
    order(world)
    world.clock.at = lima("25/03 21:40")
    assert len(world.reminds()) == 1
    world.clock.at = lima("27/03 09:00")
    (late,) = world.reminds()
    assert late.text.startswith("🔴 VENCIDA: 2 días tarde.")


def test_the_last_warning_may_come_after_half_past_eleven_and_nothing_else(any_world: World) -> None:
    world = any_world
    world.clock.at = lima("25/03 10:00")
    order(world)
    world.clock.at = lima("25/03 23:40")
    (last,) = world.reminds()
    assert last.text.startswith("🔴 ÚLTIMO AVISO")
    world.clock.at = lima("26/03 00:05")
    assert world.reminds() == []


def test_no_numbers_below_an_open_question(world: World) -> None:
    world.clock.at = lima("25/03 17:50")
    code = order(world)
    other = order(world)
    world.clock.at = lima("25/03 19:45")
    world.says(EMILE, f"cerrar {other}")
    world.deliver()
    world.clock.at = lima("25/03 19:50")
    first, _second = world.reminds()
    assert first.message.choices == ()
    assert f"cerrar {code} todo" in first.text
    assert "¿Qué llegó?" not in world.answer(EMILE, "1")  # the answer to the open question, not to the reminder


def test_no_numbers_below_a_reply_that_overtook_it(world: World) -> None:
    world.clock.at = lima("25/03 17:50")
    order(world)
    world.says(EMILE, "hola")
    world.deliver()
    decided(world, "25/03 19:50")
    last = world.last_id()
    world.says(EMILE, "menu")
    with world.database.transaction() as tx:
        tx.execute(outbox.update().where(outbox.c.id > last).values(state=Sending.SENT))
    world.reminds()
    reminder = next(one for one in world.to(EMILE) if one.id == last)
    assert reminder.text.startswith("⏰ ¿Ya llegó?")
    assert reminder.message.choices == ()


def test_a_driver_who_may_not_close_is_asked_whether_it_arrived(world: World) -> None:
    world.clock.at = lima("25/03 10:00")
    code = order(world, buyer=HYDE, seller=PLANT)
    world.clock.at = lima("25/03 12:00")
    to_driver = next(one for one in world.reminds() if one.address == DRIVER)
    assert [("Llegó", f">llego {code}"), ("Ver la orden", f">estado {code}")] == [
        (choice.label, choice.payload) for choice in to_driver.message.choices
    ]


def test_the_owner_is_added_at_nine_where_somebody_else_comes_first(any_world: World) -> None:
    world = any_world
    with world.database.transaction() as tx:
        driver = select(people.c.id).where(people.c.phone == DRIVER).scalar_subquery()
        tx.execute(memberships.update().where(memberships.c.person_id == driver).values(may_close=True))
    world.clock.at = lima("25/03 10:00")
    order(world, buyer=HYDE, seller=PLANT)
    told = {}
    for at in ("25/03 12:00", "25/03 18:00", "25/03 21:00", "25/03 23:00", "26/03 07:00"):
        world.clock.at = lima(at)
        told[at] = sorted(one.address for one in world.reminds())
    assert told == {
        "25/03 12:00": [DRIVER],
        "25/03 18:00": [DRIVER],
        "25/03 21:00": [HYDE, DRIVER],
        "25/03 23:00": [HYDE, DRIVER],
        "26/03 07:00": [HYDE, DRIVER],
    }


def test_the_morning_brings_one_message_or_one_for_each(any_world: World) -> None:
    world = any_world
    world.clock.at = lima("25/03 10:00")
    order(world)
    order(world)
    world.clock.at = lima("26/03 07:00")
    (morning,) = world.reminds()
    assert morning.text.startswith("🔴 Usted tiene 2 órdenes por cerrar, y hay VENCIDAS.")
    assert morning.message.template is not None
    assert morning.message.template.name == "morning"
    with world.database.transaction() as tx:
        tx.execute(people.update().where(people.c.phone == EMILE).values(morning=False))
    world.clock.at = lima("27/03 07:00")
    assert [one.text.splitlines()[0] for one in world.reminds()] == ["🔴 VENCIDA: 2 días tarde. Ciérrela ahora."] * 2
    order(world)
    order(world)
    world.clock.at = lima("28/03 07:00")
    (digest,) = world.reminds()
    assert digest.message.template is not None
    assert digest.message.template.name == "digest"


def test_owners_are_told_on_mondays_how_the_week_went(any_world: World) -> None:
    world = any_world
    for day, closed in (("15/03", "15/03 15:00"), ("16/03", "17/03 09:00"), ("17/03", "20/03 09:00")):
        world.clock.at = lima(f"{day} 10:00")
        code = order(world)
        world.clock.at = lima(closed)
        world.does(EMILE, Close(code, {1: Decimal(20)}))
    world.clock.at = lima("22/03 08:00")
    told = {one.address: one for one in world.reminds()}
    assert told[EMILE].text.splitlines()[:5] == [
        "📊 La semana pasada",
        "Cerradas a tiempo: 1",
        "Cerradas tarde: 2",
        "Atraso promedio de las tardías: 2.0 días",
        "Vencidas ahora: 0",
    ]
    assert HYDE not in told  # bought nothing
    world.clock.at = lima("22/03 08:01")
    assert world.reminds() == []


def test_the_weekly_summary_can_be_turned_off(world: World) -> None:
    world.clock.at = lima("17/03 10:00")
    code = order(world)
    world.does(EMILE, Close(code, {1: Decimal(20)}))
    world.says(EMILE, "avisos")
    world.says(EMILE, "2")
    world.deliver()
    world.clock.at = lima("22/03 08:00")
    assert world.reminds() == []


def test_letters_of_a_large_sweep_are_posted_step_by_step(any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = any_world
    monkeypatch.setattr(posting, "STEP", 1)
    world.clock.at = lima("25/03 10:00")
    for _number in range(3):
        order(world)
    decided(world, "25/03 18:00")
    assert len(states(world)) == 1
    assert posting.post_more(world.runtime, steps=9) == 2
    assert posting.post_more(world.runtime) == 0
    assert len(states(world)) == 3
    with world.database.reading() as tx:
        assert tx.execute(select(batches)).all() == []
        assert len(tx.execute(select(nudges)).all()) == 3


def test_what_is_not_posted_in_time_is_dropped(any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = any_world
    monkeypatch.setattr(posting, "STEP", 1)
    world.clock.at = lima("25/03 10:00")
    order(world)
    order(world)
    decided(world, "25/03 18:00")
    world.clock.at = lima("25/03 21:00")
    assert posting.post_more(world.runtime) == 0
    assert len(states(world)) == 1


def test_a_rejected_order_is_not_mentioned(world: World) -> None:
    world.clock.at = lima("25/03 10:00")
    code = order(world)
    decided(world, "25/03 12:00")
    world.does(HYDE, Reject(code, "no llega"))
    assert world.reminds() == []


def test_a_sale_stops_the_sellers_reminder(world: World) -> None:
    world.clock.at = lima("25/03 10:00")
    code = order(world, sold=False)
    decided(world, "25/03 12:00")
    world.does(HYDE, Accept(code, {1: Decimal(20)}))
    assert world.reminds() == []


def test_the_arrival_of_an_unsold_order_is_told_at_once_in_red(world: World) -> None:
    world.clock.at = lima("25/03 10:00")
    code = order(world, sold=False)
    before = world.last_id()
    world.says(EMILE, f"llegó {code}")
    world.says(EMILE, "sí")
    told = [one for one in world.sent(after=before) if one.address == HYDE]
    assert told[0].text.startswith("🔴 Llegó el producto y la orden NO ESTÁ VENDIDA. Nadie debe descargar")


def test_a_second_arrival_does_not_start_the_clock_again(world: World) -> None:
    world.clock.at = lima("25/03 10:00")
    code = order(world)
    world.clock.at = lima("25/03 11:00")
    world.does(EMILE, Arrive(code))
    world.clock.at = lima("25/03 11:20")
    world.does(HYDE, Arrive(code))
    world.clock.at = lima("25/03 11:30")
    assert len(world.reminds()) == 1
    world.clock.at = lima("25/03 11:50")
    assert world.reminds() == []


@pytest.mark.parametrize("at", ["25/03 18:00", "25/03 23:00", "26/03 07:00"])
def test_an_operators_sweep_as_of_a_later_moment_is_sent_at_once_as_it_will_be_said_then(
    any_world: World, at: str
) -> None:
    world = any_world
    world.clock.at = lima("25/03 05:10")  # nobody is reminded at this hour, but the operator asks for it
    code = order(world)
    sweep(world.runtime, lima(at))
    assert send_at_once(world.runtime) == 1 and send_at_once(world.runtime) == 0
    world.deliver_reminders()
    (sent,) = [one for one in world.sent() if one.kind == "RECORDATORIO" and one.text]
    assert code in sent.text and states(world) == [Sending.SENT]
    assert sent.text.startswith({"18": "⏰", "23": "🔴 ÚLTIMO AVISO", "07": "🔴 VENCIDA: 1 día tarde"}[at[6:8]])
