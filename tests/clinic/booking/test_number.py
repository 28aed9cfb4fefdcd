"""A patient who has another phone number is called there for a visit that is booked already."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
import time_machine
from django.test import Client

from clinic.accounts.models import User
from clinic.audit.actors import patient as patient_actor
from clinic.audit.models import AuditEvent
from clinic.booking import actions as booking
from clinic.booking import visit_actions
from clinic.booking.models import Appointment
from clinic.booking.views_check import details_known
from clinic.my import actions
from clinic.patients.models import Patient
from clinic.staff.desk_forms import known_details

from .conftest import NOON

OLD, NEW = "(555) 010-0199", "(555) 010-0123"


@pytest.fixture
def booked(
    patient: Patient,
    clinician: User,
    hold: Callable[..., Appointment],
    book: Callable[..., Appointment],
    at: Callable[..., datetime],
) -> Callable[[str], Appointment]:
    """A visit by phone, with the number it was booked with."""
    return lambda phone: book(hold(patient, clinician, at(2, 9)), phone=phone)


def tell(patient: Patient, now: datetime = NOON) -> None:
    actions.tell_details(patient=patient, told={"phone": NEW}, by=patient_actor(patient.pk), now=now)


@pytest.mark.parametrize("typed", [OLD, "555-010-0199"])
def test_a_visit_that_had_the_old_number_has_the_new_one(
    patient: Patient, booked: Callable[[str], Appointment], typed: str
) -> None:
    visit = booked(typed)

    tell(patient)

    visit.refresh_from_db()
    assert visit.phone == NEW
    assert AuditEvent.objects.filter(action="booking.change_phone", subject=f"appointment:{visit.pk}").count() == 1


def test_a_number_that_was_given_for_this_visit_stays(patient: Patient, booked: Callable[[str], Appointment]) -> None:
    visit = booked("(555) 010-0777")

    tell(patient)

    visit.refresh_from_db()
    assert visit.phone == "(555) 010-0777"


def test_a_visit_that_is_over_stays_as_it_was(patient: Patient, booked: Callable[[str], Appointment]) -> None:
    visit = booked(OLD)
    visit_actions.complete(appointment=visit, by=patient_actor(patient.pk), now=visit.end)

    tell(patient, now=visit.end)

    visit.refresh_from_db()
    assert visit.phone == OLD


@pytest.mark.parametrize("typed", [OLD, "(555) 010-0777"])
def test_for_the_next_visit_the_number_of_now_is_suggested(
    patient: Patient,
    clinician: User,
    hold: Callable[..., Appointment],
    booked: Callable[[str], Appointment],
    browser_for: Callable[[Patient], Client],
    at: Callable[..., datetime],
    frozen: time_machine.Traveller,
    typed: str,
) -> None:
    visit = booked(typed)
    visit_actions.complete(appointment=visit, by=patient_actor(patient.pk), now=visit.end)
    tell(patient, now=visit.end)
    frozen.move_to(visit.end)
    hold(patient, clinician, at(4, 9), now=visit.end)

    page = browser_for(patient).get("/book/check/").content.decode()

    visit.refresh_from_db()
    assert f'value="{NEW}"' in page
    assert known_details(visit, NEW, ["email"])["phone"] == NEW


def test_what_was_typed_for_a_time_that_was_lost_is_suggested_again(
    patient: Patient, clinician: User, hold: Callable[..., Appointment], at: Callable[..., datetime]
) -> None:
    lost = hold(patient, clinician, at(2, 9))
    told = {"phone": "(555) 010-0777", "reminders": "email", "needs": []}
    booking.keep_details(appointment=lost, **told, by=patient_actor(patient.pk))
    booking.cancel(appointment=lost, reason="", by=patient_actor(patient.pk), now=NOON)

    assert details_known(patient)["phone"] == "(555) 010-0777"
