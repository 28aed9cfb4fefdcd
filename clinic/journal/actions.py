"""What is done with the journal: an entry is written, added to, shared or not, and removed by whom it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.journal.models import Entry
from clinic.patients.models import Patient


@transaction.atomic
def write(*, patient: Patient, key: UUID, feeling: int, by: Actor, now: datetime) -> Entry:
    """Keep one word, at once; the same tap again is the same entry.

    Args:
        patient: whose journal.
        key: made with the page.
        feeling: one of `Entry.Feeling`.
        by: the patient.
        now: the moment.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)
    if before := Entry.objects.filter(patient=patient, key=key).first():
        return before
    entry = Entry.objects.create(patient=patient, key=key, feeling=feeling, at=now)
    record(by=by, action="journal.write", subject=f"entry:{entry.pk}", patient=patient.pk)
    return entry


@transaction.atomic
def add(*, entry: Entry, told: Mapping[str, str], is_shared: bool, by: Actor) -> None:
    """Add to an entry, and say whether the care team may read it.

    Args:
        entry: which.
        told: note, slept and took_medicine.
        is_shared: False to keep it to oneself.
        by: the patient.
    """
    entry.note, entry.slept, entry.took_medicine = told["note"], told["slept"], told["took_medicine"]
    entry.is_shared = is_shared
    entry.save(update_fields=["note", "slept", "took_medicine", "is_shared"])
    detail = {"shared": is_shared}
    record(by=by, action="journal.add", subject=f"entry:{entry.pk}", patient=entry.patient_id, detail=detail)


@transaction.atomic
def remove(*, entry: Entry, by: Actor) -> None:
    """Remove an entry for good; it is theirs, and no part of what the clinic must keep.

    Args:
        entry: which.
        by: the patient.
    """
    record(by=by, action="journal.remove", subject=f"entry:{entry.pk}", patient=entry.patient_id)
    entry.delete()
