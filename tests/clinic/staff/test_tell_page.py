"""Those whom an exception touches are told together, once each, after a preview; their visits stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.booking import actions, availability_actions, cannot_keep, cannot_keep_actions
from clinic.booking.cannot_keep import CALL, CHOOSE
from clinic.booking.models import Appointment, Availability, TimeOff
from clinic.followups import actions as followups
from clinic.followups.models import FollowUp
from clinic.followups.stops import REMINDERS, why_ended
from clinic.notifications.models import Message
from clinic.notifications.words import words_for
from clinic.patients.actions import describe
from clinic.patients.models import Patient
from tests.clinic.booking.conftest import clinician, make_clinician, make_patient
from tests.clinic.staff.test_desk import THURSDAY_9, booked, known, words_of

__all__ = ["clinician", "make_clinician", "make_patient"]
pytestmark = pytest.mark.django_db
DESK = system("test")
PEOPLE = ("Maya Thompson", "Noor Haddad", "Ken Sato")


@pytest.fixture
def desk_of(signed_in: Callable[[Role], Client]) -> Client:
    """The browser of the scheduler."""
    return signed_in(Role.SCHEDULER)


@pytest.fixture
def visits(clinician: User, make_patient: Callable[..., Patient]) -> list[Appointment]:
    """Three people on Thursday morning."""
    people = [known(make_patient(), legal_name=name, preferred_name=name.split()[0]) for name in PEOPLE]
    return [booked(each, clinician, THURSDAY_9 + timedelta(minutes=20 * n)) for n, each in enumerate(people)]


@pytest.fixture
def absence(clinician: User, visits: list[Appointment]) -> TimeOff:
    """The whole of that Thursday."""
    return day_off(clinician)


def day_off(clinician: User) -> TimeOff:
    since, until = THURSDAY_9 - timedelta(hours=1), THURSDAY_9 + timedelta(hours=9)
    told = {"since": since, "until": until, "reason": "sick"}
    return TimeOff.objects.get(pk=availability_actions.take_time_off(clinician=clinician, by=DESK, **told).pk)


def page_of(exception: cannot_keep.Row) -> str:
    return reverse("staff:tell", args=[cannot_keep.kind_of(exception), exception.pk])


def told() -> list[Message]:
    return list(Message.objects.filter(template__startswith="cannot-keep").order_by("key"))


def send(browser: Client, exception: cannot_keep.Row, visits: list[Appointment], what: str = CHOOSE) -> Any:
    """Choose, read the preview, send."""
    chosen = {"what": what, "visits": [each.reference for each in visits]}
    seen = browser.post(page_of(exception), chosen).context["seen"]
    return browser.post(page_of(exception), chosen | {"seen": seen})


@pytest.fixture
def only_about_visits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planning everything else each time would take most of the time of these tests."""
    monkeypatch.setattr(followups, "is_planned", lambda plan: plan.id in (*REMINDERS, "C21"))


def sweep() -> None:
    now = datetime.now(UTC)
    followups.plan(now=now, by=DESK)
    followups.do_due(now=now, by=DESK)
    followups.withdraw(by=DESK)


def test_those_who_are_chosen_are_told_after_a_preview_and_their_visits_stay(
    desk_of: Client, absence: TimeOff, visits: list[Appointment]
) -> None:
    chosen = {"what": CHOOSE, "visits": [each.reference for each in visits[:2]]}

    preview = desk_of.post(page_of(absence), chosen)
    assert told() == []
    desk_of.post(page_of(absence), chosen | {"seen": preview.context["seen"]})

    assert "we cannot keep your appointment on Thursday, December 3 at 9:00 am Pacific Time" in words_of(preview)
    assert {each.patient_id for each in told()} == {each.patient_id for each in visits[:2]}
    assert set(Appointment.objects.values_list("state", "sequence")) == {("booked", 0)}
    assert AuditEvent.objects.filter(action="booking.tell_cannot_keep").count() == 2


def test_posted_twice_each_is_told_once(desk_of: Client, absence: TimeOff, visits: list[Appointment]) -> None:
    answers = [send(desk_of, absence, visits).status_code for _ in range(2)]

    shown = desk_of.get(f"{page_of(absence)}?just=told").context
    assert answers == [302, 302]
    assert [each.told.split(",")[0] for each in shown["lines"]] == ["Asked to choose another time"] * 3
    assert [each.key for each in told()] == sorted(cannot_keep.key_for(absence, each.patient) for each in visits)


def test_another_message_about_the_same_exception_is_not_sent_either(
    desk_of: Client, absence: TimeOff, visits: list[Appointment]
) -> None:
    send(desk_of, absence, visits)

    send(desk_of, absence, visits, CALL)

    assert {each.template for each in told()} == {CHOOSE}


def test_what_is_sent_is_what_was_previewed(desk_of: Client, absence: TimeOff, visits: list[Appointment]) -> None:
    chosen = {"what": CHOOSE, "visits": [visits[0].reference]}
    seen = desk_of.post(page_of(absence), chosen).context["seen"]

    changed = desk_of.post(page_of(absence), chosen | {"what": CALL, "seen": seen})

    assert (changed.status_code, told()) == (200, [])
    assert "We call you to find another time" in words_of(changed)


def test_a_visit_that_was_moved_meanwhile_is_not_told_of(
    desk_of: Client, absence: TimeOff, visits: list[Appointment]
) -> None:
    chosen = {"what": CHOOSE, "visits": [each.reference for each in visits]}
    seen = desk_of.post(page_of(absence), chosen).context["seen"]
    actions.cancel(appointment=visits[1], reason="", by=DESK, now=datetime.now(UTC))

    refused = desk_of.post(page_of(absence), chosen | {"seen": seen})
    raced = cannot_keep_actions.tell(exception=absence, visits=visits, template=CHOOSE, by=DESK, now=datetime.now(UTC))

    assert refused.status_code == 422
    assert "One of these visits has changed" in words_of(refused)
    assert {each.pk for each in raced} == {visits[0].pk, visits[2].pk}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choose at least one person"),
        ({"visits": ["A-NOBODY"], "what": CHOOSE}, "One of these visits has changed"),
        ({"what": "appointment-cancelled"}, "Choose one of these messages"),
    ],
)
def test_what_cannot_be_is_refused_and_nobody_is_told(
    desk_of: Client, absence: TimeOff, visits: list[Appointment], sent: dict[str, Any], words: str
) -> None:
    response = desk_of.post(page_of(absence), sent)

    assert response.status_code == 422
    assert words in words_of(response)
    assert told() == []


def test_whom_no_message_reaches_is_to_be_called_and_cannot_be_chosen(
    desk_of: Client, absence: TimeOff, visits: list[Appointment]
) -> None:
    Patient.objects.filter(pk=visits[0].patient_id).update(safe_contact="no")
    describe(patient=visits[1].patient, told={"email": ""}, by=DESK)

    shown = desk_of.get(page_of(absence))
    chosen = desk_of.post(page_of(absence), {"what": CHOOSE, "visits": [visits[0].reference]})

    assert [each.call for each in shown.context["lines"]] == [
        "They have not said that messages are safe: call them",
        "We have no email address of theirs: call them",
        "",
    ]
    assert (chosen.status_code, told()) == (422, [])


@pytest.mark.parametrize("kind", ["closed", "hours", "licence"])
def test_every_kind_of_exception_is_told_of(
    desk_of: Client, clinician: User, visits: list[Appointment], kind: str
) -> None:
    rule = Availability.objects.get(clinician=clinician, weekday=3, location="midtown")
    make: dict[str, Callable[[], cannot_keep.Row]] = {
        "closed": lambda: availability_actions.close_for_holiday(day=THURSDAY_9.date(), name="Rest", by=DESK),
        "hours": lambda: availability_actions.end_hours(rule=rule, last_day=date(2026, 12, 2), by=DESK),
        "licence": lambda: availability_actions.license_for(
            clinician=clinician, region="US-CA", expires_on=date(2026, 12, 2), by=DESK
        ),
    }

    send(desk_of, make[kind](), visits)

    assert len(told()) == 3


def test_an_exception_that_is_not_there_has_no_page(desk_of: Client, absence: TimeOff) -> None:
    addresses = [("away", absence.pk + 1), ("nothing", absence.pk)]

    assert [desk_of.get(reverse("staff:tell", args=each)).status_code for each in addresses] == [404, 404]


def test_ten_people_take_no_more_statements_than_one(
    desk_of: Client, clinician: User, make_patient: Callable[..., Patient], django_assert_max_num_queries: Any
) -> None:
    Availability.objects.filter(clinician=clinician).update(closes="17:00")
    for n in range(10):
        booked(known(make_patient()), clinician, THURSDAY_9 + timedelta(minutes=20 * n))
    address = page_of(day_off(clinician))

    with django_assert_max_num_queries(12):
        assert len(desk_of.get(address).context["lines"]) == 10


def test_the_patient_reads_it_on_their_page_until_it_can_be_kept(
    desk_of: Client, absence: TimeOff, visits: list[Appointment]
) -> None:
    now = datetime.now(UTC)
    before = cannot_keep.said_to_patient(visits[0], now=now)
    send(desk_of, absence, visits[:1], CALL)
    after = [cannot_keep.said_to_patient(each, now=now) for each in visits]

    availability_actions.give_back_time(absence=absence, by=DESK)

    assert (before, after) == ("", [CALL, "", ""])
    assert cannot_keep.said_to_patient(visits[0], now=now) == ""


@pytest.mark.usefixtures("only_about_visits")
def test_a_reminder_does_not_contradict_what_they_were_told(
    desk_of: Client, absence: TimeOff, visits: list[Appointment]
) -> None:
    send(desk_of, absence, visits[:1])

    sweep()

    reminders = FollowUp.objects.filter(plan__in=REMINDERS)
    assert {each.row_id for each in reminders} == {each.pk for each in visits}
    assert {each.row_id for each in reminders if why_ended(each)} == {visits[0].pk}


@pytest.mark.usefixtures("only_about_visits")
def test_a_visit_that_can_be_kept_after_all_is_a_task_for_each_who_was_told_otherwise(
    desk_of: Client, absence: TimeOff, visits: list[Appointment]
) -> None:
    send(desk_of, absence, visits[:1])
    sweep()
    assert not FollowUp.objects.filter(plan="C21").exists()

    availability_actions.give_back_time(absence=absence, by=DESK)
    sweep()

    (task,) = FollowUp.objects.filter(plan="C21", state="open")
    assert (task.row_id, task.audience) == (visits[0].pk, "coordinator")
    assert "and now we can" in words_of(desk_of.get(reverse("staff:appointment", args=[visits[0].reference])))
    actions.cancel(appointment=visits[0], reason="", by=DESK, now=datetime.now(UTC))
    sweep()
    task.refresh_from_db()
    assert task.state == "cancelled"


@pytest.mark.parametrize("template", [CHOOSE, CALL])
def test_the_message_says_the_time_and_not_the_reason(
    desk_of: Client, absence: TimeOff, visits: list[Appointment], template: str
) -> None:
    send(desk_of, absence, visits[:1], template)

    read = words_for(told()[0], by=DESK, now=datetime.now(UTC))

    assert "cannot keep your appointment on Thursday, December 3 at 9:00 am" in " ".join(read.text.split())
    assert "sick" not in read.text + read.subject


def test_a_day_off_that_is_sent_twice_is_one(clinician: User) -> None:
    assert day_off(clinician).pk == day_off(clinician).pk
