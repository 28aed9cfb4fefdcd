"""Follow-ups: what the protocol promises for later, one row for each promise, kept once."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from clinic.patients.models import Patient


class FollowUp(models.Model):
    """One promise: a message to a patient or a task for the staff, due at a moment, because of one row elsewhere.

    `cause` names that row as `kind:id`, with `@` and a version when the row can change and be a new cause; `row_id` is
    the id alone. What the protocol said when it was planned is copied: a new protocol changes no promise made before.
    """

    class State(models.TextChoices):
        PLANNED = "planned"
        CLAIMED = "claimed"
        DONE = "done"
        OPEN = "open"
        CANCELLED = "cancelled"
        FAILED = "failed"

    class Audience(models.TextChoices):
        PATIENT = "patient"
        CLINICIAN = "clinician"
        COORDINATOR = "coordinator"
        ON_CALL = "on-call clinician"
        LEAD = "on-call lead"
        PRESCRIBER = "prescriber"
        ENGINE = "engine"

    class Answer(models.TextChoices):
        """What is answered to a task that asks a question."""

        UNDER_CARE = "under_care", "Still under our care"
        LEFT_CARE = "left_care", "Left our care"

    TRANSITIONS = {
        State.PLANNED: {State.CLAIMED},
        State.CLAIMED: {State.DONE, State.OPEN, State.CANCELLED, State.FAILED, State.PLANNED},
        State.OPEN: {State.DONE, State.CANCELLED},
        State.FAILED: {State.PLANNED},
        State.DONE: {State.CANCELLED, State.OPEN},
        State.CANCELLED: set(),
    }
    """OPEN is a task that waits for a person; one that was closed by a slip is opened again. DONE is cancelled when its
    message was taken back before it left."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.CharField(max_length=10)
    protocol = models.CharField(max_length=20)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="follow_ups")
    cause = models.CharField(max_length=100)
    row_id = models.UUIDField()
    counts_from = models.DateTimeField()
    due_at = models.DateTimeField()
    try_at = models.DateTimeField(help_text="When it is looked at next: when it is due, later after a failed try.")
    priority = models.CharField(max_length=2, default="P4")
    audience = models.CharField(max_length=20, choices=Audience.choices)
    channel = models.CharField(max_length=40)
    stop_condition = models.CharField(max_length=40)
    keeps_quiet_hours = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=60, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True, default="")
    snoozed_until = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    planned_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cause", "plan", "due_at"], name="follow_up_once"),
            models.CheckConstraint(
                name="follow_up_done_at_and_by",
                condition=models.Q(done_at__isnull=True, done_by="")
                | (models.Q(done_at__isnull=False) & ~models.Q(done_by="")),
            ),
            models.CheckConstraint(
                name="follow_up_done_has_a_time",
                condition=~models.Q(state="done") | models.Q(done_at__isnull=False),
            ),
            models.CheckConstraint(
                name="follow_up_answered_when_done", condition=models.Q(answer="") | models.Q(state="done")
            ),
        ]
        indexes = [
            models.Index(fields=["try_at"], name="follow_up_due", condition=models.Q(state__in=["planned", "claimed"])),
            models.Index(fields=["priority", "due_at"], name="follow_up_open", condition=models.Q(state="open")),
            models.Index(fields=["due_at"], name="follow_up_failed", condition=models.Q(state="failed")),
            models.Index(fields=["done_at"], name="follow_up_answered", condition=models.Q(answer="under_care")),
            models.Index(fields=["patient", "due_at"], name="follow_up_of_patient"),
            models.Index(fields=["row_id"], name="follow_up_of_row"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} of {self.cause}: {self.state}"
