"""With which companies somebody can request orders."""

from __future__ import annotations

from bot.buying import buyers, buys, closes
from core.people import Actor, Membership
from core.terms import Activity, Role

SHOP = Membership(1, "LOCAL", Activity.RETAIL_SHOP, Role.OPERATOR)
PLANT = Membership(2, "PLANTA", Activity.BOTTLING_PLANT, Role.OWNER)
IMPORTS = Membership(4, "IMPORTADORA", Activity.IMPORTER, Role.OWNER)
DRIVES = Membership(3, "DISTRIBUIDOR", Activity.CYLINDER_DISTRIBUTOR, Role.DRIVER)
DRIVES_AND_CLOSES = Membership(3, "DISTRIBUIDOR", Activity.CYLINDER_DISTRIBUTOR, Role.DRIVER, may_close=True)


def somebody(*memberships: Membership) -> Actor:
    return Actor(1, "De varios", "phone", memberships)


def test_whoever_acts_for_a_company_that_buys_requests_for_it() -> None:
    assert buyers(somebody(SHOP, PLANT, DRIVES, IMPORTS)) == [SHOP, PLANT]


def test_importers_drivers_and_strangers_do_not_request() -> None:
    assert [buys(somebody(IMPORTS)), buys(somebody(DRIVES)), buys(somebody())] == [False, False, False]


def test_drivers_see_the_closing_where_the_owner_lets_them() -> None:
    assert [closes(somebody(DRIVES)), closes(somebody(DRIVES_AND_CLOSES)), closes(somebody(SHOP))] == [
        False,
        True,
        True,
    ]
