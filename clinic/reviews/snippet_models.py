"""Ready sentences of the clinic and of each clinician, with their versions."""

from __future__ import annotations

import uuid

import pgtrigger
from django.db import models

from clinic.accounts.models import User
from clinic.vault.fields import EncryptedField

_ENDS = "'{ended_at,ended_by_id}'::text[]"


class Snippet(models.Model):
    """One version of a ready sentence. Its words never change: a change ends it and begins the next of its `chain`.

    Without an `owner` it is everybody's.
    """

    class Place(models.TextChoices):
        REASON = "reason", "Reason, for the record"
        PATIENT = "words_to_patient", "Words to the patient"
        LETTER = "letter", "Letter to a prescriber"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    chain = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveSmallIntegerField(default=1)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=20, choices=Place.choices)
    text = EncryptedField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        app_label = "reviews"
        constraints = [
            models.UniqueConstraint(fields=["chain", "version"], name="snippet_version_once"),
            models.UniqueConstraint(
                fields=["chain"], condition=models.Q(ended_at__isnull=True), name="snippet_in_use_once"
            ),
            models.CheckConstraint(
                name="snippet_ended_at_and_by",
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["owner"], name="snippet_in_use", condition=models.Q(ended_at__isnull=True)),
        ]
        triggers = [
            pgtrigger.Protect(
                name="snippet_words_are_kept",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"OLD.ended_at IS NOT NULL OR to_jsonb(OLD) - {_ENDS} <> to_jsonb(NEW) - {_ENDS}"  # noqa: S608
                ),
            ),
            pgtrigger.Protect(name="snippet_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"ready sentence {self.chain}, version {self.version}"

    @property
    def named(self) -> dict[str, object]:
        """Which words exactly, for the record."""
        return {"snippet": str(self.chain), "version": self.version}
