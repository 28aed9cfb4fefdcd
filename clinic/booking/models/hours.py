"""When clinicians can be met, and where they are licensed; free times are worked out from these and never stored."""

from __future__ import annotations

import uuid
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.accounts.permissions import CLINICAL
from clinic.vault.fields import EncryptedField
from clinic.web.places import place_name

SEES_PATIENTS: Final = models.Q(clinician__is_active=True, clinician__role__in=CLINICAL)
"""Whose hours and licences count: not theirs whose access ended, or who got a role that decides about nobody."""


class Mode(models.TextChoices):
    """How patient and clinician meet."""

    PHONE = "phone", _("Phone")
    VIDEO = "video", _("Video")
    IN_PERSON = "in_person", _("In person")


@cache
def known_time_zones() -> frozenset[str]:
    """Every name of the time zone data; reading them takes so long that it is done once."""
    return frozenset(available_timezones())


def is_a_time_zone(name: str) -> None:
    """Refuse a name that the time zone data does not know."""
    if name not in known_time_zones():
        raise ValidationError(f"{name} is not a time zone, like America/Los_Angeles.")


class Availability(models.Model):
    """One weekly rule: a clinician can be met on this weekday between two times of the clock on the wall.

    Free times are worked out from these rules whenever somebody asks, and never stored.
    """

    clinician = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="availability")
    location = models.CharField(max_length=40, blank=True, default="", help_text="A slug of LOCATIONS, or empty.")
    room = models.CharField(max_length=40, blank=True, default="", help_text="Taken by visits in person.")
    weekday = models.PositiveSmallIntegerField(help_text="0 is Monday.", validators=[MaxValueValidator(6)])
    opens = models.TimeField()
    closes = models.TimeField()
    time_zone = models.CharField(max_length=50, validators=[is_a_time_zone])
    slot_minutes = models.PositiveSmallIntegerField(default=20, validators=[MinValueValidator(5)])
    buffer_minutes = models.PositiveSmallIntegerField(default=0)
    modes = ArrayField(models.CharField(max_length=10, choices=Mode.choices))
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    notice_hours = models.PositiveSmallIntegerField(default=24)
    horizon_days = models.PositiveSmallIntegerField(default=56)
    most_per_day = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Visits of this clinician on one local day, whichever rule they came from; empty is no limit.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(name="availability_opens_first", condition=models.Q(opens__lt=models.F("closes"))),
            models.CheckConstraint(name="availability_weekday", condition=models.Q(weekday__lte=6)),
            models.CheckConstraint(name="availability_slot_length", condition=models.Q(slot_minutes__gte=5)),
            models.CheckConstraint(
                name="availability_in_person_has_a_place",
                condition=~models.Q(modes__contains=["in_person"]) | ~models.Q(location=""),
            ),
            models.UniqueConstraint(
                name="availability_once",
                fields=[
                    *("clinician", "weekday", "opens", "closes", "time_zone", "location", "room", "modes"),
                    *("slot_minutes", "buffer_minutes", "notice_hours", "horizon_days", "most_per_day", "valid_from"),
                ],
                condition=models.Q(valid_to=None),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"weekday {self.weekday}, {self.opens:%H:%M} to {self.closes:%H:%M} {self.time_zone}"

    @property
    def ways(self) -> list[str]:
        """The ways to meet, in words."""
        return [str(Mode(mode).label) for mode in self.modes]

    @property
    def place(self) -> str:
        """The name of its location; empty when it has none."""
        return place_name(self.location)


class Holiday(models.Model):
    """A day on which a location is closed; without a location, the whole clinic."""

    location = models.CharField(max_length=40, blank=True, default="", help_text="A slug of LOCATIONS, or empty.")
    day = models.DateField()
    name = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["location", "day"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.name} on {self.day}"

    @property
    def place(self) -> str:
        """The name of its location; empty for the whole clinic."""
        return place_name(self.location)


class TimeOff(models.Model):
    """A time in which a clinician cannot be met, whatever the weekly rules say."""

    class Reason(models.TextChoices):
        LEAVE = "leave"
        SICK = "sick"
        TRAINING = "training"
        CLOSED = "closed"

    clinician = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="time_off")
    during = DateTimeRangeField()
    reason = models.CharField(max_length=10, choices=Reason.choices)

    def __str__(self) -> str:
        return f"{self.reason} from {self.during.lower:%Y-%m-%d}"


class License(models.Model):
    """A region, such as US-CA, whose patients a clinician may see; without one they are not offered there at all."""

    clinician = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="licenses")
    region = models.CharField(max_length=10)
    expires_on = models.DateField(null=True, blank=True, help_text="The last day it counts.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinician", "region"], name="license_once"),
            models.CheckConstraint(name="license_names_a_region", condition=~models.Q(region="")),
        ]

    def __str__(self) -> str:
        return self.region


class JoiningAddress(models.Model):
    """Where a clinician meets patients by video: the address of a room with whatever service the clinic uses."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinician = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="joining_address")
    address = EncryptedField()

    def __str__(self) -> str:
        return f"joining address {self.pk}"


class Language(models.Model):
    """A language besides English in which a clinician can see patients."""

    clinician = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="languages")
    code = models.CharField(max_length=5)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinician", "code"], name="language_once")]

    def __str__(self) -> str:
        return self.code
