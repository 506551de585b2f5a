"""`scopbot verify FILE`: what a person sees of a receipt that somebody shows them."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo
from typer.testing import CliRunner

from bot.facts import note
from bot.i18n import language
from bot.receipts.drawing import make
from bot.receipts.issuing import DEMO_KEY
from bot.settings import BadSettings, load
from core import schema
from core.db import Database
from core.proof.keys import Keyring, new_signing_key
from scopbot import app
from tests.core.proof.told import FACTS, KEYRING

SIGNING = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
PUBLIC = KEYRING.public_keys()[0]


@pytest.fixture(scope="module")
def original() -> bytes:
    with language("es_PE"):
        return make(FACTS, KEYRING, "https://bot.example.pe")[1]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("RECEIPT_SIGNING_KEY", "RECEIPT_PUBLIC_KEYS", "BOT_LOCALE"):
        monkeypatch.delenv(name, raising=False)


def verified(file: bytes, *options: str) -> tuple[int, str]:
    """Return the exit status and what is printed."""
    path = Path("constancia.png")
    path.write_bytes(file)
    result = CliRunner().invoke(app, ["verify", str(path), *options])
    return result.exit_code, result.output


def altered(original: bytes) -> bytes:
    """Return the receipt with one figure painted over, saved with everything that it carried."""
    image = Image.open(BytesIO(original))
    image.load()
    carried = PngInfo()
    for key, text in image.info.items():
        if isinstance(text, str):
            carried.add_text(str(key), text)
    picture = image.convert("RGB")
    ImageDraw.Draw(picture).text((980, 930), "98", fill="black")
    written = BytesIO()
    picture.save(written, "PNG", pnginfo=carried)
    return written.getvalue()


def test_an_authentic_receipt(original: bytes) -> None:
    status, said = verified(original, "--key", PUBLIC)
    assert status == 0
    assert "AUTÉNTICA" in said
    assert "\n60016454718\n" in said
    assert "• 48 × JOYCE GAS 10 kg" in said
    assert "PROUST GAS 45 kg: rechazado (Válvulas con fuga)" in said
    assert "25/03/2021 22:12:36 - CERRADO" in said


def test_without_keys_the_demo_has_its_own(original: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever plays the demo has set none; a file that is not there is not made either."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'demo.db'}")
    status, said = verified(original)
    assert status == 1
    assert "--key" in said
    assert not (tmp_path / "demo.db").exists()
    database = Database(f"sqlite:///{tmp_path / 'demo.db'}")
    schema.upgrade(database)
    with database.transaction() as tx:
        note(tx, DEMO_KEY, SIGNING)
    database.close()
    assert verified(original)[0] == 0


def test_the_keys_of_the_settings_count(original: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECEIPT_SIGNING_KEY", SIGNING)
    assert verified(original)[0] == 0
    monkeypatch.setenv("RECEIPT_SIGNING_KEY", new_signing_key())
    assert verified(original)[0] == 1
    monkeypatch.setenv("RECEIPT_PUBLIC_KEYS", f" {new_public()} {PUBLIC} ")
    assert verified(original)[0] == 0


def new_public() -> str:
    return Keyring(new_signing_key()).public_keys()[0]


def test_a_painted_figure_is_found_and_nothing_of_it_is_told(original: bytes) -> None:
    status, said = verified(altered(original), "--key", PUBLIC)
    assert (status, "NO ES AUTÉNTICA" in said, "60016454718" in said) == (1, True, False)


def test_a_compressed_picture_is_not_verified(original: bytes) -> None:
    squeezed = BytesIO()
    Image.open(BytesIO(original)).convert("RGB").save(squeezed, "JPEG")
    status, said = verified(squeezed.getvalue(), "--key", PUBLIC)
    assert (status, "NO VERIFICADA" in said) == (1, True)


def test_another_key_does_not_say_that_it_is_authentic(original: bytes) -> None:
    status, said = verified(original, "--key", new_public())
    assert (status, "NO SE PUEDE DAR POR AUTÉNTICA" in said) == (1, True)


def test_in_english(original: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_LOCALE", "en")
    assert "✅ AUTHENTIC" in verified(original, "--key", PUBLIC)[1]


def test_a_bad_key_is_said(original: bytes) -> None:
    status, said = verified(original, "--key", "short")
    assert (status, "43 characters" in said) == (2, True)


def test_a_new_key_can_be_used_as_it_is_printed(original: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(app, ["receipt-key"])
    name, _, key = result.stdout.strip().partition("=")
    monkeypatch.setenv(name, key)
    keyring = load().keyring()
    assert (keyring.can_sign, keyring.public_keys()[0] in result.stderr) == (True, True)


@pytest.mark.parametrize("name", ["RECEIPT_SIGNING_KEY", "RECEIPT_PUBLIC_KEYS"])
def test_a_malformed_key_stops_the_start(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "short")
    with pytest.raises(BadSettings, match=f"{name}.*43 characters"):
        load()


def test_without_keys_nothing_is_signed() -> None:
    assert not load().keyring().can_sign
