"""The letter on its page: only with consent, its reply waited for by a task, and closed by who read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from clinic import celery
from clinic.accounts.models import User
from clinic.followups.models import FollowUp
from clinic.intake.models import ScreeningRecord
from clinic.patients.actions import agree
from clinic.reviews.models import Letter
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW
from tests.clinic.staff.tasks import open_task

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(celery.app, "send_task", lambda name, **options: None)
    return


def taking(osei: User, *, agreed: bool) -> ScreeningRecord:
    """A form whose letter is a task of the clinicians."""
    record = records.sealed({"med_none": "takes"}, [records.medicine("sertraline")])
    told = {"wording": "", "wording_version": "", "now": NOW, "by": osei.actor}
    agree(patient=record.intake.patient, kind="consent_prescriber", given=agreed, **told)
    open_task(record, "clinician", stop_condition="sent")
    return record


def page(name: str, record: ScreeningRecord) -> str:
    return reverse(f"staff:{name}", args=[record.intake.reference])


def test_without_consent_there_is_no_letter(browser: Client, osei: User) -> None:
    record = taking(osei, agreed=False)

    assert browser.post(page("letter", record)).status_code == 409
    assert browser.get(page("letter_file", record)).status_code == 404
    assert b"has not agreed" in browser.get(page("letter", record)).content
    assert not Letter.objects.exists()


def test_its_reply_is_a_task_until_somebody_read_it(browser: Client, osei: User) -> None:
    record = taking(osei, agreed=True)
    browser.post(page("letter", record))
    write = FollowUp.objects.get()
    wait = open_task(record, "clinician", cause=f"reply:{record.pk}", stop_condition="reply")

    assert browser.get(page("letter_file", record))["Content-Type"] == "application/pdf"
    browser.post(page("letter_sent", record), {"way": "fax"})
    assert [FollowUp.objects.get(pk=each.pk).state for each in (write, wait)] == ["done", "open"]
    assert b"1 task waits for it" in browser.get(page("letter", record)).content

    browser.post(page("letter_answered", record))
    assert FollowUp.objects.get(pk=wait.pk).state == "done"
    assert Letter.objects.get().state == "answered"


def test_what_was_withdrawn_meanwhile_is_not_sent(browser: Client, osei: User) -> None:
    record = taking(osei, agreed=True)
    browser.post(page("letter", record))
    told = {"wording": "", "wording_version": "", "now": NOW.replace(hour=18), "by": osei.actor}
    agree(patient=record.intake.patient, kind="consent_prescriber", given=False, **told)

    assert browser.post(page("letter_sent", record), {"way": "fax"}).status_code == 409
    assert browser.get(page("letter_file", record)).status_code == 404
    assert Letter.objects.get().state == "draft"
