"""What the tests of the core can ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.db import Database
from tests.core.scene import Scene


@pytest.fixture
def scene(sqlite_url: str) -> Iterator[Scene]:
    """The scene on SQLite."""
    database = Database(sqlite_url)
    yield Scene(database)
    database.close()


@pytest.fixture
def any_scene(database_url: str) -> Iterator[Scene]:
    """The scene, on both databases."""
    database = Database(database_url)
    yield Scene(database)
    database.close()
