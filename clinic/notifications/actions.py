"""What is done with messages: queued in the transaction of their cause; delivery is in `delivery.py`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from clinic.accounts.models import User
from clinic.accounts.permissions import Role
from clinic.audit.actors import Actor
from clinic.audit.record import record, record_all
from clinic.notifications import paging, preparing
from clinic.notifications.models import Message
from clinic.notifications.recheck import PAUSED
from clinic.patients.models import Patient

MOST_ESCALATED: Final = 100
"""Of how many overdue pages the lead is told in one transaction; the next sweep takes the rest."""


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
    may_pause: bool = False,
    acknowledge_within: timedelta | None = None,
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
        may_pause: wait while the patient wants a pause.
        acknowledge_within: it is a page that somebody must say "I have it" to; after this much time the lead is told.
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
        may_pause=may_pause,
        acknowledge_within=acknowledge_within,
    )
    Message.objects.bulk_create([fresh], ignore_conflicts=True)
    kept = Message.objects.get(key=key)
    if kept.pk == fresh.pk:
        record_all([preparing.line_about(kept, by=by)])
        preparing.nudge_about(kept, now=now)
    return kept


@transaction.atomic
def page(*, key: str, template: str, about: dict[str, str], by: Actor, now: datetime) -> Message:
    """Page whoever is on call; until somebody says "I have it" the page stays, and after 15 minutes the lead is told.

    Args:
        key: what it is for, as for `queue`; the same key pages once.
        template: as for `queue`.
        about: ids the template needs, with the `reference` that it is acknowledged by.
        by: whose deed causes it.
        now: the moment.
    """
    return queue(
        key=key,
        template=template,
        to_role=Role.ON_CALL,
        channel=Message.Channel.PAGER,
        about=about,
        is_urgent=True,
        acknowledge_within=paging.ACKNOWLEDGE_WITHIN,
        by=by,
        now=now,
    )


@transaction.atomic
def cancel(*, key_prefix: str, reason: str, by: Actor, patient: Patient | None = None) -> int:
    """Take back messages that have not been sent, also those that a worker has just taken or died on.

    One that could not be sent is taken back too, so that nobody tries it again; an urgent page stays until it left.

    Args:
        key_prefix: the beginning of their keys.
        reason: why, kept on the row.
        by: who.
        patient: only those to this patient.
    Returns:
        How many were taken back for certain. One that a worker holds is not counted: it is not sent if the worker has
        not handed it over yet, and is kept as sent if it has.
    """
    to_whom = Q() if patient is None else Q(patient=patient)
    messages = Message.objects.filter(to_whom, key__startswith=key_prefix)
    return _take_back(messages, f"messages:{key_prefix}", reason, by=by)


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
    given_up = Q(state=Message.State.FAILED, is_urgent=False)
    count = messages.filter(Q(state=Message.State.DUE) | given_up).update(**taken_back)
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


@transaction.atomic
def wake(*, patient: Patient, by: Actor, now: datetime) -> int:
    """Look again at the messages that wait for the end of a pause, because it ends another day now.

    Args:
        patient: whose.
        by: the patient.
        now: the moment.
    Returns:
        How many.
    """
    paused = Message.objects.filter(patient=patient, state=Message.State.DUE, reason=PAUSED)
    count = paused.update(due_at=now)
    if count:
        told = {"count": count}
        record(by=by, action="notifications.wake", subject=f"patient:{patient.pk}", patient=patient.pk, detail=told)
    return count


@transaction.atomic
def let_go(*, message: Message, by: Actor) -> bool:
    """Take a failed message off the list, because somebody said it in another way. An urgent page stays until it left.

    Args:
        message: which.
        by: who says so.
    Returns:
        False when it is urgent or not failed any more, and nothing was changed.
    """
    failed = Message.objects.filter(pk=message.pk, state=Message.State.FAILED, is_urgent=False)
    if not failed.update(state=Message.State.CANCELLED):
        return False
    record(by=by, action="notifications.let_go", subject=f"message:{message.pk}", patient=message.patient_id)
    return True


@transaction.atomic
def acknowledge(*, reference: str, by: Actor, now: datetime, because: str = "") -> int:
    """Say "I have it" to every page about one form; it stops the clock, and says nothing about a call that was made.

    1. Lock the pages, so that the first of two who say it at once is kept. 2. Keep who and when. 3. An audit line each.

    Args:
        reference: of the form that the pages are about.
        by: who has it; by a link, the person or the pager that the link was sent to.
        now: the moment.
        because: how it is known, such as `link`.
    Returns:
        How many pages were waiting for it; none when somebody said it first.
    """
    waiting = paging.unacknowledged().filter(about__reference=reference).order_by("pk")
    pages = list(waiting.select_for_update(of=("self",)))
    for page in pages:
        page.acknowledged_at, page.acknowledged_by = now, by.ref
        page.save(update_fields=["acknowledged_at", "acknowledged_by"])
        minutes = int((now - page.created_at).total_seconds() // 60)
        record(
            by=by,
            action="notifications.acknowledge",
            subject=f"message:{page.pk}",
            detail={"minutes": minutes, "because": because},
        )
    return len(pages)


@transaction.atomic
def escalate(*, now: datetime, by: Actor) -> int:
    """Tell the lead about every page whose clock has run out. Doing it again tells nobody twice.

    The lead is every active medical director, at their own address; without one, the person on call is paged again.

    Args:
        now: the moment.
        by: the part of the system that looks.
    Returns:
        How many pages the lead was told about now.
    """
    leads = {str(lead.pk): lead for lead in User.objects.filter(role=Role.DIRECTOR, is_active=True).order_by("pk")}
    to = leads or {"on_call": None}
    late = paging.overdue(now).filter(paging.untold(to)).select_for_update(of=("self",), skip_locked=True)
    return sum(_escalate_one(page, to, now=now, by=by) for page in late.order_by("overdue_at")[:MOST_ESCALATED])


def _escalate_one(page: Message, to: Mapping[str, User | None], *, now: datetime, by: Actor) -> bool:
    keys = {paging.key_of_telling(page, name): lead for name, lead in to.items()}
    told = set(Message.objects.filter(key__in=keys).values_list("key", flat=True))
    untold = {key: lead for key, lead in keys.items() if key not in told}
    for key, lead in untold.items():
        queue(
            key=key,
            template="urgent-page-unanswered",
            staff=lead,
            to_role="" if lead else "on_call",
            channel=Message.Channel.PAGER,
            about={"reference": page.about["reference"]},
            is_urgent=True,
            by=by,
            now=now,
        )
    if untold:
        record(
            by=by,
            action="notifications.escalate",
            subject=f"message:{page.pk}",
            detail={"to": [each.actor.ref for each in untold.values() if each]},
        )
    return bool(untold)
