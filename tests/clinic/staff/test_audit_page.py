"""The director's page about the record: filters, pages, the check, the file; each look at it is a line too."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import patient, staff, system
from clinic.audit.models import AuditEvent
from clinic.audit.record import line, record, record_all
from clinic.staff import views_audit
from tests.clinic.audit.test_chain import tamper
from tests.clinic.reviews import records

pytestmark = pytest.mark.django_db
PAGE = "staff:audit"


@pytest.fixture
def weiss(signed_in: Callable[[Role], Client]) -> Client:
    return signed_in(Role.DIRECTOR)


def write(action: str = "test.done", *, by: Any = None, why: str = "", **told: Any) -> int:
    with transaction.atomic():
        record(by=by or system("test"), action=action, subject="thing:1", why=why, **told)
    return AuditEvent.objects.latest("id").pk


def shown(browser: Client, **asked: str) -> list[int]:
    return [each.id for each in browser.get(reverse(PAGE), asked).context["lines"]]


def test_a_line_says_who_what_whom_when_and_why(weiss: Client, osei: User) -> None:
    person = records.intake().patient
    write("reviews.reopen", by=osei.actor, patient=person.pk, why="A new letter came", detail={"codes": ["a", "b"]})

    page = weiss.get(reverse(PAGE)).content.decode()

    for words in ("Dr. Ama Osei", "Clinician", "Reopen", person.reference, "A new letter came", "codes: a, b"):
        assert words in page
    assert "Maya" not in page


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"what": "looked"}, "reviews.see_review"),
        ({"what": "reviews"}, "reviews.decide"),
        ({"what": "refused"}, "accounts.refused"),
        ({"what": "glass"}, "staff.break_glass"),
        ({"who": "patients"}, "intake.submit"),
        ({"who": "system"}, "notifications.send"),
    ],
)
def test_a_filter_shows_what_it_says_and_nothing_else(weiss: Client, asked: dict[str, str], expected: str) -> None:
    for action in ("reviews.see_review", "reviews.decide", "accounts.refused", "staff.break_glass"):
        write(action, by=staff(999))
    write("intake.submit", by=patient("x"))
    write("notifications.send", by=system("delivery"))

    lines = weiss.get(reverse(PAGE), asked).context["lines"]

    app, _, verb = expected.partition(".")
    assert {(each.about.split(",")[0], each.what) for each in lines} == {(app, verb.replace("_", " ").capitalize())}


def test_whom_finds_a_patient_alone_and_on_lists_and_by_the_reference_of_a_form(weiss: Client) -> None:
    intake, other = records.intake(), records.intake()
    alone = write(patient=intake.patient_id)
    listed = write("staff.see_worklist", detail={"shown": [intake.reference]})
    write(patient=other.patient_id)

    assert shown(weiss, whom=intake.reference.lower()) == [listed, alone]
    assert alone in shown(weiss, whom=intake.patient.reference)


def test_days_are_days_of_the_clinic_and_both_count(weiss: Client) -> None:
    for at in ("2026-03-01T07:59:00Z", "2026-03-01T08:00:00Z", "2026-03-02T07:59:00Z", "2026-03-02T08:00:00Z"):
        AuditEvent.objects.create(at=at, actor="system:x", action="a.b", subject="c:1")
    _, first, last, _ = AuditEvent.objects.filter(action="a.b").order_by("id").values_list("id", flat=True)

    assert shown(weiss, since="2026-03-01", until="2026-03-01") == [last, first]


@pytest.mark.parametrize(
    "asked", [{"whom": "LK-NOBODY"}, {"since": "yesterday"}, {"who": "0 OR 1"}, {"what": "x"}, {"whom": "x" * 99}]
)
def test_a_filter_that_means_nothing_is_said_beside_it(weiss: Client, asked: dict[str, str]) -> None:
    response = weiss.get(reverse(PAGE), asked)

    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()


@pytest.mark.parametrize("before", ["", "0", "-1", "x", "9" * 30, "²"])
def test_a_place_that_is_none_is_no_error(weiss: Client, before: str) -> None:
    assert weiss.get(reverse(PAGE), {"before": before}).status_code == 200


def test_pages_follow_each_other_without_a_gap_and_keep_the_filter(weiss: Client) -> None:
    with transaction.atomic():
        record_all([line(by=system("x"), action="booking.book", subject=f"c:{number}") for number in range(120)])
    seen, address = [], f"{reverse(PAGE)}?what=booking"
    while address:
        context = weiss.get(address).context
        seen += [each.id for each in context["lines"]]
        address = f"{reverse(PAGE)}?{context['older']}" if context["older"] else ""

    assert seen == list(AuditEvent.objects.filter(action="booking.book").order_by("-id").values_list("id", flat=True))


def test_more_lines_cost_no_more_queries(weiss: Client, osei: User, django_assert_max_num_queries: Any) -> None:
    for _ in range(20):
        write(by=osei.actor, patient=records.intake().patient_id)

    with django_assert_max_num_queries(18):
        assert len(shown(weiss)) == 20


def test_a_look_at_the_record_is_a_line_with_what_was_asked_and_whom_it_showed(weiss: Client) -> None:
    person = records.intake().patient
    write(patient=person.pk)

    weiss.get(reverse(PAGE), {"whom": person.reference})

    assert AuditEvent.objects.get(action="staff.see_audit").detail == {
        "shown": [person.reference],
        "asked": [f"whom={person.reference}"],
    }


def test_before_the_first_check_the_page_does_not_say_unbroken(weiss: Client) -> None:
    page = weiss.get(reverse(PAGE)).content.decode()

    assert "Not checked yet" in page
    assert "Unbroken" not in page


def test_a_check_says_unbroken_since_when(weiss: Client) -> None:
    write()
    assert weiss.post(reverse("staff:check_audit")).url == reverse(PAGE)

    page = weiss.get(reverse(PAGE)).content.decode()

    first = timezone.localtime(AuditEvent.objects.earliest("id").at)
    assert f"Unbroken since {first:%B} {first.day}, {first.year}" in page


def test_a_broken_record_is_said_with_the_line(weiss: Client) -> None:
    changed = write()
    weiss.post(reverse("staff:check_audit"))
    tamper("UPDATE audit_auditevent SET actor = 'x' WHERE id = %s", changed)
    weiss.post(reverse("staff:check_audit"))

    page = weiss.get(reverse(PAGE)).content.decode()

    assert "The record is broken" in page
    assert f"Line {changed} was changed." in page
    assert "Unbroken" not in page


def test_a_long_record_is_not_looked_through_while_somebody_waits(
    weiss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    write()
    monkeypatch.setattr(views_audit, "MOST_AT_ONCE", 0)

    weiss.post(reverse("staff:check_audit"))

    assert "Check now" not in weiss.get(reverse(PAGE)).content.decode()
    assert not AuditEvent.objects.filter(action="audit.check").exists()


def test_a_line_that_waits_for_long_says_that_sealing_has_stopped(weiss: Client) -> None:
    assert "Sealing has stopped" not in weiss.get(reverse(PAGE)).content.decode()

    AuditEvent.objects.create(at=timezone.now() - timedelta(days=40), actor="x", action="a.b", subject="c:1")
    for each in AuditEvent.objects.order_by("id")[:1]:
        tamper("DELETE FROM audit_unsealedline WHERE event_id = %s", each.pk)
    tamper("DELETE FROM audit_unsealedline WHERE event_id <> (SELECT max(id) FROM audit_auditevent)")

    assert "Sealing has stopped" in weiss.get(reverse(PAGE)).content.decode()


def file_of(browser: Client, **asked: str) -> list[list[str]]:
    response = browser.post(reverse("staff:audit_file"), asked)
    assert response["Content-Disposition"].startswith('attachment; filename="audit-')
    return list(csv.reader(StringIO(b"".join(response.streaming_content).decode())))


def test_the_file_holds_what_the_filters_show_and_is_on_the_record(weiss: Client) -> None:
    intake = records.intake()
    write("booking.book", patient=intake.patient_id, why="as agreed")
    write("reviews.decide")

    head, *lines = file_of(weiss, what="booking")

    assert head[0] == "line"
    assert [(each[4], each[6], each[7]) for each in lines] == [("booking.book", intake.patient.reference, "as agreed")]
    assert AuditEvent.objects.get(action="staff.see_audit_file").detail == {
        "shown": [intake.patient.reference],
        "asked": ["what=booking"],
    }


@pytest.mark.parametrize("why", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_nothing_in_the_file_is_a_formula(weiss: Client, why: str) -> None:
    write("booking.book", why=why)

    assert file_of(weiss, what="booking")[1][7] == f"'{why}"


def test_the_file_asks_for_the_code_again(weiss: Client, staff: Callable[[Role], User]) -> None:
    session = weiss.session
    session["account_authentication_methods"] = [
        {**each, "at": each["at"] - 3600} for each in session["account_authentication_methods"]
    ]
    session.save()

    response = weiss.post(reverse("staff:audit_file"), {"what": "booking"})

    assert response.status_code == 302
    assert not AuditEvent.objects.filter(action="staff.see_audit_file").exists()
