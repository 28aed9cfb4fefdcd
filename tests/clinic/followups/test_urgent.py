"""Safety: a call is asked for, asked for again after an hour, until somebody was reached."""

from __future__ import annotations

from clinic.accounts.models import User
from clinic.audit.actors import staff
from clinic.followups import actions
from clinic.notifications.models import Message
from clinic.patients.models import Patient

from .conftest import (
    HOUR,
    MINUTE,
    NOW,
    a_decision,
    a_record,
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
