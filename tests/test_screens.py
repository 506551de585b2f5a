"""What is on the screen decides what a button or a yes is answered: where only buttons show it."""

from __future__ import annotations

from decimal import Decimal

from bot.demo import DISTRIBUTOR, SHOP
from core.transitions import Accept, Request, RequestedLine, Sell
from tests.world import EMILE, HYDE, World

LEFT = "Dejó algo a medias"


def sold(world: World) -> str:
    asked = Request(world.agent_id(SHOP), world.agent_id(DISTRIBUTOR), (RequestedLine(1, "10 kg", Decimal(20)),))
    code = world.does(EMILE, asked).order.code
    world.does(HYDE, Accept(code, {1: Decimal(20)}))
    world.does(HYDE, Sell(code, "T001-777"))
    return code


def pressed(world: World, label: str) -> str:
    world.taps(EMILE, label)
    return world.to(EMILE)[-1].text


def test_a_button_pressed_twice_leaves_nothing_unfinished(world: World) -> None:
    sold(world)
    world.says(EMILE, "hola")  # so that the reminder comes to this phone
    world.clock.advance(hours=3)
    world.reminds()
    first = pressed(world, "Recibí todo")
    assert first.startswith("¿Cerrar la orden")
    assert first == pressed(world, "Recibí todo")
    assert pressed(world, "No llegó").startswith(LEFT)


def test_an_old_yes_tapped_after_another_screen_does_not_bring_that_screens_buttons(world: World) -> None:
    sold(world)
    world.says(EMILE, "cerrar")
    world.says(EMILE, "1")
    assert "SÍ SE REGISTRÓ: orden cerrada" in pressed(world, "Sí, cerrar")
    assert pressed(world, "Sí, cerrar").endswith("1. Ver movimientos\n2. Constancia\n3. Menú")
    world.says(EMILE, "avisos")
    world.says(EMILE, "menu")
    said = pressed(world, "Sí, cerrar")
    assert said.startswith("Eso ya estaba registrado")
    assert said.endswith("1. Pendientes\n2. Menú")
    assert "No tiene pendientes." in world.answer(EMILE, "1")
