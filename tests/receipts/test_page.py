"""GET /v/<token>: whoever holds a receipt sees its facts; whoever does not learns nothing."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from bot.app import create_app
from core.order import Order
from core.proof.facts import Facts, facts_of
from core.proof.keys import Keyring, new_signing_key
from core.proof.receipts import issue
from core.terms import Status
from tests.core.proof.told import FACTS, KEYRING, OTHER
from tests.core.scene import NEVER_ISSUED, Scene, accept_all
from tests.world import World, settings

SIGNING = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


@pytest.fixture
def scene(any_world: World) -> Scene:
    return Scene(any_world.database)


@pytest.fixture
def client(any_world: World) -> FlaskClient:
    return web(any_world, receipt_signing_key=SIGNING)


def web(world: World, **changes: str | bool) -> FlaskClient:
    return create_app(settings(world.url, **changes), world.runtime).test_client()


def facts_now(scene: Scene, order: Order) -> Facts:
    return facts_of(scene.stored(order.code), scene.journal(order.code))


def opened(client: FlaskClient, token: str, spoken: str = "es-PE,es;q=0.9,en;q=0.5") -> tuple[int, str]:
    answer: TestResponse = client.get(f"/v/{token}", headers={"Accept-Language": spoken})
    return answer.status_code, unescape(answer.text)


def test_who_holds_the_receipt_sees_its_facts(client: FlaskClient, scene: Scene) -> None:
    order = scene.bring_to(Status.CLOSED)
    receipt = issue(facts_now(scene, order), KEYRING)
    status, page = opened(client, receipt.token)
    assert status == 200
    for fact in ("✅ Constancia auténtica", order.code, receipt.short_code, "CERRADO", "EL DISTRIBUIDOR", "LA PLANTA"):
        assert fact in page
    assert "• 20 × JOYCE GAS 10 kg" in page
    assert "T001-00012345" in page
    facts = receipt.facts
    for fact in (facts.buyer.ruc, facts.seller.register, facts.destination, *(step.person for step in facts.steps)):
        assert fact in page
    assert 'lang="es-PE"' in page


def test_it_speaks_the_browsers_language(client: FlaskClient, scene: Scene) -> None:
    token = issue(facts_now(scene, scene.requested()), KEYRING).token
    assert "✅ Authentic receipt" in opened(client, token, "en-US,en")[1]
    assert "✅ Constancia auténtica" in opened(client, token, "qu")[1]
    assert "✅ Constancia auténtica" in opened(client, token, "")[1]


def test_an_early_receipt_tells_what_was_then(client: FlaskClient, scene: Scene) -> None:
    order = scene.requested()
    receipt = issue(facts_now(scene, order), KEYRING)
    scene.does(scene.seller, accept_all(order))
    status, page = opened(client, receipt.token)
    assert (status, "SOLICITADO" in page, "ACEPTADO" in page) == (200, True, False)


def test_a_changed_letter_is_not_authentic_and_tells_nothing(client: FlaskClient, scene: Scene) -> None:
    order = scene.requested()
    token = issue(facts_now(scene, order), KEYRING).token
    for place in range(0, len(token), 7):
        letter = "A" if token[place] != "A" else "B"
        status, page = opened(client, token[:place] + letter + token[place + 1 :])
        assert (status, "❌ Esta constancia no es auténtica" in page) == (404, True)
        assert order.code not in page
        assert "JOYCE" not in page


def test_made_up_tokens_all_look_the_same(client: FlaskClient, scene: Scene) -> None:
    """A code that exists, one that does not, another's key, noise: no one can ask which codes there are."""
    order = scene.requested()
    facts = facts_now(scene, order)
    forged = [
        issue(facts, OTHER).token,
        issue(replace(facts, code=NEVER_ISSUED), OTHER).token,
        "x",
        "A" * 144,
        "%00",
        "ñ",
    ]
    assert len({opened(client, token) for token in forged}) == 1


def test_a_receipt_of_a_lost_order_cannot_be_confirmed(client: FlaskClient, scene: Scene) -> None:
    facts = facts_now(scene, scene.requested())
    lost = replace(facts, code=NEVER_ISSUED)
    status, page = opened(client, issue(lost, KEYRING).token)
    assert (status, "no se puede confirmar" in page, NEVER_ISSUED in page) == (409, True, False)


def test_a_receipt_of_a_lost_movement_cannot_be_confirmed(client: FlaskClient, scene: Scene) -> None:
    facts = facts_now(scene, scene.bring_to(Status.ACCEPTED))
    more = replace(facts, steps=(*facts.steps, facts.steps[-1]))
    assert opened(client, issue(more, KEYRING).token)[0] == 409


def test_a_changed_order_contradicts_its_receipt(
    client: FlaskClient, scene: Scene, any_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody with the database's password changes where it went."""
    order = scene.bring_to(Status.CLOSED)
    token = issue(facts_now(scene, order), KEYRING).token
    with any_world.database.transaction() as tx:
        tx.execute(text("UPDATE \"order\" SET destination = 'OTRA PARTE' WHERE code = :code"), {"code": order.code})
    status, page = opened(client, token)
    assert (status, "no se puede confirmar" in page, "OTRA PARTE" in page) == (409, True, False)
    assert f"…{order.code[-4:]}" in caplog.text and order.code not in caplog.text


def test_keys_rotate(any_world: World, scene: Scene) -> None:
    token = issue(facts_now(scene, scene.requested()), KEYRING).token
    fresh = new_signing_key()
    assert opened(web(any_world, receipt_signing_key=fresh), token)[0] == 404
    kept = web(any_world, receipt_signing_key=fresh, receipt_public_keys=KEYRING.public_keys()[0])
    assert opened(kept, token)[0] == 200
    only_public = web(
        any_world,
        receipt_signing_key="",
        bot_demo=False,
        receipt_public_keys=" ".join(Keyring(SIGNING).public_keys()),
    )
    assert opened(only_public, token)[0] == 200
    assert opened(web(any_world, receipt_signing_key="", bot_demo=False), token)[0] == 404


def test_what_people_wrote_is_not_markup(client: FlaskClient, scene: Scene) -> None:
    scene.change_agent(scene.seller_id, name="<script>alert(1)</script> & CIA")
    order = scene.requested()
    answer = client.get(f"/v/{issue(facts_now(scene, order), KEYRING).token}")
    assert "<script" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; CIA" in answer.text


def test_the_page_is_kept_nowhere_and_runs_nothing(client: FlaskClient) -> None:
    headers = client.get("/v/x").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert client.post("/v/x").status_code == 405


def test_what_nobody_signed_is_not_looked_for(
    client: FlaskClient, any_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issue(FACTS, OTHER).token
    monkeypatch.setattr(any_world.database, "reading", None)
    assert opened(client, token)[0] == 404
    assert opened(client, issue(FACTS, KEYRING).token)[0] == 500
