"""The waiting list: who would take a time that becomes free, when, how, and how soon."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.booking.models.hours import is_a_time_zone
from clinic.patients.models import Patient


class Part(models.TextChoices):
    """A part of the day by the clock where the patient is."""

    MORNING = "morning", _("Morning, until noon")
    AFTERNOON = "afternoon", _("Afternoon, noon to 5 pm")
    EVENING = "evening", _("Evening, after 5 pm")


class WaitingPlace(models.Model):
    """A patient's place on the waiting list. It is theirs until they book or leave, whatever offers they let go."""

    class State(models.TextChoices):
        WAITING = "waiting"
        BOOKED = "booked"
        LEFT = "left"

    TRANSITIONS = {State.WAITING: {State.BOOKED, State.LEFT}, State.BOOKED: set(), State.LEFT: set()}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="waiting_places")
    weekdays = ArrayField(models.PositiveSmallIntegerField(), help_text="0 is Monday.")
    parts = ArrayField(models.CharField(max_length=10, choices=Part.choices))
    ways = ArrayField(models.CharField(max_length=40), help_text="phone, video, or the slug of a location.")
    notice_hours = models.PositiveSmallIntegerField(help_text="How long before a time they have to know.")
    time_zone = models.CharField(max_length=50, validators=[is_a_time_zone])
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    joined_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_waiting_place", fields=["patient"], condition=models.Q(state="waiting")),
            models.CheckConstraint(
                name="waiting_place_ended_at_and_by",
                condition=models.Q(state="waiting", ended_at__isnull=True, ended_by="")
                | (~models.Q(state="waiting") & models.Q(ended_at__isnull=False) & ~models.Q(ended_by="")),
            ),
        ]
        indexes = [models.Index(fields=["joined_at"], name="waiting_in_line", condition=models.Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.state} since {self.joined_at:%Y-%m-%d}"
