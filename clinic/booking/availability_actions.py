"""What is done with the rules that times are worked out from: weekly hours, time off, licences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from django.core.validators import URLValidator
from django.db import transaction

from clinic.accounts.models import User
from clinic.audit.actors import Actor
from clinic.audit.record import record
from clinic.booking.models import Availability, Holiday, JoiningAddress, Language, License, TimeOff

SAID: Final = tuple(each.attname for each in Availability._meta.concrete_fields if not each.primary_key)
"""What a weekly rule says: two rules that say the same are one rule that was posted twice."""


@transaction.atomic
def offer_times(
    *,
    clinician: User,
    weekdays: Iterable[int],
    opens: time,
    closes: time,
    time_zone: str,
    modes: Sequence[str],
    valid_from: date,
    by: Actor,
    location: str = "",
    room: str = "",
    valid_to: date | None = None,
    slot_minutes: int = 20,
    buffer_minutes: int = 0,
    notice_hours: int = 24,
    horizon_days: int = 56,
    most_per_day: int | None = None,
) -> list[Availability]:
    """Add weekly rules by which a clinician can be met, one for each weekday; a rule that stands already is not added.

    Args:
        clinician: whom.
        weekdays: 0 is Monday.
        opens, closes: local times of the same day.
        time_zone: whose clocks count, as an IANA name.
        modes: of `Mode`.
        valid_from, valid_to: the first and the last local day; without the second it goes on.
        by: who does it.
        location, room: where visits in person happen.
        slot_minutes, buffer_minutes: how long one takes, and the pause after it.
        notice_hours: how much before a time it can be booked at the latest.
        horizon_days: how far ahead times are offered.
        most_per_day: how many visits they have on one local day at most.
    Returns:
        Those that were added.
    Raises:
        ValidationError: something of it cannot be.
    """
    User.objects.select_for_update(no_key=True).get(pk=clinician.pk)
    rules = rules_for(
        clinician,
        weekdays,
        opens=opens,
        closes=closes,
        time_zone=time_zone,
        modes=list(modes),
        valid_from=valid_from,
        valid_to=valid_to,
        location=location,
        room=room,
        slot_minutes=slot_minutes,
        buffer_minutes=buffer_minutes,
        notice_hours=notice_hours,
        horizon_days=horizon_days,
        most_per_day=most_per_day,
    )
    for rule in rules:
        rule.save()
    if rules:
        record(by=by, action="booking.offer_times", subject=f"staff:{clinician.pk}", detail={"rules": len(rules)})
    return rules


def rules_for(clinician: User, weekdays: Iterable[int], **told: Any) -> list[Availability]:
    """Weekly rules that are not saved, one for each weekday but those on which the very same rule stands.

    Raises:
        ValidationError: something of it cannot be.
    """
    standing = list(Availability.objects.filter(clinician=clinician).values_list(*SAID))
    rules = [Availability(clinician=clinician, weekday=weekday, **told) for weekday in weekdays]
    added = [rule for rule in rules if tuple(getattr(rule, name) for name in SAID) not in standing]
    for rule in added:
        rule.full_clean()
    return added


@transaction.atomic
def end_hours(*, rule: Availability, last_day: date, by: Actor) -> Availability:
    """Let a weekly rule end; what is booked after it stays booked until somebody moves or cancels it.

    Args:
        rule: which.
        last_day: the last local day on which it offers times; before its first day it offers none.
        by: who says so.
    """
    rule.valid_to = last_day
    rule.save(update_fields=["valid_to"])
    detail = {"rule": rule.pk, "last_day": last_day.isoformat()}
    record(by=by, action="booking.end_hours", subject=f"staff:{rule.clinician_id}", detail=detail)
    return rule


@transaction.atomic
def give_back_time(*, absence: TimeOff, by: Actor) -> None:
    """Take back time off: what the weekly rules say holds again.

    Args:
        absence: which.
        by: who takes it back.
    """
    detail = {"since": str(absence.during.lower), "until": str(absence.during.upper)}
    record(by=by, action="booking.give_back_time", subject=f"staff:{absence.clinician_id}", detail=detail)
    absence.delete()


@transaction.atomic
def take_time_off(*, clinician: User, since: datetime, until: datetime, reason: str, by: Actor) -> TimeOff:
    """Close a stretch of time of a clinician; what is booked in it stays booked until somebody cancels it.

    Doing it again changes nothing: two rows of one absence would be two reasons to tell somebody of it.

    Args:
        clinician: whose.
        since, until: the moments between which nothing is offered.
        reason: one of `TimeOff.Reason`.
        by: who does it.
    """
    User.objects.select_for_update(no_key=True).get(pk=clinician.pk)
    told = {"clinician": clinician, "during": (since, until), "reason": reason}
    if before := TimeOff.objects.filter(**told).first():
        return before
    absence = TimeOff.objects.create(**told)
    record(by=by, action="booking.take_time_off", subject=f"staff:{clinician.pk}", detail={"reason": reason})
    return absence


@transaction.atomic
def close_for_holiday(*, day: date, name: str, by: Actor, location: str = "") -> Holiday:
    """Close a location, or the whole clinic, for one local day; what is booked stays until somebody cancels it.

    Args:
        day: which; saying it again changes its name.
        name: what the staff read.
        by: who says so.
        location: a slug; all of them when left out.
    """
    holiday, _ = Holiday.objects.update_or_create(location=location, day=day, defaults={"name": name})
    record(by=by, action="booking.holiday", subject=f"holiday:{holiday.pk}", detail={"location": location})
    return holiday


@transaction.atomic
def open_again(*, holiday: Holiday, by: Actor) -> None:
    """Take back that a day is closed: what the weekly rules say holds again.

    Args:
        holiday: which.
        by: who takes it back.
    """
    detail = {"location": holiday.location, "day": holiday.day.isoformat()}
    record(by=by, action="booking.open_again", subject=f"holiday:{holiday.pk}", detail=detail)
    holiday.delete()


@transaction.atomic
def license_for(*, clinician: User, region: str, by: Actor, expires_on: date | None = None) -> License:
    """Keep that a clinician is licensed in a region; saying it again changes the last day.

    Args:
        clinician: who.
        region: such as US-CA.
        by: who says so.
        expires_on: the last day it counts.
    """
    licence, _ = License.objects.update_or_create(
        clinician=clinician, region=region, defaults={"expires_on": expires_on}
    )
    detail = {"region": region, **({"last_day": expires_on.isoformat()} if expires_on else {})}
    record(by=by, action="booking.license", subject=f"staff:{clinician.pk}", detail=detail)
    return licence


@transaction.atomic
def meet_at(*, clinician: User, address: str, by: Actor) -> None:
    """Keep where a clinician meets patients by video, in the place of what was kept; an empty address takes it away.

    Args:
        clinician: who.
        address: beginning with https://, of the service the clinic uses; it is shown to patients near the time.
        by: who says so.
    Raises:
        ValidationError: it is no such address.
    """
    if address:
        URLValidator(schemes=["https"])(address)
        JoiningAddress.objects.update_or_create(clinician=clinician, defaults={"address": address})
    else:
        JoiningAddress.objects.filter(clinician=clinician).delete()
    record(by=by, action="booking.meet_at", subject=f"staff:{clinician.pk}", detail={"is_kept": bool(address)})


@transaction.atomic
def say_languages(*, clinician: User, codes: Iterable[str], by: Actor) -> None:
    """Keep the languages besides English in which a clinician can see patients, in the place of what was kept.

    Args:
        clinician: who.
        codes: of `words.LANGUAGES`.
        by: who says so.
    """
    wanted = set(codes)
    clinician.languages.exclude(code__in=wanted).delete()
    Language.objects.bulk_create([Language(clinician=clinician, code=code) for code in wanted], ignore_conflicts=True)
    record(by=by, action="booking.languages", subject=f"staff:{clinician.pk}", detail={"codes": sorted(wanted)})
