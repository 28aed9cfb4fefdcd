"""What is said to those whose visits an exception touches."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.booking import cannot_keep, taking
from clinic.booking.models import Appointment
from clinic.booking.telling import note, tell_besides


@transaction.atomic
def tell(
    *, exception: cannot_keep.Row, visits: Iterable[Appointment], template: str, by: Actor, now: datetime
) -> list[Appointment]:
    """Tell the patients of these visits that the clinic cannot keep them; nothing is moved or cancelled by it.

    1. Lock the visits that are still booked as they were shown. 2. Queue a message for each, under one key for each
    person and exception, so that saying it again says nothing. 3. An audit line for each who is told now.

    Args:
        exception: the time off, closed day, hours or licence that touches them.
        visits: which of those that it touches.
        template: `cannot_keep.CHOOSE` or `cannot_keep.CALL`.
        by: somebody on the staff.
        now: the moment.
    Returns:
        The visits whose patients are told now; not those who were told before, or whose visit has changed.
    """
    locked = taking.locked_booked(visits)
    before = cannot_keep.told(exception, locked)
    found = [each for each in locked if each.start > now and each.patient_id not in before]
    for visit in found:
        tell_besides(template, visit, key=cannot_keep.key_for(exception, visit.patient), by=by, now=now)
        note(visit, "booking.tell_cannot_keep", by=by, detail={"template": template})
    return found
