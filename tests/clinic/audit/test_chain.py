"""The chain: whoever changes the record past its triggers is found, down to the line."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Barrier, Event

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from clinic.audit import checking, sealing, tasks, together
from clinic.audit.actors import system
from clinic.audit.models import AuditEvent, AuditSeal, UnsealedLine
from clinic.audit.record import line, record

pytestmark = pytest.mark.django_db
TABLES = ("audit_auditevent", "audit_auditseal")


def write(count: int = 1, *, why: str = "") -> list[int]:
    """Write lines, each in a transaction of its own; returns their ids."""
    for number in range(count):
        with transaction.atomic():
            record(by=system("test"), action="test.done", subject=f"thing:{number}", why=why, detail={"n": number})
    return list(AuditEvent.objects.order_by("-id").values_list("id", flat=True)[:count])[::-1]


@contextmanager
def as_the_owner() -> Iterator[None]:
    """As somebody who owns the database and turns the triggers off."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def tamper(sql: str, *values: object) -> None:
    with as_the_owner(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def found() -> checking.Break | None:
    return checking.look_through().found


def test_a_record_that_nobody_touched_is_unbroken() -> None:
    ids = write(5)
    assert sealing.seal() == 5
    write(2)

    verdict = checking.look_through()

    assert (verdict.found, verdict.lines, verdict.seals, verdict.waiting) == (None, 5, 1, 2)
    assert verdict.since == AuditEvent.objects.get(pk=ids[0]).at
    assert str(verdict).endswith("5 lines.")


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 second'",
        "actor = 'staff:1'",
        "action = 'test.undone'",
        "subject = 'thing:9'",
        "patient = 'somebody'",
        "why = 'another reason'",
        "detail = '{\"n\": 9}'",
    ],
)
def test_a_changed_field_of_any_kind_is_found_at_its_line(change: str) -> None:
    ids = write(4)
    sealing.seal()

    tamper(f"UPDATE audit_auditevent SET {change} WHERE id = %s", ids[2])

    assert found() == checking.Break(f"Line {ids[2]} was changed.", ids[2])


def test_the_first_of_two_changed_lines_is_named() -> None:
    ids = write(6)
    sealing.seal(most=3)
    sealing.seal(most=3)

    tamper("UPDATE audit_auditevent SET why = 'x' WHERE id IN (%s, %s)", ids[4], ids[1])

    assert found().line == ids[1]


@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_removed_line_is_found_wherever_it_stood(place: int) -> None:
    ids = write(5)
    sealing.seal()

    tamper("DELETE FROM audit_auditevent WHERE id = %s", ids[place])

    assert found() == checking.Break(f"Line {ids[place]} was removed.", ids[place])


def test_an_inserted_line_is_found() -> None:
    write(3)
    sealing.seal()

    tamper(
        "INSERT INTO audit_auditevent (id, actor, action, subject, detail) VALUES (0, 'staff:1', 'a.b', 'c:1', '{}')"
    )

    assert found() == checking.Break("Line 0 was put in past the seals.", 0)


def test_lines_that_changed_places_are_found() -> None:
    ids = write(4)
    sealing.seal()

    with as_the_owner(), connection.cursor() as cursor:
        for old, new in ((ids[1], -1), (ids[2], ids[1]), (-1, ids[2])):
            cursor.execute("UPDATE audit_auditevent SET id = %s WHERE id = %s", [new, old])

    assert found().line == ids[1]


def test_a_line_that_says_it_is_older_than_it_is_is_found() -> None:
    write(3)
    sealing.seal()
    old = datetime.now(tz=UTC) - timedelta(days=30)
    with transaction.atomic():
        AuditEvent.objects.create(at=old, actor="staff:1", action="a.b", subject="c:1")
    sealing.seal()

    assert found() == checking.Break(
        f"Line {AuditEvent.objects.latest('id').pk} says that it was written long before it came into the record.",
        AuditEvent.objects.latest("id").pk,
    )


def test_old_lines_of_a_record_that_was_long_without_seals_are_no_break() -> None:
    old = datetime.now(tz=UTC) - timedelta(days=30)
    with transaction.atomic():
        AuditEvent.objects.bulk_create(
            AuditEvent(at=old, actor="staff:1", action="a.b", subject=f"c:{number}") for number in range(5)
        )
    sealing.seal(most=2)
    sealing.seal(most=2)
    sealing.seal(most=2)

    assert (found(), AuditSeal.objects.count()) == (None, 3)


def test_a_line_removed_before_its_seal_is_found() -> None:
    ids = write(3)
    tamper("DELETE FROM audit_auditevent WHERE id = %s", ids[1])
    sealing.seal()

    assert found() == checking.Break(f"Line {ids[1]} was removed.", ids[1])


def test_a_line_kept_from_being_sealed_is_found() -> None:
    ids = write(3)
    UnsealedLine.objects.filter(event_id=ids[1]).delete()
    sealing.seal()

    assert found().line == ids[1]


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("DELETE FROM audit_auditseal WHERE number = 2", "Seal 2 was removed."),
        ("DELETE FROM audit_auditseal WHERE number = 1", "Seal 1 was removed."),
        ("UPDATE audit_auditseal SET hash = repeat('0', 64) WHERE number = 2", "Seal 2 was changed."),
        ("UPDATE audit_auditseal SET at = at - interval '1 day' WHERE number = 2", "Seal 2 was changed."),
        ("UPDATE audit_auditseal SET emptied = NOT emptied WHERE number = 3", "Seal 3 was changed."),
        ("UPDATE audit_auditseal SET ids = ids[2:] WHERE number = 1", "Seal 1 was changed."),
        ("UPDATE audit_auditseal SET number = 4 WHERE number = 3", "Seal 3 was removed."),
    ],
)
def test_a_seal_that_was_touched_is_found(sql: str, says: str) -> None:
    write(6)
    for _ in range(3):
        sealing.seal(most=2)

    tamper(sql)

    assert found() == checking.Break(says)


def test_a_chain_whose_end_was_cut_off_is_found_by_the_seal_that_somebody_kept() -> None:
    write(2)
    sealing.seal()
    write(2)
    sealing.seal()
    kept = checking.look_through().hash

    tamper("DELETE FROM audit_auditevent WHERE id IN (SELECT unnest(ids) FROM audit_auditseal WHERE number = 2)")
    tamper("DELETE FROM audit_auditseal WHERE number = 2")

    assert found() is None
    assert "expected" in checking.look_through(expected=kept).found.what


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_auditseal SET hash = ''", "DELETE FROM audit_auditseal", "TRUNCATE audit_auditseal"],
)
def test_the_database_refuses_to_change_a_seal(statement: str) -> None:
    write()
    sealing.seal()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_several_lines_of_one_statement_are_sealed_in_their_order() -> None:
    with transaction.atomic():
        together.write(*(line(by=system("test"), action="a.b", subject=f"c:{number}") for number in range(4)))
    sealing.seal()

    assert AuditSeal.objects.get().ids == list(AuditEvent.objects.order_by("id").values_list("id", flat=True))


def test_sealing_again_with_nothing_new_adds_no_seal() -> None:
    write()

    assert (sealing.seal_all(), sealing.seal_all(), AuditSeal.objects.count()) == (1, 0, 1)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_came_to_nothing_leaves_a_gap_that_is_no_break() -> None:
    write()
    with transaction.atomic():
        record(by=system("test"), action="test.done", subject="thing:1")
        transaction.set_rollback(True)
    ids = [*write(), *write()]
    sealing.seal()

    verdict = checking.look_through()
    assert (verdict.found, verdict.lines) == (None, 3)
    assert ids[1] - AuditSeal.objects.get().ids[0] == 3


@pytest.mark.django_db(transaction=True)
def test_a_line_that_is_committed_late_with_a_lower_id_comes_into_a_later_seal_and_makes_nobody_wait() -> None:
    wrote, may_commit = Event(), Event()

    def slowly() -> None:
        try:
            with transaction.atomic():
                record(by=system("slow"), action="test.done", subject="thing:slow")
                wrote.set()
                assert may_commit.wait(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(slowly)
        assert wrote.wait(10)
        write(2)
        assert sealing.seal() == 2
        may_commit.set()
        slow.result()
    assert sealing.seal() == 1

    first, second = AuditSeal.objects.order_by("number")
    assert second.ids[0] < first.ids[0]
    assert found() is None


@pytest.mark.django_db(transaction=True)
def test_two_sealers_and_writers_at_once_seal_each_line_once() -> None:
    start = Barrier(4)

    def run(job: int) -> int:
        try:
            start.wait(10)
            if job % 2:
                write(40)
                return 0
            return sum(sealing.seal(most=7) for _ in range(30))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        sealed = sum(pool.map(run, range(4)))
    sealed += sealing.seal_all()

    ids = [each for seal in AuditSeal.objects.all() for each in seal.ids]
    assert sealed == 80
    assert sorted(ids) == sorted(AuditEvent.objects.values_list("id", flat=True))
    assert found() is None


def test_the_command_says_unbroken_and_since_when_or_where_it_breaks() -> None:
    ids, said = write(3), StringIO()
    sealing.seal()

    call_command("verify_audit", stdout=said)
    assert said.getvalue().startswith("Unbroken since ")
    assert ", 3 lines." in said.getvalue()

    tamper("UPDATE audit_auditevent SET why = 'x' WHERE id = %s", ids[1])
    with pytest.raises(CommandError, match=f"^BROKEN. Line {ids[1]} was changed.$") as refusal:
        call_command("verify_audit", stdout=said)
    assert refusal.value.returncode == 1


def test_a_check_by_the_clock_is_on_the_record_and_says_so_when_it_is_broken(caplog: pytest.LogCaptureFixture) -> None:
    ids = write(2)
    assert tasks.seal() == 2
    tasks.check()
    assert AuditEvent.objects.get(action="audit.check").detail["broken"] == ""

    tamper("DELETE FROM audit_auditevent WHERE id = %s", ids[0])
    tasks.check()

    assert AuditEvent.objects.filter(action="audit.check").latest("id").detail["broken"]
    assert "broken" in caplog.text
