"""Saving, signing and sending: nothing is lost, nothing is done twice, and help is never late."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clinic.audit.models import AuditEvent
from clinic.intake import actions, send_actions
from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications.models import Message
from clinic.patients.models import Consent
from tests.clinic.intake.conftest import NOW, SIGN, by_of, consents, page_of

pytestmark = pytest.mark.django_db


def save(intake: Intake, **answers: Any) -> actions.Saved:
    page = page_of(next(iter(answers)))
    return actions.save_page(intake=intake, page=page, answers=answers, by=by_of(intake), now=NOW)


def test_two_tabs_do_not_undo_each_other(draft: Intake) -> None:
    other_tab = Intake.objects.get(pk=draft.pk)

    save(draft, safe_now="yes")
    save(other_tab, medical_now=["none"])

    assert Intake.objects.get(pk=draft.pk).answers == {"safe_now": "yes", "medical_now": ["none"]}


def test_a_changed_answer_is_kept_in_the_history(draft: Intake) -> None:
    save(draft, bipolar_dx="bipolar1")
    saved = save(draft, bipolar_dx="none").intake

    assert saved.answers["bipolar_dx"] == "none"
    assert [entry[1:] for entry in saved.history] == [["bipolar_dx", "bipolar1"]]


def test_answers_that_no_longer_apply_are_counted(draft: Intake) -> None:
    save(draft, sex_birth="female")
    save(draft, pregnancy="no", breastfeeding="no")

    assert save(draft, sex_birth="male").no_longer_apply == 2


def test_saving_writes_one_audit_line_without_the_answer(draft: Intake) -> None:
    save(draft, location_now="Canary Street 1")

    event = AuditEvent.objects.get(action="intake.save_page")
    assert event.actor == f"patient:{draft.patient_id}"
    assert "Canary" not in str(event.__dict__)


def test_a_page_without_news_for_anybody_is_one_statement_and_holds_nothing(draft: Intake) -> None:
    with CaptureQueriesContext(connection) as sent:
        save(draft, phq1="1")

    assert [query["sql"].startswith("WITH w0 AS (UPDATE") for query in sent] == [True]
    assert Intake.objects.get(pk=draft.pk).answers["phq1"] == "1"
    assert AuditEvent.objects.filter(action="intake.save_page").count() == 1


def test_two_tabs_that_read_the_same_form_keep_both_pages_each_with_its_line(draft: Intake) -> None:
    one, other = (Intake.objects.get(pk=draft.pk) for _ in range(2))
    assert (one.answers, other.answers) == ({}, {})
    save(one, phq1="1")
    save(other, gad1="2")

    stored = Intake.objects.get(pk=draft.pk)
    assert stored.answers == {"phq1": "1", "gad1": "2"}
    assert stored.version == draft.version + 2
    assert AuditEvent.objects.filter(action="intake.save_page").count() == 2


def test_a_page_of_a_form_that_was_sent_since_it_was_read_writes_nothing(fill: Any, submit: Any) -> None:
    intake = fill()
    tab = Intake.objects.get(pk=intake.pk)
    submit(intake)

    with pytest.raises(actions.AlreadySubmitted):
        save(tab, phq1="3")
    assert Intake.objects.get(pk=intake.pk).answers["phq1"] != "3"
    assert not AuditEvent.objects.filter(action="intake.save_page").exists()


def test_a_page_of_a_form_that_was_removed_writes_nothing(draft: Intake) -> None:
    tab = Intake.objects.get(pk=draft.pk)
    draft.delete()

    with pytest.raises(Intake.DoesNotExist):
        save(tab, phq1="3")
    assert not AuditEvent.objects.filter(action="intake.save_page").exists()


@pytest.mark.parametrize("verb", ["save_page", "submit"])
def test_a_failing_audit_undoes_the_write(verb: str, fill: Any, submit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    intake = fill()
    for module in ("actions", "send_actions"):
        monkeypatch.setattr(
            f"clinic.intake.{module}.line", lambda **told: AuditEvent(actor=None, action=told["action"])
        )

    with pytest.raises(DatabaseError), transaction.atomic():
        submit(intake) if verb == "submit" else save(intake, safe_now="no")

    stored = Intake.objects.get(pk=intake.pk)
    assert stored.answers["safe_now"] == "yes"
    assert stored.state == Intake.State.DRAFT
    assert not ScreeningRecord.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("answers", "priority"),
    [
        ({"safe_now": "no"}, "P0"),
        ({"phq9": "1"}, "P1"),
        ({"phq9": "3"}, "P0"),
        ({"si_month": "prefer_not"}, "P1"),
        ({"medical_now": ["chest_pain"]}, "P0"),
        ({"reason_story": "some days I want to kill myself"}, "P1"),
    ],
)
def test_an_urgent_answer_pages_in_the_same_transaction_and_shows_help(
    draft: Intake, answers: dict[str, Any], priority: str
) -> None:
    saved = save(draft, **answers)

    assert saved.help_now
    assert saved.intake.safety_priority == priority
    message = Message.objects.get(to_role="on_call")
    assert message.is_urgent
    assert message.about == {"reference": draft.reference, "priority": priority}


def test_the_same_urgent_answer_pages_once_and_a_new_one_pages_again(draft: Intake) -> None:
    save(draft, safe_now="no")
    assert not save(draft, safe_now="no").help_now
    assert save(draft, phq9="3").help_now

    assert Message.objects.filter(to_role="on_call").count() == 2


def test_taking_an_urgent_answer_back_does_not_take_the_page_back(draft: Intake) -> None:
    save(draft, safe_now="no")
    saved = save(draft, safe_now="yes").intake

    assert saved.safety_raised_at
    assert saved.urgent_rules == ["R001"]


def test_a_question_that_was_not_asked_yet_is_no_emergency(draft: Intake) -> None:
    assert not save(draft, safe_now="yes").help_now


def test_sending_seals_a_record_with_everything(fill: Any, submit: Any) -> None:
    intake = fill("V015")
    sealed = submit(intake)

    stored = ScreeningRecord.objects.get(pk=sealed.pk)
    assert (stored.outcome, stored.priority) == ("clinician_review", "P2")
    assert stored.seal == intake.seal
    assert stored.answers["answers"]["family_first"] == ["schizophrenia_psychosis"]
    assert stored.result["hash"]
    assert stored.signature["name"] == "Maya Thompson"
    assert Consent.objects.get(kind="consent_privacy").given
    assert not Consent.objects.get(kind="consent_sms").given


def test_one_line_of_the_record_says_what_was_agreed_to_and_what_was_refused(fill: Any, submit: Any) -> None:
    sealed = submit(fill("V015"))

    told = AuditEvent.objects.get(action="patients.consent", patient=str(sealed.intake.patient_id)).detail
    rows = Consent.objects.filter(patient=sealed.intake.patient)
    assert set(told["agreed"]) == set(rows.filter(given=True).values_list("kind", flat=True)) > {"consent_privacy"}
    assert set(told["refused"]) == set(rows.filter(given=False).values_list("kind", flat=True)) >= {"consent_sms"}


def test_the_same_form_twice_is_one_record_and_one_message(fill: Any, submit: Any) -> None:
    intake = fill()

    assert submit(intake).pk == submit(intake).pk
    assert ScreeningRecord.objects.count() == 1
    assert Message.objects.filter(template="intake-received").count() == 1


def test_another_form_with_the_same_key_is_refused_and_changes_nothing(fill: Any, submit: Any) -> None:
    intake = fill()
    first = submit(intake)

    with pytest.raises(send_actions.SentDifferently):
        submit(intake, name="Somebody Else")

    assert ScreeningRecord.objects.get().signature == first.signature


def test_a_key_of_another_form_is_refused(fill: Any, submit: Any) -> None:
    intake = fill()

    with pytest.raises(send_actions.SentDifferently):
        submit(intake, key=uuid.uuid4())

    assert not ScreeningRecord.objects.exists()


def test_an_unfinished_form_cannot_be_sent_and_says_where(fill: Any, submit: Any) -> None:
    intake = fill()
    answers = dict(intake.answers)
    answers.pop("phq4")
    intake.answers = answers
    intake.save()

    with pytest.raises(send_actions.Incomplete) as refused:
        submit(intake)

    assert refused.value.page == page_of("phq4")
    assert not ScreeningRecord.objects.exists()


def test_nothing_is_saved_after_sending(fill: Any, submit: Any) -> None:
    intake = fill()
    submit(intake)

    with pytest.raises(actions.AlreadySubmitted):
        save(intake, safe_now="no")
    with pytest.raises(actions.AlreadySubmitted):
        actions.remove_medicine(intake=intake, medicine_id="x", by=by_of(intake), now=NOW)


def test_a_rule_that_breaks_goes_to_a_person(fill: Any, submit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from screening.facts import Facts

    def broken(self: Facts, function: str, arguments: object) -> bool:
        raise ZeroDivisionError

    intake = fill()
    monkeypatch.setattr(Facts, "call", broken)
    sealed = submit(intake)

    assert (sealed.outcome, sealed.priority) == ("clinician_review", "P1")
    assert "R272" in {finding["rule"] for finding in sealed.result["findings"]}


@pytest.mark.parametrize(
    "statement", ["UPDATE intake_screeningrecord SET outcome = 'x'", "TRUNCATE intake_intake CASCADE"]
)
def test_a_sealed_record_cannot_be_changed_in_the_database(fill: Any, submit: Any, statement: str) -> None:
    submit(fill())

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_is_urgent_only_when_sent_is_raised_and_paged_then(fill: Any, submit: Any) -> None:
    intake = fill("V027")
    assert not intake.safety_raised_at

    submit(intake)

    stored = Intake.objects.get(pk=intake.pk)
    assert (stored.safety_raised_at, stored.safety_priority) == (NOW, "P0")
    assert Message.objects.filter(to_role="on_call").count() == 1


def test_the_broker_is_told_ids_and_nothing_else(
    fill: Any, submit: Any, nudges: list[dict[str, Any]], django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        sealed = submit(fill("V027"))

    from clinic import celery

    celery._sender.submit(lambda: None).result(timeout=5)
    assert {str(sealed.pk)} <= {argument for nudge in nudges for argument in nudge["args"]}
    for nudge in nudges:
        assert set(nudge) <= {"name", "args", "queue", "ignore_result", "retry", "confirm_timeout"}
        assert [str(uuid.UUID(argument)) for argument in nudge["args"]] == nudge["args"]


def test_a_broker_that_is_down_does_not_stop_a_form(
    fill: Any, submit: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    from clinic import celery

    def down(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(celery.app, "send_task", down)
    with django_capture_on_commit_callbacks(execute=True):
        sealed = submit(fill())

    assert ScreeningRecord.objects.filter(pk=sealed.pk).exists()


def test_a_consent_that_was_not_given_is_kept_as_no(fill: Any) -> None:
    intake = fill()
    told = consents(intake.answers, consent_telehealth=None)
    send_actions.submit(
        intake=intake, key=intake.submit_key, name="M", consents=told, page=SIGN, by=by_of(intake), now=NOW
    )

    assert not Consent.objects.get(kind="consent_telehealth").given


def test_a_page_saved_from_what_was_read_before_another_save_undoes_nothing(draft: Intake) -> None:
    first, second = Intake.objects.get(pk=draft.pk), Intake.objects.get(pk=draft.pk)
    save(first, location_now="Oakland")

    save(second, safe_now="yes")

    stored = Intake.objects.get(pk=draft.pk)
    assert (stored.answers["location_now"], stored.answers["safe_now"]) == ("Oakland", "yes")
    assert stored.version == draft.version + 2
