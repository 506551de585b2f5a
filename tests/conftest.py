"""What every test can ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.databases import PostgresqlMaker, SqliteMaker, postgresql_server
from tests.world import World

settings.register_profile(
    "suite", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("suite")
"""The suite says the same each time, on a slow machine too; `--hypothesis-profile=explore` looks for what is new."""


@pytest.fixture(scope="session")
def sqlite_maker(tmp_path_factory: pytest.TempPathFactory) -> SqliteMaker:
    """Make SQLite databases."""
    return SqliteMaker(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_maker() -> Iterator[PostgresqlMaker]:
    """Make PostgreSQL databases."""
    with postgresql_server() as server:
        maker = PostgresqlMaker(server)
        yield maker
        maker.close()


@pytest.fixture
def sqlite_url(sqlite_maker: SqliteMaker) -> Iterator[str]:
    """The URL of a new SQLite database with the demo cast."""
    with sqlite_maker.new() as url:
        yield url


@pytest.fixture
def postgresql_url(postgresql_maker: PostgresqlMaker) -> Iterator[str]:
    """The URL of a new PostgreSQL database with the demo cast."""
    with postgresql_maker.new() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a new database with the demo cast: the test runs on SQLite and on PostgreSQL."""
    maker = request.getfixturevalue(f"{request.param}_maker")
    with maker.new() as url:
        yield url


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    """The demo cast on SQLite, with a stopped clock."""
    made = World(sqlite_url)
    yield made
    made.close()


@pytest.fixture
def any_world(database_url: str) -> Iterator[World]:
    """The demo cast, on both databases."""
    made = World(database_url)
    yield made
    made.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let transcripts be written anew."""
    parser.addoption("--update", action="store_true", help="write the transcripts anew from what the bot says")
    parser.addoption("--week-orders", default="150", help="orders in the simulated week of reminders; 2000 in full")
    parser.addoption("--chain-orders", default="150", help="generated orders of all kinds; 10000 in full")
    parser.addoption("--seeds", default="1", help="how often processes are killed and platforms fail; 4 in full")
    parser.addoption("--week-days", default="4", help="days of it; 7 in full")


ALWAYS_ON_BOTH = {"test_inbox.py"}
"""Whose tests on PostgreSQL belong to the fast part too: they are about what the two databases do differently."""
FOR_THE_WHOLE_SUITE = {
    "test_drawing.py",
    "test_golden.py",
    "test_guard_days.py",
    "test_importing.py",
    "test_polling.py",
    "test_properties.py",
    "test_quotes.py",
    "test_race.py",
    "test_random_chain.py",
    "test_random_orders.py",
    "test_reconciling.py",
    "test_review.py",
    "test_scenarios.py",
    "test_standins.py",
    "test_templates.py",
    "test_twilio_errors.py",
    "test_watching.py",
    "test_week.py",
    "test_writing.py",
}
"""Files that take long, or tell of what seldom changes: the fast part, of less than a minute, does without them."""
OTHER_CHANNELS = ("-telegram]", "-console]", "-whatsapp]")
COSTLY_LAWS = (
    "test_cancelling_at_any_question",
    "test_a_restart_between_any_two_messages",
    "test_going_back_takes_back",
    "test_a_second_delivery_changes_nothing",
    "test_nothing_is_registered_before_the_last_word",
)
"""For the laws, which play each transcript again or many times over, the fast part plays three transcripts."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even read, for the fast part, what is not in it: that takes ten seconds of each process."""
    is_fast = "not slow" in str(config.getoption("markexpr"))
    return True if is_fast and collection_path.name in FOR_THE_WHOLE_SUITE | {"system", "browser"} else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the whole suite what takes long, and the second database, which tells the same story as the first."""
    for item in items:
        second_database = "postgresql" in item.name and item.path.name not in ALWAYS_ON_BOTH
        other_channel = item.path.name == "test_transcripts.py" and item.name.endswith(OTHER_CHANNELS)
        costly_law = item.name.startswith(COSTLY_LAWS) and not item.name.endswith(("[close]", "[accept]", "[request]"))
        if second_database or other_channel or costly_law or item.path.name in FOR_THE_WHOLE_SUITE:
            item.add_marker(pytest.mark.slow)
