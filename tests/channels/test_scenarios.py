"""The scenarios of the domain's report, each from its first message to its last, over signed WhatsApp posts.

The agents, codes, quantities, days and fines are those of the SCOP manual and of the three resolutions; people are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from core import codes
from core.statements import agents
from core.terms import Activity, Role, Trade
from tests.channels.posting import post_form
from tests.channels.stage import Stage
from tests.standins.twilio import TwilioServer, inbound_form
from tests.world import ACCOUNT_SID, AUTH_TOKEN, EMILE, HYDE, PLANT

SELLER, BUYER, DRIVER, STRANGER = "+51911111111", "+51922222222", "+51933333333", "+51944444444"


@pytest.fixture
def stage(database_url: str) -> Iterator[Stage]:
    """A stage with the cast of the manual, on both databases."""
    with TwilioServer(ACCOUNT_SID, AUTH_TOKEN) as twilio:
        made = Stage(database_url, twilio)
        yield made
        made.close()


@pytest.fixture
def issued(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the next codes be these."""

    def issue(*given: str) -> None:
        coming = iter(given)
        monkeypatch.setattr(codes, "draw", lambda _trade: next(coming))

    return issue


def registered(text: str) -> None:
    assert text.startswith("✅ SÍ SE REGISTRÓ"), text


def movements(stage: Stage, phone: str, code: str) -> list[str]:
    """Return when each movement was, to the second, and which, as the person reads them."""
    return re.findall(
        r"^(\d\d/\d\d/\d{4} \d\d:\d\d:\d\d - .+)$", stage.writes(phone, f"movimientos {code}"), re.MULTILINE
    )


# --- 3: a distribuidor en cilindros attends a local -------------------------------------------------------------------


def test_3_the_distributor_accepts_by_line_and_sells_later(stage: Stage, issued: Any) -> None:
    """60016494329 (manual, section 6): accepted, the window is closed, sold later with a guía: POR CERRAR."""
    code = "60016494329"
    issued(code)
    stage.at("25/03/2021 15:00:00")
    stage.writes(EMILE, "solicitar hyde joyce 10 20 sí proust 45 5 no")
    registered(stage.presses(EMILE, "Sí, solicitar"))
    assert f"\n{code}\n" in stage.reads(EMILE) and "Estado: SOLICITADO" in stage.reads(EMILE)
    # who has not written for 24 hours is told in approved words
    assert stage.reads(HYDE).startswith(f"Aviso para MR. HYDE: hay una orden nueva por atender, la {code}.")

    stage.at("25/03/2021 15:10:00")
    stage.presses(HYDE, "Atender")
    stage.presses(HYDE, "Cambiar cantidades")
    assert stage.reads(HYDE).startswith("JOYCE GAS 10 kg: le piden 20.")
    stage.writes(HYDE, "18")
    stage.writes(HYDE, "5")
    stage.presses(HYDE, "Solo aceptar")  # "cerrar ventana"
    registered(stage.presses(HYDE, "Sí, aceptar"))
    assert "Estado: ACEPTADO" in stage.reads(HYDE)
    assert "no descargue" in stage.reads(EMILE) and "18 de 20 × JOYCE GAS 10 kg" in stage.reads(EMILE)
    refused = stage.writes(EMILE, f"cerrar {code}")
    assert refused.startswith(f"❌ NO SE REGISTRÓ. La orden {code} está ahora en ACEPTADO.")

    stage.at("25/03/2021 18:30:00")
    assert stage.writes(HYDE, f"estado {code}").splitlines()[1] == "Estado: ACEPTADO"
    stage.presses(HYDE, "Vender")
    assert stage.writes(HYDE, "sin guía").startswith("«sin guía» no es un número de documento.")
    stage.writes(HYDE, "T001-00012345")
    registered(stage.presses(HYDE, "Sí, vender"))
    assert "Estado: POR CERRAR (vendida)" in stage.reads(HYDE)
    assert "Su orden está vendida" in stage.reads(EMILE)
    listed = stage.writes(EMILE, "pendientes")
    assert f"• {code} POR CERRAR" in listed
    assert movements(stage, EMILE, code) == [
        "25/03/2021 15:00:00 - SOLICITADO",
        "25/03/2021 15:10:00 - ACEPTADO",
        "25/03/2021 18:30:00 - VENDIDO",
    ]
    assert "No encuentro" in stage.writes(PLANT, f"estado {code}")


# --- 4: the truck that unloaded while the order was SOLICITADO --------------------------------------------------------


def test_4_hytek_unloads_at_las_conchitas_before_the_sale(stage: Stage, issued: Any) -> None:
    """60597068962 (Res. 1767-2018-OS/OR LIMA SUR): SOLICITADO on 23/05/2017 at 15:48, when it unloaded."""
    code = "60597068962"
    issued(code)
    hytek = stage.company("HYTEK AUTOGAS S.A.C.", Activity.BULK_DISTRIBUTOR, "84408-038-150516", "20538122107", "LIMA")
    conchitas = stage.company(
        "ESTACION DE SERVICIOS LAS CONCHITAS E.I.R.L.",
        Activity.STATION_WITH_LPG,
        "40001-056-010116",
        "20448559093",
        "AV. PACHACUTEC 6587 MZ D",
    )
    stage.truck("F1X-710", hytek, Trade.BULK, 6_000)
    stage.person(SELLER, "Titular de Hytek", hytek)
    stage.person(DRIVER, "Chofer de Hytek", hytek, Role.DRIVER)
    stage.person(BUYER, "Titular de Las Conchitas", conchitas)

    stage.at("23/05/2017 11:00:00")
    assert "¿cuántos galones?" in stage.writes(BUYER, "solicitar")
    summary = stage.writes(BUYER, "2000")
    assert "Destino: AV. PACHACUTEC 6587 MZ D" in summary
    registered(stage.presses(BUYER, "Sí, solicitar"))
    assert "GLP-G: 2,000 gal" in stage.reads(SELLER)

    stage.at("23/05/2017 15:48:00")
    red = "🔴 NO DESCARGUE"
    assert red in stage.writes(DRIVER, f"llego {code}")
    registered(stage.presses(DRIVER, "Sí, llegó"))
    assert red in stage.reads(DRIVER)
    for phone in (SELLER, BUYER):
        assert "NO ESTÁ VENDIDA" in stage.reads(phone) and code in stage.reads(phone)
    for phone, command in ((BUYER, f"cerrar {code} todo"), (SELLER, f"vender {code} 000929 001387 F1X-710")):
        refused = stage.writes(phone, command)
        assert refused.startswith(f"❌ NO SE REGISTRÓ. La orden {code} está ahora en SOLICITADO.")

    stage.at("24/05/2017 09:00:00")  # late, and still possible
    stage.writes(SELLER, f"atender {code}")
    stage.presses(SELLER, "Aceptar todo")
    stage.presses(SELLER, "Vender ahora")
    stage.writes(SELLER, "000929")
    stage.writes(SELLER, "001387")
    summary = stage.presses(SELLER, "F1X-710")
    assert [part in summary for part in ("Guía 000929", "Factura 001387", "Placa F1X-710")] == [True] * 3
    registered(stage.presses(SELLER, "Sí, aceptar y vender"))
    stage.at("24/05/2017 09:20:00")
    stage.writes(BUYER, f"cerrar {code} todo")
    registered(stage.presses(BUYER, "Sí, cerrar"))

    # months later the unit is another company's, and nothing of it changes what was
    with stage.database.transaction() as tx:
        tx.execute(agents.update().where(agents.c.id == hytek).values(valid_to=date(2017, 10, 4)))
    veloz = stage.company(
        "VELOZ GAS S.A.C.",
        Activity.BULK_DISTRIBUTOR,
        "84408-038-051017",
        "20409411852",
        "LIMA",
        valid_from=date(2017, 10, 5),
    )
    stage.person(STRANGER, "Titular de Veloz", veloz)
    stage.at("08/01/2018 10:00:00")
    then = stage.writes(SELLER, f"estado {code} al 23/05/2017 15:48")
    assert "23/05/2017 15:48:00 (Lima)" in then.splitlines()[0]
    assert "Estado: SOLICITADO" in then and "Ahora: CERRADO" in then and "HYTEK AUTOGAS S.A.C." in then
    assert "No encuentro" in stage.writes(STRANGER, f"estado {code} al 23/05/2017 15:48")
    assert movements(stage, BUYER, code) == [
        "23/05/2017 11:00:00 - SOLICITADO",
        "23/05/2017 15:48:00 - LLEGADA",
        "24/05/2017 09:00:00 - ACEPTADO",
        "24/05/2017 09:00:00 - VENDIDO",
        "24/05/2017 09:20:00 - CERRADO",
    ]
    assert "HYTEK" not in stage.writes(BUYER, "solicitar")  # its entry does not hold any more


# --- 5: Gasohol 84 plus, closed three days late -----------------------------------------------------------------------


def test_5_nueva_kalifornia_closes_three_days_late(stage: Stage, issued: Any) -> None:
    """11954452339 (Res. 1865-2022-OS/OR PUNO): overdue on each day; three days late, 0.33 UIT."""
    code = "11954452339"
    issued(code)
    wholesaler = stage.company("MAYORISTA DEL SUR S.A.", Activity.WHOLESALER, "30001-060-010116", "20538122107", "LIMA")
    grifo = stage.company(
        "SERVICENTRO NUEVA KALIFORNIA S.R.L.",
        Activity.STATION,
        "135572-050-010518",
        "20448559093",
        "AV. JULIO C. TELLO 300, JULIACA",
    )
    stage.truck("L7K-801", wholesaler, Trade.LIQUIDS, 9_000)
    stage.person(SELLER, "Titular mayorista", wholesaler)
    stage.person(BUYER, "Titular del grifo", grifo)

    stage.at("28/08/2021 08:00:00")
    stage.writes(BUYER, "solicitar")
    stage.presses(BUYER, "MAYORISTA DEL SUR S.A.")
    stage.writes(BUYER, "gasohol 84 plus")
    assert stage.reads(BUYER).startswith("Gasohol 84 Plus: ¿cuántos galones?")
    stage.writes(BUYER, "1,500")
    stage.presses(BUYER, "No, es todo")
    assert "⚠️" not in stage.reads(BUYER)  # it is an ordinary product until July 2022
    registered(stage.presses(BUYER, "Sí, solicitar"))
    assert f"\n{code}\n" in stage.reads(BUYER)
    stage.writes(SELLER, f"atender {code} all now T001-45 F001-123 L7K-801")
    registered(stage.presses(SELLER, "Sí, aceptar y vender"))
    stage.at("28/08/2021 11:00:00")
    stage.writes(BUYER, f"llego {code}")
    registered(stage.presses(BUYER, "Sí, llegó"))

    for moment, first_line in (
        ("28/08/2021 11:30:00", "⏰ El producto llegó a las 11:00"),
        ("28/08/2021 18:00:00", "⏰ Esta orden se debe cerrar hoy"),
        ("28/08/2021 21:00:00", "⏰ Esta orden se debe cerrar hoy"),
        ("28/08/2021 23:00:00", "🔴 ÚLTIMO AVISO de hoy"),
        ("29/08/2021 07:00:00", "🔴 VENCIDA: 1 día tarde"),
        ("30/08/2021 07:00:00", ""),
        ("31/08/2021 07:00:00", ""),
    ):
        stage.at(moment)
        assert stage.looks() == [BUYER], moment
        assert code in stage.reads(BUYER), moment
        assert stage.reads(BUYER).startswith(first_line), (moment, stage.reads(BUYER))
        assert stage.looks() == [], moment
    # more than 24 hours after the last message WhatsApp lets only the approved words through
    assert "no se cerró en su día" in stage.reads(BUYER) and "3 días tarde" in stage.reads(BUYER)

    stage.at("31/08/2021 10:00:00")
    told = stage.writes(BUYER, "riesgo")
    assert "ES UN ESTIMADO, NO UNA SANCIÓN" in told and f"• {code}: 3 días tarde" in told
    assert "a 0.33 UIT" in told and "a S/ 1,452)" in told  # the UIT of 2021 is S/ 4 400
    assert "Caso parecido: 3 días tarde, 0.33 UIT (Res. 1865-2022-OS/OR PUNO)." in told
    stage.writes(BUYER, f"cerrar {code} todo")
    registered(stage.presses(BUYER, "Sí, cerrar"))
    stage.at("01/09/2021 07:00:00")
    assert stage.looks() == []
    assert movements(stage, SELLER, code)[-1] == "31/08/2021 10:00:00 - CERRADO"


# --- 6: 3 100 gallons, two days late ----------------------------------------------------------------------------------


def test_6_los_tumpis_receives_on_a_sunday_and_closes_on_tuesday(stage: Stage, issued: Any) -> None:
    """60606659822 (Res. 2743-2022-OS/OR TUMBES): 3 100 gal by T8A-870; 3 101 is refused, 0 is a rejection."""
    code = "60606659822"
    issued(code)
    granel = stage.company(
        "GAS A GRANEL DEL NORTE SAC", Activity.BULK_DISTRIBUTOR, "20001-038-010116", "20538122107", "X"
    )
    tumpis = stage.company(
        "GRIFO LOS TUMPIS S.A.C.", Activity.STATION_WITH_LPG, "9471-056-170816", "20409411852", "AV. UNIVERSITARIA 672",
    )  # fmt: skip
    stage.truck("T8A-870", granel, Trade.BULK, 3_500)  # as the demo's, which is of 2018
    stage.person(SELLER, "Titular a granel", granel)
    stage.person(BUYER, "Titular de Los Tumpis", tumpis)

    stage.at("09/07/2017 07:00:00")
    assert stage.clock().strftime("%A") == "Sunday"
    stage.writes(BUYER, "solicitar")
    stage.writes(BUYER, "3 100")
    assert "• GLP-G: 3,100 gal" in stage.reads(BUYER)
    registered(stage.presses(BUYER, "Sí, solicitar"))
    stage.writes(SELLER, f"atender {code} all now T001-45 F001-123")
    stage.presses(SELLER, "T8A-870")
    registered(stage.presses(SELLER, "Sí, aceptar y vender"))
    stage.at("09/07/2017 10:00:00")
    stage.writes(BUYER, f"llego {code}")
    registered(stage.presses(BUYER, "Sí, llegó"))

    stage.at("10/07/2017 07:00:00")
    assert stage.looks() == [BUYER]
    assert stage.reads(BUYER).startswith("🔴 VENCIDA: 1 día tarde")
    stage.at("11/07/2017 07:00:00")
    assert stage.looks() == [BUYER]
    stage.at("11/07/2017 09:00:00")
    told = stage.writes(BUYER, "riesgo")
    assert f"• {code}: 2 días tarde" in told
    assert "Caso parecido: 2 días tarde, 0.20 UIT (Res. 2743-2022-OS/OR TUMBES)." in told

    stage.writes(BUYER, f"cerrar {code}")
    stage.presses(BUYER, "Con diferencias")
    assert "le vendieron 3,100 gal" in stage.reads(BUYER)
    assert "3,101 gal es demasiado: como máximo 3,100 gal." in stage.writes(BUYER, "3101")
    # zero is a rejection, with its reason
    assert stage.writes(BUYER, "0").startswith("¿Por qué rechaza GLP-G?")
    stage.writes(BUYER, "atrás")
    assert "le vendieron 3,100 gal" in stage.reads(BUYER)
    summary = stage.writes(BUYER, "3 100")
    assert "• GLP-G: 3,100 gal" in summary and "bajo juramento" in summary
    registered(stage.presses(BUYER, "Sí, cerrar"))
    assert movements(stage, BUYER, code) == [
        "09/07/2017 07:00:00 - SOLICITADO",
        "09/07/2017 07:00:00 - ACEPTADO",
        "09/07/2017 07:00:00 - VENDIDO",
        "09/07/2017 10:00:00 - LLEGADA",
        "11/07/2017 09:00:00 - CERRADO",
    ]


# --- 7: the capacity --------------------------------------------------------------------------------------------------


def test_7_an_unclosed_order_keeps_the_distributor_from_asking_for_more(stage: Stage, issued: Any) -> None:
    """Manual, section 5: what is not closed holds the purchase capacity (60 000 kg); closing lets go of it."""
    first, second = "60016454717", "60016454718"
    issued(first, second)
    stage.at("25/03/2021 09:00:00")
    stage.writes(HYDE, "solicitar bukowsky joyce 10 6000 no")
    registered(stage.presses(HYDE, "Sí, solicitar"))
    stage.writes(PLANT, f"atender {first} all now T001-1")
    registered(stage.presses(PLANT, "Sí, aceptar y vender"))

    stage.writes(HYDE, "solicitar bukowsky joyce 3 1 no")
    refused = stage.presses(HYDE, "Sí, solicitar")
    assert refused.startswith("❌ NO SE REGISTRÓ") and "60,000 kg" in refused
    assert f"{first} POR CERRAR (vendida): 60,000 kg" in refused
    assert stage.codes() == [first]

    stage.presses(HYDE, f"Cerrar {first}")
    stage.presses(HYDE, "Recibí todo")
    registered(stage.presses(HYDE, "Sí, cerrar"))
    stage.writes(HYDE, "solicitar bukowsky joyce 3 1 no")
    registered(stage.presses(HYDE, "Sí, solicitar"))
    assert stage.codes() == [first, second]


# --- 8: less than was sold --------------------------------------------------------------------------------------------


def test_8_of_fifty_and_twenty_forty_eight_and_none_arrive(stage: Stage, issued: Any) -> None:
    """Sold 50 and 20; received 48 and nothing: CERRADO, two short, the second line RECHAZADA."""
    code = "60016454717"
    issued(code)
    stage.at("25/03/2021 21:58:33")
    stage.writes(HYDE, "solicitar bukowsky joyce 10 50 sí proust 45 20 no")
    assert "• 50 × JOYCE GAS 10 kg\n• 20 × PROUST GAS 45 kg" in stage.reads(HYDE)
    registered(stage.presses(HYDE, "Sí, solicitar"))
    stage.at("25/03/2021 22:01:21")
    stage.writes(PLANT, f"atender {code} all now T001-1")
    registered(stage.presses(PLANT, "Sí, aceptar y vender"))
    stage.at("25/03/2021 22:12:36")
    stage.presses(HYDE, "Cerrar")
    stage.presses(HYDE, "Con diferencias")
    stage.writes(HYDE, "48")
    stage.writes(HYDE, "0")
    summary = stage.presses(HYDE, "No llegó")
    assert "48 de 50 × JOYCE GAS 10 kg" in summary
    assert "PROUST GAS 45 kg: rechazado" in summary
    registered(stage.presses(HYDE, "Sí, cerrar"))
    assert "Estado: CERRADO" in stage.reads(HYDE) and "48 de 50 × JOYCE GAS 10 kg" in stage.reads(HYDE)
    assert "CON DIFERENCIAS" in stage.reads(PLANT) and "PROUST GAS 45 kg: rechazado" in stage.reads(PLANT)
    order = stage.order(HYDE, code)
    assert order is not None
    lines = [(str(line.sold), str(line.received), line.status.value) for line in order.lines]
    assert lines == [("50", "48", "RECIBIDA"), ("20", "None", "RECHAZADA")]
    assert [line.split(" - ")[0] for line in movements(stage, PLANT, code)] == [
        "25/03/2021 21:58:33",
        "25/03/2021 22:01:21",
        "25/03/2021 22:01:21",
        "25/03/2021 22:12:36",
    ]
    stage.at("25/03/2021 23:00:00")
    assert stage.looks() == []


def test_what_is_not_signed_or_comes_twice_moves_nothing(stage: Stage, issued: Any) -> None:
    issued("60016454717")
    stage.at("25/03/2021 20:52:25")
    stage.writes(HYDE, "solicitar bukowsky joyce 10 50 no")
    form = inbound_form(f"whatsapp:{HYDE}", "1", sid="SM" + "e" * 32)
    assert post_form(stage, form, token="another").status_code == 403
    assert stage.codes() == []
    for _time in range(3):
        assert post_form(stage, form).status_code == 200
    stage.sends()
    assert stage.codes() == ["60016454717"]
    assert stage.count(PLANT) == 1
