"""Booking what is held: once, only by who may, and only what is still to be had."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from unittest import mock

import pytest
from django.db import connection

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.audit.models import AuditEvent
from clinic.booking import actions, allowed, availability_actions
from clinic.booking.models import Appointment, License
from clinic.intake.models import Intake
from clinic.notifications.models import Message
from clinic.patients.models import Patient
from clinic.reviews.models import Decision

pytestmark = pytest.mark.django_db
State = Appointment.State
Hold = Callable[..., Appointment]
Book = Callable[..., Appointment]
At = Callable[..., datetime]
DESK = actors.system("test")


@pytest.fixture
def held(clinician: User, patient: Patient, hold: Hold, at: At) -> Appointment:
    return hold(patient, clinician, at(2, 9), time_zone="America/Denver")


def test_a_hold_becomes_an_appointment(held: Appointment, book: Book, now: datetime) -> None:
    booked = book(held)

    booked.refresh_from_db()
    assert (booked.state, booked.booked_at, booked.booked_by) == (State.BOOKED, now, f"patient:{held.patient_id}")
    assert (booked.phone, booked.reminders, booked.needs) == ("(555) 010-0199", "email", ["captions"])


def test_phone_and_needs_cannot_be_read_in_the_database(held: Appointment, book: Book) -> None:
    book(held)

    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, needs FROM booking_appointment")
        stored = b" ".join(bytes(value) for value in cursor.fetchone())
    assert b"010" not in stored
    assert b"captions" not in stored


def test_booking_again_changes_nothing_and_is_the_same(held: Appointment, book: Book, now: datetime) -> None:
    first = book(held)
    before = (AuditEvent.objects.count(), Message.objects.count())

    again = book(held, phone="(555) 010-0000", now=now + timedelta(minutes=1))

    assert again.pk == first.pk
    assert (again.phone, again.booked_at) == ("(555) 010-0199", now)
    assert (AuditEvent.objects.count(), Message.objects.count()) == before


def test_the_patient_is_told_once_in_neutral_words(held: Appointment, book: Book) -> None:
    book(held)

    message = Message.objects.get(template="appointment-booked")
    assert message.key == f"appointment-booked:{held.pk}:0"
    assert message.about == {
        "appointment": str(held.pk),
        "sequence": "0",
        "when": "Wednesday, December 2 at 10:00 am Mountain Time",
    }


def test_booking_is_on_the_record_without_what_was_typed(held: Appointment, book: Book) -> None:
    book(held)

    event = AuditEvent.objects.get(action="booking.book")
    assert event.subject == f"appointment:{held.pk}"
    assert event.detail == {"mode": "phone", "reminders": "email"}


def test_a_failing_audit_undoes_the_booking(held: Appointment, book: Book) -> None:
    with mock.patch("clinic.booking.telling.record", side_effect=ZeroDivisionError), pytest.raises(ZeroDivisionError):
        book(held)

    held.refresh_from_db()
    assert held.state == State.HELD
    assert not Message.objects.exists()


def test_later_messages_use_the_zone_they_read_the_time_in(held: Appointment, book: Book) -> None:
    book(held)

    assert Patient.objects.get(pk=held.patient_id).time_zone == "America/Denver"


def test_a_hold_past_its_minutes_counts_while_nobody_took_it(held: Appointment, book: Book, now: datetime) -> None:
    assert book(held, now=now + timedelta(hours=1)).state == State.BOOKED


def test_a_hold_that_was_let_go_is_not_booked(held: Appointment, book: Book, now: datetime) -> None:
    actions.release_expired(now=now + timedelta(minutes=10), by=DESK)

    with pytest.raises(actions.HoldReleased):
        book(held)


def test_a_hold_that_somebody_else_took_over_is_not_booked(
    held: Appointment, book: Book, hold: Hold, make_patient: Callable[..., Patient], now: datetime
) -> None:
    later = now + timedelta(minutes=10)
    theirs = hold(make_patient(), held.clinician, held.start, now=later)

    with pytest.raises(actions.HoldReleased):
        book(held, now=later)

    assert book(theirs, now=later).state == State.BOOKED


def test_a_time_that_has_passed_is_not_booked(held: Appointment, book: Book) -> None:
    with pytest.raises(actions.NotOffered, match="passed"):
        book(held, now=held.start)


def test_time_off_taken_since_the_hold_refuses_it(held: Appointment, book: Book) -> None:
    availability_actions.take_time_off(
        clinician=held.clinician, since=held.start, until=held.end, reason="sick", by=DESK
    )

    with pytest.raises(actions.NotOffered):
        book(held)


def test_a_licence_lost_since_the_hold_refuses_it(held: Appointment, book: Book) -> None:
    License.objects.all().delete()

    with pytest.raises(actions.NotOffered):
        book(held)


def test_notice_counts_from_the_hold_and_not_from_the_booking(
    clinician: User, patient: Patient, hold: Hold, book: Book, at: At
) -> None:
    day_before = at(2, 9) - timedelta(hours=24)
    held = hold(patient, clinician, at(2, 9), now=day_before)

    assert book(held, now=day_before + timedelta(minutes=5)).state == State.BOOKED


def test_a_safety_answer_given_since_the_hold_closes_booking(held: Appointment, book: Book, now: datetime) -> None:
    Intake.objects.filter(patient=held.patient).update(safety_raised_at=now)

    with pytest.raises(allowed.NotAllowedToBook):
        book(held)


def test_a_cancelled_appointment_is_not_booked_again_by_its_old_form(
    held: Appointment, book: Book, now: datetime
) -> None:
    actions.cancel(appointment=book(held), reason="", by=DESK, now=now)

    with pytest.raises(actions.NotOffered, match="not kept"):
        book(held)


@pytest.mark.parametrize(("last_day", "may_have_it"), [(date(2026, 12, 1), False), (date(2026, 12, 2), True)])
def test_a_decision_is_good_for_times_until_its_last_day(
    make_patient: Callable[..., Patient],
    clinician: User,
    hold: Hold,
    now: datetime,
    at: At,
    last_day: date,
    may_have_it: bool,
) -> None:
    patient = make_patient("clinician_review")
    sealed = patient.intakes.get().records.get()
    decision = Decision.objects.create(
        record=sealed,
        route="ready_to_book",
        reason="",
        conditions="",
        valid_until=last_day,
        decided_at=now - timedelta(hours=1),
        decided_by=clinician,
        basis_answers_hash=sealed.answers_hash,
        basis_seal=sealed.seal,
    )

    if may_have_it:
        assert hold(patient, clinician, at(2, 9)).basis == f"decision:{decision.pk}"
    else:
        with pytest.raises(actions.NotOffered, match="last day"):
            hold(patient, clinician, at(2, 9))


def test_what_was_typed_is_kept_for_the_next_time(held: Appointment, now: datetime) -> None:
    actions.release_expired(now=now + timedelta(minutes=10), by=DESK)

    actions.keep_details(appointment=held, phone="(555) 010-0111", reminders="none", needs=["spanish"], by=DESK)

    held.refresh_from_db()
    assert (held.state, held.phone, held.needs) == (State.RELEASED, "(555) 010-0111", ["spanish"])


def test_what_was_booked_is_not_overwritten_by_an_old_form(held: Appointment, book: Book) -> None:
    book(held)

    actions.keep_details(appointment=held, phone="(555) 010-0111", reminders="none", needs=[], by=DESK)

    held.refresh_from_db()
    assert (held.phone, held.reminders) == ("(555) 010-0199", "email")
