"""Database triggers that keep rows as they were written, and that line up what is to be sealed."""

from __future__ import annotations

import pgtrigger


def sealed(name: str) -> list[pgtrigger.Trigger]:
    """The triggers of a table to which rows are only ever added.

    Args:
        name: what the triggers are called.
    """
    return [
        pgtrigger.Protect(name=f"{name}_unchanged", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name=f"{name}_never_emptied",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'rows of % are kept', TG_TABLE_NAME;",
        ),
    ]


def waits_for_its_seal(lines: str, queue: str) -> pgtrigger.Trigger:
    """The trigger by which every new line waits for its seal from the moment it can be seen.

    Args:
        lines: the table of the lines.
        queue: the table that holds the ids of those that wait.
    """
    return pgtrigger.Trigger(
        name=f"{lines}_waits",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_lines"),
        func=f"INSERT INTO {queue} (event_id) SELECT id FROM new_lines; RETURN NULL;",  # noqa: S608  # nosec B608
    )
