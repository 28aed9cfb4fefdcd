"""From the first page to the booked consultation and the e-mail that the worker delivered, without JavaScript."""

from __future__ import annotations

import email
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.policy import default
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.celery import nudge
from clinic.followups.models import FollowUp
from clinic.notifications.models import Message
from clinic.patients.models import Patient
from clinic.staff.management import people
from tests.journeys.persons import answers_of, fill_page, go_on
from tests.sign_in import code_of

pytestmark = pytest.mark.browser
PASSWORD = "a long password for the journeys"
MOST_PAGES = 45


def test_a_person_is_reviewed_books_and_is_reminded(
    live_server: Any, phone: BrowserContext, laptop: BrowserContext, worker: subprocess.Popen[bytes]
) -> None:
    site = live_server.url
    given_a_clinic()

    patient = phone.new_page()
    when_she_fills_in_the_form(patient, site, answers_of("V015", med_none="takes"), medicine="Zoloft")
    then_she_is_told_that_a_clinician_reads_it(patient)

    clinician = laptop.new_page()
    when_the_clinician_signs_in(clinician, site)
    when_the_clinician_decides(clinician)
    then_the_record_shows_who_looked_and_who_decided()

    when_she_books_the_soonest_time(patient, site)
    then_an_email_arrives("appointment-booked", "maya@example.org")
    when_the_day_of_the_reminder_comes()
    then_an_email_arrives("reminder-1-day", "maya@example.org")


def given_a_clinic() -> None:
    staff = people.people_the_staff(PASSWORD)
    people.open_hours([user for user in staff if user.role == Role.CLINICIAN], now=timezone.now())


def when_she_fills_in_the_form(page: Page, site: str, answers: dict[str, Any], *, medicine: str) -> None:
    answers |= {"email": "maya@example.org", "phone": "(555) 010-0199"}
    page.goto(f"{site}/intake/start/")
    go_on(page.get_by_role("button", name="Start"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Your health form")
    go_on(page.locator("main .btn"))
    for _ in range(MOST_PAGES):
        if page.url.endswith("/intake/check/"):
            break
        if page.get_by_role("link", name="Add a medicine", exact=True).count():
            add_a_medicine(page, medicine)
            go_on(page.get_by_role("button", name="That is all of them"))
        else:
            fill_page(page, answers)
            go_on(page.get_by_role("button", name="Continue", exact=True))
        assert not page.locator("#error-summary").count(), page.locator("#error-summary").inner_text()
    go_on(page.get_by_role("link", name="Go on to sign"))
    expect(page).to_have_url(f"{site}/intake/sign/")
    expect(page.locator("main input:checked")).to_have_count(0)
    fill_page(page, {**answers, "signature": "Maya Rose Thompson"})
    go_on(page.get_by_role("button", name="Sign and send"))


def add_a_medicine(page: Page, name: str) -> None:
    go_on(page.get_by_role("link", name="Add a medicine", exact=True))
    page.get_by_label("Name of the medicine").fill(name)
    page.get_by_label("Every day, or on a schedule").check()
    go_on(page.get_by_role("button", name="Save this medicine"))
    go_on(page.get_by_role("group", name="Did you mean one of these?").get_by_role("button", name=name).first)


def then_she_is_told_that_a_clinician_reads_it(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("A clinician will read your answers")
    then_an_email_arrives("intake-received", "maya@example.org")


def when_the_clinician_signs_in(page: Page, site: str) -> None:
    page.goto(f"{site}/staff/")
    page.get_by_label("Email").fill("osei@larkfield.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Code").fill(code_of(User.objects.get(email="osei@larkfield.example")))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")


def when_the_clinician_decides(page: Page) -> None:
    go_on(page.get_by_role("link", name="Maya Rose Thompson").first)
    expect(page.locator("main")).to_contain_text("Schizophrenia or psychosis")
    expect(page.locator("input[name=route]:checked")).to_have_count(0)
    page.get_by_label("Ready to book", exact=False).check()
    reason_code = page.locator("select[name=reason_code]")
    if reason_code.is_visible():
        reason_code.select_option("spoke_with_patient")
    page.locator("textarea[name=reason]").fill("Spoke with her. Stable for years, no symptoms of her own.")
    go_on(page.get_by_role("button", name="Sign and open the next one"))
    expect(page.locator("#error-summary")).to_have_count(0)


def then_the_record_shows_who_looked_and_who_decided() -> None:
    clinician = User.objects.get(email="osei@larkfield.example").actor.ref
    deeds = set(AuditEvent.objects.filter(actor=clinician).values_list("action", flat=True))

    assert {"reviews.see_review", "reviews.decide"} <= deeds, deeds


def when_she_books_the_soonest_time(page: Page, site: str) -> None:
    page.goto(f"{site}/book/")
    go_on(page.get_by_role("button", name="Choose this time"))
    page.locator("[name=reminders][value=email]").check()
    page.get_by_role("button", name="Book this time").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You are booked")


def when_the_day_of_the_reminder_comes() -> None:
    planned = FollowUp.objects.filter(plan="F23", state="planned")
    reminder = eventually(planned.first, "the reminder is planned")
    noon = where_it_is_noon()
    Patient.objects.filter(pk=reminder.patient_id).update(time_zone=noon)
    FollowUp.objects.filter(pk=reminder.pk).update(due_at=timezone.now(), try_at=timezone.now())
    nudge("clinic.followups.tasks.look_at", reminder.row_id)


def where_it_is_noon() -> str:
    """A time zone in which nobody is woken now, so that the quiet hours do not decide about this test."""
    hours = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-hours:+d}"


def then_an_email_arrives(template: str, address: str) -> None:
    sent = eventually(
        lambda: Message.objects.filter(template=template, state=Message.State.SENT).first(), f"{template} is delivered"
    )
    letter = email.message_from_bytes((settings.MAIL_DIR / f"{sent.pk}.eml").read_bytes(), policy=default)

    assert letter["To"] == address
    assert "schizophrenia" not in letter.as_string()
    assert "Zoloft" not in letter.as_string()


def eventually(ask: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if told := ask():
            return told
        time.sleep(0.2)
    pytest.fail(f"Not within {seconds:.0f} seconds: {what}")
