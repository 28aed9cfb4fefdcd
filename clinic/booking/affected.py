"""Whose appointments a change of hours touches: listed before and after it, because nothing is cancelled by itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, Q

from clinic.booking.displaced import covering, goes_on
from clinic.booking.models import Appointment, AppointmentQuerySet, Availability, License, TimeOff


def by_absence(clinician_id: int, since: datetime, until: datetime, *, now: datetime) -> list[Appointment]:
    """Booked visits of a clinician that overlap a stretch of time and are not over."""
    rows = _upcoming(now).filter(clinician=clinician_id, during__overlap=(since, until))
    return list(rows)


def by_holiday(location: str, day: date, *, now: datetime) -> list[Appointment]:
    """Booked visits on a day of a location, those by phone and video in the hours of that place too.

    Args:
        location: a slug; empty is the whole clinic.
        day: local.
        now: the moment.
    """
    zone = ZoneInfo(settings.CLINIC_TIME_ZONE)
    begin, end = (datetime.combine(each, time(0), zone).astimezone(UTC) for each in (day, day + timedelta(days=1)))
    rows = _upcoming(now).filter(during__startswith__gte=begin, during__startswith__lt=end)
    if location:
        rows = rows.filter(Q(location=location) | Q(Exists(covering().filter(location=location))))
    return list(rows)


def by_licence(licence: License, *, now: datetime) -> list[Appointment]:
    """Booked visits after the last day of one licence, which need not be saved; see `by_licences`."""
    return by_licences([licence], now=now)[licence.pk]


def by_licences(licences: Collection[License], *, now: datetime) -> dict[int, list[Appointment]]:
    """Booked visits of each clinician with patients of the region after the last day of each licence, by its id."""
    found: dict[int, list[Appointment]] = {each.pk: [] for each in licences}
    zone = ZoneInfo(settings.CLINIC_TIME_ZONE)
    for row in _upcoming(now).filter(clinician__in={each.clinician_id for each in licences}):
        day = row.start.astimezone(zone).date()
        for each in licences:
            is_under_it = (row.clinician_id, row.patient.region) == (each.clinician_id, each.region)
            if is_under_it and each.expires_on and each.expires_on < day:
                found[each.pk].append(row)
    return found


def by_end(rule: Availability, last_day: date, *, now: datetime) -> list[Appointment]:
    """Booked visits after the last day of a rule that lie in its hours, and in those of no other rule that goes on."""
    after = datetime.combine(last_day + timedelta(days=1), time(0), ZoneInfo(rule.time_zone)).astimezone(UTC)
    of_rule, others = covering().filter(pk=rule.pk), covering().exclude(pk=rule.pk)
    rows = _upcoming(now).filter(Exists(of_rule), ~Exists(others.filter(goes_on())), during__startswith__gte=after)
    return list(rows)


def still_booked(absences: Iterable[TimeOff], *, now: datetime) -> dict[int, list[Appointment]]:
    """The visits that are still booked in each of these absences of one clinician, by the id of the absence."""
    absences = list(absences)
    if not absences:
        return {}
    rows = list(_upcoming(now).filter(clinician=absences[0].clinician_id))
    return {
        each.pk: [row for row in rows if row.start < each.during.upper and each.during.lower < row.end]
        for each in absences
    }


def _upcoming(now: datetime) -> AppointmentQuerySet:
    return Appointment.objects.upcoming(now).select_related("patient", "clinician").order_by("during", "pk")
