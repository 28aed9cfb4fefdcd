"""What is done with messages: queued in the transaction of their cause; delivery is in `delivery.py`."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from clinic.accounts.models import User
from clinic.audit.actors import Actor
from clinic.audit.record import record, record_all
from clinic.notifications import preparing
from clinic.notifications.models import Message
from clinic.patients.models import Patient


@transaction.atomic
def queue(
    *,
    key: str,
    template: str,
    by: Actor,
    now: datetime,
    patient: Patient | None = None,
    staff: User | None = None,
    to_role: str = "",
    channel: str = Message.Channel.EMAIL,
    about: dict[str, str] | None = None,
    due_at: datetime | None = None,
    good_for: timedelta | None = None,
    is_urgent: bool = False,
    keeps_quiet_hours: bool = True,
) -> Message:
    """Write that something must be said; a second call with the same key changes nothing and returns the first.

    Args:
        key: what it is for, unique, such as `intake-received:<intake id>`.
        template: the folder-less name of templates/messages/<name>.{subject,text}.
        by: whose deed causes it.
        now: the moment.
        patient: to whom; or
        staff: to which person on the staff; or
        to_role: to which role of the staff.
        channel: one of `Message.Channel`.
        about: ids the template needs, never words about health.
        due_at: when; at once when left out.
        good_for: after this much time past due it is not sent any more.
        is_urgent: it goes through the urgent queue and ignores quiet hours.
        keeps_quiet_hours: wait for the morning of the patient when it is due at night.
    """
    fresh = preparing.message(
        key=key,
        template=template,
        now=now,
        patient_id=patient.pk if patient else None,
        staff_id=staff.pk if staff else None,
        to_role=to_role,
        channel=channel,
        about=about,
        due_at=due_at,
        good_for=good_for,
        is_urgent=is_urgent,
        keeps_quiet_hours=keeps_quiet_hours,
    )
    Message.objects.bulk_create([fresh], ignore_conflicts=True)
    kept = Message.objects.get(key=key)
    if kept.pk == fresh.pk:
        record_all([preparing.line_about(kept, by=by)])
        preparing.nudge_about(kept, now=now)
    return kept


@transaction.atomic
def cancel(*, key_prefix: str, reason: str, by: Actor) -> int:
    """Take back messages that have not been sent, also those that a worker has just taken or died on.

    Args:
        key_prefix: the beginning of their keys.
        reason: why, kept on the row.
        by: who.
    Returns:
        How many were taken back for certain. One that a worker holds is not counted: it is not sent if the worker has
        not handed it over yet, and is kept as sent if it has.
    """
    return _take_back(Message.objects.filter(key__startswith=key_prefix), f"messages:{key_prefix}", reason, by=by)


@transaction.atomic
def cancel_about(*, patient: Patient, about: dict[str, str], reason: str, by: Actor) -> int:
    """Take back messages to a patient about a row that is not as it was; counted as in `cancel`.

    Args:
        patient: to whom.
        about: a part of what they are about, such as the id of an appointment.
        reason: why, kept on the row.
        by: who.
    """
    to_them = Message.objects.filter(patient=patient, about__contains=about)
    return _take_back(to_them, f"patient:{patient.pk}", reason, by=by)


def _take_back(messages: QuerySet[Message], subject: str, reason: str, *, by: Actor) -> int:
    taken_back = {"state": Message.State.CANCELLED, "reason": reason, "claimed_at": None}
    count = messages.filter(state=Message.State.DUE).update(**taken_back)
    held = messages.filter(state=Message.State.CLAIMED).update(**taken_back)
    if count or held:
        record(by=by, action="notifications.cancel", subject=subject, detail={"count": count, "held": held})
    return count


@transaction.atomic
def retry(*, message: Message, by: Actor, now: datetime) -> bool:
    """Try a failed message again, from its first try.

    Args:
        message: which.
        by: who wants it tried.
        now: the moment.
    Returns:
        False when it is not failed any more, and nothing was changed.
    """
    failed = Message.objects.filter(pk=message.pk, state=Message.State.FAILED)
    if not failed.update(state=Message.State.DUE, attempts=0, due_at=now, reason=""):
        return False
    record(by=by, action="notifications.retry", subject=f"message:{message.pk}", patient=message.patient_id)
    message.due_at = now
    preparing.nudge_about(message, now=now)
    return True
