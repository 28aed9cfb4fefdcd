"""What a clinician decided about a sealed record, and which records still wait for a decision."""

from __future__ import annotations

import uuid
from typing import Final

from django.db import models

from clinic.accounts.models import User
from clinic.intake.models import ScreeningRecord
from clinic.reviews import kept_list
from clinic.vault.fields import EncryptedField


class Route(models.TextChoices):
    """What happens next with a patient, as a clinician decides it."""

    READY_TO_BOOK = "ready_to_book", "Ready to book"
    PRESCRIBER_FIRST = "prescriber_first", "Prescriber first"
    ASK_FOR_MORE = "ask_for_more", "Ask the patient for more"
    NOT_SUITABLE_NOW = "not_suitable_now", "Not suitable now"
    URGENT_CONTACT_MADE = "urgent_contact_made", "Urgent: contact made"


OPENS_BOOKING: Final = frozenset({Route.READY_TO_BOOK, Route.PRESCRIBER_FIRST})
"""A consultation may be booked while the prescriber is asked. Source: clinical.md section 5.1, outcomes."""


class ReasonCode(models.TextChoices):
    """Why a decision differs from what the protocol suggests. AWAITING THE MEDICAL DIRECTOR: a starting list."""

    SPOKE_WITH_PATIENT = "spoke_with_patient", "I spoke with the patient"
    ANSWER_MISTAKEN = "answer_mistaken", "An answer was given by mistake"
    RECORDS_SEEN = "records_seen", "I saw records or a letter"
    ALREADY_ADDRESSED = "already_addressed", "It is already being treated or looked after"
    MORE_CAREFUL = "more_careful", "I want to be more careful than the protocol"
    JUDGEMENT = "judgement", "Clinical judgement, explained in the reason"


class Decision(models.Model):
    """One decision about one record. It is never changed or removed; it stands until it is revoked.

    `basis_answers_hash` and `basis_seal` are what was on the screen: a decision is only good for exactly that.
    """

    class State(models.TextChoices):
        STANDING = "standing"
        REVOKED = "revoked"

    TRANSITIONS = {State.STANDING: {State.REVOKED}, State.REVOKED: set()}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.ForeignKey(ScreeningRecord, on_delete=models.PROTECT, related_name="decisions")
    route = models.CharField(max_length=20, choices=Route.choices)
    reason = EncryptedField()
    reason_code = models.CharField(max_length=20, choices=ReasonCode.choices, blank=True, default="")
    overrides_stop = models.BooleanField(default=False)
    conditions = EncryptedField()
    valid_until = models.DateField(null=True)
    contacted_at = models.DateTimeField(null=True)
    contacted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="decisions")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    basis_answers_hash = models.CharField(max_length=64)
    basis_seal = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_standing_decision", fields=["record"], condition=models.Q(revoked_at__isnull=True)
            ),
            models.CheckConstraint(
                name="revoked_at_and_by",
                condition=models.Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="contacted_at_and_by",
                condition=models.Q(contacted_at__isnull=True, contacted_by__isnull=True)
                | models.Q(contacted_at__isnull=False, contacted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="contact_made_says_when",
                condition=~models.Q(route="urgent_contact_made") | models.Q(contacted_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["decided_by", "-decided_at"], name="decision_by_clinician")]
        triggers = [*kept_list.DECISION_IS_KEPT, kept_list.WAITING_AFTER_A_DECISION]

    def __str__(self) -> str:
        return f"{self.route} about {self.record_id}"

    @property
    def state(self) -> str:
        """Whether it stands."""
        return self.State.REVOKED if self.revoked_at else self.State.STANDING

    @property
    def opens_booking(self) -> bool:
        """True when its route lets a consultation be booked."""
        return self.route in OPENS_BOOKING


class Waiting(models.Model):
    """A record that needs a person and has no standing decision. Only the database writes here; see `kept_list.py`.

    The list is as long as what waits, however many records there are, so its first page costs the same at a million.
    """

    record = models.OneToOneField(
        ScreeningRecord, primary_key=True, on_delete=models.DO_NOTHING, related_name="waiting"
    )
    is_urgent = models.BooleanField()
    due_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-is_urgent", "due_at", "record"], name="waiting_urgent_then_due")]

    def __str__(self) -> str:
        return f"waiting: {self.record_id}"


class SealedRecord(ScreeningRecord):
    """The sealed record as this app watches it: when one is written, the list of what waits follows."""

    class Meta:
        proxy = True
        triggers = [kept_list.WAITING_AFTER_A_RECORD]
