"""What every test can ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import PostgresqlMaker, SqliteMaker, postgresql_server
from tests.world import World


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
    parser.addoption("--week-orders", default="200", help="orders in the simulated week of reminders; 2000 in full")
    parser.addoption("--chain-orders", default="150", help="generated orders of all kinds; 10000 in full")
    parser.addoption("--week-days", default="4", help="days of it; 7 in full")


ALWAYS_ON_BOTH = {
    "test_inbox.py",
    "test_race.py",
    "test_review.py",
    "test_queries.py",
    "test_workers.py",
}
"""Whose tests on PostgreSQL belong to the fast part too: they are about what the two databases do differently."""
OTHER_CHANNELS = ("-telegram]", "-console]", "-whatsapp]")
COSTLY_LAWS = (
    "test_cancelling_at_any_question",
    "test_a_restart_between_any_two_messages",
    "test_going_back_takes_back",
    "test_a_second_delivery_changes_nothing",
    "test_nothing_is_registered_before_the_last_word",
)
"""For the laws, which play each transcript again or many times over, the fast part plays three transcripts."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the second database to the whole suite, where it tells the same story as the first."""
    for item in items:
        second_database = "postgresql" in item.name and item.path.name not in ALWAYS_ON_BOTH
        other_channel = item.path.name == "test_transcripts.py" and item.name.endswith(
            ("-telegram]", "-console]", "-whatsapp]")
        )
        costly_law = item.name.startswith(COSTLY_LAWS) and not item.name.endswith(("[close]", "[accept]", "[request]"))
        if second_database or other_channel or costly_law:
            item.add_marker(pytest.mark.slow)
