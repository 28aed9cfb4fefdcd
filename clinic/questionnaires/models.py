"""Questionnaires: what a patient is asked again over time, open until it is sent, and as it was sent for good."""

from __future__ import annotations

import uuid
from typing import Final

import pgtrigger
from django.db import models
from django.utils import timezone

from clinic.patients.models import Patient
from clinic.vault.fields import EncryptedField

_KEPT: Final = pgtrigger.Protect(
    name="questionnaire_sent_is_kept", operation=pgtrigger.Update, condition=pgtrigger.Condition("OLD.state = 'sent'")
)
_NEVER_REMOVED: Final = pgtrigger.Protect(
    name="questionnaire_is_kept", operation=pgtrigger.Delete, condition=pgtrigger.Condition("OLD.state = 'sent'")
)


class Questionnaire(models.Model):
    """The short questions of one follow-up, asked of one patient once.

    `asked_for` is the follow-up that asks, so asking twice is once. `intake` is the form whose protocol words the
    questions. `concern` is readable, because a task is found by it: how soon a clinician has to read what was sent.
    """

    class State(models.TextChoices):
        OPEN = "open"
        SENT = "sent"
        CLOSED = "closed"

    class Concern(models.TextChoices):
        NONE = "", "nothing that needs a clinician"
        CALL_TODAY = "P1", "a safety question was left open"
        WORSE = "P2", "a score rose as much as the protocol watches for"
        SYMPTOM = "S", "a symptom was told, or they were not sure"

    TRANSITIONS = {State.OPEN: {State.SENT, State.CLOSED}, State.SENT: set(), State.CLOSED: set()}
    """CLOSED is one that was never sent, and whose time is over: the next one asks the same."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="questionnaires")
    intake = models.ForeignKey("intake.Intake", on_delete=models.PROTECT, related_name="questionnaires")
    asked_for = models.UUIDField(unique=True)
    plan = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    asks = EncryptedField(default=list)
    answers = EncryptedField(default=dict)
    visited = EncryptedField(default=list)
    raised = EncryptedField(default=list)
    scores = EncryptedField(null=True)
    concern = models.CharField(max_length=2, choices=Concern.choices, blank=True, default="")
    opened_at = models.DateTimeField(default=timezone.now)
    answer_by = models.DateTimeField()
    saved_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="questionnaire_ended_at",
                condition=models.Q(state="open", sent_at__isnull=True, closed_at__isnull=True)
                | models.Q(state="sent", sent_at__isnull=False, closed_at__isnull=True)
                | models.Q(state="closed", sent_at__isnull=True, closed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-opened_at"], name="questionnaire_of_patient"),
            models.Index(fields=["answer_by"], name="questionnaire_open", condition=models.Q(state="open")),
            models.Index(
                fields=["sent_at"],
                name="questionnaire_concern",
                condition=models.Q(state="sent") & ~models.Q(concern=""),
            ),
        ]
        triggers = [_KEPT, _NEVER_REMOVED]

    def __str__(self) -> str:
        return f"{self.plan} of {self.patient_id}: {self.state}"
