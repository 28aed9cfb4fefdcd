"""Rows, changes and the audit lines about them, written in one statement: one trip to the database for one deed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Field, Model
from django.db.models.expressions import DatabaseDefault

from clinic.audit.record import OutsideTransaction

NOTHING: Final[Mapping[Model, Sequence[str]]] = {}
Piece = tuple[str, list[Any]]


def write(*new: Model, changed: Mapping[Model, Sequence[str]] = NOTHING, unless_there: Sequence[Model] = ()) -> None:
    """Insert new rows and update the named fields of others, all or none; signals and `save()` are not called.

    Each row needs its primary key, or a table that counts for itself; that count is not read back. Rows may point at
    each other, because foreign keys are checked when the transaction ends.

    Args:
        new: rows that are not in the database yet, those of one table side by side.
        changed: rows that are there, and the fields of each that are written.
        unless_there: rows whose key says all that is in them; one whose key is there already is left as it is.
    Raises:
        OutsideTransaction: there is no transaction to be part of, so an error later would not undo this.
        LookupError: a changed row is not there any more.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(", ".join(type(row).__name__ for row in (*new, *changed)))
    pieces = [_update(row, names) for row, names in changed.items()]
    pieces += [_insert(model, list(rows)) for model, rows in groupby(new, key=type)]
    counted = len(pieces)
    pieces += [_insert(model, list(rows), unless_there=True) for model, rows in groupby(unless_there, key=type)]
    if not pieces:
        return
    named = ", ".join(f"w{number} AS ({sql} RETURNING 1)" for number, (sql, _) in enumerate(pieces))
    counts = ", ".join(f"(SELECT count(*) FROM w{number})" for number in range(counted)) or "1"  # noqa: S608  # nosec B608
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {named} SELECT {counts}", [value for _, values in pieces for value in values])
        if 0 in cursor.fetchone():
            raise LookupError("A row that was to be changed is gone.")
    for row in new:
        row._state.adding, row._state.db = False, connection.alias


def _insert(model: type[Model], rows: Sequence[Model], *, unless_there: bool = False) -> Piece:
    columns = [each for each in model._meta.concrete_fields if each is not model._meta.auto_field]
    names = ", ".join(connection.ops.quote_name(each.column) for each in columns)
    lines, values = [], []
    for row in rows:
        told = [_told(row, each, add=True) for each in columns]
        lines.append(f"({', '.join('DEFAULT' if isinstance(each, DatabaseDefault) else '%s' for each in told)})")
        values += [each for each in told if not isinstance(each, DatabaseDefault)]
    table = connection.ops.quote_name(model._meta.db_table)
    or_not = " ON CONFLICT DO NOTHING" if unless_there else ""
    sql = f"INSERT INTO {table} ({names}) VALUES {', '.join(lines)}{or_not}"  # noqa: S608 - names from models only  # nosec B608
    return sql, values


def _update(row: Model, names: Sequence[str]) -> Piece:
    meta = row._meta
    columns = [meta.get_field(name) for name in names]
    written = ", ".join(f"{connection.ops.quote_name(each.column)} = %s" for each in columns)
    values = [_told(row, each, add=False) for each in columns]
    key = meta.pk.get_db_prep_value(row.pk, connection)
    table, pk = connection.ops.quote_name(meta.db_table), connection.ops.quote_name(meta.pk.column)
    return f"UPDATE {table} SET {written} WHERE {pk} = %s", [*values, key]  # noqa: S608 - from models only  # nosec B608


def _told(row: Model, column: Field[Any, Any], *, add: bool) -> Any:
    value = column.pre_save(row, add)
    return value if isinstance(value, DatabaseDefault) else column.get_db_prep_save(value, connection)
