"""A protocol folder is loaded only when it is exactly right; whatever is wrong is named with its file and line."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from screening.loader import Mistake, NotAProtocol, load, load_cases, published
from screening.second_signature import SecondSignature
from tests.screening import small_protocol
from tests.screening.small_protocol import FILES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_protocol.write(tmp_path / "small")


def refusal(place: Path, *, sealed: bool = False) -> str:
    with pytest.raises(NotAProtocol) as refused:
        load(place, sealed=sealed)
    return str(refused.value)


def test_a_folder_that_is_right_becomes_a_protocol(folder: Path) -> None:
    protocol = load(folder, sealed=False)

    assert list(protocol.questions) == [
        "service_interest", "dob", "smokes", "packs", "med_none", "med_unsure", "med_check",
    ]  # fmt: skip
    assert protocol.questions["packs"].wording == "How many packs = a day?"
    assert protocol.pages["first"].part == "start"
    assert [(rule.id, rule.category, rule.services) for rule in protocol.rules] == [
        ("R001", "heart", ("talk",)),
        ("R002", "heart", ("talk",)),
    ]
    assert protocol.medications["lithium"].severity == {"psy": 3, "ket": 0}
    assert protocol.safety_phrases == (" end it all ",)
    assert not protocol.is_approved


def test_cases_keep_what_is_given_and_what_is_left_unanswered(folder: Path) -> None:
    baseline, smoker = load_cases(folder)

    assert (baseline.id, dict(baseline.answers), baseline.priority) == ("V000", {"smokes": "no", "age": 40}, "P4")
    assert (smoker.unanswered, smoker.priority) == (("dob",), "")
    assert smoker.medications == ({"text": "Lithobid", "status": "stopped", "days_since_last_dose": 3},)


def test_a_protocol_says_for_which_rules_and_outcomes_a_second_clinician_signs(folder: Path) -> None:
    asks = '[second_signature]\nwhy = "Two read it."\ndecision = ["R001"]\noverride = ["urgent"]\n'
    (folder / "protocol.toml").write_text(FILES["protocol.toml"] + asks, encoding="utf-8")

    asked = load(folder, sealed=False).second_signature

    assert asked.why == "Two read it."
    assert [asked.is_asked(holds={each}, overrides=False) for each in ("R001", "R002", "urgent")] == [
        True,
        False,
        False,
    ]
    assert [asked.is_asked(holds={each}, overrides=True) for each in ("R001", "R002", "urgent")] == [True, False, True]


def test_a_protocol_that_says_nothing_asks_for_no_second_signature(folder: Path) -> None:
    assert not load(folder, sealed=False).second_signature.is_asked(holds={"R001", "urgent"}, overrides=True)
    assert published("2026-11").second_signature == SecondSignature()


WRONG: dict[str, list[tuple[str, str, str]]] = {
    "protocol.toml": [
        ('version = "1.0.0"', 'version = "one"', 'line 2: "version" must be three numbers'),
        ('name = "small"', 'name = "other"', 'line 1: It names itself "other", and its folder is "small"'),
        ('approved_by = ""', 'approved_by = "Dr A"', 'line 3: "approved_by" and "approved_on" belong'),
        ('approved_by = ""', 'approved_by = ""\napproved_on = "soon"', 'line 4: "approved_on" must be a date'),
        ('approved_by = ""', 'approved_by = ""\napproved_on = 2026-13-45', "line 4: This cannot be read as TOML"),
        ('["lithium"]', '["lithum"]', 'line 7: [checklist] There is no medicine "lithum"'),
        ("lithium = [", "lithum = [", 'line 7: [checklist] "med_check" has no option "lithum"'),
        ("lithium = [", "lithum = [", 'line 6: [checklist] The option "lithium" of "med_check" stands for no'),
        ('["end it all"]', "[]", 'line 9: [safety_words] "ending_life" is empty'),
        *(
            ("[safety_words]", f"[second_signature]\n{table}\n[safety_words]", sentence)
            for table, sentence in (
                ('why = "W"\ndecision = ["R001", "R01"]', 'line 10: [second_signature] "R01" is neither a rule nor an'),
                ('why = "W"\noverride = ["info"]', 'line 10: [second_signature] "info" is neither a rule nor an'),
                ('why = "W"\noverride = "urgent"', 'line 10: [second_signature] "override" must be a list of texts'),
                ('why = "W"\ndecision = []', 'line 10: [second_signature] "decision" is empty'),
                ('why = "W"\ndecision = ["R001", "R001"]', 'line 10: [second_signature] "decision" has "R001" twice'),
                ('decision = ["R001"]', 'line 8: [second_signature] "why" is missing'),
                ('why = "W"', 'line 8: [second_signature] It needs "decision" or "override"'),
                ('why = "W"\ndecision = ["R001"]\nrules = []', 'line 11: [second_signature] "rules" is not a key'),
                ('why = "W"\ndecision = ["urgent"]\noverride = ["urgent"]', 'line 11: [second_signature] "urgent" is'),
            )
        ),
        ("[services]", "second_signature = true\n[services]", "line 4: [second_signature] This must be a table"),
    ],
    "questions/1-start.toml": [
        ('title = "Start"', 'title = "Start', "line 1: This cannot be read as TOML"),
        ('title = "First"', 'titel = "First"', 'line 4: [page.first] "titel" is not a key that'),
        ('title = "First"', 'titel = "First"', 'line 3: [page.first] "title" is missing'),
        ('title = "First"', "title = 7", 'line 4: [page.first] "title" must be a text'),
        ('kind = "form"', 'kind = "quiz"', 'line 5: [page.first] "kind" is "quiz", which is none of'),
        ('"Do you smoke?"\nkind = "single"', '"Do you smoke?"', 'line 18: [question.smokes] "kind" is missing'),
        ('"smokes", "packs"]', '"smokes"]', "line 24: [question.packs] This question is on no page"),
        ('"smokes", "packs"]', '"smokes", "packs", "gone"]', 'line 6: [page.first] There is no question "gone"'),
        ('"smokes", "packs"]', '"packs", "smokes"]', 'line 31: [question.packs] "smokes" is not asked before'),
        ("smokes == 'yes'", "med_none == 'none'", 'line 31: [question.packs] "med_none" is not asked before'),
        ("smokes == 'yes'", "med_tag('salt')", 'line 31: [question.packs] A show_if cannot use "med_tag"'),
        ("smokes == 'yes'", "age >= 18", 'line 31: [question.packs] A show_if cannot use "age"'),
        ("required = false", 'required = "no"', 'line 30: [question.packs] "required" must be true'),
        ("[question.dob]", "[question.age]", "line 13: [question.age] This name means something else"),
        (
            'kind = "date"',
            'kind = "date"\noptions = { a = "A" }',
            "line 16: [question.dob] A question of kind date has no",
        ),
    ],
    "questions/2-medicines.toml": [
        ("takes =", '"ta kes" =', "line 12: [question.med_none.options] An option's code has only small letters"),
        (
            "[question.med_unsure]",
            "[question.smokes]",
            "line 13: [question.smokes] This is already in questions/1-start",
        ),
        ("[question.med_unsure]", "[question.unsure]", 'There is no question "med_unsure", and every decision'),
        ("[page.medicines]", "[page.first]", "line 3: [page.first] This is already in questions/1-start"),
        (
            '"med_none", "med_unsure"',
            '"med_none", "dob", "med_unsure"',
            'line 6: [page.medicines] "dob" is on page "first" already',
        ),
    ],
    "rules/heart.toml": [
        ("smokes ==", "smoks ==", 'line 4: [R001] "smoks" is neither a question nor a derived value'),
        ("== 'yes'", "== 'often'", 'line 4: [R001] "smokes" has no option "often"'),
        ("age >= 65", "bmi >= 40", 'line 4: [R001] "bmi" is worked out from "height_cm", and there is no'),
        ("age >= 65", "smokes >= 65", 'line 4: [R001] "smokes" is not a number'),
        ("age >= 65", "smokes", 'line 4: [R001] "smokes" is not yes or no by itself'),
        ("age >= 65", "frobnicate()", 'line 4: [R001] "when" is no condition'),
        ("age >= 65", "has(smokes, 'yes')", 'line 4: [R001] "smokes" is not a question with a list of ticks'),
        ("age >= 65", "wants('pills')", 'line 4: [R001] "pills" is no service'),
        ("age >= 65", "unk('smoks')", 'line 4: [R001] "smoks" is not a question'),
        ("age >= 65", "med_sev('lsd') >= 2", 'line 4: [R001] "lsd" is no kind of severity'),
        ("med_tag('salt')", "med_tag('SALT')", 'line 15: [R002] "SALT" is no tag of any medicine'),
        ("positive('lithium')", "positive('lithum')", 'line 15: [R002] "lithum" is no line of the checklist'),
        ('services = "all"', 'services = ["walk"]', 'line 5: [R001] "walk" is not a service'),
        ('"clinician_review"', '"clear"', 'line 6: [R001] "outcome" is "clear", which is none of'),
        ('"P2"', '"P9"', 'line 7: [R001] "priority" is "P9", which is none of'),
        ('"low"', '"mild"', 'line 8: [R001] "severity" is "mild", which is none of'),
        ('patient = "Tell us."', 'patient = " "', 'line 21: [R002] "patient" is empty'),
        ('sources = ["book"]\n\n', "sources = []\n\n", 'line 11: [R001] "sources" is empty'),
        ('sources = ["book"]\n\n', 'sources = ["blog"]\n\n', 'line 11: [R001] There is no source "blog"'),
        ("[R002]", "[R001]", "line 13: This cannot be read as TOML: Cannot declare"),
        ("[R002]", "[second]", "line 13: [second] A rule is named R and three digits"),
    ],
    "medications.toml": [
        ("washout_days = 5", "washout_days = " + "9" * 5_000, "This cannot be read as TOML: Exceeds the limit"),
        ("36.5]", "9" * 400 + "]", 'line 5: [lithium] "half_life_hours" must be two numbers'),
        ("[18, 36.5]", "[40, 36.5]", 'line 5: [lithium] "half_life_hours" must be two numbers'),
        ("washout_days = 5", "washout_days = 5.5", 'line 6: [lithium] "washout_days" must be a whole number'),
        ('"contraindicated"', '"forbidden"', 'line 7: [lithium] "psychedelics" is "forbidden", which is none'),
        ("[lithium]", "lithium = 3\n[lead]", "line 1: [lithium] This must be a table"),
    ],
    "known_names.csv": [
        ("mixture;", "aspirin;", 'line 3: "aspirin" is there twice'),
        ("aspirin|caffeine", "aspirin|", "line 3: A line has a name, a semicolon and its ingredients"),
        ("name;ingredients\n", "", 'line 1: The first line must be "name;ingredients"'),
    ],
    "instruments.toml": [
        ('["smokes"]', '["smoks"]', 'line 3: [smoke2] The item "smoks" is not a question'),
        ("high = 1 }", "high = 0 }", 'line 6: [smoke2] "bands" must go from 0 to 2 without a gap'),
        ('total = "1-1"', 'sum = "1-1"', 'line 9: [smoke2.codes] "sum" is not a key that belongs here'),
    ],
    "followups.toml": [
        ("[F01]", "[follow]", "line 1: [follow] A follow-up is named F and two digits"),
        ('source = "book"', 'source = "blog"', 'line 9: [F01] There is no source "blog"'),
    ],
    "sources.toml": [
        ("verified = true", 'verified = "yes"', 'line 5: [book] "verified" must be true or false'),
    ],
    "cases/baseline.toml": [
        ("[V000]", "[V009]", "line 1: This file holds the case V000 and no other"),
    ],
    "cases/heart.toml": [
        ("given.smokes", "given.smoks", 'line 3: [V001.given] There is no question "smoks"'),
        ('"yes"', '"often"', 'line 3: [V001.given] The answer to "smokes" is not one of the choices'),
        ('["dob"]', '["doob"]', 'line 4: [V001] There is no question "doob"'),
        ('"stopped"', '"ended"', '"status" is "ended", which is none of'),
        ('["R001"]', '["R009"]', 'line 7: [V001] There is no rule "R009"'),
        ("[V001]", "[V000]", "line 1: [V000] This case is already in cases/baseline.toml"),
    ],
}  # fmt: skip


EVERY_MISTAKE = [pytest.param(name, *each, id=f"{name}-{each[2]}") for name, many in WRONG.items() for each in many]


@pytest.mark.parametrize(("name", "old", "new", "sentence"), EVERY_MISTAKE)
def test_a_mistake_is_named_with_its_file_and_line(folder: Path, name: str, old: str, new: str, sentence: str) -> None:
    assert old in FILES[name]
    (folder / name).write_text(FILES[name].replace(old, new, 1), encoding="utf-8")

    said = refusal(folder).splitlines()

    assert any(line.startswith(name) and sentence in line for line in said), said


def test_every_mistake_is_named_and_not_only_the_first(folder: Path) -> None:
    text = FILES["rules/heart.toml"].replace('"P2"', '"P9"').replace('"info"', '"nothing"').replace("smokes", "smoks")
    (folder / "rules/heart.toml").write_text(text)

    assert len(refusal(folder).splitlines()) == 4


def test_a_rule_that_cannot_be_read_is_not_missing_in_the_cases_that_name_it(folder: Path) -> None:
    (folder / "rules/heart.toml").write_text(FILES["rules/heart.toml"].replace("smokes == 'yes'", "smokes ==", 1))

    (said,) = refusal(folder).splitlines()
    assert said.startswith("rules/heart.toml, line 4: [R001]")


def _link_out(folder: Path) -> None:
    (folder / "rules/heart.toml").unlink()
    (folder / "rules/heart.toml").symlink_to(folder.parent / "elsewhere.toml")


def _linked_folder(folder: Path) -> None:
    (folder / "extra").symlink_to("/")


def _huge(folder: Path) -> None:
    with (folder / "sources.toml").open("r+b") as file:
        file.truncate(50_000_000)


def _not_utf8(folder: Path) -> None:
    (folder / "rules/heart.toml").write_bytes(FILES["rules/heart.toml"].encode().replace(b"Smokes.", b"Smok\xe9s."))


def _pipe(folder: Path) -> None:
    (folder / "sources.toml").unlink()
    os.mkfifo(folder / "sources.toml")


def _nested(folder: Path) -> None:
    (folder / "rules/heart.toml").write_text("a = " + "[" * 5_000)


FOLDERS: list[tuple[Callable[[Path], object], str]] = [
    (_link_out, "rules/heart.toml: This is a link or no plain file"),
    (_linked_folder, "extra: This is a link or no plain file"),
    (_pipe, "sources.toml: This is a link or no plain file"),
    (_huge, "sources.toml: This file has 50,000,000 bytes"),
    (_not_utf8, "rules/heart.toml, line 9: This line is not UTF-8 text"),
    (_nested, "rules/heart.toml, line 1: This cannot be read as TOML: it is nested too deeply"),
    (lambda folder: (folder / "notes.txt").write_text("x"), "notes.txt: This is not a file that a protocol has"),
    (lambda folder: (folder / "rules/a.json").write_text("{}"), "rules/a.json: This is not a file that a protocol has"),
    (lambda folder: (folder / "sources.toml").unlink(), "sources.toml: This is missing"),
    (lambda folder: (folder / "rules/heart.toml").unlink(), "rules/: This is missing"),
    (lambda folder: folder.rename(folder.parent / "gone"), "small: There is no such protocol folder"),
]


@pytest.mark.parametrize(("spoil", "sentence"), FOLDERS, ids=[sentence for _, sentence in FOLDERS])
def test_only_plain_files_of_a_protocol_are_read(folder: Path, spoil: Callable[[Path], object], sentence: str) -> None:
    spoil(folder)

    assert sentence in refusal(folder)


@pytest.mark.parametrize("name", ["", "..", "/etc", "../2026-11", "a\\b", "1999-01"])
def test_only_a_folder_among_the_protocols_can_be_published(name: str) -> None:
    with pytest.raises(NotAProtocol):
        published(name)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted(FILES)), data=st.data())
def test_whatever_is_typed_into_a_file_it_loads_or_is_refused_in_words(
    folder: Path, name: str, data: st.DataObject
) -> None:
    original = FILES[name].encode()
    start = data.draw(st.integers(0, len(original)))
    end = data.draw(st.integers(start, min(len(original), start + 40)))
    (folder / name).write_bytes(original[:start] + data.draw(st.binary(max_size=12)) + original[end:])

    mistakes: tuple[Mistake, ...] = ()
    try:
        load(folder, sealed=False)
    except NotAProtocol as refused:
        mistakes = refused.mistakes
    finally:
        (folder / name).write_bytes(original)

    assert all(mistake.file and mistake.sentence.endswith(".") for mistake in mistakes)
