"""What ends soon, by agent: each paper once, and not when another continues it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from core import errors
from core.clock import day_in_lima
from core.db import Database
from core.papers import Paper, PaperKind, ending_soon, papers_of
from core.terms import Activity, Party, Standing, Trade
from tests.core.bulk import TRUCK, Chain, lima

TODAY = date(2024, 2, 1)


@pytest.fixture
def chain(database_url: str) -> Iterator[Chain]:
    database = Database(database_url)
    made = Chain(database)
    made.at = lima("2024-02-01 08:00")
    yield made
    database.close()


def ending(chain: Chain, on: date = TODAY) -> list[tuple[str, PaperKind, str]]:
    with chain.database.reading() as tx:
        return [(paper.agent, paper.kind, paper.about) for paper in ending_soon(tx, on)]


def test_nothing_without_an_end_ends(chain: Chain) -> None:
    assert ending(chain) == []


@pytest.mark.parametrize(("days", "told"), [(-1, False), (0, True), (29, True), (30, True), (31, False)])
def test_thirty_days_both_ends_included(chain: Chain, days: int, told: bool) -> None:
    chain.change_agent(chain.grifo.id, valid_to=TODAY + timedelta(days=days))
    assert (("NUEVA CALIFORNIA SRL", PaperKind.REGISTER, "") in ending(chain)) == told
    with chain.database.reading() as tx:
        entry = next(one for one in papers_of(tx, chain.grifo.id, TODAY) if one.kind is PaperKind.REGISTER)
    assert entry.ends_soon(TODAY) == told
    assert entry.is_valid(TODAY) == (days >= 0)


def test_every_kind_of_paper_is_told(chain: Chain) -> None:
    soon = {"valid_to": date(2024, 2, 29)}
    shop = chain.site("LOCAL SAC", Activity.RETAIL_SHOP, insured=False)
    chain.insure(shop.id, 100, **soon)
    chain.certify(shop.id, chain.seller_id, **soon)
    chain.truck("S1N-001", chain.granel.id, Trade.BULK, 1, **soon)
    chain.insure(chain.granel.id, 100, plate="S1N-001", **soon)
    assert ending(chain) == [
        ("GAS A GRANEL SAC", PaperKind.POLICY, "S1N-001"),
        ("GAS A GRANEL SAC", PaperKind.VEHICLE, "S1N-001"),
        ("LOCAL SAC", PaperKind.POLICY, ""),
        ("LOCAL SAC", PaperKind.CERTIFICATE, "LA PLANTA"),
    ]


def test_what_another_paper_continues_does_not_end(chain: Chain) -> None:
    chain.uninsure(chain.station.id)
    chain.insure(chain.station.id, 100, valid_to=date(2024, 2, 10))
    assert len(ending(chain)) == 1
    chain.insure(chain.station.id, 200, plate="X1X-111")  # of something else
    assert len(ending(chain)) == 1
    chain.insure(chain.station.id, 300, valid_from=date(2024, 2, 11), valid_to=date(2025, 2, 10))
    assert ending(chain) == []
    with chain.database.reading() as tx:
        policies = [
            one for one in papers_of(tx, chain.station.id, TODAY) if one.kind is PaperKind.POLICY and not one.about
        ]
    assert [one.valid_to for one in policies] == [date(2025, 2, 10)]


def test_an_owner_looks_at_their_own_papers_only(chain: Chain) -> None:
    with chain.book(chain.granel.owner) as book:
        told = book.register.papers(chain.granel.id)
        for look in (book.register.papers, book.register.entry):
            with pytest.raises(errors.UnknownAgent):
                look(chain.station.id)
        with pytest.raises(errors.UnknownAgent):
            book.register.standing(chain.station.owner.memberships[0], chain.granel.id, Party.BUYER, Trade.BULK)
    assert {paper.about for paper in told if paper.kind is PaperKind.VEHICLE} == {TRUCK, "K8A-870"}
    assert all(isinstance(paper, Paper) and paper.is_valid(day_in_lima(chain.at)) for paper in told)


def test_a_suspended_entry_does_not_hold_whatever_its_days(chain: Chain) -> None:
    chain.change_agent(chain.granel.id, standing=Standing.SUSPENDED)
    with chain.book(chain.granel.owner) as book:
        entry = book.register.papers(chain.granel.id)[0]
    assert (entry.kind, entry.standing, entry.is_valid(TODAY)) == (PaperKind.REGISTER, Standing.SUSPENDED, False)


# --- how another stands -----------------------------------------------------------------------------------------------


def verdict(chain: Chain, trade: Trade = Trade.BULK) -> tuple[errors.Refused, ...] | None:
    """Return what stands between the station as the buyer and the distribuidor a granel."""
    mine = chain.station.owner.memberships[0]
    with chain.book(chain.station.owner) as book:
        found = book.register.standing(mine, chain.granel.id, Party.BUYER, trade)
    return None if found is None else found.found


def test_the_standing_tells_everything_at_once(chain: Chain) -> None:
    assert (verdict(chain), verdict(chain, Trade.LIQUIDS)) == ((), None)
    other = chain.site("OTRA SAC", Activity.BULK_DISTRIBUTOR)
    chain.lend(chain.station.id, other.id)
    chain.uninsure(chain.station.id)
    chain.change_agent(chain.granel.id, standing=Standing.CANCELLED, register_number="77777-038-010116")
    chain.change_agent(chain.station.id, address="")
    assert verdict(chain) == (
        errors.NotRegistered("GAS A GRANEL SAC", "77777-038-010116", TODAY),
        errors.PolicyUnknown("LAS CONCHITAS EIRL"),
        errors.TanksLent("LAS CONCHITAS EIRL", "OTRA SAC"),
        errors.NoDestination("LAS CONCHITAS EIRL"),
    )


def test_the_month_in_bulk_is_told_to_both_sides(chain: Chain) -> None:
    chain.sold_bulk("100.5")
    chain.at = lima("2024-02-29 23:59:59")
    chain.sold_bulk("200")
    for site, party, other in (
        (chain.granel, Party.SELLER, "LAS CONCHITAS EIRL"),
        (chain.station, Party.BUYER, "GAS A GRANEL SAC"),
    ):
        with chain.book(site.owner) as book:
            assert [(name, str(sold)) for name, sold in book.register.month_in_bulk(site.id, party)] == [
                (other, "300.5")
            ]
    chain.at = lima("2024-03-01 00:00:00")
    with chain.book(chain.granel.owner) as book:
        assert book.register.month_in_bulk(chain.granel.id, Party.SELLER) == []
