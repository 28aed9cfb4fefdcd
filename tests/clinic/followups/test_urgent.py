"""Safety: a call is asked for, asked for again after an hour, until somebody was reached."""

from __future__ import annotations

import pytest

from clinic.accounts.models import User
from clinic.audit.actors import staff
from clinic.followups import actions, task_actions
from clinic.intake import urgency
from clinic.notifications import paging
from clinic.notifications.models import Message
from clinic.patients.models import Patient

from .conftest import (
    BY,
    HOUR,
    MINUTE,
    NOW,
    a_decision,
    a_record,
    an_appointment,
    an_intake,
    do_due,
    opt_out,
    planned,
)


def test_a_p0_flag_opens_a_task_and_pages_again_after_an_hour(patient: Patient) -> None:
    intake = an_intake(patient, safety_raised_at=NOW, safety_priority="P0")

    do_due()
    assert {row.plan: row.state for row in planned().values()} == {"F03": "open", "F05": "planned"}
    do_due(NOW + HOUR)

    page = Message.objects.get()
    assert (page.template, page.channel, page.to_role, page.is_urgent) == (
        "urgent-page-again",
        "pager",
        "on_call",
        True,
    )
    assert page.about == {"reference": intake.reference}
    assert page.patient_id is None


def test_an_urgent_record_is_paged_again_by_the_reference_of_its_form(patient: Patient) -> None:
    record = a_record(patient, "urgent", "P0")

    do_due(NOW + HOUR)

    assert Message.objects.get().about == {"reference": record.intake.reference}


def test_a_contact_on_the_record_ends_the_page_and_the_task(patient: Patient, clinician: User) -> None:
    record = a_record(patient, "urgent", "P0", safety_raised_at=NOW - MINUTE, safety_priority="P0")
    do_due()
    a_decision(record, "urgent_contact_made", clinician, at=NOW + 20 * MINUTE, contacted_at=NOW + 10 * MINUTE)

    do_due(NOW + HOUR)

    rows = planned("F03", "F05")
    assert {row.plan: (row.state, row.reason) for row in rows.values()} == {
        "F03": ("cancelled", "contact made"),
        "F05": ("cancelled", "contact made"),
    }
    assert Message.objects.count() == 0


def test_a_decision_from_before_the_flag_is_no_contact(patient: Patient, clinician: User) -> None:
    record = a_record(patient, "urgent", "P1", safety_raised_at=NOW, safety_priority="P0")
    a_decision(record, "urgent_contact_made", clinician, at=NOW - MINUTE, contacted_at=NOW - HOUR)

    do_due(NOW + HOUR)

    assert planned("F05")["F05"].state == "done"
    assert Message.objects.filter(template="urgent-page-again").count() == 1


def test_closing_the_task_of_a_draft_stops_the_second_page(patient: Patient) -> None:
    an_intake(patient, safety_raised_at=NOW, safety_priority="P0")
    do_due()
    actions.close_task(follow_up=planned("F03")["F03"], by=staff(7), now=NOW + 5 * MINUTE, reason="Spoke with her.")

    do_due(NOW + HOUR)

    assert (planned("F05")["F05"].state, planned("F05")["F05"].reason) == ("cancelled", "contact made")


def test_paging_again_does_not_close_the_task(patient: Patient) -> None:
    an_intake(patient, safety_raised_at=NOW, safety_priority="P0")

    for hours in range(3):
        do_due(NOW + hours * HOUR)

    assert planned("F03")["F03"].state == "open"


def test_safety_does_not_ask_for_an_opt_out(patient: Patient) -> None:
    an_intake(patient, safety_raised_at=NOW, safety_priority="P0")
    opt_out(patient)

    do_due(NOW + HOUR)

    assert {row.plan: row.state for row in planned("F03", "F05").values()} == {"F03": "open", "F05": "done"}


@pytest.mark.parametrize(("priority", "plan"), [("P0", "F03"), ("P1", "F04")])
def test_whoever_was_reached_by_a_slip_only_is_paged_about_again(
    priority: str, plan: str, patient: Patient, clinician: User
) -> None:
    """Closing the task of a call stops the clock of the page and the page after an hour; opening it again does not."""
    intake = an_intake(patient, safety_raised_at=NOW, safety_priority=priority)
    urgency.page_on_call(intake=intake, priority=priority, cause="test", by=BY, now=NOW)
    do_due()
    actions.close_task(follow_up=planned(plan)[plan], by=clinician.actor, now=NOW + 55 * MINUTE)
    do_due(NOW + HOUR)
    assert not paging.unacknowledged().exists()

    task_actions.undo_done(follow_up=planned(plan)[plan], by=clinician.actor, now=NOW + 62 * MINUTE)

    page = paging.unacknowledged().get()
    assert (page.template, page.about) == ("urgent-page-again", {"reference": intake.reference})
    assert page.overdue_at == NOW + 77 * MINUTE
    assert planned(plan)[plan].state == "open"


def test_opening_a_task_again_that_is_no_urgent_call_pages_nobody(patient: Patient, clinician: User) -> None:
    an_appointment(patient, clinician, NOW - 2 * HOUR, state="no_show")
    do_due()
    task = planned("F25")["F25"]
    actions.close_task(follow_up=task, by=clinician.actor, now=NOW)

    task_actions.undo_done(follow_up=task, by=clinician.actor, now=NOW + MINUTE)

    assert not Message.objects.filter(channel="pager").exists()
