"""Every staff page, asked for as the table of permissions asks: who sees a patient on it leaves a line about them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.booking.models import Appointment
from clinic.patients.lookers import looks_at
from clinic.patients.models import Patient
from tests.clinic.reviews.records import NOW
from tests.clinic.staff.test_permissions import OTHERS_OWN, ROWS, YES

LET_IN = [(*row[:2], row[2]) for row in ROWS if row[3] is YES and row[0].startswith("staff:")]


@pytest.fixture
def named(addresses: dict[str, str], staff: Callable[[Role], User]) -> dict[str, str]:
    """The same addresses, with a name for each patient that nobody else has, and one of them in the calendar."""
    for patient in Patient.objects.all():
        patient.legal_name = patient.preferred_name = f"Name{patient.reference}"
        patient.phone, patient.email = f"+1 {patient.reference}", f"{patient.reference}@example.test"
        patient.save()
    between = (NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    Appointment.objects.create(
        patient=patient, clinician=staff(Role.CLINICIAN), during=between, mode="phone", time_zone="America/Los_Angeles",
        state="booked", held_until=NOW, booked_at=NOW, booked_by="patient:x", basis="record:x",
    )  # fmt: skip
    return addresses


def shown_on(page: bytes) -> list[Patient]:
    """The patients whose name a page shows; a reference alone is a link, not a look."""
    return [patient for patient in Patient.objects.all() if f"Name{patient.reference}".encode() in page]


@pytest.mark.parametrize(("name", "method", "role"), LET_IN)
def test_a_page_that_shows_a_patient_leaves_a_line_about_them(
    name: str, method: str, role: Role,
    signed_in: Callable[[Role], Client], named: dict[str, str], staff: Callable[[Role], User],
) -> None:  # fmt: skip
    browser, before = signed_in(role), AuditEvent.objects.latest("id").pk
    response = browser.generic(method, named[name])
    page = b"".join(response.streaming_content) if response.streaming else response.content

    for patient in shown_on(page):
        lines = [each for each in looks_at(patient, most=20) if each.pk > before]
        assert {each.actor for each in lines} == {staff(role).actor.ref}, f"{name} shows a patient"


def test_the_walk_meets_pages_that_show_a_patient(signed_in: Callable[[Role], Client], named: dict[str, str]) -> None:
    browser = signed_in(Role.CLINICIAN)
    met = {name for name, method, role in LET_IN if role == Role.CLINICIAN and method == "GET"}
    shows = {name for name in met if shown_on(browser.get(named[name]).content)}

    assert {"staff:worklist", "staff:review", "staff:answers", "staff:tasks", "staff:calendar"} <= shows


@pytest.mark.parametrize("name", ["staff:decide", "staff:undo", "staff:reopen"])
def test_a_form_that_comes_back_with_an_error_is_a_look_too(
    name: str, signed_in: Callable[[Role], Client], addresses: dict[str, str], staff: Callable[[Role], User]
) -> None:
    role = Role.DIRECTOR if (name, Role.DIRECTOR) in OTHERS_OWN else Role.CLINICIAN

    response = signed_in(role).post(addresses[name])

    assert response.status_code in (409, 422)
    assert AuditEvent.objects.get(action="reviews.see_review").actor == staff(role).actor.ref
