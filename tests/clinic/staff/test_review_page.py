"""The review page: everything a decision needs, nothing chosen beforehand, and what is not known always shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit import record as audit
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.intake.models import ScreeningRecord
from clinic.reviews import answers
from tests.clinic.reviews import records

pytestmark = pytest.mark.django_db


def page_of(browser: Client, record: ScreeningRecord) -> str:
    return browser.get(reverse("staff:review", args=[record.intake.reference])).content.decode()


def test_it_says_whom_it_is_about(browser: Client) -> None:
    record = records.sealed(records.REVIEW | {"pronouns": ["she"]})

    page = page_of(browser, record)

    assert "Maya R. Thompson <span>34, she/her, born Mar 3, 1992</span>" in page
    assert f"{record.intake.reference}. Sent Mon 10:00 pm, 11 h ago. Protocol 2026-11. Lives in California." in page


def test_flags_quote_the_patient_and_name_the_rule(browser: Client) -> None:
    page = page_of(browser, records.sealed(records.URGENT))

    assert "PHQ-9 item 9 = 1" in page
    assert "<q>“Several days”</q> Thoughts that you would be better off dead" in page
    assert "R008" in page


def test_nothing_is_chosen_and_the_suggestion_is_only_marked(browser: Client) -> None:
    page = page_of(browser, records.sealed(records.STOP))

    assert 'type="radio"' in page
    assert not re.search(r"<input[^>]* checked", page)
    assert "<b>Not suitable now</b><span>Protocol</span>" in page
    assert page.count("<span>Protocol</span>") == 1


def test_what_signing_does_is_said_for_each_choice(browser: Client) -> None:
    page = page_of(browser, records.sealed(records.REVIEW))

    routes = re.findall(r'data-route="(\w+)"', page)
    assert routes == ["ready_to_book", "prescriber_first", "ask_for_more", "not_suitable_now", "urgent_contact_made"]


def test_the_phone_number_is_there_when_somebody_must_call(browser: Client) -> None:
    urgent, calm = records.sealed(records.URGENT), records.sealed(records.REVIEW)

    assert "Reach them" in page_of(browser, urgent)
    assert "Oakland CA" in page_of(browser, urgent)
    assert "Reach them" not in page_of(browser, calm)


def test_hostile_answers_are_shown_as_text(browser: Client) -> None:
    evil = "<script>alert(1)</script> I want to end it all"
    page = page_of(browser, records.sealed({"reason_story": evil, "location_now": evil}))

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; I want to end it all" in page


@pytest.mark.parametrize("answer", ["prefer_not", None], ids=["would rather not say", "not answered"])
def test_a_safety_question_without_an_answer_is_a_flag(browser: Client, answer: str | None) -> None:
    page = page_of(browser, records.sealed({"si_month": answer}))

    assert "f-stop" in page or "f-review" in page
    assert "thoughts about ending your life" in page.split('class="okline"')[0]


def test_a_doubt_that_no_rule_reads_is_a_flag_all_the_same(browser: Client) -> None:
    doubt = "Do you plan to change anything?"
    record = records.sealed(records.REVIEW)
    shown = answers.Asked("made_up", doubt, "I am not sure", True, False, ())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "doubts", lambda facts: [shown])
        page = page_of(browser, record)

    assert f'<b>I am not sure</b><span class="ev"><span class="quote line">{doubt}</span>' in page


def test_a_safety_flag_that_was_answered_away_comes_first(browser: Client) -> None:
    record = records.sealed(records.REVIEW, safety_raised_at=records.SENT, urgent_rules=["R008"])

    first = page_of(browser, record).split('<li class="f-')[1]

    assert first.startswith("stop")
    assert "A safety flag was raised while the form was filled in" in first
    assert "PHQ-9 item 9 = 1" in first
    assert "R008" in first


def test_looking_is_on_the_record_with_the_patient(browser: Client, osei: User) -> None:
    record = records.sealed(records.REVIEW)

    page_of(browser, record)

    line = AuditEvent.objects.get(action="reviews.see_review")
    assert (line.actor, line.patient) == (osei.actor.ref, str(record.intake.patient_id))


def test_a_page_whose_look_cannot_be_recorded_is_not_shown(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from clinic.audit import record as audit

    record = records.sealed(records.REVIEW)

    def failing(**told: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(audit, "record", failing)
    with pytest.raises(RuntimeError):
        page_of(browser, record)


def test_it_takes_at_most_25_queries(browser: Client, django_assert_max_num_queries: object) -> None:
    medicines = [records.medicine(name) for name in ("Zoloft", "Wellbutrin XL", "lithium", "zzqx", "Prozac")]
    record = records.sealed(records.REVIEW | {"phq9": 1, "family_first": ["schizophrenia_psychosis"]}, medicines)
    for _ in range(3):
        records.sealed(records.REVIEW)

    with django_assert_max_num_queries(25):  # type: ignore[operator]
        page_of(browser, record)


@pytest.mark.parametrize("reference", ["LK-NOTHERE", "..", "%00", "x" * 300])
def test_a_reference_that_is_none_is_not_found(browser: Client, reference: str) -> None:
    assert browser.get(f"/staff/intakes/{reference}/").status_code in (400, 404)


def test_a_form_that_was_not_sent_has_no_review_page(browser: Client) -> None:
    draft = records.intake(records.REVIEW)

    response = browser.get(reverse("staff:review", args=[draft.reference]))

    assert response.status_code == 404
    assert b'href="/staff/worklist/"' in response.content, "with the bar of the staff"
    assert b"/staff/worklist/" not in Client().get("/staff/nothing/").content, "which nobody else sees"


def test_a_record_whose_protocol_is_gone_can_be_read_and_not_signed(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = records.sealed(records.REVIEW)
    monkeypatch.setattr(answers, "protocol_of", lambda named: None)

    page = page_of(browser, record)

    assert "This can be read, and not signed" in page
    assert "Past suicide attempt" in page
    assert "Sign and open" not in page


def test_who_stands_before_and_after_is_one_click_away(browser: Client) -> None:
    from datetime import timedelta

    first, second, third = (records.sealed(records.REVIEW, at=records.SENT + timedelta(days=n)) for n in (-14, -7, 0))

    response = browser.get(reverse("staff:review", args=[second.intake.reference]))

    assert response.context["previous"] == first.intake.reference
    assert response.context["following"] == third.intake.reference


def test_a_clinician_of_another_role_sees_the_same_page(signed_in: Callable[[Role], Client]) -> None:
    record = records.sealed(records.REVIEW)

    assert "Past suicide attempt" in page_of(signed_in(Role.ON_CALL), record)


def test_the_history_says_when_the_form_was_sent_as_the_header_does(browser: Client) -> None:
    record = records.sealed(records.REVIEW, at=records.NOW - timedelta(days=2, hours=1))
    with transaction.atomic():
        audit.record(
            by=system("demo"),
            action="intake.submit",
            subject=f"intake:{record.intake_id}",
            patient=record.intake.patient_id,
        )

    page = page_of(browser, record)

    assert "Sent Sun 8:00 am" in page
    assert '<span class="muted">Sun 8:00 am</span><span>Form sent</span>' in page
