"""A form is sent in one statement that holds nothing, unless somebody is paged or saved something meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.audit.models import AuditEvent
from clinic.intake import actions, send_actions
from clinic.intake.models import Intake, ScreeningRecord
from clinic.notifications.models import Message
from clinic.patients.models import Consent, ConsentWords
from tests.clinic.intake.conftest import NOW, by_of, page_of

pytestmark = pytest.mark.django_db


def statements(sent: CaptureQueriesContext) -> list[str]:
    return [query["sql"].split()[0] for query in sent if "SAVEPOINT" not in query["sql"]]


def everything(intake: Intake) -> dict[str, Any]:
    """What sending leaves behind, apart from ids."""
    record = ScreeningRecord.objects.get(intake=intake)
    return {
        "state": Intake.objects.get(pk=intake.pk).state,
        "result": record.result["outcome"],
        "consents": sorted(Consent.objects.filter(patient=intake.patient).values_list("kind", "given")),
        "messages": list(Message.objects.filter(patient=intake.patient).values_list("template", flat=True)),
        "lines": sorted(AuditEvent.objects.filter(patient=str(intake.patient_id)).values_list("action", flat=True)),
    }


def test_a_form_that_pages_nobody_is_sent_in_one_statement(fill: Any, submit: Any) -> None:
    submit(fill())  # from now on the words of its consents are kept
    intake = fill()

    with CaptureQueriesContext(connection) as sent:
        submit(intake)

    assert statements(sent) == ["WITH"]
    assert everything(intake)["state"] == Intake.State.SUBMITTED


def test_the_first_who_read_some_words_keep_them_with_their_form(fill: Any, submit: Any) -> None:
    first, second = fill(), fill()
    submit(first)
    read = set(ConsentWords.objects.values_list("hash", flat=True))
    submit(second)

    assert {each.wording_hash for each in Consent.objects.all()} == read
    assert everything(first) == everything(second)


def test_a_page_that_was_saved_in_another_tab_meanwhile_is_part_of_what_is_sent(fill: Any, submit: Any) -> None:
    submit(fill())
    intake = fill()
    tab = Intake.objects.get(pk=intake.pk)
    actions.save_page(intake=tab, page=page_of("phq1"), answers={"phq1": "3"}, by=by_of(tab), now=NOW)

    assert submit(intake).answers["answers"]["phq1"] == "3"
    stored = Intake.objects.get(pk=intake.pk)
    assert (stored.answers["phq1"], stored.version) == ("3", intake.version + 2)


def test_a_page_that_was_done_in_another_tab_meanwhile_does_not_stop_the_form(fill: Any, submit: Any) -> None:
    intake = fill()
    stale = Intake.objects.get(pk=intake.pk)
    answer = stale.answers["phq4"]
    stale.answers = {name: told for name, told in stale.answers.items() if name != "phq4"}
    stale.version -= 1

    assert submit(stale).answers["answers"]["phq4"] == answer


def test_a_form_that_was_sent_in_another_tab_meanwhile_is_there_once(fill: Any, submit: Any) -> None:
    submit(fill())
    intake = fill()
    tab = Intake.objects.get(pk=intake.pk)
    first = submit(intake)

    assert submit(tab).pk == first.pk
    with pytest.raises(send_actions.SentDifferently):
        submit(Intake.objects.get(pk=intake.pk), name="Somebody Else")
    assert ScreeningRecord.objects.filter(intake=intake).count() == 1
    assert Message.objects.filter(patient=intake.patient, template="intake-received").count() == 1


def test_a_form_that_was_removed_writes_nothing(fill: Any, submit: Any) -> None:
    submit(fill())
    intake = fill()
    tab = Intake.objects.get(pk=intake.pk)
    Intake.objects.filter(pk=intake.pk).delete()

    with pytest.raises(Intake.DoesNotExist):
        submit(tab)
    assert not Message.objects.filter(patient=intake.patient).exists()
    assert not AuditEvent.objects.filter(subject=f"intake:{intake.pk}", action="intake.submit").exists()


def test_a_form_that_becomes_urgent_by_its_signature_pages_in_one_transaction(fill: Any, submit: Any) -> None:
    submit(fill())
    intake = fill()

    with CaptureQueriesContext(connection) as sent:
        submit(intake, name="I want to kill myself")

    assert "FOR UPDATE" in " ".join(query["sql"] for query in sent)
    assert Message.objects.filter(template="urgent-page").count() == 1
    assert Intake.objects.get(pk=intake.pk).safety_raised_at == NOW


@pytest.mark.django_db(transaction=True)
def test_the_workers_are_asked_once_the_form_is_there(fill: Any, submit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(fill())
    intake, asked = fill(), []
    there = ScreeningRecord.objects.filter(intake=intake)
    monkeypatch.setattr("clinic.celery._hand_over", lambda name, row, queue: asked.append((name, there.exists())))

    submit(intake)

    assert sorted(asked) == [("clinic.followups.tasks.look_at", True), ("clinic.notifications.tasks.deliver", True)]
