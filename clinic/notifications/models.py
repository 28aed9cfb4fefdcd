"""Messages: what must be said to somebody, when, and what became of it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from clinic.accounts.models import User
from clinic.patients.models import Patient


class Message(models.Model):
    """One message to a patient, to one person on the staff, or to a role; no clinical word is ever in it.

    Its words are made when it is sent.
    `key` says what it is for, so that the same thing is never said twice. `about` holds ids only.
    A page that must be acknowledged has `overdue_at`: after it the lead is told, and every staff page shows it.
    """

    class State(models.TextChoices):
        DUE = "due"
        CLAIMED = "claimed"
        SENT = "sent"
        CANCELLED = "cancelled"
        FAILED = "failed"

    class Channel(models.TextChoices):
        EMAIL = "email"
        SMS = "sms"
        PAGER = "pager"

    TRANSITIONS = {
        State.DUE: {State.CLAIMED, State.CANCELLED, State.SENT},
        State.CLAIMED: {State.SENT, State.DUE, State.FAILED, State.CANCELLED},
        State.FAILED: {State.DUE, State.SENT},
        State.SENT: set(),
        State.CANCELLED: {State.SENT},
    }
    """What a channel accepted is sent, even when the row was taken back, given up or taken over on the way."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=120, unique=True)
    patient = models.ForeignKey(Patient, null=True, on_delete=models.PROTECT, related_name="messages")
    staff = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="messages")
    to_role = models.CharField(max_length=20, blank=True, default="")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    template = models.CharField(max_length=60)
    about = models.JSONField(default=dict)
    is_urgent = models.BooleanField(default=False)
    keeps_quiet_hours = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    due_at = models.DateTimeField(default=timezone.now)
    too_late_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=60, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="message_is_to_somebody",
                condition=models.Q(patient__isnull=False) | models.Q(staff__isnull=False) | ~models.Q(to_role=""),
            ),
            models.CheckConstraint(
                name="message_sent_has_a_time",
                condition=models.Q(state="sent", sent_at__isnull=False) | ~models.Q(state="sent"),
            ),
            models.CheckConstraint(
                name="message_acknowledged_at_and_by",
                condition=models.Q(acknowledged_at__isnull=True, acknowledged_by="")
                | (models.Q(acknowledged_at__isnull=False, overdue_at__isnull=False) & ~models.Q(acknowledged_by="")),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="message_due", condition=models.Q(state__in=["due", "claimed"])),
            models.Index(fields=["due_at"], name="message_failed", condition=models.Q(state="failed")),
            models.Index(
                fields=["overdue_at"],
                name="message_not_acknowledged",
                condition=models.Q(overdue_at__isnull=False, acknowledged_at__isnull=True),
            ),
            models.Index(
                fields=["-overdue_at"], name="message_is_a_page", condition=models.Q(overdue_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} by {self.channel}: {self.state}"
