"""The texts: complete in every language, and every refusal has its words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot import people, texts
from bot.i18n import KNOWN, language
from core import errors
from core.terms import Document, Movement, Party, Role, Status, Unit
from tests.words import problems

AT = datetime(2021, 3, 26, 1, 52, 25, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "code": "60016454717",
    "movement": Movement.CLOSED,
    "wanted": Movement.CLOSED,
    "at": AT,
    "by": "Somebody",
    "now": Status.CLOSED,
    "declared": {"document": "T001-777"},
    "party": Party.BUYER,
    "belongs_to": Party.SELLER,
    "role": Role.DRIVER,
    "line": "JOYCE GAS 10 kg",
    "quantity": Decimal(21),
    "at_most": Decimal(20),
    "product": "JOYCE GAS 11 kg",
    "number": "x",
    "name": "MR. HYDE",
    "register_number": "90001-011-010518",
    "on": date(2021, 3, 25),
    "buyer": "LOCAL DE VENTA",
    "seller": "LOCAL DE VENTA",
    "capacity": Decimal(1000),
    "free": Decimal(10),
    "wanted_kilograms": Decimal(20),
    "brands": "JOYCE GAS",
    "lender": "LA PLANTA",
    "holder": "VELOZ SAC",
    "sold": Decimal(29_000),
    "left": Decimal(1000),
    "cover": Decimal("299.999"),
    "least": Decimal(300),
    "destination": "AV. UNO",
    "registered": "AV. DOS",
    "plate": "F1X-710",
    "needed": Document.INVOICE,
    "unit": Unit.GALLONS,
    "holding": (errors.Holding("60016454717", Status.TO_CLOSE, Decimal(990)),),
}


def refusals() -> list[type[errors.Refused]]:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Refused)]
    return [*(kind for kind in kinds if kind is not errors.Refused), people.InvitationGone, people.LastOwner]


def test_the_catalogs_are_complete_and_faithful() -> None:
    assert problems() == []


@pytest.mark.parametrize("locale", KNOWN)
@pytest.mark.parametrize("kind", refusals())
def test_every_refusal_says_whether_it_was_registered(kind: type[errors.Refused], locale: str) -> None:
    given = {name: FACTS[name] for name in getattr(kind, "__dataclass_fields__", {})}
    if isinstance(given.get("wanted"), Movement) and "code" not in given:
        given["wanted"] = FACTS["wanted_kilograms"]
    with language(locale):
        said = texts.refusal(kind(**given))
    start = {"es_PE": "❌ NO SE REGISTRÓ.", "en": "❌ It was NOT registered."}
    if kind is errors.AlreadyDone:
        start = {"es_PE": "✅ YA ESTABA REGISTRADO y no se repitió", "en": "✅ It WAS registered before, and not twice"}
    assert said.startswith(start[locale])
    assert len(said) > 30


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("wanted", [movement for movement in Movement if movement is not Movement.REQUESTED])
@pytest.mark.parametrize("party", Party)
def test_a_wrong_status_always_says_what_to_do(status: Status, wanted: Movement, party: Party) -> None:
    said = texts.why(errors.WrongStatus("60016454717", wanted, status, party))
    assert "60016454717" in said
    assert said.count(".") >= 2
