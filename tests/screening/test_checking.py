"""The check of a protocol finds each kind of mistake that was put into a good one, and nothing in the good one."""

from __future__ import annotations

from pathlib import Path

import pytest

from screening import seal
from screening.__main__ import main
from screening.checking import Report, check
from screening.loader import PROTOCOLS
from screening.reading_grade import grade
from tests.screening import small_protocol

BASELINE = """[V000]
description = "Ann, 40, does not smoke and takes nothing."
given.service_interest = ["talk"]
given.smokes = "no"
given.age = 40
given.med_none = "none"
given.med_unsure = "no"
given.med_check = ["none"]
outcome = "ready_to_book"
priority = "P4"
rules = []
rationale = "Nothing"
source = "book"
"""
STORIES = """[V001]
description = "Bob, 65, smokes."
given.smokes = "yes"
given.age = 65
outcome = "clinician_review"
priority = "P2"
rules = ["R001"]
clear = ["R002"]
rationale = "65 and smokes"
source = "book"

[V002]
description = "Cy, 64, takes lithium."
given.age = 64
given.med_none = "takes"
medications = [{ text = "Lithobid", status = "taking" }]
outcome = "ready_to_book"
priority = "P4"
services = { talk = "ready_to_book" }
rules = ["R002"]
clear = ["R001"]
rationale = "For information"
source = "book"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = small_protocol.write(tmp_path / "small")
    (place / "cases/baseline.toml").write_text(BASELINE)
    (place / "cases/heart.toml").write_text(STORIES)
    return place


def planted(place: Path, name: str, old: str, new: str) -> Path:
    """The folder with one thing changed in it."""
    text = (place / name).read_text()
    assert text.count(old) == 1
    (place / name).write_text(text.replace(old, new))
    return place


def told(report: Report, start: str) -> str:
    """The one line of the report that begins like this."""
    (line,) = [line for line in report.lines() if line.startswith(start)]
    return line


def answered(place: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """What the command line says of a folder: its exit code, and all its words."""
    code = main(["check", str(place)])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def test_the_published_protocol_is_clean(capsys: pytest.CaptureFixture[str]) -> None:
    code, words = answered(PROTOCOLS / "2026-11", capsys)

    assert code == 0
    assert "2026-11: 480 cases, 0 disagree." in words
    assert "Rules that no case triggers: none\n" in words
    assert "Questions that no case shows: none\n" in words
    assert "Not clinically approved." in words


def test_a_good_protocol_is_clean(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, words = answered(folder, capsys)

    assert code == 0
    assert words.startswith("small: 3 cases, 0 disagree.\nSeal: not sealed yet, a draft\n")
    assert words.endswith("Clean.\n")


def test_a_case_that_comes_out_otherwise_is_told_with_what_came_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planted(folder, "rules/heart.toml", "age >= 65", "age >= 66")

    code, words = answered(folder, capsys)

    assert code == 1
    assert words.startswith("small: 3 cases, 3 disagree.\n  V001: outcome is ready_to_book, not clinician_review\n")
    assert "  V001: R001 was not triggered\n" in words


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("given.age = 64\n", 'given.age = 65\ngiven.smokes = "yes"\n', "V002: R001 is not a clear check"),
        ('talk = "ready', 'talk = "not_suitable_now" } #', "V002: talk is ready_to_book, not not_suitable_now"),
        ('"P2"', '"P1"', "V001: priority is P2, not P1"),
    ],
    ids=["clear", "service", "priority"],
)
def test_each_thing_a_case_can_say_is_checked(folder: Path, old: str, new: str, what: str) -> None:
    report = check(planted(folder, "cases/heart.toml", old, new))

    assert what in [f"{each.case}: {each.what}" for each in report.disagreements]
    assert not report.is_clean


def test_a_rule_that_no_case_triggers_is_named(folder: Path) -> None:
    planted(folder, "cases/heart.toml", 'text = "Lithobid"', 'text = "aspirin"')
    planted(folder, "cases/heart.toml", 'rules = ["R002"]', "rules = []")

    report = check(folder)

    assert told(report, "Rules that no case triggers") == "Rules that no case triggers: R002"
    assert not report.is_clean


def test_a_rule_that_can_never_hold_is_named(folder: Path) -> None:
    planted(folder, "rules/heart.toml", "age >= 65", "age >= 65 and age < 65")
    planted(folder, "cases/heart.toml", 'rules = ["R001"]', "rules = []")
    planted(folder, "cases/heart.toml", 'outcome = "clinician_review"', 'outcome = "ready_to_book"')
    planted(folder, "cases/heart.toml", '"P2"', '"P4"')

    report = check(folder)

    assert report.disagreements == ()
    assert report.untriggered == ("R001",)
    assert not report.is_clean


def test_a_rule_that_holds_for_another_service_only_is_not_triggered(folder: Path) -> None:
    planted(folder, "protocol.toml", 'talk = "A talk"', 'talk = "A talk"\nwalk = "A walk"')
    planted(folder, "rules/heart.toml", 'services = ["talk"]', 'services = ["walk"]')
    planted(folder, "cases/heart.toml", 'rules = ["R002"]', "rules = []")

    assert check(folder).untriggered == ("R002",)


def test_a_rule_that_happens_and_that_no_case_expects_is_named(folder: Path) -> None:
    report = check(planted(folder, "cases/heart.toml", 'rules = ["R002"]', "rules = []"))

    assert (report.disagreements, report.untriggered, report.unnamed) == ((), (), ("R002",))
    assert told(report, "Rules that cases trigger") == "Rules that cases trigger, and no case names: R002"
    assert not report.is_clean


def test_a_question_that_no_case_shows_is_named(folder: Path) -> None:
    planted(folder, "cases/heart.toml", 'given.smokes = "yes"', 'given.smokes = "not_sure"')
    planted(folder, "cases/heart.toml", 'rules = ["R001"]', "rules = []")

    assert check(folder).never_shown == ("packs",)


def test_a_question_with_a_show_if_that_no_case_hides_is_named(folder: Path) -> None:
    report = check(planted(folder, "questions/1-start.toml", "smokes == 'yes'", "smokes in ('no','yes')"))

    assert told(report, "Questions that may") == "Questions that may be hidden, and that no case hides: packs"
    assert not report.is_clean


def test_a_question_that_nothing_can_show_is_named_even_where_nobody_can_tell(folder: Path) -> None:
    planted(folder, "questions/1-start.toml", "smokes == 'yes'", "smokes == 'yes' and smokes == 'no'")
    planted(folder, "cases/heart.toml", "given.age = 64\n", 'given.age = 64\nunanswered = ["smokes"]\n')

    report = check(folder)

    assert told(report, "Questions that no case shows") == "Questions that no case shows: packs"
    assert not report.is_clean


@pytest.mark.parametrize(
    ("name", "old", "what"),
    [
        ("rules/heart.toml", 'sources = ["book"]\n\n[R002]', 'line 11: [R001] There is no source "film"'),
        ("medications.toml", 'sources = ["book"]', 'line 10: [lithium] There is no source "film"'),
        ("followups.toml", 'source = "book"', 'line 9: [F01] There is no source "film"'),
        ("cases/baseline.toml", 'source = "book"', 'line 13: [V000] There is no source "film"'),
    ],
)
def test_a_missing_source_is_refused_with_its_line(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, old: str, what: str
) -> None:
    planted(folder, name, old, old.replace("book", "film"))

    code, words = answered(folder, capsys)

    assert code == 2
    assert f"{name}, {what}" in words


def test_a_rule_without_any_source_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planted(folder, "rules/heart.toml", 'sources = ["book"]\n\n[R002]', "sources = []\n\n[R002]")

    code, words = answered(folder, capsys)

    assert (code, '[R001] "sources" is empty' in words) == (2, True)


def test_rules_whose_sources_nobody_has_seen_are_told_and_do_not_make_it_unclean(folder: Path) -> None:
    assert check(folder).unverified == ()

    report = check(planted(folder, "sources.toml", "verified = true", "verified = false"))

    assert report.unverified == ("R001", "R002")
    assert report.is_clean


def test_a_source_that_nothing_cites_is_told(folder: Path) -> None:
    text = (folder / "sources.toml").read_text()
    (folder / "sources.toml").write_text(text + text.replace("[book]", "[film]"))

    assert told(check(folder), "Sources that nothing cites") == "Sources that nothing cites: film"


def test_a_text_that_is_hard_to_read_is_told_once_with_every_place_it_stands_in(folder: Path) -> None:
    hard = (
        "Notwithstanding considerable interpersonal difficulties, communicate medication discontinuation immediately."
    )
    planted(folder, "rules/heart.toml", 'patient = "A clinician reads this."', f'patient = "{hard}"')
    planted(folder, "rules/heart.toml", 'patient = "Tell us."', f'patient = "{hard}"')
    planted(folder, "questions/1-start.toml", 'wording = "Do you smoke?"', f'wording = "{hard}"')

    report = check(folder)

    assert f"  {grade(hard):.1f} question smokes, rule R001, rule R002: {hard}" in list(report.lines())
    assert report.is_clean


def test_the_words_of_a_scale_are_told_as_such(folder: Path) -> None:
    planted(folder, "questions/1-start.toml", 'wording = "Do you smoke?"', 'wording = "Irritability?"')

    assert any("(a scale's own words) question smokes: Irritability?" in line for line in check(folder).lines())


def test_reading_grades_are_those_of_the_formula() -> None:
    assert grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 * 6 / 6 - 15.59)
    assert grade("Take a medicine. Do not stop.") == pytest.approx(0.39 * 3 + 11.8 * 8 / 6 - 15.59)


def test_an_edited_sealed_protocol_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seal.seal(folder)
    planted(folder, "cases/heart.toml", "Bob, 65", "Bob, 66")

    code, words = answered(folder, capsys)

    assert (code, "cases/heart.toml: This file is not what was published" in words) == (2, True)


def test_a_protocol_without_a_baseline_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "cases/baseline.toml").unlink()

    code, words = answered(folder, capsys)

    assert (code, "There is no case V000" in words) == (2, True)


def test_a_protocol_without_any_case_is_not_clean(folder: Path) -> None:
    (folder / "cases/baseline.toml").unlink()
    (folder / "cases/heart.toml").unlink()

    report = check(folder)

    assert report.cases == 0
    assert report.untriggered == ("R001", "R002")
    assert not report.is_clean


def test_a_case_that_speaks_of_an_unknown_service_or_rule_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planted(folder, "cases/heart.toml", "{ talk =", "{ walk =")
    planted(folder, "cases/heart.toml", 'clear = ["R002"]', 'clear = ["R999"]')

    code, words = answered(folder, capsys)

    assert code == 2
    assert '"walk" is not a service' in words
    assert 'There is no rule "R999"' in words
