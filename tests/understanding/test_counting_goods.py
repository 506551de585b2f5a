"""What a report says of each line, which lines an order ends up with, and which days are said; by the rules alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bot.understanding.amending import amended
from bot.understanding.claims import Claim, Sort, settled
from bot.understanding.listening import listen
from bot.understanding.names import Match
from bot.understanding.received import arrival
from bot.understanding.said_days import said_days
from bot.understanding.several import both
from tests.understanding.scenes import J10, ONE_LINE, TODAY, TWO_LINES, line, scene

ONE = {
    "Entregaron 15 y los otros cinco se quedaron en el almacén": 15,
    "2 quedaron en el camión, los otros 18 conmigo": 18,
    "solo me han bajado quince, cinco se los llevó de regreso": 15,
    "me trajeron los 20 pero 3 estaban con fuga y se los llevaron": 17,
    "vino uno malogrado y lo devolví": 19,
    "trajo 20 pero le devolví 2": 18,
    "17 entraron, 3 no": 17,
    "llegaron 18/20": 18,
    "llegaron 18, no 20": 18,
    "vino incompleto, 13 nomás": 13,
    "vino menos: 15": 15,
    "vinieron cuatro de menos, ciérrela con dieciséis": 16,
    "vinieron 12 el saldo quedó en el camión": 12,
    "en dos viajes trajeron 18": 18,
    "me dejaron 10 en la mañana y 8 en la tarde": 18,
    "bajaron 9, otros 6, son 15": 15,
    "llegaron 20 menos 2": 18,
    "nos quedamos cortos con 4 balones": 16,
    "recibí diez y ocho": 18,
    "me deben 2 vacíos y recibí 18 balones": 18,
}
TWO = {
    "los chicos cabal, de los grandes vino uno": (20, 1),
    "los 5 grandes ok, los chicos solo 18": (18, 5),
    "joyce los 20, proust ni uno": (20, 0),
    "de joyce faltó uno, de proust ninguno": (19, 5),
    "faltó 1 de cada uno": (19, 4),
    "llegó todo, solo que un proust lo devolví": (20, 4),
    "20 y 4 recibidos": (20, 4),
}
ALL = (
    "ni uno faltó, llegó todo",
    "todo conforme, no hubo faltantes",
    "tanto los joyce como los proust están completos",
    "los veinticinco balones ya están en casa",
)


@pytest.mark.parametrize(("text", "amount"), ONE.items())
def test_so_many_of_the_one_line_came(text: str, amount: int) -> None:
    context = scene("shop1 idle")
    told = arrival(listen(text, context), ONE_LINE.lines, context.sizes)
    assert told.what == "some"
    assert told.received == {1: Decimal(amount)}


@pytest.mark.parametrize(("text", "amounts"), TWO.items())
def test_so_many_of_each_line_came(text: str, amounts: tuple[int, int]) -> None:
    context = scene("shop idle")
    told = arrival(listen(text, context), TWO_LINES.lines, context.sizes)
    assert {1: Decimal(amounts[0]), 2: Decimal(amounts[1])} == told.received


@pytest.mark.parametrize("text", ALL)
def test_all_of_it_came(text: str) -> None:
    context = scene("shop idle")
    assert arrival(listen(text, context), TWO_LINES.lines, context.sizes).what == "all"


def test_what_contradicts_itself_is_asked() -> None:
    claims = [Claim(1, Decimal(18), Sort.CAME, ""), Claim(1, Decimal(5), Sort.LACKS, "")]
    assert settled(line(1, *J10, 20), claims) is None


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("ponme 20, no mejor 18 de 10 joyce", [(18, "10 kg", "JOYCE GAS")]),
        ("25 joyce, perdón, 25 proust de 10", [(25, "10 kg", "PROUST GAS")]),
        ("25 joyce de 10, no 20", [(25, "10 kg", "JOYCE GAS")]),
        ("20 joyce de 10 y 5 proust de 45, son 25 en total", [(20, "10 kg", "JOYCE GAS"), (5, "45 kg", "PROUST GAS")]),
        ("20 joyce de 10, no de 45", [(20, "10 kg", "JOYCE GAS")]),
        ("ni 10 ni 15, 20 joyce de 10", [(20, "10 kg", "JOYCE GAS")]),
        ("30 de diez, 15 joyce y 15 proust", [(15, "10 kg", "JOYCE GAS"), (15, "10 kg", "PROUST GAS")]),
        ("20 joyce y 20 proust, ambos de 10", [(20, "10 kg", "JOYCE GAS"), (20, "10 kg", "PROUST GAS")]),
        ("10 para mí y 8 para ella, o sea 18 joyce de 10", [(18, "10 kg", "JOYCE GAS")]),
        ("20 joyce de 10 y 5 proust de 45", [(20, "10 kg", "JOYCE GAS"), (5, "45 kg", "PROUST GAS")]),
        ("20 de diez y seis de cuarenta y cinco, todo joyce", [(20, "10 kg", "JOYCE GAS"), (6, "45 kg", "JOYCE GAS")]),
    ],
)
def test_an_order_is_what_it_is_in_the_end(text: str, lines: list[tuple[int, str, str]]) -> None:
    context = scene("shop idle")
    found = amended(listen(text, context), context.sizes)
    brands = [one.brand.value.candidates[0][1] for one in found if one.brand and isinstance(one.brand.value, Match)]
    assert lines == [(int(one.quantity or 0), one.size, brand) for one, brand in zip(found, brands, strict=True)]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("desde el 5 asta el 12 d este mes", date(2026, 11, 5), date(2026, 11, 12)),
        ("dl lunes asta ayer", date(2026, 11, 16), date(2026, 11, 17)),
        ("desde el lunes", date(2026, 11, 16), TODAY),
        ("del cinco al doce", date(2026, 11, 5), date(2026, 11, 12)),
        ("del 1 al 10 del mes pasado", date(2026, 10, 1), date(2026, 10, 10)),
        ("del 1 de octubre al 15 de noviembre", date(2026, 10, 1), date(2026, 11, 15)),
        ("de setiembre a octubre", date(2026, 9, 1), date(2026, 10, 31)),
        ("el finde pasado", date(2026, 11, 14), date(2026, 11, 15)),
        ("la segunda quincena de octubre", date(2026, 10, 16), date(2026, 10, 31)),
        ("las últimas dos semanas", date(2026, 11, 5), TODAY),
        ("del 2025", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_days_that_have_been(text: str, first: date, last: date) -> None:
    found = said_days(text, TODAY, "es_PE", coming=False)
    assert [(first, last)] == [(one.first, one.last) for one in found]


@pytest.mark.parametrize("text", ["balones de 10", "20 del 10", "en dos viajes", "los dos", "a las cinco"])
def test_what_only_looks_like_a_day_is_none(text: str) -> None:
    assert said_days(text, TODAY, "es_PE", coming=False) == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("lo de Bukowsky y lo de Hyde llegó sin novedad", True),
        ("recibí los 20 de Hyde y los 40 de la planta", True),
        ("recibí los 20 de Hyde y 38 de la planta", False),
        ("lo de Hyde ya, lo de Bukowsky todavía", False),
        ("los dos pedidos con faltantes", False),
    ],
)
def test_both_orders_are_meant_only_in_full(text: str, meant: bool) -> None:
    context = scene("shop2 idle")
    assert both(listen(text, context), context) is meant
