"""Each of Twilio's codes is one decision, whichever way it comes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioServiceException
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError, ProtocolError

from bot.handlers.twilio_client import ThrottledError, decide
from bot.handlers.twilio_errors import RULES, decide_code
from bot.letters import Fate
from bot.store import Reach, Sending
from tests.channels.posting import STATUS, outbox_rows, post_form
from tests.standins.twilio import status_form
from tests.world import EMILE, World

INVALID, BLOCKED = (Fate.PERMANENT, Reach.INVALID), (Fate.PERMANENT, Reach.BLOCKED)
FINAL, LATER, MEND, SHUT = (Fate.PERMANENT, None), (Fate.TEMPORARY, None), (Fate.MISCONFIGURED, None), (Fate.SHUT, None)
EXPECTED = {
    INVALID: (21211, 21614, 63003, 63024),
    BLOCKED: (21610, 63014, 63033, 63015),
    FINAL: (21617, 21654, 21655, 21656, 63005, 63013, 63021, 63019, 63034, 63037, 63032, 63049),
    LATER: (20429, 63010, 63012, 63023, 63018, 63038),
    MEND: (20003, 63007, 63027, 63028, 63029, 63030, 63040, 63041, 63042),
    SHUT: (63016,),
}
CASES = [(code, decision) for decision, codes in EXPECTED.items() for code in codes]


@pytest.mark.parametrize(("code", "decision"), CASES)
def test_the_table(code: int, decision: tuple[Fate, Reach | None]) -> None:
    for error in (decide_code(code), decide_code(code, 400)):
        assert (error.fate, error.reach) == decision


def test_a_429_was_never_processed_whatever_its_code() -> None:
    for code in (0, 20429, 63018, 99999):
        assert decide_code(code, 429, timedelta(seconds=9)).fate is Fate.TEMPORARY
    assert decide(ThrottledError(timedelta(seconds=9))).retry_after == timedelta(seconds=9)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("code", [0, 20500, 20503, 63010, 21211])
def test_a_5xx_leaves_it_open(status: int, code: int) -> None:
    assert decide_code(code, status).fate is Fate.DOUBTFUL


@pytest.mark.parametrize(
    ("status", "fate"),
    [(400, Fate.PERMANENT), (401, Fate.MISCONFIGURED), (403, Fate.MISCONFIGURED), (404, Fate.MISCONFIGURED)],
)
def test_codes_without_a_rule(status: int, fate: Fate) -> None:
    assert 77777 not in RULES and decide_code(77777, status).fate is fate


def _service(status: int, code: int) -> Exception:
    error: Exception = TwilioServiceException("about:blank", "title", status, code, detail="whatsapp:+51900000003")
    return error


def _connection(reason: Exception) -> Exception:
    return requests.ConnectionError(reason)


REFUSED = NewConnectionError(None, "refused")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (_service(400, 63016), Fate.SHUT),
        (_service(400, 63024), Fate.PERMANENT),
        (_service(503, 20503), Fate.DOUBTFUL),
        (requests.ConnectTimeout(), Fate.TEMPORARY),
        (_connection(MaxRetryError(None, "/", REFUSED)), Fate.TEMPORARY),  # type: ignore[arg-type]
        (_connection(MaxRetryError(None, "/", ConnectTimeoutError())), Fate.TEMPORARY),  # type: ignore[arg-type]
        (_connection(ProtocolError("Connection aborted.", ConnectionResetError(104))), Fate.DOUBTFUL),
        (requests.ReadTimeout(), Fate.DOUBTFUL),
        (ConnectionResetError(), Fate.DOUBTFUL),
        (TwilioException("whatsapp:+51900000003"), Fate.DOUBTFUL),
    ],
    ids=repr,
)
def test_the_ways_in_which_a_call_fails(error: Any, fate: Fate) -> None:
    decision = decide(error)
    assert decision.fate is fate and EMILE not in str(decision)


@pytest.mark.parametrize(("code", "decision"), CASES)
def test_a_status_callback_decides_the_same(
    world: World, code: int, decision: tuple[Fate, Reach | None], caplog: pytest.LogCaptureFixture
) -> None:
    world.says(EMILE, "menu", "whatsapp")
    row = outbox_rows(world)[-1]
    form = status_form("SMaaa", "undelivered", code)
    assert post_form(world, form, f"{STATUS}?m={row.id}").status_code == 204
    state = outbox_rows(world)[-1].state
    assert state is (Sending.PENDING if decision == LATER else Sending.FAILED)
    assert ("ALARM" in caplog.text) is (decision == MEND)
