"""The golden cases of the trade (domain.md 8), day by day: from the fines that were really paid."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from core.clock import LIMA
from core.transitions import Arrive, Close
from reminders.sweep import sweep
from tests.reminders.test_sweep import lima, order
from tests.world import EMILE, World


def told_on(world: World, day: str) -> list[tuple[str, str]]:
    """Let a day pass with a sweep every half hour; return when EMILE was told what, in the first line."""
    told = []
    for minute in range(0, 24 * 60, 30):
        world.clock.at = lima(f"{day} {minute // 60:02}:{minute % 60:02}")
        told += [
            (world.clock().astimezone(LIMA).strftime("%H:%M"), one.text.splitlines()[0])
            for one in world.reminds()
            if one.address == EMILE
        ]
    return told


TODAY = [
    ("18:00", "⏰ Esta orden se debe cerrar hoy."),
    ("21:00", "⏰ Esta orden se debe cerrar hoy."),
    ("23:00", "🔴 ÚLTIMO AVISO de hoy: cierre esta orden antes de medianoche. No cerrarla el mismo día se multa."),
]


def test_scenario_2_closed_the_same_day_needs_no_reminder(any_world: World) -> None:
    world = any_world
    world.clock.at = datetime(2021, 3, 25, 22, 1, 21, tzinfo=LIMA)
    code = order(world)
    world.clock.at = datetime(2021, 3, 25, 22, 12, 36, tzinfo=LIMA)
    world.does(EMILE, Close(code, {1: Decimal(20)}))
    assert told_on(world, "26/03") == []
    world.clock.at = lima("25/03 23:00")
    sweep(world.runtime, world.clock())
    assert [one for one in world.sent() if one.kind == "RECORDATORIO"] == []


def test_scenario_5_three_days_late(any_world: World) -> None:
    world = any_world
    world.clock.at = lima("09/08 10:00")
    code = order(world)
    assert [("12:00", "⏰ ¿Ya llegó? Cuando la reciba, cierre la orden."), *TODAY] == told_on(world, "09/08")
    assert told_on(world, "10/08") == [("07:00", "🔴 VENCIDA: 1 día tarde. Ciérrela ahora.")]
    assert told_on(world, "11/08") == [("07:00", "🔴 VENCIDA: 2 días tarde. Ciérrela ahora.")]
    world.clock.at = lima("12/08 07:00")
    (last,) = world.reminds()
    assert last.text.splitlines()[0] == "🔴 VENCIDA: 3 días tarde. Ciérrela ahora."
    assert "Cerrar tarde todavía se puede, y es mejor que no cerrar." in last.text
    assert last.message.template is not None
    assert ("overdue", "EMILE CIORAN SRL", code) == (last.message.template.name, *last.message.template.values[:2])
    assert "3 días tarde" in last.message.template.values[2]
    world.does(EMILE, Close(code, {1: Decimal(20)}))
    assert told_on(world, "12/08") == []
    assert told_on(world, "13/08") == []


def test_scenario_6_unloaded_on_sunday_closed_on_tuesday(any_world: World) -> None:
    world = any_world
    world.clock.at = lima("11/07 08:40")
    code = order(world)
    world.clock.at = lima("11/07 09:00")
    world.does(EMILE, Arrive(code))
    world.clock.at = lima("11/07 08:59")
    assert world.reminds() == []
    assert [("09:30", "⏰ El producto llegó a las 09:00. Cierre la orden ahora."), *TODAY] == told_on(world, "11/07")
    assert told_on(world, "12/07") == [
        ("07:00", "🔴 VENCIDA: 1 día tarde. Ciérrela ahora."),
        ("08:00", "📊 La semana pasada"),
    ]
    world.clock.at = lima("13/07 07:00")
    (last,) = world.reminds()
    assert last.text.splitlines()[0] == "🔴 VENCIDA: 2 días tarde. Ciérrela ahora."
    assert world.does(EMILE, Close(code, {1: Decimal(20)})).order.status.value == "CERRADO"
    assert told_on(world, "14/07") == []


def test_the_receipt_counts_not_the_sale(world: World) -> None:
    world.clock.at = lima("08/07 20:45")
    code = order(world)
    assert [("23:00", TODAY[2][1])] == told_on(world, "08/07")
    world.clock.at = lima("09/07 07:00")
    assert world.reminds()[0].text.startswith("🔴 VENCIDA: 1 día tarde.")  # nobody said yet that it had not come
    world.clock.at = lima("09/07 09:00")
    world.does(EMILE, Arrive(code))
    world.clock.at = lima("09/07 09:30")
    assert world.reminds()[0].text.startswith("⏰ El producto llegó a las 09:00.")
    world.clock.at = lima("10/07 07:00")
    assert world.reminds()[0].text.startswith("🔴 VENCIDA: 1 día tarde.")
