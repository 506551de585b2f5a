"""The fixed family of Content templates: made once, submitted once, and of a form that WhatsApp approves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from typer.testing import CliRunner

import scopbot
from bot import templates
from bot.handlers import whatsapp_templates
from bot.handlers.twilio_client import make_client
from bot.handlers.whatsapp_contents import Definition, family
from bot.handlers.whatsapp_templates import Found, bring_up_to_date, check, refresh, stored
from bot.registry import opened_by
from bot.signs import length
from bot.store import templates as table
from tests.standins import CutAfter, ServerError, TooManyRequests
from tests.standins.twilio import TwilioServer
from tests.world import ACCOUNT_SID, AUTH_TOKEN, PUBLIC_URL, SENDER, World, settings

NOTICES = {"requested", "annulled", "accepted", "accepted_less", "sold", "sold_less", "closed", "closed_differences",
           "rejected_by_buyer", "rejected_by_seller", "arrived", "arrived_buyer", "arrived_unsold", "done_by_driver",
           "unreachable"}  # fmt: skip
REMINDERS = {"close_now", "close_today", "close_last", "overdue", "sell_today", "answer", "digest", "morning", "weekly",
             "papers"}  # fmt: skip
WORDED = 2 * len(NOTICES | REMINDERS)


@pytest.fixture
def server() -> Iterator[TwilioServer]:
    """Run a Twilio account."""
    with TwilioServer(ACCOUNT_SID, AUTH_TOKEN) as running:
        yield running


def _work(world: World, server: TwilioServer, work: Any = bring_up_to_date) -> list[Found]:
    client = make_client(settings(world.url, twilio_content_base_url=server.base_url))
    try:
        return list(work(client, world.database, world.clock))
    finally:
        client.http_client.session.close()


def _calls(server: TwilioServer) -> dict[str, int]:
    made = ("Content.create", "Approval.create")
    return {method: len(server.calls_of(method)) for method in made}


class TestWords:
    """What WhatsApp asks of each text."""

    def test_there_is_one_for_each_kind(self) -> None:
        assert {one.name for one in templates.NOTICES} == NOTICES
        assert {one.name for one in templates.REMINDERS} == REMINDERS

    @pytest.mark.parametrize("wording", templates.BY_NAME.values(), ids=lambda one: one.name)
    @pytest.mark.parametrize("locale", ["es_PE", "en"])
    def test_its_form_is_approvable(self, wording: templates.Wording, locale: str) -> None:
        said = wording.said[locale]
        places = re.findall(r"\{\{(\d)\}\}", said.body)
        assert places == [str(number) for number in range(1, len(wording.samples) + 1)]
        bare = re.sub(r"\{\{\d\}\}", "@", said.body)
        assert "@" not in (bare[0], bare[-1]) and re.search(r"\w[.!]?$", bare) and "\n" not in bare
        assert not re.search(r"@\W*@", bare), "two places touch"
        assert len(re.findall(r"\w+", bare)) >= 2 * len(places) + 1
        longest = templates.LONGEST_VALUE * (len(places) - 1) + templates.LONGEST_LAST
        assert length(bare) + longest <= 1024

    @pytest.mark.parametrize("wording", templates.BY_NAME.values(), ids=lambda one: one.name)
    @pytest.mark.parametrize("locale", ["es_PE", "en"])
    def test_its_buttons_are_commands_that_are_known(self, wording: templates.Wording, locale: str) -> None:
        said = wording.said[locale]
        assert 1 <= len(said.buttons) <= 3 and len({title for title, _command in said.buttons}) == len(said.buttons)
        for title, command in said.buttons:
            assert 0 < length(title) <= 20 and "{{" not in title
            assert f"{{{{{len(wording.samples)}}}}}" not in command, "the last value may be too long for an id"
            opened = opened_by(command.removeprefix(">").replace("{{2}}", "60016454717"))
            assert opened is not None
            rest = opened[1].removeprefix("60016454717").strip()
            assert rest in ("", "todo", "diferencias", "nada"), rest

    def test_the_two_languages_say_different_words_and_press_the_same(self) -> None:
        for wording in templates.BY_NAME.values():
            spanish, english = wording.said["es_PE"], wording.said["en"]
            assert spanish.body != english.body
            assert [command for _title, command in spanish.buttons] == [command for _title, command in english.buttons]

    @pytest.mark.parametrize("value", ["", " ", "\n", "\u200b", "..."])
    def test_no_value_is_empty(self, value: str) -> None:
        assert templates.filled("sold", value, value, value).values == ("-", "-", "-")

    def test_values_are_one_line_and_as_many_as_there_are_places(self) -> None:
        assert templates.filled("sold", "a\nb", "c\t    d").values == ("a b", "c d", "-")
        assert templates.about_several("digest", "EMILE", 3, "x, y.").values == ("EMILE", "3", "x, y")


class TestFamily:
    """What there should be at Twilio."""

    def test_names_fit_and_differ(self) -> None:
        names = [one.versioned_name for one in family()]
        assert len(set(names)) == len(names) == 13 + WORDED
        assert all(re.fullmatch("[a-z0-9_]{1,512}", name) for name in names)
        assert all(len(one.name) <= 60 and len(one.digest) == 32 for one in family())

    def test_any_change_is_another_template(self) -> None:
        one = family()[-1]
        assert replace(one, samples={**one.samples, "1": "x"}).digest != one.digest
        assert replace(one, types={"twilio/text": {"body": "x"}}).versioned_name != one.versioned_name


class TestMaking:
    """scopbot whatsapp templates."""

    def test_everything_is_made_and_only_what_needs_it_is_submitted(
        self, any_world: World, server: TwilioServer
    ) -> None:
        found = _work(any_world, server)
        assert _calls(server) == {"Content.create": 13 + WORDED, "Approval.create": WORDED}
        assert [one.problem for one in found if one.problem] == []
        assert {one.state for one in found} == {"not needed", "received"}
        kept = stored(any_world.database)
        assert {known.content_sid for known in kept.values()} == set(server.contents)
        assert {call.params["category"] for call in server.calls_of("Approval.create")} == {"UTILITY"}
        assert {one.state for one in _work(any_world, server, check)} == {"not needed", "received"}

    def test_none_is_rejected_for_its_form(self, world: World, server: TwilioServer) -> None:
        _work(world, server)
        assert "rejected" not in {one.state for one in _work(world, server, check)}

    def test_twice_changes_nothing(self, any_world: World, server: TwilioServer) -> None:
        _work(any_world, server)
        made, kept = _calls(server), stored(any_world.database)
        found = _work(any_world, server)
        assert _calls(server) == made and stored(any_world.database) == kept and len(found) == len(kept)

    def test_another_database_finds_what_is_there(self, any_world: World, server: TwilioServer) -> None:
        _work(any_world, server)
        made, kept = _calls(server), stored(any_world.database)
        with any_world.database.transaction() as tx:
            tx.execute(delete(table))
        _work(any_world, server)
        assert _calls(server) == made and stored(any_world.database) == kept

    def test_a_changed_definition_is_made_anew_under_another_name(
        self, world: World, server: TwilioServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _work(world, server)
        before = stored(world.database)["sold", "es_PE"].content_sid

        def changed() -> list[Definition]:
            return [
                replace(one, samples={**one.samples, "1": "OTRA SRL"}) if one.name == "sold" else one
                for one in family()
            ]

        monkeypatch.setattr(whatsapp_templates, "family", changed)
        made = _calls(server)
        _work(world, server)
        assert {name: count - made[name] for name, count in _calls(server).items()} == dict.fromkeys(made, 2)
        assert stored(world.database)["sold", "es_PE"].content_sid != before

    def test_states_and_reasons_are_kept(self, any_world: World, server: TwilioServer) -> None:
        _work(any_world, server)
        sids = {key: known.content_sid for key, known in stored(any_world.database).items()}
        server.set_approval(sids["sold", "es_PE"], "approved")
        server.set_approval(sids["sold", "en"], "rejected", "TAG_CONTENT_MISMATCH")
        made = _calls(server)
        found = {(one.definition.name, one.definition.locale): one for one in _work(any_world, server, check)}
        assert found["sold", "es_PE"].state == "approved"
        assert (found["sold", "en"].state, found["sold", "en"].remark) == ("rejected", "TAG_CONTENT_MISMATCH")
        assert stored(any_world.database)["sold", "es_PE"].is_approved and _calls(server) == made

    @pytest.mark.parametrize(
        ("method", "fault"),
        [
            ("Content.create", ServerError(500)),
            ("Content.create", CutAfter()),
            ("Approval.create", TooManyRequests(1)),
            ("Approval.create", CutAfter()),
            ("Approval.fetch", ServerError(500)),
        ],
        ids=repr,
    )
    def test_after_a_fault_another_run_ends_the_work(
        self, world: World, server: TwilioServer, method: str, fault: Any
    ) -> None:
        server.fail_next(fault, method, times=3)
        found = _work(world, server)
        assert len([one for one in found if one.problem]) == 3
        again = _work(world, server)
        assert [one.problem for one in again if one.problem] == []
        assert len(server.contents) == len(family()) == len(stored(world.database))
        assert {one.state for one in again} == {"not needed", "received"}

    def test_the_workers_clock_follows_and_alarms(
        self, world: World, server: TwilioServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        found = settings(world.url, twilio_content_base_url=server.base_url)
        refresh(found, world.runtime)
        assert server.calls == []
        _work(world, server)
        sid = stored(world.database)["sold", "en"].content_sid
        for state in ("approved", "paused"):
            assert "ALARM" not in caplog.text
            server.set_approval(sid, state)
            refresh(found, world.runtime)
            assert stored(world.database)["sold", "en"].approval == state
        assert "ALARM whatsapp_template: sold (en) is now paused" in caplog.text

    def test_check_makes_nothing(self, world: World, server: TwilioServer) -> None:
        assert {one.state for one in _work(world, server, check)} == {"not made"}
        assert server.calls == []


class TestCommand:
    """What the operator sees."""

    @pytest.fixture(autouse=True)
    def environment(self, world: World, server: TwilioServer, monkeypatch: pytest.MonkeyPatch) -> None:
        named = {"DATABASE_URL": world.url, "PUBLIC_BASE_URL": PUBLIC_URL, "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
                 "TWILIO_AUTH_TOKEN": AUTH_TOKEN, "TWILIO_WHATSAPP_FROM": SENDER,
                 "TWILIO_CONTENT_BASE_URL": server.base_url, "COLUMNS": "160"}  # fmt: skip
        for name, value in named.items():
            monkeypatch.setenv(name, value)

    @pytest.mark.filterwarnings("ignore::ResourceWarning")
    def test_a_table_of_all(self, world: World, server: TwilioServer) -> None:
        shown = CliRunner().invoke(scopbot.app, ["whatsapp", "templates"])
        assert shown.exit_code == 0, shown.output
        assert all(one.name in shown.output for one in family()) and "received" in shown.output
        with world.database.transaction() as tx:
            tx.execute(update(table).where(table.c.name == "sold").values(approval="pending"))
        assert CliRunner().invoke(scopbot.app, ["whatsapp", "templates", "--check"]).exit_code == 0
        with world.database.reading() as tx:
            asked = select(table.c.approval).where(table.c.name == "sold")
            assert set(tx.execute(asked).scalars()) == {"received"}

    @pytest.mark.filterwarnings("ignore::ResourceWarning")
    def test_a_problem_is_said(self, server: TwilioServer) -> None:
        server.fail_next(ServerError(500), "Content.create", times=2)
        shown = CliRunner().invoke(scopbot.app, ["whatsapp", "templates"])
        assert shown.exit_code == 1 and "2 templates met a problem" in shown.output

    def test_without_whatsapp_it_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_WHATSAPP_FROM"):
            monkeypatch.delenv(name)
        assert CliRunner().invoke(scopbot.app, ["whatsapp", "templates"]).exit_code == 2
