"""Entries of the mood journal; everything in them is encrypted, and each says by itself whether it is shared."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.patients.models import Patient
from clinic.vault.fields import EncryptedField


class Entry(models.Model):
    """One entry: how it was in one of five words, and what they liked to add. `key` makes one tap one entry.

    `raised_at` is when a person was told of safety words in it, which happens only to an entry that is shared.
    """

    class Feeling(models.IntegerChoices):
        VERY_LOW = 1, _("Very low")
        LOW = 2, _("Low")
        BETWEEN = 3, _("In between")
        GOOD = 4, _("Good")
        VERY_GOOD = 5, _("Very good")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="entries")
    key = models.UUIDField(unique=True)
    feeling = EncryptedField()
    note = EncryptedField(default=str)
    slept = EncryptedField(default=str)
    took_medicine = EncryptedField(default=str)
    is_shared = models.BooleanField(default=False)
    raised_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-at"], name="entry_of_patient"),
            models.Index(fields=["raised_at"], name="entry_raised", condition=models.Q(raised_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"entry of {self.patient_id}"

    @property
    def word(self) -> str:
        """The word that was tapped."""
        return str(self.Feeling(self.feeling).label)

    @property
    def dots(self) -> str:
        """The same as a shape: one full dot for the lowest word, five for the highest."""
        return "●" * int(self.feeling) + "○" * (len(self.Feeling) - int(self.feeling))
