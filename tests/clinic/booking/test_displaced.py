"""What the clinic cannot keep as booked is said wherever it is shown, and asks the desk until it is put right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import system
from clinic.booking import actions, affected, availability_actions, find
from clinic.booking.calendar import day
from clinic.booking.displaced import on_hold
from clinic.booking.feeds import feed_file
from clinic.booking.models import Appointment, Availability, License
from clinic.followups import actions as followups
from clinic.followups.models import FollowUp
from clinic.patients.models import Patient

pytestmark = pytest.mark.django_db
At = Callable[..., datetime]
Make = Callable[..., Appointment]
Change = Callable[[Appointment], object]
DESK = system("test")
THURSDAY = date(2026, 12, 3)


@pytest.fixture(autouse=True)
def only_these_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planning everything else each time would take most of the time of these tests."""
    monkeypatch.setattr(followups, "is_planned", lambda plan: plan.id == "C19")


@pytest.fixture
def booked(patient: Patient, clinician: User, hold: Make, book: Make, at: At) -> Appointment:
    """Maya, on Thursday at nine, by phone."""
    return book(hold(patient, clinician, at(3, 9)))


def licence_ends(visit: Appointment) -> object:
    return availability_actions.license_for(
        clinician=visit.clinician, region="US-CA", expires_on=date(2026, 12, 2), by=DESK
    )


def licence_goes(visit: Appointment) -> object:
    return License.objects.filter(clinician=visit.clinician).delete()


def patient_moves_away(visit: Appointment) -> object:
    return Patient.objects.filter(pk=visit.patient_id).update(region="US-NY")


def access_ends(visit: Appointment) -> object:
    return User.objects.filter(pk=visit.clinician_id).update(is_active=False)


def role_changes(visit: Appointment) -> object:
    return User.objects.filter(pk=visit.clinician_id).update(role=Role.SCHEDULER)


def falls_ill(visit: Appointment) -> object:
    since, until = visit.start - timedelta(hours=1), visit.start + timedelta(minutes=5)
    return availability_actions.take_time_off(
        clinician=visit.clinician, since=since, until=until, reason="sick", by=DESK
    )


def clinic_closes(visit: Appointment) -> object:
    return availability_actions.close_for_holiday(day=THURSDAY, name="A holiday", by=DESK)


def place_closes(visit: Appointment) -> object:
    return availability_actions.close_for_holiday(day=THURSDAY, name="Moving", location="midtown", by=DESK)


def hours_end(visit: Appointment) -> object:
    rule = Availability.objects.get(clinician=visit.clinician, weekday=3, location="midtown")
    return availability_actions.end_hours(rule=rule, last_day=date(2026, 12, 2), by=DESK)


CHANGES = {
    licence_ends: "Must not go ahead: Dr. Ama Osei is not licensed that day where the patient lives",
    licence_goes: "Must not go ahead: Dr. Ama Osei is not licensed that day where the patient lives",
    patient_moves_away: "Must not go ahead: Dr. Ama Osei is not licensed that day where the patient lives",
    access_ends: "Must not go ahead: Dr. Ama Osei does not see patients here any more",
    role_changes: "Must not go ahead: Dr. Ama Osei does not see patients here any more",
    falls_ill: "To move or cancel: Dr. Ama Osei is away then",
    clinic_closes: "To move or cancel: we are closed that day",
    place_closes: "To move or cancel: we are closed that day",
    hours_end: "To move or cancel: the hours of Dr. Ama Osei end before that day",
}
every_change = pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)


def said(visit: Appointment, now: datetime) -> str:
    return on_hold([Appointment.objects.get(pk=visit.pk)], now=now).get(visit.pk, "")


def sweep(now: datetime) -> list[FollowUp]:
    """What the clock does each minute; the tasks that are open then."""
    followups.plan(now=now, by=DESK)
    followups.do_due(now=now, by=DESK)
    followups.withdraw(by=DESK)
    return list(FollowUp.objects.filter(plan="C19", state="open").order_by("planned_at"))


def test_as_booked_nothing_is_in_its_way(booked: Appointment, now: datetime) -> None:
    assert said(booked, now) == ""
    assert sweep(now) == []


@every_change
def test_each_reason_is_said_on_the_visit_and_in_the_calendar(
    booked: Appointment, change: Change, now: datetime
) -> None:
    change(booked)

    (entry,) = [each for each in day(THURSDAY, zone="America/Los_Angeles", now=now) if each.reference]
    assert (said(booked, now), entry.on_hold) == (CHANGES[change], CHANGES[change])


@every_change
def test_each_reason_gives_the_desk_one_task_and_changes_nothing_for_the_patient(
    booked: Appointment, change: Change, now: datetime
) -> None:
    change(booked)

    sweep(now)
    (task,) = sweep(now + timedelta(minutes=1))

    assert (task.audience, task.patient, task.row_id) == ("coordinator", booked.patient, booked.pk)
    unchanged = Appointment.objects.get(pk=booked.pk)
    assert (unchanged.state, unchanged.during, unchanged.sequence) == ("booked", booked.during, booked.sequence)


def test_moving_it_to_somebody_who_can_see_them_ends_the_task(
    booked: Appointment, make_clinician: Callable[..., User], hold: Make, now: datetime, at: At
) -> None:
    licence_ends(booked)
    assert len(sweep(now)) == 1

    to = hold(booked.patient, make_clinician("Dr. Lin Weiss"), at(3, 9, 20), moves=booked)
    actions.move(to=to, phone="(555) 010-0199", reminders="email", needs=[], by=DESK, now=now)

    assert (said(booked, now), sweep(now)) == ("", [])


def test_cancelling_it_ends_the_task(booked: Appointment, now: datetime) -> None:
    falls_ill(booked)
    assert len(sweep(now)) == 1

    actions.cancel(appointment=booked, reason="", by=DESK, now=now)

    assert sweep(now) == []


def test_a_licence_that_is_kept_again_ends_the_task_and_one_that_ends_again_asks_again(
    booked: Appointment, now: datetime
) -> None:
    for minutes in (1, 3):
        licence_ends(booked)
        assert len(sweep(now + timedelta(minutes=minutes))) == 1
        availability_actions.license_for(clinician=booked.clinician, region="US-CA", by=DESK)
        assert sweep(now + timedelta(minutes=minutes + 1)) == []

    assert [each.reason for each in FollowUp.objects.filter(plan="C19")] == ["sorted out", "sorted out"]


def test_another_reason_takes_the_place_of_the_first_and_each_is_asked_for_once(
    booked: Appointment, now: datetime
) -> None:
    falls_ill(booked)
    (first,) = sweep(now)

    licence_ends(booked)
    for minutes in range(1, 5):
        (second,) = sweep(now + timedelta(minutes=minutes))

    assert second.pk != first.pk
    assert FollowUp.objects.filter(plan="C19").count() == 2


def test_a_task_closed_too_early_comes_back_once_when_the_visit_is_near(
    patient: Patient, clinician: User, hold: Make, book: Make, now: datetime
) -> None:
    visit = book(hold(patient, clinician, datetime(2026, 12, 17, 17, 0, tzinfo=UTC)))
    availability_actions.license_for(clinician=clinician, region="US-CA", expires_on=date(2026, 12, 16), by=DESK)
    (early,) = sweep(now)
    assert early.priority == "P2"
    followups.close_task(follow_up=early, by=DESK, now=now)
    assert sweep(now + timedelta(days=1)) == []

    near = visit.start - timedelta(days=4)
    (late,) = sweep(near)
    assert late.priority == "P1"
    followups.close_task(follow_up=late, by=DESK, now=near)

    assert sweep(near + timedelta(days=1)) == []


def test_a_task_that_waited_until_the_visit_is_near_becomes_one_that_presses(
    patient: Patient, clinician: User, hold: Make, book: Make, now: datetime
) -> None:
    visit = book(hold(patient, clinician, datetime(2026, 12, 17, 17, 0, tzinfo=UTC)))
    licence_goes(visit)
    sweep(now)

    for minutes in range(3):
        open_now = sweep(visit.start - timedelta(days=4) + timedelta(minutes=minutes))

    assert [task.priority for task in open_now] == ["P1"]
    assert FollowUp.objects.filter(plan="C19").count() == 2


def test_in_another_program_it_is_tentative(booked: Appointment, now: datetime) -> None:
    before = feed_file(booked.clinician, now=now)
    falls_ill(booked)

    assert (b"STATUS:CONFIRMED" in before, b"STATUS:TENTATIVE" in feed_file(booked.clinician, now=now)) == (True, True)


def test_what_an_exception_shows_beforehand_is_what_it_then_asks_for(
    make_clinician: Callable[..., User], make_patient: Callable[..., Patient], hold: Make, book: Make, now: datetime
) -> None:
    osei = make_clinician()
    lin = make_clinician("Dr. Lin Weiss", location="harbor", room="2")
    starts = [datetime(2026, 12, day, 17 + hour // 3, 20 * (hour % 3), tzinfo=UTC) for day in (2, 3) for hour in (0, 3)]
    ways = [{"mode": "phone"}, {"mode": "in_person", "location": "midtown"}]
    visits = [
        book(hold(make_patient(), who, start, **(way if who == osei else {"mode": "video"})))
        for who in (osei, lin)
        for start, way in zip(starts, ways * 2, strict=True)
    ]
    rule = Availability.objects.get(clinician=osei, weekday=3)
    licence = License.objects.get(clinician=osei)
    licence.expires_on = date(2026, 12, 2)
    since, until = starts[0], starts[2]
    shown_and_done = [
        (affected.by_licence(licence, now=now), licence.save),
        (affected.by_end(rule, date(2026, 12, 2), now=now), lambda: hours_end(visits[0])),
        (affected.by_holiday("midtown", THURSDAY, now=now), lambda: place_closes(visits[0])),
        (affected.by_holiday("", THURSDAY, now=now), lambda: clinic_closes(visits[0])),
        (
            affected.by_absence(osei.pk, since, until, now=now),
            lambda: availability_actions.take_time_off(
                clinician=osei, since=since, until=until, reason="leave", by=DESK
            ),
        ),
    ]

    for shown, do in shown_and_done:
        do()
        assert shown
        assert {each.pk for each in shown} <= set(on_hold(visits, now=now))
    assert set(on_hold(visits, now=now)) == {each.pk for shown, _ in shown_and_done for each in shown}


def test_other_hours_at_another_place_do_not_keep_a_visit_in_person(
    make_clinician: Callable[..., User], patient: Patient, hold: Make, book: Make, now: datetime, at: At
) -> None:
    osei = make_clinician()
    visit = book(hold(patient, osei, at(3, 9), mode="in_person", location="midtown"))
    told = {"weekdays": [3], "opens": time(9), "closes": time(11), "time_zone": "America/Los_Angeles"}
    told |= {"modes": ["in_person"], "valid_from": date(2026, 1, 1), "location": "harbor"}
    availability_actions.offer_times(clinician=osei, by=DESK, **told)

    hours_end(visit)

    assert said(visit, now) == CHANGES[hours_end]


def test_who_got_a_role_that_sees_no_patients_is_not_offered(clinician: User, now: datetime) -> None:
    def offered() -> int:
        return len(find.free_times(patient_region="US-CA", now=now))

    before = offered()
    User.objects.filter(pk=clinician.pk).update(role=Role.SCHEDULER)

    assert (before > 0, offered()) == (True, 0)
