"""The outcome page of each route says what the table of ux.md P17 asks for, and never a rule, a score or a "flag"."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from clinic.patients.actions import change_mind
from clinic.patients.models import Consent
from clinic.reviews import topics
from tests.clinic.intake.conftest import NOW, PROTOCOL, by_of
from tests.clinic.my.conftest import words

pytestmark = pytest.mark.django_db
NEVER = re.compile(r"\bR\d{3}\b|\bscore|\bflag|\bP[0-4]\b|priority|severity|contraindicat", re.IGNORECASE)
MEDICINES = "Keep taking your medicines as usual."


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> None:
    """Noon on a Tuesday at the clinic."""
    time_machine.move_to(NOW, tick=False)


@pytest.mark.parametrize("case", ["V000", "V015", "V018", "V027", "V032", "V343"])
def test_no_page_names_a_rule_a_score_or_a_flag(sent: Any, case: str) -> None:
    said = words(sent(case)[0].get("/my/"))

    assert NEVER.findall(said) == []
    assert "988" in said or case != "V027"


def test_ready_to_book(sent: Any) -> None:
    browser, *_ = sent("V000")
    page = browser.get("/my/").content.decode()

    assert "<h1>You can book your free consultation</h1>" in page
    assert '<a class="btn" href="/book/">Choose a time</a>' in page
    assert "This is not a promise of treatment." in page


@pytest.mark.parametrize(
    ("region", "by"), [("US-CA", "by Thursday at 6 pm."), ("US-NY", "by Thursday at 9 pm Eastern Time.")]
)
def test_clinician_review_says_by_when_where_the_patient_is(sent: Any, region: str, by: str) -> None:
    browser, intake, record = sent("V015")
    intake.patient.region = region
    intake.patient.save()
    assert record.priority == "P2", "two working days"
    said = words(browser.get("/my/"))

    assert "A clinician will read your answers" in said
    assert f"You will hear from us {by}" in said


def test_clinician_review_says_what_is_checked_how_we_tell_and_that_details_can_change(sent: Any) -> None:
    said = words(sent("V015")[0].get("/my/"))

    assert "A clinician will look at your family history." in said
    assert "We email you a private link" in said
    assert "change how we reach you" in said
    assert "Nothing to do today." in said
    assert MEDICINES in said


def test_who_cannot_be_written_to_is_told_that_a_person_calls(sent: Any) -> None:
    browser, intake, _ = sent("V015")
    intake.patient.safe_contact = "no"
    intake.patient.save()
    said = words(browser.get("/my/"))

    assert "A person calls you when a clinician has read your answers." in said
    assert "We email you" not in said


def test_prescriber_coordination_says_whom_what_word_for_word_and_offers_a_letter(sent: Any) -> None:
    said = words(sent("V343", has_prescriber="Dr. Ada Bell, Hill Clinic")[0].get("/my/"))

    assert "We would like to speak with your prescriber" in said
    assert "You named: Dr. Ada Bell, Hill Clinic" in said
    assert "the reason for each medicine" in said
    assert "We are not asking you to stop or change any medicine." in said
    assert "You said yes to us contacting your prescriber." in said
    assert "we ask again after 7 days" in said
    assert "I would rather bring a letter" in said
    assert MEDICINES in said
    assert "Choose a time" in said


def test_prescriber_coordination_shows_the_consent_as_it_is_now(sent: Any) -> None:
    browser, intake, _ = sent("V343")
    consent = Consent.objects.get(kind="consent_prescriber")
    change_mind(consent=consent, given=False, by=by_of(intake), now=NOW.replace(hour=21))

    assert "so we write to nobody" in words(browser.get("/my/"))


def test_what_is_not_signed_by_a_clinician_is_not_called_a_decision(sent: Any) -> None:
    said = words(sent("V018")[0].get("/my/"))

    assert "A clinician will look at this with care" in said
    assert "A clinician reads them before anything is decided." in said
    assert "too high" not in said
    assert said.index("your heart and blood pressure")


def test_not_suitable_now_is_signed_honest_and_leaves_ways_open(sent: Any, decide: Any) -> None:
    browser, _, record = sent("V018")
    decide(record, "not_suitable_now", valid_until=date(2027, 2, 28))
    response = browser.get("/my/")
    said, page = words(response), response.content.decode()
    options = page[page.index("What you can do now") :]
    options = options[: options.index("</ul>")]

    assert "Ketamine care is not the safest choice for you right now" in said
    assert "Dr. Ama Osei read your answers and decided this." in said
    assert "It is about your heart and blood pressure." in said
    assert "You can ask us again after February 28, 2027." in said
    assert options.count("<li>") >= 3
    assert "988" in options
    assert "Ask for a second look" in said
    assert MEDICINES in said


def test_age_and_place_alone_close_without_a_person_and_list_other_help(sent: Any) -> None:
    response = sent("V032")[0].get("/my/")
    said, page = words(response), response.content.decode()

    assert "We cannot offer this to you yet" in said
    assert "Our service is for adults 18 and over." in said or "We are not licensed" in said
    assert page[page.index("What you can do now") :].split("</ul>")[0].count("<li>") >= 4
    assert "Ask for a second look" in said


def test_urgent_leads_to_a_person_three_ways_before_anything_else(sent: Any) -> None:
    browser, intake, _ = sent("V027")
    page = browser.get("/my/").content.decode()
    main = page[page.index("<main") :]

    assert "<h1>Please talk with someone now</h1>" in main
    assert main.index("Call 988") < main.index("Text 988") < main.index("Chat online") < main.index("<h2")
    assert "Choose a time</a>" not in main
    assert "We do not have a phone number for you." in words(browser.get("/my/"))


def test_one_more_question_says_so_and_offers_a_call(sent: Any, decide: Any) -> None:
    browser, _, record = sent("V015")
    decide(record, "ask_for_more")
    said = words(browser.get("/my/"))

    assert "We have a question for you" in said
    assert "Ask us to call you" in said
    assert "Nothing to do today." not in said


def test_several_services_with_different_outcomes_are_each_told(sent: Any) -> None:
    browser, _, record = sent("V018", service_interest=["ket_iv_im", "ket_home"])
    said = words(browser.get("/my/"))
    assert len(set(record.result["services"].values())) == 2, record.result["services"]

    assert "the next step is not the same for each" in said
    assert "Ketamine tablets or lozenges at home This may not be the safest choice right now." in said
    assert "Ketamine by drip or injection at the clinic A clinician reads your answers first." in said


def test_every_category_of_the_protocol_has_words_for_patients() -> None:
    assert {rule.category for rule in PROTOCOL.rules} <= set(topics.TOPICS)
