"""One row for everything that was done or seen, and seals over those rows; the database refuses to change either."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Now

from clinic.audit.triggers import sealed, waits_for_its_seal


class AuditEvent(models.Model):
    """Who did what, to whom, when and why. Ids are texts and no foreign keys: the record outlives its subjects.

    `detail` holds codes and counts only, never an answer, a name or a free text about a patient. In `shown` it
    holds the references of those on a list that was looked over. Some indexes leave out what patients do, to cost less.
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
            models.Index(fields=["patient", "-id"], name="audit_by_patient", condition=~Q(patient="")),
            models.Index(fields=["subject", "-id"], name="audit_by_subject"),
            models.Index(
                fields=["actor", "-id"], name="audit_by_staff", condition=models.Q(actor__startswith="staff:")
            ),
            BrinIndex(fields=["at"], name="audit_by_time"),
            GinIndex(KeyTransform("shown", "detail"), name="audit_shown", condition=Q(detail__has_key="shown")),
        ]
        triggers = [*sealed("audit"), waits_for_its_seal("audit_auditevent", "audit_unsealedline")]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.subject}"


class UnsealedLine(models.Model):
    """A line that no seal covers yet. The database adds it with the line, in the same transaction; sealing takes it."""

    event_id = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return f"line {self.event_id} waits"


class AuditSeal(models.Model):
    """Which lines were there at a moment, and the hash of each, chained to the seal before; docs/adr/0018 says why.

    `emptied` says that no line was left waiting, so that a later seal has no business with a line much older than this.
    """

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    ids = ArrayField(models.BigIntegerField())
    hashes = models.BinaryField()
    emptied = models.BooleanField()
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        triggers = sealed("seal")

    def __str__(self) -> str:
        return f"seal {self.number}"
