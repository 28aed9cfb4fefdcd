"""Empties the tables in which a test left rows; Django empties all of them, which takes twenty times as long."""

from __future__ import annotations

from typing import Final

from django.db import connection, transaction

KEPT: Final = frozenset({"django_content_type", "auth_permission"})
"""Django writes these again after it emptied them."""
SMALL: Final = 4 * 1024 * 1024
"""Bytes. Rows that are deleted leave their place behind, through which later tests would read."""


def empty_the_small() -> bool:
    """Delete all rows; False, and nothing is done, when a table is so large that it must be cut off."""
    names = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT max(pg_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name", [names])
        if cursor.fetchone()[0] > SMALL:
            return False
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names))
        if filled := [name for (name,) in cursor.fetchall()]:
            cursor.execute("; ".join(f"DELETE FROM {name}" for name in filled))
    return True
