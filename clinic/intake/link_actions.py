"""What is done about private links: one is sent, asked for by address, and what was asked for is answered."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.celery import nudge
from clinic.intake.models import Intake, LinkRequest
from clinic.notifications.actions import queue
from clinic.notifications.models import Message
from clinic.patients.models import Patient
from clinic.vault.keys import ring

ANSWER: Final = "clinic.intake.tasks.answer_link_request"
SECONDS_BETWEEN: Final = 120
AT_ONCE: Final = 100
ENOUGH: Final = 16
"""Hex digits of the keyed fingerprint of an address, so that one that was put right is another."""
MOST: Final = 3
"""Links that go to one address at once: people share one, and anybody can type that of somebody else into a form."""


LINKS: Final = ("resume-link", "status-link")


def could_not_be_reached(patient_id: uuid.UUID) -> bool:
    """True when the last private link we tried to send to somebody did not arrive."""
    links = Message.objects.filter(patient_id=patient_id, template__in=LINKS)
    last = links.order_by("-created_at").first()
    return last is not None and (last.state == Message.State.FAILED or last.arrival == Message.Arrival.BOUNCED)


def send_link(*, patient: Patient, by: Actor, now: datetime) -> None:
    """Queue one private link by e-mail, at most one every two minutes to one address.

    Args:
        patient: to whom.
        by: who wants it.
        now: the moment.
    """
    is_draft = patient.intakes.filter(state=Intake.State.DRAFT).exists()
    queue(
        key=f"private-link:{patient.pk}:{patient.email_index[:ENOUGH]}:{int(now.timestamp()) // SECONDS_BETWEEN}",
        template="resume-link" if is_draft else "status-link",
        patient=patient,
        by=by,
        now=now,
        keeps_quiet_hours=False,
    )


@transaction.atomic
def ask_for_link(*, email: str, by: Actor, now: datetime) -> None:
    """Write down that somebody wants a link sent to an address; whether it is known is looked up later, by a worker.

    So a page does the same work for any address, and nobody learns from its words or its time who is a patient here.

    Args:
        email: what was typed; only its keyed fingerprint is kept, until it is answered.
        by: the visitor.
        now: the moment.
    """
    request = LinkRequest(email_index=ring().blind_index("email", email.strip().lower()), asked_at=now)
    LinkRequest.objects.bulk_create([request], ignore_conflicts=True)
    record(by=by, action="intake.ask_for_link", subject=f"link-request:{request.pk}")
    nudge(ANSWER, request.pk)


@transaction.atomic
def answer_link_requests(*, by: Actor, now: datetime, row_id: uuid.UUID | None = None) -> int:
    """Send a link to each address that is known, for each who gave it, and forget every request.

    Args:
        by: the system.
        now: the moment.
        row_id: one request only.
    Returns:
        How many requests there were.
    """
    waiting = LinkRequest.objects.select_for_update(skip_locked=True).order_by("asked_at")
    requests = list((waiting.filter(pk=row_id) if row_id else waiting)[:AT_ONCE])
    for request in requests:
        for patient in _known_by(request.email_index):
            send_link(patient=patient, by=by, now=now)
        record(by=by, action="intake.answer_link_request", subject=f"link-request:{request.pk}")
    LinkRequest.objects.filter(pk__in=[request.pk for request in requests]).delete()
    return len(requests)


def _known_by(email_index: str) -> QuerySet[Patient]:
    """Who gave this address: who sent a form first, then the newest."""
    sent = Exists(Intake.objects.filter(patient=OuterRef("pk"), state=Intake.State.SUBMITTED))
    known = Patient.objects.filter(email_index=email_index).annotate(has_sent=sent)
    return known.order_by("-has_sent", "-created_at")[:MOST]
