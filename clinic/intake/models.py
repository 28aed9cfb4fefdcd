"""Intakes while they are filled in, and the sealed record of what was screened."""

from __future__ import annotations

import copy
import uuid
from functools import cache
from typing import Final

from django.db import connection, models
from django.utils import timezone

from clinic import prepared
from clinic.audit.triggers import sealed
from clinic.patients.models import Patient
from clinic.patients.references import new_reference
from clinic.vault.fields import EncryptedField, Sealed

LATEST: Final = "FROM intake_intake WHERE patient_id = %s ORDER BY started_at DESC, submitted_at DESC LIMIT 1"
HELD: Final = "SELECT version FROM intake_intake WHERE id = %s FOR UPDATE"
"""Every page of the form asks these; the ORM takes longer to compose and read them than the database to answer."""


@cache
def _latest(model: type[models.Model]) -> tuple[list[str], str]:
    """The columns of a whole row, and the question for the latest one."""
    names = [field.attname for field in model._meta.concrete_fields]
    return names, f"SELECT {', '.join(names)} {LATEST}"  # noqa: S608  # nosec B608


class Intakes(models.QuerySet["Intake"]):
    """Questions about intakes."""

    def latest_of(self, patient_id: uuid.UUID | str) -> Intake | None:
        """The intake that a patient started last; a draft before one that was sent."""
        names, question = _latest(self.model)
        row = prepared.row(question, [str(patient_id)])
        if row is None:
            return None
        return self.model.from_db(connection.alias, names, [Sealed(v) if isinstance(v, bytes) else v for v in row])

    def locked(self, intake: Intake) -> Intake:
        """A copy of an intake, held until the transaction ends; read anew only when somebody saved since it was read.

        Raises:
            Intake.DoesNotExist: it is gone.
        """
        found = prepared.row(HELD, [intake.pk])
        if found is None:
            raise self.model.DoesNotExist
        return copy.copy(intake) if found[0] == intake.version else self.get(pk=intake.pk)


class Intake(models.Model):
    """One patient answering one protocol. The answers are kept as given, hidden questions included."""

    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"

    TRANSITIONS = {State.DRAFT: {State.SUBMITTED}, State.SUBMITTED: set()}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True, default=new_reference, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="intakes", db_index=False)
    protocol = models.CharField(max_length=60)
    seal = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    answers = EncryptedField(default=dict)
    medicines = EncryptedField(default=list)
    visited = EncryptedField(default=list)
    history = EncryptedField(default=list)
    confirmed = EncryptedField(null=True)
    version = models.PositiveIntegerField(default=0)
    submit_key = models.UUIDField(default=uuid.uuid4, editable=False)
    started_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True)
    safety_raised_at = models.DateTimeField(null=True)
    urgent_rules = EncryptedField(default=list)
    safety_priority = models.CharField(max_length=2, blank=True, default="")
    said_safe_at = models.DateTimeField(null=True)

    objects = Intakes.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="intake_submitted_has_a_time",
                condition=models.Q(state="submitted", submitted_at__isnull=False)
                | models.Q(state="draft", submitted_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-started_at"], name="intake_of_patient"),
            models.Index(fields=["saved_at"], name="intake_old_drafts", condition=models.Q(state="draft")),
        ]

    def __str__(self) -> str:
        return self.reference


class ScreeningRecord(models.Model):
    """What was screened, under which protocol, and what came out; the database refuses to change or remove it.

    Only the route, its priority and the clock are readable without a key, so that a worklist can be sorted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="records", db_index=False)
    number = models.PositiveSmallIntegerField(default=1)
    protocol = models.CharField(max_length=60)
    seal = models.CharField(max_length=64)
    answers_hash = models.CharField(max_length=64)
    body_hash = models.CharField(max_length=64)
    answers = EncryptedField()
    result = EncryptedField()
    signature = EncryptedField()
    outcome = models.CharField(max_length=30)
    priority = models.CharField(max_length=2)
    screened_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["intake", "number"], name="record_number_once")]
        indexes = [models.Index(fields=["due_at", "id"], name="record_by_due")]
        triggers = sealed("record")

    def __str__(self) -> str:
        return f"record {self.number} of {self.intake_id}"


class Renewal(models.Model):
    """One time that somebody who is still under care is asked for the whole form again; `asked_for` says why, once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="renewals")
    asked_for = models.UUIDField(unique=True)
    asked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["patient", "-asked_at"], name="renewal_of_patient")]

    def __str__(self) -> str:
        return f"renewal of {self.patient_id}"


class CheckTally(models.Model):
    """How often the 30-second check ended in one way in one month; nothing in it is about anybody."""

    class Ending(models.TextChoices):
        HELP_NOW = "help_now"
        TOO_YOUNG = "too_young"
        NOT_SERVED = "not_served"
        CLOSER_LOOK = "closer_look"
        NOTHING_TICKED = "nothing_ticked"

    month = models.DateField()
    ending = models.CharField(max_length=20, choices=Ending.choices)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "ending"], name="one_tally_a_month")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.ending}: {self.count}"


class FormPace(models.Model):
    """How many minutes the form of a protocol really takes: one row, of many forms together, about nobody."""

    protocol = models.CharField(max_length=60, primary_key=True)
    minutes = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.protocol}: {self.minutes} minutes"


class LinkRequest(models.Model):
    """Somebody typed an address to get a private link; whether we know it is looked up later. Kept until answered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email_index = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"link request {self.pk}"
