"""Several planners and several workers at once: each promise is made once and kept once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.models import AuditEvent
from clinic.booking import actions as booking
from clinic.followups import actions, claims
from clinic.followups.models import FollowUp
from clinic.intake.safety_actions import give_phone
from clinic.my import actions as my
from clinic.notifications.models import Message
from clinic.patients import actions as patient_actions
from clinic.patients.models import Patient
from tests.at_once import at_once, errors, until_somebody_waits

from .conftest import BY, DAY, HOUR, NOW, a_patient, a_record, an_appointment, an_intake

WORKERS = 4
ROWS = 12


@pytest.fixture
def patient(transactional_db: None) -> Patient:
    """Committed, so that other threads see them."""
    return a_patient()


def test_many_planners_plan_once(patient: Patient) -> None:
    for _ in range(ROWS):
        a_record(patient, "clinician_review", "P2")
        an_intake(patient, saved_at=NOW - DAY)

    got = at_once(*[lambda: actions.plan(now=NOW, by=BY)] * WORKERS)

    assert errors(got) == []
    assert FollowUp.objects.filter(plan="F14").count() == ROWS
    assert FollowUp.objects.filter(plan="F08").count() == ROWS
    said = AuditEvent.objects.filter(action="followups.plan").values_list("detail", flat=True)
    assert sum((Counter(detail) for detail in said), Counter()) == {"F14": ROWS, "F08": ROWS}


def somebody_waits() -> bool:
    """Whether a planner waits for another one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.fetchone() != (0,)


def test_whoever_looks_at_one_row_waits_for_one_follow_up_of_a_sweep_and_not_for_all(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep stands at the reminder of a draft until a nudge waits; before its next follow-up that has its turn."""
    an_intake(patient, saved_at=NOW - DAY)
    row = a_record(patient, "clinician_review", "P2").pk
    nudge = threading.Thread(target=lambda: at_once(lambda: actions.plan(now=NOW, by=BY, row_id=row)))
    plan_one, found = actions._plan_one, []

    def slowly(each: Any, *given: Any, row_id: UUID | None, **more: Any) -> int:
        if row_id is None and each.id == "F08":
            nudge.start()
            by = time.monotonic() + 10
            while not somebody_waits():
                assert time.monotonic() < by, "the nudge did not come to wait"
        made = plan_one(each, *given, row_id=row_id, **more)
        if row_id is None and each.id == "F14":
            found.append(made)
        return made

    monkeypatch.setattr(actions, "_plan_one", slowly)
    actions.plan(now=NOW, by=BY)
    nudge.join(timeout=30)

    assert found == [0], "the nudge has made it while the sweep was under way"
    assert FollowUp.objects.filter(plan="F14", row_id=row).count() == 1


def test_many_workers_do_each_follow_up_once(patient: Patient) -> None:
    for _ in range(ROWS):
        an_intake(patient, saved_at=NOW - DAY)
    actions.plan(now=NOW, by=BY)

    got = at_once(*[lambda: actions.do_due(now=NOW, by=BY)] * WORKERS)

    assert errors(got) == []
    assert FollowUp.objects.filter(state="done", attempts=1).count() == ROWS
    assert Message.objects.count() == ROWS


def test_without_the_claim_workers_would_do_it_more_than_once(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: if this fails, the test above proves nothing."""
    done: list[Any] = []
    together = threading.Barrier(WORKERS)

    def unguarded(follow_up_id: UUID, now: datetime) -> FollowUp | None:
        row = FollowUp.objects.filter(pk=follow_up_id, state="planned").first()
        together.wait(timeout=5)
        return row

    def noted(row: FollowUp, **_: Any) -> tuple[str, str]:
        done.append(row.pk)
        return "open", ""

    an_intake(patient, saved_at=NOW - DAY)
    actions.plan(now=NOW, by=BY)
    row = FollowUp.objects.get()
    monkeypatch.setattr(actions, "claim", unguarded)
    monkeypatch.setattr(actions, "mine", lambda claimed: FollowUp.objects.filter(pk=claimed.pk))
    monkeypatch.setattr(actions, "_effect", noted)

    got = at_once(*[lambda: actions.do(follow_up=row, now=NOW, by=BY)] * WORKERS)

    assert errors(got) == []
    assert len(done) > 1
    assert claims.TRIES == 5


@pytest.mark.parametrize("said", ["cancelled", "no more messages"])
def test_what_is_said_while_a_message_is_written_takes_it_back(
    said: str, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They say so after it was looked at whether the message is still wanted, and before it waits to be sent."""
    clinician = User.objects.create_user("dr@larkfield.example", name="Dr. Osei", role=Role.CLINICIAN)
    visit = an_appointment(patient, clinician, NOW + 3 * DAY)
    intake = an_intake(patient, saved_at=NOW - DAY)
    row = visit.pk if said == "cancelled" else intake.pk
    actions.plan(now=NOW, by=BY, row_id=row)
    queue = actions.queue
    saying = {
        "cancelled": lambda: booking.cancel(appointment=visit, reason="", by=BY, now=NOW),
        "no more messages": lambda: my.choose_messages(
            patient=patient, given=False, wording="w", version="v", by=BY, now=NOW
        ),
    }[said]
    got: list[object] = []
    meanwhile = threading.Thread(target=lambda: got.extend(at_once(saying)))

    def slowly(**told: Any) -> Message:
        meanwhile.start()
        meanwhile.join(timeout=2)
        return queue(**told)

    monkeypatch.setattr(actions, "queue", slowly)
    actions.do_due(now=NOW, by=BY, row_id=row)
    meanwhile.join(timeout=30)

    assert errors(got) == []
    assert Message.objects.get(key__startswith="followup:").state == "cancelled"


def test_a_number_that_is_given_while_questions_are_opened_is_kept_and_the_questions_are_asked(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinician = User.objects.create_user("dr@larkfield.example", name="Dr. Osei", role=Role.CLINICIAN)
    intake = a_record(patient, "ready_to_book", "P4", at=NOW - 5 * DAY, answers={}).intake
    an_appointment(patient, clinician, NOW - 7 * DAY, state="completed")
    actions.plan(now=NOW, by=BY)
    opens, at_it = actions.open_for, threading.Event()

    def slowly(**told: Any) -> Any:
        at_it.set()
        until_somebody_waits()
        return opens(**told)

    def gives_number() -> None:
        at_it.wait(timeout=10)
        give_phone(intake=intake, phone="(555) 010-0177", by=BY, now=NOW)

    monkeypatch.setattr(actions, "open_for", slowly)

    assert errors(at_once(lambda: actions.do_due(now=NOW + HOUR, by=BY), gives_number)) == []
    patient.refresh_from_db()
    assert patient.phone == "(555) 010-0177"
    asked = FollowUp.objects.get(plan="F31")
    assert (asked.state, asked.attempts) == ("done", 1)


def test_details_with_safety_words_and_a_number_that_is_given_in_another_tab_do_not_stop_each_other(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = a_record(patient, "ready_to_book", "P4", at=NOW - DAY, answers={}).intake
    describe, at_it = patient_actions.describe, threading.Event()

    def slowly(**told: Any) -> Any:
        kept = describe(**told)
        if "preferred_name" in told["told"]:
            at_it.set()
            until_somebody_waits()
        return kept

    def gives_number() -> None:
        at_it.wait(timeout=10)
        give_phone(intake=intake, phone="(555) 010-0177", by=BY, now=NOW)

    monkeypatch.setattr(patient_actions, "describe", slowly)
    told = {"preferred_name": "I want to kill myself"}

    assert errors(at_once(lambda: my.tell_details(patient=patient, told=told, by=BY, now=NOW), gives_number)) == []
    patient.refresh_from_db()
    assert (patient.phone, patient.preferred_name) == ("(555) 010-0177", told["preferred_name"])
    assert Message.objects.filter(template="urgent-page").exists()
