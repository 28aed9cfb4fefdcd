"""What was signed can be read, printed and partly taken back; whatever depends on a consent asks for it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.followups import actions as followups
from clinic.followups.models import FollowUp
from clinic.intake import consent_words, signed_copy
from clinic.intake.models import Intake
from clinic.notifications.actions import queue
from clinic.notifications.delivery import deliver
from clinic.patients.actions import has_agreed
from clinic.patients.models import Consent, ConsentWords, Patient
from clinic.staff import task_lines
from tests.clinic.intake.conftest import NOW, PROTOCOL, SIGN
from tests.clinic.my.conftest import words

pytestmark = pytest.mark.django_db
BY = system("test")


@pytest.fixture(autouse=True)
def noon(time_machine: Any) -> Any:
    """An hour after everything is sent."""
    time_machine.move_to(NOW + timedelta(hours=1), tick=False)
    return time_machine


def of_kind(kind: str) -> Consent:
    return Consent.objects.filter(kind=kind).earliest("at")


def change(browser: Any, kind: str, answer: str) -> Any:
    return browser.post(f"/my/agreements/{of_kind(kind).pk}/", {"answer": answer})


def test_every_consent_is_kept_with_the_words_that_were_read(sent: Any) -> None:
    sent("V000")
    for consent in Consent.objects.all():
        read = ConsentWords.objects.get(pk=consent.wording_hash).words
        assert read == str(consent_words.words_of(PROTOCOL.questions[consent.kind]))
        assert PROTOCOL.questions[consent.kind].wording in read


def test_the_signed_copy_keeps_its_words_when_the_page_is_changed_later(
    sent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, *_ = sent("V000")
    changed = {**consent_words._texts(), "consent_sms": {"heading": "Texts", "text": ["Many more of them."]}}
    monkeypatch.setattr(consent_words, "_texts", lambda language: changed)
    said = words(browser.get("/my/agreements/"))

    assert "at most three texts for each appointment" in said
    assert "Many more of them" not in said


def test_words_that_somebody_signed_cannot_be_changed(sent: Any) -> None:
    sent("V000")
    with pytest.raises(DatabaseError), transaction.atomic():
        ConsentWords.objects.update(words="something else")


def test_the_copy_says_who_signed_when_what_and_what_they_said(sent: Any) -> None:
    browser, intake, _ = sent("V000")
    said = words(browser.get("/my/agreements/"))

    assert "Signed by typing Maya Thompson" in said
    assert "Name in the form Another form of your name is fine Maya Canary Thompson" in said
    assert "December 1, 2026 at 12:00 pm" in said
    assert intake.reference in said
    assert "I have read the privacy notice. You said: yes" in said
    assert "You may text me reminders. I can reply STOP at any time. (optional) You said: no" in said


def test_a_consent_can_be_taken_back_and_given_again_each_with_its_line(sent: Any) -> None:
    browser, intake, _ = sent("V000")
    assert has_agreed(intake.patient, "consent_prescriber")

    assert change(browser, "consent_prescriber", "no").headers["Location"] == "/my/agreements/"
    assert not has_agreed(intake.patient, "consent_prescriber")
    assert "Since December 1, 2026: no" in words(browser.get("/my/agreements/"))
    change(browser, "consent_prescriber", "yes")

    assert Consent.objects.filter(kind="consent_prescriber").count() == 3, "what was said stays said"
    lines = AuditEvent.objects.filter(action__in=["patients.withdraw", "patients.agree_again"])
    assert [line.detail for line in lines] == [{"kind": "consent_prescriber"}] * 2


def test_taking_back_twice_is_once(sent: Any) -> None:
    browser, *_ = sent("V000")
    for _ in range(2):
        change(browser, "consent_prescriber", "no")

    assert Consent.objects.filter(kind="consent_prescriber", given=False).count() == 1


def test_what_is_needed_for_care_cannot_be_taken_back_here(sent: Any) -> None:
    browser, intake, _ = sent("V000")
    change(browser, "consent_privacy", "no")

    assert has_agreed(intake.patient, "consent_privacy")


def test_which_are_optional() -> None:
    optional = {name for name in SIGN.questions if consent_words.is_optional(PROTOCOL.questions[name])}

    assert optional == {
        *("consent_telehealth", "consent_sms", "consent_prescriber", "consent_part2", "consent_research"),
    }


def test_no_text_goes_out_after_the_consent_was_taken_back(sent: Any) -> None:
    browser, intake, _ = sent("V000")
    change(browser, "consent_sms", "yes")
    Patient.objects.filter(pk=intake.patient_id).update(time_zone="America/Los_Angeles")
    message = queue(
        key="reminder:1",
        template="reminder-1-day",
        channel="sms",
        patient=intake.patient,
        about={"when": "tomorrow"},
        by=BY,
        now=timezone.now(),
    )
    change(browser, "consent_sms", "no")

    assert deliver(message.pk, now=timezone.now(), by=BY) == "cancelled"
    message.refresh_from_db()
    assert message.reason == "no consent for text messages"


def test_a_clinician_gets_a_task_when_the_prescriber_may_not_be_asked_any_more(sent: Any, osei: Any) -> None:
    browser, intake, _ = sent("V343")
    followups.plan(now=timezone.now(), by=BY)
    followups.do_due(now=timezone.now(), by=BY)
    assert shown(osei, "F16") == [""]
    change(browser, "consent_prescriber", "no")
    followups.plan(now=timezone.now(), by=BY)
    followups.do_due(now=timezone.now(), by=BY)

    assert shown(osei, "F16") == ["THEY HAVE NOT AGREED TO THIS"]
    assert FollowUp.objects.filter(plan="C04", state="open", patient=intake.patient).count() == 1


def shown(user: Any, plan: str) -> list[str]:
    """Whether the line of each task of a plan warns."""
    warning = "THEY HAVE NOT AGREED TO THIS"
    tasks = task_lines.open_tasks(user).filter(plan=plan)
    rows = task_lines.lines(tasks, user=user, now=timezone.now())
    return [warning if warning in row.what else "" for row in rows]


def test_saying_no_from_the_start_is_no_withdrawal(sent: Any) -> None:
    sent("V343", consent_prescriber="no")
    followups.plan(now=timezone.now(), by=BY)

    assert not FollowUp.objects.filter(plan="C04").exists()


def test_a_signature_that_is_the_full_name_has_no_note(fill: Any, submit: Any, let_in: Any) -> None:
    intake: Intake = fill("V000")
    record = submit(intake, name=" maya  canary THOMPSON ")

    assert signed_copy.copy_of(record).given_name == ""
    assert "another form of the name" not in words(let_in(intake).get("/my/"))


def test_another_form_of_the_name_is_accepted_with_a_note(sent: Any) -> None:
    assert "You signed as “Maya Thompson”, which is another form of the name you gave." in words(
        sent("V000")[0].get("/my/")
    )


def test_words_that_changed_while_the_page_was_open_are_not_signed(fill: Any, let_in: Any) -> None:
    intake = fill("V000")
    ticked = {name: "on" if PROTOCOL.questions[name].kind == "checkbox" else "yes" for name in SIGN.questions}
    form = {**ticked, "signature": "Maya Thompson", "key": str(intake.submit_key), "read": "0123456789abcdef"}
    answer = let_in(intake).post("/intake/sign/", form)

    assert answer.status_code == 422
    assert "We changed some words on this page. Read them again, then sign" in words(answer)
    assert Intake.objects.get().state == "draft"
