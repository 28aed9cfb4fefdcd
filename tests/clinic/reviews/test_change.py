"""Something changed after the form was sent: every rule is asked again, and a person reads what changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from clinic import celery
from clinic.accounts.models import User
from clinic.audit import record as audit
from clinic.audit.actors import patient as patient_actor
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.followups.actions import do_due, plan
from clinic.followups.models import FollowUp
from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications.models import Message
from clinic.patients.models import Patient
from clinic.reviews import change_actions
from clinic.reviews.models import Waiting
from clinic.reviews.standing import booking_standing
from tests.clinic.intake.test_half_way import Publish, publish
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, decide, sealed

__all__ = ["publish"]
pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)
WOMAN = {"sex_birth": "female", "pregnancy": "no", "breastfeeding": "no", "postpartum_psychosis": "no"}
STRICTER = """

[R901]
version = "1.0.0"
when = "age >= 18"
services = "all"
outcome = "clinician_review"
priority = "P2"
severity = "moderate"
clinician = "A rule for everybody, in a test."
patient = "A clinician looks at this with you."
sources = ["clinic_policy"]
"""


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A broker that takes whatever it is given."""
    monkeypatch.setattr(celery.app, "send_task", lambda name, **options: None)
    return


def tell(record: ScreeningRecord, medicines: tuple[dict[str, str], ...] = (), **answers: object) -> ScreeningRecord:
    whose = record.intake.patient
    return change_actions.tell_change(
        patient=whose, answers=answers, medicines=medicines, by=patient_actor(whose.pk), now=LATER
    )


def records_of(record: ScreeningRecord) -> list[str]:
    return list(record.intake.records.order_by("number").values_list("outcome", flat=True))


@pytest.mark.parametrize(
    ("answers", "medicines"),
    [
        ({"pregnancy": "yes"}, ()),
        ({"bp_recent": "yes", "bp_sys": "185", "bp_dia": "112", "bp_date": "2026-12-01"}, ()),
        ({}, (records.medicine("Lithium"),)),
    ],
)
def test_what_is_new_is_screened_and_booking_closes(answers: Any, medicines: Any) -> None:
    record = sealed(WOMAN)
    assert booking_standing(record.intake.patient, now=LATER).may_book

    again = tell(record, medicines, **answers)

    assert (again.number, again.outcome != "ready_to_book") == (2, True)
    assert Waiting.objects.filter(record=again).exists()
    assert not booking_standing(record.intake.patient, now=LATER).may_book


def test_a_decision_made_before_does_not_stand_any_more(osei: User) -> None:
    record = sealed(records.REVIEW)
    decision = decide(record, osei, "ready_to_book")

    tell(record, pregnancy="yes")

    decision.refresh_from_db()
    assert decision.state == "stale"


def test_even_a_milder_outcome_waits_for_a_person() -> None:
    record = sealed(WOMAN | {"pregnancy": "yes"})

    again = tell(record, pregnancy="no")

    assert Waiting.objects.filter(record=again).exists()
    assert not booking_standing(record.intake.patient, now=LATER).may_book


def test_the_same_again_changes_nothing() -> None:
    record = sealed(WOMAN | {"pregnancy": "yes"})
    line = records.medicine("Lithium")
    tell(record, (line,))

    tell(record, (line,), pregnancy="yes")

    assert len(records_of(record)) == 2


def test_nothing_that_was_told_before_is_lost() -> None:
    record = sealed(medicines=[records.medicine("Sertraline")])

    again = tell(record, (records.medicine("Lithium"),))

    assert [line["name"] for line in again.answers["medicines"]] == ["Sertraline", "Lithium"]
    record.refresh_from_db()
    assert [line["name"] for line in record.answers["medicines"]] == ["Sertraline"]


def test_an_answer_about_safety_pages_at_once_although_it_was_known() -> None:
    record = sealed({"safe_now": "no"})
    before = Message.objects.filter(template="urgent-page").count()

    tell(record, safe_now="no")

    assert Message.objects.filter(template="urgent-page").count() == before + 1
    record.intake.refresh_from_db()
    assert record.intake.safety_raised_at == LATER


def test_a_change_that_is_not_about_safety_pages_nobody() -> None:
    tell(sealed(records.URGENT), pregnancy="yes")

    assert not Message.objects.filter(template="urgent-page", about__contains={"priority": "P0"}).exists()


def test_without_its_audit_line_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    record = sealed()

    def fail(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(audit, "record", fail)
    with pytest.raises(RuntimeError):
        tell(record, pregnancy="yes")

    assert len(records_of(record)) == 1


def test_somebody_who_sent_no_form_has_nothing_to_change() -> None:
    patient = Patient.objects.create()

    with pytest.raises(change_actions.NothingToChange):
        change_actions.tell_change(patient=patient, answers={}, by=patient_actor(patient.pk), now=LATER)


def sweep() -> None:
    """What the beat does every minute."""
    plan(now=LATER, by=system("test"))
    do_due(now=LATER, by=system("test"))


def test_a_stricter_protocol_sends_an_open_case_to_a_clinician_once(publish: Publish, osei: User) -> None:
    record = sealed()
    told = Message.objects.filter(patient=record.intake.patient).count()
    publish("2027-01", **{"rules/eligibility.toml": STRICTER})

    for _ in range(3):
        sweep()

    latest = ScreeningRecord.objects.filter(intake=record.intake).order_by("number").last()
    assert latest
    assert (latest.number, latest.protocol, latest.outcome) == (2, "2027-01", "clinician_review")
    assert Waiting.objects.filter(record=latest).exists()
    assert not booking_standing(record.intake.patient, now=LATER).may_book
    assert Message.objects.filter(patient=record.intake.patient).count() == told
    assert FollowUp.objects.get(plan="F41").reason == "the outcome changed"


def test_a_protocol_that_changes_nothing_for_them_leaves_the_decision_standing(publish: Publish, osei: User) -> None:
    record = sealed(records.REVIEW)
    decision = decide(record, osei, "ready_to_book")
    publish("2027-01", **{"rules/cardiac.toml": "\n# A comment.\n"})

    for _ in range(3):
        sweep()

    decision.refresh_from_db()
    assert decision.state == "standing"
    assert len(records_of(record)) == 1
    assert AuditEvent.objects.filter(action="reviews.ask_new_rules").count() == 1


def test_a_case_that_is_closed_is_left_alone(publish: Publish, osei: User) -> None:
    record = sealed(records.STOP)
    decide(record, osei, "not_suitable_now")
    publish("2027-01", **{"rules/eligibility.toml": STRICTER})

    sweep()

    assert not FollowUp.objects.filter(plan="F41").exists()
    assert Intake.objects.get(pk=record.intake_id).protocol == "2026-11"
