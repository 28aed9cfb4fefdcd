"""Forms that were begun and never sent are removed after 30 days, with a warning before; nothing else ever is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from clinic.audit.actors import VISITOR, system
from clinic.audit.models import AuditEvent
from clinic.celery import app
from clinic.intake import actions, draft_actions, drafts, tasks
from clinic.intake.models import Intake, ScreeningRecord
from clinic.patients import actions as patient_actions
from clinic.patients.models import Patient, PatientLink
from tests.clinic.intake.conftest import NOW, page_of

pytestmark = pytest.mark.django_db
BY = system("intake")
OVER = NOW + timedelta(days=30)


def test_a_draft_is_removed_with_who_began_it_and_the_record_says_so(fill: Any) -> None:
    intake = fill()
    actions.save_page(intake=intake, page=page_of("email"), answers={"email": "maya@example.org"}, by=VISITOR, now=NOW)

    assert draft_actions.remove_old(by=BY, now=OVER - timedelta(seconds=1)) == 0
    assert draft_actions.remove_old(by=BY, now=OVER) == 1
    assert not Intake.objects.exists()
    left = Patient.objects.get()
    assert (left.born_on, left.email, left.legal_name, left.email_index, left.region) == (None, None, None, "", "")
    line = AuditEvent.objects.get(action="intake.remove_draft")
    assert (line.actor, line.detail) == ("system:intake", {"reference": intake.reference})
    assert draft_actions.remove_old(by=BY, now=OVER) == 0


def test_a_form_that_was_sent_is_never_removed(fill: Any, submit: Any) -> None:
    submit(fill())

    assert draft_actions.remove_old(by=BY, now=NOW + timedelta(days=4_000)) == 0
    assert ScreeningRecord.objects.exists()
    assert Patient.objects.get().born_on


def test_a_draft_in_which_help_was_raised_is_left_to_a_person(draft: Intake) -> None:
    actions.save_page(intake=draft, page=page_of("safe_now"), answers={"safe_now": "no"}, by=VISITOR, now=NOW)

    assert draft_actions.remove_old(by=BY, now=NOW + timedelta(days=400)) == 0


def test_saving_a_page_keeps_a_draft_for_thirty_more_days(draft: Intake) -> None:
    later = NOW + timedelta(days=20)
    actions.save_page(intake=draft, page=page_of("safe_now"), answers={"safe_now": "yes"}, by=VISITOR, now=later)

    assert draft_actions.remove_old(by=BY, now=OVER) == 0
    assert draft_actions.remove_old(by=BY, now=later + timedelta(days=30)) == 1


def test_a_draft_is_kept_as_long_as_a_link_to_it_works(draft: Intake) -> None:
    sent_at = NOW + timedelta(days=20)
    patient_actions.issue_link(patient=draft.patient, purpose="resume", by=VISITOR, now=sent_at)

    assert drafts.kept_until(draft, now=sent_at) == sent_at + timedelta(days=30)
    assert draft_actions.remove_old(by=BY, now=OVER) == 0
    PatientLink.objects.update(spent_at=sent_at)
    assert draft_actions.remove_old(by=BY, now=OVER) == 1


def test_somebody_with_another_form_is_not_forgotten(fill: Any, submit: Any) -> None:
    intake = fill()
    submit(intake)
    Intake.objects.create(patient=intake.patient, protocol="2026-11", seal="", saved_at=NOW, started_at=NOW)

    assert draft_actions.remove_old(by=BY, now=OVER) == 1
    assert Patient.objects.get().born_on
    assert Intake.objects.get().state == Intake.State.SUBMITTED


def test_a_failing_audit_removes_nothing(draft: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise DatabaseError

    monkeypatch.setattr("clinic.intake.draft_actions.record", fail)
    with pytest.raises(DatabaseError):
        draft_actions.remove_old(by=BY, now=OVER)

    assert Intake.objects.exists()


@pytest.mark.parametrize(
    ("age", "shown"), [(timedelta(days=24), False), (timedelta(days=25, minutes=1), True), (timedelta(days=29), True)]
)
def test_the_task_list_warns_in_the_last_five_days(fill: Any, let_in: Any, age: timedelta, shown: bool) -> None:
    intake = fill()
    Intake.objects.update(saved_at=timezone.now() - age)
    page = let_in(intake).get("/intake/").content.decode()

    assert ("We remove this form on" in page) is shown
    if shown:
        day: datetime = timezone.localtime(timezone.now() - age + timedelta(days=30))
        assert f"We remove this form on {day:%B} {day.day}<" in page


def test_no_warning_for_a_form_that_is_never_removed(fill: Any) -> None:
    intake = fill()
    intake.safety_raised_at = NOW

    assert drafts.is_ending(intake, now=OVER) is None


def test_visits_that_are_over_are_forgotten(client: Client) -> None:
    client.post("/check/1/", {"help_now": "no"})
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    tasks.forget_visits()

    assert not Session.objects.exists()


def test_beat_asks_for_it() -> None:
    asked = {each["task"] for each in app.conf.beat_schedule.values()}
    ours = {each.name for each in (tasks.remove_old_drafts, tasks.answer_link_requests, tasks.forget_visits)}

    assert ours <= asked
    assert ours <= app.tasks.keys()
