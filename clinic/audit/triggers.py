"""Database triggers that keep rows as they were written."""

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
