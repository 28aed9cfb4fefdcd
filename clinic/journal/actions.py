"""What is done with the journal: an entry is written, added to, shared or not, and removed by whom it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.celery import nudge
from clinic.intake import safety_actions, safety_words
from clinic.journal.models import Entry
from clinic.patients.models import Patient

FOLLOW_UP: Final = "clinic.followups.tasks.look_at"


@transaction.atomic
def write(*, patient: Patient, key: UUID, feeling: int, by: Actor, now: datetime) -> Entry:
    """Keep one word, at once; the same tap again is the same entry, another word from the same page takes its place.

    Args:
        patient: whose journal.
        key: made with the page.
        feeling: one of `Entry.Feeling`.
        by: the patient.
        now: the moment.
    """
    Patient.objects.select_for_update().get(pk=patient.pk)
    before = Entry.objects.filter(patient=patient, key=key).first()
    if before and before.feeling == feeling:
        return before
    if before:
        before.feeling = feeling
        before.save(update_fields=["feeling"])
        record(by=by, action="journal.change_word", subject=f"entry:{before.pk}", patient=patient.pk)
        return before
    entry = Entry.objects.create(patient=patient, key=key, feeling=feeling, at=now)
    record(by=by, action="journal.write", subject=f"entry:{entry.pk}", patient=patient.pk)
    return entry


@transaction.atomic
def add(*, entry: Entry, told: Mapping[str, str], is_shared: bool, by: Actor, now: datetime) -> Entry:
    """Add to an entry, and say whether the care team may read it.

    1. Lock it, so that the same page sent twice is one. 2. Keep what was added. 3. Safety words that become readable
    for the clinic page the person on call in this transaction, and a task follows from the row. Words that were taken
    out again take nothing back. 4. Audit.

    Args:
        entry: which.
        told: note, slept and took_medicine.
        is_shared: False to keep it to oneself; then nobody is told of anything.
        by: the patient.
        now: the moment.
    Returns:
        The entry as it is now.
    Raises:
        Entry.DoesNotExist: it was removed meanwhile.
    """
    kept = Entry.objects.select_for_update(of=("self",)).select_related("patient").get(pk=entry.pk)
    is_news = is_shared and not (kept.is_shared and kept.note == told["note"])
    kept.note, kept.slept, kept.took_medicine = told["note"], told["slept"], told["took_medicine"]
    kept.is_shared = is_shared
    if is_news and safety_words.hold(kept.note):
        kept.raised_at = now
        cause = f"entry:{kept.pk}:{now:%Y%m%dT%H%M%S}"
        safety_actions.raise_for_words(patient=kept.patient, cause=cause, by=by, now=now)
        nudge(FOLLOW_UP, kept.pk)
    kept.save(update_fields=["note", "slept", "took_medicine", "is_shared", "raised_at"])
    detail = {"shared": is_shared, "raised": kept.raised_at == now}
    record(by=by, action="journal.add", subject=f"entry:{kept.pk}", patient=kept.patient_id, detail=detail)
    return kept


@transaction.atomic
def remove(*, entry: Entry, by: Actor) -> None:
    """Remove an entry for good; it is theirs, and no part of what the clinic must keep.

    Args:
        entry: which.
        by: the patient.
    """
    record(by=by, action="journal.remove", subject=f"entry:{entry.pk}", patient=entry.patient_id)
    entry.delete()


@transaction.atomic
def remove_all(*, patient: Patient, by: Actor) -> int:
    """Remove a whole journal for good, because its owner asked for that; doing it again changes nothing.

    Args:
        patient: whose.
        by: who removes it.
    Returns:
        How many entries there were.
    """
    count, _ = Entry.objects.filter(patient=patient).delete()
    if count:
        told = {"count": count}
        record(by=by, action="journal.remove_all", subject=f"patient:{patient.pk}", patient=patient.pk, detail=told)
    return count
