"""Whatever arrives on a line is refused in a sentence or goes to a person: no traceback, never clear, never slow."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.__main__ import _decided, _scored
from screening.lines import LONGEST_LINE, BadLine, decoded, read_case, read_object
from screening.loader import PROTOCOLS
from screening.protocol import Outcome
from tests.screening.intakes import PROTOCOL
from tests.screening.test_command_line import BASE

SECONDS = 2.5
"""Of the processor. The promise is one; a busy machine counts up to twice as much for the same work."""
BOOKABLE = (Outcome.INFO, Outcome.READY_TO_BOOK)
TEN_MB = 10_000_000
LONG = "k" * 500
FOREIGN = {f"column {number}": 1 for number in range(101)}
many = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def answer(line: str) -> str:
    """The outcome of a line, or the sentence that refuses it; anything else that is raised fails the test."""
    try:
        case = read_case(decoded(line.encode("utf-8", "surrogatepass")))
    except BadLine as bad:
        told = str(bad)
        assert told[0].isupper() or told[0] in '"' or told.split()[0] in ("NaN", "Infinity", "-Infinity")
        assert told[-1] in ".?"
        assert len(told) < 250
        return told
    result = _decided(PROTOCOL, case)
    json.dumps(result.as_json(), allow_nan=False)
    return result.outcome.value


def changed(**what: object) -> str:
    return json.dumps({**BASE, **what})


def answered(**answers: object) -> str:
    return changed(answers={**BASE["answers"], **answers})


def test_the_well_formed_baseline_may_be_booked() -> None:
    assert answer(json.dumps(BASE)) == "ready_to_book"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", "The line is not JSON, or nested too deeply."),
        ("null", "The line is JSON, but not an object."),
        ("[]", "The line is JSON, but not an object."),
        ('"x"', "The line is JSON, but not an object."),
        ("[" * 100_000, "The line is not JSON, or nested too deeply."),
        ('{"a":' * 100_000, "The line is not JSON, or nested too deeply."),
        ("[" * 100_000 + "]" * 100_000, "The line is not JSON, or nested too deeply."),
        ('{"id": 1' + "0" * 5_000 + "}", "The line is not JSON, or nested too deeply."),
        ('{"id": NaN}', "NaN is not a number."),
        ('{"id": -Infinity}', "-Infinity is not a number."),
        ('{"id": 1e999}', 'The "id" must be a text or a number.'),
        ('{"id": []}', 'The "id" must be a text or a number.'),
        ('{"id": true}', 'The "id" must be a text or a number.'),
        ("{}", '"on" must be a date like 2026-11-20.'),
        ('{"a": 1, "a": 1}', 'The key "a" stands twice in one object.'),
        ('{"answers": {"safe_now": "no", "safe_now": "yes"}}', 'The key "safe_now" stands twice in one object.'),
        (f'{{"b": {{"{LONG}": 1, "{LONG}": 2}}}}', f'The key "{LONG[:40]}\\u2026" stands twice in one object.'),
        (changed(answers=[]), '"answers" must be an object.'),
        (changed(answers=dict.fromkeys(map(str, range(10_001)))), '"answers" has more than 10,000 keys.'),
        (changed(**FOREIGN), "More than 100 keys stand where only id, on, answers, medications, clinic are read."),
        (
            changed(medications=[{"text": "x", **FOREIGN}]),
            "More than 100 keys stand where only text, status, last_taken are read.",
        ),
        (
            changed(clinic=FOREIGN),
            "More than 100 keys stand where only licensed_regions, telehealth_flexibility_until are read.",
        ),
        (changed(on=None), '"on" must be a date like 2026-11-20.'),
        (changed(on="2026-02-30"), '"on" must be a date like 2026-11-20.'),
        (changed(on="0000-01-01"), '"on" must be a date like 2026-11-20.'),
        (changed(on="10000-01-01"), '"on" must be a date like 2026-11-20.'),
        (changed(on=20261120), '"on" must be a date like 2026-11-20.'),
        (changed(clinic=[]), '"clinic" must be an object.'),
        (changed(clinic={"licensed_regions": "US-CA"}), '"licensed_regions" must be a list of codes like US-CA.'),
        (changed(clinic={"licensed_regions": [1]}), '"licensed_regions" must be a list of codes like US-CA.'),
        (
            changed(clinic={"telehealth_flexibility_until": "soon"}),
            '"telehealth_flexibility_until" must be a date like 2026-11-20.',
        ),
        (changed(medications={}), '"medications" must be a list of objects.'),
        (changed(medications=["lithium"]), '"medications" must be a list of objects.'),
        (changed(medications=[{}]), 'Each medication needs a "text".'),
        (changed(medications=[{"text": " "}]), 'Each medication needs a "text".'),
        (changed(medications=[{"text": 5}]), 'Each medication needs a "text".'),
        (
            changed(medications=[{"text": "x", "status": "Stopped"}]),
            'The "status" of a medication must be one of taking, as_needed, stopped, unsure.',
        ),
        (changed(medications=[{"text": "x", "last_taken": 3}]), '"last_taken" must be a date like 2026-11-20.'),
        (changed(meds=[]), 'There is no key "meds"; did you mean "medications"?'),
        (changed(Answers={}), 'There is no key "Answers"; did you mean "answers"?'),
        (changed(med=[]), 'There is no key "med"; did you mean "medications"?'),
        (changed(ANSWRES={}), 'There is no key "ANSWRES"; did you mean "answers"?'),
        (f'{{"{"a" * 40}": 1, "{"a" * 40}": 2}}', f'The key "{"a" * 40}" stands twice in one object.'),
        (f'{{"{"b" * 41}": 1, "{"b" * 41}": 2}}', f'The key "{"b" * 40}\\u2026" stands twice in one object.'),
        (
            changed(medications=[{"text": "x", "last_take": "2026-01-01"}]),
            'There is no key "last_take"; did you mean "last_taken"?',
        ),
        (
            changed(clinic={"licensed_region": []}),
            'There is no key "licensed_region"; did you mean "licensed_regions"?',
        ),
        (json.dumps(BASE) + "x" * LONGEST_LINE, "The line is longer than 10,000,000 characters."),
    ],
    ids=lambda text: text[:30],
)
def test_a_line_that_is_no_case_is_refused_in_one_sentence(line: str, why: str) -> None:
    assert answer(line) == why


@pytest.mark.parametrize("key", ["expected", "note", "description", "source", "priority", "outcome", "protocol", "age"])
def test_a_key_that_is_nothing_of_ours_is_left_alone(key: str) -> None:
    assert answer(changed(**{key: "anything"})) == "ready_to_book"


ODD: list[Any] = [
    *(1e308, -0.0, -1, 0, 10**400, 2**63, 0.5, True, False, [], {}, [[]], {"a": {"b": []}}, [None], [{}]),
    *("", " ", "\0", "\ud800", "\udfff\ud800", "\u202e", "\ufeff", "💊" * 1_000, "a\u0301" * 500, "1e308", "NaN", "-0"),
    *(
        "inf",
        "１",
        "0x1",
        "1_0",
        "yes\0",
        "YES",
        "Yes",
        "no ",
        "null",
        "0001-01-01",
        "9999-12-31",
        "2026-02-30",
        "x" * 20_001,
    ),
    *("١٢٠", "²", "1" * 31, "\r\n", "'; DROP TABLE", "<script>", "{{7*7}}", "%s", ["none", "none"], ["yes", 5]),
]


@pytest.mark.parametrize("question", sorted(BASE["answers"]))
def test_an_odd_answer_is_never_better_than_none(question: str) -> None:
    without = {key: value for key, value in BASE["answers"].items() if key != question}
    needs_it = answer(changed(answers=without)) not in BOOKABLE
    for odd in ODD:
        outcome = answer(answered(**{question: odd}))
        same = outcome in BOOKABLE and _is_read(question, odd)
        assert outcome not in BOOKABLE or same or not needs_it, (question, odd)


def _is_read(question: str, value: object) -> bool:
    """True when an odd value is a plain answer to a question after all, such as a name of 1,000 pills."""
    try:
        return PROTOCOL.questions[question].read(value) is not None
    except ValueError:
        return False


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31", "0001-12-31", "2024-02-29"])
@pytest.mark.parametrize("taken", ["0001-01-01", "9999-12-31", "2026-11-20"])
def test_the_ends_of_the_calendar_are_decided(on: str, taken: str) -> None:
    medications = [
        {"text": f"{name} stopped 9999 years ago", "status": "stopped", "last_taken": taken}
        for name in ("fluoxetine", "lithium", "ibogaine", "gabapentin", "vitamin D")
    ]
    answers = {**BASE["answers"], "med_none": "takes", "dob": taken, "bp_date": taken}
    assert answer(changed(on=on, medications=medications, answers=answers)) not in BOOKABLE


@pytest.mark.parametrize("taken", ["0001-01-01", "0026-11-01", "1899-12-31", "1980-01-01", "9999-12-31"])
def test_a_medicine_that_was_stopped_on_a_day_that_cannot_be_is_not_clear(taken: str) -> None:
    medications = [{"text": "phenelzine", "status": "stopped", "last_taken": taken}]
    answers = {**BASE["answers"], "med_none": "takes"}
    assert answer(changed(medications=medications, answers=answers)) == "clinician_review"


HOSTILE: dict[str, Callable[[], str]] = {
    "10 MB answer": lambda: answered(legal_name="a" * (TEN_MB - 10_000)),
    "10 MB of safety words": lambda: answered(reason_story="kill myself " * 800_000),
    "10 MB medicine": lambda: changed(medications=[{"text": "prozak " * 1_400_000}]),
    "10 MB of key": lambda: changed(**{"k" * (TEN_MB - 10_000): 1}),
    "10,000 medicines": lambda: changed(medications=[{"text": f"zolaft{n}x"} for n in range(10_000)]),
    "200 long medicines": lambda: changed(medications=[{"text": "prozak xanex lithum zolft " * 1_800}] * 200),
    "200 medicines of misspelt words": lambda: changed(medications=[{"text": "prozak xanex lithum zolft " * 8}] * 200),
    "many numbers": lambda: answered(phq1=[1] * 2_000_000),
    "many objects": lambda: answered(phq1=[{}] * 1_500_000),
    "many keys": lambda: answered(**{f"k{n}": 1 for n in range(200_000)}),
    "many keys that are not ours": lambda: changed(**{f"mdcton{n}": 1 for n in range(300_000)}),
    "many lists in lists": lambda: changed(x=[[[]]] * 900_000),
    "many regions": lambda: changed(clinic={"licensed_regions": ["US-CA"] * 900_000}),
    "combining marks": lambda: answered(legal_name="e" + "\u0301" * 3_000_000),
    "marks in the wrong order": lambda: answered(reason_story="a" + "\u0301\u0323" * 9_999),
    "medicine of such marks": lambda: changed(medications=[{"text": "a" + "\u0301\u0323" * 400_000}]),
    "expanding letters": lambda: changed(medications=[{"text": "\ufdfa" * 900_000}]),
    "many ids": lambda: changed(id="x" * (TEN_MB - 10_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_line_is_answered_within_a_second(name: str) -> None:
    line = HOSTILE[name]()
    assert len(line) <= 3 * LONGEST_LINE
    begun = time.process_time()
    answer(line)
    assert time.process_time() - begun < SECONDS


def test_a_line_of_many_lists_is_read_without_searching_among_them_for_cycles() -> None:
    searches: list[str] = []
    gc.callbacks.append(lambda phase, _: searches.append(phase))
    try:
        read_object(json.dumps({"x": [[[]]] * 100_000}))
    finally:
        del gc.callbacks[-1]
    assert len(searches) < 20
    assert gc.isenabled()


def test_medicines_beyond_a_long_list_go_to_a_person() -> None:
    many_listed = [{"text": "vitamin D", "status": "taking"}] * 201
    case = read_case(changed(medications=many_listed))
    assert (len(case.medications), case.medications[-1].text) == (201, "1 more medicines")
    long_texts = read_case(changed(medications=[{"text": "lithium " * 1_000}] * 3)).medications
    assert [each.text[:14] for each in long_texts] == ["lithium lithiu", "2 more medicin"]
    answers = {**BASE["answers"], "med_none": "takes"}
    assert answer(changed(medications=many_listed, answers=answers)) not in BOOKABLE


@pytest.mark.parametrize(("text", "how_many"), [("vitamin D", 200), ("vitamin D " * 600, 1)])
def test_safety_words_in_a_medicine_beyond_a_long_list_are_urgent(text: str, how_many: int) -> None:
    listed = [{"text": text}] * how_many + [{"text": "pills, I want to die"}, {"text": 5}]
    answers = {**BASE["answers"], "med_none": "takes"}
    assert answer(changed(medications=listed, answers=answers)) == "urgent"


def test_all_of_it_on_one_input_leaves_an_answer_each_and_no_trace() -> None:
    lines = [
        *(
            b"\xff\xfe{\x00}\x00",
            b"\xed\xa0\x80",
            b"\x00",
            b"[" * 100_000,
            b'{"id": 1' + b"0" * 5_000 + b"}",
            b"\x1b[31m",
        ),
        *(b'{"id": "\\ud800", "answers": {}}', b'{"id":"a","id":"b"}', b"{} {}", b'{"answers": {"a": NaN}}'),
        json.dumps(BASE).encode(),
    ]
    command = [sys.executable, "-m", "screening", "screen"]
    done = subprocess.run(
        command, input=b"\r\n".join(lines), capture_output=True, cwd=PROTOCOLS.parents[1], check=False, timeout=60
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr, len(told)) == (1, b"", len(lines))
    assert [set(each) for each in told[:-1]] == [{"id", "error"}] * (len(lines) - 1)
    assert told[-1]["outcome"] == "ready_to_book"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@many
@given(st.text() | json_values.map(json.dumps) | st.binary().map(lambda raw: raw.decode("utf-8", "replace")))
def test_no_line_at_all_breaks_the_reading(line: str) -> None:
    assert answer(line) not in BOOKABLE


@many
@given(st.dictionaries(st.sampled_from([*BASE["answers"], "med_unsure", "x"]), json_values, min_size=1, max_size=4))
def test_junk_answers_are_never_better_than_none(junk: dict[str, Any]) -> None:
    answers = {**BASE["answers"], **junk}
    without = {name: value for name, value in answers.items() if name == "x" or _is_read(name, value)}
    assert answer(answered(**junk)) not in BOOKABLE or answer(changed(answers=without)) in BOOKABLE


@many
@given(st.dictionaries(st.sampled_from(["id", "on", "medications", "clinic", "answers"]), json_values, min_size=1))
def test_junk_around_the_answers_is_only_bookable_where_nothing_depends_on_it(junk: dict[str, Any]) -> None:
    if answer(changed(**junk)) in BOOKABLE:
        assert "answers" not in junk
        assert junk.get("medications", []) == []


@many
@given(st.text(max_size=60), st.sampled_from(["taking", "as_needed", "stopped", "unsure"]))
def test_any_text_for_a_medicine_goes_to_a_person_unless_every_word_is_known(text: str, status: str) -> None:
    case = changed(medications=[{"text": text, "status": status}], answers={**BASE["answers"], "med_none": "takes"})
    if answer(case) in BOOKABLE:
        assert all(reading.match == "exact" for reading in PROTOCOL.names.read(text))


@many
@given(json_values)
def test_any_form_is_scored_or_refused(items: object) -> None:
    for instrument in PROTOCOL.instruments:
        told = _score_or_refusal(json.dumps({"instrument": instrument, "items": items}))
        assert isinstance(told, str) or told["complete"] is (told["total"] is not None)


def _score_or_refusal(line: str) -> dict[str, object] | str:
    try:
        return _scored(PROTOCOL, line)
    except BadLine as bad:
        return str(bad)
