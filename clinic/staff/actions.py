"""What is done on staff pages that belongs to no single stage: looking over a list that names patients."""

from __future__ import annotations

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.record import record


@transaction.atomic
def look_over(*, page: str, shown: list[str], by: Actor) -> None:
    """Put on the record that somebody looked over a list, and whom it showed.

    Args:
        page: which list.
        shown: the references or ids of what was on it, never names.
        by: who looked.
    """
    record(by=by, action=f"staff.see_{page}", subject=f"page:{page}", detail={"shown": shown})
