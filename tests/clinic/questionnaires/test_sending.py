"""Saved page by page, sent once, kept as sent; gaps are gaps and never zero."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from clinic.audit.models import AuditEvent
from clinic.questionnaires import actions
from clinic.questionnaires.models import Questionnaire

from .conftest import BY, CALM, LATER, MILD, Asks, answer, ask_again, by_of, send

WORST = {f"phq{item}": "0" for item in range(1, 10)}


def test_the_same_follow_up_asks_once(asked: Asks) -> None:
    first = asked()

    again = actions.open_for(patient=first.patient, asked_for=first.asked_for, plan="F31", by=BY, now=LATER)

    assert again == first
    assert Questionnaire.objects.count() == 1


def test_a_complete_one_is_scored_and_calm(asked: Asks) -> None:
    sent = send(asked(), MILD | CALM)

    assert (sent.state, sent.scores["phq9"]["total"], sent.scores["phq9"]["band"]) == ("sent", 8.0, "mild")
    assert sent.scores["gad7"]["total"] == 7.0


def test_one_with_a_gap_has_no_score(asked: Asks) -> None:
    told = MILD | CALM
    told.pop("gad3")

    sent = send(asked(), told)

    assert sent.scores["gad7"]["total"] is None
    assert sent.scores["gad7"]["band"] is None
    assert sent.scores["phq9"]["total"] == 8.0


def test_sending_twice_is_sending_once(asked: Asks) -> None:
    sent = send(asked(), MILD | CALM)

    again = actions.send(questionnaire=sent, by=by_of(sent), now=LATER + timedelta(hours=1))

    assert again.sent_at == sent.sent_at
    assert AuditEvent.objects.filter(action="questionnaires.send").count() == 1


def test_what_was_sent_cannot_be_changed(asked: Asks) -> None:
    sent = send(asked(), MILD | CALM)

    with pytest.raises(actions.NotOpen):
        answer(sent, MILD | {"phq1": "3"})


@pytest.mark.parametrize("change", ["UPDATE {} SET concern = 'P2'", "DELETE FROM {}"])
def test_the_database_keeps_what_was_sent(asked: Asks, change: str) -> None:
    send(asked(), MILD | CALM)

    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(change.format(Questionnaire._meta.db_table))


def test_nothing_that_was_answered_is_readable_in_the_database(asked: Asks) -> None:
    sent = send(asked(), MILD | CALM)

    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(q)::text FROM questionnaires_questionnaire q WHERE id = %s", [sent.pk])
        row = cursor.fetchone()[0]
    assert "phq" not in row
    assert "mild" not in row


def test_newer_questions_take_the_place_of_older_ones_that_nobody_sent(asked: Asks) -> None:
    first = asked("F31")

    second = ask_again(first.intake, "F32", now=LATER + timedelta(days=7))

    first.refresh_from_db()
    assert (first.state, second.state) == ("closed", "open")
    with pytest.raises(actions.NotOpen):
        answer(first, MILD)


def test_somebody_who_sent_no_form_is_asked_nothing(draft: object) -> None:
    patient = draft.patient  # type: ignore[attr-defined]

    assert actions.open_for(patient=patient, asked_for=uuid.uuid4(), plan="F31", by=BY, now=LATER) is None


def test_without_its_audit_line_nothing_is_sent(asked: Asks, monkeypatch: pytest.MonkeyPatch) -> None:
    filled, _ = answer(asked(), MILD | CALM)

    def fail(**_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(actions, "record", fail)
    with pytest.raises(RuntimeError):
        actions.send(questionnaire=filled, by=by_of(filled), now=LATER)

    filled.refresh_from_db()
    assert filled.state == "open"
