"""Holding a time: who may, which times, and what a hold does to other holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clinic.accounts.models import User
from clinic.audit import actors
from clinic.audit.models import AuditEvent
from clinic.booking import actions, allowed, availability_actions
from clinic.booking.models import Appointment
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
State = Appointment.State
Hold = Callable[..., Appointment]
At = Callable[..., datetime]


def test_a_hold_keeps_the_time_for_ten_minutes(
    clinician: User, patient: Patient, hold: Hold, now: datetime, at: At
) -> None:
    held = hold(patient, clinician, at(2, 9))

    assert (held.state, held.start, held.end) == (State.HELD, at(2, 9), at(2, 9, 20))
    assert held.held_until == now + timedelta(minutes=10)


def test_a_hold_never_waits_on_the_constraint_with_a_plain_insert(
    clinician: User, patient: Patient, hold: Hold, at: At
) -> None:
    with CaptureQueriesContext(connection) as queries:
        hold(patient, clinician, at(2, 9))

    inserts = [each["sql"] for each in queries if each["sql"].startswith('INSERT INTO "booking_appointment"')]
    assert len(inserts) == 1
    assert inserts[0].endswith("ON CONFLICT DO NOTHING")


def test_a_hold_says_what_it_rests_on(clinician: User, patient: Patient, hold: Hold, at: At) -> None:
    sealed = patient.intakes.get().records.get()

    assert hold(patient, clinician, at(2, 9)).basis == f"screeningrecord:{sealed.pk}"


def test_a_hold_is_on_the_record(clinician: User, patient: Patient, hold: Hold, at: At) -> None:
    held = hold(patient, clinician, at(2, 9))

    event = AuditEvent.objects.get(action="booking.hold")
    assert (event.actor, event.subject, event.patient) == (
        f"patient:{patient.pk}",
        f"appointment:{held.pk}",
        str(patient.pk),
    )


def test_a_failing_audit_undoes_a_hold(clinician: User, patient: Patient, hold: Hold, at: At) -> None:
    with mock.patch("clinic.booking.telling.record", side_effect=ZeroDivisionError), pytest.raises(ZeroDivisionError):
        hold(patient, clinician, at(2, 9))

    assert not Appointment.objects.exists()


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("clinician_review", "A clinician is reading your answers. You do not need to do anything."),
        (
            "urgent",
            "Somebody from our team will talk with you before you choose a time. You do not need to do anything.",
        ),
    ],
)
def test_a_patient_without_standing_cannot_hold(
    make_patient: Callable[..., Patient], clinician: User, hold: Hold, at: At, outcome: str, words: str
) -> None:
    with pytest.raises(allowed.NotAllowedToBook) as refusal:
        hold(make_patient(outcome), clinician, at(2, 9))

    assert refusal.value.waits_for == words
    assert not Appointment.objects.exists()


def test_a_patient_who_sent_no_form_cannot_hold(clinician: User, hold: Hold, at: At) -> None:
    with pytest.raises(allowed.NotAllowedToBook):
        hold(Patient.objects.create(region="US-CA"), clinician, at(2, 9))


@pytest.mark.parametrize(
    "start",
    [
        datetime(2026, 11, 30, 17, 0, tzinfo=UTC),
        datetime(2026, 11, 30, 20, 0, tzinfo=UTC),
        datetime(2026, 12, 1, 17, 0, tzinfo=UTC),
        datetime(2026, 12, 2, 17, 5, tzinfo=UTC),
        datetime(2026, 12, 2, 17, 0, 1, tzinfo=UTC),
        datetime(2026, 12, 2, 19, 0, tzinfo=UTC),
        datetime(2026, 12, 5, 17, 0, tzinfo=UTC),
        datetime(2027, 2, 1, 17, 0, tzinfo=UTC),
    ],
    ids=["past", "this moment", "too soon", "off the grid", "one second off", "after hours", "weekend", "too far"],
)
def test_a_time_the_rules_do_not_offer_cannot_be_held(
    clinician: User, patient: Patient, hold: Hold, start: datetime
) -> None:
    with pytest.raises(actions.NotOffered):
        hold(patient, clinician, start)

    assert not Appointment.objects.exists()


def test_time_off_cannot_be_held(clinician: User, patient: Patient, hold: Hold, at: At) -> None:
    availability_actions.take_time_off(
        clinician=clinician, since=at(2, 0), until=at(3, 0), reason="leave", by=actors.system("test")
    )

    with pytest.raises(actions.NotOffered):
        hold(patient, clinician, at(2, 9))


@pytest.mark.parametrize("region", ["US-NY", ""])
def test_a_clinician_without_a_licence_there_cannot_be_held(
    make_patient: Callable[..., Patient], clinician: User, hold: Hold, at: At, region: str
) -> None:
    with pytest.raises(actions.NotOffered):
        hold(make_patient(region=region), clinician, at(2, 9))


@pytest.mark.parametrize(
    ("mode", "location"), [("in_person", ""), ("in_person", "harbor"), ("phone", "midtown"), ("fax", "")]
)
def test_a_way_to_meet_that_is_not_offered_cannot_be_held(
    clinician: User, patient: Patient, hold: Hold, at: At, mode: str, location: str
) -> None:
    with pytest.raises(actions.NotOffered):
        hold(patient, clinician, at(2, 9), mode=mode, location=location)


def test_a_time_that_somebody_holds_is_taken(
    make_patient: Callable[..., Patient], clinician: User, hold: Hold, at: At
) -> None:
    first = hold(make_patient(), clinician, at(2, 9))

    with pytest.raises(actions.SlotTaken):
        hold(make_patient(), clinician, at(2, 9))

    assert list(Appointment.objects.all()) == [first]


def test_a_refused_hold_leaves_the_earlier_one_in_place(
    make_patient: Callable[..., Patient], patient: Patient, clinician: User, hold: Hold, at: At
) -> None:
    hold(make_patient(), clinician, at(2, 9))
    mine = hold(patient, clinician, at(2, 10))

    with pytest.raises(actions.SlotTaken):
        hold(patient, clinician, at(2, 9))

    mine.refresh_from_db()
    assert mine.state == State.HELD


def test_a_second_hold_replaces_the_first(
    make_patient: Callable[..., Patient], patient: Patient, clinician: User, hold: Hold, at: At
) -> None:
    first = hold(patient, clinician, at(2, 9))
    second = hold(patient, clinician, at(2, 10))

    first.refresh_from_db()
    assert (first.state, second.state) == (State.RELEASED, State.HELD)
    assert hold(make_patient(), clinician, at(2, 9)).state == State.HELD


def test_the_same_time_held_again_counts_from_now(
    patient: Patient, clinician: User, hold: Hold, now: datetime, at: At
) -> None:
    hold(patient, clinician, at(2, 9))
    later = now + timedelta(minutes=5)

    again = hold(patient, clinician, at(2, 9), now=later)

    assert again.held_until == later + timedelta(minutes=10)
    assert Appointment.objects.filter(state=State.HELD).count() == 1


@pytest.mark.parametrize(("minutes", "is_taken"), [(9, True), (10, False), (60, False)])
def test_an_expired_hold_gives_way_to_the_next_patient(
    make_patient: Callable[..., Patient],
    clinician: User,
    hold: Hold,
    now: datetime,
    at: At,
    minutes: int,
    is_taken: bool,
) -> None:
    first = hold(make_patient(), clinician, at(2, 9))
    later = now + timedelta(minutes=minutes)

    if is_taken:
        with pytest.raises(actions.SlotTaken):
            hold(make_patient(), clinician, at(2, 9), now=later)
    else:
        hold(make_patient(), clinician, at(2, 9), now=later)

    first.refresh_from_db()
    assert first.state == (State.HELD if is_taken else State.RELEASED)


def test_a_released_hold_is_on_the_record_of_its_patient(
    make_patient: Callable[..., Patient], patient: Patient, clinician: User, hold: Hold, now: datetime, at: At
) -> None:
    first = hold(patient, clinician, at(2, 9))
    hold(make_patient(), clinician, at(2, 9), now=now + timedelta(minutes=10))

    assert AuditEvent.objects.get(action="booking.release").patient == str(patient.pk)
    assert AuditEvent.objects.get(action="booking.release").subject == f"appointment:{first.pk}"


def test_somebody_with_an_appointment_to_come_cannot_hold_another(
    patient: Patient, clinician: User, hold: Hold, book: Callable[..., Appointment], at: At
) -> None:
    booked = book(hold(patient, clinician, at(2, 9)))

    with pytest.raises(allowed.AlreadyBooked) as refusal:
        hold(patient, clinician, at(2, 10))

    assert refusal.value.appointment == booked


@pytest.mark.parametrize("same", ["clinician", "patient", "room"])
def test_the_database_itself_refuses_two_at_once(
    make_clinician: Callable[..., User],
    make_patient: Callable[..., Patient],
    clinician: User,
    patient: Patient,
    hold: Hold,
    at: At,
    same: str,
) -> None:
    first = hold(patient, clinician, at(2, 9), mode="in_person", location="midtown")
    other = Appointment(
        patient=patient if same == "patient" else make_patient(),
        clinician=clinician if same == "clinician" else make_clinician(),
        during=(at(2, 9, 10), at(2, 9, 30)),
        mode="in_person",
        location="midtown",
        room="1" if same == "room" else "2",
        time_zone="UTC",
        held_until=first.held_until,
        basis="test",
    )

    with pytest.raises(IntegrityError, match=f"appointment_one_per_{same}"), transaction.atomic():
        other.save()


def test_a_time_that_somebody_has_is_refused_before_anything_else_is_read(
    clinician: User, make_patient: Callable[..., Patient], hold: Callable[..., Appointment], at: Callable[..., datetime]
) -> None:
    hold(make_patient(), clinician, at(2, 9))
    late = make_patient()

    with CaptureQueriesContext(connection) as asked, pytest.raises(actions.SlotTaken):
        hold(late, clinician, at(2, 9))

    reads = [query["sql"] for query in asked if query["sql"].startswith("SELECT")]
    assert len(reads) == 2, reads
