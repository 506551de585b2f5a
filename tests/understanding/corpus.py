"""The corpus: messages and what they mean, in corpus/*.txt and held back in corpus/held_out/.

`python -m tests.understanding.corpus FILE --silent` scores one file without showing a miss, as it is done when a
round is new: first_scores.md keeps what each round scored then. The misses of what is held back are shown with
`--held-back` only: whoever reads them moves the round up and holds back another.

    [shop1 idle] ordinary                        the scene, and how hard the messages below it are
    ya llego todo jefe => close; what=all        a conversation and its slots
    si pero son 18 => correction; received 1=18  or a kind of meaning
    no lo vendas => safe                         nothing that starts, answers or confirms anything
    a b => close|arrive; order=1|2               any of these; order=? asks which; howto names its topic

Slots that follow from what is stated (how: implied, context) may be there without being listed.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bot.understanding import GivenContext, How, Kind, Meaning, understand
from bot.understanding.meaning import Found
from tests.understanding.scenes import scene

FOLDER = Path(__file__).parent / "corpus"
TAUGHT = FOLDER / "taught"
"""Messages from which the ranking learned, and of which not each is understood yet."""
HELD_BACK = FOLDER / "held_out"
LEVELS = ("ordinary", "hard", "adversarial")
ACTS = {Kind.INTENT, Kind.ANSWER, Kind.YES, Kind.CORRECTION}
LOOKS = {
    "risk",
    "can",
    "status",
    "detail",
    "history",
    "receipt",
    "pending",
    "search",
    "report",
    "contacts",
    "help_",
    "menu",
}


@dataclass(frozen=True)
class Case:
    """A message of the corpus."""

    text: str
    heading: str
    level: str
    expected: tuple[str, ...]
    slots: tuple[tuple[str, tuple[str, ...]], ...]
    place: str

    def context(self) -> GivenContext:
        return scene(self.heading)


@dataclass(frozen=True)
class Outcome:
    """What became of a case."""

    case: Case
    meaning: Meaning
    intent_right: bool
    slots_right: bool
    wrong_action: bool
    """It would start, answer or confirm something that the message does not mean."""


def read(folder: Path) -> list[Case]:
    """Return the cases of every file of a folder."""
    return [case for file in sorted(folder.glob("*.txt")) for case in cases(file)]


def cases(file: Path) -> list[Case]:
    found, heading, level = [], "", ""
    for number, row in enumerate(map(str.strip, file.read_text(encoding="utf-8").splitlines()), start=1):
        if row.startswith("["):
            heading, _bracket, level = row.removeprefix("[").partition("]")
            level = level.strip()
            assert level in LEVELS, f"{file.name}:{number}: {level!r}"
            scene(heading)
        elif row and not row.startswith("#"):
            text, _arrow, meant = row.rpartition(" => ")
            first, *slots = [part.strip() for part in meant.split(";")]
            pairs = [slot.partition("=") for slot in slots]
            wanted = tuple((key.strip(), tuple(values.split("|"))) for key, _equals, values in pairs)
            found.append(
                Case(
                    text.replace("\\n", "\n"), heading, level, tuple(first.split("|")), wanted, f"{file.name}:{number}"
                )
            )
    return found


def judge(case: Case) -> Outcome:
    """Return whether a case is understood as it is meant."""
    meaning = understand(case.text, case.context())
    right = any(_is(meaning, name) for name in case.expected)
    acts = _acts(meaning)
    slots_right = right and (not acts or _has_slots(meaning, case))
    wrong = acts and not right and not _is_harmless(meaning)
    return Outcome(case, meaning, right, slots_right, wrong or (acts and right and _has_wrong_slot(meaning, case)))


def _is(meaning: Meaning, name: str) -> bool:
    if name == "safe":
        return meaning.kind not in ACTS or _is_harmless(meaning)
    name, _space, _topic = name.partition(" ")
    return meaning.kind.value == name or (meaning.kind is Kind.INTENT and meaning.intent == name)


def _acts(meaning: Meaning) -> bool:
    return meaning.kind in ACTS


def _is_harmless(meaning: Meaning) -> bool:
    return meaning.kind is Kind.INTENT and meaning.intent in LOOKS


def _fits(slot: Found, values: tuple[str, ...]) -> bool:
    return slot.value in values or (slot.shown != "" and slot.shown in values)


def _has_slots(meaning: Meaning, case: Case) -> bool:
    found = {slot.key: slot for slot in meaning.slots}
    wanted = [(key, values) for key, values in case.slots if key != "topic"]
    for key, values in wanted:
        if values == ("?",):
            if not any(doubt.key == key for doubt in meaning.doubts):
                return False
        elif key not in found or not _fits(found[key], values):
            return False
    return not _has_wrong_slot(meaning, case)


def _has_wrong_slot(meaning: Meaning, case: Case) -> bool:
    """Say whether a slot holds what the message does not state."""
    wanted = dict(case.slots)
    for slot in meaning.slots:
        if slot.key in wanted:
            if not _fits(slot, wanted[slot.key]):
                return True
        elif slot.how not in (How.IMPLIED, How.CONTEXT) and (case.slots or slot.key != "order"):
            return True
    return False


def topic_right(outcome: Outcome) -> bool:
    """Say whether a how-to question was understood to be about the right thing."""
    wanted = dict(outcome.case.slots).get("topic")
    return wanted is None or outcome.meaning.topic in wanted


def score(outcomes: list[Outcome]) -> dict[str, float]:
    """Return the shares of right intents and right slots, and the count of wrong actions."""
    total = max(len(outcomes), 1)
    with_slots = [one for one in outcomes if one.case.slots]
    return {
        "messages": len(outcomes),
        "intents": round(sum(one.intent_right and topic_right(one) for one in outcomes) / total, 4),
        "slots": round(sum(one.slots_right for one in with_slots) / max(len(with_slots), 1), 4),
        "wrong_actions": sum(one.wrong_action for one in outcomes),
    }


def told(outcome: Outcome) -> str:
    """Return a miss as one reads it."""
    meaning = outcome.meaning
    slots = "; ".join(f"{slot.key}={slot.shown or slot.value}" for slot in meaning.slots)
    doubts = "; ".join(f"{doubt.key}=?" for doubt in meaning.doubts)
    wanted = "|".join(outcome.case.expected) + "".join(f"; {key}={'|'.join(one)}" for key, one in outcome.case.slots)
    mark = "WRONG ACTION " if outcome.wrong_action else ""
    name = meaning.intent or meaning.kind.value
    return (
        f"{mark}{outcome.case.place} [{outcome.case.heading}] {outcome.case.text!r}\n"
        f"    meant {wanted}\n    heard {name} {meaning.topic} ({slots} {doubts}) {', '.join(meaning.notes)}"
    )


def report(name: str, cases: list[Case], *, misses: bool = True) -> None:
    """Print the score of some cases: by how hard they are, what is taken for what, and each miss."""
    outcomes = [judge(case) for case in cases]
    print(f"{name}: {score(outcomes)}")
    for level in LEVELS:
        print(f"  {level}: {score([one for one in outcomes if one.case.level == level])}")
    confused = Counter(
        ("|".join(one.case.expected), one.meaning.intent or one.meaning.kind.value)
        for one in outcomes
        if not one.intent_right
    )
    for (meant, heard), count in confused.most_common():
        print(f"  {count} x {meant} heard as {heard}")
    wrong = [one for one in outcomes if not (one.intent_right and one.slots_right and topic_right(one))]
    if misses:
        for one in wrong:
            print(told(one))


if __name__ == "__main__":
    files = [Path(name) for name in sys.argv[1:] if not name.startswith("-")]
    for file in files:
        report(file.stem, cases(file), misses="--silent" not in sys.argv)
    if not files:
        report("corpus", read(FOLDER))
        report("taught", read(TAUGHT), misses=False)
        report("held back", read(HELD_BACK), misses="--held-back" in sys.argv)
