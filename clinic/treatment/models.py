"""Courses of treatment and their sessions, each with what was measured before somebody left."""

from __future__ import annotations

import uuid

from django.db import models

from clinic.accounts.models import User
from clinic.audit.triggers import sealed
from clinic.patients.models import Patient
from clinic.vault.fields import EncryptedField


class Course(models.Model):
    """A course of one medicine; it begins with its first session, and somebody on the staff ends it."""

    class Medicine(models.TextChoices):
        KETAMINE = "ketamine", "Ketamine"
        ESKETAMINE = "esketamine", "Esketamine"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="courses")
    medicine = EncryptedField()
    began_at = models.DateTimeField()
    began_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_open_course", fields=["patient"], condition=models.Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                name="course_ended_at_and_by",
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"course of {self.patient_id}"


class Session(models.Model):
    """One session with its form: blood pressure three times, sedation, dissociation, when they were ready to leave."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="sessions")
    key = models.UUIDField(unique=True, help_text="Made with the form, so that sending it twice records it once.")
    began_at = models.DateTimeField()
    left_at = models.DateTimeField()
    form = EncryptedField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="session_ends_after_it_began", condition=models.Q(left_at__gt=models.F("began_at"))
            )
        ]
        indexes = [models.Index(fields=["course", "-began_at"], name="session_of_course")]
        triggers = sealed("session")

    def __str__(self) -> str:
        return f"session of {self.course_id}"
