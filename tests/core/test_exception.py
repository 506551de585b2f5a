"""Unloading elsewhere by a norm of exception (A30): the destination stays, and only an owner declares it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from core import errors
from core.db import Database
from core.history import account_of, replay
from core.service import Done
from core.terms import Movement, Role, Status
from core.transitions import Close
from tests.core.bulk import Chain

NORM, PLACE = "RCD 026-2020-OS/CD", "PLANTA ENVASADORA SAC, CALLAO"
ALL = {1: Decimal(3100)}


@pytest.fixture
def chain(database_url: str) -> Iterator[Chain]:
    database = Database(database_url)
    yield Chain(database)
    database.close()


def test_the_owner_declares_the_norm_and_the_place(chain: Chain) -> None:
    order = chain.sold_bulk("3100")
    done = chain.does(chain.station.owner, Close(order.code, ALL, norm=f" {NORM}\n", unloaded_at=PLACE))
    assert (done.order.status, done.order.destination) == (Status.CLOSED, "AV. PACHACUTEC 6587")
    declared = chain.journal(order.code)[-1].declared
    assert (declared["excepcion_norma"], declared["unloaded_at"]) == (NORM, PLACE)
    assert replay(chain.journal(order.code)) == account_of(chain.stored(order.code))


def test_an_ordinary_close_declares_none(chain: Chain) -> None:
    order = chain.sold_bulk("3100")
    chain.does(chain.station.owner, Close(order.code, ALL))
    assert "excepcion_norma" not in chain.journal(order.code)[-1].declared


@pytest.mark.parametrize(("role", "may_close"), [(Role.OPERATOR, False), (Role.DRIVER, True)])
def test_nobody_but_an_owner_does(chain: Chain, role: Role, may_close: bool) -> None:
    somebody = chain.hire("Otra persona", role, chain.station.id, may_close=may_close)
    order = chain.sold_bulk("3100")
    refused = chain.refusal(somebody, Close(order.code, ALL, norm=NORM, unloaded_at=PLACE))
    assert refused == errors.RoleNotAllowed(order.code, Movement.CLOSED, role)
    assert isinstance(chain.tries(somebody, Close(order.code, ALL)), Done)


@pytest.mark.parametrize(("norm", "place"), [(NORM, ""), ("", PLACE), (NORM, " \n"), ("\0", PLACE)])
def test_one_without_the_other_is_refused(chain: Chain, norm: str, place: str) -> None:
    order = chain.sold_bulk("3100")
    refused = chain.refusal(chain.station.owner, Close(order.code, ALL, norm=norm, unloaded_at=place))
    assert refused == errors.MissingNorm()
