"""The timeline of a patient, who may see it, and the way in for others: with a reason, for an hour, told to all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.booking.models import Appointment
from clinic.followups.models import FollowUp
from clinic.intake.models import ScreeningRecord
from clinic.notifications.models import Message, TextReply
from clinic.notifications.words import words_for
from clinic.patients.lookers import BROKE_GLASS, looks_at
from clinic.reviews.signing import Contact
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW
from tests.clinic.staff.tasks import open_task
from tests.ux.visitor import Visitor

pytestmark = pytest.mark.django_db
WHY = "She called the front desk and nobody of her team is in"


@pytest.fixture
def decided(staff: Callable[[Role], User]) -> ScreeningRecord:
    """A record that somebody on call decided about, so that nothing waits any more."""
    record = records.sealed(records.REVIEW)
    records.decide(record, staff(Role.ON_CALL))
    return record


def page_of(record: ScreeningRecord) -> str:
    return reverse("staff:patient", args=[record.intake.patient.reference])


def is_open(browser: Client, record: ScreeningRecord) -> bool:
    response = browser.get(page_of(record))
    assert response.status_code == 200
    return "told" in response.context


def break_glass(browser: Client, record: ScreeningRecord, reason: str = WHY) -> Any:
    return browser.post(f"{page_of(record)}open/", {"reason": reason})


def met(record: ScreeningRecord, clinician: User, state: str) -> None:
    Appointment.objects.create(
        patient=record.intake.patient, clinician=clinician, during=(NOW - timedelta(days=1), NOW - timedelta(hours=23)),
        mode="phone", time_zone="America/Los_Angeles", state=state, held_until=NOW, basis="record:x",
        booked_at=NOW - timedelta(days=2), booked_by="patient:x",
        **({"cancelled_at": NOW, "cancelled_by": "patient:x"} if state == "cancelled" else {}),
        **({"over_at": NOW, "over_by": "user:x"} if state == "completed" else {}),
    )  # fmt: skip


def test_what_happened_is_told_the_newest_first(browser: Client, osei: User) -> None:
    record = records.sealed(records.URGENT)
    records.decide(record, osei, "urgent_contact_made", contact=Contact(NOW - timedelta(minutes=5), osei))
    met(record, osei, "completed")
    Message.objects.create(
        key="m:1", patient=record.intake.patient, channel="email", template="intake-received", state="sent", sent_at=NOW
    )
    open_task(record, "clinician", due_at=NOW + timedelta(hours=1))

    told = browser.get(page_of(record)).context["told"]

    assert [each.at for each in told] == sorted((each.at for each in told), reverse=True)
    assert {each.kind for each in told} == {"forms", "decisions", "messages", "calls", "appointments", "tasks"}
    whats = [each.what for each in told]
    assert whats[0].startswith("Open: ")
    assert "Urgent: contact made" in whats
    assert "Spoke with them" in whats
    assert "Sent: intake received, by email" in whats
    assert any(each.startswith("Met: Phone with Dr. Ama Osei") for each in whats)
    assert any("PHQ-9" in text for each in told for text in each.more)


def test_an_appointment_late_in_the_evening_is_told_on_its_day_at_the_clinic(browser: Client, osei: User) -> None:
    record = records.sealed(records.REVIEW)
    met(record, osei, "completed")
    evening = datetime(2026, 12, 4, 6, 30, tzinfo=UTC)
    Appointment.objects.update(during=(evening, evening + timedelta(hours=1)))

    told = browser.get(page_of(record), {"kind": "appointments"}).context["told"]

    assert any("Dec 3, 10:30 pm" in each.what for each in told)


@pytest.mark.parametrize("kind", ["forms", "decisions", "messages", "calls", "appointments", "tasks"])
def test_a_filter_shows_one_kind(browser: Client, osei: User, kind: str) -> None:
    record = records.sealed(records.REVIEW)
    records.decide(record, osei)
    met(record, osei, "completed")

    told = browser.get(page_of(record), {"kind": kind}).context["told"]

    assert {each.kind for each in told} <= {kind}
    assert bool(told) == (kind not in ("tasks",))


def test_more_rows_cost_no_more_queries(browser: Client, osei: User, django_assert_max_num_queries: Any) -> None:
    record = records.sealed(records.REVIEW)
    for number in range(5):
        task = open_task(record, "clinician", plan=f"F{number}")
        FollowUp.objects.filter(pk=task.pk).update(state="done", done_at=NOW, done_by=osei.actor.ref)
        Message.objects.create(key=f"m:{number}", patient=record.intake.patient, channel="email", template="x-y")
        open_task(record, "clinician", plan=f"T{number}")

    with django_assert_max_num_queries(34):
        assert len(browser.get(page_of(record)).context["told"]) >= 15


def test_while_a_form_waits_everybody_clinical_looks_after_them(browser: Client) -> None:
    assert is_open(browser, records.sealed(records.REVIEW))


def test_somebody_who_never_had_to_do_with_them_sees_nothing_of_them(browser: Client, decided: ScreeningRecord) -> None:
    response = browser.get(page_of(decided))

    assert "told" not in response.context
    assert b"Maya" not in response.content
    assert b"010-0199" not in response.content
    assert not AuditEvent.objects.filter(action="staff.see_patient").exists()


def test_who_decided_looks_after_them(signed_in: Callable[[Role], Client], decided: ScreeningRecord) -> None:
    assert is_open(signed_in(Role.ON_CALL), decided)
    assert AuditEvent.objects.get(action="staff.see_patient").patient == str(decided.intake.patient_id)


@pytest.mark.parametrize(("state", "is_team"), [("booked", True), ("completed", True), ("cancelled", False)])
def test_who_meets_them_looks_after_them(
    browser: Client, decided: ScreeningRecord, osei: User, state: str, is_team: bool
) -> None:
    met(decided, osei, state)

    assert is_open(browser, decided) is is_team


def test_who_did_a_task_of_theirs_looks_after_them_and_others_do_not(
    browser: Client, signed_in: Callable[[Role], Client], decided: ScreeningRecord, osei: User
) -> None:
    task = open_task(decided, "clinician")
    FollowUp.objects.filter(pk=task.pk).update(state="done", done_at=NOW, done_by=osei.actor.ref)

    assert is_open(browser, decided)
    assert not is_open(signed_in(Role.DIRECTOR), decided)


def test_an_open_task_about_them_lets_everybody_clinical_in(browser: Client, decided: ScreeningRecord) -> None:
    open_task(decided, "clinician")

    assert is_open(browser, decided)


def test_a_reason_opens_the_record_and_is_told_to_the_director_and_the_patient(
    browser: Client, decided: ScreeningRecord, osei: User, staff: Callable[[Role], User]
) -> None:
    director = staff(Role.DIRECTOR)

    assert break_glass(browser, decided).url == page_of(decided)

    assert is_open(browser, decided)
    line = AuditEvent.objects.get(action=BROKE_GLASS)
    assert (line.actor, line.why) == (osei.actor.ref, WHY)
    assert line in looks_at(decided.intake.patient, most=9)
    told = Message.objects.get(template="glass-broken")
    assert told.staff == director
    text = words_for(told, by=osei.actor, now=NOW)
    assert "Audit" in text.text
    assert decided.intake.patient.reference not in text.subject + text.text


def test_it_is_open_to_who_said_why_and_to_nobody_else(
    browser: Client, signed_in: Callable[[Role], Client], decided: ScreeningRecord
) -> None:
    break_glass(browser, decided)
    other = records.sealed(records.REVIEW)
    records.decide(other, User.objects.get(role=Role.ON_CALL))

    assert not is_open(signed_in(Role.DIRECTOR), decided)
    assert not is_open(browser, other)


@pytest.mark.parametrize(("minutes", "expected"), [(59, True), (61, False)])
def test_it_closes_after_an_hour(
    browser: Client, decided: ScreeningRecord, osei: User, minutes: int, expected: bool, now_of_the_database: datetime
) -> None:
    at = now_of_the_database - timedelta(minutes=minutes)
    patient = str(decided.intake.patient_id)
    AuditEvent.objects.create(at=at, actor=osei.actor.ref, action=BROKE_GLASS, subject="patient:x", patient=patient)

    assert is_open(browser, decided) is expected


@pytest.mark.parametrize("reason", ["", "   ", "because", " " * 40])
def test_without_a_real_reason_it_stays_closed(browser: Client, decided: ScreeningRecord, reason: str) -> None:
    response = break_glass(browser, decided, reason)

    assert response.status_code == 422
    assert not is_open(browser, decided)
    assert not AuditEvent.objects.filter(action=BROKE_GLASS).exists()


def test_a_reference_of_nobody_is_not_found(browser: Client) -> None:
    assert browser.get(reverse("staff:patient", args=["LK-NOBODY"])).status_code == 404


@pytest.fixture
def now_of_the_database(db: None) -> datetime:
    """The clock that the record goes by; the frozen one of the tests is not it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
    return now.astimezone(UTC)


def test_scores_over_time_stand_on_the_page_as_the_patient_sees_them(browser: Client) -> None:
    visitor = Visitor().sent().over_time()
    reference = visitor.patient.reference
    browser.post(reverse("staff:break_glass", args=[reference]), {"reason": WHY})

    page = browser.get(reverse("staff:patient", args=[reference])).content.decode()

    assert "PHQ-9 went from 11 to 0 since December 1. Response: a fall of half or more. Remission: under 5." in page
    assert page.count('class="plot"') == page.count("<table")
    assert "Short questions were not answered" in page


def test_a_text_from_a_number_they_used_to_have_is_not_said_to_be_theirs(
    decided: ScreeningRecord, signed_in: Callable[[Role], Client]
) -> None:
    for key, about in (("sms:1", {}), ("sms:2", {"number": "earlier"})):
        TextReply.objects.create(key=key, patient=decided.intake.patient, text=f"the text {key}", about=about)
    shown = signed_in(Role.ON_CALL).get(page_of(decided)).content.decode()

    assert "They wrote by text" in shown
    assert "Somebody wrote by text from a number they used to have" in shown
