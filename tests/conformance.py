"""The platforms' own descriptions, where they stand beside the project; nothing of them is copied into it."""

from __future__ import annotations

import importlib.util
import os
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

BESIDE = Path(__file__).parents[2] / "shared" / "conformance"


def folder() -> Path:
    """Return where the descriptions are, or skip the test and say so. SCOPBOT_CONFORMANCE may name the place."""
    place = Path(os.environ.get("SCOPBOT_CONFORMANCE") or BESIDE)
    if not (place / "twilio_spec.py").exists():
        pytest.skip(f"the platforms' own descriptions are not beside the project: no {place}")
    return place


def telegram() -> Any:
    """Return the validator of Bot API calls."""
    place = folder()
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):  # it leaves its file to be closed
        return _loaded(place, "telegram_spec").Spec(str(place / "telegram_bot_api.json"))


def twilio() -> Any:
    """Return the validator of calls to Twilio."""
    place = folder()
    paths = (str(place / "twilio_api_v2010.json"), str(place / "twilio_content_v1.json"))
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        return _loaded(place, "twilio_spec").TwilioSpec(*paths)


def _loaded(place: Path, name: str) -> ModuleType:
    found = importlib.util.spec_from_file_location(name, place / f"{name}.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module
