"""Facts of one order for the tests of this folder, and strategies for others."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import settings
from hypothesis import strategies as st

from core.proof.facts import Facts, Holder, Product, Step
from core.proof.keys import Keyring, to_text
from core.terms import Movement, Party, Status, Trade, Unit

some = settings(max_examples=30, deadline=None)
"""For what is slow to make up; the whole of a folder stays within seconds."""

KEYRING = Keyring(to_text(bytes(range(32))))
OTHER = Keyring(to_text(bytes(range(1, 33))))


def at(hour: int, minute: int, second: int) -> datetime:
    return datetime(2021, 3, 26, hour, minute, second, tzinfo=UTC)


FACTS = Facts(
    code="60016454718",
    trade=Trade.CYLINDERS,
    buyer=Holder("MR. HYDE", "20100000002", "10002-074-010119"),
    seller=Holder("CHARLES BUKOWSKY SRL - PTA CALLAO", "20100000001", "10001-070-010119"),
    destination="AV. PRIMAVERA N 1290 OF. 401 URB. VALLE HERMOSO DE MONTERRICO",
    products=(Product(1, "JOYCE GAS 10 kg", Unit.PIECES), Product(2, "PROUST GAS 45 kg", Unit.PIECES)),
    steps=(
        Step(
            at(2, 58, 33),
            Movement.REQUESTED,
            Status.REQUESTED,
            Party.BUYER,
            "Titular de MR. HYDE",
            "whatsapp",
            {"lines": {"1": "50", "2": "20"}},
        ),
        Step(
            at(3, 1, 20),
            Movement.ACCEPTED,
            Status.ACCEPTED,
            Party.SELLER,
            "Operador de planta",
            "telegram",
            {"lines": {"1": "50", "2": "20"}},
        ),
        Step(
            at(3, 1, 21),
            Movement.SOLD,
            Status.TO_CLOSE,
            Party.SELLER,
            "Operador de planta",
            "telegram",
            {"lines": {"1": "50", "2": "20"}, "document": "T001-00012345", "document_kind": "GUIA"},
        ),
        Step(
            at(3, 12, 36),
            Movement.CLOSED,
            Status.CLOSED,
            Party.BUYER,
            "Titular de MR. HYDE",
            "whatsapp",
            {"lines": {"1": "48"}, "rejected": {"2": "Válvulas con fuga"}, "remark": "faltaron dos"},
        ),
    ),
)
"""Scenario 8 of the domain's fixtures: sold 50 and 20, received 48, the second line rejected."""

texts = st.text(max_size=20)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)
declarations = st.dictionaries(
    st.sampled_from(["document", "reason", "remark", "plate"]), texts | st.integers(-9, 9) | st.lists(texts, max_size=2)
)
holders = st.builds(Holder, texts, texts, texts)
steps = st.builds(
    Step,
    moments,
    st.sampled_from(Movement),
    st.sampled_from(Status),
    st.sampled_from(Party),
    texts,
    texts,
    declarations,
)
any_facts = st.builds(
    Facts,
    st.integers(0, 10**11 - 1).map(lambda number: f"{number:011d}"),
    st.sampled_from(Trade),
    holders,
    holders,
    texts,
    st.lists(st.builds(Product, st.integers(1, 40), texts, st.sampled_from(Unit)), max_size=3).map(tuple),
    st.lists(steps, min_size=1, max_size=4).map(tuple),
)
