"""Statements of every page are planned once for a connection, and asked again where it died or a column changed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from clinic import prepared
from clinic.settings import prepared_from

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "SELECT %s::int + 1"


@pytest.fixture(autouse=True)
def own_connection() -> Any:
    """A connection that nobody has asked anything, and that is gone with what it prepared."""
    connection.close()
    connection.ensure_connection()
    yield
    connection.close()


def planned() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [statement for (statement,) in cursor.fetchall()]


def hang_up() -> None:
    """End our session from another one, as a restart of PostgreSQL does."""
    ours = connection.connection
    with ours.__class__.connect(ours.info.dsn, password=ours.info.password or None, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [ours.info.backend_pid])


def test_a_statement_that_comes_again_with_other_values_is_planned_once() -> None:
    assert [prepared.row(NUMBER, [1]), prepared.row(NUMBER, [2])] == [(2,), (3,)]

    assert planned() == ["SELECT $1::int + 1"]


def test_where_a_pooler_forgets_nothing_is_prepared() -> None:
    connection.connection.prepare_threshold = prepared_from("off")

    assert prepared.row(NUMBER, [1]) == (2,)
    assert planned() == []


def test_a_word_that_is_neither_on_nor_off_does_not_start() -> None:
    with pytest.raises(Exception, match="PREPARED_STATEMENTS must be on or off"):
        prepared_from("yes")


def test_a_question_goes_out_alone_and_is_asked_again_when_the_connection_had_died() -> None:
    connection.health_check_done = False
    prepared.row(NUMBER, [1])
    hang_up()
    connection.health_check_done = False

    with CaptureQueriesContext(connection) as sent:
        assert prepared.row(NUMBER, [2]) == (3,)

    assert {query["sql"] for query in sent} == {"SELECT 2::int + 1"}


def test_a_connection_that_dies_in_the_middle_of_a_page_is_not_replaced_in_secret() -> None:
    connection.health_check_done = False
    prepared.row(NUMBER, [1])
    hang_up()

    with pytest.raises((OperationalError, InterfaceError)):
        prepared.row(NUMBER, [2])


def test_in_a_transaction_nothing_is_asked_again() -> None:
    @transaction.atomic
    def interrupted() -> None:
        prepared.row(NUMBER, [1])
        hang_up()
        prepared.row(NUMBER, [2])

    with pytest.raises((OperationalError, InterfaceError)):
        interrupted()


def test_a_database_that_is_away_is_called_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def refuse(*_: Any) -> Any:
        calls.append("called")
        raise OperationalError("starting up")

    connection.close()
    monkeypatch.setattr(connection, "connect", refuse)

    with pytest.raises(OperationalError, match="starting up"):
        prepared.row(NUMBER, [1])
    assert calls == ["called"]


def test_a_mistake_in_a_statement_is_told_and_the_connection_stays() -> None:
    before = connection.connection
    connection.health_check_done = False

    with pytest.raises(Exception, match="division by zero"):
        prepared.row("SELECT 1 / %s::int", [0])

    assert connection.connection is before


def test_a_column_that_a_migration_changed_is_read_in_its_new_shape() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE shape (said varchar(3)); INSERT INTO shape VALUES ('yes')")
    try:
        assert prepared.row("SELECT said FROM shape WHERE said = %s", ["yes"]) == ("yes",)
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE shape ALTER said TYPE varchar(9)")

        assert prepared.row("SELECT said FROM shape WHERE said = %s", ["yes"]) == ("yes",)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE shape")
