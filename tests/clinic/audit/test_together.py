"""Rows, changes and their audit lines in one statement: all of them, or none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clinic.audit import together
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.audit.record import OutsideTransaction, line
from clinic.patients.models import Consent, ConsentWords, Patient

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def about(subject: str) -> AuditEvent:
    return line(by=system("test"), action="test.done", subject=subject, detail={"count": 2})


def consent(patient: Patient, kind: str) -> Consent:
    return Consent(patient=patient, kind=kind, given=True, wording_hash="a" * 64, wording_version="v", at=NOW)


def test_new_rows_changes_and_audit_lines_take_one_statement_and_read_back_as_they_were() -> None:
    patient = Patient.objects.create(legal_name="Maya")
    patient.legal_name, patient.country = {"given": "Zoë", "n": 0}, "US"

    with CaptureQueriesContext(connection) as sent:
        together.write(
            consent(patient, "a"),
            consent(patient, "b"),
            about("thing:1"),
            about("thing:2"),
            changed={patient: ("legal_name", "country")},
        )

    assert len(sent) == 1
    stored = Patient.objects.get()
    assert (stored.legal_name, stored.country) == ({"given": "Zoë", "n": 0}, "US")
    assert list(Consent.objects.order_by("kind").values_list("kind", "given", "at")) == [
        ("a", True, NOW),
        ("b", True, NOW),
    ]
    events = AuditEvent.objects.order_by("id")
    assert [(event.subject, event.detail, event.at is not None) for event in events] == [
        ("thing:1", {"count": 2}, True),
        ("thing:2", {"count": 2}, True),
    ]


def test_any_text_reads_back_as_it_was() -> None:
    words = "a \\ b \\u0041 \"c\" 'd' %s {e}\n\t f\u00e9 \U0001f600"

    together.write(line(by=system("test"), action="test.done", subject="thing:1", why=words, detail={"words": words}))

    assert AuditEvent.objects.values_list("why", "detail").get() == (words, {"words": words})


def test_a_moment_that_does_not_say_its_time_zone_is_refused() -> None:
    nowhere = consent(Patient.objects.create(), "a")
    nowhere.at = NOW.replace(tzinfo=None)

    with pytest.raises(TypeError, match="time zone"):
        together.write(nowhere)


def test_rows_of_one_statement_may_point_at_each_other() -> None:
    patient = Patient()

    together.write(patient, consent(patient, "a"))

    assert Consent.objects.get().patient == patient


def test_fields_that_are_not_named_are_left_to_others() -> None:
    patient = Patient.objects.create(country="US", region="US-CA")
    Patient.objects.filter(pk=patient.pk).update(region="US-NY")
    patient.country = "CA"

    together.write(changed={patient: ("country",)})

    assert Patient.objects.values_list("country", "region").get() == ("CA", "US-NY")


def test_one_bad_row_leaves_nothing() -> None:
    patient = Patient.objects.create(country="US")
    patient.country = "CA"

    with pytest.raises(DatabaseError), transaction.atomic():
        together.write(AuditEvent(actor=None, action="test.done"), changed={patient: ("country",)})

    assert Patient.objects.get().country == "US"
    assert not AuditEvent.objects.exists()


def test_a_changed_row_that_is_gone_is_an_error_and_leaves_nothing() -> None:
    gone = Patient()

    with pytest.raises(LookupError), transaction.atomic():
        together.write(about("thing:1"), changed={gone: ("country",)})

    assert not AuditEvent.objects.exists()


def test_a_written_row_can_be_saved_again() -> None:
    patient = Patient(country="US")
    together.write(patient)

    patient.country = "CA"
    patient.save()

    assert Patient.objects.get().country == "CA"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_written_outside_a_transaction() -> None:
    with pytest.raises(OutsideTransaction):
        together.write(about("thing:1"))


def test_a_row_that_is_there_already_is_left_as_it_is_and_stops_nothing() -> None:
    patient = Patient.objects.create()
    for words in ("the first", "another"):
        together.write(consent(patient, words), unless_there=[ConsentWords(hash="a" * 64, words=words)])
    together.write(unless_there=[ConsentWords(hash="b" * 64, words="alone")])

    assert Consent.objects.count() == 2
    assert dict(ConsentWords.objects.values_list("hash", "words")) == {"a" * 64: "the first", "b" * 64: "alone"}


def test_what_is_there_already_is_not_sent_again() -> None:
    known = ConsentWords(hash="a" * 64, words="long words that everybody reads")
    together.write(unless_there=[known])

    with CaptureQueriesContext(connection) as sent:
        together.write(about("thing:1"), unless_there=[known])

    assert len(sent) == 1
    assert known.words not in sent[0]["sql"]
