"""Whatever is typed: nothing crashes, nothing takes long, and nothing that changes is meant without a word for it."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding import GivenContext, How, Kind, Meaning, understand
from bot.understanding.deciding import CHANGING
from bot.understanding.listening import listen
from bot.understanding.ranking import ranking
from bot.understanding.tokens import clean
from bot.understanding.traits import of_message
from tests.understanding.bench import measured
from tests.understanding.corpus import FOLDER, read
from tests.understanding.scenes import scene

HEADINGS = sorted({case.heading for case in read(FOLDER)})
CASES = read(FOLDER)
for language in ("shop", "shop-en"):
    understand("20 de 10 mañana", scene(f"{language} idle"))  # the vocabulary is read once, at the first message
IDLE = [heading for heading in HEADINGS if heading.endswith(("idle", "reminder", "notice"))]
WORDS = st.sampled_from(
    [
        "no",
        "ya",
        "si",
        "la",
        "el",
        "los",
        "de",
        "orden",
        "pedido",
        "cierra",
        "cerrar",
        "cerré",
        "vende",
        "vender",
        "acepta",
        "anula",
        "rechaza",
        "20",
        "10",
        "45",
        "717",
        "329",
        "joyce",
        "hyde",
        "60016454717",
        "T001-123",
        "hoy",
        "ayer",
        "mañana",
        "mi",
        "esposa",
        "dice",
        "que",
        "cuando",
        "si",
        "llega",
        "todo",
        "nada",
        "llegó",
        "faltaron",
        "2",
        "?",
        "¿",
        ".",
        ",",
        '"',
        "como",
        "hago",
        "todavía",
        "por",
        "favor",
        "jefe",
        "balones",
        "kg",
        "quiero",
        "pedir",
        "20538122107",
        "987654321",
        "gracias",
        "hola",
        "pero",
        "mejor",
        "nunca",
        "quien",
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=14).map(" ".join))


def _seconds(text: str, context: GivenContext, meaning: Meaning) -> float:
    """Return what it costs to understand the text once more; of two times, one may hold a collection of garbage."""
    start = time.thread_time()
    assert meaning == understand(text, context)
    return time.thread_time() - start


@given(text=TEXTS, heading=st.sampled_from(HEADINGS))
@settings(max_examples=250, deadline=None)
def test_no_text_crashes_or_takes_long(text: str, heading: str) -> None:
    context = scene(heading)
    meaning = understand(text, context)
    assert min(_seconds(text, context, meaning) for _time in range(2)) < 0.1
    assert 0 <= meaning.confidence <= 1
    assert len(meaning.likely) <= 3


@pytest.mark.parametrize("text", ["0¸", "¨", "´ 20", "si ¸", "⁰ ² ½", "ªº"])
def test_signs_that_fold_to_nothing_are_read(text: str) -> None:
    for heading in HEADINGS:
        assert understand(text, scene(heading)).kind in Kind


def test_the_last_of_no_options_is_none() -> None:
    assert understand("el ultimo", scene("dist sell plate")).answers == {}


@given(text=TEXTS, heading=st.sampled_from(IDLE))
@settings(max_examples=250, deadline=None)
def test_nothing_changes_without_a_word_for_it(text: str, heading: str) -> None:
    """What it is said into starts nothing by itself: the words of the message must speak for what is begun."""
    context = scene(heading)
    meaning = understand(text, context)
    if meaning.kind is Kind.INTENT and meaning.intent in CHANGING and meaning.confidence < 1:
        learned = ranking()
        place = learned.names.index(meaning.intent)
        assert learned.scores(of_message(listen(text, context), context))[place] > learned.start[place]


@given(text=TEXTS, heading=st.sampled_from(HEADINGS))
@settings(max_examples=150, deadline=None)
def test_a_slot_never_says_yes_to_a_summary(text: str, heading: str) -> None:
    meaning = understand(text, scene(heading))
    assert not [slot for slot in meaning.slots if slot.key.startswith("confirm") and slot.value in ("yes", "no")]


@given(text=st.lists(WORDS, max_size=10).map(" ".join), heading=st.sampled_from(HEADINGS))
@settings(max_examples=150, deadline=None)
def test_what_a_slot_was_taken_from_stands_in_the_message(text: str, heading: str) -> None:
    meaning = understand(text, scene(heading))
    for slot in meaning.slots:
        assert slot.said in " ".join(clean(text).split()) or slot.said in clean(text)


DENIALS = (
    "no {}",
    "no lo quiero {}",
    "todavía no {}",
    "nunca {}",
    "mi esposa va a {}",
    "cuando llegue {}",
    "¿cómo {}?",
)
ASKING = (
    "cerrar la 717",
    "vender la 123",
    "aceptar la 329",
    "rechazar la 329",
    "anular la 329",
    "pedir 20 de 10 joyce",
)


@pytest.mark.parametrize("asked", ASKING)
@pytest.mark.parametrize("denied", DENIALS)
@pytest.mark.parametrize("who", ["shop1 idle", "dist idle", "shop1 reminder"])
def test_what_is_denied_asked_or_of_others_starts_nothing(denied: str, asked: str, who: str) -> None:
    meaning = understand(denied.format(asked), scene(who))
    assert meaning.kind is not Kind.INTENT or meaning.intent not in CHANGING


@pytest.mark.parametrize(
    "beside", ["{} pero no", "{} ?", "creo que {}", "no {}", "{} cuando llegue", "mi hijo dice que {}"]
)
def test_a_yes_beside_a_doubt_is_no_yes(beside: str) -> None:
    said = [(beside.format(case.text), case.context()) for case in CASES if case.expected == ("yes",)]
    assert [text for text, context in said if understand(text, context).kind is Kind.YES] == []


@pytest.mark.slow
def test_a_greeting_in_front_changes_nothing() -> None:
    said = [(case.text, case.context()) for case in CASES if case.heading.endswith("idle")]
    acting = [(text, context, understand(text, context)) for text, context in said]
    differ = [
        text
        for text, context, plain in acting
        if plain.kind is Kind.INTENT
        and plain.intent in CHANGING
        and _core(understand(f"hola buenas tardes {text}", context)) != _core(plain)
    ]
    assert differ == []


def _core(meaning: Meaning) -> tuple[Kind, str, dict[str, str]]:
    return meaning.kind, meaning.intent, meaning.answers


def test_what_was_found_by_similarity_says_so() -> None:
    meaning = understand("20 de 10 yoyce a bucovski", scene("shop idle"))
    found = {slot.key: slot for slot in meaning.slots}
    assert found["brand 1"].how is How.SIMILAR
    assert found["brand 1"].shown == "JOYCE GAS"
    assert found["seller"].how is How.SIMILAR
    assert found["seller"].shown == "CHARLES BUKOWSKY SRL - PTA CALLAO"
    assert found["quantity 1"].how is How.STATED


def test_two_sellers_of_the_same_name_are_both_offered() -> None:
    two = (("seller 1", "GAS HYDE NORTE SAC"), ("seller 2", "GAS HYDE SUR SAC"))
    context: GivenContext = replace(scene("shop idle"), sellers=two)
    meaning: Meaning = understand("20 de 10 joyce a hyde", context)
    assert "seller" not in meaning.answers
    assert [doubt.candidates for doubt in meaning.doubts if doubt.key == "seller"] == [two]


@pytest.mark.slow
def test_a_message_costs_about_a_millisecond_at_most() -> None:
    """What it costs is told by `make understand`; on a machine three times as slow only a blunder is caught."""
    assert measured(rounds=1, every=10)["median_us"] < 3000
