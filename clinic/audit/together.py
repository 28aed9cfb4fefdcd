"""Rows, changes and the audit lines about them, written in one statement: one trip to the database for one deed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault
from django.utils.timezone import is_naive
from psycopg import Binary
from psycopg.types.json import Jsonb

from clinic import prepared
from clinic.audit.record import OutsideTransaction

NOTHING: Final[Mapping[Model, Sequence[str]]] = {}
AS_THEY_ARE: Final = frozenset({str, int, bool, type(None), UUID, datetime})
"""Types of values that need nothing done to them before they are put into JSON."""
IF_FIRST_WAS: Final = " WHERE EXISTS (SELECT 1 FROM w0)"
"""Ends an insert that depends on the first piece of its statement having written something."""
Piece = tuple[str, list[Any]]


def write(*new: Model, changed: Mapping[Model, Sequence[str]] = NOTHING, unless_there: Sequence[Model] = ()) -> None:
    """Insert new rows and update the named fields of others, all or none; signals and `save()` are not called.

    Each row needs its primary key, or a table that counts for itself; that count is not read back. Rows may point at
    each other, because foreign keys are checked when the transaction ends.

    Args:
        new: rows that are not in the database yet, those of one table side by side.
        changed: rows that are there, and the fields of each that are written.
        unless_there: rows of one table whose key says all that is in them; they are sent, in a statement of their own,
            only when one is missing, and one whose key is there already is left as it is.
    Raises:
        OutsideTransaction: there is no transaction to be part of, so an error later would not undo this.
        LookupError: a changed row is not there any more.
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise OutsideTransaction(", ".join(type(row).__name__ for row in (*new, *changed)))
    pieces = [_update(row, names, connection) for row, names in changed.items()]
    pieces += _inserts(new, connection)
    if not pieces and not unless_there:
        return
    there = _there(unless_there)
    with prepared.cursor() as cursor:
        *written, found = _sent(cursor, pieces, there)
        if 0 in written:
            raise LookupError("A row that was to be changed is gone.")
        if found < len(unless_there):
            for sql, values in _inserts(unless_there, connection, or_else=" ON CONFLICT DO NOTHING"):
                cursor.execute(sql, values)
    _are_there(new, connection)


def write_if_still(
    row: Model, names: Sequence[str], *new: Model, still: Mapping[str, object], where_there: Sequence[Model] = ()
) -> bool:
    """Update a row and insert others, all or none, unless the row changed since it was read; a transaction by itself.

    Nothing is held beforehand and nothing is begun, so that it is one trip to the database and not four.

    Args:
        row: which is there, as it is to be.
        names: the fields of it that are written.
        new: rows that are not in the database yet, those of one table side by side.
        still: columns of the row, with what must still stand in them.
        where_there: rows of one table that must be there already, by their keys.
    Returns:
        False when the row is gone or was changed, or one that must be there is not: then nothing is written.
    """
    connection = transaction.get_connection()
    change, values = _update(row, names, connection)
    unchanged = "".join(f" AND {_quoted(name)} = %s" for name in still)
    values += still.values()
    if where_there:
        there, keys = _there(where_there)
        unchanged, values = f"{unchanged} AND {there} = %s", [*values, *keys, len(where_there)]
    pieces = [(change + unchanged, values)]
    pieces += [(sql + IF_FIRST_WAS, told) for sql, told in _inserts(new, connection)]
    with prepared.cursor() as cursor:
        if not _sent(cursor, pieces)[0]:
            return False
    _are_there(new, connection)
    return True


def _sent(cursor: CursorWrapper, pieces: Sequence[Piece], *counted: Piece) -> Sequence[int]:
    """How many rows each piece wrote, and what else was counted, in one statement."""
    named = ", ".join(f"w{number} AS ({sql} RETURNING 1)" for number, (sql, _) in enumerate(pieces))
    counts = [f"(SELECT count(*) FROM w{number})" for number in range(len(pieces))]  # noqa: S608  # nosec B608
    counts += [sql for sql, _ in counted]
    statement = f"{f'WITH {named} ' if pieces else ''}SELECT {', '.join(counts)}"
    cursor.execute(statement, [value for _, values in (*pieces, *counted) for value in values])
    return cursor.fetchone()  # type: ignore[no-any-return]


def _are_there(rows: Sequence[Model], connection: BaseDatabaseWrapper) -> None:
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _inserts(rows: Sequence[Model], connection: BaseDatabaseWrapper, or_else: str = "") -> Iterator[Piece]:
    """Rows that give the same columns of one table as one value: a value for each cell costs a third of a statement."""
    told = ((type(row), _told(row, connection)) for row in rows)
    for (model, columns), same in groupby(told, key=lambda each: (each[0], tuple(each[1]))):
        yield _insert(model, columns) + or_else, [json.dumps([line for _, line in same], default=_in_json)]


@cache
def _insert(model: type[Model], columns: tuple[str, ...]) -> str:
    table, names = _quoted(model._meta.db_table), ", ".join(map(_quoted, columns))
    return f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(NULL::{table}, %s)"  # noqa: S608 - from models  # nosec B608


def _quoted(name: str) -> str:
    return transaction.get_connection().ops.quote_name(name)


def _there(rows: Sequence[Model]) -> Piece:
    """How many of some rows of one table are there already: what everybody shares is sent once, not with each deed."""
    if not rows:
        return "0", []
    meta = rows[0]._meta
    table, pk = _quoted(meta.db_table), _quoted(meta.pk.column)
    return f"(SELECT count(*) FROM {table} WHERE {pk} = ANY(%s))", [[row.pk for row in rows]]  # noqa: S608 - from models only  # nosec B608


def _told(row: Model, connection: BaseDatabaseWrapper) -> dict[str, Any]:
    """The values of a new row by column; the database fills in the columns that are left out."""
    told: dict[str, Any] = {}
    given = vars(row)
    for name, kept, field in _columns(type(row)):
        value = given[kept] if kept else field.pre_save(row, True)
        if type(value) in AS_THEY_ARE:
            told[name] = value
        elif not isinstance(value, DatabaseDefault):
            told[name] = field.get_db_prep_save(value, connection)
    return told


@cache
def _columns(model: type[Model]) -> tuple[tuple[str, str, Field], ...]:
    """Each column of a table, where a row keeps its value ("" when the field makes it), and the field."""
    return tuple(
        (each.column, each.attname if type(each).pre_save is Field.pre_save else "", each)
        for each in model._meta.concrete_fields
        if each is not model._meta.auto_field
    )


def _in_json(value: object) -> object:
    """A value as PostgreSQL reads it from JSON for a column of its type.

    Raises:
        TypeError: a kind of value that no row had so far, or a moment that does not say in which time zone.
    """
    if isinstance(value, Binary):
        return f"\\x{value.obj.hex()}"
    if isinstance(value, Jsonb):
        return value.obj
    if isinstance(value, datetime) and is_naive(value):
        raise TypeError("a moment without a time zone")
    if isinstance(value, date | UUID):
        return str(value)
    raise TypeError(type(value).__name__)


def _update(row: Model, names: Sequence[str], connection: BaseDatabaseWrapper) -> Piece:
    columns, change = _change(type(row), tuple(names))
    values = [each.get_db_prep_save(each.pre_save(row, False), connection) for each in columns]
    return change, [*values, row._meta.pk.get_db_prep_value(row.pk, connection)]


@cache
def _change(model: type[Model], names: tuple[str, ...]) -> tuple[list[Field], str]:
    """The fields of these names, and the statement that writes them."""
    columns = [model._meta.get_field(name) for name in names]
    written = ", ".join(f"{_quoted(each.column)} = %s" for each in columns)
    table, pk = _quoted(model._meta.db_table), _quoted(model._meta.pk.column)
    return columns, f"UPDATE {table} SET {written} WHERE {pk} = %s"  # noqa: S608 - from models only  # nosec B608
