"""Licences: an end shows whom it affects before it holds, takes the times away, and tells administrators no name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.booking.models import Appointment, License
from clinic.patients.models import Patient
from tests.clinic.booking.conftest import clinician, make_clinician, make_patient
from tests.clinic.staff.test_desk import booked, known, words_of
from tests.clinic.staff.test_hours_pages import times_on

__all__ = ["clinician", "make_clinician", "make_patient"]
pytestmark = pytest.mark.django_db
WEDNESDAY = {"region": "US-CA", "last_day": "2026-12-02"}


@pytest.fixture
def visit(clinician: User, make_patient: Callable[..., Patient]) -> Appointment:
    """Maya, on Thursday, December 3."""
    return booked(known(make_patient()), clinician)


def page_of(clinician: User) -> str:
    return reverse("staff:licence", args=[clinician.pk])


def test_an_end_first_shows_whom_it_affects_and_then_takes_the_times_away(
    signed_in: Callable[[Role], Client], clinician: User, visit: Appointment
) -> None:
    weiss = signed_in(Role.DIRECTOR)
    before = times_on(date(2026, 12, 3))

    asked = words_of(weiss.post(page_of(clinician), WEDNESDAY))
    assert "1 person is booked then" in asked
    assert "Maya" in asked
    assert License.objects.get().expires_on is None
    weiss.post(page_of(clinician), WEDNESDAY | {"seen": visit.reference})

    assert (before > 0, times_on(date(2026, 12, 3)), times_on(date(2026, 12, 2)) > 0) == (True, 0, True)
    assert Appointment.objects.get(pk=visit.pk).state == "booked"
    listed = words_of(weiss.get(reverse("staff:licences")))
    assert "Dec 2, 2026" in listed
    assert reverse("staff:tell", args=["licence", License.objects.get().pk]) in listed
    assert AuditEvent.objects.filter(action="booking.license", detail__last_day="2026-12-02").count() == 1


def test_an_administrator_reads_how_many_and_not_who(
    signed_in: Callable[[Role], Client], clinician: User, visit: Appointment
) -> None:
    asked = words_of(signed_in(Role.ADMINISTRATOR).post(page_of(clinician), WEDNESDAY))

    assert "1 person is booked after that day" in asked
    assert "Maya" not in asked


def test_a_licence_is_added_and_its_end_taken_back(signed_in: Callable[[Role], Client], clinician: User) -> None:
    sam = signed_in(Role.ADMINISTRATOR)

    sam.post(page_of(clinician), {"region": "US-NY", "last_day": "2027-01-31"})
    sam.post(page_of(clinician), WEDNESDAY)
    sam.post(page_of(clinician), {"region": "US-CA", "last_day": ""})

    kept = set(clinician.licenses.values_list("region", "expires_on"))
    assert kept == {("US-NY", date(2027, 1, 31)), ("US-CA", None)}


@pytest.mark.parametrize("wrong", [{"region": "US-OH"}, {"region": ""}, {"last_day": "soon"}, {"last_day": "0001-1-1"}])
def test_a_licence_that_cannot_be_is_refused(
    signed_in: Callable[[Role], Client], clinician: User, wrong: dict[str, str]
) -> None:
    answer = signed_in(Role.ADMINISTRATOR).post(page_of(clinician), WEDNESDAY | wrong)

    assert answer.status_code == 422
    assert License.objects.get().expires_on is None


def test_more_licences_cost_no_more_queries(
    signed_in: Callable[[Role], Client], make_clinician: Callable[..., User], visit: Appointment
) -> None:
    sam, counted = signed_in(Role.ADMINISTRATOR), []
    for more in (1, 5):
        for _ in range(more):
            make_clinician(regions=("US-CA", "US-NY"))
        with CaptureQueriesContext(connection) as queries:
            sam.get(reverse("staff:licences"))
        counted.append(len(queries))

    assert counted[0] == counted[1]
