"""What a clinician decided about a sealed record, and which records still wait for a decision."""

from __future__ import annotations

import uuid
from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from clinic.accounts.models import User
from clinic.audit.triggers import sealed
from clinic.intake.models import Intake, ScreeningRecord
from clinic.reviews import kept_list, second_triggers
from clinic.reviews.keys_models import WorklistKeys as WorklistKeys
from clinic.reviews.routes import OPENS_BOOKING as OPENS_BOOKING
from clinic.reviews.routes import ReasonCode as ReasonCode
from clinic.reviews.routes import Route as Route
from clinic.reviews.second_models import FirstSignature as FirstSignature
from clinic.reviews.snippet_models import Snippet as Snippet
from clinic.vault.fields import EncryptedField

STANDS: Final = models.Q(revoked_at__isnull=True, expired_at__isnull=True, stale_at__isnull=True)
"""A decision that nobody took back, whose last day has not passed, and about whose patient nothing new is known."""


class Decisions(models.QuerySet["Decision"]):
    """Decisions, read by what is still good."""

    def standing(self) -> Decisions:
        """Those that stand."""
        return self.filter(STANDS)


class Decision(models.Model):
    """One decision about one record. It is never changed or removed; it ends once, and says why.

    `basis_answers_hash` and `basis_seal` are what was on the screen: a decision is only good for exactly that, and the
    database ends it (`stale_at`) in the transaction of any newer record of the same intake. `asks` are the questions
    that the patient is asked again, `words_to_patient` what the clinician wrote to them, and `message_version` which
    words of ours stood around it. With two signatures `first` is what `decided_by` signed and `seconded_by` signed too;
    it stands from the second one on, which is `decided_at`.
    """

    class State(models.TextChoices):
        STANDING = "standing"
        REVOKED = "revoked"
        EXPIRED = "expired"
        STALE = "stale"

    TRANSITIONS = {
        State.STANDING: {State.REVOKED, State.EXPIRED, State.STALE},
        State.REVOKED: set(),
        State.EXPIRED: set(),
        State.STALE: set(),
    }

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
    first = models.OneToOneField(FirstSignature, null=True, on_delete=models.PROTECT, related_name="decision")
    seconded_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    expired_at = models.DateTimeField(null=True)
    stale_at = models.DateTimeField(null=True)
    asks = EncryptedField(null=True)
    words_to_patient = EncryptedField(null=True)
    message_version = models.CharField(max_length=12, blank=True, default="")
    basis_answers_hash = models.CharField(max_length=64)
    basis_seal = models.CharField(max_length=64)

    objects = Decisions.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_standing_decision", fields=["record"], condition=STANDS),
            models.CheckConstraint(
                name="decision_ends_once",
                condition=models.Q(revoked_at__isnull=True, expired_at__isnull=True)
                | models.Q(revoked_at__isnull=True, stale_at__isnull=True)
                | models.Q(expired_at__isnull=True, stale_at__isnull=True),
            ),
            models.CheckConstraint(
                name="revoked_at_and_by",
                condition=models.Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
            models.CheckConstraint(
                name="both_signatures_or_one",
                condition=models.Q(first__isnull=True, seconded_by__isnull=True)
                | models.Q(first__isnull=False, seconded_by__isnull=False)
                & ~models.Q(seconded_by=models.F("decided_by")),
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
        indexes = [
            models.Index(fields=["decided_by", "-decided_at"], name="decision_by_clinician"),
            models.Index(fields=["route", "decided_at", "id"], name="decision_standing", condition=STANDS),
            models.Index(
                fields=["valid_until"],
                name="decision_that_ends",
                condition=STANDS & models.Q(valid_until__isnull=False),
            ),
        ]
        triggers = [
            *kept_list.DECISION_IS_KEPT,
            second_triggers.DECISION_HAS_BOTH,
            kept_list.WAITING_AFTER_A_DECISION,
        ]

    def __str__(self) -> str:
        return f"{self.route} about {self.record_id}"

    @property
    def state(self) -> str:
        """Whether it stands, or how it ended."""
        ended = ((self.revoked_at, "revoked"), (self.expired_at, "expired"), (self.stale_at, "stale"))
        return next((self.State(how) for at, how in ended if at), self.State.STANDING)

    @property
    def opens_booking(self) -> bool:
        """True when its route lets a consultation be booked."""
        return self.route in OPENS_BOOKING


NOT_URGENT: Final = models.Q(is_urgent=False)


class Waiting(models.Model):
    """A record that needs a person and has no standing decision. The database puts it here and takes it off.

    See `kept_list.py`. Actions only say whose it is (`owner`), that somebody was told it is late (`alerted_at`), and
    what the filters ask for (`unmatched`, `reasons`: empty until the result was looked at). The list is as long as what
    waits, however many records there are, so its first page costs the same at a million.
    """

    record = models.OneToOneField(
        ScreeningRecord, primary_key=True, on_delete=models.DO_NOTHING, related_name="waiting"
    )
    is_urgent = models.BooleanField()
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=30)
    priority = models.CharField(max_length=2)
    region = models.CharField(max_length=10, blank=True, default="")
    is_second_look = models.BooleanField(help_text="Somebody looked before: no outcome opens booking by itself.")
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    unmatched = models.BooleanField(null=True)
    reasons = ArrayField(models.CharField(max_length=24), null=True)
    alerted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "record"], name="waiting_urgent", condition=models.Q(is_urgent=True)),
            models.Index(fields=["due_at", "record"], name="waiting_by_due", condition=NOT_URGENT),
            models.Index(fields=["owner", "due_at", "record"], name="waiting_of_owner", condition=NOT_URGENT),
            models.Index(fields=["outcome", "due_at", "record"], name="waiting_by_outcome", condition=NOT_URGENT),
            models.Index(fields=["region", "due_at", "record"], name="waiting_by_region", condition=NOT_URGENT),
            models.Index(
                fields=["due_at", "record"],
                name="waiting_unclaimed",
                condition=NOT_URGENT & models.Q(owner__isnull=True),
            ),
            models.Index(
                fields=["due_at", "record"],
                name="waiting_unmatched",
                condition=NOT_URGENT & ~models.Q(unmatched=False),
            ),
            models.Index(fields=["due_at"], name="waiting_not_alerted", condition=models.Q(alerted_at__isnull=True)),
            models.Index(fields=["due_at"], name="waiting_not_looked_at", condition=models.Q(reasons__isnull=True)),
            GinIndex(fields=["reasons"], name="waiting_by_reason", condition=NOT_URGENT),
        ]

    def __str__(self) -> str:
        return f"waiting: {self.record_id}"


class Viewing(models.Model):
    """Who has an intake open, so that two people do not read the same one without knowing."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="viewings")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["intake", "by"], name="one_viewing_each")]

    def __str__(self) -> str:
        return f"{self.by_id} sees {self.intake_id}"


class DecisionDraft(models.Model):
    """What somebody began to write in the decision panel and kept for later; it decides nothing, and only they see it.

    `told` is what stood in the panel, `record` what it was written about.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    record = models.ForeignKey(ScreeningRecord, on_delete=models.CASCADE, related_name="+")
    told = EncryptedField()
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["intake", "by"], name="one_decision_draft_each")]

    def __str__(self) -> str:
        return f"draft about {self.record_id}"


class SavedView(models.Model):
    """Filters of the worklist that somebody named; `query` is what stands in the address, and names no patient."""

    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name


class Note(models.Model):
    """What somebody on the staff wrote about an intake. It is added to and never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="notes")
    text = EncryptedField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["intake", "-written_at"], name="note_of_intake")]
        triggers = sealed("note")

    def __str__(self) -> str:
        return f"note about {self.intake_id}"


class Letter(models.Model):
    """A letter to a prescriber about one record. Its words are fixed once it is sent; then a reply is waited for."""

    class State(models.TextChoices):
        DRAFT = "draft"
        SENT = "sent"
        ANSWERED = "answered"

    TRANSITIONS = {State.DRAFT: {State.SENT}, State.SENT: {State.ANSWERED}, State.ANSWERED: set()}

    class Way(models.TextChoices):
        FAX = "fax", "By fax"
        SECURE_MAIL = "secure_mail", "By secure mail"
        POST = "post", "By post"
        PATIENT = "patient", "The patient takes it with them"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    record = models.OneToOneField(ScreeningRecord, on_delete=models.PROTECT, related_name="letter")
    template_version = models.CharField(max_length=12)
    to = EncryptedField()
    body = EncryptedField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(max_length=20, choices=Way.choices, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="letter_sent_at_and_by",
                condition=models.Q(state="draft", sent_at__isnull=True, sent_by__isnull=True, way="")
                | (
                    ~models.Q(state="draft")
                    & models.Q(sent_at__isnull=False, sent_by__isnull=False)
                    & ~models.Q(way="")
                ),
            ),
            models.CheckConstraint(
                name="letter_answered_at_and_by",
                condition=models.Q(state="answered", answered_at__isnull=False, answered_by__isnull=False)
                | (~models.Q(state="answered") & models.Q(answered_at__isnull=True, answered_by__isnull=True)),
            ),
        ]
        triggers = [kept_list.LETTER_IS_KEPT]

    def __str__(self) -> str:
        return f"letter about {self.record_id}: {self.state}"


class SealedRecord(ScreeningRecord):
    """The sealed record as this app watches it: when one is written, the list of what waits follows."""

    class Meta:
        proxy = True
        triggers = [kept_list.WAITING_AFTER_A_RECORD]
