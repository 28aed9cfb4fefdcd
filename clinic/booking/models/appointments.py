"""The appointments, from the hold on; the database refuses two at once."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.booking.models.hours import Mode
from clinic.patients.models import Patient
from clinic.patients.references import new_reference
from clinic.vault.fields import EncryptedField

KEPT = ("held", "offered")
"""States in which a time is kept for somebody until `held_until`."""
TAKEN = (*KEPT, "booked")
"""States in which the database lets nobody else have the time."""
OVER = ("completed", "left_early", "no_show")
"""States of a visit that is over, as the staff said."""
GIVEN_UP_OR_OVER = (*OVER, "cancelled", "moved")


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    """Reads that have a name."""

    def in_the_way(self, now: datetime) -> AppointmentQuerySet:
        """Booked, or kept for somebody and not expired: nobody else can have that time."""
        return self.filter(models.Q(state="booked") | models.Q(state__in=KEPT, held_until__gt=now))

    def expired(self, now: datetime) -> AppointmentQuerySet:
        """Kept for too long."""
        return self.filter(state__in=KEPT, held_until__lte=now)

    def upcoming(self, now: datetime) -> AppointmentQuerySet:
        """Booked, and not over yet."""
        return self.filter(state="booked", during__endswith__gt=now)


class Appointment(models.Model):
    """A time that one patient and one clinician have together, from the hold on.

    The exclusion constraints are the promise that nobody is booked twice: no two rows in state held, offered or booked
    overlap for a clinician, a patient or a room. A constraint cannot look at the clock, so a hold that has expired
    keeps its place until somebody wants it: `actions.hold` releases it in the transaction that takes the time, and
    `actions.release_expired` does so every minute. A hold that moves an appointment gives its time to it and keeps the
    time that was given up, in state moved: the appointment stays the same row, with the same UID in calendars.

    The staff may put one appointment over a taken time, with a reason: it stands beside the others, never beside
    another of its kind, and a patient is never in two places.

    Always insert with ON CONFLICT DO NOTHING: a plain insert can wait for half a minute in a storm of deadlocks.
    """

    class State(models.TextChoices):
        HELD = "held"
        OFFERED = "offered"
        BOOKED = "booked"
        MOVED = "moved"
        RELEASED = "released"
        CANCELLED = "cancelled"
        COMPLETED = "completed"
        LEFT_EARLY = "left_early"
        NO_SHOW = "no_show"

    class Reminders(models.TextChoices):
        EMAIL = "email", _("By email")
        TEXT = "text", _("By text message")
        BOTH = "both", _("By both")
        NONE = "none", _("Do not remind me")

    TRANSITIONS = {
        State.HELD: {State.BOOKED, State.RELEASED, State.MOVED},
        State.OFFERED: {State.BOOKED, State.RELEASED},
        State.BOOKED: {State.CANCELLED, State.COMPLETED, State.LEFT_EARLY, State.NO_SHOW},
        State.RELEASED: set(),
        State.MOVED: set(),
        State.CANCELLED: set(),
        State.COMPLETED: {State.LEFT_EARLY, State.NO_SHOW},
        State.LEFT_EARLY: {State.COMPLETED, State.NO_SHOW},
        State.NO_SHOW: {State.COMPLETED, State.LEFT_EARLY},
    }
    PERSONAL = frozenset({"during", "mode", "location", "time_zone", "phone", "needs", "note"})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=12, unique=True, default=new_reference, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    clinician = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments")
    during = DateTimeRangeField()
    mode = models.CharField(max_length=10, choices=Mode.choices)
    location = models.CharField(max_length=40, blank=True, default="")
    room = models.CharField(max_length=40, blank=True, default="")
    time_zone = models.CharField(max_length=50, help_text="The zone in which the patient was told the time.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    held_until = models.DateTimeField()
    offered_at = models.DateTimeField(null=True, help_text="When it was offered to somebody on the waiting list.")
    offered_because = models.CharField(max_length=200, blank=True, default="", help_text="Why to this person.")
    is_overbooked = models.BooleanField(default=False, help_text="Put over a taken time by the staff, knowingly.")
    overbook_reason = EncryptedField(null=True)
    booked_at = models.DateTimeField(null=True)
    booked_by = models.CharField(max_length=60, blank=True, default="")
    moves = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="given_up",
        help_text="The appointment that this hold is for.",
    )
    moved_at = models.DateTimeField(null=True)
    moved_by = models.CharField(max_length=60, blank=True, default="")
    arrived_at = models.DateTimeField(null=True, help_text="When the desk said that they are here.")
    arrived_by = models.CharField(max_length=60, blank=True, default="")
    over_at = models.DateTimeField(null=True, help_text="When the staff said whether they met.")
    over_by = models.CharField(max_length=60, blank=True, default="")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=60, blank=True, default="")
    cancel_reason = models.CharField(max_length=20, blank=True, default="")
    sequence = models.PositiveSmallIntegerField(
        default=0, help_text="Counts the changes a calendar must follow; of a hold, what it will be."
    )
    phone = EncryptedField(null=True)
    needs = EncryptedField(default=list)
    note = EncryptedField(null=True)
    reminders = models.CharField(max_length=10, choices=Reminders.choices, blank=True, default="")
    agreed_on_phone = models.BooleanField(default=False, help_text="To the reminders, as the desk heard it.")
    basis = models.CharField(max_length=80, help_text="The decision or record that allows it, as kind:id.")
    created_at = models.DateTimeField(default=timezone.now)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="appointment_one_per_clinician",
                expressions=[("clinician", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=models.Q(state__in=TAKEN, is_overbooked=False),
            ),
            ExclusionConstraint(
                name="appointment_one_overbooked_per_clinician",
                expressions=[("clinician", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=models.Q(state__in=TAKEN, is_overbooked=True),
            ),
            ExclusionConstraint(
                name="appointment_one_per_patient",
                expressions=[("patient", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=models.Q(state__in=TAKEN),
            ),
            ExclusionConstraint(
                name="appointment_one_per_room",
                expressions=[
                    ("location", RangeOperators.EQUAL),
                    ("room", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(state__in=TAKEN, is_overbooked=False) & ~models.Q(room=""),
            ),
            models.CheckConstraint(
                name="appointment_overbooked_with_a_reason",
                condition=models.Q(is_overbooked=False, overbook_reason__isnull=True)
                | models.Q(is_overbooked=True, overbook_reason__isnull=False),
            ),
            models.CheckConstraint(
                name="appointment_has_a_beginning_and_an_end",
                condition=models.Q(
                    during__isempty=False, during__lower_inf=False, during__upper_inf=False, during__lower_inc=True
                ),
            ),
            models.CheckConstraint(
                name="appointment_in_person_has_a_place",
                condition=~models.Q(mode="in_person") | ~models.Q(location=""),
            ),
            models.CheckConstraint(
                name="appointment_booked_at_and_by",
                condition=models.Q(booked_at__isnull=True, booked_by="")
                | (models.Q(booked_at__isnull=False) & ~models.Q(booked_by="")),
            ),
            models.CheckConstraint(
                name="appointment_moved_at_and_by",
                condition=models.Q(moved_at__isnull=True, moved_by="")
                | (models.Q(moved_at__isnull=False) & ~models.Q(moved_by="")),
            ),
            models.CheckConstraint(
                name="appointment_over_at_and_by",
                condition=(~models.Q(state__in=OVER) & models.Q(over_at__isnull=True, over_by=""))
                | (models.Q(state__in=OVER, over_at__isnull=False) & ~models.Q(over_by="")),
            ),
            models.CheckConstraint(
                name="appointment_arrived_at_and_by",
                condition=models.Q(arrived_at__isnull=True, arrived_by="")
                | (models.Q(arrived_at__isnull=False) & ~models.Q(arrived_by="")),
            ),
            models.CheckConstraint(
                name="appointment_booked_has_a_time",
                condition=models.Q(state__in=[*KEPT, "released", "moved"]) | models.Q(booked_at__isnull=False),
            ),
            models.CheckConstraint(
                name="appointment_cancelled_at_and_by",
                condition=(~models.Q(state="cancelled") & models.Q(cancelled_at__isnull=True, cancelled_by=""))
                | (models.Q(state="cancelled", cancelled_at__isnull=False) & ~models.Q(cancelled_by="")),
            ),
        ]
        indexes = [
            models.Index(fields=["held_until"], name="appointment_held", condition=models.Q(state__in=KEPT)),
            models.Index(fields=["patient", "state"], name="appointment_of_patient"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def start(self) -> datetime:
        """When it begins."""
        return self.during.lower

    @property
    def end(self) -> datetime:
        """When it ends."""
        return self.during.upper

    @property
    def way(self) -> str:
        """How to meet, in one word: phone, video, or the location of a visit."""
        return self.location if self.mode == Mode.IN_PERSON else self.mode

    def number_to_suggest(self) -> str:
        """The number they gave for this time; once it is over or given up, their number of now comes first."""
        given, known = str(self.phone or ""), str(self.patient.phone or "")
        return (known or given) if self.state in GIVEN_UP_OR_OVER else (given or known)

    @property
    def is_here(self) -> bool:
        """True from when the desk said that they are here until somebody says how the visit ended."""
        return self.state == self.State.BOOKED and self.arrived_at is not None

    @property
    def length(self) -> timedelta:
        """How long it takes."""
        return self.end - self.start
