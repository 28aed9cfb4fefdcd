"""Why a rule holds or cannot be decided: questions as worded, answers as given, medicines as matched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from screening.conditions import parse
from screening.explain import because, questions_behind, reasons_for_doubt
from screening.facts import Clinic, Facts
from screening.medicine_facts import Listed
from screening.protocol import Outcome, Rule
from tests.screening.intakes import CLINIC, ON, PROTOCOL, facts_with

Reasons = list[tuple[str, str, str]]


def rule(when: str) -> Rule:
    return Rule("X", "1", "c", parse(when), ("talk",), Outcome.INFO, "P4", "low", "C", "P", ())


def facts(listed: tuple[Listed, ...] = (), clinic: Clinic = CLINIC, **changes: Any) -> Facts:
    return facts_with(clinic, listed, **changes)


def why(when: str, asked: Facts) -> Reasons:
    return [tuple(each) for each in because(rule(when), asked)]  # type: ignore[misc]


def doubts(when: str, asked: Facts) -> tuple[str, ...]:
    return reasons_for_doubt(rule(when), asked)


def worded(name: str, answer: str) -> tuple[str, str, str]:
    return (name, PROTOCOL.questions[name].wording, answer)


def test_a_total_comes_first_then_its_questions_in_order() -> None:
    found = why("phq_total >= 5 and age > 18", facts())
    assert found[:2] == [("phq_total", "PHQ-9 total", "11"), ("age", "Age", "35")]
    assert [about for about, _, _ in found[2:]] == [*(f"phq{number}" for number in range(1, 10)), "dob"]
    assert found[-1] == worded("dob", "1991-01-01")


def test_a_value_that_is_not_known_is_no_reason_and_one_with_decimals_is_rounded() -> None:
    assert why("bmi > 20", facts(height_cm=170, weight_kg=70))[0] == ("bmi", "Body mass index", "24.2")
    assert [about for about, _, _ in why("bmi > 20 or age > 18", facts(dob=None))] == ["height_cm", "weight_kg", "dob"]


def test_each_question_is_named_once_and_a_hidden_one_never() -> None:
    found = why("bp_known and bp_ok and bp_sys > 100 and liver == 'no'", facts())
    assert [about for about, _, _ in found] == ["bp_recent", "bp_sys", "bp_dia", "bp_date", "liver"]
    hidden = why("bp_known and bp_ok and liver == 'no'", facts(bp_recent="no"))
    assert hidden == [worded("bp_recent", "No"), worded("liver", "No")]


def test_where_the_clinic_is_licensed_is_told() -> None:
    found = why("licensed_region == 'no'", facts(region="NY"))
    assert found[-3:] == [
        worded("country", "US"),
        worded("region", "NY"),
        ("licensed_region", "The clinic is licensed there", "no"),
    ]


def test_free_texts_that_were_written_are_behind_their_flag() -> None:
    found = why("freetext_flag", facts(reason_story="I want to die", preferred_name=None))
    assert worded("reason_story", "I want to die") in found
    assert [about for about, _, _ in found] == ["reason_story"]


def test_safety_words_that_are_no_answer_to_a_question_are_told_with_it() -> None:
    assert why("freetext_flag", facts(hr_rest="I want to die")) == [worded("hr_rest", "I want to die")]
    assert why("unk('hr_rest')", facts(hr_rest="fast\ud800" + "!" * 400)) == [worded("hr_rest", "fast" + "!" * 295)]


def test_safety_words_are_told_where_they_stand() -> None:
    listed = (Listed("ibuprofen", "taking", beside="to end my life"), Listed("vitamin D", "taking"))
    found = why("freetext_flag", facts(listed, notes="I want to die", other="hello", freetext_flag="yes"))

    assert found == [
        ("freetext_flag", "Written in the list of medicines", "to end my life"),
        ("notes", "Told under a name that no question has", "I want to die"),
        ("freetext_flag", "Safety words in something that is no answer, such as the signature", "Found"),
    ]


def test_what_is_required_and_missing_is_named_but_what_has_a_rule_of_its_own() -> None:
    assert why("required_missing()", facts(seizure=None, dob=None)) == [worded("seizure", "Not answered")]


def test_functions_about_one_question_name_it() -> None:
    services = PROTOCOL.questions["service_interest"]
    assert why("wants('ket_iv_im')", facts()) == [worded("service_interest", services.label("ket_iv_im"))]
    assert [q for q in questions_behind(rule("med_check_positive('maoi')"), facts())] == ["med_check"]
    assert [q for q in questions_behind(rule("med_tag('SRI')"), facts())] == []


def test_a_doubtful_list_of_medicines_is_behind_every_check_of_medicines() -> None:
    asked = facts(med_unsure="yes")
    assert list(questions_behind(rule("med_tag('SRI')"), asked)) == ["med_none", "med_unsure", "med_check"]


def test_a_list_that_is_empty_or_unsure_says_why_its_checks_are_open() -> None:
    unsure = f"Yes: {PROTOCOL.questions['med_unsure'].wording}"
    empty = "Takes medicines, and the list is empty."
    listed = (Listed("vitamin D", "taking"),)

    assert doubts("med_tag('SRI')", facts(med_none="takes")) == (empty,)
    assert doubts("med_tag('SRI')", facts(listed, med_none="takes", med_unsure="yes")) == (unsure,)
    assert doubts("med_tag('SRI')", facts(med_none="takes", med_unsure="yes")) == (empty, unsure)


def test_medicines_are_told_as_typed_with_how_they_were_matched_and_whether_they_count() -> None:
    listed = (
        Listed("Zoloft 50mg", "taking"),
        Listed("Prozac", "stopped", ON - timedelta(days=60)),
        Listed("lithium", "stopped", ON - timedelta(days=900)),
        Listed("Xanax", "as_needed"),
        Listed("Zoloft", "stopped", ON - timedelta(days=900)),
    )
    zoloft = ("med_list", "Zoloft 50mg", "sertraline (brand name), taking, in force")
    prozac = ("med_list", "Prozac", "fluoxetine (brand name), stopped, still inside the tail")
    asked = facts(listed, med_none="takes")

    assert why("med_tag('SRI')", asked) == [zoloft]
    assert why("med_ntag('SRI') >= 1", asked) == [zoloft]
    assert why("med_tag_other('SRI', 'long_half_life')", asked) == [zoloft]
    assert why("med_sev('psy') == 2", asked) == [zoloft]
    assert why("med_sev('psy') >= 1 and not med_tag('lithium')", asked)[:2] == [zoloft, prozac]
    assert why("med_tag('benzodiazepine')", asked) == [
        ("med_list", "Xanax", "alprazolam (brand name), as needed, in force")
    ]


def test_only_what_is_prescribed_or_what_is_not_is_behind_a_check_of_it() -> None:
    asked = facts((Listed("sertraline", "unsure"), Listed("5-HTP", "taking")), med_none="takes")

    assert [typed for _, typed, _ in why("med_sev_rx('psy') >= 1", asked)] == ["sertraline"]
    assert [typed for _, typed, _ in why("med_sev_otc('psy') >= 1", asked)] == ["5-HTP"]
    assert why("med_sev_rx('psy') >= 1", asked)[0][2] == "sertraline (ingredient), not sure if still taken, in force"


def test_a_medicine_is_behind_a_check_that_asks_whether_there_are_not_too_many() -> None:
    asked = facts((Listed("sertraline", "taking"), Listed("lithium", "taking")), med_none="takes")

    assert [typed for _, typed, _ in why("not med_ntag('SRI') > 1", asked)][-1:] == ["sertraline"]


def test_a_product_that_is_assessed_in_part_says_so() -> None:
    asked = facts((Listed("accuretic", "taking"),), med_none="takes")
    told = "hydrochlorothiazide (one ingredient of a product that is not assessed as a whole), taking, in force"

    assert why("med_tag('antihypertensive')", asked)[-1] == ("med_list", "accuretic", told)


def test_a_ticked_line_is_told_with_what_it_counts_as() -> None:
    asked = facts(med_check=["lithium", "kratom"])
    assert why("med_tag('lithium')", asked) == [worded("med_check", "ticked, counts as lithium")]
    assert why("med_check_positive('kratom')", asked)[1:] == [
        worded("med_check", "ticked, counts as lithium"),
        worded("med_check", "ticked, counts as kratom"),
    ]


def test_what_was_not_recognised_is_told_where_a_rule_asks_for_it() -> None:
    asked = facts(
        tuple(Listed(text, "taking") for text in ("zolft", "zzqx", "amoxicillin", "Bactrim")), med_none="takes"
    )
    found = why("med_unrecognized()", asked)
    assert found[-4:] == [
        ("med_list", "zolft", "not recognised; near: Zoloft"),
        ("med_list", "zzqx", "not recognised"),
        ("med_list", "amoxicillin", "a medicine this protocol does not assess (amoxicillin)"),
        ("med_list", "Bactrim", "a medicine this protocol does not assess (sulfamethoxazole, trimethoprim)"),
    ]
    assert "med_list" not in [about for about, _, _ in why("med_tag('SRI')", asked)]


@pytest.mark.parametrize(
    ("when", "changes", "reasons"),
    [
        ("bp_sys > 5 or liver == 'yes'", {"bp_recent": "no", "liver": None}, ["Not answered: {liver}"]),
        ("hr_rest > 5 or liver == 'yes'", {"liver": None}, ["Not answered: {liver}"]),
        ("hr_rest > 5 or hr > 7", {"hr_rest": "fast"}, ["The answer is not a number: {hr_rest}"]),
        (
            "required_missing()",
            {"hr_rest": "fast", "notes": "x"},
            [
                "The answer is not a number: {hr_rest}",
                "notes: There is no such question.",
            ],
        ),
        ("bp_ok and bp_s > 5", {"bp_recent": "no"}, ["No blood pressure of the last 30 days is known."]),
        ("age < 18", {"dob": "2030-01-01"}, ["The date of birth gives no age."]),
        ("age < 18", {"dob": None}, ["Not answered: {dob}"]),
        ("seizure == 'yes'", {"seizure": "not_sure"}, ["Not sure: {seizure}"]),
        ("bp_known", {}, ["Something this check needs is not known."]),
        ("bmi > 20", {"height_cm": 0, "weight_kg": 70}, ["Height and weight give no body mass index."]),
    ],
)
def test_why_a_rule_cannot_be_decided(when: str, changes: dict[str, Any], reasons: list[str]) -> None:
    wordings = {name: question.wording for name, question in PROTOCOL.questions.items()}
    assert doubts(when, facts(**changes)) == tuple(each.format(**wordings) for each in reasons)


def test_a_clinic_that_did_not_say_is_a_reason() -> None:
    told = "The clinic has not said until when the telehealth flexibility is in force."
    assert doubts("not telemed_flex_active", facts((), Clinic())) == (told,)
    assert doubts("licensed_region == 'no'", facts((), Clinic())) == ("The clinic has not said where it is licensed.",)


def test_medicines_that_were_not_matched_and_ticks_that_may_mean_more_are_reasons() -> None:
    asked = facts((Listed("zzqx", "taking"),), med_none="takes", med_check=["ayahuasca"])
    assert doubts("med_tag('SRI')", asked) == ("Not matched: zzqx", "A tick may mean ibogaine")
    assert doubts("med_tag('SRI') or liver == 'yes'", asked)[0] == "Not matched: zzqx"
    assert doubts("liver == 'yes'", asked) == ("Something this check needs is not known.",)
