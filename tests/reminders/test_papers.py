"""Once a week owners are told which of their papers end within 30 days, and of nobody else's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from typer.testing import CliRunner

import scopbot
from bot import elsewhere, reminding
from bot.hours import Hours
from bot.store import Kind, Reach, Sending, addresses, outbox
from core.clock import LIMA, day_in_lima
from core.papers import Paper, PaperKind, ending_soon_of
from core.statements import agents, certificates, lent_tanks, memberships, people, policies, vehicles
from core.terms import Role, Standing
from reminders.papers import next_turn
from reminders.policy import Rule, weekly_turns
from reminders.sweep import sweep
from tests.reminders.test_sweep import lima, reminded
from tests.world import BULK, DRIVER, EMILE, HYDE, PLANT, STATION, World

MONDAY = "22/03 08:00"
H = Hours()
RENEW = (
    "Renueve a tiempo lo que necesite y avise a su administrador. "
    "Sin registro y sin póliza vigentes no se puede vender una orden."
)


def ends(world: World, name: str, last: date, table: Any = policies) -> None:
    """Let the papers of an agent that are in a table end on a day."""
    with world.database.transaction() as tx:
        whose = {
            agents: agents.c.id,
            policies: policies.c.agent_id,
            vehicles: vehicles.c.agent_id,
            certificates: certificates.c.shop_id,
        }[table]
        tx.execute(table.update().where(whose == world.agent_id(name)).values(valid_to=last))


def told(world: World, at: str) -> dict[str, str]:
    """Let the worker sweep and send; return what each was told."""
    world.clock.at = lima(at)
    return {one.address: one.text for one in world.reminds()}


def person_id(phone: str) -> Any:
    return select(people.c.id).where(people.c.phone == phone).scalar_subquery()


def test_each_owner_is_told_of_their_own_papers(any_world: World) -> None:
    world = any_world
    ends(world, "EMILE CIORAN SRL", date(2021, 3, 22))
    ends(world, "EMILE CIORAN SRL", date(2021, 4, 21), certificates)
    ends(world, "MR. HYDE", date(2021, 4, 22), agents)  # 31 days
    ends(world, "DISTRIBUIDOR A GRANEL DE PRUEBA SAC", date(2021, 3, 23), vehicles)
    letters = told(world, MONDAY)
    assert set(letters) == {EMILE, BULK}
    assert letters[EMILE].splitlines() == [
        "📄 Papeles que vencen en 30 días o menos",
        "⚠️ Póliza RC-0003: vence HOY, 22/03/2021",
        "⚠️ Certificado CC-0001 (CHARLES BUKOWSKY SRL - PTA CALLAO): vence el 21/04/2021, quedan 30 días",
        RENEW,
        "",
        "1. Mis papeles",
        "2. Avisos",
        "3. Menú",
    ]
    assert "(F1X-710): vence el 23/03/2021, queda 1 día" in letters[BULK]
    assert "EMILE" not in letters[BULK]


@pytest.mark.parametrize(("days", "says"), [(-1, False), (0, True), (30, True), (31, False)])
def test_thirty_days_in_lima_both_ends_included(world: World, days: int, says: bool) -> None:
    ends(world, "EMILE CIORAN SRL", date(2021, 3, 22) + timedelta(days=days))
    assert (reminded(world, MONDAY) == [(EMILE, "PAPELES")]) == says


def test_nothing_is_told_twice_whatever_runs_again(any_world: World) -> None:
    world = any_world
    ends(world, "EMILE CIORAN SRL", date(2021, 4, 10))
    assert reminded(world, "22/03 07:59") == []
    assert reminded(world, MONDAY) == [(EMILE, "PAPELES")]
    for again in (MONDAY, "22/03 08:01", "22/03 20:00", "23/03 08:00", "28/03 23:00"):
        world.restart()
        assert reminded(world, again) == []
    with world.database.transaction() as tx:
        tx.exec_driver_sql("DELETE FROM sweep")  # as if nobody knew when it was swept last
    assert reminded(world, "28/03 23:10") == []
    assert reminded(world, "29/03 08:00") == [(EMILE, "PAPELES")]
    assert reminded(world, "29/03 08:01") == []


def test_after_an_outage_on_monday_it_is_told_on_the_next_day(world: World) -> None:
    ends(world, "EMILE CIORAN SRL", date(2021, 4, 10))
    assert reminded(world, "21/03 22:00") == [(EMILE, "PAPELES")]  # of that week, which nobody had told
    assert reminded(world, "24/03 00:10") == []
    assert reminded(world, "24/03 06:30") == [(EMILE, "PAPELES")]
    assert reminded(world, "25/03 08:00") == []


def test_whoever_owns_several_companies_gets_one_letter(any_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = any_world
    monkeypatch.setattr("reminders.sweep.AGENTS_AT_ONCE", 1)
    with world.database.transaction() as tx:
        second = {"person_id": person_id(EMILE), "agent_id": world.agent_id("MR. HYDE")}
        tx.execute(memberships.insert().values(**second, role=Role.OWNER, may_close=False))
    for name in ("EMILE CIORAN SRL", "MR. HYDE"):
        ends(world, name, date(2021, 4, 1))
    letters = told(world, MONDAY)
    assert set(letters) == {EMILE, HYDE}
    in_order = ("\nEMILE CIORAN SRL\n", "RC-0003", "\nMR. HYDE\n", "RC-0002")
    places = [letters[EMILE].index(what) for what in in_order]
    assert places == sorted(places)
    assert "RC-0003" not in letters[HYDE]


def test_whom_it_does_not_concern_is_left_alone(world: World) -> None:
    """Operators and drivers ask for their papers; the owner who turned Mondays off, too."""
    for name in ("CHARLES BUKOWSKY SRL - PTA CALLAO", "MR. HYDE", "EMILE CIORAN SRL"):
        ends(world, name, date(2021, 4, 1))
    world.clock.at = lima("19/03 10:00")
    world.says(EMILE, "avisos")
    world.says(EMILE, "2")
    world.deliver()
    letters = told(world, MONDAY)
    assert set(letters) == {HYDE}
    assert {PLANT, DRIVER, EMILE}.isdisjoint(letters)


def test_what_was_renewed_before_it_leaves_is_not_told(any_world: World) -> None:
    world = any_world
    ends(world, "EMILE CIORAN SRL", date(2021, 4, 1))
    assert reminded(world, MONDAY) == [(EMILE, "PAPELES")]
    ends(world, "EMILE CIORAN SRL", date(2022, 4, 1))
    assert world.reminds() == []
    world.deliver_reminders()
    with world.database.reading() as tx:
        states = list(tx.execute(select(outbox.c.state).where(outbox.c.kind == Kind.REMINDER)).scalars())
    assert states == [Sending.EXPIRED]


def test_lent_tanks_are_told_to_both_sides(any_world: World) -> None:
    world = any_world
    names = ("ESTACION DE SERVICIO CON GASOCENTRO DE PRUEBA SAC", "DISTRIBUIDOR A GRANEL DE PRUEBA SAC")
    site, lender = (world.agent_id(name) for name in names)
    loan = {"site_id": site, "lender_id": lender, "valid_from": date(2020, 1, 1), "valid_to": date(2021, 4, 1)}
    with world.database.transaction() as tx:
        tx.execute(lent_tanks.insert(), loan)
    letters = told(world, MONDAY)
    assert set(letters) == {STATION, BULK}
    assert f"⚠️ Tanques cedidos por {names[1]}: vence el 01/04/2021, quedan 10 días" in letters[STATION]
    assert f"⚠️ Tanques cedidos a {names[0]}: vence el 01/04/2021, quedan 10 días" in letters[BULK]
    world.clock.at = lima("02/04 10:00")
    assert "Tanques" not in world.answer(STATION, "papeles")  # a loan that ended is missed by nobody


def test_a_gap_between_two_papers_is_told(any_world: World) -> None:
    world = any_world
    shop = world.agent_id("EMILE CIORAN SRL")
    ends(world, "EMILE CIORAN SRL", date(2021, 3, 31))
    policy = {"number": "RC-NEW", "insurer": "", "agent_id": shop, "plate": "", "cover": 1000, "currency": "UIT"}

    def then(first: date) -> list[date | None]:
        with world.database.transaction() as tx:
            tx.execute(policies.delete().where(policies.c.number == "RC-NEW"))
            tx.execute(policies.insert(), {**policy, "valid_from": first, "valid_to": date(2022, 3, 31)})
            return [paper.valid_to for paper in ending_soon_of(tx, [shop], date(2021, 3, 22))]

    assert then(date(2021, 4, 1)) == []
    assert then(date(2021, 4, 2)) == [date(2021, 3, 31)]
    world.clock.at = lima("22/03 10:00")
    shown = world.answer(EMILE, "papeles")
    assert "⚠️ Póliza RC-0003: vigente hasta el 31/03/2021" in shown and "❌ Póliza RC-NEW: empieza" in shown
    world.clock.at = lima("10/04 10:00")
    shown = world.answer(EMILE, "papeles")
    assert "RC-0003" not in shown and "✅ Póliza RC-NEW" in shown


def test_what_does_not_hold_anyway_does_not_end(world: World) -> None:
    ends(world, "EMILE CIORAN SRL", date(2021, 4, 1), agents)
    with world.database.transaction() as tx:
        mine = agents.c.id == world.agent_id("EMILE CIORAN SRL")
        tx.execute(agents.update().where(mine).values(standing=Standing.SUSPENDED))
    assert reminded(world, MONDAY) == []


def test_in_english_and_outside_whatsapps_day(world: World) -> None:
    ends(world, "EMILE CIORAN SRL", date(2021, 4, 1))
    with world.database.transaction() as tx:
        tx.execute(people.update().where(people.c.phone == EMILE).values(locale="en"))
    world.clock.at = lima(MONDAY)
    (letter,) = world.reminds()
    assert letter.text.splitlines()[:2] == [
        "📄 Papers that end within 30 days",
        "⚠️ Insurance policy RC-0003: until 01/04/2021, 10 days left",
    ]
    template = letter.message.template
    assert template is not None
    assert (template.name, template.values) == (
        "papers",
        ("EMILE CIORAN SRL", "1", "Insurance policy RC-0003, 01/04/2021"),
    )


def test_a_colleague_is_told_in_the_owners_place_of_that_company_only(world: World) -> None:
    ends(world, "MR. HYDE", date(2021, 4, 1))
    with world.database.transaction() as tx:
        tx.execute(memberships.update().where(memberships.c.person_id == person_id(DRIVER)).values(role=Role.OPERATOR))
    assert reminded(world, MONDAY) == [(HYDE, "PAPELES")]
    with world.database.transaction() as tx:
        tx.execute(addresses.update().where(addresses.c.person_id == person_id(HYDE)).values(reach=Reach.BLOCKED))
        letter_id = tx.execute(select(outbox.c.id).order_by(outbox.c.id.desc()).limit(1)).scalar_one()
        assert elsewhere.tell(tx, world.runtime, letter_id, world.clock())
    world.deliver_reminders()
    (copy,) = [one for one in world.sent() if one.address == DRIVER]
    assert "RC-0002" in copy.text


def papers(count: int) -> Sequence[Paper]:
    day = date(2021, 4, 1)
    return [Paper(PaperKind.POLICY, 1, "A", f"P-{one}", "", day, day, Standing.VALID) for one in range(count)]


@pytest.mark.parametrize(("count", "listed", "more"), [(10, 10, ""), (11, 10, "• y 1 más"), (30, 10, "• y 20 más")])
def test_a_long_list_is_cut(world: World, count: int, listed: int, more: str) -> None:
    said = reminding.of_papers(papers(count), world.actor(EMILE), date(2021, 3, 22))
    assert (said.text.count("P-"), more in said.text) == (listed, True)
    assert said.template is not None
    assert said.template.values[1] == str(count) and len(said.template.values[2]) <= 200


# --- when -------------------------------------------------------------------------------------------------------------


def turns(now: str, last: str | None) -> list[tuple[Rule, str]]:
    before = None if last is None else moment(last)
    return [(rule, week.occurrence) for rule, week in weekly_turns(moment(now), before, H)]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LIMA).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        ("2024-12-30 07:59:59", "2024-12-30 07:58", []),
        ("2024-12-30 08:00", "2024-12-30 07:59", [(Rule.WEEKLY, "2024-12-30"), (Rule.PAPERS, "2025-W01")]),
        ("2024-12-30 08:01", "2024-12-30 08:00", []),
        ("2025-01-01 09:00", "2024-12-29 23:30", [(Rule.PAPERS, "2025-W01")]),
        ("2025-01-05 23:00", "2025-01-05 22:59", []),
        ("2024-02-29 10:00", None, [(Rule.PAPERS, "2024-W09")]),
        ("2021-01-03 10:00", "2020-12-20 10:00", [(Rule.PAPERS, "2020-W53")]),
        ("2021-01-04 08:00", "2021-01-03 10:00", [(Rule.WEEKLY, "2021-01-04"), (Rule.PAPERS, "2021-W01")]),
    ],
)
def test_the_week_begins_on_monday_in_lima(now: str, last: str | None, due: list[tuple[Rule, str]]) -> None:
    assert turns(now, last) == due


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(1, 60 * 24 * 20))  # noqa: DTZ001
def test_however_often_it_looks_each_week_has_one_turn(start: datetime, minutes: int) -> None:
    """Two looks, so many minutes apart: what came between them is due at the second, and then no more."""
    first = start.replace(tzinfo=LIMA).astimezone(UTC)
    then = first + timedelta(minutes=minutes)
    due = [week for rule, week in weekly_turns(then, first, H) if rule is Rule.PAPERS]
    assert all(first < week.at <= then for week in due)
    monday = day_in_lima(then) - timedelta(days=day_in_lima(then).weekday())
    turn = datetime.combine(monday, H.weekly, LIMA)
    assert bool(due) == (first < turn <= then)
    assert list(weekly_turns(then, then, H)) == []


# --- operators --------------------------------------------------------------------------------------------------------


def test_operators_see_what_a_sweep_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", world.url)
    monkeypatch.setenv("BOT_DEMO", "1")
    ends(world, "EMILE CIORAN SRL", date(2021, 4, 1))
    run = CliRunner()
    shown = run.invoke(scopbot.app, ["reminders", "sweep", "--at", "2021-03-22T08:00"])
    assert shown.exit_code == 0, shown.output
    assert "PAPERS: 1 letters. once a week: to each owner, what ends within 30 days" in shown.output
    assert "EMILE CIORAN SRL: POLICY RC-0003 until 01/04/2021" in shown.output
    again = run.invoke(scopbot.app, ["reminders", "sweep", "--at", "2021-03-22T08:01"])
    assert "PAPERS" not in again.output
    explained = run.invoke(scopbot.app, ["reminders", "explain", "90003-013-010518", "--at", "2021-03-22T09:00"])
    assert explained.exit_code == 0, explained.output
    assert explained.output.splitlines() == [
        "EMILE CIORAN SRL, 90003-013-010518, as of 22/03/2021 09:00:00 (Lima)",
        "  POLICY RC-0003 until 01/04/2021",
        "  Titular de EMILE CIORAN",
        "    22/03/2021 08:00:00  PAPERS: phone, PENDIENTE",
        "  29/03/2021 08:00:00  to come: PAPERS",
    ]
    nobody = run.invoke(scopbot.app, ["reminders", "explain", "90003-013-010519"])
    assert nobody.exit_code == 1 and "no such order or agent" in nobody.output


@pytest.mark.parametrize("at", ["2021-03-22 08:00", "2021-03-22 08:01", "2021-03-28 23:59:59", "2021-03-29 07:59:59"])
def test_the_next_telling_is_next_monday(at: str) -> None:
    assert next_turn(moment(at), H) == moment("2021-03-29 08:00")


def test_sent_is_a_reminder_of_its_rule(world: World) -> None:
    ends(world, "EMILE CIORAN SRL", date(2021, 4, 1))
    world.clock.at = lima(MONDAY)
    sweep(world.runtime, world.clock())
    (sent,) = world.sent()
    assert (sent.kind, sent.address) == (Kind.REMINDER, EMILE)
    with world.database.reading() as tx:
        row = tx.execute(select(outbox).where(outbox.c.id == sent.id)).one()
    assert row.dedupe_key == f"papers 2021-W12 {row.person_id} to {row.person_id}"
    assert row.expires_at == lima("22/03 23:30")
