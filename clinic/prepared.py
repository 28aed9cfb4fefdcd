"""Statements that every patient page sends: PostgreSQL reads and plans each once for a connection, not each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, InterfaceError, NotSupportedError, OperationalError, connections
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import CursorWrapper


class _Prepared(ServerBindingCursor):
    """Prepares what it executes, unless the settings say that a pooler in between would not know it again."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        return super().execute(query, params, prepare=True, **how)


@contextmanager
def cursor() -> Iterator[CursorWrapper]:
    """A cursor for statements whose text is one of a few, whatever their values; others would fill its memory.

    While somebody listens to what is sent it is Django's own: of a prepared one there is no text to tell.
    """
    database = connections[DEFAULT_DB_ALIAS]
    database.close_if_health_check_failed()
    database.ensure_connection()
    listened_to = database.queries_logged
    with database.cursor() if listened_to else database.make_cursor(_Prepared(database.connection)) as ours:
        yield ours


def row(question: str, values: Sequence[object]) -> tuple[Any, ...] | None:
    """The first row of what a question finds, or None; it must change nothing, because it may be asked twice.

    Outside a transaction it is its own check that the connection lives, and saves the SELECT 1 before it: when
    PostgreSQL hung up meanwhile, or a migration changed a column of the plan, it is asked again on a new connection.

    Args:
        question: a SELECT.
        values: of its parameters.
    Raises:
        OperationalError: the database does not answer, not even on a new connection.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if database.in_atomic_block or database.connection is None:
        return _first(question, values)
    is_known_to_live, database.health_check_done = database.health_check_done, True
    try:
        return _first(question, values)
    except (OperationalError, InterfaceError):
        if is_known_to_live or database.is_usable():
            raise
    except NotSupportedError:
        pass
    database.close()
    return _first(question, values)


def _first(question: str, values: Sequence[object]) -> tuple[Any, ...] | None:
    with cursor() as asked:
        asked.execute(question, values)
        return asked.fetchone()
