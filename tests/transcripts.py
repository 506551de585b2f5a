"""Transcripts: conversations written down, played again through a real channel and compared word by word.

# A title
@ 25/03/2021 20:52:25            sets the clock (Lima);  "@ +30 min" moves it
EMILE: cerrar                    what somebody types;  "EMILE: [Cerrar]" presses a button
! recordatorios                  the worker looks who is to be reminded, and sends it
    > EMILE                      who is told something
    | ¿Qué orden recibió?        and what, as a phone without buttons shows it
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.clock import LIMA
from core.terms import Trade
from tests.world import NAMES, Sent, World, address_of

FOLDER = Path(__file__).parent / "conversations"
BUTTONS = {"phone", "telegram"}
REMINDERS = "! recordatorios"
_SPEECH = re.compile(r"([A-Z]+): ?(.*)")


@dataclass
class Step:
    """One thing that happens, and what everybody was told."""

    source: list[str]
    who: str = ""
    said: str = ""
    heard: list[str] = field(default_factory=list)

    @property
    def phone(self) -> str:
        return NAMES[self.who]

    @property
    def is_tap(self) -> bool:
        return self.said.startswith("[") and self.said.endswith("]")


def read(text: str) -> list[Step]:
    """Return the steps of a transcript."""
    steps: list[Step] = []
    for line in text.splitlines():
        speech = _SPEECH.fullmatch(line)
        if line.startswith("    ") and steps:
            steps[-1].heard.append(line)
        elif speech and speech[1] in NAMES:
            steps.append(Step([line], speech[1], speech[2]))
        else:
            steps.append(Step([line]))
    return steps


def written(steps: list[Step]) -> str:
    """Return the transcript of the steps."""
    lines = [line for step in steps for line in (*step.source, *step.heard)]
    return "\n".join(lines).rstrip() + "\n"


def heard(world: World, sent: list[Sent], channel: str) -> list[str]:
    """Return what was told, as a transcript writes it."""
    names = {address_of(phone, channel): name for name, phone in NAMES.items()}
    lines = []
    for one in sent:
        lines.append(f"    > {names[one.address]}")
        lines += [f"    | {line}".rstrip() for line in one.text.splitlines()]
    return lines


def play(world: World, steps: list[Step], channel: str = "phone") -> Iterator[tuple[Step, list[str]]]:
    """Yield each step with what was told after it."""
    for step in steps:
        if step.who:
            sent = press(world, step, channel) if step.is_tap else world.says(step.phone, step.said, channel)
            world.deliver()
            yield step, heard(world, sent, channel)
        elif step.source[0] == REMINDERS:
            yield step, heard(world, world.reminds(), channel)
        else:
            _set_clock(world, step.source[0])
            yield step, []


def press(world: World, step: Step, channel: str) -> list[Sent]:
    """Press a button; where there are none, type its number if it is on the screen, else what it says."""
    label = step.said[1:-1]
    if channel in BUTTONS:
        return world.taps(step.phone, label, channel)
    shown = [one for one in world.to(step.phone, channel) if one.message.choices]
    for one in reversed(shown):
        for number, choice in enumerate(one.message.choices, start=1):
            if choice.label == label:
                typed = str(number) if one is shown[-1] else choice.payload.lstrip(">")
                return world.says(step.phone, typed, channel)
    raise AssertionError(f"no button {label!r} on the screen of {step.who}")


def _set_clock(world: World, line: str) -> None:
    if not line.startswith("@"):
        return
    said = line.removeprefix("@").strip()
    moved = re.fullmatch(r"\+(\d+) (min|h|s)", said)
    if moved:
        unit = {"min": "minutes", "h": "hours", "s": "seconds"}[moved[2]]
        world.clock.at += timedelta(**{unit: int(moved[1])})
    else:
        at = datetime.strptime(said, "%d/%m/%Y %H:%M:%S").replace(tzinfo=LIMA)
        world.clock.at = at.astimezone(UTC)


def code_maker() -> Callable[[object], str]:
    """Return a maker of codes that are the same each time; the first ones are printed in the sources."""
    cylinders_and_bulk, liquids = itertools.count(60016454717, 19_807), itertools.count(11954452339, 19_807)
    return lambda trade: str(next(liquids if trade is Trade.LIQUIDS else cylinders_and_bulk))


def names() -> list[str]:
    """Return the transcripts there are."""
    return sorted(file.stem for file in FOLDER.glob("*.txt"))
