"""What is done about how long the form takes: it is worked out from the forms that were finished."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.intake import pace
from clinic.intake.models import FormPace


@transaction.atomic
def work_out(*, by: Actor, now: datetime) -> int | None:
    """Keep the real median of how long the form takes, for pages to say; while too few finished it, keep nothing.

    Args:
        by: the system.
        now: the moment.
    Returns:
        Minutes, or None while the setting stands.
    """
    protocol = settings.PROTOCOL
    minutes = pace.measured(protocol)
    before = FormPace.objects.filter(protocol=protocol).values_list("minutes", flat=True).first()
    if minutes == before:
        return minutes
    FormPace.objects.all().delete()
    if minutes is not None:
        FormPace.objects.create(protocol=protocol, minutes=minutes, at=now)
    record(by=by, action="intake.work_out_pace", subject=f"protocol:{protocol}", detail={"minutes": minutes})
    return minutes
