"""What a patient asks of us becomes a task that a person sees, once; and how they are reached can be changed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.followups import actions as followups
from clinic.patients import actions as patient_actions
from clinic.patients.models import Patient, Wish
from clinic.staff import task_lines
from tests.clinic.my.conftest import words

pytestmark = pytest.mark.django_db
BY = system("test")


def sweep() -> None:
    followups.plan(now=timezone.now(), by=BY)
    followups.do_due(now=timezone.now(), by=BY)


def lines_of(user: User) -> list[task_lines.TaskLine]:
    return task_lines.lines(task_lines.open_tasks(user), user=user, now=timezone.now())


def test_a_second_look_is_a_task_for_a_clinician_with_a_way_to_the_review(sent: Any, decide: Any, osei: User) -> None:
    browser, intake, record = sent("V018")
    decide(record, "not_suitable_now")
    for _ in range(2):
        browser.post("/my/ask/", {"kind": "second_look"})
    sweep()
    sweep()
    found = [line for line in lines_of(osei) if line.what.startswith("They ask for a second look")]

    assert [line.intake for line in found] == [intake.reference]
    assert found[0].is_sent
    assert "You asked for a second look on" in words(browser.get("/my/"))
    assert "Ask for a second look" not in words(browser.get("/my/"))


def test_asking_writes_one_line_and_nudges_the_workers(
    sent: Any, decide: Any, nudges: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    from clinic import celery

    browser, _, record = sent("V018")
    decide(record, "not_suitable_now")
    with django_capture_on_commit_callbacks(execute=True):
        browser.post("/my/ask/", {"kind": "second_look"})
    celery._sender.submit(lambda: None).result(timeout=5)
    wish = Wish.objects.get()

    assert AuditEvent.objects.filter(action="patients.wish", subject=f"wish:{wish.pk}").count() == 1
    assert [str(wish.pk)] in [each["args"] for each in nudges]


def test_a_new_decision_can_be_asked_about_again(sent: Any, decide: Any, osei: User) -> None:
    from clinic.reviews import actions as reviews

    browser, _, record = sent("V018")
    first = decide(record, "not_suitable_now")
    browser.post("/my/ask/", {"kind": "second_look"})
    reviews.reopen(decision=first, reason="The patient asked for a second look.", by=osei.actor, now=timezone.now())
    decide(record, "not_suitable_now")
    browser.post("/my/ask/", {"kind": "second_look"})

    assert Wish.objects.count() == 2


def test_bringing_a_letter_is_a_task_that_schedulers_see(sent: Any) -> None:
    browser, *_ = sent("V343")
    browser.post("/my/ask/", {"kind": "bring_letter"})
    sweep()
    luis = User.objects.create_user("l@larkfield.example", name="Luis", role=Role.SCHEDULER)

    assert [line.intake for line in lines_of(luis) if "bring a letter" in line.what] == [""]


@pytest.mark.parametrize("kind", ["", "discount", "second_look\x00"])
def test_anything_else_cannot_be_asked(sent: Any, kind: str) -> None:
    browser, *_ = sent("V000")

    assert browser.post("/my/ask/", {"kind": kind}).status_code in (400, 404)
    assert not Wish.objects.exists()


def test_a_wish_without_its_audit_line_is_not_kept(sent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    _, intake, record = sent("V018")

    def broken(**told: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(patient_actions, "record", broken)
    with pytest.raises(DatabaseError):
        patient_actions.wish(patient=intake.patient, kind="call", about=record.pk, by=BY, now=timezone.now())

    assert not Wish.objects.exists()


DETAILS = {
    "preferred_name": "Maya",
    "phone": "(555) 010-0199",
    "email": "maya.new@example.org",
    "safe_contact": "yes",
}


def test_contact_details_can_be_changed_and_only_what_changed_is_written(sent: Any) -> None:
    browser, intake, _ = sent("V015")

    assert browser.post("/my/details/", DETAILS).headers["Location"] == "/my/"
    patient = Patient.objects.get(pk=intake.patient_id)
    assert (patient.phone, patient.email, patient.preferred_name) == (
        "(555) 010-0199",
        "maya.new@example.org",
        "Maya",
    )
    line = AuditEvent.objects.filter(action="patients.describe").latest("id")
    assert line.detail == {"fields": ["email", "phone", "preferred_name"]}
    assert "We saved how to reach you." in words(browser.get("/my/"))


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"phone": ""}, "Enter a phone number"),
        ({"phone": "call me"}, "The phone number must have at least 10 digits"),
        ({"email": "maya"}, "Enter an email address like name@example.com"),
        ({"email": ""}, "Enter your email address"),
        ({"safe_contact": ""}, "Choose whether messages are safe for you"),
        ({"safe_contact": "maybe"}, "Choose one of the answers about messages"),
        ({"preferred_name": "x" * 201}, "The name we call you must be 200 letters or fewer"),
    ],
)
def test_details_that_are_wrong_are_said_twice_and_change_nothing(
    sent: Any, changed: dict[str, str], error: str
) -> None:
    browser, intake, _ = sent("V015")
    response = browser.post("/my/details/", DETAILS | changed)

    assert response.status_code == 422
    assert words(response).count(error) == 2
    assert Patient.objects.get(pk=intake.patient_id).email == "maya@example.org"


def test_hostile_details_are_shown_as_text(sent: Any) -> None:
    browser, *_ = sent("V015")
    browser.post("/my/details/", DETAILS | {"preferred_name": "<script>alert(1)</script>{{ 7 }}"})
    page = browser.get("/my/details/").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
