"""One row for everything that was done or seen. The database itself refuses to change or remove a row."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from clinic.audit.triggers import sealed


class AuditEvent(models.Model):
    """Who did what, to whom, when and why. Ids are texts and no foreign keys: the record outlives its subjects.

    `detail` holds codes and counts only, never an answer, a name or a free text about a patient.
    """

    at = models.DateTimeField(db_default=Now(), editable=False)
    actor = models.TextField()
    action = models.TextField()
    subject = models.TextField()
    patient = models.TextField(default="", db_default="")
    why = models.TextField(default="", db_default="")
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-id"], name="audit_by_patient", condition=~models.Q(patient="")),
            models.Index(fields=["subject", "-id"], name="audit_by_subject"),
        ]
        triggers = sealed("audit")

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.subject}"
