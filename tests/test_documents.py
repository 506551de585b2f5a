"""The documents say what is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

import scopbot
from bot.settings import Settings
from core.transitions import diagram

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_shows_the_state_machine_as_it_is() -> None:
    shown = re.search(r"```mermaid\n(.*?)\n```", README, re.DOTALL)
    assert shown is not None
    assert diagram() == shown[1]


def test_the_readme_names_every_setting() -> None:
    missing = [name.upper() for name in Settings.model_fields if f"`{name.upper()}`" not in README]
    assert missing == []


def test_the_readme_names_every_command() -> None:
    group = get_command(scopbot.app)
    names = list(getattr(group, "commands", {}))
    missing = [name for name in names if not re.search(rf"scopbot {name}\b", README)]
    assert missing == []


def test_the_readmes_transcript_is_a_real_one() -> None:
    shown = re.search(r"```text\n(.*?)\n```", README, re.DOTALL)
    assert shown is not None
    played = (ROOT / "tests" / "conversations" / "close.txt").read_text(encoding="utf-8")
    to_others = re.compile(r"    > HYDE\n(    \|.*\n)+")
    real = to_others.sub("", played).replace("    > EMILE\n", "")
    assert shown[1] in real


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_between_documents_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_the_files_that_documents_name_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    files = re.findall(r"`((?:bot|core|reminders|tests|locales)/[\w./-]+)`", text)
    assert files
    assert [file for file in files if not (ROOT / file).exists()] == []
