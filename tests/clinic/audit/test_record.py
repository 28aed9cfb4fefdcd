"""The record: only ever added to, and never apart from what it records."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from clinic.audit.actors import system
from clinic.audit.models import AuditEvent
from clinic.audit.record import OutsideTransaction, record

pytestmark = pytest.mark.django_db


def write() -> AuditEvent:
    with transaction.atomic():
        record(by=system("test"), action="test.done", subject="thing:1")
    return AuditEvent.objects.latest("id")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET actor = 'somebody else'",
        "DELETE FROM audit_auditevent",
        "TRUNCATE audit_auditevent",
    ],
)
def test_the_database_refuses_to_change_the_record(statement: str) -> None:
    write()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditEvent.objects.get().actor == "system:test"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_outside_a_transaction() -> None:
    with pytest.raises(OutsideTransaction):
        record(by=system("test"), action="test.done", subject="thing:1")


def test_a_record_leaves_with_what_it_records() -> None:
    def record_then_fail() -> None:
        with transaction.atomic():
            record(by=system("test"), action="test.done", subject="thing:1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        record_then_fail()

    assert not AuditEvent.objects.exists()
