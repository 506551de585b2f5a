"""What an examiner and three people in a trial made the bot do without meaning it, and must never do again."""

from __future__ import annotations

import pytest

from core.terms import Status
from tests.world import EMILE, HYDE, World


def reply(world: World, phone: str, text: str) -> str:
    """Return what is told to whoever says it."""
    place = world.contact(phone, "phone").address
    said = [one for one in world.says(phone, text) if one.address == place]
    return said[-1].message.numbered()


def status(world: World, code: str) -> Status:
    order = world.order(EMILE, code)
    assert order is not None
    return order.status


def requested(world: World, lines: str = "joyce 10 20 no") -> str:
    world.says(EMILE, f"solicitar hyde {lines}")
    world.says(EMILE, "sí")
    return world.codes()[-1]


def sold(world: World, lines: str = "joyce 10 20 no") -> str:
    code = requested(world, lines)
    for text in (f"atender {code}", "aceptar todo", "vender ahora", "T001-12", "sí"):
        world.says(HYDE, text)
    assert status(world, code) is Status.TO_CLOSE
    return code


@pytest.mark.parametrize(
    "typed", ["sí, cerrar", "si cerrar", "si cierro", "sí, vender", "sí, llegó", "sí, dejarlo", "si, solicitar otro"]
)
def test_a_yes_beside_another_verb_annuls_nothing(world: World, typed: str) -> None:
    code = requested(world)
    world.says(EMILE, f"anular {code}")
    world.says(EMILE, typed)
    assert status(world, code) is Status.REQUESTED


@pytest.mark.parametrize(
    ("opened", "typed", "stays"),
    [
        ("cerrar {}", ("recibí todo", "sí, rechazar"), Status.TO_CLOSE),
        ("rechazar {}", ("no llegó", "sí, cerrar"), Status.TO_CLOSE),
    ],
)
def test_a_yes_beside_another_verb_ends_no_sold_order(
    world: World, opened: str, typed: tuple[str, ...], stays: Status
) -> None:
    code = sold(world)
    for text in (opened.format(code), *typed):
        world.says(EMILE, text)
    assert status(world, code) is stays


@pytest.mark.parametrize("typed", ["sí, anular", "sí, cerrar", "si, la otra"])
def test_a_yes_beside_another_verb_requests_nothing(world: World, typed: str) -> None:
    world.says(EMILE, "solicitar hyde joyce 10 20 no")
    world.says(EMILE, typed)
    assert world.codes() == []


@pytest.mark.parametrize(
    "typed",
    [
        "cerrar {}",
        "estado {}",
        "llegó {}",
        "solicitar 20 de 10 a hyde",
        "recibí todo",
        "cierra la orden",
        "no quiero rechazar",
        "no quiero rechazarla",
        "sí",
        "ok",
        "hola",
        "menú principal",
        "no, dejarlo",
        "cancela",
        "no",
        "no espera, si lo recibo",
        "mejor si lo recibo",
        "no, espera",
    ],
)
def test_what_is_no_reason_is_declared_as_none(world: World, typed: str) -> None:
    code = sold(world)
    world.says(EMILE, f"rechazar {code}")
    said = reply(world, EMILE, typed.format(code))
    assert "Motivo:" not in said
    world.says(EMILE, "sí")
    assert status(world, code) is Status.TO_CLOSE


def test_a_command_with_a_code_is_no_answer_to_a_list(world: World) -> None:
    first, _second = requested(world), requested(world, "proust 45 2 no")
    world.says(EMILE, "anular")
    said = reply(world, EMILE, f"cerrar {first}")
    assert "¿Anular" not in said
    assert "NO SE REGISTRÓ" in said
    world.says(EMILE, "sí")
    assert [status(world, code) for code in world.codes()] == [Status.REQUESTED] * 2


@pytest.mark.parametrize("command", ["cerrar", "llegó", "anular", "rechazar", "estado", "detalle", "constancia"])
@pytest.mark.parametrize("ending", ["000", "0000"])
def test_an_ending_that_no_order_has_is_not_passed_over(world: World, command: str, ending: str) -> None:
    sold(world), requested(world)
    said = reply(world, EMILE, f"{command} {ending}")
    assert f"que termine en {ending}" in said


def test_what_is_repeated_after_it_took_effect_does_not_go_on_with_another_order(world: World) -> None:
    first, second = requested(world), requested(world, "proust 45 2 no")
    for _time in range(2):
        for text in (f"atender {first}", "1", "1", "T001-9", "sí"):
            world.says(HYDE, text)
    assert status(world, first) is Status.TO_CLOSE
    assert status(world, second) is Status.REQUESTED


@pytest.mark.parametrize("typed", ["si soli", "Si solicitar", "si, solicitar"])
def test_a_label_is_known_without_its_comma(world: World, typed: str) -> None:
    for text in ("solicitar", "mr hy", "joyce", "10", "20", "no es todo", typed):
        world.says(EMILE, text)
    assert len(world.codes()) == 1


@pytest.mark.parametrize("typed", ["-2", "- 2", "5 y 5", "5+5", "2 de 45", "5 de proust"])
def test_a_doubtful_count_of_what_came_is_asked_again(world: World, typed: str) -> None:
    code = sold(world)
    world.says(EMILE, f"cerrar {code}")
    world.says(EMILE, "con diferencias")
    assert "¿Cuántos recibió?" in reply(world, EMILE, typed)


@pytest.mark.parametrize("typed", ["-7", "menos 7", "5 y 5", "5+5", "20 de 45"])
def test_a_doubtful_count_of_what_is_wanted_is_asked_again(world: World, typed: str) -> None:
    world.says(EMILE, "solicitar hyde joyce 10")
    assert "¿cuántos" in reply(world, EMILE, typed)


@pytest.mark.parametrize("typed", ["0", "3", "9"])
def test_a_number_that_is_no_option_adds_nothing(world: World, typed: str) -> None:
    world.says(EMILE, "solicitar hyde joyce 10 20")
    assert "¿Algo más?" in reply(world, EMILE, typed)


@pytest.mark.parametrize("typed", ["cancela ese pedido", "anulalo", "cancela", "olvídalo", "ya no quiero", "mejor no"])
def test_what_is_being_written_is_left_and_no_other_order_annulled(world: World, typed: str) -> None:
    code = requested(world)
    for lines in ("proust 10 14 no", "proust 10"):
        world.says(EMILE, f"solicitar hyde {lines}")
        assert "¿Anular" not in reply(world, EMILE, typed)
        world.says(EMILE, "sí")
        assert world.codes() == [code]
        assert status(world, code) is Status.REQUESTED


@pytest.mark.parametrize("typed", ["no, dos malogrados", "ponle que 1 no mas estaba malogrado", "y 1 malogrado"])
def test_what_came_damaged_is_not_what_was_received(world: World, typed: str) -> None:
    code = sold(world)
    for text in (f"cerrar {code}", "con diferencias"):
        world.says(EMILE, text)
    for _question in range(2):
        said = reply(world, EMILE, typed)
        assert "• 1 de 20" not in said and "• 2 de 20" not in said
        world.says(EMILE, "18")


@pytest.mark.parametrize("typed", ["pero veinte chiquititos porfiados", "zas zis zus", "que dice su mamá"])
def test_a_bare_yes_after_what_was_not_understood_is_asked_again(world: World, typed: str) -> None:
    world.says(EMILE, "solicitar hyde joyce 10 15 no")
    said = reply(world, EMILE, typed)
    if "20 × JOYCE GAS 10 kg" not in said:
        assert "Para estar seguros" in reply(world, EMILE, "ya")
        assert world.codes() == []


@pytest.mark.parametrize("typed", ["sí", "ok", "no", "hola"])
def test_nobody_is_called_yes(world: World, typed: str) -> None:
    world.says(HYDE, "equipo")
    world.says(HYDE, "invitar")
    world.says(HYDE, "operador")
    assert "¿Invitar a" not in reply(world, HYDE, typed)


def test_a_rejected_line_is_not_in_the_total(world: World) -> None:
    code = sold(world, "joyce 10 20 más proust 45 5 no")
    for text in (f"cerrar {code}", "con diferencias", "17", "0", "no llegó", "sí"):
        world.says(EMILE, text)
    assert "170 kg" in reply(world, EMILE, f"detalle {code}")


def test_the_label_that_was_agreed_to_and_is_typed_again_begins_nothing(world: World) -> None:
    for text in ("solicitar hyde joyce 10 20 no", "Sí, solicitar"):
        world.says(EMILE, text)
    assert "ya estaba registrado" in reply(world, EMILE, "Sí, solicitar")
    assert len(world.codes()) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "acepto todo menos las de 45",
        "acepto las de 10, las de 45 no",
        "le acepto las 20 joyce, de 45 nada",
        "acepto 20 de 10 y ninguna de 45",
        "acepto todo excepto proust",
        "acepto 20 de 10 y 0 de 45",
    ],
)
def test_a_line_that_is_left_out_is_not_accepted(world: World, typed: str) -> None:
    requested(world, "joyce 10 20 más proust 45 5 no")
    said = reply(world, HYDE, typed)
    assert "PROUST GAS 45 kg: rechazado" in said
    assert "20 × JOYCE GAS 10 kg" in said


def test_a_line_that_is_left_out_is_not_sold(world: World) -> None:
    requested(world, "joyce 10 20 más proust 45 5 no")
    assert "PROUST GAS 45 kg: rechazado" in reply(world, HYDE, "acepto las 20 joyce, de 45 nada, guia T001-777")


def test_a_yes_to_whether_it_is_sold_now_sells_it_now(world: World) -> None:
    code = requested(world)
    for text in (f"atender {code}", "aceptar todo"):
        world.says(HYDE, text)
    assert "T001-00012345" in reply(world, HYDE, "sí")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("ponle 2 mas de 10", "• 32 × JOYCE GAS 10 kg"),
        ("ponle 2 balones más de 10", "• 32 × JOYCE GAS 10 kg"),
        ("quítale 5 de 10", "• 25 × JOYCE GAS 10 kg"),
        ("y 18 de 10 joyce mejor", "• 18 × JOYCE GAS 10 kg"),
    ],
)
def test_so_many_more_or_less_is_reckoned(world: World, typed: str, shown: str) -> None:
    world.says(EMILE, "solicitar hyde joyce 10 30 no")
    assert shown in reply(world, EMILE, typed)


def test_what_can_never_fit_offers_to_free_nothing(world: World) -> None:
    code = requested(world)
    world.says(EMILE, "solicitar hyde joyce 45 2000 no")
    said = reply(world, EMILE, "sí")
    assert "NO SE REGISTRÓ" in said
    assert f"Anular {code}" not in said


def test_a_list_of_orders_to_annul_is_left_in_plain_words(world: World) -> None:
    requested(world), requested(world, "proust 45 2 no")
    world.says(EMILE, "anular")
    assert "NO SE REGISTRÓ" in reply(world, EMILE, "olvídalo")


def test_a_no_to_an_added_detail_does_not_leave_the_order(world: World) -> None:
    for text in ("solicitar hyde joyce 10 20 no", "agregar un dato", "comentario"):
        world.says(EMILE, text)
    assert "NO SE REGISTRÓ" not in reply(world, EMILE, "mejor no")
