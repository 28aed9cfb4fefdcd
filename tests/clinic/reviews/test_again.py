"""Asking the patient for more: exactly those questions, a new record, the same clinician; and a match by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from clinic import celery
from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit import record as audit
from clinic.audit.actors import patient as patient_actor
from clinic.audit.models import AuditEvent
from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications.models import Message
from clinic.reviews import actions, again_actions, reopening, signing, worklist
from clinic.reviews.models import Decision, Waiting
from clinic.reviews.standing import booking_standing
from tests.clinic.reviews import records
from tests.clinic.reviews.records import NOW, decide, sealed

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A broker that takes whatever it is given."""
    monkeypatch.setattr(celery.app, "send_task", lambda name, **options: None)
    return


def answer(record: ScreeningRecord, **told: object) -> ScreeningRecord:
    whose = record.intake.patient
    return again_actions.answer(patient=whose, answers=told, by=patient_actor(whose.pk), now=LATER)


def ask(record: ScreeningRecord, osei: User, *questions: str) -> Decision:
    return decide(record, osei, "ask_for_more", asks=list(questions))


def test_exactly_what_was_asked_is_open_and_what_it_opens(osei: User) -> None:
    record = sealed(records.REVIEW | {"bp_recent": "no", "bp_sys": None, "bp_dia": None, "bp_date": None})
    ask(record, osei, "bp_recent")

    asked = reopening.open_question(record.intake.patient, now=LATER)

    assert asked is not None
    assert set(asked.page.questions) == {"bp_recent", "bp_sys", "bp_dia", "bp_date", "bp_setting"}


def test_nothing_is_open_before_the_clinician_can_no_longer_take_it_back(osei: User) -> None:
    record = sealed(records.REVIEW)
    ask(record, osei, "bp_recent")

    assert reopening.open_question(record.intake.patient, now=NOW + timedelta(minutes=9)) is None
    assert reopening.open_question(record.intake.patient, now=NOW + timedelta(minutes=10)) is not None


def test_what_was_asked_about_a_form_is_over_once_another_was_sent(osei: User) -> None:
    record = sealed(records.REVIEW)
    ask(record, osei, "bp_recent")
    sealed(records.READY, at=LATER, of=record.intake.patient)

    assert reopening.open_question(record.intake.patient, now=LATER) is None
    with pytest.raises(again_actions.NothingToAnswer):
        answer(record, bp_recent="yes")


def test_an_answer_makes_a_new_record_for_the_same_clinician_and_the_old_one_stays(osei: User) -> None:
    record = sealed(records.REVIEW)
    decision = ask(record, osei, "hospital_psych")

    newer = answer(record, hospital_psych="never")

    (waiting,) = worklist.waiting()
    decision.refresh_from_db()
    record.refresh_from_db()
    assert (newer.number, waiting.record, waiting.owner) == (2, newer, osei)
    assert (record.answers["answers"]["hospital_psych"], newer.answers["answers"]["hospital_psych"]) == (
        "gt_12m",
        "never",
    )
    assert decision.state == "stale"
    assert not booking_standing(record.intake.patient, now=LATER).may_book


def test_what_was_not_asked_cannot_be_answered(osei: User) -> None:
    record = sealed(records.REVIEW)
    ask(record, osei, "hospital_psych")

    with pytest.raises(again_actions.OtherQuestion):
        answer(record, hospital_psych="never", si_month="no")

    assert record.intake.records.count() == 1


def test_an_answer_counts_once(osei: User) -> None:
    record = sealed(records.REVIEW)
    ask(record, osei, "hospital_psych")
    answer(record, hospital_psych="never")

    with pytest.raises(again_actions.NothingToAnswer):
        answer(record, hospital_psych="gt_12m")

    assert record.intake.records.count() == 2


def test_a_question_that_was_taken_back_is_closed(osei: User) -> None:
    record = sealed(records.REVIEW)
    actions.reopen(decision=ask(record, osei, "hospital_psych"), reason=records.WHY, by=osei.actor, now=NOW)

    with pytest.raises(again_actions.NothingToAnswer):
        answer(record, hospital_psych="never")


def test_an_urgent_answer_pages_and_comes_first(osei: User) -> None:
    record = sealed(records.REVIEW)
    ask(record, osei, "phq9")

    newer = answer(record, phq9="2")

    record.intake.refresh_from_db()
    assert (newer.outcome, Waiting.objects.get().is_urgent) == ("urgent", True)
    assert record.intake.safety_raised_at == LATER
    assert Message.objects.filter(template="urgent-page").count() == 1


def test_an_urgent_answer_pages_again_although_the_same_was_known_before(osei: User) -> None:
    record = sealed(records.REVIEW)
    ask(record, osei, "phq9")
    intake = Intake.objects.get(pk=record.intake_id)
    intake.urgent_rules = ["R007"]
    intake.save()

    answer(record, phq9="2")

    assert Message.objects.filter(template="urgent-page").count() == 1


def test_the_clock_goes_on_where_it_stood(osei: User) -> None:
    record = sealed(records.REVIEW)
    ask(record, osei, "hospital_psych")

    answer(record, hospital_psych="m3_12")

    assert Waiting.objects.get().due_at - LATER <= record.due_at - NOW


@pytest.mark.parametrize("asks", [[], ["consent_privacy"], ["no_such_question"], ["microdose_months"]])
def test_asking_for_more_asks_something_that_this_patient_was_shown(osei: User, asks: list[str]) -> None:
    with pytest.raises(reopening.NothingAsked):
        decide(sealed(records.REVIEW), osei, "ask_for_more", asks=asks)


def test_another_decision_asks_nothing(osei: User) -> None:
    with pytest.raises(reopening.NothingAsked):
        decide(sealed(records.REVIEW), osei, "ready_to_book", asks=["bp_recent"])


def test_a_failing_audit_undoes_the_answer(osei: User, monkeypatch: pytest.MonkeyPatch) -> None:
    record = sealed(records.REVIEW)
    ask(record, osei, "hospital_psych")
    write = audit.record
    monkeypatch.setattr(audit, "record", lambda **line: 1 / 0 if line["action"] == "reviews.answer" else write(**line))

    with pytest.raises(ZeroDivisionError):
        answer(record, hospital_psych="never")

    assert record.intake.records.count() == 1


def match(record: ScreeningRecord, by: User, ingredient: str = "sertraline", line: str = "zzqx") -> ScreeningRecord:
    return again_actions.match(record=record, medicine_id=line, ingredient=ingredient, by=by.actor, now=NOW)


def test_a_match_keeps_the_words_of_the_patient_and_says_who_matched_them(osei: User) -> None:
    record = sealed(records.REVIEW | {"med_none": "takes"}, [records.medicine("zzqx")])

    newer = match(record, osei)

    (line,) = newer.answers["medicines"]
    (read,) = newer.result["medications"]
    assert (line["name"], line["confirmed_as"], line["matched_by"]) == ("zzqx", "sertraline", "Dr. Ama Osei")
    assert (read["match"], read["ingredients"]) == ("exact", ["sertraline"])
    assert AuditEvent.objects.get(action="reviews.match").detail["ingredient"] == "sertraline"


def test_a_match_that_lowers_the_outcome_still_waits_for_a_decision(osei: User) -> None:
    record = sealed({"med_none": "takes"}, [records.medicine("zzqx")])
    assert record.outcome == "clinician_review"

    newer = match(record, osei, "vitamin D")

    assert newer.outcome == "ready_to_book"
    assert [each.record for each in worklist.waiting()] == [newer]
    assert not booking_standing(record.intake.patient, now=NOW).may_book


def test_a_match_gives_no_time_away(osei: User) -> None:
    record = sealed({"med_none": "takes"}, [records.medicine("zzqx")])

    match(record, osei, "vitamin D")

    assert Waiting.objects.get().due_at == record.due_at


@pytest.mark.parametrize(
    ("ingredient", "line"), [("no such thing", "zzqx"), ("sertraline", "other"), ("sertraline", "Zoloft")]
)
def test_only_what_is_not_matched_and_only_to_what_is_assessed(osei: User, ingredient: str, line: str) -> None:
    record = sealed({"med_none": "takes"}, [records.medicine("zzqx"), records.medicine("Zoloft")])

    with pytest.raises(again_actions.NotThatMedicine):
        match(record, osei, ingredient, line)


def test_only_a_clinician_matches(db: None) -> None:
    record = sealed({"med_none": "takes"}, [records.medicine("zzqx")])

    with pytest.raises(signing.MayNotDecide):
        match(record, records.clinician("Luis Ortega", Role.SCHEDULER))


def test_a_decided_record_is_not_matched_behind_the_back_of_its_clinician(osei: User) -> None:
    record = sealed({"med_none": "takes"}, [records.medicine("zzqx")])
    decide(record, osei)

    with pytest.raises(actions.AlreadyDecided):
        match(record, osei)
