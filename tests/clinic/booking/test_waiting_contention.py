"""Offers under contention, over real connections: one owner for a time, one offer for a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from clinic.accounts.models import User
from clinic.audit.actors import system
from clinic.booking import actions, waiting_actions
from clinic.booking.models import Appointment, WaitingPlace
from clinic.patients.models import Patient
from tests.clinic.booking.test_contention import at_once
from tests.clinic.booking.test_waiting import sweep, wait

pytestmark = pytest.mark.django_db(transaction=True)
Make = Callable[..., Appointment]
DESK = system("test")
ROUNDS = 8


def accepting(offer: Appointment, now: datetime) -> Callable[[], object]:
    def accept() -> str:
        told = {"phone": "1", "reminders": "none", "needs": []}
        return str(actions.book(appointment=offer, **told, by=DESK, now=now).pk)

    return accept


@pytest.fixture
def freed(
    clinician: User, make_patient: Callable[..., Patient], hold: Make, book: Make, now: datetime, at: Callable
) -> Appointment:
    booked = book(hold(make_patient(), clinician, at(2, 9)))
    return actions.cancel(appointment=booked, reason="", by=DESK, now=now)


def test_many_sweeps_at_once_make_one_offer_of_one_time(
    freed: Appointment, make_patient: Callable[..., Patient], now: datetime
) -> None:
    for days in range(3):
        wait(make_patient(), now - timedelta(days=days))

    results = at_once([lambda: waiting_actions.offer_freed(now=now, by=DESK)] * 6)

    assert sum(int(str(found)) for found, _ in results) == 1
    assert Appointment.objects.filter(state="offered").count() == 1


def test_an_offer_accepted_by_two_clicks_is_booked_once(freed: Appointment, patient: Patient, now: datetime) -> None:
    wait(patient, now)
    sweep(now)
    offer = Appointment.objects.get(state="offered")

    results = at_once([accepting(offer, now)] * 6)

    assert {found for found, _ in results} == {str(offer.pk)}
    assert patient.messages.filter(template="appointment-booked").count() == 1


def test_when_two_accept_the_time_as_it_passes_from_one_to_the_other_one_gets_it(
    freed: Appointment, make_patient: Callable[..., Patient], now: datetime
) -> None:
    """The first accepts in the moment the two hours are over, while the sweep hands it to the second, who accepts."""
    first, second = make_patient(), make_patient()
    over = now + timedelta(hours=2)

    def second_accepts() -> str:
        sweep(over)
        offer = second.appointments.filter(state="offered").first()
        return accepting(offer, over)() and "second" if offer else "not asked"

    for _ in range(ROUNDS):
        wait(first, now - timedelta(days=2))
        wait(second, now - timedelta(days=1))
        sweep(now)
        offer = first.appointments.get(state="offered")

        (one, _), (other, _) = at_once([accepting(offer, over), second_accepts])

        owners = set(Appointment.objects.filter(state="booked").values_list("patient", flat=True))
        assert (one, other, owners) in (
            (str(offer.pk), "not asked", {first.pk}),
            ("HoldReleased", "second", {second.pk}),
        )
        Appointment.objects.exclude(pk=freed.pk).delete()
        WaitingPlace.objects.all().delete()
