"""A closed address and a text that came back each make exactly one task; safety words page the person on call."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection

from clinic.followups.models import FollowUp
from clinic.notifications import arrival_actions, stopping
from clinic.notifications.models import Message, StoppedAddress, TextReply
from clinic.patients.actions import describe
from clinic.patients.models import Patient

from .conftest import BY, DAY, HOUR, MINUTE, NOW, do_due, plan, planned


@pytest.fixture
def with_phone(patient: Patient) -> Patient:
    """Somebody whose number is known by its fingerprint, as the form keeps it."""
    describe(patient=patient, told={"phone": "+1 555 010 0199"}, by=BY)
    return patient


def hear(text: str, *, key: str = "sms:SM1", now: datetime = NOW) -> None:
    arrival_actions.hear_text(key=key, number="+15550100199", text=text, now=now)


def stop(patient: Patient, because: str) -> StoppedAddress:
    assert stopping.stop(patient=patient, channel="email", because=because, by=BY, now=NOW)
    return StoppedAddress.objects.get(patient=patient)


@pytest.mark.parametrize(("because", "plans"), [("bounced", {"C11"}), ("complained", {"C11"}), ("stop_word", set())])
def test_a_closed_address_is_a_call_for_the_coordinator_and_a_word_of_theirs_is_not(
    because: str, plans: set[str], patient: Patient
) -> None:
    stopped = stop(patient, because)

    do_due()
    do_due(NOW + MINUTE)

    rows = planned()
    assert set(rows) == plans
    assert {(row.state, row.audience, row.row_id) for row in rows.values()} <= {("open", "coordinator", stopped.pk)}


def test_an_address_that_was_opened_again_before_anybody_looked_is_no_task(patient: Patient) -> None:
    stopping.lift(stop(patient, "bounced"), by=BY, now=NOW)

    assert plan() == 0


def test_a_text_is_read_by_a_clinician_today(with_phone: Patient) -> None:
    hear("I will be ten minutes late")

    do_due()
    do_due(NOW + MINUTE)

    row = planned()["C12"]
    assert set(planned()) == {"C12"}
    assert (row.state, row.audience, row.priority, row.row_id) == (
        "open",
        "clinician",
        "P1",
        TextReply.objects.get().pk,
    )
    assert Message.objects.count() == 0


@pytest.mark.parametrize("text", ["I want to kill myself", "STOP I WANT TO KILL MYSELF", "ok. i want  to kill, myself"])
def test_safety_words_in_a_text_page_the_person_on_call_at_once(text: str, with_phone: Patient) -> None:
    hear(text)

    do_due()
    do_due(NOW + MINUTE)

    assert set(planned()) == {"C12", "C13"}
    page = Message.objects.get()
    assert (page.channel, page.to_role, page.is_urgent) == ("pager", "on_call", True)
    assert page.about == {"reference": with_phone.reference}
    assert page.overdue_at == NOW + 15 * MINUTE


def test_a_stop_word_alone_is_nothing_to_read(with_phone: Patient) -> None:
    hear("STOP")

    assert plan() == 0


def test_a_text_found_days_later_is_still_read_and_still_pages(with_phone: Patient) -> None:
    hear("I want to kill myself")

    do_due(NOW + 6 * DAY)

    assert set(planned()) == {"C12", "C13"}


def test_the_same_text_passed_on_twice_is_one_task(with_phone: Patient) -> None:
    hear("hello")
    do_due()
    hear("hello", now=NOW + HOUR)
    do_due(NOW + HOUR)

    assert FollowUp.objects.count() == 1


def test_a_message_to_a_closed_address_becomes_a_call(patient: Patient) -> None:
    from clinic.followups.reach import CannotWrite, letter_for

    stop(patient, "bounced")
    follow_up = FollowUp(plan="F10", patient=patient, channel="email", stop_condition="received", due_at=NOW)

    assert letter_for(follow_up) == CannotWrite("their address for email is closed", call=True)


def test_a_text_that_cannot_be_opened_hides_no_other_and_is_looked_at_itself(with_phone: Patient) -> None:
    hear("I will be ten minutes late", key="sms:SM1")
    hear("I want to kill myself", key="sms:SM2")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notifications_textreply SET text = %s WHERE key = 'sms:SM1'", [b"T1 broken"])

    do_due()

    paged = FollowUp.objects.filter(plan="C13", state="done").values_list("row_id", flat=True)
    assert set(paged) == set(TextReply.objects.values_list("pk", flat=True))
    assert Message.objects.filter(channel="pager").count() == 2
