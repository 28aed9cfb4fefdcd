"""Patients, their consents, and the private links they come back by."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from clinic.audit.triggers import sealed
from clinic.patients.references import new_reference
from clinic.vault.fields import EncryptedField, opened


class Patient(models.Model):
    """Somebody who started an intake. Everything that says who they are is encrypted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True, default=new_reference, editable=False)
    legal_name = EncryptedField(null=True)
    preferred_name = EncryptedField(null=True)
    pronouns = EncryptedField(null=True)
    born_on = EncryptedField(null=True)
    email = EncryptedField(null=True)
    phone = EncryptedField(null=True)
    email_index = models.CharField(max_length=64, blank=True, default="", db_index=True)
    phone_index = models.CharField(max_length=64, blank=True, default="", db_index=True)
    marks = ArrayField(models.CharField(max_length=24), blank=True, default=list, db_default=[])
    safe_contact = models.CharField(max_length=20, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")
    region = models.CharField(max_length=10, blank=True, default="")
    time_zone = models.CharField(max_length=50, blank=True, default="")
    language = models.CharField(max_length=20, blank=True, default="en-us")
    hides_scores = models.BooleanField(default=False)
    paused_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    PERSONAL = frozenset(
        {"legal_name", "preferred_name", "pronouns", "born_on", "email", "phone", "country", "region", "time_zone"}
    )
    """Fields about the person, which `tests/house` checks; docs/data.md says how long each is kept."""

    class Meta:
        indexes = [GinIndex(fields=["marks"], name="patient_found_by")]

    def __str__(self) -> str:
        return self.reference

    @property
    def called(self) -> str:
        """The name to call them by; their reference when they gave none, or it cannot be opened."""
        return str(opened(self, "preferred_name", "") or opened(self, "legal_name", "") or self.reference)


class ConsentWords(models.Model):
    """Words that somebody agreed to or refused, by their hash, kept for as long as anybody may ask what they signed."""

    hash = models.CharField(max_length=64, primary_key=True)
    words = models.TextField()

    class Meta:
        triggers = sealed("consent_words")

    def __str__(self) -> str:
        return self.hash


class Consent(models.Model):
    """One thing a patient agreed to or refused, with the hash of the words they read. A withdrawal is a new row.

    The words are in `ConsentWords`; rows from before that was kept have none there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents", db_index=False)
    kind = models.CharField(max_length=40)
    given = models.BooleanField()
    wording_hash = models.CharField(max_length=64)
    wording_version = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "kind", "-at"], name="consent_latest"),
            models.Index(fields=["kind", "at"], name="consent_refused", condition=models.Q(given=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {'yes' if self.given else 'no'}"


class Wish(models.Model):
    """Something a patient asked of us on their own page, once for each thing it is about; a person answers it.

    One that was taken back is over, and the same can be asked again.
    `about` is the row it is about, such as the decision they want somebody to look at again. What comes of it is the
    task that follows from it.
    """

    class Kind(models.TextChoices):
        SECOND_LOOK = "second_look", "a second look"
        BRING_LETTER = "bring_letter", "to bring a letter from their prescriber"
        CALL = "call", "a call"
        CALL_TODAY = "call_today", "a call today"
        ERASE = "erase", "to have their data erased"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="wishes")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    about = models.UUIDField()
    at = models.DateTimeField(default=timezone.now)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="wish_once",
                fields=["patient", "kind", "about"],
                condition=models.Q(taken_back_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} asked by {self.patient_id}"


class PatientLink(models.Model):
    """A private link that was sent; only the hash of its token is kept. Looking changes nothing, a POST spends it.

    `sent_to` is the keyed fingerprint of the address it went to: it lets nobody in once the patient gave us another.
    """

    class Purpose(models.TextChoices):
        RESUME = "resume", "carry on with the form"
        STATUS = "status", "see what happens next"
        QUESTIONS = "questions", "answer short questions"
        RENEWAL = "renewal", "fill in the form again"

    RE_USABLE = frozenset({Purpose.QUESTIONS, Purpose.RENEWAL})
    """Links that open as often as needed until they expire: what they lead to is done in several sittings."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    sent_to = models.CharField(max_length=64, blank=True, default="")
    expires_at = models.DateTimeField()
    spent_at = models.DateTimeField(null=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    closed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.purpose} link"

    @property
    def went_to_them(self) -> bool:
        """True while the address it went to is one that the patient has."""
        return bool(self.sent_to) and self.sent_to in (self.patient.email_index, self.patient.phone_index)
