"""The phones page in Chromium: the whole cycle as a person would play it, at the size of a desk and of a phone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.system.program import free_port

CHROMIUM = Path("/usr/bin/chromium")
EMILE, HYDE, NOBODY = "+51900000003", "+51900000002", "+51900000099"
PATIENCE = 90
"""Seconds to wait for a program that starts, or an answer that appears, on a machine that is busy."""
CODE = re.compile(r"^60\d{9}$", re.MULTILINE)
TO_THE_SECOND = re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d - (\w+)")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed at /usr/bin/chromium"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the program as `make run` does, without tokens, and yield its address."""
    port = free_port()
    file = tmp_path_factory.mktemp("run") / "scopbot.db"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TELEGRAM", "TWILIO"))}
    environment = {**inherited, "BOT_DEMO": "1", "DATABASE_URL": f"sqlite:///{file}", "PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "scopbot", "run"], env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(f"{url}/readyz", process)
        yield url
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        process.kill()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as response:
                if response.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the program did not become ready")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for all of them: starting it costs seconds."""
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=str(CHROMIUM), args=options)
        yield started
        started.close()


@pytest.fixture(params=["desk", "phone"])
def page(request: pytest.FixtureRequest, address: str, browser: Browser) -> Iterator[Page]:
    """The phones page at 1280 px, and at 390 px on a touch screen."""
    sizes: dict[str, Any] = {
        "desk": {"viewport": {"width": 1280, "height": 800}},
        "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    }
    context = browser.new_context(**sizes[request.param])
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.goto(f"{address}/")
    opened.wait_for_selector("section.phone")
    yield opened
    assert problems == []
    context.close()


class Phone:
    """One phone on the page."""

    def __init__(self, page: Page, number: str) -> None:
        self.page = page
        self.number = number

    @property
    def section(self) -> Locator:
        return self.page.locator(f'section.phone[data-phone="{self.number}"]')

    def told(self) -> list[str]:
        """Return what the bot said on this phone, once the page has loaded what was said before it was opened."""
        self.section.locator('.log[aria-busy="false"]').wait_for(state="attached")
        return list(self.section.locator('.message[data-from="bot"] .bubble').all_inner_texts())

    def show(self) -> None:
        """Bring the phone in front, where one is shown at a time."""
        self.section.evaluate("phone => phone.scrollIntoView({inline: 'center', behavior: 'instant'})")

    def says(self, text: str) -> str:
        before = len(self.told())
        self.show()
        self.section.locator("[name=text]").fill(text)
        self.section.locator("button.send").click()
        return self.answer(before)

    def taps(self, label: str) -> str:
        before = len(self.told())
        self.show()
        self.section.locator("button.choice", has_text=re.compile(f"^{re.escape(label)}$")).last.click()
        return self.answer(before)

    def answer(self, before: int) -> str:
        """Return the next thing that is told here."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            told = self.told()
            if len(told) > before:
                return str(told[before])
            self.page.wait_for_timeout(50)
        raise AssertionError(f"nothing new on {self.number} after {before} messages")


def test_an_order_goes_from_request_to_close(page: Page) -> None:
    emile, hyde = Phone(page, EMILE), Phone(page, HYDE)
    notices = len(hyde.told())
    emile.says("solicitar")
    for text in ("hyde", "joyce", "10", "20", "agregar otro", "proust", "45", "5"):
        emile.says(text)
    assert "20 × JOYCE GAS 10 kg" in emile.taps("No, es todo")
    receipt = emile.taps("Sí, solicitar")
    code = CODE.search(receipt)
    assert code is not None
    assert code[0] in hyde.answer(notices)

    hyde.taps("Atender")
    hyde.taps("Cambiar cantidades")
    hyde.says("18")
    hyde.says("5")
    hyde.taps("Vender ahora")
    hyde.says("T001-00012345")
    told = len(emile.told())
    assert "POR CERRAR" in hyde.taps("Sí, aceptar y vender")
    assert code[0] in emile.answer(told)

    emile.taps("Cerrar")
    emile.taps("Con diferencias")
    emile.says("17")
    emile.says("0")
    emile.taps("No llegó")
    assert "CERRADO" in emile.taps("Sí, cerrar")
    history = emile.taps("Ver movimientos")
    assert TO_THE_SECOND.findall(history) == ["SOLICITADO", "ACEPTADO", "VENDIDO", "CERRADO"]
    assert "17 × JOYCE GAS 10 kg" in history
    assert "Código de verificación" in emile.says(f"constancia {code[0]}")
    picture = page.locator("img[alt=Constancia]").last
    picture.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete && image.naturalWidth > 300", arg=picture.element_handle())


def test_choices_are_numbered_in_the_text_and_pressed_as_buttons(page: Page) -> None:
    emile = Phone(page, EMILE)
    menu = emile.says("menú")
    assert "1. Pendientes" in menu.splitlines()
    assert "pendientes" in emile.taps("Pendientes").casefold()


def test_a_phone_can_be_handed_to_a_stranger_who_learns_nothing(page: Page) -> None:
    page.locator("section.phone").last.locator("select.holder").select_option(NOBODY)
    stranger = Phone(page, NOBODY)
    answer = stranger.says("60016454717")
    assert "invitación" in answer
    assert CODE.search(answer) is None


def test_hostile_text_is_only_text(page: Page) -> None:
    emile = Phone(page, EMILE)
    emile.says("<img src=x onerror=alert(1)><b>cerrar</b>")
    assert page.locator(".text img, .text b").count() == 0
