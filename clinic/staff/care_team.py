"""Who looks after a patient, told by rows that are there anyway; and who opened a record from outside, for an hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.db.models.functions import Now

from clinic.accounts.models import User
from clinic.audit.models import AuditEvent
from clinic.booking.models import Appointment
from clinic.booking.models.appointments import OVER
from clinic.followups.models import FollowUp
from clinic.intake.models import ScreeningRecord
from clinic.patients.lookers import BROKE_GLASS
from clinic.patients.models import Patient
from clinic.reviews.models import Letter, Note, Waiting

OPEN_FOR: Final = timedelta(hours=1)
"""How long a record stays open to somebody from outside. AWAITING THE MEDICAL DIRECTOR: an hour is our choice."""
MEET: Final = (Appointment.State.BOOKED, *OVER)


def is_on_team(user: User, patient: Patient) -> bool:
    """True for who decided, spoke, wrote, met or did a task; for all clinical staff while the patient waits for one."""
    signed = ScreeningRecord.objects.filter(intake__patient=patient)
    tasks = FollowUp.objects.filter(patient=patient)
    return (
        Waiting.objects.filter(record__intake__patient=patient).exists()
        or tasks.filter(state=FollowUp.State.OPEN).exists()
        or signed.filter(_signed_by(user)).exists()
        or Note.objects.filter(intake__patient=patient, written_by=user).exists()
        or Letter.objects.filter(Q(drafted_by=user) | Q(sent_by=user), record__intake__patient=patient).exists()
        or Appointment.objects.filter(patient=patient, clinician=user, state__in=MEET).exists()
        or tasks.filter(state=FollowUp.State.DONE, done_by=user.actor.ref).exists()
    )


def _signed_by(user: User) -> Q:
    """Records about which somebody signed, spoke with the patient, or ended what was signed."""
    decided = Q(decisions__decided_by=user) | Q(decisions__contacted_by=user) | Q(decisions__revoked_by=user)
    return decided | Q(first_signatures__signed_by=user) | Q(first_signatures__ended_by=user)


def open_until(user: User, patient: Patient) -> datetime | None:
    """Until when a record is open to somebody from outside, because they said why; None when it is not.

    The record itself is asked, by its own clock: there is no second table that could say something else.
    """
    said = AuditEvent.objects.filter(patient=str(patient.pk), actor=user.actor.ref, action=BROKE_GLASS)
    last = said.filter(at__gt=Now() - OPEN_FOR).order_by("-id").values_list("at", flat=True).first()
    return last + OPEN_FOR if last else None
