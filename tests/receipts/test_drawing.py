"""Receipts as pictures: readable, small, and with a QR code that a phone reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.i18n import KNOWN, language
from bot.receipts.checking import told
from bot.receipts.drawing import GROUND, draw, make
from bot.receipts.sheet import MARGIN, WIDTH, Style, wrapped
from core.proof.facts import Facts, Product, Step
from core.proof.picture import Verdict, examine
from core.proof.receipts import Token, issue
from core.terms import Movement, Party, Status, Unit
from tests.core.proof.told import FACTS, KEYRING, at

ADDRESS = "https://bot.example.pe"


@pytest.fixture(autouse=True)
def in_spanish() -> Iterator[None]:
    with language("es_PE"):
        yield


def opened(png: bytes) -> Image.Image:
    image = Image.open(BytesIO(png))
    image.load()
    return image


def drawn(facts: Facts, address: str = ADDRESS) -> Image.Image:
    return opened(draw(issue(facts, KEYRING), address))


def scanned(image: Image.Image) -> str:
    (found,) = zxingcpp.read_barcodes(image.convert("L"))
    return str(found.text)


def of(*steps: Step, **changes: object) -> Facts:
    return replace(FACTS, steps=steps, **changes)  # type: ignore[arg-type]


def test_the_qr_code_leads_to_the_receipt() -> None:
    receipt = issue(FACTS, KEYRING)
    assert scanned(drawn(FACTS)) == f"{ADDRESS}/v/{receipt.token}"
    assert Token.read(scanned(drawn(FACTS)).rsplit("/", 1)[1]).is_of(FACTS)


def test_without_an_address_the_qr_code_is_the_token() -> None:
    assert scanned(drawn(FACTS, "")) == issue(FACTS, KEYRING).token


def test_the_qr_code_survives_a_screenshot_of_a_cheap_phone() -> None:
    image = drawn(FACTS).convert("RGB")
    small = image.resize((480, image.height * 480 // image.width))
    squeezed = BytesIO()
    small.save(squeezed, "JPEG", quality=60)
    assert scanned(opened(squeezed.getvalue())).startswith(f"{ADDRESS}/v/")


def test_it_is_made_for_a_phone() -> None:
    png = draw(issue(FACTS, KEYRING), ADDRESS)
    image = opened(png)
    assert (image.format, image.width) == ("PNG", WIDTH)
    assert image.height < 2.3 * image.width
    assert len(png) < 100_000


@pytest.mark.parametrize("locale", KNOWN)
def test_nothing_is_written_beyond_the_margins(locale: str) -> None:
    long = replace(FACTS.buyer, name="EMPRESA " * 12, register="1" * 120)
    with language(locale):
        image = drawn(replace(FACTS, buyer=long, destination="X" * 200)).convert("L")
    paper = image.getpixel((0, 0))
    for box in ((0, 0, MARGIN - 8, image.height), (WIDTH - MARGIN + 8, 0, WIDTH, image.height)):
        assert image.crop(box).getextrema() == (paper, paper)


def test_a_changed_figure_is_a_changed_picture() -> None:
    last = FACTS.steps[-1]
    lie = of(*FACTS.steps[:-1], replace(last, declared={**last.declared, "lines": {"1": "49"}}))
    assert drawn(FACTS).tobytes() != drawn(lie).tobytes()


def test_the_same_receipt_is_the_same_picture() -> None:
    receipt = issue(FACTS, KEYRING)
    assert draw(receipt, ADDRESS) == draw(receipt, ADDRESS)


def test_each_status_has_its_colour() -> None:
    assert GROUND.keys() == set(Status)
    for status, colour in GROUND.items():
        image = drawn(of(*FACTS.steps[:-1], replace(FACTS.steps[-1], status=status))).convert("RGB")
        reddest = tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))
        assert image.getpixel((MARGIN + 14, 300)) == reddest


REQUEST, ACCEPTANCE, SALE, CLOSING = FACTS.steps


@pytest.mark.parametrize(
    "facts",
    [
        of(REQUEST),
        of(REQUEST, Step(at(3, 0, 0), Movement.ANNULLED, Status.ANNULLED, Party.BUYER, "Titular", "console")),
        of(
            REQUEST,
            Step(at(3, 0, 0), Movement.REJECTED, Status.REJECTED, Party.SELLER, "Op", "phone", {"reason": "sin stock"}),
        ),
        of(REQUEST, replace(ACCEPTANCE, declared={"lines": {"1": "50", "2": "0"}})),
        of(REQUEST, ACCEPTANCE, SALE, Step(at(4, 0, 0), Movement.ARRIVED, Status.TO_CLOSE, Party.BUYER, "Chofer", "x")),
        of(REQUEST, ACCEPTANCE, replace(SALE, declared={"lines": {"1": "50", "2": "20"}, "document": "001387"})),
        of(*FACTS.steps, destination="", products=tuple(replace(p, unit=Unit.GALLONS) for p in FACTS.products)),
    ],
    ids=["requested", "annulled", "rejected", "a line dropped", "arrived", "a document of no kind", "gallons"],
)
def test_every_order_can_be_drawn(facts: Facts) -> None:
    assert scanned(drawn(facts)).endswith(issue(facts, KEYRING).token)


def test_an_order_of_many_lines_is_a_longer_picture() -> None:
    many = tuple(Product(position, f"MARCA {position} 10 kg", Unit.PIECES) for position in range(1, 41))
    declared = {"lines": {str(product.position): "3" for product in many}}
    facts = of(replace(REQUEST, declared=declared), products=many)
    assert drawn(facts).height > 3 * WIDTH
    assert scanned(drawn(facts)).endswith(issue(facts, KEYRING).token)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=60), st.text(max_size=200))
def test_any_text_can_be_drawn(name: str, reason: str) -> None:
    closing = replace(CLOSING, person=name, declared={**CLOSING.declared, "remark": reason})
    facts = of(REQUEST, ACCEPTANCE, SALE, closing, seller=replace(FACTS.seller, name=name))
    receipt, png = make(facts, KEYRING, ADDRESS)
    assert examine(png, KEYRING).receipt == receipt


@given(st.text(alphabet="abc ñé\n", max_size=120), st.integers(60, 900))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    style = Style(34)
    lines = wrapped(text, style, width)
    assert all(style.font.getlength(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_the_papers_of_a_tank_truck_are_told() -> None:
    sale = FACTS.steps[2]
    declared = {**sale.declared, "invoice": "F001-00000777", "plate": "ABC-123"}
    facts = replace(FACTS, steps=(*FACTS.steps[:2], replace(sale, declared=declared)))
    said = "\n".join(told(facts))
    for paper in ("Guía T001-00012345", "Factura F001-00000777", "Placa ABC-123"):
        assert paper in said
    assert drawn(facts).height > drawn(replace(FACTS, steps=FACTS.steps[:3])).height


def test_made_receipts_are_sealed() -> None:
    receipt, png = make(FACTS, KEYRING, ADDRESS)
    assert examine(png, KEYRING).verdict is Verdict.AUTHENTIC
    assert opened(png).info["scopbot-receipt"].startswith("1.")
    assert scanned(opened(png)).endswith(receipt.token)
