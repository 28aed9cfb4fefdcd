"""A form that waits for nobody: closed to clinical staff who have nothing to do with it, until they say why."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.intake.models import ScreeningRecord
from clinic.notifications.models import Message
from clinic.patients.lookers import BROKE_GLASS, looks_at
from clinic.reviews import work_actions
from clinic.reviews.models import Decision, Note, Waiting
from clinic.staff.urls import urlpatterns
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW
from tests.clinic.staff.tasks import open_task, urgent_page

pytestmark = pytest.mark.django_db
WHY = "She called the front desk and nobody of her team is in"
READ = ("review", "answers", "history", "print", "preview", "letter", "letter_file", "match")
WRITTEN = (
    *("note", "keep_draft", "not_reached", "pass_on", "ask", "decide", "match"),
    *("letter", "letter_sent", "letter_answered"),
)


@pytest.fixture
def record(duarte: User) -> ScreeningRecord:
    """A record that somebody on call decided about, so that nothing waits any more."""
    record = records.sealed(records.REVIEW)
    records.decide(record, duarte)
    return record


def page_of(record: ScreeningRecord, name: str = "review") -> str:
    return reverse(f"staff:{name}", args=[record.intake.reference])


def is_open(browser: Client, record: ScreeningRecord) -> bool:
    return b"Maya" in browser.get(page_of(record)).content


def test_every_page_about_a_form_is_among_them() -> None:
    pages = {each.name for each in urlpatterns if str(each.pattern).startswith("intakes/")}

    assert pages == {*READ, *WRITTEN}


@pytest.mark.parametrize("name", READ)
def test_no_page_of_a_closed_form_tells_somebody_from_outside_anything(
    browser: Client, record: ScreeningRecord, name: str
) -> None:
    response = browser.get(page_of(record, name))

    assert (response.status_code, b"Why do you need to see" in response.content) == (200, True)
    assert b"Maya" not in response.content
    assert b"1992" not in response.content
    assert not AuditEvent.objects.filter(action__startswith="reviews.see_").exists()


@pytest.mark.parametrize("name", WRITTEN)
def test_nothing_about_a_closed_form_is_written_from_outside(
    browser: Client, record: ScreeningRecord, name: str
) -> None:
    response = browser.post(page_of(record, name), {"text": "A note that would make me one of them"})

    assert response.status_code == 403
    assert b"Maya" not in response.content
    assert not Note.objects.exists()


@pytest.mark.parametrize("name", ["undo", "reopen"])
def test_a_decision_of_others_is_not_set_aside_from_outside(
    browser: Client, record: ScreeningRecord, name: str
) -> None:
    decision = Decision.objects.get(record=record)

    response = browser.post(reverse(f"staff:{name}", args=[decision.pk]), {"reason": "I would like to look at this"})

    assert response.status_code == 403
    assert Decision.objects.standing().filter(pk=decision.pk).exists()


def test_a_reason_opens_the_page_that_was_asked_for_and_is_on_the_record(
    browser: Client, record: ScreeningRecord, osei: User, staff: Callable[[Role], User]
) -> None:
    director = staff(Role.DIRECTOR)
    form = browser.get(page_of(record, "answers")).context["form"]
    told = {name: form.initial[name] for name in ("form", "to")} | {"reason": WHY}

    response = browser.post(reverse("staff:break_glass", args=[record.intake.patient.reference]), told)

    assert response.url == page_of(record, "answers")
    assert is_open(browser, record)
    line = AuditEvent.objects.get(action=BROKE_GLASS)
    assert (line.actor, line.why, line in looks_at(record.intake.patient, most=9)) == (osei.actor.ref, WHY, True)
    assert Message.objects.get(template="glass-broken").staff == director


def test_a_reason_about_one_patient_leads_to_no_form_of_another(browser: Client, record: ScreeningRecord) -> None:
    other = records.sealed(records.REVIEW)
    told = {"reason": WHY, "form": other.intake.reference, "to": "answers"}

    response = browser.post(reverse("staff:break_glass", args=[record.intake.patient.reference]), told)

    assert response.url == reverse("staff:patient", args=[record.intake.patient.reference])


def test_a_place_that_is_no_page_of_a_form_is_not_gone_to(browser: Client, record: ScreeningRecord) -> None:
    told = {"reason": WHY, "form": record.intake.reference, "to": "https://elsewhere.example"}

    response = browser.post(reverse("staff:break_glass", args=[record.intake.patient.reference]), told)

    assert response.status_code == 422


def test_a_reason_that_is_none_keeps_where_they_wanted_to_go(browser: Client, record: ScreeningRecord) -> None:
    told = {"reason": "because", "form": record.intake.reference, "to": "history"}

    response = browser.post(reverse("staff:break_glass", args=[record.intake.patient.reference]), told)

    assert response.status_code == 422
    assert b'name="to" value="history"' in response.content


def test_a_second_signature_of_others_shows_nothing_once_it_stands(
    browser: Client, signed_in: Callable[[Role], Client], duarte: User, staff: Callable[[Role], User]
) -> None:
    record = records.sealed(records.REVIEW)
    first = records.decide(record, duarte, wants_second=True)
    told = {"basis_answers_hash": record.answers_hash, "basis_seal": record.seal}
    address = reverse("staff:agree", args=[first.pk])
    assert signed_in(Role.DIRECTOR).post(address, told).status_code == 302
    assert Decision.objects.standing().filter(record=record).exists()

    response = browser.post(address, told)

    assert (response.status_code, b"Maya" in response.content) == (403, False)


def test_what_waits_is_open_to_all_clinical_staff_without_a_reason(browser: Client, duarte: User) -> None:
    record = records.sealed(records.REVIEW)
    Waiting.objects.filter(record=record).update(owner=duarte)

    assert is_open(browser, record)


def test_who_decided_goes_on_seeing_it(signed_in: Callable[[Role], Client], record: ScreeningRecord) -> None:
    assert is_open(signed_in(Role.ON_CALL), record)


@pytest.mark.parametrize("how", ["claimed", "was given it", "has an open task", "is paged", "answered the page"])
def test_somebody_who_has_to_do_with_it_needs_no_reason(browser: Client, osei: User, duarte: User, how: str) -> None:
    record = records.sealed(records.REVIEW)
    if how == "claimed":
        work_actions.claim(intakes=[record.intake], by=osei.actor, now=NOW)
    if how == "was given it":
        work_actions.pass_on(intake=record.intake, to=osei, by=duarte.actor, now=NOW)
    records.decide(record, duarte)
    if how == "has an open task":
        open_task(record, "clinician")
    if "page" in how:
        page = urgent_page(record.intake)
        told = {"acknowledged_at": NOW, "acknowledged_by": osei.actor.ref} if "answered" in how else {}
        Message.objects.filter(pk=page.pk).update(**told or {"is_urgent": True})

    assert is_open(browser, record)


def test_an_urgent_page_that_a_colleague_answered_opens_nothing(
    browser: Client, record: ScreeningRecord, duarte: User
) -> None:
    page = urgent_page(record.intake)
    Message.objects.filter(pk=page.pk).update(acknowledged_at=NOW, acknowledged_by=duarte.actor.ref)

    assert not is_open(browser, record)


def test_who_has_it_open_when_a_colleague_signs_goes_on_reading_for_an_hour(
    browser: Client, osei: User, duarte: User
) -> None:
    record = records.sealed(records.REVIEW)
    browser.get(page_of(record))
    records.decide(record, duarte)

    assert is_open(browser, record)


def test_having_read_it_opens_nothing_more_once_the_hour_is_over(
    browser: Client, osei: User, duarte: User, monkeypatch: Any
) -> None:
    record = records.sealed(records.REVIEW)
    browser.get(page_of(record))
    records.decide(record, duarte)
    monkeypatch.setattr("clinic.staff.care_team.OPEN_FOR", timedelta(0))

    assert not is_open(browser, record)


def test_a_look_through_the_glass_does_not_renew_itself(browser: Client, osei: User, record: ScreeningRecord) -> None:
    patient = str(record.intake.patient_id)
    AuditEvent.objects.create(actor=osei.actor.ref, action="reviews.see_review", subject="intake:x", patient=patient)

    assert not is_open(browser, record)


@pytest.mark.parametrize("is_theirs", [True, False])
def test_the_list_of_what_waits_outside_tells_why_only_to_who_looks_after_them(
    browser: Client, osei: User, duarte: User, is_theirs: bool
) -> None:
    record = records.sealed(records.REVIEW)
    records.decide(record, osei if is_theirs else duarte, "prescriber_first")

    page = browser.get(reverse("staff:worklist"), {"waits": "prescriber"}).content

    assert b"Maya R. Thompson" in page
    assert (b"PHQ-9 " in page) is is_theirs
    assert (b"Not on your list" in page) is not is_theirs


def test_the_list_of_what_waits_outside_costs_the_same_for_one_and_for_many(
    browser: Client, duarte: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        records.decide(records.sealed(records.REVIEW), duarte, "prescriber_first")

    with django_assert_max_num_queries(15):
        browser.get(reverse("staff:worklist"), {"waits": "prescriber"})


def test_a_form_that_was_not_sent_is_closed_too(browser: Client) -> None:
    draft = records.intake(records.REVIEW)

    assert b"Maya" not in browser.get(reverse("staff:answers", args=[draft.reference])).content
