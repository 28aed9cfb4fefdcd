"""Messages: what must be said to somebody, when, and what became of it."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from clinic.accounts.models import User
from clinic.patients.models import Consent, Patient
from clinic.vault.fields import EncryptedField


class Message(models.Model):
    """One message to a patient, to one person on the staff, or to a role; no clinical word is ever in it.

    Its words are made when it is sent.
    `key` says what it is for, so that the same thing is never said twice. `about` holds ids only.
    `sent_to` is the keyed fingerprint of the address it left for, and `arrival` what the provider said later.
    `may_pause` says that it waits while the patient wants a pause from our messages.
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

    class Arrival(models.TextChoices):
        """What the provider said became of it, the least telling first."""

        UNKNOWN = "", "not known"
        UNDELIVERED = "undelivered", "did not arrive this time"
        DELIVERED = "delivered", "arrived"
        BOUNCED = "bounced", "never arrives at this address"
        COMPLAINED = "complained", "marked as unwanted"

    TRANSITIONS = {
        State.DUE: {State.CLAIMED, State.CANCELLED, State.SENT},
        State.CLAIMED: {State.SENT, State.DUE, State.FAILED, State.CANCELLED},
        State.FAILED: {State.DUE, State.SENT, State.CANCELLED},
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
    may_pause = models.BooleanField(default=False)
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
    provider_id = models.CharField(max_length=64, blank=True, default="")
    sent_to = models.CharField(max_length=64, blank=True, default="")
    arrival = models.CharField(max_length=12, choices=Arrival.choices, blank=True, default=Arrival.UNKNOWN)
    arrival_at = models.DateTimeField(null=True)
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
            models.Index(fields=["sent_to"], name="message_texted_to", condition=models.Q(channel="sms", state="sent")),
            models.Index(
                fields=["-arrival_at"],
                name="message_did_not_arrive",
                condition=models.Q(arrival__in=["undelivered", "bounced", "complained"]),
            ),
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


class Report(models.Model):
    """One thing a provider told us about one message; `key` is the provider's own name of it, so twice is once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=120, unique=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="reports")
    said = models.CharField(max_length=12, choices=Message.Arrival.choices, blank=True)
    code = models.CharField(max_length=20, blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.message_id}: {self.said or 'taken'}"


class StoppedAddress(models.Model):
    """An address of a patient that is not written to any more, until they give another one or take it back.

    `address` is its keyed fingerprint, so that a new address is free. `withdrew` is the consent that went with it.
    """

    class Because(models.TextChoices):
        BOUNCED = "bounced", "it takes no messages"
        COMPLAINED = "complained", "they marked a message as unwanted"
        STOP_WORD = "stop_word", "they wrote STOP"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="stopped_addresses")
    channel = models.CharField(max_length=10, choices=Message.Channel.choices)
    address = models.CharField(max_length=64, blank=True)
    because = models.CharField(max_length=12, choices=Because.choices)
    withdrew = models.ForeignKey(Consent, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="stopped_once",
                fields=["patient", "channel", "address", "because"],
                condition=models.Q(lifted_at__isnull=True),
            ),
            models.CheckConstraint(
                name="stopped_lifted_at_and_by",
                condition=models.Q(lifted_at__isnull=True, lifted_by="")
                | (models.Q(lifted_at__isnull=False) & ~models.Q(lifted_by="")),
            ),
        ]
        indexes = [models.Index(fields=["at"], name="stopped_lately", condition=models.Q(lifted_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.channel}: {self.because}"


class TextReply(models.Model):
    """What a patient wrote back by text; `key` is the provider's id of it. One word that we know needs no reader.

    `about` holds what the reminder was about that a 1 or a 2 answers: ids and a count only.
    """

    class Word(models.TextChoices):
        STOP = "STOP"
        START = "START"
        HELP = "HELP"
        CONFIRM = "CONFIRM"
        CHANGE = "CHANGE"

    ABOUT = ("appointment", "sequence")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=120)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="text_replies")
    text = EncryptedField()
    word = models.CharField(max_length=10, blank=True, default="")
    about = models.JSONField(default=dict)
    needs_reading = models.BooleanField(default=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(name="text_reply_once", fields=["key", "patient"])]
        indexes = [models.Index(fields=["at"], name="text_reply_to_read", condition=models.Q(needs_reading=True))]

    def __str__(self) -> str:
        return f"text of {self.patient_id}"
