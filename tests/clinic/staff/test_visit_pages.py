"""One appointment at the desk: moved, cancelled, marked when it is over; and why a time is not free."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.booking import availability_actions
from clinic.booking.models import Appointment
from clinic.followups import actions as followups
from clinic.patients.models import Patient
from tests.clinic.booking.conftest import clinician, make_clinician, make_patient
from tests.clinic.staff.test_desk import THURSDAY_9, booked, caller, desk_of, keep, known, slot, words_of

__all__ = ["caller", "clinician", "desk_of", "make_clinician", "make_patient"]
pytestmark = pytest.mark.django_db
DESK = system("test")


def test_an_appointment_is_moved_with_a_reason_and_kept_until_then(
    desk_of: Client, caller: Patient, clinician: User
) -> None:
    theirs = booked(caller, clinician)
    later = THURSDAY_9 + timedelta(minutes=40)
    page = keep(desk_of, caller, slot(clinician, later), move=theirs.reference).url
    details = {"phone": "(555) 010-0199", "reminders": "email"}

    without = desk_of.post(page, details)
    theirs.refresh_from_db()
    assert (without.status_code, theirs.start) == (422, THURSDAY_9)
    desk_of.post(page, details | {"reason": "asked"})
    theirs.refresh_from_db()

    assert theirs.start == later
    assert AuditEvent.objects.get(action="booking.move").detail["reason"] == "asked"


def test_an_appointment_is_cancelled_with_a_reason(desk_of: Client, caller: Patient, clinician: User) -> None:
    theirs = booked(caller, clinician)
    page = reverse("staff:cancel", args=[theirs.reference])

    assert desk_of.post(page).status_code == 422
    assert desk_of.post(page, {"reason": "clinician_away"}).status_code == 302
    theirs.refresh_from_db()
    assert (theirs.state, theirs.cancel_reason) == ("cancelled", "clinician_away")


def test_a_visit_that_cannot_be_kept_says_why_and_its_task_leads_to_it(
    desk_of: Client, caller: Patient, clinician: User
) -> None:
    theirs = booked(caller, clinician)
    availability_actions.license_for(clinician=clinician, region="US-CA", expires_on=date(2026, 12, 2), by=DESK)
    followups.plan(now=timezone.now(), by=DESK)
    followups.do_due(now=timezone.now(), by=DESK)

    page = reverse("staff:appointment", args=[theirs.reference])
    assert "Must not go ahead: Dr. Ama Osei is not licensed that day" in words_of(desk_of.get(page))
    tasks = desk_of.get(reverse("staff:tasks"))
    assert "A visit is booked that cannot be kept" in words_of(tasks)
    assert page in tasks.content.decode()


def test_only_their_own_appointment_is_moved(
    desk_of: Client, caller: Patient, make_patient: Callable[..., Patient], clinician: User
) -> None:
    of_another = booked(known(make_patient()), clinician)

    keep(desk_of, caller, slot(clinician, THURSDAY_9 + timedelta(minutes=40)), move=of_another.reference)

    assert Appointment.objects.get(state="held").moves is None


@pytest.mark.parametrize("days_ago", [3, 100])
def test_a_visit_that_ended_is_marked_with_one_press_however_long_ago(
    desk_of: Client, caller: Patient, clinician: User, days_ago: int
) -> None:
    theirs, then = booked(caller, clinician), THURSDAY_9 - timedelta(days=days_ago)
    Appointment.objects.filter(pk=theirs.pk).update(during=(then, then + timedelta(hours=1)))

    listed = words_of(desk_of.get(reverse("staff:no_shows")))
    answer = desk_of.post(reverse("staff:missed", args=[theirs.reference]), {"back": "no_shows"})
    theirs.refresh_from_db()

    assert "Maya" in listed
    assert answer.url == reverse("staff:no_shows")
    assert theirs.state == "no_show"
    assert "Maya" not in words_of(desk_of.get(reverse("staff:no_shows")))


def test_what_is_heard_on_the_phone_is_kept_and_can_be_changed(
    desk_of: Client, caller: Patient, clinician: User
) -> None:
    page = keep(desk_of, caller, slot(clinician)).url
    told = {"phone": "(555) 010-0199", "reminders": "email", "note": "Ring twice"}

    desk_of.post(page, told | {"agreed_on_phone": "on"})
    theirs = Appointment.objects.get(state="booked")
    shown = words_of(desk_of.get(reverse("staff:appointment", args=[theirs.reference])))
    desk_of.post(reverse("staff:note_visit", args=[theirs.reference]), {"note": "Use the side door"})
    too_long = desk_of.post(reverse("staff:note_visit", args=[theirs.reference]), {"note": "a" * 201})
    theirs.refresh_from_db()

    assert "By email, agreed on the phone" in shown
    assert "Ring twice" in shown
    assert (theirs.note, theirs.agreed_on_phone, too_long.status_code) == ("Use the side door", True, 422)


def test_who_is_here_is_said_in_the_calendar_until_it_is_said_how_it_went(
    desk_of: Client, caller: Patient, clinician: User
) -> None:
    theirs, now = booked(caller, clinician), timezone.now()
    Appointment.objects.filter(pk=theirs.pk).update(during=(now - timedelta(minutes=5), now + timedelta(minutes=15)))
    calendar, page = reverse("staff:calendar"), reverse("staff:appointment", args=[theirs.reference])

    def said_beyond_the_legend(word: str) -> int:
        """The calendar is on the page twice: as a table, and as lists for narrow screens."""
        today, empty = desk_of.get(calendar), desk_of.get(calendar, {"day": "2020-01-05"})
        return words_of(today).count(word) - words_of(empty).count(word)

    assert "They are here" in words_of(desk_of.get(page))
    desk_of.post(reverse("staff:arrived", args=[theirs.reference]))
    during = said_beyond_the_legend("Arrived")
    desk_of.post(reverse("staff:left", args=[theirs.reference]))

    assert (during, said_beyond_the_legend("Arrived"), said_beyond_the_legend("Left early")) == (2, 0, 2)
    assert "They are here" not in words_of(desk_of.get(page))


def test_a_visit_that_has_not_begun_cannot_be_marked(desk_of: Client, caller: Patient, clinician: User) -> None:
    theirs = booked(caller, clinician)

    assert desk_of.post(reverse("staff:came", args=[theirs.reference])).status_code == 409


def test_why_a_time_is_not_free_is_said_by_rule(
    desk_of: Client, caller: Patient, make_patient: Callable[..., Patient], clinician: User
) -> None:
    theirs = booked(known(make_patient()), clinician)
    asked = {"clinician": clinician.pk, "day": "2026-12-03", "at": "9:00 am", "who": caller.reference}

    taken, free = (desk_of.get(reverse("staff:why"), asked | {"at": at}) for at in ("9 am", "9:20 am"))

    assert [(each.rule, each.about) for each in taken.context["reasons"]] == [("Taken", theirs.reference)]
    assert "No rule excludes it" in words_of(free)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"at": "25:00"}, "Enter the time like 9:00 am"),
        ({"day": "2026-03-08", "at": "2:30"}, "The clocks skip this time on that day"),
        ({"clinician": "x"}, "Choose one of the clinicians"),
        ({"who": "LK-0000000"}, "There is no patient with this reference"),
        ({"day": "soon"}, "Enter the day as a date"),
        ({"day": "9999-12-31", "at": "23:59"}, "Enter the day as a date of this century"),
        ({"day": "0001-01-01"}, "Enter the day as a date of this century"),
    ],
)
def test_a_question_that_makes_no_sense_says_so(
    desk_of: Client, clinician: User, changed: dict[str, str], words: str
) -> None:
    asked = {"clinician": clinician.pk, "day": "2026-12-03", "at": "9:00"} | changed

    response = desk_of.get(reverse("staff:why"), asked)

    assert response.status_code == 422
    assert words in words_of(response)


def test_only_who_may_find_patients_may_ask_for_one(
    signed_in: Callable[[Role], Client], caller: Patient, clinician: User
) -> None:
    response = signed_in(Role.CLINICIAN).get(reverse("staff:why"), {"who": caller.reference})

    assert "who" not in response.context["form"].fields
    assert "Maya" not in words_of(response)
