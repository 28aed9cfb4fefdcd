"""What was planned is looked at again when it is due: a visit that was corrected."""

from __future__ import annotations

import pytest

from clinic.accounts.models import User
from clinic.booking import visit_actions
from clinic.notifications.models import Message
from clinic.patients.models import Patient

from .conftest import DAY, HOUR, MINUTE, NOW, a_record, an_appointment, do_due, plan, planned

WEEK = 7 * DAY
SERIES = {"F31": 1, "F32": 2, "F33": 4, "F34": 8, "F35": 12}
"""The weeks after a visit in which somebody is asked how they are."""


@pytest.mark.parametrize("correct", [visit_actions.miss, visit_actions.leave_early])
def test_somebody_whom_nobody_met_after_all_is_asked_nothing_for_twelve_weeks(
    correct: object, patient: Patient, clinician: User
) -> None:
    a_record(patient, "ready_to_book", "P4", at=NOW - 5 * DAY)
    visit = an_appointment(patient, clinician, NOW - HOUR, state="completed")
    plan()
    correct(appointment=visit, by=clinician.actor, now=NOW + MINUTE)  # type: ignore[operator]

    for weeks in SERIES.values():
        do_due(NOW + weeks * WEEK)

    rows = planned(*SERIES)
    assert {name: (row.state, row.reason) for name, row in rows.items()} == dict.fromkeys(
        SERIES, ("cancelled", "the staff corrected it")
    )
    assert not Message.objects.filter(template="short-questions").exists()
