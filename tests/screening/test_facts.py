"""What is worked out from answers, on either side of every limit. Source: clinical.md section 5.2, "Derived values"."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from screening.condition_nodes import CANNOT_TELL
from screening.engine import screen
from screening.facts import Clinic, Facts
from screening.medicine_facts import Listed
from tests.screening.intakes import BASELINE, CLINIC, ON, PROTOCOL, facts_with


def value(name: str, clinic: Clinic = CLINIC, listed: tuple[Listed, ...] = (), **changes: Any) -> object:
    """One named value of such facts."""
    asked = facts_with(clinic, listed, **changes)
    return asked.values[name]


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("2008-11-20", 18),
        ("2008-11-21", 17),
        ("2008-10-25", 18),
        ("2008-12-05", 17),
        ("2026-11-20", 0),
        ("2026-11-21", CANNOT_TELL),
        ("1906-11-21", 119),
        ("1906-11-20", CANNOT_TELL),
        (None, CANNOT_TELL),
        ("yesterday", CANNOT_TELL),
    ],
)
def test_age_counts_birthdays_and_nobody_is_born_tomorrow_or_lives_for_ever(born: str | None, age: object) -> None:
    assert value("age", dob=born) == age


def test_totals_are_sums_and_a_gap_is_no_zero() -> None:
    assert (value("phq_total"), value("gad_total"), value("auditc_total")) == (11, 5, 1)
    assert value("phq_total", phq3=None) is CANNOT_TELL
    assert value("phq_total", phq1=None) is CANNOT_TELL
    assert value("gad_total", gad7="prefer_not") is CANNOT_TELL
    assert value("auditc_total", auditc3=None) is CANNOT_TELL
    assert value("auditc_total", auditc1=None) is CANNOT_TELL
    assert value("auditc_total", auditc1="0", auditc2=None, auditc3=None) == 0
    assert value("phq_total_raw", phq3=None) == 10


def test_how_hard_problems_make_life_is_asked_when_there_is_any_problem() -> None:
    nothing = {f"phq{number}": 0 for number in range(1, 10)}
    assert "phq_difficulty" not in facts_with(**nothing).shown
    assert "phq_difficulty" in facts_with(**{**nothing, "phq9": 1}).shown
    assert "phq_difficulty" in facts_with(**{**nothing, "phq1": 1}).shown


def test_a_sum_that_decided_whether_to_ask_is_worked_out_again_when_all_is_asked() -> None:
    first = {"phq_difficulty": PROTOCOL.questions["phq_difficulty"], **PROTOCOL.questions}
    asked = Facts(replace(PROTOCOL, questions=first), BASELINE.given, ON)
    assert "phq_difficulty" not in asked.shown
    assert asked.values["phq_total_raw"] == 11


@pytest.mark.parametrize(("answer", "is_positive"), [(0, False), (1, True), (2, True), (3, True), (None, CANNOT_TELL)])
def test_item_nine_is_positive_above_zero(answer: int | None, is_positive: object) -> None:
    assert value("phq9_pos", phq9=answer) is is_positive


@pytest.mark.parametrize(("sex", "cut"), [("male", 4), ("female", 3), (None, 3)])
def test_the_cut_for_alcohol_is_the_stricter_one_but_for_men(sex: str | None, cut: int) -> None:
    assert value("auditc_cut", sex_birth=sex) == cut


def test_the_trauma_scale_counts_yes_and_is_nothing_when_it_was_not_asked() -> None:
    items = {f"pcptsd{number}": "no" for number in range(1, 6)}
    happened = facts_with(pcptsd_event="yes", **{**items, "pcptsd1": "yes", "pcptsd5": "yes"})
    assert happened.values["pcptsd_total"] == 2
    assert value("pcptsd_total", pcptsd_event="yes", **{**items, "pcptsd5": None}) is CANNOT_TELL
    assert value("pcptsd_total", pcptsd_event="yes", **{**items, "pcptsd1": None}) is CANNOT_TELL
    hidden = facts_with(pcptsd_event="no")
    assert hidden.values["pcptsd_total"] is None
    assert "pcptsd_total" in hidden.blank


@pytest.mark.parametrize(
    ("changes", "is_known"),
    [
        ({}, True),
        ({"bp_recent": "no"}, False),
        ({"bp_recent": None}, False),
        ({"bp_sys": None}, False),
        ({"bp_dia": None}, False),
        ({"bp_date": None}, False),
        ({"bp_date": "2026-11-20"}, True),
        ({"bp_date": "2026-10-21"}, True),
        ({"bp_date": "2026-10-20"}, False),
        ({"bp_date": "2026-11-21"}, False),
    ],
)
def test_blood_pressure_is_known_when_it_was_taken_in_the_last_thirty_days(
    changes: dict[str, Any], is_known: bool
) -> None:
    assert value("bp_known", **changes) is is_known


@pytest.mark.parametrize(
    ("systolic", "diastolic", "is_ok"),
    [
        (70, 40, True),
        (69, 40, False),
        (70, 39, False),
        (260, 160, True),
        (261, 160, False),
        (260, 161, False),
        (101, 100, True),
        (100, 100, False),
        (80, 90, False),
    ],
)
def test_blood_pressure_that_nobody_can_have_is_not_ok_and_says_nothing(
    systolic: int, diastolic: int, is_ok: bool
) -> None:
    asked = facts_with(bp_sys=systolic, bp_dia=diastolic)
    assert asked.values["bp_ok"] is is_ok
    assert ("bp_ok" in asked.blank) is not is_ok


def test_blood_pressure_that_is_not_known_cannot_be_told_to_be_ok() -> None:
    asked = facts_with(bp_recent="no")
    assert asked.values["bp_ok"] is CANNOT_TELL
    assert (asked.values["bp_s"], asked.values["bp_d"]) == (0, 0)
    assert not {"bp_ok", "bp_known"} & asked.blank


@pytest.mark.parametrize(
    ("born", "systolic", "diastolic", "is_elevated"),
    [
        ("1961-11-21", 139, 89, False),
        ("1961-11-21", 140, 89, True),
        ("1961-11-20", 149, 89, False),
        ("1961-11-20", 150, 89, True),
        ("1961-11-20", 120, 90, True),
        (None, 139, 89, False),
        (None, 140, 89, True),
    ],
)
def test_blood_pressure_is_elevated_for_the_age(
    born: str | None, systolic: int, diastolic: int, is_elevated: bool
) -> None:
    asked = facts_with(dob=born, bp_sys=systolic, bp_dia=diastolic)
    assert asked.values["bp_elev_age"] is is_elevated
    assert (asked.values["bp_s"], asked.values["bp_d"]) == (systolic, diastolic)


@pytest.mark.parametrize(
    ("height", "weight", "bmi"),
    [
        (200, 80, 20.0),
        ("200", "80", 20.0),
        (1, 1, 10_000.0),
        (None, None, None),
        (170, None, None),
        (None, 70, None),
        (0, 70, CANNOT_TELL),
        (170, 0, CANNOT_TELL),
        ("tall", 70, CANNOT_TELL),
        ("tall", None, CANNOT_TELL),
        (None, "heavy", CANNOT_TELL),
    ],
)
def test_body_mass_index_needs_both_numbers(height: object, weight: object, bmi: object) -> None:
    assert value("bmi", height_cm=height, weight_kg=weight) == bmi


def test_the_pulse_is_what_was_answered() -> None:
    assert value("hr", hr_rest=70) == 70
    assert value("hr") is None


@pytest.mark.parametrize(
    ("country", "region", "told"),
    [
        ("US", "CA", "yes"),
        ("US", "ca", "yes"),
        ("us", "CA", "unknown"),
        ("US", "US-CA", "yes"),
        ("US", "NY", "no"),
        ("US", "CALI", "unknown"),
        ("US", "C", "unknown"),
        ("US", None, "unknown"),
        ("CA", "QC", "no"),
        ("AU", "NSW", "yes"),
        ("MX", "somewhere", "unknown"),
        ("DE", None, "yes"),
        ("de", None, "yes"),
        ("FR", None, "no"),
        ("USA", "CA", "unknown"),
        (None, "CA", "unknown"),
    ],
)
def test_where_the_clinic_is_licensed_goes_by_country_and_region(
    country: str | None, region: str | None, told: str
) -> None:
    clinic = Clinic(frozenset({"US-CA", "AU-NSW", "DE"}))
    assert value("licensed_region", clinic, country=country, region=region) == told


def test_a_clinic_that_did_not_say_where_it_is_licensed_or_until_when_is_not_known() -> None:
    asked = facts_with(Clinic())
    assert (asked.values["licensed_region"], asked.values["telemed_flex_active"]) == ("unknown", CANNOT_TELL)
    days = [ON - timedelta(days=1), ON, ON + timedelta(days=1)]
    assert [value("telemed_flex_active", Clinic(None, day)) for day in days] == [False, True, True]
    assert Facts(PROTOCOL, {}, ON).clinic == Clinic(None, None)


def test_what_the_clinic_said_is_asked_in_the_decision() -> None:
    told = [screen(PROTOCOL, BASELINE.given, on=ON, clinic=clinic) for clinic in (CLINIC, Clinic(), None)]
    assert [each.outcome for each in told] == ["ready_to_book", *["clinician_review"] * 2]
    assert told[1].as_json() == told[2].as_json()


@pytest.mark.parametrize("consent", ["consent_privacy", "consent_not_medical", "consent_truth", "consent_esign"])
def test_each_of_four_consents_is_needed(consent: str) -> None:
    assert value("consent_missing") is False
    assert value("consent_missing", **{consent: None}) is True
    assert value("consent_missing", **{consent: "no"}) is True


@pytest.mark.parametrize(
    ("changes", "listed", "is_flagged"),
    [
        ({}, (), False),
        ({"reason_story": "some days I want to die"}, (), True),
        ({"reason_story": "my back hurts"}, (), False),
        ({"reason_story": "I could die of laughter"}, (), False),
        ({"reason_story": "I want to sleep again"}, (), False),
        ({"preferred_name": "kms lol"}, (), True),
        ({"reason_story": "x " * 10_001 + "I want to die"}, (), True),
        ({"no_such_question": "I want to die"}, (), True),
        ({"country": "I want to die"}, (), True),
        ({"phone": "call me, I want to die"}, (), True),
        ({"email": "i.want.to.die@example.org"}, (), True),
        ({"reason_story": ["some days", "I want to die"]}, (), True),
        ({"reason_story": {"morning": "fine", "night": "I want to die"}}, (), True),
        ({"reason_story": [{"night": ["I want\nto die"]}]}, (), True),
        *(({"reason_story": [f"I want{mark}to die"]}, (), True) for mark in ("\r\n", "\t", "\x0b", "\f", "\u2028")),
        ({"reason_story": [ON, "I want to die"]}, (), True),
        ({"reason_story": ["I want to d\u200bie"]}, (), True),
        ({"reason_story": 5}, (), False),
        ({"has_prescriber": "the one I want", "reason_story": "to die of laughter"}, (), False),
        ({"med_none": "takes"}, (Listed("pills I want", beside="to die for"),), False),
        ({"legal_name": "x" * 300_000, "reason_story": "I want to die" + " x" * 150_000}, (), True),
        ({"legal_name": "x" * 20_000, "hr_rest": "I want to die", "reason_story": "x" * 900_000}, (), True),
        ({"hr_rest": "I want to die"}, (), True),
        ({"safe_now": "yes, but I want to die"}, (), True),
        ({"bp_recent": "no", "bp_setting": "I want to die"}, (), False),
        ({"med_none": "takes"}, (Listed("pills, I want to die"),), True),
        ({"med_none": "takes"}, (Listed("ibuprofen", beside="to end my life"),), True),
        ({"med_none": "takes"}, (Listed("ibuprofen", beside="for my back"),), False),
        ({"freetext_flag": "yes"}, (), True),
        ({"freetext_flag": "TRUE"}, (), True),
        ({"freetext_flag": True}, (), True),
        ({"freetext_flag": 1}, (), True),
        ({"freetext_flag": " Yes. "}, (), True),
        ({"freetext_flag": ["yes"]}, (), True),
        ({"freetext_flag": "not_sure"}, (), True),
        ({"freetext_flag": "no"}, (), False),
        ({"freetext_flag": " No "}, (), False),
        ({"freetext_flag": False}, (), False),
        ({"freetext_flag": "false"}, (), False),
        ({"reason_story": "I want to die", "hr_rest": "fast"}, (), True),
        ({"freetext_flag": ""}, (), False),
    ],
)
def test_safety_words_are_found_in_whatever_was_written_freely(
    changes: dict[str, Any], listed: tuple[Listed, ...], is_flagged: bool
) -> None:
    assert value("freetext_flag", CLINIC, listed, **changes) is is_flagged


def test_medicines_told_as_an_answer_are_not_read_and_a_person_looks() -> None:
    told = facts_with(med_none="takes", med_list="lithium", listed=(Listed("vitamin D", "taking"),))
    hidden = facts_with(med_none="none", med_list="lithium")

    assert told.problems == {"med_list": "The answer must be told in the list of medicines."}
    assert told.call("required_missing", ()) is None
    assert (hidden.problems, hidden.call("required_missing", ())) == ({}, False)


def test_a_required_answer_that_nobody_can_see_is_missing() -> None:
    assert facts_with(phone="\u200b").lacking == ["phone"]


def test_what_the_engine_itself_fills_in_begins_as_no() -> None:
    assert (value("needs_coordination"), value("engine_error")) == (False, False)


@pytest.mark.parametrize("told", ["yes", "no", 0, False, ["none"], {"a": 1}, 10**400])
@pytest.mark.parametrize("name", ["psychosis_evr", "PSYCHOSIS_EVER", " psychosis_ever", ""])
def test_what_is_told_under_a_name_of_no_question_is_looked_at_by_a_person(name: str, told: object) -> None:
    result = screen(PROTOCOL, {**BASELINE.given, name: told}, on=ON, clinic=CLINIC)

    assert {outcome.name for outcome in result.services.values()} == {"CLINICIAN_REVIEW"}
    assert [each.rule.id for each in result.undecided] == ["R270"]
    assert f"{name}: There is no such question." in result.undecided[0].reasons


def test_what_cannot_be_read_and_what_no_question_asks_are_both_kept() -> None:
    found = facts_with(hr_rest="fast", zzz="yes", **{"5": "yes"})
    mixed = Facts(PROTOCOL, {**BASELINE.given, 5: "yes", "a": "yes"}, ON, CLINIC)  # type: ignore[dict-item]

    assert list(found.problems) == ["hr_rest", "5", "zzz"]
    assert list(mixed.problems) == ["5", "a"]


@pytest.mark.parametrize("nothing", [None, "", [], ()])
def test_nothing_told_under_a_name_of_no_question_says_nothing(nothing: object) -> None:
    result = screen(PROTOCOL, {**BASELINE.given, "psychosis_evr": nothing}, on=ON, clinic=CLINIC)

    assert (result.outcome.name, dict(result.problems)) == ("READY_TO_BOOK", {})
